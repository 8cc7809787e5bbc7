//! The 240 colours that terminals without true colour agree on: a cube of six steps a side, and 24 greys.

/// The steps of the cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
/// The number of the cube's first colour: the sixteen before are the user's own.
const CUBE: u8 = 16;
/// The number of the first grey.
const GREYS: u8 = 232;

/// The number of the nearest colour among the 256 of a terminal.
///
/// ```
/// assert_eq!(cfimg::picture::nearest_of_256([255, 0, 0]), 196);
/// ```
pub fn nearest_of_256(rgb: [u8; 3]) -> u8 {
    let steps = rgb.map(nearest_step);
    let cube = CUBE + 36 * steps[0] + 6 * steps[1] + steps[2];
    let mean = u8::try_from(rgb.iter().map(|&part| u16::from(part)).sum::<u16>() / 3).unwrap_or(u8::MAX);
    let grey = GREYS + (mean.saturating_sub(3) / 10).min(23);
    if distance(rgb, of_256(grey)) < distance(rgb, of_256(cube)) { grey } else { cube }
}

/// The colour that a number from 16 on stands for.
pub(super) fn of_256(number: u8) -> [u8; 3] {
    if number >= GREYS {
        return [8 + 10 * (number - GREYS); 3];
    }
    let number = number.saturating_sub(CUBE);
    [number / 36, number / 6 % 6, number % 6].map(|step| STEPS[usize::from(step)])
}

fn nearest_step(part: u8) -> u8 {
    let nearest = (0_u8..).zip(STEPS).min_by_key(|(_, step)| step.abs_diff(part));
    nearest.map_or(0, |(at, _)| at)
}

/// How far colours are from each other, the eye's sense for green and its want of it for blue counted.
fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    let parts = a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2));
    parts.zip([3, 6, 1]).map(|(part, weight)| part * weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_find_their_number() {
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
    fn what_is_in_the_palette_stays() {
        for number in 16..=255 {
            let rgb = of_256(number);
            assert_eq!(of_256(nearest_of_256(rgb)), rgb);
        }
    }
}
