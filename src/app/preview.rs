//! Preview: the picture of the selected variant.

use jiff::{SignedDuration, Timestamp};

use super::{Pane, Remote, RequestId};
use crate::domain::{DeliveryUrl, Failure, FailureKind, ImageId};

/// The room of a picture that is to be asked for whatever is on its way.
pub(super) const UNREQUESTED: (u16, u16) = (0, 0);

/// The picture, and how it is wanted.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Whether a person wants to see it; until said, it is seen where there is room.
    pub wanted: Option<bool>,
    /// Whether it has the whole screen.
    pub whole: bool,
    /// The pane that is gone back to when it gives the screen back.
    pub(super) pane_before_full_screen: Option<Pane>,
    /// The picture of [`Preview::subject`], or why there is none.
    pub picture: Remote<Picture>,
    /// What the picture is of.
    pub(super) subject: Option<Subject>,
    /// The columns and rows that it was last asked for.
    pub(super) cells: (u16, u16),
    /// When it is to be asked for.
    pub(super) request_at: Option<Timestamp>,
    /// When it became the picture of something else.
    pub(super) changed_at: Timestamp,
    /// When its next frame is due.
    pub(super) frame_at: Option<Timestamp>,
    /// Whether a frame was asked for, and has not come.
    pub(super) frame_awaited: bool,
    /// Whether a person has asked for the bytes to be fetched again.
    pub(super) fresh: bool,
    /// The pictures that were asked for last because they may be wanted next.
    pub(super) neighbours: Vec<PictureSource>,
    /// What the bytes told of an image's variants.
    known: Vec<Known>,
    /// Which image's that is.
    known_of: Option<ImageId>,
}

/// What a variant's bytes told.
#[derive(Debug, Clone)]
struct Known {
    url: String,
    info: PictureInfo,
    /// Whether the image may be another by now.
    is_stale: bool,
}

/// Whose picture it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The image.
    pub id: ImageId,
    /// What its picture is called: the variant's name, or `original`.
    pub name: String,
    /// Where it comes from.
    pub source: PictureSource,
}

/// Where a picture comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PictureSource {
    /// A URL that everybody may fetch.
    Open(String),
    /// A URL that needs a signature; where none can be had, the original is shown in its place.
    Signed {
        /// The image.
        id: ImageId,
        /// The variant's URL, without a signature.
        url: String,
    },
    /// The original, from the API.
    Original(ImageId),
}

/// A picture that was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The request that it came with, by which drawing finds it.
    pub drawn: RequestId,
    /// What its bytes tell.
    pub info: PictureInfo,
}

/// What only a picture's bytes tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureInfo {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Such as `image/webp`, by what the bytes are.
    pub mime: &'static str,
    /// How many bytes there are.
    pub bytes: u64,
    /// How long fetching them took.
    pub took: SignedDuration,
    /// Which way they came, where it was not the plain URL.
    pub by: Option<FetchedVia>,
    /// How long the first frame stands, where there are more.
    pub stands: Option<SignedDuration>,
    /// What the picture shown lacks, in words.
    pub note: Option<String>,
}

/// Which way a picture came that has no plain URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchedVia {
    /// By a URL that was signed with the key of this name.
    SignedBy(String),
    /// It is the original, from the API.
    Original,
}

impl PictureInfo {
    /// Whether these are of the same picture, however it came.
    fn is_same_picture(&self, other: &Self) -> bool {
        let key = |info: &Self| (info.width, info.height, info.mime, info.bytes);
        key(self) == key(other)
    }
}

impl PictureSource {
    /// Whether it is of this image.
    pub fn is_of(&self, image: &ImageId) -> bool {
        match self {
            Self::Open(url) => DeliveryUrl::parse(url).is_ok_and(|url| url.id() == image),
            Self::Signed { id, .. } | Self::Original(id) => id == image,
        }
    }
}

impl Preview {
    /// Nothing drawn yet.
    pub(super) fn new() -> Self {
        Self {
            wanted: None,
            whole: false,
            pane_before_full_screen: None,
            picture: Remote::Idle,
            subject: None,
            cells: UNREQUESTED,
            request_at: None,
            changed_at: Timestamp::UNIX_EPOCH,
            frame_at: None,
            frame_awaited: false,
            fresh: false,
            neighbours: vec![],
            known: vec![],
            known_of: None,
        }
    }

    /// What the picture is of.
    pub fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    /// Why the delivery host does not deliver this URL's picture, if that is seen and will not pass by itself.
    pub(super) fn refused(&self, url: &str) -> Option<&Failure> {
        let of = match &self.subject.as_ref()?.source {
            PictureSource::Open(of) | PictureSource::Signed { url: of, .. } => of,
            PictureSource::Original(_) => return None,
        };
        let failure = self.picture.failure().filter(|failure| failure.kind != FailureKind::Network)?;
        // The codes of the API, and failures without one, are about keys and bytes, not about the URL.
        let code = failure.code.as_str();
        let delivery = matches!(code.parse(), Ok(9400..=9599_u16)) || code.starts_with("HTTP 4");
        (of == url && delivery).then_some(failure)
    }

    /// What the bytes told of a variant of the shown image.
    pub fn known(&self, url: &str) -> Option<&PictureInfo> {
        self.known.iter().find(|known| known.url == url).map(|known| &known.info)
    }

    /// The same, unless the image may be another by now.
    pub(super) fn confirmed(&self, url: &str) -> Option<&PictureInfo> {
        self.known.iter().find(|known| known.url == url && !known.is_stale).map(|known| &known.info)
    }

    /// The image is fetched again: its pictures may be others than those that are known.
    pub(super) fn mark_stale(&mut self) {
        self.fresh = true;
        self.cells = UNREQUESTED;
        self.known.iter_mut().for_each(|known| known.is_stale = true);
    }

    /// The image is another than the one that is known.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }

    /// Knows what the bytes of a variant told, as if they had been fetched.
    #[cfg(test)]
    pub(super) fn mark_seen(&mut self, url: &str, info: &PictureInfo) {
        self.remember(url, info);
    }

    /// Begins with another picture. Returns the request that nobody awaits any more.
    pub(super) fn set_subject(&mut self, subject: Option<Subject>) -> Option<RequestId> {
        if let Some(new) = &subject {
            self.set_image(&new.id);
        }
        self.subject = subject;
        self.fresh = false;
        self.frame_at = None;
        self.frame_awaited = false;
        let aborted = self.picture.cancel();
        self.picture = Remote::Idle;
        aborted
    }

    /// Remembers what the bytes of the variant told last.
    pub(super) fn record(&mut self, info: &PictureInfo) {
        let url = match self.subject.as_ref().map(|subject| &subject.source) {
            Some(PictureSource::Open(url)) => url,
            // The original's bytes tell nothing of the variant.
            Some(PictureSource::Signed { url, .. }) if info.by != Some(FetchedVia::Original) => url,
            _ => return,
        };
        let url = url.clone();
        self.remember(&url, info);
    }

    /// Remembers what the bytes of an image's variant told.
    pub(super) fn record_for(&mut self, id: &ImageId, url: &str, info: &PictureInfo) {
        self.set_image(id);
        self.remember(url, info);
    }

    /// Forgets what it knows of another image.
    fn set_image(&mut self, id: &ImageId) {
        if self.known_of.as_ref() != Some(id) {
            self.known.clear();
            self.known_of = Some(id.clone());
        }
    }

    fn remember(&mut self, url: &str, info: &PictureInfo) {
        let before = self.known.iter().position(|known| known.url == url);
        if let Some(before) = before.map(|at| self.known.remove(at))
            && before.is_stale
        {
            // Where one picture is as it was, or is not, so are the others.
            if before.info.is_same_picture(info) {
                self.known.iter_mut().for_each(|known| known.is_stale = false);
            } else {
                self.known.retain(|known| !known.is_stale);
            }
        }
        self.known.push(Known { url: url.to_owned(), info: info.clone(), is_stale: false });
    }
}
