//! What solves an exercise, and what does not: the scripts in `solutions/` and `mistakes/`.
//!
//! A script belongs to the exercise whose id its name begins with, the longest one: `hide.sh`, `hide-2.sh` and
//! `hide-in-the-layer.sh` belong to `hide`, unless an exercise is called `hide-in`. The first line of a mistake says what
//! `verify` must answer: `# verify: image-layer2/a.txt is gone from the image layer itself`.
//!
//! Where the commands differ by the version of cgroups, there are two scripts: `few.v1.sh` and `few.v2.sh`.

use crate::ground::CgroupVersion;
use crate::lesson::CatalogueEntry;
use std::path::{Path, PathBuf};

/// A script of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixture {
    /// Which folder it stands in.
    pub kind: FixtureKind,
    /// The exercise it belongs to.
    pub exercise: String,
    /// Its file, relative to the lesson's folder.
    pub path: PathBuf,
    /// Its text.
    pub script: String,
    /// It is meant for machines with this version of cgroups alone.
    pub only: Option<CgroupVersion>,
}

/// Whether a script must pass or fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixtureKind {
    /// It must pass.
    Solution,
    /// It must fail, with its sentence.
    Mistake,
}

impl FixtureKind {
    /// Its folder.
    pub const fn folder(self) -> &'static str {
        match self {
            FixtureKind::Solution => "solutions",
            FixtureKind::Mistake => "mistakes",
        }
    }
}

impl Fixture {
    /// Whether it is meant for a machine with this version of cgroups.
    pub fn is_for(&self, version: Option<CgroupVersion>) -> bool {
        self.only.is_none() || self.only == version
    }

    /// The sentence that `verify` must print: the first line of a mistake.
    pub fn sentence(&self) -> Option<&str> {
        let sentence = self.script.lines().next()?.strip_prefix("# verify:")?.trim();
        (!sentence.is_empty()).then_some(sentence)
    }

    /// What a person types, and comments that say why: all lines, or, where a script needs a help that a person does not,
    /// the comments and what stands behind each `#$ `.
    pub fn typed(&self) -> Vec<&str> {
        const TYPED: &str = "#$ ";
        let lines = || self.script.lines().filter(|line| !line.trim().is_empty());
        if !lines().any(|line| line.starts_with(TYPED)) {
            return lines().collect();
        }
        lines().filter(|line| line.starts_with('#')).map(|line| line.strip_prefix(TYPED).unwrap_or(line)).collect()
    }

    /// A line of what a person types that only a test needs: nobody types to wait for a file.
    pub fn shown_help(&self) -> Option<&str> {
        const HELP: [&str; 5] = ["until ", "/dev/null 2>&1", ": > ready", "|| true", "test "];
        self.typed()
            .into_iter()
            .filter(|line| !line.starts_with('#'))
            .find(|line| HELP.iter().any(|help| line.contains(help)))
    }

    /// The mistake `ID-nothing.sh`, which runs no command: the exercise as it begins.
    pub fn does_nothing(&self) -> bool {
        let comment = |line: &str| line.trim().is_empty() || line.starts_with('#');
        self.path.file_stem().is_some_and(|stem| stem == format!("{}-nothing", self.exercise).as_str())
            && self.script.lines().all(comment)
    }
}

impl CatalogueEntry {
    /// The scripts that belong to these exercises, sorted by path; files that belong to none are left out.
    pub fn fixtures(&self, exercises: &[&str]) -> Vec<Fixture> {
        let fixture = |path: PathBuf| {
            let kind = kind_of(&path)?;
            let exercise = owner(&path, exercises)?.to_string();
            let script = String::from_utf8(self.read(&path).ok()?.into_owned()).ok()?;
            let only = stem_and_version(&path)?.1;
            Some(Fixture { kind, exercise, path, script, only })
        };
        self.files().into_iter().filter_map(fixture).collect()
    }
}

/// The folder of scripts that a path stands directly in.
pub(super) fn kind_of(path: &Path) -> Option<FixtureKind> {
    let parent = path.parent()?.to_str()?;
    [FixtureKind::Solution, FixtureKind::Mistake].into_iter().find(|kind| kind.folder() == parent)
}

/// A script's name without its endings, and the version of cgroups that it is for: `few.v2.sh`.
fn stem_and_version(path: &Path) -> Option<(&str, Option<CgroupVersion>)> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".sh")?;
    let version = stem.rsplit_once('.').and_then(|(stem, word)| Some((stem, Some(CgroupVersion::called(word)?))));
    Some(version.unwrap_or((stem, None)))
}

/// The exercise that a script's name belongs to.
pub(super) fn owner<'e>(path: &Path, exercises: &[&'e str]) -> Option<&'e str> {
    let (stem, _) = stem_and_version(path)?;
    let belongs = |id: &&&str| {
        stem.strip_prefix(**id).is_some_and(|rest| rest.is_empty() || rest.len() > 1 && rest.starts_with('-'))
    };
    exercises.iter().filter(belongs).max_by_key(|id| id.len()).copied()
}

#[cfg(test)]
mod tests {
    use super::owner;
    use std::path::Path;

    #[test]
    fn a_script_belongs_to_the_longest_id_it_begins_with() {
        let ids = ["hide", "hide-in", "show"];
        for (name, exercise) in [
            ("hide.sh", Some("hide")),
            ("hide-2.sh", Some("hide")),
            ("hide-in.sh", Some("hide-in")),
            ("hide-in-the-layer.sh", Some("hide-in")),
            ("hide-inside.sh", Some("hide")),
            ("hidden.sh", None),
            ("hide.v1.sh", Some("hide")),
            ("hide-in.v2.sh", Some("hide-in")),
            ("hide.v3.sh", None),
            ("hide-.sh", None),
            ("hide", None),
            ("hide.txt", None),
            ("other.sh", None),
        ] {
            assert_eq!(owner(Path::new("solutions").join(name).as_path(), &ids), exercise, "{name}");
        }
    }
}
