//! `layerlab list`

use crate::cli::{CliError, Common};
use crate::course::{Journey, LessonProgress};
use crate::ground::{Failure, Need, Shown, Stream, say};
use crate::host::{foreseen, missing_programs};
use crate::lesson::Language;
use crate::reason::Reason;
use crate::scene::words;
use crate::session::Predicted;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// The lessons, and what you have done of them
#[derive(Debug, clap::Args)]
pub struct List {
    /// Only this one, with its exercises: its number or its name
    lesson: Option<String>,
    /// The lessons as JSON
    #[arg(long)]
    json: bool,
}

impl List {
    /// Prints them, with what was done of each, and which surely cannot run here; nothing is tried for it.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let mut journey = common.journey()?;
        if let Some(wanted) = &self.lesson {
            let name = common
                .chosen()
                .catalogue()?
                .find(wanted.split('.').next().unwrap_or(wanted))
                .map_err(CliError::usage)?
                .name();
            journey.lessons.retain(|lesson| lesson.name == name);
            if !self.json {
                return one(&journey.lessons, common.plain);
            }
        }
        let lacks = lacks(&journey, common)?;
        let mut text = String::new();
        if self.json {
            let lessons: Vec<_> = journey.lessons.iter().map(|lesson| json(lesson, lack_of(lesson, &lacks))).collect();
            say(Shown::json(&lessons)?)?;
        } else {
            let widest = journey.lessons.iter().map(|lesson| lesson.meta.title.width()).max().unwrap_or(0);
            for lesson in &journey.lessons {
                let meta = &lesson.meta;
                let pad = widest - meta.title.width();
                let _ = match common.plain {
                    true => {
                        let done = done(lesson);
                        let mut done = if done.is_empty() { done } else { format!(" {done}.") };
                        if lack_of(lesson, &lacks).is_some() {
                            done.push_str(" Cannot run here.");
                        }
                        if let Some(predicted) = predicted(lesson) {
                            let _ = write!(done, " Predictions: {predicted}.");
                        }
                        writeln!(text, "Lesson {}: {}, {} minutes.{done}", meta.number, meta.title, meta.minutes)
                    }
                    false => {
                        let line = format!(
                            "{:3}  {}{:pad$}  {:2} min  {}",
                            meta.number,
                            meta.title,
                            "",
                            meta.minutes,
                            match (done(lesson), lack_of(lesson, &lacks)) {
                                (done, None) => done,
                                (done, Some(_)) if done.is_empty() => "cannot run here".to_string(),
                                (done, Some(_)) => format!("{done}, cannot run here"),
                            }
                        );
                        let below = predicted(lesson).map(|predicted| format!("\n     predictions: {predicted}"));
                        writeln!(text, "{}{}", line.trim_end(), below.unwrap_or_default())
                    }
                };
            }
            for Lack { of_all, lessons, reason: lack } in &lacks {
                let numbers: Vec<String> = lessons.iter().map(u32::to_string).collect();
                let (which, see) = match numbers.as_slice() {
                    [first, ..] if *of_all => ("No lesson can".to_string(), first),
                    [one] => (format!("Lesson {one} cannot"), one),
                    several => (format!("Lessons {} cannot", several.join(", ")), &several[0]),
                };
                let failure = Failure::plain(format!("{which} run here: {}.", lack.why), &lack.fix);
                let or = Failure::label("or");
                let _ = writeln!(
                    text,
                    "\n{failure}\n{or}see how it went elsewhere: layerlab replay {see}; layerlab doctor {see} says more"
                );
            }
            // Nobody is invited to what cannot run.
            let can_run = |lesson: &&LessonProgress| lack_of(lesson, &lacks).is_none();
            let next = journey.next_command();
            let _ = match (next, journey.lessons.iter().find(can_run)) {
                (_, None) => Ok(()),
                (Some(next), _) => writeln!(text, "\nGo on with: {}", next.command),
                (None, Some(first)) => writeln!(text, "\nBegin with: layerlab run {}", first.meta.number),
            };
        }
        Ok(Stream::Output.show(text)?)
    }
}

/// One lesson, its exercises, and the one command that goes on.
fn one(lessons: &[LessonProgress], plain: bool) -> Result<(), CliError> {
    let mut text = String::new();
    for lesson in lessons {
        text.push_str(&with_exercises(lesson, plain));
        let _ = writeln!(text, "\nGo on with: {}", lesson.next_command());
    }
    Ok(Stream::Output.show(text)?)
}

/// A lesson and its exercises, a line each.
pub fn with_exercises(lesson: &LessonProgress, plain: bool) -> String {
    let LessonProgress { meta, exercises, .. } = lesson;
    let done = done(lesson);
    let mut text = match (plain, done.is_empty()) {
        (true, true) => format!("Lesson {}: {}, {} minutes.\n", meta.number, meta.title, meta.minutes),
        (true, false) => format!("Lesson {}: {}, {} minutes. {done}.\n", meta.number, meta.title, meta.minutes),
        (false, _) => {
            format!("{:3}  {}  {} min  {done}", meta.number, meta.title, meta.minutes).trim_end().to_string() + "\n"
        }
    };
    let widest = exercises.iter().map(|one| one.name.width()).max().unwrap_or(0);
    for one in exercises {
        let how = match (one.solved, one.solution_shown) {
            (true, true) => "solved, with the solution shown",
            (true, false) => "solved",
            (false, true) => "not solved yet; the solution was shown",
            (false, false) => "not solved yet",
        };
        let _ = match plain {
            true => writeln!(text, "Exercise {}, {}: {how}.", one.name, one.task),
            false => {
                let (mark, pad) = (if one.solved { "✓" } else { " " }, widest - one.name.width());
                writeln!(text, "  {mark} {}{:pad$}  {} ({how})", one.name, "", one.task)
            }
        };
    }
    text
}

/// What lessons need and this machine surely does not have or allow.
struct Lack {
    /// Every lesson there is needs it.
    of_all: bool,
    /// The numbers of those that do.
    lessons: Vec<u32>,
    reason: Reason,
}

/// What is lacking; each is looked at once.
fn lacks(journey: &Journey, common: &Common) -> Result<Vec<Lack>, CliError> {
    let numbers = |needs: &dyn Fn(&LessonProgress) -> bool| -> Vec<u32> {
        journey.lessons.iter().filter(|lesson| needs(lesson)).map(|lesson| lesson.meta.number).collect()
    };
    if let Some(reason) = foreseen(None) {
        return Ok(vec![Lack { of_all: true, lessons: numbers(&|_| true), reason }]);
    }
    let mut lacks = Vec::new();
    for (_, need) in Need::ALL {
        let lessons = numbers(&|lesson| lesson.meta.needs.contains(need));
        if !lessons.is_empty()
            && let Some(reason) = foreseen(Some(*need))
        {
            lacks.push(Lack { of_all: false, lessons, reason });
        }
    }
    // The texts are read only where a program is missing that some of them may run.
    for (program, reason) in missing_programs() {
        let runs = |number: u32| -> Result<bool, CliError> {
            let catalogue = common.chosen().catalogue()?;
            let lesson = catalogue.find(&number.to_string()).map_err(CliError::usage)?.load(&Language::default());
            let is_it = |word: &str| word.trim_matches(['\'', '"']) == program;
            Ok(lesson.is_ok_and(|lesson| {
                let mut commands = lesson.steps().flat_map(|(_, step)| step.commands());
                commands.any(|line| line.source.split_whitespace().any(is_it))
            }))
        };
        let mut lessons = Vec::new();
        for number in numbers(&|lesson| lack_of(lesson, &lacks).is_none()) {
            if runs(number)? {
                lessons.push(number);
            }
        }
        if !lessons.is_empty() {
            lacks.push(Lack { of_all: false, lessons, reason });
        }
    }
    Ok(lacks)
}

fn lack_of<'l>(lesson: &LessonProgress, lacks: &'l [Lack]) -> Option<&'l Reason> {
    lacks.iter().find(|lack| lack.lessons.contains(&lesson.meta.number)).map(|lack| &lack.reason)
}

/// What was done of a lesson, in a few words; empty if nothing was.
fn done(lesson: &LessonProgress) -> String {
    let of = lesson.exercises.len();
    match (lesson.run, lesson.solved()) {
        (false, 0) => String::new(),
        (true, 0) => "run".into(),
        (_, solved) if solved == of => format!("✓ all exercises solved{}", shown(lesson)),
        (_, solved) => format!("{solved} of {of} exercises solved{}", shown(lesson)),
    }
}

/// How many of those that are solved had their solution shown before.
fn shown(lesson: &LessonProgress) -> String {
    match lesson.exercises.iter().filter(|one| one.solved && one.solution_shown).count() {
        0 => String::new(),
        count => format!(" ({count} with the solution shown)"),
    }
}

/// How its predictions went, where any were asked: `4 of 6 right, 1 not known`.
fn predicted(lesson: &LessonProgress) -> Option<String> {
    let Predicted { right, wrong, unknown } = lesson.predicted.filter(|predicted| predicted.asked() > 0)?;
    Some(words::predicted(right, wrong, unknown))
}

fn json(lesson: &LessonProgress, lack: Option<&Reason>) -> serde_json::Value {
    let meta = &lesson.meta;
    let exercises: Vec<_> = lesson
        .exercises
        .iter()
        .map(|one| serde_json::json!({ "name": one.name, "title": one.task, "solved": one.solved, "solution_shown": one.solution_shown }))
        .collect();
    serde_json::json!({
        "number": meta.number, "slug": meta.slug, "title": meta.title, "minutes": meta.minutes, "needs": meta.needs,
        "run": lesson.run, "predictions": lesson.predicted, "exercises": exercises, "cannot_run_here": lack.map(|lack| &lack.why),
    })
}
