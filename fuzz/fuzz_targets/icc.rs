//! Arbitrary colour profiles in a JPEG: the picture is shown even if the profile is broken.

#![no_main]

use std::sync::Arc;

use cfimg::picture::{InProcess, Limits, Picture, Renderer};
use libfuzzer_sys::fuzz_target;

/// RGB (baseline and progressive) and CMYK.
const PICTURES: [&[u8]; 3] = [
    include_bytes!("../../tests/pictures/sampling-3x1.jpg"),
    include_bytes!("../../tests/pictures/progressive.jpg"),
    include_bytes!("../../tests/pictures/cmyk.jpg"),
];

fuzz_target!(|profile: &[u8]| {
    let renderer: Arc<dyn Renderer> = Arc::new(InProcess);
    let parts: Vec<&[u8]> = profile.chunks(60_000).collect();
    let Ok(count) = u8::try_from(parts.len()) else { return };
    for picture in PICTURES {
        let mut bytes = picture[..2].to_vec();
        for (part, number) in parts.iter().zip(1..) {
            let length = u16::try_from(part.len() + 16).expect("parts are short");
            bytes.extend([0xff, 0xe2]);
            bytes.extend(length.to_be_bytes());
            bytes.extend(b"ICC_PROFILE\0");
            bytes.extend([number, count]);
            bytes.extend(*part);
        }
        bytes.extend(&picture[2..]);
        Picture::decode(&bytes, &Limits::default(), &renderer).expect("the picture is whole");
    }
});
