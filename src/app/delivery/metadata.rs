//! Copies an image's ID or JSON. Unlike the other copy formats, this works without a variant.

use super::notices::describe_copied;
use crate::app::selection::{acts_on_marked, image_to_act_on};
use crate::app::{Effect, Model, SensitiveText};
use crate::domain::copy_as::{CannotCopy, CopyValues};
use crate::domain::sanitize::json_line;
use crate::domain::{Access, CopyAs, ImageId, time_format};

/// What can be copied of an image.
struct CopiedMetadata {
    id: ImageId,
    filename: Option<String>,
    access: Access,
    /// The API's JSON, or the list's data as JSON.
    json: String,
    /// The age of the list's data. `None` for the API's JSON.
    ago: Option<String>,
}

/// Copies the IDs or the JSON of the marked images, or of the one shown.
pub(super) fn copy(model: &mut Model, form: &CopyAs) -> Vec<Effect> {
    let copied: Vec<CopiedMetadata> = if acts_on_marked(model) {
        let marked = model.browse.marked();
        marked.filter_map(|listed| metadata_of(model, &ImageId::parse(listed.id()).ok()?)).collect()
    } else {
        if !image_to_act_on(model, "copied") {
            return vec![];
        }
        let shown = model.lookup.shown().map(|image| &image.id);
        shown.and_then(|id| metadata_of(model, id)).into_iter().collect()
    };
    let texts: Result<Vec<String>, CannotCopy> = copied.iter().map(|copied| text(form, copied)).collect();
    let texts = match texts {
        Ok(texts) => texts,
        Err(why) => {
            model.warn(format!("Not copied. {why}"));
            return vec![];
        }
    };
    if texts.is_empty() {
        model.warn("Not copied: the marked images are no longer in the list.");
        return vec![];
    }
    let text = match &texts[..] {
        [one] => one.clone(),
        many if *form == CopyAs::Json => format!("[{}]", many.join(",\n")),
        many => many.join("\n"),
    };
    let named: Vec<_> = copied.iter().map(|copied| (&copied.id, copied.filename.as_deref())).collect();
    let payload =
        SensitiveText::from(text).with_description(describe_copied(model, form, &named), note(form, &copied));
    vec![Effect::Copy(payload)]
}

/// An image's metadata: from the API if available, or else from the list.
fn metadata_of(model: &Model, id: &ImageId) -> Option<CopiedMetadata> {
    let shown = model.lookup.shown().filter(|image| image.id == *id);
    if let Some(image) = shown.filter(|image| !image.raw.is_empty()) {
        return Some(CopiedMetadata {
            id: id.clone(),
            filename: image.filename.clone(),
            access: image.access,
            json: image.raw.to_string(),
            ago: None,
        });
    }
    let (listed, at) = model.browse.summary_of(id.as_str())?;
    Some(CopiedMetadata {
        id: id.clone(),
        filename: listed.filename().map(str::to_owned),
        access: listed.access(),
        json: listed.json(at),
        ago: Some(time_format::ago(at, model.now)),
    })
}

fn text(form: &CopyAs, copied: &CopiedMetadata) -> Result<String, CannotCopy> {
    if *form == CopyAs::Json {
        return Ok(json_line(&copied.json));
    }
    form.render(&CopyValues {
        url: "",
        id: &copied.id,
        filename: copied.filename.as_deref(),
        variant: "",
        width: None,
        height: None,
        variants: &[],
        raw: None,
    })
}

/// A note if the JSON comes from the list, or contains unsigned URLs of images that may need signed ones.
fn note(form: &CopyAs, copied: &[CopiedMetadata]) -> String {
    if *form != CopyAs::Json {
        return String::new();
    }
    let listed = copied.iter().find_map(|copied| copied.ago.as_ref()).map(|ago| format!("listed {ago}"));
    let unsigned = copied.iter().any(|copied| copied.access != Access::Public);
    let unsigned = unsigned.then(|| "with unsigned URLs".to_owned());
    [unsigned, listed].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
