//! Finds the action for a key, depending on the state of the program.

pub use super::binding::{Binding, Footer, GROUPS, Group, Predicate};
use super::contexts::{in_menu, typing};
pub use super::default_bindings::BINDINGS;
use super::{Action, Code, Edit, Event, Input, Key, Message, Model, Motion, MouseKind, Target};

/// Turns input into a message: by the key table, or as text while text is being typed. What the mouse means depends on
/// what it hits: see [`mouse_message`].
pub fn message_for(model: &Model, input: Input) -> Option<Message> {
    match input {
        Input::Resize => Some(Message::Event(Event::Resized)),
        Input::Paste(text) => Some(Message::Action(Action::Paste(text))),
        Input::Key(key) => action_for(model, key).map(Message::Action),
        Input::Escaped(key) => action_for(model, with_alt(key)).map(Message::Action),
        Input::Mouse(_) => None,
    }
}

/// Turns a click or the wheel over a target into a message. A clicked hint is its key, but never text.
pub fn mouse_message(model: &Model, kind: MouseKind, target: Target) -> Option<Message> {
    let action = match (kind, target) {
        (MouseKind::Press, Target::Key(key)) => row_of(model, key)?.action.clone(),
        (MouseKind::Press, target) => Action::Click(target),
        (_, Target::Key(_)) => return None,
        (MouseKind::WheelUp, target) => Action::Wheel(target, Motion::Up),
        (MouseKind::WheelDown, target) => Action::Wheel(target, Motion::Down),
    };
    Some(Message::Action(action))
}

/// Resolves an escaped key: Alt with the key if that chord is bound in the current context, otherwise Esc and then the
/// key.
pub fn resolve_escape(model: &Model, input: Input) -> (Input, Option<Input>) {
    match input {
        Input::Escaped(key) if row_of(model, with_alt(key)).is_none() => {
            (Input::Key(Key::plain(Code::Esc)), Some(Input::Key(key)))
        }
        input => (input, None),
    }
}

fn with_alt(key: Key) -> Key {
    Key { alt: true, ..key }
}

/// The first row that has the key and applies now.
pub fn row_of(model: &Model, key: Key) -> Option<&'static Binding> {
    BINDINGS.iter().find(|row| row.keys.contains(&key) && (row.context)(model))
}

/// The name of the key for an action, for use in sentences. Empty if the action has no key.
pub fn key_of(action: &Action) -> String {
    let row = BINDINGS.iter().find(|row| row.action == *action);
    row.and_then(|row| row.keys.first()).map(ToString::to_string).unwrap_or_default()
}

fn action_for(model: &Model, key: Key) -> Option<Action> {
    let digit = key.typed().and_then(|typed| typed.to_digit(10));
    let nth = digit.and_then(|digit| (digit as usize).checked_sub(1));
    match (row_of(model, key), nth) {
        // One row stands for all digits.
        (Some(Binding { action: Action::SelectVariant(_), .. }), Some(nth)) => {
            return Some(Action::SelectVariant(nth));
        }
        (Some(row), _) => return Some(row.action.clone()),
        (None, Some(nth)) if in_menu(model) => return Some(Action::Pick(nth)),
        (None, _) => {}
    }
    let typed = key.typed().filter(|_| typing(model))?;
    Some(Action::Edit(Edit::InsertChar(typed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Pane;

    #[test]
    fn key_of_returns_the_primary_key() {
        for (action, key) in [
            (Action::Back, "Esc"),
            (Action::Confirm, "Enter"),
            (Action::LookUp, "Enter"),
            (Action::ApplyFilter, "Enter"),
            (Action::PreviousInput, "↑"),
            (Action::COPY, "y"),
            (Action::CopyAs, "Y"),
            (Action::LoadAll, "L"),
            (Action::Filter, "/"),
        ] {
            assert_eq!(key_of(&action), key, "{action:?}");
        }
    }

    #[test]
    fn escaped_key_is_alt_only_if_bound() {
        let key = |key| Some(Input::Key(key));
        let mut model = Model::new(crate::app::Start {
            offline: None,
            label: String::new(),
            earlier: Vec::new(),
            preferences: crate::domain::Preferences::default(),
        });
        for bound in [Key::plain(Code::Left), Key::plain(Code::Backspace), Key::char('b')] {
            assert_eq!(resolve_escape(&model, Input::Escaped(bound)), (Input::Escaped(bound), None));
        }
        let esc = Input::Key(Key::plain(Code::Esc));
        let unbound = [Key::char('j'), Key::char('é'), Key::ctrl('c'), Key::plain(Code::Enter)];
        for pressed in unbound {
            assert_eq!(resolve_escape(&model, Input::Escaped(pressed)), (esc.clone(), key(pressed)));
        }
        model.focus = Pane::Browse;
        for pressed in [Key::plain(Code::Left), Key::char('b')] {
            assert_eq!(resolve_escape(&model, Input::Escaped(pressed)), (esc.clone(), key(pressed)));
        }
    }
}
