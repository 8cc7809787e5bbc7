//! Gallery: the list as a grid of thumbnails.

mod state;
pub(super) mod update;

pub use self::state::{Gallery, ThumbKey};
pub use self::update::thumb_key;
