//! `cfimg check`: prints which images need signed URLs, and with `--verify` whether they are delivered
//! without.

use std::cell::Cell;
use std::pin::pin;

use futures_util::future;
use futures_util::stream::{self, Stream, StreamExt as _, TryStreamExt as _};
use serde::Serialize;

use super::account::Account;
use super::account_cache::AccountCache;
use super::arguments::Check;
use super::concurrent::{AT_ONCE, done_in_order};
use super::console::{Aligned, Console, Errors, Stop};
use super::image_args::ImageArg;
use super::list;
use crate::domain::delivery_plan::WhyPublic;
use crate::domain::sanitize::{json_line, sanitize};
use crate::domain::verification::{Reply, Verification};
use crate::domain::{
    Access, DeliveryPlan, Failure, FailureKind, Image, ListQuery, NoVariant, Reference, SignMode, Variant,
    VariantOptions,
};

/// Columns of the access with its mark and the gap behind it.
const ACCESS_WIDTH: usize = 11;

/// Columns of the result of `--verify` and the gap behind it.
const DELIVERY_WIDTH: usize = 11;

/// The exit code if an image needs signed URLs and nothing failed.
const SIGNED: u8 = 10;

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Columns, aligned or separated by tabs.
    Columns { aligned: bool },
    /// One JSON object per line.
    Json,
    /// No output, and no warnings or failures either.
    Quiet,
}

impl Form {
    pub(super) fn new(check: &Check, is_terminal: bool) -> Self {
        match check {
            Check { quiet: true, .. } => Self::Quiet,
            Check { json: true, .. } => Self::Json,
            _ => Self::Columns { aligned: is_terminal },
        }
    }
}

/// Prints the access, the ID and the file name of each image. With `verify`, the result of a request for the
/// plain URL follows the access.
pub(super) async fn images<A: Account>(
    args: impl Stream<Item = ImageArg>,
    verify: bool,
    form: Form,
    account: &A,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let errors = console.errors;
    if form == Form::Quiet {
        errors.mute();
    }
    let checker = Checker::new(verify, account, errors);
    let fetch = async |reference: Reference| {
        let image = account.image(&reference).await?;
        Ok(checker.check(image, reference.variant.as_deref()).await)
    };
    let mut tally = Tally::default();
    let code = done_in_order(args, AT_ONCE, fetch, errors, async |_, checked| {
        checked.print(form, console)?;
        Ok(Ok(tally.count(&checked, errors)))
    })
    .await?;
    Ok(if code == 0 { tally.code() } else { code })
}

/// Does the same for every image of the account. Only the images being verified are in memory.
pub(super) async fn all<A: Account>(
    verify: bool,
    form: Form,
    account: &A,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let errors = console.errors;
    if form == Form::Quiet {
        errors.mute();
    }
    let checker = Checker::new(verify, account, errors);
    let skipped = Cell::new(0_u64);
    let query = ListQuery { per_page: *ListQuery::PER_PAGE.end(), ..ListQuery::default() };
    let pages = stream::try_unfold(Some(None), |after: Option<Option<_>>| async {
        let Some(after) = after else { return Ok::<_, Failure>(None) };
        let page = account.page(&query, after.as_ref()).await?;
        skipped.set(skipped.get() + page.skipped as u64);
        Ok(Some((stream::iter(page.images.into_iter().map(Ok::<_, Failure>)), page.next.map(Some))))
    });
    // A failed page is an item of the stream, so that it is reported after the images before it.
    let results =
        pages.try_flatten().map(|image| async { Ok::<_, Failure>(checker.check(image?, None).await) });
    let mut results = pin!(results.buffered(AT_ONCE));
    let (mut tally, mut seen) = (Tally::default(), 0_u64);
    // With a request per image this takes long, so the total is shown. The API's count is of all images.
    let usage = async { if verify && errors.is_terminal() { account.usage().await.ok() } else { None } };
    let (mut next, usage) = future::join(results.try_next(), usage).await;
    loop {
        match next {
            Ok(Some(image)) => {
                seen += 1;
                errors.clear();
                tally.count(&image, errors);
                image.print(form, console)?;
                if verify || seen.is_multiple_of(100) {
                    errors.status(&list::progress(seen, usage.and_then(|usage| usage.current)));
                }
            }
            Ok(None) => break,
            Err(failure) => {
                errors.clear();
                if seen > 0 {
                    errors.warning(&list::incomplete(seen));
                }
                let Some(code) = tally.failed else { return Err(failure.into()) };
                errors.failure(&failure);
                return Ok(code);
            }
        }
        next = results.try_next().await;
    }
    errors.clear();
    if skipped.get() > 0 {
        errors.warning(&list::skipped(skipped.get()));
        // Whether what was left out needs signed URLs is as unknown as that of an image without the flag.
        tally.fail(FailureKind::Other.exit_code());
    } else if seen == 0 {
        errors.note(list::NO_IMAGES);
    }
    Ok(tally.code())
}

/// Sends the requests of `--verify`, if it was given.
struct Checker<'a, A> {
    verify: bool,
    cache: AccountCache<'a, A>,
}

/// An image, and the result of `--verify`.
struct Checked {
    image: Image,
    delivery: Option<Verified>,
}

/// What the delivery host does with the plain URL of a variant.
struct Verified {
    /// The variant that was requested, and how it should be delivered without a signature.
    variant: Option<(String, DeliveryPlan)>,
    /// `None` if no request was sent: a draft has no picture.
    reply: Option<Reply>,
}

impl<'a, A: Account> Checker<'a, A> {
    fn new(verify: bool, account: &'a A, errors: &'a Errors) -> Self {
        Self { verify, cache: AccountCache::new(account, errors) }
    }

    async fn check(&self, image: Image, named: Option<&str>) -> Checked {
        let delivery = if self.verify { Some(self.verify(&image, named).await) } else { None };
        Checked { image, delivery }
    }

    async fn verify(&self, image: &Image, named: Option<&str>) -> Verified {
        let needs_options = !image.draft && image.access != Access::Public;
        let options = if needs_options { self.cache.options().await } else { &[] };
        let variant = match representative_variant(image, named, options) {
            Ok(variant) => variant,
            Err(NoVariant::Draft) => return Verified { variant: None, reply: None },
            Err(none) => {
                return Verified { variant: None, reply: Some(Reply::Failed(none.failure(image))) };
            }
        };
        let reply = self.cache.account.reply(&variant.url).await;
        let plan = plain_plan(image, variant, options);
        Verified { variant: Some((variant.name.clone(), plan)), reply: Some(reply) }
    }
}

/// How a variant should be delivered without a signature.
fn plain_plan(image: &Image, variant: &Variant, options: &[VariantOptions]) -> DeliveryPlan {
    DeliveryPlan::new(&variant.url, image.access, options, SignMode::Never)
}

/// The variant whose plain URL shows whether the image is private: the named one, unless that variant is
/// always public.
fn representative_variant<'a>(
    image: &'a Image,
    named: Option<&str>,
    options: &[VariantOptions],
) -> Result<&'a Variant, NoVariant> {
    let default = image.variant(None)?;
    let may_be_private =
        |variant: &&Variant| plain_plan(image, variant, options) != DeliveryPlan::Plain(WhyPublic::Variant);
    let named = named.and_then(|name| image.variant(Some(name)).ok());
    let candidate = named.filter(may_be_private).or_else(|| Some(default).filter(may_be_private));
    Ok(candidate.or_else(|| image.variants.iter().find(may_be_private)).unwrap_or(default))
}

impl Verified {
    fn word(&self) -> &'static str {
        match self.reply {
            Some(Reply::Opens(_)) => "open",
            Some(Reply::Refused(..)) => "closed",
            Some(Reply::Failed(_)) => "failed",
            None => "unchecked",
        }
    }

    /// Why the reply says nothing about access.
    fn failure(&self) -> Option<&Failure> {
        match &self.reply {
            Some(Reply::Failed(failure)) => Some(failure),
            _ => None,
        }
    }
}

impl Checked {
    fn print(&self, form: Form, console: &mut Console<'_>) -> Result<(), Stop> {
        match form {
            Form::Columns { aligned } => {
                let aligned = aligned.then_some(Aligned { paint: console.paint, width: console.width });
                console.answer(&self.line(aligned))
            }
            Form::Json => console.answer(&self.json()),
            Form::Quiet => Ok(()),
        }
    }

    /// Access, delivery if verified, ID, file name: sanitized, and without tabs.
    fn line(&self, aligned: Option<Aligned>) -> String {
        let image = &self.image;
        let word = image.access_word();
        let delivery = self.delivery.as_ref().map(Verified::word);
        let id = sanitize(image.id.as_str());
        let name = image.filename.as_deref().map(sanitize).unwrap_or_default();
        let Some(Aligned { paint, width }) = aligned else {
            let delivery = delivery.map(|word| format!("{word}\t")).unwrap_or_default();
            return format!("{word}\t{delivery}{id}\t{name}\n");
        };
        let access = paint.access_cell((!image.draft).then_some(image.access));
        let is_wrong = self.failure().is_some() || self.mismatch().is_some();
        let delivery = delivery.map(|word| {
            let gap = " ".repeat(DELIVERY_WIDTH.saturating_sub(word.len()));
            (if is_wrong { paint.problem(word) } else { word.to_owned() }) + &gap
        });
        let before = ACCESS_WIDTH + delivery.as_ref().map_or(0, |_| DELIVERY_WIDTH);
        let end = list::id_and_name(&id, &name, width, before);
        format!("{access}  {}{end}\n", delivery.unwrap_or_default())
    }

    fn json(&self) -> String {
        let object = Object {
            id: self.image.id.as_str(),
            access: self.image.access_word(),
            filename: self.image.filename.as_deref(),
            draft: self.image.draft,
            delivery: self.delivery.as_ref().map(|verified| Delivery {
                result: verified.word(),
                variant: verified.variant.as_ref().map(|(name, _)| name.as_str()),
                error: verified.failure().map(ToString::to_string),
            }),
        };
        let object = serde_json::to_string(&object).unwrap_or_default();
        format!("{}\n", json_line(&object))
    }

    /// The message if flag and delivery differ.
    fn mismatch(&self) -> Option<String> {
        let id = sanitize(self.image.id.as_str());
        let Verified { variant, reply } = self.delivery.as_ref()?;
        let (_, plan) = variant.as_ref()?;
        let reply = reply.as_ref()?;
        let contradicts = matches!(
            (plan, reply),
            (DeliveryPlan::Refuse(_), Reply::Opens(_))
                | (DeliveryPlan::Plain(WhyPublic::Image), Reply::Refused(..))
        );
        let verification = Verification {
            access: self.image.access,
            always_public: false,
            signed: None,
            not_signed: None,
            plain: Some(reply),
        };
        contradicts.then(|| format!("{id}: {}", verification.finding().advice))
    }

    /// Why the image could not be verified.
    fn failure(&self) -> Option<&Failure> {
        self.delivery.as_ref().and_then(Verified::failure)
    }

    /// The exit code for this image: 0 if nothing is wrong.
    fn failure_code(&self) -> u8 {
        let is_known = !self.image.draft && self.image.access != Access::Unknown;
        match self.failure() {
            Some(failure) if is_known => failure.kind.exit_code(),
            None if is_known && self.mismatch().is_none() => 0,
            _ => FailureKind::Other.exit_code(),
        }
    }
}

/// An image in the output of `--json`.
#[derive(Serialize)]
struct Object<'a> {
    id: &'a str,
    access: &'static str,
    filename: Option<&'a str>,
    draft: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<Delivery<'a>>,
}

/// The result of `--verify` in the output of `--json`.
#[derive(Serialize)]
struct Delivery<'a> {
    result: &'static str,
    variant: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Collects the exit code.
#[derive(Default)]
struct Tally {
    signed: bool,
    /// The exit code of the first failure.
    failed: Option<u8>,
}

impl Tally {
    /// Counts an image, reports what is wrong with it, and returns its exit code.
    fn count(&mut self, checked: &Checked, errors: &Errors) -> u8 {
        self.signed |= checked.image.access == Access::Signed && !checked.image.draft;
        let id = sanitize(checked.image.id.as_str());
        if checked.image.access == Access::Unknown {
            let why = checked.image.why_unknown().unwrap_or_default();
            errors.warning(&format!("{id}: Access is unknown ({why})."));
        }
        if let Some(failure) = checked.failure() {
            errors.failure(&format!("Couldn't verify {id}. {failure}"));
        }
        if let Some(mismatch) = checked.mismatch() {
            errors.failure(&mismatch);
        }
        let code = checked.failure_code();
        if code != 0 {
            self.fail(code);
        }
        code
    }

    fn fail(&mut self, code: u8) {
        self.failed.get_or_insert(code);
    }

    fn code(&self) -> u8 {
        self.failed.unwrap_or(if self.signed { SIGNED } else { 0 })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::Paint;
    use crate::commands::console::tests::{Captured, run};
    use crate::domain::{Continuation, Page};

    const TABS: Form = Form::Columns { aligned: false };

    fn scripted() -> Scripted {
        Scripted::with(&[
            r#"{"id":"open","filename":"a\tb\u001b.png","requireSignedURLs":false}"#,
            r#"{"id":"closed\u202e","filename":"c.png","requireSignedURLs":true}"#,
            r#"{"id":"odd","requireSignedURLs":"false"}"#,
            r#"{"id":"silent"}"#,
            r#"{"id":"draft","requireSignedURLs":false,"draft":true}"#,
            r#"{"id":"signed-draft","requireSignedURLs":true,"draft":true}"#,
        ])
    }

    fn check_as(form: Form, ids: &[&str]) -> (String, u8, String) {
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let mut console = captured.console(&mut out, &errors);
        let ids = stream::iter(ids.iter().map(|a| ImageArg::read(a)));
        let code = run(super::images(ids, false, form, &scripted(), &mut console));
        (String::from_utf8(out).unwrap(), code.unwrap(), captured.text())
    }

    fn check(ids: &[&str]) -> (String, u8, String) {
        check_as(TABS, ids)
    }

    #[test]
    fn columns_are_separated_by_tabs() {
        let (out, code, errors) = check(&["open"]);
        assert_eq!((&*out, code, &*errors), ("public\topen\ta␉b␛.png\n", 0, ""));
        let (out, code, _) = check(&["open", "closed\u{202e}"]);
        assert_eq!((out.lines().nth(1), code), (Some("signed\tclosed⟨U+202E⟩\tc.png"), 10));
    }

    #[test]
    fn unknown_and_draft_are_failures() {
        let (out, code, errors) = check(&["odd", "silent"]);
        assert_eq!((&*out, code), ("unknown\todd\t\nunknown\tsilent\t\n", 1));
        let lines: Vec<&str> = errors.lines().collect();
        assert!(lines.len() == 2 && lines[0].starts_with("cfimg: warning: odd: "), "{errors}");
        assert!(
            lines[0].contains(" \"false\"") && lines[1].starts_with("cfimg: warning: silent: "),
            "{errors}"
        );
        let (out, code, _) = check(&["draft", "signed-draft"]);
        assert_eq!((&*out, code), ("draft\tdraft\t\ndraft\tsigned-draft\t\n", 1));
        for ids in ["odd", "silent", "draft", "signed-draft"] {
            assert_eq!(check(&[ids]).1, 1, "{ids}");
            assert_eq!(check(&["closed\u{202e}", "open", ids]).1, 1, "{ids} outranks 10");
        }
    }

    #[test]
    fn first_failure_in_argument_order_decides_code() {
        assert_eq!(check(&["closed\u{202e}", "gone", ".."]).1, 3);
        assert_eq!(check(&["gone", "silent"]).1, 3);
        assert_eq!(check(&["silent", "gone"]).1, 1);
        assert_eq!(check(&["..", "draft", "gone"]).1, 2);
    }

    #[test]
    fn json_is_one_object_per_image() {
        let (out, code, _) = check_as(Form::Json, &["open", "closed\u{202e}", "silent", "draft"]);
        assert_eq!(code, 1);
        assert_eq!(
            out,
            "{\"id\":\"open\",\"access\":\"public\",\"filename\":\"a\\tb\\u001b.png\",\"draft\":false}\n\
             {\"id\":\"closed\\u202e\",\"access\":\"signed\",\"filename\":\"c.png\",\"draft\":false}\n\
             {\"id\":\"silent\",\"access\":\"unknown\",\"filename\":null,\"draft\":false}\n\
             {\"id\":\"draft\",\"access\":\"draft\",\"filename\":null,\"draft\":true}\n"
        );
    }

    #[test]
    fn quiet_prints_nothing_and_keeps_exit_code() {
        for (ids, code) in [
            (&["open"][..], 0),
            (&["closed\u{202e}", "open"], 10),
            (&["odd"], 1),
            (&["draft"], 1),
            (&["closed\u{202e}", "gone"], 3),
            (&[".."], 2),
        ] {
            assert_eq!(check_as(Form::Quiet, ids), (String::new(), code, String::new()), "{ids:?}");
        }
    }

    #[test]
    fn columns_are_aligned_on_terminal() {
        let (out, ..) = check_as(Form::Columns { aligned: true }, &["closed\u{202e}", "silent", "draft"]);
        let gap = " ".repeat(24);
        assert_eq!(
            out,
            format!("● signed   closed⟨U+202E⟩{gap}c.png\n? unknown  silent\n  draft    draft\n")
        );
    }

    const BLURRED: &str = r#"{"neverRequireSignedURLs":true}"#;

    /// An account with images of these IDs, which are private if the ID starts with `p`. Those with `open` in
    /// the ID are delivered unsigned.
    fn account(ids: &[&str]) -> Scripted {
        let image = |id: &&str| {
            let url = |variant: &str| format!("\"https://imagedelivery.net/H/{id}/{variant}\"");
            let (private, urls) = (id.starts_with('p'), [url("blurred"), url("hero")].join(","));
            format!(r#"{{"id":"{id}","requireSignedURLs":{private},"variants":[{urls}]}}"#)
        };
        let images: Vec<_> = ids.iter().map(image).collect();
        let images: Vec<&str> = images.iter().map(String::as_str).collect();
        Scripted { options: Some(vec![VariantOptions::read("blurred", BLURRED)]), ..Scripted::with(&images) }
    }

    fn captured(
        work: impl AsyncFnOnce(&mut Console<'_>) -> Result<u8, Stop>,
    ) -> (String, String, Result<u8, i32>) {
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let code = run(work(&mut captured.console(&mut out, &errors))).map_err(|stop| match stop {
            Stop::Failed(failure) => i32::from(failure.kind.exit_code()),
            Stop::Closed => -1,
        });
        (String::from_utf8(out).unwrap(), captured.text(), code)
    }

    fn verify(ids: &[&str]) -> (String, String, Result<u8, i32>) {
        let images = stream::iter(ids.iter().map(|id| ImageArg::read(id)));
        captured(async |console| super::images(images, true, TABS, &account(ids), console).await)
    }

    #[test]
    fn verify_adds_a_delivery_column() {
        let (out, errors, code) = verify(&["an-open", "private"]);
        assert_eq!(out, "public\topen\tan-open\t\nsigned\tclosed\tprivate\t\n");
        assert_eq!((&*errors, code), ("", Ok(10)));
        assert_eq!(verify(&["an-open"]).2, Ok(0));
    }

    #[test]
    fn only_denied_access_is_closed() {
        for denial in ["p-http-403", "p-http-401", "p-http-403-9425"] {
            let (out, errors, code) = verify(&[denial]);
            assert_eq!((out, &*errors, code), (format!("signed\tclosed\t{denial}\t\n"), "", Ok(10)));
        }
        for (answer, expected) in [
            ("http-403-9413", None),
            ("http-403-9422", Some(1)),
            ("http-429-9422", Some(1)),
            ("http-403-9429", None),
            ("http-404-9404", Some(3)),
            ("http-404", Some(3)),
            ("http-429", Some(5)),
            ("http-503", Some(5)),
            ("http-522-9504", Some(5)),
            ("http-418", Some(1)),
        ] {
            for (id, word) in [(format!("p-{answer}"), "signed"), (answer.to_owned(), "public")] {
                let (out, errors, code) = verify(&[&id]);
                assert_eq!(out, format!("{word}\tfailed\t{id}\t\n"));
                assert!(!matches!(code, Ok(0 | 10)) && expected.is_none_or(|expected| code == Ok(expected)));
                assert_eq!(errors.lines().count(), 1, "{errors}");
                assert!(errors.contains(&id), "{errors}");
            }
        }
    }

    #[test]
    fn draft_is_unchecked_and_missing_variants_fail() {
        let account = Scripted::with(&[
            r#"{"id":"draft","draft":true,"variants":["https://imagedelivery.net/H/draft/public"]}"#,
            r#"{"id":"bare","requireSignedURLs":false}"#,
        ]);
        for (id, line, code) in
            [("draft", "draft\tunchecked\tdraft\t\n", Ok(1)), ("bare", "public\tfailed\tbare\t\n", Ok(3))]
        {
            let images = stream::iter([ImageArg::read(id)]);
            let (out, _, got) =
                captured(async |console| super::images(images, true, TABS, &account, console).await);
            assert_eq!((&*out, got), (line, code));
        }
    }

    #[test]
    fn json_holds_delivery_result_variant_and_error() {
        let account = account(&["an-open", "private", "p-http-403-9422"]);
        let images = stream::iter(["an-open", "private", "p-http-403-9422"].map(ImageArg::read));
        let (out, ..) =
            captured(async |console| super::images(images, true, Form::Json, &account, console).await);
        let objects: Vec<serde_json::Value> =
            out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let results: Vec<_> = objects.iter().map(|object| object["delivery"]["result"].as_str()).collect();
        assert_eq!(results, [Some("open"), Some("closed"), Some("failed")]);
        assert_eq!(objects[1]["delivery"]["variant"], "hero");
        assert!(objects[1]["delivery"].get("error").is_none());
        assert!(objects[2]["delivery"]["error"].as_str().unwrap().contains("9422"));
    }

    #[test]
    fn always_public_variant_is_not_a_mismatch() {
        let account = Scripted {
            options: Some(vec![VariantOptions::read("blurred", BLURRED)]),
            ..Scripted::with(&[
                r#"{"id":"p-open","requireSignedURLs":true,"variants":["https://imagedelivery.net/H/p-open/blurred"]}"#,
            ])
        };
        let images = stream::iter([ImageArg::read("p-open")]);
        let (out, errors, code) =
            captured(async |console| super::images(images, true, TABS, &account, console).await);
        assert_eq!((&*out, &*errors, code), ("signed\topen\tp-open\t\n", "", Ok(10)));
    }

    #[test]
    fn mismatch_of_flag_and_delivery_is_a_failure() {
        let (out, errors, code) = verify(&["p-open", "secret", "private"]);
        assert_eq!(out, "signed\topen\tp-open\t\npublic\tclosed\tsecret\t\nsigned\tclosed\tprivate\t\n");
        assert_eq!(code, Ok(1));
        let lines: Vec<&str> = errors.lines().collect();
        assert!(lines.len() == 2 && lines[0].starts_with("cfimg: p-open: "), "{errors}");
        assert!(lines[1].starts_with("cfimg: secret: "), "{errors}");
    }

    #[test]
    fn messages_of_check() {
        let (_, _, unknown) = check(&["silent"]);
        let (_, unverified, _) = verify(&["http-404"]);
        let page = Page { images: account(&["an-open"]).images, skipped: 1, next: None };
        let account = Scripted { pages: RefCell::new([Ok(page)].into()), ..Scripted::default() };
        let (_, skipped, _) = captured(async |console| all(false, TABS, &account, console).await);
        let start = |text: String, words| text.split_inclusive(' ').take(words).collect::<String>() + "\n";
        insta::assert_snapshot!("messages", start(unknown, 6) + &start(unverified, 4) + &skipped);
    }

    #[test]
    fn always_public_variant_is_not_representative() {
        let account = account(&["private"]);
        let image = &account.images[0];
        let options = account.options.clone().unwrap();
        for wanted in [None, Some("blurred"), Some("hero"), Some("gone")] {
            assert_eq!(representative_variant(image, wanted, &options).unwrap().name, "hero", "{wanted:?}");
        }
        assert_eq!(representative_variant(image, Some("blurred"), &[]).unwrap().name, "blurred");
        let draft = Image::read(r#"{"id":"x","draft":true}"#).unwrap();
        assert_eq!(representative_variant(&draft, None, &[]), Err(NoVariant::Draft));
    }

    #[test]
    fn all_checks_every_page() {
        let paged = |broken: bool| {
            let account = account(&["an-open", "private", "p-open"]);
            let mut images = account.images.clone();
            let last = if broken {
                Err(Failure::new(FailureKind::Network, "Cut short", "Try again."))
            } else {
                Ok(Page { images: images.split_off(2), skipped: 0, next: None })
            };
            images.truncate(2);
            let next = Some(Continuation::after_page(None, "next".to_owned(), 1000, &mut Vec::new()));
            let first = Ok(Page { images, skipped: 1, next });
            Scripted { pages: RefCell::new([first, last].into()), ..account }
        };
        let (out, errors, code) = captured(async |console| all(false, TABS, &paged(false), console).await);
        assert_eq!(out, "public\tan-open\t\nsigned\tprivate\t\nsigned\tp-open\t\n");
        assert!(errors.starts_with("cfimg: warning: ") && errors.contains(" 1 "), "{errors}");
        assert_eq!(code, Ok(1), "a skipped entry counts as unknown");
        let (out, _, code) = captured(async |console| all(true, TABS, &paged(false), console).await);
        assert_eq!(out, "public\topen\tan-open\t\nsigned\tclosed\tprivate\t\nsigned\topen\tp-open\t\n");
        assert_eq!(code, Ok(1));
        let (out, errors, code) = captured(async |console| all(false, TABS, &paged(true), console).await);
        assert_eq!((out.lines().count(), code), (2, Err(5)));
        assert!(errors.starts_with("cfimg: warning: ") && errors.contains(" 2 "), "{errors}");
    }

    #[test]
    fn all_fails_for_drafts_and_unknown_images() {
        let listed = |raws: &[&str], end: Result<Page, Failure>| {
            let mut images = raws.iter().map(|raw| Image::read(raw).unwrap()).collect();
            let next = Some(Continuation::after_page(None, "next".to_owned(), 1000, &mut images));
            let pages = [Ok(Page { images, skipped: 0, next }), end];
            Scripted { pages: RefCell::new(pages.into()), ..Scripted::default() }
        };
        let signed = r#"{"id":"a","requireSignedURLs":true}"#;
        let last = || Ok(Page { images: vec![], skipped: 0, next: None });
        let broken = || Err(Failure::new(FailureKind::Network, "Cut short", "Try again."));
        for other in
            [r#"{"id":"b","requireSignedURLs":null}"#, r#"{"id":"b","requireSignedURLs":false,"draft":true}"#]
        {
            let account = listed(&[signed, other], last());
            assert_eq!(
                captured(async |console| all(false, TABS, &account, console).await).2,
                Ok(1),
                "{other}"
            );
            let account = listed(&[signed, other], broken());
            let (_, errors, code) = captured(async |console| all(false, TABS, &account, console).await);
            assert_eq!(code, Ok(1), "the first failure: {other}");
            assert!(errors.contains("Cut short"), "{errors}");
        }
        let account = listed(&[signed], last());
        assert_eq!(
            captured(async |console| all(false, Form::Quiet, &account, console).await),
            (String::new(), String::new(), Ok(10))
        );
    }

    #[test]
    fn status_line_counts_images_on_terminal() {
        let account = account(&["an-open", "private"]);
        let page = Page { images: account.images.clone(), skipped: 0, next: None };
        let account = Scripted { pages: RefCell::new([Ok(page)].into()), ..account };
        let captured = Captured::default();
        let errors = Errors::new(Box::new(captured.clone()), Paint::default(), true);
        let mut out = Vec::new();
        let code = run(all(true, TABS, &account, &mut captured.console(&mut out, &errors))).unwrap();
        assert_eq!(code, 10);
        let progress = |seen| list::progress(seen, Some(8113));
        assert_eq!(captured.text(), format!("{}\r\x1b[K{}\r\x1b[K", progress(1), progress(2)));
        assert!(progress(1).starts_with("1 of 8,113 "));
        assert_eq!(list::progress(1204, Some(1000)), list::progress(1204, None));
    }
}
