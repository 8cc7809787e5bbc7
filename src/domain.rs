//! The facts and rules of Cloudflare Images: images, variants, delivery URLs, signing, filters, and text made safe to
//! show.
//!
//! Everything here is pure: no I/O, no clock, no other module of the crate. In reading order: what a user types
//! ([`mod@reference`]), what the API knows ([`image`], [`variant`],
//! [`variant_access`], [`account`]), many images ([`pagination`],
//! [`image_summary`], [`filter`], [`fuzzy`]), delivery URLs and the ways to copy them ([`delivery_url`],
//! [`delivery_plan`], [`signing`], [`explain`], [`flexible`], [`custom_domain`], [`copy_as`]), errors and waits
//! ([`failure`], [`catch_panic`], [`wait`]), choices of the user ([`preferences`], [`picture_choice`],
//! [`theme_choice`], [`theme`], [`key_entry`], [`custom_command`]) and the [`mistake`]s in them, child processes ([`child_process`]), the
//! terminal ([`key`],
//! [`mod@shortcut`], [`input`], [`graphics`], [`color`], [`indexed_color`], [`zoom`]), and display ([`sanitize`],
//! [`width`], [`time_format`], [`json`], [`typo`]).

pub mod account;
mod api_message;
pub mod build_info;
pub mod cache;
pub mod catch_panic;
pub mod child_process;
pub mod color;
pub mod copy_as;
mod credential_source;
pub mod custom_command;
pub mod custom_domain;
pub mod delivery_code;
pub mod delivery_plan;
pub mod delivery_url;
mod escapes;
pub mod explain;
pub mod failure;
pub mod file_name;
pub mod filter;
pub mod flexible;
mod folding;
pub mod fuzzy;
pub mod graphics;
pub mod image;
pub mod image_id;
pub mod image_summary;
pub mod indexed_color;
pub mod input;
pub mod json;
pub mod json_pretty;
pub mod json_tree;
pub mod key;
pub mod key_entry;
pub mod larger_picture;
pub mod loopback;
pub mod mistake;
pub mod pagination;
pub mod parallel;
pub mod picture_choice;
pub mod picture_format;
pub mod picture_source;
pub mod preferences;
mod profile;
pub mod qr;
pub mod reference;
mod refusal;
pub mod sanitize;
pub mod secret;
#[cfg(test)]
mod sentences;
pub mod shortcut;
pub mod signing;
mod sort;
pub mod theme;
pub mod theme_choice;
pub mod thumbnail;
pub mod time_format;
pub mod token_mistake;
pub mod trim;
pub mod typo;
pub mod url_display;
mod url_finder;
pub mod variant;
pub mod variant_access;
pub mod variant_selection;
pub mod verification;
pub mod wait;
pub mod width;
pub mod zoom;

pub use account::{Account, AccountId, Budget, Usage};
pub use api_message::ApiMessage;
pub use color::{ColorDepth, Rgb};
pub use copy_as::CopyAs;
pub use credential_source::CredentialSource;
pub use custom_command::{CommandLine, CommandText, CommandValues, CustomCommand};
pub use custom_domain::CustomDomain;
pub use delivery_plan::{DeliveryPlan, SignMode};
pub use delivery_url::DeliveryUrl;
pub use failure::{Failure, FailureKind};
pub use file_name::file_name;
pub use filter::Query;
pub use flexible::Flexible;
pub use image::{Access, Image};
pub use image_id::{ImageId, InvalidId};
pub use image_summary::{ImageSummary, UrlTemplates};
pub use input::{Input, Mouse, MouseKind};
pub use json::Json;
pub use key::{Code, InvalidKey, Key};
pub use key_entry::KeyEntry;
pub use larger_picture::LargerPicture;
pub use mistake::Mistake;
pub use pagination::{Continuation, Endless, ListQuery, Page};
pub use picture_choice::{NoPictureChoice, PictureChoice};
pub use picture_source::{FetchedVia, PictureInfo, PictureSource};
pub use preferences::Preferences;
pub use profile::{ProfileInUse, TokenSource};
pub use reference::Reference;
pub use refusal::Refusal;
pub use secret::{Credentials, Secret};
pub use shortcut::{InvalidShortcut, Shortcut};
pub use signing::{KeySource, Lifetime, SignedUrl, SigningKey};
pub use sort::{insert_by_name, name_key, sort_by_name};
pub use theme::{ChosenTheme, Role, ThemeColor, ThemeFile, ThemeStyle, Themes};
pub use theme_choice::{MarksChoice, NoMarksChoice, NoThemeChoice, ThemeChoice};
pub use thumbnail::Thumbnail;
pub use variant::{Variant, VariantOptions};
pub use variant_access::VariantAccess;
pub use variant_selection::NoVariant;
pub use zoom::{Part, Zoom};
