//! The variant of an image that a command acts on: one of its own, or the flexible one that options ask for.

use super::console::Errors;
use crate::domain::signing::is_flexible;
use crate::domain::{DeliveryUrl, Failure, FailureKind, Flexible, Image, Variant};

/// The variant that is named, be it by options such as `w=400`; without a name that of the settings, where the image has
/// it, and else the one to start with.
pub(super) fn chosen(
    image: &Image,
    named: Option<&str>,
    preferred: Option<&str>,
    errors: &Errors,
) -> Result<Variant, Failure> {
    // The settings' variant need not be every image's.
    let named =
        named.or_else(|| preferred.filter(|name| is_flexible(name) || image.variant(Some(name)).is_ok()));
    let Some(options) = named.filter(|name| is_flexible(name)) else {
        return image.variant(named).cloned().map_err(|none| none.failure(image));
    };
    let of = image.variant(None).map_err(|none| none.failure(image))?;
    let url = flexible(options, &of.url, errors)?;
    Ok(Variant { name: url.variant().to_owned(), url })
}

/// The URL of a flexible variant, its options checked.
fn flexible(options: &str, of: &DeliveryUrl, errors: &Errors) -> Result<DeliveryUrl, Failure> {
    let usage = |mend: String| Failure::new(FailureKind::Usage, "This is no flexible variant", mend);
    let options = Flexible::parse(options).map_err(|why| usage(format!("{why}.")))?;
    for note in options.notes() {
        errors.warning_once(&format!("{note}."));
    }
    options.url(of).map_err(|why| usage(format!("The URL could not be read: {why}.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::console::tests::Heard;

    #[test]
    fn the_one_named_the_settings_or_the_one_to_start_with() {
        let url = |variant: &str| format!("\"https://imagedelivery.net/H/a/{variant}\"");
        let raw = format!(r#"{{"id":"a","variants":[{},{}]}}"#, url("hero"), url("public"));
        let image = Image::read(&raw).unwrap();
        let (heard, errors) = Heard::new();
        let name = |named, preferred| {
            chosen(&image, named, preferred, &errors)
                .map(|variant| variant.name)
                .map_err(|failure| (failure.kind, failure.what))
        };
        for (named, preferred, meant) in [
            (None, None, "public"),
            (None, Some("hero"), "hero"),
            (None, Some("another"), "public"),
            (None, Some("w=4"), "w=4"),
            (Some("hero"), Some("w=4"), "hero"),
            (Some("fit=pad,width=4"), None, "w=4,fit=pad"),
        ] {
            assert_eq!(name(named, preferred).as_deref(), Ok(meant), "{named:?} {preferred:?}");
        }
        assert_eq!(name(Some("another"), None).unwrap_err().0, FailureKind::NotFound);
        assert_eq!(name(Some("wid=4"), None).unwrap_err().0, FailureKind::Usage);
        assert_eq!(heard.text(), "");
        for _ in 0..2 {
            assert!(name(Some("fit=pad"), None).is_ok());
        }
        assert_eq!(heard.text().lines().count(), 1, "said once of many images: {}", heard.text());
    }
}
