//! Frames, one after the other, and again.

use std::sync::Arc;

use cfimg::picture::{Frames, Limits, Note, PictureError};

use image::{DynamicImage, ImageFormat};

use crate::made::{animated_gif, animated_png, animated_webp, encoded, grey, quarters};

fn frames(bytes: Vec<u8>) -> Frames {
    Frames::new(Arc::from(bytes), Limits::default()).expect("it has frames")
}

/// The grey of each of the next frames, and how many milliseconds it stands.
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
fn frames_come_in_order_and_begin_anew() {
    let level = |at: usize| grey(at).0[0];
    for bytes in [animated_gif(3, 20), animated_webp(3, 200), animated_png(3, 200)] {
        let mut frames = frames(bytes);
        let found = next(&mut frames, 7);
        let expected: Vec<_> = [0, 1, 2, 0, 1, 2, 0].map(|at| (level(at), 200)).to_vec();
        for (found, expected) in found.iter().zip(&expected) {
            assert!(
                found.0.abs_diff(expected.0) <= 2 && found.1 == expected.1,
                "{found:?} is not {expected:?}"
            );
        }
    }
}

#[test]
fn times_are_those_that_browsers_keep() {
    // None, or a hundredth, means a tenth.
    for hundredths in [0, 1] {
        assert_eq!(
            next(&mut frames(animated_gif(3, hundredths)), 2).iter().map(|f| f.1).collect::<Vec<_>>(),
            [100, 100]
        );
    }
    // Four frames of 20 ms stand as one, for 80.
    let found = next(&mut frames(animated_gif(6, 2)), 4);
    assert_eq!(found.iter().map(|frame| frame.1).collect::<Vec<_>>(), [80, 66, 80, 66]);
    assert!(found[1].0.abs_diff(grey(4).0[0]) <= 2, "{found:?}");
}

#[test]
fn ten_thousand_frames_pass_one_by_one() {
    let mut frames = frames(animated_gif(10_000, 10));
    let last = frames.nth(10_000 - 1).expect("there is a last").expect("it decodes");
    let expected = grey(9999).0[0];
    assert!(
        last.picture.scaled(12, 8).expect("it is drawn").pixels.get_pixel(0, 0).0[0].abs_diff(expected) <= 2
    );
    assert!(next(&mut frames, 1)[0].0 <= 2, "and the first again");
}

#[test]
fn what_is_cut_plays_until_there_and_ends() {
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
fn a_large_animation_shows_its_first_frame_only() {
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
fn a_still_picture_has_no_frames() {
    for format in [ImageFormat::Gif, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Jpeg] {
        let still = encoded(&DynamicImage::ImageRgb8(quarters(12, 8)), format);
        let error = Frames::new(Arc::from(still), Limits::default()).expect_err("it does not move");
        assert!(matches!(error, PictureError::Still { .. }), "{error}");
    }
}
