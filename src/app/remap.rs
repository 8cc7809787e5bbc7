//! Changes keys as the settings say, and finds the mistakes in them.

use std::ops::Range;

use super::keymap::{ActionKeys, Binding};
use super::keys_in_force::Keymap;
use super::places::{Places, TEXT};
use super::{Code, Key};
use crate::domain::key::InvalidKey;
use crate::domain::typo::closest;
use crate::domain::{InvalidShortcut, KeyEntry, Mistake, Shortcut};

/// Without these the program is a dead end.
const NEEDED: [&str; 4] = ["quit", "back", "actions", "confirm"];

/// Keys that most terminals can't tell from others.
const SAME: [(Key, Code); 3] =
    [(Key::ctrl('i'), Code::Tab), (Key::ctrl('m'), Code::Enter), (Key::ctrl('['), Code::Esc)];

/// The keys of an action.
struct Remapped {
    name: &'static str,
    /// The keys, and their places in the file. Default keys have none.
    keys: Vec<(Shortcut, Option<Range<usize>>)>,
}

impl Keymap {
    /// The default keys with those of the settings in place of them, and all mistakes. An action whose keys are all wrong
    /// has its default keys. If two actions have the same key, it goes to the one that comes first in the file. Keys in
    /// the file come before default ones.
    pub fn with_keys(entries: &[KeyEntry]) -> (Self, Vec<Mistake>) {
        let defaults = Self::default();
        if entries.is_empty() {
            return (defaults, vec![]);
        }
        let actions = defaults.actions();
        let mut mistakes = Vec::new();
        let mut remapped: Vec<Remapped> = Vec::new();
        for entry in entries {
            let Some(action) = actions.iter().find(|action| action.name == entry.action) else {
                mistakes.push(unknown_action(entry, &actions));
                continue;
            };
            let keys = keys(action, entry, &mut mistakes);
            let keys: Vec<_> = keys
                .into_iter()
                .filter(|key| !is_taken(action.name, key, &remapped, &mut mistakes))
                .collect();
            if !keys.is_empty() || (entry.keys.is_empty() && !NEEDED.contains(&action.name)) {
                remapped.push(Remapped { name: action.name, keys });
            }
        }
        for action in &actions {
            if remapped.iter().all(|other| other.name != action.name) {
                let keys = default_keys(action, &mut remapped, &mut mistakes);
                remapped.push(Remapped { name: action.name, keys });
            }
        }
        let rows = defaults.rows().map(|(row, keys)| {
            let Some(action) = remapped.iter().find(|action| action.name == row.name) else {
                return keys.to_vec();
            };
            action.keys.iter().map(|(key, _)| *key).filter(|key| works_in(row, *key)).collect()
        });
        let keymap = Self::remapped(rows.collect());
        mistakes.sort_by_key(|mistake| mistake.span.start);
        (keymap, mistakes)
    }
}

fn unknown_action(entry: &KeyEntry, actions: &[ActionKeys]) -> Mistake {
    let names = || actions.iter().map(|action| action.name);
    let near = closest(&entry.action, names())
        .or_else(|| names().filter(|name| entry.action.starts_with(name)).max_by_key(|name| name.len()));
    let help = match near {
        Some(name) => format!("did you mean `{name}`?"),
        None => "press `?` in the program to find actions and their names".to_owned(),
    };
    Mistake::new(entry.action_span.clone(), format!("unknown action `{}`", entry.action)).with_help(help)
}

/// The keys of an entry that can work.
fn keys(
    action: &ActionKeys,
    entry: &KeyEntry,
    mistakes: &mut Vec<Mistake>,
) -> Vec<(Shortcut, Option<Range<usize>>)> {
    let name = action.name;
    let defaults = || action.keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    if entry.keys.is_empty() && NEEDED.contains(&name) {
        let mistake = Mistake::new(entry.action_span.clone(), format!("`{name}` needs a key"));
        mistakes.push(mistake.with_help(format!("until then it keeps {}", defaults())));
    }
    let mut keys: Vec<(Shortcut, Option<Range<usize>>)> = Vec::new();
    for (text, span) in &entry.keys {
        match shortcut(name, text) {
            Ok(key) => match keys.iter().find(|(known, _)| hides(key, *known)) {
                None => keys.push((key, Some(span.clone()))),
                Some((known, _)) if *known == key => {}
                Some((known, _)) => mistakes.push(clash_mistake((name, key), (name, *known), span.clone())),
            },
            Err((message, help)) => mistakes.push(Mistake::new(span.clone(), message).with_help(help)),
        }
    }
    if name == "back" && !keys.is_empty() && keys.iter().all(|(key, _)| key.is_text()) {
        let message = "`back` needs a key that is not text, to leave text fields";
        let help = format!("add a key such as `Esc`; until then it keeps {}", defaults());
        mistakes.push(Mistake::new(entry.action_span.clone(), message).with_help(help));
        keys.extend(action.keys.iter().map(|key| (*key, Some(entry.action_span.clone()))));
    }
    keys
}

/// The key that a text in the settings names, or why it can't be one of this action: a message, and what to do.
fn shortcut(name: &str, text: &str) -> Result<Shortcut, (String, String)> {
    let key = valid_key(name, text)?;
    if places(name, key).is_empty() {
        let help = "use a key with Ctrl or Alt, or a function key".to_owned();
        return Err((format!("`{}` is text wherever `{name}` works", key.key), help));
    }
    Ok(key)
}

/// The key that a text names, or why no action can have it: a message, and what to do.
pub(super) fn valid_key(name: &str, text: &str) -> Result<Shortcut, (String, String)> {
    let another = || "choose another key".to_owned();
    let key = Shortcut::parse(text).map_err(|error| match error {
        InvalidShortcut::Empty => ("no key".to_owned(), format!("`{name} = []` removes all keys")),
        InvalidShortcut::TooLong => ("a chord has at most two keys".to_owned(), another()),
        InvalidShortcut::Key(InvalidKey { name, closest }) => {
            let help = closest
                .map_or("write keys as `y`, `Ctrl-Y`, `Alt-b`, `F5`, `Space` or `g g`".into(), |near| {
                    format!("did you mean `{near}`?")
                });
            (format!("unknown key `{name}`"), help)
        }
    })?;
    if let Some((sent, as_key)) = SAME.iter().find(|(same, _)| key.keys().any(|key| key == *same)) {
        let as_key = Key::plain(*as_key);
        return Err((format!("most terminals send `{sent}` as `{as_key}`"), another()));
    }
    if key.keys().any(|key| key == Key::ctrl('c')) {
        return Err(("`Ctrl-C` always quits".to_owned(), another()));
    }
    if key.then == Some(Key::plain(Code::Esc)) {
        return Err(("`Esc` always cancels a chord".to_owned(), another()));
    }
    Ok(key)
}

/// Whether an earlier entry has the key, or one that hides it.
fn is_taken(
    name: &'static str,
    (key, span): &(Shortcut, Option<Range<usize>>),
    earlier: &[Remapped],
    mistakes: &mut Vec<Mistake>,
) -> bool {
    let clash = earlier.iter().find_map(|other| {
        let clashes = |(known, _): &&(Shortcut, _)| clashes((name, *key), (other.name, *known));
        other.keys.iter().find(clashes).map(|(known, _)| (other.name, *known))
    });
    let (Some(other), Some(span)) = (clash, span) else { return false };
    mistakes.push(clash_mistake((name, *key), other, span.clone()));
    true
}

/// The default keys of an action that the settings leave alone. Keys in the settings take theirs away, but never all of
/// an action that is needed.
fn default_keys(
    action: &ActionKeys,
    remapped: &mut [Remapped],
    mistakes: &mut Vec<Mistake>,
) -> Vec<(Shortcut, Option<Range<usize>>)> {
    let mut left = action.keys.clone();
    for default in &action.keys {
        for other in &mut *remapped {
            other.keys.retain(|(key, span)| {
                let Some(span) = span else { return true };
                if !clashes((action.name, *default), (other.name, *key)) {
                    return true;
                }
                mistakes.push(clash_mistake((other.name, *key), (action.name, *default), span.clone()));
                let is_last = NEEDED.contains(&action.name) && *left == [*default];
                if !is_last {
                    left.retain(|key| key != default);
                }
                !is_last
            });
        }
    }
    left.into_iter().map(|key| (key, None)).collect()
}

pub(super) fn clash_mistake(
    (name, key): (&str, Shortcut),
    (other, known): (&str, Shortcut),
    span: Range<usize>,
) -> Mistake {
    let message = if key == known {
        format!("`{key}` is also a key of `{other}`")
    } else if key.then.is_some() {
        format!("`{key}` starts with `{known}`, which is a key of `{other}`")
    } else {
        format!("`{key}` is the first key of `{known}`, a chord of `{other}`")
    };
    let help = if name == other {
        format!("give `{name}` either the key or the chord")
    } else {
        format!("give `{other}` or `{name}` another key")
    };
    Mistake::new(span, message).with_help(help)
}

/// Whether both keys may apply in the same place, and one hides the other.
fn clashes((a, key): (&str, Shortcut), (b, other): (&str, Shortcut)) -> bool {
    hides(key, other) && a != b && places(a, key).overlap(places(b, other))
}

/// Whether both are the same, or one is the first key of the other.
pub(super) fn hides(key: Shortcut, other: Shortcut) -> bool {
    key.key == other.key && (key.then == other.then || key.then.is_none() || other.then.is_none())
}

/// Where an action works with this key.
pub(super) fn places(name: &str, key: Shortcut) -> Places {
    let defaults = Keymap::default();
    let rows = defaults.rows().filter(|(row, _)| row.name == name && works_in(row, key));
    rows.map(|(row, keys)| {
        let is_text = key.is_text() && !keys.contains(&key);
        if is_text { row.context.places.without(TEXT) } else { row.context.places }
    })
    .fold(Places::NONE, Places::and)
}

/// Whether a key of the row's action is a key of this row. Default keys work where they do by default, others everywhere.
fn works_in(row: &Binding, key: Shortcut) -> bool {
    let defaults = Keymap::default();
    let mut rows_with_key = defaults.rows().filter(|(of, keys)| of.name == row.name && keys.contains(&key));
    row.keys.contains(&key) || rows_with_key.next().is_none()
}
