//! The change from a program without credentials to the demo, in the same terminal.

use futures_util::future::LocalBoxFuture;

use super::effects::EffectRunner;
use crate::app::Model;
use crate::demo::Server;
use crate::domain::Failure;

/// What the event loop needs to go on with the demo.
pub struct Demo {
    /// Runs until it is dropped.
    pub server: Server,
    pub model: Model,
    pub effect_runner: EffectRunner,
    /// The image to look up first.
    pub image: Option<String>,
}

/// Starts the demo. Fails if its server cannot start.
pub type StartDemo = Box<dyn Fn() -> LocalBoxFuture<'static, Result<Demo, Failure>>>;
