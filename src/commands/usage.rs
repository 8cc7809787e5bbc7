//! `cfimg usage`: how full the account is.

use super::account::Account;
use super::console::{Console, Stop};
use crate::domain::Usage;

/// Prints a line for people, or the API's own shape.
pub(super) async fn print(json: bool, account: &impl Account, console: &mut Console<'_>) -> Result<u8, Stop> {
    let usage = account.usage().await?;
    let text = if json {
        format!("{{\"count\":{{\"allowed\":{},\"current\":{}}}}}\n", usage.allowed, usage.current)
    } else {
        format!("{}\n", words(usage))
    };
    console.answer(&text)?;
    Ok(0)
}

fn words(Usage { current, allowed }: Usage) -> String {
    let share = match (u128::from(current) * 100 + u128::from(allowed) / 2).checked_div(u128::from(allowed)) {
        None => String::new(),
        Some(0) if current > 0 => " (<1 %)".to_owned(),
        Some(percent) => format!(" ({percent} %)"),
    };
    format!("{} of {} images{share}", grouped(current), grouped(allowed))
}

/// `8,113`
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::{Heard, run};

    #[test]
    fn people_read_a_share() {
        for (current, allowed, text) in [
            (8113, 100_000, "8,113 of 100,000 images (8 %)"),
            (0, 100_000, "0 of 100,000 images (0 %)"),
            (3, 100_000, "3 of 100,000 images (<1 %)"),
            (1_234_567, 1_000_000, "1,234,567 of 1,000,000 images (123 %)"),
            (7, 0, "7 of 0 images"),
            (u64::MAX, u64::MAX, "18,446,744,073,709,551,615 of 18,446,744,073,709,551,615 images (100 %)"),
        ] {
            assert_eq!(words(Usage { current, allowed }), text);
        }
    }

    #[test]
    fn programs_read_the_api() {
        let (heard, errors) = Heard::new();
        let mut out = Vec::new();
        let mut console = heard.console(&mut out, &errors);
        assert_eq!(run(print(true, &Scripted::default(), &mut console)).unwrap(), 0);
        assert_eq!(String::from_utf8(out).unwrap(), "{\"count\":{\"allowed\":100000,\"current\":8113}}\n");
    }
}
