//! `layerlab present LESSON --check`: what an instructor wants to know before the hour.

use crate::cli::{CliError, Common, Exit, output};
use crate::ground::{Shown, Stream};
use crate::kernel::window_size;
use crate::lesson::Lesson;
use crate::present::{Found, Preflight, preflight};
use crate::scene::{Line, Role, words::plural};
use crate::screen::{Widths, widths};
use crate::stage::StageNeeds;
use std::io::IsTerminal;

/// A projector with a large font has so many columns and lines.
const COMFORTABLE: (usize, usize) = (80, 24);

/// Runs every beat, and tells what it found.
pub(super) fn run(
    common: &Common,
    lesson: &Lesson,
    needs: StageNeeds,
    recording: Option<&[u8]>,
) -> Result<(), CliError> {
    let Preflight { mut found, took, commands } = preflight(lesson, needs, recording)?;
    found.extend(terminal());
    let palette = output::palette(common);
    let width = output::width();
    let mut said = Shown::new();
    for found in &found {
        let (role, sign, text, fix) = match found {
            Found::Sound(text) => (Role::Right, "✓ ", text, None),
            Found::Lacks(text, fix) => (Role::Warning, "! ", text, Some(fix)),
            Found::Differs(text) => (Role::Wrong, "✗ ", text, None),
            Found::Otherwise(text) => (Role::Hint, "· ", text, None),
        };
        let mut first = Line::of(role, if common.plain { word(found) } else { sign });
        let blank = |columns| Line::of(Role::Text, " ".repeat(columns));
        for line in text.lines() {
            said.append(&palette.lines(&Line::of(Role::Text, line).wrap(width, &first, &blank(4))));
            first = blank(2);
        }
        if let Some(fix) = fix {
            let first = Line::of(Role::Quiet, "    fix  ");
            said.append(&palette.lines(&Line::of(Role::Text, fix).wrap(width, &first, &blank(9))));
        }
    }
    if let Some(took) = took {
        let (commands, minutes) = (plural(commands as u64, "command"), plural(lesson.meta.minutes.into(), "minute"));
        said.text(&format!("\n{commands} ran in {} ms; {minutes} are planned.\n", took.as_millis()));
    }
    Stream::Output.show(said)?;
    match found.iter().any(|found| matches!(found, Found::Differs(_))) {
        true => Err(CliError::Said(Exit::NotHeld)),
        false => Ok(()),
    }
}

fn word(found: &Found) -> &'static str {
    match found {
        Found::Sound(_) => "Right: ",
        Found::Lacks(..) => "Careful: ",
        Found::Differs(_) => "Wrong: ",
        Found::Otherwise(_) => "Note: ",
    }
}

/// How wide the terminal draws what is not the same width everywhere.
fn of_signs(widths: Option<Widths>) -> Found {
    let Some(Widths { line, mark, wide }) = widths else {
        return Found::Lacks(
            "the terminal does not say where its cursor is, so how wide it draws some signs is not known".into(),
            "look at some beats before the hour: layerlab present LESSON --recorded".into(),
        );
    };
    match (line, mark, wide) {
        (1, 1, 2) => Found::Sound("lines of boxes and marks take one column, wide characters two".into()),
        (1, 1, wide) => Found::Lacks(
            format!("the terminal draws wide characters in {}, not in two", plural(wide as u64, "column")),
            "names in wide characters will stand askew: take another terminal or font for them".into(),
        ),
        _ => Found::Lacks(
            "the terminal draws lines of boxes or marks in two columns, not in one".into(),
            "set its \"ambiguous-width characters\" to narrow".into(),
        ),
    }
}

/// What the terminal lacks.
fn terminal() -> Vec<Found> {
    let mut found = Vec::new();
    match window_size() {
        None => found.push(Found::Lacks(
            "this is no terminal, so its size is not known".into(),
            "run the check in the terminal that will be projected".into(),
        )),
        Some((columns, lines)) if columns < COMFORTABLE.0 || lines < COMFORTABLE.1 => {
            let (least_columns, least_lines) = COMFORTABLE;
            found.push(Found::Lacks(
                format!("the terminal has {columns} columns and {lines} lines; {least_columns} and {least_lines} are comfortable"),
                "make its window larger, or its font smaller".into(),
            ));
        }
        Some((columns, lines)) => {
            found.push(Found::Sound(format!("the terminal has {columns} columns and {lines} lines")));
        }
    }
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let term = variable("TERM");
    match term.as_str() {
        "" | "dumb" => found.push(Found::Lacks(
            "TERM does not name a terminal that can move its cursor".into(),
            "start it in a terminal, or set TERM to what it is".into(),
        )),
        _ if term.contains("256color") || term.contains("direct") || !variable("COLORTERM").is_empty() => {
            found.push(Found::Sound(format!("TERM is {term}: 256 colours")));
        }
        "linux" => found.push(Found::Lacks(
            "the console of Linux has 16 colours".into(),
            "present in a terminal window, or with --colours none".into(),
        )),
        _ => found.push(Found::Lacks(
            format!("TERM is {term}, which does not say that there are 256 colours"),
            "set TERM to xterm-256color if the terminal has them, or use --colours none".into(),
        )),
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable).into_iter().find(|locale| !locale.is_empty());
    let locale = locale.unwrap_or_default();
    let is_utf8 = locale.to_lowercase().replace('-', "").contains("utf8");
    found.push(match is_utf8 {
        true => Found::Sound(format!("the locale is {locale}: UTF-8")),
        false => Found::Lacks(
            format!(
                "the locale is {}, which is not UTF-8: lines of boxes may be shown as other signs",
                if locale.is_empty() { "C" } else { &locale }
            ),
            "set LANG to C.UTF-8".into(),
        ),
    });
    if is_utf8 && std::io::stdin().is_terminal() && Stream::Output.is_terminal() {
        found.push(of_signs(widths()));
    }
    if !variable("NO_COLOR").is_empty() {
        let (lacks, fix) = ("NO_COLOR is set, so there will be no colours", "unset NO_COLOR, if that is not meant");
        found.push(Found::Lacks(lacks.into(), fix.into()));
    }
    found
}
