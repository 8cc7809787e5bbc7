//! What may be kept on disk.

use std::ffi::OsString;

const NO_HISTORY: &str = "CFIMG_NO_HISTORY";

/// Whether lookups may be remembered from run to run. The variable turns it off by being set to anything, as `NO_COLOR`
/// does; empty counts as unset.
pub fn keeps_history(env: &dyn Fn(&str) -> Option<OsString>) -> bool {
    env(NO_HISTORY).is_none_or(|value| value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_turns_the_history_off() {
        let with = |value: Option<&str>| {
            keeps_history(&|name| value.filter(|_| name == NO_HISTORY).map(OsString::from))
        };
        assert!(with(None) && with(Some("")));
        assert!(!with(Some("1")) && !with(Some("0")) && !with(Some(" ")));
    }
}
