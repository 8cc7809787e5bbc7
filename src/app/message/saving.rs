//! Pictures that are saved to files, and what came of it.

use crate::domain::picture_format::Format;
use crate::domain::{Failure, PictureSource};

/// A picture to save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureToSave {
    pub source: PictureSource,
    /// A file name for it. Its extension is corrected once the format is known.
    pub name: String,
}

/// The result of saving one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveOutcome {
    Saved(SavedFile),
    /// There is a file at this path already, and it is untouched.
    Exists(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFile {
    /// With the extension of the format.
    pub name: String,
    /// Absolute, or in the home folder `~`.
    pub folder: String,
    /// Its size.
    pub bytes: u64,
    /// `None` if it is unknown.
    pub format: Option<Format>,
}

/// The result of saving several pictures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SaveCount {
    /// Absolute, or in the home folder `~`.
    pub folder: String,
    pub saved: usize,
    pub failed: usize,
    /// The name of the first picture that failed, and why.
    pub first_failure: Option<(String, Failure)>,
}

impl SaveCount {
    /// Counts a picture that was not saved.
    pub fn fail(&mut self, name: String, failure: Failure) {
        self.failed += 1;
        self.first_failure.get_or_insert((name, failure));
    }
}
