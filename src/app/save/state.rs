//! State of saving: the dialog, and the save in progress.

use crate::app::message::{PictureToSave, RequestId, SaveCount};
use crate::app::text_input::TextInput;
use crate::domain::Failure;
use crate::domain::delivery_plan::NotSigned;

/// The state of saving.
#[derive(Debug, Clone, Default)]
pub struct SaveState {
    /// The save in progress.
    pub job: Option<Box<SaveJob>>,
    /// The dialog of a picture that was not saved, so that its text is not lost.
    pub(super) unsaved: Option<Box<SaveDialog>>,
}

/// A save in progress.
#[derive(Debug, Clone)]
pub struct SaveJob {
    pub request: RequestId,
    pub(super) dialog: SaveDialog,
    /// Of several pictures: those that could not even be requested.
    pub(super) count: SaveCount,
    /// Of several pictures: how many are finished.
    pub(super) done: usize,
}

impl SaveJob {
    /// How many of the marked images are finished, and how many there are. `None` if it saves one picture.
    pub fn progress(&self) -> Option<(usize, usize)> {
        match self.dialog.subject {
            SaveSubject::Marked { count, .. } => Some((self.done, count)),
            SaveSubject::Image { .. } => None,
        }
    }
}

/// The dialog in which the user chooses where to save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveDialog {
    pub subject: SaveSubject,
    /// The path of the file; of the folder for several images.
    pub line: TextInput,
    /// Whether the original is saved instead of the variant.
    pub original: bool,
    /// The file that the next Enter overwrites.
    pub existing: Option<String>,
    /// Why the last try failed.
    pub failure: Option<Failure>,
}

/// What is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveSubject {
    Image {
        original: PictureToSave,
        /// The selected variant's name, and its picture or why no URL opens it. `None` if there are no variants.
        variant: Option<(String, Result<PictureToSave, NotSigned>)>,
        /// Whether the extension in the variant's file name is that of its format.
        is_format_known: bool,
    },
    /// The marked images.
    Marked {
        /// How many there are.
        count: usize,
        /// The variant to save where an image has it. `None` if none is selected.
        variant: Option<String>,
    },
}

impl SaveSubject {
    /// The name of the variant that can be saved, if there is one.
    pub fn variant(&self) -> Option<&str> {
        match self {
            Self::Image { variant, .. } => variant.as_ref().map(|(name, _)| &**name),
            Self::Marked { variant, .. } => Some(variant.as_deref().unwrap_or("public")),
        }
    }

    /// The path that is proposed for the original or the variant.
    pub(super) fn path(&self, original: bool) -> &str {
        match self {
            Self::Image { variant: Some((_, Ok(variant))), .. } if !original => &variant.name,
            Self::Image { original, .. } => &original.name,
            Self::Marked { .. } => "./",
        }
    }
}

impl SaveDialog {
    pub(super) fn new(subject: SaveSubject) -> Self {
        let original = subject.variant().is_none()
            || matches!(&subject, SaveSubject::Image { variant: Some((_, Err(_))), .. });
        let mut line = TextInput::default();
        line.set(subject.path(original));
        Self { subject, line, original, existing: None, failure: None }
    }

    /// Chooses between the original and the variant. A path that the user has typed stays.
    pub(super) fn toggle_original(&mut self) {
        if self.subject.variant().is_none() {
            return;
        }
        let is_proposed = self.line.text() == self.subject.path(self.original);
        self.original = !self.original;
        self.forget_result();
        if is_proposed {
            self.line.set(self.subject.path(self.original));
        }
    }

    /// Call this when the text changes: the result was about another path.
    pub(crate) fn forget_result(&mut self) {
        self.existing = None;
        self.failure = None;
    }
}
