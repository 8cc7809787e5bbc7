//! Compares an output with a page's, which may have wildcards.

/// Whether `printed` is what `shown` says. A line `...` in `shown` stands for any lines, `[..]` for any text in a
/// line.
pub(crate) fn matches(shown: &str, printed: &str) -> bool {
    let lines = |text: &'_ str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    lines_match(&lines(shown), &lines(printed))
}

/// The output with wildcards for what differs each time: expiry times, and the signatures over them.
pub(crate) fn with_wildcards(printed: &str) -> String {
    let mut parts = printed.split("?exp=");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("&sig=");
        match rest.map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_hexdigit())) {
            Some(rest) => text.extend(["?exp=[..]&sig=[..]", rest]),
            None => text.extend(["?exp=", part]),
        }
    }
    text
}

fn lines_match(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=printed.len()).any(|skipped| lines_match(rest, &printed[skipped..]))
        }
        Some((first, rest)) => printed
            .split_first()
            .is_some_and(|(line, printed_rest)| line_matches(first, line) && lines_match(rest, printed_rest)),
    }
}

fn line_matches(shown: &str, printed: &str) -> bool {
    match shown.split_once("[..]") {
        None => shown == printed,
        Some((start, rest)) => printed.strip_prefix(start).is_some_and(|printed| {
            let ends = printed.char_indices().map(|(index, _)| index).chain([printed.len()]);
            ends.into_iter().any(|end| line_matches(rest, &printed[end..]))
        }),
    }
}

#[test]
fn signatures_with_an_expiry_time_become_wildcards() {
    for (printed, shown) in [
        ("a?exp=12&sig=af\nb?exp=13&sig=b0&x=1", "a?exp=[..]&sig=[..]\nb?exp=[..]&sig=[..]&x=1"),
        ("a?sig=af", "a?sig=af"),
        ("a?exp=12", "a?exp=12"),
    ] {
        assert_eq!(with_wildcards(printed), shown);
    }
}

#[test]
fn wildcards_match_within_a_line_and_over_lines() {
    for (shown, printed) in [
        ("", ""),
        ("a\nb", "a\nb"),
        ("a[..]", "a"),
        ("a[..]c[..]", "abcd"),
        ("[..]c", "cbc"),
        ("...", ""),
        ("...\nb", "a\nb"),
        ("a\n...", "a\nb\nc"),
        ("a\n...\nc", "a\nb\nc"),
        ("a", "a  "),
    ] {
        assert!(matches(shown, printed), "{shown:?} {printed:?}");
    }
    for (shown, printed) in [
        ("", "a"),
        ("a", ""),
        ("a", "ab"),
        ("a", "a\nb"),
        ("a\nb", "b\na"),
        ("[..]", "a\nb"),
        ("a[..]c", "ab"),
        ("a ...", "a b"),
        ("...\nb", "a\nb\nc"),
        ("a\n...\na", "a"),
    ] {
        assert!(!matches(shown, printed), "{shown:?} {printed:?}");
    }
}
