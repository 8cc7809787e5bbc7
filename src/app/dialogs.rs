//! The dialogs: lifetimes, copy formats, and a flexible variant.

mod state;
pub(super) mod update;

pub use self::state::{DialogState, FlexibleDialog, LifetimeDialog, LifetimeRow};
pub use self::update::copy_formats;
