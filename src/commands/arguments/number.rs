//! Parses the numbers that options accept, with error messages of our own rather than clap's.

use std::num::{NonZeroU16, NonZeroUsize};
use std::str::FromStr;

/// A maximum count.
pub(super) fn limit(text: &str) -> Result<NonZeroUsize, String> {
    parse_number(text, "a number of at least 1")
}

/// A number of columns or rows.
pub(super) fn cells(text: &str) -> Result<NonZeroU16, String> {
    parse_number(text, "a number from 1 to 65535")
}

/// A port; 0 means any free one.
pub(super) fn port(text: &str) -> Result<u16, String> {
    parse_number(text, "a number from 0 to 65535")
}

/// Zero or more.
pub(super) fn whole<T: FromStr>(text: &str) -> Result<T, String> {
    parse_number(text, "a number of at least 0")
}

/// A fraction from 0 to 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("use a number from 0 to 1, such as 0.2".to_owned()),
    }
}

fn parse_number<T: FromStr>(text: &str, expected: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("use {expected}"))
}
