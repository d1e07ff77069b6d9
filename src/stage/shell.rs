//! The learner's shell. The CLI becomes its parent by execve(2), enters the namespaces of the session, starts the shell
//! and waits: a process that enters a PID namespace is not in it, only its children are. Its child makes sure that no
//! shell stays without a parent, and becomes the shell.

use crate::ground::{Call, Failure, Name, Role, complain};
use crate::isolate;
use crate::kernel::{TerminalState, hang_up_with_parent, keep_proc, quoted, take_terminal};
use crate::stage::confine::give_up_capabilities;
use crate::stage::keeper::has_ended_within;
use crate::stage::undo;
use crate::stage::visitor::stand;
use crate::stage::wire::{Keeper, ShellSetup};
use crate::stage::{INNER_SHELL, PROGRAM, SHELL, StageError};
use signal_hook::consts::{SIGINT, SIGKILL, SIGQUIT};
use std::ffi::OsString;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// A shell in a session.
#[derive(Clone, Debug)]
pub struct SessionShell {
    /// The exercise that it is for.
    pub exercise: String,
    /// Where it begins.
    pub here: PathBuf,
    /// The program and its arguments.
    pub words: Vec<OsString>,
    /// What it finds in its environment besides what we have ourselves.
    pub variables: Vec<(String, OsString)>,
    /// Somebody types at a terminal what it runs.
    pub talks: bool,
    /// What is said when the session ended under it.
    pub ended: String,
}

impl SessionShell {
    /// Becomes the shell's parent. Returns only where that fails.
    pub fn exec(self, keeper: &Keeper) -> StageError {
        let SessionShell { exercise, here, words, variables, talks, ended } = self;
        let setup = ShellSetup { keeper: keeper.clone(), exercise, here, words, variables, talks, ended };
        match serde_json::to_string(&setup) {
            Ok(setup) => StageError::broken(Command::new(PROGRAM).arg(SHELL).arg(setup).exec()),
            Err(error) => StageError::broken(error),
        }
    }
}

/// The whole life of the shell's parent.
pub(super) fn run(text: &str) -> ExitCode {
    let Ok(setup) = serde_json::from_str::<ShellSetup>(text) else { return ExitCode::from(5) };
    let terminal = TerminalState::of_input();
    // Ctrl-C is for what runs in the shell.
    for signal in [SIGINT, SIGQUIT] {
        let _ = signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)));
    }
    let ended = |error: &dyn std::fmt::Display| {
        complain(format!("error: {error}"));
        ExitCode::from(3)
    };
    let cgroups = setup.keeper.cgroups_of(&setup.exercise);
    let gone = || cgroups.as_ref().map_or(Ok(()), |cgroups| Ok(isolate::enter(cgroups)?));
    // Held as it is now: what is typed in the session may take its /proc away.
    let keeper = setup.keeper.process();
    keep_proc();
    let broken = || undo::damage(&setup.keeper, &setup.here);
    if let Err(error) = gone().and_then(|()| setup.keeper.enter()) {
        return ended(&error);
    }
    if let Err(error) = stand(&setup.here) {
        return ended(&broken().err().unwrap_or(error));
    }
    let status = match Command::new(PROGRAM).args([INNER_SHELL, text]).status() {
        Ok(status) => status,
        Err(error) => {
            if let Err(error) = broken() {
                return ended(&error);
            }
            let call = Call::failed("execve", format!("{}, …", quoted(Path::new(PROGRAM))), error);
            let why = "there are as many processes as may be here, or the program of layerlab was removed";
            let fix = "do it in another terminal, or end some processes first";
            return ended(&Failure::kernel("cannot start the shell of the session", call, why, fix));
        }
    };
    if let Some(terminal) = terminal {
        terminal.restore();
    }
    // The keeper, PID 1, ends after all that it takes along: after our shell.
    let killed = status.signal() == Some(SIGKILL);
    let patience = Duration::from_millis(if killed { 500 } else { 0 });
    if keeper.is_none_or(|keeper| has_ended_within(patience, || keeper.started().is_ok())) {
        complain(setup.ended);
    }
    // As a shell tells it of a command.
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

/// The child of the shell's parent: becomes the shell.
pub(super) fn run_inner(setup: &str) -> ExitCode {
    let Ok(setup) = serde_json::from_str::<ShellSetup>(setup) else { return ExitCode::from(5) };
    let Some((program, arguments)) = setup.words.split_first() else { return ExitCode::from(5) };
    let _ = hang_up_with_parent();
    if setup.keeper.role == Role::Root
        && let Err(error) = give_up_capabilities()
    {
        complain(format!("error: {error}"));
        return ExitCode::from(3);
    }
    if setup.talks {
        // The group that has the terminal is not known in this PID namespace, and some shells want to give it back.
        let _ = take_terminal();
    }
    // The directory for temporary files is the session's own, `/tmp`.
    let error = Command::new(program).args(arguments).env_remove("TMPDIR").envs(setup.variables).exec();
    let call = Call::failed("execve", format!("{}, …", quoted(program.as_ref())), error);
    let (why, fix) = ("it is not there any more, or no program for this machine", "set SHELL to another shell");
    complain(format!("error: {}", Failure::kernel(format!("cannot start {}", Name::of(program)), call, why, fix)));
    ExitCode::from(3)
}
