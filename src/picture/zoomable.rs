//! Pictures of which any part can be shown in any size, quickly: they are decoded once.

use std::sync::Arc;

use fast_image_resize::Resizer;
use fast_image_resize::images::TypedImageRef;
use fast_image_resize::pixels::U16x4;
use image::{DynamicImage, RgbImage, RgbaImage};

use super::error::PictureError;
use super::limits::MAX_SVG_SIDE;
use super::note::Note;
use super::renderer::{RenderTask, Rendered, Renderer};
use super::scale::{Crop, filtered_part, light, lights, number, straight_all};
use crate::domain::parallel::in_parallel;
use crate::domain::picture_format::Format;
use crate::domain::zoom::Part;

/// The most pixels of a picture that are decoded for zooming. With copies in half the size, a quarter, and so on, they
/// take 64 MiB: a JPEG has three bytes per pixel, others may have four.
const MAX_PIXELS_OF_JPEG: u32 = 16 << 20;
const MAX_PIXELS: u32 = 12 << 20;

/// From this scale on, pixels are drawn as squares. The tolerance is for rounded sizes.
const SHARP_ABOVE: f64 = 2.02;

/// Rows that are scaled at once.
const BAND_ROWS: usize = 32;

/// A picture of which parts can be shown.
#[derive(Debug, Clone)]
pub struct Zoomable {
    source: Source,
    notes: Vec<Note>,
}

#[derive(Debug, Clone)]
enum Source {
    /// The pixels, and copies of them, each half as wide and high as the one before. They are made when needed.
    Pixels(Vec<DynamicImage>),
    /// A text that is drawn again for each part.
    Svg { text: Arc<[u8]>, renderer: Arc<dyn Renderer> },
}

/// The size in which a picture is decoded for zooming: its own, unless that has too many pixels.
pub(super) fn decoded_size(format: Format, (width, height): (u32, u32)) -> (u32, u32) {
    let most = if format == Format::Jpeg { MAX_PIXELS_OF_JPEG } else { MAX_PIXELS };
    let pixels = f64::from(width) * f64::from(height);
    if pixels <= f64::from(most) {
        return (width, height);
    }
    // Rounding up could exceed the limit.
    let side =
        |side: u32| super::scale::rounded((f64::from(side) * (f64::from(most) / pixels).sqrt()).floor());
    (side(width), side(height))
}

impl Zoomable {
    /// Pixels as displayed.
    pub(super) fn of_pixels(image: DynamicImage, notes: Vec<Note>) -> Self {
        Self { source: Source::Pixels(vec![image]), notes }
    }

    /// Pixels that another process has decoded.
    pub(super) fn of_rendered(Rendered { pixels, notes }: Rendered) -> Self {
        Self::of_pixels(without_alpha(pixels), notes)
    }

    pub(super) fn of_svg(text: Arc<[u8]>, renderer: Arc<dyn Renderer>) -> Self {
        Self { source: Source::Svg { text, renderer }, notes: Vec::new() }
    }

    /// A part of the picture. Pixels are squares above 200 %, and are filtered below. Fails only for an SVG, which is drawn
    /// now.
    pub fn part(&mut self, part: Part) -> Result<Rendered, PictureError> {
        match &mut self.source {
            Source::Pixels(levels) => {
                let pixels = part_of(level(levels, part.whole), part);
                Ok(Rendered { pixels, notes: self.notes.clone() })
            }
            Source::Svg { text, renderer } => {
                let side = |side: u32| side.clamp(1, MAX_SVG_SIDE);
                let (width, height) = (side(part.size.0), side(part.size.1));
                renderer.render(
                    text,
                    RenderTask::SvgPart { whole: part.whole, offset: part.offset, width, height },
                )
            }
        }
    }
}

/// Drops the alpha channel if all pixels are opaque, without a second copy in memory.
fn without_alpha(pixels: RgbaImage) -> DynamicImage {
    if pixels.as_raw().as_chunks::<4>().0.iter().any(|pixel| pixel[3] != u8::MAX) {
        return DynamicImage::ImageRgba8(pixels);
    }
    let (width, height) = pixels.dimensions();
    let mut bytes = pixels.into_raw();
    let count = bytes.len() / 4;
    for at in 0..count {
        bytes.copy_within(4 * at..4 * at + 3, 3 * at);
    }
    bytes.truncate(3 * count);
    bytes.shrink_to_fit();
    RgbImage::from_raw(width, height, bytes).map_or_else(DynamicImage::default, DynamicImage::ImageRgb8)
}

/// The smallest copy that is at least as large as the scaled picture. Makes those that are missing.
fn level(levels: &mut Vec<DynamicImage>, whole: (u32, u32)) -> &DynamicImage {
    let mut at = 0;
    loop {
        let (width, height) = (levels[at].width() / 2, levels[at].height() / 2);
        if width < whole.0.max(1) || height < whole.1.max(1) {
            return &levels[at];
        }
        at += 1;
        if at == levels.len() {
            let half = halved(&levels[at - 1]);
            levels.push(half);
        }
    }
}

/// A copy in half the size: each pixel is the average of four, in linear light and weighted by alpha.
fn halved(image: &DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageLuma8(image) => half::<1>(image, image.width()),
        DynamicImage::ImageLumaA8(image) => half::<2>(image, image.width()),
        DynamicImage::ImageRgb8(image) => half::<3>(image, image.width()),
        DynamicImage::ImageRgba8(image) => half::<4>(image, image.width()),
        other => {
            let rgba = other.to_rgba8();
            half::<4>(&rgba, rgba.width())
        }
    }
}

fn half<const N: usize>(samples: &[u8], width: u32) -> DynamicImage {
    let row_bytes = width as usize * N;
    let columns = width as usize / 2;
    let mut out = Vec::with_capacity(samples.len() / 4 + row_bytes);
    for rows in samples.chunks_exact(2 * row_bytes) {
        let (upper, lower) = rows.split_at(row_bytes);
        let (upper, lower) = (upper.as_chunks::<N>().0, lower.as_chunks::<N>().0);
        for (upper, lower) in upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0) {
            out.extend(average([&upper[0], &upper[1], &lower[0], &lower[1]]));
        }
    }
    let height = u32::try_from(out.len() / (columns * N).max(1)).unwrap_or(0);
    let width = width / 2;
    let image = match N {
        1 => image::GrayImage::from_raw(width, height, out).map(DynamicImage::ImageLuma8),
        2 => image::GrayAlphaImage::from_raw(width, height, out).map(DynamicImage::ImageLumaA8),
        3 => RgbImage::from_raw(width, height, out).map(DynamicImage::ImageRgb8),
        _ => RgbaImage::from_raw(width, height, out).map(DynamicImage::ImageRgba8),
    };
    image.unwrap_or_default()
}

fn average<const N: usize>(pixels: [&[u8; N]; 4]) -> [u8; N] {
    if N % 2 == 1 {
        return std::array::from_fn(|at| {
            let sum: u32 = pixels.iter().map(|pixel| u32::from(light(pixel[at]))).sum();
            number(u16::try_from((sum + 2) / 4).unwrap_or(u16::MAX))
        });
    }
    let alpha: u32 = pixels.iter().map(|pixel| u32::from(pixel[N - 1])).sum();
    std::array::from_fn(|at| {
        if at == N - 1 {
            return u8::try_from((alpha + 2) / 4).unwrap_or(u8::MAX);
        }
        let weighted = pixels.iter().map(|pixel| u64::from(light(pixel[at])) * u64::from(pixel[N - 1]));
        let light = weighted.sum::<u64>().checked_div(u64::from(alpha)).unwrap_or(0);
        number(u16::try_from(light).unwrap_or(u16::MAX))
    })
}

/// A part of the pixels, in another size.
fn part_of(image: &DynamicImage, part: Part) -> RgbaImage {
    let size = (image.width(), image.height());
    let Part { whole, offset, size: (width, height) } = part;
    if whole == size {
        let mut pixels = RgbaImage::new(width, height);
        for (row, y) in pixels.chunks_mut(width as usize * 4).zip(offset.1..) {
            copy_row(row, image, offset.0, y);
        }
        return pixels;
    }
    let scale = f64::from(whole.0) / f64::from(size.0);
    if scale >= SHARP_ABOVE && whole.1 >= size.1 {
        return squares(image, part);
    }
    filtered(image, part)
}

/// Copies pixels of a row, from column `x` on. The image crate takes ten times as long to crop and convert.
fn copy_row(target: &mut [u8], image: &DynamicImage, x: u32, y: u32) {
    let (samples, count) = samples(image);
    let start = (y as usize * image.width() as usize + x as usize) * count;
    let samples = samples.get(start..).unwrap_or(&[]);
    let pixels = target.as_chunks_mut().0.iter_mut();
    match count {
        1 => pixels.zip(samples).for_each(|(pixel, gray)| *pixel = [*gray, *gray, *gray, u8::MAX]),
        2 => pixels
            .zip(samples.as_chunks().0)
            .for_each(|(pixel, [gray, a])| *pixel = [*gray, *gray, *gray, *a]),
        3 => pixels.zip(samples.as_chunks().0).for_each(|(pixel, [r, g, b])| *pixel = [*r, *g, *b, u8::MAX]),
        _ => pixels.zip(samples.as_chunks().0).for_each(|(pixel, rgba)| *pixel = *rgba),
    }
}

/// The samples, and how many there are for a pixel.
fn samples(image: &DynamicImage) -> (&[u8], usize) {
    match image {
        DynamicImage::ImageLuma8(image) => (image.as_raw(), 1),
        DynamicImage::ImageLumaA8(image) => (image.as_raw(), 2),
        DynamicImage::ImageRgb8(image) => (image.as_raw(), 3),
        DynamicImage::ImageRgba8(image) => (image.as_raw(), 4),
        // Never reached: decoded pictures are one of the four above.
        _ => (&[], 4),
    }
}

/// Draws pixels as squares.
fn squares(image: &DynamicImage, Part { whole, offset, size }: Part) -> RgbaImage {
    let source = |at: u32, offset: u32, whole: u32, side: u32| -> u32 {
        // The pixel below the middle of the target's pixel.
        let at = (2 * (u64::from(at) + u64::from(offset)) + 1) * u64::from(side) / (2 * u64::from(whole));
        u32::try_from(at).unwrap_or(0).min(side - 1)
    };
    let first = source(0, offset.0, whole.0, image.width());
    let columns: Vec<usize> =
        (0..size.0).map(|x| (source(x, offset.0, whole.0, image.width()) - first) as usize).collect();
    let across = columns.last().map_or(1, |last| last + 1);
    let mut bytes: Vec<u8> = Vec::with_capacity(size.0 as usize * size.1 as usize * 4);
    let row_bytes = size.0 as usize * 4;
    let (mut drawn, mut pixels) = (None, vec![0; across * 4]);
    for y in 0..size.1 {
        let row = source(y, offset.1, whole.1, image.height());
        if drawn == Some(row) {
            let start = bytes.len() - row_bytes;
            bytes.extend_from_within(start..);
            continue;
        }
        copy_row(&mut pixels, image, first, row);
        let pixels = pixels.as_chunks::<4>().0;
        bytes.extend(columns.iter().flat_map(|x| pixels[*x]));
        drawn = Some(row);
    }
    RgbaImage::from_raw(size.0, size.1, bytes).unwrap_or_else(|| RgbaImage::new(size.0, size.1))
}

/// Scales in linear light, with colours weighted by alpha, by the filter that whole pictures are scaled with. Pixels beside
/// the part count at its edges, as in the whole picture. Some rows at a time, so that they stay in the processor's cache.
fn filtered(image: &DynamicImage, Part { whole, offset, size }: Part) -> RgbaImage {
    let mut pixels = RgbaImage::new(size.0, size.1);
    let across = Span::new(image.width(), whole.0, offset.0, size.0);
    let row_bytes = size.0 as usize * 4;
    let bands = pixels.chunks_mut(BAND_ROWS * row_bytes).zip((offset.1..).step_by(BAND_ROWS));
    in_parallel(bands.collect(), |(rows, top)| {
        let count = u32::try_from(rows.len() / row_bytes).unwrap_or(0);
        let down = Span::new(image.height(), whole.1, top, count);
        let lights = linear(image, &across, &down);
        let crop = Crop { start: (across.start, down.start), size: (across.length, down.length) };
        // It fails only for sizes that do not match, which leaves the rows transparent.
        if let Ok(source) = TypedImageRef::new(across.count, down.count, &lights)
            && let Some(target) = filtered_part(&mut Resizer::new(), &source, (size.0, count), crop)
        {
            straight_all(target.pixels().iter().map(|pixel| pixel.0), rows);
        }
    });
    pixels
}

/// The pixels of the source along one side that a part is made of.
struct Span {
    /// The first pixel, and how many there are, with those that the filter sees beside the part.
    first: u32,
    count: u32,
    /// Where the part starts after the first pixel, and its length.
    start: f64,
    length: f64,
}

impl Span {
    fn new(source: u32, whole: u32, offset: u32, size: u32) -> Self {
        let ratio = f64::from(source) / f64::from(whole);
        let (start, length) = (f64::from(offset) * ratio, f64::from(size) * ratio);
        let beside = ratio.max(1.0).ceil() + 1.0;
        let first = super::scale::nearest((start - beside).floor().max(0.0));
        let end = super::scale::nearest((start + length + beside).ceil()).min(source);
        let start = start - f64::from(first);
        Self { first, count: end - first, start, length: length.min(f64::from(end - first) - start) }
    }
}

/// The pixels of a rectangle in linear light with premultiplied alpha.
fn linear(image: &DynamicImage, across: &Span, down: &Span) -> Vec<U16x4> {
    let (samples, count) = samples(image);
    let row_bytes = image.width() as usize * count;
    let columns = across.first as usize * count..(across.first + across.count) as usize * count;
    let rows = samples.chunks_exact(row_bytes).skip(down.first as usize).take(down.count as usize);
    let rows = rows.filter_map(|row| row.get(columns.clone()));
    let mut pixels = Vec::with_capacity(across.count as usize * down.count as usize);
    let lights = lights();
    for row in rows {
        match count {
            1 => pixels.extend(row.iter().map(|gray| opaque(lights, [*gray; 3]))),
            2 => pixels.extend(row.as_chunks().0.iter().map(|[gray, a]| weighted(lights, [*gray; 3], *a))),
            3 => pixels.extend(row.as_chunks().0.iter().map(|rgb| opaque(lights, *rgb))),
            _ => {
                let rgba = row.as_chunks().0.iter();
                pixels.extend(rgba.map(|[r, g, b, a]| weighted(lights, [*r, *g, *b], *a)));
            }
        }
    }
    pixels
}

fn opaque(lights: &[u16; 256], rgb: [u8; 3]) -> U16x4 {
    let [r, g, b] = rgb.map(|number| lights[usize::from(number)]);
    U16x4::new([r, g, b, u16::MAX])
}

fn weighted(lights: &[u16; 256], rgb: [u8; 3], alpha: u8) -> U16x4 {
    let [r, g, b] = rgb.map(|number| {
        let light = (u32::from(lights[usize::from(number)]) * u32::from(alpha) + 127) / 255;
        u16::try_from(light).unwrap_or(u16::MAX)
    });
    U16x4::new([r, g, b, u16::from(alpha) * 257])
}

#[cfg(test)]
mod tests {
    use image::{Rgba, imageops};

    use super::*;

    /// Each pixel has a colour of its own, some of them are transparent.
    fn picture(width: u32, height: u32, has_alpha: bool) -> DynamicImage {
        let image = RgbaImage::from_fn(width, height, |x, y| {
            let [a, b, ..] = (x * 7919 + y * 104_729).wrapping_mul(2_654_435_761).to_be_bytes();
            Rgba([a, b, a ^ b, if has_alpha && a > 128 { b } else { 255 }])
        });
        if has_alpha { DynamicImage::ImageRgba8(image) } else { without_alpha(image) }
    }

    fn part(image: &DynamicImage, part: Part) -> RgbaImage {
        Zoomable::of_pixels(image.clone(), vec![]).part(part).unwrap().pixels
    }

    #[test]
    fn part_is_the_crop_of_the_whole() {
        for has_alpha in [false, true] {
            let image = picture(203, 151, has_alpha);
            for whole in [(20, 15), (50, 37), (101, 75), (152, 113), (203, 151), (305, 227), (812, 604)] {
                let all = part(&image, Part::all(whole));
                for (offset, size) in [((3, 2), (9, 8)), ((0, 0), (11, 5)), ((9, 10), (11, 5))] {
                    let cut = part(&image, Part { whole, offset, size });
                    let expected = imageops::crop_imm(&all, offset.0, offset.1, size.0, size.1).to_image();
                    let furthest =
                        cut.iter().zip(expected.iter()).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
                    assert!(furthest <= 1, "{whole:?} {offset:?}: {furthest}");
                }
            }
        }
    }

    #[test]
    fn actual_pixels_are_unchanged() {
        let image = picture(40, 30, true);
        let cut = part(&image, Part { whole: (40, 30), offset: (7, 3), size: (20, 10) });
        assert_eq!(cut, image.crop_imm(7, 3, 20, 10).to_rgba8());
    }

    #[test]
    fn pixels_are_squares_above_200_percent() {
        let image = picture(40, 30, true);
        let rgba = image.to_rgba8();
        for scale in [3, 4, 8] {
            let (offset, size) = ((5, 7), (50, 40));
            let cut = part(&image, Part { whole: (40 * scale, 30 * scale), offset, size });
            for (x, y, pixel) in cut.enumerate_pixels() {
                assert_eq!(pixel, rgba.get_pixel((x + 5) / scale, (y + 7) / scale));
            }
        }
        let smooth = part(&image, Part::all((80, 60)));
        let colors = |image: &RgbaImage| image.pixels().collect::<std::collections::HashSet<_>>().len();
        assert!(colors(&smooth) > colors(&rgba), "at 200 % they are filtered");
    }

    #[test]
    fn halves_average_linear_light() {
        let checks = DynamicImage::ImageLuma8(image::GrayImage::from_fn(8, 8, |x, y| {
            image::Luma([if (x + y) % 2 == 0 { 255 } else { 0 }])
        }));
        let half = part(&checks, Part::all((4, 4)));
        assert!(half.pixels().all(|pixel| pixel.0 == [188, 188, 188, 255]), "{half:?}");
    }

    #[test]
    fn decoded_pixels_are_bounded() {
        assert_eq!(decoded_size(Format::Jpeg, (4000, 3000)), (4000, 3000));
        assert_eq!(decoded_size(Format::Png, (4000, 3000)), (4000, 3000));
        for (format, most) in [(Format::Jpeg, 16 << 20), (Format::WebP, 12 << 20)] {
            for size in [(12_000, 12_000), (12_000, 2000), (5000, 5001)] {
                let (width, height) = decoded_size(format, size);
                assert!(width * height <= most, "{width} × {height}");
                assert!(width * height >= most - (width + height) * 2, "{width} × {height}");
            }
        }
    }

    fn bytes(zoomable: &Zoomable) -> usize {
        let Source::Pixels(levels) = &zoomable.source else { panic!("{zoomable:?}") };
        levels.iter().map(|level| level.as_bytes().len()).sum()
    }

    #[test]
    fn memory_stays_within_the_limit() {
        let mut zoomable = Zoomable::of_pixels(picture(1200, 900, false), vec![]);
        zoomable.part(Part::all((9, 7))).unwrap();
        assert!(bytes(&zoomable) <= 1200 * 900 * 4, "{}", bytes(&zoomable));
    }

    #[test]
    fn opaque_pixels_have_no_alpha() {
        for (alpha, expected) in [(255, 12 * 9 * 3), (254, 12 * 9 * 4)] {
            let pixels = RgbaImage::from_pixel(12, 9, Rgba([1, 2, 3, alpha]));
            assert_eq!(bytes(&Zoomable::of_rendered(Rendered { pixels, notes: vec![] })), expected);
        }
    }
}
