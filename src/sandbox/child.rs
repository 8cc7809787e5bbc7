//! The child process: reads one request, renders the picture, and exits.

use std::io::{self, Write as _};
use std::process::ExitCode;

#[cfg(feature = "svg")]
use super::fonts;
use super::limits::{self, ProcessLimits};
use super::protocol::{Request, Response};
#[cfg(feature = "svg")]
use crate::domain::Part;
use crate::domain::catch_panic::catch_panic;
#[cfg(feature = "avif")]
use crate::picture::avif;
#[cfg(feature = "svg")]
use crate::picture::svg;
use crate::picture::{PictureError, RenderTask, Rendered, raster};

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
fn render(Request { task, file }: Request<'_>) -> io::Result<Result<Rendered, PictureError>> {
    #[cfg(feature = "svg")]
    let fonts = match (task, str::from_utf8(&file)) {
        (RenderTask::Svg { .. } | RenderTask::SvgPart { .. }, Ok(text)) if svg::has_text(text) => {
            fonts::for_text(text)
        }
        _ => svg::Fonts::default(),
    };
    limits::apply(ProcessLimits::of(task))?;
    let rendered = catch_panic(|| match task {
        #[cfg(feature = "svg")]
        RenderTask::Svg { width, height } => svg::render(&file, width, height, fonts),
        #[cfg(feature = "svg")]
        RenderTask::SvgPart { whole, offset, width, height } => {
            svg::render_part(&file, Part { whole, offset, size: (width, height) }, fonts)
        }
        #[cfg(feature = "avif")]
        RenderTask::Avif { max_pixels } => avif::render(&file, max_pixels),
        RenderTask::Raster { width, height, .. } => raster(file, width, height),
        #[cfg(not(all(feature = "avif", feature = "svg")))]
        other => Err(PictureError::Unsupported { format: other.format() }),
    });
    Ok(rendered.unwrap_or_else(|| Err(PictureError::damaged(task.format(), "the decoder failed"))))
}
