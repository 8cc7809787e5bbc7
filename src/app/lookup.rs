//! The image that is shown, the one that is being looked up, and the account's variant options.

use jiff::Timestamp;

use super::keymap::key_of;
use super::{Action, Remote, RequestId, Wait};
use crate::domain::signing::is_flexible;
use crate::domain::variant_selection::Plain;
use crate::domain::{Failure, Flexible, Image, ImageId, Reference, Variant, VariantOptions};

/// What is known of images.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// The image. It stays while another is being looked up, and when that fails.
    pub image: Remote<Image>,
    /// What the account says of its variants; fetched with the first image.
    pub options: Remote<Vec<VariantOptions>>,
    /// Which of the image's variants is selected, by its place; the place after the last is the flexible one.
    pub selected: usize,
    /// The flexible variant that was built of the image.
    pub flexible: Option<Variant>,
    /// The variant to start with by the settings.
    pub preferred: Option<String>,
    /// What the request in flight, or the one before, asked for.
    pub requested: Option<Reference>,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// When it began.
    pub since: Timestamp,
    /// The pause before its next try.
    pub wait: Option<Wait>,
    /// When the list told of the image that is shown; nothing where the API was asked for it.
    pub listed_at: Option<Timestamp>,
    /// When the image that the list told of is asked for: once the cursor has rested on it.
    pub request_at: Option<Timestamp>,
}

/// What is said where no image is shown yet.
pub fn nothing_shown() -> String {
    let key = key_of(&Action::FocusImage);
    format!("No image is shown yet. Press {key}, then type or paste an image ID or a delivery URL.")
}

impl Lookup {
    /// Nothing looked up yet.
    pub(super) fn new(preferred: Option<String>) -> Self {
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

    /// The image that is shown.
    pub fn shown(&self) -> Option<&Image> {
        self.image.value()
    }

    /// The variants of the image that is shown, and the flexible one that was built of it.
    pub fn variants(&self) -> impl Iterator<Item = &Variant> {
        self.shown().into_iter().flat_map(|image| &image.variants).chain(&self.flexible)
    }

    /// The selected variant of the image that is shown.
    pub fn variant(&self) -> Option<&Variant> {
        self.variants().nth(self.selected)
    }

    /// Builds a flexible variant of the image that is shown, and selects it.
    pub fn select_flexible(&mut self, variant: Variant) {
        self.flexible = Some(variant);
        self.selected = self.shown().map_or(0, |image| image.variants.len());
    }

    /// What the account says of its variants; nothing where that could not be had.
    pub fn options(&self) -> &[VariantOptions] {
        self.options.value().map_or(&[], Vec::as_slice)
    }

    /// What the account says of one variant.
    pub fn options_of(&self, variant: &str) -> Option<&VariantOptions> {
        self.options().iter().find(|options| options.name == variant)
    }

    /// What the selected variant's plain URL will do.
    pub fn plain(&self) -> Option<Plain> {
        Some(self.shown()?.plain(&self.variant()?.name, self.options()))
    }

    /// Whether the image that is shown is not the one last asked for, which is on its way, could not be had, or is not
    /// awaited any more.
    pub fn is_showing_previous(&self) -> bool {
        let here = matches!(self.image, Remote::Loaded(_)) && !self.cancelled;
        !here
            && self.shown().is_some_and(|image| {
                self.requested.as_ref().is_some_and(|requested| requested.id != image.id)
            })
    }

    /// Whether that is because the lookup of another was cancelled.
    pub fn stays_after_cancel(&self) -> bool {
        self.cancelled && self.is_showing_previous()
    }

    /// The image that is being looked up, where it is another than the one shown.
    pub fn pending_other_id(&self) -> Option<&ImageId> {
        self.image.pending_request()?;
        let requested = &self.requested.as_ref()?.id;
        (self.shown().map(|image| &image.id) != Some(requested)).then_some(requested)
    }

    /// Whether the request in flight only brings up to date what the list told: no person asked for it.
    pub fn is_refreshing_listed(&self) -> bool {
        self.image.pending_request().is_some()
            && self.listed_at.is_some()
            && self.pending_other_id().is_none()
    }

    /// Awaits the image no more, and tells the request that is to be aborted. What was shown stays.
    pub fn cancel(&mut self) -> Option<RequestId> {
        let request = self.image.cancel()?;
        self.cancelled = true;
        Some(request)
    }

    /// Shows an image as the list told of it. Returns the request that nobody awaits any more.
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

    /// The flexible variant in a URL that was pasted. `None` if that names a variant of the image.
    fn flexible_of_url(&self, name: &str) -> Option<Variant> {
        let image = self.shown()?;
        let is_own = image.variants.iter().any(|variant| variant.name == name);
        if is_own || !is_flexible(name) {
            return None;
        }
        let url = Flexible::of_url(name).ok()?.url(&image.variants.first()?.url).ok()?;
        Some(Variant { name: name.to_owned(), url })
    }

    /// Takes an image's answer; false where nobody awaits it.
    pub fn complete(&mut self, request: RequestId, answer: Result<Image, Failure>) -> bool {
        let before = self.variant().cloned();
        let shown = self.shown().map(|image| image.id.clone());
        let loaded = answer.is_ok();
        if !self.image.complete(request, answer) {
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
                // Two hosts may deliver variants of one name.
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
