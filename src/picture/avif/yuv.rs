//! Converts the planes of an AV1 frame to pixels.

use image::RgbaImage;
use re_rav1d::dav1d::{Picture as Frame, PixelLayout, PlanarImageComponent, Plane};

use super::colors::Matrix;
use crate::picture::color::Conversion;
use crate::picture::color::light::{byte, deep, narrow};

/// The coefficients of red and blue in luma, by the matrix coefficients of ITU-T H.273.
fn luma_coefficients(matrix: u8) -> (f32, f32) {
    match matrix {
        1 => (0.2126, 0.0722),
        4 => (0.30, 0.11),
        7 => (0.212, 0.087),
        9 | 10 => (0.2627, 0.0593),
        // BT.601, the usual default of decoders.
        _ => (0.299, 0.114),
    }
}

/// The colour primaries in the frame's header, as in ITU-T H.273.
pub(super) fn primaries(frame: &Frame) -> u8 {
    frame.color_primaries() as u8
}

/// The transfer characteristics in the frame's header, as in ITU-T H.273.
pub(super) fn transfer(frame: &Frame) -> u8 {
    frame.transfer_characteristic() as u8
}

/// Whether the frame has no colour.
pub(super) fn is_gray(frame: &Frame) -> bool {
    frame.pixel_layout() == PixelLayout::I400
}

fn is_full_range(frame: &Frame) -> bool {
    format!("{:?}", frame.color_range()) == "Full"
}

/// The samples of a plane, of any bit depth.
struct Samples {
    plane: Plane,
    stride: usize,
    wide: bool,
}

impl Samples {
    fn new(frame: &Frame, component: PlanarImageComponent) -> Self {
        Self {
            stride: frame.stride(component) as usize,
            wide: frame.bit_depth() > 8,
            plane: frame.plane(component),
        }
    }

    /// Reads a row of `width` samples.
    fn row(&self, y: usize, width: usize, to: &mut Vec<f32>) -> Result<(), &'static str> {
        let bytes: &[u8] = &self.plane;
        let length = if self.wide { width * 2 } else { width };
        let start = y * self.stride;
        let row = bytes.get(start..start + length).ok_or("its frame is too small")?;
        to.clear();
        if self.wide {
            to.extend(row.as_chunks::<2>().0.iter().map(|pair| f32::from(u16::from_ne_bytes(*pair))));
        } else {
            to.extend(row.iter().map(|number| f32::from(*number)));
        }
        Ok(())
    }
}

/// Offset and scale that map samples to 0…1, or to -0.5…0.5 for chroma.
#[derive(Clone, Copy)]
struct Range {
    luma: (f32, f32),
    chroma: (f32, f32),
}

impl Range {
    fn new(bits: usize, is_full: bool) -> Self {
        let unit = f32::from(1_u16 << (bits - 8));
        let top = unit * 256.0 - 1.0;
        if is_full {
            Self { luma: (0.0, top), chroma: (128.0 * unit, top) }
        } else {
            Self { luma: (16.0 * unit, 219.0 * unit), chroma: (128.0 * unit, 224.0 * unit) }
        }
    }
}

fn bits(frame: &Frame) -> usize {
    frame.bits_per_component().map_or(8, |bits| bits.0).clamp(8, 12)
}

/// Reads a row of luma as 8 bits. An alpha plane is stored as luma.
pub(super) fn luma_row(frame: &Frame, y: usize, to: &mut Vec<u8>) -> Result<(), &'static str> {
    let range = Range::new(bits(frame), is_full_range(frame));
    let mut row = Vec::new();
    Samples::new(frame, PlanarImageComponent::Y).row(y, frame.width() as usize, &mut row)?;
    to.clear();
    to.extend(row.iter().map(|number| byte((number - range.luma.0) / range.luma.1)));
    Ok(())
}

/// The pixels of a frame, opaque, in sRGB. `signalled` are the matrix coefficients and full range of the container.
pub(super) fn to_rgba(
    frame: &Frame,
    signalled: Option<Matrix>,
    conversion: Option<&Conversion>,
) -> Result<RgbaImage, &'static str> {
    let (width, height) = (frame.width(), frame.height());
    let (matrix, is_full) =
        signalled.unwrap_or_else(|| (frame.matrix_coefficients() as u8, is_full_range(frame)));
    let range = Range::new(bits(frame), is_full);
    let layout = frame.pixel_layout();
    let luma = Samples::new(frame, PlanarImageComponent::Y);
    let mut chroma = Chroma::new(frame, layout);
    let (mut ys, mut line, mut scratch) = (Vec::new(), Vec::<u16>::new(), Vec::new());
    let mut pixels = RgbaImage::new(width, height);
    for (y, row) in pixels.rows_mut().enumerate() {
        luma.row(y, width as usize, &mut ys)?;
        let has_chroma = chroma.read(y)?;
        line.clear();
        for (x, luma) in ys.iter().enumerate() {
            let luma = (luma - range.luma.0) / range.luma.1;
            let rgb = if has_chroma {
                let (u, v) = chroma.at(x);
                rgb(matrix, luma, (u, v), range)
            } else {
                [luma; 3]
            };
            line.extend(rgb.map(deep));
        }
        if let Some(conversion) = conversion {
            conversion.deep_row(&mut line, &mut scratch);
        }
        for (pixel, rgb) in row.zip(line.as_chunks::<3>().0) {
            let [r, g, b] = rgb.map(narrow);
            pixel.0 = [r, g, b, 255];
        }
    }
    Ok(pixels)
}

fn rgb(matrix: u8, luma: f32, chroma: (f32, f32), range: Range) -> [f32; 3] {
    if matrix == 0 {
        // Identity: the planes are green, blue and red, with the range of luma.
        let part = |number: f32| (number - range.luma.0) / range.luma.1;
        return [part(chroma.1), luma, part(chroma.0)];
    }
    let part = |number: f32| (number - range.chroma.0) / range.chroma.1;
    let (cb, cr) = (part(chroma.0), part(chroma.1));
    if matrix == 8 {
        let rest = luma - cb;
        return [rest + cr, luma + cb, rest - cr];
    }
    let (kr, kb) = luma_coefficients(matrix);
    let red = luma + 2.0 * (1.0 - kr) * cr;
    let blue = luma + 2.0 * (1.0 - kb) * cb;
    [red, (luma - kr * red - kb * blue) / (1.0 - kr - kb), blue]
}

/// The two chroma planes. They may have half the width of luma, or half the width and height.
struct Chroma {
    planes: Option<[Samples; 2]>,
    half_wide: bool,
    half_high: bool,
    width: usize,
    height: usize,
    /// The nearer and the farther row of both planes.
    rows: [[Vec<f32>; 2]; 2],
    /// The row of both planes, interpolated from `rows`.
    row: [Vec<f32>; 2],
}

impl Chroma {
    fn new(frame: &Frame, layout: PixelLayout) -> Self {
        let (half_wide, half_high) = match layout {
            PixelLayout::I420 => (true, true),
            PixelLayout::I422 => (true, false),
            PixelLayout::I400 | PixelLayout::I444 => (false, false),
        };
        let halved = |side: u32, half: bool| if half { side.div_ceil(2) as usize } else { side as usize };
        let planes = (layout != PixelLayout::I400).then(|| {
            [PlanarImageComponent::U, PlanarImageComponent::V].map(|plane| Samples::new(frame, plane))
        });
        Self {
            planes,
            half_wide,
            half_high,
            width: halved(frame.width(), half_wide),
            height: halved(frame.height(), half_high),
            rows: Default::default(),
            row: Default::default(),
        }
    }

    /// Reads the chroma for a row of luma. `false` if there is no chroma.
    fn read(&mut self, y: usize) -> Result<bool, &'static str> {
        let Some(planes) = &self.planes else { return Ok(false) };
        let (near, far) = if self.half_high { neighbours(y, self.height) } else { (y, y) };
        for (at, plane) in planes.iter().enumerate() {
            plane.row(near, self.width, &mut self.rows[0][at])?;
            plane.row(far, self.width, &mut self.rows[1][at])?;
            let between = self.rows[0][at].iter().zip(&self.rows[1][at]);
            self.row[at].clear();
            self.row[at].extend(between.map(|(near, far)| near * 0.75 + far * 0.25));
        }
        Ok(true)
    }

    fn at(&self, x: usize) -> (f32, f32) {
        let (near, far) = if self.half_wide { neighbours(x, self.width) } else { (x, x) };
        let value = |row: &[f32]| row[near] * 0.75 + row[far] * 0.25;
        (value(&self.row[0]), value(&self.row[1]))
    }
}

/// The indices of the nearest chroma sample for a luma position, and of the next one on its other side.
fn neighbours(at: usize, count: usize) -> (usize, usize) {
    let near = (at / 2).min(count - 1);
    let far = if at.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(count - 1) };
    (near, far)
}
