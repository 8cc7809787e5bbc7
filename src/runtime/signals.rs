//! Signal handling: what ends, stops, continues and resizes the program.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use rustix::process::Signal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::UnboundedSender;

use super::arrival::{Arrival, Ending};
use crate::domain::Input;
use crate::terminal::end_after_signal;

/// Sends SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT and SIGWINCH to the event loop.
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
    forward(SignalKind::from_raw(Signal::TSTP.as_raw()), arrivals, || Arrival::Stop)?;
    forward(SignalKind::from_raw(Signal::CONT.as_raw()), arrivals, || Arrival::Continued)?;
    forward(SignalKind::window_change(), arrivals, || Arrival::Inputs(vec![Input::Resize]))
}

/// Sends an arrival for each signal of this kind.
#[expect(clippy::disallowed_methods, reason = "the task lives as long as the program")]
fn forward(
    kind: SignalKind,
    arrivals: &UnboundedSender<Arrival>,
    arrival: fn() -> Arrival,
) -> io::Result<()> {
    let mut signals = signal(kind)?;
    let sender = arrivals.clone();
    tokio::spawn(async move {
        while signals.recv().await.is_some() {
            _ = sender.send(arrival());
        }
    });
    Ok(())
}

/// SIGQUIT ends with a core dump, if the system is set up for one.
pub(super) fn die_as_quit_does(ending: Ending) {
    if ending == Ending::Signal(3) {
        _ = signal_hook::low_level::emulate_default_handler(SIGQUIT);
    }
}

/// From here on a write above the file size limit fails instead of ending the process by SIGXFSZ.
///
/// An empty handler makes these writes fail. Unlike `SIG_IGN` it is not inherited by child processes.
pub fn survive_file_size_limit() -> io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false))).map(drop)
}
