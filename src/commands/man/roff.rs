//! Writes the language of man.

use std::fmt::Write as _;

/// The text of a page.
#[derive(Debug, Default)]
pub(super) struct Roff(pub(super) String);

impl Roff {
    /// The header and footer. Pages carry no date, so that the same sources give the same pages.
    pub(super) fn title(name: &str) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        Self(format!(".TH \"{}\" \"1\" \"\" \"cfimg {version}\" \"cfimg\"\n", escaped(&name.to_uppercase())))
    }

    pub(super) fn section(&mut self, title: &str) {
        _ = writeln!(self.0, ".SH \"{title}\"");
    }

    pub(super) fn subsection(&mut self, title: &str) {
        _ = writeln!(self.0, ".SS \"{}\"", escaped(title));
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.space();
        _ = writeln!(self.0, "{}", line(text));
    }

    /// Space above, but not below a heading.
    fn space(&mut self) {
        let last = self.0.lines().next_back().unwrap_or_default();
        if !last.starts_with(".SH ") && !last.starts_with(".SS ") {
            self.0.push_str(".PP\n");
        }
    }

    /// A term with its explanation.
    pub(super) fn term(&mut self, term: &str, text: &str) {
        _ = writeln!(self.0, ".TP\n\\fB{}\\fR\n{}", escaped(term), line(text));
    }

    /// Lines as they are.
    pub(super) fn literal(&mut self, lines: &[&str]) {
        self.space();
        self.0.push_str(".RS 4\n.nf\n");
        for text in lines {
            _ = writeln!(self.0, "{}", line(text));
        }
        self.0.push_str(".fi\n.RE\n");
    }

    /// A text of `--help`: paragraphs, rows of two columns, and examples.
    pub(super) fn help(&mut self, lines: &[&str], is_literal: bool) {
        let mut rest = lines;
        while let Some(first) = rest.first() {
            let is_indented = first.starts_with(' ');
            let is_same = |line: &&&str| !line.is_empty() && line.starts_with(' ') == is_indented;
            let length = rest.iter().take_while(is_same).count().max(1);
            let (block, after) = rest.split_at(length);
            rest = after;
            if first.is_empty() {
                continue;
            }
            if !is_indented {
                self.paragraph(&block.join(" "));
            } else if is_literal {
                self.literal(
                    &block.iter().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect::<Vec<_>>(),
                );
            } else {
                self.rows(block);
            }
        }
    }

    /// Lines of a term, two spaces or more, and its explanation, which may go on below.
    fn rows(&mut self, lines: &[&str]) {
        let mut rows: Vec<(String, String)> = Vec::new();
        for line in lines {
            let text = line.trim_start();
            match rows.last_mut() {
                Some((_, explanation)) if line.len() - text.len() > 5 => {
                    explanation.push(' ');
                    explanation.push_str(text);
                }
                _ => {
                    let (term, explanation) = text.split_once("  ").unwrap_or((text, ""));
                    rows.push((term.to_owned(), explanation.trim_start().to_owned()));
                }
            }
        }
        for (term, explanation) in rows {
            self.term(&term, explanation.trim());
        }
    }
}

/// A line of text that is no command of roff.
fn line(text: &str) -> String {
    let text = escaped(text);
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('"', "\\(dq")
        .replace('\'', "\\(aq")
        .replace('`', "\\(ga")
}
