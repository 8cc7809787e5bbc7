//! Truncated and damaged files.

use cfimg::picture::{Format, Frames, Limits, Note, PictureError};
use image::{DynamicImage, ImageFormat};

use super::fixtures::{animated_gif, encoded, noise};
use super::{INTERLACED, PROGRESSIVE, decoded, refused, renderer};

/// The notes of a picture, and the pixel in the middle of its first quarter.
fn shown(bytes: &[u8]) -> (Vec<Note>, [u8; 4]) {
    let picture = decoded(bytes);
    let (width, height) = (picture.width(), picture.height());
    let rendered = picture.scaled(width, height).expect("it is drawn");
    (rendered.notes, rendered.pixels.get_pixel(width / 4, height / 4).0)
}

fn without_end(bytes: &[u8], count: usize) -> &[u8] {
    &bytes[..bytes.len() - count]
}

#[test]
fn pictures_without_last_bytes_are_shown_with_note() {
    let image = DynamicImage::ImageRgb8(noise(90, 70));
    for (format, count) in
        [(ImageFormat::Jpeg, 2), (ImageFormat::Png, 12), (ImageFormat::WebP, 2), (ImageFormat::Gif, 1)]
    {
        let whole = encoded(&image, format);
        let (notes, pixel) = shown(without_end(&whole, count));
        assert_eq!(notes, [Note::Incomplete], "{format:?}");
        assert_eq!(pixel, shown(&whole).1, "{format:?}");
    }
    for whole in [PROGRESSIVE, INTERLACED] {
        assert_eq!(shown(whole).0, []);
        assert_eq!(shown(without_end(whole, 12)).0, [Note::Incomplete]);
    }
}

#[test]
fn half_pictures_are_shown_with_note() {
    let noise = DynamicImage::ImageRgb8(noise(90, 70));
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif] {
        let bytes = encoded(&noise, format);
        let whole = shown(&bytes).1;
        let (notes, pixel) = shown(without_end(&bytes, bytes.len() / 2));
        assert_eq!((notes, pixel), (vec![Note::Incomplete], whole), "{format:?}");
    }
}

#[test]
fn files_without_pixels_are_errors() {
    let noise = DynamicImage::ImageRgb8(noise(90, 70));
    for (format, part) in
        [(ImageFormat::Jpeg, 620), (ImageFormat::Png, 50), (ImageFormat::WebP, 1000), (ImageFormat::Gif, 800)]
    {
        let error = refused(&encoded(&noise, format)[..part]);
        assert!(matches!(error, PictureError::Cut { .. }), "{format:?}: {error}");
    }
}

#[test]
fn truncated_animation_plays_its_complete_frames() {
    let bytes = animated_gif(3, 10);
    let frames = Frames::new(without_end(&bytes, 20).into(), Limits::default()).expect("it has frames");
    let shown: Vec<_> = frames.take(5).collect();
    let first = shown[0].as_ref().expect("it is whole").picture.fit(9, 9).expect("it is drawn");
    assert_eq!(first.notes, [Note::Incomplete]);
    assert_eq!(shown.last().map(Result::is_err), Some(true));
}

#[test]
fn damaged_jpeg_is_shown_with_note() {
    let mut bytes = encoded(&DynamicImage::ImageRgb8(noise(90, 70)), ImageFormat::Jpeg);
    let middle = bytes.len() / 2;
    // A run of ones is not a Huffman code.
    bytes[middle..middle + 40].copy_from_slice(&[0xff, 0].repeat(20));
    assert_eq!(shown(&bytes).0, [Note::Damaged]);
}

#[cfg(feature = "avif")]
#[test]
fn truncated_avif_is_an_error() {
    let bytes = [
        &b"\0\0\0\x18ftypavif\0\0\0\0avifmif1"[..],
        b"\0\0\0\x14ispe\0\0\0\0\0\0\0\x08\0\0\0\x08",
        b"\0\0\x10\0mdat\x12",
    ]
    .concat();
    let decoded = cfimg::picture::Picture::decode(&bytes, &Limits::default(), &renderer());
    assert!(matches!(decoded, Err(PictureError::Cut { format: Format::Avif })));
}
