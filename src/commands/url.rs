//! `cfimg url`: URLs, and what else people paste, a line an image.

use std::cell::Cell;

use futures_util::future;
use futures_util::stream::{Stream, StreamExt as _};

use super::account::Account;
use super::console::{Console, Stop};
use super::many::{AT_ONCE, in_order};
use super::references::{self, Asked};
use super::signing::Signs;
use super::target::{Found, Given, Linker};
use crate::domain::copy_as::{Candidate, Copied};
use crate::domain::safe_text::visible;
use crate::domain::width::cut_end;
use crate::domain::{CopyAs, Failure, FailureKind, Image, Preferences, Reference, VariantOptions};

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
pub(super) async fn print<A: Account + Signs>(
    asked: impl Stream<Item = Asked>,
    form: &CopyAs,
    linker: &Linker<'_, A>,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let errors = console.errors;
    let read = Cell::new(false);
    let asked = asked.inspect(|_| read.set(true));
    let fetch = async |reference: Reference| rendered(&reference, form, linker).await;
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
async fn rendered<A: Account + Signs>(
    reference: &Reference,
    form: &CopyAs,
    linker: &Linker<'_, A>,
) -> Result<(String, Option<String>), Failure> {
    let found = linker.find(reference).await?;
    if !form.holds_url() {
        let url = found.url.as_str();
        return Ok((render(form, &found, url, &[])?, None));
    }
    let given = linker.give(&found).await?;
    let told = linker.told(&given);
    let listed = if matches!(form, CopyAs::Srcset | CopyAs::Picture) {
        listed(&found.image, linker).await?
    } else {
        Vec::new()
    };
    let candidates: Vec<_> =
        listed.iter().map(|(url, width)| Candidate { url, width: Some(*width) }).collect();
    Ok((render(form, &found, &given.text(), &candidates)?, told))
}

/// The variants whose widths the account tells, each signed as the one that is meant.
async fn listed<A: Account + Signs>(
    image: &Image,
    linker: &Linker<'_, A>,
) -> Result<Vec<(String, u32)>, Failure> {
    let options = linker.options().await;
    let width = |name: &str| {
        let of = |options: &&VariantOptions| options.name == name;
        options.iter().find(of)?.width.as_deref()?.parse::<u32>().ok()
    };
    let with_width = image.variants.iter().filter_map(|variant| Some((variant, width(&variant.name)?)));
    let given = with_width.map(|(variant, width)| async move {
        let found = Found { image: image.clone(), url: linker.placed(&variant.url)? };
        linker.give(&found).await.map(|given: Given| (given.text(), width))
    });
    future::try_join_all(given).await
}

fn render(form: &CopyAs, found: &Found, url: &str, variants: &[Candidate<'_>]) -> Result<String, Failure> {
    let Found { image, url: plain } = found;
    // Width and height are known of the delivered bytes alone, which are not fetched.
    let copied = Copied {
        url,
        id: &image.id,
        filename: image.filename.as_deref(),
        variant: plain.variant(),
        width: None,
        height: None,
        variants,
        raw: Some(&image.raw),
    };
    form.render(&copied)
        .map_err(|why| Failure::new(FailureKind::Other, "This cannot be given", why.to_string()))
}
