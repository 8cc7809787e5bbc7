//! Decodes pictures for the terminal.

use std::sync::Arc;

use crate::domain::Failure;
use crate::domain::catch_panic::catch_panic;
use crate::domain::failure::UPLOAD_AGAIN;
use crate::picture::{Limits, Picture, PictureError, Renderer};

/// The ID of a picture for kitty inside tmux, which has 24 bits. IDs of one process are far apart, and differ
/// between processes: two neighbouring pictures on the screen are most likely of one process and the next.
pub(super) fn picture_id(number: u32) -> u32 {
    ((std::process::id() ^ (number - 1).wrapping_mul(0x009e_3779)) & 0x00ff_ffff).max(1)
}

/// Decodes a picture. A decoder that panics counts as an error.
pub(super) fn decode(bytes: &[u8], renderer: &Arc<dyn Renderer>) -> Result<Picture, Failure> {
    guarded(|| Picture::decode(bytes, &Limits::default(), renderer))
}

/// Decodes or scales a picture. A panic counts as a corrupt file.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, PictureError>) -> Result<T, Failure> {
    catch_panic(work).map_or_else(|| Err(corrupt()), |done| done.map_err(|error| error.failure()))
}

pub(super) fn corrupt() -> Failure {
    Failure::other("The picture's file is corrupt", UPLOAD_AGAIN)
}
