//! The environment variables and `config.toml`: credentials, preferences, and what may be stored on disk.

pub mod config;
pub mod connection;
pub mod pictures;
pub mod resolve;
pub mod retention;
mod trust;

pub use connection::{Connection, NO_CREDENTIALS, TRY_THE_DEMO, connection, mask_secrets, no_credentials};
pub use pictures::picture;
pub use resolve::{Settings, load};
pub use retention::{keeps_history, keeps_index};
