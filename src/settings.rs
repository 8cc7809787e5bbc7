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
mod wrangler;

pub use connection::{
    Connection, NO_CREDENTIALS, TRY_THE_DEMO, connection, credential_variables, default_base, mask_secrets,
    no_credentials, parse_base,
};
pub use credentials::{CredentialsFile, StoredLogin, credentials_path};
pub(crate) use display_path::display_path;
pub use profiles::{
    ChosenBy, PROFILE, Profile, ProfileSummary, TokenSource, check_name, default_profile, login_name,
    profile, profiles, read_credentials, variables,
};
pub use resolve::{Settings, load};
pub use wrangler::wrangler_account;
