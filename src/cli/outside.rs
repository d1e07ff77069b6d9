//! What is typed in the shell of a session, and noted, is done by a process outside of it: in the session nothing of what is
//! noted can be written.
//!
//! ```text
//! shell's parent ──▶ listens, outside ──▶ layerlab verify, outside, with the caller's input, output and error
//!   └─▶ shell ─▶ layerlab verify, inside ──socket──▲
//! ```
//!
//! The process that listens ends with the shell's parent. Its socket lies among what is noted of the session (unix(7): who may
//! write to it may connect, also where it is mounted read-only). It takes a closed list of commands, without an option that
//! names a file or gives rights, because a lesson's own lines can connect to it too.

use crate::cli::{Cli, Command as Typed, Exit};
use crate::course::{HERE, LESSON, STATE};
use crate::ground::{CALLER_VARIABLE, EXERCISE_VARIABLE, say};
use crate::kernel::{
    Ready, close_inherited, die_with_parent, effective_ids, foreground_group, hand_terminal, kill, open_pidfd,
    parent_pid, path_of, peer_of, receive_descriptors, send_standard_streams, take_terminal, wait_for_end,
};
use crate::session::Session;
use crate::stage::PROGRAM;
use clap::Parser;
use serde::{Deserialize, Serialize};
use signal_hook::consts::SIGTSTP;
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Read, Result, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

/// In the shell of a session: the name of the socket, in the directory of what is noted of the session.
pub const SOCKET: &str = "LAYERLAB_OUTSIDE";
/// The hidden first argument of the process that listens.
const LISTENS: &str = "__outside";
/// The hidden first argument of a command that it starts.
const TYPED: &str = "__outside-command";
/// No request is longer, in bytes.
const LONGEST: u64 = 64 << 10;
/// What of the caller's environment says how to tell something.
const DISPLAY: &[&str] = &["COLUMNS", "LINES", "TERM", "NO_COLOR", "LANG", "LC_ALL", "LC_MESSAGES"];

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    /// The command and its arguments.
    words: Vec<OsString>,
    /// Variables of the caller: the exercise that the shell is at, where that is, and [`DISPLAY`].
    variables: Vec<(String, OsString)>,
}

/// Whether a command is done outside: it is noted, and no option of it names a file, or lessons, or rights.
fn is_for_outside(cli: &Cli) -> bool {
    let is_noted = match &cli.command {
        Some(Typed::Verify(verify)) => !verify.names_a_file(),
        Some(Typed::Hint(_) | Typed::Task(_) | Typed::Solution(_) | Typed::Next(_) | Typed::Reset(_)) => true,
        _ => false,
    };
    is_noted && cli.common.lessons.is_none() && cli.common.as_real_root.is_none()
}

/// Whether it may ask something of who sits at the terminal.
fn asks(cli: &Cli) -> bool {
    match &cli.command {
        Some(Typed::Reset(reset)) => !reset.says_yes(),
        Some(Typed::Solution(solution)) => !solution.says_yes(),
        _ => false,
    }
}

/// Listens for the shell of a session that this process is about to become the parent of. Returns the name of the socket.
pub fn listen(session: &Session) -> Result<String> {
    let (state, name) = (session.state(), format!("outside-{}.sock", std::process::id()));
    let directory = OwnedFd::from(File::open(&state)?);
    sweep(&state);
    let listener = UnixListener::bind(path_of(&directory).join(&name))?;
    let mut process = Command::new(PROGRAM);
    process.args([LISTENS.as_ref(), session.lesson.as_ref(), state.as_os_str()]);
    process.arg(std::process::id().to_string()).process_group(0);
    process.stdin(OwnedFd::from(listener)).stdout(Stdio::piped()).stderr(Stdio::null()).current_dir("/");
    let mut process = process.spawn()?;
    // From then on it ends with us, and holds nothing open that our caller had open.
    process.stdout.take().map_or(Ok(0), |mut ready| ready.read(&mut [0]))?;
    Ok(name)
}

/// Removes the sockets of shells that have ended.
fn sweep(state: &Path) {
    for entry in std::fs::read_dir(state).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix("outside-")?.strip_suffix(".sock"));
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// In the shell of a session: has the command done outside, where it is one for that. Where nobody listens there, nothing is
/// done.
pub fn ask(cli: &Cli, words: &[OsString]) -> Option<ExitCode> {
    let name = PathBuf::from(std::env::var_os(SOCKET)?);
    let state = PathBuf::from(std::env::var_os(STATE)?);
    if !is_for_outside(cli) || name.components().count() != 1 {
        return None;
    }
    // The path of a socket has at most 107 bytes.
    let by_descriptor = || UnixStream::connect(path_of(&File::open(&state)?.into()).join(&name));
    let mut socket = UnixStream::connect(state.join(&name)).or_else(|_| by_descriptor()).ok()?;
    let of_caller = [EXERCISE_VARIABLE, HERE].iter().chain(DISPLAY);
    let variables = of_caller.filter_map(|name| Some((name.to_string(), std::env::var_os(name)?))).collect();
    let request = serde_json::to_string(&Request { words: words.to_vec(), variables }).ok()?;
    send_standard_streams(&socket).ok()?;
    socket.write_all(format!("{request}\n").as_bytes()).ok()?;
    let mut code = String::new();
    // Whoever listens may end with the shell that we were called from.
    let _ = BufReader::new(socket).read_line(&mut code);
    Some(ExitCode::from(code.trim().parse().unwrap_or(Exit::Fault.code())))
}

/// The process that listens, where the arguments ask for it. Of a command that it has started, the arguments are what was
/// typed from here on.
pub fn run_if_asked(arguments: &mut Vec<OsString>) -> Option<ExitCode> {
    let word = arguments.get(1)?.to_str()?;
    if word == LISTENS {
        let [_, _, lesson, state, parent] = &arguments[..] else { return Some(ExitCode::from(5)) };
        return Some(serve(lesson, state, parent));
    }
    if word == TYPED {
        arguments.remove(1);
        // Nobody could wake us: the shell waits for the process inside.
        let _ = signal_hook::flag::register(SIGTSTP, Arc::default());
        let asks = Cli::try_parse_from(arguments.iter()).is_ok_and(|cli| asks(&cli));
        // What only tells does without: it may be followed by a pager that wants to have the terminal.
        if asks && std::io::stdin().is_terminal() {
            let _ = take_terminal();
        }
    }
    None
}

fn serve(lesson: &OsString, state: &OsString, parent: &OsString) -> ExitCode {
    // A file that our caller had open would stay open, and locked, for a moment after the shell.
    let _ = close_inherited();
    let Ok(listener) = std::io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::from(5) };
    // The parent may have ended before.
    if die_with_parent().is_err() || *parent != *parent_pid().to_string() || say("ready").is_err() {
        return ExitCode::SUCCESS;
    }
    for socket in UnixListener::from(listener).incoming().flatten() {
        let (lesson, state) = (lesson.clone(), state.clone());
        std::thread::spawn(move || {
            let code = answer(&socket, &lesson, &state).unwrap_or(Exit::Fault.code());
            let _ = (&socket).write_all(format!("{code}\n").as_bytes());
        });
    }
    ExitCode::SUCCESS
}

/// Does what is asked, and returns its exit code.
fn answer(socket: &UnixStream, lesson: &OsString, state: &OsString) -> Result<u8> {
    let (caller, user) = peer_of(socket)?;
    let descriptors = receive_descriptors(socket)?;
    let mut line = String::new();
    BufReader::new(socket.take(LONGEST)).read_line(&mut line)?;
    let Request { words, variables } = serde_json::from_str(&line)?;
    let typed = [OsString::from("layerlab")].into_iter().chain(words.clone());
    let cli = Cli::try_parse_from(typed).ok().filter(is_for_outside);
    let (Some(cli), Ok([input, output, error])) = (cli, <[OwnedFd; 3]>::try_from(descriptors)) else {
        return Ok(Exit::Usage.code());
    };
    if user != effective_ids().0 {
        return Ok(Exit::Usage.code());
    }
    let before = foreground_group(&input);
    let terminal = input.try_clone()?;
    let mut command = Command::new(PROGRAM);
    command.arg(TYPED).args(words).stdin(input).stdout(output).stderr(error);
    command.env(LESSON, lesson).env(STATE, state).env(CALLER_VARIABLE, caller.to_string()).env_remove(SOCKET);
    let may = |name: &str| [EXERCISE_VARIABLE, HERE].contains(&name) || DISPLAY.contains(&name);
    command.envs(variables.into_iter().filter(|(name, _)| may(name)));
    let mut child = command.spawn()?;
    // It holds them too.
    drop(command);
    let (pidfd, socket) = (open_pidfd(child.id())?, socket.as_fd().try_clone_to_owned()?);
    // Who has typed it is gone. To begin an exercise anew may have ended it, and is to come to its end.
    if wait_for_end(&pidfd, Some(&socket), -1)? == Ready::HungUp && !matches!(cli.command, Some(Typed::Reset(_))) {
        kill(&pidfd);
    }
    let status = child.wait()?;
    // The terminal is as it was, unless somebody else has it by now.
    if let Some(before) = before.filter(|_| foreground_group(&terminal) == Some(child.id())) {
        let _ = hand_terminal(&terminal, before);
    }
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    Ok(u8::try_from(code).unwrap_or(1))
}
