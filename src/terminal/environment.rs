//! What the environment says about the terminal.

use std::ffi::OsString;

use super::response::is_a_cell;
use super::tmux::TmuxOptions;
use super::{default_colors, keyboard, mark_width};
use crate::domain::{ColorDepth, PictureChoice, Rgb};

/// The cell size that tmux reports if it does not know it.
const INVENTED_BY_TMUX: (u16, u16) = (16, 32);

/// What the environment says about the terminal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct TerminalEnv {
    /// `TERM`.
    pub term: String,
    /// `TERM_PROGRAM`.
    pub program: String,
    /// Whether `COLORTERM` claims true colour.
    pub truecolor: bool,
    /// Whether we run inside tmux.
    pub tmux: bool,
    /// Whether tmux passes sequences through. `None` if unknown.
    pub passthrough: Option<bool>,
    /// Whether we run inside GNU screen.
    pub screen: bool,
    /// Whether the terminal can be queried at all. Windows consoles cannot.
    pub can_query: bool,
    /// `None` if the system does not know it.
    pub window: Option<Window>,
    /// The columns and rows of fzf's preview, which shows the output.
    pub preview: Option<(u16, u16)>,
}

/// The window's size, as reported by the system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    pub columns: u16,
    pub rows: u16,
    /// In pixels. 0 if unknown.
    pub width: u16,
    /// In pixels. 0 if unknown.
    pub height: u16,
}

impl TerminalEnv {
    /// Reads the environment through `env`.
    pub fn read(env: &dyn Fn(&str) -> Option<OsString>, window: Option<Window>) -> Self {
        let text = |name| env(name).and_then(|value| value.into_string().ok()).unwrap_or_default();
        let number = |name| text(name).parse::<u16>().ok().filter(|number| *number > 0);
        Self {
            term: text("TERM"),
            program: text("TERM_PROGRAM"),
            truecolor: matches!(&*text("COLORTERM"), "truecolor" | "24bit"),
            tmux: !text("TMUX").is_empty(),
            passthrough: None,
            screen: !text("STY").is_empty(),
            can_query: cfg!(unix),
            window,
            preview: number("FZF_PREVIEW_COLUMNS").zip(number("FZF_PREVIEW_LINES")),
        }
    }

    /// How many colours the terminal has. `COLORTERM` is often lost over SSH, and GNU screen does not change it.
    pub fn color_depth(&self) -> ColorDepth {
        let has = |words: &[&str]| words.iter().any(|word| self.term.contains(word));
        let claims_all = self.truecolor && !self.screen && !matches!(&*self.term, "" | "dumb" | "linux");
        if claims_all || has(&["direct", "kitty", "ghostty", "alacritty", "foot", "wezterm"]) {
            ColorDepth::Rgb
        } else if has(&["256color"]) {
            ColorDepth::Indexed
        } else {
            ColorDepth::Ansi
        }
    }

    /// Queries whether tmux allows passthrough to the outer terminal, if `choice` needs that.
    pub fn query_tmux(&mut self, choice: PictureChoice) {
        if self.tmux && matches!(choice, PictureChoice::Kitty | PictureChoice::Sixel | PictureChoice::Iterm2)
        {
            self.passthrough = TmuxOptions::query().and_then(|options| options.passes_through());
        }
    }

    /// Whether the terminal understands queries, or at least does not print them.
    pub fn understands_queries(&self) -> bool {
        self.can_query && !matches!(&*self.term, "" | "dumb" | "linux" | "cons25" | "unknown")
    }

    /// The background colour, if the terminal has always the same.
    pub fn background(&self) -> Option<Rgb> {
        (self.term == "linux").then_some([0; 3])
    }

    /// The query for the default colours. `None` if the terminal might print it.
    pub fn colors_query(&self) -> Option<&'static str> {
        self.understands_queries().then_some(default_colors::QUERY)
    }

    /// The query for kitty's keyboard protocol. `None` if the terminal might print it.
    pub fn keyboard_query(&self) -> Option<&'static str> {
        self.understands_queries().then_some(keyboard::QUERY)
    }

    /// Whether the terminal draws `○` itself, with a line too thin to be seen, rather than with its font.
    pub fn has_thin_circles(&self) -> bool {
        self.term.contains("kitty")
    }

    /// The query for the width of `●`. `None` if the terminal might not understand it, or has no room.
    pub fn mark_width_query(&self) -> Option<&'static str> {
        let window = self.window.unwrap_or_default();
        let has_room = window.columns > 3 && window.rows > 1;
        (has_room && self.understands_queries()).then_some(mark_width::QUERY)
    }

    /// The cell size by the window's size. The size that tmux makes up is ignored.
    pub(super) fn cell(&self) -> Option<(u16, u16)> {
        let Window { columns, rows, width, height } = self.window?;
        let cell = per_cell((width, height), (columns, rows))?;
        (!self.tmux || cell != INVENTED_BY_TMUX).then_some(cell)
    }
}

/// The size of a cell. `None` if it is unknown or implausible.
pub(super) fn per_cell((width, height): (u16, u16), (columns, rows): (u16, u16)) -> Option<(u16, u16)> {
    let (width, height) = (width.checked_div(columns)?, height.checked_div(rows)?);
    is_a_cell(width, height).then_some((width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environment_is_read() {
        let read = |name: &str| {
            let pairs = [
                ("TERM", "xterm"),
                ("TERM_PROGRAM", "rio"),
                ("COLORTERM", "truecolor"),
                ("TMUX", "/tmp/t,1,0"),
            ];
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        };
        let env = TerminalEnv::read(&read, None);
        assert_eq!((&*env.term, &*env.program, env.truecolor, env.tmux), ("xterm", "rio", true, true));
        let env = TerminalEnv::read(&|_| Some(OsString::new()), None);
        assert!(!env.tmux && !env.truecolor);
    }

    #[test]
    fn color_depth_is_that_of_the_terminal() {
        for (term, truecolor, screen, depth) in [
            ("xterm-256color", true, false, ColorDepth::Rgb),
            ("xterm-256color", false, false, ColorDepth::Indexed),
            ("tmux-256color", false, false, ColorDepth::Indexed),
            ("xterm-kitty", false, false, ColorDepth::Rgb),
            ("xterm-direct", false, false, ColorDepth::Rgb),
            ("screen", true, true, ColorDepth::Ansi),
            ("screen-256color", true, true, ColorDepth::Indexed),
            ("linux", true, false, ColorDepth::Ansi),
            ("xterm", false, false, ColorDepth::Ansi),
            ("", true, false, ColorDepth::Ansi),
        ] {
            let env = TerminalEnv { term: term.into(), truecolor, screen, ..TerminalEnv::default() };
            assert_eq!(env.color_depth(), depth, "{term} {truecolor}");
        }
    }

    #[test]
    fn queries_need_a_terminal_that_understands_them() {
        let env = |term: &str, columns, rows| TerminalEnv {
            term: term.into(),
            can_query: true,
            window: Some(Window { columns, rows, ..Window::default() }),
            ..TerminalEnv::default()
        };
        let queries = |env: &TerminalEnv| (env.colors_query(), env.mark_width_query());
        let (colors, mark) = ("\x1b]10;?\x1b\\\x1b]11;?\x1b\\", "\x1b[2;1H●\x1b[6n");
        assert_eq!(queries(&env("xterm-256color", 80, 24)), (Some(colors), Some(mark)));
        for small in [env("xterm", 3, 24), env("xterm", 80, 1)] {
            assert_eq!(queries(&small), (Some(colors), None));
        }
        for term in ["linux", "dumb", ""] {
            assert_eq!(queries(&env(term, 80, 24)), (None, None), "{term}");
            assert_eq!(env(term, 80, 24).background(), (term == "linux").then_some([0; 3]));
        }
        assert_eq!(queries(&TerminalEnv { can_query: false, ..env("xterm", 80, 24) }), (None, None));
    }
}
