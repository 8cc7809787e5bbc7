//! Preferences in environment variables.

use std::ffi::OsString;
use std::fmt::Display;
use std::str::FromStr;

use crate::domain::sanitize::sanitize;
use crate::domain::trim::bare;
use crate::domain::width::cut_end;
use crate::domain::{Failure, FailureKind};

/// Whether a variable is unset or empty. As with `NO_COLOR`, any other value turns something off.
pub(super) fn is_unset(env: &dyn Fn(&str) -> Option<OsString>, name: &str) -> bool {
    env(name).is_none_or(|value| value.is_empty())
}

/// The text of a variable, without quotes; `None` if it is unset or empty.
pub(super) fn text(env: &dyn Fn(&str) -> Option<OsString>, name: &str) -> Option<String> {
    let value = env(name).filter(|value| !value.is_empty())?;
    Some(bare(&value.to_string_lossy()).to_owned())
}

/// A choice; `None` if the variable is unset or empty.
pub(super) fn choice<T>(
    env: &dyn Fn(&str) -> Option<OsString>,
    name: Option<&str>,
) -> Result<Option<T>, Failure>
where
    T: FromStr<Err: Display>,
{
    let Some(name) = name else { return Ok(None) };
    let Some(value) = env(name).filter(|value| !value.is_empty()) else { return Ok(None) };
    let choice = bare(&value.to_string_lossy()).parse::<T>();
    let choice = choice.map_err(|why| invalid(name, &value.to_string_lossy(), format!("Instead, {why}.")))?;
    Ok(Some(choice))
}

/// A value of a variable or an option that can't be used.
pub(super) fn invalid(name: &str, value: &str, hint: String) -> Failure {
    let value = cut_end(&sanitize(value), 60).into_owned();
    Failure::new(FailureKind::Usage, format!("{name} can't be “{value}”"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::PictureChoice;

    const PICTURE: &str = "CFIMG_PICTURE";

    #[test]
    fn any_nonempty_value_turns_off() {
        let is_unset = |value: Option<&str>| is_unset(&|_| value.map(OsString::from), "CFIMG_NO_INDEX");
        assert!(is_unset(None) && is_unset(Some("")));
        assert!(!is_unset(Some("1")) && !is_unset(Some("0")) && !is_unset(Some(" ")));
    }

    #[test]
    fn variable_names_a_picture_protocol() {
        let picture_with = |value: Option<&str>| {
            choice(&|name| value.filter(|_| name == PICTURE).map(OsString::from), Some(PICTURE))
        };
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
