//! Whether what is written on standard output goes anywhere.

/// Whether standard output can be written.
///
/// Rust hides this: before `main` it opens `/dev/null`, for reading and writing, in place of a descriptor that was
/// closed, and it takes a write on a descriptor that is only readable for a success.
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
/// Python's and Node's ways to discard output open `/dev/null` for reading and writing too, and no flag tells these
/// apart. So only the child of a shell whose own output does not go to `/dev/null` is taken for one with closed output.
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
