//! `cfimg show`: prints the details and variants of images.

use std::borrow::Cow;

use futures_util::future::{self, FutureExt as _};
use futures_util::stream::Stream;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::account::Account;
use super::account_cache::AccountCache;
use super::concurrent::{AT_ONCE, in_order};
use super::console::{Console, Paint, Stop};
use super::image_args::ImageArg;
use super::picture_fetcher::PictureFetcher;
use super::probe::{self, ProbedVariant};
use super::table::Table;
use crate::domain::json::with_added_member;
use crate::domain::sanitize::{json_line, sanitize};
use crate::domain::width::pad;
use crate::domain::{
    Access, ApiMessage, Image, Reference, SignMode, VariantOptions, json_tree, time_format, url_display,
};

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
            errors.warning_once(&format!("The options of the account's variants are missing: {failure}"));
        }
        let (options, probed) = (options.unwrap_or_default(), probed.unwrap_or_default());
        let style = AccessStyle { paint: console.paint, marks: console.terminal };
        let text = details(&image, options, &probed, (console.now)(), &(console.zone)(), style);
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

/// How access is shown: by colours, and by marks on a terminal.
#[derive(Debug, Clone, Copy)]
struct AccessStyle {
    paint: Paint,
    marks: bool,
}

/// One image as aligned lines. `probed` holds the sizes of its variants' pictures, if they were probed.
fn details(
    image: &Image,
    options: &[VariantOptions],
    probed: &[ProbedVariant],
    now: Timestamp,
    zone: &TimeZone,
    style: AccessStyle,
) -> String {
    let field_text = |field, value: Option<String>| match value {
        Some(value) => value,
        None if image.has_field(field) => "not readable: see --json".to_owned(),
        None => MISSING.to_owned(),
    };
    let text =
        |field, text: &Option<String>| field_text(field, text.as_deref().map(sanitize).map(Cow::into_owned));
    let uploaded =
        image.uploaded.map(|at| format!("{} ({})", time_format::local(at, zone), time_format::ago(at, now)));
    let mut rows = Rows { text: String::new(), paint: style.paint };
    rows.add("Filename", [text("filename", &image.filename)]);
    rows.add("ID", [sanitize(image.id.as_str()).into_owned()]);
    rows.add("Creator", [text("creator", &image.creator)]);
    rows.add("Uploaded", [field_text("uploaded", uploaded)]);
    rows.add("Access", access(image, options, style));
    if image.draft {
        rows.add("Draft", ["Yes: its bytes have not been uploaded".to_owned()]);
    }
    rows.add("Metadata", metadata(image));
    rows.add("Variants", variants(image, options, probed, style));
    rows.text
}

/// The value of a field that the API did not send.
const MISSING: &str = "–";

fn access(
    image: &Image,
    options: &[VariantOptions],
    AccessStyle { paint, marks }: AccessStyle,
) -> Vec<String> {
    let label = image.access.label();
    if image.draft {
        let flag = match image.access {
            Access::Signed => vec!["Once uploaded: signed URL required".to_owned()],
            // It is not delivered yet, whatever the flag says.
            Access::Public | Access::Unknown => vec![],
        };
        return [vec![paint.bold("None: nothing of a draft is delivered")], flag].concat();
    }
    let why = image.why_unknown().map(|why| format!(" ({why})")).unwrap_or_default();
    let words = if marks {
        format!("{} {label}", paint.mark(image.access))
    } else {
        paint.access(image.access, label)
    };
    let mut lines = vec![words + &why];
    let public: Vec<_> = image.always_public(options).map(|variant| sanitize(&variant.name)).collect();
    if image.access == Access::Signed && !public.is_empty() {
        lines.push(format!("Always public: {}", public.join(", ")));
    }
    lines
}

fn metadata(image: &Image) -> Vec<String> {
    let Some(meta) = &image.meta else { return vec![MISSING.to_owned()] };
    let mut table = Table::default();
    for line in json_tree::lines(meta) {
        table.row([format!("{}{}", "  ".repeat(line.depth), line.label), line.value]);
    }
    table.lines()
}

fn variants(
    image: &Image,
    options: &[VariantOptions],
    probed: &[ProbedVariant],
    style: AccessStyle,
) -> Vec<String> {
    if image.variants.is_empty() {
        return vec![MISSING.to_owned()];
    }
    let mut table = Table::default();
    for variant in &image.variants {
        let options = options.iter().find(|options| options.name == variant.name);
        let summary = options.map(VariantOptions::summary).unwrap_or_default();
        let name = sanitize(&variant.name).into_owned();
        let probed = probed.iter().find(|(name, _)| *name == variant.name).map(|(_, outcome)| outcome);
        let [size, kind, bytes] =
            probed.and_then(|result| result.as_ref().ok()).map(probe::cells).unwrap_or_default();
        let failure = probed.and_then(|result| result.as_ref().err());
        table.row([
            name,
            sanitize(&summary).into_owned(),
            size,
            kind,
            bytes,
            url_display::percent_encode_for_display(variant.url.as_str()).into_owned(),
            failure.map(|failure| sanitize(&failure.to_string()).into_owned()).unwrap_or_default(),
        ]);
    }
    if !style.marks || image.access != Access::Signed {
        return table.lines();
    }
    let access = image.variants.iter().map(|variant| {
        let options = options.iter().find(|options| options.name == variant.name);
        variant_access(options.and_then(|options| options.never_require_signed_urls), style.paint)
    });
    access.zip(table.lines()).map(|(access, line)| access + &line).collect()
}

/// Whether a variant of an image that needs signed URLs needs one, in 19 columns. They are blank if it is unknown.
fn variant_access(always_public: Option<bool>, paint: Paint) -> String {
    let (access, words) = match always_public {
        Some(true) => (Access::Public, "always public"),
        Some(false) => (Access::Signed, "needs signature"),
        None => return " ".repeat(19),
    };
    format!("{} {}  ", paint.mark(access), pad(words, 15))
}

/// Rows of a label and one or more lines.
struct Rows {
    text: String,
    paint: Paint,
}

impl Rows {
    fn add(&mut self, label: &str, lines: impl IntoIterator<Item = String>) {
        let mut label = self.paint.dim(&format!("{label:<8}"));
        for line in lines {
            self.text.extend([&label, "  ", &line, "\n"]);
            label = " ".repeat(8);
        }
    }
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

    fn options() -> Vec<VariantOptions> {
        vec![
            VariantOptions::read("hero", r#"{"options":{"fit":"cover","width":1366,"height":768}}"#),
            VariantOptions::read("thumb", r#"{"neverRequireSignedURLs":true,"options":{"fit":"pad"}}"#),
        ]
    }

    fn shown(account: &Scripted, ids: &[&str]) -> (String, String, u8) {
        shown_on(account, ids, false)
    }

    fn shown_on(account: &Scripted, ids: &[&str], terminal: bool) -> (String, String, u8) {
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let mut console = Console { terminal, ..captured.console(&mut out, &errors) };
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
    fn text_shows_details_and_variants() {
        let account =
            Scripted { options: Some(options()), ..Scripted::with(&[LOGO, r#"{"id":"bare","draft":true}"#]) };
        let (out, errors, code) = shown(&account, &["logo", "bare"]);
        assert_eq!(
            out,
            "Filename  logo␛[31m.png\n\
             ID        logo\n\
             Creator   user-8812\n\
             Uploaded  2014-01-02 02:20 UTC (12 years ago)\n\
             Access    signed URL required\n          \
             Always public: thumb\n\
             Metadata  tag   a␊b\n          \
             size\n            \
             w   1.50\n\
             Variants  hero   cover 1366×768  https://imagedelivery.net/H/logo/hero\n          \
             thumb  pad             https://imagedelivery.net/H/logo/thumb\n\
             \n\
             Filename  –\n\
             ID        bare\n\
             Creator   –\n\
             Uploaded  –\n\
             Access    None: nothing of a draft is delivered\n\
             Draft     Yes: its bytes have not been uploaded\n\
             Metadata  –\n\
             Variants  –\n"
        );
        assert_eq!((errors.as_str(), code), ("", 0));
        assert_eq!(account.requests.get(), 3, "the options are requested once");
    }

    #[test]
    fn terminal_gets_marks_of_access() {
        let hero = r#"{"options":{"fit":"cover"},"neverRequireSignedURLs":false}"#;
        let options = vec![VariantOptions::read("hero", hero), options().remove(1)];
        let public =
            r#"{"id":"open","requireSignedURLs":false,"variants":["https://imagedelivery.net/H/open/hero"]}"#;
        let unknown = r#"{"id":"odd","variants":[]}"#;
        let new =
            r#"{"id":"new","requireSignedURLs":true,"variants":["https://imagedelivery.net/H/new/new"]}"#;
        let account = Scripted { options: Some(options), ..Scripted::with(&[LOGO, public, unknown, new]) };
        let (out, ..) = shown_on(&account, &["logo", "open", "odd", "new"], true);
        for line in [
            "Access    ● signed URL required",
            "Variants  ● needs signature  hero   cover  https://imagedelivery.net/H/logo/hero",
            "          ○ always public    thumb  pad    https://imagedelivery.net/H/logo/thumb",
            "Access    ○ public",
            "Variants  hero  cover  https://imagedelivery.net/H/open/hero",
            "Access    ? unknown (the API didn't report it)",
            "Variants                     new  https://imagedelivery.net/H/new/new",
        ] {
            assert!(out.lines().any(|shown| shown == line), "{line}\n{out}");
        }
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
    fn unreadable_fields_differ_from_missing_ones() {
        let account = Scripted::with(&[
            r#"{"id":"odd","filename":3,"creator":["me"],"uploaded":"soon","requireSignedURLs":"false"}"#,
        ]);
        let (out, _, _) = shown(&account, &["odd"]);
        for field in ["Filename  ", "Creator   ", "Uploaded  "] {
            assert!(out.contains(&format!("{field}not readable: see --json\n")), "{field}\n{out}");
        }
        let access = "Access    unknown (requireSignedURLs is \"false\", not true or false)\n";
        assert!(out.contains(access), "{out}");
    }

    #[test]
    fn draft_has_no_access_and_no_public_variant() {
        for flag in ["true", "false", "null"] {
            let draft = format!(
                r#"{{"id":"d","draft":true,"requireSignedURLs":{flag},"variants":["https://imagedelivery.net/H/d/thumb"]}}"#
            );
            let account = Scripted { options: Some(options()), ..Scripted::with(&[&draft]) };
            let (out, _, _) = shown(&account, &["d"]);
            assert!(!out.contains(&format!("Access    {}", Access::Signed.label())), "{out}");
            assert!(!out.to_lowercase().contains("public"), "{out}");
            assert_eq!(
                out.lines()
                    .skip_while(|line| !line.starts_with("Access "))
                    .nth(1)
                    .is_some_and(|line| line.starts_with(' ')),
                flag == "true",
                "{out}"
            );
        }
    }

    #[test]
    fn image_is_printed_if_options_fail() {
        let account = Scripted { options: None, ..Scripted::with(&[LOGO]) };
        let (out, errors, code) = shown(&account, &["logo", "gone"]);
        assert!(
            out.contains(Access::Signed.label()) && out.contains("https://imagedelivery.net/H/logo/hero")
        );
        assert_eq!(code, 3);
        let (warning, failure) = errors.split_once('\n').unwrap();
        assert!(
            warning.starts_with("cfimg: warning: ") && warning.ends_with(": Cut short. Try again."),
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
