//! What is being signed, and the signed URL in hand. No key is ever here.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{RequestId, SensitiveText};
use crate::domain::signing::Lifetime;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::verification::Reply;
use crate::domain::{Access, CopyAs, DeliveryUrl, Failure, ImageId, SignedUrl, time_format};

/// A URL that lapses within so many seconds is signed anew before it is handed out.
const MARGIN: i64 = 5;

/// What is known of signing.
#[derive(Debug, Clone, Default)]
pub struct DeliveryState {
    /// The URL that was signed last, alone.
    pub active_url: Option<ActiveSignedUrl>,
    /// What waits for its URLs to be signed.
    pub pending: Vec<Pending>,
    /// What waits for the sizes of pictures.
    pub probe_jobs: Vec<ProbeJob>,
    /// What was asked of a delivery host.
    pub pending_verify: Option<PendingVerify>,
    /// The pasted URL that is being explained, and whether a person asked for it.
    pub explaining: Option<(RequestId, bool)>,
    /// The delivery URL that was pasted, with its signature, and the image that it is of: until another is shown, or a URL
    /// is signed.
    pub pasted: Option<(ImageId, SensitiveText)>,
    /// The lifetime that was chosen last, by its row in the chooser.
    pub lifetime: Option<usize>,
    /// The form that was copied last, by its row in the list.
    pub form: usize,
    /// Whether a delivery host has said that flexible variants are off.
    pub flexible_is_off: bool,
}

/// A signed URL in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveSignedUrl {
    /// The URL. A secret.
    pub url: SignedUrl,
    /// What was signed.
    pub of: DeliveryUrl,
    /// The name of the key that did. Foreign text.
    pub key: String,
    /// For how long.
    pub validity: Validity,
}

/// For how long a URL is to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// From the moment on when it is signed.
    For(Lifetime),
    /// Until then, in Unix seconds.
    Until(i64),
}

/// What is done with URLs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryAction {
    /// They are opened in the browser.
    Open,
    /// They are copied in a form.
    Copy(CopyAs),
    /// The delivery host is asked.
    Verify,
    /// They are shown.
    Show,
}

/// Something that waits for its URLs to be signed.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Which request signs them.
    pub request: RequestId,
    /// What is then done.
    pub delivery_action: DeliveryAction,
    /// With what: as it was when it was asked for, whatever is shown by then.
    pub targets: Vec<DeliveryTarget>,
    /// For how long they hold.
    pub validity: Validity,
    /// The signed URL that was denied before, and in which words: the keys are fetched anew for this try.
    pub denied: Option<(SignedUrl, String)>,
}

/// A question to a delivery host.
#[derive(Debug, Clone)]
pub struct PendingVerify {
    /// Which request asks it.
    pub request: RequestId,
    /// About what.
    pub target: DeliveryTarget,
    /// For how long its URL holds.
    pub validity: Validity,
    /// Whether the keys were fetched anew for it.
    pub again: bool,
    /// Why its URL is not signed, if a signature was wanted.
    pub not_signed: Option<String>,
}

/// An image's variant that something is done with.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryTarget {
    /// The image.
    pub id: ImageId,
    /// Its file name, where it has one. Foreign text.
    pub filename: Option<String>,
    /// The variant's name, or its options.
    pub variant: String,
    /// The picture's width and height in pixels, where they are certain.
    pub size: (Option<u32>, Option<u32>),
    /// The variant's URL.
    pub url: UrlState,
    /// The variant's URL without a signature.
    pub plain: DeliveryUrl,
    /// The URL by which its picture is known, which may be on another host.
    pub picture: DeliveryUrl,
    /// The variants of a `srcset`.
    pub srcset_variants: Vec<SrcsetVariant>,
    /// What is said of those that are not among them.
    pub srcset_note: Option<String>,
    /// How many of those were left out, as their widths are not known.
    pub left_out: usize,
    /// Why a size that was asked for is not known.
    pub probe_failure: Option<Box<Failure>>,
    /// Whether the image needs a signature.
    pub access: Access,
}

/// A variant that may stand in a `srcset`.
#[derive(Debug, Clone, PartialEq)]
pub struct SrcsetVariant {
    /// Its URL.
    pub url: UrlState,
    /// The URL by which its picture is known.
    pub picture: String,
    /// Its width in pixels, where that is certain.
    pub width: Option<u32>,
}

/// Something that waits for the sizes of pictures, which are then told in what is copied.
#[derive(Debug, Clone)]
pub struct ProbeJob {
    /// Whether it is copied although its URLs are known not to work.
    pub nevertheless: bool,
    /// In which form it is copied.
    pub form: CopyAs,
    /// What is copied: as it was when it was asked for, whatever is shown by then.
    pub targets: Vec<DeliveryTarget>,
    /// What was asked, and has not been answered.
    pub awaited: Vec<PendingProbe>,
}

/// A picture that was asked for its size.
#[derive(Debug, Clone)]
pub struct PendingProbe {
    /// Which request asks it.
    pub request: RequestId,
    /// Of which item it is, by its place.
    pub target: usize,
    /// The URL by which it is known.
    pub picture: String,
    /// Whether a signature is needed to ask it.
    pub is_private: bool,
}

/// A URL, and what is still to be done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlState {
    /// It is handed out as it is.
    Plain(DeliveryUrl),
    /// It is to be signed first.
    ToSign(DeliveryUrl),
    /// It is signed.
    Signed(SignedUrl),
}

/// What a delivery host says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyResult {
    /// What it does with the signed URL, if there is one.
    pub signed: Option<Reply>,
    /// What it does with the plain URL.
    pub plain: Option<Reply>,
    /// Its clock.
    pub server: Option<Timestamp>,
}

/// URLs that were signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatures {
    /// The URLs, in the order asked for.
    pub urls: Vec<SignedUrl>,
    /// The name of the key that signed them. Foreign text.
    pub key: String,
}

impl DeliveryState {
    /// Whether a signature, a size or a delivery host's word is awaited.
    pub fn is_busy(&self) -> bool {
        !self.pending.is_empty() || !self.probe_jobs.is_empty() || self.pending_verify.is_some()
    }

    /// The signed URL in hand, where it is of this one.
    pub fn signed_url_for(&self, url: &DeliveryUrl) -> Option<&ActiveSignedUrl> {
        self.active_url.as_ref().filter(|active_url| active_url.of == *url)
    }
}

impl ActiveSignedUrl {
    /// Whether it still lets people in, and will for a moment.
    pub fn holds(&self, now: Timestamp) -> bool {
        !self.url.has_expired(now.as_second().saturating_add(MARGIN))
    }

    /// For how long it still holds: `holds 59 min`. The words change once a minute, and every second in the last minute.
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

    /// When [`Self::time_left`] says something else.
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
    /// Whether it is until a date that is past, or will be in a moment.
    pub fn has_passed(self, now: Timestamp) -> bool {
        matches!(self, Self::Until(at) if at <= now.as_second().saturating_add(MARGIN))
    }

    /// When a URL signed now lapses, in Unix seconds.
    pub fn expires(self, now: Timestamp) -> Option<i64> {
        match self {
            Self::For(lifetime) => lifetime.expires(now),
            Self::Until(at) => Some(at),
        }
    }
}

impl UrlState {
    /// The URL as it is handed out.
    pub fn text(&self) -> String {
        match self {
            Self::Plain(url) | Self::ToSign(url) => percent_encode_for_display(url.as_str()).into_owned(),
            Self::Signed(url) => url.expose(),
        }
    }

    /// When it lapses, in Unix seconds.
    pub fn expires(&self) -> Option<i64> {
        match self {
            Self::Signed(url) => url.expires(),
            Self::Plain(_) | Self::ToSign(_) => None,
        }
    }
}

impl DeliveryTarget {
    /// Every URL that it has.
    pub fn urls(&self) -> impl Iterator<Item = &UrlState> {
        std::iter::once(&self.url).chain(self.srcset_variants.iter().map(|other| &other.url))
    }

    /// Every URL that it has, to be replaced.
    pub fn urls_mut(&mut self) -> impl Iterator<Item = &mut UrlState> {
        std::iter::once(&mut self.url).chain(self.srcset_variants.iter_mut().map(|other| &mut other.url))
    }

    /// The pictures whose sizes a form tells, and which are not known: each once.
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

    /// Takes the size of one of its pictures.
    pub fn set_size(&mut self, picture: &str, (width, height): (u32, u32)) {
        if percent_encode_for_display(self.picture.as_str()) == picture {
            self.size = (Some(width), Some(height));
        }
        for other in self.srcset_variants.iter_mut().filter(|other| other.picture == picture) {
            other.width = Some(width);
        }
    }
}

/// Until when a signed URL holds: `until 14:05`, with the day where that is another; `for ever`.
pub fn until(expires: Option<i64>, now: Timestamp, zone: &TimeZone) -> String {
    let Some(expires) = expires else { return "for ever".to_owned() };
    let Ok(at) = Timestamp::from_second(expires) else { return "for ever".to_owned() };
    let time = at.to_zoned_datetime(zone.clone()).strftime("%H:%M").to_string();
    match time_format::day(at, zone) {
        day if day == time_format::day(now, zone) => format!("until {time}"),
        day => format!("until {day} {time}"),
    }
}
