//! All that the program knows.

use std::mem::{self, Discriminant};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::browse::{Browse, Paging};
use super::delivery::DeliveryState;
use super::image_input::ImageInput;
use super::keymap::key_of;
use super::lookup::Lookup;
use super::overlay::Overlay;
use super::preview::Preview;
use super::scroll::Scroll;
use super::{Action, RequestId, Viewports};
use crate::domain::signing::{UnsignedReason, may_sign};
use crate::domain::{Budget, DeliveryUrl, Failure, ImageId, Preferences};

/// The whole state of the program: a sub-model a pane.
#[derive(Debug, Clone)]
pub struct Model {
    /// Image: the text that names one.
    pub input: ImageInput,
    /// Details and Variants: the image.
    pub lookup: Lookup,
    /// Browse: the list.
    pub browse: Browse,
    /// Signing: what waits for it, and the signed URL in hand.
    pub delivery: DeliveryState,
    /// Preview: the picture.
    pub preview: Preview,
    /// The pane that keys go to.
    pub focus: Pane,
    /// The pane to which `Esc` leaves Image.
    pub before_image: Pane,
    /// Where Details stands.
    pub details: Scroll,
    /// What lies on top of the panes.
    pub overlay: Option<Overlay>,
    /// What lies beneath that, and comes back when it is closed: the last one first.
    pub(super) lower_overlays: Vec<Overlay>,
    /// A word on what was just done; the next action takes it away.
    pub notice: Option<Notice>,
    /// An action that must be asked for twice, and was once.
    pub confirmation: Option<Confirmation>,
    /// Requests that the API says are left.
    pub budget: Option<Budget>,
    /// When it said so.
    pub budget_at: Timestamp,
    /// Why nothing can be asked: no credentials, or bad ones.
    pub offline: Option<Failure>,
    /// Which Cloudflare this is, where it is not the real one: `demo`.
    pub label: String,
    /// How the person wants things done.
    pub preferences: Preferences,
    /// The time zone that times are shown in; asked for with the first image.
    pub zone: Option<TimeZone>,
    /// The time of the last message.
    pub now: Timestamp,
    /// How far the frame last drawn reaches.
    pub viewports: Viewports,
    /// What pictures can be drawn with, once that is known.
    pub graphics: Option<Graphics>,
    requests: u64,
}

/// The window of Cloudflare's request limit.
const BUDGET_WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// What the program starts with.
#[derive(Debug, Clone)]
pub struct Start {
    /// Why nothing can be asked, if so.
    pub offline: Option<Failure>,
    /// Which Cloudflare this is, where it is not the real one.
    pub label: String,
    /// Lookups that `↑` recalls, the newest last.
    pub earlier: Vec<String>,
    /// How the person wants things done.
    pub preferences: Preferences,
}

/// An action that must be asked for twice, and was once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The action.
    pub action: Action,
    /// Which URLs it then takes without the signature that they need.
    pub unsigned_policy: UnsignedPolicy,
}

/// Which URLs are taken without the signature that they need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsignedPolicy {
    /// None.
    None,
    /// Those that no signature would open.
    Unsignable,
    /// All: there is nothing to sign with.
    All,
}

/// What the terminal can draw pictures with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Graphics {
    /// Whether pictures are drawn at all.
    pub drawable: bool,
    /// A cell's width and height in pixels, where that is known.
    pub cell: Option<(u16, u16)>,
}

/// A pane of the screen, in the order of `Tab`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// The input.
    Image,
    /// The list.
    Browse,
    /// What the API says of the image.
    Details,
    /// Its variants.
    Variants,
    /// The picture.
    Preview,
}

/// A word on what was just done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It was done: a few words, shown at the right of the last line.
    Done(String),
    /// It was not done, and why: sentences, shown over the last rows of the panes.
    Warning(String),
}

/// What a motion moves in. How far that reaches, where it is no list of the model's, only a frame of it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScrollContext {
    focus: Pane,
    overlay: Option<Discriminant<Overlay>>,
    /// Whose words they are, where they are an image's.
    image: Option<ImageId>,
}

impl Pane {
    /// Every pane, in the order of `Tab`.
    pub const ALL: [Self; 5] = [Self::Image, Self::Browse, Self::Details, Self::Variants, Self::Preview];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Image => "Image",
            Self::Browse => "Browse",
            Self::Details => "Details",
            Self::Variants => "Variants",
            Self::Preview => "Preview",
        }
    }
}

impl Model {
    /// The program before anything has happened.
    pub fn new(start: Start) -> Self {
        Self {
            input: ImageInput::with_earlier(start.earlier),
            lookup: Lookup::new(start.preferences.variant.clone()),
            browse: Browse::new(),
            delivery: DeliveryState::default(),
            preview: Preview::new(),
            focus: Pane::Image,
            before_image: Pane::Variants,
            details: Scroll::default(),
            overlay: None,
            lower_overlays: vec![],
            notice: None,
            confirmation: None,
            budget: None,
            budget_at: Timestamp::UNIX_EPOCH,
            offline: start.offline,
            label: start.label,
            preferences: start.preferences,
            zone: None,
            now: Timestamp::UNIX_EPOCH,
            viewports: Viewports::default(),
            graphics: None,
            requests: 0,
        }
    }

    /// What went wrong, in sentences: the most urgent of it.
    pub fn problem(&self) -> Option<String> {
        if let Some(refusal) = &self.input.refusal {
            return Some(refusal.clone());
        }
        let failure = self.lookup.image.failure().or(self.offline.as_ref());
        let failure = failure.map(ToString::to_string);
        let stopped = match &self.browse.paging {
            Paging::Failed(why) if self.has_browse() => {
                let endless = self.browse.next.as_ref().is_some_and(|next| next.endless().is_some());
                let hint = if endless {
                    format!("{} reads it anew.", key_of(&Action::Reload))
                } else {
                    format!("{} goes on.", key_of(&Action::LoadAll))
                };
                Some(format!("The list stops here. {why} {hint}"))
            }
            _ => None,
        };
        failure.or(stopped)
    }

    /// Whether few of the account's requests are left. That is unknown again once its window has ended.
    pub(super) fn is_budget_low(&self) -> bool {
        self.budget_expires_at().is_some_and(|at| self.now < at)
    }

    /// When the window ends in which few requests are left. `None` if there are enough.
    pub(super) fn budget_expires_at(&self) -> Option<Timestamp> {
        self.budget.filter(|budget| budget.is_low())?;
        self.budget_at.checked_add(BUDGET_WINDOW).ok()
    }

    /// Why what was asked for was not done, in sentences.
    pub fn warning(&self) -> Option<&str> {
        match &self.notice {
            Some(Notice::Warning(words)) => Some(words),
            _ => None,
        }
    }

    /// Whether Browse is one of the panes: a person wants it or is there, or there is room for it.
    pub fn has_browse(&self) -> bool {
        self.focus == Pane::Browse || self.browse.wanted.unwrap_or(self.viewports.wide)
    }

    /// The URL that everything is done with: the selected variant's, on the domain of the settings.
    pub fn current_url(&self) -> Option<DeliveryUrl> {
        Some(self.on_domain(&self.lookup.variant()?.url))
    }

    /// Why the selected variant's URL is not signed: it needs no signature, or none would open it.
    pub fn unsigned_reason(&self) -> Option<UnsignedReason> {
        let access = self.lookup.shown()?.access;
        may_sign(&self.current_url()?, access, self.lookup.options()).err()
    }

    /// Whether pictures are drawn, as far as that is known.
    pub fn has_pictures(&self) -> bool {
        self.graphics.is_none_or(|graphics| graphics.drawable)
    }

    /// A URL on the domain of the settings, where they name one.
    pub fn on_domain(&self, url: &DeliveryUrl) -> DeliveryUrl {
        let moved = self.preferences.domain.as_ref().and_then(|domain| domain.url(url).ok());
        moved.unwrap_or_else(|| url.clone())
    }

    /// Whether Preview is one of the panes: a person wants it or is there, or there is room for it.
    pub fn has_preview(&self) -> bool {
        self.focus == Pane::Preview || self.preview.wanted.unwrap_or(self.viewports.wide)
    }

    /// Whether a pane can be gone to.
    pub fn has(&self, pane: Pane) -> bool {
        match pane {
            Pane::Browse => self.has_browse(),
            Pane::Preview => self.has_preview(),
            Pane::Image | Pane::Details | Pane::Variants => true,
        }
    }

    /// Whether the picture has the whole screen.
    pub fn is_full_screen(&self) -> bool {
        self.preview.whole && self.focus == Pane::Preview
    }

    /// What a motion moves in now. A list is the same whatever image its cursor is on.
    pub fn scroll_context(&self) -> ScrollContext {
        let overlay = self.overlay.as_ref().map(mem::discriminant);
        let has_words = overlay.is_some() || self.focus == Pane::Details;
        let image = self.lookup.shown().filter(|_| has_words).map(|image| image.id.clone());
        ScrollContext { focus: self.focus, overlay, image }
    }

    /// Whether keys are text for the filter.
    pub fn is_filtering(&self) -> bool {
        self.overlay.is_none() && self.focus == Pane::Browse && self.browse.filter.typing
    }

    /// Whether something may come to lie on top by itself: a person who is typing would find their keys to be commands.
    pub(super) fn can_open_overlay(&self) -> bool {
        let in_line = self.overlay.as_ref().is_some_and(|overlay| overlay.line().is_some());
        self.focus != Pane::Image && !self.is_filtering() && !in_line
    }

    pub(super) fn next_request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }
}
