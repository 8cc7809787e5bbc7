//! Arbitrary bytes with small limits: file info, decoding, scaling, encoding and animation neither panic nor hang.

#![no_main]

use std::sync::Arc;

use cfimg::picture::{Frames, InProcess, Limits, Picture, Protocol, Renderer, Target, file_info, print_inline};
use libfuzzer_sys::fuzz_target;

/// Small, to spend the time on many files instead of large ones.
const LIMITS: Limits = Limits { side: 2000, memory: 4 << 20 };

fuzz_target!(|bytes: &[u8]| {
    let renderer: Arc<dyn Renderer> = Arc::new(InProcess);
    let info = file_info(bytes);
    if let Err(error) = &info {
        assert!(!error.to_string().contains(char::is_control), "{error}");
    }
    match Picture::decode(bytes, &LIMITS, &renderer) {
        Ok(picture) => {
            let info = info.expect("a decodable file has a file info");
            assert_eq!(info.format, picture.format());
            // SVG and large pictures are decoded only here.
            match picture.fit(40, 30) {
                Ok(small) => assert!(small.pixels.width() <= 40 && small.pixels.height() <= 30),
                Err(error) => assert!(!error.to_string().contains(char::is_control), "{error}"),
            }
            let target = Target::new(Protocol::Halfblocks);
            _ = print_inline(&picture, (20, 10), target, 1, &mut Vec::new());
        }
        Err(error) => assert!(!error.to_string().contains(char::is_control), "{error}"),
    }
    if let Ok(frames) = Frames::new(Arc::from(bytes), LIMITS) {
        for frame in frames.take(3) {
            let Ok(frame) = frame else { break };
            assert!(frame.delay.as_millis() >= 66);
        }
    }
});
