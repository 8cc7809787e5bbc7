//! Saves the picture of an image, or those of the marked images, to files.

mod state;
pub(super) mod update;

pub use self::state::{SaveDialog, SaveJob, SaveState, SaveSubject};
