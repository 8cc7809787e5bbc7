//! `cfimg show --probe`: reads the real size and type of each variant's picture.

use std::io::{self, Write};

use futures_util::future::FutureExt as _;
use futures_util::stream::{self, Stream, StreamExt as _};
use serde_json::Value;

use super::account::Account;
use super::concurrent::{AT_ONCE, in_order};
use super::console::{Console, Stop};
use super::image_args::ImageArg;
use super::picture_source::{PictureFetcher, Source, Sources, picture_failure};
use super::show;
use super::signing::UrlSigner;
use crate::cloudflare::ignore_progress;
use crate::domain::account::bytes;
use crate::domain::json::with_added_member;
use crate::domain::sanitize::{json_line, sanitize};
use crate::domain::{Failure, Image, Variant, VariantOptions};
use crate::picture::{FileInfo, PrefixProbe};

/// A file up to this size is read to its end: that costs less than another connection.
const SMALL: u64 = 64 * 1024;

/// The real properties of a variant's picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProbeResult {
    pub(super) width: u32,
    pub(super) height: u32,
    /// The media type, detected from the bytes.
    pub(super) kind: &'static str,
    /// The file's size in bytes, if the host sends it.
    pub(super) bytes: Option<u64>,
}

/// A variant's name, and the result.
pub(super) type Probed = (String, Result<ProbeResult, Failure>);

/// Prints images and the results for their variants. Images are fetched one at a time, their variants
/// concurrently.
pub(super) async fn print<A: Account + UrlSigner + PictureFetcher>(
    json: bool,
    images: impl Stream<Item = ImageArg>,
    account: &A,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let errors = console.errors;
    let options = account.variant_options().boxed_local().shared();
    let sources = Sources::new(account, console.clock());
    let fetch = async |reference| {
        let image: Image = account.image(&reference).await?;
        let options =
            if json { Ok(sources.options_for(&image, errors).await.to_vec()) } else { options.clone().await };
        let probed = probe(&image, options.as_deref().unwrap_or_default(), &sources, account).await;
        Ok((image, options, probed))
    };
    let mut warned = false;
    let mut separator = "";
    in_order(images, 1, fetch, errors, |(image, options, probed)| {
        if json {
            return console.answer(&format!("{}\n", json_line(&with_probe(&image, &probed))));
        }
        if let (Err(failure), false) = (&options, warned) {
            show::warn_of_options(failure, errors);
            warned = true;
        }
        let options = options.unwrap_or_default();
        let text = show::details(&image, &options, &probed, console.now, &(console.zone)(), console.paint);
        console.answer(&format!("{}{text}", std::mem::replace(&mut separator, "\n")))
    })
    .await
}

impl ProbeResult {
    /// The cells `1366×768`, `image/webp` and `33.1 kB`.
    pub(super) fn cells(&self) -> [String; 3] {
        let bytes = self.bytes.map(bytes).unwrap_or_default();
        [format!("{}×{}", self.width, self.height), self.kind.to_owned(), bytes]
    }
}

/// Probes every variant, several at a time; returns the results in the image's order.
async fn probe(
    image: &Image,
    options: &[VariantOptions],
    sources: &Sources<'_, impl UrlSigner>,
    pictures: &impl PictureFetcher,
) -> Vec<Probed> {
    let probe_one = async |variant: &Variant| {
        let result = match sources.source_for(image, variant, options).await {
            Ok(source) => probe_picture(&source, pictures).await,
            Err(why) => Err(Failure::new(why.kind, "It needs a signed URL", why.to_string())),
        };
        (variant.name.clone(), result)
    };
    stream::iter(image.variants.iter().map(probe_one).collect::<Vec<_>>()).buffered(AT_ONCE).collect().await
}

/// Probes one picture. A HEAD request gives the size in bytes, and is refused like GET; the first bytes give
/// the rest.
pub(super) async fn probe_picture(
    source: &Source,
    pictures: &impl PictureFetcher,
) -> Result<ProbeResult, Failure> {
    let head = pictures.head(source).await?;
    let is_small = head.length.is_some_and(|length| length <= SMALL);
    let mut writer =
        ProbeWriter { prefix_probe: PrefixProbe::new(), received: 0, read_all: is_small, has_enough: false };
    let fetched = pictures.fetch(source, u64::MAX, &mut writer, &ignore_progress).await;
    let FileInfo { width, height, format, .. } = match (writer.prefix_probe.file_info(), &fetched) {
        (Ok(info), _) => info,
        (Err(_), Err(failure)) if !writer.has_enough => return Err(failure.clone()),
        (Err(error), _) => return Err(picture_failure(&error)),
    };
    let bytes = fetched.ok().map(|saved| saved.bytes).or(head.length);
    Ok(ProbeResult { width, height, kind: format.mime(), bytes })
}

/// The API's JSON, with the results added under the key `cfimg`.
fn with_probe(image: &Image, probed: &[Probed]) -> String {
    let entry = |(name, outcome): &Probed| {
        let value = match outcome {
            Ok(ProbeResult { width, height, kind, bytes }) => {
                let bytes = Value::from(*bytes);
                format!(r#"{{"width":{width},"height":{height},"type":"{kind}","bytes":{bytes}}}"#)
            }
            Err(failure) => format!(r#"{{"error":{}}}"#, Value::from(&*sanitize(&failure.to_string()))),
        };
        format!("{}:{value}", Value::from(name.as_str()))
    };
    let entries: Vec<String> = probed.iter().map(entry).collect();
    let messages = show::messages(image).map(|messages| messages + ",").unwrap_or_default();
    with_added_member(&image.raw, &format!("{{{messages}\"probe\":{{{}}}}}", entries.join(",")))
}

/// Reads the first bytes. Fails a write once they are enough, unless the whole file is to be read.
struct ProbeWriter {
    prefix_probe: PrefixProbe,
    received: u64,
    read_all: bool,
    /// Whether a write was refused because the bytes were enough.
    has_enough: bool,
}

impl Write for ProbeWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.received += bytes.len() as u64;
        // A host may send more than it announced.
        self.has_enough = self.prefix_probe.take(bytes) && (!self.read_all || self.received > SMALL);
        if self.has_enough { Err(io::Error::other("this is enough")) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::*;
    use crate::cloudflare::{Head, OnProgress, Saved};
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::{Captured, run};
    use crate::domain::FailureKind;

    #[test]
    fn probe_results_are_under_the_cfimg_key() {
        let result = ProbeResult { width: 1366, height: 768, kind: "image/webp", bytes: Some(9) };
        let failure = Failure::new(FailureKind::NotFound, "No \u{1b}", "Try.");
        assert_eq!(ProbeResult { bytes: Some(999_950), ..result.clone() }.cells()[2], "1.0 MB");
        let probed = [
            ("a".to_owned(), Ok(ProbeResult { bytes: None, ..result.clone() })),
            ("\"b".to_owned(), Ok(result)),
            ("c".to_owned(), Err(failure)),
        ];
        assert_eq!(
            with_probe(&Image::read(r#"{"id":"x","n":1.50}"#).unwrap(), &probed),
            r#"{"id":"x","n":1.50,"cfimg":{"probe":{"a":{"width":1366,"height":768,"type":"image/webp","bytes":null},"\"b":{"width":1366,"height":768,"type":"image/webp","bytes":9},"c":{"error":"No ␛. Try."}}}}"#
        );
        assert_eq!(
            with_probe(&Image::read(r#"{"id":"x"}"#).unwrap(), &[]),
            r#"{"id":"x","cfimg":{"probe":{}}}"#
        );
    }

    /// A host that counts concurrent requests. Its first responses are the slowest.
    #[derive(Default)]
    pub(in super::super) struct Slow {
        running: Cell<usize>,
        pub(in super::super) max_running: Cell<usize>,
        received: Cell<usize>,
    }

    impl Slow {
        pub(in super::super) async fn answer(&self) {
            self.running.set(self.running.get() + 1);
            self.max_running.set(self.max_running.get().max(self.running.get()));
            self.received.set(self.received.get() + 1);
            for _ in self.received.get()..100 {
                tokio::task::yield_now().await;
            }
            self.running.set(self.running.get() - 1);
        }
    }

    impl PictureFetcher for Slow {
        async fn fetch(
            &self,
            _: &Source,
            _: u64,
            to: &mut (dyn Write + Send),
            _: &OnProgress<'_>,
        ) -> Result<Saved, Failure> {
            self.answer().await;
            to.write_all(b"GIF89a\x07\0\x05\0\0\0\0;").unwrap();
            Ok(Saved { bytes: 14, content_type: None, date: None, took: Duration::ZERO })
        }

        async fn head(&self, _: &Source) -> Result<Head, Failure> {
            self.answer().await;
            let took = Duration::ZERO;
            Ok(Head { status: 200, content_type: None, length: Some(14), date: None, took })
        }
    }

    #[test]
    fn eight_variants_are_probed_at_a_time() {
        let urls: Vec<_> = (10..40).map(|n| format!("\"https://imagedelivery.net/H/a/v{n}\"")).collect();
        let raw = format!(r#"{{"id":"a","requireSignedURLs":false,"variants":[{}]}}"#, urls.join(","));
        let image = Image::read(&raw).unwrap();
        let slow = Slow::default();
        let probed = {
            let (captured, errors) = Captured::new();
            let (account, mut out) = (Scripted::with(&[]), Vec::new());
            let sources = Sources::new(&account, captured.console(&mut out, &errors).clock());
            run(probe(&image, &[], &sources, &slow))
        };
        let names: Vec<_> = probed.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, image.variants.iter().map(|variant| variant.name.as_str()).collect::<Vec<_>>());
        assert!(
            probed.iter().all(|(_, result)| result.as_ref().is_ok_and(|result| result.bytes == Some(14)))
        );
        assert_eq!((slow.max_running.get(), slow.received.get()), (8, 60));
    }

    #[test]
    fn writer_stops_once_size_is_known() {
        let gif = b"GIF89a\x07\0\x05\0\0\0\0";
        let writer = |read_all| ProbeWriter {
            prefix_probe: PrefixProbe::new(),
            received: 0,
            read_all,
            has_enough: false,
        };
        let mut stops = writer(false);
        assert_eq!(stops.write(&gif[..7]).unwrap(), 7);
        assert!(stops.write(&gif[7..]).is_err() || stops.write(b";;;;;;;").is_err());
        assert!(stops.has_enough);
        assert_eq!(stops.prefix_probe.file_info().map(|info| (info.width, info.height)), Ok((7, 5)));
        let mut whole = writer(true);
        for _ in 0..3 {
            assert_eq!(whole.write(gif).unwrap(), gif.len());
        }
        assert!(whole.write(&gif.repeat(10_000)).is_err(), "the host announced fewer bytes");
        for read_all in [false, true] {
            let mut endless = writer(read_all);
            let refused_at =
                (0..200).position(|_| endless.write(&[0xff, 0xd8, 0xff, 0xfe].repeat(1024)).is_err());
            assert!(refused_at.is_some());
        }
    }
}
