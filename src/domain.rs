//! What everything else is about: images, their variants, delivery URLs, and text made safe to show.
//!
//! Pure: no I/O, no clock, no other room. In reading order: what a person types ([`mod@reference`]), what the API knows
//! ([`image`], [`variant`], [`account`]), many images ([`listing`], [`listed`], [`filter`], [`fuzzy`]), URLs that let people
//! in and how they are pasted ([`signing`], [`explain`], [`flexible`], [`custom_domain`], [`copy_as`]), how things go wrong
//! ([`failure`], [`caught`]), how people want things done ([`preferences`], [`picture_choice`]), and how all of it may be
//! shown ([`safe_text`], [`width`], [`when`], [`json`], [`typo`]).

pub mod account;
mod api_message;
mod by_name;
pub mod caught;
pub mod choice;
pub mod copy_as;
pub mod custom_domain;
pub mod delivery_code;
pub mod delivery_url;
mod escapes;
pub mod explain;
pub mod failure;
pub mod file_name;
pub mod filter;
pub mod flexible;
mod folding;
pub mod fuzzy;
pub mod host;
pub mod image;
pub mod image_id;
pub mod json;
pub mod json_pretty;
pub mod listed;
pub mod listing;
pub mod pasted;
pub mod picture_choice;
pub mod preferences;
pub mod reference;
pub mod safe_text;
pub mod secret;
pub mod signing;
pub mod tree;
pub mod typo;
pub mod url_text;
pub mod variant;
pub mod verification;
pub mod when;
pub mod width;

pub use account::{Account, AccountId, Budget, Usage};
pub use api_message::ApiMessage;
pub use by_name::{among_by_name, by_name, name_key};
pub use choice::{NoVariant, Plain};
pub use copy_as::CopyAs;
pub use custom_domain::CustomDomain;
pub use delivery_url::DeliveryUrl;
pub use failure::{Failure, FailureKind};
pub use file_name::file_name;
pub use filter::Query;
pub use flexible::Flexible;
pub use image::{Access, Image};
pub use image_id::{ImageId, InvalidId};
pub use json::Json;
pub use listed::{Listed, Shapes};
pub use listing::{Continuation, Endless, ListQuery, Page};
pub use picture_choice::{NoPictureChoice, PictureChoice};
pub use preferences::Preferences;
pub use reference::{Reference, Refusal};
pub use secret::{Credentials, Secret};
pub use signing::{KeySource, Lifetime, SignedUrl, SigningKey};
pub use variant::{Variant, VariantOptions};
