//! Formats points in time for display. The time zone and the current time are arguments.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// To the minute, with the offset: `2014-01-02 03:20 +01:00`, or `UTC`.
pub fn local(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_zoned_datetime(zone.clone());
    let format = if zoned.offset().is_zero() { "%Y-%m-%d %H:%M UTC" } else { "%Y-%m-%d %H:%M %:z" };
    zoned.strftime(format).to_string()
}

/// The date only: `2014-01-02`.
pub fn day(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d").to_string()
}

/// The validity of a signed URL without an expiry time.
pub const NEVER_EXPIRES: &str = "never expires";

/// How long a signed URL is valid: `valid until 14:05`, with the date unless that is today; or `never expires`.
pub fn validity(expires: Option<i64>, now: Timestamp, zone: &TimeZone) -> String {
    let Some(at) = expires.and_then(|expires| Timestamp::from_second(expires).ok()) else {
        return NEVER_EXPIRES.to_owned();
    };
    let time = at.to_zoned_datetime(zone.clone()).strftime("%H:%M").to_string();
    match day(at, zone) {
        today if today == day(now, zone) => format!("valid until {time}"),
        day => format!("valid until {day} {time}"),
    }
}

/// How long ago it was: `12 years ago`, `just now`, or `in 3 minutes`, if a clock is wrong.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let passed = now.duration_since(at);
    let amount = describe(passed.abs());
    match amount {
        None => "just now".to_owned(),
        Some(amount) if passed < SignedDuration::ZERO => format!("in {amount}"),
        Some(amount) => format!("{amount} ago"),
    }
}

/// Formats a duration in its largest unit: `3 minutes`. `None` for less than a minute.
pub(super) fn describe(passed: SignedDuration) -> Option<String> {
    let minutes = passed.as_mins();
    let (amount, unit) = match minutes {
        0 => return None,
        1..60 => (minutes, "minute"),
        60..1440 => (minutes / 60, "hour"),
        1440..43_200 => (minutes / 1440, "day"),
        // The average month and year of the Gregorian calendar, in minutes.
        43_200..525_949 => ((minutes / 43_829).max(1), "month"),
        _ => (minutes / 525_949, "year"),
    };
    Some(format!("{amount} {unit}{}", if amount == 1 { "" } else { "s" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn local_time_has_its_offset() {
        let uploaded = at("2014-01-02T02:20:00.123Z");
        assert_eq!(local(uploaded, &TimeZone::UTC), "2014-01-02 02:20 UTC");
        let zone = TimeZone::fixed(jiff::tz::offset(-5));
        assert_eq!(local(uploaded, &zone), "2014-01-01 21:20 -05:00");
        assert_eq!(day(uploaded, &zone), "2014-01-01");
    }

    #[test]
    fn ago_uses_largest_unit() {
        let now = at("2026-11-24T12:00:00Z");
        for (then, words) in [
            ("2026-11-24T11:59:31Z", "just now"),
            ("2026-11-24T11:59:00Z", "1 minute ago"),
            ("2026-11-24T09:30:00Z", "2 hours ago"),
            ("2026-11-20T12:00:00Z", "4 days ago"),
            ("2026-10-24T12:00:00Z", "1 month ago"),
            ("2025-12-24T12:00:00Z", "11 months ago"),
            ("2014-01-02T02:20:00Z", "12 years ago"),
            ("2026-11-24T12:03:00Z", "in 3 minutes"),
        ] {
            assert_eq!(ago(at(then), now), words, "{then}");
        }
    }
}
