//! What people type: clap types, one file per subcommand, and no logic of their own.
//!
//! Results go to the standard output, diagnostics to the standard error. Errors are printed in one place, [`run`].

mod ask;
mod completions;
mod container;
mod doctor;
mod error;
mod export;
mod hint;
mod home;
mod image;
mod keys;
mod lesson;
mod list;
mod next;
mod output;
mod outside;
mod pack;
mod present;
mod progress;
mod recording;
mod registry;
mod replay;
mod reset;
mod rootfs;
mod run;
mod shell;
mod signals;
mod size;
mod solution;
mod status;
mod stop;
mod task;
mod trees;
mod verify;
mod watch;
mod words;

pub use error::{CliError, Exit};

use crate::course::{Journey, Lessons};
use crate::ground::{Failure, Stream, complain, escaped};
use crate::kernel::address_limit;
use crate::lesson::Language;
use crate::refusal::Tell;
use crate::session::Home;
use crate::stage::is_real_root;
use clap::{ArgAction, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// Learn what a container is by building one, layer by layer, on a real Linux kernel.
#[derive(Debug, Parser)]
#[command(name = "layerlab", after_help = EXIT_CODES, max_term_width = 100)]
#[command(version, disable_version_flag = true, disable_help_flag = true)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    /// Print the version
    #[arg(long, short = 'V', action = ArgAction::Version, help_heading = COMMON)]
    version: (),
    #[command(subcommand)]
    command: Option<Command>,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 a step or a check did not hold, 2 wrong usage, 3 this host cannot, \
4 lesson content is broken, 5 a fault of layerlab.";

/// The heading of `--help` for what every command understands. It stands below the command's own options.
const COMMON: &str = "Common options";

/// What every command understands.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = COMMON)]
pub struct Common {
    /// Full sentences without colour or drawing, for a screen reader
    #[arg(long, global = true)]
    plain: bool,
    /// The language of the lessons (else LC_ALL, LC_MESSAGES, LANG)
    #[arg(long, global = true, value_name = "LANGUAGE")]
    lang: Option<String>,
    /// Other lessons than those in the program: a folder, a pack's file, or the name of a pack that was added
    #[arg(long, global = true, value_name = "LESSONS")]
    lessons: Option<PathBuf>,
    /// As root: run lessons of a folder with root's rights; `=yes` says beforehand that this is meant
    #[arg(long, global = true, value_name = "yes", num_args = 0..=1, require_equals = true, default_missing_value = "ask", value_parser = ["ask", "yes"], hide_possible_values = true)]
    as_real_root: Option<String>,
    /// Print this help
    #[arg(long, short, global = true, action = ArgAction::Help)]
    help: (),
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The lessons, and what you have done of them
    List(list::List),
    /// Run a lesson, step by step
    Run(run::Run),
    /// Work on the exercises of a lesson in a real shell
    Shell(shell::Shell),
    /// Check an exercise: what holds, what does not, and why
    Verify(verify::Verify),
    /// For a second terminal: trees and checks, changing while you type
    Watch(watch::Watch),
    /// A hint for an exercise; one more each time
    Hint(hint::Hint),
    /// What an exercise asks for
    Task(task::Task),
    /// How an exercise can be solved
    Solution(solution::Solution),
    /// Go on to the next exercise of the lesson, or to another one
    #[command(hide = true)]
    Next(next::Next),
    /// The words that can be typed in the shell of a session
    #[command(hide = true)]
    Words(words::Words),
    /// Begin an exercise again
    Reset(reset::Reset),
    /// The sessions that there are
    Status(status::Status),
    /// End a session: its processes, its mounts and its files go, your progress stays
    Stop(stop::Stop),
    /// What you have done: see it, take it along, bring it back, forget it
    Progress(progress::ProgressArguments),
    /// Show a recorded run again; no kernel needed
    Replay(replay::Replay),
    /// A lesson as a page that plays, a film, a text or a picture, to give to others
    Export(export::Export),
    /// Present a lesson to a class, beat after beat, forth and back
    Present(present::Present),
    /// Run a command in a container of its own
    #[command(subcommand)]
    Container(container::ContainerCommand),
    /// Images: make one of what a container changed, keep them, give them away
    #[command(subcommand)]
    Image(image::ImageCommand),
    /// A registry of your own: images are pushed to it and pulled from it
    #[command(subcommand)]
    Registry(registry::RegistryCommand),
    /// The lower, upper and merged trees of any overlay mount of this machine
    Trees(trees::Trees),
    /// Make a root file system: programs of this machine with their libraries, a tree, or an archive
    Rootfs(rootfs::Rootfs),
    /// What works here, what does not, and the fix
    Doctor(doctor::Doctor),
    /// For authors: check lessons, begin a new one; packs of lessons
    #[command(subcommand)]
    Lesson(lesson::LessonCommand),
    /// Completions for a shell
    Completions(completions::Completions),
}

/// The whole program.
pub fn run() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    signals::begin(&arguments);
    if let Some(code) = crate::refusal::run_if_asked(&arguments, TELL) {
        return code;
    }
    if let Some(code) = crate::stage::run_if_asked(&arguments) {
        return code;
    }
    if let Err(error) = enough_memory() {
        return ended(Err(error), false);
    }
    if let Some(code) = outside::run_if_asked(&mut arguments) {
        return code;
    }
    if let Some(outcome) = crate::container::run_if_asked(&arguments) {
        return ended(outcome.map_err(CliError::from), false);
    }
    if let Some(outcome) = container::run_if_asked(&arguments) {
        return ended(outcome, false);
    }
    if arguments.get(1).is_some_and(is_lesson) {
        arguments.insert(1, "list".into());
    }
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results, not errors. If the pipe is closed, nobody wants them. What was typed is
            // repeated there, and may be anything.
            let stream = if error.use_stderr() { Stream::Errors } else { Stream::Output };
            let _ = stream.show(on_one_line(error.render().to_string(), &arguments));
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    if let Some(code) = outside::ask(&cli, &arguments[1..]) {
        return code;
    }
    let common = match cli.common.with_lessons_found() {
        Ok(common) => common,
        Err(error) => {
            error.print(false);
            return ExitCode::from(error.exit_code());
        }
    };
    let common = &common;
    let outcome = match &cli.command {
        None => home::run(common),
        Some(Command::List(list)) => list.run(common),
        Some(Command::Run(run)) => run.run(common),
        Some(Command::Shell(shell)) => shell.run(common),
        Some(Command::Verify(verify)) => verify.run(common),
        Some(Command::Watch(watch)) => watch.run(common),
        Some(Command::Hint(hint)) => hint.run(common),
        Some(Command::Task(task)) => task.run(common),
        Some(Command::Solution(solution)) => solution.run(common),
        Some(Command::Next(next)) => next.run(common),
        Some(Command::Words(words)) => words.run(),
        Some(Command::Reset(reset)) => reset.run(common),
        Some(Command::Status(status)) => status.run(common),
        Some(Command::Stop(stop)) => stop.run(common),
        Some(Command::Progress(progress)) => progress.run(common),
        Some(Command::Replay(replay)) => replay.run(common),
        Some(Command::Export(export)) => export.run(common),
        Some(Command::Present(present)) => present.run(common),
        Some(Command::Container(container)) => return ended(container.run(), common.plain),
        Some(Command::Image(image)) => image.run(common),
        Some(Command::Registry(registry)) => registry.run(),
        Some(Command::Trees(trees)) => trees.run(common),
        Some(Command::Rootfs(rootfs)) => rootfs.run(common),
        Some(Command::Doctor(doctor)) => doctor.run(common),
        Some(Command::Lesson(lesson)) => lesson.run(common),
        Some(Command::Completions(completions)) => completions.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            signals::wait_if_ending();
            error.print(common.plain);
            ExitCode::from(error.exit_code())
        }
    }
}

/// So much address space this program and its threads take; where there is less, memory runs out at a place where nothing but
/// to abort is left.
const ADDRESSES: u64 = 48 << 20;

fn enough_memory() -> Result<(), CliError> {
    let Some(limit) = address_limit().filter(|limit| *limit < ADDRESSES) else { return Ok(()) };
    let wanted = "there is too little memory to begin with";
    let why = format!("this process may use {} KiB of addresses, and layerlab needs {}", limit >> 10, ADDRESSES >> 10);
    Err(CliError::Failed(Exit::Host, Failure::ours(wanted, why, "raise the limit: ulimit -v unlimited")))
}

/// What was typed is repeated in what clap says, and may hold lines that look like ours.
fn on_one_line(said: String, arguments: &[OsString]) -> String {
    let typed = arguments.iter().map(|argument| argument.to_string_lossy());
    typed.filter(|typed| typed.contains('\n')).fold(said, |said, typed| said.replace(&*typed, &escaped(&typed)))
}

/// The exit code of a container is that of its command.
fn ended(outcome: Result<u8, CliError>, plain: bool) -> ExitCode {
    ExitCode::from(outcome.unwrap_or_else(|error| {
        error.print(plain);
        error.exit_code()
    }))
}

/// How the host's programs in a session tell why the kernel refused.
const TELL: Tell = Tell {
    failure: |failure| CliError::Failed(Exit::Host, failure.clone()).print(false),
    note: |note| complain(output::wrapped(&format!("note: {note}"))),
};

/// Whether a word is `3` or `3.hide`. In the place of a command it asks for that lesson.
fn is_lesson(word: &OsString) -> bool {
    word.to_str().and_then(|word| word.split('.').next()).is_some_and(|number| number.parse::<u32>().is_ok())
}

impl Common {
    /// The lessons that are asked for, in the language of the learner.
    fn chosen(&self) -> Lessons {
        let language = Language::choose(self.lang.as_deref(), |name| std::env::var(name).ok());
        Lessons { folder: self.lessons.clone(), language }
    }

    /// Whether a lesson runs in a user namespace although root runs it: it was not built in, and nobody has said that it may have
    /// root's rights. Somebody who is asked may say no, and then nothing is done.
    fn restricts(&self, built_in: bool) -> Result<bool, CliError> {
        if built_in || !is_real_root() {
            return Ok(false);
        }
        let Some(answer) = &self.as_real_root else { return Ok(true) };
        let situation =
            "Lessons of a folder are programs of whoever wrote them, and root can do anything to this machine.";
        match ask::sure(situation, "Run them as root of the machine?", answer == "yes", "--as-real-root=yes")? {
            true => Ok(false),
            false => Err(CliError::Said(Exit::Quiet)),
        }
    }

    /// What was done of them. The lessons can be listed even if there is no place for the progress.
    fn journey(&self) -> Result<Journey, CliError> {
        let home = Home::find().map_err(|error| CliError::from(error).print(self.plain)).ok();
        let mut journey = Journey::read(&self.chosen(), home.as_ref())?;
        tell_damaged(journey.damaged.take());
        Ok(journey)
    }
}

/// Tells what became of a damaged progress.
fn tell_damaged(damaged: Option<String>) {
    if let Some(damaged) = damaged {
        complain(format!("note: {}", damaged));
    }
}

#[cfg(test)]
mod tests {
    use super::{COMMON, Cli};
    use clap::CommandFactory;

    #[test]
    fn every_help_has_what_is_common_to_all_commands_last() {
        let mut waiting = vec![Cli::command().term_width(100)];
        let mut seen = 0;
        while let Some(mut command) = waiting.pop() {
            command.build();
            let help = command.render_help().to_string();
            let (own, common) = help.split_once(&format!("{COMMON}:\n")).expect(&help);
            for option in ["--plain", "--lang", "--lessons", "--help"] {
                let names = |text: &str| text.lines().filter(|line| line.contains(&format!("{option} "))).count();
                assert_eq!((names(own), names(common)), (0, 1), "{option} in\n{help}");
            }
            assert!(!common.lines().any(|line| line.ends_with(':')), "{help}");
            seen += 1;
            waiting.extend(command.get_subcommands().filter(|one| one.get_name() != "help").cloned());
        }
        assert!(seen > 20, "{seen} commands");
    }
}
