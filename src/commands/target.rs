//! The one URL that `url`, `open` and `copy` act on.

use super::account::Account;
use super::arguments::Target;
use super::console::Errors;
use super::references::{self, Input};
use crate::domain::{Access, Failure, FailureKind, Plain, url_text};

/// The plain URL of the variant that was asked for. That of a private image is given only where `--unsigned` asks for it:
/// it answers 403.
pub(super) async fn url<A: Account>(
    target: &Target,
    input: Input,
    connect: impl FnOnce() -> Result<A, Failure>,
    errors: &Errors,
) -> Result<String, Failure> {
    let reference = references::one(&target.image, input)?;
    let account = connect()?;
    let image = account.image(&reference).await?;
    let wanted = target.variant.as_deref().or(reference.variant.as_deref());
    let variant = image.variant(wanted).map_err(|none| none.failure(&image))?;
    let mut options = Vec::new();
    if image.access == Access::Signed {
        // Only they tell that a variant is public all the same; without them none is taken to be.
        match account.variant_options().await {
            Ok(read) => options = read,
            Err(failure) => {
                errors
                    .warning(&format!("Whether this variant never needs a signature is unknown: {failure}"));
            }
        }
    }
    match image.plain(&variant.name, &options) {
        Plain::Works => {}
        Plain::Unsure => errors.warning(
            "The API does not say whether this image needs signed URLs; if it does, this URL answers 403.",
        ),
        Plain::Forbidden if target.unsigned => {
            errors.warning("This image needs signed URLs, and this one is not signed: it answers 403.");
        }
        Plain::Forbidden => {
            return Err(Failure::new(
                FailureKind::Other,
                "This image needs signed URLs",
                "Its plain URL answers 403, and cfimg cannot sign yet: add --unsigned to take the plain URL all the same.",
            ));
        }
    }
    Ok(url_text::usable(variant.url.as_str()).into_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::{Heard, run};
    use crate::domain::VariantOptions;

    fn account() -> Scripted {
        let image = |id: &str, rest: &str| {
            let url = |variant: &str| format!("\"https://imagedelivery.net/H/{id}/{variant}\"");
            format!(
                r#"{{"id":"{id}","variants":[{},{},{}]{rest}}}"#,
                url("zoom"),
                url("public"),
                url("avatar")
            )
        };
        let images = [
            image("open", r#","requireSignedURLs":false"#),
            image("a b", r#","requireSignedURLs":false"#),
            image("closed", r#","requireSignedURLs":true"#),
            image("odd", ""),
            image("draft", r#","draft":true"#),
            r#"{"id":"bare"}"#.to_owned(),
        ];
        let avatar = VariantOptions::read("avatar", r#"{"neverRequireSignedURLs":true}"#);
        let images: Vec<&str> = images.iter().map(String::as_str).collect();
        Scripted { options: Some(vec![avatar]), ..Scripted::with(&images) }
    }

    fn asked(
        image: &str,
        variant: Option<&str>,
        unsigned: bool,
    ) -> (Result<String, (FailureKind, String)>, String) {
        let target = Target { image: image.to_owned(), variant: variant.map(str::to_owned), unsigned };
        let (heard, errors) = Heard::new();
        let url = run(url(&target, Box::new(Cursor::new("open\n")), || Ok(account()), &errors));
        (url.map_err(|failure| (failure.kind, failure.to_string())), heard.text())
    }

    #[test]
    fn the_variant_named_pasted_or_public() {
        let pasted = "https://imagedelivery.net/H/open/zoom?sig=1";
        for (image, variant, url) in [
            ("open", None, "https://imagedelivery.net/H/open/public"),
            ("-", Some("avatar"), "https://imagedelivery.net/H/open/avatar"),
            (pasted, None, "https://imagedelivery.net/H/open/zoom"),
            (pasted, Some("avatar"), "https://imagedelivery.net/H/open/avatar"),
            ("a b", None, "https://imagedelivery.net/H/a%20b/public"),
        ] {
            assert_eq!(
                asked(image, variant, false),
                (Ok(url.to_owned()), String::new()),
                "{image} {variant:?}"
            );
        }
    }

    #[test]
    fn a_private_image_is_asked_for_twice() {
        let (url, errors) = asked("closed", None, false);
        let (kind, words) = url.unwrap_err();
        assert_eq!((kind, errors.as_str()), (FailureKind::Other, ""));
        assert!(words.contains("403") && words.contains("--unsigned"), "{words}");
        let (url, errors) = asked("closed", None, true);
        assert_eq!(url.as_deref(), Ok("https://imagedelivery.net/H/closed/public"));
        assert!(errors.contains("warning") && errors.contains("403"), "{errors}");
        let (url, errors) = asked("closed", Some("avatar"), false);
        assert_eq!((url.as_deref(), errors.as_str()), (Ok("https://imagedelivery.net/H/closed/avatar"), ""));
    }

    #[test]
    fn without_the_flag_it_acts_and_warns() {
        let (url, errors) = asked("odd", None, false);
        assert!(url.is_ok() && errors.contains("does not say"), "{errors}");
    }

    #[test]
    fn what_has_no_such_url_says_why() {
        for (image, variant, words) in [
            ("open", Some("w=400"), "No variant “w=400”. open has these: avatar, public, zoom."),
            ("https://imagedelivery.net/H/open/w=400", None, "No variant “w=400”"),
            ("draft", None, "draft"),
            ("bare", None, "no variants"),
            ("gone", None, "not found"),
        ] {
            let (kind, told) = asked(image, variant, true).0.unwrap_err();
            assert_eq!(kind, FailureKind::NotFound, "{told}");
            assert!(told.contains(words), "{told}");
        }
        assert_eq!(asked("..", None, false).0.unwrap_err().0, FailureKind::Usage);
    }
}
