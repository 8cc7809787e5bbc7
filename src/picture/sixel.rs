//! Sixels of pictures with few colours, exact to the percent that the protocol counts colours in.
//!
//! The library's quantiser merges colours that are near each other also if there is room for all of them in the palette.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use image::RgbaImage;

/// The colours that terminals hold.
const MAX_COLORS: usize = 256;

/// The picture as sixels, over cells that are cleared first. `None` if it has too many colours, and must be quantised.
pub(super) fn exact(image: &RgbaImage, (columns, rows): (u16, u16)) -> Option<String> {
    let mut palette = BTreeMap::new();
    for pixel in image.pixels() {
        let color = [pixel[0], pixel[1], pixel[2]].map(percent);
        let next = palette.len();
        palette.entry(color).or_insert(next);
        if palette.len() > MAX_COLORS {
            return None;
        }
    }
    let (width, height) = image.dimensions();
    // On the last row of the screen the cursor cannot go down and back up.
    let (mut text, back) = if rows == 1 {
        (format!("\x1b[{columns}X"), String::new())
    } else {
        (format!("\x1b[{columns}X\x1b[1B").repeat(rows.into()), format!("\x1b[{rows}A"))
    };
    // Writing into a text cannot fail.
    let _ = write!(text, "{back}\x1bP0;1q\"1;1;{width};{height}");
    for ([r, g, b], number) in &palette {
        let _ = write!(text, "#{number};2;{r};{g};{b}");
    }
    for top in (0..height).step_by(6) {
        let mut rows: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        for y in top..(top + 6).min(height) {
            for x in 0..width {
                let pixel = image.get_pixel(x, y);
                let number = palette[&[pixel[0], pixel[1], pixel[2]].map(percent)];
                let row = rows.entry(number).or_insert_with(|| vec![0; width as usize]);
                row[x as usize] |= 1 << (y - top);
            }
        }
        for (number, row) in rows {
            let _ = write!(text, "#{number}");
            for run in row.chunk_by(|a, b| a == b) {
                let sixel = char::from(b'?' + run[0]);
                if run.len() > 3 {
                    let _ = write!(text, "!{}{sixel}", run.len());
                } else {
                    text.extend(run.iter().map(|_| sixel));
                }
            }
            text.push('$');
        }
        text.push('-');
    }
    text.push_str("\x1b\\");
    Some(text)
}

fn percent(part: u8) -> u8 {
    u8::try_from((u32::from(part) * 100 + 127) / 255).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    #[test]
    fn few_colors_are_kept_to_the_percent() {
        let image =
            RgbaImage::from_fn(2, 7, |x, _| Rgba(if x == 0 { [255, 0, 0, 255] } else { [0, 128, 51, 255] }));
        assert_eq!(
            exact(&image, (1, 1)).unwrap(),
            "\x1b[1X\x1bP0;1q\"1;1;2;7#1;2;0;50;20#0;2;100;0;0#0~?$#1?~$-#0@?$#1?@$-\x1b\\"
        );
    }

    #[test]
    fn many_colors_are_not_exact() {
        let image = RgbaImage::from_fn(17, 17, |x, y| {
            Rgba([x, y, 0, 17].map(|part| u8::try_from(part * 15).unwrap()))
        });
        assert!(exact(&image, (1, 1)).is_none());
    }
}
