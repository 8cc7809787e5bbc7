//! Decodes PNG row by row. 16-bit samples become 8-bit samples.

use std::io::Cursor;

use png::{BitDepth, ColorType, Info, Transformations};

use super::decoded::{Decoded, image_of, noted};
use crate::picture::color::light::narrow;
use crate::picture::color::{ColorSource, Conversion, Samples};
use crate::picture::error::PictureError;
use crate::picture::file_info::header::Header;
use crate::picture::file_info::png::has_profile;
use crate::picture::limits::Limits;
use crate::picture::note::Note;
use crate::picture::renderer::Rendered;
use crate::picture::scale::Reducer;

/// The most bytes that the decoder may take besides the pixels: a few rows, and the chunks before them.
const MEMORY: usize = 16 << 20;
/// The grey of missing pixels, as in a JPEG.
const MISSING: u8 = 128;

type Reader<'a> = png::Reader<Cursor<&'a [u8]>>;

pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded, PictureError> {
    let mut reader = reader(bytes).map_err(|error| header.damaged(&error))?;
    let (samples, mut rows, mut notes) = rows(&reader, bytes, header)?;
    let (width, height) = (header.width, header.height);
    let row_length = width as usize * samples.layout().count;
    if row_length as u64 * u64::from(height) > limits.memory {
        return Err(header.damaged("its size doesn't match its header"));
    }
    let mut pixels = vec![missing(samples, header); row_length * height as usize];
    let bits = u8::try_from(samples.layout().count * 8).unwrap_or(32);
    let mut count = 0_usize;
    loop {
        match reader.next_interlaced_row() {
            Ok(Some(row)) => {
                rows.take(row.data());
                match row.interlace() {
                    png::InterlaceInfo::Null(_) => {
                        if let Some(place) = pixels.chunks_exact_mut(row_length).nth(count) {
                            place.copy_from_slice(&rows.row);
                        }
                    }
                    // Pixels of missing passes are filled with the blocks of the earlier ones.
                    png::InterlaceInfo::Adam7(place) if header.whole => {
                        png::expand_interlaced_row(&mut pixels, row_length, &rows.row, place, bits);
                    }
                    png::InterlaceInfo::Adam7(place) => {
                        png::splat_interlaced_row(&mut pixels, row_length, &rows.row, place, bits);
                    }
                }
                count += 1;
            }
            Err(error) if header.whole || count == 0 => return Err(header.damaged(&error)),
            Ok(None) | Err(_) => break,
        }
    }
    notes.extend(header.notes());
    Ok(Decoded { image: image_of(samples, width, height, pixels, header)?, notes })
}

/// Scales a still picture while it is decoded, so that only one row is in memory. `None` if it is interlaced.
pub(super) fn scaled(
    bytes: &[u8],
    header: &Header,
    size: (u32, u32),
) -> Option<Result<Rendered, PictureError>> {
    match reader(bytes) {
        Ok(reader) if reader.info().interlaced => None,
        Ok(reader) => Some(reduce(reader, bytes, header, size)),
        Err(error) => Some(Err(header.damaged(&error))),
    }
}

fn reduce(
    mut reader: Reader<'_>,
    bytes: &[u8],
    header: &Header,
    size: (u32, u32),
) -> Result<Rendered, PictureError> {
    let (samples, mut rows, mut notes) = rows(&reader, bytes, header)?;
    let (width, height) = (header.width, header.height);
    let mut reducer = Reducer::new((width, height), samples.layout().count, size);
    for at in 0..height {
        match reader.next_row() {
            Ok(Some(row)) => {
                rows.take(row.data());
                reducer.row(&rows.row);
            }
            Err(error) if header.whole || at == 0 => return Err(header.damaged(&error)),
            Ok(None) | Err(_) => {
                rows.row.fill(missing(samples, header));
                (at..height).for_each(|_| reducer.row(&rows.row));
                break;
            }
        }
    }
    notes.extend(header.notes());
    Ok(Rendered { pixels: reducer.finish(), notes })
}

/// What the samples of a row are, their conversion, and the notes on it.
fn rows(
    reader: &Reader<'_>,
    bytes: &[u8],
    header: &Header,
) -> Result<(Samples, Rows, Vec<Note>), PictureError> {
    let (samples, deep) = samples(reader).ok_or_else(|| header.damaged("unknown pixel type"))?;
    // In case that the decoder reads another header than we do.
    if reader.info().size() != (header.width, header.height) {
        return Err(header.damaged("its size doesn't match its header"));
    }
    let (conversion, note) = conversion(reader.info(), bytes, samples, deep);
    Ok((samples, Rows::new(conversion, deep), note.into_iter().collect()))
}

/// The samples of missing pixels.
fn missing(samples: Samples, header: &Header) -> u8 {
    let has_alpha = matches!(samples, Samples::GrayAlpha | Samples::Rgba);
    if has_alpha || header.whole { 0 } else { MISSING }
}

/// The conversion of an animation's frames, after they became RGBA.
pub(super) fn conversion_of_frames(bytes: &[u8]) -> (Option<Conversion>, Option<Note>) {
    let Ok(reader) = reader(bytes) else { return (None, None) };
    let samples = match samples(&reader) {
        Some((Samples::Gray | Samples::GrayAlpha, _)) => Samples::GrayRgba,
        _ => Samples::Rgba,
    };
    conversion(reader.info(), bytes, samples, false)
}

fn reader(bytes: &[u8]) -> Result<Reader<'_>, png::DecodingError> {
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: MEMORY });
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    decoder.read_info()
}

/// The samples of the reader's rows, and whether they have 16 bits.
fn samples(reader: &Reader<'_>) -> Option<(Samples, bool)> {
    let (color, depth) = reader.output_color_type();
    let samples = match color {
        ColorType::Grayscale => Samples::Gray,
        ColorType::GrayscaleAlpha => Samples::GrayAlpha,
        ColorType::Rgb => Samples::Rgb,
        ColorType::Rgba => Samples::Rgba,
        ColorType::Indexed => return None,
    };
    match depth {
        BitDepth::Eight => Some((samples, false)),
        BitDepth::Sixteen => Some((samples, true)),
        _ => None,
    }
}

fn conversion(
    info: &Info<'_>,
    bytes: &[u8],
    samples: Samples,
    deep: bool,
) -> (Option<Conversion>, Option<Note>) {
    let source = source(info);
    // The decoder skips a profile that it cannot unpack.
    let is_skipped =
        info.icc_profile.is_none() && info.coding_independent_code_points.is_none() && has_profile(bytes);
    let (conversion, note) = noted(source, samples, deep);
    (conversion, note.or(is_skipped.then_some(Note::ProfileIgnored)))
}

/// The colour chunk with the highest precedence, by the third edition of PNG.
fn source<'a>(info: &'a Info<'_>) -> Option<ColorSource<'a>> {
    if let Some(points) = info.coding_independent_code_points {
        return Some(ColorSource::Cicp {
            primaries: points.color_primaries,
            transfer: points.transfer_function,
            full_range: points.is_video_full_range_image,
        });
    }
    if let Some(profile) = &info.icc_profile {
        return Some(ColorSource::Icc(profile));
    }
    if info.srgb.is_some() {
        return None;
    }
    let chromaticities = info.chrm_chunk.map(|points| {
        [points.white, points.red, points.green, points.blue].map(|(x, y)| [x.into_scaled(), y.into_scaled()])
    });
    // Without a `gAMA` chunk the curve is that of sRGB.
    let gamma = info.gama_chunk.map(png::ScaledFloat::into_scaled);
    match (gamma, chromaticities) {
        (None, None) => None,
        (gamma, chromaticities) => {
            Some(ColorSource::Gamma { gamma: gamma.unwrap_or(45_455), chromaticities })
        }
    }
}

/// Converts rows to 8-bit sRGB.
struct Rows {
    conversion: Option<Conversion>,
    deep: bool,
    row: Vec<u8>,
    deep_row: Vec<u16>,
    scratch: Vec<u8>,
    deep_scratch: Vec<u16>,
}

impl Rows {
    fn new(conversion: Option<Conversion>, deep: bool) -> Self {
        Self {
            conversion,
            deep,
            row: Vec::new(),
            deep_row: Vec::new(),
            scratch: Vec::new(),
            deep_scratch: Vec::new(),
        }
    }

    fn take(&mut self, data: &[u8]) {
        self.row.clear();
        if !self.deep {
            self.row.extend_from_slice(data);
            if let Some(conversion) = &self.conversion {
                conversion.row(&mut self.row, &mut self.scratch);
            }
            return;
        }
        self.deep_row.clear();
        self.deep_row.extend(data.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])));
        if let Some(conversion) = &self.conversion {
            conversion.deep_row(&mut self.deep_row, &mut self.deep_scratch);
        }
        self.row.extend(self.deep_row.iter().copied().map(narrow));
    }
}
