//! The lessons that a command is about.

use crate::course::CourseError;
use crate::lesson::{Catalogue, Language, Lesson};
use std::path::{Path, PathBuf};

/// Which lessons a command is about, and in which language.
#[derive(Clone, Debug)]
pub struct Lessons {
    /// A folder of lessons; if there is none, those in the program.
    pub folder: Option<PathBuf>,
    /// The language of their texts.
    pub language: Language,
}

impl Lessons {
    /// All of them.
    ///
    /// # Errors
    /// When the folder is not in order.
    pub fn catalogue(&self) -> Result<Catalogue, CourseError> {
        catalogue_in(self.folder.as_deref())
    }

    /// A lesson by its number or name, parsed.
    ///
    /// # Errors
    /// When there is none, or its text is broken.
    pub fn lesson(&self, wanted: &str) -> Result<Lesson, CourseError> {
        let catalogue = self.catalogue()?;
        Ok(catalogue.find(wanted)?.load(&self.language)?)
    }
}

/// The lessons of a folder; without one, those in the program.
pub(super) fn catalogue_in(folder: Option<&Path>) -> Result<Catalogue, CourseError> {
    match folder {
        None => Ok(Catalogue::embedded()),
        Some(folder) => Ok(Catalogue::folder(folder)?),
    }
}
