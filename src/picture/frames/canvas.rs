//! The canvas that the frames of an animation are drawn on.

use std::time::Duration;

use image::{Rgba, RgbaImage};

/// A frame as stored in the file, often only the part of the canvas that changes.
pub(super) struct Part {
    /// The frame as the file of a still picture.
    pub(super) file: Vec<u8>,
    pub(super) area: Area,
    pub(super) delay: Duration,
    /// Whether the frame is blended over the canvas instead of replacing it.
    pub(super) blend: bool,
    pub(super) dispose: Dispose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Area {
    pub(super) fn is_within(self, (width, height): (u32, u32)) -> bool {
        let fits = |start: u32, length: u32, side| {
            length > 0 && start.checked_add(length).is_some_and(|end| end <= side)
        };
        fits(self.left, self.width, width) && fits(self.top, self.height, height)
    }
}

/// What happens to a frame's area before the next frame is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dispose {
    Keep,
    /// Becomes transparent. Like browsers and libwebp, this ignores the file's background colour.
    Clear,
    /// Becomes what it was before the frame.
    Restore,
}

pub(super) struct Canvas {
    image: RgbaImage,
    last: Option<(Area, Dispose)>,
    /// The area of the last frame before it was drawn, if it must be restored.
    before: Option<RgbaImage>,
}

impl Canvas {
    pub(super) fn new((width, height): (u32, u32)) -> Self {
        Self { image: RgbaImage::new(width, height), last: None, before: None }
    }

    /// Draws a frame, whose pixels have the size of its area. The area must be within the canvas.
    pub(super) fn draw(&mut self, pixels: &RgbaImage, part: &Part) -> &RgbaImage {
        let Part { area, blend, dispose, .. } = *part;
        self.dispose_last();
        if dispose == Dispose::Restore {
            let Area { left, top, width, height } = area;
            self.before = Some(image::imageops::crop_imm(&self.image, left, top, width, height).to_image());
        }
        if blend {
            for (x, y, pixel) in pixels.enumerate_pixels() {
                let below = self.image.get_pixel_mut(area.left + x, area.top + y);
                *below = over(*pixel, *below);
            }
        } else {
            image::imageops::replace(&mut self.image, pixels, area.left.into(), area.top.into());
        }
        self.last = Some((area, dispose));
        &self.image
    }

    pub(super) fn into_image(self) -> RgbaImage {
        self.image
    }

    fn dispose_last(&mut self) {
        let before = self.before.take();
        let Some((Area { left, top, width, height }, dispose)) = self.last.take() else { return };
        let before = match dispose {
            Dispose::Keep => return,
            Dispose::Clear => None,
            Dispose::Restore => before,
        };
        let before = before.unwrap_or_else(|| RgbaImage::new(width, height));
        image::imageops::replace(&mut self.image, &before, left.into(), top.into());
    }
}

/// Blends with the integer arithmetic of libwebp's `BlendPixelNonPremult`, for equal results.
fn over(above: Rgba<u8>, below: Rgba<u8>) -> Rgba<u8> {
    let alpha = u32::from(above[3]);
    let alpha_below = (u32::from(below[3]) * (256 - alpha)) >> 8;
    if alpha == 0 {
        return below;
    }
    if alpha == 255 || alpha_below == 0 {
        return above;
    }
    let sum = alpha + alpha_below;
    let scale = (1 << 24) / sum;
    let channel = |at: usize| {
        let unscaled = u32::from(above[at]) * alpha + u32::from(below[at]) * alpha_below;
        u8::try_from((unscaled * scale) >> 24).unwrap_or(u8::MAX)
    };
    Rgba([channel(0), channel(1), channel(2), u8::try_from(sum).unwrap_or(u8::MAX)])
}
