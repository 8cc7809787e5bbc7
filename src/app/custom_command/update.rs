//! Starts commands of the user, and reports what went wrong.

use super::state::CommandJob;
use crate::app::message::CommandRun;
use crate::app::selection::{image_to_act_on, url_to_act_on};
use crate::app::{Action, Effect, Model, RequestId};
use crate::domain::custom_command::Value;
use crate::domain::json_pretty::pretty;
use crate::domain::sanitize::sanitize;
use crate::domain::signing::Validity;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::{CommandValues, DeliveryPlan, DeliveryUrl, Failure, Image, PictureSource, SignMode};

/// Runs a command on the image shown. `picture` chooses the one for its file. What it needs and is not known is fetched first.
pub(crate) fn run(
    model: &mut Model,
    index: usize,
    picture: fn(&Model) -> Option<Result<PictureSource, Failure>>,
) -> Vec<Effect> {
    let Some(bound) = model.keymap.commands().get(index).cloned() else { return vec![] };
    if let Some(job) = &model.command.job {
        let back = model.keymap.key_of(&Action::Back);
        model.warn(format!("Still preparing {}. Wait, or press {back} to cancel.", sanitize(&job.name)));
        return vec![];
    }
    let needs = |value| bound.command.text.needs(value);
    if !image_to_act_on(model, "run") {
        return vec![];
    }
    let mut url = None;
    if needs(Value::Url) || needs(Value::SignedUrl) {
        url = url_to_act_on(model, "run", true);
        if url.is_none() {
            return vec![];
        }
    }
    let request = model.next_request();
    let Some(image) = model.lookup.shown() else { return vec![] };
    let mut run = CommandRun {
        command: bound.command.clone(),
        values: values(model, image, url.as_ref()),
        picture: None,
        json_of: (needs(Value::Json) && image.raw.is_empty()).then(|| image.id.clone()),
        to_sign: None,
    };
    match needs(Value::File).then(|| picture(model)).flatten().transpose() {
        Ok(picture) => run.picture = picture,
        Err(failure) => {
            model.warn(format!("Not run. {failure}"));
            return vec![];
        }
    }
    if let Some(url) = url.filter(|_| needs(Value::SignedUrl)) {
        match model.delivery_plan(SignMode::Always) {
            Some(DeliveryPlan::Sign) => {
                let expires = Validity::For(model.preferences.lifetime).expires(model.now);
                run.to_sign = Some((url, expires));
            }
            Some(DeliveryPlan::Refuse(why)) => {
                model.warn(format!("Not run. {why}"));
                return vec![];
            }
            _ => run.values.set(Value::SignedUrl, shown(&url)),
        }
    }
    model.command.job = Some(CommandJob { request, name: bound.command.name.clone() });
    vec![Effect::RunCommand { request, run: Box::new(run) }]
}

/// The values that are known.
fn values(model: &Model, image: &Image, url: Option<&DeliveryUrl>) -> CommandValues {
    let mut values = CommandValues::default();
    if let Some(url) = url {
        values.set(Value::Url, shown(url));
    }
    values.set(Value::Id, image.id.as_str());
    values.set(Value::Name, image.filename.as_deref().unwrap_or_default());
    values.set(Value::Variant, model.lookup.variant().map_or("", |variant| &variant.name));
    if !image.raw.is_empty() {
        values.set(Value::Json, pretty(&image.raw).join("\n"));
    }
    values
}

fn shown(url: &DeliveryUrl) -> String {
    percent_encode_for_display(url.as_str()).into_owned()
}

/// A command runs in the background from now on.
pub(crate) fn on_started(model: &mut Model, request: RequestId) {
    model.command.job.take_if(|job| job.request == request);
}

/// A command has ended, or could not start.
pub(crate) fn on_ended(model: &mut Model, request: RequestId, result: Result<(), String>) {
    model.command.job.take_if(|job| job.request == request);
    if let Err(why) = result {
        model.warn(why);
    }
}

/// Stops preparing a command. `None` if none is prepared.
pub(crate) fn cancel(model: &mut Model) -> Option<Vec<Effect>> {
    model.command.job.take().map(|job| vec![Effect::Abort(job.request)])
}
