//! Preview: the picture of the selected variant, and what is known of the other variants' pictures.

use jiff::{SignedDuration, Timestamp};

use crate::app::{Effect, Pane, Remote, RequestId};
use crate::domain::{Failure, FailureKind, FetchedVia, ImageId, PictureInfo, PictureSource};

/// The value of [`Preview::cells`] that makes the picture be requested again even if one is loading.
pub(super) const UNREQUESTED: (u16, u16) = (0, 0);

/// Where the user wants the picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    #[default]
    Pane,
    FullScreen,
    /// Nowhere.
    Hidden,
}

/// The state of the Preview pane.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    pub place: Place,
    /// The pane to return to from the full screen.
    pub(super) pane_before_full_screen: Option<Pane>,
    /// The picture of [`Preview::subject`], or why there is none.
    pub picture: Remote<Picture>,
    /// What the picture shows.
    pub(super) subject: Option<Subject>,
    /// The columns and rows of the last request.
    pub(super) cells: (u16, u16),
    /// When to request the picture.
    pub(super) request_at: Option<Timestamp>,
    /// When the subject last changed.
    pub(super) changed_at: Timestamp,
    /// When the next frame is due.
    pub(super) frame_at: Option<Timestamp>,
    /// Whether a frame was requested and has not been drawn yet.
    pub(super) frame_awaited: bool,
    /// Whether the user asked to fetch the bytes again.
    pub(super) fresh: bool,
    /// The pictures that are being fetched ahead.
    pub(super) neighbours: Vec<PictureSource>,
    /// What is known of the pictures of one image's variants.
    known: Vec<Known>,
    /// The image that `known` belongs to.
    known_image: Option<ImageId>,
}

/// What a variant's bytes revealed.
#[derive(Debug, Clone)]
struct Known {
    url: String,
    info: PictureInfo,
    /// Whether the image may have changed since.
    is_stale: bool,
}

/// What a picture shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub id: ImageId,
    /// The variant's name, or `original`.
    pub name: String,
    pub source: PictureSource,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The request that it was drawn for, by which the frame finds it.
    pub drawn: RequestId,
    pub info: PictureInfo,
}

impl Preview {
    /// When the picture or its next frame is due.
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        self.request_at.into_iter().chain(self.frame_at).min()
    }

    pub fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    /// Why the delivery host refuses this URL's picture, if the picture is shown and trying again will not help.
    pub(crate) fn refused(&self, url: &str) -> Option<&Failure> {
        let of = match &self.subject.as_ref()?.source {
            PictureSource::Plain(of) | PictureSource::Signed { url: of, .. } => of,
            PictureSource::Original(_) => return None,
        };
        let failure = self.picture.failure().filter(|failure| failure.kind != FailureKind::Network)?;
        // API codes, and failures without a code, are about keys or bytes, not about the URL.
        let code = failure.code.as_str();
        let delivery = matches!(code.parse(), Ok(9400..=9599_u16)) || code.starts_with("HTTP 4");
        (of == url && delivery).then_some(failure)
    }

    /// What is known of the picture at this URL, if it is a variant of the image shown.
    pub fn known(&self, url: &str) -> Option<&PictureInfo> {
        self.known.iter().find(|known| known.url == url).map(|known| &known.info)
    }

    /// The same. `None` if the image may have changed since.
    pub(crate) fn confirmed(&self, url: &str) -> Option<&PictureInfo> {
        self.known.iter().find(|known| known.url == url && !known.is_stale).map(|known| &known.info)
    }

    /// Call this when the image is fetched again: its pictures may have changed.
    pub(super) fn mark_stale(&mut self) {
        self.fresh = true;
        self.cells = UNREQUESTED;
        self.known.iter_mut().for_each(|known| known.is_stale = true);
    }

    /// Call this when the image was replaced by another upload.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }

    /// Switches to another picture, and aborts the request in flight.
    pub(super) fn set_subject(&mut self, subject: Option<Subject>) -> Option<Effect> {
        if let Some(new) = &subject {
            self.set_image(&new.id);
        }
        self.subject = subject;
        self.fresh = false;
        self.stop_frames();
        let aborted = self.picture.cancel();
        self.picture = Remote::Idle;
        aborted
    }

    /// Draws the picture again, as the terminal no longer has it.
    pub(crate) fn redraw(&mut self) {
        self.cells = UNREQUESTED;
    }

    /// Schedules the frame after the one that was drawn.
    pub(crate) fn on_frame_shown(&mut self, request: RequestId, frame_delay: SignedDuration, now: Timestamp) {
        if let Remote::Loaded(picture) = &self.picture
            && picture.drawn == request
        {
            self.frame_awaited = false;
            self.frame_at = now.saturating_add(frame_delay).ok();
        }
    }

    /// The next frame, if it is due. Schedules it if it is not awaited yet.
    pub(super) fn next_frame(&mut self, now: Timestamp) -> Option<Effect> {
        let Remote::Loaded(picture) = &self.picture else { return None };
        let frame_delay = picture.info.frame_delay?;
        if self.frame_at.take_if(|at| *at <= now).is_some() {
            self.frame_awaited = true;
            return Some(Effect::NextFrame(picture.drawn));
        }
        if !self.frame_awaited && self.frame_at.is_none() {
            self.frame_at = now.saturating_add(frame_delay).ok();
        }
        None
    }

    /// Forgets the frame that is due or awaited: another picture takes its place.
    pub(super) fn stop_frames(&mut self) {
        self.frame_at = None;
        self.frame_awaited = false;
    }

    /// Records what the bytes of the current variant revealed.
    pub(super) fn record(&mut self, info: &PictureInfo) {
        let url = match self.subject.as_ref().map(|subject| &subject.source) {
            Some(PictureSource::Plain(url)) => url,
            // The original's bytes say nothing about the variant.
            Some(PictureSource::Signed { url, .. }) if info.via != Some(FetchedVia::Original) => url,
            _ => return,
        };
        let url = url.clone();
        self.remember(&url, info);
    }

    /// Records what the bytes of an image's variant revealed.
    pub(crate) fn record_for(&mut self, id: &ImageId, url: &str, info: &PictureInfo) {
        self.set_image(id);
        self.remember(url, info);
    }

    /// Drops what is known if it belongs to another image.
    fn set_image(&mut self, id: &ImageId) {
        if self.known_image.as_ref() != Some(id) {
            self.known.clear();
            self.known_image = Some(id.clone());
        }
    }

    fn remember(&mut self, url: &str, info: &PictureInfo) {
        let before = self.known.iter().position(|known| known.url == url);
        if let Some(before) = before.map(|at| self.known.remove(at))
            && before.is_stale
        {
            // If one picture is unchanged, so are the others; if one has changed, the others may have too.
            if before.info.is_same_picture(info) {
                self.known.iter_mut().for_each(|known| known.is_stale = false);
            } else {
                self.known.retain(|known| !known.is_stale);
            }
        }
        self.known.push(Known { url: url.to_owned(), info: info.clone(), is_stale: false });
    }
}
