//! `lesson.md` → [`Lesson`], and the catalogue of them.
//!
//! A lesson is one Markdown file that reads well on a code host as it is. Whatever lies outside the grammar is an error
//! with file, line, column, the line itself, a caret, and what is allowed.

mod bless;
mod blocks;
mod catalogue;
mod error;
mod expect;
mod fixture;
mod language;
mod lint;
mod meta;
mod model;
mod mutant;
mod new;
mod outline;
mod parse;
mod pieces;
mod recorded;
mod source;

pub use bless::bless;
pub use catalogue::{Catalogue, CatalogueEntry};
pub use error::{LessonError, LoadError};
pub use expect::{diff, matches, updated};
pub use fixture::{Fixture, FixtureKind};
pub use language::Language;
pub use lint::{Finding, lint};
pub use meta::read_meta;
pub use model::{Block, ConsoleLine, Exercise, Lesson, Meta, Section, SourcePosition, Step};
pub use mutant::{Mutant, Variant, mutants};
pub use new::scaffold;
pub use outline::Heading;
pub use parse::parse;
pub use recorded::belongs;
pub use source::{FRONT_MATTER_LIMIT, SIZE_LIMIT};
