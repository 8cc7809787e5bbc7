//! What a theme gives a style.

/// What is drawn in a style of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Accent,
    FocusedBorder,
    Border,
    Selection,
    InactiveSelection,
    Match,
    Mark,
    Success,
    Warning,
    Error,
    Signed,
    Public,
    Unknown,
    SignedBadge,
    PublicBadge,
    UnknownBadge,
    DraftBadge,
}

struct Row {
    name: &'static str,
    help: &'static str,
    follows: Option<Role>,
}

impl Role {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 17] = [
        Self::Accent,
        Self::FocusedBorder,
        Self::Border,
        Self::Selection,
        Self::InactiveSelection,
        Self::Match,
        Self::Mark,
        Self::Success,
        Self::Warning,
        Self::Error,
        Self::Signed,
        Self::Public,
        Self::Unknown,
        Self::SignedBadge,
        Self::PublicBadge,
        Self::UnknownBadge,
        Self::DraftBadge,
    ];

    /// The name in a theme file.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// What is drawn in it, as a fragment.
    pub fn help(self) -> &'static str {
        self.row().help
    }

    /// The role whose colour it has, unless the theme names one.
    pub fn follows(self) -> Option<Self> {
        self.row().follows
    }

    /// Whether the colour that it follows is its background.
    pub fn is_badge(self) -> bool {
        matches!(self, Self::SignedBadge | Self::PublicBadge | Self::UnknownBadge)
    }

    pub(super) fn is_selection(self) -> bool {
        matches!(self, Self::Selection | Self::InactiveSelection)
    }

    fn row(self) -> Row {
        let (name, help, follows) = match self {
            Self::Accent => ("accent", "prompts, and commands to type", None),
            Self::FocusedBorder => {
                ("focused_border", "borders of the focused pane and of dialogs", Some(Self::Accent))
            }
            Self::Border => ("border", "other borders", None),
            Self::Selection => ("selection", "the selected row", None),
            Self::InactiveSelection => {
                ("inactive_selection", "the selected row of a list without the focus", None)
            }
            Self::Match => ("match", "letters that match the filter", Some(Self::Accent)),
            Self::Mark => ("mark", "the sign of marked images", None),
            Self::Success => ("success", "what was done, and what works", None),
            Self::Warning => ("warning", "warnings", None),
            Self::Error => ("error", "errors", None),
            Self::Signed => ("signed", "the sign of images that need signed URLs", Some(Self::Warning)),
            Self::Public => ("public", "the sign of public images", Some(Self::Success)),
            Self::Unknown => ("unknown", "the sign of images whose access is unknown", Some(Self::Error)),
            Self::SignedBadge => {
                ("signed_badge", "the badge of an image that needs signed URLs", Some(Self::Signed))
            }
            Self::PublicBadge => ("public_badge", "the badge of a public image", Some(Self::Public)),
            Self::UnknownBadge => {
                ("unknown_badge", "the badge of an image whose access is unknown", Some(Self::Unknown))
            }
            Self::DraftBadge => ("draft_badge", "the badge of a draft", None),
        };
        Row { name, help, follows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_roles_are_in_order() {
        for (at, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role as usize, at, "{role:?}");
        }
    }
}
