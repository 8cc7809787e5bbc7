//! Compares what a delivery host did with an image's signed and plain URLs to what it should do.

use std::fmt;

use super::{Access, Failure};

/// What a delivery host did with a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It delivers, with this HTTP status.
    Opens(u16),
    /// It denies access, with this HTTP status.
    Refused(u16, Failure),
    /// Neither: the response says nothing about access.
    Failed(Failure),
}

/// What is known about a variant's access after its URLs were tried.
#[derive(Debug, Clone, Copy)]
pub struct Verification<'a> {
    pub access: Access,
    /// Whether the variant never needs a signature.
    pub always_public: bool,
    /// `None` if no signed URL was tried.
    pub signed: Option<&'a Reply>,
    /// Why no signed URL was tried, if one was wanted.
    pub not_signed: Option<&'a str>,
    /// `None` if the plain URL was not tried.
    pub plain: Option<&'a Reply>,
}

/// The result for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether every URL could be tried, and did what the flag says.
    pub is_expected: bool,
    /// What each URL did, without a full stop: `signed URL opens (200); plain URL refused (403)`.
    pub summary: String,
    /// What that means and what to do, in sentences. May be empty.
    pub advice: String,
}

/// What the user should know beyond the summary.
#[derive(Debug, PartialEq)]
enum Advice<'a> {
    Failure(&'a Failure),
    /// The plain URL opens, although the flag says that the image needs a signature.
    OpensWithoutSignature,
    /// The plain URL is refused, although the variant never requires a signature.
    VariantRefused,
    /// The plain URL is refused, although the flag says that the image is public.
    ImageRefused,
    /// Why no signed URL was tried.
    NotSigned(&'a str),
}

impl Verification<'_> {
    pub fn finding(&self) -> Finding {
        let urls = [("signed URL", self.signed), ("plain URL", self.plain)];
        let words = urls.into_iter().filter_map(|(url, reply)| Some(format!("{url} {}", reply?.describe())));
        let summary = words.collect::<Vec<_>>().join("; ");
        let advice: Vec<String> = self.advice().iter().map(ToString::to_string).collect();
        let is_expected = advice.is_empty();
        let no_signature_needed = self.signed.is_none() && opens(self.plain) && is_expected;
        let note = match self.access {
            _ if !no_signature_needed => "",
            _ if self.always_public => "; this variant is always public",
            Access::Public => "; no signature needed",
            Access::Signed | Access::Unknown => "",
        };
        Finding { is_expected, summary: format!("{summary}{note}"), advice: advice.join(" ") }
    }

    fn advice(&self) -> Vec<Advice<'_>> {
        let needs_signature = self.access == Access::Signed && !self.always_public;
        let mut advice: Vec<Advice> = Vec::new();
        for reply in [self.signed, self.plain].into_iter().flatten() {
            let Reply::Failed(failure) = reply else { continue };
            if advice.iter().all(|other| other.to_string() != failure.to_string()) {
                advice.push(Advice::Failure(failure));
            }
        }
        if let Some(Reply::Refused(_, failure)) = self.signed {
            advice.push(Advice::Failure(failure));
        }
        if needs_signature && opens(self.plain) {
            advice.push(Advice::OpensWithoutSignature);
        }
        if refused(self.plain) && self.always_public {
            advice.push(Advice::VariantRefused);
        } else if refused(self.plain) && self.access == Access::Public {
            advice.push(Advice::ImageRefused);
        }
        advice.extend(self.not_signed.map(Advice::NotSigned));
        advice
    }
}

fn opens(reply: Option<&Reply>) -> bool {
    matches!(reply, Some(Reply::Opens(_)))
}

fn refused(reply: Option<&Reply>) -> bool {
    matches!(reply, Some(Reply::Refused(..)))
}

impl fmt::Display for Advice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failure(failure) => write!(f, "{failure}"),
            Self::OpensWithoutSignature => f.write_str(
                "The image needs signed URLs, but its plain URL works. A change can take minutes to reach \
                 all servers; if this continues, purge the zone's cache.",
            ),
            Self::VariantRefused => f.write_str(
                "This variant is always public, but its plain URL was refused. Check the zone's rules.",
            ),
            Self::ImageRefused => f.write_str(
                "The image is public, but its plain URL was refused. A change can take minutes to reach all \
                 servers; if this continues, check the zone's rules.",
            ),
            Self::NotSigned(why) => write!(f, "No signed URL was tried: {why}"),
        }
    }
}

impl Reply {
    fn describe(&self) -> String {
        match self {
            Self::Opens(status) => format!("opens ({status})"),
            Self::Refused(status, _) => format!("refused ({status})"),
            Self::Failed(_) => "couldn't be verified".to_owned(),
        }
    }

    /// Why it does not open. `None` if it does.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Opens(_) => None,
            Self::Refused(_, failure) | Self::Failed(failure) => Some(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FailureKind;

    fn denied() -> Failure {
        Failure::new(FailureKind::Credentials, "Denied", "Sign it.")
    }

    fn quota() -> Failure {
        Failure::new(FailureKind::Other, "Quota used up", "Look at the plan.")
    }

    fn check(
        access: Access,
        always_public: bool,
        [signed, plain]: [Option<Reply>; 2],
        not_signed: Option<&str>,
        advice: &[Advice],
    ) {
        let (signed, plain) = (signed.as_ref(), plain.as_ref());
        let verification = Verification { access, always_public, signed, not_signed, plain };
        assert_eq!(verification.advice(), advice, "{verification:?}");
        let finding = verification.finding();
        assert_eq!(finding.is_expected, advice.is_empty(), "{verification:?}");
        assert_eq!(finding.advice.is_empty(), advice.is_empty(), "{verification:?}");
        let statuses = |text: &str| text.matches(|c: char| c.is_ascii_digit()).collect::<String>();
        let replies: String = [signed, plain].into_iter().flatten().map(Reply::describe).collect();
        assert_eq!(statuses(&finding.summary), statuses(&replies), "{}", finding.summary);
    }

    #[test]
    fn results_that_match_the_flag_are_expected() {
        let opens = || Some(Reply::Opens(200));
        let refused = || Some(Reply::Refused(403, denied()));
        for (access, always, replies) in [
            (Access::Signed, false, [opens(), refused()]),
            (Access::Public, false, [None, opens()]),
            (Access::Signed, true, [None, opens()]),
            (Access::Unknown, false, [opens(), refused()]),
            (Access::Unknown, false, [opens(), opens()]),
        ] {
            check(access, always, replies, None, &[]);
        }
    }

    #[test]
    fn results_that_contradict_the_flag_are_reported() {
        let opens = || Some(Reply::Opens(200));
        let refused = || Some(Reply::Refused(403, denied()));
        let failed = || Some(Reply::Failed(quota()));
        let (denied, quota) = (denied(), quota());
        for (access, always, replies, advice) in [
            (Access::Signed, false, [opens(), opens()], Advice::OpensWithoutSignature),
            (Access::Signed, false, [None, opens()], Advice::OpensWithoutSignature),
            (Access::Signed, false, [refused(), refused()], Advice::Failure(&denied)),
            (Access::Signed, false, [opens(), failed()], Advice::Failure(&quota)),
            (Access::Signed, false, [failed(), failed()], Advice::Failure(&quota)),
            (Access::Signed, true, [None, refused()], Advice::VariantRefused),
            (Access::Public, false, [None, refused()], Advice::ImageRefused),
            (Access::Public, false, [None, failed()], Advice::Failure(&quota)),
        ] {
            check(access, always, replies, None, &[advice]);
        }
    }

    #[test]
    fn missing_signed_url_has_its_reason() {
        let refused = Some(Reply::Refused(403, denied()));
        check(Access::Signed, false, [None, refused], Some("No key."), &[Advice::NotSigned("No key.")]);
    }
}
