//! `cfimg variants`: lists the account's variants.

use serde_json::Value;

use super::account::Account;
use super::console::{Aligned, Console, Paint, Stop};
use super::table::{Cell, Table};
use crate::domain::json::with_added_member;
use crate::domain::sanitize::{json_line, sanitize};
use crate::domain::variant_access::ALWAYS_PUBLIC;
use crate::domain::{Access, Json, VariantOptions};

/// Prints a table sorted by name; with `json`, each variant as the API sent it, one object per line, in the
/// API's order.
pub(super) async fn print(json: bool, account: &impl Account, console: &mut Console<'_>) -> Result<u8, Stop> {
    if json {
        for (name, entry) in account.raw_variants().await? {
            console.answer(&format!("{}\n", json_line(&with_id(&name, &entry))))?;
        }
        return Ok(0);
    }
    let variants = account.variant_options().await?;
    if variants.is_empty() {
        console.errors.note("The account has no variants.");
    }
    match console.aligned() {
        Some(Aligned { paint, .. }) => {
            for line in table(&variants, paint).lines() {
                console.answer(&format!("{line}\n"))?;
            }
        }
        None => {
            for variant in &variants {
                let [name, summary, metadata] = cells(variant);
                console.answer(&format!("{name}\t{summary}\t{metadata}\t{}\n", access(variant).1))?;
            }
        }
    }
    Ok(0)
}

fn table(variants: &[VariantOptions], paint: Paint) -> Table {
    let mut table = Table::default();
    for variant in variants {
        let (mark, label) = access(variant);
        let shown = match mark {
            Some(mark) => format!("{} {label}", paint.mark(mark)),
            None => format!("  {label}"),
        };
        let [name, summary, metadata] = cells(variant).map(Cell::from);
        table.row([name, summary, metadata, Cell::styled(format!("  {label}"), shown)]);
    }
    table
}

/// Name, resizing, and what is preserved of the picture's metadata.
fn cells(variant: &VariantOptions) -> [String; 3] {
    let metadata = variant.metadata.as_deref().map(|metadata| format!("metadata: {}", sanitize(metadata)));
    let summary = sanitize(&variant.summary()).into_owned();
    [sanitize(&variant.name).into_owned(), summary, metadata.unwrap_or_default()]
}

/// Whether the variant needs signatures. It has a mark if that does not depend on the image.
fn access(variant: &VariantOptions) -> (Option<Access>, &'static str) {
    match variant.never_require_signed_urls {
        Some(true) => (Some(Access::Public), ALWAYS_PUBLIC),
        Some(false) => (None, "follows the image"),
        None => (Some(Access::Unknown), Access::Unknown.label()),
    }
}

/// The JSON of a variant, with its name as `id`. The name is added if the API's JSON is not an object or has
/// no `id`.
fn with_id(name: &str, entry: &str) -> String {
    if Json::members(entry).iter().any(|(key, _)| key == "id") {
        return entry.to_owned();
    }
    let object = if entry.starts_with('{') { entry } else { "{}" };
    with_added_member(object, &format!("{{\"id\":{}}}", Value::from(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::{Captured, run};

    fn printed(json: bool, terminal: bool) -> String {
        let hero = r#"{"options":{"fit":"cover","width":1366,"height":768,"metadata":"none","blur":20,"new":[1]},"neverRequireSignedURLs":false}"#;
        let options = vec![
            VariantOptions::read("hero", hero),
            VariantOptions::read("odd", r#"{"options":{"fit":"pad"},"neverRequireSignedURLs":null}"#),
            VariantOptions::read("thumb\u{1b}", r#"{"neverRequireSignedURLs":true}"#),
        ];
        let raw_variants =
            [("thumb\u{1b}", "{ \"options\": {} }"), ("hero", HERO), ("bare", "{}"), ("odd", "null")];
        let raw_variants = raw_variants.map(|(name, raw)| (name.to_owned(), raw.to_owned())).to_vec();
        let account = Scripted { options: Some(options), raw_variants, ..Scripted::default() };
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let mut console = Console { terminal, ..captured.console(&mut out, &errors) };
        assert_eq!(run(print(json, &account, &mut console)).unwrap(), 0);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn table_is_aligned_on_terminal_and_tabs_elsewhere() {
        insta::assert_snapshot!(printed(false, true));
        assert_eq!(
            printed(false, false),
            "hero\tcover 1366×768 blur 20 new [1]\tmetadata: none\tfollows the image\n\
             odd\tpad\t\tunknown\n\
             thumb␛\t\t\talways public\n"
        );
    }

    const HERO: &str = r#"{"neverRequireSignedURLs":null, "id":"hero","options":{"width":1.50e3},"new":[1]}"#;

    #[test]
    fn json_is_the_apis_own_with_an_id() {
        assert_eq!(
            printed(true, false),
            r#"{"options":{},"cfimg":{"id":"thumb\u001b"}}
{"neverRequireSignedURLs":null,"id":"hero","options":{"width":1.50e3},"new":[1]}
{"cfimg":{"id":"bare"}}
{"cfimg":{"id":"odd"}}
"#
        );
    }
}
