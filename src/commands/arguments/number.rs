//! Numbers that people type after an option. What is wrong with one is told in our words, not in the library's.

use std::num::{NonZeroU16, NonZeroUsize};
use std::str::FromStr;

/// How many at the most.
pub(super) fn limit(text: &str) -> Result<NonZeroUsize, String> {
    read(text, "a number from 1")
}

/// Columns or rows.
pub(super) fn cells(text: &str) -> Result<NonZeroU16, String> {
    read(text, "a number from 1 to 65535")
}

/// A port; 0 is any that is free.
pub(super) fn port(text: &str) -> Result<u16, String> {
    read(text, "a number from 0 to 65535")
}

/// A number that may be anything from nothing on.
pub(super) fn whole<T: FromStr>(text: &str) -> Result<T, String> {
    read(text, "a number from 0")
}

/// A part of the whole.
pub(super) fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("it takes a number from 0 to 1, such as 0.2".to_owned()),
    }
}

fn read<T: FromStr>(text: &str, takes: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("it takes {takes}"))
}
