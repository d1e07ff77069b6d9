//! A checked exercise: what holds, what does not and why, what follows from it, what to type next.

use crate::event::{Broken, Verified};
use crate::scene::line::hanging;
use crate::scene::{Line, Role, markdown};

/// The whole of it for the eye.
pub(super) fn lines(verified: &Verified, width: usize, styled: bool) -> Vec<Line> {
    let mut lines = heading(&verified.exercise, &verified.title, width);
    lines.extend(checks(verified, width));
    lines.push(Line::new());
    if let Some(afterwards) = &verified.afterwards {
        lines.extend(markdown::lines(afterwards, width, styled));
        lines.push(Line::new());
    }
    let first = Line::of(Role::Quiet, "type  ");
    let next = Line::of(Role::Command, &verified.next.command).with(Role::Text, format!("  {}", verified.next.why));
    lines.extend(hanging(width, &first, &next));
    lines
}

/// `3.hide  Hide a file`
pub(super) fn heading(exercise: &str, title: &str, width: usize) -> Vec<Line> {
    hanging(width, &Line::of(Role::Quiet, format!("{exercise}  ")), &Line::of(Role::Heading, title))
}

/// The checks with everything that there is to say of those that do not hold.
fn checks(verified: &Verified, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (at, verdict) in verified.verdicts.iter().enumerate() {
        lines.extend(short(verified, at, width));
        if let Some(broken) = verdict.broken.as_ref().filter(|broken| broken.follows.is_none()) {
            for (label, role, text) in details(broken) {
                let first = Line::of(Role::Quiet, format!("      {label:<10}"));
                lines.extend(hanging(width, &first, &Line::of(role, text)));
            }
        }
    }
    lines
}

/// One check in one line, more where it is narrow; none where it repeats another.
pub(super) fn short(verified: &Verified, at: usize, width: usize) -> Vec<Line> {
    if verified.repeats(at) {
        return Vec::new();
    }
    let words = &verified.verdicts[at].sentence;
    let (role, sign, text) = match &verified.verdicts[at].broken {
        None => (Role::Right, "✓", Line::of(Role::Text, words)),
        Some(Broken { follows: Some(_), .. }) => {
            (Role::Quiet, "·", Line::of(Role::Quiet, format!("{words}: this follows")))
        }
        Some(_) => (Role::Wrong, "✗", Line::of(Role::Strong, words)),
    };
    hanging(width, &Line::of(Role::Text, "  ").with(role, format!("{sign} ")), &text)
}

fn details(broken: &Broken) -> impl Iterator<Item = (&'static str, Role, &str)> {
    let details = [
        ("expected", Role::Text, broken.expected.as_str()),
        ("found", Role::Text, &broken.found),
        ("meaning", Role::Text, &broken.means),
        ("next", Role::Hint, &broken.next),
    ];
    details.into_iter().filter(|(_, _, text)| !text.is_empty())
}

/// The same in sentences, one a line.
pub(super) fn spoken(verified: &Verified) -> Vec<Line> {
    let outcome = if verified.solved { "is solved" } else { "is not solved yet" };
    let mut said = vec![format!("Exercise {}, {}, {outcome}.", verified.exercise, verified.title)];
    for (_, verdict) in verified.verdicts.iter().enumerate().filter(|(at, _)| !verified.repeats(*at)) {
        let words = &verdict.sentence;
        let Some(broken) = &verdict.broken else {
            said.push(format!("Right: {words}."));
            continue;
        };
        if let Some(cause) = broken.follows.and_then(|at| verified.verdicts.get(at)) {
            said.push(format!("Wrong: {words}. It follows from this: {}.", cause.sentence));
            continue;
        }
        said.push(format!("Wrong: {words}."));
        said.push(format!("Expected: {}. Found: {}.", broken.expected, broken.found));
        for (label, text) in [("Meaning", &broken.means), ("Next", &broken.next)] {
            said.extend((!text.is_empty()).then(|| format!("{label}: {text}")));
        }
    }
    let mut lines: Vec<Line> = said.iter().map(|said| markdown::sentence(said)).collect();
    lines.extend(verified.afterwards.iter().flat_map(|text| markdown::spoken(text)));
    lines.push(markdown::sentence(&format!("Then type: {} {}", verified.next.command, verified.next.why)));
    lines
}

#[cfg(test)]
mod tests {
    use super::{checks, spoken};
    use crate::event::{Broken, Next, Verdict, Verified};
    use crate::scene::Line;

    #[test]
    fn a_sentence_is_read_once() {
        let verdict = |check: &str, sentence: &str, follows| {
            let text = String::new;
            let broken = Broken { expected: text(), found: text(), means: text(), next: text(), follows };
            Verdict { check: check.into(), sentence: sentence.into(), broken: Some(broken) }
        };
        let verdicts = vec![
            verdict("mounted m", "no overlay is mounted on m", None),
            verdict("lowers m a", "no overlay is mounted on m", Some(0)),
            verdict("file m/f", "m/f does not exist", Some(0)),
        ];
        let next = Next { command: "layerlab verify".into(), why: "to check again".into() };
        let (exercise, title) = ("9.try".into(), "Try".into());
        let verified = Verified { exercise, title, solved: false, verdicts, afterwards: None, next };
        let shown: Vec<String> = checks(&verified, 80).iter().map(|line| line.text()).collect();
        assert_eq!(shown, ["  ✗ no overlay is mounted on m", "  · m/f does not exist: this follows"]);
        let heard: Vec<String> = spoken(&verified).iter().map(Line::text).collect();
        let told = heard.iter().filter(|line| *line == "Wrong: no overlay is mounted on m.").count();
        assert_eq!(told, 1, "{heard:?}");
    }
}
