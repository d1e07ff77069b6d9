//! What is different from the look before, in sentences.

use crate::event::{Change, Content, Mark};
use crate::ground::Name;
use crate::scene::words::phrases::some;
use crate::scene::words::{Sign, and, called, number, plural};

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
