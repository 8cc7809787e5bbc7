//! What is copied of an image that is no URL of ours: its ID, and what the API says of it. No variant is needed for it.

use super::acting::{acts_on_marked, image_to_act_on};
use super::handing::what;
use crate::app::{Effect, Model, Notice, Parcel};
use crate::domain::copy_as::{CannotCopy, Copied};
use crate::domain::safe_text::json_line;
use crate::domain::{Access, CopyAs, ImageId, when};

/// An image that is told of.
struct Told {
    id: ImageId,
    filename: Option<String>,
    access: Access,
    /// The API's JSON, or what the list told of it.
    json: String,
    /// How long ago the list told it, where it is that.
    ago: Option<String>,
}

/// Copies the IDs or the JSON of the marked images, or of the one that is shown.
pub(super) fn copy(model: &mut Model, form: &CopyAs) -> Vec<Effect> {
    let told: Vec<Told> = if acts_on_marked(model) {
        let marked = model.browse.marked();
        marked.filter_map(|listed| told(model, &ImageId::parse(listed.id()).ok()?)).collect()
    } else {
        if !image_to_act_on(model, "copied") {
            return vec![];
        }
        let shown = model.lookup.shown().map(|image| &image.id);
        shown.and_then(|id| told(model, id)).into_iter().collect()
    };
    let texts: Result<Vec<String>, CannotCopy> = told.iter().map(|told| text(form, told)).collect();
    let texts = match texts {
        Ok(texts) => texts,
        Err(why) => {
            model.notice = Some(Notice::Warning(format!("Not copied. {why}")));
            return vec![];
        }
    };
    if texts.is_empty() {
        model.notice =
            Some(Notice::Warning("Nothing copied: the list tells of these images no more.".to_owned()));
        return vec![];
    }
    let text = match &texts[..] {
        [one] => one.clone(),
        many if *form == CopyAs::Json => format!("[{}]", many.join(",\n")),
        many => many.join("\n"),
    };
    let named: Vec<_> = told.iter().map(|told| (&told.id, told.filename.as_deref())).collect();
    let parcel = Parcel::from(text).with_words(what(model, form, &named), note(form, &told));
    vec![Effect::Copy(parcel)]
}

/// What is known of an image: the API's own word, where it is at hand, else the list's.
fn told(model: &Model, id: &ImageId) -> Option<Told> {
    let shown = model.lookup.shown().filter(|image| image.id == *id);
    if let Some(image) = shown.filter(|image| !image.raw.is_empty()) {
        return Some(Told {
            id: id.clone(),
            filename: image.filename.clone(),
            access: image.access,
            json: image.raw.to_string(),
            ago: None,
        });
    }
    let (listed, at) = model.browse.told_of(id.as_str())?;
    Some(Told {
        id: id.clone(),
        filename: listed.filename().map(str::to_owned),
        access: listed.access(),
        json: listed.json(at),
        ago: Some(when::ago(at, model.now)),
    })
}

fn text(form: &CopyAs, told: &Told) -> Result<String, CannotCopy> {
    if *form == CopyAs::Json {
        return Ok(json_line(&told.json));
    }
    form.render(&Copied {
        url: "",
        id: &told.id,
        filename: told.filename.as_deref(),
        variant: "",
        width: None,
        height: None,
        variants: &[],
        raw: None,
    })
}

/// Whose word the JSON is, where not the API's, and that no URL in it is signed, where some should be.
fn note(form: &CopyAs, told: &[Told]) -> String {
    if *form != CopyAs::Json {
        return String::new();
    }
    let listed = told.iter().find_map(|told| told.ago.as_ref()).map(|ago| format!("as the list told {ago}"));
    let unsigned = told.iter().any(|told| told.access != Access::Public);
    let unsigned = unsigned.then(|| "its URLs unsigned".to_owned());
    [unsigned, listed].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
