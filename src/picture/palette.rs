//! The 240 colours that are equal in all 256-colour terminals: a cube of six levels a side, and 24 greys.

use std::sync::LazyLock;

use quantette::deps::palette::{self, FromColor as _, Srgb};

/// The levels of the cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
/// The number of the cube's first colour. The sixteen before it depend on the user's theme.
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
/// assert_eq!(cfimg::picture::nearest_of_256([255, 0, 0]), 196);
/// ```
pub fn nearest_of_256(rgb: [u8; 3]) -> u8 {
    if let Some(number) = number_of(rgb) {
        return number;
    }
    let oklab = Oklab::from_rgb(rgb);
    let distances = (CUBE..=u8::MAX).zip(PALETTE.iter()).map(|(number, one)| (number, oklab.distance(one)));
    distances.min_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(CUBE, |(number, _)| number)
}

/// The colour of a number from 16 on.
pub(super) fn of_256(number: u8) -> [u8; 3] {
    if number >= GREYS {
        return [8 + 10 * (number - GREYS); 3];
    }
    let number = number.saturating_sub(CUBE);
    [number / 36, number / 6 % 6, number % 6].map(|step| STEPS[usize::from(step)])
}

/// The number of a colour that is in the palette. A shortcut: the pixels of half-blocks are palette colours already.
fn number_of(rgb: [u8; 3]) -> Option<u8> {
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
    fn from_rgb(rgb: [u8; 3]) -> Self {
        let color = palette::Oklab::from_color(Srgb::from(rgb).into_format::<f32>());
        Self { lightness: color.l, ab: [color.a, color.b], chroma: color.a.hypot(color.b) }
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
    fn palette_colors_stay() {
        for number in 16..=255 {
            let rgb = of_256(number);
            assert_eq!(of_256(nearest_of_256(rgb)), rgb);
        }
    }
}
