//! The formats to copy an image in: a URL, Markdown, HTML, a shell command, a template of the user. Values are escaped
//! for each format, because file names are untrusted.

mod escape;
mod srcset;
mod template;
mod values;

use std::fmt;

use super::qr::QrCode;
use super::sanitize::json_line;
use super::url_display::percent_encode_for_display;
use escape::{html_attribute, markdown_text, markdown_url, shell_word};

pub use srcset::SrcsetCandidates;
pub use template::{InvalidTemplate, Template};
pub use values::{Candidate, CannotCopy, CopyValues};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyAs {
    Url,
    Markdown,
    /// An `<img>` with alt text, and with width and height if they are known.
    Html,
    /// The value of a `srcset` attribute: the variants with their widths.
    Srcset,
    /// A `<picture>` whose source is the `srcset`.
    Picture,
    /// A `curl` command for a POSIX shell. It contains no token. `-g` keeps curl from expanding braces in the URL.
    Curl,
    Id,
    /// The API's JSON of the image; if there is none, a JSON object of what is known.
    Json,
    /// The URL as a QR code.
    Qr,
    /// A template of the user.
    Template(Template),
}

impl CopyAs {
    /// All formats except templates, in menu order.
    pub const NAMED: [Self; 9] = [
        Self::Url,
        Self::Markdown,
        Self::Html,
        Self::Srcset,
        Self::Picture,
        Self::Curl,
        Self::Id,
        Self::Json,
        Self::Qr,
    ];

    /// The format of this name, as in `--as`.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|form| form.name() == name)
    }

    /// The name for scripts. It must never change.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Srcset => "srcset",
            Self::Picture => "picture",
            Self::Curl => "curl",
            Self::Id => "id",
            Self::Json => "json",
            Self::Qr => "qr",
            Self::Template(_) => "template",
        }
    }

    /// The name for menus.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Url => "URL",
            Self::Markdown => "Markdown",
            Self::Html => "HTML <img>",
            Self::Srcset => "srcset of the variants",
            Self::Picture => "HTML <picture>",
            Self::Curl => "curl command",
            Self::Id => "image ID",
            Self::Json => "JSON",
            Self::Qr => "QR code",
            Self::Template(_) => "template",
        }
    }

    /// Whether the copied text contains a URL. If that URL is signed, the text is secret and expires.
    pub fn holds_url(&self) -> bool {
        match self {
            Self::Id | Self::Json => false,
            Self::Template(template) => template.holds_url(),
            _ => true,
        }
    }

    /// Whether the copied text contains the picture's width and height.
    pub fn has_size(&self) -> bool {
        match self {
            Self::Html | Self::Picture => true,
            Self::Template(template) => template.has_size(),
            _ => false,
        }
    }

    /// Whether the copied text lists variants by their widths.
    pub fn lists_widths(&self) -> bool {
        matches!(self, Self::Srcset | Self::Picture)
    }

    /// The text to copy. It is one line without a line break, except that a QR code or a template may have more
    /// lines.
    pub fn render(&self, values: &CopyValues) -> Result<String, CannotCopy> {
        let url = percent_encode_for_display(values.url);
        Ok(match self {
            Self::Url => url.into_owned(),
            Self::Markdown => format!("![{}]({})", markdown_text(values.alt()), markdown_url(&url)),
            Self::Html => values.img(),
            Self::Srcset => values.srcset()?,
            Self::Picture => {
                let srcset = html_attribute(&values.srcset()?);
                format!("<picture><source srcset=\"{srcset}\">{}</picture>", values.img())
            }
            Self::Curl => format!("curl -fsSg -o {} {}", shell_word(&values.file()), shell_word(&url)),
            Self::Id => values.plain_id()?.to_owned(),
            Self::Json => values.raw.map_or_else(|| values.json(), json_line),
            Self::Qr => QrCode::new(&url).ok_or(CannotCopy::TooLong)?.rows().join("\n"),
            Self::Template(template) => template.render(values)?,
        })
    }
}

impl fmt::Display for CopyAs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ImageId;

    const URL: &str = "https://imagedelivery.net/H/bc27a117-9509-446b-8c69-c81bfeac0a01/hero";

    fn rendered(form: &CopyAs, change: impl FnOnce(&mut CopyValues)) -> Result<String, CannotCopy> {
        let id = ImageId::parse("bc27a117-9509-446b-8c69-c81bfeac0a01").unwrap();
        let variants =
            [("/hero", Some(1200)), ("/thumb", Some(200)), ("/square", Some(200)), ("/public", None)]
                .map(|(name, width)| (URL.replace("/hero", name), width));
        let variants: Vec<_> = variants.iter().map(|(url, width)| Candidate { url, width: *width }).collect();
        let mut values = CopyValues {
            url: URL,
            id: &id,
            filename: Some("team-2026.jpg"),
            variant: "hero",
            width: Some(1200),
            height: Some(800),
            variants: &variants,
            raw: Some("{\"id\": \"a\u{202e}\",\n \"x\": 1.50}"),
        };
        change(&mut values);
        form.render(&values)
    }

    #[test]
    fn each_format_renders_as_documented() {
        let base = URL.strip_suffix("/hero").unwrap();
        let srcset = format!("{base}/thumb 200w, {base}/hero 1200w");
        let img = format!(r#"<img src="{URL}" width="1200" height="800" alt="team-2026">"#);
        for (form, expected) in [
            (CopyAs::Url, URL.to_owned()),
            (CopyAs::Markdown, format!("![team-2026]({URL})")),
            (CopyAs::Html, img.clone()),
            (CopyAs::Srcset, srcset.clone()),
            (CopyAs::Picture, format!(r#"<picture><source srcset="{srcset}">{img}</picture>"#)),
            (CopyAs::Curl, format!("curl -fsSg -o 'team-2026.jpg' '{URL}'")),
            (CopyAs::Id, "bc27a117-9509-446b-8c69-c81bfeac0a01".to_owned()),
            (CopyAs::Json, r#"{"id":"a\u202e","x":1.50}"#.to_owned()),
        ] {
            assert_eq!(rendered(&form, |_| {}), Ok(expected), "{form}");
        }
    }

    #[test]
    fn unknown_values_are_left_out() {
        let bare = |form: CopyAs| {
            rendered(&form, |values| {
                (values.filename, values.width, values.height, values.raw) = (None, None, None, None);
                values.variants =
                    &[Candidate { url: URL, width: Some(0) }, Candidate { url: URL, width: None }];
            })
        };
        assert_eq!(bare(CopyAs::Markdown), Ok(format!("![]({URL})")));
        assert_eq!(bare(CopyAs::Html), Ok(format!(r#"<img src="{URL}" alt="">"#)));
        assert_eq!(bare(CopyAs::Srcset), Err(CannotCopy::NoWidths));
        assert_eq!(bare(CopyAs::Picture), Err(CannotCopy::NoWidths));
        let id = "bc27a117-9509-446b-8c69-c81bfeac0a01";
        assert_eq!(bare(CopyAs::Curl), Ok(format!("curl -fsSg -o '{id}' '{URL}'")));
        assert_eq!(bare(CopyAs::Json), Ok(format!(r#"{{"id":"{id}","variant":"hero","url":"{URL}"}}"#)));
    }

    #[test]
    fn curl_file_name_is_sanitized_and_truncated() {
        let writes = |name: &str, file: &str| {
            let id = ImageId::parse("a").unwrap();
            let (filename, width, height, raw) = (Some(name), None, None, None);
            let values = CopyValues {
                url: URL,
                id: &id,
                filename,
                variant: "hero",
                width,
                height,
                variants: &[],
                raw,
            };
            assert_eq!(CopyAs::Curl.render(&values), Ok(format!("curl -fsSg -o '{file}' '{URL}'")));
        };
        writes("a\u{202e}\u{7}b\n.png", "ab.png");
        writes(&"x".repeat(150), &"x".repeat(100));
    }

    #[test]
    fn joiners_within_scripts_and_emoji_are_copied() {
        for (name, alt) in [
            ("می\u{200c}خواهم.png", "می\u{200c}خواهم"),
            ("👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}.png", "👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}"),
            ("क्\u{200d}ष.png", "क्\u{200d}ष"),
            ("a\u{200d}b\u{200c}c\u{202e}d\u{7}.png", "abcd"),
        ] {
            let forms = ["{alt}", "{alt|html}", "{alt|markdown}"].map(|text| Template::parse(text).unwrap());
            for form in forms.map(CopyAs::Template) {
                assert_eq!(
                    rendered(&form, |values| values.filename = Some(name)).as_deref(),
                    Ok(alt),
                    "{name:?}"
                );
            }
            for form in [CopyAs::Html, CopyAs::Markdown, CopyAs::Curl] {
                let text = rendered(&form, |values| values.filename = Some(name)).unwrap();
                assert!(text.contains(alt), "{text}");
            }
        }
    }

    #[test]
    fn format_names_are_stable() {
        let names: Vec<_> = CopyAs::NAMED.iter().map(CopyAs::name).collect();
        assert_eq!(names, ["url", "markdown", "html", "srcset", "picture", "curl", "id", "json", "qr"]);
        for form in CopyAs::NAMED {
            assert_eq!(CopyAs::named(form.name()), Some(form));
        }
        assert_eq!(CopyAs::named("URL"), None);
    }

    #[test]
    fn template_fills_in_and_escapes() {
        let filled = |text: &str| {
            let form = CopyAs::Template(Template::parse(text)?);
            Ok::<_, InvalidTemplate>(rendered(&form, |values| values.filename = Some("a\"b\n.png")).unwrap())
        };
        for (template, expected) in [
            ("{url}", URL),
            ("{{{width}x{height}}} {variant}", "{1200x800} hero"),
            (
                "{name}|{name|html}|{name|shell}|{name|json}",
                r#"a"b .png|a&quot;b .png|'a"b .png'|"a\"b\u000a.png""#,
            ),
            ("[[{id}|{alt|markdown}]]", r#"[[bc27a117-9509-446b-8c69-c81bfeac0a01|a\"b]]"#),
            ("é{ width }\n", "é1200\n"),
        ] {
            assert_eq!(filled(template), Ok(expected.to_owned()), "{template}");
        }
        for (template, error) in [
            ("{sig}", InvalidTemplate::Unknown("sig".to_owned())),
            ("{url|xml}", InvalidTemplate::Escape("xml".to_owned())),
            ("{url", InvalidTemplate::Brace),
            ("url}", InvalidTemplate::Brace),
            ("{url{id}}", InvalidTemplate::Brace),
            ("", InvalidTemplate::Constant),
            ("{{url}}", InvalidTemplate::Constant),
        ] {
            assert_eq!(filled(template), Err(error), "{template}");
        }
    }

    #[test]
    fn unsafe_id_is_never_changed_silently() {
        let id = ImageId::parse("a\u{202e}b").unwrap();
        let with = |form: &CopyAs| {
            let url = "https://imagedelivery.net/H/a%E2%80%AEb/hero";
            let (filename, width, height, variants, raw) = (None, None, None, &[][..], None);
            form.render(&CopyValues { url, id: &id, filename, variant: "hero", width, height, variants, raw })
        };
        let template = |text: &str| with(&CopyAs::Template(Template::parse(text).unwrap()));
        let lost = Err(CannotCopy::OddId(0x202e));
        assert_eq!(with(&CopyAs::Id), lost);
        for text in ["{id}", "{id|html}", "{url} {id|markdown}", "{id|shell}"] {
            assert_eq!(template(text), lost, "{text}");
        }
        assert_eq!(template("{id|json} {variant}").as_deref(), Ok(r#""a\u202eb" hero"#));
        for form in [CopyAs::Url, CopyAs::Markdown, CopyAs::Html, CopyAs::Curl, CopyAs::Json] {
            assert!(with(&form).is_ok_and(|text| !text.contains('\u{202e}')), "{form}");
        }
        assert!(CannotCopy::OddId(0x202e).to_string().contains("U+202E"));
    }

    #[test]
    fn holds_url_by_format() {
        let has_url_in = |text: &str| CopyAs::Template(Template::parse(text).unwrap()).holds_url();
        assert!(has_url_in("{id} {url|html}") && !has_url_in("{id}"));
        assert!(CopyAs::Srcset.holds_url() && !CopyAs::Json.holds_url() && !CopyAs::Id.holds_url());
    }

    #[test]
    fn tells_size_and_lists_widths_by_format() {
        let has_size_in = |text: &str| CopyAs::Template(Template::parse(text).unwrap()).has_size();
        assert!(
            has_size_in("{url} {width|json}") && has_size_in("{height}") && !has_size_in("{url|html} width")
        );
        let names: Vec<_> = CopyAs::NAMED.iter().filter(|form| form.has_size()).map(CopyAs::name).collect();
        assert_eq!(names, ["html", "picture"]);
        let listed: Vec<_> =
            CopyAs::NAMED.iter().filter(|form| form.lists_widths()).map(CopyAs::name).collect();
        assert_eq!(listed, ["srcset", "picture"]);
    }
}
