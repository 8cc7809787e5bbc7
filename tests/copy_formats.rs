//! Reads the copy formats with the programs that users paste them into: a Markdown parser, an HTML parser, a shell and
//! a JSON parser. File names are untrusted and must not be interpreted by any of them.

use cfimg::domain::copy_as::{Candidate, CopyAs, CopyValues};
use cfimg::domain::{DeliveryUrl, ImageId, SigningKey, signing};
use html5gum::{Token, Tokenizer};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// File names that an attacker could choose.
const HOSTILE: &[&str] = &[
    "plain.jpg",
    "a](https://evil.example)![b.png",
    "](javascript:alert(1))",
    "<script>alert(1)</script>.png",
    "\"><img src=x onerror=alert(1)>",
    "' onerror='alert(1)",
    "--><svg/onload=alert(1)>",
    "a\n\n# heading\n\n<b>bold</b>\n\n* list",
    "a\r\n[ref]: https://evil.example\r\n",
    "`code` ``more`` ~~~\nfence",
    "\\](x) \\\\](y)",
    "**bold** _it_ ~~gone~~ | cell | $math$",
    "&lt;b&gt; &#60;b&#62; &amp;lt; &copy; &",
    "https://evil.example www.evil.example mail@evil.example ftp://x",
    "<https://evil.example> <mail@evil.example>",
    "[^1] [x] [[wiki]] {#id} :smile: @user #1",
    "$(touch pwned); `touch pwned` && \"$HOME\" !! 'x' \\' %s",
    "-rf",
    "--output=/etc/passwd",
    "../../etc/passwd",
    "..",
    "a\u{0}b\u{1b}[2J\u{7f}\u{9b}31m",
    "\u{202e}gpj.exe\u{200b}\u{feff}",
    "   ",
    "]]",
    "![",
    "!\\[x",
    "фото 猫 👩‍👩‍👧.png",
    "a,b 2x, c 100w",
    "{{7*7}} ${x} <%= x %>",
];

const ID: &str = "bc27a117-9509-446b-8c69-c81bfeac0a01";

/// URLs of all kinds: plain, signed, of a flexible variant, and with a custom ID unencoded, as the API writes it.
fn urls() -> Vec<String> {
    let plain = format!("https://imagedelivery.net/a_H-ash_/{ID}/hero");
    let key = SigningKey::parse("default", "k3y=").expect("a key");
    let signed =
        signing::sign(&DeliveryUrl::parse(&plain).expect("a URL"), &key, Some(2_000_000_000)).expose();
    vec![
        plain,
        signed,
        format!("https://imagedelivery.net/H/{ID}/w=400,fit=cover,background=%23fff"),
        "https://imagedelivery.net/H/a_(b)[c]*d*|e&lt;f&g'h\"i\\j`k<l>m{n,o} p\u{202e}q%25.png/public".into(),
    ]
}

fn every(mut check: impl FnMut(&str, &str, &CopyValues)) {
    let id = ImageId::parse(ID).expect("an ID");
    for url in urls() {
        let narrow = url.replace("/hero", "/thumb").replace("/public", "/thumb");
        let variants =
            [Candidate { url: &url, width: Some(1200) }, Candidate { url: &narrow, width: Some(200) }];
        for name in HOSTILE {
            let copied = CopyValues {
                url: &url,
                id: &id,
                filename: Some(name),
                variant: "hero",
                width: Some(1200),
                height: Some(800),
                variants: &variants,
                raw: None,
            };
            check(&url, name, &copied);
        }
    }
}

/// The URL as a client would request it, to compare with the parsers' results.
fn requested(url: &str) -> String {
    // The library reads a backslash as a slash, which no ID here means.
    url::Url::parse(&url.replace('\\', "%5C")).expect("a URL").into()
}

fn rendered(form: &CopyAs, copied: &CopyValues) -> String {
    let text = form.render(copied).expect("widths are known");
    assert!(!text.contains(char::is_control), "{form}: control character: {text:?}");
    assert!(!text.contains(['\u{202e}', '\u{200b}', '\u{feff}']), "{form}: invisible character: {text:?}");
    text
}

#[test]
fn markdown_is_one_image_for_any_name() {
    every(|url, name, copied| {
        let markdown = rendered(&CopyAs::Markdown, copied);
        for (around, options) in [
            (markdown.clone(), Options::all()),
            (format!("before {markdown} after"), Options::empty()),
            (format!("* [{markdown}](https://page.example)"), Options::ENABLE_GFM),
        ] {
            let mut images = 0;
            let mut depth = 0;
            for event in Parser::new_ext(&around, options) {
                match event {
                    Event::Start(Tag::Image { dest_url, title, .. }) => {
                        assert_eq!(requested(&dest_url), requested(url), "{around}");
                        assert_eq!(&*title, "", "{around}");
                        (images, depth) = (images + 1, depth + 1);
                    }
                    Event::End(TagEnd::Image) => depth -= 1,
                    Event::Start(Tag::Link { dest_url, .. }) => {
                        assert_eq!(&*dest_url, "https://page.example", "{name:?} in {around}");
                    }
                    Event::Start(Tag::Paragraph | Tag::List(_) | Tag::Item)
                    | Event::End(_)
                    | Event::Text(_) => {}
                    other => panic!("{name:?} became {other:?} in {around}"),
                }
            }
            assert_eq!((images, depth), (1, 0), "{name:?}: {around}");
        }
    });
}

#[test]
fn markdown_shows_name_unchanged() {
    let id = ImageId::parse(ID).expect("an ID");
    for name in ["team_photo-2026 (final) [v2] *new* <b> & co", "50% `off` \\o/ a|b ~x~ www.a.b: c@d"] {
        let copied = CopyValues {
            url: &urls()[0],
            id: &id,
            filename: Some(name),
            variant: "hero",
            width: None,
            height: None,
            variants: &[],
            raw: None,
        };
        let markdown = rendered(&CopyAs::Markdown, &copied);
        let texts = Parser::new_ext(&markdown, Options::all()).filter_map(|event| match event {
            Event::Text(text) => Some(text.to_string()),
            _ => None,
        });
        assert_eq!(texts.collect::<String>(), name, "{markdown}");
    }
}

#[test]
fn markdown_stays_in_its_table_cell() {
    every(|url, name, copied| {
        let markdown = rendered(&CopyAs::Markdown, copied);
        let table = format!("|a|b|\n|-|-|\n|{markdown}|x|\n");
        let mut cells = Vec::new();
        for event in Parser::new_ext(&table, Options::ENABLE_TABLES | Options::ENABLE_GFM) {
            match event {
                Event::Start(Tag::TableCell) => cells.push(String::new()),
                Event::Start(Tag::Image { dest_url, .. }) => {
                    cells.last_mut().expect("outside of a cell").push_str(&requested(&dest_url));
                }
                _ => {}
            }
        }
        assert_eq!(cells, ["", "", &requested(url), ""], "{name:?}: {table}");
    });
}

/// The tags in a text with their attributes. Fails if there is anything else.
fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let mut tags = Vec::new();
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::StartTag(tag) => {
                let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(value)));
                tags.push((text(&tag.name), attributes.collect()));
            }
            Token::EndTag(tag) => tags.push((format!("/{}", text(&tag.name)), Vec::new())),
            other => panic!("{other:?} in {html}"),
        }
    }
    tags
}

#[test]
fn html_is_one_image_for_any_name() {
    every(|url, name, copied| {
        let html = rendered(&CopyAs::Html, copied);
        let tags = tags(&html);
        let [(tag, attributes)] = tags.as_slice() else { panic!("{name:?}: {html}") };
        let names: Vec<_> = attributes.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((tag.as_str(), names), ("img", vec!["alt", "height", "src", "width"]), "{html}");
        let value = |name: &str| {
            let results = attributes.iter().find(|(known, _)| known == name);
            results.map(|(_, value)| value.as_str()).expect("missing attribute")
        };
        assert_eq!(requested(value("src")), requested(url), "{html}");
        assert_eq!((value("width"), value("height")), ("1200", "800"));
        assert!(
            name.contains(value("alt"))
                || name.contains(char::is_control)
                || name.contains('\u{200b}')
                || name.contains('\u{200d}'),
            "{html}"
        );
    });
}

#[test]
fn picture_has_one_source_and_one_image() {
    every(|url, name, copied| {
        let html = rendered(&CopyAs::Picture, copied);
        let tags = tags(&html);
        let names: Vec<_> = tags.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["picture", "source", "img", "/picture"], "{name:?}: {html}");
        let [(attribute, srcset)] = tags[1].1.as_slice() else { panic!("{html}") };
        assert_eq!(attribute, "srcset");
        assert_eq!(srcset, &rendered(&CopyAs::Srcset, copied));
        let candidates = candidates(srcset);
        let widths: Vec<_> = candidates.iter().map(|(_, width)| width.as_str()).collect();
        assert_eq!(widths, ["200w", "1200w"], "{srcset}");
        assert_eq!(decoded(&requested(&candidates[1].0)), decoded(&requested(url)));
        // Many programs split at every comma.
        assert_eq!(srcset.matches(',').count(), 1, "{srcset}");
        if url.contains("sig=") {
            assert_eq!(candidates[1].0, url, "a signed URL must not change");
        }
    });
}

/// Parses a `srcset` by the HTML standard: a URL extends to the next white space, and trailing commas end the
/// candidate; what follows extends to the next comma.
fn candidates(srcset: &str) -> Vec<(String, String)> {
    let mut rest = srcset;
    let mut results = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', ',']);
        if rest.is_empty() {
            return results;
        }
        let end = rest.find(' ').unwrap_or(rest.len());
        let (url, after) = rest.split_at(end);
        assert!(!url.ends_with(','), "{srcset}");
        let (descriptor, after) = after.split_once(',').unwrap_or((after, ""));
        results.push((url.to_owned(), descriptor.trim().to_owned()));
        rest = after;
    }
}

fn decoded(url: &str) -> String {
    percent_encoding::percent_decode_str(url).decode_utf8_lossy().into_owned()
}

#[cfg(unix)]
#[test]
fn shell_sees_the_words_of_one_command() {
    use std::fmt::Write as _;
    use std::process::Command;
    let mut script = String::new();
    let mut expected = Vec::new();
    every(|url, name, copied| {
        let command = rendered(&CopyAs::Curl, copied);
        let arguments = command.strip_prefix("curl ").expect("a curl command");
        // Each word in brackets. A file name that breaks out would add words, or run as a command.
        writeln!(script, "printf '[%s]' {arguments}; echo").expect("write to a String");
        expected.push((url.to_owned(), (*name).to_owned()));
    });
    let folder = tempfile::tempdir().expect("temporary directory");
    let output = Command::new("sh").arg("-c").arg(&script).current_dir(&folder).output().expect("run sh");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), expected.len());
    for (line, (url, name)) in lines.iter().zip(&expected) {
        let rest = line.strip_prefix("[-fsSg][-o][").expect("curl options");
        let (file, requested_path) =
            rest.strip_suffix(']').and_then(|rest| rest.split_once("][https")).expect("two words");
        assert_eq!(requested(&format!("https{requested_path}")), requested(url), "{line}");
        assert!(!file.starts_with(['-', '.']) && !file.contains('/') && !file.is_empty(), "{name:?}: {line}");
    }
    assert_eq!(std::fs::read_dir(&folder).expect("read directory").count(), 0, "a file was created");
}

#[test]
fn json_parses_with_exact_values() {
    every(|url, name, copied| {
        let json: serde_json::Value = serde_json::from_str(&rendered(&CopyAs::Json, copied)).expect("JSON");
        assert_eq!((&json["filename"], &json["url"]), (&(*name).into(), &url.into()));
    });
}
