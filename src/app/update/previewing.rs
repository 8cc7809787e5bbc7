//! The picture: it follows the image that is shown, its variant, and the room that it has.

use jiff::SignedDuration;

use crate::app::keys::key_of;
use crate::app::preview::{ANEW, Picture, PictureFacts, PictureSource, Subject, Way};
use crate::app::{Action, Effect, Model, Motion, Pane, Remote, RequestId};
use crate::domain::choice::Plain;
use crate::domain::url_text::usable;
use crate::domain::{Access, Failure, FailureKind};

/// How long the cursor rests before another picture is asked for: longer than a key held down takes to repeat. One that has
/// rested for so long moves on by single keys, and each asks at once.
const REST: SignedDuration = SignedDuration::from_millis(80);

/// Shows Preview and goes there; hides it where the focus is there already.
pub(super) fn toggle(model: &mut Model) -> Vec<Effect> {
    if model.focus == Pane::Preview {
        model.preview.wanted = Some(false);
        model.preview.whole = false;
        return super::focus(model, Pane::Variants);
    }
    model.preview.wanted = Some(true);
    super::focus(model, Pane::Preview)
}

/// Gives the picture the whole screen, or takes it back.
pub(super) fn toggle_whole(model: &mut Model) -> Vec<Effect> {
    if model.is_whole() {
        return leave_whole(model);
    }
    let before = model.focus;
    let mut effects = super::focus(model, Pane::Preview);
    model.preview.whole = true;
    model.preview.before_whole = (before != Pane::Preview).then_some(before);
    // There one walks the images of the list too.
    effects.extend(super::browsing::begin_unseen(model));
    effects
}

/// Gives the screen back to the panes, and the focus to the one that had it.
pub(super) fn leave_whole(model: &mut Model) -> Vec<Effect> {
    model.preview.whole = false;
    match model.preview.before_whole.take().filter(|pane| model.has(*pane)) {
        Some(pane) => super::focus(model, pane),
        None => vec![],
    }
}

/// Walks the variants, or the images of the list.
pub(super) fn move_by(model: &mut Model, motion: Motion) -> Vec<Effect> {
    let variants = model.lookup.variants().count();
    match motion {
        Motion::Left => model.lookup.selected = model.lookup.selected.saturating_sub(1),
        Motion::Right if model.lookup.selected + 1 < variants => model.lookup.selected += 1,
        Motion::Right => {}
        _ => return super::browsing::move_by(model, motion),
    }
    vec![]
}

/// Follows what is shown: called after every message. Asks for the picture at once, or once the cursor rests where it
/// hurries; and goes on with an animation only where it is seen.
pub(super) fn follow(model: &mut Model) -> Vec<Effect> {
    let Some(cells) = room(model) else { return unseen(model) };
    let mut effects = Vec::new();
    let subject = subject(model);
    if subject != model.preview.subject {
        let hurries = model.now.duration_since(model.preview.changed_at) < REST;
        let rest = if hurries { REST } else { SignedDuration::ZERO };
        model.preview.changed_at = model.now;
        model.preview.ask_at = subject.is_some().then(|| model.now.saturating_add(rest).unwrap_or(model.now));
        effects.extend(model.preview.turn_to(subject).map(Effect::Abort));
    } else if cells != model.preview.cells
        && model.preview.ask_at.is_none()
        && model.preview.subject.is_some()
        && (model.preview.picture.awaited().is_none() || model.preview.cells == ANEW)
    {
        // A window that is being dragged does not begin anew, at each step, what is on its way: once that has come, its
        // bytes are here.
        model.preview.ask_at = Some(model.now);
    }
    if model.preview.ask_at.is_some_and(|at| at <= model.now) {
        model.preview.ask_at = None;
        effects.extend(ask(model, cells));
    }
    if let Remote::Loaded(picture) = &model.preview.picture
        && let Some(stands) = picture.facts.stands
    {
        let due = model.preview.frame_at.is_some_and(|at| at <= model.now);
        if due {
            model.preview.frame_at = None;
            model.preview.frame_awaited = true;
            effects.push(Effect::NextFrame(picture.drawn));
        } else if !model.preview.frame_awaited && model.preview.frame_at.is_none() {
            model.preview.frame_at = model.now.saturating_add(stands).ok();
        }
    }
    effects
}

/// Where no picture is seen nothing is due, and that of something else than what is shown is forgotten: the first frame
/// that has room for one again is drawn before it is asked for.
fn unseen(model: &mut Model) -> Vec<Effect> {
    model.preview.frame_at = None;
    if model.preview.ask_at.take().is_some() {
        model.preview.cells = ANEW;
    }
    if model.preview.subject.is_none() || subject(model) == model.preview.subject {
        return vec![];
    }
    let aborted = model.preview.turn_to(None).map(Effect::Abort);
    aborted.into_iter().chain(prefetch(model, vec![])).collect()
}

/// Takes a picture's answer. A late one changes nothing.
pub(super) fn shown(
    model: &mut Model,
    request: RequestId,
    answer: Result<PictureFacts, Failure>,
) -> Vec<Effect> {
    if let Ok(facts) = &answer
        && model.preview.picture.awaited() == Some(request)
    {
        model.preview.learn(facts);
    }
    let failure = answer.as_ref().err().cloned();
    let is_original = answer.as_ref().is_ok_and(|facts| facts.by == Some(Way::Original));
    let answer = answer.map(|facts| Picture { drawn: request, facts });
    if !model.preview.picture.settle(request, answer) {
        return vec![];
    }
    if let Some(subject) = model.preview.subject.as_ref().filter(|_| !is_original) {
        let name = subject.name.clone();
        super::verifying::learn_of_flexible(model, &name, failure.as_ref());
    }
    // Why there is none is the same in another room.
    if let (Some(_), Some(cells)) = (failure, room(model)) {
        model.preview.cells = cells;
    }
    model.preview.frame_at = None;
    model.preview.frame_awaited = false;
    let sources = neighbours(model);
    prefetch(model, sources).into_iter().collect()
}

/// The next frame was drawn, and stands for so long.
pub(super) fn moved(model: &mut Model, request: RequestId, stands: SignedDuration) {
    if let Remote::Loaded(picture) = &model.preview.picture
        && picture.drawn == request
    {
        model.preview.frame_awaited = false;
        model.preview.frame_at = model.now.saturating_add(stands).ok();
    }
}

/// What the terminal had of the picture is lost: it is drawn anew.
pub(super) fn lost(model: &mut Model) {
    model.preview.cells = ANEW;
}

/// Stops loading the picture. One that was shown before stays.
pub(super) fn cancel(model: &mut Model) -> Option<RequestId> {
    let request = model.preview.picture.cancel()?;
    if model.preview.picture.value().is_none() {
        let hint = format!("Press {} to load the picture.", key_of(&Action::Refresh));
        model.preview.picture.fail(Failure::new(FailureKind::Other, "Cancelled", hint));
    }
    Some(request)
}

/// Fetches the picture again, and whatever else of its image is wanted from now on.
pub(super) fn refresh(model: &mut Model) -> Vec<Effect> {
    model.preview.doubt();
    let shown = model.lookup.shown().map(|image| image.id.clone());
    shown.map(Effect::ForgetPictures).into_iter().collect()
}

/// The image that is shown was uploaded anew.
pub(super) fn replaced(model: &mut Model) -> Vec<Effect> {
    let effects = refresh(model);
    model.preview.forget();
    effects
}

/// The columns and rows that there are for the picture; nothing where none is seen.
fn room(model: &Model) -> Option<(u16, u16)> {
    let cells = model.reach.preview;
    let drawable = model.graphics.is_some_and(|graphics| graphics.drawable);
    (drawable && model.overlay.is_none() && cells.0 > 0 && cells.1 > 0).then_some(cells)
}

/// What is to be seen: the picture of the selected variant, or of the original where there is no variant.
fn subject(model: &Model) -> Option<Subject> {
    let image = model.lookup.shown().filter(|image| !image.draft)?;
    let id = image.id.clone();
    let Some(variant) = model.lookup.variant() else {
        return Some(Subject {
            source: PictureSource::Original(id.clone()),
            id,
            name: "original".to_owned(),
        });
    };
    let url = usable(variant.url.as_str()).into_owned();
    let source = match image.plain(&variant.name, model.lookup.options()) {
        Plain::Forbidden => PictureSource::Signed { id: id.clone(), url },
        Plain::Works | Plain::Unsure => PictureSource::Open(url),
    };
    Some(Subject { id, name: variant.name.clone(), source })
}

fn ask(model: &mut Model, cells: (u16, u16)) -> Vec<Effect> {
    let Some(subject) = &model.preview.subject else { return vec![] };
    let source = subject.source.clone();
    model.preview.cells = cells;
    model.preview.frame_at = None;
    model.preview.frame_awaited = false;
    // What is shown was fetched, and its bytes are here; unless fetching them again has failed.
    let picture = &model.preview.picture;
    let is_here = picture.value().is_some() && picture.failure().is_none();
    let asks_the_api = !is_here && !matches!(source, PictureSource::Open(_));
    let fresh = std::mem::take(&mut model.preview.fresh);
    if asks_the_api && !fresh && model.is_budget_low() {
        model.preview.picture.fail(Failure::new(
            FailureKind::Other,
            "Not fetched",
            format!(
                "Less than a fifth of the account's requests are left, and other programs may need them. {} fetches it.",
                key_of(&Action::Refresh)
            ),
        ));
        return vec![];
    }
    let request = model.next_request();
    let mut effects: Vec<Effect> =
        model.preview.picture.begin(request).map(Effect::Abort).into_iter().collect();
    effects.push(Effect::ShowPicture { request, source, cells });
    effects
}

/// The pictures that come next if the cursor goes on: of the images above and below, as far as everybody may fetch them.
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
        .map(|variant| PictureSource::Open(usable(variant.url.as_str()).into_owned()))
        .collect()
}

/// Has these fetched beforehand, and no others any more.
fn prefetch(model: &mut Model, sources: Vec<PictureSource>) -> Option<Effect> {
    let before = std::mem::replace(&mut model.preview.neighbours, sources.clone());
    (!before.is_empty() || !sources.is_empty()).then_some(Effect::Prefetch(sources))
}
