//! The preview: follows the image, the selected variant, and the size of the pane.

use jiff::SignedDuration;

use super::larger;
use super::state::{Picture, Place, UNREQUESTED};
use super::subject::subject;
use crate::app::problem::FEW_REQUESTS_LEFT;
use crate::app::{Action, Effect, Keymap, Model, Pane, RequestId};
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::{Access, Failure, FailureKind, PictureInfo, PictureSource};

/// How long the cursor rests before another picture is requested: longer than the repeat rate of a held key. After a
/// rest this long, single key presses request at once.
const CURSOR_REST: SignedDuration = SignedDuration::from_millis(80);

/// Shows or hides the picture. The focus goes to it if only one pane is visible, and leaves it if it is hidden.
pub(crate) fn toggle(model: &mut Model) {
    let is_visible =
        if model.viewports.single { model.focus == Pane::Preview } else { model.has(Pane::Preview) };
    model.preview.place = if is_visible { Place::Hidden } else { Place::Pane };
    if is_visible && model.focus == Pane::Preview {
        model.focus_pane(Pane::Variants);
    } else if model.viewports.single {
        model.focus_pane(Pane::Preview);
    }
}

/// Shows the picture on the full screen, or leaves it.
pub(crate) fn toggle_full_screen(model: &mut Model) {
    if model.is_full_screen() {
        leave_full_screen(model);
        return;
    }
    let before = model.focus;
    model.preview.place = Place::Pane;
    model.focus_pane(Pane::Preview);
    model.preview.place = Place::FullScreen;
    model.preview.pane_before_full_screen = (before != Pane::Preview).then_some(before);
}

/// Leaves the full screen, and returns the focus to the pane that had it.
pub(crate) fn leave_full_screen(model: &mut Model) {
    model.preview.place = Place::Pane;
    if let Some(pane) = model.preview.pane_before_full_screen.take().filter(|pane| model.has(*pane)) {
        model.focus_pane(pane);
    }
}

/// Requests the picture if what is shown or its space has changed: at once, or after a rest if the subject changes
/// quickly. Advances animations while they are visible. Called after every message.
pub(crate) fn follow(model: &mut Model) -> Vec<Effect> {
    if !model.is_full_screen() {
        model.preview.zoom = None;
        // Beside the variants, the picture is the selected one's, or what the user flipped to.
        model.preview.instead = model.preview.instead.take().filter(|_| model.preview.flip.is_comparing);
    }
    let Some(cells) = available_cells(model) else { return hide(model) };
    let mut effects = Vec::new();
    let subject = subject(model);
    if subject != model.preview.subject {
        let is_moving = model.now.duration_since(model.preview.changed_at) < CURSOR_REST
            && !model.preview.flip.is_switching;
        let delay = if is_moving { CURSOR_REST } else { SignedDuration::ZERO };
        model.preview.changed_at = model.now;
        model.preview.request_at =
            subject.is_some().then(|| model.now.saturating_add(delay).unwrap_or(model.now));
        let known_at = model.lookup.listed_at.unwrap_or(model.now);
        let image = model.lookup.shown().map(|image| (image.clone(), known_at));
        effects.extend(model.preview.set_subject(subject, image));
        let preview = &mut model.preview;
        if preview.picture.value().is_some() && (cells, preview.zoom) == (preview.cells, preview.drawn_zoom) {
            // The picture that was shown before is drawn already.
            preview.request_at = None;
            preview.flip.until_drawn = None;
        }
    } else if (cells, model.preview.zoom) != (model.preview.cells, model.preview.drawn_zoom)
        && model.preview.request_at.is_none()
        && model.preview.subject.is_some()
        && (model.preview.picture.pending_request().is_none() || model.preview.cells == UNREQUESTED)
    {
        // Dragging the window's edge should not restart a download at every step. Once it completes, the bytes are
        // cached.
        model.preview.request_at = Some(model.now);
    }
    model.preview.flip.is_switching = false;
    if model.preview.request_at.is_some_and(|at| at <= model.now) {
        model.preview.request_at = None;
        effects.extend(show_effect(model, cells));
    }
    effects.extend(larger::follow(model));
    if model.overlay.is_none() {
        effects.extend(model.preview.next_frame(model.now));
    } else {
        // Below a dialog, an animation stands still.
        model.preview.frame_at = None;
    }
    effects
}

/// Cancels what is due while no picture is visible, and drops a picture of something else: otherwise it would be drawn
/// once more when there is room again.
fn hide(model: &mut Model) -> Vec<Effect> {
    model.preview.frame_at = None;
    if model.preview.request_at.take().is_some() {
        model.preview.cells = UNREQUESTED;
    }
    if model.preview.subject.is_none() || subject(model) == model.preview.subject {
        return vec![];
    }
    let aborted = model.preview.set_subject(None, None);
    aborted.into_iter().chain(prefetch(model, vec![])).collect()
}

/// Handles the response for a picture. Ignores stale ones and returns `None`.
pub(crate) fn on_shown(
    model: &mut Model,
    request: RequestId,
    response: Result<PictureInfo, Failure>,
) -> Vec<Effect> {
    let preview = &mut model.preview;
    if let Ok(info) = &response
        && preview.picture.pending_request() == Some(request)
    {
        preview.record(info);
    }
    if !preview.picture.complete(request, response.map(|info| Picture { drawn: request, info })) {
        return vec![];
    }
    preview.flip.until_drawn = None;
    preview.stop_frames();
    // A failure stays the same whatever the size.
    if preview.picture.failure().is_some()
        && let Some(cells) = available_cells(model)
    {
        model.preview.cells = cells;
    }
    let sources = neighbours(model);
    prefetch(model, sources).into_iter().collect()
}

/// Stops loading the picture. A previous one stays.
pub(crate) fn cancel(model: &mut Model) -> Option<Effect> {
    let abort = model.preview.picture.cancel()?;
    if model.preview.picture.value().is_none() {
        model.preview.picture.fail(Failure::other("Cancelled", load_hint(&model.keymap)));
    }
    Some(abort)
}

fn load_hint(keymap: &Keymap) -> String {
    format!("Press {} to load it.", keymap.key_of(&Action::Refresh))
}

/// Fetches the picture again, and drops everything cached for its image.
pub(crate) fn refresh(model: &mut Model) -> Option<Effect> {
    model.preview.mark_stale();
    model.lookup.shown().map(|image| Effect::ForgetPictures(image.id.clone()))
}

/// Drops everything known of the pictures, as another picture was uploaded under the image's ID.
pub(crate) fn on_replaced(model: &mut Model) -> Option<Effect> {
    model.preview.forget();
    refresh(model)
}

/// The columns and rows for the picture. `None` if it is not visible.
fn available_cells(model: &Model) -> Option<(u16, u16)> {
    let cells = model.viewports.preview;
    let drawable = model.graphics.is_some_and(|graphics| graphics.drawable);
    (drawable && cells.0 > 0 && cells.1 > 0).then_some(cells)
}

fn show_effect(model: &mut Model, cells: (u16, u16)) -> Vec<Effect> {
    let Some(subject) = &model.preview.subject else { return vec![] };
    let source = subject.source.clone();
    let zoom = model.preview.zoom;
    model.preview.cells = cells;
    model.preview.drawn_zoom = zoom;
    model.preview.grow_older();
    model.preview.stop_frames();
    // The bytes of a loaded picture are cached, unless fetching them again has failed.
    let picture = &model.preview.picture;
    let is_cached = picture.value().is_some() && picture.failure().is_none();
    let uses_api = !is_cached && !matches!(source, PictureSource::Plain(_));
    let fresh = std::mem::take(&mut model.preview.fresh);
    if uses_api && !fresh && model.is_budget_low() {
        model.preview.picture.fail(Failure::new(
            FailureKind::Other,
            "Picture not loaded",
            format!("{FEW_REQUESTS_LEFT} {}", load_hint(&model.keymap)),
        ));
        return vec![];
    }
    let request = model.next_request();
    let superseded = model.preview.picture.start(request);
    superseded.into_iter().chain([Effect::ShowPicture { request, source, cells, zoom }]).collect()
}

/// The pictures likely to be shown next, of the images above and below, if they are public.
fn neighbours(model: &Model) -> Vec<PictureSource> {
    let browse = &model.browse;
    let Some(image) = model.lookup.shown() else { return vec![] };
    if browse.id_under_cursor() != Some(image.id.as_str()) {
        return vec![];
    }
    let wanted = model.lookup.variant().map(|variant| variant.name.as_str());
    let rows = [browse.cursor.checked_add(1), browse.cursor.checked_sub(1)];
    rows.into_iter()
        .flatten()
        .filter_map(|row| browse.row(row))
        .filter(|listed| listed.access() == Access::Public)
        .filter_map(|listed| listed.preferred_variant(wanted))
        .map(|variant| PictureSource::Plain(percent_encode_for_display(variant.url.as_str()).into_owned()))
        .collect()
}

/// Fetches these pictures ahead, and stops fetching others ahead.
fn prefetch(model: &mut Model, sources: Vec<PictureSource>) -> Option<Effect> {
    let before = std::mem::replace(&mut model.preview.neighbours, sources.clone());
    (!before.is_empty() || !sources.is_empty()).then_some(Effect::Prefetch(sources))
}
