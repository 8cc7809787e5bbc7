//! cfimg: see any Cloudflare image from your terminal.
//!
//! One pure heart, one pair of hands:
//!
//! ```text
//! terminal events ── message_for(&model, input) ──┐
//! answers from tasks (mpsc) ── Event ─────────────┼─ one select! ─► update(&mut model, message, now) ─► Vec<Effect>
//! next_wake(&model)   (None: asleep) ─────────────┘                        │                                │
//!                                                                          ▼                                ▼
//!                   drain what is queued, then draw once: view(&model, &mut caches, frame)     runtime performs the effect
//! ```
//!
//! A person's wish is an `app::Action`, what has happened is an `app::Event`, what we ask of the outside is an
//! `app::Effect`. `app::update` holds all behaviour and does nothing; the [`runtime`] does everything and decides
//! nothing; [`ui`] draws the model.
//!
//! The rooms, in reading order. A room may name only those before it, and of these [`app`] and [`ui`] name nothing
//! that touches the outside: `tests/layers.rs` holds them to it.

pub mod domain;

pub mod app;
pub mod ui;

pub mod cloudflare;
pub mod demo;
pub mod desktop;
pub mod settings;

pub mod commands;
pub mod runtime;
