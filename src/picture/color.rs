//! Conversion of colours to sRGB.

use std::sync::Arc;

use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorProfile, DataColorSpace, Layout, MatrixCoefficients,
    TransferCharacteristics, Transform16BitExecutor, TransformOptions,
};

/// Converts RGB of 16 bits a channel to sRGB.
pub(super) struct ToSrgb(Arc<Transform16BitExecutor>);

impl ToSrgb {
    /// From the numbers that video and PNG use (ITU-T H.273). `None` if they mean sRGB, are unspecified, or unknown.
    pub(super) fn from_cicp(primaries: u8, transfer: u8) -> Option<Self> {
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
        Self::new(&ColorProfile::new_from_cicp(cicp)).ok()
    }

    /// From an ICC profile for RGB. Fails if it is broken, or one for other colours.
    pub(super) fn from_icc(profile: &[u8]) -> Result<Self, BrokenProfile> {
        let profile = ColorProfile::new_from_slice(profile).map_err(|_| BrokenProfile)?;
        if profile.color_space != DataColorSpace::Rgb {
            return Err(BrokenProfile);
        }
        Self::new(&profile)
    }

    fn new(profile: &ColorProfile) -> Result<Self, BrokenProfile> {
        let srgb = ColorProfile::new_srgb();
        let options = TransformOptions { prefer_fixed_point: false, ..TransformOptions::default() };
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
