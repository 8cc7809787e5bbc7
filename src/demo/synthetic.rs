//! Images computed from a number and the seed. A million of them take no memory, and each can be found by its ID.

use jiff::Timestamp;
use serde_json::Value;
use serde_json::value::RawValue;

use super::picture::{Format, Picture};
use super::record::Record;
use super::rng::splitmix64;
use super::scene::Scene;

/// The computed images of an account, numbered from 0 in upload order.
#[derive(Debug)]
pub(super) struct Synthetic {
    pub(super) count: u64,
    seed: u64,
}

/// 2014-02-01 and 2026-10-01 in Unix milliseconds. Uploads are spread evenly between them.
const UPLOADS: (u64, u64) = (1_391_212_800_000, 1_790_812_800_000);

const THINGS: [&str; 16] = [
    "mountain",
    "harbour",
    "receipt",
    "portrait",
    "kitchen",
    "sketch",
    "invoice",
    "sunset",
    "bicycle",
    "garden",
    "product",
    "poster",
    "concert",
    "bridge",
    "dashboard",
    "winter",
];
const KINDS: [&str; 8] = ["draft", "final", "wide", "crop", "v2", "2x", "original", "copy"];
const REGIONS: [&str; 4] = ["eu-west", "us-east", "ap-south", "sa-east"];

impl Synthetic {
    pub(super) fn new(count: usize, seed: u64) -> Self {
        // An ID has 48 bits for the number.
        Self { count: (count as u64).min(1 << 48), seed }
    }

    /// The image with this number, which must be below the count.
    pub(super) fn image(&self, number: u64) -> Record {
        let bits = splitmix64(number ^ self.seed.rotate_left(32));
        let pick = |shift: u32, from: u64| usize::try_from((bits >> shift) % from).unwrap_or_default();
        let (scene, format) = [
            (Scene::Landscape, Format::Jpeg),
            (Scene::City, Format::Jpeg),
            (Scene::Portrait, Format::Jpeg),
            (Scene::Chart, Format::Png),
            (Scene::Waves, Format::WebP),
            (Scene::Tiles, Format::Png),
            (Scene::Landscape, Format::WebP),
            (Scene::Vector, Format::Svg),
        ][pick(0, 8)];
        let (width, height) = [(1200, 800), (800, 1200), (1600, 900), (640, 640), (480, 320)][pick(3, 5)];
        let picture = Picture { scene, format, width, height, seed: bits };
        let thing = THINGS[pick(8, 16)];
        let filename = format!("{thing}-{}-{number:06}.{}", KINDS[pick(12, 8)], format.extension());
        let meta = match (bits >> 40) % 4 {
            0 => None,
            1 => Some(format!(r#"{{"n":{number}}}"#)),
            2 => Some(format!(r#"{{"subject":"{thing}","region":"{}"}}"#, REGIONS[pick(44, 4)])),
            _ => Some(format!(
                r#"{{"priority":{},"region":{{"name":"{}","zones":[1,{}]}},"reviewed":{}}}"#,
                (bits >> 46) % 10,
                REGIONS[pick(44, 4)],
                (bits >> 50) % 5 + 2,
                (bits >> 53).is_multiple_of(2),
            )),
        };
        Record {
            id: self.id(number),
            filename: Some(filename),
            meta: meta.map(|json| RawValue::from_string(json).expect("metadata is written as JSON")),
            creator: match (bits >> 24) % 16 {
                0 => None,
                1 => Some(Value::Null),
                _ => Some(format!("user-{:04}", (bits >> 28) % 500).into()),
            },
            uploaded: self.uploaded(number),
            private: (bits >> 20).is_multiple_of(8),
            picture: Some(picture),
        }
    }

    /// The number of the image with this ID. It is decoded from the ID; there is no search.
    pub(super) fn number(&self, id: &str) -> Option<u64> {
        let head: String = id.get(..13)?.chars().filter(|c| *c != '-').collect();
        let number = self.unpermute(u64::from_str_radix(&head, 16).ok()?);
        (number < self.count && self.id(number) == id).then_some(number)
    }

    /// How many images were uploaded before `time`.
    pub(super) fn uploaded_before(&self, time: Timestamp) -> u64 {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.uploaded(middle) < time { low = middle + 1 } else { high = middle }
        }
        low
    }

    fn uploaded(&self, number: u64) -> Timestamp {
        let step = (UPLOADS.1 - UPLOADS.0) / self.count.max(1);
        let jitter = splitmix64(number.wrapping_add(self.seed)) % step.max(1);
        let millisecond = i64::try_from(UPLOADS.0 + number * step + jitter).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(millisecond).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// A UUID: 48 bits of the permuted number, then bits derived from it. Cloudflare's IDs end with two zeros
    /// too.
    fn id(&self, number: u64) -> String {
        let head = self.permute(number);
        let tail = splitmix64(head ^ self.seed);
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:010x}00",
            head >> 16,
            head & 0xffff,
            tail >> 52,
            0x8000 | (tail >> 38) & 0x3fff,
            tail & 0xff_ffff_ffff
        )
    }

    // A Feistel network with four rounds over two halves of 24 bits: an invertible permutation.
    fn permute(&self, number: u64) -> u64 {
        let (mut left, mut right) = (number >> 24, number & 0xff_ffff);
        for round in 0..4 {
            (left, right) = (right, left ^ self.round_function(right, round));
        }
        left << 24 | right
    }

    fn unpermute(&self, permuted: u64) -> u64 {
        let (mut left, mut right) = (permuted >> 24, permuted & 0xff_ffff);
        for round in (0..4).rev() {
            (left, right) = (right ^ self.round_function(left, round), left);
        }
        left << 24 | right
    }

    fn round_function(&self, round_function: u64, round: u64) -> u64 {
        splitmix64(round_function ^ round << 32 ^ self.seed.rotate_left(16)) & 0xff_ffff
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_inverts_id() {
        let images = Synthetic::new(1_000_000, 9);
        for number in (0..1_000_000).step_by(9_973) {
            assert_eq!(images.number(&images.id(number)), Some(number));
        }
        assert_eq!(images.number(&images.id(1_000_000)), None, "beyond the count");
        assert_eq!(images.number(&Synthetic::new(9, 8).id(3)), None, "of another seed");
        for odd in ["", "-", "🦊🦊🦊🦊", "zzzzzzzz-zzzz-4zzz-8zzz-zzzzzzzzzzzz"] {
            assert_eq!(images.number(odd), None);
        }
    }

    #[test]
    fn upload_times_increase_with_number() {
        let images = Synthetic::new(5_000, 3);
        assert!((1..5_000).all(|number| images.uploaded(number - 1) < images.uploaded(number)));
        assert_eq!(images.uploaded_before(images.uploaded(1_234)), 1_234);
        assert_eq!(images.uploaded_before(Timestamp::MAX), 5_000);
    }
}
