//! Compares an output with a page's, which may have wildcards.

/// Whether `printed` is what `shown` says. A line `...` in `shown` stands for any lines, `[..]` for any text in a
/// line.
pub(crate) fn matches(shown: &str, printed: &str) -> bool {
    let lines = |text: &'_ str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    lines_match(&lines(shown), &lines(printed))
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
