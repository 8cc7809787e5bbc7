//! The welcome screen if no credentials are set.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::theme::Theme;
use super::widgets::wrapped;
use crate::app::{Action, Keymap};
use crate::domain::width::{cut_end, wrap};

/// Each step, its short form, and the lines to type for it.
const STEPS: [(&str, &str, &[&str]); 3] = [
    (
        "Create an API token with the permission Images Read.",
        "Get an API token: Images Read.",
        &["https://dash.cloudflare.com/profile/api-tokens"],
    ),
    ("Quit, and store the token:", "Quit, and store it:", &["cfimg login"]),
    ("Restart cfimg.", "Restart cfimg.", &[]),
];

/// A title, three steps, and the key that starts the demo.
pub(super) fn lines(keymap: &Keymap, theme: Theme, width: usize, height: usize) -> Vec<Line<'static>> {
    let long = all_lines(keymap, theme, width);
    if long.len() <= height { long } else { short_lines(keymap, theme, width) }
}

fn all_lines(keymap: &Keymap, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<Line> = wrapped("No credentials are set", width, theme.strong()).collect();
    lines.push(Line::default());
    for (at, (step, _, to_type)) in STEPS.iter().enumerate() {
        for (row, words) in wrap(step, width.saturating_sub(3)).into_iter().enumerate() {
            let number = if row == 0 { format!("{}. ", at + 1) } else { "   ".to_owned() };
            lines.push(Line::from(vec![Span::styled(number, theme.strong()), Span::raw(words)]));
        }
        for text in *to_type {
            let text = wrap(text, width.saturating_sub(3));
            lines.extend(text.into_iter().map(|text| Line::styled(format!("   {text}"), theme.accent())));
        }
    }
    lines.push(Line::default());
    let demo = format!("Or press {} to try the demo. No account needed.", keymap.key_of(&Action::StartDemo));
    lines.extend(wrapped(&demo, width, Style::new()));
    lines
}

/// Without gaps and explanations.
fn short_lines(keymap: &Keymap, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let demo = format!("No credentials. Press {} for the demo.", keymap.key_of(&Action::StartDemo));
    let mut lines = vec![Line::styled(cut_end(&demo, width).into_owned(), theme.strong())];
    for (at, (_, step, to_type)) in STEPS.iter().enumerate() {
        let number = Span::styled(format!("{}. ", at + 1), theme.strong());
        lines.push(Line::from(vec![number, Span::raw(*step)]));
        // Users with an account know the address.
        let to_type = to_type.iter().filter(|text| !text.starts_with("https"));
        lines.extend(to_type.map(|text| Line::styled(*text, theme.accent())));
    }
    lines
}
