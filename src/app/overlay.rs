//! What lies on top of the panes, and what lies beneath that.

use super::line::Line;
use super::menu::{Builder, Lifetimes};
use super::scroll::Scroll;
use super::{Model, Parcel};
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
        url: Parcel,
        /// What failed, where something did.
        failure: Option<Failure>,
        /// Where it stands.
        scroll: Scroll,
    },
    /// The signed URL in hand, whole.
    Signed(Scroll),
    /// For how long a URL is to be signed.
    Lifetimes(Lifetimes),
    /// In which form something is copied, by its row.
    Forms(usize),
    /// A flexible variant that is being typed.
    Flexible(Builder),
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
            Self::Lifetimes(_) | Self::Forms(_) | Self::Flexible(_) => Scroll::default(),
        }
    }

    pub(super) fn scroll_mut(&mut self) -> Option<&mut Scroll> {
        match self {
            Self::Help(scroll)
            | Self::Json(scroll)
            | Self::Url { scroll, .. }
            | Self::Signed(scroll)
            | Self::Explained(_, scroll) => Some(scroll),
            Self::Lifetimes(_) | Self::Forms(_) | Self::Flexible(_) => None,
        }
    }

    /// The row of its cursor, where something is chosen from it.
    pub(super) fn cursor_mut(&mut self) -> Option<&mut usize> {
        match self {
            Self::Lifetimes(Lifetimes { cursor, date: None, .. }) | Self::Forms(cursor) => Some(cursor),
            _ => None,
        }
    }

    /// Where a text is being typed.
    pub fn line(&self) -> Option<&Line> {
        match self {
            Self::Lifetimes(lifetimes) => lifetimes.date.as_ref(),
            Self::Flexible(builder) => Some(&builder.line),
            _ => None,
        }
    }

    pub(super) fn line_mut(&mut self) -> Option<&mut Line> {
        match self {
            Self::Lifetimes(lifetimes) => {
                lifetimes.refusal = None;
                lifetimes.date.as_mut()
            }
            Self::Flexible(builder) => Some(&mut builder.line),
            _ => None,
        }
    }
}

impl Model {
    /// Lays this on top of the panes, and of what lies there, which comes back when this is closed.
    pub(super) fn lay(&mut self, overlay: Overlay) {
        self.beneath.extend(self.overlay.replace(overlay));
    }

    /// Lays this on top of the panes alone.
    pub(super) fn lay_alone(&mut self, overlay: Overlay) {
        self.beneath.clear();
        self.overlay = Some(overlay);
    }

    /// Takes away what lies on top, for what lies beneath it. Tells whether there was anything.
    pub(super) fn lift(&mut self) -> bool {
        let lifted = self.overlay.is_some();
        self.overlay = self.beneath.pop();
        lifted
    }

    /// Takes away all that lies on top of the panes.
    pub(super) fn lift_all(&mut self) {
        self.beneath.clear();
        self.overlay = None;
    }
}
