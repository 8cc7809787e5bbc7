//! Whether history and index may be stored on disk, according to the environment.

use std::ffi::OsString;

const NO_HISTORY: &str = "CFIMG_NO_HISTORY";
const NO_INDEX: &str = "CFIMG_NO_INDEX";

/// Whether lookups may be stored between runs. As with `NO_COLOR`, any value but the empty one turns this
/// off.
pub fn keeps_history(env: &dyn Fn(&str) -> Option<OsString>) -> bool {
    is_unset(env, NO_HISTORY)
}

/// Whether the list may be stored between runs; decided like the history.
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
    fn any_nonempty_value_disables_storage() {
        for (name, keeps) in [
            (NO_HISTORY, keeps_history as fn(&dyn Fn(&str) -> Option<OsString>) -> bool),
            (NO_INDEX, keeps_index),
        ] {
            let keeps_with = |value: Option<&str>| {
                keeps(&|variable| value.filter(|_| variable == name).map(OsString::from))
            };
            assert!(keeps_with(None) && keeps_with(Some("")));
            assert!(!keeps_with(Some("1")) && !keeps_with(Some("0")) && !keeps_with(Some(" ")));
        }
    }
}
