//! The word of a filter that narrows it to one access: `signed:`, `public:` or `unknown:`.

use super::{access, cut_word, flag};
use crate::domain::Access;

/// The access to which a filter's text narrows the list. `None` if to none.
pub fn access_of(text: &str) -> Option<Access> {
    words(text).find_map(|word| {
        let (key, value) = word.split_once(':').filter(|_| is_access_term(word) && !word.starts_with('-'))?;
        let (access, wanted) = access(&key.to_ascii_lowercase(), flag(value)?);
        wanted.then_some(access)
    })
}

/// The text narrowed to this access, or to none. Its other words stay. The access comes first, so that what is typed at
/// the end is a word of its own.
pub fn with_access(text: &str, access: Option<Access>) -> String {
    let term = access.map(|access| format!("{}:", access.word()));
    let others = words(text).filter(|word| !is_access_term(word)).collect::<Vec<_>>().join(" ");
    match term {
        Some(term) => format!("{term} {others}"),
        None => others,
    }
}

fn is_access_term(word: &str) -> bool {
    let word = word.strip_prefix('-').unwrap_or(word);
    let key = word.split_once(':').map(|(key, _)| key.to_ascii_lowercase());
    matches!(key.as_deref(), Some("signed" | "public" | "unknown"))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim_start();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (word, after) = cut_word(rest);
        rest = after.trim_start();
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_of_reads_the_term() {
        for (text, expected) in [
            ("", None),
            ("logo signed:", Some(Access::Signed)),
            ("PUBLIC:yes logo", Some(Access::Public)),
            ("public:false", Some(Access::Signed)),
            ("unknown:", Some(Access::Unknown)),
            ("unknown:no", None),
            ("-signed:", None),
            ("signed:maybe", None),
            ("signed", None),
            ("\"signed:\"", None),
        ] {
            assert_eq!(access_of(text), expected, "{text}");
        }
    }

    #[test]
    fn with_access_keeps_other_words() {
        for (text, access, expected) in [
            ("", Some(Access::Signed), "signed: "),
            ("signed: ", Some(Access::Public), "public: "),
            ("unknown:", None, ""),
            ("logo  \"two words\" signed: -x", Some(Access::Public), "public: logo \"two words\" -x"),
            ("signed:no -public: logo", None, "logo"),
        ] {
            assert_eq!(with_access(text, access), expected, "{text}");
        }
    }
}
