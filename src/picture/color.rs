//! Conversion of colours to sRGB.

use std::sync::Arc;

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, Layout,
    MatrixCoefficients, ParsingOptions, RenderingIntent, ToneReprCurve, TransferCharacteristics,
    Transform8BitExecutor, Transform16BitExecutor, TransformOptions,
};

/// The largest ICC profile that is read, in bytes.
const MAX_PROFILE: usize = 4 << 20;
/// The most tags that a profile may have. Each is parsed, also if it shares its data with others.
const MAX_TAGS: u32 = 100;
/// The most numbers that a table of a profile may have.
const MAX_TABLE: usize = 1_000_000;
/// A difference, of 255, that nobody sees.
const UNSEEN: u8 = 1;
/// What a `gAMA` chunk says of a picture in sRGB, whose curve it can only approximate.
const SRGB_GAMMA: u32 = 45_455;

/// What a file says of its colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColorSource<'a> {
    Icc(&'a [u8]),
    /// Numbers of ITU-T H.273.
    Cicp {
        primaries: u8,
        transfer: u8,
    },
    /// An exponent, and x and y of white, red, green and blue, in 100,000ths.
    Gamma {
        gamma: u32,
        chromaticities: Option<[[u32; 2]; 4]>,
    },
}

/// The order of the samples of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Samples {
    Gray,
    GrayAlpha,
    Rgb,
    Rgba,
    /// Inks, as Adobe stores them: 255 is none.
    Cmyk,
}

impl Samples {
    pub(super) fn count(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::GrayAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }

    fn layout(self) -> Layout {
        match self {
            Self::Gray => Layout::Gray,
            Self::GrayAlpha => Layout::GrayAlpha,
            Self::Rgb => Layout::Rgb,
            Self::Rgba | Self::Cmyk => Layout::Rgba,
        }
    }

    fn space(self) -> DataColorSpace {
        match self {
            Self::Gray | Self::GrayAlpha => DataColorSpace::Gray,
            Self::Rgb | Self::Rgba => DataColorSpace::Rgb,
            Self::Cmyk => DataColorSpace::Cmyk,
        }
    }
}

/// Converts rows of pixels to sRGB.
pub(super) struct Conversion {
    samples: Samples,
    eight: Eight,
    sixteen: Option<Sixteen>,
}

enum Eight {
    /// The new sample of each old one.
    Gray(Box<[u8; 256]>),
    Color(Arc<Transform8BitExecutor>),
}

enum Sixteen {
    Gray(Vec<u16>),
    Color(Arc<Transform16BitExecutor>),
}

impl Conversion {
    /// `None` if the colours are those of sRGB already. `deep` is whether there are samples of 16 bits.
    pub(super) fn new(
        source: ColorSource<'_>,
        samples: Samples,
        deep: bool,
    ) -> Result<Option<Self>, BrokenProfile> {
        let Some(mut profile) = profile(source)? else { return Ok(None) };
        let is_gray = samples.space() == DataColorSpace::Gray;
        if is_gray && profile.color_space == DataColorSpace::Rgb {
            // Grays have the curve of all three; a profile that names none for grays is of another file.
            if matches!(source, ColorSource::Icc(_)) && !is_srgb(&profile) {
                return Err(BrokenProfile);
            }
            let curve = profile.red_trc.take();
            profile = ColorProfile::new_gray_with_gamma(1.0);
            profile.gray_trc = curve;
        }
        if profile.color_space != samples.space() {
            return Err(BrokenProfile);
        }
        let conversion =
            if is_gray { Self::gray(&profile, samples, deep) } else { Self::color(&profile, samples, deep) }?;
        Ok((!conversion.is_identity()).then_some(conversion))
    }

    fn gray(profile: &ColorProfile, samples: Samples, deep: bool) -> Result<Self, BrokenProfile> {
        let srgb = ColorProfile::new_srgb();
        let eight = profile
            .create_transform_8bit(Layout::Gray, &srgb, Layout::Rgb, options_for(profile))
            .map_err(|_| BrokenProfile)?;
        let from: Vec<u8> = (0..=255).collect();
        let mut to = [0; 256 * 3];
        eight.transform(&from, &mut to).map_err(|_| BrokenProfile)?;
        let mut table = Box::new([0; 256]);
        for (sample, rgb) in table.iter_mut().zip(to.chunks_exact(3)) {
            *sample = rgb[1];
        }
        let sixteen = if deep {
            let sixteen = profile
                .create_transform_16bit(Layout::Gray, &srgb, Layout::Rgb, options_for(profile))
                .map_err(|_| BrokenProfile)?;
            let from: Vec<u16> = (0..=u16::MAX).collect();
            let mut to = vec![0; from.len() * 3];
            sixteen.transform(&from, &mut to).map_err(|_| BrokenProfile)?;
            Some(Sixteen::Gray(to.chunks_exact(3).map(|rgb| rgb[1]).collect()))
        } else {
            None
        };
        Ok(Self { samples, eight: Eight::Gray(table), sixteen })
    }

    fn color(profile: &ColorProfile, samples: Samples, deep: bool) -> Result<Self, BrokenProfile> {
        let srgb = ColorProfile::new_srgb();
        let to = if samples == Samples::Cmyk { Layout::Rgb } else { samples.layout() };
        let eight = profile
            .create_transform_8bit(samples.layout(), &srgb, to, options_for(profile))
            .map_err(|_| BrokenProfile)?;
        let sixteen = if deep {
            let sixteen = profile.create_transform_16bit(samples.layout(), &srgb, to, options_for(profile));
            Some(Sixteen::Color(sixteen.map_err(|_| BrokenProfile)?))
        } else {
            None
        };
        Ok(Self { samples, eight: Eight::Color(eight), sixteen })
    }

    /// Whether a grid of colours stays as it is.
    fn is_identity(&self) -> bool {
        let is_near =
            |from: &[u8], to: &[u8]| from.iter().zip(to).all(|(from, to)| from.abs_diff(*to) <= UNSEEN);
        match (&self.eight, self.samples) {
            (Eight::Gray(table), _) => {
                (0..=255).zip(table.iter()).all(|(from, to): (u8, _)| from.abs_diff(*to) <= UNSEEN)
            }
            (_, Samples::Cmyk) => false,
            (Eight::Color(_), samples) => {
                let count = samples.count();
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

    /// Converts a row where it is. Of inks, each pixel's three samples of RGB are left in the first three quarters.
    pub(super) fn row(&self, row: &mut [u8], scratch: &mut Vec<u8>) {
        match &self.eight {
            Eight::Gray(table) => {
                for sample in row.iter_mut().step_by(self.samples.count()) {
                    *sample = table[usize::from(*sample)];
                }
            }
            Eight::Color(transform) => {
                scratch.clear();
                scratch.extend_from_slice(row);
                let mut length = row.len();
                if self.samples == Samples::Cmyk {
                    // Profiles count ink.
                    for ink in scratch.iter_mut() {
                        *ink = 255 - *ink;
                    }
                    length = length / 4 * 3;
                }
                // Both have whole pixels, so it cannot fail.
                _ = transform.transform(scratch, &mut row[..length]);
            }
        }
    }

    /// Converts a row of 16-bit samples where it is.
    pub(super) fn deep_row(&self, row: &mut [u16], scratch: &mut Vec<u16>) {
        match &self.sixteen {
            Some(Sixteen::Gray(table)) => {
                for sample in row.iter_mut().step_by(self.samples.count()) {
                    *sample = table[usize::from(*sample)];
                }
            }
            Some(Sixteen::Color(transform)) => {
                scratch.clear();
                scratch.extend_from_slice(row);
                _ = transform.transform(scratch, row);
            }
            None => {}
        }
    }
}

/// Converts the pixels of a picture where they are, a row at a time.
pub(super) fn convert(conversion: &Conversion, pixels: &mut [u8], width: u32) {
    let mut scratch = Vec::new();
    let row = width as usize * conversion.samples.count();
    for row in pixels.chunks_exact_mut(row.max(1)) {
        conversion.row(row, &mut scratch);
    }
}

/// Relative colorimetric, or perceptual if a profile of tables has only that.
fn options_for(profile: &ColorProfile) -> TransformOptions {
    let has_only_perceptual =
        profile.lut_a_to_b_colorimetric.is_none() && profile.lut_a_to_b_perceptual.is_some();
    TransformOptions {
        rendering_intent: if has_only_perceptual {
            RenderingIntent::Perceptual
        } else {
            RenderingIntent::RelativeColorimetric
        },
        allow_use_cicp_transfer: false,
        prefer_fixed_point: false,
        ..TransformOptions::default()
    }
}

/// The profile that a file means. `None` if that is sRGB for sure.
fn profile(source: ColorSource<'_>) -> Result<Option<ColorProfile>, BrokenProfile> {
    match source {
        ColorSource::Icc(bytes) => icc(bytes).map(Some),
        ColorSource::Cicp { primaries, transfer } => Ok(cicp(primaries, transfer)),
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

/// `None` if the numbers mean sRGB, are unspecified, or unknown.
fn cicp(primaries: u8, transfer: u8) -> Option<ColorProfile> {
    let color_primaries = match CicpColorPrimaries::try_from(primaries).ok()? {
        CicpColorPrimaries::Reserved | CicpColorPrimaries::Unspecified => CicpColorPrimaries::Bt709,
        known => known,
    };
    let transfer_characteristics = match TransferCharacteristics::try_from(transfer).ok()? {
        // Pictures for screens: their authors saw them through the curve of sRGB, whatever these say.
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
        // Exponents beyond these are mistakes: 0.1 to 10.
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

fn is_srgb(profile: &ColorProfile) -> bool {
    Conversion::color(profile, Samples::Rgb, false).is_ok_and(|conversion| conversion.is_identity())
}

/// Converts RGB of 16 bits a channel to sRGB.
pub(super) struct ToSrgb(Arc<Transform16BitExecutor>);

impl ToSrgb {
    /// From the numbers that video and PNG use (ITU-T H.273). `None` if they mean sRGB, are unspecified, or unknown.
    pub(super) fn from_cicp(primaries: u8, transfer: u8) -> Option<Self> {
        Self::new(&cicp(primaries, transfer)?, TransformOptions::default()).ok()
    }

    /// From an ICC profile for RGB. Fails if it is broken, or one for other colours.
    pub(super) fn from_icc(profile: &[u8]) -> Result<Self, BrokenProfile> {
        let profile = icc(profile)?;
        if profile.color_space != DataColorSpace::Rgb {
            return Err(BrokenProfile);
        }
        Self::new(&profile, options_for(&profile))
    }

    fn new(profile: &ColorProfile, options: TransformOptions) -> Result<Self, BrokenProfile> {
        let srgb = ColorProfile::new_srgb();
        let options = TransformOptions { prefer_fixed_point: false, ..options };
        let transform = profile.create_transform_16bit(Layout::Rgb, &srgb, Layout::Rgb, options);
        transform.map(Self).map_err(|_| BrokenProfile)
    }

    /// Converts pixels of three numbers each. Both have the same length.
    pub(super) fn convert(&self, from: &[u16], to: &mut [u16]) {
        if self.0.transform(from, to).is_err() {
            to.copy_from_slice(from);
        }
    }
}

/// A profile that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BrokenProfile;
