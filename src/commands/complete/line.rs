//! bash gives and takes the text of the command line, quotes included.

/// A command line up to the cursor.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// The words before the last, without quotes.
    pub(super) before: Vec<String>,
    /// The last word, without quotes. It may be empty.
    pub(super) word: String,
    /// The length of the start of `word` that readline keeps when it inserts a candidate.
    kept: usize,
    /// The quote that is open.
    quote: Option<char>,
}

impl Line {
    /// `breaks` are the characters after which readline starts a new word.
    pub(super) fn parse(text: &str, breaks: &str) -> Self {
        let mut line = Self::default();
        let mut is_started = false;
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match (line.quote, c) {
                (Some('"') | None, '\\') => {
                    line.word.extend(chars.next());
                }
                (Some(quote), c) if c == quote => {
                    line.quote = None;
                    line.kept = line.word.len();
                }
                (Some(_), c) => line.word.push(c),
                (None, ' ' | '\t' | '\n') => {
                    if is_started {
                        line.before.push(std::mem::take(&mut line.word));
                    }
                    (is_started, line.kept) = (false, 0);
                    continue;
                }
                (None, '\'' | '"') => {
                    line.quote = Some(c);
                    line.kept = line.word.len();
                }
                (None, c) => {
                    line.word.push(c);
                    if breaks.contains(c) {
                        line.kept = line.word.len();
                    }
                }
            }
            is_started = true;
        }
        line
    }

    /// All words as one.
    pub(super) fn joined(mut self) -> String {
        self.before.push(self.word);
        self.before.join(" ")
    }

    /// What to insert so that the word becomes `value`. `None` if the start that readline keeps is another.
    pub(super) fn insertion(&self, value: &str) -> Option<String> {
        Some(quoted(value.strip_prefix(&self.word[..self.kept])?, self.quote))
    }
}

/// Quotes a text, inside the quote that is open.
fn quoted(text: &str, quote: Option<char>) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match quote {
            Some('\'') if c == '\'' => out.push_str(r"'\''"),
            Some('"') if "\"$`\\!".contains(c) => out.extend(['\\', c]),
            None if c.is_ascii() && !c.is_ascii_alphanumeric() && !"_./+,%@=-".contains(c) => {
                out.extend(['\\', c]);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const BREAKS: &str = " \t\n\"'@><=;|&(:";

    fn line(text: &str) -> Line {
        Line::parse(text, BREAKS)
    }

    #[test]
    fn words_are_read_as_bash_reads_them() {
        for (text, before, word) in [
            ("cfimg ", vec!["cfimg"], ""),
            ("cfimg show a\\ b", vec!["cfimg", "show"], "a b"),
            ("cfimg 'a b' \"c d", vec!["cfimg", "a b"], "c d"),
            ("cfimg url id --as=ht", vec!["cfimg", "url", "id"], "--as=ht"),
            ("cfimg '' x", vec!["cfimg", ""], "x"),
            ("cfimg $(x) `y", vec!["cfimg", "$(x)"], "`y"),
        ] {
            let line = line(text);
            assert_eq!(
                (line.before, &*line.word),
                (before.into_iter().map(str::to_owned).collect(), word),
                "{text}"
            );
        }
    }

    #[test]
    fn insertion_is_quoted_and_leaves_out_what_readline_keeps() {
        for (text, value, insertion) in [
            ("c a", "a b", Some(r"a\ b")),
            ("c ", "$(x)", Some(r"\$\(x\)")),
            ("c '", "it's", Some(r"it'\''s")),
            ("c \"", "a\"$b", Some(r#"a\"\$b"#)),
            ("c a:", "a:b", Some("b")),
            ("c a\\:", "a:b", Some("a\\:b")),
            ("c --as=h", "--as=html", Some("html")),
            ("c a:b", "xyz", None),
            ("c ", "naïve", Some("naïve")),
        ] {
            assert_eq!(line(text).insertion(value).as_deref(), insertion, "{text} {value}");
        }
    }
}
