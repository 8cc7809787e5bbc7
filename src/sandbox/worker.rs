//! The worker process: reads one request, renders the picture, and exits.

use std::io::{self, Write as _};
use std::process::ExitCode;

#[cfg(feature = "svg")]
use super::fonts;
use super::limits::Threads;
use super::{CPU_TIME, MEMORY, RASTER_CPU_TIME, RASTER_MEMORY, Request, Response, limits};
use crate::domain::catch_panic::catch_panic;
#[cfg(feature = "avif")]
use crate::picture::avif;
#[cfg(feature = "svg")]
use crate::picture::svg;
use crate::picture::{Format, PictureError, Rendered, raster};

/// Reads a request from standard input and writes the response to standard output.
#[expect(clippy::disallowed_methods, reason = "this process has no other output, and no terminal")]
pub(super) fn main() -> ExitCode {
    // Nobody reads panic messages: the parent only sees that there is no response.
    std::panic::set_hook(Box::new(|_| {}));
    let responded = Request::read(io::stdin().lock()).and_then(|request| {
        let response = Response(render(request)?);
        let mut out = io::stdout().lock();
        response.write(&mut out)?;
        out.flush()
    });
    match responded {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Loads fonts, then applies the limits and renders.
fn render(request: Request<'_>) -> io::Result<Result<Rendered, PictureError>> {
    match request {
        #[cfg(feature = "svg")]
        Request::Svg { text, width, height } => {
            let fonts = std::str::from_utf8(&text)
                .ok()
                .filter(|text| svg::has_text(text))
                .map(fonts::for_text)
                .unwrap_or_default();
            limits::apply(MEMORY, CPU_TIME, Threads::Refused)?;
            Ok(catch_panic(|| svg::render(&text, width, height, fonts))
                .unwrap_or_else(|| Err(broken(Format::Svg))))
        }
        #[cfg(feature = "avif")]
        Request::Avif { bytes, max_pixels } => {
            limits::apply(MEMORY, CPU_TIME, Threads::Refused)?;
            Ok(catch_panic(|| avif::render(&bytes, max_pixels)).unwrap_or_else(|| Err(broken(Format::Avif))))
        }
        Request::Raster { bytes, format, width, height } => {
            // One of the decoders of JPEG decodes components in threads.
            let threads = if format == Format::Jpeg { Threads::Allowed } else { Threads::Refused };
            limits::apply(RASTER_MEMORY, RASTER_CPU_TIME, threads)?;
            Ok(catch_panic(|| raster(bytes, width, height)).unwrap_or_else(|| Err(broken(format))))
        }
        #[cfg(not(all(feature = "avif", feature = "svg")))]
        other => Ok(Err(PictureError::Unsupported { format: other.format() })),
    }
}

fn broken(format: Format) -> PictureError {
    PictureError::Damaged { format, reason: "its decoder failed".to_owned() }
}
