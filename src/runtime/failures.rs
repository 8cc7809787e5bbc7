//! Failures that several effects report.

use crate::domain::Failure;
use crate::picture::PictureError;

pub(super) fn no_count_failure() -> Failure {
    Failure::other("The number of images is unknown", "The API's response has no count.")
}

pub(super) fn bug() -> Failure {
    Failure::other(
        "cfimg has a bug",
        "The request was aborted. The details are printed when you quit: please report them.",
    )
}

pub(super) fn picture_failure(error: &PictureError) -> Failure {
    Failure::other("No picture", error.to_string())
}

pub(super) fn no_thread_for_picture(why: &str) -> Failure {
    let hint = format!("The system could not start a thread ({why}). End other programs, then press r.");
    Failure::other("No picture", hint)
}

pub(super) fn broken_picture() -> Failure {
    Failure::other(
        "No picture",
        "Its bytes are damaged in a way that breaks what decodes them. Open it in a browser.",
    )
}
