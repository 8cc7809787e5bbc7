//! `cfimg variants`: the account's variants.

use std::fmt::Write as _;

use super::account::Account;
use super::console::{Console, Stop};
use super::table::Table;
use crate::domain::VariantOptions;
use crate::domain::safe_text::{json_line, visible};

/// Prints a table for people, or the API's own shape.
pub(super) async fn print(json: bool, account: &impl Account, console: &mut Console<'_>) -> Result<u8, Stop> {
    let variants = account.variant_options().await?;
    if json {
        console.answer(&format!("{}\n", in_the_apis_shape(&variants)))?;
    } else if variants.is_empty() {
        console.errors.note("The account has no variants.");
    } else {
        for line in table(&variants).lines() {
            console.answer(&format!("{line}\n"))?;
        }
    }
    Ok(0)
}

fn table(variants: &[VariantOptions]) -> Table {
    let mut table = Table::default();
    for variant in variants {
        let metadata = variant.metadata.as_deref().map(|kept| format!("metadata: {}", visible(kept)));
        let access = match variant.never_require_signed_urls {
            Some(true) => "always public",
            Some(false) => "signed if the image is",
            None => "",
        };
        let name = visible(&variant.name).into_owned();
        let summary = visible(&variant.summary()).into_owned();
        table.row([name, summary, metadata.unwrap_or_default(), access.to_owned()]);
    }
    table
}

fn in_the_apis_shape(variants: &[VariantOptions]) -> String {
    let mut json = String::from("{\"variants\":{");
    for (place, variant) in variants.iter().enumerate() {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        let fields = [
            ("fit", variant.fit.as_deref().map(text)),
            ("metadata", variant.metadata.as_deref().map(text)),
            ("width", variant.width.clone()),
            ("height", variant.height.clone()),
        ];
        let fields: Vec<_> =
            fields.into_iter().filter_map(|(key, value)| Some(format!("\"{key}\":{}", value?))).collect();
        let name = text(&variant.name);
        let comma = if place == 0 { "" } else { "," };
        _ = write!(json, "{comma}{name}:{{\"id\":{name},\"options\":{{{}}}", fields.join(","));
        if let Some(never) = variant.never_require_signed_urls {
            _ = write!(json, ",\"neverRequireSignedURLs\":{never}");
        }
        json.push('}');
    }
    json_line(&(json + "}}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::{Heard, run};

    fn printed(json: bool) -> String {
        let hero = r#"{"options":{"fit":"cover","width":1366,"height":768,"metadata":"none"},"neverRequireSignedURLs":false}"#;
        let options = vec![
            VariantOptions::read("hero", hero),
            VariantOptions::read("thumb\u{1b}", r#"{"neverRequireSignedURLs":true}"#),
        ];
        let account = Scripted { options: Some(options), ..Scripted::default() };
        let (heard, errors) = Heard::new();
        let mut out = Vec::new();
        let mut console = heard.console(&mut out, &errors);
        assert_eq!(run(print(json, &account, &mut console)).unwrap(), 0);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn people_read_a_table() {
        assert_eq!(
            printed(false),
            "hero    cover 1366×768  metadata: none  signed if the image is\n\
             thumb␛                                  always public\n"
        );
    }

    #[test]
    fn programs_read_the_api() {
        assert_eq!(
            printed(true),
            "{\"variants\":{\"hero\":{\"id\":\"hero\",\"options\":{\"fit\":\"cover\",\"metadata\":\"none\",\"width\":1366,\
             \"height\":768},\"neverRequireSignedURLs\":false},\"thumb\\u001b\":{\"id\":\"thumb\\u001b\",\"options\":{},\
             \"neverRequireSignedURLs\":true}}}\n"
        );
    }
}
