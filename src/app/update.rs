//! What every message changes, and what it asks of the outside.

mod acting;
mod looking_up;

use jiff::{SignedDuration, Timestamp};

use super::scroll::{Scroll, moved};
use super::{Action, Effect, Event, Message, Model, Motion, Notice, Overlay, Pane};

/// How often the sign of work moves: four times a second says that we are alive, and wakes the processor little.
pub const SPIN: SignedDuration = SignedDuration::from_millis(250);

/// Changes the model by one message. All behaviour is here, and no deed.
#[must_use]
pub fn update(model: &mut Model, message: Message, now: Timestamp) -> Vec<Effect> {
    model.now = now;
    match message {
        Message::Action(action) => act(model, action),
        Message::Event(event) => learn(model, event),
    }
}

/// When the program wants to be woken: only while something on the screen moves.
pub fn next_wake(model: &Model) -> Option<Timestamp> {
    model.lookup.image.awaited()?;
    let passed = model.now.duration_since(model.lookup.since).as_millis();
    let spins = passed / SPIN.as_millis() + 1;
    let millis = i64::try_from(spins * SPIN.as_millis()).ok()?;
    model.lookup.since.checked_add(SignedDuration::from_millis(millis)).ok()
}

fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    model.notice = None;
    let armed = model.armed.take();
    match action {
        Action::Quit => vec![Effect::Quit],
        Action::Suspend => vec![Effect::Suspend],
        Action::Repaint => vec![Effect::Repaint],
        Action::Back => back(model),
        Action::Help => {
            let open = matches!(model.overlay, Some(Overlay::Help(_)));
            model.overlay = (!open).then(|| Overlay::Help(Scroll::default()));
            vec![]
        }
        Action::FocusNext => focus_by(model, 1),
        Action::FocusPrevious => focus_by(model, Pane::ALL.len() - 1),
        Action::FocusImage => focus(model, Pane::Image),
        Action::Edit(edit) => {
            model.input.edit(edit);
            vec![]
        }
        Action::Paste(text) => looking_up::paste(model, &text),
        Action::Earlier => {
            model.input.recall_earlier();
            vec![]
        }
        Action::Later => {
            model.input.recall_later();
            vec![]
        }
        Action::LookUp => looking_up::look_up(model),
        Action::Refresh => looking_up::refresh(model),
        Action::Move(motion) => move_by(model, motion),
        Action::Open | Action::Copy => acting::act_on_variant(model, action, armed.as_ref()),
        Action::ShowUrl => acting::show_url(model),
        Action::ShowJson => {
            if model.lookup.shown().is_some() {
                model.overlay = Some(Overlay::Json(Scroll::default()));
            }
            vec![]
        }
    }
}

fn learn(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Started(image) => looking_up::start(model, image),
        Event::ImageFetched(request, answer) => looking_up::image_fetched(model, request, answer),
        Event::OptionsFetched(request, answer) => {
            model.lookup.options.settle(request, answer);
            vec![]
        }
        Event::Waiting(request, wait) => {
            if model.lookup.image.awaited() == Some(request) {
                model.lookup.wait = Some(wait);
            }
            vec![]
        }
        Event::BudgetTold(budget) => {
            model.budget = Some(budget);
            vec![]
        }
        Event::Copied { outcome: Ok(way), .. } => acting::done(model, format!("Copied ({way})")),
        Event::Opened { outcome: Ok(()), .. } => acting::done(model, "Opened in the browser".to_owned()),
        Event::Copied { text: url, outcome: Err(failure) } | Event::Opened { url, outcome: Err(failure) } => {
            acting::failed(model, url, failure)
        }
        Event::Resized | Event::Woke => vec![],
        Event::ZoneFound(zone) => {
            model.zone = Some(zone);
            vec![]
        }
        Event::Drawn(reach) => {
            model.reach = reach;
            vec![]
        }
    }
}

fn back(model: &mut Model) -> Vec<Effect> {
    if model.overlay.take().is_some() {
        return vec![];
    }
    if let Some(request) = model.lookup.image.cancel() {
        model.notice = Some(Notice::Done("Cancelled".to_owned()));
        return vec![Effect::Abort(request)];
    }
    if model.focus == Pane::Image {
        return focus(model, model.before_image);
    }
    vec![]
}

fn focus(model: &mut Model, pane: Pane) -> Vec<Effect> {
    model.overlay = None;
    if pane == Pane::Image && model.focus != Pane::Image {
        model.before_image = model.focus;
    }
    model.focus = pane;
    vec![]
}

fn focus_by(model: &mut Model, steps: usize) -> Vec<Effect> {
    let at = Pane::ALL.iter().position(|pane| *pane == model.focus).unwrap_or(0);
    focus(model, Pane::ALL[(at + steps) % Pane::ALL.len()])
}

fn move_by(model: &mut Model, motion: Motion) -> Vec<Effect> {
    if let Some(overlay) = &mut model.overlay {
        overlay.scroll_mut().by(motion, model.reach.overlay);
        return vec![];
    }
    match model.focus {
        Pane::Image => {}
        Pane::Details => model.details.by(motion, model.reach.details),
        Pane::Variants => {
            let count = model.lookup.shown().map_or(0, |image| image.variants.len());
            model.lookup.selected = moved(model.lookup.selected, motion, count, model.reach.variants.height);
        }
    }
    vec![]
}
