//! A compact form of an image in the list. The program keeps up to 100,000 of them in memory.

pub mod codec;
mod json;

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::thumbnail::{Thumbnail, cheapest};
use super::variant_selection::preferred;
use super::{Access, DeliveryUrl, Image, ImageId, Json, Variant, VariantOptions};

/// A listed image. It has no variant URLs: they follow from the URL template. It takes a single allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageSummary {
    /// ID, file name, creator and metadata, concatenated.
    text: Box<str>,
    /// Where ID, file name and creator end in `text`.
    ends: [u32; 3],
    has_filename: bool,
    has_creator: bool,
    access: Access,
    /// In milliseconds since 1970.
    uploaded: Option<i64>,
    /// Shared by the images of an account.
    url_template: Option<Arc<UrlTemplate>>,
}

/// What the delivery URLs of an account have in common: they differ only in the image's ID.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct UrlTemplate {
    /// Everything before the ID: `https://imagedelivery.net/<account hash>/`.
    prefix: String,
    /// Variant names, sorted.
    names: Vec<String>,
}

/// Makes summaries of images, and shares the URL templates between them.
#[derive(Debug, Default)]
pub struct UrlTemplates(HashSet<Arc<UrlTemplate>>);

impl UrlTemplates {
    pub fn summarize(&mut self, image: &Image) -> ImageSummary {
        let mut text = image.id.as_str().to_owned();
        let mut end = |part: &str| {
            text.push_str(part);
            u32::try_from(text.len()).unwrap_or(u32::MAX)
        };
        let ends = [
            end(""),
            end(image.filename.as_deref().unwrap_or("")),
            end(image.creator.as_deref().unwrap_or("")),
        ];
        text.push_str(&meta(&image.raw));
        ImageSummary {
            text: text.into(),
            ends,
            has_filename: image.filename.is_some(),
            has_creator: image.creator.is_some(),
            access: if image.draft { Access::Unknown } else { image.access },
            uploaded: image.uploaded.map(Timestamp::as_millisecond),
            url_template: self.url_template(image),
        }
    }

    fn url_template(&mut self, image: &Image) -> Option<Arc<UrlTemplate>> {
        let first = image.variants.first()?;
        let prefix = first
            .url
            .as_str()
            .strip_suffix(&format!("{}/{}", encode_for_url(&image.id), first.name))?
            .to_owned();
        let url_template = UrlTemplate {
            prefix,
            names: image.variants.iter().map(|variant| variant.name.clone()).collect(),
        };
        if variants(&url_template, &image.id) != image.variants {
            return None;
        }
        Some(self.shared(url_template))
    }

    /// Returns an equal template if there is one, so that it is shared.
    fn shared(&mut self, url_template: UrlTemplate) -> Arc<UrlTemplate> {
        if let Some(shared) = self.0.get(&url_template) {
            return shared.clone();
        }
        let url_template = Arc::new(url_template);
        self.0.insert(url_template.clone());
        url_template
    }
}

impl ImageSummary {
    /// Untrusted, like all other texts.
    pub fn id(&self) -> &str {
        &self.text[..self.end(0)]
    }

    pub fn filename(&self) -> Option<&str> {
        self.has_filename.then(|| &self.text[self.end(0)..self.end(1)])
    }

    pub fn creator(&self) -> Option<&str> {
        self.has_creator.then(|| &self.text[self.end(1)..self.end(2)])
    }

    /// Metadata as JSON. Empty if there is none.
    pub fn meta(&self) -> &str {
        &self.text[self.end(2)..]
    }

    /// The name for display: the file name, or else the ID.
    pub fn name(&self) -> &str {
        self.filename().filter(|name| !name.is_empty()).unwrap_or_else(|| self.id())
    }

    pub fn uploaded(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.uploaded?).ok()
    }

    pub fn access(&self) -> Access {
        self.access
    }

    /// The image, as far as the summary describes it. The raw JSON is empty.
    pub fn image(&self) -> Option<Image> {
        let id = ImageId::parse(self.id()).ok()?;
        let variants =
            self.url_template.as_ref().map(|url_template| variants(url_template, &id)).unwrap_or_default();
        Some(Image {
            id,
            filename: self.filename().map(str::to_owned),
            creator: self.creator().map(str::to_owned),
            uploaded: self.uploaded(),
            access: self.access,
            draft: false,
            meta: Json::parse(self.meta()),
            variants,
            raw: "".into(),
            messages: Vec::new(),
        })
    }

    /// Same as [`Image::preferred_variant`], without building the whole image.
    pub fn preferred_variant(&self, wanted: Option<&str>) -> Option<Variant> {
        let url_template = self.url_template.as_ref()?;
        let name =
            url_template.names.get(preferred(&url_template.names.iter().map(String::as_str), wanted)?)?;
        variant(url_template, &encode_for_url(&ImageId::parse(self.id()).ok()?), name)
    }

    /// Same as [`Image::thumbnail`], without building the whole image.
    pub fn thumbnail(
        &self,
        size: (u32, u32),
        options: &[VariantOptions],
        is_flexible_on: bool,
    ) -> Option<Thumbnail> {
        let url_template = self.url_template.as_ref()?;
        let id = encode_for_url(&ImageId::parse(self.id()).ok()?);
        let url = |name: &str| variant(url_template, &id, name).map(|variant| variant.url);
        let names = url_template.names.iter().map(String::as_str);
        cheapest(names, url, self.access, size, options, is_flexible_on)
    }

    fn end(&self, part: usize) -> usize {
        self.ends[part] as usize
    }
}

fn variants(url_template: &UrlTemplate, id: &ImageId) -> Vec<Variant> {
    let Some((first, others)) = url_template.names.split_first() else { return vec![] };
    let Some(first) = variant(url_template, &encode_for_url(id), first) else { return vec![] };
    let others = others.iter().filter_map(|name| {
        let url = first.url.of_variant(name).ok()?;
        Some(Variant { name: name.clone(), url })
    });
    let others: Vec<_> = others.collect();
    std::iter::once(first).chain(others).collect()
}

/// One variant. `id` is as it is written in URLs.
fn variant(url_template: &UrlTemplate, id: &str, name: &str) -> Option<Variant> {
    let url = DeliveryUrl::parse(&format!("{}{id}/{name}", url_template.prefix)).ok()?;
    Some(Variant { name: name.to_owned(), url })
}

/// The ID as the API writes it in delivery URLs: only characters that would end the path are encoded.
fn encode_for_url(id: &ImageId) -> String {
    id.as_str().replace('%', "%25").replace('?', "%3F").replace('#', "%23")
}

/// The metadata as the API wrote it.
fn meta(raw: &str) -> String {
    Json::members(raw)
        .into_iter()
        .find(|(key, value)| matches!(key.as_str(), "meta" | "metadata") && value.get() != "null")
        .map(|(_, value)| value.get().to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(id: &str, more: &str) -> Image {
        let url = |name| format!("\"https://imagedelivery.net/H/{id}/{name}\"");
        let raw = format!(r#"{{"id":"{id}"{more},"variants":[{},{}]}}"#, url("thumb"), url("public"));
        Image::read(&raw).unwrap()
    }

    #[test]
    fn summary_loses_only_raw_json() {
        let mut url_templates = UrlTemplates::default();
        for (id, more) in [
            (
                "107b9558",
                r#","filename":"logo.png","creator":"me","requireSignedURLs":true,"meta":{"a":[1.50]}"#,
            ),
            (
                "blog/2026/hello world.png",
                r#","filename":null,"creator":"","uploaded":"2014-01-02T02:20:00.123Z""#,
            ),
            ("фото/日本語", r#","filename":"","requireSignedURLs":false"#),
        ] {
            let image = image(id, more);
            let summary = url_templates.summarize(&image);
            for wanted in [None, Some("thumb"), Some("none such")] {
                let expected = image.preferred_variant(wanted).map(|at| image.variants[at].clone());
                assert!(
                    expected.is_some() && summary.preferred_variant(wanted) == expected,
                    "{id} {wanted:?}"
                );
            }
            assert_eq!(summary.thumbnail((90, 90), &[], true), image.thumbnail((90, 90), &[], true), "{id}");
            assert_eq!(summary.image(), Some(Image { raw: "".into(), ..image }), "{id}");
        }
        assert_eq!(url_templates.0.len(), 1, "one template per account");
        assert!(std::mem::size_of::<ImageSummary>() <= 64, "{}", std::mem::size_of::<ImageSummary>());
    }

    #[test]
    fn name_is_file_name_or_id() {
        let mut url_templates = UrlTemplates::default();
        assert_eq!(url_templates.summarize(&image("a", r#","filename":"x.png""#)).name(), "x.png");
        assert_eq!(url_templates.summarize(&image("a", r#","filename":"""#)).name(), "a");
        assert_eq!(url_templates.summarize(&image("a", "")).name(), "a");
    }

    #[test]
    fn unusual_variant_urls_have_no_template() {
        let raw = r#"{"id":"a","variants":["https://imagedelivery.net/H/a/x","https://other.example/cdn-cgi/imagedelivery/H/a/y"]}"#;
        let summary = UrlTemplates::default().summarize(&Image::read(raw).unwrap());
        assert_eq!(summary.image().unwrap().variants, []);
    }
}
