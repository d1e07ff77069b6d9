//! `layerlab shell [LESSON[.EXERCISE]]`

use crate::cli::run::cannot_run;
use crate::cli::{CliError, Common, Exit, output, outside, task};
use crate::course::{PROMPT_HELP, PROMPT_NAME, SessionShellOptions, Target, session_shell};
use crate::ground::{Call, Failure, Name, Need, Role, Stream, complain, say};
use crate::host::{Finding, foreseen, lacking};
use crate::lesson::Exercise;
use crate::paint::Palette;
use crate::scene::Role as Style;
use crate::session::{Begun, Home, Session};
use crate::stage::KeeperState;
use std::io::IsTerminal;
use std::path::Path;

/// Work on the exercises of a lesson in a real shell
#[derive(Debug, clap::Args)]
pub struct Shell {
    /// `3` or `3.hide`; without it, where you were last
    exercise: Option<String>,
    /// Run this command in the session instead of a shell
    #[arg(short, value_name = "COMMAND")]
    command: Option<String>,
}

impl Shell {
    /// Begins or finds the session, prepares the bench, and becomes the shell.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let target = match (self.exercise.as_deref(), Session::latest(&Home::find()?)) {
            (None, None) => Target::find(&common.chosen(), common.journey()?.first_unsolved())?,
            (wanted, _) => Target::find(&common.chosen(), wanted)?,
        };
        let exercise = target.exercise()?;
        if common.restricts(target.entry.is_built_in())? && target.session()?.is_none_or(|session| !session.is_alive())
        {
            return Err(CliError::usage(Failure::ours(
                "cannot begin a session of this lesson as root",
                "it was not built in: what is typed in its session, and what it runs itself, would have root's rights",
                "work on it as an ordinary user, or read it first, then: --as-real-root",
            )));
        }
        // Cgroups the session makes itself, and says where it cannot.
        let mut needs = target.lesson.meta.needs.iter().filter(|need| **need != Need::Cgroup);
        if let Some(reason) = needs.find_map(|need| foreseen(Some(*need))) {
            return Err(cannot_run(&target.lesson, reason.why, reason.fix));
        }
        let begun = target.begin(exercise).map_err(|error| match CliError::from(error) {
            // The lesson's lines do not do what they should: whether that is this machine, a try tells.
            error @ CliError::Failed(Exit::Usage, _) => match lacking(&target.lesson.meta.needs) {
                Some(Finding { evidence, fix, .. }) => cannot_run(&target.lesson, evidence, fix.unwrap_or_default()),
                None => error,
            },
            error => error,
        });
        let (Begun { session, before, .. }, start) = begun?;
        let talks = self.command.is_none() && std::io::stdin().is_terminal() && Stream::Output.is_terminal();
        if let Some(before) = before {
            let why = match before {
                KeeperState::Rebooted => "this machine was started anew",
                _ => "its keeper was ended",
            };
            complain(format!(
                "note: the earlier session of this lesson is over: {why}. Its benches begin anew; your progress is kept."
            ));
        }
        if talks {
            print_task(common, &target, exercise, &session, &start.here)?;
        }
        let options =
            SessionShellOptions { command: self.command.clone(), talks, flags: flags(common), prompt: prompt(common) };
        let mut shell = session_shell(&target, exercise, &session, &start.here, options).map_err(cannot_write)?;
        let socket = outside::listen(&session).map_err(cannot_write)?;
        shell.variables.push((outside::SOCKET.into(), socket.into()));
        Err(shell.exec(&session.record.keeper).into())
    }
}

/// What the words of the shell call us with, so that they speak as we do.
fn flags(common: &Common) -> String {
    let plain = if common.plain { " --plain" } else { "" };
    let language = common.lang.iter().map(|language| format!(" --lang {}", shell_words::quote(language)));
    plain.to_string() + &language.collect::<String>()
}

/// The prompt of bash, in colours where there are any.
fn prompt(common: &Common) -> [String; 2] {
    let palette = Palette::new(!common.plain && std::env::var_os("NO_COLOR").is_none());
    [palette.prompt(Style::Heading, PROMPT_NAME), palette.prompt(Style::Quiet, PROMPT_HELP)]
}

/// What the shell reads could not be written.
pub fn cannot_write(error: std::io::Error) -> CliError {
    let call = Call::failed("openat", "…", error);
    let (why, fix) = ("there is no room, or you may not write there", "make room, or set LAYERLAB_HOME");
    let wanted = "cannot write what the shell of the session needs";
    CliError::Failed(Exit::Fault, Failure::kernel(wanted, call, why, fix))
}

/// Says what is to be done, and which words help.
pub fn print_task(
    common: &Common,
    target: &Target,
    exercise: &Exercise,
    session: &Session,
    here: &Path,
) -> std::io::Result<()> {
    task::print(common, target, exercise)?;
    let place = match session.record.keeper.scratch.to_str() {
        Some("tmpfs") => format!("Your files are in {}, which only this session sees.", Name::of(here)),
        _ => format!("Your files are in {}: open them in any editor.", Name::of(here)),
    };
    if session.record.keeper.role() == Role::User {
        let options = match target.lesson.meta.needs.contains(&Need::Overlay) {
            true => "You are root in this session alone: to mount an overlay, add ,userxattr to its options.",
            false => "You are root in this session alone.",
        };
        say(format!("\n{}", output::wrapped(options)))?;
    }
    let words = "Type verify to check, hint for a hint, help (or F1) for all the words, exit to leave.";
    say(format!("\n{}\n{}\n", output::wrapped(&place), output::wrapped(words)))
}
