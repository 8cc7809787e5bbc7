//! The environment variables, `config.toml` and the credentials file: accounts, preferences, and what may be stored on
//! disk.

pub mod config;
pub mod connection;
pub mod credentials;
mod display_path;
pub mod profiles;
mod read_file;
pub mod resolve;
mod trust;
mod variables;

pub use connection::{Connection, NO_CREDENTIALS, TRY_THE_DEMO, connection, mask_secrets, no_credentials};
pub(crate) use display_path::display_path;
pub use profiles::{PROFILE, Profile, ProfileSummary, TokenSource, profile, profiles};
pub use resolve::{Settings, load};
