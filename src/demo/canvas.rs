//! A pixel surface with anti-aliased shapes.

use std::ops::Range;

use image::{DynamicImage, RgbaImage};

/// Red, green, blue.
pub(super) type Colour = [u8; 3];

/// A pixel surface. Shapes may extend beyond it.
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    /// RGBA, row by row
    pixels: Vec<u8>,
}

impl Canvas {
    /// A canvas of one colour. With `opacity` 0 it is transparent but still has that colour, so that anti-aliased
    /// edges have no fringe.
    pub(super) fn new(width: u32, height: u32, colour: Colour, opacity: u8) -> Self {
        let (width, height) = (width as usize, height as usize);
        let [red, green, blue] = colour;
        Self { width, height, pixels: [red, green, blue, opacity].repeat(width * height) }
    }

    pub(super) fn into_image(self, transparent: bool) -> DynamicImage {
        let size =
            (u32::try_from(self.width).unwrap_or_default(), u32::try_from(self.height).unwrap_or_default());
        let image = RgbaImage::from_raw(size.0, size.1, self.pixels).expect("there are four bytes a pixel");
        let image = DynamicImage::ImageRgba8(image);
        if transparent { image } else { DynamicImage::ImageRgb8(image.into_rgb8()) }
    }

    /// Fills the canvas with a vertical gradient.
    pub(super) fn gradient(&mut self, top: Colour, bottom: Colour) {
        for y in 0..self.height {
            let colour = lerp_colour(top, bottom, to_f32(y) / to_f32(self.height));
            self.span(y, 0.0, to_f32(self.width), colour, 1.0);
        }
    }

    pub(super) fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Colour) {
        for row in self.rows(y, y + height) {
            self.span(row, x, x + width, colour, 1.0);
        }
    }

    /// `opacity` is from 0 to 1.
    pub(super) fn ellipse(&mut self, centre: (f32, f32), radius: (f32, f32), colour: Colour, opacity: f32) {
        for row in self.rows(centre.1 - radius.1, centre.1 + radius.1 + 1.0) {
            let up = (to_f32(row) + 0.5 - centre.1) / radius.1;
            let half = radius.0 * (1.0 - up * up).max(0.0).sqrt();
            if half > 0.0 {
                self.span(row, centre.0 - half, centre.0 + half, colour, opacity);
            }
        }
    }

    /// A square with rounded corners and a vertical gradient.
    pub(super) fn tile(&mut self, x: f32, y: f32, side: f32, corner: f32, colours: (Colour, Colour)) {
        for row in self.rows(y, y + side) {
            let down = to_f32(row) + 0.5 - y;
            let over = (corner - down.min(side - down)).max(0.0);
            let inset = corner - (corner * corner - over * over).max(0.0).sqrt();
            self.span(row, x + inset, x + side - inset, lerp_colour(colours.0, colours.1, down / side), 1.0);
        }
    }

    /// Fills the area below the line `y = height(x)`, down to the row `floor`.
    pub(super) fn below(
        &mut self,
        columns: (f32, f32),
        floor: f32,
        colour: Colour,
        height: impl Fn(f32) -> f32,
    ) {
        let floor = clamp_index(floor, self.height);
        let columns = clamp_index(columns.0, self.width)..clamp_index(columns.1, self.width);
        // Below the line's lowest point all rows are full, and filling full rows is fast.
        let mut full_from = 0;
        let mut tops = Vec::with_capacity(columns.len());
        for column in columns.clone() {
            let top = height(to_f32(column) + 0.5).max(0.0);
            let first = clamp_index(top.ceil(), self.height);
            if first > 0 && first <= floor {
                self.blend(column, first - 1, colour, top.ceil() - top);
            }
            full_from = full_from.max(first);
            tops.push((column, first));
        }
        for (column, first) in tops {
            for row in first..full_from.min(floor) {
                self.fill(row * self.width + column, 1, colour);
            }
        }
        for row in full_from..floor {
            if !columns.is_empty() {
                self.fill(row * self.width + columns.start, columns.len(), colour);
            }
        }
    }

    fn rows(&self, from: f32, to: f32) -> Range<usize> {
        clamp_index(from, self.height)..clamp_index(to, self.height)
    }

    /// Fills part of a row. Ends between two pixels are blended.
    fn span(&mut self, row: usize, from: f32, to: f32, colour: Colour, opacity: f32) {
        let (from, to) = (from.max(0.0), to.min(to_f32(self.width)));
        if row >= self.height || from >= to {
            return;
        }
        let (first, last) = (clamp_index(from.ceil(), self.width), clamp_index(to.floor(), self.width));
        if first > last {
            return self.blend(last, row, colour, (to - from) * opacity);
        }
        if first > 0 {
            self.blend(first - 1, row, colour, (from.ceil() - from) * opacity);
        }
        if last < self.width {
            self.blend(last, row, colour, (to - to.floor()) * opacity);
        }
        if opacity < 1.0 {
            for column in first..last {
                self.blend(column, row, colour, opacity);
            }
        } else if first < last {
            self.fill(row * self.width + first, last - first, colour);
        }
    }

    // Doubling what is filled already takes a few memory copies instead of a loop over pixels.
    fn fill(&mut self, start: usize, count: usize, colour: Colour) {
        let area = &mut self.pixels[start * 4..(start + count) * 4];
        area[..4].copy_from_slice(&[colour[0], colour[1], colour[2], 255]);
        let mut done = 4;
        while done < area.len() {
            let more = done.min(area.len() - done);
            area.copy_within(..more, done);
            done += more;
        }
    }

    fn blend(&mut self, column: usize, row: usize, colour: Colour, opacity: f32) {
        if column >= self.width || opacity <= 0.0 {
            return;
        }
        let at = (row * self.width + column) * 4;
        let pixel = &mut self.pixels[at..at + 4];
        let before = f32::from(pixel[3]) / 255.0;
        // On a transparent pixel there is nothing to blend with.
        let share = if before == 0.0 { 1.0 } else { opacity };
        for (channel, new) in pixel.iter_mut().zip(colour) {
            *channel = lerp(*channel, new, share);
        }
        pixel[3] = lerp(pixel[3], 255, opacity);
    }
}

/// Interpolates between two colours; `share` 0 is `from`.
pub(super) fn lerp_colour(from: Colour, to: Colour, share: f32) -> Colour {
    [lerp(from[0], to[0], share), lerp(from[1], to[1], share), lerp(from[2], to[2], share)]
}

/// Hue, saturation and lightness, each from 0 to 1.
pub(super) fn hsl(hue: f32, saturation: f32, lightness: f32) -> Colour {
    [0.0, 8.0, 4.0].map(|offset| {
        let k = (offset + hue.rem_euclid(1.0) * 12.0) % 12.0;
        let swing = saturation * lightness.min(1.0 - lightness);
        to_u8((lightness - swing * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)) * 255.0)
    })
}

fn lerp(from: u8, to: u8, share: f32) -> u8 {
    to_u8(f32::from(from) + (f32::from(to) - f32::from(from)) * share)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a byte holds")]
fn to_u8(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

/// Exact up to 16 million.
#[expect(clippy::cast_precision_loss, reason = "pictures are some thousand pixels wide")]
pub(super) fn to_f32(value: usize) -> f32 {
    value as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the surface")]
fn clamp_index(value: f32, limit: usize) -> usize {
    value.clamp(0.0, to_f32(limit)) as usize
}
