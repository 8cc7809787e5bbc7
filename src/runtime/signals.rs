//! Signals.

use std::io;

use tokio::sync::mpsc::UnboundedSender;

use super::Arrival;

#[cfg(unix)]
pub(super) use unix::stop_ourselves;

#[cfg(not(unix))]
pub(super) fn stop_ourselves() {}

/// Tells the loop of TERM, INT, HUP, CONT and of the window's size.
pub(super) fn watch(arrivals: &UnboundedSender<Arrival>) -> io::Result<()> {
    #[cfg(unix)]
    unix::watch(arrivals)?;
    _ = arrivals;
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::io;

    use rustix::process::{Signal, kill_current_process_group};
    use tokio::signal::unix::{SignalKind, signal};
    use tokio::sync::mpsc::UnboundedSender;

    use crate::app::Input;
    use crate::runtime::{Arrival, Ending};

    #[expect(clippy::disallowed_methods, reason = "these tasks live as long as the program")]
    pub(super) fn watch(arrivals: &UnboundedSender<Arrival>) -> io::Result<()> {
        for (kind, number) in
            [(SignalKind::terminate(), 15), (SignalKind::interrupt(), 2), (SignalKind::hangup(), 1)]
        {
            let mut signals = signal(kind)?;
            let arrivals = arrivals.clone();
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    _ = arrivals.send(Arrival::End(Ending::Signal(number)));
                }
            });
        }
        let mut continued = signal(SignalKind::from_raw(Signal::CONT.as_raw()))?;
        let sender = arrivals.clone();
        tokio::spawn(async move {
            while continued.recv().await.is_some() {
                _ = sender.send(Arrival::Continued);
            }
        });
        let mut resized = signal(SignalKind::window_change())?;
        let sender = arrivals.clone();
        tokio::spawn(async move {
            while resized.recv().await.is_some() {
                _ = sender.send(Arrival::Inputs(vec![Input::Resize]));
            }
        });
        Ok(())
    }

    /// Stops us and what runs with us, as Ctrl-Z does elsewhere; returns when the shell lets us go on. A program that
    /// no shell watches over is not stopped: the kernel sees to that.
    pub(in crate::runtime) fn stop_ourselves() {
        _ = kill_current_process_group(Signal::TSTP);
    }
}
