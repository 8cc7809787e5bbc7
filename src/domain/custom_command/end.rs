//! How a command ended, in words.

use super::super::sanitize::sanitize;

/// What is said of a command that failed: `gimp failed (exit code 3)`.
pub fn failed(name: &str, how: &str) -> String {
    format!("{} failed ({how})", sanitize(name))
}

/// How a command ended, by its exit code or the signal that killed it. `None` if it succeeded.
pub fn failure_of(code: Option<i32>, signal: Option<i32>) -> Option<String> {
    match (code, signal) {
        (Some(0), _) => None,
        (Some(code), _) => Some(format!("exit code {code}")),
        (None, Some(signal)) => Some(format!("killed by {}", signal_name(signal))),
        (None, None) => Some("its end is unknown".to_owned()),
    }
}

/// The name of a signal that has the same number on every system, or the number.
fn signal_name(number: i32) -> String {
    let name = match number {
        1 => "HUP",
        2 => "INT",
        3 => "QUIT",
        4 => "ILL",
        5 => "TRAP",
        6 => "ABRT",
        8 => "FPE",
        9 => "KILL",
        11 => "SEGV",
        13 => "PIPE",
        14 => "ALRM",
        15 => "TERM",
        _ => return format!("signal {number}"),
    };
    format!("SIG{name}")
}
