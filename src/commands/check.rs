//! `cfimg check`: which images need signed URLs.

use futures_util::stream::Stream;

use super::account::Account;
use super::console::{Console, Stop};
use super::many::{AT_ONCE, in_order};
use super::references::Asked;
use crate::domain::{Access, safe_text};

/// The exit code where an image needs signed URLs, and nothing failed.
const SIGNED: u8 = 10;

/// Prints `public`, `signed` or `unknown`, a tab and the ID of each image.
pub(super) async fn access(
    asked: impl Stream<Item = Asked>,
    account: &impl Account,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let errors = console.errors;
    let fetch = async |reference| account.image(&reference).await;
    let mut signed = false;
    let code = in_order(asked, AT_ONCE, fetch, errors, |image| {
        signed |= image.access == Access::Signed;
        // An ID holds no control characters, so a tab ends the word for certain.
        let id = safe_text::visible(image.id.as_str());
        console.answer(&format!("{}\t{id}\n", image.access.word()))
    })
    .await?;
    Ok(if code == 0 && signed { SIGNED } else { code })
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::{Heard, run};

    fn checked(asked: &[&str]) -> (String, u8) {
        let account = Scripted::with(&[
            r#"{"id":"open","requireSignedURLs":false}"#,
            r#"{"id":"closed\u202e","requireSignedURLs":true}"#,
            r#"{"id":"odd","requireSignedURLs":"false"}"#,
        ]);
        let (heard, errors) = Heard::new();
        let mut out = Vec::new();
        let mut console = heard.console(&mut out, &errors);
        let code = run(access(stream::iter(asked.iter().map(|a| Asked::read(a))), &account, &mut console));
        (String::from_utf8(out).unwrap(), code.unwrap())
    }

    #[test]
    fn a_word_a_tab_and_the_id() {
        assert_eq!(checked(&["open", "odd"]), ("public\topen\nunknown\todd\n".to_owned(), 0));
        let (out, code) = checked(&["open", "closed\u{202e}"]);
        assert_eq!((out.as_str(), code), ("public\topen\nsigned\tclosed⟨U+202E⟩\n", 10));
    }

    #[test]
    fn a_failure_outranks_a_finding() {
        let (out, code) = checked(&["closed\u{202e}", "gone", ".."]);
        assert_eq!((out.as_str(), code), ("signed\tclosed⟨U+202E⟩\n", 3));
    }
}
