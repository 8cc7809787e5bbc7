//! Decodes AVIF: an AV1 frame for the colours, and another for the alpha. Runs in another process, see
//! [`Renderer`](super::Renderer).

mod colors;
mod yuv;

use avif_parse::AvifData;
use image::RgbaImage;
use re_rav1d::dav1d::{Decoder, Error, Picture as Frame, Settings};

use super::color::{BrokenProfile, ColorSource, Conversion, Samples};
use super::error::PictureError;
use super::note::Note;
use super::renderer::Rendered;
use crate::domain::picture_format::Format;
use colors::{cicp, color_information};

/// Decodes an AVIF of at most `max_pixels` pixels; of an animation only its still picture. Rotation and mirroring are
/// not applied.
pub fn render(bytes: &[u8], max_pixels: u32) -> Result<Rendered, PictureError> {
    let file = parse(bytes)?;
    let frame = decode(&file.primary_item, max_pixels)?;
    let mut notes = Vec::new();
    let (source, matrix) = color_information(bytes)
        .unwrap_or_else(|| (cicp(yuv::primaries(&frame), yuv::transfer(&frame)), None));
    let conversion = conversion(source, yuv::is_gray(&frame)).unwrap_or_else(|BrokenProfile| {
        notes.push(Note::ProfileIgnored);
        None
    });
    let mut pixels = yuv::to_rgba(&frame, matrix, conversion.as_ref()).map_err(damaged)?;
    if let Some(alpha) = &file.alpha_item {
        apply_alpha(&mut pixels, &decode(alpha, max_pixels)?, file.premultiplied_alpha)?;
    }
    if is_sequence(bytes) {
        notes.push(Note::FirstFrame);
    }
    Ok(Rendered { pixels, notes })
}

/// The conversion of RGB. A picture without colour may have a profile for grays.
fn conversion(source: ColorSource<'_>, is_gray: bool) -> Result<Option<Conversion>, BrokenProfile> {
    match Conversion::new(source, Samples::Rgb, true) {
        Err(BrokenProfile) if is_gray => Conversion::new(source, Samples::Gray, true),
        result => result,
    }
}

/// Whether the file is an animation.
fn is_sequence(bytes: &[u8]) -> bool {
    bytes.get(8..12) == Some(b"avis")
}

fn parse(bytes: &[u8]) -> Result<AvifData, PictureError> {
    let parsed = if is_sequence(bytes) {
        // The parser refuses animations by their brand, though most contain a still picture too.
        let mut still = bytes.to_vec();
        still[8..12].copy_from_slice(b"avif");
        AvifData::from_reader(&mut still.as_slice())
    } else {
        AvifData::from_reader(&mut &*bytes)
    };
    parsed.map_err(|error| match error {
        avif_parse::Error::UnexpectedEOF => PictureError::Cut { format: Format::Avif },
        other => damaged(&other.to_string()),
    })
}

fn decode(data: &[u8], max_pixels: u32) -> Result<Frame, PictureError> {
    // The decoder aborts on empty data.
    if data.is_empty() {
        return Err(damaged("it has no frame"));
    }
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_all_layers(false);
    settings.set_frame_size_limit(max_pixels);
    let mut decoder = Decoder::with_settings(&settings).map_err(|error| damaged(&error.to_string()))?;
    match decoder.send_data(data.to_vec(), None, None, None) {
        Ok(()) | Err(Error::Again) => {}
        Err(error) => return Err(damaged(&error.to_string())),
    }
    loop {
        match decoder.get_picture() {
            Ok(frame) => return Ok(frame),
            Err(Error::Again) => match decoder.send_pending_data() {
                Ok(()) => return decoder.get_picture().map_err(|_| damaged("it has no complete frame")),
                Err(Error::Again) => {}
                Err(error) => return Err(damaged(&error.to_string())),
            },
            Err(error) => return Err(damaged(&error.to_string())),
        }
    }
}

fn apply_alpha(pixels: &mut RgbaImage, alpha: &Frame, is_premultiplied: bool) -> Result<(), PictureError> {
    if (alpha.width(), alpha.height()) != pixels.dimensions() {
        return Err(damaged("its alpha channel has a different size"));
    }
    let mut row = Vec::new();
    for (y, line) in pixels.rows_mut().enumerate() {
        yuv::luma_row(alpha, y, &mut row).map_err(damaged)?;
        for (pixel, opacity) in line.zip(&row) {
            pixel.0[3] = *opacity;
            if is_premultiplied && *opacity > 0 {
                for part in &mut pixel.0[..3] {
                    let straight = (u32::from(*part) * 255 + u32::from(*opacity) / 2) / u32::from(*opacity);
                    *part = u8::try_from(straight).unwrap_or(255);
                }
            }
        }
    }
    Ok(())
}

fn damaged(reason: &str) -> PictureError {
    PictureError::damaged(Format::Avif, reason)
}
