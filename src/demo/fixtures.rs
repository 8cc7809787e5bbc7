//! The fixtures: hand-written images of every kind, including the awkward ones.

use std::borrow::Cow;

use jiff::Timestamp;

use super::picture::{Format, Picture};
use super::record::{Creator, Record};
use super::scene::Scene;

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

/// The first `count` fixtures, oldest first, without the draft.
pub(super) fn first(count: usize) -> Vec<Record> {
    let mut records = all();
    records.truncate(count);
    records.sort_by_key(|record| record.uploaded);
    records
}

pub(super) fn draft() -> Record {
    let mut draft = image(DRAFT_ID, "", "2026-09-30T16:39:28.458Z", (Scene::Tiles, Format::Png, 1, 1))
        .meta(r#"{"uploadedBy":"campaign-form"}"#)
        .private();
    draft.filename = None;
    draft.picture = None;
    draft
}

fn image(
    id: &'static str,
    filename: impl Into<Cow<'static, str>>,
    uploaded: &str,
    (scene, format, width, height): (Scene, Format, u32, u32),
) -> Record {
    // The seed comes from the ID, so that each picture differs and none changes when another is added.
    let seed = id.bytes().fold(7_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let uploaded: Timestamp = uploaded.parse().expect("dates of fixtures are RFC 3339");
    Record::new(id.into(), filename.into(), uploaded, Picture { scene, format, width, height, seed })
}

impl Record {
    fn meta(mut self, json: &'static str) -> Self {
        self.meta = Some(json.into());
        self
    }

    fn by(mut self, creator: &'static str) -> Self {
        self.creator = Creator::Named(creator.into());
        self
    }

    fn by_null(mut self) -> Self {
        self.creator = Creator::Null;
        self
    }

    fn private(mut self) -> Self {
        self.private = true;
        self
    }
}

/// All fixtures, those with a constant first, because [`super::Options::images`] promises that order.
fn all() -> Vec<Record> {
    let mut records = with_constants();
    records.extend(ordinary());
    records.extend(from_teams());
    records.extend(edge_cases());
    records
}

fn with_constants() -> Vec<Record> {
    use Format::{Gif, Jpeg, Png, Svg, WebP};
    vec![
        image(SAMPLE_ID, "logo.png", "2014-01-02T02:20:00.123Z", (Scene::Logo, Png, 1024, 1024))
            .meta(r#"{"key":"value"}"#)
            .by("user-8812"),
        image(PRIVATE_ID, "passport-scan.jpg", "2026-02-14T09:51:09.559Z", (Scene::Portrait, Jpeg, 900, 1200))
            .meta(r#"{"classification":"confidential","retention":{"years":7,"legalHold":true}}"#)
            .by("user-0042")
            .private(),
        image(CUSTOM_ID, "hello world.png", "2026-03-01T08:00:00.001Z", (Scene::Landscape, Png, 1200, 800))
            .meta(r#"{"post":"hello-world","tags":["welcome","first"]}"#)
            .by("editor"),
        image(HOSTILE_ID, "\u{1b}[2J\u{1b}]0;owned\u{7}in\u{0}voice\u{202e}gnp.exe\r\n.png", "2025-10-31T23:59:59.999Z",
            (Scene::Tiles, Png, 640, 480))
            .meta(r#"{"\u001b[31mred":"\u001b]52;c;cm0gLXJm\u0007","nul":"a\u0000b","rtl":"\u202etxt.exe","tab":"a\tb"}"#)
            .by("mallory\u{1b}[5m\u{9b}31m\u{200f}"),
        image(ANIMATED_ID, "bouncing-ball.gif", "2019-06-21T12:00:00.000Z", (Scene::Bounce, Gif, 320, 240))
            .meta(r#"{"frames":12,"loop":true}"#)
            .by("user-8812"),
        image(SVG_ID, "weather-icon.svg", "2022-11-05T07:30:15.250Z", (Scene::Vector, Svg, 512, 512))
            .meta(r#"{"designSystem":{"name":"Nimbus","version":[3,1,4]}}"#)
            .by("design"),
        image("f0c5a1e5-7e57-4a11-9d2b-5eaf00d5ea00", "banner.webp", "2024-05-17T10:10:10.010Z", (Scene::Waves, WebP, 1600, 500))
            .meta(r#"{"campaign":"spring","region":{"name":"eu-west","zones":[1,2]},"priority":5,"flag":true,"note":null}"#)
            .by("marketing"),
        image("c0ffee00-1dea-4b1e-8ace-decade202600", "team-2026.jpg", "2026-01-12T14:03:44.870Z", (Scene::Portrait, Jpeg, 1280, 853))
            .meta(r#"{"people":["Ada","Grace","Linus","Margaret"],"year":2026}"#)
            .by("user-0017")
            .private(),
    ]
}

fn ordinary() -> Vec<Record> {
    use Format::{Jpeg, Png, WebP};
    vec![
        image(
            "1a2b3c4d-0001-4e5f-8a6b-7c8d9e0f1000",
            "sunrise-over-the-valley.jpg",
            "2015-07-04T05:12:33.400Z",
            (Scene::Landscape, Jpeg, 1920, 1280),
        )
        .meta(r#"{"camera":"X-T4","iso":200,"exposure":0.004,"gps":{"lat":46.5775,"lon":7.9856}}"#)
        .by("user-8812"),
        image(
            "1a2b3c4d-0002-4e5f-8a6b-7c8d9e0f1000",
            "skyline-by-night.jpg",
            "2016-12-31T23:58:00.000Z",
            (Scene::City, Jpeg, 1600, 900),
        )
        .meta(r#"{"city":"Lisbon","tags":["night","skyline"]}"#)
        .by("user-8812"),
        image(
            "1a2b3c4d-0003-4e5f-8a6b-7c8d9e0f1000",
            "quarterly-report-q3.png",
            "2023-10-02T09:00:00.000Z",
            (Scene::Chart, Png, 1200, 675),
        )
        .meta(r#"{"quarter":"2023-Q3","confidential":true}"#)
        .by("finance")
        .private(),
        image(
            "1a2b3c4d-0004-4e5f-8a6b-7c8d9e0f1000",
            "quarterly-report-q4.png",
            "2024-01-08T09:00:00.000Z",
            (Scene::Chart, Png, 1200, 675),
        )
        .meta(r#"{"quarter":"2023-Q4","confidential":false}"#)
        .by("finance"),
        image(
            "1a2b3c4d-0005-4e5f-8a6b-7c8d9e0f1000",
            "pattern.webp",
            "2020-02-29T00:00:00.000Z",
            (Scene::Tiles, WebP, 768, 768),
        )
        .by("design"),
    ]
}

fn from_teams() -> Vec<Record> {
    use Format::{Gif, Jpeg, Png, Svg};
    vec![
        image(
            "1a2b3c4d-0006-4e5f-8a6b-7c8d9e0f1000",
            "avatar-ada.jpg",
            "2021-03-08T18:45:00.321Z",
            (Scene::Portrait, Jpeg, 400, 400),
        )
        .meta(r#"{"userId":9007199254740993,"role":"admin"}"#)
        .by("user-0001"),
        image(
            "1a2b3c4d-0007-4e5f-8a6b-7c8d9e0f1000",
            "avatar-grace.jpg",
            "2021-03-08T18:46:12.654Z",
            (Scene::Portrait, Jpeg, 400, 400),
        )
        .meta(r#"{"userId":18446744073709551615,"role":"editor"}"#)
        .by("user-0002"),
        image(
            "1a2b3c4d-0008-4e5f-8a6b-7c8d9e0f1000",
            "spinner.gif",
            "2018-04-01T11:11:11.111Z",
            (Scene::Bounce, Gif, 160, 120),
        )
        .by("design"),
        image(
            "1a2b3c4d-0009-4e5f-8a6b-7c8d9e0f1000",
            "palette.gif",
            "2017-09-09T09:09:09.909Z",
            (Scene::Waves, Gif, 480, 320),
        )
        .by_null(),
        image(
            "1a2b3c4d-000a-4e5f-8a6b-7c8d9e0f1000",
            "map-marker.svg",
            "2022-11-05T07:31:00.000Z",
            (Scene::Vector, Svg, 64, 64),
        )
        .by("design")
        .private(),
        image(
            "1a2b3c4d-000b-4e5f-8a6b-7c8d9e0f1000",
            "IMG_0421.JPG",
            "2025-08-15T16:20:05.005Z",
            (Scene::Landscape, Jpeg, 1600, 1067),
        )
        .by("user-0042"),
        image(
            "1a2b3c4d-000c-4e5f-8a6b-7c8d9e0f1000",
            "IMG_0422.JPG",
            "2025-08-15T16:20:09.250Z",
            (Scene::Landscape, Jpeg, 1067, 1600),
        )
        .by("user-0042"),
        image(
            "1a2b3c4d-000d-4e5f-8a6b-7c8d9e0f1000",
            "screenshot 2026-09-01 at 10.22.33.png",
            "2026-09-01T08:22:35.000Z",
            (Scene::Chart, Png, 1440, 900),
        )
        .by("user-0017"),
        image(
            "products/4711/front.jpg",
            "front.jpg",
            "2024-11-29T06:00:00.000Z",
            (Scene::City, Jpeg, 1000, 1000),
        )
        .meta(r#"{"sku":4711,"stock":{"berlin":12,"porto":0},"price":"19.90"}"#)
        .by("shop"),
        image(DEPRECATION_NOTE_ID, "back.jpg", "2024-11-29T06:00:00.000Z", (Scene::City, Jpeg, 1000, 1000))
            .meta(r#"{"sku":4711}"#)
            .by("shop"),
        image("favicon", "favicon.png", "2020-05-05T05:05:05.050Z", (Scene::Logo, Png, 32, 32)).by("design"),
    ]
}

fn edge_cases() -> Vec<Record> {
    use Format::{Jpeg, Png, WebP};
    // The longest allowed file name. The markers at its ends show whether both are visible.
    let long = format!("begin-{:-<245}.jpg", "long-name-".repeat(24));
    vec![
        image("фото/日本語-100%.jpg", "日本語.jpg", "2023-04-29T15:00:00.000Z", (Scene::Landscape, Jpeg, 1200, 800))
            .meta(r#"{"題名":"富士山の夕焼け","都市":["東京","京都"]}"#)
            .by("山田太郎"),
        image("a?b#c&d=e+f%2Fg.png", "query?.png", "2023-04-30T15:00:00.000Z", (Scene::Tiles, Png, 300, 300)),
        image("1a2b3c4d-00e1-4e5f-8a6b-7c8d9e0f1000", "😀 family 👨‍👩‍👧‍👦 🇵🇹.webp", "2024-12-24T18:00:00.000Z",
            (Scene::Portrait, WebP, 800, 600))
            .meta(r#"{"mood":"🎄","skin":"👍🏽"}"#)
            .by("user-🦊"),
        image("1a2b3c4d-00e2-4e5f-8a6b-7c8d9e0f1000", long, "2022-02-22T22:22:22.222Z", (Scene::Waves, Jpeg, 640, 360))
            .by("user-8812"),
        image("1a2b3c4d-00e3-4e5f-8a6b-7c8d9e0f1000", "שלום עולם (مرحبا).jpg", "2021-08-08T08:08:08.080Z",
            (Scene::Landscape, Jpeg, 900, 600))
            .by("משה"),
        image("1a2b3c4d-00e4-4e5f-8a6b-7c8d9e0f1000", "Zoe\u{308} cafe\u{301} na\u{ef}ve.jpg",
            "2021-08-09T08:08:08.080Z", (Scene::City, Jpeg, 900, 600)),
        image("1a2b3c4d-00e5-4e5f-8a6b-7c8d9e0f1000", "", "2018-01-01T00:00:00.000Z", (Scene::Tiles, Png, 200, 300))
            .meta("{}")
            .by(""),
        image("1a2b3c4d-00e6-4e5f-8a6b-7c8d9e0f1000", "one-pixel.png", "2016-02-03T04:05:06.007Z", (Scene::Tiles, Png, 1, 1))
            .by_null(),
        image("1a2b3c4d-00e7-4e5f-8a6b-7c8d9e0f1000", "panorama.jpg", "2019-10-10T10:10:10.100Z", (Scene::Landscape, Jpeg, 2400, 300))
            .meta(r#"{"stitched":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16],"nested":{"a":{"b":{"c":{"d":{"e":"deep"}}}}}}"#)
            .by("user-0042"),
        image("1a2b3c4d-00e8-4e5f-8a6b-7c8d9e0f1000", "-rf", "2017-01-01T01:01:01.010Z", (Scene::Waves, Png, 90, 900))
            .meta(r#"{"ok":true,"count":0,"ratio":-1.5e-7,"huge":123456789012345678901234567890,"none":null,"list":[]}"#),
        image("stats-2026", "statistics.png", "2026-06-30T12:34:56.789Z", (Scene::Chart, Png, 960, 540)).by("finance"),
        image("1a2b3c4d-00ea-4e5f-8a6b-7c8d9e0f1000", "  spaces  at  both  ends  ", "2026-10-01T00:00:00.000Z",
            (Scene::City, Jpeg, 1280, 720))
            .by("user-8812")
            .private(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::FIXTURE_IMAGES;

    #[test]
    fn fixture_count_and_ids_are_as_documented() {
        let records = all();
        assert_eq!(records.len(), FIXTURE_IMAGES);
        let ids: std::collections::HashSet<_> = records.iter().map(|record| &record.id).collect();
        assert_eq!(ids.len(), records.len());
        let longest = records.iter().filter_map(|r| r.filename.as_ref()).map(|f| f.chars().count()).max();
        assert_eq!(longest, Some(255), "the longest that Cloudflare allows");
    }

    #[test]
    fn fixtures_obey_cloudflares_limits() {
        for record in all() {
            let uuid = record.id.len() == 36 && record.id.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
            assert!(uuid || !record.private, "{}", record.id);
            assert!(record.meta.is_none_or(|meta| meta.len() <= 1024), "{}", record.id);
        }
    }
}
