//! Failures that several effects report.

use crate::domain::Failure;
use crate::picture::PictureError;

pub(super) fn no_count_failure() -> Failure {
    Failure::other("The number of images is unknown", "The API's answer holds no count that can be read.")
}

pub(super) fn bug() -> Failure {
    Failure::other(
        "cfimg has a bug",
        "The request broke off. What happened is told when you quit: please report it.",
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
