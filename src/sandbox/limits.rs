//! The limits that a child process sets for itself before it decodes a picture.

use std::time::Duration;

use crate::picture::{Format, RenderTask};

/// What a child may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ProcessLimits {
    /// The memory that it may allocate after its start, in bytes. Only Linux enforces it.
    memory: u64,
    cpu_time: Duration,
    pub(super) wall_time: Duration,
    may_start_threads: bool,
}

impl ProcessLimits {
    pub(super) fn of(task: RenderTask) -> Self {
        match task {
            RenderTask::Svg { .. } | RenderTask::SvgPart { .. } | RenderTask::Avif { .. } => Self {
                memory: 256 << 20,
                cpu_time: Duration::from_secs(2),
                wall_time: Duration::from_secs(3),
                may_start_threads: false,
            },
            // Its header bounds the cost: 150 MiB for the decoder, 64 for scaling, and as much again for what the
            // allocator only reserves.
            RenderTask::Raster { format, .. } => Self {
                memory: 320 << 20,
                cpu_time: Duration::from_secs(10),
                wall_time: Duration::from_secs(15),
                // One of the decoders of JPEG decodes components in threads.
                may_start_threads: format == Format::Jpeg,
            },
        }
    }
}

/// Limits memory and processor time from now on, and gives up opening, connecting and starting anything but threads. Fails
/// if the system refuses a limit.
#[cfg(unix)]
pub(super) fn apply(limits: ProcessLimits) -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let limit =
        |resource, most: u64| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    // The soft limit sends SIGXCPU, which tells the parent why. The hard limit kills.
    let (current, maximum) = (Some(limits.cpu_time.as_secs()), Some(limits.cpu_time.as_secs() + 1));
    setrlimit(Resource::Cpu, Rlimit { current, maximum })?;
    #[cfg(target_os = "linux")]
    limit(Resource::As, address_space()?.saturating_add(limits.memory))?;
    #[cfg(not(target_os = "linux"))]
    let _ = (limits.memory, limits.may_start_threads);
    // No file or socket can be opened. The pipes stay open.
    limit(Resource::Nofile, 0)?;
    #[cfg(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
    ))]
    super::system_calls::filter(limits.may_start_threads);
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn apply(limits: ProcessLimits) -> std::io::Result<()> {
    _ = (limits.memory, limits.cpu_time, limits.may_start_threads);
    Ok(())
}

/// The size of this process's address space, in bytes.
#[cfg(target_os = "linux")]
fn address_space() -> std::io::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")?.trim().strip_suffix(" kB"));
    let kilobytes: u64 = size.and_then(|size| size.parse().ok()).ok_or(std::io::ErrorKind::InvalidData)?;
    Ok(kilobytes * 1024)
}
