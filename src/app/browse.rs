//! Browse: the account's images as the list describes them, filtered, sorted and marked.

mod images;
mod state;
mod states;
pub(super) mod update;

pub use self::images::PageChanges;
pub use self::state::Browse;
pub use self::states::{Filter, Index, Paging, Resume, Sort};
