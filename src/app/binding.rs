//! A row of the key table.

use super::places::Context;
use super::{Action, Model};
use crate::domain::Shortcut;

/// When a hint is shown. `contexts.rs` has the named ones.
pub type Predicate = fn(&Model) -> bool;

/// Keys, the action that they trigger, and how both are described.
#[derive(Debug)]
pub struct Binding {
    /// The name in the settings. Rows that are the same to the user share it. Empty if the keys are fixed.
    pub name: &'static str,
    /// The default keys; the first one is shown.
    pub keys: &'static [Shortcut],
    /// Where they work.
    pub context: Context,
    pub action: Action,
    /// The text in the actions dialog. Rows with the same text are one entry.
    pub description: &'static str,
    /// More words by which a search finds it.
    pub keywords: &'static str,
    /// The hint in the last line.
    pub footer: Option<Footer>,
    /// The heading in the actions dialog.
    pub group: Group,
}

/// A key's hint in the last line.
#[derive(Debug)]
pub struct Footer {
    pub word: &'static str,
    /// The word if there is little room. It may be the same.
    pub short: &'static str,
    /// Where it is shown.
    pub shown: Predicate,
    /// If there is not enough room, the hints with the highest ranks are left out first.
    pub rank: u8,
}

/// A heading of the actions dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Image,
    Variants,
    List,
    /// The terms of the filter.
    Filter,
    Picture,
    GoTo,
    Program,
    /// Keys of text fields and dialogs.
    Typing,
    /// The user's own commands.
    Commands,
}

/// The headings of the key table and their titles, in the order of the actions dialog.
pub const GROUPS: [(Group, &str); 8] = [
    (Group::Image, "This image"),
    (Group::Variants, "Variants"),
    (Group::List, "List and filter"),
    (Group::Filter, "Filter syntax"),
    (Group::Picture, "Picture"),
    (Group::GoTo, "Go to"),
    (Group::Program, "Program"),
    (Group::Typing, "Text fields and dialogs"),
];

impl Group {
    /// The title in the actions dialog.
    pub fn title(self) -> &'static str {
        GROUPS.iter().find(|(group, _)| *group == self).map_or("Your commands", |(_, title)| *title)
    }
}

impl Binding {
    /// Adds a hint in the last line. If there is not enough room, the highest rank is left out first.
    pub(super) const fn footer(mut self, word: &'static str, shown: Predicate, rank: u8) -> Self {
        self.footer = Some(Footer { word, short: word, shown, rank });
        self
    }

    /// Sets the word of the hint for narrow screens.
    pub(super) const fn short(mut self, short: &'static str) -> Self {
        if let Some(footer) = &mut self.footer {
            footer.short = short;
        }
        self
    }

    pub(super) const fn keywords(mut self, keywords: &'static str) -> Self {
        self.keywords = keywords;
        self
    }

    pub(super) const fn group(mut self, group: Group) -> Self {
        self.group = group;
        self
    }
}
