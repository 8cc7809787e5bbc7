//! Where the program learns whom to ask, and as whom.

pub mod connection;

pub use connection::{Connection, NO_CREDENTIALS, TRY_THE_DEMO, connection, no_credentials};
