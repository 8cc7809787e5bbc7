//! The state of the whole program.

use std::mem::{self, Discriminant};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::browse::Browse;
use super::custom_command::CommandState;
use super::delivery::{ActiveSignedUrl, Confirmation, DeliveryState};
use super::dialogs::DialogState;
use super::explain::ExplainState;
use super::gallery::Gallery;
use super::input::ImageInput;
use super::keys_in_force::Keymap;
use super::lookup::Lookup;
use super::overlay::Overlay;
use super::pane::Pane;
use super::preview::{Place, Preview};
use super::profiles::Profiles;
use super::save::SaveState;
use super::scroll::Scroll;
use super::{Graphics, Key, LastClick, RequestId, Viewports};
use crate::domain::{Budget, DeliveryPlan, DeliveryUrl, Failure, ImageId, Preferences, SignMode};

/// The state of the whole program: one part per pane, and what they share.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub input: ImageInput,
    /// The image in Details and Variants.
    pub lookup: Lookup,
    pub browse: Browse,
    pub gallery: Gallery,
    /// Deliveries that wait, and the current signed URL.
    pub delivery: DeliveryState,
    pub dialogs: DialogState,
    pub explain: ExplainState,
    pub preview: Preview,
    pub save: SaveState,
    pub command: CommandState,
    /// The pane that receives keys.
    pub focus: Pane,
    /// The pane that `Esc` in the Image pane returns to.
    pub before_image: Pane,
    /// The scroll position of Details.
    pub details: Scroll,
    /// The overlay on top.
    pub overlay: Option<Overlay>,
    /// The overlays below it, which return when it is closed. The last one comes first.
    lower_overlays: Vec<(Overlay, Scroll)>,
    /// The scroll position of the overlay on top.
    pub overlay_scroll: Scroll,
    /// What was just done or went wrong. The next action clears it.
    pub notice: Option<Notice>,
    /// A delivery that takes effect if the user repeats it.
    pub confirmation: Option<Confirmation>,
    /// The first key of a chord, if the second is awaited.
    pub chord: Option<Key>,
    /// The last action, if it was a click.
    pub last_click: Option<LastClick>,
    /// The requests left, as reported by the API.
    pub budget: Option<Budget>,
    /// When the API reported `budget`.
    pub budget_at: Timestamp,
    /// Why no requests can be sent: no credentials, or invalid ones.
    pub offline: Option<Failure>,
    /// Whether no credentials are set: the screen says what to do, and offers the demo. Invalid ones are another problem.
    pub needs_credentials: bool,
    /// Which Cloudflare this is: `demo`, or empty for the real one.
    pub label: String,
    pub profiles: Profiles,
    pub preferences: Preferences,
    pub keymap: Keymap,
    /// The time zone for times on the screen. Requested with the first image.
    pub zone: Option<TimeZone>,
    /// The time of the last message.
    pub now: Timestamp,
    /// The panes' sizes in the last frame.
    pub viewports: Viewports,
    /// How the terminal can draw pictures, once known.
    pub graphics: Option<Graphics>,
    requests: u64,
}

/// The period of Cloudflare's rate limit.
const BUDGET_WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// The initial state.
#[derive(Debug, Clone)]
pub struct Start {
    /// Why no requests can be sent, if so.
    pub offline: Option<Failure>,
    /// Which Cloudflare this is; empty for the real one.
    pub label: String,
    /// Lookups to recall, newest last.
    pub earlier: Vec<String>,
    pub preferences: Preferences,
    pub keymap: Keymap,
}

/// The message about what was just done or went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It was done: a few words.
    Done(String),
    /// It was not done, or has a problem: sentences.
    Warning(String),
}

/// What a motion scrolls or moves a cursor in. If that is not a list, its size is only known after drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScrollContext {
    focus: Pane,
    overlay: Option<Discriminant<Overlay>>,
    /// The image, if its text is scrolled.
    image: Option<ImageId>,
}

impl Model {
    pub fn new(start: Start) -> Self {
        Self {
            input: ImageInput::with_earlier(start.earlier),
            lookup: Lookup::new(start.preferences.variant.clone()),
            before_image: Pane::Variants,
            offline: start.offline,
            label: start.label,
            preferences: start.preferences,
            keymap: start.keymap,
            ..Self::default()
        }
    }

    /// Whether little of the quota is left. `false` once the rate limit's period has ended, as the quota is then
    /// unknown.
    pub fn is_budget_low(&self) -> bool {
        self.budget_expires_at().is_some_and(|at| self.now < at)
    }

    /// When a low quota's period ends. `None` if the quota is not low.
    pub(super) fn budget_expires_at(&self) -> Option<Timestamp> {
        self.budget.filter(|budget| budget.is_low())?;
        self.budget_at.checked_add(BUDGET_WINDOW).ok()
    }

    /// The text of the notice if it is a warning.
    pub fn warning(&self) -> Option<&str> {
        match &self.notice {
            Some(Notice::Warning(words)) => Some(words),
            _ => None,
        }
    }

    /// The URL that actions apply to: the selected variant's, on the domain from the settings.
    pub fn current_url(&self) -> Option<DeliveryUrl> {
        Some(self.on_domain(&self.lookup.variant()?.url))
    }

    /// How the selected variant's URL would be delivered. `None` if there is none.
    pub fn delivery_plan(&self, mode: SignMode) -> Option<DeliveryPlan> {
        let access = self.lookup.shown()?.access;
        Some(DeliveryPlan::new(&self.current_url()?, access, self.lookup.options(), mode))
    }

    /// Why the selected variant's URL is not signed: it needs no signature, or none would open it.
    pub fn unsigned_reason(&self) -> Option<String> {
        self.delivery_plan(SignMode::Always)?.unsigned_reason()
    }

    /// How many marked images the dialog on top is about, or the keys if there is none.
    pub fn marked_to_act_on(&self) -> usize {
        if self.focus == Pane::Browse { self.browse.marked().len() } else { 0 }
    }

    /// Sets the current signed URL. The pasted URL is forgotten.
    pub(super) fn set_active_url(&mut self, active: ActiveSignedUrl) {
        self.explain.pasted = None;
        self.delivery.active_url = Some(active);
    }

    /// The time zone for times on the screen; UTC until it is known.
    pub fn time_zone(&self) -> TimeZone {
        self.zone.clone().unwrap_or(TimeZone::UTC)
    }

    /// Whether pictures are drawn. `true` until that is known.
    pub fn has_pictures(&self) -> bool {
        self.graphics.is_none_or(|graphics| graphics.drawable)
    }

    /// The URL on the domain from the settings, if there is one.
    pub fn on_domain(&self, url: &DeliveryUrl) -> DeliveryUrl {
        let moved = self.preferences.domain.as_ref().and_then(|domain| domain.url(url).ok());
        moved.unwrap_or_else(|| url.clone())
    }

    /// Whether a pane can have the focus.
    pub fn has(&self, pane: Pane) -> bool {
        pane != Pane::Preview || self.preview.place != Place::Hidden
    }

    /// Whether the image under the cursor of the list is the one shown.
    pub fn is_cursor_shown(&self) -> bool {
        let shown = self.lookup.shown().map(|image| image.id.as_str());
        shown.is_some() && shown == self.browse.id_under_cursor()
    }

    /// Whether the picture is on the full screen.
    pub fn is_full_screen(&self) -> bool {
        self.preview.place == Place::FullScreen && self.focus == Pane::Preview
    }

    /// Whether the list is shown as a gallery.
    pub fn is_gallery(&self) -> bool {
        self.gallery.is_open && self.focus == Pane::Browse
    }

    /// Whether the mouse is ours. Over a whole URL it is the terminal's, to select it.
    pub fn wants_mouse(&self) -> bool {
        self.preferences.mouse && !self.overlay.as_ref().is_some_and(Overlay::is_whole_url)
    }

    /// What a motion applies to now. A list stays the same whichever image its cursor is on.
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

    /// Whether an overlay may open automatically. Not while the user is typing: their keys would become commands.
    pub(super) fn can_open_overlay(&self) -> bool {
        self.focus != Pane::Image && !self.is_filtering() && !self.is_in_line()
    }

    /// Whether keys are text for a dialog.
    pub(super) fn is_in_line(&self) -> bool {
        self.overlay.as_ref().is_some_and(|overlay| overlay.line().is_some())
    }

    pub(super) fn next_request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    /// Sets the notice of what was done, in a few words.
    pub(super) fn done(&mut self, words: impl Into<String>) {
        self.notice = Some(Notice::Done(words.into()));
    }

    /// Sets the notice of a problem, in sentences.
    pub fn warn(&mut self, words: impl Into<String>) {
        self.notice = Some(Notice::Warning(words.into()));
    }

    /// Focuses a pane. The text of Image becomes again that of the image that is shown or loading: what was typed or
    /// recalled there was not looked up.
    pub(super) fn focus_pane(&mut self, pane: Pane) {
        let shown = self.lookup.shown().map(|image| &image.id);
        if self.focus == Pane::Image
            && pane != Pane::Image
            && let Some(id) = self.lookup.pending_other_id().or(shown)
        {
            self.input.restore(id);
        }
        self.leave_for(pane);
    }

    /// Focuses Image with its text selected, so that typing replaces it.
    pub(super) fn focus_image(&mut self) {
        self.focus_pane(Pane::Image);
        self.input.select(true);
    }

    /// Focuses a pane, and leaves the text of Image as it is.
    pub(super) fn leave_for(&mut self, pane: Pane) {
        self.clear_overlays();
        self.input.select(false);
        self.browse.filter.typing = false;
        if self.preview.place == Place::FullScreen {
            self.preview.place = Place::Pane;
        }
        if pane == Pane::Image && self.focus != Pane::Image {
            self.before_image = self.focus;
        }
        self.focus = pane;
    }

    /// Shows an overlay on top of the current one, which returns when this one is closed.
    pub(super) fn push_overlay(&mut self, overlay: Overlay) {
        let lower = self.overlay.replace(overlay);
        self.lower_overlays.extend(lower.map(|lower| (lower, mem::take(&mut self.overlay_scroll))));
    }

    /// Shows an overlay in place of all others.
    pub(super) fn set_overlay(&mut self, overlay: Overlay) {
        self.clear_overlays();
        self.overlay = Some(overlay);
    }

    /// Closes the top overlay and shows the one below it. Returns `false` if there was none.
    pub(super) fn pop_overlay(&mut self) -> bool {
        let had_overlay = self.overlay.is_some();
        let lower = self.lower_overlays.pop();
        self.overlay_scroll = lower.as_ref().map_or(Scroll::default(), |(_, scroll)| *scroll);
        self.overlay = lower.map(|(overlay, _)| overlay);
        had_overlay
    }

    /// Closes all overlays.
    pub(super) fn clear_overlays(&mut self) {
        self.lower_overlays.clear();
        self.overlay = None;
        self.overlay_scroll = Scroll::default();
    }
}
