//! The environment variables and `config.toml`: credentials, preferences, and what may be stored on disk.

pub mod config;
pub mod connection;
mod display_path;
pub mod resolve;
mod trust;
mod variables;

pub use connection::{Connection, NO_CREDENTIALS, TRY_THE_DEMO, connection, mask_secrets, no_credentials};
pub(crate) use display_path::display_path;
pub use resolve::{Settings, load};
