//! Chooses a picture with more pixels than the one that is shown, to zoom into it.

use super::thumbnail::bounds;
use super::{Image, PictureSource, VariantOptions};

/// A picture of the same image with more pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LargerPicture {
    pub source: PictureSource,
    /// The variant's name, or `original`.
    pub name: String,
    /// The most pixels across and down. `None` for the original.
    pub bounds: Option<(u32, u32)>,
}

impl Image {
    /// The next larger picture that shows the same as the variant `of`, whose picture has `size` pixels: the smallest
    /// variant of at least `needed` pixels, or the largest one, or the original. Leaves out the sources that were `tried`.
    /// `None` if the variant crops, pads or changes the picture: a larger one would show something else.
    pub fn larger_picture(
        &self,
        of: &str,
        size: (u32, u32),
        needed: (u32, u32),
        options: &[VariantOptions],
        tried: &[PictureSource],
    ) -> Option<LargerPicture> {
        let of_name = |name: &str| options.iter().find(|options| options.name == name);
        if of_name(of).is_some_and(|options| scaled_box(options, true).is_none()) {
            return None;
        }
        let is_larger = |(width, height): (u32, u32)| width > size.0 && height > size.1;
        let variants = self.variants.iter().filter_map(|variant| {
            let bounds = scaled_box(of_name(&variant.name)?, false).filter(|bounds| is_larger(*bounds))?;
            let source = PictureSource::of_variant(&variant.url, self.access, options).ok()?;
            Some((bounds, LargerPicture { source, name: variant.name.clone(), bounds: Some(bounds) }))
        });
        let untried = variants.filter(|(_, larger)| !tried.contains(&larger.source));
        let lacks = |(width, height): (u32, u32)| {
            u64::from(needed.0.saturating_sub(width)) + u64::from(needed.1.saturating_sub(height))
        };
        let best =
            untried.min_by_key(|(bounds, _)| (lacks(*bounds), u64::from(bounds.0) * u64::from(bounds.1)));
        let original = || {
            let source = PictureSource::Original(self.id.clone());
            (!tried.contains(&source)).then(|| LargerPicture {
                source,
                name: "original".to_owned(),
                bounds: None,
            })
        };
        best.map(|(_, larger)| larger).or_else(original)
    }
}

/// The box of a variant that only scales the picture. `contain` enlarges small pictures, which adds nothing to see.
fn scaled_box(options: &VariantOptions, may_enlarge: bool) -> Option<(u32, u32)> {
    let only_scales =
        options.others.is_empty() && (may_enlarge || options.fit.as_deref() == Some("scale-down"));
    bounds(options).filter(|_| only_scales)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(name: &str, fit: &str, more: &str) -> VariantOptions {
        VariantOptions::read(name, &format!(r#"{{"options":{{"fit":"{fit}"{more}}}}}"#))
    }

    fn account() -> Vec<VariantOptions> {
        vec![
            options("small", "scale-down", r#","width":400,"height":400"#),
            options("large", "scale-down", r#","width":2000,"height":2000"#),
            options("huge", "scale-down", r#","width":9000,"height":9000"#),
            options("enlarged", "contain", r#","width":5000,"height":5000"#),
            options("square", "cover", r#","width":3000,"height":3000"#),
            options("blurred", "scale-down", r#","width":4000,"height":4000,"blur":9"#),
        ]
    }

    fn image(more: &str) -> Image {
        let names = ["small", "large", "huge", "enlarged", "square", "blurred", "other"];
        let urls = names.map(|name| format!("\"https://imagedelivery.net/H/cat/{name}\"")).join(",");
        Image::read(&format!(r#"{{"id":"cat",{more},"variants":[{urls}]}}"#)).unwrap()
    }

    fn larger(of: &str, needed: u32, tried: &[PictureSource]) -> Option<String> {
        let image = image(r#""requireSignedURLs":false"#);
        image.larger_picture(of, (400, 300), (needed, needed), &account(), tried).map(|larger| larger.name)
    }

    #[test]
    fn next_larger_variant_is_chosen_then_the_original() {
        let plain = |name| PictureSource::Plain(format!("https://imagedelivery.net/H/cat/{name}"));
        let original = PictureSource::Original(image(r#""requireSignedURLs":false"#).id);
        assert_eq!(larger("small", 800, &[]).as_deref(), Some("large"));
        assert_eq!(larger("small", 3200, &[]).as_deref(), Some("huge"));
        assert_eq!(larger("small", 800, &[plain("large"), plain("huge")]).as_deref(), Some("original"));
        assert_eq!(larger("small", 800, &[plain("large"), plain("huge"), original]), None);
        assert_eq!(larger("other", 800, &[]).as_deref(), Some("large"), "its options are unknown");
    }

    #[test]
    fn variant_that_changes_the_picture_has_no_larger_one() {
        assert_eq!(larger("square", 9000, &[]), None);
        assert_eq!(larger("blurred", 9000, &[]), None);
        assert_eq!(larger("enlarged", 800, &[]).as_deref(), Some("large"));
    }

    #[test]
    fn private_image_without_signatures_has_only_its_original() {
        let private = image(r#""requireSignedURLs":true"#);
        let larger = private.larger_picture("small", (400, 300), (800, 800), &account(), &[]).unwrap();
        assert_eq!(larger.source, PictureSource::Original(private.id.clone()), "its ID is custom");
    }
}
