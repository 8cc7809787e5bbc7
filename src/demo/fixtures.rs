//! The fixtures: images of every kind, including the awkward ones.

use super::record::Record;

/// A public PNG with transparency, used in examples.
pub const SAMPLE_ID: &str = "107b9558-dd06-4bbd-5fef-9c2c16bb7900";
/// A JPEG that needs signed URLs.
pub const PRIVATE_ID: &str = "083eb7b2-5392-4565-b69e-aff66acddd00";
/// An image with a custom ID that contains slashes and a space.
pub const CUSTOM_ID: &str = "blog/2026/hello world.png";
/// An image whose file name, creator and metadata contain escape sequences, a NUL and a bidirectional override.
pub const HOSTILE_ID: &str = "bad0c0de-0000-4bad-8bad-1b5b324a1b00";
/// An animated GIF.
pub const ANIMATED_ID: &str = "a111a7ed-91f0-4f1e-9c0b-b0b0b0b0b000";
/// An SVG.
pub const SVG_ID: &str = "5c41ab1e-0e57-4c0a-8d1f-0badcafe0500";
/// An image whose response has a deprecation note in `messages`.
pub const DEPRECATION_NOTE_ID: &str = "products/4711/back.jpg";
/// A draft: an upload URL was created, but nothing was uploaded. No list shows it.
pub const DRAFT_ID: &str = "2cdc28f0-017a-49c4-9ed7-87056c839000";

/// The number of fixtures without the draft, which is what [`Options::default`](super::Options) serves.
pub const FIXTURE_IMAGES: usize = 36;

/// All fixtures, in the order that [`Options::images`](super::Options::images) promises, and the draft at the end.
pub(super) fn all() -> Vec<Record> {
    let mut records: Vec<Record> =
        serde_json::from_str(include_str!("fixtures.json")).expect("the fixtures are records");
    for record in &mut records {
        if let Some(picture) = &mut record.picture {
            // From the ID, so that each picture differs and none changes when another is added.
            picture.seed =
                record.id.bytes().fold(7, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
        }
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixture_count_and_ids_are_as_documented() {
        let records = all();
        let (draft, records) = records.split_last().unwrap();
        assert_eq!((records.len(), draft.id.as_str()), (FIXTURE_IMAGES, DRAFT_ID));
        let ids: std::collections::HashSet<_> = records.iter().map(|record| &record.id).collect();
        assert_eq!(ids.len(), records.len());
        for id in [SAMPLE_ID, PRIVATE_ID, CUSTOM_ID, HOSTILE_ID, ANIMATED_ID, SVG_ID] {
            assert!(records[..8].iter().any(|record| record.id == id), "{id}");
        }
        let longest = records.iter().filter_map(|r| r.filename.as_ref()).map(|f| f.chars().count()).max();
        assert_eq!(longest, Some(255), "the longest that Cloudflare allows");
    }

    #[test]
    fn fixtures_obey_cloudflares_limits() {
        for record in all() {
            let uuid = record.id.len() == 36 && record.id.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
            assert!(uuid || !record.private, "{}", record.id);
            assert!(record.meta.is_none_or(|meta| meta.get().len() <= 1024), "{}", record.id);
        }
    }
}
