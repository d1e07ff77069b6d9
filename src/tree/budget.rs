//! How much a piece of work may still write, and whether somebody wants it to end.

use crate::tree::error::TreeError;
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What an entry takes on disk at least: an inode and a block. A million empty files are not for nothing.
const LEAST: u64 = 4096;

/// What the work on a tree may take. All who read and write for it count here.
#[derive(Debug)]
pub struct Budget<'a> {
    limit: u64,
    charged: Cell<u64>,
    stop: &'a AtomicUsize,
}

impl<'a> Budget<'a> {
    /// At most `limit` bytes on disk; a number in `stop` is the signal that ends the work.
    pub fn new(limit: u64, stop: &'a AtomicUsize) -> Budget<'a> {
        Budget { limit, charged: Cell::new(0), stop }
    }

    /// Counts what is read, written or not: nobody makes us work without an end.
    ///
    /// # Errors
    /// When it is more than the limit, and when a signal came.
    pub fn charge(&self, path: impl ToString, size: u64) -> Result<(), TreeError> {
        self.goes_on()?;
        let size = size.checked_next_multiple_of(LEAST).unwrap_or(u64::MAX).max(LEAST);
        let charged = self.charged.get().saturating_add(size);
        if charged > self.limit {
            let wanted = format!("cannot make {}", path.to_string());
            let why = format!("with it, more than {} bytes would be written, in whole blocks (--limit)", self.limit);
            let fix = "look at what the source holds; where you trust it, give a greater --limit";
            return Err(TreeError::refused(wanted, why, fix));
        }
        self.charged.set(charged);
        Ok(())
    }

    /// A signal ends the work.
    ///
    /// # Errors
    /// When one came.
    pub fn goes_on(&self) -> Result<(), TreeError> {
        match self.stop.load(Ordering::Relaxed) {
            0 => Ok(()),
            signal => Err(TreeError::Stopped(u8::try_from(signal).unwrap_or(1))),
        }
    }
}
