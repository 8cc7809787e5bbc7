//! Zooming: which part of a picture is shown, and in which size. Pixels of the screen are those that pictures are drawn
//! with, such as half a cell for half-blocks.

/// Fractions of a pixel in [`Zoom::extent`], so that small pictures have exact scales too.
const SUBPIXELS: f64 = 256.0;

/// The width or height of the whole picture in [`Zoom::center`].
const WHOLE: f64 = (1_u32 << 30) as f64;

/// The most pixels of a scaled picture's side, so that no number overflows.
const MAX_SIDE: f64 = (1 << 23) as f64;

/// How large the whole picture would be on the screen, and what is at the centre.
///
/// It does not depend on the number of the picture's own pixels: a larger picture of the same image keeps the place and
/// the visual scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zoom {
    /// The box that the whole picture fits exactly, in fractions of a pixel of the screen.
    extent: (u32, u32),
    /// The place at the centre of the screen, as a fraction of the picture's width and height.
    center: (u32, u32),
}

/// A part of a picture that is scaled to a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Part {
    /// The size of the whole picture after scaling.
    pub whole: (u32, u32),
    /// Where the part starts in that.
    pub offset: (u32, u32),
    /// The size of the part, at least 1 × 1.
    pub size: (u32, u32),
}

impl Part {
    /// All of a picture, scaled to this size.
    pub fn all(size: (u32, u32)) -> Self {
        Self { whole: size, offset: (0, 0), size }
    }
}

impl Zoom {
    /// The middle of a picture at a scale: pixels of the screen per pixel of the picture.
    pub fn new(scale: f64, picture: (u32, u32)) -> Self {
        Self { extent: extent(scale, picture), center: (fraction(0.5), fraction(0.5)) }
    }

    /// The pixels of the screen per pixel of this picture.
    pub fn scale(self, picture: (u32, u32)) -> f64 {
        let side = |extent: u32, side: u32| f64::from(extent) / SUBPIXELS / f64::from(side.max(1));
        side(self.extent.0, picture.0).min(side(self.extent.1, picture.1))
    }

    /// The part of this picture that a view of this many pixels shows.
    pub fn part(self, picture: (u32, u32), view: (u32, u32)) -> Part {
        let scale = self.scale(picture);
        let side = |picture: u32, center: u32, view: u32| {
            let whole = whole_side(scale, picture);
            let size = view.clamp(1, whole);
            let start = share(center) * f64::from(whole) - f64::from(size) / 2.0;
            (whole, rounded(start).min(whole - size), size)
        };
        let (across, down) = (side(picture.0, self.center.0, view.0), side(picture.1, self.center.1, view.1));
        Part { whole: (across.0, down.0), offset: (across.1, down.1), size: (across.2, down.2) }
    }

    /// Changes the scale. The place at `at`, in pixels of the view, stays where it is.
    #[must_use]
    pub fn scaled(self, scale: f64, picture: (u32, u32), view: (u32, u32), at: (f64, f64)) -> Self {
        let before = self.scale(picture);
        let side = |center: u32, picture: u32, view: u32, at: f64| {
            let from_center = at - f64::from(view) / 2.0;
            let place = share(center) + from_center / f64::from(whole_side(before, picture));
            fraction(place - from_center / f64::from(whole_side(scale, picture)))
        };
        let center =
            (side(self.center.0, picture.0, view.0, at.0), side(self.center.1, picture.1, view.1, at.1));
        Self { extent: extent(scale, picture), center }.bounded(picture, view)
    }

    /// Moves the view by this many pixels, at most to the edge of the picture.
    #[must_use]
    pub fn panned(self, by: (f64, f64), picture: (u32, u32), view: (u32, u32)) -> Self {
        let scale = self.scale(picture);
        let side = |center: u32, picture: u32, by: f64| {
            fraction(share(center) + by / f64::from(whole_side(scale, picture)))
        };
        let center = (side(self.center.0, picture.0, by.0), side(self.center.1, picture.1, by.1));
        Self { center, ..self }.bounded(picture, view)
    }

    /// Moves the centre so that the view shows nothing beside the picture, or all of it.
    fn bounded(self, picture: (u32, u32), view: (u32, u32)) -> Self {
        let scale = self.scale(picture);
        let side = |center: u32, picture: u32, view: u32| {
            let most = f64::from(view) / 2.0 / f64::from(whole_side(scale, picture));
            fraction(if most >= 0.5 { 0.5 } else { share(center).clamp(most, 1.0 - most) })
        };
        let center = (side(self.center.0, picture.0, view.0), side(self.center.1, picture.1, view.1));
        Self { center, ..self }
    }
}

/// The scale at which the picture fits the view. Only a vector graphic is enlarged.
pub fn fit_scale(picture: (u32, u32), view: (u32, u32), enlarges: bool) -> f64 {
    let side = |picture: u32, view: u32| f64::from(view.max(1)) / f64::from(picture.max(1));
    let scale = side(picture.0, view.0).min(side(picture.1, view.1));
    if enlarges { scale } else { scale.min(1.0) }
}

fn extent(scale: f64, picture: (u32, u32)) -> (u32, u32) {
    let side = |side: u32| rounded((f64::from(side) * scale).min(MAX_SIDE) * SUBPIXELS).max(1);
    (side(picture.0), side(picture.1))
}

fn whole_side(scale: f64, picture: u32) -> u32 {
    rounded((f64::from(picture) * scale).min(MAX_SIDE)).max(1)
}

fn fraction(share: f64) -> u32 {
    rounded(share.clamp(0.0, 1.0) * WHOLE)
}

fn share(fraction: u32) -> f64 {
    f64::from(fraction) / WHOLE
}

/// The nearest whole number. Negative numbers become 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from a float saturates, and NaN becomes 0"
)]
pub fn rounded(number: f64) -> u32 {
    number.round() as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PICTURE: (u32, u32) = (1000, 800);
    const VIEW: (u32, u32) = (400, 300);

    /// The place of the picture, from 0 to 1, that is at a pixel of the view.
    fn place(zoom: Zoom, picture: (u32, u32), view: (u32, u32), at: (f64, f64)) -> (f64, f64) {
        let part = zoom.part(picture, view);
        let side = |offset: u32, size: u32, whole: u32, view: u32, at: f64| {
            let margin = f64::from(view.saturating_sub(size)) / 2.0;
            (f64::from(offset) + at - margin) / f64::from(whole)
        };
        (
            side(part.offset.0, part.size.0, part.whole.0, view.0, at.0),
            side(part.offset.1, part.size.1, part.whole.1, view.1, at.1),
        )
    }

    #[test]
    fn part_at_actual_pixels_is_the_middle() {
        let part = Zoom::new(1.0, PICTURE).part(PICTURE, VIEW);
        assert_eq!(part, Part { whole: PICTURE, offset: (300, 250), size: VIEW });
        let small = Zoom::new(0.25, PICTURE).part(PICTURE, VIEW);
        assert_eq!(small, Part::all((250, 200)));
    }

    #[test]
    fn larger_picture_keeps_place_and_visual_scale() {
        let zoom = Zoom::new(4.0, PICTURE).panned((700.0, -200.0), PICTURE, VIEW);
        let larger = (4000, 3200);
        assert_eq!(zoom.part(larger, VIEW), zoom.part(PICTURE, VIEW));
        assert!((zoom.scale(larger) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn resized_view_keeps_its_centre() {
        let zoom = Zoom::new(2.0, PICTURE).panned((300.0, 100.0), PICTURE, VIEW);
        let center =
            |view: (u32, u32)| place(zoom, PICTURE, view, (f64::from(view.0) / 2.0, f64::from(view.1) / 2.0));
        let (before, after) = (center(VIEW), center((500, 200)));
        assert!((before.0 - after.0).abs() < 1e-3 && (before.1 - after.1).abs() < 1e-3);
    }

    proptest! {
        #[test]
        fn place_under_the_pointer_stays(
            picture in (1_u32..9000, 1_u32..9000),
            view in (10_u32..3000, 10_u32..2000),
            scales in proptest::collection::vec(1_u32..=80, 2..6),
            at in (0.0..1.0_f64, 0.0..1.0_f64),
            pan in (-5000.0..5000.0_f64, -5000.0..5000.0_f64),
        ) {
            let at = (at.0 * f64::from(view.0), at.1 * f64::from(view.1));
            let mut zoom = Zoom::new(f64::from(scales[0]) / 10.0, picture).panned(pan, picture, view);
            for scale in &scales[1..] {
                let before = place(zoom, picture, view, at);
                let after_zoom = zoom.scaled(f64::from(*scale) / 10.0, picture, view, at);
                let part = after_zoom.part(picture, view);
                let after = place(after_zoom, picture, view, at);
                let sides = [
                    (before.0, after.0, part.offset.0, part.size.0, part.whole.0, zoom.part(picture, view).whole.0),
                    (before.1, after.1, part.offset.1, part.size.1, part.whole.1, zoom.part(picture, view).whole.1),
                ];
                for (before, after, offset, size, whole, whole_before) in sides {
                    // At an edge the bound moves it.
                    let is_bounded = offset == 0 || offset + size == whole;
                    let most = 1.01 / f64::from(whole) + 1.01 / f64::from(whole_before);
                    prop_assert!(is_bounded || (before - after).abs() <= most, "{before} {after} {most}");
                }
                zoom = after_zoom;
            }
        }

        #[test]
        fn pan_is_bounded(
            picture in (1_u32..9000, 1_u32..9000),
            view in (1_u32..3000, 1_u32..2000),
            scale in 1_u32..=80,
            pans in proptest::collection::vec((-9e4..9e4_f64, -9e4..9e4_f64), 1..5),
        ) {
            let start = Zoom::new(f64::from(scale) / 10.0, picture);
            let zoom = pans.iter().fold(start, |zoom, by| zoom.panned(*by, picture, view));
            let part = zoom.part(picture, view);
            prop_assert!(part.size.0 >= 1 && part.offset.0 + part.size.0 <= part.whole.0);
            prop_assert!(part.size.1 >= 1 && part.offset.1 + part.size.1 <= part.whole.1);
            prop_assert_eq!(part.size.0, view.0.clamp(1, part.whole.0));
            // No key press is lost at the edge: the opposite one moves at once.
            let back = zoom.panned((-5.0, -5.0), picture, view).part(picture, view);
            if part.whole.0 >= view.0 + 5 && part.offset.0 + part.size.0 == part.whole.0 {
                prop_assert!(back.offset.0 < part.offset.0);
            }
        }
    }
}
