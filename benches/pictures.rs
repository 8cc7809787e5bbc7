//! Measures a picture's way from its bytes to the terminal's escape sequences. Run with `cargo bench --bench pictures`.

use std::io::Cursor;
use std::sync::Arc;

use cfimg::domain::Zoom;
use cfimg::picture::{
    InProcess, Limits, Picture, Protocol, Renderer, Target, Zoomable, encode, encode_part, file_info,
    print_inline,
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

const PROTOCOLS: [Protocol; 4] = [Protocol::Kitty, Protocol::Sixel, Protocol::Iterm2, Protocol::Halfblocks];
const SIZE: (u32, u32) = (4000, 3000);
/// The picture on the full screen of a terminal of 120 columns.
const CELLS: (u16, u16) = (120, 32);

fn zoomable() -> Zoomable {
    picture(&photograph(SIZE.0, SIZE.1)).zoomable().expect("decode picture")
}

#[divan::bench(sample_count = 5)]
fn decode_12_megapixels_to_zoom(bencher: Bencher) {
    let bytes = photograph(SIZE.0, SIZE.1);
    bencher.bench(|| {
        picture(&bytes).zoomable().expect("decode picture").part(cfimg::domain::Part::all((40, 30)))
    });
}

/// One step in or out, in turn through all of them.
#[divan::bench(args = PROTOCOLS)]
fn zoom_step_on_12_megapixels(bencher: Bencher, protocol: Protocol) {
    let (mut zoomable, target) = (zoomable(), Target::new(protocol));
    let mut percents = [25, 33, 50, 67, 100, 150, 200, 300, 400, 800].into_iter().cycle();
    bencher.bench_local(|| {
        let percent = percents.next().unwrap_or(100);
        let zoom = Zoom::new(f64::from(percent) / 100.0, SIZE);
        encode_part(&mut zoomable, SIZE, Some(zoom), CELLS, target, 1)
    });
}

#[divan::bench(args = [25, 33, 50, 67, 100, 150, 400])]
fn zoom_step_to_percent_by_kitty(bencher: Bencher, percent: u32) {
    let (mut zoomable, target) = (zoomable(), Target::new(Protocol::Kitty));
    let zoom = Zoom::new(f64::from(percent) / 100.0, SIZE);
    bencher.bench_local(|| encode_part(&mut zoomable, SIZE, Some(zoom), CELLS, target, 1));
}

#[divan::bench(args = PROTOCOLS)]
fn pan_step_on_12_megapixels(bencher: Bencher, protocol: Protocol) {
    let (mut zoomable, target) = (zoomable(), Target::new(protocol));
    let view = (1200, 640);
    let mut zoom = Zoom::new(0.67, SIZE).panned((-9e4, 0.0), SIZE, view);
    bencher.bench_local(|| {
        zoom = zoom.panned((7.0, 3.0), SIZE, view);
        encode_part(&mut zoomable, SIZE, Some(zoom), CELLS, target, 1)
    });
}

/// Between two pictures at the same place.
#[divan::bench(args = PROTOCOLS)]
fn flip_on_12_megapixels(bencher: Bencher, protocol: Protocol) {
    let (mut pictures, target) = ([zoomable(), zoomable()], Target::new(protocol));
    let zoom = Zoom::new(1.0, SIZE);
    let mut at = 0;
    bencher.bench_local(|| {
        at = 1 - at;
        encode_part(&mut pictures[at], SIZE, Some(zoom), CELLS, target, 1)
    });
}
