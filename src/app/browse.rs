//! Browse: the account's images as the list describes them, filtered, sorted and marked.

pub(super) mod cursor;
mod filter;
mod images;
pub(super) mod marks;
pub(super) mod pages;
mod paging;
pub(super) mod search;
mod state;
pub(super) mod sync;
pub(super) mod update;

pub use self::filter::Filter;
pub use self::images::PageChanges;
pub use self::paging::{Index, Paging, Resume};
pub use self::state::{Browse, CursorTarget, Sort};
