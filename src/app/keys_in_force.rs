//! The keys in force, as a part of the model. `keymap.rs` and `remap.rs` have what needs the key table.

use std::sync::Arc;

use crate::domain::{CustomCommand, Shortcut};

/// The keys in force: those of the key table, or those of the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keymap {
    /// The keys of each row of the key table. `None` if all are the default ones.
    remapped: Option<Arc<[Vec<Shortcut>]>>,
    /// The user's own commands.
    commands: Arc<[BoundCommand]>,
}

/// A command of the user, and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundCommand {
    pub command: Arc<CustomCommand>,
    /// `None` if it only runs from the actions dialog.
    pub shortcut: Option<Shortcut>,
}

impl Keymap {
    /// Keys for each row of the key table.
    pub(super) fn remapped(keys: Vec<Vec<Shortcut>>) -> Self {
        Self { remapped: Some(keys.into()), ..Self::default() }
    }

    /// The keys of a row, by its index. `None` if they are the default ones.
    pub(super) fn of_row(&self, row: usize) -> Option<&[Shortcut]> {
        self.remapped.as_ref()?.get(row).map(Vec::as_slice)
    }

    pub(super) fn of_commands(self, commands: Vec<BoundCommand>) -> Self {
        Self { commands: commands.into(), ..self }
    }

    pub fn commands(&self) -> &[BoundCommand] {
        &self.commands
    }
}
