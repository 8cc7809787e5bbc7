//! Reads how often a GIF plays.

/// The extensions with a number of repetitions.
const LOOPS: [&[u8]; 2] = [b"NETSCAPE2.0", b"ANIMEXTS1.0"];

/// How many times the animation plays: once more than the number of repetitions, as in browsers. `None` if forever.
pub(super) fn plays(bytes: &[u8]) -> Option<u32> {
    let mut plays = Some(1);
    let palette = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at = 13 + bytes.get(10).map_or(0, |flags| palette(*flags));
    while let Some(kind) = bytes.get(at) {
        let next = match kind {
            0x21 => {
                let name = bytes.get(at + 3..at + 14).unwrap_or_default();
                if let (true, Some([3, 1, low, high])) = (LOOPS.contains(&name), bytes.get(at + 14..at + 18))
                {
                    let repetitions = u32::from(u16::from_le_bytes([*low, *high]));
                    plays = (repetitions > 0).then_some(repetitions + 1);
                }
                sub_blocks(bytes, at + 2)
            }
            0x2c => bytes.get(at + 9).and_then(|flags| sub_blocks(bytes, at + 11 + palette(*flags))),
            _ => break,
        };
        let Some(next) = next else { break };
        at = next;
    }
    plays
}

/// The offset after a chain of sub-blocks.
fn sub_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            length => at += 1 + usize::from(length),
        }
    }
}
