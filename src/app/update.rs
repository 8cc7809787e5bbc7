//! Applies messages to the model, and returns the effects that follow.
//!
//! A feature's transitions are in its own folder. What concerns several features is composed here.

use std::mem;

use jiff::Timestamp;

use super::actions::{Run, update as actions};
use super::browse::{CursorTarget, Paging, cursor, marks, pages, search, sync, update as browse};
use super::custom_command::update as custom_command;
use super::delivery::update as delivery;
use super::dialogs::update as dialogs;
use super::explain::update as explain;
use super::gallery::update as gallery;
use super::input::update::{self as input, Entered};
use super::keymap::row_of_double_click;
use super::lookup::update as lookup;
use super::preview::flip::{self, Flip};
use super::preview::{larger, update as preview, zoom as preview_zoom};
use super::profiles::{ProfileName, update as profiles};
use super::save::update as save;
use super::scroll::Scroll;
use super::selection::{Selection, acts_on_marked, image_to_act_on, url_to_act_on};
use super::{Action, Confirmation, Effect, Event, Message, Model, Motion, Overlay, Pane, RequestId, Target};
use super::{back, motion, mouse};
use crate::domain::{Budget, Failure, FetchedVia, Image};

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
    effects.extend(gallery::follow(model));
    actions::follow(model);
    effects
}

/// When to send [`Event::Woke`]. `None` while nothing on the screen moves and nothing is due later.
pub fn next_wake(model: &Model) -> Option<Timestamp> {
    [
        model.lookup.next_wake(model.now),
        model.browse.next_wake(model.now),
        model.preview.next_wake(),
        model.gallery.next_wake(),
        next_countdown(model),
        // Pages resume then; no other event would trigger them.
        model.budget_expires_at().filter(|_| model.browse.wants_more()),
    ]
    .into_iter()
    .flatten()
    .min()
}

/// When the visible countdown of a signed URL changes.
fn next_countdown(model: &Model) -> Option<Timestamp> {
    let seen = matches!(model.overlay, Some(Overlay::Signed))
        || model.current_url().is_some_and(|url| model.delivery.signed_url_for(&url).is_some());
    let active = model.delivery.active_url.as_ref().filter(|_| seen)?;
    active.next_change(model.now)
}

fn on_action(model: &mut Model, action: Action) -> Vec<Effect> {
    model.chord = None;
    match action {
        // The notice may ask to repeat the chord.
        Action::StartChord(first) => {
            model.chord = Some(first);
            vec![]
        }
        Action::DropChord => vec![],
        action => on_whole_action(model, action),
    }
}

fn on_whole_action(model: &mut Model, action: Action) -> Vec<Effect> {
    model.notice = None;
    let confirmation = model.confirmation.take();
    let last_click = model.last_click.take();
    model.lookup.opens_json = false;
    match action {
        Action::Quit => return vec![Effect::Quit],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Repaint => return vec![Effect::Repaint],
        Action::StartDemo => return vec![Effect::SwitchProfile(ProfileName::Demo)],
        Action::SwitchProfile => profiles::open(model),
        Action::Back => return back::go_back(model),
        Action::ShowActions => actions::toggle(model),
        Action::FocusNext => return motion::focus_next(model, Pane::ALL.into_iter()),
        Action::FocusPrevious => return motion::focus_next(model, Pane::ALL.into_iter().rev()),
        Action::FocusImage => model.focus_image(),
        Action::Edit(edit) => {
            let entered = input::edit(model, edit);
            return on_entered(model, entered);
        }
        Action::Paste(text) => {
            let entered = input::paste(model, &text.0);
            return on_entered(model, entered);
        }
        Action::PreviousInput => model.input.recall_earlier(),
        Action::NextInput => model.input.recall_later(),
        Action::LookUp => return look_up(model),
        Action::Refresh => {
            model.gallery.retry();
            let forgotten = preview::refresh(model);
            return forgotten.into_iter().chain(lookup::refresh(model)).collect();
        }
        Action::Move(direction) => return motion::move_by(model, direction),
        Action::Deliver(action) => return delivery::start(model, action, confirmation),
        Action::CopyAs => {
            if acts_on_marked(model) || image_to_act_on(model, "copied") {
                // To confirm an unsigned copy, the user chooses the format once more.
                model.confirmation = confirmation.filter(|confirmation| confirmation.action.is_format());
                dialogs::open_copy_formats(model);
            }
        }
        Action::RunCommand(index) => return custom_command::run(model, index, save::default_picture),
        Action::Save => save::open(model),
        Action::ToggleOriginal => save::toggle_original(model),
        Action::Sign => {
            if url_to_act_on(model, "signed", false).is_some() {
                dialogs::open_lifetimes(model);
            }
        }
        Action::Flexible => {
            if url_to_act_on(model, "built", false).is_some() {
                dialogs::open_flexible(model);
            }
        }
        Action::Explain => return explain::explain(model),
        Action::Confirm => return confirm(model, confirmation),
        Action::Pick(row) => return pick(model, row, confirmation),
        Action::Complete => dialogs::complete(model),
        Action::SelectVariant(index) => lookup::select_variant(model, index),
        Action::PreviousVariant => lookup::step_variant(model, Motion::Up),
        Action::NextVariant => lookup::step_variant(model, Motion::Down),
        Action::Browse => return browse::show(model),
        Action::Preview => preview::toggle(model),
        Action::FullScreenPicture
        | Action::Zoom(_)
        | Action::FlipPicture
        | Action::StepFrame { .. }
        | Action::Play => {
            return on_picture_action(model, &action);
        }
        Action::Gallery => return toggle_gallery(model),
        Action::ResizeTiles { larger } => gallery::resize_tiles(model, larger),
        Action::Filter => return browse::filter(model),
        Action::FilterAccess => {
            let effects = browse::show(model);
            return effects.into_iter().chain(search::filter_next_access(model)).collect();
        }
        Action::ApplyFilter => model.browse.filter.typing = false,
        Action::ShowVariants => return show_variants(model),
        Action::LoadAll => return browse::load_all(model),
        Action::Reload => return reload(model),
        Action::Sort => return browse::sort(model),
        Action::Mark => {
            model.browse.toggle_mark();
            return browse::move_by(model, Motion::Down);
        }
        Action::MarkAll => return marks::mark_all(model).into_iter().collect(),
        Action::UnmarkAll => model.browse.unmark_all(),
        Action::ShowUrl => return show_url(model),
        Action::ShowJson => return show_json(model),
        Action::Click(target) => {
            // Choosing a row of a dialog is part of repeating the delivery.
            model.confirmation = confirmation.filter(|_| model.overlay.is_some());
            let is_double = last_click.is_some_and(|last| last.is_doubled_by(target, model.now));
            // An overlay may have opened between the clicks.
            let is_on_top = matches!(target, Target::OverlayRow(_)) == model.overlay.is_some();
            return if is_double && is_on_top { press_enter(model) } else { mouse::click(model, target) };
        }
        Action::StartChord(_) | Action::DropChord => {}
        Action::Wheel(target, direction) => return mouse::scroll(model, target, direction),
    }
    vec![]
}

/// Accepts what is chosen or typed in the dialog on top.
fn confirm(model: &mut Model, confirmation: Option<Confirmation>) -> Vec<Effect> {
    match &model.overlay {
        Some(Overlay::Actions(_)) => match actions::choose(model) {
            Some(Run::Action(action)) => on_action(model, action),
            Some(Run::Filter(text)) => browse::open_filter(model, text),
            None => vec![],
        },
        Some(Overlay::Save(_)) => save::confirm(model),
        Some(Overlay::Profiles(_)) => profiles::confirm(model).into_iter().collect(),
        _ => {
            let chosen = dialogs::confirm(model);
            chosen.map_or(vec![], |action| delivery::start(model, action, confirmation))
        }
    }
}

/// Accepts a row of the dialog on top, by index.
fn pick(model: &mut Model, row: usize, confirmation: Option<Confirmation>) -> Vec<Effect> {
    if let Some(Overlay::Profiles(_)) = &model.overlay {
        return profiles::pick(model, row).into_iter().collect();
    }
    let chosen = dialogs::pick(model, row);
    chosen.map_or(vec![], |action| delivery::start(model, action, confirmation))
}

/// Does what Enter does by default.
fn press_enter(model: &mut Model) -> Vec<Effect> {
    row_of_double_click(model).map_or(vec![], |row| on_action(model, row.action.clone()))
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
        Event::Started(image) => return start(model, image.map(|image| image.0)),
        Event::ImageFetched(request, response) => return on_image_fetched(model, request, response),
        Event::OptionsFetched(request, response) => {
            if model.lookup.options.complete(request, response) {
                model.gallery.on_options();
            }
        }
        Event::PageFetched(request, response) => return sync::on_page_fetched(model, request, response),
        Event::IndexChunk(stored) => return sync::on_index_chunk(model, stored),
        Event::IndexRead(read) => return sync::on_index_read(model, read),
        Event::IndexFailed(why) => model.warn(why),
        Event::TotalFetched(request, response) => _ = model.browse.total.complete(request, response),
        Event::FilterMatched { generation, matches, searched } => {
            return search::on_matches(model, generation, matches, searched);
        }
        Event::NamesSorted(generation, order) => model.browse.set_name_order(generation, order),
        Event::Waiting(request, wait) if model.lookup.image.pending_request() == Some(request) => {
            model.lookup.wait = Some(wait);
        }
        Event::Waiting(request, wait) => model.browse.set_wait(request, wait),
        Event::BudgetChanged(budget) => {
            let was_low = model.budget.replace(budget).is_some_and(Budget::is_low);
            model.budget_at = model.now;
            if was_low && !budget.is_low() {
                return pages::load_more(model).into_iter().collect();
            }
        }
        Event::Copied { text, outcome } => delivery::on_copied(model, text, outcome),
        Event::Opened { url, outcome } => delivery::on_opened(model, url, outcome),
        Event::Signed(request, response) => return delivery::on_signed(model, request, response),
        Event::SizeProbed(request, response) => {
            if let (Ok(info), Some((id, picture))) = (&response, model.delivery.probed_picture(request))
                && model.lookup.shown().is_some_and(|shown| shown.id == *id)
            {
                model.preview.record_for(id, picture, info);
            }
            return delivery::on_size_probed(model, request, &response);
        }
        Event::Verified(request, response) => return delivery::on_verified(model, request, response),
        Event::PictureSaved(request, response) => save::on_saved(model, request, response),
        Event::SaveProgress(request, done) => save::on_progress(model, request, done),
        Event::PicturesSaved(request, response) => save::on_all_saved(model, request, response),
        Event::Explained(request, response) => return explain::on_explained(model, request, response),
        Event::PictureShown(request, response) => {
            // The original says nothing about the variant.
            let is_original = matches!(&response, Ok(info) if info.via == Some(FetchedVia::Original));
            if model.preview.picture.pending_request() == Some(request)
                && !is_original
                && let Some(subject) = model.preview.subject()
            {
                model.delivery.note_flexible(&subject.name, response.as_ref().err());
            }
            return preview::on_shown(model, request, response);
        }
        Event::PictureFetched(request, response) => larger::on_fetched(model, request, response),
        Event::FrameShown(request, frame_delay) => {
            model.preview.on_frame_shown(request, frame_delay, model.now);
        }
        Event::ThumbShown(key, result) => {
            if let Err(failure) = &result {
                model.delivery.note_flexible("", Some(failure));
            }
            model.gallery.on_thumb_shown(&key, result);
        }
        Event::CommandStarted(request) => custom_command::on_started(model, request),
        Event::CommandEnded(request, result) => custom_command::on_ended(model, request, result),
        Event::SwitchCancelled => model.done("Cancelled"),
        Event::SwitchFailed(name, failure) => profiles::on_failed(model, &name, &failure),
        Event::PictureLost => {
            model.preview.redraw();
            model.gallery.redraw();
        }
        Event::Resized => {}
        Event::Woke => return on_woke(model),
        Event::TimeZoneLoaded(zone) => model.zone = Some(zone),
        Event::GraphicsDetected(graphics) => {
            model.graphics = Some(graphics);
            model.preview.redraw();
            model.gallery.redraw();
        }
        Event::HistoryRead(earlier) => model.input.add_earlier(earlier),
        Event::Drawn(viewports) => {
            model.viewports = viewports;
            return browse::start(model);
        }
    }
    vec![]
}

/// Starts the program, perhaps with an image from the command line.
fn start(model: &mut Model, image: Option<String>) -> Vec<Effect> {
    let mut effects = vec![Effect::ReadHistory];
    match image {
        Some(image) => {
            model.input.replace(&image);
            effects.extend(look_up(model));
        }
        None => effects.extend(browse::show(model)),
    }
    effects
}

fn on_entered(model: &mut Model, entered: Entered) -> Vec<Effect> {
    match entered {
        Entered::Text => vec![],
        Entered::FilterText => search::start(model),
        Entered::Reference => look_up(model),
    }
}

/// Looks up the image named in the Image pane, and remembers the URL that named it, to explain it.
fn look_up(model: &mut Model) -> Vec<Effect> {
    let typed = model.input.text().to_owned();
    let Some(mut effects) = lookup::look_up(model) else { return vec![] };
    model.browse.cursor_target = CursorTarget::Shown;
    effects.extend(explain::pasted(model, &typed));
    effects.extend(leave_empty_variants(model));
    effects
}

/// Goes to the list if a lookup failed and there is no image whose variants could be shown.
fn leave_empty_variants(model: &mut Model) -> Vec<Effect> {
    let has_nothing = model.lookup.image.failure().is_some() && model.lookup.shown().is_none();
    if has_nothing && model.focus == Pane::Variants && model.overlay.is_none() {
        model.before_image = Pane::Browse;
        return browse::show(model);
    }
    vec![]
}

fn on_image_fetched(
    model: &mut Model,
    request: RequestId,
    response: Result<Box<Image>, Failure>,
) -> Vec<Effect> {
    let is_loaded = response.is_ok();
    let Some(changes) = model.lookup.complete(request, response.map(|image| *image)) else { return vec![] };
    if changes.flexible {
        dialogs::warn_of_flexible(model);
    }
    let is_refresh = model.lookup.refresh.take() == Some(request);
    if is_refresh && is_loaded && !changes.image && model.notice.is_none() {
        model.done("Fetched the image again");
    }
    if changes.image {
        model.details = Scroll::default();
        cursor::move_cursor_to_shown(model);
    }
    if mem::take(&mut model.lookup.opens_json) {
        model.notice = None;
        if is_loaded && model.can_open_overlay() {
            model.push_overlay(Overlay::Json);
        }
    }
    let mut effects = if is_loaded { sync::on_image_updated(model) } else { leave_empty_variants(model) };
    if changes.upload {
        effects.extend(preview::on_replaced(model));
    }
    effects
}

fn toggle_gallery(model: &mut Model) -> Vec<Effect> {
    gallery::toggle(model);
    let mut effects = browse::start_hidden(model);
    effects.extend(lookup::need_options(model));
    effects
}

/// Changes how the picture is shown.
fn on_picture_action(model: &mut Model, action: &Action) -> Vec<Effect> {
    match action {
        Action::FullScreenPicture => {
            preview::toggle_full_screen(model);
            // On the full screen, ↑ and ↓ walk the images of the list.
            if model.is_full_screen() {
                return browse::start_hidden(model);
            }
        }
        Action::Zoom(step) => preview_zoom::zoom(model, *step, None),
        Action::FlipPicture => return flip_picture(model),
        Action::StepFrame { forward } => return model.preview.step_frame(*forward).into_iter().collect(),
        _ => model.preview.play(),
    }
    vec![]
}

/// Flips back to the picture that was shown before, and to its image and variant.
fn flip_picture(model: &mut Model) -> Vec<Effect> {
    let id = match flip::other(model) {
        Flip::Image(id) => id,
        Flip::Nothing => {
            model.warn("No other picture was shown before.");
            return vec![];
        }
    };
    let mut effects = Vec::new();
    if model.lookup.shown().is_none_or(|image| image.id != id) {
        model.browse.move_cursor_to_id(id.as_str());
        if model.browse.id_under_cursor() == Some(id.as_str()) {
            effects = browse::go_to_row(model, model.browse.cursor);
        } else if let Some((image, known_at)) = model.preview.other_image() {
            // A filter hides it, or it was never listed.
            effects.extend(cursor::show_known(model, image, known_at));
        }
    }
    flip::flip(model);
    effects
}

fn on_woke(model: &mut Model) -> Vec<Effect> {
    let mut effects = lookup::request_rested(model);
    effects.extend(pages::resume(model));
    if model.budget_expires_at().is_some_and(|at| at <= model.now) {
        effects.extend(pages::load_more(model));
    }
    effects
}

/// Lists the whole account again, and fetches its variant options again.
fn reload(model: &mut Model) -> Vec<Effect> {
    model.gallery.retry();
    let is_first = model.browse.paging == Paging::NotStarted;
    let mut effects = browse::show(model);
    if model.offline.is_none() && !is_first {
        effects.extend(sync::restart(model));
        effects.extend(lookup::reload_options(model));
    }
    effects
}

/// Goes to the variants of the image under the cursor. From here on the screen is about that image alone.
fn show_variants(model: &mut Model) -> Vec<Effect> {
    lookup::dismiss(model);
    browse::show_variants(model).into_iter().collect()
}

/// Shows the whole URL of the selected variant, or closes it. From here on the screen is about its image alone.
fn show_url(model: &mut Model) -> Vec<Effect> {
    if model.overlay.as_ref().is_some_and(Overlay::is_whole_url) {
        model.pop_overlay();
        return vec![];
    }
    lookup::dismiss(model);
    delivery::show_url(model)
}

/// Shows the JSON of the image shown, and fetches it first if the image is from the list.
fn show_json(model: &mut Model) -> Vec<Effect> {
    if !image_to_act_on(model, "shown") {
        return vec![];
    }
    if model.lookup.listed_at.is_none() {
        model.push_overlay(Overlay::Json);
        return vec![];
    }
    model.lookup.opens_json = true;
    lookup::fetch_listed(model)
}
