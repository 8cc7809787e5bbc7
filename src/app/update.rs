//! What every message changes, and what it asks of the outside.

mod acting;
mod browsing;
mod choosing;
mod handing;
mod looking_up;
mod measuring;
mod previewing;
mod telling;
mod verifying;

use jiff::{SignedDuration, Timestamp};

use self::acting::Target;
use self::handing::Wish;
use super::keys::key_of;
use super::scroll::{Scroll, moved};
use super::{Action, Effect, Event, Message, Model, Motion, Notice, Overlay, Pane, RequestId};
use crate::domain::Budget;

/// How often the sign of work moves: four times a second says that we are alive, and wakes the processor little.
pub const SPIN: SignedDuration = SignedDuration::from_millis(250);

/// Changes the model by one message. All behaviour is here, and no deed.
#[must_use]
pub fn update(model: &mut Model, message: Message, now: Timestamp) -> Vec<Effect> {
    model.now = now;
    let mut effects = match message {
        Message::Action(action) => act(model, action),
        Message::Event(event) => learn_while_armed(model, event),
    };
    verifying::forget_pasted(model);
    effects.extend(previewing::follow(model));
    effects
}

/// When the program wants to be woken: only while something on the screen moves, or the cursor has to rest a little
/// longer.
pub fn next_wake(model: &Model) -> Option<Timestamp> {
    [
        next_spin(model),
        next_second(model),
        next_countdown(model),
        model.lookup.ask_at,
        model.preview.ask_at,
        model.preview.frame_at,
        model.browse.resume.map(|resume| resume.at),
        // Nothing else would ask how many requests are left by then.
        model.budget_expires_at().filter(|_| model.browse.wants_more()),
    ]
    .into_iter()
    .flatten()
    .min()
}

fn next_spin(model: &Model) -> Option<Timestamp> {
    model.lookup.image.awaited()?;
    let passed = model.now.duration_since(model.lookup.since).as_millis();
    let spins = passed / SPIN.as_millis() + 1;
    let millis = i64::try_from(spins * SPIN.as_millis()).ok()?;
    model.lookup.since.checked_add(SignedDuration::from_millis(millis)).ok()
}

/// When the pause of a page in flight has one second less.
fn next_second(model: &Model) -> Option<Timestamp> {
    let until = model.browse.wait.as_ref()?.until;
    let left = until.duration_since(model.now).as_millis();
    let millis = i64::try_from((left - 1).max(0) % 1000 + 1).ok()?;
    (left > 0).then(|| model.now.checked_add(SignedDuration::from_millis(millis)).ok())?
}

/// When the countdown of the signed URL that is seen says something else.
fn next_countdown(model: &Model) -> Option<Timestamp> {
    let seen = matches!(model.overlay, Some(Overlay::Signed(_)))
        || model.current_url().is_some_and(|url| model.signing.held_of(&url).is_some());
    let held = model.signing.held.as_ref().filter(|_| seen)?;
    held.next_change(model.now)
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
            if matches!(model.overlay, Some(Overlay::Help(_))) {
                model.lift();
            } else {
                model.lay(Overlay::Help(Scroll::default()));
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
                browsing::ask(model)
            } else {
                vec![]
            }
        }
        Action::Edit(edit) => {
            model.input.edit(edit);
            vec![]
        }
        Action::Paste(text) => looking_up::paste(model, &text.0),
        Action::Earlier => {
            model.input.recall_earlier();
            vec![]
        }
        Action::Later => {
            model.input.recall_later();
            vec![]
        }
        Action::LookUp => looking_up::look_up(model),
        Action::Refresh => {
            let mut effects = previewing::refresh(model);
            effects.extend(looking_up::refresh(model));
            effects
        }
        Action::Move(motion) => move_by(model, motion),
        Action::Open => acting::act(model, Wish::open(), armed),
        Action::Copy => acting::act(model, Wish::copy(), armed),
        Action::CopyAs => choosing::choose_form(model, armed),
        Action::Sign => choosing::choose_lifetime(model),
        Action::Verify => acting::act(model, Wish::verify(), armed),
        Action::Flexible => choosing::build_flexible(model),
        Action::Explain => verifying::explain(model),
        Action::Take => choosing::take(model, armed),
        Action::Pick(row) => choosing::pick(model, row, armed),
        Action::Complete => {
            choosing::complete(model);
            vec![]
        }
        Action::Browse => browsing::toggle(model),
        Action::Preview => previewing::toggle(model),
        Action::WholePicture => previewing::toggle_whole(model),
        Action::Filter => browsing::filter(model),
        Action::KeepFilter => {
            model.browse.filter.typing = false;
            vec![]
        }
        Action::ShowVariants => browsing::show_variants(model),
        Action::LoadAll => browsing::load_all(model),
        Action::ReadAnew => browsing::read_anew(model),
        Action::Sort => browsing::sort(model),
        Action::Mark => {
            model.browse.toggle_mark();
            browsing::move_by(model, Motion::Down)
        }
        Action::MarkAll => browsing::mark_all(model),
        Action::UnmarkAll => {
            model.browse.unmark_all();
            vec![]
        }
        Action::ShowUrl => acting::show_url(model),
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
        model.lay(Overlay::Json(Scroll::default()));
    }
}

/// Disarms a second press if the event gives the key something else to act on.
fn learn_while_armed(model: &mut Model, event: Event) -> Vec<Effect> {
    if model.armed.is_none() {
        return learn(model, event);
    }
    let (target, notice) = (Target::of(model), model.notice.clone());
    let effects = learn(model, event);
    if target != Target::of(model) {
        model.armed = None;
        // It asks for the second press.
        if model.notice == notice {
            model.notice = None;
        }
    }
    effects
}

fn learn(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Started(image) => looking_up::start(model, image.map(|image| image.0)),
        Event::ImageFetched(request, answer) => looking_up::image_fetched(model, request, answer),
        Event::OptionsFetched(request, answer) => {
            model.lookup.options.settle(request, answer);
            vec![]
        }
        Event::PageFetched(request, answer) => browsing::page_fetched(model, request, answer),
        Event::IndexPart(stored) => browsing::index_part(model, stored),
        Event::IndexRead(read) => browsing::index_read(model, read),
        Event::IndexFailed(why) => {
            model.notice = Some(Notice::Warning(why));
            vec![]
        }
        Event::TotalFetched(request, answer) => {
            model.browse.total.settle(request, answer);
            vec![]
        }
        Event::Found { generation, matches, searched } => {
            browsing::found(model, generation, matches, searched)
        }
        Event::Sorted(generation, order) => {
            model.browse.sorted(generation, order);
            vec![]
        }
        Event::Waiting(request, wait) => {
            if model.lookup.image.awaited() == Some(request) {
                model.lookup.wait = Some(wait);
            } else {
                browsing::waiting(model, request, wait);
            }
            vec![]
        }
        Event::BudgetTold(budget) => {
            let was_low = model.budget.replace(budget).is_some_and(Budget::is_low);
            model.budget_at = model.now;
            if was_low && !budget.is_low() { browsing::more(model) } else { vec![] }
        }
        Event::Copied { text, outcome: Ok(way) } => {
            acting::handed_over(model, &text, text.done("Copied", &format!("({way})")))
        }
        Event::Opened { url, outcome: Ok(()) } => {
            let words = handing::opened(model, &url);
            acting::handed_over(model, &url, words)
        }
        Event::Copied { text: url, outcome: Err(failure) } | Event::Opened { url, outcome: Err(failure) } => {
            acting::failed(model, url, failure)
        }
        Event::Signed(request, answer) => handing::signed(model, request, answer),
        Event::Measured(request, answer) => measuring::measured(model, request, answer),
        Event::Verified(request, verdict) => verifying::verified(model, request, *verdict),
        Event::Explained { request, explanation } => verifying::explained(model, request, explanation),
        Event::PictureShown(request, answer) => previewing::shown(model, request, answer),
        Event::PictureMoved(request, stands) => {
            previewing::moved(model, request, stands);
            vec![]
        }
        Event::PictureLost => {
            previewing::lost(model);
            vec![]
        }
        Event::Resized => vec![],
        Event::Woke => {
            let mut effects = looking_up::ask_for_rested(model);
            effects.extend(browsing::resume(model));
            if model.budget_expires_at().is_some_and(|at| at <= model.now) {
                effects.extend(browsing::more(model));
            }
            effects
        }
        Event::ZoneFound(zone) => {
            model.zone = Some(zone);
            vec![]
        }
        Event::GraphicsFound(graphics) => {
            model.graphics = Some(graphics);
            previewing::lost(model);
            vec![]
        }
        Event::EarlierRead(earlier) => {
            model.input.earlier_read(earlier);
            vec![]
        }
        Event::Drawn(reach) => {
            model.reach = reach;
            browsing::begin(model)
        }
    }
}

fn back(model: &mut Model) -> Vec<Effect> {
    if model.lift() {
        return vec![];
    }
    if model.is_whole() {
        return previewing::leave_whole(model);
    }
    if model.is_filtering() {
        return browsing::leave_filter(model).unwrap_or_default();
    }
    if let Some(effects) = handing::stop(model) {
        model.notice = Some(Notice::Done("Cancelled".to_owned()));
        return effects;
    }
    // What no person asked for is in nobody's way.
    let asked_for = !model.lookup.refreshes_listed();
    if asked_for && let Some(request) = model.lookup.cancel() {
        return cancelled(model, request);
    }
    if let Some(effects) = browsing::stop_loading(model) {
        model.notice = Some(Notice::Done("Cancelled".to_owned()));
        return effects;
    }
    if browsing::give_up_resuming(model) {
        model.notice = Some(Notice::Done("Cancelled".to_owned()));
        return vec![];
    }
    if let Some(effects) = browsing::leave_filter(model) {
        return effects;
    }
    if let Some(request) = model.lookup.cancel() {
        return cancelled(model, request);
    }
    if model.focus == Pane::Image {
        return focus(model, model.before_image);
    }
    if let Some(request) = previewing::cancel(model) {
        return cancelled(model, request);
    }
    vec![]
}

fn cancelled(model: &mut Model, request: RequestId) -> Vec<Effect> {
    model.notice = Some(Notice::Done("Cancelled".to_owned()));
    vec![Effect::Abort(request)]
}

fn focus(model: &mut Model, pane: Pane) -> Vec<Effect> {
    if model.focus == Pane::Image && pane != Pane::Image {
        looking_up::restore_input(model);
    }
    go_to(model, pane)
}

/// Moves the focus, whatever stands in Image.
fn go_to(model: &mut Model, pane: Pane) -> Vec<Effect> {
    model.lift_all();
    model.browse.filter.typing = false;
    model.preview.whole = false;
    if pane == Pane::Image && model.focus != Pane::Image {
        model.before_image = model.focus;
    }
    model.focus = pane;
    vec![]
}

/// Which way round the panes are gone through.
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
    effects.extend(browsing::follow_first(model));
    effects
}

fn move_by(model: &mut Model, motion: Motion) -> Vec<Effect> {
    let rows = choosing::rows(model);
    if let Some(overlay) = &mut model.overlay {
        if let Some(scroll) = overlay.scroll_mut() {
            scroll.by(motion, model.reach.overlay);
        }
        if let Some(cursor) = overlay.cursor_mut() {
            *cursor = moved(*cursor, motion, rows, model.reach.overlay.height);
        }
        return vec![];
    }
    match model.focus {
        Pane::Image => {}
        Pane::Browse => return browsing::move_by(model, motion),
        Pane::Preview => return previewing::move_by(model, motion),
        Pane::Details => model.details.by(motion, model.reach.details),
        Pane::Variants => {
            let count = model.lookup.variants().count();
            model.lookup.selected = moved(model.lookup.selected, motion, count, model.reach.variants.height);
        }
    }
    vec![]
}
