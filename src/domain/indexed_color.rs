//! Colours by number: the terminal's own 16, and the 240 that are equal in all terminals: a cube of six levels a side, and
//! 24 greys.

use std::sync::LazyLock;

use quantette::deps::palette::{self, FromColor as _, Srgb};

use super::color::Rgb;

/// xterm's values of the first sixteen, which users change.
const XTERM: [Rgb; 16] = [
    [0; 3],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229; 3],
    [127; 3],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255; 3],
];

/// The levels of the cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
/// The number of the cube's first colour. The sixteen before it are the terminal's own.
const CUBE: u8 = 16;
/// The number of the first grey.
const GREYS: u8 = 232;

/// Weights of a difference in hue, in chroma, and of a loss of chroma. A difference in lightness has weight 1. Losing
/// chroma costs more, because the cube has few dark colours and a grey is always near.
const HUE: f32 = 4.0;
const CHROMA: f32 = 2.0;
const CHROMA_LOST: f32 = 6.0;

/// The number of the 256-colour palette's colour that looks most like `rgb`.
///
/// ```
/// assert_eq!(cfimg::domain::indexed_color::nearest_of_256([255, 0, 0]), 196);
/// ```
pub fn nearest_of_256(rgb: Rgb) -> u8 {
    if let Some(number) = number_of(rgb) {
        return number;
    }
    let oklab = Oklab::from_rgb(rgb);
    let distances = (CUBE..=u8::MAX).zip(PALETTE.iter()).map(|(number, one)| (number, oklab.distance(one)));
    distances.min_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(CUBE, |(number, _)| number)
}

/// The number of the terminal's own colour that looks most like `rgb` in xterm: the hue decides, then the lightness. By
/// distance alone, pale colours would be greys.
pub fn nearest_of_16(rgb: Rgb) -> u8 {
    const GREY: f32 = 0.06;
    const BRIGHT: u8 = 8;

    let color = Oklab::from_rgb(rgb);
    let own = |number: u8| Oklab::from_rgb(color_of(number));
    let aside = |number: &u8| (own(*number).lightness - color.lightness).abs();
    let as_light = |numbers: &[u8]| {
        numbers.iter().copied().min_by(|a, b| aside(a).total_cmp(&aside(b))).unwrap_or_default()
    };
    if color.chroma < GREY {
        return as_light(&[0, BRIGHT, 7, BRIGHT + 7]);
    }
    let difference = |number: &u8| color.hue_difference(&own(*number));
    let hue = (1..7).min_by(|a, b| difference(a).total_cmp(&difference(b))).unwrap_or_default();
    as_light(&[hue, hue + BRIGHT])
}

/// The colour of a number. xterm's, if the terminal's user may have changed it.
pub fn color_of(number: u8) -> Rgb {
    XTERM.get(usize::from(number)).copied().unwrap_or_else(|| of_256(number))
}

/// The colour of a number from 16 on.
pub fn of_256(number: u8) -> Rgb {
    if number >= GREYS {
        return [8 + 10 * (number - GREYS); 3];
    }
    let number = number.saturating_sub(CUBE);
    [number / 36, number / 6 % 6, number % 6].map(|step| STEPS[usize::from(step)])
}

/// The number of a colour that is in the palette. A shortcut: the pixels of half-blocks are palette colours already.
fn number_of(rgb: Rgb) -> Option<u8> {
    let step = |part| (0_u8..).zip(STEPS).find(|(_, step)| *step == part).map(|(at, _)| at);
    if let [Some(r), Some(g), Some(b)] = rgb.map(step) {
        return Some(CUBE + 36 * r + 6 * g + b);
    }
    let grey = GREYS.checked_add(rgb[0].checked_sub(8)? / 10)?;
    (of_256(grey) == rgb).then_some(grey)
}

/// A colour in the perceptual colour space Oklab: <https://bottosson.github.io/posts/oklab/>.
#[derive(Debug, Clone, Copy)]
struct Oklab {
    lightness: f32,
    /// From green to red, and from blue to yellow.
    ab: [f32; 2],
    /// The distance from grey.
    chroma: f32,
}

static PALETTE: LazyLock<Vec<Oklab>> =
    LazyLock::new(|| (CUBE..=u8::MAX).map(|number| Oklab::from_rgb(of_256(number))).collect());

impl Oklab {
    fn from_rgb(rgb: Rgb) -> Self {
        let color = palette::Oklab::from_color(Srgb::from(rgb).into_format::<f32>());
        Self { lightness: color.l, ab: [color.a, color.b], chroma: color.a.hypot(color.b) }
    }

    /// The difference in hue, in turns: at most a half.
    fn hue_difference(&self, other: &Self) -> f32 {
        let hue = |color: &Self| color.ab[1].atan2(color.ab[0]) / std::f32::consts::TAU;
        let difference = (hue(self) - hue(other)).abs();
        difference.min(1.0 - difference)
    }

    /// The squared perceptual distance.
    fn distance(&self, other: &Self) -> f32 {
        let square = |part: f32| part * part;
        let lost = self.chroma - other.chroma;
        let aside = square(self.ab[0] - other.ab[0]) + square(self.ab[1] - other.ab[1]);
        let weight = if lost > 0.0 { CHROMA_LOST } else { CHROMA };
        square(self.lightness - other.lightness) + HUE * (aside - square(lost)) + weight * square(lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_palette_color_by_number() {
        for (rgb, number) in [
            ([0, 0, 0], 16),
            ([255, 255, 255], 231),
            ([255, 0, 0], 196),
            ([0, 95, 135], 24),
            ([8, 8, 8], 232),
            ([238, 238, 238], 255),
            ([128, 128, 128], 244),
            ([250, 100, 90], 203),
        ] {
            assert_eq!(nearest_of_256(rgb), number, "{rgb:?}");
        }
    }

    #[test]
    fn dark_colors_keep_their_hue() {
        for (rgb, looks_like) in [
            // From the demo's icon. The cube's darkest blue is near.
            ([58, 63, 128], [95, 95, 175]),
            ([46, 51, 112], [0, 0, 95]),
            ([10, 20, 60], [0, 0, 95]),
            ([60, 20, 70], [95, 0, 95]),
            ([20, 80, 75], [0, 95, 95]),
            // Colours that are nearly grey become grey.
            ([60, 40, 30], [48, 48, 48]),
            ([30, 33, 30], [28, 28, 28]),
        ] {
            assert_eq!(of_256(nearest_of_256(rgb)), looks_like, "{rgb:?}");
        }
    }

    #[test]
    fn nearest_of_16_has_the_same_hue() {
        for (rgb, number) in [
            ([0, 0, 0], 0),
            ([0x28, 0x2a, 0x36], 0),
            ([0x6c, 0x70, 0x86], 8),
            ([0xcd, 0xd6, 0xf4], 7),
            ([255, 255, 255], 15),
            // Tokyo Night, Catppuccin and Dracula.
            ([0x7a, 0xa2, 0xf7], 12),
            ([0x9e, 0xce, 0x6a], 2),
            ([0xe0, 0xaf, 0x68], 3),
            ([0xf7, 0x76, 0x8e], 9),
            ([0xcb, 0xa6, 0xf7], 13),
            ([0x89, 0xdc, 0xeb], 14),
            ([0xff, 0x79, 0xc6], 13),
            ([0x8b, 0, 0], 1),
        ] {
            assert_eq!(nearest_of_16(rgb), number, "{rgb:?}");
        }
        for number in 0..16 {
            assert_eq!(nearest_of_16(color_of(number)), number);
        }
    }

    #[test]
    fn palette_colors_stay() {
        for number in 16..=255 {
            let rgb = of_256(number);
            assert_eq!(of_256(nearest_of_256(rgb)), rgb);
        }
    }
}
