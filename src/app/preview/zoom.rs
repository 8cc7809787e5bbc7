//! Zooming into the picture on the full screen, and moving in it.

use crate::app::{Model, Motion, ZoomStep};
use crate::domain::graphics::{MAX_CELLS, USUAL_CELL};
use crate::domain::picture_format::Format;
use crate::domain::zoom::{Zoom, fit_scale};

/// The scales of `+` and `-`, in percent. Those up to the last but four are for pictures made of pixels.
const PERCENTS: [u32; 21] =
    [2, 3, 5, 7, 10, 15, 20, 25, 33, 50, 67, 100, 150, 200, 300, 400, 800, 1200, 1600, 3200, 6400];
const MAX_PERCENT_OF_PIXELS: u32 = 800;

/// What counts as the same scale: sizes are whole pixels.
const SAME: f64 = 1.01;

/// The share of the view that an arrow key moves.
const PAN: f64 = 1.0 / 8.0;
/// The share that a page key moves.
const PAGE: f64 = 0.9;

/// The picture on the screen: its own size and that of the view, in pixels.
#[derive(Debug, Clone, Copy)]
struct Scene {
    picture: (u32, u32),
    view: (u32, u32),
    is_vector: bool,
}

impl Scene {
    fn of(model: &Model) -> Option<Self> {
        let info = &model.preview.shown()?.picture?.info;
        let (columns, rows) = model.viewports.preview;
        let cell = cell_pixels(model);
        let side = |cells: u16, cell: u16| u32::from(cells.min(MAX_CELLS)) * u32::from(cell);
        let view = (side(columns, cell.0), side(rows, cell.1));
        let is_drawn = model.is_full_screen() && columns > 0 && rows > 0;
        is_drawn.then_some(Self {
            picture: (info.width.max(1), info.height.max(1)),
            view,
            is_vector: info.format == Format::Svg,
        })
    }

    fn fit(self) -> f64 {
        fit_scale(self.picture, self.view, self.is_vector)
    }

    fn scale(self, zoom: Option<Zoom>) -> f64 {
        zoom.map_or(self.fit(), |zoom| zoom.scale(self.picture))
    }

    /// The next larger or smaller scale. `None` if there is none.
    fn next(self, scale: f64, larger: bool) -> Option<f64> {
        let most = if self.is_vector { u32::MAX } else { MAX_PERCENT_OF_PIXELS };
        let mut scales =
            PERCENTS.iter().filter(|percent| **percent <= most).map(|percent| f64::from(*percent) / 100.0);
        if larger {
            scales.find(|next| *next > scale * SAME)
        } else {
            scales.rfind(|next| *next < scale / SAME)
        }
    }
}

fn cell_pixels(model: &Model) -> (u16, u16) {
    let (across, down) = model.graphics.and_then(|graphics| graphics.cell).unwrap_or(USUAL_CELL);
    (across.max(1), down.max(1))
}

/// The pixels of the screen per pixel of the picture on the full screen, in percent.
pub fn percent(model: &Model) -> Option<f64> {
    let scene = Scene::of(model)?;
    Some(scene.scale(model.preview.zoom) * 100.0)
}

/// Whether the picture is larger than the scale at which it fits.
pub(super) fn is_beyond_pixels(model: &Model) -> bool {
    model.preview.zoom.is_some() && percent(model).is_some_and(|percent| percent > 100.0 * SAME)
}

/// Changes the zoom. The place in this cell of the view stays where it is; without one, the centre does.
pub(crate) fn zoom(model: &mut Model, step: ZoomStep, cell: Option<(u16, u16)>) {
    if step == ZoomStep::Fit {
        model.preview.zoom = None;
        return;
    }
    let Some(scene) = Scene::of(model) else { return };
    let zoom = model.preview.zoom;
    let scale = scene.scale(zoom);
    let fit = scene.fit();
    let is_actual = (scale / SAME..scale * SAME).contains(&1.0);
    let target = match step {
        ZoomStep::In => scene.next(scale, true),
        ZoomStep::Out => scene.next(scale, false).filter(|target| *target > fit * SAME),
        ZoomStep::ActualPixels => Some(1.0).filter(|_| !is_actual),
        ZoomStep::Fit => None,
    };
    let Some(target) = target else {
        // A vector graphic may be smaller than it would fit.
        if step != ZoomStep::In && !(step == ZoomStep::Out && scale * SAME < fit) {
            model.preview.zoom = None;
        }
        return;
    };
    let middle = (f64::from(scene.view.0) / 2.0, f64::from(scene.view.1) / 2.0);
    let at = cell.map_or(middle, |(column, row)| {
        let (across, down) = cell_pixels(model);
        ((f64::from(column) + 0.5) * f64::from(across), (f64::from(row) + 0.5) * f64::from(down))
    });
    let before = zoom.unwrap_or_else(|| Zoom::new(fit, scene.picture));
    model.preview.zoom = Some(before.scaled(target, scene.picture, scene.view, at));
}

/// Moves in the picture. Returns `false` if it is not zoomed.
pub(crate) fn pan(model: &mut Model, motion: Motion) -> bool {
    let (Some(zoom), true) = (model.preview.zoom, model.is_full_screen()) else { return false };
    let Some(scene) = Scene::of(model) else { return true };
    let (width, height) = (f64::from(scene.view.0), f64::from(scene.view.1));
    let by = match motion {
        Motion::Left => (-width * PAN, 0.0),
        Motion::Right => (width * PAN, 0.0),
        Motion::Up => (0.0, -height * PAN),
        Motion::Down => (0.0, height * PAN),
        Motion::PageUp => (0.0, -height * PAGE),
        Motion::PageDown => (0.0, height * PAGE),
        Motion::First => (0.0, f64::from(i32::MIN)),
        Motion::Last => (0.0, f64::from(i32::MAX)),
    };
    model.preview.zoom = Some(zoom.panned(by, scene.picture, scene.view));
    true
}
