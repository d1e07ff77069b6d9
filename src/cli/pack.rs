//! `layerlab lesson pack|add|remove|list`, and what `--lessons` names: a folder, the file of a pack, or a pack that was added.

use crate::cli::ask::sure;
use crate::cli::output::{wrapped, write_file};
use crate::cli::{CliError, Common, Exit, lesson, signals};
use crate::ground::{Failure, Name, Need, say};
use crate::kernel::effective_ids;
use crate::lesson::{Catalogue, Language, belongs};
use crate::pack::{self, Added};
use crate::scene::words::plural;
use crate::session::Home;
use std::path::{Path, PathBuf};

/// Make one file of lessons, to hand on: everything in them is checked first
#[derive(Debug, clap::Args)]
pub struct Pack {
    /// A folder of lessons, or one lesson's
    dir: PathBuf,
    /// What others may do with them, such as CC-BY-4.0
    #[arg(long)]
    licence: String,
    /// What the pack is called; else the name of the lesson, or of the folder
    #[arg(long)]
    name: Option<String>,
    /// For a class: `solution` shows nothing until this time, such as 2026-03-01T18:30:00Z; without one, for good
    #[arg(long, value_name = "UNTIL", num_args = 0..=1, default_missing_value = "")]
    lock_solutions: Option<String>,
    /// The file; else NAME.pack, here
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Add a pack of lessons that somebody made
#[derive(Debug, clap::Args)]
pub struct Add {
    /// The file
    file: PathBuf,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Remove a pack; what you have done of its lessons stays noted
#[derive(Debug, clap::Args)]
pub struct Remove {
    /// Its name
    name: String,
}

/// The packs that were added
#[derive(Debug, clap::Args)]
pub struct List {}

impl Pack {
    /// Makes it.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let catalogue = Catalogue::folder(&self.dir).map_err(CliError::usage)?;
        let [first, ..] = catalogue.entries() else {
            let fix = "name a folder that has some, or begin one: layerlab lesson new NAME";
            return Err(CliError::usage(Failure::plain("there is no lesson in this folder", fix)));
        };
        let folder = || self.dir.canonicalize().ok()?.file_name().map(|name| name.to_string_lossy().to_lowercase());
        let own = match self.dir.join("lesson.md").is_file() {
            true => Some(first.slug.clone()),
            false => folder(),
        };
        let name = self.name.clone().or(own).unwrap_or_default();
        let (pack, bytes) = pack::make(&name, &self.licence, self.lock_solutions.as_deref(), catalogue.entries())
            .map_err(CliError::usage)?;
        for entry in catalogue.entries() {
            let lesson = entry.load(&Language::default())?;
            let stale = |why: String| {
                let fix = format!(
                    "record it: layerlab --lessons {} run {} --auto --syscalls --record {}",
                    Name::of(&self.dir),
                    entry.number,
                    Name::of(entry.path().join("recording.jsonl"))
                );
                CliError::Failed(Exit::Lesson, Failure::ours(format!("cannot pack {}", entry.name()), why, fix))
            };
            let recording =
                entry.recording().ok_or_else(|| stale("it has no recording, so no page can be made of it".into()))?;
            let recording: Result<Vec<_>, _> = crate::event::RecordingReader::new(&*recording).collect();
            recording.map_err(|refused| refused.to_string()).and_then(|all| belongs(&lesson, &all)).map_err(stale)?;
        }
        if !lesson::check_as_they_are(catalogue.entries(), common)? {
            return Err(CliError::Said(Exit::Lesson));
        }
        let file = self.output.clone().unwrap_or_else(|| PathBuf::from(format!("{name}.pack")));
        write_file("the pack", &file, &bytes)?;
        let lessons = plural(catalogue.entries().len() as u64, "lesson");
        Ok(say(format!("{} has {lessons}, {}, {}", Name::of(&file), pack.licence, pack.digest))?)
    }
}

impl Add {
    /// Adds it.
    pub fn run(&self) -> Result<(), CliError> {
        let Some(added) = add(&self.file, self.yes, &format!("layerlab lesson add {} --yes", Name::of(&self.file)))?
        else {
            return Ok(());
        };
        tell(&added)?;
        Ok(say(format!("Go on with: layerlab --lessons {} list", added.pack.name))?)
    }
}

impl Remove {
    /// Removes it.
    pub fn run(&self) -> Result<(), CliError> {
        let removed = pack::remove(&packs()?, &self.name)?;
        Ok(say(format!("The pack {} is removed.", removed.pack.name))?)
    }
}

impl List {
    /// Lists them.
    pub fn run(&self) -> Result<(), CliError> {
        let all = pack::added(&packs()?);
        if all.is_empty() {
            return Ok(say("No pack was added. Add one: layerlab lesson add FILE")?);
        }
        all.iter().try_for_each(tell)
    }
}

impl Common {
    /// With the folder of lessons in the place of what `--lessons` names: the file of a pack is added first.
    pub fn with_lessons_found(mut self) -> Result<Common, CliError> {
        let Some(named) = self.lessons.clone().filter(|named| !named.is_dir()) else { return Ok(self) };
        if named.is_file() {
            let yes = format!("layerlab lesson add {} --yes", Name::of(&named));
            let Some(added) = add(&named, false, &yes)? else { return Err(CliError::Said(Exit::Usage)) };
            self.lessons = Some(added.folder);
        } else if !named.exists()
            && let Some(found) = pack::added(&packs()?).into_iter().find(|one| Path::new(&one.pack.name) == named)
        {
            self.lessons = Some(found.folder);
        }
        Ok(self)
    }
}

/// Adds a pack, if it is not there yet; as root somebody is asked first. Nothing where the answer is no.
fn add(file: &Path, yes: bool, flag: &str) -> Result<Option<Added>, CliError> {
    let packs = packs()?;
    let found = pack::read(file).map_err(CliError::usage)?;
    let there = pack::added(&packs).into_iter().find(|one| one.pack == found.pack);
    if there.is_some() {
        return Ok(there);
    }
    if effective_ids().0 == 0 {
        let situation = format!(
            "The pack {} comes from elsewhere ({}). Its lessons run commands, and you are root: they run in a user namespace, \
             but an ordinary user is the better one to try what others wrote.",
            found.pack.name, found.pack.digest
        );
        if !sure(&situation, "Add it?", yes, flag)? {
            return Ok(None);
        }
    }
    let home = Home::find()?;
    home.make(&packs)?;
    let stop = signals::stop_by_signal()?;
    Ok(Some(pack::add(&found, &packs, &pack::budget(&stop))?))
}

fn packs() -> Result<PathBuf, CliError> {
    Ok(Home::find()?.root().join("packs"))
}

/// A pack with what its lessons need.
fn tell(added: &Added) -> Result<(), CliError> {
    let catalogue = Catalogue::folder(&added.folder).map_err(CliError::usage)?;
    say(format!("{}  {}, {}", added.pack.name, added.pack.licence, added.pack.digest))?;
    for entry in catalogue.entries() {
        let meta = entry.meta(&Language::default())?;
        let needs: Vec<&str> =
            Need::ALL.iter().filter(|(_, need)| meta.needs.contains(need)).map(|(word, _)| *word).collect();
        let needs = if needs.is_empty() { String::new() } else { format!(", needs {}", needs.join(", ")) };
        say(wrapped(&format!(
            "  {}  {} ({}{needs})",
            entry.number,
            meta.title,
            plural(meta.minutes.into(), "minute")
        )))?;
    }
    Ok(())
}
