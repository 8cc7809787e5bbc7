//! Failures that several effects report.

use crate::domain::Failure;
use crate::picture::PictureError;

pub(super) fn no_count_failure() -> Failure {
    Failure::other("Couldn't count the images", "The API's response has no count. Try again.")
}

pub(super) fn bug() -> Failure {
    Failure::other(
        "cfimg has a bug",
        "The request was aborted. Details are printed when you quit; please report them.",
    )
}

pub(super) fn picture_failure(error: &PictureError) -> Failure {
    Failure::other("No picture", error.to_string())
}

pub(super) fn no_thread_for_picture(why: &str) -> Failure {
    let hint = format!("The system couldn't start a thread ({why}). Close other programs, then press r.");
    Failure::other("No picture", hint)
}

pub(super) fn broken_picture() -> Failure {
    Failure::other("No picture", "The file is corrupt and crashed the decoder. Open it in a browser.")
}
