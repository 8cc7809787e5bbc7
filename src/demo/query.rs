//! Parses query parameters in the notations that SDKs and people use.

use std::ops::RangeInclusive;

use percent_encoding::percent_decode_str;

/// A parameter that the API rejects.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadParameter {
    /// The decoded name
    pub(super) name: String,
    pub(super) message: String,
}

impl BadParameter {
    pub(super) fn new(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.to_owned(), message: message.into() }
    }
}

/// The decoded parameters of a query. `+` is a space, as in forms.
pub(super) fn parameters(query: &str) -> impl Iterator<Item = (String, String)> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    query.split('&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(key), decoded(value))
    })
}

/// The first value of a parameter. An empty value counts as absent.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    parameters(query).find(|(key, _)| key == name).map(|(_, value)| value).filter(|value| !value.is_empty())
}

/// An integer within `range`; `default` if it is absent.
pub(super) fn integer(
    query: &str,
    name: &str,
    range: RangeInclusive<usize>,
    default: usize,
) -> Result<usize, BadParameter> {
    let Some(text) = parameter(query, name) else { return Ok(default) };
    parse_integer(&text).filter(|number| range.contains(number)).ok_or_else(|| {
        let message = match *range.end() {
            usize::MAX => format!("{name} must be a whole number of at least {}", range.start()),
            end => format!("{name} must be a whole number from {} to {end}", range.start()),
        };
        BadParameter::new(name, message)
    })
}

/// The API's schema calls these parameters `number`, and the Python SDK sends `10.0`.
fn parse_integer(text: &str) -> Option<usize> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let number: f64 = text.parse().ok()?;
    // Formatting is exact for integral floats and needs no lossy cast.
    (number.is_finite() && number.fract() == 0.0).then(|| format!("{number:.0}").parse().ok())?
}

/// Whether a parameter is `desc` and not `asc`; `default` if it is absent.
pub(super) fn descending(query: &str, name: &str, default: bool) -> Result<bool, BadParameter> {
    match parameter(query, name).as_deref() {
        None => Ok(default),
        Some("asc") => Ok(false),
        Some("desc") => Ok(true),
        Some(_) => Err(BadParameter::new(name, format!("{name} must be 'asc' or 'desc'"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_accepts_what_sdks_send() {
        for (text, number) in
            [("10", 10), ("10.0", 10), ("1e2", 100), ("1E1", 10), ("%2B20", 20), ("+30", 30), ("", 20)]
        {
            let query = format!("per_page={text}");
            assert_eq!(integer(&query, "per_page", 10..=1000, 20), Ok(number), "{text}");
        }
        for text in [
            "10.5", "9", "1001", "-10", "-10.0", "inf", "NaN", "1e300", "ten", "True", "0x10", "10,0", "null",
        ] {
            let query = format!("per_page={text}");
            let refused = integer(&query, "per_page", 10..=1000, 20).map_err(|bad| bad.name);
            assert_eq!(refused, Err("per_page".to_owned()), "{text}");
        }
    }
}
