//! Preview: the picture of the selected variant, and what is known of the other variants' pictures.

mod state;
pub(super) mod update;

pub use self::state::{Picture, Place, Preview, Subject};
