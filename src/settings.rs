//! Where the program learns whom to ask, and as whom, what it may keep, and how it draws.

pub mod connection;
pub mod keeping;
pub mod pictures;

pub use connection::{Connection, NO_CREDENTIALS, TRY_THE_DEMO, connection, no_credentials};
pub use keeping::{keeps_history, keeps_index};
pub use pictures::picture;
