//! Prints panic messages after the screen is restored: on the alternate screen nobody would read them.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Write as _;
use std::io::Write;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Mutex, Once, PoisonError};

use crate::domain::catch_panic::is_catching;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::redacted;

static MESSAGES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Installs the hook: from here on panics are stored until [`print_panics_after`] prints them.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| panic::set_hook(Box::new(store)));
}

/// Runs the program or a command, and then prints the panics of the program and its tasks on `stderr`. By then unwinding has dropped
/// the guard, which restores the terminal. `Err` is the panic that ended the program.
pub fn print_panics_after<T>(
    stderr: &mut dyn Write,
    run: impl FnOnce() -> T,
) -> Result<T, Box<dyn Any + Send>> {
    install();
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    for message in MESSAGES.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        // A panic message may quote text from the network.
        for line in message.lines() {
            _ = writeln!(stderr, "{}", sanitize(line));
        }
    }
    outcome
}

fn store(info: &PanicHookInfo<'_>) {
    if is_catching() {
        tracing::warn!("damaged bytes crashed the decoder: {}", without_secrets(&info.to_string()));
        return;
    }
    let thread = std::thread::current();
    let mut message = format!(
        "cfimg has a bug. Please report this:\nthread '{}' {info}",
        thread.name().unwrap_or("unnamed")
    );
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        _ = write!(message, "\n{backtrace}");
    }
    let message = without_secrets(&message);
    tracing::error!("{message}");
    let mut messages = MESSAGES.lock().unwrap_or_else(PoisonError::into_inner);
    // A task that panics at each lookup must not fill the memory.
    if messages.len() < 10 {
        messages.push(message);
    }
}

/// A panic message may quote a pasted secret.
fn without_secrets(message: &str) -> String {
    message.lines().map(redacted).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_contains_no_secret() {
        let token = format!("cfut_{}", "x".repeat(48));
        let signed = "byte index 1 of `https://imagedelivery.net/H/a/v?sig=hush`";
        let report = without_secrets(&format!("a bug\n{signed}\nof `{token}`\nat line 1"));
        assert_eq!(report, "a bug\nbyte index 1 of `https://imagedelivery.net/H/a/v?sig=…\n…\nat line 1");
    }
}
