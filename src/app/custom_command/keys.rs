//! The keys of the user's own commands.

use std::ops::Range;
use std::sync::Arc;

use crate::app::Keymap;
use crate::app::keys_in_force::BoundCommand;
use crate::app::places::IN_PANES;
use crate::app::remap::{clash_mistake, hides, places, valid_key};
use crate::domain::{CustomCommand, Mistake, Shortcut};

impl Keymap {
    /// Adds commands, and returns the mistakes in their keys. A command whose key is wrong or taken has none.
    #[must_use]
    pub fn with_commands(self, commands: Vec<CustomCommand>) -> (Self, Vec<Mistake>) {
        let mut mistakes = Vec::new();
        let mut bound: Vec<BoundCommand> = Vec::new();
        for command in commands {
            let shortcut = command.key.as_ref().and_then(|(key, span)| {
                let shortcut = shortcut(&self, &bound, &command.name, key, span);
                shortcut.map_err(|mistake| mistakes.push(mistake)).ok()
            });
            bound.push(BoundCommand { command: Arc::new(command), shortcut });
        }
        (self.of_commands(bound), mistakes)
    }
}

fn shortcut(
    keymap: &Keymap,
    earlier: &[BoundCommand],
    name: &str,
    key: &str,
    span: &Range<usize>,
) -> Result<Shortcut, Mistake> {
    if key.trim().is_empty() && key != " " {
        return Err(Mistake::new(span.clone(), "no key").with_help("remove `key`, or name one such as `E`"));
    }
    let shortcut = valid_key(name, key)
        .map_err(|(message, help)| Mistake::new(span.clone(), message).with_help(help))?;
    let actions = keymap.actions();
    let of_actions = actions.iter().flat_map(|action| action.keys.iter().map(|key| (action.name, *key)));
    let of_actions = of_actions.filter(|(action, key)| places(action, *key).overlap(IN_PANES.places));
    let of_commands = earlier.iter().filter_map(|bound| Some((bound.command.name.as_str(), bound.shortcut?)));
    let mut taken = of_actions.chain(of_commands);
    match taken.find(|(_, taken)| hides(shortcut, *taken)) {
        Some(other) => Err(clash_mistake((name, shortcut), other, span.clone())),
        None => Ok(shortcut),
    }
}
