//! `cfimg usage`: how many images the account has and may have.

use super::account::Account;
use super::console::{Console, Stop};
use crate::domain::Usage;
use crate::domain::account::group_thousands;
use crate::domain::sanitize::json_line;

/// Prints a line of text, or the API's own JSON on one line.
pub(super) async fn print(json: bool, account: &impl Account, console: &mut Console<'_>) -> Result<u8, Stop> {
    let text = if json { json_line(&account.raw_usage().await?) } else { describe(account.usage().await?) };
    console.answer(&format!("{text}\n"))?;
    Ok(0)
}

pub(super) fn describe(usage: Usage) -> String {
    let (current, allowed) = match (usage.current, usage.allowed) {
        (Some(current), Some(allowed)) => (current, allowed),
        (Some(current), None) => return format!("{} images, limit unknown", group_thousands(current)),
        (None, Some(allowed)) => {
            return format!("unknown number of images, limit {}", group_thousands(allowed));
        }
        (None, None) => return "unknown number of images".to_owned(),
    };
    let share = match (u128::from(current) * 100 + u128::from(allowed) / 2).checked_div(u128::from(allowed)) {
        None => String::new(),
        Some(0) if current > 0 => " (<1 %)".to_owned(),
        Some(percent) => format!(" ({percent} %)"),
    };
    format!("{} of {} images{share}", group_thousands(current), group_thousands(allowed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::{Captured, run};

    #[test]
    fn text_shows_count_limit_and_percent() {
        for (current, allowed, text) in [
            (8113, 100_000, "8,113 of 100,000 images (8 %)"),
            (0, 100_000, "0 of 100,000 images (0 %)"),
            (3, 100_000, "3 of 100,000 images (<1 %)"),
            (1_234_567, 1_000_000, "1,234,567 of 1,000,000 images (123 %)"),
            (7, 0, "7 of 0 images"),
            (u64::MAX, u64::MAX, "18,446,744,073,709,551,615 of 18,446,744,073,709,551,615 images (100 %)"),
        ] {
            assert_eq!(describe(Usage { current: Some(current), allowed: Some(allowed) }), text);
        }
    }

    #[test]
    fn unknown_counts_are_shown_as_unknown() {
        for (current, allowed, text) in [
            (Some(8113), None, "8,113 images, limit unknown"),
            (None, Some(100_000), "unknown number of images, limit 100,000"),
            (None, None, "unknown number of images"),
        ] {
            assert_eq!(describe(Usage { current, allowed }), text);
        }
    }

    #[test]
    fn json_is_the_apis_own() {
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let mut console = captured.console(&mut out, &errors);
        assert_eq!(run(print(true, &Scripted::default(), &mut console)).unwrap(), 0);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"count\":{\"current\":8113,\"allowed\":1.0e5},\"new\\u009b\":null}\n"
        );
    }
}
