//! What is said in words: data in, English out. No layout, no colour; every renderer says the same.
//!
//! Kernel words only: lower, upper, merged, whiteout, opaque, copied up.

use crate::event::{
    Change, Content, Kind, Lower, Mark, Marked, PanelKind, PanelRow, PathContent, Row, State, Statement,
};
use crate::ground::Name;
use crate::render::line::{head, tail};
use similar::{ChangeTag, TextDiff};

/// A sentence about a change, with the mark that stands before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// `+` new, `~` changed, `-` gone, `W` whiteout, `!` take care; nothing before a remark.
    pub sign: Sign,
    /// The sentence, or two.
    pub text: String,
    /// It follows from another sentence, and may be told quietly.
    pub quiet: bool,
    /// How many changes it is about.
    changes: u64,
}

/// What stands before a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `+`
    New,
    /// `~`
    Changed,
    /// `-`
    Gone,
    /// `W`
    Whiteout,
    /// `!`
    Care,
    /// A remark about several.
    More,
}

impl Sign {
    /// One character.
    pub fn mark(self) -> &'static str {
        match self {
            Sign::New => "+",
            Sign::Changed => "~",
            Sign::Gone => "-",
            Sign::Whiteout => "W",
            Sign::Care => "!",
            Sign::More => "…",
        }
    }
}

impl From<Mark> for Sign {
    fn from(mark: Mark) -> Sign {
        match mark {
            Mark::New => Sign::New,
            Mark::Changed => Sign::Changed,
            Mark::Gone => Sign::Gone,
        }
    }
}

/// More sentences than this are summed up.
const MOST: usize = 8;

/// All changes in sentences: like ones together where they are many, and no more than `MOST`, the rest counted.
pub fn tell(changes: &[Change]) -> Vec<Told> {
    let mut told = Vec::new();
    let mut at = 0;
    while at < changes.len() {
        let alike = changes[at..].iter().take_while(|change| group(change) == group(&changes[at])).count();
        let run = &changes[at..at + alike];
        at += alike;
        let untold = changes.get(at).map_or(0, |next| untold_of(&run[0], next));
        match (alike, summed_up(run, untold)) {
            (2.., Some(sum)) => {
                told.push(Told { changes: alike as u64 + untold, ..sum });
                at += usize::from(untold > 0);
            }
            _ => told.extend(run.iter().map(|change| sentence(change, changes))),
        }
    }
    if told.len() > MOST {
        let rest = told.split_off(MOST - 1);
        let count = |sign: Sign, word: &str| {
            let several: u64 = rest.iter().filter(|told| told.sign == sign).map(|told| told.changes).sum();
            (several > 0).then(|| format!("{} {word}", number(several)))
        };
        let kinds: Vec<String> = [
            count(Sign::New, "new"),
            count(Sign::Changed, "changed"),
            count(Sign::Gone, "gone"),
            count(Sign::Whiteout, "whited out"),
            count(Sign::Care, "in a lower layer"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let all = rest.iter().map(|told| told.changes).sum();
        told.push(loud(
            Sign::More,
            format!("{} more changes, marked in the trees: {}.", number(all), kinds.join(", ")),
        ));
    }
    told
}

/// Changes of one group may be told in one sentence. Copy-ups are the lesson: each has its own.
fn group(change: &Change) -> Option<(u8, Option<&Name>, Option<Mark>)> {
    match change {
        Change::Workspace { mark, .. } => Some((0, None, Some(*mark))),
        Change::Created { layer, .. } => Some((1, Some(layer), None)),
        Change::Removed { layer, .. } => Some((2, Some(layer), None)),
        Change::Modified { layer, .. } => Some((3, Some(layer), None)),
        Change::LowerChanged { layer, mark, .. } => Some((4, Some(layer), Some(*mark))),
        _ => None,
    }
}

/// How many more changes like `change` the one behind it only counts.
fn untold_of(change: &Change, behind: &Change) -> u64 {
    match (group(change), behind) {
        (Some((_, of, Some(kind))), Change::Untold { layer, mark, entries })
            if (of, kind) == (layer.as_ref(), *mark) =>
        {
            *entries
        }
        _ => 0,
    }
}

/// One sentence for a `run` of like changes; `untold` are more of them, which are only counted.
fn summed_up(run: &[Change], untold: u64) -> Option<Told> {
    let many = run.len() as u64 + untold;
    let names = names_of(run, untold);
    Some(match run.first()? {
        Change::Workspace { mark: Mark::New, .. } => loud(Sign::New, format!("{} new entries: {names}.", number(many))),
        Change::Workspace { mark: Mark::Changed, .. } => {
            loud(Sign::Changed, format!("{} entries were changed: {names}.", number(many)))
        }
        Change::Workspace { mark: Mark::Gone, .. } => {
            loud(Sign::Gone, format!("{} entries are gone: {names}.", number(many)))
        }
        Change::Created { layer, .. } if many > 2 => loud(
            Sign::New,
            format!("{} new entries in {}, which no lower layer has: {names}.", number(many), called(layer)),
        ),
        Change::Removed { layer, .. } if many > 2 => {
            loud(Sign::Gone, format!("{} entries that only {} had are gone: {names}.", number(many), called(layer)))
        }
        Change::Modified { layer, .. } if many > 2 => loud(
            Sign::Changed,
            format!("{} entries were changed in {}, where they already were: {names}.", number(many), called(layer)),
        ),
        Change::LowerChanged { layer, mark, .. } if many > 2 => {
            let what = match mark {
                Mark::New => "were added to",
                Mark::Changed => "were changed in",
                Mark::Gone => "were deleted from",
            };
            let number = number(many);
            loud(
                Sign::Care,
                format!(
                    "{number} entries {what} the lower layer {} itself: {names}. Every container that uses this \
                     layer sees it.",
                    called(layer)
                ),
            )
        }
        _ => return None,
    })
}

/// The names at the top, directories with a slash; what lies within a directory of the same list is only counted. Of the
/// `untold` nothing is known but their number.
fn names_of(run: &[Change], untold: u64) -> String {
    const SHOWN: usize = 8;
    let entries: Vec<(&Name, bool)> = run
        .iter()
        .filter_map(|change| match change {
            Change::Workspace { path, directory, .. } | Change::Created { path, directory, .. } => {
                Some((path, *directory))
            }
            Change::Removed { path, .. } | Change::Modified { path, .. } | Change::LowerChanged { path, .. } => {
                Some((path, false))
            }
            _ => None,
        })
        .collect();
    let directories: std::collections::BTreeSet<&Name> =
        entries.iter().filter(|(_, directory)| *directory).map(|(path, _)| *path).collect();
    let (within, top): (Vec<_>, Vec<_>) = entries.iter().partition(|(path, _)| {
        path.as_path().ancestors().skip(1).any(|above| directories.contains(&Name::from(above)))
    });
    let mut shown: Vec<String> = top
        .iter()
        .take(SHOWN)
        .map(|(path, directory)| format!("{}{}", called(path), if *directory { "/" } else { "" }))
        .collect();
    if untold > 0 {
        shown.push(format!("{} more", number((run.len() - shown.len()) as u64 + untold)));
        return and(&shown);
    }
    if top.len() > SHOWN {
        shown.push(format!("{} more", number((top.len() - SHOWN) as u64)));
    }
    match (within.len(), top.len()) {
        (0, _) => {}
        (inside, 1) => shown.push(format!("{} inside it", number(inside as u64))),
        (inside, _) => shown.push(format!("{} inside them", number(inside as u64))),
    }
    and(&shown)
}

/// The sentence for one change; `all` are the changes it came with, for what follows from another.
pub fn sentence(change: &Change, all: &[Change]) -> Told {
    match change {
        Change::Mounted { mountpoint, lowers, upper } => {
            let lowers = plural(*lowers, "lower layer");
            let text = match upper {
                Some(upper) => format!(
                    "{} now shows the union of {lowers} and the upper layer {}.",
                    called(mountpoint),
                    called(upper)
                ),
                None => format!(
                    "{} now shows the union of {lowers}. It has no upper layer, so it is read-only.",
                    called(mountpoint)
                ),
            };
            loud(Sign::New, text)
        }
        Change::Unmounted { mountpoint } if mountpoint.as_path() == std::path::Path::new("/") => loud(
            Sign::Gone,
            "The shell that had the overlay as its root has ended, and the mount with it. That changed nothing in its layers."
                .to_string(),
        ),
        Change::Unmounted { mountpoint } => loud(
            Sign::Gone,
            format!(
                "The overlay on {} is no longer mounted. The unmount itself changed nothing in its layers.",
                called(mountpoint)
            ),
        ),
        Change::Moved { from, to } if to.as_path() == std::path::Path::new("/") => {
            loud(Sign::Changed, format!("The merged view of {} is now the root directory of the shell.", called(from)))
        }
        Change::Moved { from, to } => {
            loud(Sign::Changed, format!("What was mounted on {} is now mounted on {}.", called(from), called(to)))
        }
        Change::Created { path, directory, layer } => loud(
            Sign::New,
            format!(
                "{}{} was created in {}; no lower layer has {}.",
                if *directory { "The directory " } else { "" },
                called(path),
                called(layer),
                if *directory { "one of that name" } else { "it" },
            ),
        ),
        Change::CopiedUp { .. } => copied_up(change, all),
        Change::Replaced { path, layer, hides } => loud(
            Sign::New,
            format!(
                "{} in {} is a new file{}. Nothing was copied up.",
                called(path),
                called(layer),
                hides_the_one(hides, "; it hides the one in ", "; it hides those in ")
            ),
        ),
        Change::CopiedOrReplaced { path, layer, hides } => loud(
            Sign::New,
            format!(
                "{} in {}{}. That file has several names, and the kernel does not note whether such a file was copied \
                 up or made new.",
                called(path),
                called(layer),
                hides_the_one(hides, " hides the one in ", " hides those in ")
            ),
        ),
        Change::WhitedOut { path, layer, hides } => loud(
            Sign::Whiteout,
            match hides.len() {
                0 => format!("{} was deleted: {} holds a whiteout of that name now.", called(path), called(layer)),
                _ => format!(
                    "{} was deleted: a whiteout in {}{}, which {} still there.",
                    called(path),
                    called(layer),
                    hides_the_one(hides, " hides the one in ", " hides those in "),
                    if hides.len() == 1 { "is" } else { "are" }
                ),
            },
        ),
        Change::WhiteoutRemoved { path, layer } => loud(
            Sign::Gone,
            format!(
                "The whiteout of {} in {} is gone: what the layers below hold can be seen again.",
                called(path),
                called(layer)
            ),
        ),
        Change::BecameOpaque { path, layer, hides } => loud(
            Sign::Changed,
            match hides.len() {
                0 => format!("{} in {} is opaque now. Below it lies nothing that it could hide.", called(path), called(layer)),
                _ => format!(
                    "{0} in {1} is opaque now: it hides all that {2} in {0}, and shows only what {1} holds itself.",
                    called(path),
                    called(layer),
                    has(hides)
                ),
            },
        ),
        Change::Modified { path, layer } => loud(
            Sign::Changed,
            format!("{} was changed in {}, where it already was. Nothing was copied.", called(path), called(layer)),
        ),
        Change::Removed { path, layer } => loud(
            Sign::Gone,
            format!("{} is gone. Only {} had it, so no whiteout was needed.", called(path), called(layer)),
        ),
        Change::LowerChanged { path, layer, mark } => {
            let (what, who) = match mark {
                Mark::New => ("was added to", "every container that uses this layer sees it"),
                Mark::Changed => ("was changed in", "every container that uses this layer sees it"),
                Mark::Gone => ("was deleted from", "it is gone for every container that uses this layer"),
            };
            loud(Sign::Care, format!("{} {what} the lower layer {} itself: {who}.", called(path), called(layer)))
        }
        Change::Workspace { path, directory, mark } => {
            let the = if *directory { "The directory " } else { "" };
            let what = match mark {
                Mark::New => "is new",
                Mark::Changed => "was changed",
                Mark::Gone => "is gone",
            };
            loud(Sign::from(*mark), format!("{the}{} {what}.", called(path)))
        }
        Change::Untold { layer, mark, entries } => {
            let what = match mark {
                Mark::New => "new",
                Mark::Changed => "changed",
                Mark::Gone => "gone",
            };
            let layer = layer.as_ref().map_or(String::new(), |layer| format!(" in {}", called(layer)));
            let told = loud(Sign::from(*mark), format!("{} more entries{layer} are {what}.", number(*entries)));
            Told { changes: *entries, ..told }
        }
    }
}

fn copied_up(change: &Change, all: &[Change]) -> Told {
    let Change::CopiedUp { path, from, to, directory, content, metadata_changed, metacopy, source_unchanged } = change
    else {
        unreachable!("only called for a copy-up");
    };
    let (path_, from_, to_) = (called(path), called(from), called(to));
    if *directory {
        let because_of_a_child = all.iter().any(|other| lies_below(path, other));
        let text = match (because_of_a_child, metadata_changed) {
            (true, false) => format!(
                "The directory {path_} was copied up too, because something in it changed; what else it holds stays in {from_}."
            ),
            (_, true) => format!(
                "The directory {path_} was copied up from {from_} into {to_}: its mode or owner was changed. What it holds was not copied."
            ),
            (false, false) => {
                format!("The directory {path_} was copied up from {from_} into {to_}. What it holds was not copied.")
            }
        };
        return Told { quiet: because_of_a_child && !metadata_changed, ..loud(Sign::New, text) };
    }
    let mut text = match (metacopy, content, metadata_changed) {
        (true, _, _) => {
            format!("Only the metadata of {path_} was copied up into {to_}; its data is still read from {from_}.")
        }
        (_, Content::Changed, _) => format!("{path_} was copied up from {from_} into {to_}, then written."),
        (_, Content::Same, true) => format!(
            "{path_} was copied up from {from_} into {to_}: its mode or times were changed, and the whole file was \
             copied for that."
        ),
        (_, Content::Same, false) => format!(
            "{path_} was copied up from {from_} into {to_} and is the same in both: to open it for writing was enough."
        ),
        (_, Content::NotCompared, _) => {
            format!("{path_} was copied up from {from_} into {to_}. It is too large to compare the two here.")
        }
    };
    if *source_unchanged {
        text.push_str(&format!(" {from_} did not change."));
    }
    loud(Sign::New, text)
}

fn lies_below(directory: &Name, change: &Change) -> bool {
    match change {
        Change::Created { path, .. }
        | Change::CopiedUp { path, .. }
        | Change::Replaced { path, .. }
        | Change::CopiedOrReplaced { path, .. }
        | Change::WhitedOut { path, .. }
        | Change::BecameOpaque { path, .. } => path != directory && path.as_path().starts_with(directory.as_path()),
        _ => false,
    }
}

fn loud(sign: Sign, text: String) -> Told {
    Told { sign, text, quiet: false, changes: 1 }
}

fn hides_the_one(hides: &[Name], one: &str, several: &str) -> String {
    match hides.len() {
        0 => String::new(),
        1 => format!("{one}{}", called(&hides[0])),
        _ => format!("{several}{}", some(hides)),
    }
}

fn has(hides: &[Name]) -> String {
    format!("{} {}", some(hides), if hides.len() == 1 { "has" } else { "have" })
}

/// A row's name as a tree shows it: `dir/`, `link -> target`, `… 1,204 more entries`.
pub fn row_name(row: &Row) -> String {
    match &row.kind {
        Kind::Folded { entries } => format!("… {}", folded_rows(*entries)),
        Kind::Directory => format!("{}/", row.name),
        Kind::Symlink { target } => format!("{} -> {target}", row.name),
        _ => row.name.to_string(),
    }
}

/// The words beside an entry of a layer, from the fullest to none, for a column that grows narrower.
pub fn layer_notes(row: &Row) -> Vec<String> {
    let full = layer_parts(row);
    if full.is_empty() {
        let word = match (row.mark, own_kind(&row.kind)) {
            (_, Some(kind)) => kind,
            (Some(Mark::New), _) => "new".to_string(),
            (Some(Mark::Changed), _) => "changed".to_string(),
            (Some(Mark::Gone), _) => "gone".to_string(),
            (None, None) => return vec![String::new()],
        };
        return vec![word.clone(), word, String::new()];
    }
    let short = full[0].split([',', ':']).next().unwrap_or_default().to_string();
    let bare = if matches!(row.kind, Kind::Whiteout { .. }) { "W".to_string() } else { String::new() };
    vec![full.join(", "), short, bare]
}

/// What the overlay made of an entry of a layer, each in a few words; an entry that was simply made there has none.
pub fn layer_parts(row: &Row) -> Vec<String> {
    if row.mark == Some(Mark::Gone) {
        return Vec::new();
    }
    if matches!(row.kind, Kind::Whiteout { .. }) {
        return vec!["W whiteout".to_string()];
    }
    let metacopy = row.states.contains(&State::Metacopy);
    let opaque = row.states.iter().any(|state| matches!(state, State::Opaque { .. }));
    let mut parts = Vec::new();
    for state in &row.states {
        match state {
            State::Added | State::Metacopy => {}
            State::Replaced | State::CopiedOrReplaced if opaque => {}
            State::Replaced => parts.push("new file, hides the one below".to_string()),
            State::CopiedOrReplaced => parts.push("hides the one below".to_string()),
            State::CopiedUp { content, metadata_changed } => parts.push(
                match (metacopy, content, metadata_changed) {
                    (true, _, _) => "copied up, metadata only",
                    (_, Content::Changed, _) => "copied up, changed",
                    (_, Content::Same, false) => "copied up, unchanged",
                    (_, Content::Same, true) => "copied up, only metadata changed",
                    (_, Content::NotCompared, true) => "copied up, metadata changed",
                    (_, Content::NotCompared, false) => "copied up",
                }
                .to_string(),
            ),
            State::Opaque { .. } => parts.push("opaque: shows nothing from below".to_string()),
            State::Redirect { to } => parts.push(format!("redirect -> {to}")),
            State::Mounted { kind } if kind == "nsfs" => parts.push("keeps a namespace".to_string()),
            State::Mounted { kind } => parts.push(format!("{kind} is mounted here")),
        }
    }
    if metacopy && parts.is_empty() {
        parts.push("metadata only".to_string());
    }
    parts
}

/// Where an entry of the merged view comes from, from the fullest words to none.
pub fn merged_notes(row: &Row, upper: Option<&Name>) -> Vec<String> {
    if row.mark == Some(Mark::Gone) {
        return vec!["gone".to_string(), "gone".to_string(), "gone".to_string(), String::new()];
    }
    let Some(from) = &row.from else {
        return match own_kind(&row.kind) {
            Some(kind) => vec![kind],
            None => vec![String::new()],
        };
    };
    let layer = |name: &Name| if Some(name) == upper { "upper".to_string() } else { called(name) };
    let mut givers = vec![layer(from)];
    givers.extend(row.with.iter().take(2).map(layer));
    if row.with.len() > 2 {
        givers.push(format!("{} more", number((row.with.len() - 2) as u64)));
    }
    let kind = own_kind(&row.kind).map(|kind| format!(", {kind}")).unwrap_or_default();
    let hides = if row.hides.is_empty() { String::new() } else { format!(", hides {}", some(&row.hides)) };
    let few_hides = match row.hides.len() as u64 {
        0 => String::new(),
        hidden => format!(", hides {}", number(hidden)),
    };
    let more = match row.with.len() as u64 {
        0 => String::new(),
        joined => format!(" and {} more", number(joined)),
    };
    vec![
        format!("from {}{hides}{kind}", and(&givers)),
        format!("{}{more}{few_hides}{kind}", layer(from)),
        layer(from),
        String::new(),
    ]
}

/// What an entry is, where its look does not tell.
pub fn own_kind(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Device { major, minor } => Some(format!("device {major}, {minor}")),
        Kind::Fifo => Some("named pipe".to_string()),
        Kind::Socket => Some("socket".to_string()),
        _ => None,
    }
}

/// `1,204 more entries`: what stands for rows that were left out.
pub fn folded_rows(entries: u64) -> String {
    match entries {
        1 => "1 more entry".to_string(),
        _ => format!("{} more entries", number(entries)),
    }
}

/// `498 more layers, 1,204 entries`
pub fn folded_layers(layers: u64, entries: u64) -> String {
    let entries = if entries == 1 { "1 entry".to_string() } else { format!("{} entries", number(entries)) };
    format!("{} more {}, {entries}", number(layers), if layers == 1 { "layer" } else { "layers" })
}

/// How many layers there are, those that are folded included.
pub fn layer_count(lowers: &[Lower]) -> u64 {
    lowers.iter().map(|lower| if let Lower::Folded { layers, .. } = lower { *layers } else { 1 }).sum()
}

/// A prediction as a question.
pub fn question(statement: &Statement) -> String {
    match &statement.reads {
        None => format!("Will {} exist?", statement.path),
        Some(text) => format!("Will {} read \"{text}\"?", statement.path),
    }
}

/// A prediction as it was found: `mnt/a.txt exists: a file that reads "…"`.
pub fn fact(marked: &Marked) -> String {
    let Statement { path, reads } = &marked.statement;
    let found = found(&marked.found);
    match (reads, marked.holds) {
        (None, true) => format!("{path} exists: {found}."),
        (None, false) if marked.found == PathContent::Nothing => format!("{path} does not exist."),
        (None, false) => format!("{path} does not exist: {found}."),
        (Some(text), true) => format!("{path} reads \"{text}\"."),
        (Some(text), false) => format!("{path} does not read \"{text}\": {found}."),
    }
}

/// What the learner had said about it.
pub fn said(marked: &Marked) -> Option<&'static str> {
    match (marked.said?, marked.holds) {
        (true, true) | (false, false) => Some("You said so."),
        (true, false) => Some("You said it would."),
        (false, true) => Some("You said it would not."),
    }
}

/// What stands at a path.
pub fn found(found: &PathContent) -> String {
    match found {
        PathContent::Nothing => "nothing is there".to_string(),
        PathContent::Directory => "a directory".to_string(),
        PathContent::File { reads: Some(text) } => format!("a file that reads \"{text}\""),
        PathContent::File { reads: None } => "a file".to_string(),
        PathContent::Whiteout => "a whiteout".to_string(),
        PathContent::Link => "a symbolic link".to_string(),
        PathContent::Other => "neither a file nor a directory".to_string(),
    }
}

/// A name within a sentence: in quotes where it would fall apart.
pub fn called(name: &Name) -> String {
    let shown = name.to_string();
    if shown.is_empty() {
        "the directory itself".to_string()
    } else if shown.contains(char::is_whitespace) {
        format!("'{shown}'")
    } else {
        shown
    }
}

/// `4 lower layers`, `1 lower layer`.
pub fn plural(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// `1,204`
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `a, b and c`
pub fn and(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// At most three names, and how many more there are.
fn some(names: &[Name]) -> String {
    let mut shown: Vec<String> = names.iter().take(3).map(called).collect();
    if names.len() == 4 {
        shown.push(called(&names[3]));
    } else if names.len() > 4 {
        shown.push(format!("{} more", number((names.len() - 3) as u64)));
    }
    and(&shown)
}

/// What a mismatch of the outcome means.
pub fn wrong_status(status: i32) -> String {
    match status {
        0 => "It succeeded; the lesson says that it fails.".to_string(),
        status => format!("It failed with status {status}; the lesson says that it succeeds."),
    }
}

/// How the predictions went, where somebody was asked.
pub fn score(marks: &[Marked]) -> Option<String> {
    let asked = marks.iter().filter(|marked| marked.said.is_some()).count();
    let right = marks.iter().filter(|marked| marked.said == Some(marked.holds)).count();
    match (asked, right) {
        (0 | 1, _) => None,
        (asked, right) if asked == right => Some(format!("All {asked} right.")),
        (asked, 0) => Some(format!("None of {asked} right. The kernel has the last word.")),
        (asked, right) => Some(format!("{right} of {asked} right.")),
    }
}

/// The last words of a run.
pub fn ended(held: bool) -> &'static str {
    if held {
        "Every command did what the lesson says."
    } else {
        "Not every command did what the lesson says; where it did not, it is marked above."
    }
}

/// Two outputs line by line, with what cannot be seen made visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `-` only expected, `+` only found, a blank for both; then the line.
    pub lines: Vec<(char, String)>,
    /// What the signs for invisible characters mean, where they are used.
    pub remarks: Vec<String>,
}

/// How blanks and tabs that matter are made visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blanks {
    /// As `·` and `→`.
    Signs,
    /// As `[2 blanks]` and `[tab]`.
    Words,
}

/// How what was found differs from what was expected.
pub fn difference(expected: &str, found: &str, blanks: Blanks) -> Difference {
    let ended = |text: &str| if text.is_empty() || text.ends_with('\n') { text.into() } else { format!("{text}\n") };
    let (expected_lines, found_lines) = (ended(&with_wildcards_filled(expected, found)), ended(found));
    let diff = TextDiff::from_lines(expected_lines.as_str(), found_lines.as_str());
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let only_blanks = squeeze(&expected_lines) == squeeze(&found_lines);
    let mut lines = Vec::new();
    for change in diff.iter_all_changes() {
        let text = change.value().trim_end_matches('\n');
        lines.push(match change.tag() {
            ChangeTag::Equal => (' ', text.to_string()),
            ChangeTag::Delete => ('-', visible(text, only_blanks, blanks)),
            ChangeTag::Insert => ('+', visible(text, only_blanks, blanks)),
        });
    }
    let mut remarks = Vec::new();
    if lines.iter().all(|(sign, _)| *sign == ' ') {
        lines.clear();
        match (expected.ends_with('\n'), found.ends_with('\n')) {
            (true, false) => remarks.push("What was printed has no line feed at its end; the lesson has one."),
            (false, true) => remarks.push("What was printed ends with a line feed; the lesson has none there."),
            _ => {}
        }
    }
    let uses = |sign: char| lines.iter().any(|(mark, text)| *mark != ' ' && text.contains(sign));
    if blanks == Blanks::Signs && uses('·') {
        remarks.push("· is a blank.");
    }
    if blanks == Blanks::Signs && uses('→') {
        remarks.push("→ is a tab.");
    }
    if !lines.is_empty() && found.is_empty() {
        remarks.push("Nothing was printed.");
    }
    Difference { lines, remarks: remarks.into_iter().map(str::to_string).collect() }
}

/// Tabs, and blanks at the end (or all of them, where only they differ), made visible.
fn visible(text: &str, only_blanks: bool, how: Blanks) -> String {
    let solid = text.trim_end_matches([' ', '\t']).len();
    let (text, end) = text.split_at(solid);
    match how {
        Blanks::Signs if only_blanks => format!("{text}{end}").replace(' ', "·").replace('\t', "→"),
        Blanks::Signs => text.replace('\t', "→") + &end.replace(' ', "·").replace('\t', "→"),
        Blanks::Words => {
            let mut shown = String::new();
            let mut run = 0;
            for letter in text.chars() {
                if letter == ' ' {
                    run += 1;
                    continue;
                }
                match run {
                    0 => {}
                    2.. if only_blanks => shown.push_str(&format!(" [{run} blanks] ")),
                    _ => shown.push_str(&" ".repeat(run)),
                }
                run = 0;
                if letter == '\t' { shown.push_str(" [tab] ") } else { shown.push(letter) }
            }
            if !end.is_empty() {
                shown.push_str(&format!(" [{} at the end]", plural(end.chars().count() as u64, "blank")));
            }
            shown
        }
    }
}

/// The expected lines, where a line with `[..]` fits its counterpart replaced by it: it is no difference.
fn with_wildcards_filled(expected: &str, found: &str) -> String {
    if expected.lines().count() != found.lines().count() {
        return expected.to_string();
    }
    let filled = expected.lines().zip(found.lines()).map(|(pattern, line)| {
        let fits = pattern.contains("[..]") && fits(&pattern.split("[..]").collect::<Vec<_>>(), line);
        if fits { line } else { pattern }
    });
    let mut filled = filled.collect::<Vec<_>>().join("\n");
    if expected.ends_with('\n') {
        filled.push('\n');
    }
    filled
}

fn fits(parts: &[&str], line: &str) -> bool {
    let [first, middle @ .., last] = parts else { return false };
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// What is said before a command that fails on purpose; `expected` are the lines it should print. Where they are all
/// wildcards (every version of the program says it in its own way) there are no words to announce.
pub fn meant_to_fail(expected: &str) -> String {
    let lines: Vec<String> =
        expected.lines().filter(|line| *line != "...").map(|line| line.replace("[..]", "…")).collect();
    let says_something = |line: &String| line.split(' ').filter(|word| *word != "…").count() > 1;
    match lines.iter().any(says_something) {
        true => format!("The next command is meant to fail, with these words: {}", lines.join(" / ")),
        false => "The next command is meant to fail.".to_string(),
    }
}

/// A very long line with the middle of its long words, or of the line, left out, and how much that was.
pub fn left_out(line: &str) -> String {
    const LONG_LINE: usize = 400;
    const LONG_WORD: usize = 160;
    const KEPT: usize = 60;
    if line.chars().count() <= LONG_LINE {
        return line.to_string();
    }
    let shorter = line.split(' ').map(|word| {
        if word.chars().count() <= LONG_WORD {
            return word.to_string();
        }
        let parts = [':', ',', '/'];
        let front = head(word, KEPT);
        let front = front.rfind(parts).map_or(front, |at| &front[..=at]);
        let back = tail(word, KEPT);
        let back = back.find(parts).map_or(back, |at| &back[at..]);
        let gone = word[front.len()..word.len() - back.len()].chars().count();
        format!("{front}…({} characters left out)…{back}", number(gone as u64))
    });
    let shorter = shorter.collect::<Vec<_>>().join(" ");
    if shorter.chars().count() <= LONG_LINE {
        return shorter;
    }
    // Many short words: its middle is left out as a whole.
    let front = head(&shorter, 2 * KEPT);
    let front = front.rfind(' ').map_or(front, |at| &front[..=at]);
    let back = tail(&shorter, KEPT);
    let back = back.find(' ').map_or(back, |at| &back[at..]);
    let gone = shorter[front.len()..shorter.len() - back.len()].chars().count();
    format!("{front}…({} characters left out)…{back}", number(gone as u64))
}

/// What a table is called.
pub fn panel_title(kind: PanelKind) -> &'static str {
    match kind {
        PanelKind::Namespaces => "namespaces",
        PanelKind::Mounts => "mounts inside",
        PanelKind::Processes => "processes",
        PanelKind::Ids => "who the shell is",
        PanelKind::Network => "network inside",
        PanelKind::Cgroup => "cgroup",
        PanelKind::Root => "root directory",
    }
}

/// What its columns are called.
pub fn panel_columns(kind: PanelKind) -> [&'static str; 3] {
    match kind {
        PanelKind::Namespaces => ["", "outside", "inside"],
        PanelKind::Mounts => ["mount point", "type", "propagation"],
        PanelKind::Processes => ["outside", "inside", "name"],
        PanelKind::Ids => ["", "outside", "inside"],
        PanelKind::Network => ["interface", "state", "leads to"],
        PanelKind::Cgroup => ["", "limit", "in use"],
        PanelKind::Root => ["", "seen from outside", "seen from inside"],
    }
}

/// A row of a table as a sentence.
pub fn panel_sentence(kind: PanelKind, row: &PanelRow) -> String {
    let cell = |at: usize| row.cells.get(at).map_or("", String::as_str);
    let (one, two, three) = (cell(0), cell(1), cell(2));
    let text = match kind {
        PanelKind::Namespaces if three == "the same" => format!("the {one} namespace is the same inside, number {two}"),
        PanelKind::Namespaces => format!("the {one} namespace is number {two} outside and number {three} inside"),
        PanelKind::Mounts => format!("on {one} a {two} is mounted, {three}"),
        PanelKind::Processes if two == "-" => format!("process {one}, {three}, is not seen inside"),
        PanelKind::Processes => format!("process {one}, {three}, is number {two} inside"),
        PanelKind::Ids | PanelKind::Cgroup if three.is_empty() => format!("{one}: {two}"),
        PanelKind::Ids | PanelKind::Root => format!("the {one} is {two} outside and {three} inside"),
        PanelKind::Network if two.is_empty() => format!("the interfaces are {one}"),
        PanelKind::Network if three.is_empty() => format!("the interface {one} is {two}"),
        PanelKind::Network => format!("the interface {one} is {two}; it leads to {three}"),
        PanelKind::Cgroup => format!("{one}: limit {two}, in use {three}"),
    };
    match row.mark {
        None => text,
        Some(Mark::New) => format!("{text} (new)"),
        Some(Mark::Changed) => format!("{text} (changed)"),
        Some(Mark::Gone) => format!("{text} (gone)"),
    }
}
