//! The state of deliveries: the jobs in progress, and the current signed URL. Never a key.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use crate::app::SensitiveText;
use crate::app::message::{DeliveryAction, RequestId};
use crate::domain::delivery_code::FLEXIBLE_IS_OFF;
use crate::domain::signing::{Validity, is_flexible};
use crate::domain::time_format::NEVER_EXPIRES;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::{
    Access, CopyAs, DeliveryPlan, DeliveryUrl, Failure, ImageId, SignMode, SignedUrl, VariantOptions,
};

/// A URL that expires within this many seconds is signed again before it is used.
const MARGIN: i64 = 5;

/// The state of deliveries.
#[derive(Debug, Clone, Default)]
pub struct DeliveryState {
    /// The last URL that was signed on its own.
    pub active_url: Option<ActiveSignedUrl>,
    /// Deliveries that wait for a response.
    pub jobs: Vec<Job>,
    /// The URLs of the last delivery that were not opened, and why.
    pub unopened: Vec<(SensitiveText, Failure)>,
    /// Whether a delivery host reported that flexible variants are off.
    pub flexible_is_off: bool,
    /// Whether a delivery host delivered a flexible variant.
    pub flexible_works: bool,
}

/// A signed URL, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveSignedUrl {
    /// A secret.
    pub url: SignedUrl,
    /// The URL without a signature.
    pub plain: DeliveryUrl,
    /// The name of the signing key. Untrusted text.
    pub key: String,
    pub validity: Validity,
}

/// A delivery that takes effect if the user repeats it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    pub action: DeliveryAction,
    /// Which unsigned URLs it then delivers.
    pub unsigned_policy: UnsignedPolicy,
}

impl Confirmation {
    /// Whether it allows this action: the same one, or another format from the same dialog.
    pub fn allows(&self, action: &DeliveryAction) -> bool {
        self.action == *action || (self.action.needs_dialog() && action.needs_dialog())
    }
}

/// Which URLs are delivered without the signature that they need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsignedPolicy {
    /// None.
    Never,
    /// URLs that no signature would open.
    Unsignable,
    /// All URLs, as there is no key to sign with.
    All,
}

/// A delivery that the user asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    pub action: DeliveryAction,
    /// As they were when the key was pressed, whatever is shown since.
    pub targets: Vec<Target>,
    pub unsigned_policy: UnsignedPolicy,
    /// How long its signatures are to be valid.
    pub validity: Validity,
}

/// A delivery in progress.
#[derive(Debug, Clone)]
pub struct Job {
    pub delivery: Delivery,
    pub step: Step,
}

/// The step of a delivery: what it waits for.
#[derive(Debug, Clone)]
pub enum Step {
    /// The sizes of pictures, which the copy format contains.
    Probe(Vec<Probe>),
    /// Signatures.
    Sign {
        request: RequestId,
        /// On the second try: the denied URL and its report. The keys are fetched again for it.
        denied: Option<(SignedUrl, String)>,
    },
    /// The delivery host.
    Verify {
        request: RequestId,
        /// Whether the keys were fetched again for it.
        is_second_try: bool,
        /// Why the URL is not signed, if it should be.
        not_signed: Option<String>,
    },
}

/// A size probe in flight.
#[derive(Debug, Clone)]
pub struct Probe {
    pub request: RequestId,
    /// An index into [`Delivery::targets`].
    pub target: usize,
    /// The URL that identifies the picture.
    pub picture: String,
    /// Whether the probe needs a signed URL.
    pub is_private: bool,
}

/// An image's variant in a delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub id: ImageId,
    /// Untrusted text.
    pub filename: Option<String>,
    /// The variant's name, or its options if it is flexible.
    pub variant: String,
    /// Width and height in pixels, if certain.
    pub size: (Option<u32>, Option<u32>),
    pub url: TargetUrl,
    /// The URL that identifies the picture. It may be on another host than `url`.
    pub picture: DeliveryUrl,
    /// Other variants for a `srcset`.
    pub srcset_variants: Vec<SrcsetVariant>,
    /// A note about variants that the `srcset` leaves out.
    pub srcset_note: Option<String>,
    /// How many `srcset` variants were dropped because their widths are unknown.
    pub left_out: usize,
    /// Why a size could not be probed.
    pub probe_failure: Option<Box<Failure>>,
    pub access: Access,
}

/// A variant that may be listed in a `srcset`.
#[derive(Debug, Clone, PartialEq)]
pub struct SrcsetVariant {
    pub url: TargetUrl,
    /// The URL that identifies the picture.
    pub picture: String,
    /// In pixels, if certain.
    pub width: Option<u32>,
}

/// A URL in a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetUrl {
    /// Without a signature.
    pub plain: DeliveryUrl,
    /// Whether it is to be signed.
    pub sign: bool,
    /// `None` if it is not signed yet, or never is.
    pub signed: Option<SignedUrl>,
}

impl DeliveryState {
    /// The current signed URL, if it belongs to this plain URL.
    pub fn signed_url_for(&self, url: &DeliveryUrl) -> Option<&ActiveSignedUrl> {
        self.active_url.as_ref().filter(|active_url| active_url.plain == *url)
    }

    /// The image and the picture of a size probe in flight.
    pub fn probed_picture(&self, request: RequestId) -> Option<(&ImageId, &str)> {
        self.jobs.iter().find_map(|job| {
            let Step::Probe(probes) = &job.step else { return None };
            let probe = probes.iter().find(|probe| probe.request == request)?;
            Some((&job.delivery.targets[probe.target].id, &*probe.picture))
        })
    }

    /// Records whether flexible variants are off, from a delivery host's response for a variant. `None` means that the
    /// variant was delivered.
    pub fn note_flexible(&mut self, variant: &str, failure: Option<&Failure>) {
        match failure {
            Some(failure) if failure.code == FLEXIBLE_IS_OFF => {
                (self.flexible_is_off, self.flexible_works) = (true, false);
            }
            None if is_flexible(variant) => (self.flexible_is_off, self.flexible_works) = (false, true),
            _ => {}
        }
    }
}

impl ActiveSignedUrl {
    /// Whether it is valid, and will be for a few seconds more.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        !self.url.has_expired(now.as_second().saturating_add(MARGIN))
    }

    /// How long to sign its URL again for. `None` if it was valid until a date that has passed.
    pub fn next_validity(&self, now: Timestamp) -> Option<Validity> {
        let has_passed =
            matches!(self.validity, Validity::Until(at) if at <= now.as_second().saturating_add(MARGIN));
        (!has_passed).then_some(self.validity)
    }

    /// How long it stays valid: `expires in 59 min`. Changes once a minute, and once a second in the last minute.
    pub fn time_left(&self, now: Timestamp) -> String {
        let Some(expires) = self.url.expires() else { return NEVER_EXPIRES.to_owned() };
        let left = u64::try_from(millis_left(expires, now)).unwrap_or(0);
        let (seconds, minutes) = (left.div_ceil(1_000), left.div_ceil(60_000));
        let words = |first: u64, first_unit: &str, second: u64, second_unit: &str| match second {
            0 => format!("expires in {first} {first_unit}"),
            _ => format!("expires in {first} {first_unit} {second} {second_unit}"),
        };
        match (minutes / 1_440, minutes / 60, minutes) {
            (0, 0, 0) => "expired".to_owned(),
            (0, 0, 1) => words(seconds, "s", 0, ""),
            (0, 0, minutes) => words(minutes, "min", 0, ""),
            (0, hours, minutes) => words(hours, "h", minutes % 60, "min"),
            (days, hours, _) => words(days, "d", hours % 24, "h"),
        }
    }

    /// When [`Self::time_left`] changes next.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let left = millis_left(self.url.expires()?, now);
        if left <= 0 {
            return None;
        }
        let step = if left > 60_000 { 60_000 } else { 1_000 };
        now.checked_add(SignedDuration::from_millis((left - 1) % step + 1)).ok()
    }
}

fn millis_left(expires: i64, now: Timestamp) -> i64 {
    expires.saturating_mul(1_000).saturating_sub(now.as_millisecond())
}

impl Delivery {
    /// The URLs that have to be signed.
    pub fn urls_to_sign(&self) -> impl Iterator<Item = &DeliveryUrl> {
        let urls = self.targets.iter().flat_map(Target::urls);
        urls.filter(|url| url.awaits_signature()).map(|url| &url.plain)
    }

    /// Fills in signed URLs, in the order of [`Self::urls_to_sign`].
    pub fn fill_signed_urls(&mut self, signed: impl IntoIterator<Item = SignedUrl>) {
        let urls = self.targets.iter_mut().flat_map(Target::urls_mut);
        for (url, signed) in urls.filter(|url| url.awaits_signature()).zip(signed) {
            url.signed = Some(signed);
        }
    }
}

impl Job {
    /// Takes the size probe with this request, if the job waits for it.
    pub fn take_probe(&mut self, request: RequestId) -> Option<Probe> {
        let Step::Probe(probes) = &mut self.step else { return None };
        let at = probes.iter().position(|probe| probe.request == request)?;
        Some(probes.remove(at))
    }

    /// Fails the probes that need a signed URL. Returns their requests.
    pub fn fail_private_probes(&mut self, failure: &Failure) -> Vec<RequestId> {
        let Step::Probe(probes) = &mut self.step else { return vec![] };
        let targets = &mut self.delivery.targets;
        let failed = probes.extract_if(.., |probe| probe.is_private);
        let failed = failed.inspect(|probe| {
            targets[probe.target].probe_failure.get_or_insert_with(|| failure.clone().into());
        });
        failed.map(|probe| probe.request).collect()
    }

    /// The requests in flight.
    pub fn requests(&self) -> Vec<RequestId> {
        match &self.step {
            Step::Probe(probes) => probes.iter().map(|probe| probe.request).collect(),
            Step::Sign { request, .. } | Step::Verify { request, .. } => vec![*request],
        }
    }
}

impl TargetUrl {
    pub fn new(plain: DeliveryUrl) -> Self {
        Self { plain, sign: false, signed: None }
    }

    pub fn awaits_signature(&self) -> bool {
        self.sign && self.signed.is_none()
    }

    /// The URL as it is delivered. If it is signed, it is a secret.
    pub fn text(&self) -> String {
        match &self.signed {
            Some(signed) => signed.expose(),
            None => percent_encode_for_display(self.plain.as_str()).into_owned(),
        }
    }
}

impl Target {
    /// The plan for one of its URLs.
    pub fn plan(&self, url: &TargetUrl, options: &[VariantOptions], mode: SignMode) -> DeliveryPlan {
        DeliveryPlan::new(&url.plain, self.access, options, mode)
    }

    /// What is known of its URL as long as that is not signed. `None` if it is.
    pub fn unsigned_plan(&self, options: &[VariantOptions]) -> Option<DeliveryPlan> {
        self.url.signed.is_none().then(|| self.plan(&self.url, options, SignMode::Never))
    }

    /// Marks the URLs that are to be signed.
    pub fn mark_urls_to_sign(&mut self, options: &[VariantOptions], mode: SignMode) {
        let access = self.access;
        for url in self.urls_mut() {
            url.sign = DeliveryPlan::new(&url.plain, access, options, mode) == DeliveryPlan::Sign;
        }
    }

    /// The variant's URL, then those of the `srcset`.
    pub fn urls(&self) -> impl Iterator<Item = &TargetUrl> {
        std::iter::once(&self.url).chain(self.srcset_variants.iter().map(|other| &other.url))
    }

    /// The same, mutable.
    pub fn urls_mut(&mut self) -> impl Iterator<Item = &mut TargetUrl> {
        std::iter::once(&mut self.url).chain(self.srcset_variants.iter_mut().map(|other| &mut other.url))
    }

    /// The pictures whose sizes the format contains but are unknown, each once: URL and identifying URL.
    pub fn urls_without_size(&self, form: &CopyAs) -> Vec<(&TargetUrl, Cow<'_, str>)> {
        let own = (form.has_size() && self.size.0.is_none())
            .then(|| (&self.url, percent_encode_for_display(self.picture.as_str())));
        let srcset_variants = self.srcset_variants.iter().filter(|other| other.width.is_none());
        let srcset_variants = srcset_variants.map(|other| (&other.url, Cow::from(&*other.picture)));
        let mut urls_without_size: Vec<(&TargetUrl, Cow<str>)> = vec![];
        for (url, picture) in own.into_iter().chain(srcset_variants) {
            if !urls_without_size.iter().any(|(_, known)| *known == picture) {
                urls_without_size.push((url, picture));
            }
        }
        urls_without_size
    }

    /// Records the size of one of its pictures.
    pub fn set_size(&mut self, picture: &str, (width, height): (u32, u32)) {
        if percent_encode_for_display(self.picture.as_str()) == picture {
            self.size = (Some(width), Some(height));
        }
        for other in self.srcset_variants.iter_mut().filter(|other| other.picture == picture) {
            other.width = Some(width);
        }
    }

    /// Whether both are the same variant of the same image, whatever is known of its sizes.
    pub fn is_same(&self, other: &Self) -> bool {
        self.id == other.id && self.urls().eq(other.urls())
    }
}
