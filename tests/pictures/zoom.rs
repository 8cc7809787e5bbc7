//! Parts of pictures that are zoomed: rotated, large, and drawn from text.

use cfimg::domain::{Part, Zoom};
use cfimg::picture::{Protocol, RenderTask, Rendered, Target, encode_part};

use super::*;

fn sandboxed(bytes: &[u8]) -> Picture {
    let sandbox: Arc<dyn Renderer> = Arc::new(Sandbox::with_program(env!("CARGO_BIN_EXE_cfimg")));
    Picture::decode(bytes, &Limits::default(), &sandbox).expect("it is a picture")
}

fn crop(of: &RgbaImage, Part { offset, size, .. }: Part) -> RgbaImage {
    image::imageops::crop_imm(of, offset.0, offset.1, size.0, size.1).to_image()
}

#[test]
fn part_of_rotated_picture_is_as_displayed() {
    for orientation in 1..=8 {
        let bytes = jpeg_with_orientation(&quarters(60, 40), orientation);
        let whole = pixels(&bytes);
        let (width, height) = whole.dimensions();
        let part = Part { whole: (width, height), offset: (1, 2), size: (width / 2, height / 3) };
        let mut zoomable = decoded(&bytes).zoomable().expect("it is decoded");
        assert_eq!(zoomable.part(part).expect("it is cut").pixels, crop(&whole, part), "{orientation}");
    }
}

#[test]
fn large_picture_is_decoded_once_in_the_sandbox() {
    let image = RgbImage::from_fn(2400, 1800, |x, y| Rgb([x, y, x ^ y].map(|at| at.to_le_bytes()[0])));
    let picture = sandboxed(&encoded(&DynamicImage::ImageRgb8(image.clone()), ImageFormat::Png));
    let mut zoomable = picture.zoomable().expect("it is decoded");
    let part = Part { whole: (2400, 1800), offset: (1000, 700), size: (300, 200) };
    let expected = crop(&DynamicImage::ImageRgb8(image).into_rgba8(), part);
    assert_eq!(zoomable.part(part).expect("it is cut").pixels, expected);
}

/// Renders nothing, in the size of the task.
#[derive(Debug)]
struct Blank;

impl Renderer for Blank {
    fn render(&self, _: &[u8], task: RenderTask) -> Result<Rendered, PictureError> {
        let RenderTask::Raster { width, height, .. } = task else { panic!("{task:?}") };
        Ok(Rendered { pixels: RgbaImage::new(width, height), notes: vec![] })
    }
}

#[test]
fn picture_of_too_many_pixels_is_reduced_and_says_so() {
    let large: Arc<dyn Renderer> = Arc::new(Blank);
    let picture = Picture::decode(&png_of_claimed_size(5000, 2600), &Limits::default(), &large);
    let mut zoomable = picture.expect("it is a picture").zoomable().expect("it is decoded");
    let rendered = zoomable.part(Part { whole: (5000, 2600), offset: (9, 9), size: (40, 30) });
    let rendered = rendered.expect("it is cut");
    assert_eq!((rendered.notes, rendered.pixels.dimensions()), (vec![Note::Reduced], (40, 30)));
}

#[cfg(feature = "svg")]
#[test]
fn part_of_svg_is_drawn_as_sharp_as_the_whole() {
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='20'>\
        <rect x='3' y='4' width='11' height='9' fill='#f00'/><circle cx='25' cy='9' r='7'/></svg>";
    let picture = sandboxed(svg.as_bytes());
    let whole = picture.scaled(400, 200).expect("it is drawn").pixels;
    let mut zoomable = picture.zoomable().expect("it needs no pixels");
    for offset in [(0, 0), (100, 50), (270, 120)] {
        let part = Part { whole: (400, 200), offset, size: (130, 80) };
        let drawn = zoomable.part(part).expect("it is drawn").pixels;
        // Edges are smoothed from where the part starts.
        let difference = |(a, b): (&u8, &u8)| a.abs_diff(*b);
        let furthest = drawn.iter().zip(crop(&whole, part).iter()).map(difference).max();
        assert!(furthest <= Some(32), "{offset:?}: {furthest:?}");
    }
    let far = Part { whole: (256_000, 128_000), offset: (130_000, 60_000), size: (50, 40) };
    assert_eq!(zoomable.part(far).expect("it is drawn").pixels.dimensions(), (50, 40));
}

#[test]
fn zoomed_picture_fills_the_cells() {
    let bytes = encoded(&DynamicImage::ImageRgb8(RgbImage::new(300, 100)), ImageFormat::Png);
    let mut zoomable = decoded(&bytes).zoomable().expect("it is decoded");
    for (protocol, percent, cells) in [
        (Protocol::Kitty, 100, (20, 5)),
        (Protocol::Sixel, 50, (15, 3)),
        (Protocol::Halfblocks, 100, (20, 6)),
        (Protocol::Halfblocks, 5, (15, 3)),
        (Protocol::Iterm2, 800, (20, 6)),
    ] {
        let zoom = Zoom::new(f64::from(percent) / 100.0, (300, 100));
        let encoded = encode_part(&mut zoomable, (300, 100), Some(zoom), (20, 6), Target::new(protocol), 1);
        assert_eq!(encoded.expect("it is drawn").cells, cells, "{protocol:?} {percent}");
    }
}
