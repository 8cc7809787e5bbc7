//! Encodes sixels. The protocol has colours in percent. If a picture has few enough of them, they are exact.
//!
//! Otherwise a palette is chosen in sRGB, and missing colours are dithered.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU16, Ordering};

use image::RgbaImage;
use quantette::deps::palette::Srgb;
use quantette::kmeans::{Kmeans, KmeansOptions};
use quantette::wu::{BinnerU8x3, WuU8x3};
use quantette::{PaletteBuf, PaletteSize};

use crate::domain::parallel::in_parallel;

/// The most colours that terminals support.
const MAX_COLORS: usize = 256;
/// About how many pixels the palette is chosen from, and the most to refine it with. More take longer and change little.
const SAMPLES: usize = 32_768;
const MAX_REFINING_SAMPLES: u32 = 8192;
/// The share of an error that is diffused, in 128ths. Diffusing all of it makes worm-like patterns.
const DIFFUSION: i32 = 112;
/// The largest difference, of 255, at which a palette colour is used without dithering, which would only add speckles.
const CLOSE: i32 = 2;
/// The rows of a band.
const BAND: usize = 6;
/// Rows that are encoded at once: whole bands.
const STRIPE: usize = 16 * BAND;
/// Rows above a stripe from which errors are diffused into it, so that its edge cannot be seen.
const ROWS_ABOVE: usize = 8;

type Percents = [u8; 3];

/// The percentage of each value of a channel.
const PERCENTS: [u8; 256] = {
    let mut percents = [0; 256];
    let mut value = 0;
    while value < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "it is at most 100")]
        let percent = ((value * 100 + 127) / 255) as u8;
        percents[value] = percent;
        value += 1;
    }
    percents
};

/// Encodes a picture as sixels. Its cells are cleared first.
pub(super) fn encode(image: &RgbaImage, (columns, rows): (u16, u16), is_in_tmux: bool) -> String {
    let (width, height) = image.dimensions();
    // A single row may be the last one of the screen, where the cursor cannot move down.
    let (mut text, back) = if rows == 1 {
        (format!("\x1b[{columns}X"), String::new())
    } else {
        (format!("\x1b[{columns}X\x1b[1B").repeat(rows.into()), format!("\x1b[{rows}A"))
    };
    // Writing to a string cannot fail.
    let _ = write!(text, "{back}\x1bP0;1q\"1;1;{width};{height}");
    let (nearest, is_dithered) = colors(image);
    for (number, [r, g, b]) in nearest.palette.iter().enumerate() {
        let _ = write!(text, "#{number};2;{r};{g};{b}");
    }
    let width = width as usize;
    let stripes = stripes(image, |stripe| bands(&stripe.indices(&nearest, is_dithered), width));
    text.extend(stripes);
    text.push_str("\x1b\\");
    if is_in_tmux { format!("\x1bPtmux;{}\x1b\\", text.replace('\x1b', "\x1b\x1b")) } else { text }
}

/// Some rows of a picture.
struct Stripe<'a> {
    width: usize,
    pixels: &'a [[u8; 4]],
    /// How many of them are rows above.
    above: usize,
}

fn stripes<T: Send>(image: &RgbaImage, work: impl Fn(Stripe<'_>) -> T + Sync) -> Vec<T> {
    let width = image.width() as usize;
    let pixels = image.as_raw().as_chunks().0;
    let stripes = (0..image.height() as usize).step_by(STRIPE).map(|top| {
        let above = top.min(ROWS_ABOVE);
        let end = ((top + STRIPE) * width).min(pixels.len());
        Stripe { width, pixels: &pixels[(top - above) * width..end], above }
    });
    in_parallel(stripes.collect(), work)
}

impl Stripe<'_> {
    /// The palette index of each pixel.
    fn indices(&self, nearest: &Nearest, is_dithered: bool) -> Vec<u8> {
        let above = self.above * self.width;
        if !is_dithered {
            return self.pixels[above..].iter().map(|[r, g, b, _]| nearest.index([*r, *g, *b])).collect();
        }
        let mut indices = self.dithered(nearest);
        indices.drain(..above);
        indices
    }

    /// Floyd-Steinberg dithering, every other row from right to left.
    fn dithered(&self, nearest: &Nearest) -> Vec<u8> {
        let width = self.width.max(1);
        let mut indices = vec![0; self.pixels.len()];
        // What the row above adds to each pixel, in 16ths, with a margin of one pixel on both sides.
        let (mut errors, mut next) = (vec![[0; 4]; width + 2], vec![[0; 4]; width + 2]);
        for (y, (line, pixels)) in indices.chunks_mut(width).zip(self.pixels.chunks(width)).enumerate() {
            let is_reversed = y % 2 == 1;
            // The errors of the pixel before, and of the one before that.
            let (mut last, mut second_last) = ([0; 4], [0; 4]);
            for step in 0..width {
                let x = if is_reversed { width - 1 - step } else { step };
                let error;
                (line[x], error) = nearest.dithered(pixels[x], &errors[x + 1], &last);
                let behind = if is_reversed { x + 2 } else { x };
                next[behind] = [0, 1, 2, 3].map(|part| error[part] * 3 + last[part] * 5 + second_last[part]);
                (second_last, last) = (last, error);
            }
            let end = if is_reversed { 1 } else { width };
            next[end] = [0, 1, 2, 3].map(|part| last[part] * 5 + second_last[part]);
            std::mem::swap(&mut errors, &mut next);
        }
        indices
    }
}

/// The columns of a band in which a colour is: a bit for each row.
struct Column {
    x: usize,
    rows: u8,
}

/// Writes bands of six rows.
fn bands(indices: &[u8], width: usize) -> String {
    let width = width.max(1);
    let mut text = String::with_capacity(indices.len() * 2);
    let mut colors: Vec<Vec<Column>> = Vec::new();
    colors.resize_with(MAX_COLORS, Vec::new);
    for band in indices.chunks(width * BAND) {
        for x in 0..width {
            for (y, index) in band[x..].iter().step_by(width).enumerate() {
                let columns = &mut colors[usize::from(*index)];
                match columns.last_mut() {
                    Some(last) if last.x == x => last.rows |= 1 << y,
                    _ => columns.push(Column { x, rows: 1 << y }),
                }
            }
        }
        for (number, columns) in colors.iter_mut().enumerate().filter(|(_, columns)| !columns.is_empty()) {
            text.push('#');
            push_number(&mut text, number);
            let mut end = 0;
            for run in columns.chunk_by(|a, b| a.rows == b.rows && a.x + 1 == b.x) {
                push_run(&mut text, 0, run[0].x - end);
                push_run(&mut text, run[0].rows, run.len());
                end = run[0].x + run.len();
            }
            text.push('$');
            columns.clear();
        }
        text.push('-');
    }
    text
}

fn push_run(text: &mut String, rows: u8, count: usize) {
    let sixel = char::from(b'?' + rows);
    if count > 3 {
        text.push('!');
        push_number(text, count);
        text.push(sixel);
    } else {
        for _ in 0..count {
            text.push(sixel);
        }
    }
}

/// Writes a number. The formatting of the standard library takes most of the time otherwise.
fn push_number(text: &mut String, number: usize) {
    if number >= 10 {
        push_number(text, number / 10);
    }
    text.push(char::from(b"0123456789"[number % 10]));
}

/// The colours for a picture, and whether the missing ones are dithered.
fn colors(image: &RgbaImage) -> (Nearest, bool) {
    match few_colors(image) {
        Some(colors) => (Nearest::new(colors), false),
        None => (Nearest::new(chosen_colors(image)), true),
    }
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
    let pixels = samples(image);
    let Ok(histogram) = WuU8x3::run_slice(&pixels, BinnerU8x3::rgb()) else { return BTreeSet::new() };
    let wide = |color: Srgb<u8>| Srgb::new(color.red.into(), color.green.into(), color.blue.into());
    let palette: PaletteBuf<Srgb<f32>> = histogram.palette(PaletteSize::MAX).map(wide);
    let pixels: Vec<Srgb<f32>> = pixels.into_iter().map(wide).collect();
    let options = KmeansOptions::new().max_samples(MAX_REFINING_SAMPLES);
    let Ok(refined) = Kmeans::run_slice(&pixels, palette, options) else { return BTreeSet::new() };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let percent = |part: f32| ((part * 100.0 / 255.0 + 0.5) as u8).min(100);
    refined.into_palette().iter().map(|color| [color.red, color.green, color.blue].map(percent)).collect()
}

/// Pixels of all parts of the picture: one of every few neighbours, in other columns in each row.
fn samples(image: &RgbaImage) -> Vec<Srgb<u8>> {
    let pixels = image.as_raw().as_chunks().0;
    let groups = pixels.chunks((pixels.len() / SAMPLES).max(1));
    let sample = |(number, group): (usize, &[[u8; 4]])| {
        let [r, g, b, _] = group[number * 7919 % group.len()];
        Srgb::new(r, g, b)
    };
    groups.enumerate().map(sample).collect()
}

/// Finds the nearest colour in a palette.
struct Nearest {
    palette: Vec<Percents>,
    /// The colours that a terminal shows, from 0 to 255. The fourth number makes calculating faster.
    levels: Vec<[i32; 4]>,
    /// The palette by channel, which is faster to search.
    channels: [Vec<i16>; 3],
    /// The palette index by colour in steps of two percent. `MISSING` if not searched yet.
    near: Vec<AtomicU16>,
}

const MISSING: u16 = u16::MAX;
/// Several colours of the palette are in the same step: the nearest depends on the exact colour.
const SEVERAL: u16 = u16::MAX - 1;

/// Steps of two percent, and the bits for their number.
const STEP: u8 = 2;
const STEP_BITS: usize = 6;

impl Nearest {
    fn new(palette: BTreeSet<Percents>) -> Self {
        let palette: Vec<_> = palette.into_iter().collect();
        let level = |percent: u8| (i32::from(percent) * 255 + 50) / 100;
        let levels = palette.iter().map(|[r, g, b]| [level(*r), level(*g), level(*b), 0]).collect();
        let channels = [0, 1, 2].map(|part| palette.iter().map(|color| i16::from(color[part])).collect());
        let near: Vec<_> = (0..1 << (3 * STEP_BITS)).map(|_| AtomicU16::new(MISSING)).collect();
        for (number, color) in (0..).zip(&palette) {
            let near = &near[place(*color)];
            let is_first = near.load(Ordering::Relaxed) == MISSING;
            near.store(if is_first { number } else { SEVERAL }, Ordering::Relaxed);
        }
        Self { palette, levels, channels, near }
    }

    /// The index of a colour in the palette, if that contains it. Otherwise that of the nearest one.
    fn index(&self, color: [u8; 3]) -> u8 {
        let color = percents(color);
        let near = self.near[place(color)].load(Ordering::Relaxed);
        u8::try_from(near).unwrap_or_else(|_| self.search(color))
    }

    fn search(&self, color: Percents) -> u8 {
        let near = &self.near[place(color)];
        if near.load(Ordering::Relaxed) == SEVERAL {
            return self.nearest(color);
        }
        // For all colours of the step.
        let found = self.nearest(color.map(|part| part / STEP * STEP));
        near.store(found.into(), Ordering::Relaxed);
        found
    }

    fn nearest(&self, color: Percents) -> u8 {
        let [r, g, b] = color.map(i16::from);
        let [reds, greens, blues] = &self.channels;
        let square = |one: i16, other: i16| i32::from(one - other) * i32::from(one - other);
        let others = reds.iter().zip(greens).zip(blues).zip(0..256);
        // The distance is in the high bits and the index in the low bits, so that the minimum gives the nearest.
        let sums = others.map(|(((red, green), blue), number)| {
            (square(*red, r) + square(*green, g) + square(*blue, b)) * 256 + number
        });
        u8::try_from(sums.fold(i32::MAX, i32::min) % 256).unwrap_or(0)
    }

    /// The index for a pixel to which the errors of the pixels `above` and of the `last` one are added, and its own error.
    fn dithered(&self, [r, g, b, _]: [u8; 4], above: &[i32; 4], last: &[i32; 4]) -> (u8, [i32; 4]) {
        let index = self.index([r, g, b]);
        let color = [r, g, b, 0].map(i32::from);
        let own = &self.levels[usize::from(index)];
        if color.iter().zip(own).all(|(part, level)| (part - level).abs() <= CLOSE) {
            return (index, [0; 4]);
        }
        let target = [0, 1, 2, 3]
            .map(|part| (color[part] + ((above[part] + last[part] * 7 + 8) >> 4)).clamp(0, u8::MAX.into()));
        let index = self.index([0, 1, 2].map(|part| u8::try_from(target[part]).unwrap_or(0)));
        let levels = &self.levels[usize::from(index)];
        (index, [0, 1, 2, 3].map(|part| ((target[part] - levels[part]) * DIFFUSION + 64) >> 7))
    }
}

/// Where a colour is in [`Nearest::near`].
fn place(color: Percents) -> usize {
    let [r, g, b] = color.map(|part| usize::from(part / STEP));
    (r << (2 * STEP_BITS)) | (g << STEP_BITS) | b
}

fn percents<const N: usize>(color: [u8; N]) -> Percents {
    [0, 1, 2].map(|part| PERCENTS[usize::from(color[part])])
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    #[test]
    fn few_colors_are_exact_to_the_percent() {
        let image =
            RgbaImage::from_fn(2, 7, |x, _| Rgba(if x == 0 { [255, 0, 0, 255] } else { [0, 128, 51, 255] }));
        let sixels = "\x1b[1X\x1bP0;1q\"1;1;2;7#0;2;0;50;20#1;2;100;0;0#0?~$#1~$-#0?@$#1@$-\x1b\\";
        assert_eq!(encode(&image, (1, 1), false), sixels);
        let in_tmux = format!("\x1bPtmux;{}\x1b\\", sixels.replace('\x1b', "\x1b\x1b"));
        assert_eq!(encode(&image, (1, 1), true), in_tmux);
    }

    /// The colours, and each pixel's index in them.
    fn quantized(image: &RgbaImage) -> (Nearest, Vec<u8>) {
        let (nearest, is_dithered) = colors(image);
        let indices = stripes(image, |stripe| stripe.indices(&nearest, is_dithered)).concat();
        (nearest, indices)
    }

    fn levels_of(nearest: &Nearest, index: u8) -> [u8; 3] {
        let [r, g, b, _] = nearest.levels[usize::from(index)];
        [r, g, b].map(|part| u8::try_from(part).unwrap())
    }

    /// The mean difference between a picture and its quantized form, over all channels.
    fn mean_error(image: &RgbaImage) -> f64 {
        let (nearest, indices) = quantized(image);
        let sum: u32 = image
            .pixels()
            .zip(indices)
            .flat_map(|(pixel, index)| {
                let [r, g, b] = levels_of(&nearest, index);
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
        let (nearest, indices) = quantized(&image);
        for (x, y) in [(40, 60), (120, 60), (2, 2)] {
            let at = usize::try_from(y * 160 + x).unwrap();
            assert_eq!(nearest.palette[usize::from(indices[at])], percents(image.get_pixel(x, y).0));
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
        let (nearest, indices) = quantized(&image);
        // The mean of 8 by 8 pixels is more exact than single pixels.
        let mut sum = [0_i32; 2];
        for y in 40..48 {
            for x in 40..48 {
                let levels = levels_of(&nearest, indices[usize::try_from(y * 128 + x).unwrap()]);
                let pixel = image.get_pixel(x, y);
                for part in 0..2 {
                    sum[part] += i32::from(levels[part]) - i32::from(pixel[part]);
                }
            }
        }
        assert!(sum.iter().all(|sum| sum.abs() < 64 * 2), "{sum:?}");
    }

    #[test]
    fn stripes_join_without_an_edge() {
        // A ramp that is much higher than a stripe: the mean colour of each row is right, also where one starts.
        let image = RgbaImage::from_fn(256, 400, |x, y| {
            let [r, g] = [x, y * 255 / 399].map(|part| u8::try_from(part).unwrap_or(255));
            Rgba([r, g, 128, 255])
        });
        let (nearest, indices) = quantized(&image);
        assert_eq!(indices.len(), 256 * 400);
        // The colours of the palette do not reach the ends of the ramp.
        for (y, row) in indices.chunks(256).enumerate().skip(20).take(360) {
            let sum = |sum: i32, (x, index): (u32, &u8)| {
                let y = u32::try_from(y).unwrap_or(0);
                sum + i32::from(levels_of(&nearest, *index)[1]) - i32::from(image.get_pixel(x, y)[1])
            };
            let difference = (0..).zip(row).fold(0, sum).abs();
            assert!(difference < 256 * 4, "row {y}: {difference}");
        }
        assert!(encode(&image, (26, 20), false).matches('-').count() == 400_usize.div_ceil(BAND));
    }
}
