//! The program's state and behaviour: the model, what changes it, and the effects that follow.
//!
//! - An [`Action`] is what the user wants.
//! - An [`Event`] is what has happened.
//! - An [`Effect`] is what the program asks of the outside.
//!
//! [`message_for`] turns a key or a paste into an action by way of the [`keymap`]; [`update()`] changes the [`Model`]
//! and returns effects. There is no I/O here, no thread and no clock: `now` is an argument, so that stale responses,
//! cancelled requests and errors during a refresh are values in a test, not races.

pub mod actions;
mod back;
mod binding;
pub mod browse;
mod contexts;
pub mod custom_command;
mod default_bindings;
pub mod delivery;
pub mod dialogs;
pub mod explain;
pub mod gallery;
pub mod input;
pub mod keymap;
mod keys_in_force;
pub mod lookup;
pub mod message;
pub mod model;
mod motion;
mod mouse;
pub mod overlay;
mod pane;
mod places;
pub mod preview;
pub mod problem;
pub mod profiles;
mod remap;
pub mod remote;
pub mod save;
pub mod scroll;
mod selection;
pub mod sensitive_text;
mod target;
pub mod text_input;
pub mod update;

#[cfg(test)]
mod scenarios;

pub use crate::domain::input::{Input, Mouse, MouseKind, Pasted};
pub use crate::domain::key::{Code, Key};
pub use crate::domain::{FetchedVia, PictureInfo, PictureSource};
pub use delivery::{Confirmation, UnsignedPolicy};
pub use gallery::ThumbKey;
pub use keymap::{message_for, mouse_message, resolve_escape};
pub use keys_in_force::Keymap;
pub use message::{
    Action, CommandRun, DeliveryAction, Effect, Event, Graphics, IndexPage, IndexState, Message, Motion,
    Page, PictureToSave, RequestId, SaveCount, SaveOutcome, SavedFile, Signatures, SyncEnd, VerifyResult,
    Wait, ZoomStep,
};
pub use model::{Model, Notice, ScrollContext, Start};
pub use overlay::Overlay;
pub use pane::{GridViewport, Pane, TileSize, Viewport, Viewports};
pub use preview::{Picture, Shown, Subject};
pub use profiles::{ProfileName, ProfileRow, Profiles};
pub use remote::Remote;
pub use sensitive_text::SensitiveText;
pub use target::{LastClick, Target};
pub use text_input::Edit;
pub use update::{next_wake, update};
