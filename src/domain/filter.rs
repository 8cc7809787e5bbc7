//! What a person types to filter the list.

use super::Listed;

/// A filter: words that narrow, and terms that are searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    terms: Vec<String>,
}

impl Query {
    /// Reads what was typed.
    pub fn parse(text: &str) -> Self {
        Self { terms: text.split_whitespace().map(str::to_owned).collect() }
    }

    /// What is searched for; an image must hold all of them.
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// Whether the words that narrow leave this image in.
    pub fn narrows(&self, _image: &Listed) -> bool {
        true
    }

    /// Whether all that this matches is matched by `old` too, as far as can be told from their words.
    pub fn extends(&self, old: &Query) -> bool {
        self.terms.len() >= old.terms.len()
            && old.terms.iter().zip(&self.terms).all(|(old, new)| new.starts_with(old.as_str()))
    }
}
