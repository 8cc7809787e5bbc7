//! Arbitrary requests to a sandboxed child process, and arbitrary responses from it.

#![no_main]

use cfimg::picture::RenderTask;
use cfimg::sandbox::{Request, Response};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(request) = Request::read(bytes) {
        let mut written = Vec::new();
        request.write(&mut written).expect("memory takes it");
        assert_eq!(Request::read(&*written).expect("it is read again"), request);
    }
    let request = Request { task: RenderTask::Svg { width: 2, height: 3 }, file: b"".into() };
    if let Ok(Response(Ok(rendered))) = Response::read(bytes, &request) {
        assert_eq!(rendered.pixels.dimensions(), (2, 3));
    }
    let request = Request { task: RenderTask::Avif { max_pixels: 100 }, file: b"".into() };
    if let Ok(Response(response)) = Response::read(bytes, &request) {
        match response {
            Ok(rendered) => assert!(rendered.pixels.width() * rendered.pixels.height() <= 100),
            Err(error) => assert!(!error.to_string().contains(char::is_control), "{error}"),
        }
    }
});
