//! The text of the Image pane, and where typed and pasted text goes.

mod state;
pub(super) mod update;

pub use self::state::ImageInput;
