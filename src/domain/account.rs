//! The account that images belong to, and how much of it is used.

use std::fmt;

use super::url_finder::bare;

/// The ID of an account, checked: one segment of an API path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountId(String);

/// An account that the credentials see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its ID.
    pub id: AccountId,
    /// Its name. Foreign text.
    pub name: String,
}

/// How full the account is, in images. `None` if the API does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Images stored.
    pub current: Option<u64>,
    /// Images that the plan allows.
    pub allowed: Option<u64>,
}

/// What the API's `Ratelimit` header says is left, for everything that the user runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Requests left in this window.
    pub left: u32,
    /// Requests a window, where `Ratelimit-Policy` says so; Cloudflare documents 1200 in 5 minutes.
    pub limit: u32,
}

/// A text that cannot be an account ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("An account ID is 32 hexadecimal digits: copy it from the dashboard's address, or leave it out")]
pub struct InvalidAccountId;

impl Budget {
    /// Whether less than a fifth is left: what no person asked for then leaves the rest to others.
    pub fn is_low(self) -> bool {
        self.left < self.limit / 5
    }
}

impl AccountId {
    /// Checks a text: 32 hexadecimal digits, quotes and white space around them not counted.
    pub fn parse(text: &str) -> Result<Self, InvalidAccountId> {
        let text = bare(text);
        if text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(InvalidAccountId)
        }
    }

    /// The ID's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its first four digits, enough to recognise it in a sentence.
    pub fn short(&self) -> String {
        format!("{}…", &self.0[..4])
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A number with its thousands apart: `8,113`.
pub fn grouped(number: u64) -> String {
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

/// A size in bytes, as people read it: `84.1 kB`.
pub fn bytes(bytes: u64) -> String {
    // Tenths, in whole numbers, rounded.
    let (unit, tenth) = match bytes {
        0..1_000 => return format!("{bytes} B"),
        1_000..999_950 => ("kB", 100),
        999_950..999_950_000 => ("MB", 100_000),
        _ => ("GB", 100_000_000),
    };
    let tenths = bytes.saturating_add(tenth / 2) / tenth;
    format!("{}.{} {unit}", grouped(tenths / 10), tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_their_largest_unit() {
        let texts = [0, 999, 1_000, 84_149, 84_150, 999_949, 999_950, 2_000_000, 3_450_000_000].map(bytes);
        assert_eq!(
            texts,
            ["0 B", "999 B", "1.0 kB", "84.1 kB", "84.2 kB", "999.9 kB", "1.0 MB", "2.0 MB", "3.5 GB"]
        );
    }

    #[test]
    fn an_account_id_is_32_hexadecimal_digits() {
        assert_eq!(AccountId::parse(" 023E105F4ECEF8AD9CA31A8372D0C353\n").unwrap().short(), "023e…");
        for text in ["", "023e", "023e105f4ecef8ad9ca31a8372d0c35/", "023e105f4ecef8ad9ca31a8372d0c3533"] {
            assert_eq!(AccountId::parse(text), Err(InvalidAccountId));
        }
    }
}
