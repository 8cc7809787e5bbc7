//! Draws the dialog in which the user chooses where to save a picture.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::caches::Caches;
use super::dialogs::INPUT_COLUMNS;
use super::float::{float, float_columns};
use super::image_pane::view_line;
use super::layout::split;
use super::theme::Theme;
use super::widgets::{draw_lines, wrapped};
use crate::app::save::{SaveDialog, SaveSubject};
use crate::app::{Action, Model, Viewport};
use crate::domain::account::image_count;
use crate::domain::sanitize::sanitize;
use crate::domain::width::cut_middle;

pub(super) fn view(
    model: &Model,
    dialog: &SaveDialog,
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
) -> Viewport {
    let width = INPUT_COLUMNS.min(float_columns(area));
    let lines = lines(model, dialog, theme, width);
    let inside = float(&title(dialog), (width, lines.len() + 1), theme, caches, frame, area);
    let (input, below) = split(inside, 1);
    view_line(&dialog.line, prompt(dialog), true, theme, frame, input);
    draw_lines(frame, below, lines);
    Viewport::default()
}

fn title(dialog: &SaveDialog) -> String {
    match dialog.subject {
        SaveSubject::Image { .. } => "Save to file".to_owned(),
        SaveSubject::Marked { count, .. } => format!("Save {} to folder", image_count(count)),
    }
}

/// The placeholder of the empty line.
fn prompt(dialog: &SaveDialog) -> &'static str {
    match dialog.subject {
        SaveSubject::Image { .. } => "file name or path",
        SaveSubject::Marked { .. } => "folder",
    }
}

/// The lines below the input.
fn lines(model: &Model, dialog: &SaveDialog, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let choice = |words: String, is_chosen: bool| {
        let style = if is_chosen { theme.selected(true) } else { Style::new() };
        Span::styled(format!("{} {words} ", if is_chosen { "›" } else { " " }), style)
    };
    let key = model.keymap.key_of(&Action::ToggleOriginal);
    let mut spans = Vec::new();
    if let Some(variant) = dialog.subject.variant() {
        let variant = cut_middle(&sanitize(variant), width.saturating_sub(24)).into_owned();
        spans.push(choice(format!("variant {variant}"), !dialog.original));
        spans.push(Span::raw(" "));
    }
    spans.push(choice("original".to_owned(), dialog.original));
    if spans.len() > 1 {
        spans.extend([Span::raw("  "), Span::styled(key, theme.strong())]);
    }
    let mut lines = vec![Line::default(), Line::from(spans)];
    let (words, style) = message(model, dialog, theme);
    if !words.is_empty() {
        lines.push(Line::default());
        lines.extend(wrapped(&words, width, style));
    }
    lines
}

fn message(model: &Model, dialog: &SaveDialog, theme: Theme) -> (String, Style) {
    if model.save.job.is_some() {
        return (format!("Saving… {} cancels.", model.keymap.key_of(&Action::Back)), theme.strong());
    }
    if let Some(path) = &dialog.existing {
        let words = format!(
            "{} already exists. Press {} to overwrite it, or change the name.",
            sanitize(path),
            model.keymap.key_of(&Action::Confirm)
        );
        return (words, theme.strong());
    }
    if let Some(failure) = &dialog.failure {
        return (format!("Not saved. {failure}"), theme.problem());
    }
    let words = match &dialog.subject {
        SaveSubject::Image { variant: Some((_, Err(why))), .. } if !dialog.original => why.to_string(),
        SaveSubject::Image { is_format_known: true, .. } if !dialog.original => String::new(),
        SaveSubject::Image { .. } => "The extension changes to match the file's format.".to_owned(),
        SaveSubject::Marked { .. } => {
            "Files are named after their images. Existing files are kept; new ones get a number.".to_owned()
        }
    };
    (words, Style::new())
}
