//! `cfimg url`: prints URLs, or the other copy formats, one image per line.

use futures_util::future;
use futures_util::stream::{self, Stream, StreamExt as _, TryStreamExt as _};
use tokio::sync::Semaphore;

use super::account::Account;
use super::account_cache::AccountCache;
use super::concurrent::{AT_ONCE, done_in_order};
use super::console::{Console, Stop, excerpt};
use super::image_args::ImageArg;
use super::picture_fetcher::PictureFetcher;
use super::url_builder::{Resolved, UrlBuilder};
use crate::domain::copy_as::{Candidate, CopyValues, SrcsetCandidates};
use crate::domain::sanitize::sanitize;
use crate::domain::variant::certain_size;
use crate::domain::{
    CopyAs, DeliveryUrl, Failure, Image, ImageId, NoVariant, Preferences, Reference, SignMode, Variant,
};

/// The copy format with this name; without a name, the plain URL.
pub(super) fn form(name: Option<&str>, preferences: &Preferences) -> Result<CopyAs, Failure> {
    let Some(name) = name else { return Ok(CopyAs::Url) };
    preferences.form(name).ok_or_else(|| {
        let mut names: Vec<_> = CopyAs::NAMED.iter().map(|form| sanitize(form.name())).collect();
        names.extend(preferences.templates.iter().map(|(name, _)| sanitize(name)));
        let names = names.join(", ");
        Failure::usage(
            format!("Unknown format “{}”", excerpt(name)),
            format!("Use {names}. You can add templates to config.toml under [templates]."),
        )
    })
}

/// Prints each image in that format, in the order of the arguments.
pub(super) async fn print<A: Account + PictureFetcher>(
    images: impl Stream<Item = ImageArg>,
    form: &CopyAs,
    url_builder: &UrlBuilder<'_, A>,
    size_resolver: &SizeResolver<'_, A>,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let errors = console.errors;
    let fetch = async |reference: Reference| render_image(&reference, form, url_builder, size_resolver).await;
    done_in_order(images, AT_ONCE, fetch, errors, async |name, rendered| {
        if *form == CopyAs::Qr {
            print_code(name.is_some(), &rendered, console)?;
            return Ok(Ok(0));
        }
        let Rendered { text, note, .. } = rendered;
        if let Some(note) = note.as_ref().filter(|_| errors.is_terminal()) {
            errors.note(note);
        }
        // A signed URL is a secret, and terminals show a link's target elsewhere.
        let is_plain_url = *form == CopyAs::Url && note.is_none();
        let text = if is_plain_url { console.paint.link(&text, &text) } else { text };
        console.answer(&(text + "\n"))?;
        Ok(Ok(0))
    })
    .await
}

/// Prints a QR code. On a terminal, a plain URL is printed below it; a signed one is a secret that is only in the code.
fn print_code(has_heading: bool, rendered: &Rendered, console: &mut Console<'_>) -> Result<(), Stop> {
    let Rendered { id, text, plain_url, scan_note, .. } = rendered;
    let mut lines = String::new();
    if has_heading {
        lines += &(console.paint.dim(&sanitize(id.as_str())) + "\n");
    }
    lines += &(console.paint.black_on_white(text) + "\n");
    if let Some(url) = plain_url.as_ref().filter(|_| console.terminal) {
        lines += &(console.paint.link(url, url) + "\n");
    }
    console.answer(&lines)?;
    if let Some(scan_note) = scan_note {
        console.errors.note(scan_note);
    }
    Ok(())
}

/// An image in a format.
struct Rendered {
    id: ImageId,
    text: String,
    /// The signing key and the URL's expiry. `None` if it is not signed.
    note: Option<String>,
    /// The URL, if it is not signed.
    plain_url: Option<String>,
    /// What to print with a QR code of a signed URL.
    scan_note: Option<String>,
}

async fn render_image<A: Account + PictureFetcher>(
    reference: &Reference,
    form: &CopyAs,
    url_builder: &UrlBuilder<'_, A>,
    size_resolver: &SizeResolver<'_, A>,
) -> Result<Rendered, Failure> {
    let AccountCache { account, errors, .. } = size_resolver.cache;
    let image = size_resolver.with_permit(account.image(reference)).await?;
    let unsigned =
        |text| Rendered { id: image.id.clone(), text, note: None, plain_url: None, scan_note: None };
    // A draft has an ID and a JSON too.
    if let (CopyAs::Id | CopyAs::Json, Err(NoVariant::Draft | NoVariant::None)) = (form, image.variant(None))
    {
        return Ok(unsigned(render(form, &image, None, &[], None)?));
    }
    let variant = url_builder.select(&image, reference)?;
    let Variant { name, url } = &variant;
    if !form.holds_url() {
        let size = if form.has_size() { size_resolver.size_of(&image, url).await } else { None };
        return Ok(unsigned(render(form, &image, Some((name, url.as_str())), &[], size)?));
    }
    let resolved = size_resolver.with_permit(url_builder.resolve(&image, url)).await?;
    if let Some(warning) = &resolved.warning {
        errors.warning(warning);
    }
    let entries = if form.lists_widths() {
        srcset_entries(name, &image, url_builder, size_resolver).await?
    } else {
        Vec::new()
    };
    let size = match entries.iter().find(|entry| entry.variant == *name) {
        Some(entry) => Some(entry.size),
        None if form.has_size() => size_resolver.size_of(&image, url).await,
        None => None,
    };
    let candidates: Vec<_> =
        entries.iter().map(|entry| Candidate { url: &entry.url, width: Some(entry.size.0) }).collect();
    let text = render(form, &image, Some((name, resolved.url.as_str())), &candidates, size)?;
    let Resolved { url, note, scan_note, .. } = resolved;
    Ok(Rendered { plain_url: note.is_none().then_some(url), note, scan_note, ..unsigned(text) })
}

/// Finds the sizes of variants' pictures.
pub(super) struct SizeResolver<'a, A> {
    cache: &'a AccountCache<'a, A>,
    /// Whether every picture is probed, even if the account's options make its size certain.
    probe: bool,
    /// Limits requests across all images: each of many images may have many variants.
    permits: Semaphore,
}

impl<'a, A: Account + PictureFetcher> SizeResolver<'a, A> {
    pub(super) fn new(cache: &'a AccountCache<'a, A>, probe: bool) -> Self {
        Self { cache, probe, permits: Semaphore::new(AT_ONCE) }
    }

    /// Runs `work`, which sends one request at a time. At most [`AT_ONCE`] run at once. `work` must not call
    /// this function: it could wait for its own permit.
    async fn with_permit<T>(&self, work: impl Future<Output = T>) -> T {
        let _permit = self.permits.acquire().await;
        work.await
    }

    /// Width and height of a variant: from its options if those make them certain, else from the picture.
    /// `None`, after a warning, if the picture cannot be probed.
    async fn size_of(&self, image: &Image, url: &DeliveryUrl) -> Option<(u32, u32)> {
        if !self.probe {
            let options = self.with_permit(self.cache.options()).await;
            let certain = certain_size(url.variant(), options, image.is_svg());
            if certain.is_some() {
                return certain;
            }
        }
        let probed = async {
            let options = self.cache.options_for(image.access, SignMode::IfNeeded).await;
            let source = self.cache.source_of(url, image.access, options).await?;
            self.cache.account.probe(&source).await
        };
        match self.with_permit(probed).await {
            Ok(probed) => Some((probed.info.width, probed.info.height)),
            Err(why) => {
                let (name, id) = (sanitize(url.variant()), sanitize(image.id.as_str()));
                let errors = self.cache.errors;
                errors.warning(&format!("Couldn't measure the variant “{name}” of {id}. {why}"));
                None
            }
        }
    }
}

/// A variant in a `srcset`.
struct SrcsetEntry {
    url: String,
    variant: String,
    size: (u32, u32),
}

/// The variants that show the same picture as the selected one, and whose widths are known. Each is signed if
/// the selected one is. There are no warnings: those about the selected one apply.
async fn srcset_entries<A: Account + PictureFetcher>(
    selected: &str,
    image: &Image,
    url_builder: &UrlBuilder<'_, A>,
    size_resolver: &SizeResolver<'_, A>,
) -> Result<Vec<SrcsetEntry>, Failure> {
    let entry = async |variant: &Variant| -> Result<_, Failure> {
        let Some(size) = size_resolver.size_of(image, &variant.url).await else { return Ok(None) };
        let resolved = size_resolver.with_permit(url_builder.resolve(image, &variant.url)).await?;
        Ok(Some(SrcsetEntry { url: resolved.url, variant: variant.name.clone(), size }))
    };
    let AccountCache { errors, .. } = size_resolver.cache;
    let matching =
        SrcsetCandidates::for_variant(selected, &image.variants, size_resolver.cache.options().await);
    let results =
        stream::iter(matching.variants.iter().copied().map(entry).collect::<Vec<_>>()).buffered(AT_ONCE);
    let entries: Vec<_> = results.try_filter_map(future::ok).try_collect().await?;
    if let Some(text) = matching.describe().filter(|_| !entries.is_empty()) {
        let (first, rest) = text.split_at(1);
        errors.note_once(&format!("{}{rest}.", first.to_uppercase()));
    }
    Ok(entries)
}

/// Renders an image in a format. `selected` is the variant's name, and the URL to print.
fn render(
    form: &CopyAs,
    image: &Image,
    selected: Option<(&str, &str)>,
    variants: &[Candidate<'_>],
    size: Option<(u32, u32)>,
) -> Result<String, Failure> {
    let (variant, url) = selected.unwrap_or_default();
    let (width, height) = size.unzip();
    let copied = CopyValues {
        url,
        id: &image.id,
        filename: image.filename.as_deref(),
        variant,
        width,
        height,
        variants,
        raw: Some(&image.raw),
    };
    form.render(&copied).map_err(|why| Failure::other("Couldn't print this format", why.to_string()))
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::{Cursor, Write};
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::cloudflare::{OnProgress, Saved};
    use crate::commands::account::scripted::Scripted;
    use crate::commands::arguments::Link;
    use crate::commands::console::tests::{Captured, run};
    use crate::commands::image_args;
    use crate::commands::picture_fetcher::Probed;
    use crate::commands::picture_fetcher::tests::Slow;
    use crate::commands::url_builder::UrlOptions;
    use crate::domain::verification::Reply;
    use crate::domain::{
        Continuation, ListQuery, Page, PictureSource, SignedUrl, SigningKey, Usage, VariantOptions,
    };

    /// An account whose responses are all slow.
    pub(in super::super) struct Busy {
        pub(in super::super) account: Scripted,
        pub(in super::super) slow: Slow,
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

        async fn reply(&self, url: &DeliveryUrl) -> Reply {
            self.account.reply(url).await
        }

        fn server_now(&self) -> Option<Timestamp> {
            None
        }
    }

    impl PictureFetcher for Busy {
        async fn fetch(
            &self,
            source: &PictureSource,
            cap: u64,
            to: &mut (dyn Write + Send),
            on_progress: &OnProgress<'_>,
        ) -> Result<Saved, Failure> {
            self.slow.fetch(source, cap, to, on_progress).await
        }

        async fn probe(&self, source: &PictureSource) -> Result<Probed, Failure> {
            self.slow.probe(source).await
        }
    }

    #[test]
    fn srcset_sends_at_most_eight_requests_at_once() {
        let id = "bc27a117-9509-446b-8c69-c81bfeac0a01";
        let urls: Vec<_> = (10..20).map(|n| format!("\"https://imagedelivery.net/H/{id}/v{n}\"")).collect();
        let raw = format!(r#"{{"id":"{id}","requireSignedURLs":true,"variants":[{}]}}"#, urls.join(","));
        let busy = Busy { account: Scripted::with(&[&raw]), slow: Slow::default() };
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let mut console = captured.console(&mut out, &errors);
        let image = "-".to_owned();
        let link = Link { image, variant: None, unsigned: true, sign: None, expires_at: None, domain: None };
        let options = UrlOptions::new(&link, false, &Preferences::default(), &console).unwrap();
        let cache = AccountCache::new(&busy, &errors);
        let url_builder = UrlBuilder::new(&cache, options, &console);
        let size_resolver = SizeResolver::new(&cache, true);
        let images =
            image_args::one_or_lines("-", Box::new(Cursor::new(format!("{id}\n").repeat(12)))).unwrap();
        let code = run(print(images, &CopyAs::Srcset, &url_builder, &size_resolver, &mut console));
        assert_eq!(code.ok(), Some(0), "{}", captured.text());
        assert_eq!(busy.slow.max_running.get(), 8);
        assert_eq!(String::from_utf8(out).unwrap().lines().count(), 12);
    }
}
