//! Draws mistakes as compilers do: the place, the line, and what is wrong underlined.

use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::display_path::display_path;
use super::toml_file::{TomlFile, key_on, line_around};
use crate::domain::Mistake;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::{holds_credential, redacted};

/// The most mistakes that are drawn.
const MAX_DRAWN: usize = 50;

/// The most characters of a line before, in and after the underlined part.
const MAX_CHARS: usize = 60;

/// The shortest word of letters and digits that may be a secret.
const MIN_SECRET: usize = 24;

/// All mistakes of the file, each ending with a newline. What may be a secret is masked.
pub fn draw(file: &TomlFile, with_colors: bool) -> String {
    let mut text = String::new();
    for mistake in file.mistakes().iter().take(MAX_DRAWN) {
        text += &draw_one(file, mistake, with_colors);
        text.push_str("\n\n");
    }
    if let Some(more @ 1..) = file.mistakes().len().checked_sub(MAX_DRAWN) {
        _ = writeln!(text, "… and {more} more");
    }
    text
}

/// What the terminal program says about the mistakes in these files. `None` if there are none.
pub fn mistakes_notice(files: &[&TomlFile]) -> Option<String> {
    let of_file = |file: &&TomlFile| {
        let count = match file.mistakes().len() {
            1 => "a mistake".to_owned(),
            count => format!("{count} mistakes"),
        };
        format!("{} has {count}", file.name())
    };
    let files: Vec<String> = files.iter().map(of_file).collect();
    (!files.is_empty()).then(|| format!("{}. Run cfimg config to see details.", files.join(", ")))
}

fn draw_one(file: &TomlFile, mistake: &Mistake, with_colors: bool) -> String {
    let line = line_around(file.text(), mistake.span.start);
    let start = mistake.span.start.clamp(line.start, line.end);
    let end = mistake.span.end.clamp(start, line.end);
    let hidden = hidden_in(file, &line);
    let shown = |range: Range<usize>| masked(file.text(), range, &hidden);
    let before = shown(line.start..start);
    let marked = cut_end(&shown(start..end));
    let after = shown(end..line.end);
    let after = cut_end(without_comment(&after));
    let column = before.chars().count() + 1;
    let number = file.line_at(line.start);
    let level = if mistake.fatal { Level::ERROR } else { Level::WARNING };
    let mut group = Group::with_title(level.primary_title(clean(&mistake.message)));
    let path = display_path(file.path());
    let is_long = column > MAX_CHARS;
    let before = if is_long {
        // The column is no longer that of the drawn line.
        group = group.element(Origin::path(path.clone()).line(number).char_column(column));
        let rest: String = before.chars().skip(column - MAX_CHARS).collect();
        format!("…{rest}")
    } else {
        before
    };
    let span = before.len()..before.len() + marked.len();
    let snippet = Snippet::source(format!("{before}{marked}{after}"))
        .path((!is_long).then_some(path))
        .line_start(number)
        .annotation(AnnotationKind::Primary.span(span));
    group = group.element(snippet);
    if let Some(help) = &mistake.help {
        group = group.element(Level::HELP.message(clean(help)));
    }
    let renderer = if with_colors { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group] as &[Group<'_>])
}

fn clean(text: &str) -> String {
    sanitize(&redacted(text)).into_owned()
}

/// What of a line may be a secret.
fn hidden_in(file: &TomlFile, line: &Range<usize>) -> Vec<Range<usize>> {
    let text = &file.text()[line.clone()];
    let on_line = |range: &&Range<usize>| range.start < line.end && line.start < range.end;
    let mut hidden: Vec<_> = file.hidden().iter().filter(on_line).cloned().collect();
    if holds_credential(text) {
        let value = key_on(text).and(text.find('=')).unwrap_or(0);
        hidden.push(line.start + value..line.end);
    }
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=');
    let mut at = line.start;
    for word in text.split(|c| !is_letter(c)) {
        // Splits are at one character each, of any length.
        let start = at;
        at += word.len();
        at += file.text()[at..line.end].chars().next().map_or(0, char::len_utf8);
        let has_digit = word.contains(|c: char| c.is_ascii_digit());
        if word.len() >= MIN_SECRET && has_digit {
            hidden.push(start..start + word.len());
        }
    }
    hidden
}

/// A part of the text, safe to print: a character for each of its characters. Quotes and brackets of hidden parts stay.
fn masked(text: &str, range: Range<usize>, hidden: &[Range<usize>]) -> String {
    let chars = text[range.clone()].char_indices().map(|(at, c)| {
        let at = range.start + at;
        let is_syntax = c.is_whitespace() || matches!(c, '"' | '\'' | '[' | ']' | '{' | '}' | ',' | '=');
        if !is_syntax && hidden.iter().any(|hidden| hidden.contains(&at)) {
            return '*';
        }
        let mut buffer = [0; 4];
        let safe = sanitize(c.encode_utf8(&mut buffer));
        let mut safe = safe.chars();
        safe.next().filter(|_| safe.next().is_none()).unwrap_or('\u{fffd}')
    });
    chars.collect()
}

/// The end of a line without its comment, which says nothing about the mistake.
fn without_comment(text: &str) -> &str {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match c {
            '#' if quote.is_none() => return text[..at].trim_end(),
            '"' | '\'' if quote.is_none() => quote = Some(c),
            _ if quote == Some(c) => quote = None,
            _ => {}
        }
    }
    text
}

fn cut_end(text: &str) -> String {
    if text.chars().count() <= MAX_CHARS {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(MAX_CHARS).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::config::parse;

    /// The drawn mistakes of this text.
    fn drawn(text: &str) -> String {
        draw(&parse(text).0, false)
    }

    #[test]
    fn twelve_mistakes_are_underlined() {
        let text = "\
            thme = \"dark\"\n\
            lifetime = \"1M\"\n\
            lifetime = \"7d\"\n\
            picture = \"sixels\"\n\
            domain = \"https://img.example.com/\" # ours\n\
            mouse = \"yes\"\n\
            history = 1\n\
            variant = hero\n\
            api_token = \"hush\"\n\
            nonsense\n\
            signing_keys = \"hush\"\n\
            [templates]\n\
            url = \"{url}\"\n\
            hugo = \"{ulr}\"\n";
        insta::assert_snapshot!(drawn(text), @r#"
        warning: unknown setting
         --> config.toml:1:1
          |
        1 | thme = "****"
          | ^^^^
          |
          = help: did you mean `theme`?

        warning: units are lower-case
         --> config.toml:2:12
          |
        2 | lifetime = "1M"
          |            ^^^^
          |
          = help: s, m (minutes), h or d; write a month as 30d

        warning: duplicate key
         --> config.toml:3:1
          |
        3 | lifetime = "7d"
          | ^^^^^^^^

        warning: unknown value
         --> config.toml:4:11
          |
        4 | picture = "sixels"
          |           ^^^^^^^^
          |
          = help: did you mean `sixel`?

        warning: not a domain
         --> config.toml:5:10
          |
        5 | domain = "https://img.example.com/"
          |          ^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: use a host name such as img.example.com, without https:// or a path

        warning: expected true or false, not a string
         --> config.toml:6:9
          |
        6 | mouse = "yes"
          |         ^^^^^

        warning: expected true or false, not a number
         --> config.toml:7:11
          |
        7 | history = 1
          |           ^

        warning: a string must be in quotes
         --> config.toml:8:11
          |
        8 | variant = hero
          |           ^^^^

        warning: unknown setting
         --> config.toml:9:1
          |
        9 | api_token = "****"
          | ^^^^^^^^^
          |
          = help: don't put secrets in this file

        warning: missing `=`
          --> config.toml:10:9
           |
        10 | ********
           |         ^

        error: expected an array of strings, not a string
          --> config.toml:11:16
           |
        11 | signing_keys = "****"
           |                ^^^^^^
           |
           = help: put it in brackets

        warning: a built-in format has this name
          --> config.toml:13:1
           |
        13 | url = "{url}"
           | ^^^
           |
           = help: choose another name

        warning: unknown placeholder {ulr}
          --> config.toml:14:8
           |
        14 | hugo = "{ulr}"
           |        ^^^^^^^
           |
           = help: use {url}, {id}, {name}, {variant}, {width}, {height} or {alt}; write a literal brace twice: {{
        "#);
    }

    #[test]
    fn what_may_be_secret_is_masked() {
        let token = format!("cfut_{}", "x".repeat(40));
        for text in [
            "token = \"hush-hush\"".to_owned(),
            "token = { value = \"hush-hush\", acount = [\"hush-hush\"] }".to_owned(),
            "token.value = \"hush-hush\"".to_owned(),
            "signing_key_command = [\"hush-hush\"]".to_owned(),
            "signing_keys = \"hush-hush\"".to_owned(),
            "signing_keys = hush-hush".to_owned(),
            "signing_keys = [\"a\", 1] # hush-hush".to_owned(),
            "hush-hush".to_owned(),
            "Hush2hush=".to_owned(),
            "Oix0bbNaT8Rgehush=".to_owned(),
            "TOKEN = hush-hush".to_owned(),
            "lifetime = \"1M\" # hush-hush".to_owned(),
            format!("variant = {token}"),
            format!("domain = \"{token}\""),
            format!("picture = \"{token} hush-hush\""),
            format!("{token} = 1"),
            format!("[keys]\n{token} = 1"),
            "picture = \"0123456789abcdef0123456789abcdef\"".to_owned(),
        ] {
            let drawn = drawn(&text);
            let is_safe = !drawn.contains("hush") && !drawn.contains("xxxxx") && !drawn.contains("abcdef");
            assert!(is_safe && drawn.contains('^'), "{text}\n{drawn}");
        }
    }

    #[test]
    fn long_and_hostile_lines_are_cut_and_cleaned() {
        let long = "x ".repeat(10_000);
        let text = format!(
            "picture = \"{long}\"\n[keys]\ncopy = [\"{long}\", 1]\n[templates]\nc = \"{{x}}\"\n\"\u{202e}a\tb\" = 1\nx = \"\u{9b}31m\"\n"
        );
        insta::assert_snapshot!(drawn(&text), @r#"
        warning: unknown value
         --> config.toml:1:11
          |
        1 | picture = "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x…
          |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: use auto, kitty, sixel, iterm2, halfblocks or off

        warning: expected a string, not a number
         --> config.toml:3:20013
          |
         ::: 
        3 | …x x x x x x x x x x x x x x x x x x x x x x x x x x x x ", 1]
          |                                                             ^

        warning: unknown placeholder {x}
         --> config.toml:5:5
          |
        5 | c = "{x}"
          |     ^^^^^
          |
          = help: use {url}, {id}, {name}, {variant}, {width}, {height} or {alt}; write a literal brace twice: {{

        warning: expected a string, not a number
         --> config.toml:6:10
          |
        6 | "�a␉b" = 1
          |          ^

        warning: no placeholder
         --> config.toml:7:5
          |
        7 | x = "�31m"
          |     ^^^^^^
          |
          = help: use at least one, such as {url}
        "#);
    }
}
