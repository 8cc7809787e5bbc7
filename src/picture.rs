//! Pictures: file info, decoding within limits, scaling, animation, and encoding for the terminal.
//!
//! The functions block while they compute, so call them on a thread for that. There is no clock, thread or network here.
//! In reading order: [`file_info()`], [`Picture`], [`Frames`], [`encode`] and [`print_inline`].
//!
//! JPEG, PNG, WebP and GIF are decoded here. SVG and AVIF are decoded by a [`Renderer`], in another process, if the
//! features `svg` and `avif` are on. An SVG's scripts do not run, and its external references are not loaded.

#[cfg(feature = "avif")]
pub mod avif;
mod checkerboard;
mod chunks;
mod color;
mod decode;
mod error;
mod file_info;
mod frames;
mod in_process;
mod inline;
mod kitty;
mod limits;
mod note;
mod protocol;
mod renderer;
mod scale;
mod sixel;
mod size_probe;
mod still;
#[cfg(feature = "svg")]
pub mod svg;
mod tiles;
mod zoomable;

pub use error::{PictureError, Resource};
pub use file_info::{FileInfo, check_is_picture, extension, file_info, format};

pub use frames::{Frame, Frames};
pub use in_process::{InProcess, raster};
pub use inline::{InlineError, print_inline};
pub use limits::Limits;
pub use note::Note;
pub use protocol::{Encoded, Graphic, delete_pictures, encode, encode_part};
pub use renderer::{RenderTask, Rendered, Renderer};
pub use size_probe::SizeProbe;
pub use still::{Picture, needs_renderer};
pub use tiles::{Tile, print_tiles};
pub use zoomable::Zoomable;

pub use crate::domain::graphics::{Protocol, Target};
pub use crate::domain::picture_format::Format;

/// The `Accept` header. AVIF is left out: it is slower to decode, and servers would prefer it.
pub const ACCEPT: &str = if cfg!(feature = "svg") {
    "image/webp,image/png,image/jpeg,image/gif,image/svg+xml"
} else {
    "image/webp,image/png,image/jpeg,image/gif"
};
