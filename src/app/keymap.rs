//! Finds the action for a key, depending on the state of the program.

pub use super::binding::{Binding, Footer, GROUPS, Group, Predicate};
use super::contexts::{in_menu, in_panes, typing};
use super::default_bindings::BINDINGS;
use super::keys_in_force::Keymap;
use super::places::Places;
use super::{Action, Code, Edit, Event, Input, Key, Message, Model, Motion, MouseKind, Target};
use crate::domain::Shortcut;

/// Its key is fixed.
const INTERRUPT: Key = Key::ctrl('c');

/// An action and its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionKeys {
    /// The name in the settings.
    pub name: &'static str,
    pub description: &'static str,
    pub keys: Vec<Shortcut>,
}

impl Keymap {
    /// The rows of the key table and their keys.
    pub fn rows(&self) -> impl Iterator<Item = (&'static Binding, &[Shortcut])> {
        BINDINGS.iter().enumerate().map(|(at, row)| (row, self.keys(at)))
    }

    /// The keys of a row, by its index.
    pub(super) fn keys(&self, row: usize) -> &[Shortcut] {
        self.of_row(row).unwrap_or(BINDINGS[row].keys)
    }

    /// Every action that has a name, with its keys in all its rows, in the order of the key table.
    pub fn actions(&self) -> Vec<ActionKeys> {
        let mut actions: Vec<ActionKeys> = Vec::new();
        for (row, keys) in self.rows().filter(|(row, _)| !row.name.is_empty()) {
            let at = actions.iter().position(|action| action.name == row.name).unwrap_or_else(|| {
                actions.push(ActionKeys { name: row.name, description: row.description, keys: vec![] });
                actions.len() - 1
            });
            // Rows at the end are more general.
            actions[at].description = row.description;
            let new = keys.iter().filter(|key| !actions[at].keys.contains(key)).copied();
            let new: Vec<_> = new.collect();
            actions[at].keys.extend(new);
        }
        actions
    }

    /// The first key of an action. `None` if it has none.
    pub fn shortcut_of(&self, action: &Action) -> Option<Shortcut> {
        let mut rows = self.rows().filter(|(row, _)| row.action == *action);
        rows.find_map(|(_, keys)| keys.first().copied())
    }

    /// The name of the key for an action, for use in sentences. Without a key, where to find the action: `open in ?`.
    pub fn key_of(&self, action: &Action) -> String {
        let name = || BINDINGS.iter().find(|row| row.action == *action).map_or("", |row| row.name);
        match self.shortcut_of(action) {
            Some(shortcut) => shortcut.to_string(),
            None => format!("{} in {}", name(), self.key_of(&Action::ShowActions)),
        }
    }

    /// How to run an action, at the start of a sentence: `Press o`, or without a key: `Choose open in ?`.
    pub fn press(&self, action: &Action) -> String {
        let verb = if self.shortcut_of(action).is_some() { "Press" } else { "Choose" };
        format!("{verb} {}", self.key_of(action))
    }

    /// The same inside a sentence.
    pub fn then_press(&self, action: &Action) -> String {
        let verb = if self.shortcut_of(action).is_some() { "press" } else { "choose" };
        format!("{verb} {}", self.key_of(action))
    }
}

/// Turns input into a message: by the keymap, or as text while text is being typed. What the mouse means depends on
/// what it hits: see [`mouse_message`].
pub fn message_for(model: &Model, input: Input) -> Option<Message> {
    match input {
        Input::Resize => Some(Message::Event(Event::Resized)),
        Input::Paste(text) => Some(Message::Action(Action::Paste(text))),
        Input::Key(key) => action_for(model, key, None).map(Message::Action),
        // Nothing else can have this key.
        Input::KeyOnLayout { base: INTERRUPT, .. } => action_for(model, INTERRUPT, None).map(Message::Action),
        Input::KeyOnLayout { key, base } => action_for(model, key, Some(base)).map(Message::Action),
        Input::Escaped(key) => action_for(model, with_alt(key), None).map(Message::Action),
        Input::Mouse(_) => None,
    }
}

/// Turns a click or the wheel over a target into a message. A clicked hint is its key, but never text.
pub fn mouse_message(model: &Model, kind: MouseKind, target: Target) -> Option<Message> {
    let action = match (kind, target) {
        (MouseKind::Press, Target::Shortcut(shortcut)) => match command_of(model, shortcut) {
            Some(index) => Action::RunCommand(index),
            None => row_of(model, shortcut)?.action.clone(),
        },
        (MouseKind::Press, target) => Action::Click(target),
        (_, Target::Shortcut(_)) => return None,
        (MouseKind::WheelUp, target) => Action::Wheel(target, Motion::Up),
        (MouseKind::WheelDown, target) => Action::Wheel(target, Motion::Down),
    };
    Some(Message::Action(action))
}

/// Resolves an escaped key: Alt with the key if that means something now, otherwise Esc and then the key.
pub fn resolve_escape(model: &Model, input: Input) -> (Input, Option<Input>) {
    match input {
        Input::Escaped(key) if bound_action(model, with_alt(key)).is_none() => {
            (Input::Key(Key::plain(Code::Esc)), Some(Input::Key(key)))
        }
        input => (input, None),
    }
}

/// Whether letters are text now.
pub fn is_typing(model: &Model) -> bool {
    typing(model)
}

fn with_alt(key: Key) -> Key {
    Key { alt: true, ..key }
}

/// The first row that has the shortcut and applies now.
pub fn row_of(model: &Model, shortcut: impl Into<Shortcut>) -> Option<&'static Binding> {
    find(model, shortcut.into()).map(|(row, _)| row)
}

/// The first row that has Enter by default and applies now. A double click does the same.
pub(super) fn row_of_double_click(model: &Model) -> Option<&'static Binding> {
    let enter = Shortcut::key(Key::plain(Code::Enter));
    BINDINGS.iter().find(|row| row.keys.contains(&enter) && row.context.applies(model))
}

/// The rows that apply now and have a chord with this first key, each with the second key.
pub fn chords(model: &Model, first: Key) -> impl Iterator<Item = (&'static Binding, Key)> {
    let chords = model.keymap.rows().flat_map(move |(row, keys)| {
        let chords = keys.iter().filter(move |chord| chord.key == first && works(model, row, **chord));
        chords.filter_map(move |chord| Some((row, chord.then?)))
    });
    chords.filter(|(row, _)| row.context.applies(model))
}

/// The names of the user's commands that have a chord with this first key, each with the second key.
pub fn command_chords(model: &Model, first: Key) -> impl Iterator<Item = (&str, Key)> {
    let commands = model.keymap.commands().iter().filter(|_| in_panes(model));
    commands.filter_map(move |bound| {
        let chord = bound.shortcut.filter(|chord| chord.key == first)?;
        Some((bound.command.name.as_str(), chord.then?))
    })
}

/// The index of the user's command with this shortcut, where commands have keys.
fn command_of(model: &Model, shortcut: Shortcut) -> Option<usize> {
    if !in_panes(model) {
        return None;
    }
    model.keymap.commands().iter().position(|bound| bound.shortcut == Some(shortcut))
}

/// The first row that has the shortcut and applies now, and the place of the shortcut among its keys.
fn find(model: &Model, shortcut: Shortcut) -> Option<(&'static Binding, usize)> {
    let here = Places::of(model);
    model.keymap.rows().find_map(|(row, keys)| {
        let mut at = keys.iter().position(|key| *key == shortcut)?;
        // Without the key of the first variant, that of the second does not become the first.
        at = row.keys.iter().position(|key| *key == shortcut).unwrap_or(at);
        (works(model, row, shortcut) && row.context.applies_at(here, model)).then_some((row, at))
    })
}

/// Whether a key may trigger the row now. In a text field, letters are text. Only the key table itself has exceptions.
fn works(model: &Model, row: &Binding, shortcut: Shortcut) -> bool {
    !shortcut.is_text() || row.keys.contains(&shortcut) || !typing(model)
}

/// What a key does. `base` is the key at the same place of the US layout, for a key that is neither bound nor text.
fn action_for(model: &Model, key: Key, base: Option<Key>) -> Option<Action> {
    let typed = key.typed().filter(|_| typing(model) && model.chord.is_none());
    bound_action(model, key)
        .or_else(|| typed.map(|typed| Action::Edit(Edit::InsertChar(typed))))
        .or_else(|| bound_action(model, base?))
        .or_else(|| model.chord.map(|_| Action::DropChord))
}

/// What a key does that is not text.
fn bound_action(model: &Model, key: Key) -> Option<Action> {
    let shortcut = match model.chord {
        Some(_) if key == INTERRUPT => Shortcut::key(key),
        Some(first) => Shortcut::chord(first, key),
        None => Shortcut::key(key),
    };
    if let Some(index) = command_of(model, shortcut) {
        return Some(Action::RunCommand(index));
    }
    match find(model, shortcut) {
        // One row stands for all variants.
        Some((Binding { action: Action::SelectVariant(_), .. }, nth)) => Some(Action::SelectVariant(nth)),
        Some((row, _)) => Some(row.action.clone()),
        None if model.chord.is_some() => None,
        None => {
            let digit = key.typed().and_then(|typed| typed.to_digit(10)).filter(|_| in_menu(model));
            let nth = digit.and_then(|digit| (digit as usize).checked_sub(1));
            let starts =
                || chords(model, key).next().is_some() || command_chords(model, key).next().is_some();
            nth.map(Action::Pick).or_else(|| starts().then_some(Action::StartChord(key)))
        }
    }
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
            assert_eq!(Keymap::default().key_of(&action), key, "{action:?}");
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
            keymap: Keymap::default(),
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
