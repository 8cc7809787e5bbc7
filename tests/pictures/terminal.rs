//! Pictures encoded for terminals: the right cells, the right pixels, and nothing else.

use cfimg::picture::{Encoded, Limits, Picture, Protocol, Target, encode, print_inline};
use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};
use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::fixtures::{encoded, low, noise, quarters};
use crate::renderer;

const ALL: [Protocol; 4] = [Protocol::Kitty, Protocol::Sixel, Protocol::Iterm2, Protocol::Halfblocks];

fn picture(width: u32, height: u32) -> Picture {
    let bytes = encoded(&DynamicImage::ImageRgb8(quarters(width, height)), ImageFormat::Png);
    Picture::decode(&bytes, &Limits::default(), &renderer()).expect("it is a picture")
}

fn buffer(encoded: &Encoded) -> Buffer {
    let area = Rect::new(0, 0, encoded.cells.0, encoded.cells.1);
    let mut buffer = Buffer::empty(area);
    encoded.graphic.draw(area, &mut buffer);
    buffer
}

fn printed(picture: &Picture, cells: (u16, u16), target: Target) -> (String, (u16, u16)) {
    let mut out = Vec::new();
    let (taken, _) = print_inline(picture, cells, target, 7, &mut out).expect("it is printed");
    (String::from_utf8(out).expect("sequences are ASCII, blocks are UTF-8"), taken)
}

fn assert_send_and_sync<T: Send + Sync + 'static>(_: &T) {}

#[test]
fn encoded_picture_takes_whole_cells() {
    for (size, cells, cell, expected) in [
        ((400, 200), (40, 40), (10, 20), (40, 10)),
        ((400, 200), (20, 40), (10, 20), (20, 5)),
        ((400, 200), (40, 4), (10, 20), (16, 4)),
        ((405, 201), (80, 40), (10, 20), (41, 11)),
        ((400, 200), (80, 40), (8, 17), (50, 12)),
        ((1, 1), (80, 40), (10, 20), (1, 1)),
        ((400, 200), (0, 0), (10, 20), (1, 1)),
    ] {
        for protocol in [Protocol::Kitty, Protocol::Sixel, Protocol::Iterm2] {
            let target = Target { cell, ..Target::new(protocol) };
            let encoded = encode(&picture(size.0, size.1), cells, target, 1).expect("it encodes");
            assert_eq!(encoded.cells, expected, "{protocol:?}, {size:?} in {cells:?} of {cell:?}");
            let actual = encoded.graphic.size();
            assert_eq!((actual.width, actual.height), expected, "the widget agrees");
            assert_send_and_sync(&encoded);
        }
    }
    // A block pixel is half a cell, so 20 by 10 cells are a square, or more columns if cells are low.
    for (size, cells, cell, expected) in [
        ((400, 400), (40, 10), (10, 20), (20, 10)),
        ((400, 400), (40, 10), (10, 15), (15, 10)),
        ((16, 16), (80, 40), (10, 20), (16, 8)),
    ] {
        let target = Target { cell, ..Target::new(Protocol::Halfblocks) };
        let encoded = encode(&picture(size.0, size.1), cells, target, 1).expect("it encodes");
        assert_eq!(encoded.cells, expected, "{size:?} in {cells:?} of {cell:?}");
    }
}

#[test]
fn blocks_have_colors_of_the_picture() {
    let encoded = encode(&picture(80, 80), (8, 4), Target::new(Protocol::Halfblocks), 1).expect("it encodes");
    let buffer = buffer(&encoded);
    let pure = |x: u16, y: u16| buffer[(x, y)].bg;
    assert_eq!(pure(0, 0), Color::Rgb(255, 0, 0));
    assert_eq!(pure(7, 0), Color::Rgb(0, 255, 0));
    assert_eq!(pure(0, 3), Color::Rgb(0, 0, 255));
    let (text, cells) = printed(&picture(80, 80), (8, 4), Target::new(Protocol::Halfblocks));
    assert_eq!(cells, (8, 4));
    assert_eq!(text.lines().count(), 4);
    assert!(text.starts_with("\x1b[48;2;255;0;0m  ") && text.ends_with("\x1b[0m\n"), "{text:?}");
}

#[test]
fn terminals_with_256_colors_get_palette_colors() {
    let shades = RgbImage::from_fn(64, 64, |x, y| image::Rgb([low(x * 4), low(y * 4), 77]));
    let bytes = encoded(&DynamicImage::ImageRgb8(shades), ImageFormat::Png);
    let picture = Picture::decode(&bytes, &Limits::default(), &renderer()).expect("it is a picture");
    let target = Target { true_color: false, ..Target::new(Protocol::Halfblocks) };
    let (text, _) = printed(&picture, (32, 16), target);
    assert!(text.contains("\x1b[48;5;") && !text.contains(";2;"), "{text:?}");
    let buffer = buffer(&encode(&picture, (32, 16), target, 1).expect("it encodes"));
    for cell in buffer.content() {
        for color in [cell.fg, cell.bg] {
            let Color::Rgb(r, g, b) = color else { continue };
            assert!(
                [r, g, b].iter().all(|part| [0, 95, 135, 175, 215, 255].contains(part)) || r == g && g == b,
                "{color}"
            );
        }
    }
}

#[test]
fn transparency_is_drawn_on_a_checkerboard() {
    let clear = encoded(&DynamicImage::ImageRgba8(RgbaImage::new(40, 40)), ImageFormat::Png);
    let clear = Picture::decode(&clear, &Limits::default(), &renderer()).expect("it is a picture");
    let buffer = buffer(&encode(&clear, (8, 4), Target::new(Protocol::Halfblocks), 1).expect("it encodes"));
    let colors: Vec<_> = (0..4).map(|x| buffer[(x, 0)].bg).collect();
    let [light, dark] = [0x99, 0x77].map(|grey| Color::Rgb(grey, grey, grey));
    assert_eq!(colors, [light, light, dark, dark]);
}

#[test]
fn kitty_picture_is_sent_once() {
    let target = Target::new(Protocol::Kitty);
    let encoded = encode(&picture(405, 201), (80, 40), target, 0x01_0203).expect("it encodes");
    let transmission = encoded.graphic.transmission.as_ref().expect("kitty stores the pixels");
    let sent = transmission.take().expect("it is the first time");
    assert!(sent.starts_with("\x1b_Gf=100,i=66051,a=T,U=1,c=41,r=11,q=2,m="), "{sent:.80}");
    assert_eq!(transmission.take(), None, "kitty has the pixels");
    let first = buffer(&encoded);
    assert_eq!(first[(5, 5)].fg, Color::Rgb(1, 2, 3), "the colour encodes the picture's ID");
    assert!(first[(0, 0)].symbol().starts_with('\u{10eeee}'), "{:?}", first[(0, 0)].symbol());
    assert!(encoded.bytes >= sent.len());
    let (text, cells) = printed(&picture(405, 201), (80, 40), target);
    assert_eq!(cells, (41, 11));
    assert!(
        text.starts_with(&format!("{}\x1b[11A\x1b7\x1b_Gf=100,a=T,C=1,c=41,r=11,q=2,m=", "\r\n".repeat(11))),
        "{text:.120?}"
    );
    assert!(text.ends_with("\x1b\\\x1b8\x1b[11B\r"));
    // Noise needs many chunks. All but the last are marked `m=1`, and none exceeds kitty's limit of 4096 bytes.
    let noise = crate::fixtures::encoded(&DynamicImage::ImageRgb8(noise(90, 90)), ImageFormat::Png);
    let noise = Picture::decode(&noise, &Limits::default(), &renderer()).expect("it is a picture");
    let (text, _) = printed(&noise, (80, 40), target);
    let chunks: Vec<&str> = text.split("\x1b_G").skip(1).collect();
    assert!(chunks.len() > 2);
    for (at, chunk) in chunks.iter().enumerate() {
        let (keys, rest) = chunk.split_once(';').expect("keys and data");
        assert!(keys.ends_with(if at + 1 == chunks.len() { "m=0" } else { "m=1" }), "{keys}");
        assert!(rest.find('\x1b').expect("it ends") <= 4096);
    }
}

#[test]
fn inside_tmux_sequences_are_wrapped() {
    for protocol in [Protocol::Kitty, Protocol::Sixel, Protocol::Iterm2] {
        let target = Target { tmux: true, ..Target::new(protocol) };
        let (text, _) = printed(&picture(40, 40), (8, 8), target);
        assert!(text.contains("\x1bPtmux;\x1b\x1b"), "{protocol:?}");
        let plain = printed(&picture(40, 40), (8, 8), Target::new(protocol)).0;
        assert!(!plain.contains("tmux"), "{protocol:?}");
    }
    let (text, _) = printed(&picture(40, 40), (8, 8), Target { tmux: true, ..Target::new(Protocol::Kitty) });
    assert!(text.contains('\u{10eeee}'), "placeholder characters show the picture, and scroll with the text");
    assert_eq!(text.lines().count(), 2);
}

#[test]
fn sequence_is_in_first_cell_and_others_are_skipped() {
    for (protocol, prefix) in [(Protocol::Sixel, "\x1bP"), (Protocol::Iterm2, "\x1b]1337;File=inline=1;")] {
        let encoded = encode(&picture(400, 200), (80, 40), Target::new(protocol), 1).expect("it encodes");
        let buffer = buffer(&encoded);
        assert!(buffer[(0, 0)].symbol().contains(prefix), "{protocol:?}");
        assert_eq!(buffer[(1, 1)].diff_option, CellDiffOption::Skip);
        assert!(encoded.bytes >= buffer[(0, 0)].symbol().len());
    }
    let (text, _) = printed(&picture(400, 200), (80, 40), Target::new(Protocol::Iterm2));
    assert!(text.contains("width=400px;height=200px"), "{text:.200?}");
}

#[test]
fn encoded_picture_fits_its_cells() {
    for protocol in ALL {
        for size in [(1, 20), (20, 1), (3, 3)] {
            for cells in [(1, 1), (2, 9), (300, 300)] {
                let encoded =
                    encode(&picture(size.0, size.1), cells, Target::new(protocol), 1).expect("it encodes");
                assert!(
                    encoded.cells.0 <= cells.0 && encoded.cells.1 <= cells.1,
                    "{protocol:?} {size:?} {cells:?}"
                );
            }
        }
    }
}
