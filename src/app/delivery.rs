//! State of deliveries: what waits for signatures, sizes or a delivery host, and the current signed URL. Never a key.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub use super::message::{Signatures, VerifyResult};
use super::{RequestId, SensitiveText};
use crate::domain::signing::Lifetime;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::{Access, CopyAs, DeliveryUrl, Failure, ImageId, SignedUrl, time_format};

/// A URL that expires within this many seconds is signed again before it is used.
const MARGIN: i64 = 5;

/// The state of deliveries.
#[derive(Debug, Clone, Default)]
pub struct DeliveryState {
    /// The last URL that was signed on its own.
    pub active_url: Option<ActiveSignedUrl>,
    /// Deliveries that wait for signatures.
    pub pending: Vec<Pending>,
    /// Copies that wait for the sizes of pictures.
    pub probe_jobs: Vec<ProbeJob>,
    /// The request to a delivery host in flight.
    pub pending_verify: Option<PendingVerify>,
    /// The request that explains a URL, and whether the user asked for it.
    pub explaining: Option<(RequestId, bool)>,
    /// The pasted delivery URL with its signature, and its image. It stays until another image is shown or a URL is
    /// signed.
    pub pasted: Option<(ImageId, SensitiveText)>,
    /// The row of the lifetime dialog that was chosen last.
    pub lifetime: Option<usize>,
    /// The row of the copy formats that was chosen last.
    pub form: usize,
    /// Whether a delivery host reported that flexible variants are off.
    pub flexible_is_off: bool,
}

/// A signed URL, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveSignedUrl {
    /// A secret.
    pub url: SignedUrl,
    /// The URL without a signature.
    pub of: DeliveryUrl,
    /// The name of the signing key. Untrusted text.
    pub key: String,
    pub validity: Validity,
}

/// How long a signed URL is to be valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// For this long, from the moment of signing.
    For(Lifetime),
    /// Until this time, in Unix seconds.
    Until(i64),
}

/// What is done with URLs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryAction {
    /// Open them in the browser.
    Open,
    /// Copy them in a format.
    Copy(CopyAs),
    /// Ask the delivery host about them.
    Verify,
    /// Show the signed URL.
    Show,
}

/// A delivery that waits for signatures.
#[derive(Debug, Clone)]
pub struct Pending {
    pub request: RequestId,
    /// What to do once the URLs are signed.
    pub delivery_action: DeliveryAction,
    /// As they were when the user asked, whatever is shown by now.
    pub targets: Vec<DeliveryTarget>,
    pub validity: Validity,
    /// If this is a second try: the signed URL that was denied, and the notice for that. The keys are fetched again for
    /// it.
    pub denied: Option<(SignedUrl, String)>,
}

/// A request to a delivery host that is in flight.
#[derive(Debug, Clone)]
pub struct PendingVerify {
    pub request: RequestId,
    pub target: DeliveryTarget,
    pub validity: Validity,
    /// Whether the keys were fetched again for it.
    pub again: bool,
    /// Why the URL is not signed, if it should be.
    pub not_signed: Option<String>,
}

/// An image's variant in a delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryTarget {
    pub id: ImageId,
    /// Untrusted text.
    pub filename: Option<String>,
    /// The variant's name, or its options if it is flexible.
    pub variant: String,
    /// Width and height in pixels, if certain.
    pub size: (Option<u32>, Option<u32>),
    pub url: UrlState,
    /// The variant's URL without a signature.
    pub plain: DeliveryUrl,
    /// The URL that identifies the picture. It may be on another host than `plain`.
    pub picture: DeliveryUrl,
    /// Other variants for a `srcset`.
    pub srcset_variants: Vec<SrcsetVariant>,
    /// What is said about variants that the `srcset` cannot contain.
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
    pub url: UrlState,
    /// The URL that identifies the picture.
    pub picture: String,
    /// In pixels, if certain.
    pub width: Option<u32>,
}

/// A copy that waits for the sizes of pictures, which its format contains.
#[derive(Debug, Clone)]
pub struct ProbeJob {
    /// Whether the user confirmed that URLs known not to work are copied.
    pub is_confirmed: bool,
    pub form: CopyAs,
    /// As they were when the user asked, whatever is shown by now.
    pub targets: Vec<DeliveryTarget>,
    /// Probes without a response yet.
    pub awaited: Vec<PendingProbe>,
}

/// A probe in flight.
#[derive(Debug, Clone)]
pub struct PendingProbe {
    pub request: RequestId,
    /// An index into [`ProbeJob::targets`].
    pub target: usize,
    /// The URL that identifies the picture.
    pub picture: String,
    /// Whether the probe needs a signed URL.
    pub is_private: bool,
}

/// A URL in a delivery: whether it is signed or has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlState {
    /// Used as it is.
    Plain(DeliveryUrl),
    /// Has to be signed first.
    ToSign(DeliveryUrl),
    Signed(SignedUrl),
}

impl DeliveryState {
    /// Whether a signature, a size or a delivery host's reply is pending.
    pub fn is_busy(&self) -> bool {
        !self.pending.is_empty() || !self.probe_jobs.is_empty() || self.pending_verify.is_some()
    }

    /// The current signed URL, if it belongs to this plain URL.
    pub fn signed_url_for(&self, url: &DeliveryUrl) -> Option<&ActiveSignedUrl> {
        self.active_url.as_ref().filter(|active_url| active_url.of == *url)
    }
}

impl ActiveSignedUrl {
    /// Whether it is valid, and will be for a few seconds more.
    pub fn holds(&self, now: Timestamp) -> bool {
        !self.url.has_expired(now.as_second().saturating_add(MARGIN))
    }

    /// How long it stays valid: `holds 59 min`. Changes once a minute, and once a second in the last minute.
    pub fn time_left(&self, now: Timestamp) -> String {
        let Some(expires) = self.url.expires() else { return "holds for ever".to_owned() };
        let left = u64::try_from(millis_left(expires, now)).unwrap_or(0);
        let (seconds, minutes) = (left.div_ceil(1_000), left.div_ceil(60_000));
        let words = |first: u64, first_unit: &str, second: u64, second_unit: &str| match second {
            0 => format!("holds {first} {first_unit}"),
            _ => format!("holds {first} {first_unit} {second} {second_unit}"),
        };
        match (minutes / 1_440, minutes / 60, minutes) {
            (0, 0, 0) => "lapsed".to_owned(),
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

impl Validity {
    /// Whether it ends at a date that has passed or is about to.
    pub fn has_passed(self, now: Timestamp) -> bool {
        matches!(self, Self::Until(at) if at <= now.as_second().saturating_add(MARGIN))
    }

    /// When a URL signed now expires, in Unix seconds. `None` for never.
    pub fn expires(self, now: Timestamp) -> Option<i64> {
        match self {
            Self::For(lifetime) => lifetime.expires(now),
            Self::Until(at) => Some(at),
        }
    }
}

impl UrlState {
    /// The URL as it is delivered.
    pub fn text(&self) -> String {
        match self {
            Self::Plain(url) | Self::ToSign(url) => percent_encode_for_display(url.as_str()).into_owned(),
            Self::Signed(url) => url.expose(),
        }
    }

    /// When it expires, in Unix seconds. `None` for never, or if it is not signed.
    pub fn expires(&self) -> Option<i64> {
        match self {
            Self::Signed(url) => url.expires(),
            Self::Plain(_) | Self::ToSign(_) => None,
        }
    }
}

impl DeliveryTarget {
    /// The variant's URL, then those of the `srcset`.
    pub fn urls(&self) -> impl Iterator<Item = &UrlState> {
        std::iter::once(&self.url).chain(self.srcset_variants.iter().map(|other| &other.url))
    }

    /// The same, mutable.
    pub fn urls_mut(&mut self) -> impl Iterator<Item = &mut UrlState> {
        std::iter::once(&mut self.url).chain(self.srcset_variants.iter_mut().map(|other| &mut other.url))
    }

    /// The pictures whose sizes the format contains but are unknown, each once: URL and identifying URL.
    pub fn urls_without_size(&self, form: &CopyAs) -> Vec<(&UrlState, Cow<'_, str>)> {
        let own = (form.has_size() && self.size.0.is_none())
            .then(|| (&self.url, percent_encode_for_display(self.picture.as_str())));
        let srcset_variants = self.srcset_variants.iter().filter(|other| other.width.is_none());
        let srcset_variants = srcset_variants.map(|other| (&other.url, Cow::from(&*other.picture)));
        let mut urls_without_size: Vec<(&UrlState, Cow<str>)> = vec![];
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
}

/// When a signed URL expires: `until 14:05`, with the date unless that is today; or `for ever`.
pub fn until(expires: Option<i64>, now: Timestamp, zone: &TimeZone) -> String {
    let Some(expires) = expires else { return "for ever".to_owned() };
    let Ok(at) = Timestamp::from_second(expires) else { return "for ever".to_owned() };
    let time = at.to_zoned_datetime(zone.clone()).strftime("%H:%M").to_string();
    match time_format::day(at, zone) {
        day if day == time_format::day(now, zone) => format!("until {time}"),
        day => format!("until {day} {time}"),
    }
}
