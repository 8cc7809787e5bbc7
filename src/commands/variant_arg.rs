//! Which variant a command uses: one of the image's own, or a flexible one given by options.

use super::console::Errors;
use crate::domain::signing::is_flexible;
use crate::domain::{Failure, Flexible, Image, Variant};

/// The variant that is `typed` as an argument, else the one in the `pasted` URL, else the `preferred` one of
/// the settings if the image has it, else the image's default. A name may be options such as `w=400`.
pub(super) fn variant_arg(
    image: &Image,
    typed: Option<&str>,
    pasted: Option<&str>,
    preferred: Option<&str>,
    errors: &Errors,
) -> Result<Variant, Failure> {
    // The settings apply to every image, and not every image has that variant.
    let named = typed
        .or(pasted)
        .or_else(|| preferred.filter(|name| is_flexible(name) || image.variant(Some(name)).is_ok()));
    let is_named = |name: &str| image.variants.iter().any(|variant| variant.name == name);
    let Some(options) = named.filter(|name| is_flexible(name) && !is_named(name)) else {
        return image.variant(named).cloned().map_err(|none| none.failure(image));
    };
    let base = image.variant(None).map_err(|none| none.failure(image))?;
    let read = if typed.is_none() && pasted.is_some() { Flexible::of_url } else { Flexible::parse };
    let usage = |hint: String| Failure::usage("Not a valid flexible variant", hint);
    let options = read(options).map_err(|why| usage(format!("{why}.")))?;
    for note in options.notes() {
        errors.warning_once(&format!("{note}."));
    }
    let url = options.url(&base.url).map_err(|why| usage(format!("The URL would be invalid: {why}.")))?;
    Ok(Variant { name: url.variant().to_owned(), url })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::console::tests::Captured;
    use crate::domain::FailureKind;

    #[test]
    fn typed_variant_precedes_pasted_and_preferred_ones() {
        let url = |variant: &str| format!("\"https://imagedelivery.net/H/a/{variant}\"");
        let raw = format!(r#"{{"id":"a","variants":[{},{}]}}"#, url("hero"), url("public"));
        let image = Image::read(&raw).unwrap();
        let (captured, errors) = Captured::new();
        let name = |named, preferred| {
            variant_arg(&image, named, None, preferred, &errors)
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
        assert_eq!(name(Some("w=0"), None).unwrap_err().0, FailureKind::Usage);
        assert_eq!(captured.text(), "");
        for _ in 0..2 {
            assert!(name(Some("fit=pad"), None).is_ok());
        }
        assert_eq!(captured.text().lines().count(), 1, "warned once for many images: {}", captured.text());
        assert_eq!(name(Some("wid=4"), None).as_deref(), Ok("wid=4"));
        assert_eq!(
            captured.text().lines().skip(1).filter(|line| line.contains("wid")).count(),
            1,
            "{}",
            captured.text()
        );
        let pasted = |variant| {
            variant_arg(&image, None, Some(variant), Some("w=4"), &errors).map(|variant| variant.name)
        };
        assert_eq!(pasted("w=0,new=1").as_deref().ok(), Some("w=0,new=1"), "a URL's options are not refused");
        assert_eq!(pasted("hero").as_deref().ok(), Some("hero"));
    }

    #[test]
    fn variant_name_with_equals_sign_is_not_options() {
        let raw = r#"{"id":"a","variants":["https://imagedelivery.net/H/a/x=1","https://imagedelivery.net/H/a/public"]}"#;
        let image = Image::read(raw).unwrap();
        let (captured, errors) = Captured::new();
        let variant = variant_arg(&image, Some("x=1"), None, None, &errors).unwrap();
        assert_eq!(
            (variant.url.as_str(), captured.text()),
            ("https://imagedelivery.net/H/a/x=1", String::new())
        );
    }
}
