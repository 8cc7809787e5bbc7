//! Detects the terminal's graphics protocol for subcommands, which have no event loop.

use super::detection::{Detection, FENCE};
use super::environment::TerminalEnv;
use super::graphics::Graphics;
use super::mark_width::QUERY_IN_LINE as MARK_WIDTH_IN_LINE;
use super::response::TerminalResponse;
use crate::domain::{PictureChoice, Rgb};

/// The graphics to draw pictures with. Blocks until the terminal has responded, 0.3 s at most.
///
/// If unread keys are waiting, they are left to the next program, and the terminal is not queried: its responses would come
/// after them. Keys are lost only if they are typed while the responses come.
pub fn detect_graphics(env: &TerminalEnv, choice: PictureChoice) -> Option<Graphics> {
    let (mut detection, queries) = Detection::start(env, choice);
    if let Some(queries) = queries {
        query(&queries, |response| {
            detection.answer(response);
            detection.is_querying()
        });
        _ = detection.give_up();
    }
    detection.finished()
}

/// What a terminal reports about itself.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    pub graphics: Option<Graphics>,
    /// `None` if unknown.
    pub background: Option<Rgb>,
    /// Whether it draws `●` two columns wide. `None` if unknown.
    pub has_wide_marks: Option<bool>,
}

/// Queries everything that cfimg uses of a terminal, from the start of an empty line, which stays empty. Otherwise like
/// [`detect_graphics`].
pub fn survey(env: &TerminalEnv, choice: PictureChoice) -> Survey {
    let (mut detection, queries) = Detection::start(env, choice);
    let mut survey = Survey::default();
    if let Some(colors) = env.colors_query() {
        // The responses to the queries before the fence come before the fence's.
        let fence = queries.unwrap_or_else(|| FENCE.to_owned());
        let mut is_querying = detection.is_querying();
        let mut has_fence_come = false;
        query(&format!("{MARK_WIDTH_IN_LINE}{colors}{fence}"), |response| {
            match &response {
                TerminalResponse::Background(color) => survey.background = Some(*color),
                TerminalResponse::WideMarks(are_wide) => survey.has_wide_marks = Some(*are_wide),
                TerminalResponse::Attributes(_) => has_fence_come = true,
                _ => {}
            }
            detection.answer(response);
            is_querying &= detection.is_querying();
            is_querying || !has_fence_come
        });
        _ = detection.give_up();
    }
    Survey { graphics: detection.finished(), ..survey }
}

/// Sends queries, and calls `on_response` until it returns false or the terminal has run out of time.
#[cfg(unix)]
fn query(queries: &str, on_response: impl FnMut(TerminalResponse) -> bool) {
    if let Err(error) = unix::query(queries, on_response) {
        tracing::debug!(%error, "the terminal is not queried");
    }
}

/// Sends nothing.
#[cfg(not(unix))]
fn query(_: &str, _: impl FnMut(TerminalResponse) -> bool) {}

#[cfg(unix)]
mod unix {
    use std::fs::{File, OpenOptions};
    use std::io::{self, Read as _, Write as _};

    use nix::unistd::{getpgrp, tcgetpgrp};
    use rustix::process::{Signal, getpid, kill_process};
    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

    use super::super::detection::RESPONSE_TIMEOUT;
    use super::super::mark_width::is_wide_in_line;
    use super::super::parser::{Frame, FrameParser};
    use super::super::reader::now;
    use super::super::response::TerminalResponse;

    /// Ctrl-C, which sends no signal while ISIG is off.
    const INTERRUPT: char = '\x03';

    pub(super) fn query(queries: &str, on_response: impl FnMut(TerminalResponse) -> bool) -> io::Result<()> {
        let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
        // A background job would be stopped for this.
        if tcgetpgrp(&terminal)? != getpgrp() {
            return Err(io::Error::other("another program is using the terminal"));
        }
        let quiet = Quiet::enter(&terminal)?;
        if rustix::io::ioctl_fionread(&terminal)? > 0 {
            return Err(io::Error::other("unread keys are waiting"));
        }
        (&terminal).write_all(queries.as_bytes())?;
        let interrupted = read_responses(&terminal, on_response)?;
        drop(quiet);
        if interrupted {
            // Nobody else has seen the key.
            kill_process(getpid(), Signal::INT)?;
        }
        Ok(())
    }

    /// Reads no byte beyond the last response. Returns whether Ctrl-C was pressed.
    fn read_responses(
        mut terminal: &File,
        mut on_response: impl FnMut(TerminalResponse) -> bool,
    ) -> io::Result<bool> {
        let end = now() + RESPONSE_TIMEOUT;
        let (mut parser, mut frames, mut interrupted) = (FrameParser::default(), Vec::new(), false);
        let mut expects_more = true;
        while expects_more && now() < end {
            let mut byte = [0];
            match terminal.read(&mut byte) {
                // VTIME: nothing has come for a tenth of a second.
                Ok(0) => continue,
                Ok(_) => parser.take(&byte, &mut frames),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            for frame in frames.drain(..) {
                interrupted |= matches!(frame, Frame::Char { c: INTERRUPT, .. });
                let response = TerminalResponse::of_frame(&frame).or_else(|| wide_marks(&frame));
                if let Some(response) = response {
                    expects_more = on_response(response);
                }
            }
        }
        Ok(interrupted)
    }

    /// The response to the query for the width of `●` in any row.
    fn wide_marks(frame: &Frame) -> Option<TerminalResponse> {
        let Frame::Csi(csi) = frame else { return None };
        is_wide_in_line(std::str::from_utf8(csi).ok()?).map(TerminalResponse::WideMarks)
    }

    /// Turns off the terminal's line editing, echo and signals. Restores its modes on drop.
    struct Quiet<'a> {
        terminal: &'a File,
        before: Termios,
    }

    impl Quiet<'_> {
        fn enter(terminal: &File) -> io::Result<Quiet<'_>> {
            let before = tcgetattr(terminal)?;
            let mut quiet = before.clone();
            quiet.local_modes -=
                LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN;
            // A read returns what there is, or nothing after a tenth of a second.
            quiet.special_codes[SpecialCodeIndex::VMIN] = 0;
            quiet.special_codes[SpecialCodeIndex::VTIME] = 1;
            tcsetattr(terminal, OptionalActions::Now, &quiet)?;
            Ok(Quiet { terminal, before })
        }
    }

    impl Drop for Quiet<'_> {
        fn drop(&mut self) {
            // `Flush` would discard keys that are meant for the shell.
            _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
        }
    }
}
