//! `cfimg url`: URLs, and what else people paste, a line an image.

use futures_util::future;
use futures_util::stream::{self, Stream, StreamExt as _, TryStreamExt as _};
use tokio::sync::Semaphore;

use super::account::Account;
use super::console::{Console, Stop};
use super::many::{AT_ONCE, in_order};
use super::probe;
use super::references::Asked;
use super::signing::Signs;
use super::source::{Pictures, Sources};
use super::target::{Found, Linker};
use crate::domain::copy_as::{Alike, Candidate, Copied};
use crate::domain::safe_text::visible;
use crate::domain::secret::redacted;
use crate::domain::variant::certain_size;
use crate::domain::width::cut_end;
use crate::domain::{
    Access, CopyAs, DeliveryUrl, Failure, FailureKind, Image, NoVariant, Preferences, Reference, Variant,
};

/// The form of a name; the URL alone without one.
pub(super) fn form(name: Option<&str>, preferences: &Preferences) -> Result<CopyAs, Failure> {
    let Some(name) = name else { return Ok(CopyAs::Url) };
    preferences.form(name).ok_or_else(|| {
        let mut names: Vec<_> = CopyAs::NAMED.iter().map(|form| visible(form.name())).collect();
        names.extend(preferences.templates.iter().map(|(name, _)| visible(name)));
        let shown = cut_end(&visible(&redacted(name)), 60).into_owned();
        Failure::new(
            FailureKind::Usage,
            format!("“{shown}” is no form"),
            format!(
                "There are {}. One of your own stands in config.toml under [templates].",
                names.join(", ")
            ),
        )
    })
}

/// Prints each image in that form, in the order asked.
pub(super) async fn print<A: Account + Signs + Pictures>(
    asked: impl Stream<Item = Asked>,
    form: &CopyAs,
    linker: &Linker<'_, A>,
    sizes: &Sizes<'_, A>,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let errors = console.errors;
    let fetch = async |reference: Reference| rendered(&reference, form, linker, sizes).await;
    in_order(asked, AT_ONCE, fetch, errors, |(text, told)| {
        if let Some(told) = told.filter(|_| errors.watched()) {
            errors.note(&told);
        }
        console.answer(&(text + "\n"))
    })
    .await
}

/// The text, and what is said of its signature.
async fn rendered<A: Account + Signs + Pictures>(
    reference: &Reference,
    form: &CopyAs,
    linker: &Linker<'_, A>,
    sizes: &Sizes<'_, A>,
) -> Result<(String, Option<String>), Failure> {
    let image = sizes.in_turn(linker.image(reference)).await?;
    // A draft has an ID and a JSON too.
    if let (CopyAs::Id | CopyAs::Json, Err(NoVariant::Draft | NoVariant::None)) = (form, image.variant(None))
    {
        return Ok((render(form, &image, None, &[], None)?, None));
    }
    let found = linker.found(image, reference.variant.as_deref())?;
    let Found { image, url } = &found;
    if !form.holds_url() {
        let size = if form.tells_size() { sizes.of(image, url, linker).await } else { None };
        return Ok((render(form, image, Some((url, url.as_str())), &[], size)?, None));
    }
    let given = sizes.in_turn(linker.give(&found)).await?;
    let told = linker.told(&given);
    let listed = if form.lists_widths() { listed(&found, linker, sizes).await? } else { Vec::new() };
    let size = match listed.iter().find(|listed| listed.variant == url.variant()) {
        Some(listed) => Some(listed.size),
        None if form.tells_size() => sizes.of(image, url, linker).await,
        None => None,
    };
    let candidates: Vec<_> =
        listed.iter().map(|listed| Candidate { url: &listed.url, width: Some(listed.size.0) }).collect();
    Ok((render(form, image, Some((url, &given.text())), &candidates, size)?, told))
}

/// How large the variants' pictures are.
pub(super) struct Sizes<'a, A> {
    account: &'a A,
    sources: Sources<'a, A>,
    /// Whether every picture is measured, also where the account's options make its size certain.
    probe: bool,
    /// Each of many images may have many variants: what all of them ask for takes its turn here.
    turns: Semaphore,
}

impl<'a, A: Account + Signs + Pictures> Sizes<'a, A> {
    pub(super) fn new(account: &'a A, probe: bool, console: &Console<'_>) -> Self {
        let sources = Sources::new(account, console.clock());
        Self { account, sources, probe, turns: Semaphore::new(AT_ONCE) }
    }

    /// Does what asks for one thing after the other, never more than [`AT_ONCE`] at once. None of it may wait for a turn.
    async fn in_turn<T>(&self, asking: impl Future<Output = T>) -> T {
        let _turn = self.turns.acquire().await;
        asking.await
    }

    /// Width and height of a variant: those that the options make certain, else those of its picture. `None`, with a
    /// warning, if the picture cannot be measured.
    async fn of(&self, image: &Image, url: &DeliveryUrl, linker: &Linker<'_, A>) -> Option<(u32, u32)> {
        if !self.probe {
            let options = self.in_turn(linker.options()).await;
            let certain = certain_size(url.variant(), options, image.is_svg());
            if certain.is_some() {
                return certain;
            }
        }
        // On the API's host, even if its URL is given on another: signatures are good there for certain.
        let named = image.variants.iter().find(|variant| variant.name == url.variant()).cloned();
        let variant = named.unwrap_or_else(|| Variant { name: url.variant().to_owned(), url: url.clone() });
        let found = async {
            let options = if image.access == Access::Public { &[] } else { linker.options().await };
            let source = self.sources.of(image, &variant, options).await?;
            probe::found(&source, self.account).await
        };
        match self.in_turn(found).await {
            Ok(found) => Some((found.width, found.height)),
            Err(why) => {
                let (name, id) = (visible(&variant.name), visible(image.id.as_str()));
                linker.warn(&format!("How large the variant “{name}” of {id} is, is unknown: {why}"));
                None
            }
        }
    }
}

/// A variant that a `srcset` lists.
struct Listed {
    url: String,
    variant: String,
    size: (u32, u32),
}

/// The variants that show what the one that is meant shows, and whose widths are known, each signed as that is.
async fn listed<A: Account + Signs + Pictures>(
    Found { image, url }: &Found,
    linker: &Linker<'_, A>,
    sizes: &Sizes<'_, A>,
) -> Result<Vec<Listed>, Failure> {
    let one = async |variant: &Variant| -> Result<_, Failure> {
        let Some(size) = sizes.of(image, &variant.url, linker).await else { return Ok(None) };
        let found = Found { image: image.clone(), url: linker.placed(&variant.url)? };
        let url = sizes.in_turn(linker.give_beside(&found)).await?.text();
        Ok(Some(Listed { url, variant: variant.name.clone(), size }))
    };
    let alike = Alike::to(url.variant(), &image.variants, linker.options().await);
    let each = stream::iter(alike.variants.iter().copied().map(one).collect::<Vec<_>>()).buffered(AT_ONCE);
    let listed: Vec<_> = each.try_filter_map(future::ok).try_collect().await?;
    if let Some(words) = alike.words().filter(|_| !listed.is_empty()) {
        linker.note_once(&format!("The srcset is {words}."));
    }
    Ok(listed)
}

/// The text of a form; `given` is the variant's own URL, and the one that is given for it.
fn render(
    form: &CopyAs,
    image: &Image,
    given: Option<(&DeliveryUrl, &str)>,
    variants: &[Candidate<'_>],
    size: Option<(u32, u32)>,
) -> Result<String, Failure> {
    let copied = Copied {
        url: given.map_or("", |(_, url)| url),
        id: &image.id,
        filename: image.filename.as_deref(),
        variant: given.map_or("", |(plain, _)| plain.variant()),
        width: size.map(|(width, _)| width),
        height: size.map(|(_, height)| height),
        variants,
        raw: Some(&image.raw),
    };
    form.render(&copied)
        .map_err(|why| Failure::new(FailureKind::Other, "This cannot be given", why.to_string()))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::cloudflare::{DeliveryError, Head, OnProgress, Saved};
    use crate::commands::account::scripted::Scripted;
    use crate::commands::arguments::{Link, Target};
    use crate::commands::console::tests::{Heard, run};
    use crate::commands::probe::tests::Slow;
    use crate::commands::references;
    use crate::commands::source::Source;
    use crate::commands::target::Wanted;
    use crate::domain::{Continuation, ListQuery, Page, SignedUrl, SigningKey, Usage, VariantOptions};

    /// An account whose answers all take their time.
    struct Busy {
        account: Scripted,
        slow: Slow,
    }

    impl Account for Busy {
        async fn image(&self, reference: &Reference) -> Result<Image, Failure> {
            self.slow.answer().await;
            self.account.image(reference).await
        }

        async fn page(&self, query: &ListQuery, after: Option<&Continuation>) -> Result<Page, Failure> {
            self.account.page(query, after).await
        }

        async fn variant_options(&self) -> Result<Vec<VariantOptions>, Failure> {
            self.slow.answer().await;
            self.account.variant_options().await
        }

        async fn raw_variants(&self) -> Result<Vec<(String, String)>, Failure> {
            self.account.raw_variants().await
        }

        async fn usage(&self) -> Result<Usage, Failure> {
            self.account.usage().await
        }

        async fn raw_usage(&self) -> Result<String, Failure> {
            self.account.raw_usage().await
        }
    }

    impl Signs for Busy {
        async fn keys(&self) -> Result<Arc<[SigningKey]>, Failure> {
            self.account.keys().await
        }

        async fn sign(
            &self,
            url: &DeliveryUrl,
            expires: Option<i64>,
        ) -> Result<(SignedUrl, String), Failure> {
            self.account.sign(url, expires).await
        }

        async fn seen(&self, url: &DeliveryUrl) -> Result<Head, DeliveryError> {
            self.account.seen(url).await
        }

        fn server_now(&self) -> Option<Timestamp> {
            None
        }
    }

    impl Pictures for Busy {
        async fn fetch(
            &self,
            source: &Source,
            cap: u64,
            to: &mut (dyn Write + Send),
            on_progress: &OnProgress<'_>,
        ) -> Result<Saved, Failure> {
            self.slow.fetch(source, cap, to, on_progress).await
        }

        async fn head(&self, source: &Source) -> Result<Head, Failure> {
            self.slow.head(source).await
        }
    }

    #[test]
    fn many_images_of_many_variants_are_asked_for_eight_things_at_once() {
        let id = "bc27a117-9509-446b-8c69-c81bfeac0a01";
        let urls: Vec<_> = (10..20).map(|n| format!("\"https://imagedelivery.net/H/{id}/v{n}\"")).collect();
        let raw = format!(r#"{{"id":"{id}","requireSignedURLs":true,"variants":[{}]}}"#, urls.join(","));
        let busy = Busy { account: Scripted::with(&[&raw]), slow: Slow::default() };
        let (heard, errors) = Heard::new();
        let mut out = Vec::new();
        let mut console = heard.console(&mut out, &errors);
        let target = Target { image: "-".to_owned(), variant: None, unsigned: true };
        let link = Link { target, sign: None, expires_at: None, domain: None };
        let wanted = Wanted::new(&link, false, &Preferences::default(), &console).unwrap();
        let linker = Linker::new(&busy, wanted, &console);
        let sizes = Sizes::new(&busy, true, &console);
        let asked =
            references::one_or_lines("-".to_owned(), Box::new(Cursor::new(format!("{id}\n").repeat(12))))
                .unwrap();
        let code = run(print(asked, &CopyAs::Srcset, &linker, &sizes, &mut console));
        assert_eq!(code.ok(), Some(0), "{}", heard.text());
        assert_eq!(busy.slow.most.get(), 8);
        assert_eq!(String::from_utf8(out).unwrap().lines().count(), 12);
    }
}
