//! A shell in which somebody types, in the very state that a lesson has reached: where its commands are, with the root and the
//! namespaces of the shell that the lesson has open.
//!
//! The worker starts it on a terminal that the CLI shows, and answers on. As for the shells of a lesson (`inner.rs`), a PID
//! namespace is entered by a child. A real shell is looked for where the lesson's root is: bash, else sh. Where there is
//! neither, the process ends without a word, and the CLI offers the lesson's own verbs instead.

use crate::ground::{EPOCH, IMAGES_VARIABLE, Name, Role, complain};
use crate::kernel::proc::with_usual_path;
use crate::kernel::{Process, die_with_parent, new_session, set_process_name, use_terminal};
use crate::stage::wire::TypedShellSetup;
use crate::stage::worker::overlay_options;
use crate::stage::{PROGRAM, StageError, TYPED_SHELL};
use std::fs::OpenOptions;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

/// The shells that are looked for, and what each is started with.
const SHELLS: &[(&str, &[&str])] = &[("bash", &["--noprofile", "--norc", "-i"]), ("sh", &["-i"])];
/// Sent before each prompt, so that commands can be told apart; no terminal shows it (OSC 133).
pub const PROMPT_MARK: &str = "\x1b]133;A\x07";
/// The prompt says that it is no lesson. Bash is told what of it takes no room.
const PROMPT: &str = "\\[\x1b]133;A\x07\\]detour \\w $ ";
/// The same for a shell that does not know bash's signs.
const PLAIN_PROMPT: &str = "\x1b]133;A\x07detour $ ";

/// In the worker: starts it on this terminal.
pub(super) fn start(setup: TypedShellSetup, terminal: &Path) -> Result<(), StageError> {
    let cannot = |error: std::io::Error| StageError::broken(format!("{}: {error}", Name::of(terminal)));
    let text = serde_json::to_string(&setup).map_err(StageError::broken)?;
    // It becomes nobody's controlling terminal here: the worker leads no session.
    let terminal = OpenOptions::new().read(true).write(true).open(terminal).map_err(cannot)?;
    let end = || terminal.try_clone().map_err(cannot);
    let mut shell = Command::new(PROGRAM);
    shell.arg(TYPED_SHELL).arg(text).stdin(end()?).stdout(end()?).stderr(end()?);
    // The worker buries all that end.
    shell.spawn().map_err(|error| StageError::lacking("fork", &error))?;
    Ok(())
}

/// The life of the shell's processes; their standard input is the terminal.
pub(super) fn run(setup: &str) -> ExitCode {
    let _ = die_with_parent();
    let Ok(setup) = serde_json::from_str::<TypedShellSetup>(setup) else { return ExitCode::from(5) };
    match begin(setup) {
        Ok(code) => code,
        Err(error) => {
            complain(format!("the shell of the lesson cannot be entered: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn begin(setup: TypedShellSetup) -> std::io::Result<ExitCode> {
    let within = setup.within.map(Process::open).transpose()?;
    if let Some(within) = &within {
        if !setup.entered && within.enter_pid_namespace()? {
            let setup = TypedShellSetup { entered: true, ..setup };
            let text = serde_json::to_string(&setup)?;
            Command::new(PROGRAM).arg(TYPED_SHELL).arg(text).status()?;
            return Ok(ExitCode::SUCCESS);
        }
        within.enter_with_root()?;
    }
    let terminal = std::io::stdin().as_fd().try_clone_to_owned()?;
    new_session()?;
    use_terminal(&terminal)?;
    drop(terminal);
    // As `ps` shows what is about to become the shell.
    set_process_name(c"bash");
    let bash = SHELLS[0].0;
    for (program, arguments) in SHELLS {
        let mut shell = Command::new(program);
        shell.args(*arguments).env_clear().env("PATH", with_usual_path(std::env::var_os("PATH")));
        let prompt = if *program == bash { PROMPT } else { PLAIN_PROMPT };
        shell.env("TERM", "xterm").env("LANG", "C.UTF-8").env("PS1", prompt).env("HOME", "/");
        let options = if setup.role == Role::User { overlay_options(setup.role) } else { "" };
        let _ = shell
            .env("LAYERLAB_OVERLAY_OPTIONS", options)
            .env(IMAGES_VARIABLE, &setup.images)
            .env(EPOCH.0, EPOCH.1)
            .exec();
    }
    Ok(ExitCode::from(127))
}
