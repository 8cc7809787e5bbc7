//! Finds out whether standard output goes anywhere.

/// Whether standard output can be written.
///
/// Rust hides this: before `main` it opens `/dev/null`, for reading and writing, in place of a descriptor that was
/// closed. And it treats a write to a read-only descriptor as a success.
#[cfg(unix)]
pub fn is_writable() -> bool {
    use rustix::fs::{OFlags, fcntl_getfl};

    let Ok(flags) = fcntl_getfl(rustix::stdio::stdout()) else { return false };
    if flags.contains(OFlags::WRONLY) {
        return true;
    }
    flags.contains(OFlags::RDWR) && !was_closed()
}

#[cfg(not(unix))]
pub fn is_writable() -> bool {
    true
}

/// Whether a shell closed standard output, as `>&-` does.
///
/// Python and Node also open `/dev/null` for reading and writing to discard a child's output. No flag tells the
/// difference. So we assume a closed output only if our parent is a shell whose own output does not go to `/dev/null`.
#[cfg(target_os = "linux")]
fn was_closed() -> bool {
    use std::path::Path;

    const SHELLS: &[&str] = &["sh", "ash", "bash", "dash", "fish", "ksh", "mksh", "zsh"];
    let goes_nowhere = |process: &str| {
        Path::new(process).join("fd/1").read_link().is_ok_and(|to| to == Path::new("/dev/null"))
    };
    let Some(parent) = rustix::process::getppid() else { return false };
    let parent = format!("/proc/{}", parent.as_raw_nonzero());
    let name = std::fs::read_to_string(format!("{parent}/comm")).unwrap_or_default();
    goes_nowhere("/proc/self") && SHELLS.contains(&name.trim_end()) && !goes_nowhere(&parent)
}

#[cfg(all(unix, not(target_os = "linux")))]
fn was_closed() -> bool {
    false
}
