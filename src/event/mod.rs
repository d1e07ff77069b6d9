//! All that a scene or a painter ever sees: the events of a run, as plain data.
//!
//! ```text
//! lesson.md ─ parse ─▶ Lesson ─ engine ─▶ stage (kernel) ─ observe ─▶ Event ─ scene ─▶ Line ─ paint ─▶ terminal · plain
//! ```
//!
//! A [recording](Timed) is these events, one JSON object a line. Replaying it goes through the same scenes and painters,
//! so whatever can be seen on a terminal can be seen everywhere, without a kernel. The first event carries [`FORMAT`]; a
//! reader refuses any other.

mod detour;
mod network;
mod panel;
mod recording;
mod tree;
mod verdict;

pub use detour::{Detour, Hands, OtherNumber, Tried};
pub use network::{CableEnd, SeenInterface, SeenNetwork};
pub use panel::{Cell, Panel, PanelKind, PanelRow};
pub use recording::{LONGEST_RECORDING, RecordingReader, Refused, Timed};
pub use tree::{Change, Content, Kind, Layer, LayerRole, Lower, Mark, Observation, Overlay, Row, State, WhiteoutForm};
pub use verdict::{Broken, Next, Verdict, Verified};

use crate::ground::{Call, CgroupVersion, Failure, Role};
use serde::{Deserialize, Serialize};

/// The version of the event format. It goes up when a reader of the old one would misread the new one.
pub const FORMAT: u32 = 2;

/// One thing that happened in a run, in the order in which it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A run begins.
    Begin(Begin),
    /// What the lesson says before its first step, as Markdown.
    Intro {
        /// Markdown.
        text: String,
    },
    /// A step begins.
    Step {
        /// 1 for the first.
        number: u32,
        /// How many steps the lesson has.
        of: u32,
        /// Its heading.
        title: String,
    },
    /// Prose of a step, as Markdown.
    Prose {
        /// Markdown.
        text: String,
    },
    /// What the instructor says here; shown only where asked for.
    Notes {
        /// Markdown.
        text: String,
    },
    /// The learner is asked what will hold after the commands that follow.
    Predict {
        /// The statements, each true or false.
        statements: Vec<Statement>,
    },
    /// A command is about to be run.
    Command {
        /// The line exactly as it is executed.
        line: String,
        /// It is meant to fail, and these are the lines it should print.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        meant_to_fail: Option<String>,
        /// How the line differs from the lesson's, where this host needs that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        adapted: Option<Adapted>,
    },
    /// A system call that the command made.
    Call(Call),
    /// What the command printed, both streams in the order in which they were written.
    Output {
        /// The bytes, with what is not UTF-8 replaced.
        text: String,
    },
    /// The kernel refused, and this is why.
    Explained(Failure),
    /// It worked, but there is something to know about it.
    Warned {
        /// One sentence or two.
        text: String,
    },
    /// The command's output or outcome is not the lesson's: this step did not hold.
    Mismatch {
        /// The command.
        line: String,
        /// The lesson's lines.
        expected: String,
        /// The lines that were printed.
        found: String,
        /// The lesson says it fails / it does not, and the opposite happened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<i32>,
    },
    /// What the disk holds after a step.
    Observation(Observation),
    /// The predictions, marked by what was found.
    Marked {
        /// One a statement, in their order.
        marks: Vec<Marked>,
    },
    /// In a class, hands were counted for a question.
    Hands(Hands),
    /// In a class, somebody tried something else in this state.
    Detour(Detour),
    /// An exercise of the lesson.
    Exercise {
        /// Its short name.
        id: String,
        /// Its heading.
        title: String,
        /// Its text, as Markdown.
        text: String,
    },
    /// An exercise was checked.
    Verified(Verified),
    /// The run is over.
    End {
        /// Every command did what the lesson says.
        held: bool,
    },
}

/// The first event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begin {
    /// [`FORMAT`].
    pub format: u32,
    /// The lesson's number.
    pub number: u32,
    /// The lesson's short name.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// How many minutes it takes.
    pub minutes: u32,
    /// How many steps it has.
    pub steps: u32,
    /// The language of its text.
    pub language: String,
    /// Who runs it.
    pub role: Role,
    /// The kernel's release, `6.18.0`.
    pub kernel: String,
    /// Where the files live: `tmpfs`, or a directory on disk.
    pub scratch: String,
    /// Which version of cgroups it is about here, where it is about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cgroups: Option<CgroupVersion>,
}

/// Why a line is not the lesson's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adapted {
    /// The line as the lesson has it.
    pub from: String,
    /// Why; told once in a run, so empty afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Something that will be true or false on the disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// A path relative to the working directory.
    pub path: String,
    /// The file reads so (one line); without it, the statement is that the path exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads: Option<String>,
}

/// A statement, what the learner said, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// The statement.
    pub statement: Statement,
    /// What the learner said; absent where nobody was asked, and where the learner does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<bool>,
    /// The learner was asked, and said not to know.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unknown: bool,
    /// Whether it holds.
    pub holds: bool,
    /// What is there: `a file that reads "…"`, `a whiteout`, `nothing`.
    pub found: PathContent,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathContent {
    /// Nothing.
    Nothing,
    /// A directory.
    Directory,
    /// A file, with its first line where it is short text.
    File {
        /// The first line.
        reads: Option<String>,
    },
    /// A whiteout.
    Whiteout,
    /// A symbolic link.
    Link,
    /// Anything else.
    Other,
}
