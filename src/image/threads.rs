//! Streams whose bytes another thread reads or writes, so that two processors work on one layer.
//!
//! Both end with what holds them: nobody leaves a thread behind, not even where the work is given up half-way.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

/// So many bytes are handed over at once; they fit into a processor's cache.
const CHUNK: usize = 256 * 1024;
/// So many chunks may wait to be taken.
const WAITING: usize = 4;

/// A stream that a thread reads ahead.
#[derive(Debug)]
pub(super) struct Ahead {
    chunks: Option<Receiver<Result<Vec<u8>>>>,
    chunk: Vec<u8>,
    at: usize,
    thread: Option<JoinHandle<()>>,
}

impl Ahead {
    /// Begins to read.
    ///
    /// # Errors
    /// When there can be no further thread.
    pub fn new(mut stream: Box<dyn Read + Send>) -> Result<Ahead> {
        let (sender, chunks) = sync_channel(WAITING);
        let read = move || {
            loop {
                let mut chunk = vec![0; CHUNK];
                let got = stream.read(&mut chunk);
                let got = match got {
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    got => got,
                };
                chunk.truncate(*got.as_ref().unwrap_or(&0));
                let is_last = chunk.is_empty();
                if sender.send(got.map(|_| chunk)).is_err() || is_last {
                    return;
                }
            }
        };
        let thread = Builder::new().spawn(read)?;
        Ok(Ahead { chunks: Some(chunks), chunk: Vec::new(), at: 0, thread: Some(thread) })
    }
}

impl Read for Ahead {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.at == self.chunk.len() {
            // The thread has ended after an empty chunk or an error; nothing comes then.
            let Some(Ok(chunk)) = self.chunks.as_ref().map(Receiver::recv) else { return Ok(0) };
            (self.chunk, self.at) = (chunk?, 0);
        }
        let rest = &self.chunk[self.at..];
        let got = rest.len().min(buffer.len());
        buffer[..got].copy_from_slice(&rest[..got]);
        self.at += got;
        Ok(got)
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        // Nobody takes what is still read: the thread sees that, and ends.
        self.chunks = None;
        self.thread.take().map(JoinHandle::join);
    }
}

/// A stream that a thread writes.
#[derive(Debug)]
pub(super) struct Behind<W> {
    chunk: Vec<u8>,
    full: Option<SyncSender<Vec<u8>>>,
    /// What was written comes back to be filled again.
    empty: Receiver<Vec<u8>>,
    thread: Option<JoinHandle<(W, Result<()>)>>,
}

impl<W: Write + Send + 'static> Behind<W> {
    /// Begins with nothing.
    ///
    /// # Errors
    /// When there can be no further thread.
    pub fn new(mut to: W) -> Result<Behind<W>> {
        let (full, chunks) = sync_channel::<Vec<u8>>(WAITING);
        let (back, empty): (Sender<Vec<u8>>, _) = channel();
        let write = move || {
            for mut chunk in chunks {
                if let Err(error) = to.write_all(&chunk) {
                    return (to, Err(error));
                }
                chunk.clear();
                let _ = back.send(chunk);
            }
            let flushed = to.flush();
            (to, flushed)
        };
        let thread = Builder::new().spawn(write)?;
        Ok(Behind { chunk: Vec::with_capacity(CHUNK), full: Some(full), empty, thread: Some(thread) })
    }

    /// Waits until all is written, and gives back what it was written to.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn finish(mut self) -> Result<W> {
        self.hand_over()?;
        let (to, written) = self.join()?;
        written.map(|()| to)
    }

    fn hand_over(&mut self) -> Result<()> {
        let next = self.empty.try_recv().unwrap_or_else(|_| Vec::with_capacity(CHUNK));
        let chunk = std::mem::replace(&mut self.chunk, next);
        match self.full.as_ref().is_some_and(|full| full.send(chunk).is_ok()) {
            true => Ok(()),
            // The thread has ended, and knows why.
            false => Err(self.join()?.1.err().unwrap_or_else(gone)),
        }
    }

    fn join(&mut self) -> Result<(W, Result<()>)> {
        self.full = None;
        let ended = self.thread.take().and_then(|thread| thread.join().ok());
        ended.ok_or_else(gone)
    }
}

/// The thread is not there any more: it was told already why, or it has panicked.
fn gone() -> Error {
    Error::other("what was to write it has ended")
}

impl<W: Write + Send + 'static> Write for Behind<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.chunk.len() == CHUNK {
            self.hand_over()?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// What is written stays here until a chunk is full, or all of it is.
    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl<W> Drop for Behind<W> {
    fn drop(&mut self) {
        self.full = None;
        self.thread.take().map(JoinHandle::join);
    }
}

#[cfg(test)]
mod tests {
    use super::{Ahead, Behind, CHUNK};
    use std::io::{Error, Read, Write};

    /// Takes so many bytes, and no more.
    struct Full(usize, Vec<u8>);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.1.len() + bytes.len() > self.0 {
                return Err(Error::from_raw_os_error(28));
            }
            self.1.extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_goes_in_comes_out_in_order() {
        let all: Vec<u8> = (0..3 * CHUNK + 17).map(|at| (at % 251) as u8).collect();
        let mut behind = Behind::new(Vec::new()).unwrap();
        all.chunks(1000).for_each(|part| behind.write_all(part).unwrap());
        assert!(behind.finish().unwrap() == all);
        let mut read = Vec::new();
        Ahead::new(Box::new(std::io::Cursor::new(all.clone()))).unwrap().read_to_end(&mut read).unwrap();
        assert!(read == all);
        // Whoever has seen enough goes, and so does the thread.
        let mut ahead = Ahead::new(Box::new(std::io::repeat(1))).unwrap();
        ahead.read_exact(&mut [0; 10]).unwrap();
    }

    #[test]
    fn an_error_is_told_to_who_writes_and_to_who_reads() {
        for room in [0, CHUNK, 5 * CHUNK] {
            let mut behind = Behind::new(Full(room, Vec::new())).unwrap();
            let written = (0..20).try_for_each(|_| behind.write_all(&[0; CHUNK]));
            let told = written.err().or_else(|| behind.finish().err()).unwrap();
            assert_eq!(told.raw_os_error(), Some(28), "{room}");
        }
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(Error::from_raw_os_error(5))
            }
        }
        let told = Ahead::new(Box::new(Broken)).unwrap().read(&mut [0; 9]).unwrap_err();
        assert_eq!(told.raw_os_error(), Some(5));
    }
}
