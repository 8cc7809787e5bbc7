//! Decodes JPEG. A file whose colours `zune-jpeg` would get wrong goes to another decoder, or is refused.

use std::io::Cursor;

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use super::decoded::{Decoded, image_of, noted};
use crate::domain::picture_format::Format;
use crate::picture::color::{ColorSource, Conversion, Samples, convert};
use crate::picture::error::PictureError;
use crate::picture::file_info::header::Header;
use crate::picture::file_info::jpeg::{self, JpegCoding};
use crate::picture::limits::Limits;
use crate::picture::note::Note;

/// The sample value of pixels that are missing in a truncated file.
const MISSING: u8 = 128;

pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded, PictureError> {
    let format = Format::Jpeg;
    let coding = jpeg::coding(bytes).ok_or(PictureError::Cut { format })?;
    if let Some(feature) = coding.unsupported() {
        return Err(PictureError::UnsupportedFeature { format, feature });
    }
    let profile = jpeg::profile(bytes);
    let source = profile.as_deref().map(ColorSource::Icc);
    let mut notes = header.notes();
    if coding.needs_other_decoder() {
        let (samples, mut pixels) = by_jpeg_decoder(bytes, &coding, header, limits)?;
        let (conversion, note) = noted(source, samples, false);
        if let Some(conversion) = conversion {
            convert(&conversion, &mut pixels, header.width);
        }
        notes.extend(note);
        return Ok(Decoded { image: image_of(samples, header.width, header.height, pixels, header)?, notes });
    }
    let space = input_space(bytes).map_err(|error| header.damaged(&error))?;
    let samples = match space {
        ColorSpace::Luma => Samples::Gray,
        ColorSpace::CMYK | ColorSpace::YCCK => Samples::Cmyk,
        _ => Samples::Rgb,
    };
    let (conversion, note) = noted(source, samples, false);
    notes.extend(note);
    let wanted = match space {
        ColorSpace::Luma => ColorSpace::Luma,
        // The ink values as stored, for the profile's conversion.
        ColorSpace::CMYK | ColorSpace::YCCK if conversion.is_some() => space,
        _ => ColorSpace::RGB,
    };
    let count = header.width as usize * header.height as usize * wanted.num_components();
    let mut pixels = vec![MISSING; count];
    if read(bytes, wanted, header.whole, &mut pixels).is_err() {
        read(bytes, wanted, false, &mut pixels)
            .or_else(|error| match whole_scans(bytes) {
                Some(scans) if !header.whole => read(&scans, wanted, false, &mut pixels),
                _ => Err(error),
            })
            .map_err(|error| header.damaged(&error))?;
        if header.whole {
            notes.push(Note::Damaged);
        }
    }
    if !header.whole && pixels.iter().all(|sample| *sample == MISSING) {
        return Err(PictureError::Cut { format });
    }
    let mut samples = samples;
    match conversion {
        Some(conversion) if samples == Samples::Cmyk => {
            inks_to_rgb(&conversion, &mut pixels, header.width, space == ColorSpace::YCCK);
            samples = Samples::Rgb;
        }
        Some(conversion) => convert(&conversion, &mut pixels, header.width),
        None if samples == Samples::Cmyk => samples = Samples::Rgb,
        None => {}
    }
    Ok(Decoded { image: image_of(samples, header.width, header.height, pixels, header)?, notes })
}

fn options() -> DecoderOptions {
    DecoderOptions::default().set_strict_mode(false).set_max_width(usize::MAX).set_max_height(usize::MAX)
}

fn input_space(bytes: &[u8]) -> Result<ColorSpace, DecodeErrors> {
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options());
    decoder.decode_headers()?;
    Ok(decoder.input_colorspace().unwrap_or(ColorSpace::YCbCr))
}

/// A strict decoder fails if the data ends early or is damaged.
fn read(bytes: &[u8], wanted: ColorSpace, is_strict: bool, pixels: &mut [u8]) -> Result<(), DecodeErrors> {
    let options = options().jpeg_set_out_colorspace(wanted);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers()?;
    // Bytes between segments are harmless, so the header is never read in strict mode.
    decoder.set_options(options.set_strict_mode(is_strict));
    decoder.decode_into(pixels)
}

/// The file without its last segment header, which may be incomplete. Otherwise the decoder would return nothing.
fn whole_scans(bytes: &[u8]) -> Option<Vec<u8>> {
    let is_header = |two: &[u8]| matches!(two, [0xff, 0xc4 | 0xda | 0xdb | 0xdd | 0xfe]);
    let end = bytes.windows(2).rposition(is_header)?;
    Some([&bytes[..end], &[0xff, 0xd9]].concat())
}

/// Decodes with `jpeg-decoder`, which supports sampling factors that `zune-jpeg` gets wrong.
fn by_jpeg_decoder(
    bytes: &[u8],
    coding: &JpegCoding,
    header: &Header,
    limits: &Limits,
) -> Result<(Samples, Vec<u8>), PictureError> {
    let samples = if coding.components() == 1 { Samples::Gray } else { Samples::Rgb };
    let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(bytes));
    decoder.set_max_decoding_buffer_size(usize::try_from(limits.memory).unwrap_or(usize::MAX));
    let pixels = decoder.decode().map_err(|error| header.damaged(&error))?;
    Ok((samples, pixels))
}

/// Converts CMYK to RGB in place, with three samples per pixel.
fn inks_to_rgb(conversion: &Conversion, pixels: &mut Vec<u8>, width: u32, is_ycck: bool) {
    let (stored, shown) = (width as usize * 4, width as usize * 3);
    let mut scratch = Vec::new();
    let rows = pixels.len() / stored.max(1);
    for row in 0..rows {
        let inks = &mut pixels[row * stored..(row + 1) * stored];
        if is_ycck {
            inks.chunks_exact_mut(4).for_each(ycck_to_cmyk);
        }
        conversion.row(inks, &mut scratch);
        pixels.copy_within(row * stored..row * stored + shown, row * shown);
    }
    pixels.truncate(rows * shown);
    pixels.shrink_to_fit();
}

fn ycck_to_cmyk(pixel: &mut [u8]) {
    let [y, cb, cr] = [pixel[0], pixel[1], pixel[2]].map(i32::from);
    let (cb, cr) = (cb - 128, cr - 128);
    // In 65,536ths, by JFIF. CMY is the complement of RGB.
    let part = |sum: i32| 255 - u8::try_from(((sum + 32_768) >> 16).clamp(0, 255)).unwrap_or(0);
    pixel[0] = part((y << 16) + 91_881 * cr);
    pixel[1] = part((y << 16) - 22_554 * cb - 46_802 * cr);
    pixel[2] = part((y << 16) + 116_130 * cb);
}
