//! A layer on its way into the store: hashed, and compressed on all processors.
//!
//! The bytes are cut into blocks of a fixed size, so the same layer makes the same blob however many processors there are.
//! gzip: each block is deflated by itself with the 32 KiB before it as its dictionary, and ends at a whole byte (RFC 1951, 1952;
//! pigz does the same). zstd: each block is a frame of its own (RFC 8878), because ruzstd writes no others.

use crate::image::threads::Behind;
use crate::image::{Digest, Hashing, media};
use flate2::{Compress, Compression as Level, Crc, FlushCompress, Status};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::collections::VecDeque;
use std::io::{Error, Result, Sink, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

/// How a layer is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// By gzip, at its level 6.
    Gzip,
    /// By zstd, at its level 1.
    Zstd,
}

impl Compression {
    /// That of this name: `none`, `gzip` or `zstd`.
    pub fn named(name: &str) -> Option<Compression> {
        match name {
            "none" => Some(Compression::None),
            "gzip" => Some(Compression::Gzip),
            "zstd" => Some(Compression::Zstd),
            _ => None,
        }
    }

    /// What a layer is then.
    pub fn media_type(self) -> &'static str {
        match self {
            Compression::None => media::LAYER,
            Compression::Gzip => media::LAYER_GZIP,
            Compression::Zstd => media::LAYER_ZSTD,
        }
    }

    /// So many bytes are compressed by themselves.
    fn block(self) -> usize {
        match self {
            Compression::None | Compression::Gzip => 128 * 1024,
            Compression::Zstd => 1024 * 1024,
        }
    }
}

/// What a block of gzip may look back at.
const WINDOW: usize = 32 * 1024;
/// The header of a gzip file without a name and a time (RFC 1952).
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// A layer that is being written and compressed, block by block.
pub struct Blocks<W> {
    /// Until it is finished.
    to: Option<W>,
    compression: Compression,
    /// What was not handed over yet, and what stands before it.
    block: Vec<u8>,
    before: Arc<Vec<u8>>,
    /// The same bytes once more, for their digest.
    plain: Option<Behind<Hashing<Sink>>>,
    /// The sum and the number of all bytes, as gzip wants them at the end.
    sum: Crc,
    jobs: Option<SyncSender<Job>>,
    /// What the workers will have made of the blocks, the first one first.
    waiting: VecDeque<Receiver<Result<Compressed>>>,
    workers: Vec<JoinHandle<()>>,
}

/// A block that is to be compressed.
struct Job {
    block: Arc<Vec<u8>>,
    before: Arc<Vec<u8>>,
    is_last: bool,
    done: SyncSender<Result<Compressed>>,
}

/// A block that is compressed, and the sum of what it holds.
struct Compressed {
    bytes: Vec<u8>,
    sum: Crc,
}

impl<W: Write> Blocks<W> {
    /// Begins with nothing, and with so many threads that compress.
    ///
    /// # Errors
    /// When there can be no further threads.
    pub fn new(mut to: W, compression: Compression, threads: usize) -> Result<Blocks<W>> {
        let (jobs, taken) = sync_channel::<Job>(2 * threads);
        let taken = Arc::new(Mutex::new(taken));
        let workers = (0..threads).map(|_| {
            let taken = taken.clone();
            Builder::new().spawn(move || work(compression, &taken))
        });
        let workers = workers.collect::<Result<_>>()?;
        if compression == Compression::Gzip {
            to.write_all(&GZIP_HEADER)?;
        }
        Ok(Blocks {
            to: Some(to),
            compression,
            block: Vec::with_capacity(compression.block()),
            before: Arc::default(),
            plain: Some(Behind::new(Hashing::new(std::io::sink()))?),
            sum: Crc::new(),
            jobs: Some(jobs),
            waiting: VecDeque::with_capacity(2 * threads),
            workers,
        })
    }

    /// Waits until all is written. Returns what it was written to, and the digest of what was not compressed yet.
    ///
    /// # Errors
    /// When it could not be written.
    pub fn finish(mut self) -> Result<(W, Digest)> {
        self.hand_over(true)?;
        while !self.waiting.is_empty() {
            self.take_up()?;
        }
        if self.compression == Compression::Gzip {
            self.put(&[self.sum.sum().to_le_bytes(), self.sum.amount().to_le_bytes()].concat())?;
        }
        let plain = self.plain.take().ok_or_else(gone)?.finish()?;
        let mut to = self.to.take().ok_or_else(gone)?;
        to.flush()?;
        Ok((to, plain.digest()))
    }

    fn hand_over(&mut self, is_last: bool) -> Result<()> {
        while self.waiting.len() >= self.waiting.capacity() {
            self.take_up()?;
        }
        let block = Arc::new(std::mem::replace(&mut self.block, Vec::with_capacity(self.compression.block())));
        let before = std::mem::replace(&mut self.before, block.clone());
        let (done, waiting) = sync_channel(1);
        let job = Job { block, before, is_last, done };
        self.jobs.as_ref().ok_or_else(gone)?.send(job).map_err(|_| gone())?;
        self.waiting.push_back(waiting);
        Ok(())
    }

    /// Writes the block that is next.
    fn take_up(&mut self) -> Result<()> {
        let Some(next) = self.waiting.pop_front() else { return Ok(()) };
        let compressed = next.recv().map_err(|_| gone())??;
        self.sum.combine(&compressed.sum);
        self.put(&compressed.bytes)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.to.as_mut().ok_or_else(gone)?.write_all(bytes)
    }
}

impl<W: Write> Write for Blocks<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let size = self.compression.block();
        if self.block.len() == size {
            self.hand_over(false)?;
        }
        let taken = &bytes[..bytes.len().min(size - self.block.len())];
        self.block.extend_from_slice(taken);
        self.plain.as_mut().ok_or_else(gone)?.write_all(taken)?;
        Ok(taken.len())
    }

    /// What is written stays here until a block is full, or all of it is.
    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl<W> Drop for Blocks<W> {
    fn drop(&mut self) {
        self.jobs = None;
        self.workers.drain(..).for_each(|worker| drop(worker.join()));
    }
}

/// Compresses one block after the other, until there are no more.
fn work(compression: Compression, jobs: &Mutex<Receiver<Job>>) {
    let mut deflate = Compress::new(Level::new(6), false);
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { block, before, is_last, done }) = job else { return };
        let mut sum = Crc::new();
        let bytes = match compression {
            Compression::Zstd => Ok(compress_to_vec(block.as_slice(), CompressionLevel::Fastest)),
            _ => {
                sum.update(&block);
                deflated(&mut deflate, &before[before.len().saturating_sub(WINDOW)..], &block, is_last)
            }
        };
        // Nobody waits for it where the work was given up.
        let _ = done.send(bytes.map(|bytes| Compressed { bytes, sum }));
    }
}

/// A block as deflate makes it. But for the last one it ends with an empty block that is not compressed, at a whole byte.
fn deflated(deflate: &mut Compress, before: &[u8], block: &[u8], is_last: bool) -> Result<Vec<u8>> {
    deflate.reset();
    if !before.is_empty() {
        deflate.set_dictionary(before).map_err(Error::other)?;
    }
    let begun = deflate.total_in();
    let mut bytes = Vec::with_capacity(block.len() / 2 + 64);
    let flush = if is_last { FlushCompress::Finish } else { FlushCompress::Sync };
    loop {
        let read = usize::try_from(deflate.total_in() - begun).unwrap_or(block.len());
        let status = deflate.compress_vec(&block[read..], &mut bytes, flush).map_err(Error::other)?;
        let is_all = deflate.total_in() - begun == block.len() as u64 && bytes.len() < bytes.capacity();
        if status == Status::StreamEnd || (!is_last && is_all) {
            return Ok(bytes);
        }
        bytes.reserve(block.len() / 2 + 64);
    }
}

/// A thread is not there any more: it has panicked.
fn gone() -> Error {
    Error::other("what was to compress it has ended")
}

#[cfg(test)]
mod tests {
    use super::{Blocks, Compression};
    use crate::image::hash;
    use crate::tree::decompressed;
    use std::io::{Read, Write};

    /// Some words again and again, and what follows no rule.
    fn sample(bytes: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut sample = Vec::with_capacity(bytes + 64);
        while sample.len() < bytes {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            match state >> 31 {
                0 => sample.extend(state.to_le_bytes()),
                _ => sample
                    .extend_from_slice(&b"the same words as those that came before "[..(state >> 24) as usize % 40]),
            }
        }
        sample.truncate(bytes);
        sample
    }

    #[test]
    fn the_same_bytes_come_out_however_many_threads_there_are() {
        for compression in [Compression::Gzip, Compression::Zstd] {
            let block = compression.block();
            for bytes in [0, 1, block - 1, block, block + 1, 3 * block + 5] {
                let plain = sample(bytes);
                let compressed = [1, 2, 5].map(|threads| {
                    let mut blocks = Blocks::new(Vec::new(), compression, threads).unwrap();
                    plain.chunks(10_007).for_each(|part| blocks.write_all(part).unwrap());
                    let (compressed, digest) = blocks.finish().unwrap();
                    assert_eq!(digest, hash(&plain));
                    compressed
                });
                assert!(compressed.iter().all(|other| *other == compressed[0]), "{compression:?} {bytes}");
                assert!(bytes < 1000 || compressed[0].len() < bytes * 9 / 10, "{compression:?} {bytes}");
                let [first, ..] = compressed;
                let mut again = Vec::new();
                let mut stream = decompressed(Box::new(std::io::Cursor::new(first)), "it").unwrap();
                stream.read_to_end(&mut again).unwrap();
                assert!(again == plain, "{compression:?} {bytes}");
            }
        }
    }
}
