//! The profiles, and the dialog that switches between them.

mod state;
pub(super) mod update;

pub use self::state::{ProfileName, ProfileRow, Profiles, ProfilesDialog};
pub use self::update::take_over;
