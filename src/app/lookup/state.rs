//! The image that is shown, the one being looked up, and the account's variant options.

use jiff::{SignedDuration, Timestamp};

use crate::app::scroll::moved;
use crate::app::{Effect, Motion, Pane, Remote, RequestId, Wait};
use crate::domain::signing::is_flexible;
use crate::domain::{Failure, Flexible, Image, ImageId, Reference, Variant, VariantOptions};

/// The state of the lookup.
#[derive(Debug, Clone, Default)]
pub struct Lookup {
    /// The image. The previous one stays while another is being looked up, and if that fails.
    pub image: Remote<Image>,
    /// The account's options of its variants; fetched with the first image.
    pub options: Remote<Vec<VariantOptions>>,
    /// The index of the selected variant. The index after the last one selects the flexible variant.
    pub selected: usize,
    /// The flexible variant that the user built for the image.
    pub flexible: Option<Variant>,
    /// The variant to select first, from the settings.
    pub preferred: Option<String>,
    /// What the request in flight, or the last one, asked for.
    pub requested: Option<Reference>,
    /// Whether that request was cancelled.
    pub cancelled: bool,
    /// When that request started.
    pub since: Timestamp,
    /// The pause before its next attempt.
    pub wait: Option<Wait>,
    /// When the list described the image that is shown. `None` if its details come from the API.
    pub listed_at: Option<Timestamp>,
    /// The request with which the user had the image fetched again.
    pub refresh: Option<RequestId>,
    /// Whether the JSON opens once the request in flight is answered.
    pub opens_json: bool,
    /// When to fetch the details of an image shown from the list: once the cursor has rested on it.
    pub request_at: Option<Timestamp>,
    /// The pane that had the focus before the last lookup.
    pub(crate) pane_before: Option<Pane>,
}

/// The spinner's frame time: often enough to look alive, seldom enough to let the processor sleep.
pub const SPIN: SignedDuration = SignedDuration::from_millis(250);

/// What an image's response changed.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct LookupChanges {
    /// Another image is shown than before.
    pub image: bool,
    /// Another flexible variant is offered, or none any more.
    pub flexible: bool,
    /// The image's ID was used again for another upload.
    pub upload: bool,
}

impl Lookup {
    pub(crate) fn new(preferred: Option<String>) -> Self {
        Self { preferred, ..Self::default() }
    }

    /// When the spinner turns, or the details of an image from the list are due.
    pub(crate) fn next_wake(&self, now: Timestamp) -> Option<Timestamp> {
        let frame = self.image.pending_request().and_then(|_| {
            let spins = now.duration_since(self.since).as_millis() / SPIN.as_millis() + 1;
            let millis = i64::try_from(spins * SPIN.as_millis()).ok()?;
            self.since.checked_add(SignedDuration::from_millis(millis)).ok()
        });
        frame.into_iter().chain(self.request_at).min()
    }

    pub fn shown(&self) -> Option<&Image> {
        self.image.value()
    }

    /// The variants of the image, and the flexible one last if there is one.
    pub fn variants(&self) -> impl Iterator<Item = &Variant> {
        self.shown().into_iter().flat_map(|image| &image.variants).chain(&self.flexible)
    }

    pub fn variant(&self) -> Option<&Variant> {
        self.variants().nth(self.selected)
    }

    /// Moves the selection among the variants, of which `page` are visible at once.
    pub(crate) fn move_selection(&mut self, motion: Motion, page: usize) {
        self.selected = moved(self.selected, motion, self.variants().count(), page);
    }

    /// Adds a flexible variant to the image, and selects it.
    pub fn select_flexible(&mut self, variant: Variant) {
        self.flexible = Some(variant);
        self.selected = self.shown().map_or(0, |image| image.variants.len());
    }

    /// The account's options of its variants; empty if they could not be fetched.
    pub fn options(&self) -> &[VariantOptions] {
        self.options.value().map_or(&[], Vec::as_slice)
    }

    pub fn options_of(&self, variant: &str) -> Option<&VariantOptions> {
        self.options().iter().find(|options| options.name == variant)
    }

    /// Whether the image shown is not the one last requested, which is still loading, failed, or was cancelled.
    pub fn is_showing_previous(&self) -> bool {
        let here = matches!(self.image, Remote::Loaded(_)) && !self.cancelled;
        !here
            && self.shown().is_some_and(|image| {
                self.requested.as_ref().is_some_and(|requested| requested.id != image.id)
            })
    }

    /// Whether that is because the lookup of another image was cancelled.
    pub fn stays_after_cancel(&self) -> bool {
        self.cancelled && self.is_showing_previous()
    }

    /// Whether the last lookup failed or was cancelled, so that the image shown is not the one that was asked for.
    pub fn can_dismiss(&self) -> bool {
        self.image.failure().is_some() || self.stays_after_cancel()
    }

    /// Forgets a lookup that failed or was cancelled: the image shown is again the one that was asked for. If only the
    /// list described it, its details are fetched.
    pub(crate) fn dismiss(&mut self, now: Timestamp) {
        self.image.dismiss_failure();
        self.cancelled = false;
        let shown = self.shown().map(|image| image.id.clone());
        self.request_at = shown.as_ref().and(self.listed_at).map(|_| now);
        self.requested = shown.map(|id| Reference { id, variant: None, hash: None });
    }

    /// The image being looked up, if it is not the one shown.
    pub fn pending_other_id(&self) -> Option<&ImageId> {
        self.image.pending_request()?;
        let requested = &self.requested.as_ref()?.id;
        (self.shown().map(|image| &image.id) != Some(requested)).then_some(requested)
    }

    /// Whether the request in flight only refreshes an image shown from the list. The user did not ask for it.
    pub fn is_refreshing_listed(&self) -> bool {
        self.image.pending_request().is_some()
            && self.listed_at.is_some()
            && self.pending_other_id().is_none()
    }

    /// Aborts the request in flight. The image shown stays.
    pub fn cancel(&mut self) -> Option<Effect> {
        let abort = self.image.cancel()?;
        self.cancelled = true;
        Some(abort)
    }

    /// Shows an image as the list described it, and aborts the request in flight.
    pub fn show_listed(
        &mut self,
        image: Image,
        listed_at: Timestamp,
        request_at: Timestamp,
    ) -> Option<Effect> {
        let variant = self.variant().map(|variant| variant.name.clone()).or_else(|| self.preferred.clone());
        self.flexible = None;
        let aborted = self.image.cancel();
        self.wait = None;
        self.cancelled = false;
        self.requested = Some(Reference { id: image.id.clone(), variant: None, hash: None });
        self.selected = image.preferred_variant(variant.as_deref()).unwrap_or(0);
        self.image = Remote::Loaded(image);
        self.listed_at = Some(listed_at);
        self.request_at = Some(request_at);
        aborted
    }

    /// Shows an image as the list described it, while the lookup of another one stays failed.
    pub(crate) fn show_listed_below_failure(&mut self, image: Image, listed_at: Timestamp) {
        let (requested, failure) = (self.requested.take(), self.image.failure().cloned());
        self.show_listed(image, listed_at, listed_at);
        self.request_at = None;
        self.requested = requested;
        if let Some(failure) = failure {
            self.image.fail(failure);
        }
    }

    /// Accepts the response for an image, and selects a variant. Ignores stale responses and returns `None`.
    pub(crate) fn complete(
        &mut self,
        request: RequestId,
        response: Result<Image, Failure>,
    ) -> Option<LookupChanges> {
        let before = self.shown().map(|image| (image.id.clone(), image.uploaded));
        let (selected, flexible) = (self.variant().cloned(), self.flexible.clone());
        let is_loaded = response.is_ok();
        if !self.image.complete(request, response) {
            return None;
        }
        self.wait = None;
        let Some(image) = self.image.value().filter(|_| is_loaded) else {
            return Some(LookupChanges::default());
        };
        let is_other = before.as_ref().is_none_or(|(id, _)| *id != image.id);
        let was_listed = self.listed_at.take().is_some();
        let is_other_upload = before.is_some_and(|(_, uploaded)| uploaded != image.uploaded);
        let selected = selected.filter(|_| !is_other);
        let requested = self.requested.as_mut().and_then(|requested| requested.variant.take());
        let built = requested.as_deref().and_then(|name| flexible_of_url(image, name));
        self.flexible = built.or_else(|| self.flexible.take().filter(|_| !is_other));
        self.selected = self.index_to_select(requested, selected).unwrap_or(0);
        Some(LookupChanges {
            image: is_other,
            flexible: self.flexible != flexible,
            upload: !is_other && !was_listed && is_other_upload,
        })
    }

    /// The index of the variant that was requested, or else of the one that was selected before.
    fn index_to_select(&self, requested: Option<String>, before: Option<Variant>) -> Option<usize> {
        let image = self.shown()?;
        if requested.is_some() && requested.as_ref() == self.flexible.as_ref().map(|built| &built.name) {
            return Some(image.variants.len());
        }
        // Two hosts may deliver variants with the same name.
        let same = before.as_ref().filter(|_| requested.is_none());
        let same = same.and_then(|before| self.variants().position(|variant| variant == before));
        let name = requested.or(before.map(|before| before.name)).or_else(|| self.preferred.clone());
        same.or_else(|| image.preferred_variant(name.as_deref()))
    }
}

/// The flexible variant in a pasted URL. `None` if `name` is a variant of the image.
fn flexible_of_url(image: &Image, name: &str) -> Option<Variant> {
    let is_own = image.variants.iter().any(|variant| variant.name == name);
    if is_own || !is_flexible(name) {
        return None;
    }
    let url = Flexible::of_url(name).ok()?.url(&image.variants.first()?.url).ok()?;
    Some(Variant { name: name.to_owned(), url })
}
