//! The limits that a worker process sets for itself before it decodes a picture.

/// Limits memory and processor time, and gives up the rights to open files, connect and start programs. Fails if the
/// system refuses a limit.
#[cfg(unix)]
pub(super) fn apply(memory: u64, cpu_time: std::time::Duration) -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let limit =
        |resource, most: u64| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    // The soft limit sends SIGXCPU, which tells the parent why. The hard limit kills.
    let (current, maximum) = (Some(cpu_time.as_secs()), Some(cpu_time.as_secs() + 1));
    setrlimit(Resource::Cpu, Rlimit { current, maximum })?;
    #[cfg(target_os = "linux")]
    limit(Resource::As, address_space()?.saturating_add(memory))?;
    #[cfg(not(target_os = "linux"))]
    let _ = memory;
    // No file or socket can be opened. The pipes stay open.
    limit(Resource::Nofile, 0)?;
    filter_system_calls();
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn apply(_: u64, _: std::time::Duration) -> std::io::Result<()> {
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

/// Allows only the system calls that computing needs. On a kernel without filters only the other limits apply.
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
fn filter_system_calls() {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};

    let refused = SeccompAction::Errno(rustix::io::Errno::PERM.raw_os_error().unsigned_abs());
    let calls = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else { return };
    let filter = SeccompFilter::new(calls, refused, SeccompAction::Allow, arch);
    if let Ok(program) = filter.and_then(BpfProgram::try_from) {
        _ = apply_filter(&program);
    }
}

/// For memory, the two pipes, the clock, and exiting.
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
const ALLOWED: &[libc::c_long] = &[
    libc::SYS_brk,
    libc::SYS_clock_gettime,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_madvise,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_read,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_sigaltstack,
    libc::SYS_tgkill,
    libc::SYS_write,
    libc::SYS_writev,
];

#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
)))]
#[cfg(unix)]
fn filter_system_calls() {}
