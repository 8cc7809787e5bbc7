//! SPDX expressions: which of the licences that a package offers we use.

/// The licences that apply, if each `OR` is decided for the one that comes first in `allowed`. `None` if none of a choice
/// is allowed.
pub(crate) fn choose(expression: &str, allowed: &[&str]) -> Option<Vec<String>> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = &words[..];
    let chosen = any(&mut rest, allowed);
    assert!(rest.is_empty(), "{expression} is no SPDX expression");
    chosen
}

/// `a OR b`
fn any(words: &mut &[&str], allowed: &[&str]) -> Option<Vec<String>> {
    let mut choices = vec![all(words, allowed)];
    while take(words, "OR") {
        choices.push(all(words, allowed));
    }
    let rank = |ids: &Vec<String>| ids.iter().map(|id| allowed.iter().position(|known| known == id)).max();
    choices.into_iter().flatten().min_by_key(rank)
}

/// `a AND b`
fn all(words: &mut &[&str], allowed: &[&str]) -> Option<Vec<String>> {
    let mut together = one(words, allowed);
    while take(words, "AND") {
        let next = one(words, allowed);
        together = together.zip(next).map(|(first, next)| [first, next].concat());
    }
    together
}

/// `a`, `a WITH b`, or an expression in parentheses
fn one(words: &mut &[&str], allowed: &[&str]) -> Option<Vec<String>> {
    if take(words, "(") {
        let inner = any(words, allowed);
        assert!(take(words, ")"), "a parenthesis is not closed");
        return inner;
    }
    let (id, rest) = words.split_first().expect("a licence");
    *words = rest;
    let mut id = (*id).to_owned();
    if take(words, "WITH") {
        let (exception, rest) = words.split_first().expect("an exception");
        *words = rest;
        id = format!("{id} WITH {exception}");
    }
    allowed.contains(&id.as_str()).then(|| vec![id])
}

fn take(words: &mut &[&str], word: &str) -> bool {
    let is_next = words.first() == Some(&word);
    if is_next {
        *words = &words[1..];
    }
    is_next
}

#[test]
fn choice_is_first_allowed_licence() {
    let allowed = ["MIT", "Apache-2.0", "Zlib"];
    let chosen = |expression| choose(expression, &allowed).map(|ids| ids.join(" + "));
    assert_eq!(chosen("Apache-2.0 OR MIT").as_deref(), Some("MIT"));
    assert_eq!(chosen("Apache-2.0/MIT").as_deref(), Some("MIT"));
    assert_eq!(chosen("GPL-2.0-only OR Apache-2.0").as_deref(), Some("Apache-2.0"));
    assert_eq!(chosen("(MIT OR Apache-2.0) AND Zlib").as_deref(), Some("MIT + Zlib"));
    assert_eq!(chosen("Apache-2.0 WITH LLVM-exception OR MIT").as_deref(), Some("MIT"));
    assert_eq!(chosen("MIT AND GPL-2.0-only"), None);
    assert_eq!(chosen("LGPL-2.1-or-later"), None);
}
