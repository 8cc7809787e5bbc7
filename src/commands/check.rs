//! `cfimg check`: which images need signed URLs, and which of them the world sees.

use std::pin::pin;

use futures_util::future;
use futures_util::stream::{self, Stream, StreamExt as _, TryStreamExt as _};
use tokio::sync::OnceCell;

use super::account::Account;
use super::console::{Console, Errors, Stop};
use super::many::{AT_ONCE, in_order};
use super::references::Asked;
use super::signing::Signs;
use crate::cloudflare::delivery_failure;
use crate::domain::account::grouped;
use crate::domain::image::is_always_public;
use crate::domain::safe_text::visible;
use crate::domain::{
    Access, Failure, FailureKind, Image, ListQuery, NoVariant, Reference, Usage, Variant, VariantOptions,
};

/// The exit code where an image needs signed URLs, and nothing failed.
const SIGNED: u8 = 10;

/// Prints `public`, `signed` or `unknown`, a tab and the ID of each image; with `verify` in between what the delivery
/// host shows to whoever has the plain URL.
pub(super) async fn access<A: Account + Signs>(
    asked: impl Stream<Item = Asked>,
    verify: bool,
    account: &A,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let errors = console.errors;
    let world = World::new(verify, account, errors);
    let fetch = async |reference: Reference| {
        let image = account.image(&reference).await?;
        Ok(world.checked(image, reference.variant.as_deref()).await)
    };
    let mut tally = Tally::default();
    let code = in_order(asked, AT_ONCE, fetch, errors, |checked| {
        tally.count(&checked, errors);
        console.answer(&checked.line())
    })
    .await?;
    Ok(if code == 0 { tally.code() } else { code })
}

/// The same of every image that the API lists. Only what is under way is held in memory.
pub(super) async fn all<A: Account + Signs>(
    verify: bool,
    account: &A,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let errors = console.errors;
    let world = World::new(verify, account, errors);
    let query = ListQuery { per_page: *ListQuery::PER_PAGE.end(), ..ListQuery::default() };
    let pages = stream::try_unfold(Some(None), |after: Option<Option<_>>| async {
        let Some(after) = after else { return Ok::<_, Failure>(None) };
        let page = account.page(&query, after.as_ref()).await?;
        if page.skipped > 0 {
            errors.warning(&format!("Left out, as they are no images: {} of the list.", page.skipped));
        }
        Ok(Some((stream::iter(page.images.into_iter().map(Ok::<_, Failure>)), page.next.map(Some))))
    });
    // A page that fails is told after the images before it, so it stands in line with them.
    let checked =
        pages.try_flatten().map(|image| async { Ok::<_, Failure>(world.checked(image?, None).await) });
    let mut checked = pin!(checked.buffered(AT_ONCE));
    let (mut tally, mut seen) = (Tally::default(), 0_u64);
    // Where each image is a request, people want to know how many are to come. The API counts all images, and no others.
    let usage = async { if verify && errors.watched() { account.usage().await.ok() } else { None } };
    let (mut next, usage) = future::join(checked.try_next(), usage).await;
    loop {
        match next {
            Ok(Some(checked)) => {
                seen += 1;
                errors.clear();
                tally.count(&checked, errors);
                console.answer(&checked.line())?;
                if verify || seen.is_multiple_of(100) {
                    errors.passing(&progress(seen, usage));
                }
            }
            Ok(None) => break,
            Err(failure) => {
                errors.clear();
                if seen > 0 {
                    errors.warning(&format!("The list breaks off before image {}.", grouped(seen + 1)));
                }
                return Err(failure.into());
            }
        }
        next = checked.try_next().await;
    }
    errors.clear();
    if seen == 0 {
        errors.note("The account has no images.");
    }
    Ok(tally.code())
}

/// `1,204 of 8,113 images…`
fn progress(seen: u64, usage: Option<Usage>) -> String {
    // The account may grow meanwhile.
    let total = usage.and_then(|usage| usage.current).filter(|total| *total >= seen);
    let of = total.map_or(String::new(), |total| format!(" of {}", grouped(total)));
    format!("{}{of} images…", grouped(seen))
}

/// What the world sees, where that is asked for.
struct World<'a, A> {
    verify: bool,
    account: &'a A,
    errors: &'a Errors,
    options: OnceCell<Vec<VariantOptions>>,
}

/// An image, its flag, and what the world sees of it.
struct Checked {
    image: Image,
    seen: Option<Seen>,
}

/// What the delivery host shows to whoever has the plain URL.
enum Seen {
    /// The picture.
    Open,
    /// Nothing: it denies access.
    Closed,
    /// Nothing can be delivered, for a reason that the API tells.
    Nothing(&'static str),
    /// It answers otherwise, or not at all.
    Failed(Failure),
}

impl<'a, A: Account + Signs> World<'a, A> {
    fn new(verify: bool, account: &'a A, errors: &'a Errors) -> Self {
        Self { verify, account, errors, options: OnceCell::new() }
    }

    async fn checked(&self, image: Image, wanted: Option<&str>) -> Checked {
        let seen = if self.verify { Some(self.seen(&image, wanted).await) } else { None };
        Checked { image, seen }
    }

    async fn seen(&self, image: &Image, wanted: Option<&str>) -> Seen {
        let options: &[VariantOptions] =
            if image.access == Access::Public { &[] } else { self.options().await };
        let variant = match telling(image, wanted, options) {
            Ok(variant) => variant,
            Err(NoVariant::Draft) => return Seen::Nothing("a draft"),
            Err(_) => return Seen::Nothing("no variants"),
        };
        match self.account.seen(&variant.url).await {
            Ok(_) => Seen::Open,
            Err(error) => {
                let failure = delivery_failure(&error);
                if failure.kind == FailureKind::Credentials { Seen::Closed } else { Seen::Failed(failure) }
            }
        }
    }

    async fn options(&self) -> &[VariantOptions] {
        let ask = || async {
            self.account.variant_options().await.unwrap_or_else(|failure| {
                self.errors.warning(&format!("Which variants are public all the same is unknown: {failure}"));
                Vec::new()
            })
        };
        self.options.get_or_init(ask).await
    }
}

/// The variant whose plain URL tells whether the image is private: the wanted one, unless that is public all the same.
fn telling<'a>(
    image: &'a Image,
    wanted: Option<&str>,
    options: &[VariantOptions],
) -> Result<&'a Variant, NoVariant> {
    let any = image.variant(None)?;
    let tells = |variant: &&Variant| !is_always_public(&variant.name, options);
    let wanted = wanted.and_then(|name| image.variant(Some(name)).ok());
    let found = wanted.filter(tells).or_else(|| Some(any).filter(tells));
    Ok(found.or_else(|| image.variants.iter().find(tells)).unwrap_or(any))
}

impl Checked {
    /// The words are told apart by tabs, which neither an ID nor a sentence holds.
    fn line(&self) -> String {
        let (word, id) = (self.image.access.word(), visible(self.image.id.as_str()));
        match &self.seen {
            None => format!("{word}\t{id}\n"),
            Some(seen) => format!("{word}\t{}\t{id}\n", seen.words()),
        }
    }

    /// What is wrong where flag and delivery differ.
    fn mismatch(&self) -> Option<String> {
        let id = visible(self.image.id.as_str());
        match (self.image.access, self.seen.as_ref()?) {
            (Access::Signed, Seen::Open) => Some(format!(
                "{id} is open to everybody, though its flag says that it needs signed URLs. A change takes minutes to \
                 reach everywhere; if it stays so, purge the zone's cache."
            )),
            (Access::Public, Seen::Closed) => Some(format!(
                "{id} is closed, though its flag says public. A change takes minutes to reach everywhere; if it stays \
                 so, a rule of the zone may deny access."
            )),
            _ => None,
        }
    }
}

impl Seen {
    fn words(&self) -> String {
        match self {
            Self::Open => "open".to_owned(),
            Self::Closed => "closed".to_owned(),
            Self::Nothing(why) => (*why).to_owned(),
            Self::Failed(failure) => visible(&failure.to_string()).into_owned(),
        }
    }
}

/// What decides the exit code.
#[derive(Default)]
struct Tally {
    signed: bool,
    /// That of the first image that could not be verified, or whose flag and delivery differ.
    failed: Option<u8>,
}

impl Tally {
    fn count(&mut self, checked: &Checked, errors: &Errors) {
        self.signed |= checked.image.access == Access::Signed;
        if let Some(Seen::Failed(failure)) = &checked.seen {
            self.failed.get_or_insert(failure.kind.exit_code());
        }
        if let Some(unread) = checked.image.unread_access() {
            errors.warning(&format!("{}: {unread}.", visible(checked.image.id.as_str())));
        }
        if let Some(mismatch) = checked.mismatch() {
            errors.failure(&mismatch);
            self.failed.get_or_insert(FailureKind::Other.exit_code());
        }
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
    use crate::commands::console::tests::{Heard, run};
    use crate::domain::{Continuation, Page};

    fn checked(asked: &[&str]) -> (String, u8, String) {
        let account = Scripted::with(&[
            r#"{"id":"open","requireSignedURLs":false}"#,
            r#"{"id":"closed\u202e","requireSignedURLs":true}"#,
            r#"{"id":"odd","requireSignedURLs":"false"}"#,
            r#"{"id":"silent"}"#,
        ]);
        let (heard, errors) = Heard::new();
        let mut out = Vec::new();
        let mut console = heard.console(&mut out, &errors);
        let code =
            run(access(stream::iter(asked.iter().map(|a| Asked::read(a))), false, &account, &mut console));
        (String::from_utf8(out).unwrap(), code.unwrap(), heard.text())
    }

    #[test]
    fn a_word_a_tab_and_the_id() {
        let (out, code, errors) = checked(&["open", "odd", "silent"]);
        assert_eq!((&*out, code), ("public\topen\nunknown\todd\nunknown\tsilent\n", 0));
        let unread = "odd: requireSignedURLs is \"false\", where true or false is expected";
        assert_eq!(errors, format!("cfimg: warning: {unread}.\n"));
        let (out, code, _) = checked(&["open", "closed\u{202e}"]);
        assert_eq!((out.as_str(), code), ("public\topen\nsigned\tclosed⟨U+202E⟩\n", 10));
    }

    #[test]
    fn a_failure_outranks_a_finding() {
        let (out, code, _) = checked(&["closed\u{202e}", "gone", ".."]);
        assert_eq!((out.as_str(), code), ("signed\tclosed⟨U+202E⟩\n", 3));
    }

    const BLURRED: &str = r#"{"neverRequireSignedURLs":true}"#;

    /// An account of images with these IDs, private where `p` begins them; the world sees those with `open` in them.
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

    fn heard(
        work: impl AsyncFnOnce(&mut Console<'_>) -> Result<u8, Stop>,
    ) -> (String, String, Result<u8, i32>) {
        let (heard, errors) = Heard::new();
        let mut out = Vec::new();
        let code = run(work(&mut heard.console(&mut out, &errors))).map_err(|stop| match stop {
            Stop::Failed(failure) => i32::from(failure.kind.exit_code()),
            Stop::Closed => -1,
        });
        (String::from_utf8(out).unwrap(), heard.text(), code)
    }

    fn verified(ids: &[&str]) -> (String, String, Result<u8, i32>) {
        let asked = stream::iter(ids.iter().map(|id| Asked::read(id)));
        heard(async |console| access(asked, true, &account(ids), console).await)
    }

    #[test]
    fn flag_and_world_stand_side_by_side() {
        let (out, errors, code) = verified(&["an-open", "private"]);
        assert_eq!(out, "public\topen\tan-open\nsigned\tclosed\tprivate\n");
        assert_eq!((&*errors, code), ("", Ok(10)));
        assert_eq!(verified(&["an-open"]).2, Ok(0));
    }

    #[test]
    fn a_mismatch_stands_out_and_is_a_failure() {
        let (out, errors, code) = verified(&["p-open", "secret", "private"]);
        assert_eq!(out, "signed\topen\tp-open\npublic\tclosed\tsecret\nsigned\tclosed\tprivate\n");
        assert_eq!(code, Ok(1));
        let told: Vec<&str> = errors.lines().collect();
        assert!(told.len() == 2 && told[0].starts_with("cfimg: p-open is open to everybody"), "{errors}");
        assert!(told[1].starts_with("cfimg: secret is closed, though"), "{errors}");
    }

    #[test]
    fn the_variant_that_is_public_all_the_same_tells_nothing() {
        let account = account(&["private"]);
        let image = &account.images[0];
        let options = account.options.clone().unwrap();
        for wanted in [None, Some("blurred"), Some("hero"), Some("gone")] {
            assert_eq!(telling(image, wanted, &options).unwrap().name, "hero", "{wanted:?}");
        }
        assert_eq!(telling(image, Some("blurred"), &[]).unwrap().name, "blurred");
        let draft = Image::read(r#"{"id":"x","draft":true}"#).unwrap();
        assert_eq!(telling(&draft, None, &[]), Err(NoVariant::Draft));
    }

    #[test]
    fn the_whole_account_is_read_page_by_page() {
        let paged = |broken: bool| {
            let account = account(&["an-open", "private", "p-open"]);
            let mut images = account.images.clone();
            let last = if broken {
                Err(Failure::new(FailureKind::Network, "Cut short", "Try again."))
            } else {
                Ok(Page { images: images.split_off(2), skipped: 0, next: None })
            };
            images.truncate(2);
            let next = Some(Continuation::after_page(None, "next".to_owned(), 1000, false));
            let first = Ok(Page { images, skipped: 1, next });
            Scripted { pages: RefCell::new([first, last].into()), ..account }
        };
        let (out, errors, code) = heard(async |console| all(false, &paged(false), console).await);
        assert_eq!(out, "public\tan-open\nsigned\tprivate\nsigned\tp-open\n");
        assert!(errors.contains("Left out, as they are no images: 1"), "{errors}");
        assert_eq!(code, Ok(10));
        let (out, _, code) = heard(async |console| all(true, &paged(false), console).await);
        assert_eq!(out, "public\topen\tan-open\nsigned\tclosed\tprivate\nsigned\topen\tp-open\n");
        assert_eq!(code, Ok(1));
        let (out, errors, code) = heard(async |console| all(false, &paged(true), console).await);
        assert_eq!((out.lines().count(), code), (2, Err(5)));
        assert!(errors.contains("The list breaks off before image 3."), "{errors}");
    }

    #[test]
    fn how_far_it_is_is_told_where_somebody_watches() {
        let account = account(&["an-open", "private"]);
        let page = Page { images: account.images.clone(), skipped: 0, next: None };
        let account = Scripted { pages: RefCell::new([Ok(page)].into()), ..account };
        let heard = Heard::default();
        let errors = Errors::new(Box::new(heard.clone()), Paint::default(), true);
        let mut out = Vec::new();
        let code = run(all(true, &account, &mut heard.console(&mut out, &errors))).unwrap();
        assert_eq!(code, 10);
        assert_eq!(heard.text(), "1 of 8,113 images…\r\x1b[K2 of 8,113 images…\r\x1b[K");
        assert_eq!(progress(1204, Some(Usage { current: Some(1000), allowed: None })), "1,204 images…");
    }
}
