//! The colours of a file: what its profile says, and how its pixels are stored.

use moxcms::{DataColorSpace, Layout};

/// The colour information of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::picture) enum ColorSource<'a> {
    Icc(&'a [u8]),
    /// Code points of ITU-T H.273.
    Cicp {
        primaries: u8,
        transfer: u8,
        full_range: bool,
    },
    /// The exponent, and x and y of white, red, green and blue, in 100,000ths.
    Gamma {
        gamma: u32,
        chromaticities: Option<[[u32; 2]; 4]>,
    },
}

/// The order of the samples of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::picture) enum Samples {
    Gray,
    GrayAlpha,
    Rgb,
    Rgba,
    /// RGBA with three equal colour channels.
    GrayRgba,
    /// Inverted, as Adobe stores it: 255 is no ink.
    Cmyk,
}

impl Samples {
    pub(in crate::picture) fn layout(self) -> SampleLayout {
        let (count, colors, order, space) = match self {
            Self::Gray => (1, 1, Layout::Gray, DataColorSpace::Gray),
            Self::GrayAlpha => (2, 1, Layout::GrayAlpha, DataColorSpace::Gray),
            Self::Rgb => (3, 3, Layout::Rgb, DataColorSpace::Rgb),
            Self::Rgba => (4, 3, Layout::Rgba, DataColorSpace::Rgb),
            Self::GrayRgba => (4, 3, Layout::Rgba, DataColorSpace::Gray),
            Self::Cmyk => (4, 4, Layout::Rgba, DataColorSpace::Cmyk),
        };
        SampleLayout { count, colors, order, space }
    }
}

/// How the samples of a pixel are stored, and what they mean.
pub(in crate::picture) struct SampleLayout {
    pub count: usize,
    /// The number of samples without alpha.
    pub colors: usize,
    pub order: Layout,
    pub space: DataColorSpace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::picture) struct BrokenProfile;
