//! The panes and their sizes. Only drawing knows how many rows a text takes, so each frame reports them.

/// A pane of the screen, in the order of `Tab`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    #[default]
    Image,
    Browse,
    Variants,
    Details,
    Preview,
}

impl Pane {
    /// In the order of `Tab`.
    pub const ALL: [Self; 5] = [Self::Image, Self::Browse, Self::Variants, Self::Details, Self::Preview];

    pub fn title(self) -> &'static str {
        match self {
            Self::Image => "ID",
            Self::Browse => "Images",
            Self::Preview => "Picture",
            Self::Variants => "Variants",
            Self::Details => "Details",
        }
    }
}

/// The size of a scrollable pane and its content, in rows; columns if it scrolls sideways.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Viewport {
    /// Rows of the content.
    pub rows: usize,
    /// Rows that are visible.
    pub height: usize,
    /// Columns of the widest row that do not fit.
    pub beyond: usize,
}

/// The gallery's grid in the last frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GridViewport {
    /// Tiles beside one another.
    pub columns: usize,
    /// Visible rows of tiles.
    pub rows: usize,
    /// Rows of tiles above the first visible one.
    pub top: usize,
    /// The columns and rows of a tile's picture.
    pub cells: (u16, u16),
    /// The size that was chosen, or the nearest that there is.
    pub size: TileSize,
}

/// How large the tiles of the gallery are. The usual size depends on the terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TileSize(pub i8);

impl TileSize {
    /// The next larger size, or the next smaller one.
    #[must_use]
    pub fn step(self, larger: bool) -> Self {
        Self(self.0.saturating_add(if larger { 1 } else { -1 }))
    }
}

/// The panes' sizes in the last frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Viewports {
    pub details: Viewport,
    /// Motions count the variants of the image instead of `rows`.
    pub variants: Viewport,
    /// Motions count the list instead of `rows`.
    pub browse: Viewport,
    pub overlay: Viewport,
    /// Zero if the gallery is not visible.
    pub gallery: GridViewport,
    /// The picture's columns and rows; zero if it is not visible.
    pub preview: (u16, u16),
    /// Whether there is room for only one pane.
    pub single: bool,
}
