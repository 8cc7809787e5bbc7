//! Detects what the terminal can draw pictures with, and tells the model.

use std::io;
use std::time::Duration;

use ratatui::backend::Backend;
use tokio::time::Instant;

use super::Session;
use crate::app::{self, Event};
use crate::domain::PictureChoice;
use crate::domain::graphics::Protocol;
use crate::terminal::{Detection, Graphics, TerminalEnv, Tty};

/// How long the terminal has to respond.
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(300);

impl<B, T> Session<B, T>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    T: Tty,
{
    /// Queries the terminal's graphics. Does not wait: the responses arrive like keys.
    pub fn start_detection(&mut self, mut env: TerminalEnv, choice: PictureChoice) -> io::Result<()> {
        env.window = self.tty.window();
        let (detection, queries) = Detection::start(&env, choice);
        self.detection = Some(detection);
        if let Some(queries) = queries {
            self.tty.passthrough(&queries)?;
            self.response_deadline = Some(Instant::now() + RESPONSE_TIMEOUT);
        }
        self.finish_detection()?;
        Ok(())
    }

    /// The detected graphics. `None` until they are known.
    pub fn graphics(&self) -> Option<&Graphics> {
        self.graphics.as_ref()
    }

    /// Call after a resize. The size of the cells may have changed too.
    pub(super) fn resized(&mut self) -> io::Result<()> {
        let window = self.tty.window();
        if let Some(query) = self.detection.as_mut().and_then(|detection| detection.resized(window)) {
            self.tty.passthrough(query)?;
        }
        self.finish_detection()?;
        Ok(())
    }

    /// Tells the model if the graphics are known now and have changed. Returns whether the screen may have changed.
    pub(super) fn finish_detection(&mut self) -> io::Result<bool> {
        let detected = self.detection.as_ref().and_then(Detection::finished);
        if detected.is_none() {
            return Ok(false);
        }
        self.response_deadline = None;
        if detected == self.graphics {
            return Ok(false);
        }
        self.graphics = detected;
        let Some(graphics) = &self.graphics else { return Ok(false) };
        let Graphics { protocol, cell, why, .. } = graphics;
        tracing::info!(?protocol, ?cell, "{why}");
        let target =
            graphics.target().filter(|target| self.theme.color || target.protocol != Protocol::Halfblocks);
        let detected = app::Graphics { drawable: target.is_some(), cell: *cell };
        self.effect_runner.draw_pictures_for(target);
        self.handle_event(Event::GraphicsDetected(detected))?;
        Ok(true)
    }
}
