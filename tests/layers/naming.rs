//! Which rooms a source names: by `crate::`, by `super::`, by the crate's own name, in `use` trees and in paths.

use crate::tokens::Token;

/// A room that is named; nothing where the crate's root itself is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) room: Option<String>,
    pub(super) line: usize,
}

/// Everything that the source of the module `file` names.
pub(super) fn named(tokens: &[Token], file: &[String]) -> Vec<Named> {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let mut names = Vec::new();
    // The modules that are open in this file, each with the depth of braces outside of it.
    let mut inner: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while at < tokens.len() {
        match text(at) {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                if inner.last().is_some_and(|(_, outside)| *outside == depth) {
                    inner.pop();
                }
            }
            "mod" if text(at + 2) == "{" => inner.push((text(at + 1).to_owned(), depth)),
            "pub" if text(at + 1) == "(" => {
                // Who may see an item is no name of a room.
                while !matches!(text(at), ")" | "") {
                    at += 1;
                }
            }
            word if begins_path(word, text(at + 1)) && !continues_path(tokens, at) => {
                let here = [file, &inner.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()].concat();
                let start = at;
                let braces = Walk { tokens, here: &here, names: &mut names }.tree(&mut at, None);
                debug_assert!(braces && at > start, "a path has at least its first word");
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    names
}

fn begins_path(word: &str, next: &str) -> bool {
    match word {
        "crate" | "super" => true,
        "self" | "cfimg" => next == "::",
        _ => false,
    }
}

/// Whether the word at a place is a later segment of a path, as in `other::super`. A path may begin with `::`.
fn continues_path(tokens: &[Token], at: usize) -> bool {
    at >= 2
        && tokens[at - 1].text == "::"
        && tokens[at - 2].text.chars().all(|c| c == '_' || c == '>' || c.is_alphanumeric())
        && !matches!(tokens[at - 2].text.as_str(), "use" | "in" | "return" | "as")
}

/// A walk along one path or `use` tree.
struct Walk<'a> {
    tokens: &'a [Token],
    here: &'a [String],
    names: &'a mut Vec<Named>,
}

impl Walk<'_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }

    /// Walks from a place on, `from` the module where a group stands. Returns whether its braces were whole.
    fn tree(&mut self, at: &mut usize, from: Option<Vec<String>>) -> bool {
        let line = self.tokens.get(*at).map_or(0, |token| token.line);
        // Outside of a group the first word says where the path begins.
        let mut module = from.unwrap_or_else(|| self.here.to_vec());
        loop {
            match self.text(*at) {
                "crate" | "cfimg" => module.clear(),
                "super" => _ = module.pop(),
                "self" => {}
                "{" => {
                    *at += 1;
                    while !matches!(self.text(*at), "}" | "") {
                        if self.text(*at) == "," {
                            *at += 1;
                        } else if !self.tree(at, Some(module.clone())) {
                            return false;
                        }
                    }
                    *at += 1;
                    return true;
                }
                "*" => {
                    *at += 1;
                    self.tell(&module, line);
                    return true;
                }
                "" => return false,
                name => module.push(name.to_owned()),
            }
            *at += 1;
            if self.text(*at) != "::" {
                break;
            }
            *at += 1;
            if self.text(*at) == "<" {
                // The types of a turbofish are paths of their own.
                break;
            }
        }
        if self.text(*at) == "as" {
            *at += 2;
        }
        self.tell(&module, line);
        true
    }

    fn tell(&mut self, module: &[String], line: usize) {
        self.names.push(Named { room: module.first().cloned(), line });
    }
}
