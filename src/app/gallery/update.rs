//! The gallery: opens and closes it, moves in it, and requests the thumbnails that are visible.

use std::ops::Range;

use jiff::SignedDuration;

use super::state::{Thumb, ThumbKey, Window};
use crate::app::scroll::moved;
use crate::app::{Effect, Model, Motion, Pane};
use crate::domain::graphics::USUAL_CELL;
use crate::domain::sanitize::sanitize;
use crate::domain::{Failure, ImageSummary, Thumbnail};

/// How long scrolling rests before thumbnails are requested: longer than the repeat rate of a held key.
const SCROLL_REST: SignedDuration = SignedDuration::from_millis(80);

/// The most thumbnails that are requested: fewer than the terminal and the caches hold.
const MAX_THUMBS: usize = 200;

/// Opens the gallery, or returns to the list. The image under the cursor stays.
pub(crate) fn toggle(model: &mut Model) {
    let was_shown = model.is_gallery();
    model.focus_pane(Pane::Browse);
    model.gallery.is_open = !was_shown;
    if was_shown {
        return;
    }
    if !model.has_pictures() {
        let why = model.why_no_pictures();
        model.warn(format!("The gallery needs pictures. {why}"));
    }
}

/// Makes tiles larger or smaller.
pub(crate) fn resize_tiles(model: &mut Model, larger: bool) {
    model.gallery.tile_size = model.viewports.gallery.size.step(larger);
}

/// The cursor's row after a motion in the grid.
pub(crate) fn moved_in_grid(model: &Model, motion: Motion) -> usize {
    let grid = model.viewports.gallery;
    let (cursor, count, columns) = (model.browse.cursor, model.browse.len(), grid.columns.max(1));
    let last = count.saturating_sub(1);
    let rows_of_page = grid.rows.saturating_sub(1).max(1);
    let down = |rows: usize| {
        let below = cursor + rows * columns;
        // From the last full row, down goes to the last image of a row that is not full.
        if below <= last {
            below
        } else if cursor / columns < last / columns {
            last
        } else {
            cursor
        }
    };
    let up = |rows: usize| {
        let rows = rows.min(cursor / columns);
        cursor - rows * columns
    };
    match motion {
        Motion::Left => cursor.saturating_sub(1),
        Motion::Right => (cursor + 1).min(last),
        Motion::Up => up(1),
        Motion::Down => down(1),
        Motion::PageUp => up(rows_of_page),
        Motion::PageDown => down(rows_of_page),
        Motion::First | Motion::Last => moved(cursor, motion, count, 1),
    }
}

/// Requests the thumbnails on the screen and a screen ahead, once scrolling rests. Called after every message.
pub(crate) fn follow(model: &mut Model) -> Option<Effect> {
    let grid = model.viewports.gallery;
    if !model.is_gallery() || grid.columns == 0 || !model.has_pictures() || model.graphics.is_none() {
        return stop(model);
    }
    // Without the account's options the cheapest variant is unknown.
    if model.lookup.options.value().is_none() && model.lookup.options.failure().is_none() {
        return None;
    }
    let (first, tiles) = (grid.top * grid.columns, grid.rows * grid.columns);
    let window = Window {
        first,
        images: (first..first + tiles).map(|row| model.browse.row(row).cloned()).collect(),
        tiles,
        cells: grid.cells,
        is_flexible_on: model.delivery.flexible_works,
    };
    if model.gallery.window.as_ref() != Some(&window) {
        let is_moving = model.now.duration_since(model.gallery.moved_at) < SCROLL_REST;
        let delay = if is_moving { SCROLL_REST } else { SignedDuration::ZERO };
        model.gallery.is_moving_up = model.gallery.window.as_ref().is_some_and(|before| first < before.first);
        model.gallery.window = Some(window);
        model.gallery.moved_at = model.now;
        model.gallery.request_at = Some(model.now.saturating_add(delay).unwrap_or(model.now));
    }
    note_cost(model, first..first + tiles);
    model.gallery.request_at.take_if(|at| *at <= model.now)?;
    let wanted = wanted(model, first, tiles);
    if wanted == model.gallery.wanted {
        return None;
    }
    let before = std::mem::take(&mut model.gallery.thumbs);
    let state = |key: &ThumbKey| before.get(key).copied().unwrap_or(Thumb::Loading);
    model.gallery.thumbs = wanted.iter().map(|key| (key.clone(), state(key))).collect();
    model.gallery.wanted.clone_from(&wanted);
    let missing = wanted.into_iter().filter(|key| model.gallery.thumbs[key] == Thumb::Loading);
    Some(Effect::ShowThumbs(missing.collect()))
}

/// Says once which variant the thumbnails are, and that they are billed. Waits until no other notice is shown.
fn note_cost(model: &mut Model, rows: Range<usize>) {
    if model.gallery.has_noted_cost || model.notice.is_some() {
        return;
    }
    let cells = model.viewports.gallery.cells;
    let mut images = rows.filter_map(|row| model.browse.row(row));
    if let Some(Thumbnail { variant, .. }) = images.find_map(|image| thumbnail(model, image, cells)) {
        let variant = sanitize(&variant).into_owned();
        model.gallery.has_noted_cost = true;
        model.done(format!("Thumbnails: variant {variant}, one delivery each ($1 per 100,000)"));
    }
}

/// Requests nothing more. Called while the gallery is not visible.
fn stop(model: &mut Model) -> Option<Effect> {
    let gallery = &mut model.gallery;
    gallery.request_at = None;
    gallery.window = None;
    gallery.thumbs.clear();
    let had_any = !std::mem::take(&mut gallery.wanted).is_empty();
    had_any.then(|| Effect::ShowThumbs(vec![]))
}

/// The thumbnails of the visible rows, then of a screen in the direction of travel.
fn wanted(model: &Model, first: usize, count: usize) -> Vec<ThumbKey> {
    let visible = first..(first + count).min(model.browse.len());
    let ahead = if model.gallery.is_moving_up {
        first.saturating_sub(count)..first
    } else {
        visible.end..(visible.end + count).min(model.browse.len())
    };
    let cells = model.viewports.gallery.cells;
    let mut keys: Vec<ThumbKey> = Vec::new();
    for row in visible.chain(ahead) {
        if keys.len() == MAX_THUMBS {
            break;
        }
        let image = model.browse.row(row);
        if let Some(Ok(key)) = image.map(|image| thumb_key(model, image, cells))
            && !model.gallery.failures.contains_key(&key)
            && !keys.contains(&key)
        {
            keys.push(key);
        }
    }
    keys
}

/// The thumbnail of an image in a box of `cells`, or why there is none.
pub fn thumb_key(model: &Model, image: &ImageSummary, cells: (u16, u16)) -> Result<ThumbKey, Failure> {
    let no_thumbnail = || match image.image() {
        Some(image) => image.no_thumbnail(model.lookup.options()),
        None => Failure::other("The image's ID is invalid", ""),
    };
    let thumbnail = thumbnail(model, image, cells).ok_or_else(no_thumbnail)?;
    Ok(ThumbKey {
        source: thumbnail.source,
        cells,
        cell: cell(model),
        access: image.access(),
        uploaded: image.uploaded(),
    })
}

fn thumbnail(model: &Model, image: &ImageSummary, cells: (u16, u16)) -> Option<Thumbnail> {
    let cell = cell(model);
    let size = (u32::from(cells.0) * u32::from(cell.0), u32::from(cells.1) * u32::from(cell.1));
    image.thumbnail(size, model.lookup.options(), model.delivery.flexible_works)
}

fn cell(model: &Model) -> (u16, u16) {
    model.graphics.and_then(|graphics| graphics.cell).unwrap_or(USUAL_CELL)
}
