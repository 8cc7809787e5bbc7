//! Explanations of delivery URLs: of a pasted one, or the selected variant's.

mod state;
pub(super) mod update;

pub use state::ExplainState;
