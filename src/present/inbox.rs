//! What the threads of a presenter tell it, and how it is woken: a message in a channel, and a byte on a socket that its
//! poll(2) waits for.

use crate::event::{Event, Observation};
use crate::stage::{Ran, StageError, StageFacts};
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// What happened in a thread.
#[derive(Debug)]
pub enum Message {
    /// In the run of this hour.
    Live(LiveTold),
    /// On the stage with this number that stands by.
    Standby(u64, StandbyTold),
}

/// What the run of this hour tells.
#[derive(Debug)]
pub enum LiveTold {
    /// Its stage stands.
    Stands(StageFacts),
    /// Something happened.
    Event(Event),
    /// The next block of commands can be run.
    Waits,
    /// There is none.
    Over,
    /// It broke.
    Failed(StageError),
}

/// What a stage that stands by tells.
#[derive(Debug)]
pub enum StandbyTold {
    /// So many blocks were run on it, and all of them did what the lesson says; or this line did not.
    At(usize, Option<String>),
    /// What was seen.
    Looked(Observation),
    /// A shell has the terminal.
    Shell,
    /// A line was run.
    Ran(Ran),
    /// It broke.
    Failed(StageError),
}

/// The threads' end.
#[derive(Clone, Debug)]
pub struct Notifier {
    sender: Sender<Message>,
    wake: Arc<UnixStream>,
}

impl Notifier {
    /// Tells something; whether anybody is there to hear it.
    pub fn tell(&self, message: Message) -> bool {
        let heard = self.sender.send(message).is_ok();
        // A full socket wakes too.
        let _ = (&*self.wake).write(b"w");
        heard
    }
}

/// The presenter's end.
#[derive(Debug)]
pub struct Inbox {
    receiver: Receiver<Message>,
    woken: UnixStream,
    notifier: Notifier,
}

impl Inbox {
    /// A new one.
    ///
    /// # Errors
    /// Where no socket can be had.
    pub fn new() -> std::io::Result<Inbox> {
        let (woken, wake) = UnixStream::pair()?;
        woken.set_nonblocking(true)?;
        wake.set_nonblocking(true)?;
        let (sender, receiver) = channel();
        Ok(Inbox { receiver, woken, notifier: Notifier { sender, wake: Arc::new(wake) } })
    }

    /// An end for a thread.
    pub fn notifier(&self) -> Notifier {
        self.notifier.clone()
    }

    /// All that was told until now.
    pub fn take(&self) -> Vec<Message> {
        let mut bytes = [0; 256];
        while matches!((&self.woken).read(&mut bytes), Ok(1..)) {}
        self.receiver.try_iter().collect()
    }

    /// What poll(2) waits for.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.woken.as_fd()
    }
}
