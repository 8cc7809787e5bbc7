//! Rust sources as words and signs: enough to follow names, and no more.

/// A word, or one sign (`::` is one too). What stands in quotes and comments is no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    /// From 1.
    pub(super) line: usize,
    /// Whether it stands in an item under `#[cfg(test)]`.
    pub(super) test: bool,
}

/// Reads a source.
pub(super) fn read(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let (mut tokens, mut i, mut line) = (Vec::new(), 0, 1);
    while i < chars.len() {
        let start = i;
        let c = chars[i];
        if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && chars[i] != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            i = after_comment(&chars, i);
        } else if c == '"' {
            i = after_quotes(&chars, i, '"');
        } else if c == '\'' {
            // A character, or a lifetime: which has no second quote where a character has its own.
            i = if at(i + 1) == '\\' || at(i + 2) == '\'' { after_quotes(&chars, i, '\'') } else { i + 1 };
            if chars[i - 1] == '\'' && i == start + 1 {
                i += chars[i..].iter().take_while(|c| is_word(**c)).count();
            }
        } else if is_word(c) {
            i += chars[i..].iter().take_while(|c| is_word(**c)).count();
            let word: String = chars[start..i].iter().collect();
            let hashes = chars[i..].iter().take_while(|c| **c == '#').count();
            if matches!(&*word, "r" | "br" | "cr") && at(i + hashes) == '"' {
                i = after_raw(&chars, i + hashes + 1, hashes);
            } else if !(matches!(&*word, "b" | "c") && matches!(at(i), '"' | '\'')) {
                tokens.push(Token { text: word, line, test: false });
            }
        } else if c == ':' && at(i + 1) == ':' {
            i += 2;
            tokens.push(Token { text: "::".to_owned(), line, test: false });
        } else {
            i += 1;
            if !c.is_whitespace() {
                tokens.push(Token { text: c.to_string(), line, test: false });
            }
        }
        line += chars[start..i.min(chars.len())].iter().filter(|c| **c == '\n').count();
    }
    mark_tests(&mut tokens);
    tokens
}

/// Marks each `#[cfg(test)]` and the item after it, which ends with a semicolon or its braces.
fn mark_tests(tokens: &mut [Token]) {
    const ATTRIBUTE: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut i = 0;
    while i < tokens.len() {
        let attribute = tokens.get(i..i + ATTRIBUTE.len());
        if !attribute
            .is_some_and(|tokens| tokens.iter().zip(ATTRIBUTE).all(|(token, sign)| token.text == sign))
        {
            i += 1;
            continue;
        }
        let mut depth = 0_usize;
        for token in &mut tokens[i..] {
            token.test = true;
            i += 1;
            match token.text.as_str() {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && matches!(token.text.as_str(), ";" | "}") {
                break;
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn after_comment(chars: &[char], mut i: usize) -> usize {
    let mut depth = 0;
    while i < chars.len() {
        match (chars[i], chars.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
            ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            break;
        }
    }
    i
}

fn after_quotes(chars: &[char], mut i: usize, quote: char) -> usize {
    i += 1;
    while i < chars.len() && chars[i] != quote {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

fn after_raw(chars: &[char], mut i: usize, hashes: usize) -> usize {
    while i < chars.len() {
        i += 1;
        if chars[i - 1] == '"' && chars[i..].iter().take_while(|c| **c == '#').count() >= hashes {
            return i + hashes;
        }
    }
    i
}
