//! Detects the terminal's graphics protocol and the size of its cells. No I/O: input are the environment and the
//! terminal's responses, output are the queries to send.
//!
//! Responses have precedence over the environment, which a terminal inherits when it is started from another one.

use std::time::Duration;

use super::emulator::{Emulator, Kind, UNKNOWN_VERSION, safe};
use super::environment::{TerminalEnv, Window, per_cell};
use super::graphics::{Graphics, Multiplexer};
use super::response::TerminalResponse;
use crate::domain::PictureChoice;
use crate::domain::graphics::Protocol;
use crate::domain::picture_choice::turned_off_by;

/// How long the terminal has to respond to queries.
pub const RESPONSE_TIMEOUT: Duration = Duration::from_millis(300);

const NAME: &str = "\x1b[>q";
const CELL: &str = "\x1b[16t";
const CELLS: &str = "\x1b[14t";
/// DA1. Every terminal responds to it, and in order: a response that has not come before it never will.
pub(super) const FENCE: &str = "\x1b[c";
/// Queries the terminal around tmux, if tmux allows passthrough: its cell, then its name as the fence. tmux would not
/// forward the response to DA1.
const AROUND_TMUX: &str = "\x1bPtmux;\x1b\x1b[16t\x1b\x1b[>q\x1b\\";

/// In Konsole pictures of any protocol stay on top of later text. This kitty sequence deletes all of them.
const WIPE_KONSOLE: &str = "\x1b_Ga=d,d=a,q=2\x1b\\";

/// DA1's number for sixel.
const SIXEL: u16 = 4;

/// The detection, fed with one response at a time. The default one has not started.
#[derive(Debug, Clone, Default)]
pub struct Detection {
    env: TerminalEnv,
    choice: PictureChoice,
    /// The terminal's name and version. In tmux, those of the outer terminal.
    name: Option<String>,
    attributes: Option<Vec<u16>>,
    cell: Option<(u16, u16)>,
    cells: Option<(u16, u16)>,
    state: State,
    /// Whether any query was sent.
    queried: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    NotStarted,
    Querying,
    /// All responses have come, or there was no query.
    Done,
    /// Time ran out.
    GaveUp,
}

impl Detection {
    /// Starts the detection. Returns the queries to write to the terminal, if any.
    pub fn start(env: &TerminalEnv, choice: PictureChoice) -> (Self, Option<String>) {
        let can_query =
            env.understands_queries() && !matches!(choice, PictureChoice::Off | PictureChoice::Halfblocks);
        let state = if can_query { State::Querying } else { State::Done };
        let env = env.clone();
        let queries = can_query.then(|| {
            let cells = if env.cell().is_none() { CELLS } else { "" };
            if env.tmux { format!("{AROUND_TMUX}{FENCE}") } else { format!("{NAME}{CELL}{cells}{FENCE}") }
        });
        (Self { env, choice, state, queried: can_query, ..Self::default() }, queries)
    }

    /// Adds a response. It counts also after [`Self::give_up`]: the connection may be slow.
    pub fn answer(&mut self, response: TerminalResponse) {
        let counts = match response {
            TerminalResponse::Cell { .. } => self.queried,
            TerminalResponse::Foreground(_)
            | TerminalResponse::Background(_)
            | TerminalResponse::Keyboard
            | TerminalResponse::WideMarks(_) => false,
            _ => matches!(self.state, State::Querying | State::GaveUp),
        };
        if !counts {
            return;
        }
        match response {
            TerminalResponse::Version(name) => self.name = Some(name),
            TerminalResponse::Cell { width, height } => self.cell = Some((width, height)),
            TerminalResponse::Cells { width, height } => self.cells = Some((width, height)),
            TerminalResponse::Attributes(attributes) => self.attributes = Some(attributes),
            TerminalResponse::Foreground(_)
            | TerminalResponse::Background(_)
            | TerminalResponse::Keyboard
            | TerminalResponse::WideMarks(_) => {}
        }
        let fence_has_come = if self.env.tmux { self.name.is_some() } else { self.attributes.is_some() };
        if fence_has_come {
            self.state = State::Done;
        }
    }

    /// Call after a resize, which may be due to another font size. Returns a query to send, if any.
    pub fn resized(&mut self, window: Option<Window>) -> Option<&'static str> {
        let before = self.env.cell();
        self.env.window = window;
        let now = self.env.cell();
        if self.is_querying() || !self.queried || (now.is_some() && now == before) {
            return None;
        }
        self.cells = None;
        if now.is_some() {
            self.cell = None;
        }
        // The old size stays until the new response comes.
        (self.cell.is_some() && !self.env.tmux).then_some(CELL)
    }

    /// Whether responses are expected.
    pub fn is_querying(&self) -> bool {
        self.state == State::Querying
    }

    /// Call when the terminal has run out of time: decides by the responses so far. Returns a query to repeat, if any: a
    /// tmux that has just started passes nothing through before its terminal is ready. A late response counts too.
    pub fn give_up(&mut self) -> Option<&'static str> {
        if !self.is_querying() {
            return None;
        }
        self.state = State::GaveUp;
        (self.env.tmux && self.name.is_none()).then_some(AROUND_TMUX)
    }

    /// The result. `None` before the start, and while responses are expected. A late response may still change it.
    pub fn finished(&self) -> Option<Graphics> {
        if matches!(self.state, State::NotStarted | State::Querying) {
            return None;
        }
        let (protocol, why) = match self.choice {
            PictureChoice::Auto => self.protocol(),
            PictureChoice::Kitty => (Some(Protocol::Kitty), chosen("kitty graphics")),
            PictureChoice::Sixel => (Some(Protocol::Sixel), chosen("sixels")),
            PictureChoice::Iterm2 => (Some(Protocol::Iterm2), chosen("iTerm2 images")),
            PictureChoice::Halfblocks => (Some(Protocol::Halfblocks), chosen("half-blocks")),
            PictureChoice::Off => (None, turned_off_by("--picture, CFIMG_PICTURE or config.toml") + "."),
        };
        let blocked_by = protocol.and_then(|protocol| self.blocks(protocol));
        let (protocol, why) = match blocked_by {
            None => (protocol, why),
            Some(Multiplexer::Tmux) => halfblocks("tmux's allow-passthrough is off."),
            Some(Multiplexer::Screen) => halfblocks("GNU screen doesn't pass pictures through."),
        };
        Some(Graphics {
            protocol,
            cell: self.cell_size(),
            tmux: self.env.tmux && !(protocol == Some(Protocol::Sixel) && self.claims_sixel()),
            blocked_by,
            truecolor: self.env.truecolor,
            wipe: self.wipe(protocol),
            why,
        })
    }

    /// Whether tmux, or else the terminal, claims to draw sixels.
    fn claims_sixel(&self) -> bool {
        self.attributes.as_ref().is_some_and(|attributes| attributes.contains(&SIXEL))
    }

    fn blocks(&self, protocol: Protocol) -> Option<Multiplexer> {
        if protocol == Protocol::Halfblocks || protocol == Protocol::Sixel && self.claims_sixel() {
            None
        } else if self.env.tmux {
            (self.env.passthrough == Some(false)).then_some(Multiplexer::Tmux)
        } else {
            self.env.screen.then_some(Multiplexer::Screen)
        }
    }

    fn wipe(&self, protocol: Option<Protocol>) -> Option<&'static str> {
        let stays = matches!(protocol, Some(Protocol::Iterm2 | Protocol::Sixel)) && !self.env.tmux;
        (stays && self.emulator().kind == Kind::Konsole).then_some(WIPE_KONSOLE)
    }

    /// The terminal by its response, or else by the environment.
    fn emulator(&self) -> Emulator {
        match &self.name {
            Some(name) => Emulator::named(name),
            None => Emulator::by_environment(&self.env),
        }
    }

    fn cell_size(&self) -> Option<(u16, u16)> {
        let by_all = || {
            let window = self.env.window?;
            per_cell(self.cells?, (window.columns, window.rows))
        };
        self.cell.or_else(|| self.env.cell()).or_else(by_all)
    }

    fn protocol(&self) -> (Option<Protocol>, String) {
        if !self.env.understands_queries() {
            let term = if self.env.term.is_empty() { "TERM isn't set" } else { &self.env.term };
            return halfblocks(&format!("this terminal ({}) can't be queried.", safe(term)));
        }
        let (tmux, sixel, emulator) = (self.env.tmux, self.claims_sixel(), self.emulator());
        let (name, version) = (emulator.name.as_str(), emulator.version);
        let kitty = || {
            let through = if tmux { "Through tmux: " } else { "" };
            (Some(Protocol::Kitty), format!("{through}{name} supports kitty graphics."))
        };
        let iterm2 = |why: &str| (Some(Protocol::Iterm2), format!("{name} supports iTerm2 images{why}"));
        match emulator.kind {
            Kind::Kitty if version >= (0, 28) => kitty(),
            Kind::Kitty if version == UNKNOWN_VERSION => {
                halfblocks(&format!("{name} didn't report its version; pictures need kitty 0.28 or newer."))
            }
            Kind::Kitty => halfblocks(&format!("{name} is too old; pictures need kitty 0.28 or newer.")),
            Kind::Ghostty => kitty(),
            // Inside tmux its pictures would stay behind, or appear in another pane.
            Kind::Iterm2 if !tmux => iterm2("."),
            Kind::Konsole if !tmux && version >= (22, 4) => iterm2("; its kitty graphics are incomplete."),
            // If its pictures are turned off, it does not claim sixels either.
            Kind::XtermJs if !tmux && sixel => iterm2("."),
            Kind::DrawsWrongly => halfblocks(&format!("{name}'s picture support is incomplete.")),
            _ if sixel => {
                let name = if tmux { "tmux" } else { name };
                (Some(Protocol::Sixel), format!("{name} supports sixels."))
            }
            _ if self.state == State::GaveUp && self.attributes.is_none() => {
                halfblocks("the terminal didn't respond in time.")
            }
            _ if tmux && self.name.is_none() => halfblocks(
                "tmux doesn't support sixels, and the terminal outside tmux doesn't respond; tmux's \
                 allow-passthrough may be off.",
            ),
            _ => halfblocks(&format!("{name} reports no picture support.")),
        }
    }
}

fn halfblocks(why: &str) -> (Option<Protocol>, String) {
    (Some(Protocol::Halfblocks), format!("Half-blocks: {why}"))
}

fn chosen(what: &str) -> String {
    format!("Pictures use {what}, as set by --picture, CFIMG_PICTURE or config.toml.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use Protocol::{Halfblocks, Iterm2, Kitty, Sixel};

    /// A terminal: `TERM`, `TERM_PROGRAM`, its responses to XTVERSION, DA1, CSI 16t and CSI 14t, the window in pixels.
    struct Real {
        term: &'static str,
        program: &'static str,
        name: Option<&'static str>,
        attributes: Option<&'static [u16]>,
        cell: Option<(u16, u16)>,
        cells: Option<(u16, u16)>,
        window: (u16, u16),
    }

    const SILENT: Real = Real {
        term: "xterm-256color",
        program: "",
        name: None,
        attributes: None,
        cell: None,
        cells: None,
        window: (0, 0),
    };

    fn env(real: &Real, tmux: bool) -> TerminalEnv {
        let window = Some(Window { columns: 100, rows: 30, width: real.window.0, height: real.window.1 });
        let term = if tmux { "tmux-256color" } else { real.term };
        let program = if tmux { "tmux" } else { real.program };
        TerminalEnv {
            term: term.into(),
            program: program.into(),
            truecolor: true,
            tmux,
            can_query: true,
            window,
            ..TerminalEnv::default()
        }
    }

    fn responses(real: &Real) -> Vec<TerminalResponse> {
        let name = real.name.map(|name| TerminalResponse::Version(name.to_owned()));
        let cell = real.cell.map(|(width, height)| TerminalResponse::Cell { width, height });
        let cells = real.cells.map(|(width, height)| TerminalResponse::Cells { width, height });
        let attributes = real.attributes.map(|attributes| TerminalResponse::Attributes(attributes.to_vec()));
        name.into_iter().chain(cell).chain(cells).chain(attributes).collect()
    }

    fn detected(real: &Real) -> Graphics {
        let (mut detection, queries) = Detection::start(&env(real, false), PictureChoice::Auto);
        assert!(queries.is_some());
        for response in responses(real) {
            assert_eq!(detection.finished(), None, "not before the fence");
            detection.answer(response);
        }
        assert_eq!(detection.give_up(), None);
        detection.finished().unwrap()
    }

    fn assert_detected(real: &Real, protocol: Protocol, cell: Option<(u16, u16)>) -> Graphics {
        let Real { name, term, program, .. } = real;
        let graphics = detected(real);
        assert_eq!(
            (graphics.protocol, graphics.cell),
            (Some(protocol), cell),
            "{name:?} {term} {program} {graphics:?}"
        );
        graphics
    }

    /// tmux responds to DA1 itself. The outer terminal responds to queries that pass through.
    fn in_tmux(real: &Real, attributes: &[u16], passes_through: bool) -> Graphics {
        let (mut detection, queries) = Detection::start(&env(real, true), PictureChoice::Auto);
        assert!(queries.unwrap().contains("\x1bPtmux;"));
        detection.answer(TerminalResponse::Attributes(attributes.to_vec()));
        assert_eq!(detection.finished(), None, "the outer terminal may still respond");
        if passes_through {
            detection.answer(TerminalResponse::Cell { width: 10, height: 19 });
            detection.answer(TerminalResponse::Version(real.name.unwrap().to_owned()));
            assert!(detection.finished().is_some());
        }
        assert_eq!(detection.give_up(), (!passes_through).then_some(AROUND_TMUX), "queried once more");
        assert_eq!(detection.give_up(), None);
        detection.finished().unwrap()
    }

    #[test]
    fn terminals_are_detected_by_recorded_responses() {
        let cell = Some((10, 19));
        let pixels = Real { cell, cells: Some((1000, 570)), window: (1000, 570), ..SILENT };
        for (real, protocol, cell) in [
            (
                Real {
                    term: "xterm",
                    name: Some("XTerm(379)"),
                    attributes: Some(&[1, 2, 4, 6, 9, 15, 16, 22, 28]),
                    window: (1004, 574),
                    ..pixels
                },
                Sixel,
                cell,
            ),
            (
                Real {
                    term: "xterm",
                    name: Some("XTerm(379)"),
                    attributes: Some(&[1, 2, 6, 9, 15, 16, 17, 18, 21, 22, 28]),
                    window: (1004, 574),
                    ..SILENT
                },
                Halfblocks,
                cell,
            ),
            (Real { name: Some("kitty(0.26.5)"), attributes: Some(&[]), ..pixels }, Halfblocks, cell),
            (Real { name: Some("kitty(0.28.0)"), attributes: Some(&[]), ..pixels }, Kitty, cell),
            (
                Real { term: "xterm-kitty", name: Some("kitty(0.41.1)"), attributes: Some(&[]), ..pixels },
                Kitty,
                cell,
            ),
            (
                Real { term: "foot", name: Some("foot(1.13.1)"), attributes: Some(&[4, 22]), ..pixels },
                Sixel,
                cell,
            ),
            (
                Real { term: "mlterm", attributes: Some(&[1, 2, 3, 4, 6, 7, 15, 18, 22, 29]), ..pixels },
                Sixel,
                cell,
            ),
            (
                Real {
                    term: "alacritty",
                    attributes: Some(&[]),
                    cells: Some((1000, 570)),
                    window: (1000, 570),
                    ..SILENT
                },
                Halfblocks,
                cell,
            ),
            (
                Real {
                    name: Some("Konsole 25.04.2"),
                    attributes: Some(&[1, 4]),
                    window: (1104, 532),
                    ..pixels
                },
                Iterm2,
                cell,
            ),
            (Real { name: Some("Konsole 21.12.3"), attributes: Some(&[1]), ..SILENT }, Halfblocks, None),
            (
                Real { name: Some("xterm.js(6.0.0)"), attributes: Some(&[4, 9, 22]), cell, ..SILENT },
                Iterm2,
                cell,
            ),
            (
                Real { program: "vscode", attributes: Some(&[4, 9, 22]), cells: Some((900, 540)), ..SILENT },
                Iterm2,
                Some((9, 18)),
            ),
            (Real { program: "vscode", attributes: Some(&[2]), ..SILENT }, Halfblocks, None),
        ] {
            let graphics = assert_detected(&real, protocol, cell);
            assert!(graphics.why.ends_with('.') && !graphics.tmux, "{graphics:?}");
        }
    }

    #[test]
    fn other_terminals_are_detected_by_documented_responses() {
        let cell = Some((10, 19));
        let pixels = Real { cell, cells: Some((1000, 570)), window: (1000, 570), ..SILENT };
        for (real, protocol, cell) in [
            (Real { name: Some("ghostty 1.2.0"), attributes: Some(&[22]), ..pixels }, Kitty, cell),
            (
                Real { name: Some("WezTerm 20240203-110809-5046fc22"), attributes: Some(&[4, 6]), ..pixels },
                Iterm2,
                cell,
            ),
            (Real { name: Some("iTerm2 3.5.0"), attributes: Some(&[4]), ..pixels }, Iterm2, cell),
            (Real { name: Some("contour 0.4.3"), attributes: Some(&[4]), ..pixels }, Halfblocks, cell),
            (Real { program: "iTerm.app", attributes: Some(&[]), ..SILENT }, Iterm2, None),
            (Real { program: "rio", attributes: Some(&[4]), ..SILENT }, Iterm2, None),
            (Real { term: "xterm-kitty", attributes: Some(&[]), ..SILENT }, Halfblocks, None),
            // xterm started from VS Code, and mlterm from iTerm2.
            (
                Real { program: "vscode", name: Some("XTerm(379)"), attributes: Some(&[]), ..SILENT },
                Halfblocks,
                None,
            ),
            (Real { program: "iTerm.app", term: "mlterm", attributes: Some(&[4]), ..SILENT }, Sixel, None),
            (SILENT, Halfblocks, None),
        ] {
            assert_detected(&real, protocol, cell);
        }
    }

    #[test]
    fn tmux_draws_sixels_or_passes_through() {
        let with = |name| Real { name: Some(name), window: (1000, 570), ..SILENT };
        for (name, attributes, passes_through, protocol) in [
            ("kitty(0.41.1)", &[2][..], true, Kitty),
            ("kitty(0.41.1)", &[2, 4], true, Kitty),
            ("kitty(0.41.1)", &[2], false, Halfblocks),
            ("kitty(0.26.5)", &[2], true, Halfblocks),
            ("ghostty 1.2.0", &[2], true, Kitty),
            ("XTerm(379)", &[2], true, Halfblocks),
            ("XTerm(379)", &[2, 4], true, Sixel),
            ("foot(1.21.0)", &[2, 4], false, Sixel),
            ("WezTerm 20240203", &[2], true, Halfblocks),
            ("Konsole 25.04.2", &[2], true, Halfblocks),
            ("xterm.js(6.0.0)", &[2, 4], true, Sixel),
        ] {
            let graphics = in_tmux(&with(name), attributes, passes_through);
            assert_eq!(
                graphics.protocol,
                Some(protocol),
                "{name} {attributes:?} {passes_through} {graphics:?}"
            );
            assert_eq!((graphics.tmux, graphics.cell), (protocol != Sixel, Some((10, 19))));
        }
        let invented = Real { window: (1600, 960), ..with("x") };
        assert_eq!(in_tmux(&invented, &[2], false).cell, None, "tmux reports 16×32 if it does not know");
        assert_eq!(detected(&Real { attributes: Some(&[]), ..invented }).cell, Some((16, 32)));
    }

    #[test]
    fn late_response_counts_unless_fence_has_come() {
        let (mut detection, _) = Detection::start(&env(&SILENT, false), PictureChoice::Auto);
        assert!(detection.is_querying());
        assert_eq!(detection.give_up(), None);
        assert_eq!(detection.finished().unwrap().protocol, Some(Halfblocks));
        detection.answer(TerminalResponse::Version("kitty(0.41.1)".into()));
        detection.answer(TerminalResponse::Attributes(vec![]));
        assert_eq!(detection.finished().unwrap().protocol, Some(Kitty));
        // The user pastes something that looks like a response.
        detection.answer(TerminalResponse::Version("iTerm2 3.5.0".into()));
        assert_eq!(detection.finished().unwrap().protocol, Some(Kitty));
    }

    #[test]
    fn resize_updates_the_cell() {
        let detect = |real: &Real| {
            let (mut detection, _) = Detection::start(&env(real, false), PictureChoice::Auto);
            for response in responses(real) {
                detection.answer(response);
            }
            detection
        };
        let cell = |detection: &Detection| detection.finished().unwrap().cell;
        let window = |columns, width| Some(Window { columns, rows: 30, width, height: width / 2 });
        // foot reports the size in the window and in responses.
        let mut foot =
            detect(&Real { attributes: Some(&[4]), cell: Some((10, 19)), window: (1000, 570), ..SILENT });
        assert_eq!(foot.resized(Some(Window { columns: 50, rows: 20, width: 500, height: 380 })), None);
        assert_eq!(cell(&foot), Some((10, 19)), "a larger window alone changes nothing");
        assert_eq!(foot.resized(window(50, 1000)), None);
        assert_eq!(cell(&foot), Some((20, 16)), "the window's size is newer than the response");
        // xterm.js only responds to queries.
        let mut xterm_js = detect(&Real { attributes: Some(&[4]), cell: Some((10, 19)), ..SILENT });
        assert_eq!(xterm_js.resized(window(50, 0)), Some(CELL));
        assert_eq!(cell(&xterm_js), Some((10, 19)), "until it responds");
        xterm_js.answer(TerminalResponse::Cell { width: 20, height: 38 });
        assert_eq!(cell(&xterm_js), Some((20, 38)));
        let (mut silent, _) = Detection::start(&env(&SILENT, false), PictureChoice::Off);
        assert_eq!(silent.resized(window(50, 0)), None);
    }

    #[test]
    fn users_choice_overrides_responses() {
        for (choice, protocol, sends) in [
            (PictureChoice::Kitty, Some(Kitty), true),
            (PictureChoice::Sixel, Some(Sixel), true),
            (PictureChoice::Iterm2, Some(Iterm2), true),
            (PictureChoice::Halfblocks, Some(Halfblocks), false),
            (PictureChoice::Off, None, false),
        ] {
            let (mut detection, queries) = Detection::start(&env(&SILENT, false), choice);
            assert_eq!((queries.is_some(), detection.is_querying()), (sends, sends), "{choice:?}");
            detection.answer(TerminalResponse::Version("foot(1.21.0)".into()));
            detection.answer(TerminalResponse::Cell { width: 8, height: 16 });
            detection.answer(TerminalResponse::Attributes(vec![4]));
            let graphics = detection.finished().unwrap();
            assert_eq!(
                (graphics.protocol, graphics.cell),
                (protocol, sends.then_some((8, 16))),
                "{choice:?}"
            );
        }
    }

    #[test]
    fn simple_terminal_is_not_queried() {
        for term in ["linux", "dumb", ""] {
            let env = TerminalEnv { term: term.into(), ..env(&SILENT, false) };
            let (detection, queries) = Detection::start(&env, PictureChoice::Auto);
            assert_eq!((queries, detection.finished().unwrap().protocol), (None, Some(Halfblocks)), "{term}");
        }
        let env = TerminalEnv { can_query: false, ..env(&SILENT, false) };
        assert_eq!(Detection::start(&env, PictureChoice::Sixel).1, None);
        let (detection, _) = Detection::start(&env, PictureChoice::Sixel);
        assert_eq!(detection.finished().unwrap().protocol, Some(Sixel), "the user's choice counts");
    }

    #[test]
    fn queries_ask_only_for_unknown_sizes() {
        let queries = |real: &Real| Detection::start(&env(real, false), PictureChoice::Auto).1.unwrap();
        assert_eq!(queries(&SILENT), "\x1b[>q\x1b[16t\x1b[14t\x1b[c");
        assert_eq!(queries(&Real { window: (1000, 570), ..SILENT }), "\x1b[>q\x1b[16t\x1b[c");
    }

    /// The graphics for a choice in this environment, if the response to DA1 has these attributes.
    fn chosen_in(env: &TerminalEnv, choice: PictureChoice, attributes: &[u16]) -> Graphics {
        let (mut detection, _) = Detection::start(env, choice);
        detection.answer(TerminalResponse::Attributes(attributes.to_vec()));
        _ = detection.give_up();
        detection.finished().unwrap()
    }

    #[test]
    fn multiplexer_without_passthrough_gets_half_blocks() {
        let tmux = |passthrough| TerminalEnv { passthrough, ..env(&SILENT, true) };
        let screen = TerminalEnv { screen: true, term: "screen-256color".into(), ..env(&SILENT, false) };
        for choice in [PictureChoice::Kitty, PictureChoice::Iterm2, PictureChoice::Sixel] {
            let off = chosen_in(&tmux(Some(false)), choice, &[1, 2]);
            assert_eq!(
                (off.protocol, off.blocked_by),
                (Some(Halfblocks), Some(Multiplexer::Tmux)),
                "{choice:?}"
            );
            for passes in [tmux(Some(true)), tmux(None)] {
                let on = chosen_in(&passes, choice, &[1, 2]);
                assert!(on.protocol != Some(Halfblocks) && on.blocked_by.is_none() && on.tmux, "{on:?}");
            }
            let off = chosen_in(&screen, choice, &[1, 2]);
            assert_eq!(
                (off.protocol, off.blocked_by),
                (Some(Halfblocks), Some(Multiplexer::Screen)),
                "{choice:?}"
            );
        }
        let blocks = chosen_in(&tmux(Some(false)), PictureChoice::Halfblocks, &[]);
        assert_eq!((blocks.protocol, blocks.blocked_by), (Some(Halfblocks), None));
    }

    #[test]
    fn tmux_with_sixel_support_gets_unwrapped_sixels() {
        let env = TerminalEnv { passthrough: Some(false), ..env(&SILENT, true) };
        for choice in [PictureChoice::Auto, PictureChoice::Sixel] {
            let graphics = chosen_in(&env, choice, &[1, 2, 4]);
            assert_eq!((graphics.protocol, graphics.blocked_by, graphics.tmux), (Some(Sixel), None, false));
        }
    }
}
