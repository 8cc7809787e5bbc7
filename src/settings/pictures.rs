//! `CFIMG_PICTURE`: how pictures are drawn.

use std::ffi::OsString;

use crate::domain::sanitize::sanitize;
use crate::domain::trim::bare;
use crate::domain::width::cut_end;
use crate::domain::{Failure, FailureKind, PictureChoice};

pub(super) const PICTURE: &str = "CFIMG_PICTURE";

/// Reads the variable; `None` if it is unset or empty.
pub fn picture(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Option<PictureChoice>, Failure> {
    let Some(value) = env(PICTURE).filter(|value| !value.is_empty()) else { return Ok(None) };
    let choice = bare(&value.to_string_lossy()).parse::<PictureChoice>();
    let choice = choice.map_err(|why| {
        let value = cut_end(&sanitize(&value.to_string_lossy()), 60).into_owned();
        Failure::new(
            FailureKind::Usage,
            format!("{PICTURE} cannot be “{value}”"),
            format!("Of ways to draw {why}."),
        )
    })?;
    Ok(Some(choice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variable_names_a_picture_protocol() {
        let picture_with =
            |value: Option<&str>| picture(&|name| value.filter(|_| name == PICTURE).map(OsString::from));
        assert_eq!(picture_with(None), Ok(None));
        assert_eq!(picture_with(Some("")), Ok(None));
        assert_eq!(picture_with(Some("sixel")), Ok(Some(PictureChoice::Sixel)));
        assert_eq!(picture_with(Some(" “sixel” ")), Ok(Some(PictureChoice::Sixel)));
        let failure = picture_with(Some("sixels")).unwrap_err();
        let message = failure.to_string();
        assert!(
            failure.kind == FailureKind::Usage && message.contains(PICTURE) && message.contains("halfblocks"),
            "{message}"
        );
    }
}
