//! Asks the terminal for clicks and the wheel, and reads its reports. Motion is never asked for: it would wake the
//! program all the time.

use super::parser::Frame;
use crate::domain::{Mouse, MouseKind};

/// Reports presses, releases and the wheel, in the format of SGR, which has no limit on columns.
pub(super) const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
pub(super) const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// The bits of a button that stand for Shift, Alt and Control.
const MODIFIERS: u16 = 0b1_1100;

/// The report in a frame. `None` if it is none, or one that does nothing: a release, a drag, another button.
pub(super) fn mouse(frame: &Frame) -> Option<Mouse> {
    let Frame::Csi(csi) = frame else { return None };
    match **csi {
        [b'<', ref report @ .., b'M'] => sgr(report),
        // Terminals that do not know SGR send three bytes.
        [b'M', button, column, row] => {
            let number = |byte: u8, zero: u8| byte.checked_sub(zero).map(u16::from);
            report(number(button, b' ')?, number(column, b' ')?, number(row, b' ')?)
        }
        _ => None,
    }
}

/// `0;12;3`: the button, the column and the row.
fn sgr(text: &[u8]) -> Option<Mouse> {
    let mut numbers = std::str::from_utf8(text).ok()?.split(';').map(|number| number.parse::<u16>().ok());
    let (button, column, row) = (numbers.next()??, numbers.next()??, numbers.next()??);
    if numbers.next().is_some() {
        return None;
    }
    report(button, column, row)
}

/// Terminals count columns and rows from 1.
fn report(button: u16, column: u16, row: u16) -> Option<Mouse> {
    let kind = match button & !MODIFIERS {
        0 => MouseKind::Press,
        64 => MouseKind::WheelUp,
        65 => MouseKind::WheelDown,
        _ => return None,
    };
    Some(Mouse { kind, column: column.checked_sub(1)?, row: row.checked_sub(1)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presses_and_wheel_are_read() {
        use MouseKind::{Press, WheelDown, WheelUp};
        for (csi, kind, column, row) in [
            (&b"<0;1;1M"[..], Press, 0, 0),
            (b"<0;312;45M", Press, 311, 44),
            (b"<16;5;6M", Press, 4, 5),
            (b"<64;2;3M", WheelUp, 1, 2),
            (b"<65;2;3M", WheelDown, 1, 2),
            (b"<69;65535;1M", WheelDown, 65534, 0),
            (b"M !!", Press, 0, 0),
            (b"M`\xff*", WheelUp, 222, 9),
        ] {
            let expected = Some(Mouse { kind, column, row });
            assert_eq!(mouse(&Frame::Csi(csi.to_vec())), expected, "{}", csi.escape_ascii());
        }
    }

    #[test]
    fn other_reports_are_dropped() {
        for csi in [
            &b"<0;1;1m"[..], // A release.
            b"<1;1;1M",      // The middle button.
            b"<2;1;1M",
            b"<32;1;1M", // A drag.
            b"<35;1;1M", // Motion.
            b"<66;1;1M", // The wheel to the left.
            b"<128;1;1M",
            b"<0;0;1M",
            b"<0;1;0M",
            b"<0;1M",
            b"<0;1;1;1M",
            b"<;;M",
            b"<M",
            b"<0;65536;1M",
            b"<0;99999999999999999999;1M",
            b"<-1;1;1M",
            b"<0;1;1 M",
            b"<0:0;1;1M",
            b"0;1;1M",
            b"M# !",
            b"M!!!",
            b"M!\x1f!",
            b"M",
        ] {
            assert_eq!(mouse(&Frame::Csi(csi.to_vec())), None, "{}", csi.escape_ascii());
        }
    }
}
