//! The panes.

/// A pane of the screen, in the order of `Tab`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    #[default]
    Image,
    Browse,
    Details,
    Variants,
    Preview,
}

impl Pane {
    /// In the order of `Tab`.
    pub const ALL: [Self; 5] = [Self::Image, Self::Browse, Self::Details, Self::Variants, Self::Preview];

    pub fn title(self) -> &'static str {
        match self {
            Self::Image => "Image",
            Self::Browse => "Browse",
            Self::Details => "Details",
            Self::Variants => "Variants",
            Self::Preview => "Preview",
        }
    }
}
