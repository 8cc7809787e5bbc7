//! What the program says where no credentials are set.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::theme::Theme;
use super::widgets::wrapped;
use crate::app::Action;
use crate::app::keymap::key_of;
use crate::domain::width::wrap;

/// Each step, and the lines to type for it.
const STEPS: [(&str, &[&str]); 3] = [
    (
        "Create an API token with the permission Images Read.",
        &["https://dash.cloudflare.com/profile/api-tokens"],
    ),
    (
        "Set the token and your account ID. The ID may be left out if the token sees one account.",
        &["export CLOUDFLARE_API_TOKEN=…", "export CLOUDFLARE_ACCOUNT_ID=…"],
    ),
    ("Start cfimg again.", &[]),
];

/// A title, three steps, and the key that starts the demo.
pub(super) fn lines(theme: Theme, width: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<Line> = wrapped("No credentials are set", width, theme.strong()).collect();
    lines.push(Line::default());
    for (at, (step, to_type)) in STEPS.iter().enumerate() {
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
    let demo = format!("Press {} to try it with the demo: no account needed.", key_of(&Action::StartDemo));
    lines.extend(wrapped(&demo, width, Style::new()));
    lines
}
