//! Signals.

use std::io;

use tokio::sync::mpsc::UnboundedSender;

use super::Arrival;

#[cfg(unix)]
pub(super) use unix::stop_ourselves;

#[cfg(not(unix))]
pub(super) fn stop_ourselves() {}

/// Tells the loop of TERM, INT, HUP, TSTP, CONT and of the window's size.
#[cfg_attr(not(unix), expect(clippy::unnecessary_wraps, reason = "where there are signals it can fail"))]
pub(super) fn watch(arrivals: &UnboundedSender<Arrival>) -> io::Result<()> {
    #[cfg(unix)]
    unix::watch(arrivals)?;
    _ = arrivals;
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::io;

    use nix::unistd::{getpgid, getpgrp, getppid, getsid};
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
        let mut stopped = signal(SignalKind::from_raw(Signal::TSTP.as_raw()))?;
        let sender = arrivals.clone();
        tokio::spawn(async move {
            while stopped.recv().await.is_some() {
                _ = sender.send(Arrival::Stop);
            }
        });
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
    /// no shell watches over is not stopped.
    pub(in crate::runtime) fn stop_ourselves() {
        // As we catch TSTP, it stops us no more. Nothing holds STOP up, so it must be known that somebody sends CONT; else
        // the kernel decides, by TTOU. That alone would not do: sudo takes it for a mistake, and has us go on at once.
        let signal = if is_watched_by_its_parent() { Signal::STOP } else { Signal::TTOU };
        _ = kill_current_process_group(signal);
    }

    /// Whether who started us is such as a shell is: of our session, and not stopped with us. In a container, a session or
    /// a group from outside it is 0, and so is a parent.
    fn is_watched_by_its_parent() -> bool {
        let parent = getppid();
        let watches = || {
            Ok::<_, nix::Error>(getsid(Some(parent))? == getsid(None)? && getpgid(Some(parent))? != getpgrp())
        };
        parent.as_raw() != 0 && watches().unwrap_or(false)
    }
}
