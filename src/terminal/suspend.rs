//! Stops the program, as Ctrl-Z does.

use nix::unistd::{getpgid, getpgrp, getppid, getsid};
use rustix::process::{Signal, kill_current_process_group};

/// Stops our process group, as Ctrl-Z does in other programs. Returns when the shell continues it. Does nothing if
/// no shell could continue it.
pub(super) fn stop_ourselves() {
    // We catch SIGTSTP, so it cannot stop us. SIGSTOP always stops, so we must know that somebody will send SIGCONT.
    // Otherwise we send SIGTTOU, and the kernel decides. SIGTTOU alone would not do: sudo continues us right away.
    let signal = if is_watched_by_its_parent() { Signal::STOP } else { Signal::TTOU };
    _ = kill_current_process_group(signal);
}

/// Whether our parent can continue us, like a shell: it is in our session, but not in our process group. In a
/// container the IDs of processes outside of it are 0.
fn is_watched_by_its_parent() -> bool {
    let parent = getppid();
    let watches =
        || Ok::<_, nix::Error>(getsid(Some(parent))? == getsid(None)? && getpgid(Some(parent))? != getpgrp());
    parent.as_raw() != 0 && watches().unwrap_or(false)
}
