//! ICC profiles with lookup tables, such as those of printers. The method is littleCMS's: the profile is sampled once
//! into a table of sRGB colours, with tetrahedral interpolation.

use moxcms::{
    ColorProfile, DataColorSpace, LutDataType, LutMultidimensionalType, LutStore, LutType, LutWarehouse,
    ToneReprCurve,
};

use super::light::{encoded, luminance};
use super::source::BrokenProfile;

/// The D50 white point of the profile connection space.
const WHITE: [f32; 3] = [0.9642, 1.0, 0.8249];
/// The black point of perceptual tables since version 4 of ICC.
const PERCEPTUAL_BLACK: [f32; 3] = [0.003_36, 0.003_473_1, 0.002_87];
/// The number of samples of a parametric curve.
const CURVE_SAMPLES: u16 = 4096;

/// The table for the conversion: the perceptual one if there is one, as browsers and littleCMS choose.
pub(super) fn table_of(profile: &ColorProfile) -> Option<&LutWarehouse> {
    let perceptual = profile.lut_a_to_b_perceptual.as_ref();
    perceptual.or(profile.lut_a_to_b_colorimetric.as_ref()).or(profile.lut_a_to_b_saturation.as_ref())
}

/// A table from device samples to sRGB.
pub(super) struct SampledTable {
    /// The position in the grid of each of 256 levels, for each channel.
    positions: Vec<[f32; 256]>,
    grid: Grid,
}

impl SampledTable {
    pub(super) fn new(
        profile: &ColorProfile,
        table: &LutWarehouse,
        channels: usize,
        is_version_4: bool,
    ) -> Result<Self, BrokenProfile> {
        let device = DeviceTable::new(table, profile.pcs, channels)?;
        // Black point compensation. Without it, black ink would be dark grey.
        let black = if is_version_4 && profile.lut_a_to_b_perceptual.is_some() {
            PERCEPTUAL_BLACK
        } else {
            let darkest = if profile.color_space == DataColorSpace::Cmyk { 1.0 } else { 0.0 };
            let [_, y, _] = device.xyz(&device.linearized(&vec![darkest; channels]));
            // At most the luminance of lightness 50.
            WHITE.map(|part| part * y.clamp(0.0, 0.184))
        };
        let size: u8 = match channels {
            1 => 255,
            4 => 17,
            _ => 33,
        };
        let last = f32::from(size - 1);
        let count = usize::from(size).pow(u32::try_from(channels).unwrap_or(4));
        let mut values = Vec::with_capacity(count);
        let mut place = vec![0_u8; channels];
        for _ in 0..count {
            let input: Vec<f32> = place.iter().map(|at| f32::from(*at) / last).collect();
            values.push(srgb(device.xyz(&input), black));
            // The last channel changes fastest.
            for at in place.iter_mut().rev() {
                *at += 1;
                if *at < size {
                    break;
                }
                *at = 0;
            }
        }
        let positions = device.input.iter().map(|curve| {
            let mut positions = [0.0; 256];
            for (position, level) in positions.iter_mut().zip(0..=u8::MAX) {
                *position = curve.at(f32::from(level) / 255.0).clamp(0.0, 1.0) * last;
            }
            positions
        });
        Ok(Self {
            positions: positions.collect(),
            grid: Grid { sizes: vec![usize::from(size); channels], values },
        })
    }

    /// The colour of 8-bit samples, from 0 to 1.
    pub(super) fn color(&self, samples: &[u8]) -> [f32; 3] {
        let mut at = [0.0; 4];
        for ((at, positions), sample) in at.iter_mut().zip(&self.positions).zip(samples) {
            *at = positions[usize::from(*sample)];
        }
        self.grid.at(&at[..self.positions.len()])
    }

    /// The colour of 16-bit samples, from 0 to 1.
    pub(super) fn deep_color(&self, samples: &[u16]) -> [f32; 3] {
        let mut at = [0.0; 4];
        for ((at, positions), sample) in at.iter_mut().zip(&self.positions).zip(samples) {
            let (level, fraction) = (usize::from(sample / 257), f32::from(sample % 257) / 257.0);
            *at = mix(positions[level], positions[(level + 1).min(255)], fraction);
        }
        self.grid.at(&at[..self.positions.len()])
    }
}

/// The encoding of a table's output.
enum Encoding {
    Xyz,
    Lab,
    /// The encoding of `lut16` tables, where white is 0xff00.
    LegacyLab,
}

/// A profile's table: curves, a grid, curves, a matrix, curves. Some of them may be absent.
struct DeviceTable {
    input: Vec<Curve>,
    grid: Option<Grid>,
    middle: Vec<Curve>,
    matrix: [[f32; 3]; 3],
    offset: [f32; 3],
    output: Vec<Curve>,
    encoding: Encoding,
}

impl DeviceTable {
    fn new(table: &LutWarehouse, space: DataColorSpace, channels: usize) -> Result<Self, BrokenProfile> {
        let encoding = match (space, table) {
            (DataColorSpace::Xyz, _) => Encoding::Xyz,
            (DataColorSpace::Lab, LutWarehouse::Lut(table)) if table.lut_type == LutType::Lut16 => {
                Encoding::LegacyLab
            }
            (DataColorSpace::Lab, _) => Encoding::Lab,
            _ => return Err(BrokenProfile),
        };
        let device = match table {
            LutWarehouse::Lut(table) if table.num_output_channels == 3 => Self::from_lut(table, encoding),
            LutWarehouse::Multidimensional(table) if table.num_output_channels == 3 => {
                Self::from_curves(table, encoding)?
            }
            _ => return Err(BrokenProfile),
        };
        let has_three = |curves: &[Curve]| curves.is_empty() || curves.len() == 3;
        let is_sound = device.input.len() == channels
            && has_three(&device.middle)
            && has_three(&device.output)
            && device.grid.as_ref().map_or(channels == 3, Grid::is_whole)
            && device
                .input
                .iter()
                .chain(&device.middle)
                .chain(&device.output)
                .all(|curve| !curve.0.is_empty());
        is_sound.then_some(device).ok_or(BrokenProfile)
    }

    fn from_lut(table: &LutDataType, encoding: Encoding) -> Self {
        let curves = |store: &LutStore, entries: u16| -> Vec<Curve> {
            numbers(store).chunks(usize::from(entries).max(1)).map(|part| Curve(part.to_vec())).collect()
        };
        let sizes = vec![usize::from(table.num_clut_grid_points); usize::from(table.num_input_channels)];
        Self {
            input: curves(&table.input_table, table.num_input_table_entries),
            grid: Some(Grid { sizes, values: numbers(&table.clut_table).as_chunks().0.to_vec() }),
            middle: Vec::new(),
            // Their matrix is for XYZ input only.
            matrix: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            offset: [0.0; 3],
            output: curves(&table.output_table, table.num_output_table_entries),
            encoding,
        }
    }

    fn from_curves(table: &LutMultidimensionalType, encoding: Encoding) -> Result<Self, BrokenProfile> {
        let channels = usize::from(table.num_input_channels);
        let curves = |curves: &[ToneReprCurve]| curves.iter().map(Curve::new).collect::<Result<Vec<_>, _>>();
        let input = curves(&table.a_curves)?;
        let sizes = table.grid_points.iter().take(channels).map(|size| usize::from(*size)).collect();
        #[expect(clippy::cast_possible_truncation, reason = "they are numbers of 32 bits")]
        let matrix = table.matrix.v.map(|row| row.map(|number| number as f32));
        #[expect(clippy::cast_possible_truncation, reason = "they are numbers of 32 bits")]
        let offset = table.bias.v.map(|number| number as f32);
        Ok(Self {
            input: if input.is_empty() { vec![Curve(vec![0.0, 1.0]); channels] } else { input },
            grid: table
                .clut
                .as_ref()
                .map(|clut| Grid { sizes, values: numbers(clut).as_chunks().0.to_vec() }),
            middle: curves(&table.m_curves)?,
            matrix,
            offset,
            output: curves(&table.b_curves)?,
            encoding,
        })
    }

    fn linearized(&self, samples: &[f32]) -> Vec<f32> {
        self.input.iter().zip(samples).map(|(curve, sample)| curve.at(*sample)).collect()
    }

    /// The colour of samples after the input curves.
    fn xyz(&self, samples: &[f32]) -> [f32; 3] {
        let mut color = match (&self.grid, samples) {
            (Some(grid), _) => {
                let mut at = [0.0; 4];
                for ((at, size), sample) in at.iter_mut().zip(&grid.sizes).zip(samples) {
                    #[expect(clippy::cast_precision_loss, reason = "at most 255")]
                    let last = (size - 1) as f32;
                    *at = sample.clamp(0.0, 1.0) * last;
                }
                grid.at(&at[..grid.sizes.len()])
            }
            (None, [a, b, c]) => [*a, *b, *c],
            (None, _) => [0.0; 3],
        };
        apply(&self.middle, &mut color);
        let [x, y, z] = color;
        for (part, (row, offset)) in color.iter_mut().zip(self.matrix.iter().zip(&self.offset)) {
            *part = row[0] * x + row[1] * y + row[2] * z + offset;
        }
        apply(&self.output, &mut color);
        match self.encoding {
            Encoding::Xyz => color.map(|part| part * (1.0 + 32_767.0 / 32_768.0)),
            Encoding::Lab => lab_to_xyz(color.map(|part| part * 255.0)),
            Encoding::LegacyLab => lab_to_xyz(color.map(|part| part * 65_535.0 / 256.0)),
        }
    }
}

/// From L* scaled to 0…255, and a* and b* with an offset of 128.
fn lab_to_xyz([lightness, a, b]: [f32; 3]) -> [f32; 3] {
    let y = (lightness * 100.0 / 255.0 + 16.0) / 116.0;
    let parts = [y + (a - 128.0) / 500.0, y, y - (b - 128.0) / 200.0];
    let mut xyz = WHITE;
    for (part, root) in xyz.iter_mut().zip(parts) {
        *part *= luminance(root * 116.0 - 16.0);
    }
    xyz
}

fn srgb(xyz: [f32; 3], black: [f32; 3]) -> [f32; 3] {
    let mut scaled = xyz;
    for ((part, black), white) in scaled.iter_mut().zip(black).zip(WHITE) {
        *part = (*part - black) * white / (white - black);
    }
    let [x, y, z] = scaled;
    [
        3.133_856 * x - 1.616_866_7 * y - 0.490_614_6 * z,
        -0.978_768_4 * x + 1.916_141_5 * y + 0.033_454 * z,
        0.071_945_3 * x - 0.228_991_4 * y + 1.405_242_7 * z,
    ]
    .map(encoded)
}

fn numbers(store: &LutStore) -> Vec<f32> {
    match store {
        LutStore::Store8(numbers) => numbers.iter().map(|number| f32::from(*number) / 255.0).collect(),
        LutStore::Store16(numbers) => numbers.iter().map(|number| f32::from(*number) / 65_535.0).collect(),
    }
}

fn apply(curves: &[Curve], color: &mut [f32; 3]) {
    for (part, curve) in color.iter_mut().zip(curves) {
        *part = curve.at(*part);
    }
}

/// Values at equally spaced inputs from 0 to 1.
#[derive(Clone)]
struct Curve(Vec<f32>);

impl Curve {
    fn new(curve: &ToneReprCurve) -> Result<Self, BrokenProfile> {
        let evaluator = curve.make_linear_evaluator().map_err(|_| BrokenProfile)?;
        let last = f32::from(CURVE_SAMPLES - 1);
        Ok(Self((0..CURVE_SAMPLES).map(|at| evaluator.evaluate_value(f32::from(at) / last)).collect()))
    }

    fn at(&self, x: f32) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "at most 4,096")]
        let last = (self.0.len() - 1) as f32;
        let (at, next, fraction) = step(x.clamp(0.0, 1.0) * last, self.0.len());
        mix(self.0[at], self.0[next], fraction)
    }
}

/// Colours for all combinations of levels, with one to four inputs.
struct Grid {
    sizes: Vec<usize>,
    values: Vec<[f32; 3]>,
}

impl Grid {
    fn is_whole(&self) -> bool {
        let count = self.sizes.iter().try_fold(1_usize, |count, size| count.checked_mul(*size));
        matches!(self.sizes.len(), 1..=4) && count == Some(self.values.len()) && !self.values.is_empty()
    }

    /// The interpolated colour. Positions are from 0 to the last level of each input.
    fn at(&self, positions: &[f32]) -> [f32; 3] {
        interpolated(&self.values, &self.sizes, positions)
    }
}

/// Interpolates tetrahedrally in the last three inputs, and linearly in those before.
fn interpolated(values: &[[f32; 3]], sizes: &[usize], positions: &[f32]) -> [f32; 3] {
    match (sizes, positions) {
        (&[x, y, z], &[at_x, at_y, at_z]) => {
            let mut start = 0;
            let mut axes = [(at_x, x, y * z), (at_y, y, z), (at_z, z, 1)].map(|(position, size, stride)| {
                let (at, next, fraction) = step(position, size);
                start += at * stride;
                (fraction, (next - at) * stride)
            });
            // Walk from corner to corner, along the axis of the largest fraction first.
            for (a, b) in [(0, 1), (1, 2), (0, 1)] {
                if axes[a].0 < axes[b].0 {
                    axes.swap(a, b);
                }
            }
            let mut corner = values[start];
            let mut color = corner;
            for (fraction, stride) in axes {
                start += stride;
                let next = values[start];
                for (part, (corner, next)) in color.iter_mut().zip(corner.iter().zip(next)) {
                    *part += fraction * (next - corner);
                }
                corner = next;
            }
            color
        }
        (&[size, ref sizes @ ..], &[position, ref positions @ ..]) => {
            let stride: usize = sizes.iter().product();
            let (at, next, fraction) = step(position, size);
            let mut color = interpolated(&values[at * stride..], sizes, positions);
            let other = interpolated(&values[next * stride..], sizes, positions);
            for (part, other) in color.iter_mut().zip(other) {
                *part = mix(*part, other, fraction);
            }
            color
        }
        _ => values[0],
    }
}

/// The indices below and above a position, and the fraction between them.
fn step(position: f32, size: usize) -> (usize, usize, f32) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positions are small")]
    let at = (position as usize).min(size - 1);
    #[expect(clippy::cast_precision_loss, reason = "at most 4,096")]
    let fraction = position - at as f32;
    (at, (at + 1).min(size - 1), fraction)
}

fn mix(from: f32, to: f32, fraction: f32) -> f32 {
    from + (to - from) * fraction
}
