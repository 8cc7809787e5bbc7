//! What pictures are drawn with: the terminal is asked, and what it answers is told.

use std::io;
use std::time::Duration;

use ratatui::backend::Backend;
use tokio::time::Instant;

use super::Session;
use crate::app::{self, Event};
use crate::domain::PictureChoice;
use crate::picture::{Detection, EnvFacts, Graphics, Protocol};
use crate::runtime::guard::Tty;

/// A terminal that has not answered for so long is not waited for.
const ANSWERS: Duration = Duration::from_millis(300);

impl<B, T> Session<B, T>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    T: Tty,
{
    /// Asks the terminal what it can draw pictures with, and waits for nothing: the answers arrive like keys.
    pub fn look_for_graphics(&mut self, mut env: EnvFacts, wish: PictureChoice) -> io::Result<()> {
        env.window = self.tty.window();
        let (detection, questions) = Detection::begin(&env, wish);
        self.detection = Some(detection);
        if let Some(questions) = questions {
            self.tty.passthrough(&questions)?;
            self.answers_end = Some(Instant::now() + ANSWERS);
        }
        self.graphics_may_be_known()?;
        Ok(())
    }

    /// What pictures are drawn with, once that is known.
    pub fn graphics(&self) -> Option<&Graphics> {
        self.graphics.as_ref()
    }

    /// The window has another size, and its cells may have.
    pub(super) fn resized(&mut self) -> io::Result<()> {
        let window = self.tty.window();
        if let Some(question) = self.detection.as_mut().and_then(|detection| detection.resized(window)) {
            self.tty.passthrough(question)?;
        }
        self.graphics_may_be_known()?;
        Ok(())
    }

    /// Tells the model what pictures are drawn with, where that is known now, or another than before. Tells whether the
    /// screen may have changed.
    pub(super) fn graphics_may_be_known(&mut self) -> io::Result<bool> {
        let found = self.detection.as_ref().and_then(Detection::finished);
        if found.is_none() {
            return Ok(false);
        }
        self.answers_end = None;
        if found == self.graphics {
            return Ok(false);
        }
        self.graphics = found;
        let Some(graphics) = &self.graphics else { return Ok(false) };
        let Graphics { protocol, cell, why, .. } = graphics;
        tracing::info!(?protocol, ?cell, "{why}");
        let target =
            graphics.target().filter(|target| self.theme.color || target.protocol != Protocol::Halfblocks);
        let found = app::Graphics { drawable: target.is_some(), cell: *cell };
        self.performer.draw_pictures_for(target);
        self.tell(Event::GraphicsFound(found))?;
        Ok(true)
    }
}
