//! Converts colours to sRGB, by ICC profiles, CICP code points, or PNG gamma and chromaticities.

pub(super) mod light;
mod source;
mod tables;

use std::sync::Arc;

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace,
    MatrixCoefficients, ParsingOptions, ToneReprCurve, TransferCharacteristics, Transform8BitExecutor,
    Transform16BitExecutor, TransformOptions,
};

use light::{byte, deep, encoded, luminance};
use source::SampleLayout;
pub(super) use source::{BrokenProfile, ColorSource, Samples};
use tables::SampledTable;

/// The largest ICC profile that is read, in bytes.
const MAX_PROFILE: usize = 4 << 20;
/// The most tags that a profile may have. Each is parsed, even if it shares its data with others.
const MAX_TAGS: u32 = 100;
/// The most numbers that a table of a profile may have.
const MAX_TABLE: usize = 1_000_000;
/// The largest difference, of 255, that is invisible.
const UNSEEN: u8 = 1;
/// The `gAMA` value of sRGB pictures. It only approximates the curve of sRGB.
const SRGB_GAMMA: u32 = 45_455;

/// Converts rows of pixels to sRGB.
pub(super) struct Conversion {
    samples: Samples,
    method: Method,
    /// Whether colours use 16 to 235 only, as in video.
    is_narrow: bool,
}

enum Method {
    /// Lookup tables by sample. `sixteen` is empty without 16-bit samples.
    Gray {
        eight: Box<[u8; 256]>,
        sixteen: Vec<u16>,
    },
    Color {
        eight: Arc<Transform8BitExecutor>,
        sixteen: Option<Arc<Transform16BitExecutor>>,
    },
    Table(SampledTable),
    Unchanged,
}

impl Conversion {
    /// `None` if the colours are in sRGB already. `deep` is whether there are 16-bit samples.
    pub(super) fn new(
        source: ColorSource<'_>,
        samples: Samples,
        deep: bool,
    ) -> Result<Option<Self>, BrokenProfile> {
        let is_narrow = matches!(source, ColorSource::Cicp { full_range: false, .. });
        let method = match profile(source)? {
            Some(profile) => Method::new(source, profile, samples, deep)?,
            None if is_narrow => Method::Unchanged,
            None => return Ok(None),
        };
        let conversion = Self { samples, method, is_narrow };
        Ok((!conversion.is_identity()).then_some(conversion))
    }

    /// Whether the conversion changes nothing visible, tested with a grid of colours.
    fn is_identity(&self) -> bool {
        let is_near =
            |from: &[u8], to: &[u8]| from.iter().zip(to).all(|(from, to)| from.abs_diff(*to) <= UNSEEN);
        match (&self.method, self.samples) {
            _ if self.is_narrow => false,
            (_, Samples::Cmyk) => false,
            (Method::Unchanged, _) => true,
            (Method::Gray { eight, .. }, _) => {
                (0..=255).zip(eight.iter()).all(|(from, to): (u8, _)| from.abs_diff(*to) <= UNSEEN)
            }
            (Method::Color { .. } | Method::Table(_), samples) => {
                let count = samples.layout().count;
                let levels = [0, 20, 50, 85, 120, 155, 190, 225, 255];
                let mut from = Vec::with_capacity(levels.len().pow(3) * count);
                for red in levels {
                    for green in levels {
                        for blue in levels {
                            from.extend_from_slice(&[red, green, blue, 255][..count]);
                        }
                    }
                }
                let mut to = from.clone();
                self.row(&mut to, &mut Vec::new());
                is_near(&from, &to)
            }
        }
    }

    /// Converts a row in place. From CMYK, the RGB samples end up in the first three quarters of the row.
    pub(super) fn row(&self, row: &mut [u8], scratch: &mut Vec<u8>) {
        let SampleLayout { count, colors, .. } = self.samples.layout();
        if self.is_narrow {
            for pixel in row.chunks_exact_mut(count) {
                pixel[..colors].iter_mut().for_each(|sample| *sample = full_range(*sample));
            }
        }
        match &self.method {
            Method::Unchanged => {}
            Method::Gray { eight, .. } => {
                for pixel in row.chunks_exact_mut(count) {
                    pixel[..colors].iter_mut().for_each(|sample| *sample = eight[usize::from(*sample)]);
                }
            }
            Method::Table(table) if self.samples == Samples::Cmyk => {
                for at in 0..row.len() / 4 {
                    // In profiles 255 is full ink.
                    let inks = [0, 1, 2, 3].map(|ink| 255 - row[at * 4 + ink]);
                    row[at * 3..at * 3 + 3].copy_from_slice(&table.color(&inks).map(byte));
                }
            }
            Method::Table(table) => {
                for pixel in row.chunks_exact_mut(count) {
                    let color = table.color(&pixel[..colors]).map(byte);
                    pixel[..colors].copy_from_slice(&color[..colors]);
                }
            }
            Method::Color { eight, .. } => {
                scratch.clear();
                scratch.extend_from_slice(row);
                // This cannot fail: both slices have the same number of whole pixels.
                _ = eight.transform(scratch, row);
            }
        }
    }

    /// Converts a row of 16-bit samples in place.
    pub(super) fn deep_row(&self, row: &mut [u16], scratch: &mut Vec<u16>) {
        let SampleLayout { count, colors, .. } = self.samples.layout();
        if self.is_narrow {
            for pixel in row.chunks_exact_mut(count) {
                pixel[..colors].iter_mut().for_each(|sample| *sample = deep_full_range(*sample));
            }
        }
        match &self.method {
            Method::Gray { sixteen, .. } if !sixteen.is_empty() => {
                for pixel in row.chunks_exact_mut(count) {
                    pixel[..colors].iter_mut().for_each(|sample| *sample = sixteen[usize::from(*sample)]);
                }
            }
            Method::Table(table) => {
                for pixel in row.chunks_exact_mut(count) {
                    let color = table.deep_color(&pixel[..colors]).map(deep);
                    pixel[..colors].copy_from_slice(&color[..colors]);
                }
            }
            Method::Color { sixteen: Some(sixteen), .. } => {
                scratch.clear();
                scratch.extend_from_slice(row);
                _ = sixteen.transform(scratch, row);
            }
            Method::Unchanged | Method::Gray { .. } | Method::Color { .. } => {}
        }
    }
}

impl Method {
    fn new(
        source: ColorSource<'_>,
        mut profile: ColorProfile,
        samples: Samples,
        deep: bool,
    ) -> Result<Self, BrokenProfile> {
        let is_gray = samples.layout().space == DataColorSpace::Gray;
        if is_gray && profile.color_space == DataColorSpace::Rgb {
            // Grays use the red curve. An RGB profile in a gray file belongs to another file, unless it is sRGB.
            if matches!(source, ColorSource::Icc(_)) && !is_srgb(source, profile.clone()) {
                return Err(BrokenProfile);
            }
            let curve = profile.red_trc.take();
            profile = ColorProfile::new_gray_with_gamma(1.0);
            profile.gray_trc = curve;
        }
        if profile.color_space != samples.layout().space {
            return Err(BrokenProfile);
        }
        if let Some(table) = tables::table_of(&profile) {
            let is_version_4 = matches!(source, ColorSource::Icc(bytes) if bytes.get(8) >= Some(&4));
            let channels = if is_gray { 1 } else { samples.layout().colors };
            let table = SampledTable::new(&profile, table, channels, is_version_4)?;
            if is_gray {
                let gray = |level: u16| table.deep_color(&[level])[1];
                return Ok(Self::gray(gray, deep));
            }
            return Ok(Self::Table(table));
        }
        if is_gray {
            let curve = profile.gray_trc.as_ref().ok_or(BrokenProfile)?;
            let curve = curve.make_linear_evaluator().map_err(|_| BrokenProfile)?;
            let is_lab = profile.pcs == DataColorSpace::Lab;
            return Ok(Self::gray(
                |level| {
                    let value = curve.evaluate_value(f32::from(level) / 65_535.0);
                    encoded(if is_lab { luminance(value * 100.0) } else { value })
                },
                deep,
            ));
        }
        let srgb = ColorProfile::new_srgb();
        let layout = samples.layout().order;
        let options = TransformOptions {
            allow_use_cicp_transfer: matches!(source, ColorSource::Cicp { .. }),
            prefer_fixed_point: false,
            ..TransformOptions::default()
        };
        let eight =
            profile.create_transform_8bit(layout, &srgb, layout, options).map_err(|_| BrokenProfile)?;
        let sixteen = if deep {
            let sixteen = profile.create_transform_16bit(layout, &srgb, layout, options);
            Some(sixteen.map_err(|_| BrokenProfile)?)
        } else {
            None
        };
        Ok(Self::Color { eight, sixteen })
    }

    /// Builds the lookup tables from a function that maps a 16-bit level to 0…1.
    fn gray(value: impl Fn(u16) -> f32, has_deep: bool) -> Self {
        let mut eight = Box::new([0; 256]);
        for (sample, level) in eight.iter_mut().zip(0..=u8::MAX) {
            *sample = byte(value(u16::from(level) * 257));
        }
        let sixteen =
            if has_deep { (0..=u16::MAX).map(|level| deep(value(level))).collect() } else { Vec::new() };
        Self::Gray { eight, sixteen }
    }
}

fn full_range(sample: u8) -> u8 {
    byte((f32::from(sample) - 16.0) / 219.0)
}

fn deep_full_range(sample: u16) -> u16 {
    deep((f32::from(sample) - 4096.0) / 56_064.0)
}

/// Converts the pixels of a picture in place, row by row.
pub(super) fn convert(conversion: &Conversion, pixels: &mut [u8], width: u32) {
    let mut scratch = Vec::new();
    let row = width as usize * conversion.samples.layout().count;
    for row in pixels.chunks_exact_mut(row.max(1)) {
        conversion.row(row, &mut scratch);
    }
}

/// The colour profile. `None` if the colours are in sRGB for certain.
fn profile(source: ColorSource<'_>) -> Result<Option<ColorProfile>, BrokenProfile> {
    match source {
        ColorSource::Icc(bytes) => icc(bytes).map(Some),
        ColorSource::Cicp { primaries, transfer, .. } => Ok(cicp(primaries, transfer)),
        ColorSource::Gamma { gamma: SRGB_GAMMA, chromaticities: None } => Ok(None),
        ColorSource::Gamma { gamma, chromaticities } => gamma_profile(gamma, chromaticities).map(Some),
    }
}

fn icc(bytes: &[u8]) -> Result<ColorProfile, BrokenProfile> {
    let tags = bytes.get(128..132).and_then(|count| count.try_into().ok()).map(u32::from_be_bytes);
    if tags.is_none_or(|tags| tags > MAX_TAGS) {
        return Err(BrokenProfile);
    }
    let limits = ParsingOptions {
        max_profile_size: MAX_PROFILE,
        max_allowed_clut_size: MAX_TABLE,
        ..ParsingOptions::default()
    };
    ColorProfile::new_from_slice_with_options(bytes, limits).map_err(|_| BrokenProfile)
}

/// `None` if the code points mean sRGB, are unspecified, or unknown.
fn cicp(primaries: u8, transfer: u8) -> Option<ColorProfile> {
    let color_primaries = match CicpColorPrimaries::try_from(primaries).ok()? {
        CicpColorPrimaries::Reserved | CicpColorPrimaries::Unspecified => CicpColorPrimaries::Bt709,
        known => known,
    };
    let transfer_characteristics = match TransferCharacteristics::try_from(transfer).ok()? {
        // These are tagged by video tools, but their authors saw the pictures with the curve of sRGB.
        TransferCharacteristics::Reserved
        | TransferCharacteristics::Unspecified
        | TransferCharacteristics::Bt709
        | TransferCharacteristics::Bt601
        | TransferCharacteristics::Bt202010bit
        | TransferCharacteristics::Bt202012bit => TransferCharacteristics::Srgb,
        known => known,
    };
    if color_primaries == CicpColorPrimaries::Bt709
        && transfer_characteristics == TransferCharacteristics::Srgb
    {
        return None;
    }
    let cicp = CicpProfile {
        color_primaries,
        transfer_characteristics,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    };
    Some(ColorProfile::new_from_cicp(cicp))
}

fn gamma_profile(gamma: u32, chromaticities: Option<[[u32; 2]; 4]>) -> Result<ColorProfile, BrokenProfile> {
    let mut profile = ColorProfile::new_srgb();
    if gamma != SRGB_GAMMA {
        // Exponents outside of 0.1 to 10 are mistakes.
        if !(10_000..=1_000_000).contains(&gamma) {
            return Err(BrokenProfile);
        }
        #[expect(clippy::cast_precision_loss, reason = "it is at most a million")]
        let curve = ToneReprCurve::Parametric(vec![100_000.0 / gamma as f32]);
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
    }
    if let Some(points) = chromaticities {
        #[expect(clippy::cast_precision_loss, reason = "they are at most 100,000")]
        let [white, red, green, blue] =
            points.map(|[x, y]| Chromaticity::new(x as f32 / 100_000.0, y as f32 / 100_000.0));
        let is_sound = points.iter().all(|[x, y]| *y > 0 && *x <= 100_000 && *y <= 100_000);
        let cross = (green.x - red.x) * (blue.y - red.y) - (green.y - red.y) * (blue.x - red.x);
        if !is_sound || cross.abs() < 0.001 {
            return Err(BrokenProfile);
        }
        profile.update_rgb_colorimetry(white.to_xyyb(), ColorPrimaries { red, green, blue });
    }
    profile.cicp = None;
    Ok(profile)
}

fn is_srgb(source: ColorSource<'_>, profile: ColorProfile) -> bool {
    Method::new(source, profile, Samples::Rgb, false)
        .is_ok_and(|method| Conversion { samples: Samples::Rgb, method, is_narrow: false }.is_identity())
}
