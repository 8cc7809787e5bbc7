//! What is chosen from, or typed into, on top of the panes: lifetimes, forms, a flexible variant.

use jiff::tz::TimeZone;

use super::acting;
use super::handing::{self, Wish};
use crate::app::menu::{Builder, LifetimeRow, Lifetimes, forms};
use crate::app::signing::Term;
use crate::app::{Action, Armed, Effect, Leave, Model, Notice, Overlay};
use crate::domain::signing::{Lifetime, expires_at, may_sign};
use crate::domain::{Access, Flexible, Variant};

/// Asks for how long the selected variant's URL is to hold; says why where a signature is not needed, or opens nothing.
pub(super) fn choose_lifetime(model: &mut Model) -> Vec<Effect> {
    let Some(url) = acting::url_to_act_on(model, "signed") else { return vec![] };
    let access = model.lookup.shown().map_or(Access::Unknown, |image| image.access);
    if let Err(why) = may_sign(&url, access, model.lookup.options()) {
        model.notice = Some(Notice::Warning(format!("Not signed. {why}")));
        return vec![];
    }
    let cursor = model.signing.lifetime.or_else(|| Lifetimes::row_of(model.preferences.lifetime));
    let cursor = cursor.or_else(|| Lifetimes::row_of(Lifetime::DEFAULT)).unwrap_or(0);
    model.lay(Overlay::Lifetimes(Lifetimes { cursor, ..Lifetimes::default() }));
    vec![]
}

/// Asks in which form to copy.
pub(super) fn choose_form(model: &mut Model, armed: Option<Armed>) -> Vec<Effect> {
    if !acting::acts_on_marked(model) && !acting::image_to_act_on(model, "copied") {
        return vec![];
    }
    // A form that is to be copied unsigned is chosen here once more.
    model.armed = armed.filter(|armed| armed.action == Action::Take);
    model.lay(Overlay::Forms(model.signing.form));
    vec![]
}

/// Begins a flexible variant, or goes on with the one that was built.
pub(super) fn build_flexible(model: &mut Model) -> Vec<Effect> {
    if acting::url_to_act_on(model, "built").is_none() {
        return vec![];
    }
    let mut builder = Builder::default();
    if let Some(before) = &model.lookup.flexible {
        builder.line.set(&before.name);
    }
    model.lay(Overlay::Flexible(builder));
    vec![]
}

/// Takes a row by its place.
pub(super) fn pick(model: &mut Model, row: usize, armed: Option<Armed>) -> Vec<Effect> {
    if row >= rows(model) {
        return vec![];
    }
    if let Some(cursor) = model.overlay.as_mut().and_then(Overlay::cursor_mut) {
        *cursor = row;
    }
    take(model, armed)
}

/// How many rows the menu on top has. Keys may come before it is drawn, so no frame is asked.
pub(super) fn rows(model: &Model) -> usize {
    match &model.overlay {
        Some(Overlay::Lifetimes(_)) => Lifetimes::rows().count(),
        Some(Overlay::Forms(_)) => forms(&model.preferences).len(),
        _ => 0,
    }
}

/// Takes what the cursor is on, or what was typed.
pub(super) fn take(model: &mut Model, armed: Option<Armed>) -> Vec<Effect> {
    match model.overlay.clone() {
        Some(Overlay::Lifetimes(lifetimes)) => take_lifetime(model, lifetimes),
        Some(Overlay::Forms(row)) => {
            let Some((_, form)) = forms(&model.preferences).into_iter().nth(row) else { return vec![] };
            model.signing.form = row;
            acting::act_from_menu(model, form, armed)
        }
        Some(Overlay::Flexible(builder)) => {
            take_flexible(model, &builder);
            vec![]
        }
        _ => vec![],
    }
}

/// Takes the first suggestion.
pub(super) fn complete(model: &mut Model) {
    if let Some(Overlay::Flexible(builder)) = &mut model.overlay {
        builder.complete();
    }
}

fn take_lifetime(model: &mut Model, mut lifetimes: Lifetimes) -> Vec<Effect> {
    let row = Lifetimes::rows().nth(lifetimes.cursor);
    let term = match (&lifetimes.date, row) {
        (None, Some(LifetimeRow::For(lifetime))) => Term::For(lifetime),
        (Some(date), _) => {
            let zone = model.zone.clone().unwrap_or(TimeZone::UTC);
            match expires_at(date.text(), &zone, model.now) {
                Ok(at) => Term::Until(at),
                Err(why) => {
                    lifetimes.refusal = Some(why.to_string());
                    model.overlay = Some(Overlay::Lifetimes(lifetimes));
                    return vec![];
                }
            }
        }
        (None, _) => {
            lifetimes.date = Some(crate::app::line::Line::default());
            model.overlay = Some(Overlay::Lifetimes(lifetimes));
            return vec![];
        }
    };
    model.signing.lifetime = Some(lifetimes.cursor);
    model.lift();
    let Some(item) = acting::item(model, &Wish::show(term)) else { return vec![] };
    handing::hand(model, vec![item], Wish::show(term), Leave::None)
}

/// Selects what was built. What is not right yet is told while it is typed.
fn take_flexible(model: &mut Model, builder: &Builder) {
    let Some(Ok(options)) = builder.read() else { return };
    let Some(url) = model.lookup.variant().and_then(|variant| options.url(&variant.url).ok()) else { return };
    model.lookup.select_flexible(Variant { name: url.variant().to_owned(), url });
    model.lift_all();
    warn_of_flexible(model);
}

/// Warns of what may keep the flexible variant that is selected from working as it is meant.
pub(super) fn warn_of_flexible(model: &mut Model) {
    let (Some(variant), Some(image)) = (&model.lookup.flexible, model.lookup.shown()) else { return };
    let warning = if image.access == Access::Signed {
        "This image needs signed URLs, and flexible variants do not work with those: this one will answer 403."
            .to_owned()
    } else if model.signing.flexible_is_off {
        "Flexible variants are off in this account: switch them on in the dashboard under Images › Variants."
            .to_owned()
    } else {
        let notes = Flexible::of_url(&variant.name).map_or_else(|_| vec![], |options| options.notes());
        if notes.is_empty() {
            return;
        }
        let sentences: Vec<_> = notes.iter().map(|note| format!("{note}.")).collect();
        sentences.join(" ")
    };
    model.notice = Some(Notice::Warning(warning));
}
