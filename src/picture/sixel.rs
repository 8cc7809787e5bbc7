//! Encodes sixels. The protocol has colours in percent. If a picture has few enough of them, they are exact.
//!
//! Otherwise a palette is chosen in sRGB, and missing colours are dithered.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use image::RgbaImage;
use quantette::deps::palette::Srgb;
use quantette::kmeans::{Kmeans, KmeansOptions};
use quantette::wu::{BinnerU8x3, WuU8x3};
use quantette::{PaletteBuf, PaletteSize};

/// The most colours that terminals support.
const MAX_COLORS: usize = 256;
/// The number of percentages.
const LEVELS: usize = 101;
/// The most pixels to refine the palette with. More take longer and change little.
const MAX_SAMPLES: u32 = 16_384;
/// The share of an error that is diffused, in 128ths. Diffusing all of it makes worm-like patterns.
const DIFFUSION: i32 = 112;
/// The largest difference, of 255, at which a palette colour is used without dithering, which would only add speckles.
const CLOSE: u8 = 2;

const MISSING: u16 = u16::MAX;

type Percents = [u8; 3];

/// Encodes a picture as sixels. Its cells are cleared first.
pub(super) fn encode(image: &RgbaImage, (columns, rows): (u16, u16), is_in_tmux: bool) -> String {
    let (palette, indices) = quantized(image);
    let (width, height) = image.dimensions();
    // A single row may be the last one of the screen, where the cursor cannot move down.
    let (mut text, back) = if rows == 1 {
        (format!("\x1b[{columns}X"), String::new())
    } else {
        (format!("\x1b[{columns}X\x1b[1B").repeat(rows.into()), format!("\x1b[{rows}A"))
    };
    // Writing to a string cannot fail.
    let _ = write!(text, "{back}\x1bP0;1q\"1;1;{width};{height}");
    for (number, [r, g, b]) in palette.iter().enumerate() {
        let _ = write!(text, "#{number};2;{r};{g};{b}");
    }
    let width = width as usize;
    let mut rows: Vec<Vec<u8>> = vec![Vec::new(); palette.len()];
    for band in indices.chunks(width.max(1) * 6) {
        for (y, line) in band.chunks(width).enumerate() {
            for (x, index) in line.iter().enumerate() {
                let row = &mut rows[usize::from(*index)];
                if row.is_empty() {
                    row.resize(width, 0);
                }
                row[x] |= 1 << y;
            }
        }
        for (number, row) in rows.iter_mut().enumerate().filter(|(_, row)| !row.is_empty()) {
            let _ = write!(text, "#{number}");
            for run in row.chunk_by(|a, b| a == b) {
                let sixel = char::from(b'?' + run[0]);
                if run.len() > 3 {
                    let _ = write!(text, "!{}{sixel}", run.len());
                } else {
                    text.extend(run.iter().map(|_| sixel));
                }
            }
            text.push('$');
            row.clear();
        }
        text.push('-');
    }
    text.push_str("\x1b\\");
    if is_in_tmux { format!("\x1bPtmux;{}\x1b\\", text.replace('\x1b', "\x1b\x1b")) } else { text }
}

/// A palette, and each pixel's index in it.
fn quantized(image: &RgbaImage) -> (Vec<Percents>, Vec<u8>) {
    if let Some(colors) = few_colors(image) {
        let nearest = &mut Nearest::new(colors);
        let indices = image.pixels().map(|pixel| nearest.index(percents(pixel.0))).collect();
        return (nearest.palette.clone(), indices);
    }
    let nearest = &mut Nearest::new(chosen_colors(image));
    let indices = dithered(image, nearest);
    (nearest.palette.clone(), indices)
}

/// The picture's colours. `None` if there are too many for the terminal.
fn few_colors(image: &RgbaImage) -> Option<BTreeSet<Percents>> {
    let mut colors = BTreeSet::new();
    let mut last = None;
    for pixel in image.pixels() {
        let color = percents(pixel.0);
        if last != Some(color) && colors.insert(color) && colors.len() > MAX_COLORS {
            return None;
        }
        last = Some(color);
    }
    Some(colors)
}

fn chosen_colors(image: &RgbaImage) -> BTreeSet<Percents> {
    let pixels: Vec<Srgb<u8>> = image.pixels().map(|pixel| Srgb::new(pixel[0], pixel[1], pixel[2])).collect();
    let Ok(histogram) = WuU8x3::run_slice(&pixels, BinnerU8x3::rgb()) else { return BTreeSet::new() };
    let wide = |color: Srgb<u8>| Srgb::new(color.red.into(), color.green.into(), color.blue.into());
    let palette: PaletteBuf<Srgb<f32>> = histogram.palette(PaletteSize::MAX).map(wide);
    let pixels: Vec<Srgb<f32>> = pixels.into_iter().map(wide).collect();
    let options = KmeansOptions::new().max_samples(MAX_SAMPLES);
    let Ok(refined) = Kmeans::run_slice(&pixels, palette, options) else { return BTreeSet::new() };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let percent = |part: f32| ((part * 100.0 / 255.0 + 0.5) as u8).min(100);
    refined.into_palette().iter().map(|color| [color.red, color.green, color.blue].map(percent)).collect()
}

/// Floyd-Steinberg dithering, every other row from right to left.
fn dithered(image: &RgbaImage, nearest: &mut Nearest) -> Vec<u8> {
    let width = image.width() as usize;
    let mut indices = vec![0; width * image.height() as usize];
    // In 16ths, with a margin of one pixel on both sides.
    let (mut errors, mut next) = (vec![[0_i32; 3]; width + 2], vec![[0_i32; 3]; width + 2]);
    for (y, line) in indices.chunks_mut(width.max(1)).enumerate() {
        let is_reversed = y % 2 == 1;
        for step in 0..width {
            let x = if is_reversed { width - 1 - step } else { step };
            let [r, g, b, _] = image.as_raw().as_chunks().0[y * width + x];
            let color = [r, g, b];
            let index = nearest.index(percents(color));
            let own = nearest.levels(index);
            if color.iter().zip(own).all(|(a, b)| a.abs_diff(b) <= CLOSE) {
                line[x] = index;
                continue;
            }
            let mut target = [0_i32; 3];
            let mut clamped = [0_u8; 3];
            for part in 0..3 {
                target[part] = i32::from(color[part]) + (errors[x + 1][part] + 8) / 16;
                clamped[part] = u8::try_from(target[part].clamp(0, 255)).unwrap_or(0);
            }
            let index = nearest.index(percents(clamped));
            line[x] = index;
            let (ahead, behind) = if is_reversed { (x, x + 2) } else { (x + 2, x) };
            for (part, level) in nearest.levels(index).into_iter().enumerate() {
                let error = (i32::from(clamped[part]) - i32::from(level)) * DIFFUSION / 128;
                errors[ahead][part] += error * 7;
                next[behind][part] += error * 3;
                next[x + 1][part] += error * 5;
                next[ahead][part] += error;
            }
        }
        std::mem::swap(&mut errors, &mut next);
        next.fill([0; 3]);
    }
    indices
}

/// Finds the nearest colour in a palette.
struct Nearest {
    palette: Vec<Percents>,
    /// The palette by channel, which is faster to search.
    channels: [Vec<i32>; 3],
    /// The palette index by colour. `MISSING` if the colour is not in the palette.
    exact: Vec<u16>,
    /// A cache of indices by colour in steps of two percent. `MISSING` if not searched yet.
    near: Vec<u16>,
}

impl Nearest {
    fn new(palette: BTreeSet<Percents>) -> Self {
        let palette: Vec<_> = palette.into_iter().collect();
        let mut exact = vec![MISSING; LEVELS.pow(3)];
        for (number, color) in palette.iter().enumerate() {
            exact[place(*color, LEVELS)] = u16::try_from(number).unwrap_or(MISSING);
        }
        let channels = [0, 1, 2].map(|part| palette.iter().map(|color| i32::from(color[part])).collect());
        Self { palette, channels, exact, near: vec![MISSING; LEVELS.div_ceil(2).pow(3)] }
    }

    fn index(&mut self, color: Percents) -> u8 {
        let exact = self.exact[place(color, LEVELS)];
        let half = color.map(|part| part / 2);
        let near = &mut self.near[place(half, LEVELS.div_ceil(2))];
        if exact == MISSING && *near == MISSING {
            let [r, g, b] = half.map(|part| i32::from(part) * 2);
            let [reds, greens, blues] = &self.channels;
            let others = reds.iter().zip(greens).zip(blues).zip(0..256);
            // The distance is in the high bits and the index in the low bits, so that the minimum gives the nearest.
            let sums = others.map(|(((red, green), blue), number)| {
                let distance = (red - r) * (red - r) + (green - g) * (green - g) + (blue - b) * (blue - b);
                distance * 256 + number
            });
            *near = u16::try_from(sums.fold(i32::MAX, i32::min) % 256).unwrap_or(0);
        }
        u8::try_from(if exact == MISSING { *near } else { exact }).unwrap_or(0)
    }

    /// The colour that a terminal shows for a palette index, from 0 to 255.
    fn levels(&self, index: u8) -> [u8; 3] {
        self.palette[usize::from(index)]
            .map(|percent| u8::try_from((u32::from(percent) * 255 + 50) / 100).unwrap_or(255))
    }
}

fn place([r, g, b]: Percents, levels: usize) -> usize {
    (usize::from(r) * levels + usize::from(g)) * levels + usize::from(b)
}

fn percents<const N: usize>(color: [u8; N]) -> Percents {
    [0, 1, 2].map(|part| u8::try_from((u32::from(color[part]) * 100 + 127) / 255).unwrap_or(100))
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    #[test]
    fn few_colors_are_exact_to_the_percent() {
        let image =
            RgbaImage::from_fn(2, 7, |x, _| Rgba(if x == 0 { [255, 0, 0, 255] } else { [0, 128, 51, 255] }));
        let sixels = "\x1b[1X\x1bP0;1q\"1;1;2;7#0;2;0;50;20#1;2;100;0;0#0?~$#1~?$-#0?@$#1@?$-\x1b\\";
        assert_eq!(encode(&image, (1, 1), false), sixels);
        let in_tmux = format!("\x1bPtmux;{}\x1b\\", sixels.replace('\x1b', "\x1b\x1b"));
        assert_eq!(encode(&image, (1, 1), true), in_tmux);
    }

    /// The mean difference between a picture and its quantized form, over all channels.
    fn mean_error(image: &RgbaImage) -> f64 {
        let (palette, indices) = quantized(image);
        let nearest = Nearest::new(palette.into_iter().collect());
        let sum: u32 = image
            .pixels()
            .zip(indices)
            .flat_map(|(pixel, index)| {
                let [r, g, b] = nearest.levels(index);
                [pixel[0].abs_diff(r), pixel[1].abs_diff(g), pixel[2].abs_diff(b)].map(u32::from)
            })
            .sum();
        f64::from(sum) / f64::from(image.width() * image.height() * 3)
    }

    /// Discs with smooth edges on a flat background.
    fn logo() -> RgbaImage {
        RgbaImage::from_fn(160, 120, |x, y| {
            let (disc, color) = if x < 80 { (40.0, [200_u8, 40, 30]) } else { (120.0, [30, 90, 200]) };
            let inside = (50.5 - (f64::from(x) - disc).hypot(f64::from(y) - 60.0)).clamp(0.0, 1.0);
            let parts = color.map(|part| 250.0 + (f64::from(part) - 250.0) * inside);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
            let [r, g, b] = parts.map(|part| part as u8);
            Rgba([r, g, b, 255])
        })
    }

    #[test]
    fn flat_areas_are_not_dithered() {
        let image = logo();
        assert!(mean_error(&image) < 0.9, "{}", mean_error(&image));
        let (palette, indices) = quantized(&image);
        for (x, y) in [(40, 60), (120, 60), (2, 2)] {
            let at = usize::try_from(y * 160 + x).unwrap();
            assert_eq!(palette[usize::from(indices[at])], percents(image.get_pixel(x, y).0));
        }
    }

    #[test]
    fn dithered_gradient_has_right_mean_color() {
        let image = RgbaImage::from_fn(128, 96, |x, y| {
            let [r, g] = [x * 2, y * 8 / 3].map(|part| u8::try_from(part).unwrap_or(255));
            Rgba([r, g, 128, 255])
        });
        assert!(few_colors(&image).is_none());
        assert!(mean_error(&image) < 5.0, "{}", mean_error(&image));
        let (palette, indices) = quantized(&image);
        let nearest = Nearest::new(palette.into_iter().collect());
        // The mean of 8 by 8 pixels is more exact than single pixels.
        let mut sum = [0_i32; 2];
        for y in 40..48 {
            for x in 40..48 {
                let levels = nearest.levels(indices[usize::try_from(y * 128 + x).unwrap()]);
                let pixel = image.get_pixel(x, y);
                for part in 0..2 {
                    sum[part] += i32::from(levels[part]) - i32::from(pixel[part]);
                }
            }
        }
        assert!(sum.iter().all(|sum| sum.abs() < 64 * 2), "{sum:?}");
    }
}
