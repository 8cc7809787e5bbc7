//! Colour profiles and colour chunks. The expected values were computed with littleCMS.

use std::sync::Arc;

use cfimg::picture::{Frames, Limits, Note, Protocol, Target, print_inline};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use moxcms::ColorProfile;

use super::fixtures::{animated_png, encoded, with_chunk_before};
use super::{assert_near, decoded};

const COLOR: [u8; 3] = [200, 100, 50];
/// `COLOR` in sRGB, by profile.
const P3: [u8; 3] = [215, 93, 31];
const ADOBE: [u8; 3] = [227, 100, 42];
const PROPHOTO: [u8; 3] = [255, 80, 47];
/// The colour of `cmyk-profile.jpg` in sRGB.
const CMYK_COLOR: [u8; 3] = [0, 221, 255];

fn plain(format: ImageFormat) -> Vec<u8> {
    encoded(&DynamicImage::ImageRgb8(RgbImage::from_pixel(16, 16, Rgb(COLOR))), format)
}

fn gray(format: ImageFormat, level: u8) -> Vec<u8> {
    encoded(&DynamicImage::ImageLuma8(GrayImage::from_pixel(16, 16, Luma([level]))), format)
}

fn profile(profile: &ColorProfile) -> Vec<u8> {
    profile.encode().expect("it is written")
}

/// zlib without compression.
fn stored(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("it is short");
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in data {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    [
        &[0x78, 1, 1][..],
        &length.to_le_bytes(),
        &(!length).to_le_bytes(),
        data,
        &(high << 16 | low).to_be_bytes(),
    ]
    .concat()
}

fn png_with(png: &[u8], name: [u8; 4], data: &[u8]) -> Vec<u8> {
    with_chunk_before(png, *b"IDAT", name, data)
}

fn png_with_profile(png: &[u8], icc: &[u8]) -> Vec<u8> {
    png_with(png, *b"iCCP", &[&b"x\0\0"[..], &stored(icc)].concat())
}

/// Adds the profile in two segments in the wrong order, as a large profile may be.
fn jpeg_with_profile(jpeg: &[u8], icc: &[u8]) -> Vec<u8> {
    let (first, second) = icc.split_at(icc.len() / 2);
    let segment = |number: u8, part: &[u8]| {
        let length = u16::try_from(part.len() + 16).expect("it is short").to_be_bytes();
        [&[0xff, 0xe2][..], &length, b"ICC_PROFILE\0", &[number, 2], part].concat()
    };
    [&jpeg[..2], &segment(2, second), &segment(1, first), &jpeg[2..]].concat()
}

fn webp_with_profile(webp: &[u8], icc: &[u8]) -> Vec<u8> {
    let chunk = |name: &[u8], data: &[u8]| {
        let length = u32::try_from(data.len()).expect("it is short").to_le_bytes();
        let padding = vec![0; data.len() % 2];
        [name, &length, data, &padding].concat()
    };
    let body = [
        &b"WEBP"[..],
        &chunk(b"VP8X", &[0x20, 0, 0, 0, 15, 0, 0, 15, 0, 0]),
        &chunk(b"ICCP", icc),
        &webp[12..],
    ]
    .concat();
    chunk(b"RIFF", &body)
}

fn gamma(hundred_thousandths: u32) -> [u8; 4] {
    hundred_thousandths.to_be_bytes()
}

fn shown(bytes: &[u8]) -> ([u8; 4], Vec<Note>) {
    let rendered = decoded(bytes).scaled(16, 16).expect("it is drawn");
    (rendered.pixels.get_pixel(5, 5).0, rendered.notes)
}

#[track_caller]
fn assert_shows(bytes: &[u8], [red, green, blue]: [u8; 3]) {
    let (actual, notes) = shown(bytes);
    assert_near(actual, [red, green, blue, 255], 3);
    assert_eq!(notes, []);
}

#[test]
fn icc_profiles_are_converted_to_srgb() {
    let p3 = profile(&ColorProfile::new_display_p3());
    assert_shows(&png_with_profile(&plain(ImageFormat::Png), &p3), P3);
    assert_shows(&jpeg_with_profile(&plain(ImageFormat::Jpeg), &p3), P3);
    assert_shows(&webp_with_profile(&plain(ImageFormat::WebP), &p3), P3);
    let adobe = profile(&ColorProfile::new_adobe_rgb());
    assert_shows(&png_with_profile(&plain(ImageFormat::Png), &adobe), ADOBE);
    let prophoto = profile(&ColorProfile::new_pro_photo_rgb());
    assert_shows(&png_with_profile(&plain(ImageFormat::Png), &prophoto), PROPHOTO);
    let srgb = profile(&ColorProfile::new_srgb());
    assert_eq!(shown(&png_with_profile(&plain(ImageFormat::Png), &srgb)).0, [200, 100, 50, 255]);
}

#[test]
fn deep_and_gray_pictures_are_converted() {
    let deep = image::ImageBuffer::from_pixel(16, 16, Rgb([200 * 257, 100 * 257, 50 * 257_u16]));
    let deep = encoded(&DynamicImage::ImageRgb16(deep), ImageFormat::Png);
    let p3 = profile(&ColorProfile::new_display_p3());
    assert_shows(&png_with_profile(&deep, &p3), P3);
    let linear = profile(&ColorProfile::new_gray_with_gamma(1.0));
    for bytes in [
        png_with_profile(&gray(ImageFormat::Png, 60), &linear),
        jpeg_with_profile(&gray(ImageFormat::Jpeg, 60), &linear),
        png_with(&gray(ImageFormat::Png, 60), *b"gAMA", &gamma(100_000)),
    ] {
        assert_shows(&bytes, [133; 3]);
    }
}

#[test]
fn cmyk_is_converted_by_its_profile() {
    assert_shows(include_bytes!("cmyk-profile.jpg"), CMYK_COLOR);
}

/// Expected values: littleCMS with perceptual intent. The files differ in curves, grids and encodings.
#[test]
fn table_profiles_use_perceptual_intent() {
    for (bytes, expected) in [
        (&include_bytes!("tables-cmyk.jpg")[..], [[0, 179, 177], [168, 74, 108], [0, 0, 0], [181, 152, 69]]),
        (include_bytes!("tables-lut8.png"), [[176, 76, 53], [0, 132, 97], [0, 0, 0], [0, 73, 156]]),
        (include_bytes!("tables-curves.png"), [[141, 64, 68], [0, 113, 112], [0, 21, 42], [0, 65, 158]]),
    ] {
        let rendered = decoded(bytes).scaled(16, 16).expect("it is drawn");
        assert_eq!(rendered.notes, []);
        for ((x, y), [red, green, blue]) in [(3, 3), (12, 3), (3, 12), (12, 12)].into_iter().zip(expected) {
            assert_near(rendered.pixels.get_pixel(x, y).0, [red, green, blue, 255], 2);
        }
    }
}

#[test]
fn gray_profile_may_connect_through_lab() {
    let mut lightness = ColorProfile::new_gray_with_gamma(1.0);
    lightness.pcs = moxcms::DataColorSpace::Lab;
    let icc = profile(&lightness);
    let deep = image::ImageBuffer::from_pixel(16, 16, Luma([60 * 257_u16]));
    for bytes in [
        png_with_profile(&gray(ImageFormat::Png, 60), &icc),
        png_with_profile(&encoded(&DynamicImage::ImageLuma16(deep), ImageFormat::Png), &icc),
        jpeg_with_profile(&gray(ImageFormat::Jpeg, 60), &icc),
    ] {
        assert_shows(&bytes, [56; 3]);
    }
}

#[test]
fn video_range_of_png_is_expanded() {
    let expanded = [214, 98, 40];
    assert_shows(&png_with(&plain(ImageFormat::Png), *b"cICP", &[1, 13, 0, 0]), expanded);
    let deep = image::ImageBuffer::from_pixel(16, 16, Rgb([200 * 257, 100 * 257, 50 * 257_u16]));
    let deep = encoded(&DynamicImage::ImageRgb16(deep), ImageFormat::Png);
    assert_shows(&png_with(&deep, *b"cICP", &[1, 13, 0, 0]), expanded);
    assert_shows(&png_with(&gray(ImageFormat::Png, 60), *b"cICP", &[1, 13, 0, 0]), [51; 3]);
    // Display P3.
    assert_shows(&png_with(&plain(ImageFormat::Png), *b"cICP", &[12, 13, 0, 0]), [231, 88, 0]);
}

fn gif_with_profile(frames: usize, icc: &[u8]) -> Vec<u8> {
    let mut gif = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut gif);
    let frame = || image::RgbaImage::from_pixel(16, 16, image::Rgba([200, 100, 50, 255]));
    encoder.encode_frames((0..frames).map(|_| image::Frame::new(frame()))).expect("it is written");
    drop(encoder);
    let mut extension = b"\x21\xff\x0bICCRGBG1012".to_vec();
    for block in icc.chunks(255) {
        extension.push(u8::try_from(block.len()).expect("it is short"));
        extension.extend_from_slice(block);
    }
    extension.push(0);
    let palette = if gif[10] & 0x80 == 0 { 0 } else { 3 << ((gif[10] & 7) + 1) };
    gif.splice(13 + palette..13 + palette, extension);
    gif
}

#[test]
fn gif_colors_follow_their_profile() {
    let p3 = profile(&ColorProfile::new_display_p3());
    assert_shows(&gif_with_profile(1, &p3), P3);
    assert_shows(&gif_with_profile(2, &p3), P3);
    assert_eq!(second_frame(&gif_with_profile(2, &p3)), (P3, vec![]));
    assert_eq!(second_frame(&gif_with_profile(2, b"junk")), (COLOR, vec![Note::ProfileIgnored]));
}

/// The colour in the middle of the second frame, to within 3, and the notes.
fn second_frame(bytes: &[u8]) -> ([u8; 3], Vec<Note>) {
    let mut frames = Frames::new(Arc::from(bytes), Limits::default()).expect("it moves");
    let frame = frames.nth(1).expect("there are two").expect("it is whole").picture;
    let rendered = frame.scaled(16, 16).expect("it is drawn");
    let [red, green, blue, _] = rendered.pixels.get_pixel(5, 5).0;
    let known = [P3, COLOR, [133; 3]];
    let is_near = |color: &[u8; 3]| color.iter().zip([red, green, blue]).all(|(a, b)| a.abs_diff(b) <= 3);
    (known.into_iter().find(is_near).unwrap_or([red, green, blue]), rendered.notes)
}

#[test]
fn apng_frames_follow_profiles_and_code_points() {
    let animated = |color: png::ColorType, pixel: &[u8], name: [u8; 4], data: &[u8]| {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 16, 16);
        encoder.set_color(color);
        encoder.set_animated(2, 0).expect("it moves");
        encoder.set_frame_delay(1, 10).expect("it moves");
        let mut writer = encoder.write_header().expect("it is written");
        for _ in 0..2 {
            writer.write_image_data(&pixel.repeat(256)).expect("it is written");
        }
        writer.finish().expect("it is written");
        png_with(&bytes, name, data)
    };
    let iccp = |icc: &[u8]| [&b"x\0\0"[..], &stored(icc)].concat();
    let linear = iccp(&profile(&ColorProfile::new_gray_with_gamma(1.0)));
    let gray = png::ColorType::Grayscale;
    assert_eq!(second_frame(&animated(gray, &[60], *b"iCCP", &linear)), ([133; 3], vec![]));
    assert_shows(&animated(gray, &[60], *b"iCCP", &linear), [133; 3]);
    let p3 = iccp(&profile(&ColorProfile::new_display_p3()));
    let rgb = png::ColorType::Rgb;
    assert_eq!(second_frame(&animated(rgb, &COLOR, *b"iCCP", &p3)), (P3, vec![]));
    assert_eq!(second_frame(&animated(rgb, &COLOR, *b"cICP", &[12, 13, 0, 1])), (P3, vec![]));
    assert_eq!(
        second_frame(&animated(rgb, &COLOR, *b"iCCP", b"x\0\0junk")),
        (COLOR, vec![Note::ProfileIgnored])
    );
}

#[test]
fn png_color_chunks_have_third_edition_precedence() {
    let plain = plain(ImageFormat::Png);
    let p3 = profile(&ColorProfile::new_display_p3());
    let linear = png_with(&plain, *b"gAMA", &gamma(100_000));
    // 200, 100 and 50 as linear light.
    assert_shows(&linear, [228, 168, 122]);
    assert_shows(&png_with(&linear, *b"sRGB", &[0]), COLOR);
    assert_shows(&png_with(&plain, *b"gAMA", &gamma(45_455)), COLOR);
    assert_shows(&png_with_profile(&png_with(&linear, *b"sRGB", &[0]), &p3), P3);
    assert_shows(&png_with(&png_with_profile(&linear, &p3), *b"cICP", &[1, 13, 0, 1]), COLOR);
    assert_shows(&png_with(&linear, *b"cICP", &[12, 13, 0, 1]), P3);
    let primaries = [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000_u32];
    let primaries: Vec<u8> = primaries.iter().flat_map(|number| number.to_be_bytes()).collect();
    assert_shows(&png_with(&plain, *b"cHRM", &primaries), P3);
}

#[test]
fn unusable_profiles_are_ignored_with_a_note() {
    let p3 = profile(&ColorProfile::new_display_p3());
    let linear = profile(&ColorProfile::new_gray_with_gamma(1.0));
    let png = plain(ImageFormat::Png);
    let mut many_tags = p3.clone();
    many_tags[128..132].copy_from_slice(&[0, 0, 0xff, 0xff]);
    for bytes in [
        png_with_profile(&png, &p3[..200]),
        png_with_profile(&png, &linear),
        png_with_profile(&png, &many_tags),
        png_with(&png, *b"iCCP", b"x\0\0not compressed"),
        jpeg_with_profile(&plain(ImageFormat::Jpeg), b"junk that is not a profile"),
        webp_with_profile(&plain(ImageFormat::WebP), &linear),
    ] {
        let (actual, notes) = shown(&bytes);
        assert_near(actual, [200, 100, 50, 255], 3);
        assert_eq!(notes, [Note::ProfileIgnored]);
    }
    let (actual, notes) = shown(&png_with_profile(&gray(ImageFormat::Png, 60), &p3));
    assert_eq!((actual, notes), ([60, 60, 60, 255], vec![Note::ProfileIgnored]));
    let srgb = profile(&ColorProfile::new_srgb());
    assert_eq!(shown(&png_with_profile(&gray(ImageFormat::Png, 60), &srgb)).1, []);
}

#[test]
fn frames_and_blocks_have_converted_colors() {
    // Each frame has one gray level; the second is 40.
    let animated = png_with(&animated_png(2, 100), *b"gAMA", &gamma(100_000));
    let frames = Frames::new(Arc::from(animated), Limits::default()).expect("it moves");
    let second = frames.into_iter().nth(1).expect("there are two").expect("it is whole").picture;
    assert_near(second.scaled(12, 8).expect("it is drawn").pixels.get_pixel(3, 3).0, [110, 110, 110, 255], 3);
    let picture = decoded(&png_with(&plain(ImageFormat::Png), *b"gAMA", &gamma(100_000)));
    let mut blocks = Vec::new();
    print_inline(&picture, (4, 2), Target::new(Protocol::Halfblocks), 1, &mut blocks).expect("it is written");
    let [red, green, blue, _] = shown(&png_with(&plain(ImageFormat::Png), *b"gAMA", &gamma(100_000))).0;
    assert!(String::from_utf8_lossy(&blocks).contains(&format!("{red};{green};{blue}")));
}
