//! Preview: the picture of the selected variant.

use jiff::{SignedDuration, Timestamp};

use super::{Pane, Remote, RequestId};
use crate::domain::ImageId;

/// The picture, and how it is wanted.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Whether a person wants to see it; until said, it is seen where there is room.
    pub wanted: Option<bool>,
    /// Whether it has the whole screen.
    pub whole: bool,
    /// The pane that is gone back to when it gives the screen back.
    pub(super) before_whole: Option<Pane>,
    /// The picture of [`Preview::subject`], or why there is none.
    pub picture: Remote<Picture>,
    /// What the picture is of.
    pub(super) subject: Option<Subject>,
    /// The columns and rows that it was last asked for.
    pub(super) cells: (u16, u16),
    /// When it is to be asked for.
    pub(super) ask_at: Option<Timestamp>,
    /// When it became the picture of something else.
    pub(super) changed_at: Timestamp,
    /// When its next frame is due.
    pub(super) frame_at: Option<Timestamp>,
    /// Whether a frame was asked for, and has not come.
    pub(super) frame_awaited: bool,
    /// Whether the bytes are to be fetched though they were.
    pub(super) fresh: bool,
    /// What the bytes told of an image's variants, by their URLs.
    known: Vec<(String, PictureFacts)>,
    /// Which image's that is.
    known_of: Option<ImageId>,
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
    pub facts: PictureFacts,
}

/// What only a picture's bytes tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureFacts {
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
    pub by: Option<Way>,
    /// How long the first frame stands, where there are more.
    pub stands: Option<SignedDuration>,
}

/// Which way a picture came that has no plain URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// By a URL that was signed with the key of this name.
    SignedBy(String),
    /// It is the original, from the API.
    Original,
}

impl Preview {
    /// Nothing drawn yet.
    pub(super) fn new() -> Self {
        Self {
            wanted: None,
            whole: false,
            before_whole: None,
            picture: Remote::Idle,
            subject: None,
            cells: (0, 0),
            ask_at: None,
            changed_at: Timestamp::UNIX_EPOCH,
            frame_at: None,
            frame_awaited: false,
            fresh: false,
            known: vec![],
            known_of: None,
        }
    }

    /// What the picture is of.
    pub fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    /// What the bytes told of a variant of the shown image.
    pub fn known(&self, url: &str) -> Option<&PictureFacts> {
        self.known.iter().find(|(known, _)| known == url).map(|(_, facts)| facts)
    }

    /// Knows what the bytes of a variant told, as if they had been fetched.
    #[cfg(test)]
    pub(super) fn have_seen(&mut self, url: &str, facts: &PictureFacts) {
        self.known.push((url.to_owned(), facts.clone()));
    }

    /// Begins with another picture. Returns the request that nobody awaits any more.
    pub(super) fn turn_to(&mut self, subject: Option<Subject>) -> Option<RequestId> {
        if let Some(new) = &subject {
            self.know_of(&new.id);
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
    pub(super) fn learn(&mut self, facts: &PictureFacts) {
        let url = match self.subject.as_ref().map(|subject| &subject.source) {
            Some(PictureSource::Open(url)) => url,
            // The original's bytes tell nothing of the variant.
            Some(PictureSource::Signed { url, .. }) if facts.by != Some(Way::Original) => url,
            _ => return,
        };
        let url = url.clone();
        self.know(&url, facts);
    }

    /// Remembers what the bytes of an image's variant told.
    pub(super) fn learn_of(&mut self, id: &ImageId, url: &str, facts: &PictureFacts) {
        self.know_of(id);
        self.know(url, facts);
    }

    /// Forgets what it knows of another image.
    fn know_of(&mut self, id: &ImageId) {
        if self.known_of.as_ref() != Some(id) {
            self.known.clear();
            self.known_of = Some(id.clone());
        }
    }

    fn know(&mut self, url: &str, facts: &PictureFacts) {
        match self.known.iter_mut().find(|(known, _)| known == url) {
            Some((_, known)) => known.clone_from(facts),
            None => self.known.push((url.to_owned(), facts.clone())),
        }
    }
}
