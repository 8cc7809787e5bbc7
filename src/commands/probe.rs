//! Reads the real size and type of each variant's picture, for `cfimg show --probe`.

use futures_util::stream::{self, StreamExt as _};
use serde_json::Value;

use super::account::Account;
use super::account_cache::AccountCache;
use super::concurrent::AT_ONCE;
use super::picture_fetcher::PictureFetcher;
pub(super) use super::picture_fetcher::Probed;
use crate::domain::account::bytes;
use crate::domain::sanitize::sanitize;
use crate::domain::{Failure, Image, Variant, VariantOptions};

/// A variant's name, and what its picture tells.
pub(super) type ProbedVariant = (String, Result<Probed, Failure>);

/// Probes every variant, several at a time; returns the results in the image's order. Nothing is probed of a draft, which
/// has no pictures yet.
pub(super) async fn variants(
    image: &Image,
    options: &[VariantOptions],
    cache: &AccountCache<'_, impl Account>,
    pictures: &impl PictureFetcher,
) -> Vec<ProbedVariant> {
    if image.draft {
        return vec![];
    }
    let probe_one = async |variant: &Variant| {
        let result = match cache.source_of(&variant.url, image.access, options).await {
            Ok(source) => pictures.probe(&source).await,
            Err(why) => Err(Failure::new(why.kind, "This variant needs a signed URL", why.to_string())),
        };
        (variant.name.clone(), result)
    };
    stream::iter(image.variants.iter().map(probe_one).collect::<Vec<_>>()).buffered(AT_ONCE).collect().await
}

/// The cells `1366×768`, `WebP` and `33.1 kB`.
pub(super) fn cells(Probed { info, bytes: size }: &Probed) -> [String; 3] {
    let size = size.map(bytes).unwrap_or_default();
    [format!("{}×{}", info.width, info.height), info.format.to_string(), size]
}

/// The same for scripts: `1366×768`, `image/webp` and `33100`.
pub(super) fn fields(Probed { info, bytes }: &Probed) -> [String; 3] {
    let bytes = bytes.map(|bytes| bytes.to_string()).unwrap_or_default();
    [format!("{}×{}", info.width, info.height), info.format.mime().to_owned(), bytes]
}

/// The member `probe` of the `cfimg` object that is added to an image's JSON.
pub(super) fn json(probed: &[ProbedVariant]) -> String {
    let entry = |(name, outcome): &ProbedVariant| {
        let value = match outcome {
            Ok(Probed { info, bytes }) => {
                let (width, height, kind) = (info.width, info.height, info.format.mime());
                let bytes = Value::from(*bytes);
                format!(r#"{{"width":{width},"height":{height},"type":"{kind}","bytes":{bytes}}}"#)
            }
            Err(failure) => format!(r#"{{"error":{}}}"#, Value::from(&*sanitize(&failure.to_string()))),
        };
        format!("{}:{value}", Value::from(name.as_str()))
    };
    let entries: Vec<String> = probed.iter().map(entry).collect();
    format!("\"probe\":{{{}}}", entries.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::{Captured, run};
    use crate::commands::picture_fetcher::tests::Slow;

    #[test]
    fn eight_variants_are_probed_at_a_time() {
        let urls: Vec<_> = (10..40).map(|n| format!("\"https://imagedelivery.net/H/a/v{n}\"")).collect();
        let raw = format!(r#"{{"id":"a","requireSignedURLs":false,"variants":[{}]}}"#, urls.join(","));
        let image = Image::read(&raw).unwrap();
        let slow = Slow::default();
        let (_, errors) = Captured::new();
        let account = Scripted::with(&[]);
        let probed = run(variants(&image, &[], &AccountCache::new(&account, &errors), &slow));
        let names: Vec<_> = probed.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, image.variants.iter().map(|variant| variant.name.as_str()).collect::<Vec<_>>());
        assert!(
            probed.iter().all(|(_, result)| result.as_ref().is_ok_and(|result| result.bytes == Some(14)))
        );
        assert_eq!((slow.max_running.get(), slow.received.get()), (8, 30));
    }
}
