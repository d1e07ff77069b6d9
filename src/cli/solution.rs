//! `layerlab solution [LESSON.EXERCISE]`

use crate::cli::ask::sure;
use crate::cli::output;
use crate::cli::{CliError, Common, tell_damaged};
use crate::course::{Target, word};
use crate::ground::{Failure, escaped_lines, say};
use crate::pack::of_folder;
use crate::session::Progress;
use std::time::SystemTime;

/// How an exercise can be solved
#[derive(Debug, clap::Args)]
pub struct Solution {
    /// Such as `3.hide`; without it, the exercise you are at
    exercise: Option<String>,
    /// Do not ask first
    #[arg(long, short)]
    yes: bool,
}

impl Solution {
    /// Whether it does not ask.
    pub fn says_yes(&self) -> bool {
        self.yes
    }

    /// Shows them: freely once the exercise is solved, before that after a question.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let target = Target::find(&common.chosen(), self.exercise.as_deref())?;
        let exercise = target.exercise()?;
        is_open(common)?;
        let key = target.key(exercise);
        let (progress, damaged) = Progress::read(&target.home)?;
        tell_damaged(damaged);
        if !progress.is_solved(&key) {
            let hints = exercise.hints.len().saturating_sub(progress.of(&key).hints as usize);
            let left = match hints {
                0 => String::new(),
                1 => format!(" There is one more hint ({}).", word("hint")),
                more => format!(" There are {more} more hints ({}).", word("hint")),
            };
            let situation = format!("{} is not solved yet.{left}", target.called(exercise));
            if !sure(&situation, "Show the solution?", self.yes, "--yes")? {
                return Ok(());
            }
            tell_damaged(Progress::change(&target.home, |progress| progress.entry(&key).solution_shown = true)?);
        }
        let solutions = target.solutions(exercise)?;
        for (at, solution) in solutions.iter().enumerate() {
            match solutions.len() {
                1 => say(format!("{} can be solved so:\n", target.called(exercise)))?,
                of => say(format!(
                    "{}{} can be solved so ({} of {of}):\n",
                    if at > 0 { "\n" } else { "" },
                    target.called(exercise),
                    at + 1
                ))?,
            }
            solution.lines().try_for_each(|line| say(fitted(&escaped_lines(line))))?;
        }
        say("\nType it yourself, line by line, and look at the trees after each.")?;
        Ok(())
    }
}

/// By which an instructor locks the solutions for a class: a time such as `2026-03-01T18:30:00Z` until then, `0` or nothing not
/// at all, anything else for good.
const LOCKED: &str = "LAYERLAB_SOLUTIONS_LOCKED";

/// Whether solutions may be shown now.
fn is_open(common: &Common) -> Result<(), CliError> {
    let by_variable = std::env::var(LOCKED).ok().filter(|locked| !locked.is_empty() && locked != "0");
    let pack = common.chosen().folder.and_then(|folder| of_folder(&folder));
    let by_pack = pack.and_then(|pack| Some((pack.locked?, format!("the pack {}", pack.name))));
    for (locked, by) in by_variable.map(|locked| (locked, LOCKED.to_string())).into_iter().chain(by_pack) {
        let until = match humantime::parse_rfc3339_weak(&locked) {
            Ok(until) if until <= SystemTime::now() => continue,
            Ok(_) => format!("until {locked}"),
            Err(_) => "for this class".to_string(),
        };
        let why = format!("whoever teaches has locked the solutions {until} ({by})");
        return Err(CliError::usage(Failure::ours("cannot show the solution", why, "ask for a hint: layerlab hint")));
    }
    Ok(())
}

/// A line within the width of the terminal: comments are broken between words, and commands where a shell reads on behind a
/// backslash. What stands in quotes is left alone.
fn fitted(line: &str) -> String {
    let options = |first, rest| {
        let options = textwrap::Options::new(output::width().saturating_sub(2)).break_words(false);
        let options = options.word_separator(textwrap::WordSeparator::AsciiSpace);
        options.word_splitter(textwrap::WordSplitter::NoHyphenation).initial_indent(first).subsequent_indent(rest)
    };
    match line.strip_prefix('#') {
        Some(why) => textwrap::fill(why.trim(), options("  # ", "  # ")),
        None if line.contains(['\'', '"']) => format!("  {line}"),
        None => textwrap::wrap(line, options("  ", "      ")).join(" \\\n"),
    }
}
