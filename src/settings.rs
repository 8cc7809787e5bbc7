//! The environment variables, `config.toml` and the credentials file: accounts, preferences, and what may be stored on
//! disk.

mod command_section;
pub mod config;
pub mod connection;
pub mod credentials;
mod default_file;
mod display_path;
mod drawing;
mod findings;
mod in_force;
mod key_section;
mod origin;
mod profile_section;
mod profile_table;
pub mod profiles;
pub mod resolve;
mod schema;
mod section;
pub mod setting;
mod table_reader;
mod template_section;
mod text_file;
mod theme_file;
mod theme_setting;
mod toml_file;
mod trust;
mod value_schema;
mod variables;
mod wrangler;

pub use config::config_path;
pub use connection::{
    Connection, NO_CREDENTIALS, TRY_THE_DEMO, connection, credential_variables, default_base, mask_secrets,
    no_credentials, parse_base,
};
pub use credentials::{CredentialsFile, StoredLogin, credentials_path};
pub use default_file::{create_config, default_file};
pub(crate) use display_path::display_path;
pub use drawing::{draw, mistakes_notice};
pub use origin::{InForce, Origin};
pub use profile_table::{PROFILE, ProfileTable};
pub use profiles::{
    ChosenBy, Profile, ProfileSummary, check_name, default_profile, login_name, name_in_use, profile,
    profiles, read_credentials, variables,
};
pub use resolve::{Options, Settings, load};
pub use schema::schema;
pub use section::{SECTIONS, Section};
pub use setting::{Kind, PROFILE_SETTINGS, SETTINGS, Setting};
pub use theme_setting::theme_names;
pub use toml_file::TomlFile;
pub use value_schema::toml_value;
pub use wrangler::wrangler_account;
