//! Draws SVG in a given size. Its cost is limited from outside, see [`Renderer`](super::Renderer).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use image::RgbaImage;
use resvg::tiny_skia::{Pixmap, Transform};
pub use resvg::usvg::fontdb::Database as Fonts;
use resvg::usvg::{ImageHrefResolver, Options, Tree, roxmltree};

use super::error::PictureError;
use super::limits::MAX_SVG_SIDE;
use super::note::Note;
use super::renderer::Rendered;
use crate::domain::picture_format::Format;
use crate::domain::zoom::Part;

/// Draws an SVG in exactly this size. External references are not loaded.
pub fn render(text: &[u8], width: u32, height: u32, fonts: Fonts) -> Result<Rendered, PictureError> {
    let size = (width.clamp(1, MAX_SVG_SIDE), height.clamp(1, MAX_SVG_SIDE));
    render_part(text, Part::all(size), fonts)
}

/// Draws a part of an SVG that is scaled. External references are not loaded.
pub fn render_part(text: &[u8], part: Part, fonts: Fonts) -> Result<Rendered, PictureError> {
    let text = std::str::from_utf8(text).map_err(|_| damaged("it isn't UTF-8"))?;
    let links = Arc::new(AtomicU32::new(0));
    let has_fonts = !fonts.is_empty();
    let tree = parse(text, &options(fonts, links.clone()))?;
    let (width, height) = (part.size.0.clamp(1, MAX_SVG_SIDE), part.size.1.clamp(1, MAX_SVG_SIDE));
    let mut pixmap = Pixmap::new(width, height).ok_or_else(|| damaged("it has no size"))?;
    let size = tree.size();
    #[expect(clippy::cast_precision_loss, reason = "sides are a few times 8192, and so exact")]
    let [across, down, left, top] =
        [part.whole.0, part.whole.1, part.offset.0, part.offset.1].map(|side| side as f32);
    let transform =
        Transform::from_scale(across / size.width(), down / size.height()).post_translate(-left, -top);
    resvg::render(&tree, transform, &mut pixmap.as_mut());
    let mut pixels = pixmap.take();
    for pixel in pixels.chunks_exact_mut(4) {
        unpremultiply(pixel);
    }
    let pixels = RgbaImage::from_raw(width, height, pixels).ok_or_else(|| damaged("it has no size"))?;
    let mut notes = Vec::new();
    match links.load(Ordering::Relaxed) {
        0 => {}
        count => notes.push(Note::LinkedPictures(count)),
    }
    if !has_fonts && has_text(text) {
        notes.push(Note::NoFont);
    }
    Ok(Rendered { pixels, notes })
}

/// Whether an SVG may contain text to draw.
pub fn has_text(svg: &str) -> bool {
    svg.contains("<text") || svg.contains(":text")
}

fn parse(text: &str, options: &Options<'_>) -> Result<Tree, PictureError> {
    // The limits of the process stop exponential entities.
    let parsing = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    let document =
        roxmltree::Document::parse_with_options(text, parsing).map_err(|error| unreadable(&error))?;
    Tree::from_xmltree(&document, options).map_err(|error| damaged(&error.to_string()))
}

fn options(fonts: Fonts, links: Arc<AtomicU32>) -> Options<'static> {
    Options {
        resources_dir: None,
        image_href_resolver: ImageHrefResolver {
            resolve_data: ImageHrefResolver::default_data_resolver(),
            resolve_string: Box::new(move |_, _| {
                links.fetch_add(1, Ordering::Relaxed);
                None
            }),
        },
        fontdb: Arc::new(fonts),
        ..Options::default()
    }
}

fn unpremultiply(pixel: &mut [u8]) {
    let alpha = u32::from(pixel[3]);
    if alpha == 0 || alpha == 255 {
        return;
    }
    for part in &mut pixel[..3] {
        *part = u8::try_from((u32::from(*part) * 255 + alpha / 2) / alpha).unwrap_or(255);
    }
}

fn unreadable(error: &roxmltree::Error) -> PictureError {
    match error {
        roxmltree::Error::EntityReferenceLoop(_) => damaged("its entities refer to each other in a loop"),
        // The file ends too early.
        roxmltree::Error::UnclosedRootNode | roxmltree::Error::UnexpectedEndOfStream => {
            PictureError::Cut { format: Format::Svg }
        }
        other => damaged(&other.to_string()),
    }
}

fn damaged(reason: &str) -> PictureError {
    PictureError::damaged(Format::Svg, reason)
}
