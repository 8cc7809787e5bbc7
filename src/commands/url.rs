//! `cfimg url`: URLs, and what else people paste, a line an image.

use std::cell::Cell;

use futures_util::future;
use futures_util::stream::{self, Stream, StreamExt as _, TryStreamExt as _};

use super::account::Account;
use super::console::{Console, Stop};
use super::many::{AT_ONCE, in_order};
use super::probe;
use super::references::{self, Asked};
use super::signing::Signs;
use super::source::{Pictures, Sources};
use super::target::{Found, Linker};
use crate::domain::copy_as::{Candidate, Copied};
use crate::domain::safe_text::visible;
use crate::domain::width::cut_end;
use crate::domain::{
    Access, CopyAs, DeliveryUrl, Failure, FailureKind, Image, Preferences, Reference, Variant,
};

/// The form of a name; the URL alone without one.
pub(super) fn form(name: Option<&str>, preferences: &Preferences) -> Result<CopyAs, Failure> {
    let Some(name) = name else { return Ok(CopyAs::Url) };
    preferences.form(name).ok_or_else(|| {
        let mut names: Vec<_> = CopyAs::NAMED.iter().map(|form| visible(form.name())).collect();
        names.extend(preferences.templates.iter().map(|(name, _)| visible(name)));
        let shown = cut_end(&visible(name), 60).into_owned();
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
    let read = Cell::new(false);
    let asked = asked.inspect(|_| read.set(true));
    let fetch = async |reference: Reference| rendered(&reference, form, linker, sizes).await;
    let code = in_order(asked, AT_ONCE, fetch, errors, |(text, told)| {
        if let Some(told) = told.filter(|_| errors.watched()) {
            errors.note(&told);
        }
        console.answer(&(text + "\n"))
    })
    .await?;
    if read.get() { Ok(code) } else { Err(references::empty().into()) }
}

/// The text, and what is said of its signature.
async fn rendered<A: Account + Signs + Pictures>(
    reference: &Reference,
    form: &CopyAs,
    linker: &Linker<'_, A>,
    sizes: &Sizes<'_, A>,
) -> Result<(String, Option<String>), Failure> {
    let found = linker.find(reference).await?;
    if !form.holds_url() {
        let url = found.url.as_str();
        return Ok((render(form, &found, url, &[], None)?, None));
    }
    let given = linker.give(&found).await?;
    let told = linker.told(&given);
    let with_sizes = matches!(form, CopyAs::Html | CopyAs::Picture | CopyAs::Template(_));
    let size = if with_sizes { sizes.of(&found.image, &found.url, linker).await } else { None };
    let listed = if matches!(form, CopyAs::Srcset | CopyAs::Picture) {
        listed(&found.image, linker, sizes).await?
    } else {
        Vec::new()
    };
    let candidates: Vec<_> =
        listed.iter().map(|(url, width)| Candidate { url, width: Some(*width) }).collect();
    if candidates.is_empty() && matches!(form, CopyAs::Srcset | CopyAs::Picture) && sizes.sources.is_none() {
        return Err(Failure::new(
            FailureKind::Other,
            "No variant's width is certain",
            "A srcset is a list of widths, and only a variant whose fit is cover or pad always has its own: add --probe \
             to look at the pictures.",
        ));
    }
    Ok((render(form, &found, &given.text(), &candidates, size)?, told))
}

/// How large the variants' pictures are.
pub(super) struct Sizes<'a, A> {
    account: &'a A,
    /// Where the bytes are that tell it, if they are to be looked at.
    sources: Option<Sources<'a, A>>,
}

impl<'a, A: Account + Signs + Pictures> Sizes<'a, A> {
    pub(super) fn new(account: &'a A, probe: bool, console: &Console<'_>) -> Self {
        Self { account, sources: probe.then(|| Sources::new(account, console.clock())) }
    }

    /// Width and height of a variant, by its bytes; nothing where they are not looked at, or do not tell.
    async fn of(&self, image: &Image, url: &DeliveryUrl, linker: &Linker<'_, A>) -> Option<(u32, u32)> {
        let sources = self.sources.as_ref()?;
        // On the API's host, even if its URL is given on another: signatures are good there for certain.
        let named = image.variants.iter().find(|variant| variant.name == url.variant()).cloned();
        let variant = named.unwrap_or_else(|| Variant { name: url.variant().to_owned(), url: url.clone() });
        let options = if image.access == Access::Public { &[] } else { linker.options().await };
        let found = match sources.of(image, &variant, options).await {
            Ok(source) => probe::found(&source, self.account).await,
            Err(why) => Err(why),
        };
        match found {
            Ok(found) => Some((found.width, found.height)),
            Err(why) => {
                let (name, id) = (visible(&variant.name), visible(image.id.as_str()));
                linker.warn(&format!("How large the variant “{name}” of {id} is, is unknown: {why}"));
                None
            }
        }
    }

    /// The width of a variant: by its bytes, or else by its options, where they make it certain.
    async fn width(&self, image: &Image, variant: &Variant, linker: &Linker<'_, A>) -> Option<u32> {
        if self.sources.is_some() {
            return self.of(image, &variant.url, linker).await.map(|(width, _)| width);
        }
        let options = linker.options().await.iter().find(|options| options.name == variant.name);
        options?.certain_size(image.is_svg()).map(|(width, _)| width)
    }
}

/// The variants whose widths are known, each signed as the one that is meant.
async fn listed<A: Account + Signs + Pictures>(
    image: &Image,
    linker: &Linker<'_, A>,
    sizes: &Sizes<'_, A>,
) -> Result<Vec<(String, u32)>, Failure> {
    let one = async |variant: &Variant| -> Result<_, Failure> {
        let Some(width) = sizes.width(image, variant, linker).await else { return Ok(None) };
        let found = Found { image: image.clone(), url: linker.placed(&variant.url)? };
        Ok(Some((linker.give(&found).await?.text(), width)))
    };
    let each = stream::iter(image.variants.iter().map(one).collect::<Vec<_>>()).buffered(AT_ONCE);
    each.try_filter_map(future::ok).try_collect().await
}

fn render(
    form: &CopyAs,
    found: &Found,
    url: &str,
    variants: &[Candidate<'_>],
    size: Option<(u32, u32)>,
) -> Result<String, Failure> {
    let Found { image, url: plain } = found;
    let copied = Copied {
        url,
        id: &image.id,
        filename: image.filename.as_deref(),
        variant: plain.variant(),
        width: size.map(|(width, _)| width),
        height: size.map(|(_, height)| height),
        variants,
        raw: Some(&image.raw),
    };
    form.render(&copied)
        .map_err(|why| Failure::new(FailureKind::Other, "This cannot be given", why.to_string()))
}
