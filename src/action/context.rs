//! What a verb works with: the kernel, and the terminal it would print to.

use crate::action::{Opening, Redirect};
use crate::ground::{Failure, IMAGES, Role};
use crate::kernel::{Access, CallError, Sys};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

/// The exit status of a command, as a shell sees it: 0 is success.
pub type Status = i32;

/// The world of one command.
pub struct Context {
    /// The system calls, each recorded as it is made.
    pub sys: Sys,
    /// Who we are; an ordinary user's overlay lives by other attributes than root's.
    pub role: Role,
    /// The store of images that `layerlab` works on.
    pub images: PathBuf,
    /// Why the kernel refused, where we can say it better than the program of this name does.
    pub failure: Option<Failure>,
    /// What one should know although it worked.
    pub warning: Option<String>,
    /// The command ends with a shell: the lines that follow run in it.
    pub opens: Option<Opening>,
    /// The shell in which the command ran has ended.
    pub closes: bool,
    terminal: Vec<u8>,
    redirected: Option<Vec<u8>>,
}

impl Context {
    /// A fresh world for one command.
    pub fn new(role: Role) -> Context {
        Context {
            sys: Sys::default(),
            role,
            images: IMAGES.into(),
            failure: None,
            warning: None,
            opens: None,
            closes: false,
            terminal: Vec::new(),
            redirected: None,
        }
    }

    /// Prints to the standard output, which `>` redirects.
    pub fn print(&mut self, bytes: impl AsRef<[u8]>) {
        self.redirected.as_mut().unwrap_or(&mut self.terminal).extend_from_slice(bytes.as_ref());
    }

    /// Whether the standard output goes to a file.
    pub(super) fn is_redirected(&self) -> bool {
        self.redirected.is_some()
    }

    /// Prints a line to the standard error, which stays on the terminal.
    pub fn complain(&mut self, line: impl AsRef<str>) {
        self.terminal.extend_from_slice(line.as_ref().as_bytes());
        self.terminal.push(b'\n');
    }

    /// Prints bytes to the standard error as they are (what another program wrote there).
    pub fn complain_bytes(&mut self, bytes: &[u8]) {
        self.terminal.extend_from_slice(bytes);
    }

    /// What a terminal would show of it.
    pub fn shown(&self) -> &[u8] {
        &self.terminal
    }

    /// Runs `perform`, which is the verb of this name, with its standard output going to a file.
    pub(super) fn redirecting(
        &mut self,
        name: &str,
        redirect: &Redirect,
        perform: impl FnOnce(&mut Context) -> Status,
    ) -> Status {
        // As in a shell, the file is opened (and emptied) before the command begins.
        let access = if redirect.append { Access::Append } else { Access::Overwrite };
        let file: OwnedFd = match self.sys.open(redirect.file.as_ref(), access) {
            Ok(file) => file,
            Err(error) => {
                self.complain(format!("bash: {}: {}", redirect.file, error.text()));
                return 1;
            }
        };
        self.redirected = Some(Vec::new());
        let status = perform(self);
        let printed = self.redirected.take().unwrap_or_default();
        if printed.is_empty() {
            return status;
        }
        match self.sys.write_all(&file, &printed) {
            Ok(()) => status,
            Err(error) => {
                // Who writes says so: of our verbs that print much, echo alone is a part of bash.
                let who = if name == "echo" { "bash: echo" } else { name };
                self.complain(format!("{who}: write error: {}", error.text()));
                1
            }
        }
    }

    /// The message of a GNU program for a call that failed: `rm: cannot remove 'a': No such file or directory`.
    pub fn fail(&mut self, message: impl AsRef<str>, error: &CallError) -> Status {
        self.complain(format!("{}: {}", message.as_ref(), error.text()));
        1
    }
}
