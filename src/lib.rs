//! cfimg: see any Cloudflare image from your terminal.
//!
//! The terminal program has a pure core and an outer layer that does the I/O:
//!
//! ```text
//! terminal input ─── message_for(&model, input) ──┐
//! results of tasks (mpsc) ─ Event ────────────────┼─ one select! ─► update(&mut model, message, now) ─► Vec<Effect>
//! next_wake(&model)   (None: sleep) ──────────────┘                        │                                │
//!                                                                          ▼                                ▼
//!            handle all queued events, then draw once: view(&model, theme, &mut caches, frame)   runtime performs the effect
//! ```
//!
//! An [`Action`](app::Action) is what the user wants, an [`Event`](app::Event) is what happened, an
//! [`Effect`](app::Effect) is a request to perform I/O. [`update`](app::update()) holds all behaviour and does no I/O.
//! The [`runtime`] does the I/O and decides nothing. [`ui`] draws the model.
//!
//! The modules:
//!
//! - [`domain`]: the types that everything else uses, without I/O: images, variants, delivery URLs and their signatures,
//!   filters, copy formats, and text that is safe to print.
//! - [`app`]: the behaviour of the terminal program: the model, the update function that changes it, and the key
//!   bindings.
//! - [`ui`]: draws the model with ratatui, one file per pane.
//! - [`cloudflare`]: the HTTP client for the API and the delivery host: requests, retries, signing keys, and the text of
//!   their errors.
//! - [`demo`]: an embedded HTTP server that imitates Cloudflare Images, for `cfimg demo` and for tests. It shares no code
//!   with the client.
//! - [`search`]: filters and sorts the list on its own threads; the matching itself is in [`domain`].
//! - [`desktop`]: copies to the clipboard and opens the browser.
//! - [`picture`]: decodes pictures within limits, scales them, and encodes them for the terminal (kitty, sixel, iTerm2 or
//!   blocks).
//! - [`terminal`]: takes over the terminal and restores it, reads keys and responses, and detects how pictures are drawn.
//! - [`worker`]: a thread that runs commands in order, for [`search`], [`desktop`] and [`runtime`].
//! - [`sandbox`]: decodes SVG, AVIF and large pictures in a separate process with limited memory, time and privileges.
//! - [`settings`]: reads flags, environment variables and the configuration file: the account, the credentials, and the
//!   preferences.
//! - [`storage`]: stores the history and the index on disk between runs.
//! - [`commands`]: the command line, one file per subcommand.
//! - [`runtime`]: runs the terminal program: the event loop, the workers, and the effects.
//!
//! [`app`], [`cloudflare`], [`picture`], [`settings`], [`storage`] and [`terminal`] use only [`domain`]. [`ui`] also uses
//! [`app`], [`sandbox`] also [`picture`], [`search`] and [`desktop`] also [`worker`]. [`demo`] and [`worker`] use none.
//! Only [`commands`] and [`runtime`] use all of these. `tests/layers.rs` checks this. `main` reads the arguments and turns
//! the result into an exit code.

pub mod domain;

pub mod app;
pub mod ui;

pub mod cloudflare;
pub mod demo;
pub mod desktop;
pub mod picture;
pub mod search;
pub mod settings;
pub mod storage;
pub mod terminal;
pub mod worker;

pub mod sandbox;

pub mod commands;
pub mod runtime;
