//! Resizes a picture for a variant.

use image::DynamicImage;
use image::imageops::FilterType;

use super::picture::Picture;
use super::variant::{Fit, Variant};

pub(super) fn resize(picture: &DynamicImage, variant: &Variant) -> DynamicImage {
    let plan =
        Plan::for_fit(variant.fit, (picture.width(), picture.height()), (variant.width, variant.height));
    let (x, y, width, height) = plan.source;
    let mut result = picture.crop_imm(x, y, width, height);
    if plan.size != (width, height) {
        result = result.resize_exact(plan.size.0, plan.size.1, FilterType::CatmullRom);
    }
    if variant.blur > 0 {
        // Cloudflare's 250 blurs a picture of any size beyond recognition. About half of it is the deviation in
        // pixels.
        result = result.fast_blur(f32::from(variant.blur) / 2.0);
    }
    match plan.pad {
        Some(pad) => pad_to(&result, pad),
        None => result,
    }
}

/// The size of the picture after [`resize`].
pub(super) fn resized_size(picture: &Picture, variant: &Variant) -> (u32, u32) {
    let plan = Plan::for_fit(variant.fit, (picture.width, picture.height), (variant.width, variant.height));
    plan.pad.unwrap_or(plan.size)
}

/// The steps to resize a picture.
#[derive(Debug, PartialEq)]
struct Plan {
    /// The part of the picture to use: x, y, width, height
    source: (u32, u32, u32, u32),
    /// The size to scale it to
    size: (u32, u32),
    /// The size of the white background
    pad: Option<(u32, u32)>,
}

impl Plan {
    fn for_fit(fit: Fit, (width, height): (u32, u32), (box_width, box_height): (u32, u32)) -> Self {
        let smaller = width <= box_width && height <= box_height;
        let fills = width >= box_width && height >= box_height;
        match fit {
            Fit::ScaleDown if smaller => {
                Self { source: (0, 0, width, height), size: (width, height), pad: None }
            }
            Fit::ScaleDown | Fit::Contain | Fit::Pad => Self {
                source: (0, 0, width, height),
                size: fit_within((width, height), (box_width, box_height)),
                pad: (fit == Fit::Pad).then_some((box_width, box_height)),
            },
            Fit::Cover => Self::centered_crop(
                (width, height),
                fit_within((box_width, box_height), (width, height)),
                (box_width, box_height),
            ),
            Fit::Crop if fills => Self::for_fit(Fit::Cover, (width, height), (box_width, box_height)),
            Fit::Crop => {
                let crop = (width.min(box_width), height.min(box_height));
                Self::centered_crop((width, height), crop, crop)
            }
        }
    }

    fn centered_crop((width, height): (u32, u32), crop: (u32, u32), size: (u32, u32)) -> Self {
        Self { source: ((width - crop.0) / 2, (height - crop.1) / 2, crop.0, crop.1), size, pad: None }
    }
}

/// The largest size with the aspect ratio of `size` that fits into `bounds`.
fn fit_within((width, height): (u32, u32), bounds: (u32, u32)) -> (u32, u32) {
    let (w, h) = (u64::from(width), u64::from(height));
    let (bounds_w, bounds_h) = (u64::from(bounds.0), u64::from(bounds.1));
    let rounded = |value: u64, by: u64| u32::try_from((value + by / 2) / by).unwrap_or(u32::MAX).max(1);
    // Cross-multiplied, so that the limiting side is exact.
    if bounds_w * h <= bounds_h * w {
        (bounds.0, rounded(h * bounds_w, w))
    } else {
        (rounded(w * bounds_h, h), bounds.1)
    }
}

fn pad_to(picture: &DynamicImage, (width, height): (u32, u32)) -> DynamicImage {
    let mut background =
        DynamicImage::ImageRgb8(image::RgbImage::from_pixel(width, height, image::Rgb([255; 3])));
    let (x, y) = ((width - picture.width()) / 2, (height - picture.height()) / 2);
    image::imageops::overlay(&mut background, picture, i64::from(x), i64::from(y));
    background
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fit_decides_the_size() {
        let cases = [
            (Fit::ScaleDown, (1024, 1024), (200, 200), (200, 200)),
            (Fit::ScaleDown, (1600, 900), (1366, 768), (1365, 768)),
            (Fit::ScaleDown, (2400, 300), (200, 200), (200, 25)),
            (Fit::ScaleDown, (32, 16), (200, 200), (32, 16)),
            (Fit::Contain, (32, 16), (200, 200), (200, 100)),
            (Fit::Cover, (32, 16), (200, 200), (200, 200)),
            (Fit::Cover, (90, 900), (1366, 768), (1366, 768)),
            (Fit::Cover, (1, 1), (1366, 768), (1366, 768)),
            (Fit::Crop, (1000, 1000), (200, 100), (200, 100)),
            (Fit::Crop, (1000, 50), (200, 100), (200, 50)),
            (Fit::Crop, (32, 16), (200, 100), (32, 16)),
            (Fit::Pad, (90, 900), (600, 400), (40, 400)),
        ];
        for (fit, picture, bounds, size) in cases {
            let plan = Plan::for_fit(fit, picture, bounds);
            assert_eq!(plan.size, size, "{fit:?} {picture:?} {bounds:?}");
            assert_eq!(plan.pad, (fit == Fit::Pad).then_some(bounds));
            let (x, y, width, height) = plan.source;
            assert!(width > 0 && height > 0 && x + width <= picture.0 && y + height <= picture.1);
        }
    }

    #[test]
    fn cover_crops_both_sides_equally() {
        assert_eq!(Plan::for_fit(Fit::Cover, (300, 100), (50, 50)).source, (100, 0, 100, 100));
        assert_eq!(Plan::for_fit(Fit::Cover, (100, 300), (50, 50)).source, (0, 100, 100, 100));
    }
}
