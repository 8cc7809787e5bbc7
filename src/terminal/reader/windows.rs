//! The thread that reads a Windows console. It sends keys and resizes as events, and responds to no query.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::domain::{Code, Input, Key};

/// Inputs that are sent together at most, so that a key held down is drawn once per batch.
#[cfg(not(unix))]
const BATCH: usize = 256;

/// Reads keys and passes them to `on_event` until the console is gone or `on_event` returns `false`. The thread ends
/// with the program.
#[cfg(not(unix))]
pub fn read_input(
    on_event: impl Fn(crate::terminal::TerminalEvent) -> bool + Send + 'static,
    _: &crate::terminal::Backlog,
    _: &crate::terminal::InputPause,
) -> std::io::Result<()> {
    use crossterm::event;

    use crate::terminal::TerminalEvent;

    std::thread::Builder::new().name("keyboard".to_owned()).spawn(move || {
        while let Ok(first) = event::read() {
            let mut inputs: Vec<Input> = input(first).into_iter().collect();
            while inputs.len() < BATCH && matches!(event::poll(std::time::Duration::ZERO), Ok(true)) {
                let Ok(next) = event::read() else { break };
                inputs.extend(input(next));
            }
            if !inputs.is_empty() && !on_event(TerminalEvent::Inputs(inputs)) {
                return;
            }
        }
        _ = on_event(TerminalEvent::Closed);
    })?;
    Ok(())
}

fn input(event: Event) -> Option<Input> {
    match event {
        // Windows also reports releases. They must not count as a second press.
        Event::Key(key) if key.kind != KeyEventKind::Release => self::key(key).map(Input::Key),
        Event::Paste(text) => Some(Input::Paste(text.into())),
        Event::Resize(..) => Some(Input::Resize),
        _ => None,
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    let code = match event.code {
        KeyCode::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => Code::BackTab,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        _ => return None,
    };
    Some(Key { code, ctrl, alt })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(code: KeyCode, modifiers: KeyModifiers) -> Option<Input> {
        input(Event::Key(KeyEvent::new(code, modifiers)))
    }

    #[test]
    fn modifiers_are_applied_to_keys() {
        let shift = KeyModifiers::SHIFT;
        assert_eq!(pressed(KeyCode::Char('G'), shift), Some(Input::Key(Key::char('G'))));
        assert_eq!(pressed(KeyCode::Char('L'), KeyModifiers::CONTROL), Some(Input::Key(Key::ctrl('l'))));
        assert_eq!(pressed(KeyCode::Tab, shift), Some(Input::Key(Key::plain(Code::BackTab))));
        assert_eq!(pressed(KeyCode::F(5), KeyModifiers::NONE), None);
    }

    #[test]
    fn key_release_is_ignored() {
        let released = KeyEvent { kind: KeyEventKind::Release, ..KeyEvent::from(KeyCode::Enter) };
        assert_eq!(input(Event::Key(released)), None);
        let repeated = KeyEvent { kind: KeyEventKind::Repeat, ..KeyEvent::from(KeyCode::Down) };
        assert_eq!(input(Event::Key(repeated)), Some(Input::Key(Key::plain(Code::Down))));
    }
}
