//! The account that images belong to, its usage, and the formatting of numbers.

use std::fmt;

use super::trim::bare;

/// A checked account ID: safe as one segment of an API path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountId(String);

/// An account that the credentials can access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    /// Untrusted text.
    pub name: String,
}

/// How many images the account stores and may store. `None` if the API does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    pub current: Option<u64>,
    /// Allowed by the plan.
    pub allowed: Option<u64>,
}

/// The API quota from the `Ratelimit` header. All programs of the user share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Requests left in the current window.
    pub left: u32,
    /// Requests per window, from `Ratelimit-Policy`. Cloudflare documents 1200 in 5 minutes.
    pub limit: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("An account ID has 32 hexadecimal digits. Copy it from the dashboard's address, or leave it out")]
pub struct InvalidAccountId;

impl Budget {
    /// Whether less than a fifth is left. Background requests then stop, to leave the rest to others.
    pub fn is_low(self) -> bool {
        self.left < self.limit / 5
    }
}

impl AccountId {
    /// Accepts 32 hexadecimal digits; quotes and white space around them are ignored.
    pub fn parse(text: &str) -> Result<Self, InvalidAccountId> {
        let text = bare(text);
        if text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(InvalidAccountId)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first four digits, enough to recognise the ID in a sentence.
    pub fn short(&self) -> String {
        format!("{}…", &self.0[..4])
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Formats a number with thousands separators: `8,113`.
pub fn group_thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// `1 image`, `8,113 images`
pub fn image_count(count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} image{plural}", group_thousands(count as u64))
}

/// Formats a size in bytes: `84.1 kB`.
pub fn bytes(bytes: u64) -> String {
    // In tenths, to round with integers.
    let (unit, tenth) = match bytes {
        0..1_000 => return format!("{bytes} B"),
        1_000..999_950 => ("kB", 100),
        999_950..999_950_000 => ("MB", 100_000),
        _ => ("GB", 100_000_000),
    };
    let tenths = bytes.saturating_add(tenth / 2) / tenth;
    format!("{}.{} {unit}", group_thousands(tenths / 10), tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_uses_largest_unit() {
        let texts = [0, 999, 1_000, 84_149, 84_150, 999_949, 999_950, 2_000_000, 3_450_000_000].map(bytes);
        assert_eq!(
            texts,
            ["0 B", "999 B", "1.0 kB", "84.1 kB", "84.2 kB", "999.9 kB", "1.0 MB", "2.0 MB", "3.5 GB"]
        );
    }

    #[test]
    fn account_id_is_32_hexadecimal_digits() {
        assert_eq!(AccountId::parse(" 023E105F4ECEF8AD9CA31A8372D0C353\n").unwrap().short(), "023e…");
        for text in ["", "023e", "023e105f4ecef8ad9ca31a8372d0c35/", "023e105f4ecef8ad9ca31a8372d0c3533"] {
            assert_eq!(AccountId::parse(text), Err(InvalidAccountId));
        }
    }
}
