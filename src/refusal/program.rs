//! The host's program: found, and started in one of two ways.
//!
//! `unshare`, `nsenter` and `chroot` become the command that they run, so ours becomes them: the number of the process, the
//! name in `ps` and everything else is the command's, and its exit code is never ours to judge. What would be refused is
//! found out before, by a child. The others end at once: they are started, waited for, and what was refused is explained
//! after they have said so themselves. Signals are passed on to them.
//!
//! The standard library undoes what Rust does to SIGPIPE at the start, so a SIGPIPE that the shell ignored is no longer
//! ignored.

use crate::action::Action;
use crate::ground::{Errno, complain};
use crate::kernel::proc::find_program;
use crate::kernel::{PassedOn, send_signal};
use crate::refusal::{DIRECTORY, SWITCH, TRY, Tell, ip, options};
use std::ffi::{OsStr, OsString};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus, Stdio};

/// Those that become the command that they run.
const BECOME: &[&str] = &["unshare", "nsenter", "chroot"];

/// The whole life of the program that was called by this name.
pub(super) fn run(name: &str, words: &[OsString], tell: Tell) -> ExitCode {
    let Some(program) = host_program(name) else {
        complain(format!("{name}: command not found"));
        return ExitCode::from(127);
    };
    let mut command = Command::new(program);
    command.arg0(name).args(words);
    let silent = std::env::var_os(SWITCH).is_some_and(|value| value == "0");
    // What is no text, our verbs do not read.
    let text: Option<Vec<String>> = [OsStr::new(name)]
        .into_iter()
        .chain(words.iter().map(AsRef::as_ref))
        .map(|word| word.to_str().map(String::from))
        .collect();
    match text {
        Some(text) if !silent && BECOME.contains(&name) => {
            have_tried(words, name);
            drop(text);
            become_it(command, name)
        }
        Some(text) if !silent && !ip::goes_on(&text) => wait_and_explain(command, &text, tell),
        _ => become_it(command, name),
    }
}

/// The program of this name in PATH that is not ours.
fn host_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let others = std::env::split_paths(&path).filter(|directory| directory.file_name() != Some(OsStr::new(DIRECTORY)));
    find_program(name, std::env::join_paths(others).ok()?)
}

fn become_it(mut command: Command, name: &str) -> ExitCode {
    let error = command.exec();
    complain(format!("{name}: {}", Errno::from(&error).words()));
    ExitCode::from(126)
}

/// Has a child try it and say what is refused. Without a /proc there is no child, and nothing is said.
fn have_tried(words: &[OsString], name: &str) {
    let mut child = Command::new(crate::refusal::tried::PROGRAM);
    let _ = child.arg(TRY).arg(name).args(words).stdin(Stdio::null()).stdout(Stdio::null()).status();
}

fn wait_and_explain(mut command: Command, words: &[String], tell: Tell) -> ExitCode {
    let name = words[0].as_str();
    let mount = match Action::parse(&if name == "mount" { options::of_mount(words) } else { words.to_vec() }) {
        Ok(Action::Mount(mount)) => Some(mount),
        _ => None,
    };
    // Afterwards it would find the new mount itself.
    let in_use = mount.as_ref().and_then(|mount| mount.upper_in_use());
    // Before there is a child, so that its end is not missed.
    let mut signals = PassedOn::catch().ok();
    let Ok(mut child) = command.spawn() else { return become_it(command, name) };
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Err(_) => return ExitCode::FAILURE,
            Ok(None) => {}
        }
        match &mut signals {
            Some(signals) => {
                if let Some(signal) = signals.wait() {
                    send_signal(child.id(), signal);
                }
            }
            None => match child.wait() {
                Ok(status) => break status,
                Err(_) => return ExitCode::FAILURE,
            },
        }
    };
    if status.success() {
        if let Some(note) = mount.and_then(|mount| mount.weakness()).or(in_use) {
            (tell.note)(&note);
        }
    } else if status.code().is_some() {
        match name {
            "ip" => ip::explain(words).iter().for_each(|failure| (tell.failure)(failure)),
            _ => have_tried(&words[1..].iter().map(OsString::from).collect::<Vec<_>>(), name),
        }
    }
    end_as(status)
}

/// Ends as it has ended: by the same signal, or with the same code.
fn end_as(status: ExitStatus) -> ExitCode {
    if let Some(signal) = status.signal().and_then(|signal| u8::try_from(signal).ok()) {
        // Those that are passed on are caught here.
        let _ = signal_hook::low_level::emulate_default_handler(signal.into());
        send_signal(std::process::id(), signal);
        return ExitCode::from(128 + signal);
    }
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
