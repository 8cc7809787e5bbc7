//! The overlays: a stack of boxes on top of the panes.

use super::SensitiveText;
use super::dialogs::{FlexibleDialog, LifetimeDialog};
use super::scroll::Scroll;
use super::text_input::TextInput;
use crate::domain::Failure;

/// A box on top of the panes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    /// All keys.
    Help(Scroll),
    /// The API's JSON.
    Json(Scroll),
    /// The full URL, and why it is shown.
    Url {
        url: SensitiveText,
        /// What failed, if anything did.
        failure: Option<Failure>,
        scroll: Scroll,
    },
    /// The full signed URL in [`crate::app::delivery::DeliveryState::active_url`].
    Signed(Scroll),
    /// The choice of how long a signed URL is valid.
    LifetimeDialog(LifetimeDialog),
    /// The choice of a copy format; the value is the row of the cursor.
    CopyFormats(usize),
    /// A flexible variant that is being typed.
    Flexible(FlexibleDialog),
    /// The explanation of a URL, as labels and values.
    Explained(Vec<(&'static str, String)>, Scroll),
}

impl Overlay {
    /// The scroll position; the default for overlays that do not scroll.
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

    /// The row of the cursor, if the overlay has one.
    pub(super) fn cursor_mut(&mut self) -> Option<&mut usize> {
        match self {
            Self::LifetimeDialog(LifetimeDialog { cursor, date: None, .. }) | Self::CopyFormats(cursor) => {
                Some(cursor)
            }
            _ => None,
        }
    }

    /// The line in which text is being typed.
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
