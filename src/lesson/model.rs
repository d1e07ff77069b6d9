//! A lesson, parsed: plain data with the place of each part in its file.

use crate::action::CommandLine;
use crate::check::CheckLine;
use crate::event::{PanelKind, Statement};
use crate::ground::{CgroupVersion, Need};
use crate::lesson::outline;

/// A lesson as its file says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Number, name, title and what it needs.
    pub meta: Meta,
    /// Markdown before the first `##`.
    pub intro: String,
    /// The `##` sections, in order.
    pub sections: Vec<Section>,
}

/// What the catalogue needs to know of a lesson; read from the first lines of the file alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// From the folder's name: `01-four-layers` is 1.
    pub number: u32,
    /// From the folder's name: `four-layers`.
    pub slug: String,
    /// `title:` of the front matter.
    pub title: String,
    /// `minutes:`, from 1 to 60.
    pub minutes: u32,
    /// `needs:`, what the host must be able to do.
    pub needs: Vec<Need>,
    /// `panels:`: the tables that are shown beside the trees.
    pub panels: Vec<PanelKind>,
    /// `en`, or the language of `lesson.<language>.md`.
    pub language: String,
}

/// A `##` section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Section {
    /// Something to watch.
    Step(Step),
    /// Something to do.
    Exercise(Exercise),
}

/// A section that is shown and, where it has console blocks, run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The heading.
    pub title: String,
    /// Its parts in order.
    pub blocks: Vec<Block>,
    /// Where the heading stands.
    pub at: SourcePosition,
}

/// A part of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Markdown.
    Prose(String),
    /// Statements that will be true or false when the step is done; stands before the step's first console block.
    Predict {
        /// One a line.
        statements: Vec<Statement>,
        /// They are meant for this version of cgroups alone.
        only: Option<CgroupVersion>,
    },
    /// Commands and what they print.
    Console {
        /// The commands.
        lines: Vec<ConsoleLine>,
        /// They are run where cgroups are of this version, and shown elsewhere.
        only: Option<CgroupVersion>,
    },
    /// What the instructor says (`<!-- notes: … -->`).
    Notes(String),
}

/// One command of a console block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleLine {
    /// The words after `$ `, as they stand.
    pub source: String,
    /// The same, understood.
    pub command: CommandLine,
    /// `? failed` stands under it.
    pub fails: bool,
    /// The lines it prints, with the wildcards `[..]` and `...`.
    pub expected: Vec<String>,
    /// Where the `$` stands.
    pub at: SourcePosition,
    /// The lines of the file (from 1) that hold what is expected: first, and one past the last.
    pub expected_lines: (u32, u32),
}

/// A section with an id and checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercise {
    /// `{#hide}` of the heading: unique in the lesson, letters, digits and hyphens.
    pub id: String,
    /// The heading without its id.
    pub title: String,
    /// What is to be done, as Markdown.
    pub text: String,
    /// `> [!TIP]` blocks, vague ones first.
    pub hints: Vec<String>,
    /// `> [!NOTE]` blocks: what happened and why, told after success.
    pub afterwards: String,
    /// The lines of its `check` block.
    pub checks: Vec<CheckLine>,
    /// `<!-- notes: … -->`
    pub notes: String,
    /// Where the heading stands.
    pub at: SourcePosition,
}

/// A place in a lesson's file; both count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourcePosition {
    /// Line.
    pub line: u32,
    /// Column.
    pub column: u32,
}

impl Lesson {
    /// The lesson as it is on a machine with this version of cgroups: blocks that are for another version are told as
    /// prose, or left out where they ask for predictions. No block of it is for one version only.
    pub fn on(&self, version: Option<CgroupVersion>) -> Lesson {
        let block = |block: &Block| match block {
            Block::Console { lines, only: Some(only) } if Some(*only) != version => {
                Some(Block::Prose(elsewhere(lines, *only)))
            }
            Block::Predict { only: Some(only), .. } if Some(*only) != version => None,
            Block::Console { lines, .. } => Some(Block::Console { lines: lines.clone(), only: None }),
            Block::Predict { statements, .. } => Some(Block::Predict { statements: statements.clone(), only: None }),
            Block::Prose(_) | Block::Notes(_) => Some(block.clone()),
        };
        let section = |section: &Section| match section {
            Section::Step(Step { title, blocks, at }) => {
                Section::Step(Step { title: title.clone(), blocks: blocks.iter().filter_map(block).collect(), at: *at })
            }
            Section::Exercise(exercise) => Section::Exercise(exercise.clone()),
        };
        Lesson {
            meta: self.meta.clone(),
            intro: self.intro.clone(),
            sections: self.sections.iter().map(section).collect(),
        }
    }

    /// Whether other commands are run where cgroups are of another version.
    pub fn depends_on_cgroups(&self) -> bool {
        let blocks = self.steps().flat_map(|(_, step)| &step.blocks);
        blocks.into_iter().any(|block| matches!(block, Block::Console { only: Some(_), .. }))
    }

    /// The steps, numbered from 1.
    pub fn steps(&self) -> impl Iterator<Item = (u32, &Step)> {
        let steps = self.sections.iter().filter_map(|section| match section {
            Section::Step(step) => Some(step),
            Section::Exercise(_) => None,
        });
        (1..).zip(steps)
    }

    /// The exercises, in order.
    pub fn exercises(&self) -> impl Iterator<Item = &Exercise> {
        self.sections.iter().filter_map(|section| match section {
            Section::Exercise(exercise) => Some(exercise),
            Section::Step(_) => None,
        })
    }
}

/// What is told in the place of lines that are for another version of cgroups than the machine has: the lines themselves,
/// with a sentence that says so.
fn elsewhere(lines: &[ConsoleLine], version: CgroupVersion) -> String {
    let mut text =
        format!("On a machine with version {} of cgroups it looks like this:\n\n```text\n", version.number());
    for line in lines {
        text.push_str(&format!("$ {}\n", line.source));
        // What the lesson leaves open, a line or a part of one, is `…` to a reader.
        for expected in &line.expected {
            let expected = if expected == "..." { "…".to_string() } else { expected.replace("[..]", "…") };
            text.push_str(&format!("{expected}\n"));
        }
    }
    text + "```"
}

impl Exercise {
    /// Its heading without the word that says what it is: `Hide a file` for `Exercise: hide a file`.
    pub fn task(&self) -> String {
        outline::task(&self.title)
    }
}

impl Step {
    /// Its commands, through all console blocks, whatever they are meant for.
    pub fn commands(&self) -> impl Iterator<Item = &ConsoleLine> {
        self.blocks.iter().flat_map(|block| match block {
            Block::Console { lines, .. } => lines.as_slice(),
            _ => &[],
        })
    }
}
