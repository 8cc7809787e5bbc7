//! Animations: frames, delays and repetitions of GIF, WebP and APNG.

use std::sync::Arc;

use cfimg::picture::{Frames, InProcess, Limits, Note, Picture, PictureError, Renderer, file_info};

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, DynamicImage, Frame, ImageFormat, Rgba, RgbaImage};

use crate::fixtures::{
    Stored, animated_gif, animated_png, animated_webp, crc32, encoded, grey, quarters, stored_png,
    stored_webp,
};

fn frames(bytes: Vec<u8>) -> Frames {
    Frames::new(Arc::from(bytes), Limits::default()).expect("it has frames")
}

fn in_process() -> Arc<dyn Renderer> {
    Arc::new(InProcess)
}

/// The grey level and the delay in milliseconds of the next frames.
fn next(frames: &mut Frames, count: usize) -> Vec<(u8, u128)> {
    let next = frames.take(count).map(|frame| frame.expect("it decodes"));
    next.map(|frame| {
        (
            frame.picture.scaled(12, 8).expect("it is drawn").pixels.get_pixel(6, 4).0[0],
            frame.delay.as_millis(),
        )
    })
    .collect()
}

#[test]
fn frames_repeat_in_order() {
    let level = |at: usize| grey(at).0[0];
    for bytes in [animated_gif(3, 20), animated_webp(3, 200), animated_png(3, 200)] {
        let mut frames = frames(bytes);
        let actual = next(&mut frames, 7);
        let expected: Vec<_> = [0, 1, 2, 0, 1, 2, 0].map(|at| (level(at), 200)).to_vec();
        for (actual, expected) in actual.iter().zip(&expected) {
            assert!(
                actual.0.abs_diff(expected.0) <= 2 && actual.1 == expected.1,
                "{actual:?} is not {expected:?}"
            );
        }
    }
}

#[test]
fn delays_match_those_of_browsers() {
    // Delays of up to 10 ms mean 100 ms: measured in Chromium for each format.
    let gifs = [0, 1].map(|hundredths| animated_gif(3, hundredths));
    let others = [0_u16, 5, 10]
        .into_iter()
        .flat_map(|millis| [animated_webp(3, millis.into()), animated_png(3, millis)]);
    for bytes in gifs.into_iter().chain(others) {
        let delays = next(&mut frames(bytes), 2).iter().map(|frame| frame.1).collect::<Vec<_>>();
        assert_eq!(delays, [100, 100]);
    }
    // Seven frames of 11 ms are merged.
    for bytes in [animated_webp(9, 11), animated_png(9, 11)] {
        assert_eq!(next(&mut frames(bytes), 1)[0].1, 77);
    }
    // Four frames of 20 ms are merged to one of 80 ms.
    let actual = next(&mut frames(animated_gif(6, 2)), 4);
    assert_eq!(actual.iter().map(|frame| frame.1).collect::<Vec<_>>(), [80, 66, 80, 66]);
    assert!(actual[1].0.abs_diff(grey(4).0[0]) <= 2, "{actual:?}");
}

#[test]
fn ten_thousand_frames_play_in_order() {
    let mut frames = frames(animated_gif(10_000, 10));
    let last = frames.nth(10_000 - 1).expect("there is a last").expect("it decodes");
    let expected = grey(9999).0[0];
    assert!(
        last.picture.scaled(12, 8).expect("it is drawn").pixels.get_pixel(0, 0).0[0].abs_diff(expected) <= 2
    );
    assert!(next(&mut frames, 1)[0].0 <= 2, "the first frame follows");
}

#[test]
fn truncated_animation_plays_then_ends_with_an_error() {
    let bytes = animated_gif(3, 20);
    let mut frames = frames(bytes[..bytes.len() - 8].to_vec());
    assert!(frames.next().is_some_and(|frame| frame.is_ok()));
    let error = frames.find_map(Result::err).expect("it ends");
    assert!(matches!(error, PictureError::Cut { .. }), "{error}");
    assert!(frames.next().is_none(), "after an error there is no frame");
}

#[test]
fn large_canvases_are_refused() {
    let few = Limits { side: 12_000, memory: 12 * 8 * 4 - 1 };
    for bytes in [animated_gif(2, 10), animated_webp(2, 100), animated_png(2, 100)] {
        let error = Frames::new(Arc::from(bytes), few).expect_err("it is too large");
        assert!(matches!(error, PictureError::TooLarge { width: 12, height: 8, .. }), "{error}");
    }
}

#[test]
fn large_animation_shows_only_its_first_frame() {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new_with_speed(&mut bytes, 30);
    for color in [200, 0] {
        let frame = image::RgbaImage::from_pixel(2100, 2000, image::Rgba([color, color, color, 255]));
        encoder.encode_frame(image::Frame::new(frame)).expect("it is encoded");
    }
    drop(encoder);
    let error = Frames::new(Arc::from(bytes.clone()), Limits::default()).expect_err("it does not move");
    assert!(matches!(error, PictureError::Still { .. }), "{error}");
    let shown = super::decoded(&bytes).fit(20, 20).expect("it is rendered");
    assert_eq!(shown.notes, [Note::FirstFrame]);
    assert_eq!(shown.pixels.get_pixel(10, 10).0, [200, 200, 200, 255]);
}

#[test]
fn still_picture_has_no_frames() {
    for format in [ImageFormat::Gif, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Jpeg] {
        let still = encoded(&DynamicImage::ImageRgb8(quarters(12, 8)), format);
        let error = Frames::new(Arc::from(still), Limits::default()).expect_err("it does not move");
        assert!(matches!(error, PictureError::Still { .. }), "{error}");
    }
}

const RED: [u8; 4] = [255, 0, 0, 255];
const GREEN: [u8; 4] = [0, 255, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const CLEAR: [u8; 4] = [0; 4];

const KEEP: u8 = 0;
const BACKGROUND: u8 = 1;
const PREVIOUS: u8 = 2;

/// A frame of one colour.
fn stored(color: [u8; 4], at: (u32, u32), size: (u32, u32), dispose: u8) -> Stored {
    let image = DynamicImage::ImageRgba8(RgbaImage::from_pixel(size.0, size.1, Rgba(color)));
    Stored { image, at, blend: true, dispose }
}

/// The colours at these places in each frame of one play.
fn colors<const N: usize>(bytes: Vec<u8>, at: [(u32, u32); N]) -> Vec<[[u8; 4]; N]> {
    let count =
        bytes.windows(4).filter(|name| matches!(name, [b'A', b'N', b'M', b'F'] | [b'f', b'c', b'T', b'L']));
    let count = count.count();
    let frames = frames(bytes).take(count).map(|frame| frame.expect("it decodes").picture);
    frames
        .map(|picture| {
            let pixels = picture.scaled(12, 8).expect("it is drawn").pixels;
            at.map(|(x, y)| pixels.get_pixel(x, y).0)
        })
        .collect()
}

#[test]
fn webp_clears_frame_disposed_to_background() {
    for size in [(12, 8), (4, 4)] {
        let frames = [
            stored(RED, (0, 0), (12, 8), KEEP),
            stored(BLUE, (0, 0), size, BACKGROUND),
            stored(GREEN, (8, 0), (2, 2), KEEP),
        ];
        let outside = if size.0 == 12 { [BLUE, CLEAR] } else { [RED, RED] };
        assert_eq!(
            colors(stored_webp(&frames, 0), [(2, 2), (8, 0), (6, 6)]),
            [[RED, RED, RED], [BLUE, outside[0], outside[0]], [CLEAR, GREEN, outside[1]]],
            "{size:?}"
        );
    }
}

#[test]
fn webp_full_frame_blends_over_earlier_frames() {
    let mut over = stored(CLEAR, (0, 0), (12, 8), KEEP);
    over.image =
        DynamicImage::ImageRgba8(RgbaImage::from_fn(12, 8, |x, _| Rgba(if x < 6 { GREEN } else { CLEAR })));
    let frames = [stored(RED, (0, 0), (12, 8), KEEP), stored(BLUE, (8, 0), (2, 2), BACKGROUND), over];
    let shown = colors(stored_webp(&frames, 0), [(0, 0), (8, 0), (11, 7)]);
    assert_eq!(shown[2], [GREEN, CLEAR, RED]);
}

#[test]
fn webp_frame_blends_as_libwebp_does() {
    let half = stored([200, 100, 50, 100], (0, 0), (4, 4), KEEP);
    let thin = stored([10, 250, 90, 60], (2, 2), (4, 4), KEEP);
    let shown = colors(stored_webp(&[half, thin], 0), [(0, 0), (2, 2), (5, 5)]);
    // The values of libwebp's `WebPAnimDecoder`, which rounds the last one down to 9, 249, 89.
    assert_eq!(shown[1], [[200, 100, 50, 100], [116, 166, 67, 136], [10, 250, 90, 60]]);
}

#[test]
fn apng_restores_cleared_canvas_after_dispose_previous() {
    let frames = [
        stored(RED, (0, 0), (12, 8), BACKGROUND),
        stored(BLUE, (2, 2), (4, 4), PREVIOUS),
        stored(GREEN, (8, 0), (2, 2), KEEP),
    ];
    assert_eq!(
        colors(stored_png(None, &frames, 0), [(0, 0), (3, 3), (8, 0)]),
        [[RED, RED, RED], [CLEAR, BLUE, CLEAR], [CLEAR, CLEAR, GREEN]]
    );
}

#[test]
fn apng_default_image_is_not_a_frame() {
    let default = DynamicImage::ImageRgba8(RgbaImage::from_pixel(12, 8, Rgba([9, 9, 9, 255])));
    let frames = [stored(RED, (2, 0), (4, 8), KEEP), stored(BLUE, (6, 0), (4, 8), KEEP)];
    let shown = colors(stored_png(Some(&default), &frames, 0), [(0, 0), (2, 0), (6, 0)]);
    assert_eq!(shown, [[CLEAR, RED, CLEAR], [CLEAR, RED, BLUE]]);
    let bytes = stored_png(Some(&default), &frames, 0);
    let still = Picture::decode(&bytes, &Limits::default(), &in_process()).expect("it decodes");
    let still = still.scaled(12, 8).expect("it is drawn").pixels;
    assert_eq!((still.get_pixel(0, 0).0, still.get_pixel(2, 0).0), (CLEAR, RED));
}

/// The colour in the middle of the still picture.
fn still_color(bytes: &[u8]) -> [u8; 4] {
    let still = Picture::decode(bytes, &Limits::default(), &in_process()).expect("it decodes");
    still.scaled(12, 8).expect("it is drawn").pixels.get_pixel(6, 4).0
}

/// Sets the number of frames in the header of an animated PNG.
fn announce(bytes: &mut [u8], count: u32) {
    let at = bytes.windows(4).position(|name| name == b"acTL").expect("it is animated");
    bytes[at + 4..at + 8].copy_from_slice(&count.to_be_bytes());
    let crc = crc32(&bytes[at..at + 12]);
    bytes[at + 12..at + 16].copy_from_slice(&crc.to_be_bytes());
}

/// Expected values: screenshots of Chromium.
#[test]
fn apng_of_one_frame_shows_that_frame() {
    let default = DynamicImage::ImageRgba8(RgbaImage::from_pixel(12, 8, Rgba(RED)));
    let frames = [stored(GREEN, (0, 0), (12, 8), KEEP), stored(BLUE, (0, 0), (12, 8), KEEP)];
    for (stored, announced, shown) in [(1, 1, GREEN), (2, 1, GREEN), (1, 2, GREEN), (2, 0, RED)] {
        let mut bytes = stored_png(Some(&default), &frames[..stored], 0);
        announce(&mut bytes, announced);
        assert_eq!(still_color(&bytes), shown, "{announced} of {stored}");
        let error = Frames::new(Arc::from(bytes), Limits::default()).expect_err("it does not move");
        assert!(matches!(error, PictureError::Still { .. }), "{error}");
    }
}

#[test]
fn apng_plays_only_announced_frames() {
    let stored = [RED, GREEN, BLUE].map(|color| stored(color, (0, 0), (12, 8), KEEP));
    for (announced, last) in [(2, GREEN), (3, BLUE), (9, BLUE)] {
        let mut bytes = stored_png(None, &stored, 1);
        announce(&mut bytes, announced);
        let last = frames(bytes).last().map(|frame| (frame.expect("it decodes").picture, last));
        let (picture, color) = last.expect("it has frames");
        assert_eq!(picture.scaled(1, 1).expect("it is drawn").pixels.get_pixel(0, 0).0, color);
    }
}

#[test]
fn apng_control_after_pixels_is_ignored() {
    let default = DynamicImage::ImageRgba8(RgbaImage::from_pixel(12, 8, Rgba(RED)));
    let frames = [stored(GREEN, (0, 0), (12, 8), KEEP), stored(BLUE, (0, 0), (12, 8), KEEP)];
    let mut bytes = stored_png(Some(&default), &frames, 0);
    let control = bytes.windows(4).position(|name| name == b"acTL").expect("it is animated") - 4;
    let chunk: Vec<u8> = bytes.drain(control..control + 20).collect();
    let end = bytes.windows(4).position(|name| name == b"fcTL").expect("it has frames") - 4;
    bytes.splice(end..end, chunk);
    assert_eq!(still_color(&bytes), RED);
    assert!(Frames::new(Arc::from(bytes), Limits::default()).is_err());
}

#[test]
fn webp_of_one_frame_is_still() {
    let bytes = stored_webp(&[stored(GREEN, (2, 2), (10, 6), KEEP)], 0);
    assert_eq!(still_color(&bytes), GREEN);
    assert!(!file_info(&bytes).expect("it has a header").animated);
    let error = Frames::new(Arc::from(bytes), Limits::default()).expect_err("it does not move");
    assert!(matches!(error, PictureError::Still { .. }), "{error}");
}

#[test]
fn apng_of_16_bits_plays() {
    let frames = [RED, BLUE].map(|color| {
        let mut frame = stored(color, (0, 0), (12, 8), KEEP);
        frame.image = DynamicImage::ImageRgba16(frame.image.into_rgba16());
        frame
    });
    assert_eq!(colors(stored_png(None, &frames, 0), [(5, 5)]), [[RED], [BLUE]]);
}

#[test]
fn frame_outside_of_canvas_is_refused() {
    for bytes in [
        stored_webp(&[stored(RED, (10, 0), (4, 4), KEEP), stored(RED, (0, 0), (4, 4), KEEP)], 0),
        stored_png(None, &[stored(RED, (0, 0), (12, 8), KEEP), stored(RED, (0, 6), (4, 4), KEEP)], 0),
    ] {
        let error = frames(bytes).find_map(Result::err).expect("it is refused");
        assert!(matches!(error, PictureError::Damaged { .. }), "{error}");
    }
}

/// A GIF of two frames with this repeat count.
fn gif_that_repeats(repeat: Option<Repeat>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    if let Some(repeat) = repeat {
        encoder.set_repeat(repeat).expect("it is written");
    }
    let delay = Delay::from_numer_denom_ms(100, 1);
    let frames = [0, 1].map(|at| Frame::from_parts(RgbaImage::from_pixel(12, 8, grey(at)), 0, 0, delay));
    encoder.encode_frames(frames).expect("it is written");
    drop(encoder);
    bytes
}

#[test]
fn animation_obeys_its_repeat_count() {
    let both = || [stored(RED, (0, 0), (12, 8), KEEP), stored(BLUE, (0, 0), (12, 8), KEEP)];
    for (bytes, plays) in [
        (gif_that_repeats(None), Some(1)),
        (gif_that_repeats(Some(Repeat::Finite(1))), Some(2)),
        (gif_that_repeats(Some(Repeat::Finite(3))), Some(4)),
        (gif_that_repeats(Some(Repeat::Infinite)), None),
        (stored_webp(&both(), 1), Some(1)),
        (stored_webp(&both(), 3), Some(3)),
        (stored_webp(&both(), 0), None),
        (stored_png(None, &both(), 1), Some(1)),
        (stored_png(None, &both(), 3), Some(3)),
        (stored_png(None, &both(), 0), None),
    ] {
        let mut frames = frames(bytes);
        let count = frames.by_ref().take(20).collect::<Result<Vec<_>, _>>().expect("it decodes").len();
        assert_eq!(count, plays.map_or(20, |plays| 2 * plays), "{frames:?}");
        assert!(plays.is_none() || frames.next().is_none(), "it has ended");
    }
}

#[test]
fn animation_with_short_delays_ends_on_last_frame() {
    for count in 2..8 {
        let mut bytes = animated_webp(count, 20);
        let at = bytes.windows(4).position(|name| name == b"ANIM").expect("it is animated");
        bytes[at + 12] = 1;
        let last = frames(bytes).last().expect("it has frames").expect("it decodes");
        let level = last.picture.scaled(12, 8).expect("it is drawn").pixels.get_pixel(6, 4).0[0];
        assert_eq!(level, grey(count - 1).0[0], "{count}");
    }
}
