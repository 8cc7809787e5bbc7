//! How long signed URLs are valid: a lifetime (`1h`) or a date, and whether this machine's clock is accurate enough for
//! it.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The longest lifetime other than `never`, in seconds: 100 years.
const MAX_SECONDS: u64 = 100 * 365 * DAY;

/// The latest expiry, in Unix seconds: the end of the year 9999, the last that the date library can represent.
const LATEST: i64 = 253_402_207_200;

/// The difference to a server's clock that is worth a warning.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How long a URL is valid after it was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    Never,
    /// At least one.
    Seconds(u64),
}

/// How long a signed URL is to be valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// For this long, from the moment of signing.
    For(Lifetime),
    /// Until this time, in Unix seconds.
    Until(i64),
}

/// Why a text is not a lifetime or an expiry date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidExpiry {
    /// It is not a number with a unit.
    #[error("not a lifetime: use 90s, 15m, 1h, 7d or never")]
    Lifetime,
    /// A unit in upper case. `1M` might mean a month or a minute.
    #[error("units are lower-case: s, m (minutes), h or d; write a month as 30d")]
    UpperCase,
    /// Zero: nothing could be fetched in time.
    #[error("too short: use at least 1s")]
    Zero,
    /// More than 100 years.
    #[error("too long: use at most 36500d, or never")]
    TooLong,
    /// It is not a date in a supported format.
    #[error("not a date: use 2026-12-31, 2026-12-31 18:00 or 2026-12-31T18:00:00Z")]
    Date,
    /// The date is in the past.
    #[error("this date is in the past: use a later one")]
    Past,
}

impl Lifetime {
    /// The lifetime if nothing else is configured.
    pub const DEFAULT: Self = Self::Seconds(HOUR);

    /// The lifetimes offered by a key.
    pub const CHOICES: [Self; 5] = [
        Self::Seconds(5 * MINUTE),
        Self::Seconds(HOUR),
        Self::Seconds(DAY),
        Self::Seconds(7 * DAY),
        Self::Never,
    ];

    /// Parses `90s`, `15m`, `1h`, `7d` or `never`. White space around it is ignored.
    pub fn parse(text: &str) -> Result<Self, InvalidExpiry> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("never") {
            return Ok(Self::Never);
        }
        if text.strip_suffix(['S', 'M', 'H', 'D']).is_some_and(is_digits) {
            return Err(InvalidExpiry::UpperCase);
        }
        let (digits, unit) = [("s", 1), ("m", MINUTE), ("h", HOUR), ("d", DAY)]
            .into_iter()
            .find_map(|(letter, unit)| Some((text.strip_suffix(letter)?, unit)))
            .ok_or(InvalidExpiry::Lifetime)?;
        if !is_digits(digits) {
            return Err(InvalidExpiry::Lifetime);
        }
        // A number that overflows is too long as well.
        let seconds = digits.parse::<u64>().ok().and_then(|amount| amount.checked_mul(unit));
        match seconds {
            Some(0) => Err(InvalidExpiry::Zero),
            Some(seconds @ 1..=MAX_SECONDS) => Ok(Self::Seconds(seconds)),
            _ => Err(InvalidExpiry::TooLong),
        }
    }

    /// The expiry of a URL signed now, in Unix seconds. `None` if it never expires.
    pub fn expires(self, now: Timestamp) -> Option<i64> {
        match self {
            Self::Never => None,
            Self::Seconds(seconds) => {
                let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
                Some(now.as_second().saturating_add(seconds).min(LATEST))
            }
        }
    }
}

impl Validity {
    /// When a URL signed now expires, in Unix seconds. `None` if it never expires.
    pub fn expires(self, now: Timestamp) -> Option<i64> {
        match self {
            Self::For(lifetime) => lifetime.expires(now),
            Self::Until(at) => Some(at),
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// In the largest unit that fits, as it would be typed: `15m`.
impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Never => f.write_str("never"),
            Self::Seconds(seconds) => match seconds {
                _ if seconds.is_multiple_of(DAY) => write!(f, "{}d", seconds / DAY),
                _ if seconds.is_multiple_of(HOUR) => write!(f, "{}h", seconds / HOUR),
                _ if seconds.is_multiple_of(MINUTE) => write!(f, "{}m", seconds / MINUTE),
                _ => write!(f, "{seconds}s"),
            },
        }
    }
}

/// Parses an expiry date and returns Unix seconds. The formats are RFC 3339, `YYYY-MM-DD` (the start of the day) and
/// `YYYY-MM-DD HH:MM` with optional seconds, in `zone`. An ambiguous time, when clocks are set back, is the earlier
/// one.
pub fn expires_at(text: &str, zone: &TimeZone, now: Timestamp) -> Result<i64, InvalidExpiry> {
    let at = parse_time(text.trim(), zone).ok_or(InvalidExpiry::Date)?.as_second();
    if at <= now.as_second() { Err(InvalidExpiry::Past) } else { Ok(at) }
}

fn parse_time(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    // The library accepts further formats (weeks, annotations), which could be misread.
    if !text.starts_with(|c: char| c.is_ascii_digit()) || text.contains('[') {
        return None;
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let local: DateTime = match text.len() {
        10 => Date::strptime("%Y-%m-%d", text).ok()?.into(),
        16 => DateTime::strptime(if text.contains('T') { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%d %H:%M" }, text)
            .ok()?,
        19 => DateTime::strptime(
            if text.contains('T') { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" },
            text,
        )
        .ok()?,
        _ => return None,
    };
    zone.to_ambiguous_timestamp(local).compatible().ok()
}

/// How far this machine's clock is ahead of a server's `Date`; negative if it is behind. `None` if they differ by less
/// than a minute, so that signatures expire when they should.
pub fn clock_is_off(server: Timestamp, now: Timestamp) -> Option<SignedDuration> {
    let off = now.duration_since(server);
    (off.abs() > CLOCK_TOLERANCE).then_some(off)
}

/// The warning about an inaccurate clock.
pub fn clock_warning(off: SignedDuration) -> String {
    let direction = if off.is_negative() { "behind" } else { "ahead of" };
    let amount = super::super::time_format::describe(off.abs()).unwrap_or_else(|| "a moment".to_owned());
    format!(
        "This machine's clock is {amount} {direction} Cloudflare's, so signed URLs expire at the wrong time. \
         Set the clock."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn lifetimes_parse_and_display() {
        for (text, seconds) in
            [("90s", 90), ("15m", 900), ("1h", 3600), (" 7d\n", 604_800), ("1s", 1), ("36500d", MAX_SECONDS)]
        {
            assert_eq!(Lifetime::parse(text), Ok(Lifetime::Seconds(seconds)), "{text}");
        }
        for text in ["Never", "NEVER"] {
            assert_eq!(Lifetime::parse(text), Ok(Lifetime::Never));
        }
        for text in ["90s", "15m", "1h", "7d", "never", "36500d", "61s", "25h"] {
            assert_eq!(Lifetime::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn invalid_lifetimes_are_refused_with_reason() {
        for text in ["", "h", "1", "1.5h", "-1h", "+1h", "1 h", "1w", "1hh", "é", "٣h", "0x1h"] {
            assert_eq!(Lifetime::parse(text), Err(InvalidExpiry::Lifetime), "{text}");
        }
        for text in ["1M", "15M", "90S", "1H", "7D", " 1M ", "0M"] {
            assert_eq!(Lifetime::parse(text), Err(InvalidExpiry::UpperCase), "{text}");
        }
        for text in ["1Mo", "1mo", "1min", "1MIN", "M", "1.5M", "-1D", "1d12h", "1hD"] {
            assert_eq!(Lifetime::parse(text), Err(InvalidExpiry::Lifetime), "{text}");
        }
        assert_eq!(Lifetime::parse("0s"), Err(InvalidExpiry::Zero));
        assert_eq!(Lifetime::parse("000d"), Err(InvalidExpiry::Zero));
        for text in ["36501d", "18446744073709551615s", "99999999999999999999999s", "213503982334602d"] {
            assert_eq!(Lifetime::parse(text), Err(InvalidExpiry::TooLong), "{text}");
        }
    }

    #[test]
    fn expires_from_now_up_to_last_year() {
        assert_eq!(Lifetime::parse("1h").unwrap().expires(at("2026-11-24T12:00:00.9Z")), Some(1_795_525_200));
        assert_eq!(Lifetime::Never.expires(Timestamp::MAX), None);
        let latest = Lifetime::Seconds(MAX_SECONDS).expires(Timestamp::MAX).unwrap();
        assert!(Timestamp::from_second(latest).is_ok(), "a representable date");
    }

    #[test]
    fn dates_parse_in_their_time_zone() {
        let now = at("2026-11-24T12:00:00Z");
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        for (text, moment) in [
            ("2026-12-31", "2026-12-30T22:00:00Z"),
            ("2026-12-31 18:00", "2026-12-31T16:00:00Z"),
            ("2026-12-31T18:00", "2026-12-31T16:00:00Z"),
            ("2026-12-31 18:00:01", "2026-12-31T16:00:01Z"),
            (" 2026-12-31T18:00:00Z ", "2026-12-31T18:00:00Z"),
            ("2026-12-31T18:00:00-05:00", "2026-12-31T23:00:00Z"),
            ("2026-12-31 18:00:00.5+00:00", "2026-12-31T18:00:00Z"),
        ] {
            assert_eq!(expires_at(text, &zone, now), Ok(at(moment).as_second()), "{text}");
        }
        for text in
            ["", "tomorrow", "2026-13-01", "2026-02-30", "2026-12-31 25:00", "31.12.2026", "2026-W01-1", "1h"]
        {
            assert_eq!(expires_at(text, &zone, now), Err(InvalidExpiry::Date), "{text}");
        }
    }

    #[test]
    fn past_date_is_refused() {
        let now = at("2026-11-24T12:00:00Z");
        for text in ["2026-11-24", "2026-11-24T12:00:00Z", "1969-01-01"] {
            assert_eq!(expires_at(text, &TimeZone::UTC, now), Err(InvalidExpiry::Past), "{text}");
        }
        assert_eq!(expires_at("2026-11-24T12:00:01Z", &TimeZone::UTC, now), Ok(now.as_second() + 1));
    }

    #[test]
    fn clock_difference_is_reported() {
        let server = at("2026-11-24T12:00:00Z");
        let off = |now: &str| clock_is_off(server, at(now));
        assert_eq!(off("2026-11-24T12:01:00Z"), None);
        assert_eq!(off("2026-11-24T11:59:00Z"), None);
        assert_eq!(off("2026-11-24T12:01:01Z"), Some(SignedDuration::from_secs(61)));
        let behind = off("2026-11-24T09:59:00Z").unwrap();
        assert_eq!(behind, SignedDuration::from_secs(-7260));
        assert!([behind, -behind].map(clock_warning).iter().all(|warning| warning.contains("2 hours")));
    }
}
