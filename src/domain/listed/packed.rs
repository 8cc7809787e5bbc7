//! Images as bytes, many at once: how they are kept between runs. What is read back may have been written by anybody.
//!
//! First the shapes that the images share, each once, then the images in order. Numbers are little-endian, a text is
//! its length and its bytes.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Listed, Shape, Shapes};
use crate::domain::Access;

const FILENAME: u8 = 1;
const CREATOR: u8 = 1 << 1;
const UPLOADED: u8 = 1 << 2;
const PUBLIC: u8 = 1 << 3;
const SIGNED: u8 = 1 << 4;

/// The fewest bytes that a text takes, and that an image takes: a count that cannot be true is not believed.
const MIN_TEXT: usize = 4;
const MIN_IMAGE: usize = 4 + 1 + 3 * 4 + MIN_TEXT;

/// The images as bytes. A shape that is not the plain beginning of a URL is left out, as a signature could be in it.
pub fn pack<'a>(images: impl IntoIterator<Item = &'a Listed>) -> Vec<u8> {
    let mut shapes: Vec<&Shape> = Vec::new();
    let mut numbers = HashMap::new();
    let mut count = 0;
    let mut records = Vec::new();
    for image in images {
        let shape = image.shape.as_deref().filter(|shape| is_plain(&shape.prefix, &shape.names));
        let shape = shape.map_or(0, |shape| {
            *numbers.entry(shape).or_insert_with(|| {
                shapes.push(shape);
                number(shapes.len())
            })
        });
        records.extend(shape.to_le_bytes());
        record(image, &mut records);
        count += 1;
    }
    let mut bytes = Vec::with_capacity(records.len() + 256);
    bytes.extend(number(shapes.len()).to_le_bytes());
    for shape in shapes {
        text(&shape.prefix, &mut bytes);
        bytes.extend(number(shape.names.len()).to_le_bytes());
        shape.names.iter().for_each(|name| text(name, &mut bytes));
    }
    bytes.extend(number(count).to_le_bytes());
    bytes.extend(records);
    bytes
}

/// The images that [`pack`] made these bytes of; `None` where it has not.
pub fn unpack(bytes: &[u8], seen: &mut Shapes) -> Option<Vec<Listed>> {
    let mut bytes = Bytes(bytes);
    let mut shapes = Vec::new();
    for _ in 0..bytes.count(MIN_TEXT + 4)? {
        let (prefix, names) = bytes.shape()?;
        let shape =
            Shape { prefix: prefix.to_owned(), names: names.into_iter().map(str::to_owned).collect() };
        shapes.push(seen.shared(shape));
    }
    let count = bytes.count(MIN_IMAGE)?;
    let mut images = Vec::with_capacity(count);
    for _ in 0..count {
        let Record { shape, flags, uploaded, ends, text } = bytes.record()?;
        let shape = match shape.checked_sub(1) {
            None => None,
            Some(at) => Some(Arc::clone(shapes.get(at as usize)?)),
        };
        images.push(Listed {
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
            shape,
        });
    }
    bytes.0.is_empty().then_some(images)
}

/// Hands over the IDs in these bytes, in order, without making the images; `None` where they are no [`pack`]ed images.
pub fn each_id<'a>(bytes: &'a [u8], mut take: impl FnMut(&'a str)) -> Option<()> {
    let mut bytes = Bytes(bytes);
    for _ in 0..bytes.count(MIN_TEXT + 4)? {
        bytes.shape()?;
    }
    for _ in 0..bytes.count(MIN_IMAGE)? {
        let record = bytes.record()?;
        take(record.text.get(..record.ends[0] as usize)?);
    }
    bytes.0.is_empty().then_some(())
}

fn record(image: &Listed, out: &mut Vec<u8>) {
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

/// Answers that are read are far shorter than four gigabytes; of one that were not, nothing would be read back.
fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Whether a URL's beginning and its variants' names hold neither a query nor a fragment.
fn is_plain<T: AsRef<str>>(prefix: &str, names: &[T]) -> bool {
    !prefix.contains(['?', '#']) && !names.iter().any(|name| name.as_ref().contains(['?', '#']))
}

struct Record<'a> {
    /// One more than its place among the shapes; 0 for none.
    shape: u32,
    flags: u8,
    uploaded: Option<i64>,
    ends: [u32; 3],
    text: &'a str,
}

/// What is left to read.
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

    /// How many things follow that take at least so many bytes each.
    fn count(&mut self, least: usize) -> Option<usize> {
        let count = self.number()? as usize;
        (count.checked_mul(least)? <= self.0.len()).then_some(count)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()? as usize;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        str::from_utf8(text).ok()
    }

    fn shape(&mut self) -> Option<(&'a str, Vec<&'a str>)> {
        let prefix = self.text()?;
        let names = (0..self.count(MIN_TEXT)?).map(|_| self.text()).collect::<Option<Vec<_>>>()?;
        is_plain(prefix, &names).then_some((prefix, names))
    }

    fn record(&mut self) -> Option<Record<'a>> {
        let shape = self.number()?;
        let [flags] = self.array()?;
        let uploaded = match flags & UPLOADED {
            0 => None,
            _ => Some(i64::from_le_bytes(self.array()?)),
        };
        let ends = [self.number()?, self.number()?, self.number()?];
        let text = self.text()?;
        let sorted = ends.is_sorted() && ends.iter().all(|end| text.is_char_boundary(*end as usize));
        sorted.then_some(Record { shape, flags, uploaded, ends, text })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn listed(parts: [&str; 4], has: [bool; 2], uploaded: Option<i64>, shape: Option<Arc<Shape>>) -> Listed {
        let end = |to: usize| number(parts[..to].concat().len());
        let access = [Access::Public, Access::Signed, Access::Unknown][parts[0].len() % 3];
        Listed {
            text: parts.concat().into(),
            ends: [end(1), end(2), end(3)],
            has_filename: has[0],
            has_creator: has[1],
            access,
            uploaded,
            shape,
        }
    }

    fn shape(prefix: &str, names: &[&str]) -> Arc<Shape> {
        Arc::new(Shape { prefix: prefix.to_owned(), names: names.iter().map(|&name| name.into()).collect() })
    }

    fn hostile() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            Just("\x1b]52;c;aGk=\x07\u{202e}".to_owned()),
            Just("é".repeat(1_000)),
            Just("\0\n日本語\u{10ffff}".to_owned()),
        ]
    }

    fn images() -> impl Strategy<Value = Vec<Listed>> {
        let shapes = [None, Some(shape("https://i.example/H/", &["a", "b"])), Some(shape("", &[]))];
        let image = (
            [hostile(), hostile(), hostile(), hostile()],
            any::<[bool; 2]>(),
            any::<Option<i64>>(),
            proptest::sample::select(shapes.to_vec()),
        )
            .prop_map(|(parts, has, uploaded, shape)| {
                listed(parts.each_ref().map(String::as_str), has, uploaded, shape)
            });
        proptest::collection::vec(image, 0..20)
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(images in images()) {
            let bytes = pack(&images);
            let mut seen = Shapes::default();
            prop_assert_eq!(&unpack(&bytes, &mut seen).unwrap(), &images);
            prop_assert!(seen.0.len() <= 2);
            let mut ids = Vec::new();
            each_id(&bytes, |id| ids.push(id)).unwrap();
            prop_assert!(ids.into_iter().eq(images.iter().map(Listed::id)));
        }

        /// What comes of it may be wrong, but it can be used: nothing panics, and no length is believed.
        #[test]
        fn bytes_that_lie_do_no_harm(images in images(), lies in proptest::collection::vec(any::<(usize, u8)>(), 1..8)) {
            let mut bytes = pack(&images);
            for (at, byte) in lies {
                let length = bytes.len();
                bytes[at % length] = byte;
            }
            for image in unpack(&bytes, &mut Shapes::default()).unwrap_or_default() {
                _ = (image.id(), image.filename(), image.creator(), image.meta(), image.uploaded(), image.image());
                _ = image.preferred_variant(None);
            }
            _ = each_id(&bytes, |_| ());
        }

        #[test]
        fn random_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            _ = unpack(&bytes, &mut Shapes::default());
        }
    }

    #[test]
    fn a_part_of_the_bytes_or_more_is_refused() {
        let bytes = pack(&[listed(
            ["id", "name", "me", "{}"],
            [true, true],
            Some(1),
            Some(shape("https://i.example/H/", &["a"])),
        )]);
        for length in 0..bytes.len() {
            assert_eq!(unpack(&bytes[..length], &mut Shapes::default()), None, "{length}");
            assert_eq!(each_id(&bytes[..length], |_| ()), None, "{length}");
        }
        let more = [&bytes[..], b"\0"].concat();
        assert_eq!(unpack(&more, &mut Shapes::default()), None);
        assert_eq!(each_id(&more, |_| ()), None);
    }

    #[test]
    fn a_count_that_cannot_be_true_takes_no_memory() {
        let bytes = [0_u32.to_le_bytes(), u32::MAX.to_le_bytes()].concat();
        assert_eq!(Bytes(&bytes[4..]).count(MIN_IMAGE), None);
        assert_eq!(unpack(&bytes, &mut Shapes::default()), None);
    }

    #[test]
    fn a_text_that_ends_within_a_letter_or_names_a_shape_that_is_none_is_refused() {
        for image in [
            Listed { ends: [1, 2, 2], ..listed(["é", "", "", ""], [false; 2], None, None) },
            Listed { ends: [2, 0, 2], ..listed(["é", "", "", ""], [false; 2], None, None) },
            Listed { ends: [2, 2, 3], ..listed(["é", "", "", ""], [false; 2], None, None) },
        ] {
            assert_eq!(unpack(&pack(&[image]), &mut Shapes::default()), None);
        }
        let mut bytes = pack(&[listed(["a", "", "", ""], [false; 2], None, None)]);
        bytes[8] = 1;
        assert_eq!(unpack(&bytes, &mut Shapes::default()), None);
    }

    #[test]
    fn no_signature_gets_in_with_a_shape() {
        for bad in [
            shape("https://i.example/H?sig=secret/", &["a"]),
            shape("https://i.example/H/", &["a", "b?exp=1&sig=secret"]),
            shape("https://i.example/#sig=secret", &["a"]),
        ] {
            let images = [listed(["a", "", "", ""], [false; 2], None, Some(bad.clone()))];
            let bytes = pack(&images);
            assert!(!bytes.windows(3).any(|part| part == b"sig"), "{bad:?}");
            let read = unpack(&bytes, &mut Shapes::default()).unwrap();
            assert_eq!((read[0].id(), read[0].shape.is_none()), ("a", true));
        }
    }
}
