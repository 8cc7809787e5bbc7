//! Where the program learns whom to ask, and as whom, and what it may keep.

pub mod connection;
pub mod keeping;

pub use connection::{Connection, NO_CREDENTIALS, TRY_THE_DEMO, connection, no_credentials};
pub use keeping::{keeps_history, keeps_index};
