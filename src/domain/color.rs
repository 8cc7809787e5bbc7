//! Colours of the terminal.

/// Red, green and blue.
pub type Rgb = [u8; 3];

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColorDepth {
    /// Its own 16, which its user may have changed.
    #[default]
    Ansi,
    /// 256, of which all but the first 16 are the same everywhere.
    Indexed,
    /// All.
    Rgb,
}

/// WCAG's relative luminance, from 0 to 1.
pub fn luminance(color: Rgb) -> f32 {
    let [red, green, blue] = color.map(|value| {
        let value = f32::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// WCAG's contrast ratio, from 1 to 21.
pub fn contrast(a: Rgb, b: Rgb) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Whether black is easier to read on this background than white.
pub fn is_light(background: Rgb) -> bool {
    contrast(background, [0; 3]) > contrast(background, [255; 3])
}

/// `percent` of `color` on `background`.
pub fn mix(background: Rgb, color: Rgb, percent: u16) -> Rgb {
    let mut mixed = background;
    for (value, color) in mixed.iter_mut().zip(color) {
        let sum = u16::from(*value) * (100 - percent) + u16::from(color) * percent;
        *value = u8::try_from(sum / 100).unwrap_or(u8::MAX);
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        for (a, b, expected) in [
            ([0; 3], [255; 3], 21.0),
            ([255; 3], [0; 3], 21.0),
            ([0x77; 3], [255; 3], 4.48),
            ([255, 0, 0], [255; 3], 4.0),
        ] {
            assert!((contrast(a, b) - expected).abs() < 0.01, "{a:?} {b:?}: {}", contrast(a, b));
        }
    }

    #[test]
    fn backgrounds_are_light_or_dark() {
        for dark in [[0; 3], [0x1e, 0x1e, 0x2e], [0, 0x2b, 0x36], [0, 0, 255], [0x70; 3]] {
            assert!(!is_light(dark), "{dark:?}");
        }
        for light in [[255; 3], [0xfd, 0xf6, 0xe3], [255, 255, 0], [0x80; 3]] {
            assert!(is_light(light), "{light:?}");
        }
    }

    #[test]
    fn mix_goes_from_one_color_to_the_other() {
        assert_eq!(mix([0, 100, 255], [255, 0, 255], 0), [0, 100, 255]);
        assert_eq!(mix([0, 100, 255], [255, 0, 255], 20), [51, 80, 255]);
        assert_eq!(mix([0, 100, 255], [255, 0, 255], 100), [255, 0, 255]);
    }
}
