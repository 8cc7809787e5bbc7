//! Chooses the picture that the gallery shows of an image.

use super::delivery_plan::NotSigned;
use super::url_display::percent_encode_for_display;
use super::{Access, DeliveryUrl, Failure, FailureKind, Image, PictureSource, VariantOptions};

/// The most bytes of a thumbnail's file.
pub const MAX_BYTES: u64 = 16 << 20;

/// A variant whose box is more than this many times as wide or as high as needed is not a cheap thumbnail.
const MUCH_TOO_LARGE: u32 = 4;

/// A variant covers a tile if its box has this share of the tile's width and height: pictures are not enlarged, and a
/// slightly smaller one looks as good.
const ENOUGH: (u64, u64) = (7, 8);

/// The sides of a flexible variant are multiples of this many pixels. Each other size would be another URL, which is
/// fetched, and billed, once more.
const FLEXIBLE_STEP: u32 = 64;

/// The picture of an image's tile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    pub source: PictureSource,
    /// The variant's name, or the options of the flexible variant.
    pub variant: String,
}

/// The largest width and height of a variant's picture, in pixels. `u32::MAX` if it has no limit.
type Bounds = (u32, u32);

/// How well a variant serves as a thumbnail. Lesser is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It covers the tile, keeps the aspect ratio, and is not much larger. The number of its pixels.
    Covers(u64),
    /// A flexible variant, hardly larger than the tile.
    Flexible,
    /// It covers the tile, but is much larger.
    Large(u64),
    /// It keeps the aspect ratio, but is smaller than the tile. How many pixels its box lacks.
    Small(u64),
    /// It crops, pads or distorts the picture, or its options are unknown.
    Other,
}

impl Image {
    /// The cheapest picture that is good enough for a tile of `size` pixels: the smallest variant that covers the tile and
    /// keeps the aspect ratio, or a flexible variant if the account has them on. Never the original. `None` if no URL
    /// opens a picture of this image.
    pub fn thumbnail(
        &self,
        size: (u32, u32),
        options: &[VariantOptions],
        is_flexible_on: bool,
    ) -> Option<Thumbnail> {
        if self.draft {
            return None;
        }
        let names = self.variants.iter().map(|variant| &*variant.name);
        let url = |name: &str| {
            self.variants.iter().find(|variant| variant.name == name).map(|variant| variant.url.clone())
        };
        cheapest(names, url, self.access, size, options, is_flexible_on)
    }

    /// Why there is no [`Self::thumbnail`].
    pub fn no_thumbnail(&self, options: &[VariantOptions]) -> Failure {
        let variant = match self.variant(None) {
            Ok(variant) => variant,
            Err(why) => return why.failure(self),
        };
        match PictureSource::of_variant(&variant.url, self.access, options) {
            Err(NotSigned::CustomId) => {
                Failure::other("Private with a custom ID", NotSigned::CustomId.to_string())
            }
            Err(why) => Failure::other("Couldn't sign the URL", why.to_string()),
            Ok(_) => Failure::new(
                FailureKind::NotFound,
                "No variant shows the picture",
                "Add a variant that only resizes, in the dashboard under Images › Variants.",
            )
            .with_short("No variant"),
        }
    }
}

/// The thumbnail of an image with variants of these names. `url` makes the URL of a variant: only few are needed.
pub(super) fn cheapest<'a>(
    names: impl Iterator<Item = &'a str>,
    url: impl Fn(&str) -> Option<DeliveryUrl>,
    access: Access,
    size: (u32, u32),
    options: &[VariantOptions],
    is_flexible_on: bool,
) -> Option<Thumbnail> {
    let mut names = names.peekable();
    let first = *names.peek()?;
    let listed = names.filter_map(|name| Some((rank(name, size, options)?, Some(name))));
    // Flexible variants do not work with images that need signed URLs.
    let flexible = (is_flexible_on && access == Access::Public).then_some((Rank::Flexible, None));
    let mut candidates: Vec<_> = listed.chain(flexible).collect();
    candidates.sort_by_key(|(rank, _)| *rank);
    candidates.into_iter().find_map(|(_, name)| {
        let Some(name) = name else { return flexible_thumbnail(&url(first)?, size) };
        let source = PictureSource::of_variant(&url(name)?, access, options).ok()?;
        Some(Thumbnail { source, variant: name.to_owned() })
    })
}

fn flexible_thumbnail(url: &DeliveryUrl, size: (u32, u32)) -> Option<Thumbnail> {
    let [width, height] = [size.0, size.1].map(|side| side.next_multiple_of(FLEXIBLE_STEP));
    let name = format!("w={width},h={height},fit=scale-down");
    let url = url.of_variant(&name).ok()?;
    let source = PictureSource::Plain(percent_encode_for_display(url.as_str()).into_owned());
    Some(Thumbnail { source, variant: name })
}

/// `None` if the variant changes how the picture looks, such as by blurring it.
fn rank(name: &str, size: (u32, u32), options: &[VariantOptions]) -> Option<Rank> {
    let Some(options) = options.iter().find(|options| options.name == name) else { return Some(Rank::Other) };
    if options.others.iter().any(|(option, _)| option == "blur") {
        return None;
    }
    let Some(bounds) = bounds(options) else { return Some(Rank::Other) };
    let area = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
    let lack = |size: u32, bound: u32| (u64::from(size) * ENOUGH.0 / ENOUGH.1).saturating_sub(bound.into());
    let lacking = lack(size.0, bounds.0) + lack(size.1, bounds.1);
    let is_large =
        bounds.0 > size.0.saturating_mul(MUCH_TOO_LARGE) || bounds.1 > size.1.saturating_mul(MUCH_TOO_LARGE);
    Some(match lacking {
        0 if is_large => Rank::Large(area(bounds)),
        0 => Rank::Covers(area(bounds)),
        lacking => Rank::Small(lacking),
    })
}

/// The box of a variant that keeps the aspect ratio. `None` if it does not, or if that is unknown.
pub(super) fn bounds(options: &VariantOptions) -> Option<Bounds> {
    let keeps = matches!(options.fit.as_deref(), Some("scale-down" | "contain"));
    let side = |side: &Option<String>| match side {
        Some(side) => side.parse().ok(),
        None => Some(u32::MAX),
    };
    keeps.then_some((side(&options.width)?, side(&options.height)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "bc27a117-9509-446b-8c69-c81bfeac0a01";

    fn image(id: &str, signed: bool, variants: &[&str]) -> Image {
        let urls: Vec<String> =
            variants.iter().map(|name| format!("\"https://imagedelivery.net/H/{id}/{name}\"")).collect();
        let raw = format!(r#"{{"id":"{id}","requireSignedURLs":{signed},"variants":[{}]}}"#, urls.join(","));
        Image::read(&raw).unwrap()
    }

    fn options(list: &[(&str, &str, &str)]) -> Vec<VariantOptions> {
        let read = |(name, fit, more): &(&str, &str, &str)| {
            VariantOptions::read(name, &format!(r#"{{"options":{{"fit":"{fit}"{more}}}}}"#))
        };
        list.iter().map(read).collect()
    }

    fn chosen(variants: &[(&str, &str, &str)], flexible: bool) -> String {
        let names: Vec<&str> = variants.iter().map(|(name, ..)| *name).collect();
        let thumbnail = image(UUID, false, &names).thumbnail((200, 150), &options(variants), flexible);
        thumbnail.unwrap().variant
    }

    #[test]
    fn smallest_variant_that_covers_the_tile_is_chosen() {
        let hero = ("hero", "scale-down", r#","width":700,"height":500"#);
        let small = ("small", "contain", r#","width":100,"height":100"#);
        let thumb = ("thumb", "scale-down", r#","width":200,"height":200"#);
        let square = ("square", "cover", r#","width":300,"height":300"#);
        let blurred = ("blurred", "scale-down", r#","width":200,"height":150,"blur":20"#);
        let full = ("full", "scale-down", r#","width":9999,"height":9999"#);
        let wide = ("wide", "scale-down", r#","width":300"#);
        let almost = ("almost", "scale-down", r#","width":180,"height":180"#);
        for (variants, flexible, expected) in [
            (&[hero, small, thumb, square, blurred, full][..], false, "thumb"),
            (&[hero, small, square, blurred, full], true, "hero"),
            (&[small, square, blurred, full], false, "full"),
            (&[small, square, blurred, full], true, "w=256,h=192,fit=scale-down"),
            (&[small, square, blurred], false, "small"),
            (&[square, blurred], false, "square"),
            (&[square, wide], false, "wide"),
            (&[almost, thumb], false, "almost"),
        ] {
            assert_eq!(chosen(variants, flexible), expected, "{variants:?}");
        }
    }

    #[test]
    fn flexible_thumbnail_stays_when_the_size_changes_little() {
        let of = |size| image(UUID, false, &["square"]).thumbnail(size, &[], true);
        assert_eq!(of((193, 129)), of((256, 192)));
        assert_ne!(of((192, 129)), of((193, 129)));
    }

    #[test]
    fn private_image_is_signed_and_not_flexible() {
        let private = image(UUID, true, &["thumb"]);
        let thumbnail = private.thumbnail((200, 150), &[], true).unwrap();
        assert!(matches!(thumbnail.source, PictureSource::Signed { .. }), "{thumbnail:?}");
        assert_eq!(thumbnail.variant, "thumb");
        assert_eq!(image("custom", true, &["thumb"]).thumbnail((200, 150), &[], true), None);
    }

    #[test]
    fn image_without_delivery_has_no_thumbnail() {
        let draft = Image { draft: true, ..image(UUID, false, &["thumb"]) };
        let blurred = options(&[("blurred", "scale-down", r#","blur":20"#)]);
        for (image, options, why) in [
            (image(UUID, false, &[]), vec![], "This image has no variants"),
            (draft, vec![], "This image is a draft"),
            (image("custom", true, &["thumb"]), vec![], "Private with a custom ID"),
            (image(UUID, false, &["blurred"]), blurred, "No variant shows the picture"),
        ] {
            assert_eq!(image.thumbnail((200, 150), &options, false), None);
            assert_eq!(image.no_thumbnail(&options).what, why);
        }
    }
}
