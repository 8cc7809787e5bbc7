//! The details and variants of an image as text: aligned for a terminal, separated by tabs for scripts.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::console::Paint;
use super::probe::{self, ProbedVariant};
use super::table::{Cell, Table};
use crate::domain::image::{DRAFT, invalid_value};
use crate::domain::sanitize::{json_line, sanitize};
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::{Access, Image, Json, Variant, VariantAccess, VariantOptions, json_tree, time_format};

/// The value of a field that the API did not send.
const MISSING: &str = "–";

/// An image, and what is known of its variants.
pub(super) struct ImageDetails<'a> {
    pub(super) image: &'a Image,
    /// The account's variants. Empty if they are unknown.
    pub(super) options: &'a [VariantOptions],
    /// Results of `--probe`. Empty without it.
    pub(super) probed: &'a [ProbedVariant],
}

/// A variant's access, with its mark.
fn access_cell(access: VariantAccess, paint: Paint) -> Cell {
    let label = access.label();
    match access.access() {
        Some(access) => {
            // The mark may be wider than a column only in terminals that draw it so.
            Cell::styled(format!("? {label}"), format!("{} {label}", paint.mark(access)))
        }
        None => Cell::styled(format!("  {label}"), format!("  {}", paint.dim(label))),
    }
}

impl ImageDetails<'_> {
    /// Lines for a terminal.
    pub(super) fn aligned(&self, now: Timestamp, zone: &TimeZone, paint: Paint) -> String {
        let image = self.image;
        let field_text = |field, value: Option<String>| match value {
            Some(value) => value,
            None if image.has_field(field) => invalid_value("use --json"),
            None => MISSING.to_owned(),
        };
        let text = |field, text: &Option<String>| field_text(field, clean(text.as_deref()));
        let uploaded = image
            .uploaded
            .map(|at| format!("{} ({})", time_format::local(at, zone), time_format::ago(at, now)));
        let mut rows = Rows { text: String::new(), paint };
        rows.add("Filename", [text("filename", &image.filename)]);
        rows.add("ID", [sanitize(image.id.as_str()).into_owned()]);
        rows.add("Creator", [text("creator", &image.creator)]);
        rows.add(if image.draft { "Created" } else { "Uploaded" }, [field_text("uploaded", uploaded)]);
        rows.add("Access", access(image, paint));
        rows.add("Metadata", metadata(image));
        let base = self.url_base();
        if let Some(base) = &base {
            rows.add("URL base", [base.clone()]);
        }
        if image.variants.is_empty() {
            rows.add("Variants", [MISSING.to_owned()]);
            return rows.text;
        }
        rows.add("Variants", [String::new()]);
        for (variant, line) in image.variants.iter().zip(self.variant_table(paint).lines()) {
            rows.text.extend(["  ", &line]);
            if base != base_of(variant) {
                rows.text.extend(["  ", &shown_url(variant)]);
            }
            if let Some(Err(failure)) = self.probed_of(variant) {
                // The hint may be the same in every row.
                rows.text.extend(["  ", &sanitize(&failure.headline())]);
            }
            rows.text.push('\n');
        }
        rows.text
    }

    fn variant_table(&self, paint: Paint) -> Table {
        let mut table = Table::default();
        for variant in &self.image.variants {
            let access = self.access_of(variant);
            let name = sanitize(&variant.name).into_owned();
            // A link to a URL that is refused would not help.
            let linked = match access.access() {
                Some(Access::Public | Access::Unknown) => paint.link(variant.url.as_str(), &name),
                Some(Access::Signed) | None => name.clone(),
            };
            let probed = self.probed_of(variant);
            let [size, kind, bytes] =
                probed.and_then(|result| result.as_ref().ok()).map(probe::cells).unwrap_or_default();
            table.row([
                Cell::styled(name, linked),
                self.resizing(variant).into(),
                access_cell(access, paint),
                size.into(),
                kind.into(),
                bytes.into(),
            ]);
        }
        table
    }

    /// Rows for scripts, separated by tabs. Each starts with the name of its field.
    pub(super) fn tabbed(&self) -> String {
        let Image { id, filename, creator, uploaded, meta, raw, .. } = self.image;
        let field = |text: &Option<String>| clean(text.as_deref()).unwrap_or_default();
        let mut rows = vec![
            vec!["filename".to_owned(), field(filename)],
            vec!["id".to_owned(), sanitize(id.as_str()).into_owned()],
            vec!["creator".to_owned(), field(creator)],
            vec!["uploaded".to_owned(), uploaded.map(|at| at.to_string()).unwrap_or_default()],
            vec!["access".to_owned(), self.image.access_word().to_owned()],
            vec!["metadata".to_owned(), meta.as_ref().and_then(|_| raw_metadata(raw)).unwrap_or_default()],
        ];
        for variant in &self.image.variants {
            let mut row = vec![
                "variant".to_owned(),
                sanitize(&variant.name).into_owned(),
                self.resizing(variant),
                self.access_of(variant).word().to_owned(),
                shown_url(variant),
            ];
            match self.probed_of(variant) {
                Some(Ok(probed)) => row.extend(probe::fields(probed)),
                Some(Err(failure)) => {
                    row.extend(["", "", "", &sanitize(&failure.to_string())].map(str::to_owned));
                }
                None => {}
            }
            rows.push(row);
        }
        rows.into_iter().map(|row| row.join("\t") + "\n").collect()
    }

    fn options_of(&self, variant: &Variant) -> Option<&VariantOptions> {
        self.options.iter().find(|options| options.name == variant.name)
    }

    fn probed_of(&self, variant: &Variant) -> Option<&Result<probe::Probed, crate::domain::Failure>> {
        self.probed.iter().find(|(name, _)| *name == variant.name).map(|(_, outcome)| outcome)
    }

    fn access_of(&self, variant: &Variant) -> VariantAccess {
        VariantAccess::new(self.image, &variant.name, self.options)
    }

    fn resizing(&self, variant: &Variant) -> String {
        self.options_of(variant).map(|options| sanitize(&options.summary()).into_owned()).unwrap_or_default()
    }

    /// What most variants' URLs start with, up to the name.
    fn url_base(&self) -> Option<String> {
        let bases: Vec<String> = self.image.variants.iter().filter_map(base_of).collect();
        let count = |base: &&String| bases.iter().filter(|other| other == base).count();
        bases.iter().rev().max_by_key(count).cloned()
    }
}

/// A variant's URL without its name. `None` if the name is written differently in the URL.
fn base_of(variant: &Variant) -> Option<String> {
    shown_url(variant).strip_suffix(&*sanitize(&variant.name)).map(str::to_owned)
}

fn shown_url(variant: &Variant) -> String {
    percent_encode_for_display(variant.url.as_str()).into_owned()
}

fn clean(text: Option<&str>) -> Option<String> {
    text.map(sanitize).map(Cow::into_owned)
}

/// The metadata as the API sent it, on one line.
fn raw_metadata(raw: &str) -> Option<String> {
    let members = Json::members(raw);
    let (_, value) = members.iter().rfind(|(key, _)| key == "meta" || key == "metadata")?;
    Some(json_line(value.get()))
}

fn access(image: &Image, paint: Paint) -> Vec<String> {
    if image.draft {
        let flag = match image.access {
            Access::Signed => Some("Once uploaded: signed URL required".to_owned()),
            // It is not delivered yet, whatever the flag says.
            Access::Public | Access::Unknown => None,
        };
        return std::iter::once(DRAFT.to_owned()).chain(flag).collect();
    }
    let why = image.why_unknown().map(|why| format!(" ({why})")).unwrap_or_default();
    vec![format!("{} {}{why}", paint.mark(image.access), image.access.label())]
}

fn metadata(image: &Image) -> Vec<String> {
    let Some(meta) = &image.meta else { return vec![MISSING.to_owned()] };
    let mut table = Table::default();
    for line in json_tree::lines(meta) {
        table.row([format!("{}{}", "  ".repeat(line.depth), line.label), line.value]);
    }
    table.lines()
}

/// Rows of a label and one or more lines.
struct Rows {
    text: String,
    paint: Paint,
}

impl Rows {
    fn add(&mut self, label: &str, lines: impl IntoIterator<Item = String>) {
        let mut gap = "  ".to_owned() + &" ".repeat(8 - label.len());
        let mut label = self.paint.dim(label);
        for line in lines {
            self.text += format!("{label}{gap}{line}").trim_end();
            self.text += "\n";
            label.clear();
            gap = " ".repeat(10);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::picture_fetcher::Probed;
    use crate::domain::{Failure, FailureKind, MarksChoice, ThemeChoice};
    use crate::picture::{FileInfo, Format};
    use crate::ui::Theme;

    const LOGO: &str = r#"{"id":"logo","filename":"logo\u001b[31m.png","creator":"user-8812",
        "uploaded":"2014-01-02T02:20:00.123Z","requireSignedURLs":true,"meta":{"tag":"a\nb","size":{"w":1.50}},
        "variants":["https://imagedelivery.net/H/logo/thumb","https://imagedelivery.net/H/logo/hero",
            "https://other.example/cdn-cgi/imagedelivery/H/logo/wide","https://imagedelivery.net/H/logo/new"]}"#;

    fn options() -> Vec<VariantOptions> {
        vec![
            VariantOptions::read(
                "hero",
                r#"{"neverRequireSignedURLs":false,"options":{"fit":"cover","width":1366,"height":768}}"#,
            ),
            VariantOptions::read("thumb", r#"{"neverRequireSignedURLs":true,"options":{"fit":"pad"}}"#),
            VariantOptions::read("wide", r#"{"neverRequireSignedURLs":false,"options":{"width":9}}"#),
        ]
    }

    fn aligned_with(raw: &str, probed: &[ProbedVariant], paint: Paint) -> String {
        let image = Image::read(raw).unwrap();
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        ImageDetails { image: &image, options: &options(), probed }.aligned(now, &TimeZone::UTC, paint)
    }

    fn aligned(raw: &str) -> String {
        aligned_with(raw, &[], Paint::default())
    }

    fn tabbed(raw: &str, probed: &[ProbedVariant]) -> String {
        let image = Image::read(raw).unwrap();
        ImageDetails { image: &image, options: &options(), probed }.tabbed()
    }

    /// Results of `--probe` for the variants hero and thumb.
    fn probed() -> [ProbedVariant; 2] {
        let info = FileInfo { width: 1366, height: 768, format: Format::WebP, animated: false };
        let failure = Failure::new(FailureKind::NotFound, "No \u{1b}", "Try.");
        [("hero".to_owned(), Ok(Probed { info, bytes: Some(33_100) })), ("thumb".to_owned(), Err(failure))]
    }

    #[test]
    fn terminal_gets_base_once_and_a_row_per_variant() {
        insta::assert_snapshot!(aligned(LOGO));
        insta::assert_snapshot!("probed", aligned_with(LOGO, &probed(), Paint::default()));
    }

    #[test]
    fn scripts_get_rows_separated_by_tabs() {
        insta::assert_snapshot!(tabbed(LOGO, &probed()));
        let bare = tabbed(r#"{"id":"bare","draft":true}"#, &[]);
        assert_eq!(bare, "filename\t\nid\tbare\ncreator\t\nuploaded\t\naccess\tdraft\nmetadata\t\n");
    }

    #[test]
    fn draft_has_rows_but_no_access() {
        for flag in ["true", "false", "null"] {
            let draft = format!(
                r#"{{"id":"d","draft":true,"requireSignedURLs":{flag},"variants":["https://imagedelivery.net/H/d/thumb"]}}"#
            );
            let out = aligned(&draft);
            assert!(!out.to_lowercase().contains("public") && !out.contains('?'), "{out}");
            assert!(out.contains("\n  thumb  pad    not delivered yet\n"), "{out}");
            assert_eq!(out.contains("\n          Once uploaded: "), flag == "true", "{out}");
            assert!(tabbed(&draft, &[]).contains("variant\tthumb\tpad\tdraft\thttps://"));
        }
    }

    #[test]
    fn unreadable_fields_differ_from_missing_ones() {
        let out = aligned(
            r#"{"id":"odd","filename":3,"creator":["me"],"uploaded":"soon","requireSignedURLs":"false"}"#,
        );
        let missing = aligned(r#"{"id":"odd"}"#);
        for field in ["Filename  ", "Creator   ", "Uploaded  "] {
            assert!(missing.contains(&format!("{field}–\n")), "{missing}");
            assert!(out.contains(field) && !out.contains(&format!("{field}–\n")), "{out}");
        }
        assert!(out.contains("Access    ? unknown (requireSignedURLs is \"false\""), "{out}");
    }

    #[test]
    fn links_lead_to_urls_that_may_open() {
        let theme = Theme::new(ThemeChoice::Dark, crate::domain::ColorDepth::Ansi, MarksChoice::Auto);
        let linking = Paint::new(theme).with_links(true);
        let link = |url: &str, text: &str| format!("\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\");
        let out = aligned_with(LOGO, &[], linking);
        assert!(out.contains(&link("https://imagedelivery.net/H/logo/thumb", "thumb")), "{out:?}");
        assert!(!out.contains("]8;;https://imagedelivery.net/H/logo/hero"), "it needs a signature: {out:?}");
        assert!(!aligned_with(LOGO, &[], Paint::new(theme)).contains("\x1b]8"));
        assert!(!aligned_with(LOGO, &[], Paint::default().with_links(true)).contains('\x1b'));
    }
}
