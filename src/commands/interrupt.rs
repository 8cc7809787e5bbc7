//! Ends a command on a signal, after it has cleaned up.

use std::io;

#[derive(Debug, Clone, Copy)]
pub(super) enum Signals {
    /// SIGINT (Ctrl-C) and SIGTERM.
    Stop,
    /// Those, SIGHUP and SIGQUIT.
    All,
}

/// Waits for one of the signals and returns the exit code that a shell uses for it. If the process still runs
/// half a second later, it is blocked in a write that nobody reads: then `clean_up` runs and the process
/// exits with that code.
pub(super) async fn interrupted(signals: Signals, clean_up: fn()) -> u8 {
    match watch(signals, clean_up) {
        Ok(code) => code.await,
        // The signals keep their default action.
        Err(_) => std::future::pending().await,
    }
}

/// Starts listening at once. See [`interrupted`].
#[cfg(unix)]
pub(super) fn watch(signals: Signals, clean_up: fn()) -> io::Result<impl Future<Output = u8>> {
    use std::time::Duration;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::iterator;

    const PATIENCE: Duration = Duration::from_millis(500);

    let mut signals = match signals {
        Signals::Stop => iterator::Signals::new([SIGINT, SIGTERM]),
        Signals::All => iterator::Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT]),
    }?;
    let (sender, code) = tokio::sync::oneshot::channel();
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let Some(signal) = signals.forever().next() else { return };
        let code = 128_i32.saturating_add(signal);
        _ = sender.send(u8::try_from(code).unwrap_or(1));
        std::thread::park_timeout(PATIENCE);
        clean_up();
        std::process::exit(code);
    })?;
    // The sender lives as long as the process.
    Ok(async { code.await.unwrap_or(1) })
}

#[cfg(not(unix))]
pub(super) fn watch(_: Signals, _: fn()) -> io::Result<impl Future<Output = u8>> {
    let mut ctrl_c = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        ctrl_c.recv().await;
        130
    })
}
