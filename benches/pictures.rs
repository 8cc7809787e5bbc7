//! Measures a picture's way from its bytes to the terminal's escape sequences. Run with `cargo bench --bench pictures`.

use std::io::Cursor;
use std::sync::Arc;

use cfimg::picture::{
    InProcess, Limits, Picture, Protocol, Renderer, Target, encode, file_info, print_inline,
};
use divan::Bencher;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

fn main() {
    divan::main();
}

/// Waves and some noise: about as much work for a decoder as a photograph.
fn photograph(width: u32, height: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| {
        let noise =
            x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503)).wrapping_mul(x ^ y) >> 28;
        let wave = |at: u32| (at % 180).abs_diff(90) * 2;
        Rgb([x, y, x + y].map(|at| u8::try_from(wave(at) + noise).unwrap_or(u8::MAX)))
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).write_to(&mut bytes, ImageFormat::Jpeg).expect("encode JPEG");
    bytes.into_inner()
}

fn picture(bytes: &[u8]) -> Picture {
    Picture::decode(bytes, &Limits::default(), &(Arc::new(InProcess) as Arc<dyn Renderer>))
        .expect("decode picture")
}

#[divan::bench]
fn facts_of_a_head(bencher: Bencher) {
    let bytes = photograph(1600, 1200);
    bencher.bench(|| file_info(&bytes[..10_000]));
}

#[divan::bench]
fn decode_1600_by_1200(bencher: Bencher) {
    let bytes = photograph(1600, 1200);
    bencher.bench(|| picture(&bytes));
}

#[divan::bench]
fn decode_and_fit_1600_by_1200(bencher: Bencher) {
    let bytes = photograph(1600, 1200);
    bencher.bench(|| picture(&bytes).fit(800, 800).expect("scale picture").pixels);
}

#[divan::bench]
fn decode_12_megapixels(bencher: Bencher) {
    let bytes = photograph(4000, 3000);
    bencher.bench(|| picture(&bytes));
}

#[divan::bench]
fn decode_and_fit_12_megapixels(bencher: Bencher) {
    let bytes = photograph(4000, 3000);
    bencher.bench(|| picture(&bytes).fit(800, 800).expect("scale picture").pixels);
}

#[divan::bench]
fn view_in_halfblocks(bencher: Bencher) {
    let bytes = photograph(1600, 1200);
    let target = Target::new(Protocol::Halfblocks);
    bencher.bench(|| {
        let mut out = Vec::new();
        print_inline(&picture(&bytes), (80, 24), target, 1, &mut out).expect("print picture");
        out
    });
}

#[divan::bench(args = [Protocol::Kitty, Protocol::Sixel, Protocol::Iterm2, Protocol::Halfblocks])]
fn fit_and_encode_80_by_30_cells(bencher: Bencher, protocol: Protocol) {
    let picture = picture(&photograph(1600, 1200));
    bencher.bench(|| encode(&picture, (80, 30), Target::new(protocol), 1));
}
