//! The real loop: keys given by hand, a screen in memory, the embedded Cloudflare over HTTP, and a desktop that records.
//!
//! A test runs the loop beside a script. The script presses keys and waits for what the screen shows; it never sleeps.

#[path = "session/account.rs"]
mod account;
#[path = "session/bad_lists.rs"]
mod bad_lists;
#[path = "session/browsing.rs"]
mod browsing;
#[path = "session/envelope.rs"]
mod envelope;
#[path = "session/errors.rs"]
mod errors;
#[path = "session/graphics.rs"]
mod graphics;
#[path = "session/lookups.rs"]
mod lookups;
#[path = "session/measuring.rs"]
mod measuring;
#[path = "session/pictures.rs"]
mod pictures;
#[path = "session/relay.rs"]
mod relay;
#[path = "session/screen.rs"]
mod screen;
#[path = "session/signing.rs"]
mod signing;
#[path = "session/stand.rs"]
mod stand;
#[path = "session/terminal.rs"]
mod terminal;
