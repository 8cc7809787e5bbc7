//! Fetches a picture with more pixels when the user zooms beyond those of the variant.

use super::state::{Instead, Shown, Subject};
use super::subject::selected;
use super::zoom::is_beyond_pixels;
use crate::app::{Effect, Model, RequestId};
use crate::domain::picture_format::Format;
use crate::domain::{Failure, FetchedVia, PictureInfo, PictureSource};

/// By how much the aspect ratios of two pictures that show the same may differ, in percent: their sides are rounded.
const ASPECT_TOLERANCE: u64 = 2;

/// Fetches a larger picture if the zoom needs it and there is one. Called after every message.
pub(super) fn follow(model: &mut Model) -> Option<Effect> {
    let is_wanted = is_beyond_pixels(model) && !model.preview.flip.is_comparing;
    if !is_wanted {
        return model.preview.larger.request.take().map(Effect::Abort);
    }
    if model.preview.larger.request.is_some() || model.preview.flip.until_drawn.is_some() {
        return None;
    }
    let (subject, bounds) = next(model)?;
    let request = model.next_request();
    let source = subject.source.clone();
    let larger = &mut model.preview.larger;
    (larger.request, larger.subject, larger.bounds) = (Some(request), Some(subject), bounds);
    Some(Effect::FetchPicture { request, source })
}

/// The next picture to try. `None` if there is none, or if fetching it would take requests that are scarce.
fn next(model: &Model) -> Option<(Subject, Option<(u32, u32)>)> {
    if model.preview.larger.is_exhausted {
        return None;
    }
    let image = model.lookup.shown()?;
    let Shown { subject, picture } = model.preview.loaded()?;
    let info = &picture.info;
    if subject.id != image.id || info.via == Some(FetchedVia::Original) || info.format == Format::Svg {
        return None;
    }
    let scale = super::zoom::percent(model)? / 100.0;
    let needed = |side: u32| crate::domain::zoom::rounded(f64::from(side) * scale);
    let size = (info.width, info.height);
    let options = model.lookup.options();
    let tried = &model.preview.larger.tried;
    let larger =
        image.larger_picture(&subject.name, size, (needed(size.0), needed(size.1)), options, tried)?;
    let uses_api = !matches!(larger.source, PictureSource::Plain(_));
    let may_fetch = !uses_api || (model.offline.is_none() && !model.is_budget_low());
    let subject = Subject { id: image.id.clone(), name: larger.name, source: larger.source };
    may_fetch.then_some((subject, larger.bounds))
}

/// Shows the larger picture in place of the variant's, if it shows the same with more pixels.
pub(crate) fn on_fetched(model: &mut Model, request: RequestId, response: Result<PictureInfo, Failure>) {
    if model.preview.larger.request != Some(request) {
        return;
    }
    model.preview.larger.request = None;
    let Some(larger) = model.preview.larger.subject.take() else { return };
    model.preview.larger.tried.push(larger.source.clone());
    let (Some(selected), Some(shown)) = (selected(model), model.preview.loaded()) else { return };
    let before = shown.picture.info.clone();
    let Ok(info) = response else { return };
    // A variant that is smaller than its bounds has all pixels of the original.
    let bounds = model.preview.larger.bounds;
    model.preview.larger.is_exhausted =
        bounds.is_none_or(|bounds| info.width < bounds.0 && info.height < bounds.1);
    if info.width <= before.width && info.height <= before.height {
        return;
    }
    if is_same_aspect(&before, &info) {
        model.preview.instead = Some(Instead { selected, shown: larger });
        model.preview.flip.is_switching = true;
    }
}

fn is_same_aspect(one: &PictureInfo, other: &PictureInfo) -> bool {
    let product = |width: u32, height: u32| u64::from(width) * u64::from(height);
    let (left, right) = (product(one.width, other.height), product(other.width, one.height));
    left.abs_diff(right) * 100 <= left.max(right) * ASPECT_TOLERANCE
}
