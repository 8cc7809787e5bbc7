//! Detects the terminal's graphics protocol for subcommands, which have no event loop.

use super::detection::Detection;
use super::environment::TerminalEnv;
use super::graphics::Graphics;
use crate::domain::PictureChoice;

/// The graphics to draw pictures with. Blocks until the terminal has responded, 0.3 s at most.
///
/// If unread keys are waiting, they are left to the next program, and the terminal is not queried: its responses would come
/// after them. Keys are lost only if they are typed while the responses come.
pub fn detect_graphics(env: &TerminalEnv, choice: PictureChoice) -> Option<Graphics> {
    let (mut detection, queries) = Detection::start(env, choice);
    if let Some(queries) = queries {
        #[cfg(unix)]
        if let Err(error) = unix::query(&queries, &mut detection) {
            tracing::debug!(%error, "the terminal is not queried");
        }
        _ = queries;
        _ = detection.give_up();
    }
    detection.finished()
}

#[cfg(unix)]
mod unix {
    use std::fs::{File, OpenOptions};
    use std::io::{self, Read as _, Write as _};

    use nix::unistd::{getpgrp, tcgetpgrp};
    use rustix::process::{Signal, getpid, kill_process};
    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

    use super::super::detection::{Detection, RESPONSE_TIMEOUT};
    use super::super::parser::{Frame, FrameParser};
    use super::super::reader::now;
    use super::super::response::TerminalResponse;

    /// Ctrl-C, which sends no signal while ISIG is off.
    const INTERRUPT: char = '\x03';

    pub(super) fn query(queries: &str, detection: &mut Detection) -> io::Result<()> {
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
        let interrupted = read_responses(&terminal, detection)?;
        drop(quiet);
        if interrupted {
            // Nobody else has seen the key.
            kill_process(getpid(), Signal::INT)?;
        }
        Ok(())
    }

    /// Reads no byte beyond the last response. Returns whether Ctrl-C was pressed.
    fn read_responses(mut terminal: &File, detection: &mut Detection) -> io::Result<bool> {
        let end = now() + RESPONSE_TIMEOUT;
        let (mut parser, mut frames, mut interrupted) = (FrameParser::default(), Vec::new(), false);
        while detection.is_querying() && now() < end {
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
                if let Some(response) = TerminalResponse::of_frame(&frame) {
                    detection.answer(response);
                }
            }
        }
        Ok(interrupted)
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
