//! What lies on top of the panes, and what lies beneath that.

use super::dialogs::{FlexibleDialog, LifetimeDialog};
use super::scroll::Scroll;
use super::text_input::TextInput;
use super::{Model, SensitiveText};
use crate::domain::Failure;

/// What lies on top of the panes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    /// Every key.
    Help(Scroll),
    /// The API's JSON.
    Json(Scroll),
    /// A URL, whole, with a word on why it is shown.
    Url {
        /// The URL.
        url: SensitiveText,
        /// What failed, where something did.
        failure: Option<Failure>,
        /// Where it stands.
        scroll: Scroll,
    },
    /// The signed URL in hand, whole.
    Signed(Scroll),
    /// For how long a URL is to be signed.
    LifetimeDialog(LifetimeDialog),
    /// In which form something is copied, by its row.
    CopyFormats(usize),
    /// A flexible variant that is being typed.
    Flexible(FlexibleDialog),
    /// What a URL says, as labels and values.
    Explained(Vec<(&'static str, String)>, Scroll),
}

impl Overlay {
    /// Where it stands.
    pub fn scroll(&self) -> Scroll {
        match self {
            Self::Help(scroll)
            | Self::Json(scroll)
            | Self::Url { scroll, .. }
            | Self::Signed(scroll)
            | Self::Explained(_, scroll) => *scroll,
            Self::LifetimeDialog(_) | Self::CopyFormats(_) | Self::Flexible(_) => Scroll::default(),
        }
    }

    pub(super) fn scroll_mut(&mut self) -> Option<&mut Scroll> {
        match self {
            Self::Help(scroll)
            | Self::Json(scroll)
            | Self::Url { scroll, .. }
            | Self::Signed(scroll)
            | Self::Explained(_, scroll) => Some(scroll),
            Self::LifetimeDialog(_) | Self::CopyFormats(_) | Self::Flexible(_) => None,
        }
    }

    /// The row of its cursor, where something is chosen from it.
    pub(super) fn cursor_mut(&mut self) -> Option<&mut usize> {
        match self {
            Self::LifetimeDialog(LifetimeDialog { cursor, date: None, .. }) | Self::CopyFormats(cursor) => {
                Some(cursor)
            }
            _ => None,
        }
    }

    /// Where a text is being typed.
    pub fn line(&self) -> Option<&TextInput> {
        match self {
            Self::LifetimeDialog(lifetimes) => lifetimes.date.as_ref(),
            Self::Flexible(dialog) => Some(&dialog.line),
            _ => None,
        }
    }

    pub(super) fn line_mut(&mut self) -> Option<&mut TextInput> {
        match self {
            Self::LifetimeDialog(lifetimes) => {
                lifetimes.refusal = None;
                lifetimes.date.as_mut()
            }
            Self::Flexible(dialog) => Some(&mut dialog.line),
            _ => None,
        }
    }
}

impl Model {
    /// Lays this on top of the panes, and of what lies there, which comes back when this is closed.
    pub(super) fn push_overlay(&mut self, overlay: Overlay) {
        self.lower_overlays.extend(self.overlay.replace(overlay));
    }

    /// Lays this on top of the panes alone.
    pub(super) fn set_overlay(&mut self, overlay: Overlay) {
        self.lower_overlays.clear();
        self.overlay = Some(overlay);
    }

    /// Takes away what lies on top, for what lies beneath it. Tells whether there was anything.
    pub(super) fn pop_overlay(&mut self) -> bool {
        let had_overlay = self.overlay.is_some();
        self.overlay = self.lower_overlays.pop();
        had_overlay
    }

    /// Takes away all that lies on top of the panes.
    pub(super) fn clear_overlays(&mut self) {
        self.lower_overlays.clear();
        self.overlay = None;
    }
}
