//! Encodes images for storage between runs. Decoding does not trust its input, which anyone may have written.
//!
//! The URL templates come first, each once, then the images in order. Numbers are little-endian; a text is its length
//! and its bytes.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::{ImageSummary, UrlTemplate, UrlTemplates};
use crate::domain::Access;

const FILENAME: u8 = 1;
const CREATOR: u8 = 1 << 1;
const UPLOADED: u8 = 1 << 2;
const PUBLIC: u8 = 1 << 3;
const SIGNED: u8 = 1 << 4;

/// The minimum size of a text and of an image in bytes. It limits how many of them can follow.
const MIN_TEXT: usize = 4;
const MIN_IMAGE: usize = 4 + 1 + 3 * 4 + MIN_TEXT;

/// Encodes images. A URL template that is not a plain URL prefix is left out, because it could contain a signature.
pub fn pack<'a>(images: impl IntoIterator<Item = &'a ImageSummary>) -> Vec<u8> {
    let mut url_templates: Vec<&UrlTemplate> = Vec::new();
    let mut numbers = HashMap::new();
    let mut count = 0;
    let mut records = Vec::new();
    for image in images {
        let url_template = image
            .url_template
            .as_deref()
            .filter(|url_template| is_plain(&url_template.prefix, &url_template.names));
        let url_template = url_template.map_or(0, |url_template| {
            *numbers.entry(url_template).or_insert_with(|| {
                url_templates.push(url_template);
                number(url_templates.len())
            })
        });
        records.extend(url_template.to_le_bytes());
        record(image, &mut records);
        count += 1;
    }
    let mut bytes = Vec::with_capacity(records.len() + 256);
    bytes.extend(number(url_templates.len()).to_le_bytes());
    for url_template in url_templates {
        text(&url_template.prefix, &mut bytes);
        bytes.extend(number(url_template.names.len()).to_le_bytes());
        url_template.names.iter().for_each(|name| text(name, &mut bytes));
    }
    bytes.extend(number(count).to_le_bytes());
    bytes.extend(records);
    bytes
}

/// Decodes the output of [`pack`]. `None` if the bytes are invalid.
pub fn unpack(bytes: &[u8], seen: &mut UrlTemplates) -> Option<Vec<ImageSummary>> {
    let mut bytes = Bytes(bytes);
    let mut url_templates = Vec::new();
    for _ in 0..bytes.count(MIN_TEXT + 4)? {
        let (prefix, names) = bytes.url_template()?;
        let url_template =
            UrlTemplate { prefix: prefix.to_owned(), names: names.into_iter().map(str::to_owned).collect() };
        url_templates.push(seen.shared(url_template));
    }
    let count = bytes.count(MIN_IMAGE)?;
    let mut images = Vec::with_capacity(count);
    for _ in 0..count {
        let Record { url_template, flags, uploaded, ends, text } = bytes.record()?;
        let url_template = match url_template.checked_sub(1) {
            None => None,
            Some(at) => Some(Arc::clone(url_templates.get(at as usize)?)),
        };
        images.push(ImageSummary {
            text: text.into(),
            ends,
            has_filename: flags & FILENAME != 0,
            has_creator: flags & CREATOR != 0,
            access: match flags & (PUBLIC | SIGNED) {
                PUBLIC => Access::Public,
                SIGNED => Access::Signed,
                _ => Access::Unknown,
            },
            uploaded,
            url_template,
        });
    }
    bytes.0.is_empty().then_some(images)
}

/// Calls `on_id` with each ID in order, without decoding the images. `None` if the bytes are invalid.
pub fn each_id<'a>(bytes: &'a [u8], mut on_id: impl FnMut(&'a str)) -> Option<()> {
    each_name(bytes, |id, _| {
        on_id(id);
        ControlFlow::Continue(())
    })
}

/// Calls `on_image` with each ID and file name (empty if there is none) in order, without decoding the images, until
/// it breaks. `None` if the bytes are invalid.
pub fn each_name<'a>(
    bytes: &'a [u8],
    mut on_image: impl FnMut(&'a str, &'a str) -> ControlFlow<()>,
) -> Option<()> {
    let mut bytes = Bytes(bytes);
    for _ in 0..bytes.count(MIN_TEXT + 4)? {
        bytes.url_template()?;
    }
    for _ in 0..bytes.count(MIN_IMAGE)? {
        let Record { ends, text, .. } = bytes.record()?;
        let (id, rest) = text.split_at(ends[0] as usize);
        let filename = &rest[..(ends[1] - ends[0]) as usize];
        if on_image(id, filename).is_break() {
            return Some(());
        }
    }
    bytes.0.is_empty().then_some(())
}

/// The variant names in the URL templates. `None` if the bytes are invalid.
pub fn variant_names(bytes: &[u8]) -> Option<Vec<&str>> {
    let mut bytes = Bytes(bytes);
    let mut all = Vec::new();
    for _ in 0..bytes.count(MIN_TEXT + 4)? {
        all.extend(bytes.url_template()?.1);
    }
    Some(all)
}

fn record(image: &ImageSummary, out: &mut Vec<u8>) {
    let flag = |set: bool, flag: u8| if set { flag } else { 0 };
    let access = match image.access {
        Access::Public => PUBLIC,
        Access::Signed => SIGNED,
        Access::Unknown => 0,
    };
    out.push(
        access
            | flag(image.has_filename, FILENAME)
            | flag(image.has_creator, CREATOR)
            | flag(image.uploaded.is_some(), UPLOADED),
    );
    if let Some(uploaded) = image.uploaded {
        out.extend(uploaded.to_le_bytes());
    }
    image.ends.iter().for_each(|end| out.extend(end.to_le_bytes()));
    text(&image.text, out);
}

fn text(text: &str, out: &mut Vec<u8>) {
    out.extend(number(text.len()).to_le_bytes());
    out.extend(text.as_bytes());
}

/// Texts come from API responses and are far below 4 GiB. A longer one would only make the data unreadable.
fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Whether a URL prefix and its variant names contain neither a query nor a fragment.
fn is_plain<T: AsRef<str>>(prefix: &str, names: &[T]) -> bool {
    !prefix.contains(['?', '#']) && !names.iter().any(|name| name.as_ref().contains(['?', '#']))
}

struct Record<'a> {
    /// The index of the template plus one; 0 for none.
    url_template: u32,
    flags: u8,
    uploaded: Option<i64>,
    ends: [u32; 3],
    text: &'a str,
}

/// The bytes not read yet.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn number(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// Reads a count of things of at least `min_size` bytes each.
    fn count(&mut self, min_size: usize) -> Option<usize> {
        let count = self.number()? as usize;
        (count.checked_mul(min_size)? <= self.0.len()).then_some(count)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()? as usize;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        str::from_utf8(text).ok()
    }

    fn url_template(&mut self) -> Option<(&'a str, Vec<&'a str>)> {
        let prefix = self.text()?;
        let names = (0..self.count(MIN_TEXT)?).map(|_| self.text()).collect::<Option<Vec<_>>>()?;
        is_plain(prefix, &names).then_some((prefix, names))
    }

    fn record(&mut self) -> Option<Record<'a>> {
        let url_template = self.number()?;
        let [flags] = self.array()?;
        let uploaded = match flags & UPLOADED {
            0 => None,
            _ => Some(i64::from_le_bytes(self.array()?)),
        };
        let ends = [self.number()?, self.number()?, self.number()?];
        let text = self.text()?;
        let sorted = ends.is_sorted() && ends.iter().all(|end| text.is_char_boundary(*end as usize));
        sorted.then_some(Record { url_template, flags, uploaded, ends, text })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn summarize(
        parts: [&str; 4],
        has: [bool; 2],
        uploaded: Option<i64>,
        url_template: Option<Arc<UrlTemplate>>,
    ) -> ImageSummary {
        let end = |to: usize| number(parts[..to].concat().len());
        let access = [Access::Public, Access::Signed, Access::Unknown][parts[0].len() % 3];
        ImageSummary {
            text: parts.concat().into(),
            ends: [end(1), end(2), end(3)],
            has_filename: has[0],
            has_creator: has[1],
            access,
            uploaded,
            url_template,
        }
    }

    fn url_template(prefix: &str, names: &[&str]) -> Arc<UrlTemplate> {
        Arc::new(UrlTemplate {
            prefix: prefix.to_owned(),
            names: names.iter().map(|&name| name.into()).collect(),
        })
    }

    fn hostile() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            Just("\x1b]52;c;aGk=\x07\u{202e}".to_owned()),
            Just("é".repeat(1_000)),
            Just("\0\n日本語\u{10ffff}".to_owned()),
        ]
    }

    fn images() -> impl Strategy<Value = Vec<ImageSummary>> {
        let url_templates =
            [None, Some(url_template("https://i.example/H/", &["a", "b"])), Some(url_template("", &[]))];
        let image = (
            [hostile(), hostile(), hostile(), hostile()],
            any::<[bool; 2]>(),
            any::<Option<i64>>(),
            proptest::sample::select(url_templates.to_vec()),
        )
            .prop_map(|(parts, has, uploaded, url_template)| {
                summarize(parts.each_ref().map(String::as_str), has, uploaded, url_template)
            });
        proptest::collection::vec(image, 0..20)
    }

    proptest! {
        #[test]
        fn pack_and_unpack_round_trip(images in images()) {
            let bytes = pack(&images);
            let mut seen = UrlTemplates::default();
            prop_assert_eq!(&unpack(&bytes, &mut seen).unwrap(), &images);
            prop_assert!(seen.0.len() <= 2);
            let mut ids = Vec::new();
            each_id(&bytes, |id| ids.push(id)).unwrap();
            prop_assert!(ids.into_iter().eq(images.iter().map(ImageSummary::id)));
        }

        /// The result may be wrong, but must be usable: no panic, and no length is trusted.
        #[test]
        fn unpack_survives_changed_bytes(images in images(), lies in proptest::collection::vec(any::<(usize, u8)>(), 1..8)) {
            let mut bytes = pack(&images);
            for (at, byte) in lies {
                let length = bytes.len();
                bytes[at % length] = byte;
            }
            for image in unpack(&bytes, &mut UrlTemplates::default()).unwrap_or_default() {
                _ = (image.id(), image.filename(), image.creator(), image.meta(), image.uploaded(), image.image());
                _ = image.preferred_variant(None);
            }
            _ = each_id(&bytes, |_| ());
        }

        #[test]
        fn unpack_survives_random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            _ = unpack(&bytes, &mut UrlTemplates::default());
        }
    }

    #[test]
    fn unpack_refuses_truncated_and_trailing_bytes() {
        let bytes = pack(&[summarize(
            ["id", "name", "me", "{}"],
            [true, true],
            Some(1),
            Some(url_template("https://i.example/H/", &["a"])),
        )]);
        for length in 0..bytes.len() {
            assert_eq!(unpack(&bytes[..length], &mut UrlTemplates::default()), None, "{length}");
            assert_eq!(each_id(&bytes[..length], |_| ()), None, "{length}");
        }
        let more = [&bytes[..], b"\0"].concat();
        assert_eq!(unpack(&more, &mut UrlTemplates::default()), None);
        assert_eq!(each_id(&more, |_| ()), None);
    }

    #[test]
    fn unpack_refuses_impossible_counts_without_allocating() {
        let bytes = [0_u32.to_le_bytes(), u32::MAX.to_le_bytes()].concat();
        assert_eq!(Bytes(&bytes[4..]).count(MIN_IMAGE), None);
        assert_eq!(unpack(&bytes, &mut UrlTemplates::default()), None);
    }

    #[test]
    fn unpack_refuses_split_characters_and_unknown_templates() {
        for image in [
            ImageSummary { ends: [1, 2, 2], ..summarize(["é", "", "", ""], [false; 2], None, None) },
            ImageSummary { ends: [2, 0, 2], ..summarize(["é", "", "", ""], [false; 2], None, None) },
            ImageSummary { ends: [2, 2, 3], ..summarize(["é", "", "", ""], [false; 2], None, None) },
        ] {
            assert_eq!(unpack(&pack(&[image]), &mut UrlTemplates::default()), None);
        }
        let mut bytes = pack(&[summarize(["a", "", "", ""], [false; 2], None, None)]);
        bytes[8] = 1;
        assert_eq!(unpack(&bytes, &mut UrlTemplates::default()), None);
    }

    #[test]
    fn pack_drops_templates_with_queries() {
        for bad in [
            url_template("https://i.example/H?sig=secret/", &["a"]),
            url_template("https://i.example/H/", &["a", "b?exp=1&sig=secret"]),
            url_template("https://i.example/#sig=secret", &["a"]),
        ] {
            let images = [summarize(["a", "", "", ""], [false; 2], None, Some(bad.clone()))];
            let bytes = pack(&images);
            assert!(!bytes.windows(3).any(|part| part == b"sig"), "{bad:?}");
            let read = unpack(&bytes, &mut UrlTemplates::default()).unwrap();
            assert_eq!((read[0].id(), read[0].url_template.is_none()), ("a", true));
        }
    }
}
