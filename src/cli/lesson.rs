//! `layerlab lesson check|new`: for authors; `pack.rs` has what is about packs.

use crate::cli::{CliError, Common, Exit, pack};
use crate::engine::{self, Difference, Mutants, Places, Sample};
use crate::ground::{CgroupVersion, Failure, Name, say};
use crate::lesson::{self, Catalogue, CatalogueEntry, Lesson, Mutant};
use crate::scene::words::plural;
use crate::stage::{Stage, StageError, StageNeeds};
use crate::tree::write_whole;
use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};

/// For authors: check lessons, begin a new one; packs of lessons
#[derive(Debug, clap::Subcommand)]
pub enum LessonCommand {
    /// Run everything in the lessons, and show where text and kernel differ
    Check {
        /// A folder of lessons, or one lesson's; those in the program if none is named
        dir: Option<PathBuf>,
        /// Write what the kernel said into the texts
        #[arg(long, requires = "dir")]
        bless: bool,
        /// Run nothing but solutions that were changed by rule (a line left out, two layers exchanged), and show what passes
        #[arg(long, conflicts_with = "bless")]
        mutants: bool,
        /// Run no more than so many mutants of a lesson
        #[arg(long, value_name = "N", requires = "mutants")]
        sample: Option<usize>,
        /// Which ones a sample has: the same number chooses the same
        #[arg(long, value_name = "S", default_value_t = 1, requires = "sample")]
        seed: u64,
    },
    /// Make one file of lessons, to hand on: everything in them is checked first
    Pack(pack::Pack),
    /// Add a pack of lessons that somebody made
    Add(pack::Add),
    /// Remove a pack; what you have done of its lessons stays noted
    Remove(pack::Remove),
    /// The packs that were added
    List(pack::List),
    /// Begin a new lesson with a small one that works
    New {
        /// Its short name: letters, digits and hyphens
        slug: String,
        /// The folder of lessons
        #[arg(long, default_value = "lessons")]
        dir: PathBuf,
    },
}

impl LessonCommand {
    /// Does it.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        match self {
            LessonCommand::Pack(pack) => pack.run(common),
            LessonCommand::Add(add) => add.run(),
            LessonCommand::Remove(remove) => remove.run(),
            LessonCommand::List(list) => list.run(),
            LessonCommand::New { slug, dir } => {
                let path = lesson::scaffold(dir, slug).map_err(CliError::usage)?;
                say(format!("{} is a lesson that works. Write on there, and check it with:", Name::of(&path)))?;
                say(format!("  layerlab lesson check {}", Name::of(&path)))?;
                Ok(())
            }
            LessonCommand::Check { dir, bless, mutants, sample, seed } => {
                let catalogue = match dir {
                    Some(dir) => Catalogue::folder(dir).map_err(CliError::usage)?,
                    None => common.chosen().catalogue()?,
                };
                if catalogue.entries().is_empty() {
                    return Err(CliError::usage(Failure::plain(
                        "there is no lesson in this folder: a lesson is a folder such as 01-first",
                        "name a folder that has some, or begin one: layerlab lesson new NAME",
                    )));
                }
                let sample = sample.map(|size| Sample { size, seed: *seed });
                let user_namespace = common.restricts(catalogue.entries().iter().all(CatalogueEntry::is_built_in))?;
                let how = How { bless: *bless, mutants: mutants.then_some(sample), user_namespace };
                match check_all(catalogue.entries(), how)? {
                    true => Ok(()),
                    // What is wrong was printed beside each lesson.
                    false => Err(CliError::Said(Exit::Lesson)),
                }
            }
        }
    }
}

/// How lessons are checked.
#[derive(Clone, Copy)]
struct How {
    bless: bool,
    /// Their mutants are run, too: all, or a sample.
    mutants: Option<Option<Sample>>,
    /// In a user namespace, although root runs them.
    user_namespace: bool,
}

/// Checks lessons as they are, and prints what is said of them; returns whether nothing is wrong.
pub fn check_as_they_are(entries: &[CatalogueEntry], common: &Common) -> Result<bool, CliError> {
    let user_namespace = common.restricts(entries.iter().all(CatalogueEntry::is_built_in))?;
    check_all(entries, How { bless: false, mutants: None, user_namespace })
}

/// Checks lessons beside each other, and prints what is said of them in their order; returns whether nothing is wrong.
fn check_all(entries: &[CatalogueEntry], how: How) -> Result<bool, CliError> {
    let places = Places::of_this_machine();
    std::thread::scope(|scope| {
        let check = |entry| {
            let mut said = Vec::new();
            let sound = check(entry, how, &places, &mut said);
            (said, sound)
        };
        let checks: Vec<_> = entries.iter().map(|entry| scope.spawn(move || check(entry))).collect();
        let mut all_sound = true;
        for check in checks {
            let (said, sound) = check.join().unwrap_or_else(|panic| resume_unwind(panic));
            said.iter().try_for_each(say)?;
            all_sound &= sound?;
        }
        Ok(all_sound)
    })
}

/// Checks one lesson in all its languages, and tells what is to be said of it; returns whether nothing is wrong with it.
fn check(
    entry: &CatalogueEntry,
    How { bless, mutants, user_namespace }: How,
    places: &Places,
    said: &mut Vec<String>,
) -> Result<bool, CliError> {
    if let Err(failure) = entry.check_files() {
        said.push(failure.to_string());
        return Ok(false);
    }
    let findings = lesson::lint(entry);
    said.extend(findings.iter().map(ToString::to_string));
    let mut sound = findings.is_empty();
    // Blocks are the same in every language, so one language is run; but each is blessed.
    let language = crate::lesson::Language::default();
    let Ok(lesson) = entry.load(&language) else {
        said.push(format!("{}  cannot be run", entry.name()));
        return Ok(false);
    };
    let needs = StageNeeds { user_namespace, ..StageNeeds::of(&lesson.meta.needs) };
    let start = || Stage::starting(needs).and_then(|starting| starting.wait());
    let place = places.take();
    let stage = match start() {
        Ok(stage) => stage,
        // Not every author may do all that lessons need. A lesson that was not run must not look as if it had been.
        Err(StageError::Host(failure)) if needs.cgroups => {
            let wanted = format!("{}  is not run here, only its text was read", entry.name());
            said.push(Failure { wanted, ..failure }.to_string());
            return Ok(sound);
        }
        Err(error) => return Err(error.into()),
    };
    let version = stage.facts().cgroup_version();
    if let Some(sample) = mutants {
        drop((stage, place));
        let found = engine::run_mutants(entry, &lesson, version, sample, places, &start)?;
        tell_mutants(entry, &found, said);
        return Ok(sound && found.holes.is_empty() && found.refused.is_empty() && found.strays.is_empty());
    }
    let checked = engine::check(&lesson, stage)?;
    drop(place);
    let all = lesson.steps().map(|(_, step)| step.commands().count()).sum::<usize>();
    let settled = lesson.on(version);
    let commands: Vec<_> = settled.steps().flat_map(|(_, step)| step.commands()).collect();
    if bless && !checked.differences.is_empty() {
        return bless_texts(entry, &checked.differences, version, said).map(|()| sound);
    }
    for difference in &checked.differences {
        sound = false;
        let line = commands[difference.command];
        let file = entry.text_path(&language);
        said.push("error: the kernel says something else than the lesson".to_string());
        said.push(format!("  --> {}:{}:{}", Name::of(&file), line.at.line, line.at.column));
        said.push(format!("  $ {}", line.source));
        if let Some(status) = difference.status {
            let should = if line.fails { "fail, and it did not" } else { "succeed, and it failed" };
            said.push(format!("  it should {should} (exit status {status})"));
        }
        said.extend(lesson::diff(&line.expected, &difference.found).lines().map(|changed| format!("    {changed}")));
    }
    said.extend(checked.unexplained.iter().map(|(step, trouble)| format!("note: after step {step}, {trouble}")));
    let proof = engine::prove(entry, &lesson, version, engine::SCRIPT_PATIENCE, places, &start)?;
    for flaw in &proof.flaws {
        sound = false;
        said.push(format!("error: {}", flaw.what));
        said.push(format!("  --> {}", Name::of(entry.path().join(&flaw.file))));
        said.extend(flaw.said.iter().map(|line| format!("    {line}")));
        said.push(Failure::label("fix") + &flaw.fix);
    }
    if sound {
        said.push(format!(
            "{}  {}, as the kernel has it; {} and {}, as they should be",
            entry.name(),
            plural(commands.len() as u64, "command"),
            plural(proof.solutions as u64, "solution"),
            plural(proof.mistakes as u64, "mistake"),
        ));
        let elsewhere = all - commands.len();
        if let Some(other) = CgroupVersion::ALL.into_iter().find(|other| Some(*other) != version)
            && elsewhere + proof.elsewhere > 0
        {
            said.push(format!(
                "{}  {} and {} are for version {} of cgroups, and were not run here",
                " ".repeat(entry.name().len()),
                plural(elsewhere as u64, "command"),
                plural(proof.elsewhere as u64, "script"),
                other.number(),
            ));
        }
    }
    Ok(sound)
}

/// So many lines of what is otherwise are told of a mutant.
const MOST_DIFFERENCES: usize = 6;

/// Tells what became of a lesson's mutants.
fn tell_mutants(entry: &CatalogueEntry, found: &Mutants, said: &mut Vec<String>) {
    let script = |mutant: &Mutant| mutant.script.lines().map(|line| format!("    {line}")).collect::<Vec<_>>();
    for (mutant, differences) in &found.holes {
        said.push(format!("error: this mutant passes: {}", mutant.name));
        said.push(format!("  --> {}", Name::of(entry.path())));
        said.extend(script(mutant));
        said.push("  after the nearest solution things stand otherwise:".to_string());
        said.extend(differences.iter().take(MOST_DIFFERENCES).map(|line| format!("    {line}")));
        let variants = format!("variants/{}.txt", mutant.exercise);
        said.push(
            Failure::label("fix")
                + "add the check that it offends against, or, if it is right, say why in "
                + &variants,
        );
    }
    for (mutant, sentence) in &found.refused {
        said.push(format!("error: this mutant is named as right and fails: {}", mutant.name));
        said.push(format!("  --> {}", Name::of(entry.path())));
        said.push(format!("    {sentence}"));
        said.push(Failure::label("fix") + "mend the check that refuses it, or take its line out of variants/");
    }
    for stray in &found.strays {
        said.push(format!("error: this line names no mutant, or gives no reason: {}", stray.line));
        said.push(format!("  --> {}", Name::of(entry.path().join(&stray.file))));
        said.push(Failure::label("fix") + "write the name of a mutant, a colon, and why it is right");
    }
    if let Some(first) = found.without_an_end.iter().min() {
        let count = plural(found.without_an_end.len() as u64, "mutant");
        said.push(format!("note: {count}, such as {first}, came to no end, or took the stage along"));
    }
    // Many end alike.
    let mut told: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (mutant, sentence) in &found.unexplained {
        told.entry(sentence).or_default().push(&mutant.name);
    }
    for (sentence, names) in told {
        let count = plural(names.len() as u64, "mutant");
        said.push(format!("note: of {count}, such as {}, no more is told than: {sentence}", names[0]));
    }
    said.push(format!(
        "{}  {}: {} failed ({} without an end), {} left the state of a solution, {} named as right, {}",
        entry.name(),
        plural(found.run as u64, "mutant"),
        found.failed,
        found.without_an_end.len(),
        found.equal,
        found.right,
        plural(found.holes.len() as u64, "hole"),
    ));
}

/// Writes what was printed into every text of the lesson, keeping wildcards that still match.
fn bless_texts(
    entry: &CatalogueEntry,
    differences: &[Difference],
    version: Option<CgroupVersion>,
    said: &mut Vec<String>,
) -> Result<(), CliError> {
    for language in &entry.languages {
        let language = crate::lesson::Language::choose(Some(language), |_| None);
        let lesson: Lesson = entry.load(&language)?.on(version);
        let commands: Vec<_> = lesson.steps().flat_map(|(_, step)| step.commands()).collect();
        let replacements: Vec<_> = differences
            .iter()
            .map(|difference| {
                let line = commands[difference.command];
                (line.expected_lines, lesson::updated(&line.expected, &difference.found))
            })
            .collect();
        let path = entry.text_path(&language);
        let failed = |error| {
            let wanted = format!("cannot write what the kernel said into {}", Name::of(&path));
            let (why, fix) = ("you may not, or there is no room", "look at the file: ls -l");
            CliError::Failed(Exit::Lesson, Failure::kernel(wanted, error, why, fix))
        };
        // Through no link, as the lesson was read; and what has another name elsewhere stays there as it was.
        let text = entry.read(Path::new(path.file_name().unwrap_or_default()));
        let text = text.map_err(|failure| CliError::Failed(Exit::Lesson, failure))?;
        let blessed = lesson::bless(&String::from_utf8_lossy(&text), &replacements);
        write_whole(&path, blessed.as_bytes()).map_err(failed)?;
        let commands = plural(replacements.len() as u64, "command");
        said.push(format!("{}  {commands} blessed", Name::of(&path)));
    }
    Ok(())
}
