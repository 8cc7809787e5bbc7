//! The real event loop with simulated keys, an in-memory screen, the embedded Cloudflare over HTTP, and a
//! recording desktop.
//!
//! A test runs the loop concurrently with a script. The script presses keys and waits for the screen to change;
//! it never sleeps.

#[path = "session/account.rs"]
mod account;
#[path = "session/bad_lists.rs"]
mod bad_lists;
#[path = "session/browsing.rs"]
mod browsing;
#[path = "session/custom_commands.rs"]
mod custom_commands;
#[path = "session/dialogs.rs"]
mod dialogs;
#[path = "session/envelope.rs"]
mod envelope;
#[path = "session/errors.rs"]
mod errors;
#[path = "session/gallery.rs"]
mod gallery;
#[path = "session/graphics.rs"]
mod graphics;
#[path = "session/harness.rs"]
mod harness;
#[path = "session/lookups.rs"]
mod lookups;
#[path = "session/mouse.rs"]
mod mouse;
#[path = "session/pictures.rs"]
mod pictures;
#[path = "session/probe.rs"]
mod probe;
#[path = "session/profiles.rs"]
mod profiles;
#[path = "session/proxy.rs"]
mod proxy;
#[path = "session/saving.rs"]
mod saving;
#[path = "session/screen.rs"]
mod screen;
#[path = "session/signing.rs"]
mod signing;
#[path = "session/terminal.rs"]
mod terminal;
