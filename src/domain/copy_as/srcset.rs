//! Which variants belong in a `srcset`. A browser may show any of them, so all must show the same part of the picture.

use crate::domain::{Flexible, Variant, VariantOptions};

/// The variants that show the same part of the picture as the selected one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SrcsetCandidates<'a> {
    /// In the image's order.
    pub variants: Vec<&'a Variant>,
    /// How many variants show something else. `None` if it is unknown what the selected one shows; then all variants
    /// are candidates.
    pub left_out: Option<usize>,
}

impl<'a> SrcsetCandidates<'a> {
    /// Selects among `variants`. `selected` is a variant's name or the options of a flexible variant.
    pub fn for_variant(selected: &str, variants: &'a [Variant], options: &[VariantOptions]) -> Self {
        let Some(wanted) = ResizeShape::from_options(selected, options) else {
            return Self { variants: variants.iter().collect(), left_out: None };
        };
        let is_candidate = |variant: &&Variant| {
            ResizeShape::from_options(&variant.name, options)
                .is_some_and(|shape| shape.has_same_shape(&wanted))
        };
        let matching: Vec<_> = variants.iter().filter(is_candidate).collect();
        Self { left_out: Some(variants.len() - matching.len()), variants: matching }
    }

    /// What is left out, as a clause. `None` if nothing is.
    pub fn describe(&self) -> Option<String> {
        match self.left_out {
            Some(0) => None,
            Some(1) => Some("left out 1 variant with a different aspect ratio".to_owned()),
            Some(count) => Some(format!("left out {count} variants with a different aspect ratio")),
            None => Some("aspect ratios are unknown and may differ".to_owned()),
        }
    }
}

/// Which part of a picture a variant shows.
enum ResizeShape {
    /// All of it, in its own aspect ratio.
    Own,
    /// What fits a box: the `fit` mode, width and height.
    Box(String, u32, u32),
}

impl ResizeShape {
    fn from_options(variant: &str, options: &[VariantOptions]) -> Option<Self> {
        if let Some(options) = options.iter().find(|options| options.name == variant) {
            return Self::read(options.fit.as_deref()?, options.width.as_deref(), options.height.as_deref());
        }
        let flexible = Flexible::of_url(variant).ok().filter(Flexible::is_understood)?;
        // Cloudflare's default.
        let fit = flexible.get("fit").unwrap_or("scale-down");
        Self::read(fit, flexible.get("width"), flexible.get("height"))
    }

    fn read(fit: &str, width: Option<&str>, height: Option<&str>) -> Option<Self> {
        if matches!(fit, "scale-down" | "contain") {
            return Some(Self::Own);
        }
        let pixels = |side: Option<&str>| side?.parse().ok().filter(|pixels| *pixels > 0);
        Some(Self::Box(fit.to_owned(), pixels(width)?, pixels(height)?))
    }

    /// Whether both have the same aspect ratio, to the pixel: 1366×768 and 320×180 do.
    fn has_same_shape(&self, other: &Self) -> bool {
        let (fits, [a, b]) = match (self, other) {
            (Self::Own, Self::Own) => return true,
            (Self::Box(fit, w, h), Self::Box(other, width, height)) => {
                (fit == other, [(u64::from(*w), u64::from(*h)), (u64::from(*width), u64::from(*height))])
            }
            _ => return false,
        };
        let (large, small) = if a >= b { (a, b) } else { (b, a) };
        let off = (large.0 * small.1).abs_diff(large.1 * small.0);
        fits && (2 * off <= large.0 || 2 * off <= large.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Image;

    fn options(all: &[(&str, &str)]) -> Vec<VariantOptions> {
        let read = |(name, options): &(&str, &str)| {
            let (fit, size) = options.split_once(' ').unwrap_or((options, ""));
            let (width, height) = size.split_once('x').unwrap_or(("null", "null"));
            let raw = format!(r#"{{"options":{{"fit":"{fit}","width":{width},"height":{height}}}}}"#);
            VariantOptions::read(name, &raw)
        };
        all.iter().map(read).collect()
    }

    fn candidates_of(selected: &str, account: &[(&str, &str)]) -> (Vec<String>, Option<usize>) {
        let urls: Vec<_> =
            account.iter().map(|(name, _)| format!("\"https://imagedelivery.net/H/a/{name}\"")).collect();
        let image = Image::read(&format!(r#"{{"id":"a","variants":[{}]}}"#, urls.join(","))).unwrap();
        let known: Vec<_> = account.iter().filter(|(_, options)| !options.is_empty()).copied().collect();
        let options = options(&known);
        let SrcsetCandidates { variants, left_out } =
            SrcsetCandidates::for_variant(selected, &image.variants, &options);
        (variants.into_iter().map(|variant| variant.name.clone()).collect(), left_out)
    }

    const ACCOUNT: [(&str, &str); 9] = [
        ("all", "scale-down 200x200"),
        ("box", "contain 1366x768"),
        ("hero", "cover 1366x768"),
        ("half", "cover 320x180"),
        ("near", "cover 320x178"),
        ("padded", "pad 1366x768"),
        ("cropped", "crop 1366x768"),
        ("wide", "cover 400xnull"),
        ("unknown", ""),
    ];

    #[test]
    fn candidates_show_the_same_part() {
        for (selected, names, left_out) in [
            ("all", &["all", "box"][..], 7),
            ("box", &["all", "box"], 7),
            ("hero", &["half", "hero"], 7),
            ("half", &["half", "hero"], 7),
            ("near", &["near"], 8),
            ("padded", &["padded"], 8),
            ("cropped", &["cropped"], 8),
            ("w=9", &["all", "box"], 7),
            ("fit=cover,w=683,h=384", &["half", "hero"], 7),
        ] {
            let names = names.iter().map(ToString::to_string).collect();
            assert_eq!(candidates_of(selected, &ACCOUNT), (names, Some(left_out)), "{selected}");
        }
    }

    #[test]
    fn aspect_ratio_is_rounded_to_smaller_box() {
        let account = [
            ("hero", "cover 1366x768"),
            ("tiny", "cover 100x56"),
            ("tall", "cover 200x1000"),
            ("slim", "cover 21x103"),
            ("other", "cover 22x103"),
        ];
        for (selected, other) in [("hero", "tiny"), ("tiny", "hero"), ("tall", "slim"), ("slim", "tall")] {
            let (mut names, left_out) = candidates_of(selected, &account);
            names.retain(|name| name != selected);
            assert_eq!((names, left_out), (vec![other.to_owned()], Some(3)), "{selected}");
        }
    }

    #[test]
    fn box_with_zero_side_has_unknown_shape() {
        for empty in ["cover 0x100", "cover 100x0"] {
            assert_eq!(candidates_of("empty", &[("empty", empty), ("hero", "cover 9x9")]).1, None, "{empty}");
        }
    }

    #[test]
    fn unknown_shape_takes_all_variants() {
        for selected in ["unknown", "wide", "gone", "fit=cover,w=9"] {
            let (names, left_out) = candidates_of(selected, &ACCOUNT);
            assert_eq!((names.len(), left_out), (9, None), "{selected}");
        }
    }

    #[test]
    fn describe_counts_left_out_variants() {
        let words = |left_out| SrcsetCandidates { variants: vec![], left_out }.describe();
        assert_eq!(words(Some(0)), None);
        assert!(words(Some(1)).is_some_and(|words| words.contains('1')));
        assert!(words(Some(2)).is_some_and(|words| words.contains('2')));
        assert!(words(None).is_some());
    }
}
