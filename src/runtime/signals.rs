//! Signal handling: what ends, stops, continues and resizes the program.

use std::io;

use tokio::sync::mpsc::UnboundedSender;

use super::Arrival;

#[cfg(unix)]
pub use unix::survive_file_size_limit;
#[cfg(unix)]
pub(super) use unix::{die_as_quit_does, stop_ourselves};

#[cfg(not(unix))]
pub(super) fn die_as_quit_does(_: super::Ending) {}

/// From here on a write above the file size limit fails instead of ending the process by SIGXFSZ.
#[cfg(not(unix))]
pub fn survive_file_size_limit() -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn stop_ourselves() {}

/// Sends SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT and SIGWINCH to the event loop.
#[cfg_attr(not(unix), expect(clippy::unnecessary_wraps, reason = "it can fail on Unix"))]
pub(super) fn watch(arrivals: &UnboundedSender<Arrival>) -> io::Result<()> {
    #[cfg(unix)]
    unix::watch(arrivals)?;
    _ = arrivals;
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use nix::unistd::{getpgid, getpgrp, getppid, getsid};
    use rustix::process::{Signal, kill_current_process_group};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;
    use tokio::signal::unix::{SignalKind, signal};
    use tokio::sync::mpsc::UnboundedSender;

    use crate::app::Input;
    use crate::runtime::guard::end_after_signal;
    use crate::runtime::{Arrival, Ending};

    #[expect(clippy::disallowed_methods, reason = "these tasks live as long as the program")]
    pub(super) fn watch(arrivals: &UnboundedSender<Arrival>) -> io::Result<()> {
        // On a thread, because a terminal that is not read blocks the event loop, and with it tokio.
        let mut ends = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGQUIT])?;
        let sender = arrivals.clone();
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for number in ends.forever().filter_map(|number| u8::try_from(number).ok()) {
                let ending = Ending::Signal(number);
                _ = sender.send(Arrival::End(ending));
                end_after_signal(ending.exit_code());
            }
        })?;
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

    /// SIGQUIT ends with a core dump, if the system is set up for one.
    pub(in crate::runtime) fn die_as_quit_does(ending: Ending) {
        if ending == Ending::Signal(3) {
            _ = signal_hook::low_level::emulate_default_handler(SIGQUIT);
        }
    }

    /// An empty handler makes these writes fail. Unlike `SIG_IGN` it is not inherited by child processes.
    pub fn survive_file_size_limit() -> io::Result<()> {
        signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false))).map(drop)
    }

    /// Stops our process group, as Ctrl-Z does in other programs. Returns when the shell continues it. Does nothing if
    /// no shell could continue it.
    pub(in crate::runtime) fn stop_ourselves() {
        // We catch SIGTSTP, so it cannot stop us. SIGSTOP always stops, so we must know that somebody will send SIGCONT.
        // Otherwise we send SIGTTOU, and the kernel decides. SIGTTOU alone would not do: sudo continues us right away.
        let signal = if is_watched_by_its_parent() { Signal::STOP } else { Signal::TTOU };
        _ = kill_current_process_group(signal);
    }

    /// Whether our parent can continue us, like a shell: it is in our session, but not in our process group. In a
    /// container the IDs of processes outside of it are 0.
    fn is_watched_by_its_parent() -> bool {
        let parent = getppid();
        let watches = || {
            Ok::<_, nix::Error>(getsid(Some(parent))? == getsid(None)? && getpgid(Some(parent))? != getpgrp())
        };
        parent.as_raw() != 0 && watches().unwrap_or(false)
    }
}
