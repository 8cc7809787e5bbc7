//! Decodes pictures of all kinds: whole, rotated, truncated, mislabelled and malicious.

#[path = "pictures/animation.rs"]
mod animation;
#[path = "pictures/avif.rs"]
mod avif;
#[path = "pictures/colors.rs"]
mod colors;
#[path = "pictures/cut.rs"]
mod cut;
#[path = "pictures/fixtures.rs"]
mod fixtures;
#[path = "pictures/kinds.rs"]
mod kinds;
#[path = "pictures/messages.rs"]
mod messages;
#[cfg(feature = "svg")]
#[path = "pictures/svg.rs"]
mod svg;
#[path = "pictures/terminal.rs"]
mod terminal;
#[path = "pictures/zoom.rs"]
mod zoom;

use std::sync::Arc;

use cfimg::picture::{
    ACCEPT, FileInfo, Format, InProcess, Limits, Note, Picture, PictureError, Renderer, file_info, raster,
};
use cfimg::sandbox::Sandbox;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, RgbaImage};

use fixtures::{
    animated_gif, animated_png, animated_webp, encoded, jpeg_with_orientation, low, noise,
    png_of_claimed_size, quarters,
};

const CMYK: &[u8] = include_bytes!("pictures/cmyk.jpg");
const PROGRESSIVE: &[u8] = include_bytes!("pictures/progressive.jpg");
const INTERLACED: &[u8] = include_bytes!("pictures/interlaced.png");
const PALETTE: &[u8] = include_bytes!("pictures/palette.png");

/// Renders SVG in this process. The sandbox is tested in `svg`.
fn renderer() -> Arc<dyn Renderer> {
    Arc::new(InProcess)
}

fn decoded(bytes: &[u8]) -> Picture {
    Picture::decode(bytes, &Limits::default(), &renderer()).expect("it is a picture")
}

fn refused(bytes: &[u8]) -> PictureError {
    Picture::decode(bytes, &Limits::default(), &renderer()).expect_err("it is refused")
}

/// The picture's pixels, unscaled.
fn pixels(bytes: &[u8]) -> RgbaImage {
    let picture = decoded(bytes);
    picture.scaled(picture.width(), picture.height()).expect("it is drawn").pixels
}

fn assert_near(actual: [u8; 4], expected: [u8; 4], by: u8) {
    let near = actual.iter().zip(expected).all(|(actual, expected)| actual.abs_diff(expected) <= by);
    assert!(near, "{actual:?} is not near {expected:?}");
}

#[test]
fn file_info_reads_the_header() {
    let still = DynamicImage::ImageRgb8(RgbImage::new(31, 17));
    for (bytes, format, mime) in [
        (encoded(&still, ImageFormat::Jpeg), Format::Jpeg, "image/jpeg"),
        (encoded(&still, ImageFormat::Png), Format::Png, "image/png"),
        (encoded(&still, ImageFormat::WebP), Format::WebP, "image/webp"),
        (encoded(&still, ImageFormat::Gif), Format::Gif, "image/gif"),
    ] {
        let expected = FileInfo { width: 31, height: 17, format, animated: false };
        assert_eq!(file_info(&bytes), Ok(expected));
        assert_eq!(format.mime(), mime);
    }
}

#[test]
fn file_info_needs_only_the_first_bytes() {
    let noise = DynamicImage::ImageRgb8(noise(400, 300));
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let bytes = encoded(&noise, format);
        assert!(bytes.len() > 10_000, "{format:?} has {} bytes", bytes.len());
        let actual = file_info(&bytes[..10_000]).expect("the first bytes are enough");
        assert_eq!((actual.width, actual.height, actual.animated), (400, 300, false), "{format:?}");
        // Any shorter prefix gives the right size or an error, never a panic.
        for length in 0..64 {
            match file_info(&bytes[..length]) {
                Ok(actual) => {
                    assert_eq!((actual.width, actual.height), (400, 300), "{format:?} of {length} bytes");
                }
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
}

#[test]
fn file_info_recognizes_animations() {
    for (bytes, format) in [
        (animated_gif(3, 4), Format::Gif),
        (animated_webp(3, 40), Format::WebP),
        (animated_png(3, 40), Format::Png),
    ] {
        let actual = file_info(&bytes).expect("it is a picture");
        assert_eq!(actual, FileInfo { width: 12, height: 8, format, animated: true });
    }
    // In the first bytes alone, the loop extension counts.
    let many = animated_gif(2000, 4);
    assert!(file_info(&many[..60]).expect("the first bytes are enough").animated);
    assert!(
        !file_info(&animated_gif(1, 4)).expect("it is a picture").animated,
        "one frame is not an animation"
    );
}

#[test]
fn avif_size_and_rotation_are_read_from_header() {
    let mut bytes = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf".to_vec();
    bytes.extend(b"\0\0\0\x14ispe\0\0\0\0\0\0\x02\x80\0\0\x01\xe0");
    bytes.extend(b"\0\0\0\x14ispe\0\0\0\0\0\0\0\x20\0\0\0\x20");
    let actual = file_info(&bytes).expect("its header is read");
    assert_eq!(actual, FileInfo { width: 640, height: 480, format: Format::Avif, animated: false });
    let rotated = [&bytes[..], b"\0\0\0\x09irot\x01"].concat();
    let actual = file_info(&rotated).expect("its header is read");
    assert_eq!((actual.width, actual.height), (480, 640));
    let error = refused(&bytes);
    assert!(
        matches!(
            error,
            PictureError::Damaged { format: Format::Avif, .. }
                | PictureError::Unsupported { format: Format::Avif }
        ),
        "{error:?}"
    );
    assert!(!ACCEPT.contains("avif") && !ACCEPT.contains('*'));
}

#[test]
fn common_formats_are_decoded() {
    let whole = quarters(40, 24);
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Jpeg] {
        let actual = pixels(&encoded(&DynamicImage::ImageRgb8(whole.clone()), format));
        for (x, y, expected) in [
            (4, 4, [255, 0, 0, 255]),
            (35, 4, [0, 255, 0, 255]),
            (4, 20, [0, 0, 255, 255]),
            (35, 20, [255, 255, 255, 255]),
        ] {
            assert_near(actual.get_pixel(x, y).0, expected, if format == ImageFormat::Jpeg { 6 } else { 2 });
        }
    }
}

#[test]
fn rare_jpeg_and_png_variants_are_decoded() {
    assert_near(pixels(CMYK).get_pixel(8, 8).0, [200, 40, 20, 255], 12);
    let progressive = pixels(PROGRESSIVE);
    assert_near(progressive.get_pixel(12, 0).0, [255, 0, 0, 255], 20);
    assert_near(progressive.get_pixel(12, 15).0, [0, 0, 255, 255], 20);
    let interlaced = pixels(INTERLACED);
    assert_near(interlaced.get_pixel(3, 0).0, [255, 0, 0, 255], 1);
    assert_near(interlaced.get_pixel(3, 11).0, [0, 0, 255, 255], 1);
    let palette = pixels(PALETTE);
    assert_eq!(palette.get_pixel(2, 2).0, [255, 0, 0, 255]);
    assert_eq!(palette.get_pixel(15, 2).0, [0, 255, 0, 255]);
    let deep = image::ImageBuffer::from_fn(5, 5, |x, _| {
        image::Rgba([u16::MAX, 257 * 128, 0, u16::from(low(x)) * 0x3fff])
    });
    let deep = pixels(&encoded(&DynamicImage::ImageRgba16(deep), ImageFormat::Png));
    assert_eq!(deep.get_pixel(4, 0).0, [255, 128, 0, 255]);
    assert_eq!(deep.get_pixel(0, 0).0[3], 0);
    let grey = image::GrayImage::from_pixel(9, 3, image::Luma([77]));
    assert_eq!(
        pixels(&encoded(&DynamicImage::ImageLuma8(grey), ImageFormat::Jpeg)).get_pixel(4, 1).0,
        [77, 77, 77, 255]
    );
}

#[test]
fn exif_orientations_are_applied() {
    // The corners after rotation, by the table of EXIF. Stored are red, green right of it, and blue below it.
    let corners = |image: &RgbaImage| {
        let (w, h) = (image.width() - 3, image.height() - 3);
        [(2, 2), (w, 2), (2, h), (w, h)].map(|(x, y)| match image.get_pixel(x, y).0 {
            [200..=255, 0..100, 0..100, _] => 'r',
            [0..100, 200..=255, 0..100, _] => 'g',
            [0..100, 0..100, 200..=255, _] => 'b',
            _ => 'w',
        })
    };
    for (orientation, expected, rotated) in [
        (1, ['r', 'g', 'b', 'w'], false),
        (2, ['g', 'r', 'w', 'b'], false),
        (3, ['w', 'b', 'g', 'r'], false),
        (4, ['b', 'w', 'r', 'g'], false),
        (5, ['r', 'b', 'g', 'w'], true),
        (6, ['b', 'r', 'w', 'g'], true),
        (7, ['w', 'g', 'b', 'r'], true),
        (8, ['g', 'w', 'r', 'b'], true),
    ] {
        let bytes = jpeg_with_orientation(&quarters(64, 32), orientation);
        let size = if rotated { (32, 64) } else { (64, 32) };
        let actual = file_info(&bytes).expect("it is a picture");
        assert_eq!((actual.width, actual.height), size, "orientation {orientation}");
        let picture = decoded(&bytes);
        assert_eq!((picture.width(), picture.height()), size);
        assert_eq!(
            corners(&picture.scaled(size.0, size.1).expect("it is drawn").pixels),
            expected,
            "orientation {orientation}"
        );
        let small = picture.fit(16, 16).expect("it is drawn").pixels;
        assert_eq!((small.width(), small.height()), if rotated { (8, 16) } else { (16, 8) });
        assert_eq!(
            corners(&picture.fit(24, 24).expect("it is drawn").pixels),
            expected,
            "scaled, orientation {orientation}"
        );
    }
}

#[test]
fn decompression_bomb_is_refused() {
    let format = Format::Png;
    assert_eq!(
        refused(&png_of_claimed_size(60_000, 60_000)),
        PictureError::TooLong { format, width: 60_000, height: 60_000, limit: 12_000 }
    );
    assert!(matches!(
        refused(&png_of_claimed_size(1, 20_000)),
        PictureError::TooLong { width: 1, height: 20_000, .. }
    ));
    let bomb = png_of_claimed_size(12_000, 12_000);
    assert_eq!(
        refused(&bomb),
        PictureError::TooLarge {
            format,
            width: 12_000,
            height: 12_000,
            // A large file counts twice: both processes have it.
            needs: 12_000 * 12_000 * 4 + 2 * bomb.len() as u64,
            limit: 150 << 20,
        }
    );
    assert!(matches!(
        refused(&png_of_claimed_size(0, 7)),
        PictureError::NoPixels { width: 0, height: 7, .. }
    ));
    let few = Limits { side: 100, memory: 1000 };
    let bytes = encoded(&DynamicImage::ImageRgb8(RgbImage::new(30, 30)), ImageFormat::Jpeg);
    assert!(matches!(
        Picture::decode(&bytes, &few, &renderer()),
        Err(PictureError::TooLarge { needs: 2700, limit: 1000, .. })
    ));
    // A progressive file needs memory for its coefficients until the last scan.
    let needs = |bytes: &[u8]| match Picture::decode(bytes, &Limits { side: 100, memory: 1 }, &renderer()) {
        Err(PictureError::TooLarge { needs, .. }) => needs,
        other => panic!("{other:?}"),
    };
    assert!(needs(PROGRESSIVE) >= 24 * 16 * 6, "{}", needs(PROGRESSIVE));
    // So does a GIF's first frame, unless it is as wide as the picture.
    let mut gif = animated_gif(1, 10);
    assert_eq!(needs(&gif), 12 * 8 * 4);
    let frame = gif.windows(3).position(|three| three == [0x2c, 0, 0]).expect("it has a frame");
    gif[frame + 5] = 6;
    assert_eq!(needs(&gif), 12 * 8 * 4 + 6 * 8 * 4);
    // `file_info` has no limits.
    assert_eq!(file_info(&png_of_claimed_size(60_000, 60_000)).expect("a header").width, 60_000);
}

#[test]
fn large_picture_is_decoded_in_the_sandbox() {
    let color =
        |x, y| image::Rgb([if x < 1050 { 0xffff } else { 0 }, if y < 1000 { 0xffff } else { 0 }, 0_u16]);
    let wide = DynamicImage::ImageRgb16(image::ImageBuffer::from_fn(2100, 2000, color));
    let bytes = encoded(&wide, ImageFormat::Png);
    let sandbox: Arc<dyn Renderer> = Arc::new(Sandbox::with_program(env!("CARGO_BIN_EXE_cfimg")));
    let picture = Picture::decode(&bytes, &Limits::default(), &sandbox).expect("it is a picture");
    assert_eq!((picture.width(), picture.height(), picture.bytes()), (2100, 2000, bytes.len()));
    let small = picture.fit(40, 40).expect("it is rendered");
    assert_eq!(small, raster(&bytes, 40, 38).expect("it is decoded"));
    assert_eq!(small.pixels.get_pixel(2, 2).0, [255, 255, 0, 255]);
    assert_eq!(small.pixels.get_pixel(38, 36).0, [0, 0, 0, 255]);
    let cut = Picture::decode(&bytes[..bytes.len() / 2], &Limits::default(), &sandbox);
    let cut = cut.and_then(|cut| cut.fit(40, 40)).expect("its start is shown");
    assert_eq!(cut.notes, [Note::Incomplete]);
}

#[test]
fn jpeg_of_48_megapixels_is_shown_larger_refused() {
    let jpeg_of_claimed_size = |width: u16, height: u16, marker: u8, padding: usize| {
        let frame = [&[0xff, marker, 0, 17, 8], &height.to_be_bytes()[..], &width.to_be_bytes()].concat();
        let mut bytes = encoded(&DynamicImage::ImageRgb8(noise(9, 9)), ImageFormat::Jpeg);
        let at = bytes.windows(2).position(|two| two == [0xff, 0xc0]).expect("it has a frame");
        bytes.splice(at..at + frame.len(), frame);
        bytes.resize(bytes.len() + padding, 0);
        Picture::decode(&bytes, &Limits::default(), &renderer())
            .map(|picture| (picture.width(), picture.height()))
    };
    assert_eq!(jpeg_of_claimed_size(8000, 6000, 0xc0, 0), Ok((8000, 6000)));
    for (side, marker, padding) in [(8000, 0xc0, 0), (6000, 0xc2, 0), (7000, 0xc0, 10 << 20)] {
        let refused = jpeg_of_claimed_size(side, side, marker, padding);
        assert!(matches!(refused, Err(PictureError::TooLarge { .. })), "{refused:?}");
    }
}

#[test]
fn a_large_jpeg_of_unusual_sampling_is_decoded_outside_of_this_process() {
    let bytes = include_bytes!("pictures/sampling-3x1-large.jpg");
    let sandbox: Arc<dyn Renderer> = Arc::new(Sandbox::with_program(env!("CARGO_BIN_EXE_cfimg")));
    let picture = Picture::decode(bytes, &Limits::default(), &sandbox).expect("it is a picture");
    let small = picture.fit(42, 40).expect("it is rendered").pixels;
    assert_near(small.get_pixel(5, 20).0, [255, 0, 0, 255], 6);
    assert_near(small.get_pixel(36, 20).0, [0, 0, 255, 255], 6);
}

#[test]
fn damage_inside_is_reported() {
    let mut bytes = encoded(&DynamicImage::ImageRgb8(quarters(64, 64)), ImageFormat::Png);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    let error = refused(&bytes);
    assert!(matches!(error, PictureError::Damaged { format: Format::Png, .. }), "{error}");
}

#[test]
fn other_content_is_described_in_the_error() {
    for (bytes, expected) in [
        (&b"<!DOCTYPE html><html><body>Sign in</body></html>"[..], "HTML"),
        (b"\n  <html lang=en>", "HTML"),
        (b"<?xml version=\"1.0\"?><Error/>", "XML"),
        (b"{\"success\":false}", "JSON"),
        (b"ERROR 9425: Image not found\n", "ERROR 9425: Image not found"),
        (b"bad \x1b[31m", "62 61 64 20 1b 5b 33 31"),
        (b"BM is a text", "BM is a text"),
        (b"   \n", ""),
        (b"\xff\xd8", "ff d8"),
    ] {
        let error = refused(bytes);
        let PictureError::NotAPicture { prefix } = &error else { panic!("{error:?}") };
        assert!(prefix.contains(expected) && error.to_string().contains(prefix), "{error}");
        assert!(!error.to_string().contains('\x1b'));
    }
    assert_eq!(refused(b""), PictureError::Empty);
}

#[test]
fn scaling_blends_in_linear_light() {
    let checker = RgbImage::from_fn(600, 600, |x, y| Rgb([if (x + y) % 2 == 0 { 255 } else { 0 }; 3]));
    let picture = decoded(&encoded(&DynamicImage::ImageRgb8(checker), ImageFormat::Png));
    for side in [30, 77, 199, 299, 300] {
        let small = picture.fit(side, side).expect("it is drawn").pixels;
        assert_eq!((small.width(), small.height()), (side, side));
        assert_near(small.get_pixel(side / 2, side / 2).0, [188, 188, 188, 255], 3);
    }
}

#[test]
fn scaling_ignores_color_of_transparent_pixels() {
    // Invisible red beside visible green: blending without regard to alpha would give brown.
    let mixed = RgbaImage::from_fn(64, 64, |x, _| {
        image::Rgba(if x % 2 == 0 { [255, 0, 0, 0] } else { [0, 255, 0, 255] })
    });
    let picture = decoded(&encoded(&DynamicImage::ImageRgba8(mixed), ImageFormat::Png));
    let small = picture.fit(8, 8).expect("it is drawn").pixels;
    assert_near(small.get_pixel(4, 4).0, [0, 255, 0, 128], 3);
}

#[test]
fn fit_keeps_aspect_ratio_and_never_enlarges() {
    let picture = decoded(&encoded(&DynamicImage::ImageRgb8(quarters(300, 100)), ImageFormat::Png));
    for (within, expected) in
        [((30, 30), (30, 10)), ((1000, 1000), (300, 100)), ((300, 5), (15, 5)), ((1, 1), (1, 1))]
    {
        let small = picture.fit(within.0, within.1).expect("it is drawn").pixels;
        assert_eq!((small.width(), small.height()), expected);
    }
    let stretched = picture.scaled(7, 90).expect("it is drawn").pixels;
    assert_eq!((stretched.width(), stretched.height()), (7, 90));
    assert_near(stretched.get_pixel(0, 5).0, [255, 0, 0, 255], 12);
    assert_near(stretched.get_pixel(6, 85).0, [255, 255, 255, 255], 12);
    let line = decoded(&encoded(&DynamicImage::ImageRgb8(RgbImage::new(3000, 1)), ImageFormat::Png));
    assert_eq!(line.fit(80, 40).expect("it is drawn").pixels.dimensions(), (80, 1));
    assert_eq!(line.scaled(0, 0).expect("it is drawn").pixels.dimensions(), (1, 1));
}
