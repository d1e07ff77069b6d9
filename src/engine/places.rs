//! How many stages stand at a time, where there are many to run: a lesson with its scripts has some twenty.

use std::num::NonZero;
use std::sync::{Condvar, Mutex, PoisonError};

/// Places for stages. Whoever runs one takes a place before, and waits for it where all are taken.
#[derive(Debug)]
pub struct Places {
    in_all: usize,
    free: Mutex<usize>,
    freed: Condvar,
}

impl Places {
    /// Two for each processor: half of the time a stage waits for the kernel.
    pub fn of_this_machine() -> Places {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        Places { in_all: 2 * processors, free: Mutex::new(2 * processors), freed: Condvar::new() }
    }

    /// How many there are.
    pub fn in_all(&self) -> usize {
        self.in_all
    }

    /// Takes a place until what is returned is dropped.
    pub fn take(&self) -> Place<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.freed.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Place(self)
    }
}

/// A place that is taken.
#[derive(Debug)]
pub struct Place<'a>(&'a Places);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}
