//! The colours of the built-in themes.

use ratatui::style::Color;

use crate::domain::Rgb;

/// Colours by role. `Reset` is no colour: the default foreground.
#[derive(Debug)]
pub(super) struct Palette {
    pub(super) accent: Color,
    pub(super) mark: Color,
    pub(super) success: Color,
    pub(super) warning: Color,
    pub(super) problem: Color,
    /// The border of a pane without the focus.
    pub(super) border: Color,
}

pub(super) const MONO: Palette = Palette {
    accent: Color::Reset,
    mark: Color::Reset,
    success: Color::Reset,
    warning: Color::Reset,
    problem: Color::Reset,
    border: Color::Reset,
};

/// The terminal's own 16 colours on an unknown background.
pub(super) const ANSI: Palette = Palette {
    accent: Color::Magenta,
    mark: Color::Magenta,
    success: Color::Green,
    warning: Color::Yellow,
    problem: Color::Red,
    border: Color::Reset,
};

pub(super) const ANSI_DARK: Palette = Palette { accent: Color::Cyan, ..ANSI };

/// Green and yellow vanish on white.
pub(super) const ANSI_LIGHT: Palette =
    Palette { accent: Color::Blue, success: Color::Reset, warning: Color::Reset, ..ANSI };

/// Those of the 16 colours that are visible on black and on white.
pub(super) const ANSI_MIDDLE: Palette = Palette { accent: Color::Magenta, ..ANSI_LIGHT };

// The indices from 22 on are fixed, and so is 16: some colour schemes change those below.

pub(super) const BLACK: Color = Color::Indexed(16);
pub(super) const WHITE: Color = Color::Indexed(231);

/// For any background: 3:1 on black and on white.
pub(super) const MIDDLE: Palette = Palette {
    accent: Color::Indexed(33),
    mark: Color::Indexed(164),
    success: Color::Indexed(28),
    warning: Color::Indexed(136),
    problem: Color::Indexed(196),
    border: Color::Indexed(244),
};

pub(super) const DARK: Palette = Palette {
    accent: Color::Indexed(75),
    mark: Color::Indexed(213),
    success: Color::Indexed(114),
    warning: Color::Indexed(220),
    problem: Color::Indexed(210),
    border: Color::Indexed(243),
};

pub(super) const LIGHT: Palette = Palette {
    accent: Color::Indexed(25),
    mark: Color::Indexed(90),
    success: Color::Indexed(22),
    warning: Color::Indexed(94),
    problem: Color::Indexed(124),
    border: Color::Indexed(245),
};

/// The value of a fixed colour. `None` if the terminal's user may have changed it.
pub(super) fn rgb(color: Color) -> Option<Rgb> {
    let Color::Indexed(index) = color else { return None };
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match index {
        0..16 => None,
        16..232 => {
            let index = index - 16;
            Some([index / 36, index / 6 % 6, index % 6].map(level))
        }
        232.. => Some([8 + 10 * (index - 232); 3]),
    }
}

/// The parameters of SGR for a foreground of these palettes. Empty if it is no colour.
pub(super) fn sgr(color: Color) -> String {
    let number = match color {
        Color::Indexed(index) => return format!("38;5;{index}"),
        Color::Red => 31,
        Color::Green => 32,
        Color::Yellow => 33,
        Color::Blue => 34,
        Color::Magenta => 35,
        Color::Cyan => 36,
        _ => return String::new(),
    };
    number.to_string()
}
