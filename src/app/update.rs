//! Applies messages to the model, and returns the effects that follow.

mod dialogs;

use jiff::{SignedDuration, Timestamp};

use super::browse::update as browse;
use super::delivery::update as delivery;
use super::explain::update as explain;
use super::keymap::key_of;
use super::lookup::update as lookup;
use super::preview::update as preview;
use super::scroll::{Scroll, moved};
use super::selection::Selection;
use super::{Action, Effect, Event, Message, Model, Motion, Notice, Overlay, Pane, RequestId};
use crate::domain::Budget;

/// The spinner's frame time: often enough to look alive, seldom enough to let the processor sleep.
pub const SPIN: SignedDuration = SignedDuration::from_millis(250);

/// Applies one message to the model. All behaviour of the program is here; carrying out the effects is not.
#[must_use]
pub fn update(model: &mut Model, message: Message, now: Timestamp) -> Vec<Effect> {
    model.now = now;
    let mut effects = match message {
        Message::Action(action) => on_action(model, action),
        Message::Event(event) => on_event_while_confirming(model, event),
    };
    explain::forget_pasted(model);
    effects.extend(preview::follow(model));
    effects
}

/// When to send [`Event::Woke`]. `None` while nothing on the screen moves and nothing is due later.
pub fn next_wake(model: &Model) -> Option<Timestamp> {
    [
        next_spinner_frame(model),
        next_second(model),
        next_countdown(model),
        model.lookup.request_at,
        model.preview.request_at,
        model.preview.frame_at,
        model.browse.resume.map(|resume| resume.at),
        // Pages resume then; no other event would trigger them.
        model.budget_expires_at().filter(|_| model.browse.wants_more()),
    ]
    .into_iter()
    .flatten()
    .min()
}

fn next_spinner_frame(model: &Model) -> Option<Timestamp> {
    model.lookup.image.pending_request()?;
    let passed = model.now.duration_since(model.lookup.since).as_millis();
    let spins = passed / SPIN.as_millis() + 1;
    let millis = i64::try_from(spins * SPIN.as_millis()).ok()?;
    model.lookup.since.checked_add(SignedDuration::from_millis(millis)).ok()
}

/// When the countdown of a paused page request reaches the next second.
fn next_second(model: &Model) -> Option<Timestamp> {
    let until = model.browse.wait.as_ref()?.until;
    let left = until.duration_since(model.now).as_millis();
    let millis = i64::try_from((left - 1).max(0) % 1000 + 1).ok()?;
    (left > 0).then(|| model.now.checked_add(SignedDuration::from_millis(millis)).ok())?
}

/// When the visible countdown of a signed URL changes.
fn next_countdown(model: &Model) -> Option<Timestamp> {
    let seen = matches!(model.overlay, Some(Overlay::Signed(_)))
        || model.current_url().is_some_and(|url| model.delivery.signed_url_for(&url).is_some());
    let active = model.delivery.active_url.as_ref().filter(|_| seen)?;
    active.next_change(model.now)
}

fn on_action(model: &mut Model, action: Action) -> Vec<Effect> {
    model.notice = None;
    let confirmation = model.confirmation.take();
    match action {
        Action::Quit => vec![Effect::Quit],
        Action::Suspend => vec![Effect::Suspend],
        Action::Repaint => vec![Effect::Repaint],
        Action::Back => go_back(model),
        Action::Help => {
            if matches!(model.overlay, Some(Overlay::Help(_))) {
                model.pop_overlay();
            } else {
                model.push_overlay(Overlay::Help(Scroll::default()));
            }
            vec![]
        }
        Action::FocusNext => focus_next(model, Step::Ahead),
        Action::FocusPrevious => focus_next(model, Step::Back),
        Action::FocusImage => focus(model, Pane::Image),
        Action::Edit(edit) if model.overlay.is_some() => {
            if let Some(line) = model.overlay.as_mut().and_then(Overlay::line_mut) {
                line.edit(edit);
            }
            vec![]
        }
        Action::Edit(edit) if model.focus == Pane::Browse => {
            if model.browse.filter.line.edit(edit) {
                browse::start_search(model)
            } else {
                vec![]
            }
        }
        Action::Edit(edit) => {
            model.input.edit(edit);
            vec![]
        }
        Action::Paste(text) => lookup::paste(model, &text.0),
        Action::PreviousInput => {
            model.input.recall_earlier();
            vec![]
        }
        Action::NextInput => {
            model.input.recall_later();
            vec![]
        }
        Action::LookUp => lookup::look_up(model),
        Action::Refresh => {
            let mut effects = preview::refresh(model);
            effects.extend(lookup::refresh(model));
            effects
        }
        Action::Move(motion) => move_by(model, motion),
        Action::Deliver(action) => delivery::start(model, action, confirmation),
        Action::CopyAs => dialogs::choose_copy_format(model, confirmation),
        Action::Sign => dialogs::choose_lifetime(model),
        Action::Flexible => dialogs::build_flexible(model),
        Action::Explain => explain::explain(model),
        Action::Confirm => dialogs::confirm(model, confirmation),
        Action::Pick(row) => dialogs::pick(model, row, confirmation),
        Action::Complete => {
            dialogs::complete(model);
            vec![]
        }
        Action::Browse => browse::toggle(model),
        Action::Preview => preview::toggle(model),
        Action::FullScreenPicture => preview::toggle_whole(model),
        Action::Filter => browse::filter(model),
        Action::ApplyFilter => {
            model.browse.filter.typing = false;
            vec![]
        }
        Action::ShowVariants => browse::show_variants(model),
        Action::LoadAll => browse::load_all(model),
        Action::Reload => browse::reload(model),
        Action::Sort => browse::sort(model),
        Action::Mark => {
            model.browse.toggle_mark();
            browse::move_by(model, Motion::Down)
        }
        Action::MarkAll => browse::mark_all(model),
        Action::UnmarkAll => {
            model.browse.unmark_all();
            vec![]
        }
        Action::ShowUrl => delivery::show_url(model),
        Action::ShowJson => {
            show_json(model);
            vec![]
        }
    }
}

fn show_json(model: &mut Model) {
    if model.lookup.listed_at.is_some() {
        let key = key_of(&Action::Refresh);
        let words = format!("The list does not tell the JSON: press {key} to fetch it.");
        model.notice = Some(Notice::Warning(words));
    } else if model.lookup.shown().is_some() {
        model.push_overlay(Overlay::Json(Scroll::default()));
    }
}

/// Drops the pending confirmation if the event changes what the key would act on.
fn on_event_while_confirming(model: &mut Model, event: Event) -> Vec<Effect> {
    if model.confirmation.is_none() {
        return on_event(model, event);
    }
    let (target, notice) = (Selection::current(model), model.notice.clone());
    let effects = on_event(model, event);
    if target != Selection::current(model) {
        model.confirmation = None;
        // The notice asks for the second key press.
        if model.notice == notice {
            model.notice = None;
        }
    }
    effects
}

fn on_event(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Started(image) => lookup::start(model, image.map(|image| image.0)),
        Event::ImageFetched(request, response) => lookup::on_image_fetched(model, request, response),
        Event::OptionsFetched(request, response) => {
            model.lookup.options.complete(request, response);
            vec![]
        }
        Event::PageFetched(request, response) => browse::on_page_fetched(model, request, response),
        Event::IndexChunk(stored) => browse::on_index_chunk(model, stored),
        Event::IndexRead(read) => browse::on_index_read(model, read),
        Event::IndexFailed(why) => {
            model.notice = Some(Notice::Warning(why));
            vec![]
        }
        Event::TotalFetched(request, response) => {
            model.browse.total.complete(request, response);
            vec![]
        }
        Event::FilterMatched { generation, matches, searched } => {
            browse::on_matches(model, generation, matches, searched)
        }
        Event::NamesSorted(generation, order) => {
            model.browse.set_name_order(generation, order);
            vec![]
        }
        Event::Waiting(request, wait) => {
            if model.lookup.image.pending_request() == Some(request) {
                model.lookup.wait = Some(wait);
            } else {
                browse::waiting(model, request, wait);
            }
            vec![]
        }
        Event::BudgetChanged(budget) => {
            let was_low = model.budget.replace(budget).is_some_and(Budget::is_low);
            model.budget_at = model.now;
            if was_low && !budget.is_low() { browse::load_more(model) } else { vec![] }
        }
        Event::Copied { text, outcome } => delivery::on_copied(model, text, outcome),
        Event::Opened { url, outcome } => delivery::on_opened(model, url, outcome),
        Event::Signed(request, response) => delivery::on_signed(model, request, response),
        Event::SizeProbed(request, response) => delivery::on_size_probed(model, request, response),
        Event::Verified(request, result) => delivery::on_verified(model, request, *result),
        Event::Explained { request, explanation } => explain::on_explained(model, request, explanation),
        Event::PictureShown(request, response) => preview::on_shown(model, request, response),
        Event::FrameShown(request, frame_delay) => {
            preview::on_frame_shown(model, request, frame_delay);
            vec![]
        }
        Event::PictureLost => {
            preview::on_lost(model);
            vec![]
        }
        Event::Resized => vec![],
        Event::Woke => {
            let mut effects = lookup::request_rested(model);
            effects.extend(browse::resume(model));
            if model.budget_expires_at().is_some_and(|at| at <= model.now) {
                effects.extend(browse::load_more(model));
            }
            effects
        }
        Event::TimeZoneLoaded(zone) => {
            model.zone = Some(zone);
            vec![]
        }
        Event::GraphicsDetected(graphics) => {
            model.graphics = Some(graphics);
            preview::on_lost(model);
            vec![]
        }
        Event::HistoryRead(earlier) => {
            model.input.add_earlier(earlier);
            vec![]
        }
        Event::Drawn(viewports) => {
            model.viewports = viewports;
            browse::start(model)
        }
    }
}

fn go_back(model: &mut Model) -> Vec<Effect> {
    if model.pop_overlay() {
        return vec![];
    }
    if model.is_full_screen() {
        return preview::leave_whole(model);
    }
    if model.is_filtering() {
        return browse::leave_filter(model).unwrap_or_default();
    }
    if let Some(effects) = delivery::cancel(model) {
        model.notice = Some(Notice::Done("Cancelled".to_owned()));
        return effects;
    }
    // The user did not ask for this request, so Esc has more relevant things to cancel first.
    let is_requested = !model.lookup.is_refreshing_listed();
    if is_requested && let Some(request) = model.lookup.cancel() {
        return cancelled(model, request);
    }
    if let Some(effects) = browse::stop_loading(model) {
        model.notice = Some(Notice::Done("Cancelled".to_owned()));
        return effects;
    }
    if browse::give_up_resuming(model) {
        model.notice = Some(Notice::Done("Cancelled".to_owned()));
        return vec![];
    }
    if let Some(effects) = browse::leave_filter(model) {
        return effects;
    }
    if let Some(request) = model.lookup.cancel() {
        return cancelled(model, request);
    }
    if model.focus == Pane::Image {
        return focus(model, model.before_image);
    }
    if let Some(request) = preview::cancel(model) {
        return cancelled(model, request);
    }
    vec![]
}

fn cancelled(model: &mut Model, request: RequestId) -> Vec<Effect> {
    model.notice = Some(Notice::Done("Cancelled".to_owned()));
    vec![Effect::Abort(request)]
}

pub(crate) fn focus(model: &mut Model, pane: Pane) -> Vec<Effect> {
    if model.focus == Pane::Image && pane != Pane::Image {
        lookup::restore_input(model);
    }
    go_to(model, pane)
}

/// Moves the focus without restoring the text of the Image pane.
pub(crate) fn go_to(model: &mut Model, pane: Pane) -> Vec<Effect> {
    model.clear_overlays();
    model.browse.filter.typing = false;
    model.preview.whole = false;
    if pane == Pane::Image && model.focus != Pane::Image {
        model.before_image = model.focus;
    }
    model.focus = pane;
    vec![]
}

/// The direction in which to cycle through the panes.
#[derive(Clone, Copy)]
enum Step {
    Ahead,
    Back,
}

fn focus_next(model: &mut Model, step: Step) -> Vec<Effect> {
    let panes: Vec<Pane> = Pane::ALL.into_iter().filter(|pane| model.has(*pane)).collect();
    let at = panes.iter().position(|pane| *pane == model.focus).unwrap_or(0);
    let to = match step {
        Step::Ahead => at + 1,
        Step::Back => at + panes.len() - 1,
    };
    let mut effects = focus(model, panes[to % panes.len()]);
    effects.extend(browse::follow_first(model));
    effects
}

fn move_by(model: &mut Model, motion: Motion) -> Vec<Effect> {
    let rows = dialogs::rows(model);
    if let Some(overlay) = &mut model.overlay {
        if let Some(scroll) = overlay.scroll_mut() {
            scroll.by(motion, model.viewports.overlay);
        }
        if let Some(cursor) = overlay.cursor_mut() {
            *cursor = moved(*cursor, motion, rows, model.viewports.overlay.height);
        }
        return vec![];
    }
    match model.focus {
        Pane::Image => {}
        Pane::Browse => return browse::move_by(model, motion),
        Pane::Preview => return preview::move_by(model, motion),
        Pane::Details => model.details.by(motion, model.viewports.details),
        Pane::Variants => {
            let count = model.lookup.variants().count();
            model.lookup.selected =
                moved(model.lookup.selected, motion, count, model.viewports.variants.height);
        }
    }
    vec![]
}

pub(crate) fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    explain::pasted(model, text)
}

pub(crate) fn warn_of_flexible(model: &mut Model) {
    dialogs::warn_of_flexible(model);
}
