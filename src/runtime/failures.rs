//! Failures that several effects report.

use crate::domain::Failure;

pub(super) fn no_count_failure() -> Failure {
    Failure::other("Couldn't count the images", "The API's response has no count. Try again.")
}

pub(super) fn bug() -> Failure {
    Failure::other(
        "cfimg has a bug",
        "The request was aborted. Details are printed when you quit; please report them.",
    )
}

pub(super) fn no_thread_for_picture(why: &str) -> Failure {
    let what = format!("The system couldn't start a thread ({why})");
    Failure::other(what, "Close other programs, then press r.").with_short("System error")
}

pub(super) fn broken_picture() -> Failure {
    Failure::other("The file is corrupt and crashed the decoder", "Open it in a browser.")
        .with_short("Corrupt file")
}
