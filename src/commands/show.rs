//! `cfimg show`: prints the details and variants of images.

use futures_util::future::{self, FutureExt as _};
use futures_util::stream::Stream;
use serde_json::Value;

use super::account::Account;
use super::account_cache::{AccountCache, NO_OPTIONS};
use super::concurrent::{AT_ONCE, in_order};
use super::console::{Aligned, Console, Stop};
use super::image_args::ImageArg;
use super::image_details::ImageDetails;
use super::picture_fetcher::PictureFetcher;
use super::probe::{self, ProbedVariant};
use crate::domain::json::with_added_member;
use crate::domain::sanitize::json_line;
use crate::domain::{ApiMessage, Image, Reference, SignMode};

/// Prints images as text, with an empty line between two, or as the API sent them, one JSON object per line. With
/// `probe` also the sizes of their variants' pictures; then images are fetched one at a time, their variants
/// concurrently.
pub(super) async fn print<A: Account + PictureFetcher>(
    json: bool,
    probe: bool,
    images: impl Stream<Item = ImageArg>,
    account: &A,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let errors = console.errors;
    let cache = AccountCache::new(account, errors);
    // Requested once for all images. It goes on if the image that asked first fails.
    let options = async { if json { Ok(&[][..]) } else { cache.try_options().await } };
    let options = options.boxed_local().shared();
    let fetch = async |reference: Reference| {
        let options = options.clone();
        if !probe {
            let (image, options) = future::try_join(account.image(&reference), options.map(Ok)).await?;
            return Ok((image, options, None));
        }
        let image: Image = account.image(&reference).await?;
        let options = options.await;
        let known = if json {
            cache.options_for(image.access, SignMode::IfNeeded).await
        } else {
            options.unwrap_or_default()
        };
        let probed = probe::variants(&image, known, &cache, account).await;
        Ok((image, options, Some(probed)))
    };
    let at_once = match (probe, json) {
        (true, _) => 1,
        (false, true) => AT_ONCE,
        (false, false) => AT_ONCE - 1,
    };
    let mut separator = "";
    in_order(images, at_once, fetch, errors, |(image, options, probed)| {
        if json {
            return console.answer(&format!("{}\n", json_line(&object(&image, probed.as_deref()))));
        }
        // Images are printed even if the options could not be loaded.
        if let Err(failure) = options {
            errors.warning_once(&format!("{NO_OPTIONS} {failure}"));
        }
        let (options, probed) = (options.unwrap_or_default(), probed.unwrap_or_default());
        let details = ImageDetails { image: &image, options, probed: &probed };
        let text = match console.aligned() {
            Some(Aligned { paint, .. }) => details.aligned((console.now)(), &(console.zone)(), paint),
            None => details.tabbed(),
        };
        console.answer(&format!("{}{text}", std::mem::replace(&mut separator, "\n")))
    })
    .await
}

/// The API's JSON, with its messages and the probed sizes added under the key `cfimg`.
fn object(image: &Image, probed: Option<&[ProbedVariant]>) -> String {
    let messages: Vec<_> = image.messages.iter().map(ApiMessage::json).collect();
    let messages = (!messages.is_empty()).then(|| format!("\"messages\":{}", Value::from(messages)));
    let members: Vec<_> = messages.into_iter().chain(probed.map(probe::json)).collect();
    if members.is_empty() {
        return image.raw.to_string();
    }
    with_added_member(&image.raw, &format!("{{{}}}", members.join(",")))
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::{Captured, run};
    use crate::commands::picture_fetcher::Probed;
    use crate::domain::{Failure, FailureKind};
    use crate::picture::{FileInfo, Format};

    const LOGO: &str = r#"{"id":"logo","filename":"logo\u001b[31m.png","creator":"user-8812",
        "uploaded":"2014-01-02T02:20:00.123Z","requireSignedURLs":true,"meta":{"tag":"a\nb","size":{"w":1.50}},
        "variants":["https://imagedelivery.net/H/logo/thumb","https://imagedelivery.net/H/logo/hero"]}"#;

    fn shown(account: &Scripted, ids: &[&str]) -> (String, String, u8) {
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let mut console = captured.console(&mut out, &errors);
        let code = run(print(
            false,
            false,
            stream::iter(ids.iter().map(|a| ImageArg::read(a))),
            account,
            &mut console,
        ))
        .unwrap();
        (String::from_utf8(out).unwrap(), captured.text(), code)
    }

    #[test]
    fn options_are_requested_once_for_all_images() {
        let account = Scripted::with(&[LOGO, r#"{"id":"bare","draft":true}"#]);
        let (out, errors, code) = shown(&account, &["logo", "bare"]);
        assert_eq!(out.matches("\n\n").count(), 1, "an empty line between two images: {out}");
        assert_eq!((errors.as_str(), code, account.requests.get()), ("", 0, 3));
    }

    #[test]
    fn missing_image_does_not_wait_for_options() {
        for probe in [false, true] {
            let account = Scripted { options_hang: true, ..Scripted::with(&[]) };
            let (captured, errors) = Captured::new();
            let mut out = Vec::new();
            let mut console = captured.console(&mut out, &errors);
            let images = stream::iter([ImageArg::read("gone")]);
            let printed = print(false, probe, images, &account, &mut console).now_or_never();
            assert_eq!(printed.map(Result::unwrap), Some(3));
            assert_eq!(captured.text(), "cfimg: gone: Image not found. Check the ID.\n");
            assert_eq!(account.requests.get(), 1, "no options are requested");
        }
    }

    #[test]
    fn image_is_printed_if_options_fail() {
        let account = Scripted { options: None, ..Scripted::with(&[LOGO]) };
        let (out, errors, code) = shown(&account, &["logo", "gone"]);
        assert!(
            out.contains("access\tsigned\n")
                && out.contains("\tunknown\thttps://imagedelivery.net/H/logo/hero\n")
        );
        assert_eq!(code, 3);
        let (warning, failure) = errors.split_once('\n').unwrap();
        assert!(
            warning.starts_with("cfimg: warning: ") && warning.ends_with(" Cut short. Try again."),
            "{errors}"
        );
        assert_eq!(failure, "cfimg: gone: Image not found. Check the ID.\n");
    }

    #[test]
    fn json_is_one_line_per_image_and_request() {
        let account = Scripted::with(&[LOGO]);
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let mut console = captured.console(&mut out, &errors);
        let images = stream::iter(["logo", "logo"].map(ImageArg::read));
        assert_eq!(run(print(true, false, images, &account, &mut console)).unwrap(), 0);
        let out = String::from_utf8(out).unwrap();
        let lines: Vec<_> = out.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(
            lines[0].starts_with(r#"{"id":"logo","filename":"logo\u001b[31m.png""#)
                && lines[0].contains("1.50")
        );
        assert_eq!(account.requests.get(), 2);
    }

    #[test]
    fn probe_results_are_under_the_cfimg_key() {
        let info = FileInfo { width: 1366, height: 768, format: Format::WebP, animated: false };
        let probed = |bytes| Probed { info, bytes };
        let failure = Failure::new(FailureKind::NotFound, "No \u{1b}", "Try.");
        assert_eq!(probe::cells(&probed(Some(999_950)))[2], "1.0 MB");
        let variants = [
            ("a".to_owned(), Ok(probed(None))),
            ("\"b".to_owned(), Ok(probed(Some(9)))),
            ("c".to_owned(), Err(failure)),
        ];
        assert_eq!(
            object(&Image::read(r#"{"id":"x","n":1.50}"#).unwrap(), Some(&variants)),
            r#"{"id":"x","n":1.50,"cfimg":{"probe":{"a":{"width":1366,"height":768,"type":"image/webp","bytes":null},"\"b":{"width":1366,"height":768,"type":"image/webp","bytes":9},"c":{"error":"No ␛. Try."}}}}"#
        );
        assert_eq!(
            object(&Image::read(r#"{"id":"x"}"#).unwrap(), Some(&[])),
            r#"{"id":"x","cfimg":{"probe":{}}}"#
        );
    }
}
