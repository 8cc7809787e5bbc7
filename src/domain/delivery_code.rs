//! What an error of a delivery host means, from its code and its HTTP status.
//!
//! Source: Cloudflare's table of Images errors, as of 2026. The same code comes with several statuses that mean
//! different things, and a 403 without a code says nothing about access.

use super::FailureKind;

/// The code of a denied access. The signing key may have been deleted.
pub const DENIED: &str = "9425";

/// The code of a flexible variant in an account that does not allow them.
pub const FLEXIBLE_IS_OFF: &str = "9429";

/// What an error is about. This decides the hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Request,
    Image,
    /// The URL needs a signature, or a rule denies access.
    Access,
    /// The plan, quota or settings of the account.
    Account,
    /// A retry may succeed.
    Transient,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryRefusal {
    pub fault: Fault,
    pub kind: FailureKind,
    /// What happened, and a hint. `None` if only the status is known.
    pub words: Option<(&'static str, &'static str)>,
}

/// A code, its documented statuses, and what it means with them.
struct Row(&'static str, &'static [u16], Fault, FailureKind, &'static str, &'static str);

use FailureKind::{Credentials, Network, NotFound, Other, Usage};
use Fault::{Access, Account, Image, Request, Transient};

const TRY_AGAIN: &str = "Try again.";
const CHECK_ORIGINAL: &str = "Save the original and check it, then upload it in another format.";

/// Rows of the same code stand together. An undocumented status belongs to the first row of its class (4xx or 5xx) that
/// covers it.
#[rustfmt::skip] // one row per line
const TABLE: &[Row] = &[
    Row("9401", &[400], Request, Usage, "The options are missing or invalid", "Check their names and values. A width or height may be missing or too large."),
    Row("9401", &[403], Request, Usage, "The original's host isn't allowed", "The zone only transforms images from listed origins. Add the host under Images › Transformations."),
    Row("9402", &[502], Transient, Network, "Cloudflare couldn't fetch the original", TRY_AGAIN),
    Row("9402", &[413], Image, Other, "The original is too large", "It exceeds the limit for transformations. Upload a smaller one."),
    Row("9403", &[508], Request, Usage, "The image would be resized twice", "The URL refers to a resized image (a loop). Use the original's URL."),
    Row("9404", &[404], Image, NotFound, "Image not found", "It was deleted, is a draft, or has another ID. Look it up by its ID."),
    Row("9406", &[403], Request, Usage, "The original's URL is invalid", "Check the original's address in the URL."),
    Row("9407", &[523], Request, Usage, "The original's host wasn't found", "Its name doesn't resolve. Check the host in the URL."),
    Row("9408", &[408], Request, Usage, "The original's server timed out", "Check that the original opens in a browser."),
    Row("9412", &[415], Image, Other, "The original's format can't be converted", CHECK_ORIGINAL),
    Row("9413", &[403], Image, Other, "The image exceeds the limits for transformations", "It has too many pixels, a side of 0, too large an animation, or an output format that isn't allowed. Upload a smaller one."),
    Row("9416", &[422], Image, Other, "Cloudflare received only part of the original", "The file may be incomplete. Upload it again."),
    Row("9419", &[403], Request, Usage, "The URL's suffix isn't allowed", "Check the end of the URL's path."),
    Row("9420", &[400], Request, Usage, "The original redirects to an invalid URL", "Use the final URL instead."),
    Row("9420", &[415], Image, Other, "The original's format isn't supported", CHECK_ORIGINAL),
    Row("9421", &[400], Request, Usage, "The original redirects too many times", "Use the final URL instead."),
    Row("9422", &[429], Account, Other, "This month's free transformations are used up", "Wait until next month, or change the plan under Images in the dashboard."),
    Row("9423", &[403], Account, Other, "This month's free transformations are used up", "Wait until next month, or change the plan under Images in the dashboard."),
    Row("9424", &[400], Request, Usage, "A parameter is invalid", "Check the options in the URL."),
    Row(DENIED, &[403], Access, Credentials, "The delivery host denied access", "The signature is missing, wrong or expired, or no variant has this name. Sign the URL again, and check this machine's clock."),
    Row("9426", &[403], Request, Usage, "The URL is invalid", "Check it for stray or badly encoded characters."),
    Row("9427", &[403, 404], Account, NotFound, "The account hash is wrong", "The first part of the URL's path isn't this account's hash. Copy the URL again."),
    Row(FLEXIBLE_IS_OFF, &[403], Account, Usage, "Flexible variants are off in this account", "Enable them in the dashboard under Images › Variants, or choose a named variant."),
    Row("9430", &[403], Account, Other, "A Worker's Images binding was denied", "Check the binding and its account's plan."),
    Row("9431", &[404], Account, NotFound, "Image or variant not found", "Check the ID and the variant. List variants with `cfimg variants`."),
    Row("9432", &[400], Request, Usage, "A parameter is invalid", "Check the options in the URL."),
    Row("9504", &[522, 524], Transient, Network, "The original's server is too slow", TRY_AGAIN),
    Row("9505", &[502], Transient, Network, "The original's server can't be reached", TRY_AGAIN),
    Row("9509", &[502], Transient, Network, "The original's server returned a bad response", TRY_AGAIN),
    Row("9510", &[523], Transient, Network, "The original's server can't be reached", TRY_AGAIN),
    Row("9516", &[422], Image, Other, "The original can't be decoded", CHECK_ORIGINAL),
    Row("9516", &[500], Transient, Network, "Cloudflare couldn't process the image", TRY_AGAIN),
    Row("9517", &[500], Transient, Network, "Cloudflare couldn't process the image", TRY_AGAIN),
    Row("9518", &[502], Transient, Network, "The original's server returned a bad response", TRY_AGAIN),
    Row("9519", &[400], Image, Other, "The original's server refused to send it", "It returned HTTP 400. Check that the original opens in a browser."),
    Row("9519", &[502], Transient, Network, "The original's server returned a bad response", TRY_AGAIN),
    Row("9520", &[415], Image, Other, "The original's format isn't supported", CHECK_ORIGINAL),
    Row("9522", &[503, 504], Transient, Network, "Cloudflare's data centre is busy", TRY_AGAIN),
    Row("9523", &[422], Image, Other, "The original is incomplete or can't be decoded", CHECK_ORIGINAL),
    Row("9523", &[500], Transient, Network, "Cloudflare couldn't process the image", TRY_AGAIN),
    Row("9524", &[500], Transient, Network, "Cloudflare couldn't process the image", TRY_AGAIN),
    Row("9527", &[503, 504], Transient, Network, "Cloudflare's data centre is busy", TRY_AGAIN),
    Row("9528", &[502], Transient, Network, "The original's server returned a bad response", TRY_AGAIN),
    Row("9529", &[503, 504], Transient, Network, "Cloudflare's data centre is busy", TRY_AGAIN),
];

impl DeliveryRefusal {
    /// Interprets a status and an optional code.
    pub fn new(status: u16, code: Option<&str>) -> Self {
        if let Some(known) = code.and_then(|code| Self::from_code(code, status)) {
            return known;
        }
        let (fault, kind) = match status {
            408 | 429 | 500.. => (Transient, Network),
            401 | 403 if code.is_none() => (Access, Credentials),
            404 | 410 => (Request, NotFound),
            _ => (Fault::Unknown, Other),
        };
        Self { fault, kind, words: None }
    }

    /// `None` if the code is unknown, or cannot come with such a status.
    pub fn from_code(code: &str, status: u16) -> Option<Self> {
        let rows = || TABLE.iter().filter(|Row(known, ..)| *known == code);
        let is_exact = |row: &&Row| row.1.contains(&status);
        let row = rows().find(is_exact).or_else(|| rows().find(|row| row.covers(status)))?;
        let Row(_, _, fault, kind, what, hint) = *row;
        Some(Self { fault, kind, words: Some((what, hint)) })
    }

    /// Whether the host denied access for lack of a valid signature.
    pub fn is_access(self) -> bool {
        self.fault == Access
    }
}

/// That flexible variants are off, and what to do: the sentences for [`FLEXIBLE_IS_OFF`].
pub fn flexible_is_off() -> String {
    let words = DeliveryRefusal::from_code(FLEXIBLE_IS_OFF, 403).and_then(|refusal| refusal.words);
    words.map(|(what, hint)| format!("{what}. {hint}")).unwrap_or_default()
}

impl Row {
    /// Whether an undocumented status may belong to this row.
    fn covers(&self, status: u16) -> bool {
        let Self(code, statuses, fault, ..) = self;
        match status {
            // The request was served, so access was not denied, whatever the code says.
            200..400 => *fault != Access,
            408 | 429 => false,
            // Only 413 means that the file is too large.
            400..500 => *code != "9402" && statuses.iter().any(|known| *known < 500),
            _ => statuses.iter().any(|known| *known >= 500) && *fault == Transient,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, code: &str) -> (Fault, FailureKind) {
        let refusal = DeliveryRefusal::new(status, Some(code));
        (refusal.fault, refusal.kind)
    }

    #[test]
    fn status_decides_between_meanings_of_a_code() {
        assert_eq!(of(502, "9402"), (Transient, Network));
        assert_eq!(of(413, "9402"), (Image, Other));
        assert_eq!(of(508, "9403"), (Request, Usage));
        for code in ["9516", "9519", "9520", "9523"] {
            for status in [400, 415, 422] {
                assert_eq!(of(status, code), (Image, Other), "{code} {status}");
            }
        }
        for code in ["9516", "9517", "9519", "9523", "9524"] {
            for status in [500, 502, 503] {
                assert_eq!(of(status, code), (Transient, Network), "{code} {status}");
            }
        }
    }

    #[test]
    fn only_9425_and_bare_401_403_are_about_access() {
        for code in (9400..=9600).chain([1020, 5403, 10000]).map(|code: u32| code.to_string()) {
            for status in [200, 400, 401, 403, 404, 415, 422, 429, 500, 503, 523] {
                let expected = code == "9425" && matches!(status, 400..500) && status != 429;
                assert_eq!(
                    DeliveryRefusal::new(status, Some(&code)).is_access(),
                    expected,
                    "{code} with {status}"
                );
            }
        }
        for status in 100..=999 {
            let refusal = DeliveryRefusal::new(status, None);
            assert_eq!(refusal.is_access(), matches!(status, 401 | 403), "{status}");
        }
    }

    #[test]
    fn transient_fault_is_always_network_failure() {
        for Row(code, _, fault, kind, what, hint) in TABLE {
            assert_eq!(*fault == Transient, *kind == Network, "{code}");
            assert!(!what.ends_with('.') && hint.ends_with('.'), "{code}");
        }
    }

    #[test]
    fn code_contradicting_its_status_is_ignored() {
        assert_eq!(of(503, "9425"), (Transient, Network));
        assert_eq!(of(429, "9425"), (Transient, Network));
        assert_eq!(of(403, "9522"), (Fault::Unknown, Other));
        assert_eq!(of(404, "9402"), (Request, NotFound));
        assert_eq!(of(200, "9412"), (Image, Other));
    }
}
