//! The dialogs: lifetimes, copy formats, and a flexible variant.

mod state;

pub use self::state::{FlexibleDialog, LifetimeDialog, LifetimeRow, copy_formats};
