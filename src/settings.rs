//! The environment variables and `config.toml`: credentials, preferences, and what may be stored on disk.

mod command_section;
pub mod config;
pub mod connection;
mod default_file;
mod display_path;
mod drawing;
mod findings;
mod key_section;
mod origin;
pub mod resolve;
mod schema;
pub mod setting;
mod table_reader;
mod template_section;
mod text_file;
mod toml_file;
mod trust;
mod variables;

pub use config::config_path;
pub use connection::{Connection, NO_CREDENTIALS, TRY_THE_DEMO, connection, mask_secrets, no_credentials};
pub use default_file::{create_config, default_file};
pub(crate) use display_path::display_path;
pub use drawing::{draw, mistakes_notice};
pub use origin::{InForce, Origin};
pub use resolve::{Options, Settings, load};
pub use schema::{schema, toml_value};
pub use setting::{Kind, SECTIONS, SETTINGS, Section, Setting};
pub use toml_file::TomlFile;
