//! Where the program learns whom to ask, and as whom, what it may keep, how it draws, and what a person has settled for good.

pub mod choices;
pub mod config;
pub mod connection;
pub mod keeping;
pub mod pictures;
mod trust;

pub use choices::{Settings, load};
pub use connection::{Connection, NO_CREDENTIALS, TRY_THE_DEMO, connection, mask_secrets, no_credentials};
pub use keeping::{keeps_history, keeps_index};
pub use pictures::picture;
