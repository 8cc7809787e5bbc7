//! The image that is shown, the one being looked up, and the account's variant options.

use jiff::Timestamp;

use crate::app::keymap::key_of;
use crate::app::{Action, Remote, RequestId, Wait};
use crate::domain::signing::is_flexible;
use crate::domain::{Failure, Flexible, Image, ImageId, Reference, Variant, VariantOptions};

/// The state of the lookup.
#[derive(Debug, Clone)]
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
    /// When to fetch the details of an image shown from the list: once the cursor has rested on it.
    pub request_at: Option<Timestamp>,
}

/// What is said while no image is shown.
pub fn nothing_shown() -> String {
    let key = key_of(&Action::FocusImage);
    format!("No image is shown yet. Press {key}, then type or paste an image ID or a delivery URL.")
}

impl Lookup {
    pub(crate) fn new(preferred: Option<String>) -> Self {
        Self {
            preferred,
            image: Remote::Idle,
            options: Remote::Idle,
            selected: 0,
            flexible: None,
            requested: None,
            cancelled: false,
            since: Timestamp::UNIX_EPOCH,
            wait: None,
            listed_at: None,
            request_at: None,
        }
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

    /// Ignores the response to the request in flight, and returns that request so that it can be aborted. The image
    /// shown stays.
    pub fn cancel(&mut self) -> Option<RequestId> {
        let request = self.image.cancel()?;
        self.cancelled = true;
        Some(request)
    }

    /// Shows an image as the list described it. Returns the request that should be aborted.
    pub fn show_listed(
        &mut self,
        image: Image,
        listed_at: Timestamp,
        request_at: Timestamp,
    ) -> Option<RequestId> {
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

    /// The flexible variant in a pasted URL. `None` if `name` is a variant of the image.
    fn flexible_of_url(&self, name: &str) -> Option<Variant> {
        let image = self.shown()?;
        let is_own = image.variants.iter().any(|variant| variant.name == name);
        if is_own || !is_flexible(name) {
            return None;
        }
        let url = Flexible::of_url(name).ok()?.url(&image.variants.first()?.url).ok()?;
        Some(Variant { name: name.to_owned(), url })
    }

    /// Accepts the response for an image. Ignores stale responses and returns `false`.
    pub fn complete(&mut self, request: RequestId, response: Result<Image, Failure>) -> bool {
        let before = self.variant().cloned();
        let shown = self.shown().map(|image| image.id.clone());
        let loaded = response.is_ok();
        if !self.image.complete(request, response) {
            return false;
        }
        self.wait = None;
        if loaded {
            self.listed_at = None;
            let same = self.shown().map(|image| &image.id) == shown.as_ref();
            let requested = self.requested.as_mut().and_then(|requested| requested.variant.take());
            let before = before.filter(|_| same);
            self.flexible = self.flexible.take().filter(|_| same);
            if let Some(flexible) = requested.as_deref().and_then(|name| self.flexible_of_url(name)) {
                self.flexible = Some(flexible);
            }
            let place = self.shown().and_then(|image| {
                // Two hosts may deliver variants with the same name.
                let same_variant = before.as_ref().filter(|_| requested.is_none());
                let mut variants = image.variants.iter().chain(&self.flexible);
                let same_variant = same_variant.and_then(|before| variants.position(|v| v == before));
                let before = before.map(|before| before.name);
                if requested.is_some()
                    && requested.as_ref() == self.flexible.as_ref().map(|built| &built.name)
                {
                    return Some(image.variants.len());
                }
                let name = requested.or(before).or_else(|| self.preferred.clone());
                same_variant.or_else(|| image.preferred_variant(name.as_deref()))
            });
            self.selected = place.unwrap_or(0);
        }
        true
    }
}
