//! The overlays: a stack of boxes on top of the panes.

use super::SensitiveText;
use super::actions::ActionsDialog;
use super::dialogs::{FlexibleDialog, LifetimeDialog};
use super::profiles::ProfilesDialog;
use super::save::SaveDialog;
use super::text_input::TextInput;
use crate::domain::Failure;

/// A box on top of the panes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlay {
    /// Every action, to be searched and run.
    Actions(ActionsDialog),
    /// The API's JSON.
    Json,
    /// The full URL, and why it is shown.
    Url {
        url: SensitiveText,
        /// What failed, if anything did.
        failure: Option<Failure>,
    },
    /// The full signed URL in [`crate::app::delivery::DeliveryState::active_url`].
    Signed,
    /// The choice of how long a signed URL is valid.
    LifetimeDialog(LifetimeDialog),
    /// The choice of a copy format; the value is the row of the cursor.
    CopyFormats(usize),
    /// A QR code of this URL. The description names its image, and the note says what a signed URL means.
    Qr(SensitiveText),
    /// A flexible variant that is being typed.
    Flexible(FlexibleDialog),
    /// Where a picture is to be saved.
    Save(SaveDialog),
    /// The choice of a profile.
    Profiles(ProfilesDialog),
    /// Labels and values.
    Table { title: &'static str, rows: Vec<(&'static str, String)> },
}

impl Overlay {
    /// Whether it is a whole URL: on the full screen without a border, so that the terminal's own selection reads it.
    pub fn is_whole_url(&self) -> bool {
        matches!(self, Self::Url { .. } | Self::Signed)
    }

    /// Whether the panes are not visible below it.
    pub fn covers_panes(&self) -> bool {
        self.is_whole_url() || matches!(self, Self::Qr(_))
    }

    /// The row of the cursor, if the overlay has one.
    pub(super) fn cursor_mut(&mut self) -> Option<&mut usize> {
        match self {
            Self::LifetimeDialog(LifetimeDialog { cursor, date: None, .. }) | Self::CopyFormats(cursor) => {
                Some(cursor)
            }
            Self::Actions(dialog) => Some(&mut dialog.cursor),
            Self::Profiles(dialog) => Some(&mut dialog.cursor),
            _ => None,
        }
    }

    /// Moves the cursor to the first row, because the rows have changed.
    pub(super) fn go_to_first_row(&mut self) {
        if let Some(cursor) = self.cursor_mut() {
            *cursor = 0;
        }
    }

    /// The line in which text is being typed.
    pub fn line(&self) -> Option<&TextInput> {
        match self {
            Self::LifetimeDialog(lifetimes) => lifetimes.date.as_ref(),
            Self::Flexible(dialog) => Some(&dialog.line),
            Self::Actions(dialog) => Some(&dialog.line),
            Self::Save(dialog) => Some(&dialog.line),
            Self::Profiles(dialog) => dialog.line.as_ref(),
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
            Self::Actions(dialog) => Some(&mut dialog.line),
            Self::Profiles(dialog) => dialog.line.as_mut(),
            Self::Save(dialog) => {
                dialog.forget_result();
                Some(&mut dialog.line)
            }
            _ => None,
        }
    }
}
