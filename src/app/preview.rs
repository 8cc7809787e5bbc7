//! Preview: the picture of the selected variant, and what is known of the other variants' pictures.

mod state;
pub(super) mod update;

pub(super) use self::state::UNREQUESTED;
pub use self::state::{Picture, Preview, Subject};
pub use crate::domain::{FetchedVia, PictureInfo, PictureSource};
