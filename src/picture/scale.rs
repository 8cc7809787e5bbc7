//! Makes pictures smaller as the eye would: in linear light, colours weighted by their opacity.
//!
//! Averaging the numbers of a file, which stand for lightness, darkens every fine pattern: black and white in equal parts
//! are grey 188, not 128. So numbers become amounts of light first. A picture much larger than its place is then averaged
//! over whole squares of pixels, which is quick and exact, until it is some two times too large, and what remains is done
//! by Hamming's filter. Sharper ones overshoot at edges, by a hundredth of the light, and a hundredth of the light is a
//! grey that is seen beside black.

use std::sync::LazyLock;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U16x4;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, RgbaImage};

/// The most pixels that stand in linear light at once, 64 MiB of them: beyond, squares are averaged that Hamming's filter
/// would have done better.
const MOST_LINEAR: usize = 8 << 20;
/// The longest side of a square, so that the sum of its light fits 32 bits.
const LONGEST_SQUARE: u32 = 255;

/// The picture in another size. Sizes are at least 1 × 1.
pub(super) fn scaled(image: &DynamicImage, width: u32, height: u32) -> RgbaImage {
    let (width, height) = (width.max(1), height.max(1));
    if (width, height) == (image.width(), image.height()) {
        return image.to_rgba8();
    }
    let squares = Squares::between((image.width(), image.height()), (width, height));
    let linear = match image {
        DynamicImage::ImageLuma8(image) => linear::<1>(image, image.width(), squares),
        DynamicImage::ImageLumaA8(image) => linear::<2>(image, image.width(), squares),
        DynamicImage::ImageRgb8(image) => linear::<3>(image, image.width(), squares),
        DynamicImage::ImageRgba8(image) => linear::<4>(image, image.width(), squares),
        // What the decoder gave is one of the four, so this is never walked.
        other => linear::<4>(&other.to_rgba8(), other.width(), squares),
    };
    // The last squares hang over the edge, by a part that the filter must not see.
    let seen = squares.seen((image.width(), image.height()));
    let resized = filtered(&linear, seen, width, height).unwrap_or_default();
    let mut bytes = Vec::with_capacity(resized.len() * 4);
    for pixel in &resized {
        bytes.extend(straight(pixel.0));
    }
    bytes.resize(width as usize * height as usize * 4, 0);
    RgbaImage::from_raw(width, height, bytes).unwrap_or_else(|| RgbaImage::new(width, height))
}

/// The largest size within the box that has the picture's shape, never larger than the picture.
pub(super) fn fitted((width, height): (u32, u32), (across, down): (f64, f64)) -> (u32, u32) {
    let (w, h) = (f64::from(width), f64::from(height));
    let factor = (across / w).min(down / h).min(1.0);
    (rounded(w * factor), rounded(h * factor))
}

/// The largest size within the box that has the picture's shape.
pub(super) fn filling((width, height): (u32, u32), (across, down): (f64, f64)) -> (u32, u32) {
    let (w, h) = (f64::from(width), f64::from(height));
    let factor = (across / w).min(down / h);
    (rounded(w * factor), rounded(h * factor))
}

/// A length as whole pixels, at least one.
pub(super) fn rounded(length: f64) -> u32 {
    nearest(length).max(1)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from a float saturates, and no number is none"
)]
fn nearest(number: f64) -> u32 {
    number.round() as u32
}

/// The amount of light that a number of a file stands for, of 65 535.
pub(super) fn light(number: u8) -> u16 {
    LIGHT[usize::from(number)]
}

/// The number that stands for an amount of light.
pub(super) fn number(light: u16) -> u8 {
    NUMBER[usize::from(light)]
}

static LIGHT: LazyLock<[u16; 256]> = LazyLock::new(|| {
    std::array::from_fn(|number| {
        let v = f64::from(u32::try_from(number).unwrap_or(255)) / 255.0;
        let linear = if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) };
        u16::try_from(nearest(linear * 65_535.0)).unwrap_or(u16::MAX)
    })
});

static NUMBER: LazyLock<Box<[u8]>> = LazyLock::new(|| {
    (0..=u16::MAX)
        .map(|light| {
            let v = f64::from(light) / 65_535.0;
            let encoded = if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
            u8::try_from(nearest(encoded * 255.0)).unwrap_or(u8::MAX)
        })
        .collect()
});

/// The sides of the squares whose pixels are averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Squares {
    across: u32,
    down: u32,
}

impl Squares {
    fn between(from: (u32, u32), to: (u32, u32)) -> Self {
        let side = |from: u32, to: u32| (from / to / 2).clamp(1, LONGEST_SQUARE);
        let mut squares = Self { across: side(from.0, to.0), down: side(from.1, to.1) };
        while squares.count(from) > MOST_LINEAR
            && (squares.across < from.0 / to.0 || squares.down < from.1 / to.1)
            && squares.across.max(squares.down) < LONGEST_SQUARE
        {
            squares.across += u32::from(squares.across < from.0 / to.0);
            squares.down += u32::from(squares.down < from.1 / to.1);
        }
        squares
    }

    fn count(self, from: (u32, u32)) -> usize {
        from.0.div_ceil(self.across) as usize * from.1.div_ceil(self.down) as usize
    }

    fn seen(self, from: (u32, u32)) -> (f64, f64) {
        (f64::from(from.0) / f64::from(self.across), f64::from(from.1) / f64::from(self.down))
    }
}

struct Linear {
    width: u32,
    height: u32,
    pixels: Vec<U16x4>,
}

/// Averages squares of pixels, of one to four numbers each, in linear light and weighted by opacity.
fn linear<const N: usize>(bytes: &[u8], width: u32, squares: Squares) -> Linear {
    let row_bytes = width as usize * N;
    let (across, down) = (squares.across as usize, squares.down as usize);
    let out = width.div_ceil(squares.across);
    let mut pixels = Vec::with_capacity(out as usize * (bytes.len() / row_bytes).div_ceil(down));
    let mut sums = vec![[0_u32; 4]; out as usize];
    let lights: &[u16; 256] = &LIGHT;
    for rows in bytes.chunks(row_bytes * down) {
        sums.fill([0; 4]);
        for row in rows.chunks_exact(row_bytes) {
            for (square, sum) in row.chunks(across * N).zip(&mut sums) {
                for pixel in square.as_chunks::<N>().0 {
                    add(sum, pixel, lights);
                }
            }
        }
        let row_count = rows.len() / row_bytes;
        for (at, sum) in sums.iter().enumerate() {
            let count = (across.min(width as usize - at * across) * row_count).max(1);
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            let average = sum.map(|sum| u16::try_from((sum + count / 2) / count).unwrap_or(u16::MAX));
            pixels.push(U16x4::new(average));
        }
    }
    let height = u32::try_from(pixels.len() / out as usize).unwrap_or(0);
    Linear { width: out, height, pixels }
}

#[inline]
fn add<const N: usize>(sum: &mut [u32; 4], pixel: &[u8; N], lights: &[u16; 256]) {
    let light = |at: usize| u32::from(lights[usize::from(pixel[at])]);
    match N {
        1 => {
            let grey = light(0);
            for part in &mut sum[..3] {
                *part += grey;
            }
            sum[3] += 65_535;
        }
        3 => {
            for (at, part) in sum[..3].iter_mut().enumerate() {
                *part += light(at);
            }
            sum[3] += 65_535;
        }
        _ => {
            let alpha = u32::from(pixel[N - 1]);
            for (at, part) in sum[..3].iter_mut().enumerate() {
                *part += (light(at.min(N - 2)) * alpha + 127) / 255;
            }
            sum[3] += alpha * 257;
        }
    }
}

fn filtered(from: &Linear, seen: (f64, f64), width: u32, height: u32) -> Option<Vec<U16x4>> {
    let source = TypedImageRef::new(from.width, from.height, &from.pixels).ok()?;
    let mut target = TypedImage::<U16x4>::new(width, height);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Hamming))
        .crop(0.0, 0.0, seen.0, seen.1)
        .use_alpha(false);
    Resizer::new().resize_typed(&source, &mut target, &options).ok()?;
    Some(target.pixels().to_vec())
}

/// A pixel of light as the numbers of a file, its colours no longer weighted by its opacity.
fn straight([r, g, b, a]: [u16; 4]) -> [u8; 4] {
    if a == 0 {
        return [0; 4];
    }
    let part = |light: u16| {
        let light = (u32::from(light) * 65_535 + u32::from(a) / 2) / u32::from(a);
        number(u16::try_from(light).unwrap_or(u16::MAX))
    };
    let opacity = u8::try_from((u32::from(a) + 128) / 257).unwrap_or(u8::MAX);
    if a == u16::MAX { [number(r), number(g), number(b), 255] } else { [part(r), part(g), part(b), opacity] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_being_light() {
        for number_before in 0..=u8::MAX {
            assert_eq!(number(light(number_before)), number_before);
        }
        assert_eq!((light(0), light(255), number(5)), (0, u16::MAX, 0), "a trace of light is none");
    }

    #[test]
    fn squares_leave_work_for_the_filter_and_little_in_memory() {
        for (from, to, expected) in [
            ((1600, 1200), (800, 600), (1, 1)),
            ((4000, 3000), (800, 600), (2, 2)),
            ((4000, 3000), (80, 48), (25, 31)),
            ((12_000, 1), (10, 1), (255, 1)),
            ((8000, 6000), (2100, 1600), (3, 3)),
        ] {
            let squares = Squares::between(from, to);
            assert_eq!((squares.across, squares.down), expected, "{from:?} to {to:?}");
        }
    }

    #[test]
    fn edges_do_not_overshoot() {
        let edge = image::GrayImage::from_fn(120, 8, |x, _| image::Luma([if x < 61 { 0 } else { 255 }]));
        let edge = DynamicImage::ImageLuma8(edge);
        for width in [20, 50, 70, 110] {
            let small = scaled(&edge, width, 8);
            let row: Vec<u8> = (0..width).map(|x| small.get_pixel(x, 4).0[0]).collect();
            assert!(row.is_sorted(), "{row:?}");
            assert!(row.iter().filter(|&&number| number != 0 && number != 255).count() <= 3, "{row:?}");
        }
    }
}
