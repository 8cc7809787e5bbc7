//! Builds small picture files byte by byte.

use std::io::Cursor;

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

pub(crate) fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    if format == ImageFormat::Gif {
        DynamicImage::ImageRgba8(image.to_rgba8()).write_to(&mut bytes, format).expect("it encodes");
    } else {
        image.write_to(&mut bytes, format).expect("it encodes");
    }
    bytes.into_inner()
}

/// Quarters of red (top left), green (top right), blue (bottom left) and white.
pub(crate) fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
        (true, true) => Rgb([255, 0, 0]),
        (false, true) => Rgb([0, 255, 0]),
        (true, false) => Rgb([0, 0, 255]),
        (false, false) => Rgb([255, 255, 255]),
    })
}

/// A picture that does not compress well.
pub(crate) fn noise(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([x * y % 251, x * 7 + y * 13, x ^ y].map(low)))
}

/// The lowest eight bits.
pub(crate) fn low(number: u32) -> u8 {
    number.to_le_bytes()[0]
}

/// A JPEG with an EXIF orientation.
pub(crate) fn jpeg_with_orientation(image: &RgbImage, orientation: u8) -> Vec<u8> {
    let jpeg = encoded(&DynamicImage::ImageRgb8(image.clone()), ImageFormat::Jpeg);
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let length = u16::try_from(exif.len() + 2).expect("it is short").to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

/// An RGBA PNG whose header claims this size, without any pixels.
pub(crate) fn png_of_claimed_size(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(b"\0\0\0\0IEND\xae\x42\x60\x82");
    bytes
}

/// A repeating GIF of 12 × 8 pixels. Each frame has another grey. The delay is in hundredths of a second.
pub(crate) fn animated_gif(frames: usize, hundredths: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
    encoder.set_repeat(Repeat::Infinite).expect("it is written");
    for at in 0..frames {
        let image = RgbaImage::from_pixel(12, 8, grey(at));
        let delay = Delay::from_numer_denom_ms(hundredths * 10, 1);
        encoder.encode_frame(Frame::from_parts(image, 0, 0, delay)).expect("it is written");
    }
    drop(encoder);
    bytes
}

/// A repeating WebP of 12 × 8 pixels. Each frame has another grey.
pub(crate) fn animated_webp(frames: usize, milliseconds: u32) -> Vec<u8> {
    let size = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
    let mut body = chunk(*b"VP8X", &[&[0x02, 0, 0, 0][..], &size(12), &size(8)].concat());
    body.extend(chunk(*b"ANIM", &[0; 6]));
    for at in 0..frames {
        let image = DynamicImage::ImageRgba8(RgbaImage::from_pixel(12, 8, grey(at)));
        let still = encoded(&image, ImageFormat::WebP);
        let mut frame =
            [vec![0; 6], size(12), size(8), milliseconds.to_le_bytes()[..3].to_vec(), vec![0]].concat();
        frame.extend(&still[12..]);
        body.extend(chunk(*b"ANMF", &frame));
    }
    chunk(*b"RIFF", &[b"WEBP", &body[..]].concat())
}

/// A repeating APNG of 12 × 8 pixels. Each frame has another grey.
pub(crate) fn animated_png(frames: u32, milliseconds: u16) -> Vec<u8> {
    let png_chunk = |name: [u8; 4], data: &[u8]| {
        let named = [&name[..], data].concat();
        let length = u32::try_from(data.len()).expect("it is short").to_be_bytes();
        [&length[..], &named, &crc32(&named).to_be_bytes()].concat()
    };
    let mut bytes = Vec::new();
    let mut sequence = 0_u32;
    for at in 0..frames {
        let image = RgbaImage::from_pixel(12, 8, grey(at as usize));
        let still = encoded(&DynamicImage::ImageRgba8(image), ImageFormat::Png);
        let start = still.windows(4).position(|name| name == b"IDAT").expect("it has pixels");
        let length = u32::from_be_bytes(still[start - 4..start].try_into().expect("four bytes")) as usize;
        let pixels = &still[start + 4..start + 4 + length];
        if at == 0 {
            bytes.extend(&still[..33]);
            bytes.extend(png_chunk(*b"acTL", &[frames.to_be_bytes(), [0; 4]].concat()));
        }
        let [high, low] = milliseconds.to_be_bytes();
        let size = [0, 0, 0, 12, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, high, low, 3, 232, 0, 0];
        bytes.extend(png_chunk(*b"fcTL", &[&sequence.to_be_bytes()[..], &size].concat()));
        sequence += 1;
        if at == 0 {
            bytes.extend(png_chunk(*b"IDAT", pixels));
        } else {
            bytes.extend(png_chunk(*b"fdAT", &[&sequence.to_be_bytes()[..], pixels].concat()));
            sequence += 1;
        }
    }
    bytes.extend(png_chunk(*b"IEND", &[]));
    bytes
}

/// Inserts the chunk `name` before the first chunk `before`.
pub(crate) fn with_chunk_before(png: &[u8], before: [u8; 4], name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let at = png.windows(4).position(|actual| *actual == before).expect("it has the chunk") - 4;
    let named = [&name[..], data].concat();
    let length = u32::try_from(data.len()).expect("it is short").to_be_bytes();
    [&png[..at], &length, &named, &crc32(&named).to_be_bytes(), &png[at..]].concat()
}

/// A frame as stored in a file: its position, its blending, and its dispose operation (numbered as in APNG).
pub(crate) struct Stored {
    pub(crate) image: DynamicImage,
    pub(crate) at: (u32, u32),
    pub(crate) blend: bool,
    pub(crate) dispose: u8,
}

/// A WebP of 12 × 8 pixels with frames of 100 ms.
pub(crate) fn stored_webp(frames: &[Stored], plays: u16) -> Vec<u8> {
    let three = |number: u32| number.to_le_bytes()[..3].to_vec();
    let mut body = chunk(*b"VP8X", &[&[0x12, 0, 0, 0][..], &three(11), &three(7)].concat());
    body.extend(chunk(*b"ANIM", &[&[255; 4][..], &plays.to_le_bytes()].concat()));
    for Stored { image, at, blend, dispose } in frames {
        let size = [three(image.width() - 1), three(image.height() - 1)].concat();
        let flags = u8::from(!blend) << 1 | dispose;
        let mut frame = [three(at.0 / 2), three(at.1 / 2), size, three(100), vec![flags]].concat();
        frame.extend(&encoded(image, ImageFormat::WebP)[12..]);
        body.extend(chunk(*b"ANMF", &frame));
    }
    chunk(*b"RIFF", &[b"WEBP", &body[..]].concat())
}

/// An APNG of 12 × 8 pixels with frames of 100 ms. Without `default`, the first frame is the default image.
pub(crate) fn stored_png(default: Option<&DynamicImage>, frames: &[Stored], plays: u32) -> Vec<u8> {
    let png_chunk = |name: [u8; 4], data: &[u8]| {
        let named = [&name[..], data].concat();
        let length = u32::try_from(data.len()).expect("it is short").to_be_bytes();
        [&length[..], &named, &crc32(&named).to_be_bytes()].concat()
    };
    let pixels = |image: &DynamicImage| {
        let still = encoded(image, ImageFormat::Png);
        let start = still.windows(4).position(|name| name == b"IDAT").expect("it has pixels");
        let length = u32::from_be_bytes(still[start - 4..start].try_into().expect("four bytes")) as usize;
        still[start + 4..start + 4 + length].to_vec()
    };
    let first = default.unwrap_or(&frames[0].image);
    let mut bytes = encoded(first, ImageFormat::Png)[..33].to_vec();
    let count = u32::try_from(frames.len()).expect("they are few");
    bytes.extend(png_chunk(*b"acTL", &[count.to_be_bytes(), plays.to_be_bytes()].concat()));
    if default.is_some() {
        bytes.extend(png_chunk(*b"IDAT", &pixels(first)));
    }
    let mut sequence = 0_u32;
    for (number, Stored { image, at, blend, dispose }) in frames.iter().enumerate() {
        let numbers = [sequence, image.width(), image.height(), at.0, at.1].map(u32::to_be_bytes).concat();
        let control = [&numbers[..], &[0, 1, 0, 10, *dispose, u8::from(*blend)]].concat();
        bytes.extend(png_chunk(*b"fcTL", &control));
        sequence += 1;
        if number == 0 && default.is_none() {
            bytes.extend(png_chunk(*b"IDAT", &pixels(image)));
        } else {
            bytes.extend(png_chunk(*b"fdAT", &[&sequence.to_be_bytes()[..], &pixels(image)].concat()));
            sequence += 1;
        }
    }
    bytes.extend(png_chunk(*b"IEND", &[]));
    bytes
}

pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| if crc & 1 == 0 { crc >> 1 } else { crc >> 1 ^ 0xedb8_8320 },
        )
    })
}

/// The grey of a frame, clearly different from its neighbours.
pub(crate) fn grey(at: usize) -> Rgba<u8> {
    let level = u8::try_from(at * 40 % 256).expect("it is below 256");
    Rgba([level, level, level, 255])
}

fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).expect("it is short").to_le_bytes();
    let mut chunk = [&name[..], &length, data].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}
