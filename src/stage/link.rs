//! The line between the CLI and a process of ours: one JSON object a line, both ways.

use crate::stage::wire::{Reply, Request};
use crate::stage::{StageError, VISITOR};
use serde::Serialize;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The CLI's end.
#[derive(Debug)]
pub(super) struct Link {
    /// The process that we started.
    pub child: Child,
    pub socket: UnixStream,
    replies: BufReader<UnixStream>,
}

impl Link {
    /// Starts `program`, which is this one, once more as `mode`, with a socket as its standard input. A process that
    /// `outlives` us gets nothing of ours: not our environment, and not the pipe that somebody may be reading. A visitor
    /// does not get that either: it stays where a file system hangs.
    pub fn start(program: &Path, mode: &str, setup: &impl Serialize, outlives: bool) -> Result<Link, StageError> {
        let (ours, theirs) = UnixStream::pair().map_err(|error| StageError::lacking("socketpair", &error))?;
        let setup = serde_json::to_string(setup).map_err(StageError::broken)?;
        let mut command = Command::new(program);
        command.arg(mode).arg(setup).stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::null());
        // Ctrl-C on the terminal is for the CLI alone, which then ends the stage in order.
        command.process_group(0);
        if outlives {
            command.env_clear();
        }
        if outlives || mode == VISITOR {
            command.stderr(Stdio::null());
        }
        let child = command.spawn().map_err(|error| StageError::lacking("fork", &error))?;
        let replies = BufReader::new(ours.try_clone().map_err(|error| StageError::lacking("fcntl", &error))?);
        Ok(Link { child, socket: ours, replies })
    }

    /// From now on an answer that takes longer is an error.
    pub fn be_patient_for(&mut self, time: Duration) {
        let _ = self.socket.set_read_timeout(Some(time));
    }

    pub fn request(&mut self, request: &Request) -> Result<(), StageError> {
        let mut line = serde_json::to_vec(request).map_err(StageError::broken)?;
        line.push(b'\n');
        self.socket.write_all(&line).map_err(|error| StageError::broken(format!("its process is gone ({error})")))
    }

    pub fn reply(&mut self) -> Result<Reply, StageError> {
        let mut line = String::new();
        match self.replies.read_line(&mut line) {
            Ok(length) if length > 0 => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Err(StageError::hangs("a look at the files"));
            }
            _ => return Err(StageError::broken("its process ended unexpectedly".to_string())),
        }
        match serde_json::from_str(&line) {
            Ok(Reply::Failed(error)) => Err(error),
            Ok(reply) => Ok(reply),
            Err(error) => Err(StageError::broken(format!("an answer is unreadable: {error}"))),
        }
    }
}

/// Answers the other end: the message as one line.
pub(super) fn send(socket: &OwnedFd, reply: &Reply) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(reply)?;
    line.push(b'\n');
    File::from(socket.try_clone()?).write_all(&line)
}

/// An answer to another question.
pub(super) fn unexpected(reply: &Reply) -> StageError {
    StageError::broken(format!("an unexpected answer: {reply:?}"))
}
