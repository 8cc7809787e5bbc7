//! The actions dialog: every action with its keys, to search and run.

mod rows;
mod search;
mod state;
pub(super) mod update;

pub use self::rows::{Row, Run, all_rows, rows};
pub use self::search::{highlights, matches};
pub use self::state::ActionsDialog;
