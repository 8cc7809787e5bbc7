//! Compares what a delivery host did with an image's signed and plain URLs to what it should do.

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

impl Verification<'_> {
    pub fn finding(&self) -> Finding {
        let urls = [("signed URL", self.signed), ("plain URL", self.plain)];
        let words = urls.into_iter().filter_map(|(url, reply)| Some(format!("{url} {}", reply?.describe())));
        let summary = words.collect::<Vec<_>>().join("; ");
        let needs_signature = self.access == Access::Signed && !self.always_public;
        let opens = |reply: Option<&Reply>| matches!(reply, Some(Reply::Opens(_)));
        let refused = |reply: Option<&Reply>| matches!(reply, Some(Reply::Refused(..)));

        let mut advice: Vec<String> = Vec::new();
        for reply in [self.signed, self.plain].into_iter().flatten() {
            let Reply::Failed(failure) = reply else { continue };
            let words = failure.to_string();
            if !advice.contains(&words) {
                advice.push(words);
            }
        }
        if let Some(Reply::Refused(_, failure)) = self.signed {
            advice.push(failure.to_string());
        }
        if needs_signature && opens(self.plain) {
            advice.push(
                "The image is flagged as requiring signed URLs, yet anybody can open it. A change takes minutes to \
                 reach everywhere; if it stays so, purge the zone's cache."
                    .to_owned(),
            );
        }
        if refused(self.plain) && self.always_public {
            advice.push(
                "This variant is set never to require a signature, yet it is refused without one.".to_owned(),
            );
        } else if refused(self.plain) && self.access == Access::Public {
            advice.push(
                "The image is not flagged as requiring signed URLs. A change takes minutes to reach everywhere; if it \
                 stays so, a rule of the zone may deny access."
                    .to_owned(),
            );
        }
        if let Some(why) = self.not_signed {
            advice.push(format!("No signed URL was tried: {why}"));
        }
        let is_expected = advice.is_empty();
        let no_signature_needed = self.signed.is_none() && opens(self.plain) && is_expected;
        let note = match self.access {
            _ if !no_signature_needed => "",
            _ if self.always_public => "; this variant never requires a signature",
            Access::Public => "; no signature is required",
            Access::Signed | Access::Unknown => "",
        };
        Finding { is_expected, summary: format!("{summary}{note}"), advice: advice.join(" ") }
    }
}

impl Reply {
    fn describe(&self) -> String {
        match self {
            Self::Opens(status) => format!("opens ({status})"),
            Self::Refused(status, _) => format!("refused ({status})"),
            Self::Failed(_) => "could not be verified".to_owned(),
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

    fn refused() -> Reply {
        Reply::Refused(403, Failure::new(FailureKind::Credentials, "Denied", "Sign it."))
    }

    fn failed() -> Reply {
        Reply::Failed(Failure::new(FailureKind::Other, "Quota used up", "Look at the plan."))
    }

    fn finding(
        access: Access,
        always_public: bool,
        signed: Option<&Reply>,
        plain: Option<&Reply>,
    ) -> (bool, String, String) {
        let finding = Verification { access, always_public, signed, not_signed: None, plain }.finding();
        (finding.is_expected, finding.summary, finding.advice)
    }

    #[test]
    fn results_that_match_the_flag_are_expected() {
        let opens = || Some(Reply::Opens(200));
        for (access, always, signed, plain, summary) in [
            (
                Access::Signed,
                false,
                opens(),
                Some(refused()),
                "signed URL opens (200); plain URL refused (403)",
            ),
            (Access::Public, false, None, opens(), "plain URL opens (200); no signature is required"),
            (
                Access::Signed,
                true,
                None,
                opens(),
                "plain URL opens (200); this variant never requires a signature",
            ),
            (
                Access::Unknown,
                false,
                opens(),
                Some(refused()),
                "signed URL opens (200); plain URL refused (403)",
            ),
            (Access::Unknown, false, opens(), opens(), "signed URL opens (200); plain URL opens (200)"),
        ] {
            assert_eq!(
                finding(access, always, signed.as_ref(), plain.as_ref()),
                (true, summary.to_owned(), String::new())
            );
        }
    }

    #[test]
    fn results_that_contradict_the_flag_are_reported() {
        let opens = || Some(Reply::Opens(200));
        for (access, always, signed, plain, summary) in [
            (Access::Signed, false, opens(), opens(), "signed URL opens (200); plain URL opens (200)"),
            (Access::Signed, false, None, opens(), "plain URL opens (200)"),
            (
                Access::Signed,
                false,
                Some(refused()),
                Some(refused()),
                "signed URL refused (403); plain URL refused (403)",
            ),
            (
                Access::Signed,
                false,
                opens(),
                Some(failed()),
                "signed URL opens (200); plain URL could not be verified",
            ),
            (
                Access::Signed,
                false,
                Some(failed()),
                Some(failed()),
                "signed URL could not be verified; plain URL could not be verified",
            ),
            (Access::Signed, true, None, Some(refused()), "plain URL refused (403)"),
            (Access::Public, false, None, Some(refused()), "plain URL refused (403)"),
            (Access::Public, false, None, Some(failed()), "plain URL could not be verified"),
        ] {
            let (is_expected, words, advice) = finding(access, always, signed.as_ref(), plain.as_ref());
            assert_eq!((is_expected, &*words), (false, summary));
            assert!(!advice.is_empty(), "{summary}");
            assert!(advice.matches("Quota used up").count() <= 1, "{advice}");
        }
    }

    #[test]
    fn missing_signed_url_has_its_reason() {
        let plain = refused();
        let finding = Verification {
            access: Access::Signed,
            always_public: false,
            signed: None,
            not_signed: Some("No key."),
            plain: Some(&plain),
        }
        .finding();
        assert_eq!((finding.is_expected, &*finding.summary), (false, "plain URL refused (403)"));
        assert_eq!(finding.advice, "No signed URL was tried: No key.");
    }
}
