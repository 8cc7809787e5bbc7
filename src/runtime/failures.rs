//! Failures that several effects report.

use crate::domain::{Failure, FailureKind};
use crate::picture::PictureError;

pub(super) fn no_count_failure() -> Failure {
    Failure::new(
        FailureKind::Other,
        "The number of images is unknown",
        "The API's answer holds no count that can be read.",
    )
}

pub(super) fn bug() -> Failure {
    Failure::new(
        FailureKind::Other,
        "cfimg has a bug",
        "The request broke off. What happened is told when you quit: please report it.",
    )
}

pub(super) fn picture_failure(error: &PictureError) -> Failure {
    Failure::new(FailureKind::Other, "No picture", error.to_string())
}

pub(super) fn broken_picture() -> Failure {
    Failure::new(
        FailureKind::Other,
        "No picture",
        "Its bytes are damaged in a way that breaks what decodes them. Open it in a browser.",
    )
}
