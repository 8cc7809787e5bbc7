//! Preview: the picture of the selected variant, and what is known of the other variants' pictures.

pub(super) mod flip;
pub(super) mod larger;
mod state;
mod subject;
pub(super) mod update;
pub mod zoom;

pub use self::state::{Picture, Place, Preview, Shown, Subject};
