//! All behaviour, and no deed: the model, what changes it, and what the outside is asked to do.
//!
//! - An [`Action`] is what a person wants.
//! - An [`Event`] is what has happened.
//! - An [`Effect`] is what we ask of the outside.
//!
//! [`message_for`] turns a key or a paste into an action by the key table ([`keys`]); [`update()`] changes the [`Model`]
//! and returns effects. There is no I/O here, no task and no clock: `now` is an argument, so late answers, cancelled
//! requests and errors during a refresh are values in a test, not races.

pub mod browse;
pub mod image_input;
pub mod key;
pub mod keys;
mod keys_table;
pub mod line;
pub mod lookup;
pub mod menu;
pub mod message;
pub mod model;
pub mod overlay;
pub mod parcel;
pub mod preview;
pub mod remote;
pub mod scroll;
pub mod signing;
pub mod update;

#[cfg(test)]
mod journeys;

pub use key::{Code, Key};
pub use keys::{message_for, resolve_escape};
pub use message::{
    Action, Edit, Effect, Event, IndexState, Input, KeptPage, Message, Motion, Page, PassEnd, Pasted,
    RequestId, Wait,
};
pub use model::{Armed, Graphics, Ground, Leave, Model, Notice, Pane, Start};
pub use overlay::Overlay;
pub use parcel::Parcel;
pub use preview::{Picture, PictureFacts, PictureSource, Subject, Way};
pub use remote::Remote;
pub use scroll::{Extent, Reach};
pub use update::{next_wake, update};
