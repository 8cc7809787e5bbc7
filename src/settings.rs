//! The environment variables and `config.toml`: credentials, preferences, and what may be stored on disk.

pub mod config;
pub mod connection;
mod display_path;
mod drawing;
mod findings;
mod key_section;
pub mod resolve;
pub mod setting;
mod table_reader;
mod template_section;
mod text_file;
mod theme_file;
mod theme_setting;
mod toml_file;
mod trust;
mod variables;

pub use connection::{Connection, NO_CREDENTIALS, TRY_THE_DEMO, connection, mask_secrets, no_credentials};
pub(crate) use display_path::display_path;
pub use drawing::{draw, mistakes_notice};
pub use resolve::{Options, Settings, load};
pub use setting::{SETTINGS, Setting};
pub use toml_file::TomlFile;
