//! Placeholders of kitty's graphics protocol.
//!
//! A placeholder without its place continues the one at its left. Where a dialog lies between, the place must be written out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const PLACEHOLDER: char = '\u{10eeee}';

/// The combining characters that mean 0, 1, 2 and so on, as ranges.
/// Source: <https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders>
#[rustfmt::skip]
const DIACRITICS: &[(u32, u32)] = &[
    (0x305, 0x305), (0x30d, 0x30e), (0x310, 0x310), (0x312, 0x312), (0x33d, 0x33f), (0x346, 0x346),
    (0x34a, 0x34c), (0x350, 0x352), (0x357, 0x357), (0x35b, 0x35b), (0x363, 0x36f), (0x483, 0x487),
    (0x592, 0x595), (0x597, 0x599), (0x59c, 0x5a1), (0x5a8, 0x5a9), (0x5ab, 0x5ac), (0x5af, 0x5af),
    (0x5c4, 0x5c4), (0x610, 0x617), (0x657, 0x65b), (0x65d, 0x65e), (0x6d6, 0x6dc), (0x6df, 0x6e2),
    (0x6e4, 0x6e4), (0x6e7, 0x6e8), (0x6eb, 0x6ec), (0x730, 0x730), (0x732, 0x733), (0x735, 0x736),
    (0x73a, 0x73a), (0x73d, 0x73d), (0x73f, 0x741), (0x743, 0x743), (0x745, 0x745), (0x747, 0x747),
    (0x749, 0x74a), (0x7eb, 0x7f1), (0x7f3, 0x7f3), (0x816, 0x819), (0x81b, 0x823), (0x825, 0x827),
    (0x829, 0x82d), (0x951, 0x951), (0x953, 0x954), (0xf82, 0xf83), (0xf86, 0xf87), (0x135d, 0x135f),
    (0x17dd, 0x17dd), (0x193a, 0x193a), (0x1a17, 0x1a17), (0x1a75, 0x1a7c), (0x1b6b, 0x1b6b),
    (0x1b6d, 0x1b73), (0x1cd0, 0x1cd2), (0x1cda, 0x1cdb), (0x1ce0, 0x1ce0), (0x1dc0, 0x1dc1),
    (0x1dc3, 0x1dc9), (0x1dcb, 0x1dcc), (0x1dd1, 0x1de6), (0x1dfe, 0x1dfe), (0x20d0, 0x20d1),
    (0x20d4, 0x20d7), (0x20db, 0x20dc), (0x20e1, 0x20e1), (0x20e7, 0x20e7), (0x20e9, 0x20e9),
    (0x20f0, 0x20f0), (0x2cef, 0x2cf1), (0x2de0, 0x2dff), (0xa66f, 0xa66f), (0xa67c, 0xa67d),
    (0xa6f0, 0xa6f1), (0xa8e0, 0xa8f1), (0xaab0, 0xaab0), (0xaab2, 0xaab3), (0xaab7, 0xaab8),
    (0xaabe, 0xaabf), (0xaac1, 0xaac1), (0xfe20, 0xfe26), (0x10a0f, 0x10a0f), (0x10a38, 0x10a38),
    (0x1d185, 0x1d189), (0x1d1aa, 0x1d1ad), (0x1d242, 0x1d244),
];

/// Writes out the place of each placeholder that is right of a covered area.
pub(super) fn place_beside(covered: Rect, picture: Rect, buffer: &mut Buffer) {
    let Some(id) = buffer.cell(picture.as_position()).and_then(|first| first.symbol().chars().last()) else {
        return;
    };
    let x = covered.right();
    for y in covered.top()..covered.bottom() {
        if x < picture.right()
            && let Some(cell) = buffer.cell_mut((x, y)).filter(|cell| cell.symbol().starts_with(PLACEHOLDER))
            && let (Some(row), Some(column)) = (diacritic(y - picture.y), diacritic(x - picture.x))
        {
            cell.set_symbol(&String::from_iter([PLACEHOLDER, row, column, id]));
        }
    }
}

/// The combining character that means a number. `None` if there is none.
fn diacritic(number: u16) -> Option<char> {
    let mut rest = u32::from(number);
    for (first, last) in DIACRITICS {
        let count = last - first + 1;
        if rest < count {
            return char::from_u32(first + rest);
        }
        rest -= count;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diacritics_are_those_of_the_protocol() {
        for (number, expected) in [(0, '\u{305}'), (1, '\u{30d}'), (4, '\u{312}'), (296, '\u{1d244}')] {
            assert_eq!(diacritic(number), Some(expected), "{number}");
        }
        assert_eq!(diacritic(297), None);
    }

    #[test]
    fn placeholder_right_of_a_dialog_has_its_place() {
        let picture = Rect::new(2, 1, 6, 3);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 5));
        for position in picture.positions() {
            buffer[position].set_char(PLACEHOLDER);
        }
        buffer[picture.as_position()].set_symbol("\u{10eeee}\u{305}\u{305}\u{30e}");
        let covered = Rect::new(4, 2, 2, 1);
        place_beside(covered, picture, &mut buffer);
        assert_eq!(buffer[(6, 2)].symbol(), "\u{10eeee}\u{30d}\u{312}\u{30e}");
        assert_eq!(buffer[(7, 2)].symbol(), "\u{10eeee}", "it continues its neighbour");
        assert_eq!(buffer[(6, 3)].symbol(), "\u{10eeee}", "this row is not covered");
    }
}
