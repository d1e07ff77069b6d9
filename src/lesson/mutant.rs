//! Solutions changed by rule: what somebody types who knows almost how it is done. Text in, text out.
//!
//! A mutant must not pass. One that is right all the same is named in `variants/ID.txt`, a line each: its name, a colon,
//! and why. `hide: command 2 left out: the directory is there already`.

use crate::lesson::{CatalogueEntry, Fixture, FixtureKind, Lesson};
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A solution with one thing changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The solution, the line, and what was done to it: `fix: command 4 without the layer image`.
    pub name: String,
    /// The exercise that it must not solve.
    pub exercise: String,
    /// What is run.
    pub script: String,
}

/// What solutions have behind the options of an overlay mount: empty for root.
const OVERLAY_OPTIONS: &str = "$LAYERLAB_OVERLAY_OPTIONS";
/// The order of their operands is of no account.
const ANY_ORDER: [&str; 5] = ["mkdir", "rm", "rmdir", "touch", "umount"];
/// What stands behind them is a condition, and exchanged it means nothing.
const OF_THE_SHELL: [&str; 5] = ["if", "for", "while", "until", "test"];
/// Their operands are paths.
const OF_PATHS: [&str; 11] = ["cd", "cp", "ln", "mkdir", "mknod", "mount", "mv", "rm", "rmdir", "touch", "umount"];
/// Options of theirs say which namespaces there are, and what becomes of a mount.
const WITH_FLAGS: [&str; 3] = ["unshare", "mount", "umount"];
/// The value of this option is a word of its own.
const WITH_VALUE: &str = "--propagation";
/// A line that waits for what runs in the background: no person types it. In a mutant it does not wait for ever.
const WAITS: [&str; 2] = ["until ", "sleep 0."];
/// In what runs in the background this tells that it is ready: no person types it either.
const TELLS: [&str; 2] = [": > ", "touch "];
/// The folder of the mutants that are right.
const VARIANTS: &str = "variants";

/// The mutants of these scripts, in the order of scripts, lines and rules. Of two that are the same text the first is
/// there, and none that is a solution. `with_options` says whether overlay mounts need options of their own here.
pub fn mutants(lesson: &Lesson, fixtures: &[Fixture], with_options: bool) -> Vec<Mutant> {
    let solutions: Vec<&Fixture> = fixtures.iter().filter(|one| one.kind == FixtureKind::Solution).collect();
    let mut scripts: BTreeSet<(&str, String)> =
        solutions.iter().map(|one| (one.exercise.as_str(), one.script.clone())).collect();
    let mut names = BTreeSet::new();
    let mut mutants = Vec::new();
    let unions: Vec<&str> =
        lesson.steps().flat_map(|(_, step)| step.commands()).map(|line| line.source.as_str()).collect();
    for solution in solutions {
        let stem = solution.path.file_name().unwrap_or_default().to_string_lossy();
        let stem = stem.strip_suffix(".sh").unwrap_or(&stem);
        for (what, script) in changed(&solution.script, &unions, with_options) {
            if scripts.insert((&solution.exercise, script.clone())) {
                let mut name = format!("{stem}: {what}");
                // The same word twice in a line.
                while !names.insert(name.clone()) {
                    name += ", further on";
                }
                mutants.push(Mutant { name, exercise: solution.exercise.clone(), script });
            }
        }
    }
    mutants
}

/// A mutant that its lesson names as right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The file that names it, relative to the lesson's folder.
    pub file: PathBuf,
    /// The line: the mutant's name, a colon, and why it is right.
    pub line: String,
}

impl Variant {
    /// Why the mutant of this name is right, where it is this one that is named.
    pub fn reason(&self, name: &str) -> Option<&str> {
        self.line.strip_prefix(name)?.strip_prefix(':').map(str::trim).filter(|reason| !reason.is_empty())
    }
}

impl CatalogueEntry {
    /// The mutants of an exercise that are right.
    pub fn variants(&self, exercise: &str) -> Vec<Variant> {
        let file = Path::new(VARIANTS).join(format!("{exercise}.txt"));
        let text = self.read(&file).map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default();
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(|line| Variant { file: file.clone(), line: line.to_string() }).collect()
    }
}

/// The exercise whose variants a file holds.
pub(super) fn variants_of(path: &Path) -> Option<&str> {
    path.strip_prefix(VARIANTS).ok()?.to_str()?.strip_suffix(".txt")
}

/// What was changed, and the script that comes of it.
fn changed(script: &str, unions: &[&str], with_options: bool) -> Vec<(String, String)> {
    let lines: Vec<&str> = script.lines().collect();
    // What runs: first and last line of each command that goes on behind a backslash.
    let mut commands: Vec<Range<usize>> = Vec::new();
    let mut first = 0;
    for (at, line) in lines.iter().enumerate() {
        if line.ends_with('\\') && at + 1 < lines.len() {
            continue;
        }
        if !line.starts_with('#') && !line.trim().is_empty() {
            commands.push(first..at + 1);
        }
        first = at + 1;
    }
    let waiting = lines.iter().map(|line| bounded(line)).collect::<Vec<String>>();
    let lines: Vec<&str> = waiting.iter().map(String::as_str).collect();
    let waits = |at: usize| script.lines().nth(commands[at].start).is_some_and(is_waiting);
    let together = |order: &[&Range<usize>]| {
        order.iter().flat_map(|command| &lines[(*command).clone()]).map(|line| format!("{line}\n")).collect::<String>()
    };
    let all: Vec<&Range<usize>> = commands.iter().collect();
    // Comments are not counted, so that a name stays as it is when somebody writes one.
    let number = |at: usize| at + 1;
    let mut found = Vec::new();
    for at in (0..all.len()).filter(|at| !waits(*at)) {
        let mut rest = all.clone();
        let own = rest.remove(at);
        found.push((format!("command {} left out", number(at)), together(&rest)));
        for to in (0..all.len()).filter(|to| !waits(*to)) {
            let over_a_mount = all[at.min(to)..=at.max(to)].iter().any(|one| is_overlay_mount(lines[one.start]));
            if to == at + 1 || to != at && over_a_mount {
                let mut moved = rest.clone();
                moved.insert(to, own);
                let what = match to {
                    to if to == at + 1 => format!("commands {} and {} exchanged", number(at), number(to)),
                    to if to > at => format!("command {} after {}", number(at), number(to)),
                    to => format!("command {} before {}", number(at), number(to)),
                };
                found.push((what, together(&moved)));
            }
        }
        // What is changed within the line.
        let (before, after) = (together(&all[..at]), together(&all[at + 1..]));
        let paths = Paths::of(&lines, unions);
        for (what, line) in changed_line(&together(&[own]), &paths, with_options) {
            found.push((format!("command {} {what}", number(at)), format!("{before}{line}{after}")));
        }
    }
    found
}

fn is_waiting(line: &str) -> bool {
    WAITS.iter().any(|waits| line.starts_with(waits))
}

/// A line that waits for something, made so that it gives up: what it waits for may never come in a mutant.
fn bounded(line: &str) -> String {
    match line.strip_prefix("until ").and_then(|rest| rest.strip_suffix("; do sleep 0.02; done")) {
        Some(condition) => format!("until {condition} || ((SECONDS > 2)); do sleep 0.02; done"),
        None => line.to_string(),
    }
}

/// What a line may name in the place of what it names.
struct Paths {
    /// Relative paths of the script, in the order in which they come.
    named: Vec<String>,
    /// Upper and work directories of the script and the lesson.
    upper: Vec<String>,
    work: Vec<String>,
}

impl Paths {
    fn of(lines: &[&str], unions: &[&str]) -> Paths {
        let mut paths = Paths { named: Vec::new(), upper: Vec::new(), work: Vec::new() };
        let mut add = |to: fn(&mut Paths) -> &mut Vec<String>, path: &str| {
            if is_relative_path(path) && !to(&mut paths).iter().any(|known| known == path) {
                to(&mut paths).push(path.to_string());
            }
        };
        for (line, own) in lines.iter().map(|line| (line, true)).chain(unions.iter().map(|line| (line, false))) {
            if line.starts_with('#') {
                continue;
            }
            for word in paths_in(line) {
                own.then(|| add(|paths| &mut paths.named, &line[word]));
            }
            for (option, value) in options(line).into_iter().filter_map(|option| line[option].split_once('=')) {
                match option {
                    "upperdir" => add(|paths| &mut paths.upper, value),
                    "workdir" => add(|paths| &mut paths.work, value),
                    _ => {}
                }
            }
        }
        paths
    }
}

/// A line changed in every way, and what was done: `without the option ro`.
fn changed_line(line: &str, paths: &Paths, with_options: bool) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let with = |range: &Range<usize>, text: &str| format!("{}{text}{}", &line[..range.start], &line[range.end..]);
    let exchanged = |one: &Range<usize>, other: &Range<usize>| {
        let (first, second) = (&line[one.clone()], &line[other.clone()]);
        format!("{}{second}{}{first}{}", &line[..one.start], &line[one.end..other.start], &line[other.end..])
    };
    let options = options(line);
    let value = |name: &str| {
        let option = options.iter().find(|option| line[(*option).clone()].starts_with(name))?;
        Some(option.start + name.len()..option.end)
    };
    for option in &options {
        // With the comma beside it, or with the -o where it is the only one.
        let range = match (line[..option.start].ends_with(','), line[option.end..].starts_with(',')) {
            (true, _) => option.start - 1..option.end,
            (false, true) => option.start..option.end + 1,
            (false, false) => line[..option.start].rfind("-o").unwrap_or(option.start)..option.end,
        };
        found.push((format!("without the option {}", &line[option.clone()]), with(&range, "")));
    }
    if let Some(at) = line.find(OVERLAY_OPTIONS).filter(|_| with_options) {
        let range = at..at + OVERLAY_OPTIONS.len();
        found.push(("without the options of an ordinary user".to_string(), with(&range, "")));
    }
    if let Some(lowers) = value("lowerdir=") {
        let layers = split(line, lowers, |letter| letter == ':');
        for (at, layer) in layers.iter().enumerate().filter(|_| layers.len() > 1) {
            let range = if at == 0 { layer.start..layer.end + 1 } else { layer.start - 1..layer.end };
            found.push((format!("without the layer {}", &line[layer.clone()]), with(&range, "")));
        }
        for pair in layers.windows(2) {
            let (one, other) = (&line[pair[0].clone()], &line[pair[1].clone()]);
            found.push((format!("with the layers {one} and {other} exchanged"), exchanged(&pair[0], &pair[1])));
        }
    }
    for (name, others) in [("upperdir=", &paths.upper), ("workdir=", &paths.work)] {
        let Some(range) = value(name) else { continue };
        for other in others.iter().filter(|other| **other != line[range.clone()]) {
            found.push((format!("with {name}{other}, of another union"), with(&range, other)));
        }
    }
    if let (Some(upper), Some(work)) = (value("upperdir="), value("workdir=")) {
        let (one, other) = if upper.start < work.start { (&upper, &work) } else { (&work, &upper) };
        found.push(("with upperdir and workdir exchanged".to_string(), exchanged(one, other)));
        found.push(("with the upper as the work directory".to_string(), with(&work, &line[upper.clone()])));
    }
    let operands = operands(line);
    let is_fixed =
        |command: &Range<usize>| ANY_ORDER.iter().chain(&OF_THE_SHELL).any(|name| *name == &line[command.clone()]);
    if !operands.first().is_some_and(is_fixed) {
        for pair in operands.windows(2).skip(1) {
            let (one, other) = (&line[pair[0].clone()], &line[pair[1].clone()]);
            if one != other {
                found.push((format!("with {one} and {other} exchanged"), exchanged(&pair[0], &pair[1])));
            }
        }
    }
    for range in paths_in(line) {
        let path = &line[range.clone()];
        let alike = |other: &&String| **other != path && is_file(other) == is_file(path);
        for other in paths.named.iter().filter(alike) {
            found.push((format!("with {other} in place of {path}"), with(&range, other)));
        }
    }
    found.extend(changed_flags(line, paths));
    found.extend(changed_inside(line));
    if is_overlay_mount(line)
        && let (Some(lowers), Some(mountpoint)) = (value("lowerdir="), operands.last())
    {
        // The lowest first, so that what lies above wins.
        let mut layers = split(line, lowers, |letter| letter == ':');
        layers.reverse();
        layers.extend(value("upperdir="));
        let layers: Vec<&str> = layers.into_iter().map(|layer| &line[layer]).collect();
        let mountpoint = &line[mountpoint.clone()];
        if layers.iter().all(|layer| is_relative_path(layer)) {
            let copy = format!("for layer in {}; do cp -a $layer/. {mountpoint}; done\n", layers.join(" "));
            found.push(("copied, and not mounted".to_string(), copy));
        }
    }
    if ["mount ", "umount "].iter().any(|command| line.starts_with(command)) && !line.contains('\'') {
        let own = format!("unshare --mount sh -c '{}'\n", line.trim_end());
        // The variable is the shell's own: in single quotes, the inner shell reads it from its environment.
        found.push(("in a mount namespace of its own".to_string(), own));
    }
    found
}

/// A line without one of its flags, with another file of a namespace, with another number, or without the length of a prefix.
fn changed_flags(line: &str, paths: &Paths) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let words = words(line);
    let text = |word: &Range<usize>| &line[word.clone()];
    let with = |range: &Range<usize>, text: &str| format!("{}{text}{}", &line[..range.start], &line[range.end..]);
    let mut takes_flags = false;
    for (at, word) in words.iter().enumerate() {
        takes_flags |= WITH_FLAGS.contains(&text(word));
        if takes_flags && text(word).starts_with("--") {
            let end = match (text(word), words.get(at + 1)) {
                (WITH_VALUE, Some(value)) => value.end,
                _ => word.end,
            };
            found.push((format!("without {}", text(&(word.start..end))), with(&(word.start..end + 1), "")));
        }
        if let Some(file) = text(word).strip_prefix("--net=").filter(|file| is_relative_path(file)) {
            let range = word.end - file.len()..word.end;
            for other in paths.named.iter().filter(|other| *other != file && !is_file(other)) {
                found.push((format!("in the namespace of {other}, not of {file}"), with(&range, other)));
            }
        }
        if at == 1
            && text(&words[0]) == "echo"
            && let Ok(number) = text(word).parse::<u32>()
        {
            found.push((format!("with {} in place of {number}", number + 1), with(word, &(number + 1).to_string())));
        }
        if let Some((address, length)) =
            text(word).split_once('/').filter(|(address, _)| address.split('.').count() == 4)
        {
            found.push((format!("without /{length}"), with(word, address)));
        }
    }
    found
}

/// A line whose quoted commands (`sh -c 'one; two'`) have one fewer, or two exchanged.
fn changed_inside(line: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let quoted =
        words(line).into_iter().find(|word| line[word.clone()].starts_with('\'') && line[word.clone()].len() > 2);
    let Some(quoted) = quoted.filter(|word| line[word.clone()].ends_with('\'')) else { return found };
    let (before, after) = (&line[..=quoted.start], &line[quoted.end - 1..]);
    let commands: Vec<&str> = line[quoted.start + 1..quoted.end - 1].split("; ").collect();
    let tells = |command: &&str| TELLS.iter().any(|tells| command.starts_with(tells));
    for (at, command) in commands.iter().enumerate().filter(|(_, command)| commands.len() > 1 && !tells(command)) {
        let mut rest = commands.clone();
        rest.remove(at);
        found.push((format!("without `{command}`"), format!("{before}{}{after}", rest.join("; "))));
        if let Some(next) = commands.get(at + 1).filter(|next| !tells(next)) {
            let mut exchanged = commands.clone();
            exchanged.swap(at, at + 1);
            let what = format!("with `{command}` and `{next}` exchanged");
            found.push((what, format!("{before}{}{after}", exchanged.join("; "))));
        }
    }
    found
}

fn is_overlay_mount(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().skip_while(|word| is_assignment(word)).take(3).collect();
    words == ["mount", "-t", "overlay"]
}

/// `NAME=value` before a command.
fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty()
        && name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
}

/// A directory, as far as one can tell, has no dot in its name.
fn is_file(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.contains('.'))
}

/// Never an absolute path: what is below a script's directory is the stage's, and all else may be the machine's.
fn is_relative_path(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter))
        && !text.contains("..")
        && text.contains(|letter: char| letter.is_ascii_alphabetic())
}

/// Where a line names relative paths: operands, directories of a union, and the file that it writes.
fn paths_in(line: &str) -> Vec<Range<usize>> {
    let operands = operands(line);
    let mut found = Vec::new();
    if let Some(command) = operands.first().filter(|command| OF_PATHS.contains(&&line[(*command).clone()])) {
        // What is mounted is a name without a meaning, where a type is given.
        let typed = &line[command.clone()] == "mount" && line.contains(" -t ");
        // What a device is like stands behind its path.
        let count = if &line[command.clone()] == "mknod" { 1 } else { operands.len() };
        found.extend(operands.iter().skip(if typed { 2 } else { 1 }).take(count).cloned());
    }
    for option in options(line) {
        for name in ["lowerdir=", "upperdir=", "workdir="] {
            if line[option.clone()].starts_with(name) {
                found.extend(split(line, option.start + name.len()..option.end, |letter| letter == ':'));
            }
        }
    }
    let words = words(line);
    found.extend(
        words.windows(2).filter(|pair| [">", ">>"].contains(&&line[pair[0].clone()])).map(|pair| pair[1].clone()),
    );
    found.retain(|range| is_relative_path(&line[range.clone()]));
    found.sort_by_key(|range| range.start);
    found
}

/// The command and its operands, up to the first word that is the shell's.
fn operands(line: &str) -> Vec<Range<usize>> {
    let mut operands: Vec<Range<usize>> = Vec::new();
    let mut is_value = false;
    for word in words(line) {
        let text = &line[word.clone()];
        if text.starts_with(['>', '<', '&', '|', ';', '\\']) || text.ends_with(';') {
            break;
        }
        let is_prefix = operands.is_empty() && is_assignment(text);
        if !is_value && !text.starts_with('-') && !is_prefix {
            operands.push(word.clone());
        }
        let of_mount = operands.first().is_some_and(|command| &line[command.clone()] == "mount");
        is_value = of_mount && ["-o", "-t"].contains(&text);
    }
    operands
}

/// The options of a mount, each for itself, without those of an ordinary user.
fn options(line: &str) -> Vec<Range<usize>> {
    let words = words(line);
    let command = words.iter().find(|word| !is_assignment(&line[(*word).clone()]));
    let is_mount = command.is_some_and(|word| &line[word.clone()] == "mount");
    let Some(at) = words.iter().position(|word| &line[word.clone()] == "-o").filter(|_| is_mount) else {
        return Vec::new();
    };
    let Some(word) = words.get(at + 1) else { return Vec::new() };
    // In the middle of a quoted command its own quotes end before the variable.
    let end = line[word.clone()].find(OVERLAY_OPTIONS).map_or(word.end, |length| word.start + length);
    let end = word.start + line[word.start..end].trim_end_matches(['\'', '"']).len();
    split(line, word.start..end, |letter| letter == ',')
}

/// The words of a line as the shell sees them, blanks in quotes and in `$(…)` being part of them.
fn words(line: &str) -> Vec<Range<usize>> {
    split(line, 0..line.len(), char::is_whitespace)
}

/// The stretches between letters that stand neither in quotes nor in `$(…)`, those without a letter left out.
fn split(line: &str, range: Range<usize>, is_between: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut start, mut quote, mut depth) = (range.start, None, 0_usize);
    for (at, letter) in line[range.clone()].char_indices().map(|(at, letter)| (range.start + at, letter)) {
        match letter {
            '\'' | '"' if quote == Some(letter) => quote = None,
            '\'' | '"' if quote.is_none() => quote = Some(letter),
            '(' if quote.is_none() => depth += 1,
            ')' if quote.is_none() => depth = depth.saturating_sub(1),
            _ if quote.is_none() && depth == 0 && is_between(letter) => {
                parts.push(start..at);
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(start..range.end);
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::{Variant, changed};

    fn names(script: &str) -> Vec<String> {
        changed(script, &[], false).into_iter().map(|(what, _)| what).collect()
    }

    /// The script that a rule makes of another one.
    fn made(script: &str, unions: &[&str], wanted: &str) -> String {
        let all = changed(script, unions, true);
        let found = all.iter().find(|(what, _)| what == wanted);
        found.unwrap_or_else(|| panic!("no {wanted} in {all:#?}")).1.clone()
    }

    #[test]
    fn lines_are_left_out_exchanged_and_moved_over_a_mount() {
        let script =
            "# A comment.\nmkdir a \\\n    b\nmount -t overlay overlay -o lowerdir=a:b m\nrm m/x.txt\nrm m/y.txt\n";
        let mount = "mount -t overlay overlay -o lowerdir=a:b m\n";
        let mkdir = "mkdir a \\\n    b\n";
        for (wanted, is) in [
            ("command 1 left out", format!("{mount}rm m/x.txt\nrm m/y.txt\n")),
            ("commands 1 and 2 exchanged", format!("{mount}{mkdir}rm m/x.txt\nrm m/y.txt\n")),
            ("command 1 after 4", format!("{mount}rm m/x.txt\nrm m/y.txt\n{mkdir}")),
            ("command 4 before 2", format!("{mkdir}rm m/y.txt\n{mount}rm m/x.txt\n")),
            ("command 3 with m/y.txt in place of m/x.txt", format!("{mkdir}{mount}rm m/y.txt\nrm m/y.txt\n")),
        ] {
            assert_eq!(made(script, &[], wanted), is, "{wanted}");
        }
        assert!(!names("cd a\ncd b\ncd c\n").contains(&"command 1 after 3".to_string()));
    }

    #[test]
    fn a_mount_is_changed_in_every_part() {
        let script = "mount -t overlay overlay -o lowerdir=$(seq -s : 3):b,upperdir=u,workdir=w,index=off$LAYERLAB_OVERLAY_OPTIONS m\n";
        let mount = |options: &str| format!("mount -t overlay overlay -o {options} m\n");
        for (wanted, options) in [
            (
                "command 1 without the option index=off",
                "lowerdir=$(seq -s : 3):b,upperdir=u,workdir=w$LAYERLAB_OVERLAY_OPTIONS",
            ),
            (
                "command 1 without the options of an ordinary user",
                "lowerdir=$(seq -s : 3):b,upperdir=u,workdir=w,index=off",
            ),
            (
                "command 1 without the layer $(seq -s : 3)",
                "lowerdir=b,upperdir=u,workdir=w,index=off$LAYERLAB_OVERLAY_OPTIONS",
            ),
            (
                "command 1 with the layers $(seq -s : 3) and b exchanged",
                "lowerdir=b:$(seq -s : 3),upperdir=u,workdir=w,index=off$LAYERLAB_OVERLAY_OPTIONS",
            ),
            (
                "command 1 with workdir=work, of another union",
                "lowerdir=$(seq -s : 3):b,upperdir=u,workdir=work,index=off$LAYERLAB_OVERLAY_OPTIONS",
            ),
            (
                "command 1 with upperdir and workdir exchanged",
                "lowerdir=$(seq -s : 3):b,upperdir=w,workdir=u,index=off$LAYERLAB_OVERLAY_OPTIONS",
            ),
        ] {
            let lesson = ["mount -t overlay o -o lowerdir=x,upperdir=y,workdir=work mnt"];
            assert_eq!(made(script, &lesson, wanted), mount(options), "{wanted}");
        }
    }

    #[test]
    fn a_mount_is_copied_or_made_elsewhere() {
        let script = "mount -t overlay overlay -o lowerdir=a:b,upperdir=u,workdir=w m\n";
        assert_eq!(
            made(script, &[], "command 1 copied, and not mounted"),
            "for layer in b a u; do cp -a $layer/. m; done\n"
        );
        let inside = format!("unshare --mount sh -c '{}'\n", script.trim_end());
        assert_eq!(made(script, &[], "command 1 in a mount namespace of its own"), inside);
        assert_eq!(made("mount -o ro /dev/x m\n", &[], "command 1 without the option ro"), "mount  /dev/x m\n");
        assert_eq!(made("mv a b\n", &[], "command 1 with a and b exchanged"), "mv b a\n");
        assert_eq!(
            names("mkdir a b\n"),
            ["command 1 left out", "command 1 with b in place of a", "command 1 with a in place of b"]
        );
    }

    /// As root, what leads out of the exercise leads to the machine.
    #[test]
    fn no_absolute_path_comes_in_the_place_of_another() {
        let script = "touch a\nunshare --net mount --bind /proc/self/ns/net a\ncd /\ncp a ../b\n";
        assert!(names(script).iter().all(|name| !name.contains(" in place of ")), "{:?}", names(script));
    }

    #[test]
    fn flags_namespaces_and_commands_in_quotes_are_changed() {
        let script = "touch box\nunshare --net --propagation slave sh -c 'one; touch ready; exec two' &\n\
                      until [ -e ready ]; do sleep 0.02; done\nnsenter --net=left ip addr add 10.0.0.3/24 dev eth0\n";
        let waits = "until [ -e ready ] || ((SECONDS > 2)); do sleep 0.02; done\n";
        let all = |unshare: &str, ip: &str| format!("touch box\n{unshare} &\n{waits}{ip} dev eth0\n");
        let ip = "nsenter --net=left ip addr add 10.0.0.3/24";
        for (wanted, is) in [
            ("command 2 without --net", all("unshare --propagation slave sh -c 'one; touch ready; exec two'", ip)),
            ("command 2 without --propagation slave", all("unshare --net sh -c 'one; touch ready; exec two'", ip)),
            ("command 2 without `one`", all("unshare --net --propagation slave sh -c 'touch ready; exec two'", ip)),
            (
                "command 4 in the namespace of box, not of left",
                all(
                    "unshare --net --propagation slave sh -c 'one; touch ready; exec two'",
                    "nsenter --net=box ip addr add 10.0.0.3/24",
                ),
            ),
            (
                "command 4 without /24",
                all(
                    "unshare --net --propagation slave sh -c 'one; touch ready; exec two'",
                    "nsenter --net=left ip addr add 10.0.0.3",
                ),
            ),
        ] {
            assert_eq!(made(script, &[], wanted), is, "{wanted}");
        }
        let names = names(script);
        assert!(!names.iter().any(|name| name.starts_with("command 3") || name.contains("`touch ready`")), "{names:?}");
        // What would run in the machine's own network is not made.
        assert!(!names.iter().any(|name| name.contains("without --net=left")), "{names:?}");
    }

    #[test]
    fn a_variant_has_a_reason() {
        let variant = |line: &str| Variant { file: "variants/e.txt".into(), line: line.into() };
        assert_eq!(variant("e: line 2 left out: not needed").reason("e: line 2 left out"), Some("not needed"));
        assert_eq!(variant("e: line 2 left out:").reason("e: line 2 left out"), None);
        assert_eq!(variant("e: line 2 left out: x").reason("e: line 2"), None);
    }
}
