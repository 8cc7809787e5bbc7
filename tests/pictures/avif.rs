//! AVIF, decoded by the built program in its sandbox. The files were made with avifenc, from four plain quarters.

use std::sync::Arc;

use cfimg::picture::{Format, Limits, Picture, PictureError, Renderer};
use cfimg::sandbox::Sandbox;

const RED: [u8; 4] = [200, 40, 30, 255];
const GREEN: [u8; 4] = [30, 160, 60, 255];
const BLUE: [u8; 4] = [40, 60, 200, 255];
const WHITE: [u8; 4] = [240, 240, 230, 255];

const PLAIN: &[u8] = include_bytes!("avif-420-8.avif");

fn decode(bytes: &[u8]) -> Result<Picture, PictureError> {
    let sandbox: Arc<dyn Renderer> = Arc::new(Sandbox::with_program(env!("CARGO_BIN_EXE_cfimg")));
    Picture::decode(bytes, &Limits::default(), &sandbox)
}

/// The colours in the corners: top left, top right, bottom left, bottom right.
fn corners(bytes: &[u8]) -> [[u8; 4]; 4] {
    let picture = decode(bytes).expect("it is decoded");
    let (width, height) = (picture.width(), picture.height());
    let pixels = picture.scaled(width, height).expect("it is scaled").pixels;
    [(4, 4), (width - 5, 4), (4, height - 5), (width - 5, height - 5)].map(|(x, y)| pixels.get_pixel(x, y).0)
}

fn assert_corners(bytes: &[u8], expected: [[u8; 4]; 4]) {
    let actual = corners(bytes);
    let is_near = |(a, b): (&u8, &u8)| a.abs_diff(*b) <= 4;
    let pairs = actual.as_flattened().iter().zip(expected.as_flattened());
    assert!(pairs.into_iter().all(is_near), "{actual:?}, not {expected:?}");
}

#[test]
fn bit_depths_and_subsamplings_are_decoded() {
    for bytes in [PLAIN, include_bytes!("avif-422-12.avif"), include_bytes!("avif-444-10.avif")] {
        assert_corners(bytes, [RED, GREEN, BLUE, WHITE]);
    }
    let grey = |luma: u8| [luma, luma, luma, 255];
    assert_corners(include_bytes!("avif-400.avif"), [grey(87), grey(110), grey(70), grey(239)]);
}

#[test]
fn alpha_comes_from_its_own_frame() {
    let half = |[r, g, b, _]: [u8; 4]| [r, g, b, 64];
    assert_corners(include_bytes!("avif-alpha.avif"), [RED, half(GREEN), BLUE, half(WHITE)]);
}

/// Expected values: the matrix from Display P3 to sRGB, in linear light.
#[test]
fn wide_colors_become_srgb() {
    let expected = [[219, 0, 4, 255], [0, 164, 38, 255], [32, 62, 207, 255], [239, 241, 229, 255]];
    assert_corners(include_bytes!("avif-p3.avif"), expected);
}

#[test]
fn rotation_and_mirroring_are_applied() {
    assert_corners(include_bytes!("avif-rotated.avif"), [GREEN, WHITE, RED, BLUE]);
    assert_corners(include_bytes!("avif-mirrored.avif"), [RED, BLUE, GREEN, WHITE]);
    // Mirrored, not rotated.
    assert_corners(include_bytes!("avif-flipped.avif"), [GREEN, RED, WHITE, BLUE]);
}

#[test]
fn damaged_files_are_errors() {
    let frame = PLAIN.windows(4).position(|four| four == b"mdat").unwrap() + 4;
    let mut noise = PLAIN.to_vec();
    noise[frame + 12..].iter_mut().for_each(|byte| *byte ^= 0x55);
    drop(decode(&noise));
    for length in [200, frame, PLAIN.len() - 20] {
        let error = decode(&PLAIN[..length]).expect_err("it is truncated");
        assert!(
            matches!(error, PictureError::Cut { .. } | PictureError::Damaged { format: Format::Avif, .. }),
            "{length}: {error:?}"
        );
    }
}

#[test]
fn picture_beyond_memory_limit_is_refused() {
    let few = Limits { side: 100, memory: 48 * 32 * 4 };
    let sandbox: Arc<dyn Renderer> = Arc::new(Sandbox::with_program(env!("CARGO_BIN_EXE_cfimg")));
    let refused = Picture::decode(PLAIN, &few, &sandbox);
    assert!(matches!(refused, Err(PictureError::TooLarge { format: Format::Avif, .. })), "{refused:?}");
}
