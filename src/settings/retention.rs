//! What may be kept on disk.

use std::ffi::OsString;

const NO_HISTORY: &str = "CFIMG_NO_HISTORY";
const NO_INDEX: &str = "CFIMG_NO_INDEX";

/// Whether lookups may be remembered from run to run. The variable turns it off by being set to anything, as `NO_COLOR`
/// does; empty counts as unset.
pub fn keeps_history(env: &dyn Fn(&str) -> Option<OsString>) -> bool {
    is_unset(env, NO_HISTORY)
}

/// Whether what was listed may be kept from run to run; said as for the history.
pub fn keeps_index(env: &dyn Fn(&str) -> Option<OsString>) -> bool {
    is_unset(env, NO_INDEX)
}

fn is_unset(env: &dyn Fn(&str) -> Option<OsString>, name: &str) -> bool {
    env(name).is_none_or(|value| value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_turns_it_off() {
        for (name, keeps) in [
            (NO_HISTORY, keeps_history as fn(&dyn Fn(&str) -> Option<OsString>) -> bool),
            (NO_INDEX, keeps_index),
        ] {
            let with = |value: Option<&str>| {
                keeps(&|variable| value.filter(|_| variable == name).map(OsString::from))
            };
            assert!(with(None) && with(Some("")));
            assert!(!with(Some("1")) && !with(Some("0")) && !with(Some(" ")));
        }
    }
}
