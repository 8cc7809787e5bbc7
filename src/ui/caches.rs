//! What drawing keeps between frames.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::encoded_picture::EncodedPicture;
use super::picture_cover::PictureCover;
use super::regions::Regions;
use super::theme::Theme;
use super::widgets::ListScroll;
use crate::app::{RequestId, ThumbKey, Viewports};
use crate::domain::cache::Cache;
use crate::domain::graphics::Transmission;
use crate::domain::{Image, ImageId};

/// State that only drawing needs, kept between frames.
#[derive(Debug, Default)]
pub struct Caches {
    /// The viewports of the last frame, which the model receives as an event.
    pub viewports: Viewports,
    /// The picture that was drawn last.
    pub picture: Option<Drawn>,
    /// The picture that was shown before it, to flip back to.
    pub earlier_picture: Option<Drawn>,
    /// Where the last frame shows pictures.
    pub placed: Vec<Rect>,
    /// What the mouse can hit in the last frame.
    pub regions: Regions,
    /// Thumbnails that were drawn for the gallery.
    pub thumbs: Thumbs,
    /// The thumbnails that the last frame has no picture of.
    pub missing_thumbs: HashSet<ThumbKey>,
    pub(super) browse_scroll: ListScroll,
    pub(super) gallery_scroll: ListScroll,
    pub(super) variants_scroll: ListScroll,
    pub(super) actions_scroll: ListScroll,
    pub(super) details: DetailsCache,
    pub(super) json: JsonCache,
    pub(super) flag_positions: Vec<Position>,
    pub(super) cover: PictureCover,
    /// The pixels of the pictures in this frame, with the places of their first cells.
    pub(super) transmissions: Vec<(Rect, Transmission)>,
}

impl Caches {
    /// Sets whether the terminal shows pictures through the text above them.
    pub fn set_pictures_stay_visible(&mut self, stay: bool) {
        self.cover.stays_visible = stay;
    }

    /// Adds a picture that was drawn. Keeps the one that was drawn for `earlier`.
    pub fn add_picture(&mut self, drawn: Drawn, earlier: Option<RequestId>) {
        let replaced = self.picture.replace(drawn);
        let known = [replaced, self.earlier_picture.take()].into_iter().flatten();
        self.earlier_picture = known.filter(|drawn| Some(drawn.request) == earlier).last();
    }

    /// The picture that was drawn for a request.
    pub(super) fn picture_of(&self, request: Option<RequestId>) -> Option<&Drawn> {
        [&self.picture, &self.earlier_picture]
            .into_iter()
            .flatten()
            .find(|drawn| Some(drawn.request) == request)
    }

    /// Records that this frame shows a picture there.
    pub(super) fn place(&mut self, area: Rect, transmission: Option<Transmission>) {
        self.placed.push(area);
        self.transmissions.extend(transmission.map(|transmission| (area, transmission)));
    }

    /// Sends the pixels that the terminal does not store yet, with the first cells of their pictures. Called when nothing
    /// more is drawn above these.
    pub(super) fn send_pixels(&mut self, buffer: &mut Buffer) {
        for (area, transmission) in self.transmissions.drain(..) {
            if self.placed.contains(&area)
                && let Some(cell) = buffer.cell_mut(area.as_position())
                && let Some(sequence) = transmission.take()
            {
                let symbol = [&*sequence, cell.symbol()].concat();
                cell.set_symbol(&symbol);
            }
        }
    }

    /// Has a picture sent in this frame, as the terminal no longer shows it.
    pub fn send_again(&mut self, picture: Rect, buffer: &mut Buffer) {
        self.cover.send_again(picture, buffer);
    }
}

#[cfg(test)]
impl Caches {
    /// Caches with the same scroll positions, and otherwise empty.
    pub(super) fn with_same_scroll(&self) -> Self {
        let Self { browse_scroll, gallery_scroll, variants_scroll, actions_scroll, .. } = *self;
        Self {
            browse_scroll,
            gallery_scroll,
            variants_scroll,
            actions_scroll,
            flag_positions: self.flag_positions.clone(),
            ..Self::default()
        }
    }
}

/// The picture of the preview, encoded for the terminal.
#[derive(Debug)]
pub struct Drawn {
    /// The request that it was drawn for.
    pub request: RequestId,
    pub picture: EncodedPicture,
}

/// Bytes of encoded thumbnails in the cache: two screens of them, up to about 4K.
const THUMBS_BYTES: usize = 24 << 20;

/// The most thumbnails in the cache, however small: kitty stores each of them too.
const MAX_THUMBS: usize = 240;

/// Thumbnails encoded for the terminal, the most recently used ones.
#[derive(Debug)]
pub struct Thumbs(Cache<ThumbKey, DrawnThumb>);

/// A thumbnail encoded for the terminal.
pub struct DrawnThumb {
    pub picture: EncodedPicture,
    /// An estimate of its memory, in bytes.
    pub bytes: usize,
    /// Its ID in the terminal, which is free again when this is dropped.
    pub kitty_id: Option<Box<dyn Send>>,
}

impl Default for Thumbs {
    fn default() -> Self {
        Self(Cache::new(THUMBS_BYTES))
    }
}

impl Thumbs {
    pub fn insert(&mut self, key: ThumbKey, thumb: DrawnThumb) {
        let bytes = thumb.bytes.max(THUMBS_BYTES / MAX_THUMBS);
        self.0.insert(key, thumb, bytes);
    }

    pub fn contains(&self, key: &ThumbKey) -> bool {
        self.0.contains(key)
    }

    /// Drops the thumbnails of an image, which may have changed.
    pub fn forget(&mut self, image: &ImageId) {
        self.0.forget(|key| key.source.is_of(image));
    }

    pub fn clear(&mut self) {
        self.0.forget(|_| true);
    }

    pub(super) fn get(&mut self, key: &ThumbKey) -> Option<&DrawnThumb> {
        self.0.get(key)
    }
}

impl std::fmt::Debug for DrawnThumb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DrawnThumb").field("picture", &self.picture).finish_non_exhaustive()
    }
}

/// The lines of the last frame. Metadata may be long, and keys may come fast.
#[derive(Debug, Default)]
pub(super) struct DetailsCache {
    pub(super) key: Option<(Image, DetailsKey)>,
    pub(super) lines: Vec<Line<'static>>,
}

/// Everything besides the image that the lines depend on.
#[derive(Debug, PartialEq)]
pub(super) struct DetailsKey {
    pub(super) width: usize,
    pub(super) theme: Theme,
    pub(super) public_variants: Vec<String>,
    pub(super) ago: String,
    /// The age of the list's data, if the image is shown from it and there is no frame to say so.
    pub(super) listed: Option<String>,
    pub(super) zone: Option<TimeZone>,
}

/// The formatted JSON of the last image.
#[derive(Debug, Default)]
pub(super) struct JsonCache {
    pub(super) raw: Option<Arc<str>>,
    pub(super) lines: Vec<String>,
    pub(super) widest: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Access, PictureSource};

    #[test]
    fn number_of_small_thumbnails_is_bounded() {
        let mut thumbs = Thumbs::default();
        let key = |number: usize| ThumbKey {
            source: PictureSource::Plain(number.to_string()),
            cells: (9, 9),
            cell: (10, 20),
            access: Access::Public,
            uploaded: None,
        };
        for number in 0..2 * MAX_THUMBS {
            let draw = Box::new(|_: Rect, _: &mut Buffer| ());
            let picture = EncodedPicture { draw, transmission: None, cells: (9, 9), nearest: None };
            thumbs.insert(key(number), DrawnThumb { picture, bytes: 1, kitty_id: None });
        }
        let count = (0..2 * MAX_THUMBS).filter(|number| thumbs.contains(&key(*number))).count();
        assert_eq!(count, MAX_THUMBS);
    }
}
