//! Preview: the picture of the selected variant, and what is known of the other variants' pictures.

use jiff::{SignedDuration, Timestamp};

use crate::app::{Effect, Pane, Remote, RequestId};
use crate::domain::{Failure, FailureKind, FetchedVia, Image, ImageId, PictureInfo, PictureSource, Zoom};

/// The value of [`Preview::cells`] that makes the picture be requested again even if one is loading.
pub(super) const UNREQUESTED: (u16, u16) = (0, 0);

/// After this many other drawings, the terminal may have forgotten a picture.
const MAX_AGE: u8 = 4;

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
    /// The zoom on the full screen. `None` while the whole picture is shown.
    pub zoom: Option<Zoom>,
    /// The zoom of the last request.
    pub(super) drawn_zoom: Option<Zoom>,
    /// What is shown in place of the selected variant's picture.
    pub(super) instead: Option<Instead>,
    /// The search for a picture with more pixels.
    pub(super) larger: Larger,
    /// What is needed to flip to another picture.
    pub(super) flip: Box<FlipState>,
    /// Whether the animation stands still.
    pub is_paused: bool,
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

/// The picture that was shown before, and how it takes the place of the one that is shown.
#[derive(Debug, Clone, Default)]
pub(super) struct FlipState {
    /// The picture that was shown before, to flip back to.
    pub(super) before: Option<Shown<Picture>>,
    /// The picture that was shown last, while none is shown.
    pub(super) hidden: Option<Shown<Picture>>,
    /// The images of the picture that is shown and of the one before, as they were when it was shown, and since when.
    pub(super) image: Option<(Image, Timestamp)>,
    pub(super) image_before: Option<(Image, Timestamp)>,
    /// How that one is drawn, if the terminal still has it.
    pub(super) before_drawing: Option<Drawing>,
    /// The picture that stays on the screen until the one that takes its place is drawn.
    pub(super) until_drawn: Option<Shown<Picture>>,
    /// Whether the picture changes to another one at the same place.
    pub(super) is_switching: bool,
    /// Whether the user flips between pictures: each is shown with its own pixels.
    pub(super) is_comparing: bool,
}

/// A picture under its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown<P> {
    pub subject: Subject,
    pub picture: P,
}

/// How a picture is drawn that is not on the screen any more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawing {
    cells: (u16, u16),
    zoom: Option<Zoom>,
    /// How many other pictures were drawn since.
    age: u8,
}

/// What is shown in place of the selected variant's picture: one with more pixels, or what the user flipped to.
#[derive(Debug, Clone)]
pub(super) struct Instead {
    /// What was selected. If something else is, this is over.
    pub(super) selected: Subject,
    pub(super) shown: Subject,
}

/// The search for a picture with more pixels than the selected variant's.
#[derive(Debug, Clone, Default)]
pub(super) struct Larger {
    /// The request in flight, and what it fetches.
    pub(super) request: Option<RequestId>,
    pub(super) subject: Option<Subject>,
    /// The most pixels across and down that it may have.
    pub(super) bounds: Option<(u32, u32)>,
    /// What was fetched before.
    pub(super) tried: Vec<PictureSource>,
    /// Whether no other picture has more pixels.
    pub(super) is_exhausted: bool,
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

    /// The picture on the screen under its name: the previous drawing while it is drawn again. Without a picture while it
    /// is loading.
    pub fn shown(&self) -> Option<Shown<Option<&Picture>>> {
        if let Some(Shown { subject, picture }) = &self.flip.until_drawn {
            return Some(Shown { subject: subject.clone(), picture: Some(picture) });
        }
        let picture = match &self.picture {
            Remote::Loaded(picture) | Remote::Loading { previous: Some(picture), .. } => Some(picture),
            _ => None,
        };
        Some(Shown { subject: self.subject.clone()?, picture })
    }

    /// The picture shown before, if it is not the one that is shown.
    pub(crate) fn other(&self) -> Option<&Shown<Picture>> {
        self.flip.before.as_ref().filter(|before| Some(&before.subject) != self.subject.as_ref())
    }

    /// The image of that picture as it was known, and since when.
    pub(crate) fn other_image(&self) -> Option<(Image, Timestamp)> {
        let other = self.other()?;
        self.flip.image_before.clone().filter(|(image, _)| image.id == other.subject.id)
    }

    /// The drawing of the picture shown before, while that may be shown again.
    pub(crate) fn earlier_drawing(&self) -> Option<RequestId> {
        let earlier = self.flip.until_drawn.as_ref().or(self.flip.before.as_ref());
        earlier.map(|shown| shown.picture.drawn)
    }

    /// The picture if it is loaded.
    pub(super) fn loaded(&self) -> Option<Shown<&Picture>> {
        let picture = self.picture.value().filter(|_| self.picture.failure().is_none())?;
        Some(Shown { subject: self.subject.clone()?, picture })
    }

    /// Whether the picture moves, or would if it were not paused.
    pub(crate) fn is_animated(&self) -> bool {
        self.picture.value().is_some_and(|picture| picture.info.frame_delay.is_some())
    }

    /// The name of the picture with more pixels that is being fetched.
    pub fn awaited_larger(&self) -> Option<&str> {
        self.larger.request?;
        self.larger.subject.as_ref().map(|subject| subject.name.as_str())
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
        self.flip.before = None;
        self.flip.hidden = None;
        self.larger = Larger { request: self.larger.request, ..Larger::default() };
        self.cells = UNREQUESTED;
        self.known.iter_mut().for_each(|known| known.is_stale = true);
    }

    /// Call this when the image was replaced by another upload.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }

    /// Switches to another picture, which is one of this image, and aborts the request in flight.
    pub(super) fn set_subject(
        &mut self,
        subject: Option<Subject>,
        image: Option<(Image, Timestamp)>,
    ) -> Option<Effect> {
        if let Some(new) = &subject {
            self.set_image(&new.id);
        }
        let loaded = self.loaded();
        let loaded = loaded.map(|Shown { subject, picture }| Shown { subject, picture: picture.clone() });
        let mut shown = loaded.or_else(|| self.flip.hidden.take());
        if subject.is_none() {
            self.flip.hidden = shown.take();
        } else {
            self.flip.hidden = None;
            shown = shown.filter(|shown| Some(&shown.subject) != subject.as_ref());
        }
        let drawing = matches!(self.picture, Remote::Loaded(_)).then_some(Drawing {
            cells: self.cells,
            zoom: self.drawn_zoom,
            age: 0,
        });
        let is_switching = std::mem::take(&mut self.flip.is_switching);
        let is_same_image = matches!((&self.subject, &subject), (Some(old), Some(new)) if old.id == new.id);
        self.subject = subject;
        let image_before = match image {
            Some(image) => self.flip.image.replace(image),
            None => None,
        };
        self.fresh = false;
        self.is_paused = false;
        self.stop_frames();
        let aborted = self.picture.cancel();
        self.picture = Remote::Idle;
        self.flip.until_drawn = None;
        if !is_switching {
            self.flip.is_comparing = false;
            self.larger = Larger { request: self.larger.request, ..Larger::default() };
            self.zoom = self.zoom.filter(|_| is_same_image);
        }
        if let Some(shown) = shown {
            let other = self.flip.before.replace(shown.clone());
            self.flip.image_before = image_before;
            let other_drawing = std::mem::replace(&mut self.flip.before_drawing, drawing);
            if let Some(other) =
                other.filter(|other| is_switching && Some(&other.subject) == self.subject.as_ref())
            {
                // It is drawn already, or at least decoded.
                self.picture = Remote::Loaded(other.picture);
                self.cells = other_drawing.map_or(UNREQUESTED, |drawing| drawing.cells);
                self.drawn_zoom = other_drawing.and_then(|drawing| drawing.zoom);
            }
            self.flip.until_drawn = Some(shown).filter(|_| is_switching && is_same_image);
        }
        aborted
    }

    /// Draws the picture again, as the terminal no longer has it.
    pub(crate) fn redraw(&mut self) {
        self.cells = UNREQUESTED;
        self.flip.before_drawing = None;
    }

    /// Schedules the frame after the one that was drawn.
    pub(crate) fn on_frame_shown(&mut self, request: RequestId, frame_delay: SignedDuration, now: Timestamp) {
        if let Remote::Loaded(picture) = &self.picture
            && picture.drawn == request
        {
            self.frame_awaited = false;
            self.frame_at = now.saturating_add(frame_delay).ok().filter(|_| !self.is_paused);
        }
    }

    /// Pauses the animation, and requests its next or previous frame.
    pub(crate) fn step_frame(&mut self, forward: bool) -> Option<Effect> {
        let Remote::Loaded(picture) = &self.picture else { return None };
        picture.info.frame_delay?;
        let drawn = picture.drawn;
        self.is_paused = true;
        self.frame_at = None;
        self.grow_older();
        Some(if forward { Effect::NextFrame(drawn) } else { Effect::PreviousFrame(drawn) })
    }

    /// Resumes the animation.
    pub(crate) fn play(&mut self) {
        self.is_paused = false;
        self.frame_awaited = false;
    }

    /// Counts a drawing: the terminal forgets old ones.
    pub(super) fn grow_older(&mut self) {
        if let Some(drawing) = &mut self.flip.before_drawing {
            drawing.age += 1;
        }
        self.flip.before_drawing = self.flip.before_drawing.filter(|drawing| drawing.age < MAX_AGE);
    }

    /// The next frame, if it is due. Schedules it if it is not awaited yet.
    pub(super) fn next_frame(&mut self, now: Timestamp) -> Option<Effect> {
        let Remote::Loaded(picture) = &self.picture else { return None };
        let frame_delay = picture.info.frame_delay.filter(|_| !self.is_paused)?;
        if self.frame_at.take_if(|at| *at <= now).is_some() {
            self.frame_awaited = true;
            let drawn = picture.drawn;
            self.grow_older();
            return Some(Effect::NextFrame(drawn));
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
