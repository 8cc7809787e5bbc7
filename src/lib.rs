//! cfimg: see any Cloudflare image from your terminal.
//!
//! One pure heart, one pair of hands:
//!
//! ```text
//! terminal events ── message_for(&model, input) ──┐
//! answers from tasks (mpsc) ── Event ─────────────┼─ one select! ─► update(&mut model, message, now) ─► Vec<Effect>
//! next_wake(&model)   (None: asleep) ─────────────┘                        │                                │
//!                                                                          ▼                                ▼
//!            drain what is queued, then draw once: view(&model, theme, &mut caches, frame)     runtime performs the effect
//! ```
//!
//! A person's wish is an [`Action`](app::Action), what has happened is an [`Event`](app::Event), what we ask of the
//! outside is an [`Effect`](app::Effect). [`update`](app::update()) holds all behaviour and does nothing; the [`runtime`]
//! does everything and decides nothing; [`ui`] draws the model.
//!
//! The rooms, in reading order:
//!
//! - [`domain`]: the words. Images, variants, delivery URLs, credentials, and text made safe to show.
//! - [`app`]: the behaviour. The model, what changes it, and the key table.
//! - [`ui`]: the screen, a file a pane.
//! - [`cloudflare`]: the client of the API, and its errors as sentences.
//! - [`demo`]: the embedded Cloudflare, which knows nothing of the client.
//! - [`search`]: the filter's work, on a thread of its own.
//! - [`desktop`]: the clipboard and the browser.
//! - [`picture`]: the pixels. Decoding within limits, scaling, and the terminal's picture protocols.
//! - [`sandbox`]: untrusted pictures, rendered in a process of its own within limits.
//! - [`settings`]: whom to ask, and as whom, and what may be kept.
//! - [`storage`]: what is kept on disk between runs.
//! - [`commands`]: the command line, a file a subcommand.
//! - [`runtime`]: the loop of the terminal program, which performs the effects.
//!
//! A room names only rooms before it: [`app`] and the six of the outside name [`domain`] at most, [`ui`] also [`app`],
//! and only [`commands`] and [`runtime`] bring all together. `tests/layers.rs` holds them to it. `main` reads the
//! arguments and turns the answer into an exit code.

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

pub mod sandbox;

pub mod commands;
pub mod runtime;
