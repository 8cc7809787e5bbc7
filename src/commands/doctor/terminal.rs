//! The terminal.

use super::report::{Check, Finding};
use crate::domain::color::is_light;
use crate::domain::graphics::Protocol;
use crate::domain::{ColorDepth, PictureChoice};
use crate::terminal::{Survey, TerminalEnv, survey};

pub(super) const GROUP: &str = "Terminal";

pub(super) const CHECKS: &[Check<Facts>] = &[
    Check { name: "output", run: output },
    Check { name: "size", run: size },
    Check { name: "TERM", run: term },
    Check { name: "colours", run: colors },
    Check { name: "background", run: background },
    Check { name: "pictures", run: pictures },
    Check { name: "marks", run: marks },
];

/// The smallest window that the program fits in.
const SMALLEST: (u16, u16) = (40, 10);

const NO_TERMINAL: &str = "standard output is not a terminal";

#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// Whether standard output is a terminal. Only then is it queried.
    pub(super) is_terminal: bool,
    pub(super) env: TerminalEnv,
    /// The option or variable that turns colours off.
    pub(super) no_color_by: Option<&'static str>,
    pub(super) choice: PictureChoice,
    pub(super) survey: Survey,
}

impl Facts {
    /// Queries the terminal, 0.3 s at most. Nothing else may print meanwhile.
    pub(super) async fn query(self) -> Self {
        if !self.is_terminal {
            return self;
        }
        let (env, choice) = (self.env.clone(), self.choice);
        let survey = tokio::task::spawn_blocking(move || survey(&env, choice)).await.unwrap_or_default();
        Self { survey, ..self }
    }

    /// The protocol that pictures are drawn with.
    pub(super) fn protocol(&self) -> Option<Protocol> {
        self.survey.graphics.as_ref().and_then(|graphics| graphics.protocol)
    }
}

fn output(facts: &Facts) -> Finding {
    if facts.is_terminal { Finding::ok("a terminal") } else { Finding::ok("not a terminal") }
}

fn size(facts: &Facts) -> Finding {
    let window = facts.env.window.filter(|window| window.columns > 0 && window.rows > 0);
    let Some(window) = window else {
        return if facts.is_terminal {
            Finding::unknown("unknown", "cfimg assumes 80×24.")
        } else {
            Finding::skipped(NO_TERMINAL)
        };
    };
    let (columns, rows) = (window.columns, window.rows);
    let cell = facts.survey.graphics.as_ref().and_then(|graphics| graphics.cell);
    let cell = cell.map(|(width, height)| format!(", cells of {width}×{height} pixels")).unwrap_or_default();
    let text = format!("{columns}×{rows}{cell}");
    if columns < SMALLEST.0 || rows < SMALLEST.1 {
        Finding::warning(
            text,
            format!("The program needs {}×{}. Enlarge the window.", SMALLEST.0, SMALLEST.1),
        )
    } else {
        Finding::ok(text)
    }
}

fn term(facts: &Facts) -> Finding {
    const SET: &str = "Set TERM to your terminal's type, such as xterm-256color.";
    match &*facts.env.term {
        "" if !facts.is_terminal => Finding::skipped(NO_TERMINAL),
        "" => Finding::warning("not set", SET),
        "dumb" | "unknown" => Finding::warning(&facts.env.term, SET),
        term => Finding::ok(term),
    }
}

fn colors(facts: &Facts) -> Finding {
    if let Some(by) = facts.no_color_by {
        return Finding::ok(format!("off ({by})"));
    }
    match facts.env.color_depth() {
        ColorDepth::Rgb => Finding::ok("true colour"),
        ColorDepth::Indexed => Finding::ok("256"),
        ColorDepth::Ansi if !facts.is_terminal => Finding::skipped(NO_TERMINAL),
        ColorDepth::Ansi => Finding::warning(
            "16",
            "If your terminal has more, set COLORTERM to truecolor, or TERM to a type with 256color.",
        ),
    }
}

fn background(facts: &Facts) -> Finding {
    if !facts.is_terminal {
        return Finding::skipped(NO_TERMINAL);
    }
    let Some(color) = facts.survey.background.or_else(|| facts.env.background()) else {
        let hint = "If text is hard to read, use `--theme dark` or `--theme light`.";
        return Finding::unknown("the terminal doesn't report it", hint);
    };
    let word = if is_light(color) { "light" } else { "dark" };
    let [red, green, blue] = color;
    Finding::ok(format!("{word} (#{red:02x}{green:02x}{blue:02x})"))
}

fn pictures(facts: &Facts) -> Finding {
    if !facts.is_terminal {
        return Finding::skipped(NO_TERMINAL);
    }
    let Some(graphics) = &facts.survey.graphics else {
        return Finding::unknown("the terminal couldn't be queried", "Try again.");
    };
    let why = graphics.why.trim_end_matches('.');
    let is_chosen = facts.choice != PictureChoice::Auto && graphics.blocked_by.is_none();
    match graphics.protocol {
        None => Finding::ok(why),
        Some(Protocol::Halfblocks) if facts.env.tmux && facts.env.understands_queries() && !is_chosen => {
            Finding::warning(
                why,
                "Pictures are coarse. See allow-passthrough below, and use a terminal such as kitty or foot.",
            )
        }
        Some(Protocol::Halfblocks) if !is_chosen => Finding::warning(
            why,
            "Pictures are coarse. kitty, Ghostty, foot, WezTerm and iTerm2 show all pixels.",
        ),
        Some(protocol) => Finding::ok(format!("{}: {why}", protocol.name())),
    }
}

fn marks(facts: &Facts) -> Finding {
    if !facts.is_terminal {
        return Finding::skipped(NO_TERMINAL);
    }
    match facts.survey.has_wide_marks {
        Some(false) => Finding::ok("● is one column wide"),
        Some(true) => Finding::ok("● is two columns wide, so marks are ASCII by default"),
        None => Finding::unknown(
            "the width of ● is unknown",
            "If lists are misaligned, set `marks = \"ascii\"` in config.toml.",
        ),
    }
}
