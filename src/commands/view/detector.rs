//! How standard output draws pictures, or why it does not.

use tokio::sync::OnceCell;

use crate::domain::picture_choice::turned_off_by;
use crate::domain::sanitize::sanitize;
use crate::domain::{Failure, PictureChoice};
use crate::picture::{Protocol, Target};
use crate::terminal::{Graphics, Multiplexer, TerminalEnv, detect_graphics};

/// The option that turns colours off, as it is shown in messages.
pub const COLOR_NEVER: &str = "--color never";

/// Queries the terminal once. The query must end before anything is printed.
pub(super) struct Detector<'a> {
    env: TerminalEnv,
    choice: PictureChoice,
    /// The option, variable or setting that turns pictures off.
    off_by: Option<&'a str>,
    /// The option or variable that turns colours off.
    no_color_by: Option<&'static str>,
    graphics: OnceCell<Option<Graphics>>,
}

impl<'a> Detector<'a> {
    /// Fails if pictures or colours are off, or if standard output cannot show pictures.
    pub(super) fn new(
        env: TerminalEnv,
        choice: PictureChoice,
        off_by: Option<&'a str>,
        no_color_by: Option<&'static str>,
        is_terminal: bool,
    ) -> Result<Self, Failure> {
        check_choice(choice, off_by, is_terminal)?;
        if choice == PictureChoice::Halfblocks && no_color_by == Some(COLOR_NEVER) {
            return Err(colorless(COLOR_NEVER));
        }
        Ok(Self { env, choice, off_by, no_color_by, graphics: OnceCell::new() })
    }

    /// Queries the terminal, unless that has been done.
    pub(super) async fn detect(&self) -> Option<&Graphics> {
        let detected = self.graphics.get_or_init(async || {
            let (env, choice) = (self.env.clone(), self.choice);
            tokio::task::spawn_blocking(move || detect_graphics(&env, choice)).await.ok().flatten()
        });
        detected.await.as_ref()
    }

    /// The terminal to draw for.
    pub(super) async fn target(&self) -> Result<Target, Failure> {
        let graphics = self.detect().await;
        let target = graphics.and_then(Graphics::target).ok_or_else(|| pictures_off(self.off_by))?;
        if let Some(by) = graphics.and_then(|graphics| graphics.blocked_by) {
            return Err(blocked(by));
        }
        // `--picture halfblocks` asks for coloured text, so it overrides the environment.
        if let Some(by) = self.no_color_by.filter(|_| self.choice != PictureChoice::Halfblocks)
            && target.protocol == Protocol::Halfblocks
        {
            return Err(colorless(by));
        }
        tracing::debug!(why = graphics.map(|graphics| &graphics.why), "pictures");
        Ok(target)
    }
}

/// Fails if pictures are off, or if standard output cannot show them.
fn check_choice(choice: PictureChoice, off_by: Option<&str>, is_terminal: bool) -> Result<(), Failure> {
    match choice {
        PictureChoice::Off => Err(pictures_off(off_by)),
        PictureChoice::Halfblocks => Ok(()),
        _ if is_terminal => Ok(()),
        _ => Err(Failure::usage(
            "Standard output is not a terminal",
            "Save the picture with `cfimg save`, or print it as coloured text with --picture halfblocks.",
        )),
    }
}

fn pictures_off(by: Option<&str>) -> Failure {
    Failure::usage(
        turned_off_by(&sanitize(by.unwrap_or("the settings"))),
        "Turn them on with --picture auto.",
    )
}

fn colorless(by: &str) -> Failure {
    let hint = if by == COLOR_NEVER { "Omit it" } else { "Add --color always" };
    Failure::usage(
        format!("{by} turns colours off, but pictures are drawn as coloured text here"),
        format!("{hint}, or save the picture with `cfimg save`."),
    )
}

fn blocked(by: Multiplexer) -> Failure {
    let (what, hint) = match by {
        Multiplexer::Tmux => {
            ("tmux blocks pictures", "Run `tmux set -g allow-passthrough on`, or use --picture halfblocks.")
        }
        Multiplexer::Screen => {
            ("GNU screen blocks pictures", "Run cfimg outside screen, or use --picture halfblocks.")
        }
    };
    Failure::other(what, hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FailureKind;

    #[test]
    fn only_halfblocks_are_allowed_without_a_terminal() {
        use PictureChoice::{Auto, Halfblocks, Iterm2, Kitty, Off, Sixel};
        for (choice, is_terminal, allowed) in [
            (Auto, true, true),
            (Auto, false, false),
            (Kitty, false, false),
            (Sixel, false, false),
            (Iterm2, false, false),
            (Halfblocks, false, true),
            (Off, true, false),
            (Off, false, false),
        ] {
            let result = check_choice(choice, None, is_terminal);
            assert_eq!(result.is_ok(), allowed, "{choice:?} {is_terminal}");
            assert!(result.map_or_else(|failure| failure.kind == FailureKind::Usage, |()| true));
        }
    }
}
