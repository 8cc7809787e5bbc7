//! Scales pictures down in linear light, with colours weighted by alpha.
//!
//! Averaging sRGB values darkens fine patterns: equal parts of black and white look like grey 188, not 128. So the values
//! become linear light first. A picture that is much too large is averaged over whole squares of pixels, which is fast
//! and exact, until it is about twice too large. The rest is done with a Hamming filter. Sharper filters overshoot at
//! edges by a hundredth of the light, which is a visible grey beside black.

use std::sync::LazyLock;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U16x4;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, RgbaImage};

/// The most pixels in linear light at once, which take 64 MiB. For more, larger squares are averaged, though the filter
/// would look better.
const MAX_LINEAR_PIXELS: usize = 8 << 20;
/// The same for a picture of more than `LARGE_PICTURE_PIXELS`, which takes much memory itself.
const MAX_LINEAR_PIXELS_OF_LARGE: usize = 4 << 20;
const LARGE_PICTURE_PIXELS: u64 = 16 << 20;
/// Rows that are filtered across at once, so that those of the whole picture need not stand in linear light.
const BAND_ROWS: usize = 64;
/// The longest side of a square, so that the sum of its light fits 32 bits.
const LONGEST_SQUARE: u32 = 255;

/// Scales a picture. Sizes are at least 1 × 1.
pub(super) fn scaled(image: &DynamicImage, width: u32, height: u32) -> RgbaImage {
    let (width, height) = (width.max(1), height.max(1));
    if (width, height) == (image.width(), image.height()) {
        return image.to_rgba8();
    }
    let rgba;
    let (bytes, count) = match image {
        DynamicImage::ImageLuma8(image) => (image.as_raw(), 1),
        DynamicImage::ImageLumaA8(image) => (image.as_raw(), 2),
        DynamicImage::ImageRgb8(image) => (image.as_raw(), 3),
        DynamicImage::ImageRgba8(image) => (image.as_raw(), 4),
        // Never reached: decoded pictures are one of the four above.
        other => {
            rgba = other.to_rgba8();
            (rgba.as_raw(), 4)
        }
    };
    let mut reducer = Reducer::new((image.width(), image.height()), count, (width, height));
    for row in bytes.chunks_exact(image.width() as usize * count) {
        reducer.row(row);
    }
    reducer.finish()
}

/// The largest size within the box with the picture's aspect ratio, not larger than the picture.
pub(super) fn fitted(size: (u32, u32), within: (f64, f64)) -> (u32, u32) {
    resized(size, within, 1.0)
}

/// The largest size within the box with the picture's aspect ratio.
pub(super) fn filling(size: (u32, u32), within: (f64, f64)) -> (u32, u32) {
    resized(size, within, f64::INFINITY)
}

fn resized((width, height): (u32, u32), (across, down): (f64, f64), most: f64) -> (u32, u32) {
    let (w, h) = (f64::from(width), f64::from(height));
    let factor = (across / w).min(down / h).min(most);
    (rounded(w * factor), rounded(h * factor))
}

/// A length rounded to whole pixels, at least one.
pub(super) fn rounded(length: f64) -> u32 {
    nearest(length).max(1)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from a float saturates, and no number is none"
)]
pub(super) fn nearest(number: f64) -> u32 {
    number.round() as u32
}

/// The linear light of an sRGB value, from 0 to 65,535.
pub(super) fn light(number: u8) -> u16 {
    LIGHT[usize::from(number)]
}

/// The linear light of all sRGB values, for loops.
pub(super) fn lights() -> &'static [u16; 256] {
    &LIGHT
}

/// The sRGB value of linear light.
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

/// The sides of the squares of pixels that are averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Squares {
    across: u32,
    down: u32,
}

impl Squares {
    fn between(from: (u32, u32), to: (u32, u32)) -> Self {
        let side = |from: u32, to: u32| (from / to / 2).clamp(1, LONGEST_SQUARE);
        let mut squares = Self { across: side(from.0, to.0), down: side(from.1, to.1) };
        let is_many = u64::from(from.0) * u64::from(from.1) > LARGE_PICTURE_PIXELS;
        let most = if is_many { MAX_LINEAR_PIXELS_OF_LARGE } else { MAX_LINEAR_PIXELS };
        while squares.count(from) > most
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

/// Scales a picture row by row, from the top. Averages squares of pixels in linear light, weighted by alpha. Pixels have
/// one to four samples.
pub(super) struct Reducer {
    from: (u32, u32),
    to: (u32, u32),
    /// Samples per pixel.
    count: usize,
    squares: Squares,
    sums: Vec<[u32; 4]>,
    /// Rows in `sums`.
    rows: usize,
    /// Rows of averages that are still as wide as they came.
    band: Vec<U16x4>,
    /// Rows of averages in the width of the target.
    narrow: Vec<U16x4>,
}

impl Reducer {
    /// Sizes are at least 1 × 1.
    pub(super) fn new(from: (u32, u32), count: usize, to: (u32, u32)) -> Self {
        let squares = Squares::between(from, to);
        let sums = vec![[0; 4]; from.0.div_ceil(squares.across) as usize];
        Self { from, to, count, squares, sums, rows: 0, band: Vec::new(), narrow: Vec::new() }
    }

    /// Adds the next row.
    pub(super) fn row(&mut self, row: &[u8]) {
        match self.count {
            1 => self.add_row::<1>(row),
            2 => self.add_row::<2>(row),
            3 => self.add_row::<3>(row),
            _ => self.add_row::<4>(row),
        }
        self.rows += 1;
        if self.rows == self.squares.down as usize {
            self.average();
        }
    }

    fn add_row<const N: usize>(&mut self, row: &[u8]) {
        let lights: &[u16; 256] = &LIGHT;
        for (square, sum) in row.chunks(self.squares.across as usize * N).zip(&mut self.sums) {
            for pixel in square.as_chunks::<N>().0 {
                add(sum, pixel, lights);
            }
        }
    }

    fn average(&mut self) {
        let (width, across) = (self.from.0 as usize, self.squares.across as usize);
        for (at, sum) in self.sums.iter_mut().enumerate() {
            let count = (across.min(width - at * across) * self.rows).max(1);
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            let average = sum.map(|sum| u16::try_from((sum + count / 2) / count).unwrap_or(u16::MAX));
            self.band.push(U16x4::new(average));
            *sum = [0; 4];
        }
        self.rows = 0;
        if self.band.len() >= BAND_ROWS * self.sums.len() {
            self.filter_band();
        }
    }

    /// Filters the rows of the band across, as one call for both directions would before it filters down.
    fn filter_band(&mut self) {
        let (across, _) = self.squares.seen(self.from);
        let rows = self.band.len() / self.sums.len();
        let down = whole(rows);
        match filtered(&self.band, (self.sums.len(), rows), (self.to.0, rows), (across, down)) {
            Some(filtered) => self.narrow.extend_from_slice(filtered.pixels()),
            None => self.narrow.resize(self.narrow.len() + self.to.0 as usize * rows, U16x4::new([0; 4])),
        }
        self.band.clear();
    }

    /// Returns the scaled picture. Call after the last row.
    pub(super) fn finish(mut self) -> RgbaImage {
        if self.rows > 0 {
            self.average();
        }
        if !self.band.is_empty() {
            self.filter_band();
        }
        self.band = Vec::new();
        let (width, height) = self.to;
        let (_, down) = self.squares.seen(self.from);
        let rows = self.narrow.len() / width as usize;
        let resized =
            filtered(&self.narrow, (width as usize, rows), (width, height as usize), (width.into(), down));
        self.narrow = Vec::new();
        let mut bytes = Vec::with_capacity(width as usize * height as usize * 4);
        for pixel in resized.iter().flat_map(TypedImage::pixels) {
            bytes.extend(straight(pixel.0));
        }
        bytes.resize(width as usize * height as usize * 4, 0);
        RgbaImage::from_raw(width, height, bytes).unwrap_or_else(|| RgbaImage::new(width, height))
    }
}

fn whole(length: usize) -> f64 {
    u32::try_from(length).map_or(0.0, f64::from)
}

/// Scales by Hamming's filter. The last squares hang over the edge, by a part that the filter must not see, so it may see
/// less than all.
fn filtered(
    pixels: &[U16x4],
    (width, height): (usize, usize),
    to: (u32, usize),
    seen: (f64, f64),
) -> Option<TypedImage<'static, U16x4>> {
    let side = |side: usize| u32::try_from(side).ok();
    let source = TypedImageRef::new(side(width)?, side(height)?, pixels).ok()?;
    let seen = Crop { start: (0.0, 0.0), size: seen };
    filtered_part(&mut Resizer::new(), &source, (to.0, side(to.1)?), seen)
}

/// A part of a picture, in its pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crop {
    pub(super) start: (f64, f64),
    pub(super) size: (f64, f64),
}

/// Scales a part with the filter. The only place that calls the resizer: with two, its tables for alpha are
/// linked too, which take 512 KiB. `None` if the part is not within the picture.
pub(super) fn filtered_part(
    resizer: &mut Resizer,
    source: &TypedImageRef<'_, U16x4>,
    (width, height): (u32, u32),
    Crop { start, size }: Crop,
) -> Option<TypedImage<'static, U16x4>> {
    let mut target = TypedImage::<U16x4>::new(width, height);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Hamming))
        .crop(start.0, start.1, size.0, size.1)
        .use_alpha(false);
    resizer.resize_typed(source, &mut target, &options).ok()?;
    Some(target)
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

/// Converts linear light with premultiplied alpha to sRGB with straight alpha.
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

/// Converts pixels in linear light with premultiplied alpha to sRGB with straight alpha.
pub(super) fn straight_all(pixels: impl Iterator<Item = [u16; 4]>, to: &mut [u8]) {
    let numbers: &[u8] = &NUMBER;
    for (from, to) in pixels.zip(to.as_chunks_mut::<4>().0) {
        *to = match from {
            [r, g, b, u16::MAX] => {
                let number = |light: u16| numbers.get(usize::from(light)).copied().unwrap_or_default();
                [number(r), number(g), number(b), u8::MAX]
            }
            from => straight(from),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_light_round_trips() {
        for number_before in 0..=u8::MAX {
            assert_eq!(number(light(number_before)), number_before);
        }
        assert_eq!((light(0), light(255), number(5)), (0, u16::MAX, 0), "a trace of light is none");
    }

    #[test]
    fn reduction_leaves_enough_pixels_to_filter() {
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
    fn linear_light_memory_is_bounded() {
        // Bounds of their own, so that a looser constant fails. A pixel takes 8 bytes.
        for (from, to, most) in [
            ((4095, 4096), (2100, 1600), 8 << 20),
            ((12_000, 12_000), (2100, 1600), 4 << 20),
            ((5000, 5000), (1500, 1500), 4 << 20),
        ] {
            let target = (to.0 * to.1) as usize;
            let count = Squares::between(from, to).count(from);
            assert!(count <= usize::max(most, 4 * target), "{from:?} to {to:?}: {count}");
        }
        assert_eq!(Squares::between((5000, 5000), (1700, 1700)).count((5000, 5000)), 2500 * 2500);
    }

    #[test]
    fn bands_are_filtered_as_the_whole() {
        let size = (150, 3 * BAND_ROWS + 7);
        let gray = image::GrayImage::from_fn(size.0, u32::try_from(size.1).unwrap(), |x, y| {
            image::Luma([(x * 7 + y * y * 13 % 251).to_le_bytes()[0]])
        });
        let light: Vec<_> = gray.iter().map(|number| light(*number)).collect();
        let light: Vec<_> =
            light.iter().map(|light| U16x4::new([*light, *light, *light, u16::MAX])).collect();
        let whole = filtered(&light, (150, size.1), (80, 110), (150.0, whole(size.1))).unwrap();
        let whole: Vec<u8> = whole.pixels().iter().flat_map(|pixel| straight(pixel.0)).collect();
        assert_eq!(scaled(&DynamicImage::ImageLuma8(gray), 80, 110).into_raw(), whole);
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
