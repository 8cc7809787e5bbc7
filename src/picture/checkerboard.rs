//! Draws a checkerboard behind transparent pixels. Its greys are visible on dark and light terminals.

use image::{Rgba, RgbaImage};

use super::scale::{light, number};

const GREYS: [u8; 2] = [0x99, 0x77];

/// Blends a picture, in linear light, over squares of `square` pixels a side. It is opaque afterwards.
pub(super) fn on_checkerboard(image: &mut RgbaImage, square: u32) {
    if image.as_raw().as_chunks::<4>().0.iter().all(|pixel| pixel[3] == u8::MAX) {
        return;
    }
    for (x, y, Rgba([r, g, b, a])) in image.enumerate_pixels_mut() {
        if *a == u8::MAX {
            continue;
        }
        let behind = light(GREYS[((x / square + y / square) % 2) as usize]);
        let opacity = u32::from(*a);
        for part in [r, g, b] {
            let both = u32::from(light(*part)) * opacity + u32::from(behind) * (255 - opacity);
            *part = number(u16::try_from((both + 127) / 255).unwrap_or(u16::MAX));
        }
        *a = u8::MAX;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_show_through_transparent_pixels() {
        let mut image = RgbaImage::from_pixel(4, 4, Rgba([0; 4]));
        image.put_pixel(0, 0, Rgba([10, 20, 30, 255]));
        image.put_pixel(1, 1, Rgba([255, 255, 255, 128]));
        on_checkerboard(&mut image, 2);
        let at = |x, y| image.get_pixel(x, y).0;
        assert_eq!(at(0, 0), [10, 20, 30, 255], "opaque pixels stay");
        assert_eq!(
            (at(1, 0), at(2, 0), at(2, 2)),
            ([0x99, 0x99, 0x99, 255], [0x77, 0x77, 0x77, 255], [0x99, 0x99, 0x99, 255])
        );
        // The mean in linear light. The mean of the sRGB values would be 204.
        assert_eq!(at(1, 1), [212, 212, 212, 255]);
    }
}
