//! The subjects of the pictures: a few scenes, varied by a seed.

use std::f32::consts::{PI, TAU};

use image::DynamicImage;
use serde::Deserialize;

use super::canvas::{Canvas, hsl, lerp_colour, to_f32};
use super::rng::Rng;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Scene {
    Landscape,
    City,
    Portrait,
    Chart,
    Waves,
    Tiles,
    /// Has transparent corners
    Logo,
    /// Animated
    Bounce,
    /// Drawn as SVG, never in pixels
    Vector,
}

impl Scene {
    /// Draws the scene; `progress` runs from 0 to 1 over an animation.
    pub(super) fn draw(self, width: u32, height: u32, seed: u64, progress: f32) -> DynamicImage {
        let opacity = if self == Self::Logo { 0 } else { 255 };
        let mut canvas = Canvas::new(width, height, [46, 56, 120], opacity);
        let mut rng = Rng(seed);
        match self {
            Self::Landscape => landscape(&mut canvas, &mut rng),
            Self::City => city(&mut canvas, &mut rng),
            Self::Portrait => portrait(&mut canvas, &mut rng),
            Self::Chart => chart(&mut canvas, &mut rng),
            Self::Waves => waves(&mut canvas, &mut rng),
            Self::Tiles | Self::Vector => tiles(&mut canvas, &mut rng),
            Self::Logo => logo(&mut canvas),
            Self::Bounce => bounce(&mut canvas, &mut rng, progress),
        }
        canvas.into_image(self == Self::Logo)
    }
}

/// A hilly line of three sine waves: `rise` is its height, in the same unit as the result.
fn hills(rng: &mut Rng, width: f32, level: f32, rise: f32) -> impl Fn(f32) -> f32 + use<> {
    let waves = [1.0_f32, 2.3, 5.1].map(|frequency| {
        (frequency * rng.between(0.8, 1.4) * TAU / width, rng.next() * TAU, 1.0 / frequency)
    });
    move |x| {
        let heights =
            waves.iter().map(|(frequency, phase, amplitude)| (x * frequency + phase).sin() * amplitude);
        level - rise * heights.sum::<f32>() / 1.6
    }
}

fn landscape(canvas: &mut Canvas, rng: &mut Rng) {
    let (width, height) = (to_f32(canvas.width), to_f32(canvas.height));
    let hue = rng.between(0.5, 0.72);
    let glow = rng.between(0.03, 0.14);
    canvas.gradient(hsl(hue, 0.55, 0.42), hsl(glow, 0.85, 0.78));
    let sun = (width * rng.between(0.2, 0.8), height * rng.between(0.25, 0.45));
    let radius = width.min(height) * 0.09;
    for (size, opacity) in [(2.6, 0.12), (1.8, 0.18), (1.3, 0.3), (1.0, 1.0)] {
        canvas.ellipse(sun, (radius * size, radius * size), hsl(glow + 0.05, 1.0, 0.85), opacity);
    }
    for layer in 0..5 {
        let depth = to_f32(layer) / 4.0;
        let line = hills(rng, width, height * (0.5 + depth * 0.38), height * (0.13 - depth * 0.05));
        let colour = lerp_colour(hsl(hue, 0.35, 0.62), hsl(hue - 0.18, 0.45, 0.16), depth);
        canvas.below((0.0, width), height, colour, line);
    }
}

fn city(canvas: &mut Canvas, rng: &mut Rng) {
    let (width, height) = (to_f32(canvas.width), to_f32(canvas.height));
    let hue = rng.between(0.58, 0.8);
    canvas.gradient(hsl(hue, 0.6, 0.1), hsl(hue + 0.12, 0.5, 0.4));
    let unit = width.min(height) / 100.0;
    for _ in 0..90 {
        let star = (width * rng.next(), height * 0.6 * rng.next());
        canvas.ellipse(star, (unit * 0.25, unit * 0.25), [255, 255, 240], rng.between(0.3, 0.9));
    }
    let moon = (width * rng.between(0.15, 0.85), height * 0.2);
    canvas.ellipse(moon, (unit * 6.0, unit * 6.0), [250, 246, 220], 1.0);
    for row in 0..3 {
        let depth = to_f32(row) / 2.0;
        let wall = hsl(hue, 0.35, 0.24 - depth * 0.15);
        let mut x = -unit * rng.between(0.0, 8.0);
        while x < width {
            let (wide, high) =
                (unit * rng.between(8.0, 15.0), height * rng.between(0.2, 0.5) * (1.15 - depth * 0.45));
            let top = height - high;
            canvas.rect(x, top, wide, high, wall);
            let step = unit * 2.4;
            let mut y = top + step;
            while y < height {
                let mut window = x + step * 0.5;
                while window + step * 0.6 < x + wide {
                    if rng.next() < 0.35 {
                        let light = hsl(rng.between(0.1, 0.15), 0.9, 0.45 + depth * 0.2);
                        canvas.rect(window, y, step * 0.5, step * 0.55, light);
                    }
                    window += step;
                }
                y += step * 1.3;
            }
            x += wide + unit * rng.between(0.0, 2.0);
        }
    }
}

fn portrait(canvas: &mut Canvas, rng: &mut Rng) {
    let (width, height) = (to_f32(canvas.width), to_f32(canvas.height));
    let hue = rng.next();
    canvas.gradient(hsl(hue, 0.45, 0.7), hsl(hue + 0.08, 0.5, 0.5));
    let (middle, unit) = (width / 2.0, width.min(height) / 100.0);
    let head = height * 0.42;
    let skin = hsl(0.07, 0.45, rng.between(0.35, 0.78));
    let hair = hsl(rng.between(0.02, 0.12), rng.between(0.1, 0.6), rng.between(0.12, 0.45));
    let shade = lerp_colour(skin, [60, 30, 20], 0.2);
    let at = |x: f32, y: f32| (middle + unit * x, head + unit * y);
    let size = |width: f32, height: f32| (unit * width, unit * height);
    let shoulders = (unit * 42.0, height - head - unit * 22.0);
    canvas.ellipse((middle, height + unit * 4.0), shoulders, hsl(hue + 0.5, 0.4, 0.35), 1.0);
    canvas.ellipse(at(0.0, -3.0), size(22.0, 25.0), hair, 1.0);
    canvas.rect(middle - unit * 7.0, head + unit * 12.0, unit * 14.0, unit * 18.0, shade);
    canvas.ellipse(at(0.0, 30.0), size(7.0, 4.0), shade, 1.0);
    canvas.ellipse(at(0.0, 3.0), size(17.0, 21.0), skin, 1.0);
    canvas.ellipse(at(0.0, -14.0), size(17.0, 8.0), hair, 1.0);
    for side in [-6.5, 6.5] {
        canvas.ellipse(at(side, 2.0), size(2.6, 1.9), [250, 250, 250], 1.0);
        canvas.ellipse(at(side, 2.0), size(1.3, 1.4), [40, 40, 50], 1.0);
    }
    canvas.ellipse(at(0.0, 13.0), size(5.0, 1.6), hsl(0.0, 0.5, 0.45), 1.0);
}

fn chart(canvas: &mut Canvas, rng: &mut Rng) {
    let (width, height) = (to_f32(canvas.width), to_f32(canvas.height));
    canvas.gradient([252, 252, 254], [244, 246, 250]);
    let (left, bottom, unit) = (width * 0.08, height * 0.88, height / 100.0);
    for line in 0..6 {
        let y = bottom - to_f32(line) * height * 0.14;
        canvas.rect(left, y, width * 0.86, (unit * 0.3).max(1.0), [208, 214, 226]);
    }
    let hue = rng.next();
    let bars = 12;
    let step = width * 0.86 / to_f32(bars);
    let mut level = rng.between(0.25, 0.5);
    for bar in 0..bars {
        level = (level + rng.between(-0.14, 0.18)).clamp(0.1, 0.95);
        let (x, high) = (left + step * (to_f32(bar) + 0.18), height * 0.7 * level);
        canvas.rect(x, bottom - high, step * 0.64, high, hsl(hue + to_f32(bar) * 0.02, 0.6, 0.55));
        let dot = (x + step * 0.32, bottom - high - unit * 5.0);
        canvas.ellipse(dot, (unit * 1.6, unit * 1.6), hsl(hue + 0.5, 0.7, 0.45), 1.0);
    }
    canvas.rect(left, height * 0.06, width * 0.34, unit * 4.0, [60, 68, 90]);
}

fn waves(canvas: &mut Canvas, rng: &mut Rng) {
    let (width, height) = (to_f32(canvas.width), to_f32(canvas.height));
    let hue = rng.next();
    canvas.gradient(hsl(hue, 0.7, 0.86), hsl(hue + 0.1, 0.7, 0.76));
    for band in 0..7 {
        let depth = to_f32(band) / 6.0;
        let line = hills(rng, width, height * (0.18 + depth * 0.7), height * 0.1);
        canvas.below((0.0, width), height, hsl(hue + depth * 0.3, 0.65, 0.74 - depth * 0.42), line);
    }
}

fn tiles(canvas: &mut Canvas, rng: &mut Rng) {
    let (width, height) = (to_f32(canvas.width), to_f32(canvas.height));
    let hue = rng.next();
    let side = (width.min(height) / 5.0).max(1.0);
    let mut y = 0.0;
    while y < height {
        let mut x = 0.0;
        while x < width {
            let background = hsl(hue + rng.between(-0.08, 0.08), 0.5, rng.between(0.25, 0.5));
            let shape = hsl(hue + rng.between(0.4, 0.6), 0.65, rng.between(0.55, 0.75));
            canvas.rect(x, y, side, side, background);
            match rng.next() {
                value if value < 0.4 => {
                    canvas.ellipse((x + side / 2.0, y + side / 2.0), (side * 0.38, side * 0.38), shape, 1.0);
                }
                value if value < 0.7 => canvas.below((x, x + side), y + side, shape, |at| y + (at - x)),
                _ => canvas.below((x, x + side), y + side, shape, |at| y + side - (at - x)),
            }
            x += side;
        }
        y += side;
    }
}

fn logo(canvas: &mut Canvas) {
    let side = to_f32(canvas.width.min(canvas.height));
    let at = |share: f32| side * share;
    canvas.tile(at(0.04), at(0.04), at(0.92), at(0.2), ([92, 107, 242], [46, 56, 120]));
    canvas.tile(at(0.16), at(0.2), at(0.68), at(0.08), ([255, 214, 153], [255, 143, 107]));
    canvas.ellipse((at(0.63), at(0.38)), (at(0.085), at(0.085)), [255, 250, 230], 1.0);
    let peak = |x: f32, top: f32, slope: f32| move |column: f32| at(top) + (column - at(x)).abs() * slope;
    canvas.below((at(0.16), at(0.84)), at(0.8), [122, 92, 168], peak(0.62, 0.5, 0.9));
    canvas.below((at(0.16), at(0.84)), at(0.8), [61, 63, 130], peak(0.38, 0.42, 1.1));
}

fn bounce(canvas: &mut Canvas, rng: &mut Rng, progress: f32) {
    let (width, height) = (to_f32(canvas.width), to_f32(canvas.height));
    let hue = rng.next();
    canvas.gradient(hsl(hue + 0.5, 0.4, 0.92), hsl(hue + 0.5, 0.4, 0.82));
    let (radius, up) = (height * 0.14, (progress * PI).sin());
    let floor = height * 0.86;
    canvas.rect(0.0, floor, width, height - floor, hsl(hue + 0.5, 0.3, 0.6));
    let middle = width / 2.0;
    let shadow = (radius * (1.2 - up * 0.4), radius * 0.22);
    canvas.ellipse((middle, floor + radius * 0.25), shadow, hsl(hue + 0.5, 0.3, 0.42), 1.0);
    let squeeze = 1.0 + (0.25 - up).max(0.0) * 0.5;
    let ball = (middle, floor - radius / squeeze - up * height * 0.55);
    canvas.ellipse(ball, (radius * squeeze, radius / squeeze), hsl(hue, 0.8, 0.55), 1.0);
    let shine = (ball.0 - radius * 0.35, ball.1 - radius * 0.35);
    canvas.ellipse(shine, (radius * 0.25, radius * 0.2), [255; 3], 0.7);
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Scene; 9] = [
        Scene::Landscape,
        Scene::City,
        Scene::Portrait,
        Scene::Chart,
        Scene::Waves,
        Scene::Tiles,
        Scene::Logo,
        Scene::Bounce,
        Scene::Vector,
    ];

    #[test]
    fn draw_is_deterministic_at_any_size() {
        for scene in ALL {
            for (width, height) in [(1, 1), (1, 90), (90, 1), (64, 48)] {
                let picture = scene.draw(width, height, 5, 0.5);
                assert_eq!((picture.width(), picture.height()), (width, height), "{scene:?}");
                assert_eq!(picture, scene.draw(width, height, 5, 0.5), "{scene:?}");
            }
        }
    }

    #[test]
    fn draw_varies_with_the_seed() {
        for scene in ALL {
            let picture = scene.draw(64, 48, 5, 0.5).into_rgb8();
            let colours: std::collections::HashSet<_> = picture.pixels().collect();
            assert!(colours.len() > 8, "{scene:?}");
            // There is only one logo.
            assert_eq!(picture == scene.draw(64, 48, 6, 0.5).into_rgb8(), scene == Scene::Logo, "{scene:?}");
        }
    }
}
