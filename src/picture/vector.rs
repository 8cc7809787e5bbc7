//! SVG, drawn in the size of its place. What could reach out of the file, or take for ever, is refused beforehand.

use std::sync::Arc;

use image::RgbaImage;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree, roxmltree};

use super::scale::rounded;
use super::{Format, PictureError};
use crate::domain::safe_text::visible;
use crate::domain::width::first_chars;

mod tiles;
mod weight;

/// The most bytes of an SVG.
const MOST_BYTES: usize = 8 << 20;
/// The most nodes of its text, before anything is repeated.
const MOST_NODES: u32 = 250_000;
/// The longest side that is drawn, in pixels.
const LONGEST_SIDE: u32 = 8192;

/// A drawing, ready to be drawn in any size.
#[derive(Debug, Clone)]
pub(super) struct Drawing {
    tree: Arc<Tree>,
    bytes: usize,
}

impl Drawing {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, PictureError> {
        if bytes.len() > MOST_BYTES {
            return Err(PictureError::TooComplex { what: format!("over {} MiB of text", MOST_BYTES >> 20) });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| damaged("it is not UTF-8"))?;
        let options =
            roxmltree::ParsingOptions { allow_dtd: true, nodes_limit: MOST_NODES, entity_resolver: None };
        let document =
            roxmltree::Document::parse_with_options(text, options).map_err(|error| unread(&error))?;
        weight::admit(&document)?;
        let tree = Tree::from_xmltree(&document, &sealed()).map_err(|error| damaged(&error.to_string()))?;
        tiles::admit(&tree)?;
        Ok(Self { tree: Arc::new(tree), bytes: bytes.len() })
    }

    pub(super) fn size(&self) -> (u32, u32) {
        let size = self.tree.size().to_int_size();
        (size.width(), size.height())
    }

    /// The text's length, for want of a measure of the tree.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The largest size within the box that has the drawing's shape, be it larger than the drawing says.
    pub(super) fn fitted(&self, (across, down): (f64, f64)) -> (u32, u32) {
        let (w, h) = (f64::from(self.tree.size().width()), f64::from(self.tree.size().height()));
        let factor = (across / w).min(down / h);
        (rounded(w * factor).min(LONGEST_SIDE), rounded(h * factor).min(LONGEST_SIDE))
    }

    pub(super) fn scaled(&self, width: u32, height: u32) -> RgbaImage {
        let (width, height) = (width.clamp(1, LONGEST_SIDE), height.clamp(1, LONGEST_SIDE));
        let Some(mut pixmap) = Pixmap::new(width, height) else { return RgbaImage::new(width, height) };
        let size = self.tree.size();
        #[expect(clippy::cast_precision_loss, reason = "sides are below 8192")]
        let transform = Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
        resvg::render(&self.tree, transform, &mut pixmap.as_mut());
        let straight = pixmap.pixels().iter().flat_map(|pixel| {
            let pixel = pixel.demultiply();
            [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]
        });
        RgbaImage::from_raw(width, height, straight.collect())
            .unwrap_or_else(|| RgbaImage::new(width, height))
    }
}

/// Options by which nothing is loaded: no file, no URL, and no picture in the text either.
fn sealed() -> Options<'static> {
    Options {
        resources_dir: None,
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    }
}

fn unread(error: &roxmltree::Error) -> PictureError {
    match error {
        roxmltree::Error::NodesLimitReached | roxmltree::Error::AttributesLimitReached => {
            PictureError::TooComplex { what: format!("over {MOST_NODES} elements") }
        }
        roxmltree::Error::EntityReferenceLoop(_) => {
            PictureError::TooComplex { what: "entities that repeat one another".into() }
        }
        // The text ends where an element should: a file that was cut.
        roxmltree::Error::UnclosedRootNode | roxmltree::Error::UnexpectedEndOfStream => {
            PictureError::Cut { format: Format::Svg }
        }
        other => damaged(&other.to_string()),
    }
}

fn damaged(reason: &str) -> PictureError {
    PictureError::Damaged { format: Format::Svg, reason: visible(&first_chars(reason, 160)).into_owned() }
}
