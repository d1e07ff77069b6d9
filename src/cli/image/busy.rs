//! How far long work is: a line on the standard error, where somebody sits there and it takes longer than a moment.

use crate::cli::size::bytes;
use crate::ground::Stream;
use crate::paint::take_away;
use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Work that takes no longer is over before somebody has read what is said of it.
const MOMENT: Duration = Duration::from_millis(500);
/// So often the line changes.
const AGAIN: Duration = Duration::from_millis(200);

/// A line that is there as long as this.
#[derive(Debug)]
pub struct Busy(Option<(Sender<()>, JoinHandle<()>)>);

impl Busy {
    /// Says `pulling: 12.5 MiB, 3 s`, with the bytes that were counted so far; without them where none were.
    pub fn begin(what: &'static str, counted: &Arc<AtomicU64>) -> Busy {
        if !Stream::Errors.is_terminal() {
            return Busy(None);
        }
        let (end, ended) = channel();
        let (began, counted) = (Instant::now(), counted.clone());
        let show = move || {
            let mut wait = MOMENT;
            while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = AGAIN;
                let size = counted.load(Ordering::Relaxed);
                let size = if size > 0 { format!("{}, ", bytes(size)) } else { String::new() };
                let line = format!("{what}: {size}{} s", began.elapsed().as_secs());
                let _ = Stream::Errors.show(take_away(0).with(line));
            }
            if wait == AGAIN {
                let _ = Stream::Errors.show(take_away(0));
            }
        };
        // Where no thread can be had, the work goes on without.
        Busy(std::thread::Builder::new().spawn(show).ok().map(|thread| (end, thread)))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.0.take() {
            drop(end);
            let _ = thread.join();
        }
    }
}

/// A stream whose bytes are counted.
#[derive(Debug)]
pub struct Counting<T>(pub T, pub Arc<AtomicU64>);

impl<T: Read> Read for Counting<T> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<T: Write> Write for Counting<T> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.0.write(bytes)?;
        self.1.fetch_add(written as u64, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}
