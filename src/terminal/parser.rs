//! Splits what a terminal sends into characters, sequences and pastes. It knows their syntax, not their meaning.
//!
//! A read may end anywhere, also within a sequence, and the rest of a sequence may never come. Only a timeout can tell
//! which. So the reader reports when nothing has come for a while: [`FrameParser::pause`], and later
//! [`FrameParser::give_up`].

/// A complete unit of the terminal's input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    /// A character, which may be a control character; escaped if an ESC directly preceded it.
    Char {
        c: char,
        escaped: bool,
    },
    /// `ESC O` and this byte: the arrows and similar keys of some terminals. Escaped arrows are `ESC ESC O A` and
    /// `ESC ESC [ A`.
    Function {
        end: u8,
        escaped: bool,
    },
    /// The bytes after `ESC [`, including the last one.
    Csi(Vec<u8>),
    /// A control string: the byte that opens it (`P`, `]`, `_`), and its content.
    String(u8, Vec<u8>),
    Paste(String),
}

/// What a pause in the input means for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    /// Nothing is pending: the reader may sleep.
    No,
    /// A sequence has just started. Its rest comes right away, if at all.
    Briefly,
    /// The rest of a sequence did not come right away.
    Patiently,
    /// A paste is incomplete. It ends when no more of it comes, for its end may be lost.
    Pasting,
}

/// Splits bytes into frames.
#[derive(Debug, Default)]
pub(super) struct FrameParser {
    /// The first bytes of an incomplete frame.
    pending: Vec<u8>,
    /// The length of `pending` when the terminal paused.
    paused: Option<usize>,
    /// How many bytes of a paste were searched for its end.
    searched: usize,
    /// Whether a lone ESC was just returned as a key.
    lone_escape: bool,
}

const ESC: u8 = 0x1b;
const PASTE: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// The most bytes of a paste: a text input takes no more than 16 Ki characters. The rest is dropped as it comes.
const MAX_PASTE: usize = 64 * 1024;

/// How responses, mouse reports and pastes start after their ESC, if nobody types that in one go.
const RESPONSE_STARTS: [&[u8]; 13] =
    [b"[200~", b"[?", b"[>", b"[=", b"[<", b"[4;", b"[6;", b"P>|", b"P0", b"P1", b"_G", b"]1", b"]4"];

/// The last bytes of sequences that may be split by a pause: keys and responses.
const KNOWN_ENDS: &[u8] = b"ABCDFHPQRSZ~cnqtuy";

/// The last bytes of sequences without parameters: keys and focus.
const BARE_ENDS: &[u8] = b"ABCDEFHIOPQRSZabcd";

/// The most bytes of a sequence, more than any key or response has. The rest of an unfinished one is dropped.
const MAX_SEQUENCE: usize = 4096;

/// The result of parsing the start of the bytes.
enum Cut {
    /// A frame and its length in bytes. `None` if it means nothing to us.
    Whole(Option<Frame>, usize),
    /// The frame is incomplete.
    Part,
}

impl FrameParser {
    /// Adds bytes, and appends the frames that are complete now to `out`.
    pub(super) fn take(&mut self, bytes: &[u8], out: &mut Vec<Frame>) {
        if std::mem::take(&mut self.lone_escape) && continues_response(bytes) {
            // The ESC was not a key but the first byte of a response that was split.
            self.pending.push(ESC);
        }
        self.pending.extend_from_slice(bytes);
        let mut at = 0;
        while at < self.pending.len() {
            let rest = &self.pending[at..];
            let cut = if rest.starts_with(PASTE) { paste(rest, &mut self.searched) } else { cut(rest) };
            let Cut::Whole(frame, length) = cut else { break };
            match self.paused.take() {
                // Bytes after the pause do not continue the frame before it: they are something else.
                Some(before) if before < length && !may_span_pause(frame.as_ref()) => at += before,
                before => {
                    out.extend(frame);
                    at += length;
                    self.paused =
                        before.and_then(|before| before.checked_sub(length)).filter(|left| *left > 0);
                }
            }
        }
        self.pending.drain(..at);
        if self.pending.starts_with(PASTE) {
            // Keep the bytes that were not searched: the paste's end may start there. Keep one byte above the limit: it
            // tells that there was more.
            let searched_from = PASTE.len() + MAX_PASTE + 1;
            self.pending.drain(searched_from.min(self.searched)..self.searched);
            self.searched = self.searched.min(searched_from);
        } else {
            self.pending.truncate(MAX_SEQUENCE);
        }
    }

    pub(super) fn waiting(&self) -> Waiting {
        match self.paused {
            _ if self.pending.is_empty() => Waiting::No,
            _ if self.pending.starts_with(PASTE) => Waiting::Pasting,
            Some(_) => Waiting::Patiently,
            None => Waiting::Briefly,
        }
    }

    /// Call when nothing has come for a moment. A lone ESC becomes the key.
    pub(super) fn pause(&mut self, out: &mut Vec<Frame>) {
        let escape = || Frame::Char { c: '\x1b', escaped: false };
        while self.pending.starts_with(&[ESC, ESC]) {
            self.pending.remove(0);
            out.push(escape());
        }
        if self.pending == [ESC] {
            self.pending.clear();
            self.lone_escape = true;
            out.push(escape());
        } else {
            self.paused = Some(self.pending.len());
        }
    }

    /// Call when the rest of a frame will not come. Bytes from before the pause are dropped, or become an escaped key.
    /// Bytes from after it are parsed separately: they may be keys. An incomplete paste becomes a paste.
    pub(super) fn give_up(&mut self, out: &mut Vec<Frame>) {
        if self.pending.starts_with(PASTE) {
            let partial_end =
                (1..PASTE_ENDS.len()).rev().find(|end| self.pending.ends_with(&PASTE_ENDS[..*end]));
            let end = self.pending.len() - partial_end.unwrap_or(0);
            out.push(pasted(&self.pending[PASTE.len()..end]));
            *self = Self::default();
            return;
        }
        let mut cut = std::mem::take(&mut self.pending);
        let after = cut.split_off(self.paused.take().unwrap_or(cut.len()).min(cut.len()));
        match *cut {
            [ESC, c] if c.is_ascii() => out.push(Frame::Char { c: c.into(), escaped: true }),
            [ESC, c, ..] if !c.is_ascii() => {
                out.push(Frame::Char { c: char::REPLACEMENT_CHARACTER, escaped: true });
            }
            [first, ..] if first != ESC => {
                out.push(Frame::Char { c: char::REPLACEMENT_CHARACTER, escaped: false });
            }
            _ => {}
        }
        self.take(&after, out);
    }
}

/// Whether these bytes continue a response after its ESC: nobody types them in one go.
fn continues_response(bytes: &[u8]) -> bool {
    let is_response = |csi: &[u8]| csi.len() > 1 && csi.last().is_some_and(|end| b"cnRSty".contains(end));
    RESPONSE_STARTS.iter().any(|start| bytes.starts_with(start))
        || bytes.starts_with(b"[")
            && matches!(csi(&[&[ESC], bytes].concat()), Cut::Whole(Some(Frame::Csi(csi)), _) if is_response(&csi))
}

/// Whether a frame may be split by a pause.
fn may_span_pause(frame: Option<&Frame>) -> bool {
    match frame {
        Some(Frame::Csi(csi)) => match **csi {
            [b'<', .., end] => b"Mm".contains(&end),
            [.., end] => KNOWN_ENDS.contains(&end),
            [] => false,
        },
        // An ESC before a pause ended an incomplete response, or was a key.
        Some(Frame::Char { c, escaped }) => *c != char::REPLACEMENT_CHARACTER && (!escaped || !c.is_ascii()),
        Some(_) => true,
        None => false,
    }
}

fn cut(bytes: &[u8]) -> Cut {
    match *bytes {
        // A second ESC may start an arrow that is pressed with Alt.
        [ESC] | [ESC, ESC | b'O'] | [ESC, ESC, b'[' | b'O'] => Cut::Part,
        [ESC, ESC, b'[' | b'O', end @ (b'A'..=b'D' | b'F' | b'H'), ..] => {
            Cut::Whole(Some(Frame::Function { end, escaped: true }), 4)
        }
        [ESC, ESC, ..] => Cut::Whole(Some(Frame::Char { c: '\x1b', escaped: false }), 1),
        [ESC, b'[', ..] => csi(bytes),
        // rxvt sends arrows with Control as `ESC O a` to `ESC O d`.
        [ESC, b'O', end @ (b'A'..=b'D' | b'F' | b'H' | b'M' | b'P'..=b'S' | b'a'..=b'd'), ..] => {
            Cut::Whole(Some(Frame::Function { end, escaped: false }), 3)
        }
        [ESC, b'P' | b']' | b'_'] => Cut::Part,
        [ESC, b'P', b'0'..=b'9' | b'>' | b'!', ..] | [ESC, b']', b'0'..=b'9', ..] | [ESC, b'_', b'G', ..] => {
            string(bytes)
        }
        [ESC, ref rest @ ..] => character(rest, true),
        _ => character(bytes, false),
    }
}

fn character(bytes: &[u8], escaped: bool) -> Cut {
    let before = usize::from(escaped);
    let longest = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(longest) {
        Ok(text) => text,
        Err(error) => match (error.valid_up_to(), error.error_len()) {
            (0, None) => return Cut::Part,
            (0, Some(length)) => {
                return Cut::Whole(
                    Some(Frame::Char { c: char::REPLACEMENT_CHARACTER, escaped }),
                    before + length,
                );
            }
            (valid, _) => std::str::from_utf8(&longest[..valid]).unwrap_or_default(),
        },
    };
    match valid.chars().next() {
        Some(c) => Cut::Whole(Some(Frame::Char { c, escaped }), before + c.len_utf8()),
        None => Cut::Part,
    }
}

fn csi(bytes: &[u8]) -> Cut {
    let inside = |byte: &u8| (0x20..0x40).contains(byte);
    let Some(length) = bytes[2..].iter().position(|byte| !inside(byte)) else { return Cut::Part };
    match bytes[2 + length] {
        // The Linux console sends F1 to F5 with one byte more.
        b'[' if length == 0 => match bytes.get(3) {
            None => Cut::Part,
            Some(b'A'..=b'E') => Cut::Whole(None, 4),
            Some(_) => Cut::Whole(broken(bytes, length), 2),
        },
        // Old terminals report the mouse by three bytes more. They may be letters, but are no keys.
        b'M' if length == 0 => match &bytes[3..bytes.len().min(6)] {
            report if report.iter().any(|byte| *byte < b' ') => Cut::Whole(None, 3),
            [_, _, _] => Cut::Whole(Some(Frame::Csi(bytes[2..6].to_vec())), 6),
            _ => Cut::Part,
        },
        // No terminal sends this: Esc, `[` and another key were pressed.
        end if length == 0 && !BARE_ENDS.contains(&end) => Cut::Whole(broken(bytes, length), 2),
        b'@'..=b'~' => Cut::Whole(Some(Frame::Csi(bytes[2..=2 + length].to_vec())), 3 + length),
        // Something else starts within it.
        _ => Cut::Whole(broken(bytes, length), 2 + length),
    }
}

fn string(bytes: &[u8]) -> Cut {
    let Some(length) = bytes[2..].iter().position(|byte| *byte < 0x20) else { return Cut::Part };
    let frame = || Some(Frame::String(bytes[1], bytes[2..2 + length].to_vec()));
    match bytes[2 + length..] {
        [ESC] => Cut::Part,
        [ESC, b'\\', ..] => Cut::Whole(frame(), 4 + length),
        [0x07, ..] => Cut::Whole(frame(), 3 + length),
        _ => Cut::Whole(broken(bytes, length), 2 + length),
    }
}

/// The frame of a sequence that breaks off: an escaped key if only its opening bytes are there.
fn broken(bytes: &[u8], length: usize) -> Option<Frame> {
    (length == 0).then(|| Frame::Char { c: bytes[1].into(), escaped: true })
}

/// A paste may contain anything, also sequences. Only `PASTE_ENDS` ends it.
fn paste(bytes: &[u8], searched: &mut usize) -> Cut {
    let from = (*searched).max(PASTE.len());
    let end_at = bytes[from..].windows(PASTE_ENDS.len()).position(|window| window == PASTE_ENDS);
    let Some(end) = end_at.map(|end| from + end) else {
        *searched = bytes.len().saturating_sub(PASTE_ENDS.len() - 1);
        return Cut::Part;
    };
    *searched = 0;
    Cut::Whole(Some(pasted(&bytes[PASTE.len()..end])), end + PASTE_ENDS.len())
}

/// The paste of these bytes, cut at a character to `MAX_PASTE` bytes.
fn pasted(bytes: &[u8]) -> Frame {
    let is_inside = |at: &usize| bytes.get(*at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let end = bytes.len().min(MAX_PASTE);
    let end = if end < bytes.len() { (0..=end).rev().find(|at| !is_inside(at)).unwrap_or(0) } else { end };
    Frame::Paste(String::from_utf8_lossy(&bytes[..end]).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RESPONSES: &[&str] = &[
        "\x1b[?62;4;22;28c",
        "\x1b[?62;c",
        "\x1b[?6c",
        "\x1bP>|kitty(0.41.1)\x1b\\",
        "\x1b_Gi=31;OK\x1b\\",
        "\x1b_Gi=31;ENOENT:no such file\x1b\\",
        "\x1b[6;19;10t",
        "\x1b[4;570;1000t",
        "\x1b]11;rgb:0000/0000/0000\x07",
        "\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
        "\x1b]11;rgba:1e1e/1e1e/2e2e/ffff\x1b\\",
        "\x1b]11;#fdf6e3\x07",
        "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
        "\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
        "\x1b[0n",
        "\x1b[12;34R",
        "\x1b[2;3R",
        "\x1b[?2026;2$y",
        "\x1b[?1;0;1024S",
        "\x1b[?2;3S",
        "\x1b[>1;4000;41c",
        "\x1bP1+r4d73=5c\x1b\\",
        "\x1b[?0u",
        // Reports of the mouse, one with numbers that no screen has.
        "\x1b[<0;12;34M",
        "\x1b[<0;12;34m",
        "\x1b[<65;99999999999;1M",
    ];

    fn char(c: char) -> Frame {
        Frame::Char { c, escaped: false }
    }

    fn escaped(c: char) -> Frame {
        Frame::Char { c, escaped: true }
    }

    fn whole(bytes: impl AsRef<[u8]>) -> Vec<Frame> {
        let (mut frames, mut out) = (FrameParser::default(), vec![]);
        frames.take(bytes.as_ref(), &mut out);
        assert_eq!(frames.waiting(), Waiting::No, "{:?}", bytes.as_ref());
        out
    }

    fn keys(frames: &[Frame]) -> String {
        let key = |frame: &Frame| match frame {
            Frame::Char { c, escaped: false } => c.to_string(),
            Frame::Char { c, escaped: true } => format!("<Alt-{c}>"),
            Frame::Csi(csi) if csi == b"A" => "<Up>".to_owned(),
            Frame::Function { end: b'A', escaped: true } => "<Alt-Up>".to_owned(),
            Frame::Paste(text) => format!("<{text}>"),
            _ => String::new(),
        };
        frames.iter().map(key).collect()
    }

    #[test]
    fn response_is_one_frame() {
        for response in RESPONSES {
            let frames = whole(response);
            assert!(matches!(&*frames, [Frame::Csi(_) | Frame::String(..)]), "{response:?}: {frames:?}");
        }
        assert_eq!(whole(RESPONSES[0]), [Frame::Csi(b"?62;4;22;28c".to_vec())]);
        assert_eq!(whole(RESPONSES[3]), [Frame::String(b'P', b">|kitty(0.41.1)".to_vec())]);
    }

    /// The terminal may pause at the split, shorter than `LONG_WAIT`.
    #[test]
    fn response_may_be_split_anywhere() {
        for response in RESPONSES {
            let expected = whole(format!("aé{response}\x1b[Ab\x1b[200~x\x1by\x1b[201~"));
            let bytes = format!("aé{response}\x1b[Ab\x1b[200~x\x1by\x1b[201~").into_bytes();
            for at in 0..=bytes.len() {
                for pauses in [false, true] {
                    let (mut frames, mut out) = (FrameParser::default(), vec![]);
                    frames.take(&bytes[..at], &mut out);
                    if pauses && frames.waiting() == Waiting::Briefly {
                        frames.pause(&mut out);
                    }
                    frames.take(&bytes[at..], &mut out);
                    if bytes[..at].ends_with(b"\x1b") && pauses {
                        // An ESC before a pause counts as the key. The rest must not count as letters.
                        let keys = keys(&out);
                        assert!(!keys.contains(['?', ';', 'c', '|', 'G', 'K']), "{response:?} {at} {keys:?}");
                        continue;
                    }
                    assert_eq!(out, expected, "{response:?} split at {at}, {pauses}");
                }
            }
        }
    }

    #[test]
    fn responses_may_come_byte_by_byte() {
        let (mut frames, mut out) = (FrameParser::default(), vec![]);
        for byte in format!("q{}é\x1b[200~{}\x1b[201~", RESPONSES.concat(), "x".repeat(300)).bytes() {
            frames.take(&[byte], &mut out);
        }
        assert_eq!(keys(&out), format!("qé<{}>", "x".repeat(300)));
        assert_eq!(out.len(), RESPONSES.len() + 3);
    }

    #[test]
    fn keys_between_responses_are_read() {
        for at in 0..RESPONSES.len() {
            for typed in ["j", "\x1b[A", "\x1b", "\x1b\x1b", "é", "\x1bb"] {
                let frames = whole(RESPONSES[..at].concat() + typed + &RESPONSES[at..].concat() + "k");
                let typed = typed.replace("\x1b[A", "<Up>").replace("\x1bb", "<Alt-b>");
                assert_eq!(keys(&frames), typed.clone() + "k", "{typed:?} after {at}");
                assert_eq!(frames.len() - RESPONSES.len(), keys_in(&typed) + 1);
            }
        }
    }

    fn keys_in(typed: &str) -> usize {
        if typed.starts_with('<') { 1 } else { typed.chars().count() }
    }

    #[test]
    fn incomplete_response_swallows_no_key() {
        for response in RESPONSES {
            for at in 2..response.len() {
                let cut = &response[..at];
                // Other sequences end it at once.
                let (mut frames, mut out) = (FrameParser::default(), vec![]);
                frames.take(cut.as_bytes(), &mut out);
                frames.take(b"\x1b[A\rj", &mut out);
                let ended =
                    if cut.ends_with('\x1b') { out.len() >= 3 } else { keys(&out).ends_with("<Up>\rj") };
                assert!(ended, "{cut:?}: {out:?}");
                // Letters after a pause are read as keys, at the latest after `give_up`.
                let (mut frames, mut out) = (FrameParser::default(), vec![]);
                frames.take(cut.as_bytes(), &mut out);
                frames.pause(&mut out);
                frames.take(b"j", &mut out);
                frames.take(b"k", &mut out);
                if frames.waiting() == Waiting::Patiently {
                    frames.give_up(&mut out);
                }
                assert!(keys(&out).ends_with("jk"), "{cut:?}: {out:?}");
                assert_eq!(frames.waiting(), Waiting::No, "{cut:?}");
            }
        }
    }

    /// A step of the reader.
    #[derive(Debug, Clone)]
    enum Step {
        Take(Vec<u8>),
        Time,
    }

    fn step() -> impl Strategy<Value = Step> {
        let piece = prop_oneof![
            proptest::sample::select(RESPONSES).prop_map(|response| response.as_bytes().to_vec()),
            proptest::sample::select(vec!["\x1b", "\x1b[", "\x1bP", "\x1b[[", "j", "é", "\x1b[A", "\x1b\\"])
                .prop_map(|text| text.as_bytes().to_vec()),
            proptest::collection::vec(any::<u8>(), 0..8),
        ];
        prop_oneof![3 => piece.prop_map(Step::Take), 1 => Just(Step::Time)]
    }

    proptest! {
        #[test]
        fn key_after_any_input_is_read(steps in proptest::collection::vec(step(), 0..12)) {
            let (mut frames, mut out) = (FrameParser::default(), vec![]);
            let time = |frames: &mut FrameParser, out: &mut Vec<Frame>| match frames.waiting() {
                Waiting::No => false,
                Waiting::Briefly => { frames.pause(out); true }
                Waiting::Patiently | Waiting::Pasting => { frames.give_up(out); true }
            };
            for step in steps {
                match step {
                    Step::Take(bytes) => frames.take(&bytes, &mut out),
                    Step::Time => _ = time(&mut frames, &mut out),
                }
            }
            let mut times = 0;
            while time(&mut frames, &mut out) {
                times += 1;
                prop_assert!(times < 4, "it waits forever");
            }
            out.clear();
            frames.take(b"j", &mut out);
            prop_assert_eq!(out, [char('j')]);
        }
    }

    #[test]
    fn old_mouse_report_is_no_keys() {
        assert_eq!(whole("\x1b[M qqj"), [Frame::Csi(b"M qq".to_vec()), char('j')]);
        assert_eq!(whole(b"\x1b[M \xff\xfej"), [Frame::Csi(b"M \xff\xfe".to_vec()), char('j')]);
        for (sent, expected) in [("\x1b[M\x03", "\x03"), ("\x1b[M q\x03", " q\x03"), ("\x1b[M\x1b[A", "<Up>")]
        {
            assert_eq!(keys(&whole(sent)), expected, "{sent:?}");
        }
        let (mut frames, mut out) = (FrameParser::default(), vec![]);
        frames.take(b"\x1b[M q", &mut out);
        frames.pause(&mut out);
        frames.give_up(&mut out);
        frames.take(b"j", &mut out);
        assert_eq!(out, [char('j')], "a damaged one is dropped");
    }

    #[test]
    fn damaged_mouse_report_is_dropped() {
        for sent in ["\x1b[<0;12;\x1b[Aj", "\x1b[<\x1b[Aj", "\x1b[<0;1;2\x1b[Aj"] {
            assert_eq!(keys(&whole(sent)), "<Up>j", "{sent:?}");
        }
    }

    #[test]
    fn mouse_report_in_a_paste_is_text() {
        assert_eq!(whole("\x1b[200~\x1b[<0;1;1M\x1b[201~"), [Frame::Paste("\x1b[<0;1;1M".into())]);
    }

    #[test]
    fn escape_is_a_key_once_nothing_follows_it() {
        let (mut frames, mut out) = (FrameParser::default(), vec![]);
        frames.take(b"\x1b", &mut out);
        assert_eq!((frames.waiting(), out.len()), (Waiting::Briefly, 0));
        frames.pause(&mut out);
        assert_eq!((frames.waiting(), &*out), (Waiting::No, &[char('\x1b')][..]));
        frames.take(b"[x", &mut out);
        assert_eq!(keys(&out), "\x1b[x", "what is typed later are keys");
    }

    #[test]
    fn escape_and_key_are_both_read_at_every_split() {
        let up = || Frame::Function { end: b'A', escaped: true };
        let csi = |text: &str| Frame::Csi(text.as_bytes().to_vec());
        for (sent, expected) in [
            ("\x1bq", vec![escaped('q')]),
            ("\x1bé", vec![escaped('é')]),
            ("\x1b🦀j", vec![escaped('🦀'), char('j')]),
            ("\x1b\r", vec![escaped('\r')]),
            ("\x1b\x03", vec![escaped('\x03')]),
            ("\x1b\x1bq", vec![char('\x1b'), escaped('q')]),
            ("\x1b\x1b[A", vec![up()]),
            ("\x1b\x1bOAj", vec![up(), char('j')]),
            ("\x1b\x1b[5~", vec![char('\x1b'), csi("5~")]),
            ("\x1b\x1b[200~a\x1b[201~", vec![char('\x1b'), Frame::Paste("a".into())]),
            ("\x1b\x1b[?62c", vec![char('\x1b'), csi("?62c")]),
            // Keys that also open sequences.
            ("\x1bPj", vec![escaped('P'), char('j')]),
            ("\x1b]j", vec![escaped(']'), char('j')]),
            ("\x1b_j", vec![escaped('_'), char('j')]),
            ("\x1b^j", vec![escaped('^'), char('j')]),
            ("\x1bXj", vec![escaped('X'), char('j')]),
            ("\x1bOj", vec![escaped('O'), char('j')]),
            ("\x1b[j", vec![escaped('['), char('j')]),
            ("\x1b[[j", vec![escaped('['), char('['), char('j')]),
            ("\x1b[é", vec![escaped('['), char('é')]),
        ] {
            assert_eq!(whole(sent), expected, "{sent:?}");
            for at in 1..sent.len() {
                let (before, after) = sent.as_bytes().split_at(at);
                let (mut frames, mut out) = (FrameParser::default(), vec![]);
                frames.take(before, &mut out);
                frames.take(after, &mut out);
                assert_eq!(out, expected, "{sent:?} split at {at}");
                // A pause after an ESC makes it a key of its own. Elsewhere it changes nothing.
                if before.ends_with(b"\x1b") || before.starts_with(b"\x1b\x1b") {
                    continue;
                }
                let (mut frames, mut out) = (FrameParser::default(), vec![]);
                frames.take(before, &mut out);
                if frames.waiting() == Waiting::Briefly {
                    frames.pause(&mut out);
                }
                frames.take(after, &mut out);
                assert_eq!(out, expected, "{sent:?} paused at {at}");
            }
        }
    }

    #[test]
    fn pause_after_two_escapes_makes_both_keys() {
        for rest in ["", "[", "O"] {
            let (mut frames, mut out) = (FrameParser::default(), vec![]);
            frames.take(format!("\x1b\x1b{rest}").as_bytes(), &mut out);
            frames.pause(&mut out);
            if frames.waiting() == Waiting::Patiently {
                frames.give_up(&mut out);
            }
            let last = rest.chars().next().map_or(char('\x1b'), escaped);
            assert_eq!(out, [char('\x1b'), last], "{rest:?}");
        }
    }

    #[test]
    fn paste_split_after_escape_is_no_keys() {
        let (mut frames, mut out) = (FrameParser::default(), vec![]);
        frames.take(b"\x1b", &mut out);
        frames.pause(&mut out);
        frames.take(b"[200~qq\x1b[201~", &mut out);
        assert_eq!(out, [char('\x1b'), Frame::Paste("qq".into())]);
    }

    #[test]
    fn unfinished_sequence_is_bounded_and_interrupt_ends_it() {
        for opens in ["\x1bP>", "\x1b]1", "\x1b_G", "\x1b["] {
            let (mut frames, mut out) = (FrameParser::default(), vec![]);
            frames.take(opens.as_bytes(), &mut out);
            for _ in 0..100 {
                frames.take(&[b'1'; 1000], &mut out);
                assert!(frames.pending.len() <= MAX_SEQUENCE, "{opens:?}");
            }
            frames.take(b"\x03", &mut out);
            assert_eq!(out, [char('\x03')], "{opens:?}");
        }
    }

    #[test]
    fn escape_right_before_a_key_marks_it_escaped() {
        assert_eq!(whole("\x1bb\x1bé\x1b\x7f"), [escaped('b'), escaped('é'), escaped('\x7f')]);
        assert_eq!(whole("\x1bOa"), [Frame::Function { end: b'a', escaped: false }]);
        assert_eq!(
            whole("\x1bOA\x1bOx"),
            [Frame::Function { end: b'A', escaped: false }, escaped('O'), char('x')]
        );
        for opens in ["\x1b[", "\x1bP", "\x1b]", "\x1b_", "\x1bO"] {
            let (mut frames, mut out) = (FrameParser::default(), vec![]);
            frames.take(opens.as_bytes(), &mut out);
            frames.pause(&mut out);
            frames.give_up(&mut out);
            assert_eq!(out, [escaped(opens.chars().nth(1).unwrap())]);
            assert_eq!(whole(format!("{opens}\r")), [out[0].clone(), char('\r')]);
        }
    }

    #[test]
    fn invalid_utf8_becomes_replacement_characters() {
        assert_eq!(whole(b"a\xffb"), [char('a'), char('\u{fffd}'), char('b')]);
        assert_eq!(whole(b"\xe2\x82j"), [char('\u{fffd}'), char('j')]);
        assert_eq!(whole("€😀"), [char('€'), char('😀')]);
        let (mut frames, mut out) = (FrameParser::default(), vec![]);
        frames.take(b"\xe2\x82", &mut out);
        frames.pause(&mut out);
        frames.take(b"j", &mut out);
        assert_eq!(keys(&out), "\u{fffd}j");
        frames.take(b"\xe2", &mut out);
        frames.pause(&mut out);
        frames.give_up(&mut out);
        assert_eq!(keys(&out), "\u{fffd}j\u{fffd}");
    }

    #[test]
    fn paste_may_contain_sequences_and_be_split() {
        assert_eq!(
            whole("\x1b[200~a\x1b[A\x1b\r\n\x1b[201~q"),
            [Frame::Paste("a\x1b[A\x1b\r\n".into()), char('q')]
        );
        assert_eq!(whole(b"\x1b[200~\xff\x1b[201~"), [Frame::Paste("\u{fffd}".into())]);
        let (mut frames, mut out) = (FrameParser::default(), vec![]);
        frames.take(b"\x1b[200~a\x1b", &mut out);
        assert_eq!(frames.waiting(), Waiting::Pasting);
        frames.take(b"[201", &mut out);
        frames.take(b"~q", &mut out);
        assert_eq!(out, [Frame::Paste("a".into()), char('q')]);
    }

    #[test]
    fn paste_without_end_is_still_pasted() {
        for (sent, text) in
            [("a\x03", "a\x03"), ("", ""), ("a\x1b[20", "a"), ("a\x1b[2", "a"), ("\x1b[A", "\x1b[A")]
        {
            let (mut frames, mut out) = (FrameParser::default(), vec![]);
            frames.take(b"\x1b[200~", &mut out);
            frames.take(sent.as_bytes(), &mut out);
            frames.give_up(&mut out);
            frames.take(b"\x03", &mut out);
            assert_eq!(out, [Frame::Paste(text.into()), char('\x03')], "{sent:?}");
            assert_eq!(frames.waiting(), Waiting::No);
        }
    }

    #[test]
    fn long_paste_is_truncated_as_it_comes() {
        let crabs = MAX_PASTE / 4;
        for size in [1, 5, 6, 7, 4096, 9 * MAX_PASTE] {
            let (mut frames, mut out) = (FrameParser::default(), vec![]);
            let sent = format!("\x1b[200~x{}\x1b[201~q", "🦀".repeat(2 * crabs)).into_bytes();
            for part in sent.chunks(size) {
                frames.take(part, &mut out);
                assert!(frames.pending.len() <= MAX_PASTE + size + 2 * PASTE.len(), "{size}");
            }
            let expected = format!("x{}", "🦀".repeat(crabs - 1));
            // Not `assert_eq`, which would print all of it.
            assert!(out == [Frame::Paste(expected.clone()), char('q')], "{size}");
            let (mut lost, mut out) = (FrameParser::default(), vec![]);
            sent[..sent.len() - 7].chunks(size).for_each(|part| lost.take(part, &mut out));
            lost.give_up(&mut out);
            assert!(out == [Frame::Paste(expected)], "{size}, and its end lost");
        }
    }
}
