//! Asks a question on the terminal, before the program takes it over.

use std::io;

use secrecy::zeroize::Zeroizing;

/// Asks for a line that the terminal does not show. `None` at the end of the input. Signals that end or stop the program
/// restore the terminal first.
pub fn read_secret(prompt: &str) -> io::Result<Option<Zeroizing<String>>> {
    system::read_secret(prompt)
}

/// Asks for a line. `None` at the end of the input.
pub fn read_answer(prompt: &str) -> io::Result<Option<String>> {
    Ok(system::read_answer(prompt)?.map(|line| line.trim().to_owned()))
}

#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::io::{self, Read as _, Write as _};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use secrecy::zeroize::Zeroizing;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
    use signal_hook::flag::register_conditional_default;
    use signal_hook::iterator::{Handle, Signals};
    use signal_hook::low_level::emulate_default_handler;

    const SIGNALS: [i32; 5] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP];

    /// The longest line, in bytes. Never reallocated, so that no copy of a secret stays in memory.
    const MAX_LINE: usize = 4096;

    pub(super) fn read_secret(prompt: &str) -> io::Result<Option<Zeroizing<String>>> {
        let terminal = open()?;
        let hidden = HiddenInput::start(Arc::new(terminal.try_clone()?), prompt)?;
        let line = read_line(&terminal)?;
        drop(hidden);
        if line.is_none() {
            (&terminal).write_all(b"\n")?;
        }
        Ok(line)
    }

    pub(super) fn read_answer(prompt: &str) -> io::Result<Option<Zeroizing<String>>> {
        let mut terminal = open()?;
        terminal.write_all(prompt.as_bytes())?;
        read_line(&terminal)
    }

    fn open() -> io::Result<File> {
        File::options().read(true).write(true).open("/dev/tty")
    }

    fn read_line(mut terminal: &File) -> io::Result<Option<Zeroizing<String>>> {
        let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE));
        let mut byte = Zeroizing::new([0]);
        loop {
            match terminal.read(&mut *byte) {
                Ok(0) if line.is_empty() => return Ok(None),
                Ok(0) => break,
                Ok(_) if byte[0] == b'\n' => break,
                Ok(_) if line.len() == MAX_LINE => return Err(io::Error::other("the line is too long")),
                Ok(_) => line.push(byte[0]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(Zeroizing::new(String::from_utf8_lossy(&line).into_owned())))
    }

    /// The terminal shows no input until this is dropped, and while the program is stopped it does.
    struct HiddenInput {
        terminal: Arc<File>,
        before: Termios,
        signals: Handle,
        /// Whether signals have their default action, as they have afterwards.
        is_default: Arc<AtomicBool>,
    }

    impl HiddenInput {
        fn start(terminal: Arc<File>, prompt: &str) -> io::Result<Self> {
            let before = tcgetattr(&terminal)?;
            let is_default = Arc::new(AtomicBool::new(false));
            for signal in SIGNALS {
                register_conditional_default(signal, Arc::clone(&is_default))?;
            }
            let mut signals = Signals::new(SIGNALS)?;
            let hidden = Self { terminal, before, signals: signals.handle(), is_default };
            let (terminal, before, prompt) =
                (Arc::clone(&hidden.terminal), hidden.before.clone(), prompt.to_owned());
            hide(&terminal, &before, &prompt)?;
            thread::Builder::new().name("prompt".to_owned()).spawn(move || {
                for signal in signals.forever() {
                    _ = restore(&terminal, &before);
                    if signal != SIGINT {
                        _ = (&*terminal).write_all(b"\n");
                    }
                    // Ends or stops the process. If it was stopped, this returns when the shell continues it.
                    _ = emulate_default_handler(signal);
                    _ = hide(&terminal, &before, &prompt);
                }
            })?;
            Ok(hidden)
        }
    }

    impl Drop for HiddenInput {
        fn drop(&mut self) {
            self.is_default.store(true, Ordering::SeqCst);
            self.signals.close();
            _ = restore(&self.terminal, &self.before);
        }
    }

    fn hide(mut terminal: &File, before: &Termios, prompt: &str) -> io::Result<()> {
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ECHO);
        modes.local_modes.insert(LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(terminal, OptionalActions::Now, &modes)?;
        terminal.write_all(prompt.as_bytes())
    }

    /// Drops what was typed and not read: the rest of a paste is not for the shell.
    fn restore(terminal: &File, before: &Termios) -> io::Result<()> {
        Ok(tcsetattr(terminal, OptionalActions::Flush, before)?)
    }
}

#[cfg(not(unix))]
mod system {
    use std::io::{self, Write as _};

    use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
    use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
    use secrecy::zeroize::Zeroizing;

    #[expect(clippy::disallowed_methods, reason = "the terminal is not taken over yet")]
    fn show(prompt: &str) -> io::Result<()> {
        let mut errors = io::stderr();
        errors.write_all(prompt.as_bytes())?;
        errors.flush()
    }

    pub(super) fn read_secret(prompt: &str) -> io::Result<Option<Zeroizing<String>>> {
        show(prompt)?;
        enable_raw_mode()?;
        let line = read_keys();
        disable_raw_mode()?;
        show("\n")?;
        line
    }

    pub(super) fn read_answer(prompt: &str) -> io::Result<Option<Zeroizing<String>>> {
        show(prompt)?;
        let mut line = Zeroizing::new(String::new());
        Ok((io::stdin().read_line(&mut line)? > 0).then_some(line))
    }

    /// In raw mode, Ctrl-C is a key.
    fn read_keys() -> io::Result<Option<Zeroizing<String>>> {
        let mut line = Zeroizing::new(String::with_capacity(4096));
        loop {
            let Event::Key(key) = event::read()? else { continue };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            match key.code {
                KeyCode::Enter => return Ok(Some(line)),
                KeyCode::Backspace => _ = line.pop(),
                KeyCode::Char('c' | 'd' | 'z') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                    return Ok(None);
                }
                KeyCode::Char(c) => line.push(c),
                _ => {}
            }
        }
    }
}
