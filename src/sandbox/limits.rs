//! The limits that a worker process sets for itself before it decodes a picture.

use std::time::Duration;

use crate::picture::{Format, Task};

/// What a worker may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// The memory that it may allocate after its start, in bytes. Only Linux enforces it.
    memory: u64,
    cpu_time: Duration,
    pub(super) wall_time: Duration,
    may_start_threads: bool,
}

impl Limits {
    pub(super) fn of(task: Task) -> Self {
        match task {
            Task::Svg { .. } | Task::Avif { .. } => Self {
                memory: 256 << 20,
                cpu_time: Duration::from_secs(2),
                wall_time: Duration::from_secs(3),
                may_start_threads: false,
            },
            // Its header bounds the cost: 150 MiB for the decoder, 64 for scaling, and as much again for what the
            // allocator only reserves.
            Task::Raster { format, .. } => Self {
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
pub(super) fn apply(limits: Limits) -> std::io::Result<()> {
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
    let _ = limits.memory;
    // No file or socket can be opened. The pipes stay open.
    limit(Resource::Nofile, 0)?;
    filter_system_calls(limits.may_start_threads);
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn apply(limits: Limits) -> std::io::Result<()> {
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

/// Allows only the system calls that computing needs. On a kernel without filters only the other limits apply.
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
fn filter_system_calls(may_start_threads: bool) {
    use rustix::io::Errno;
    use seccompiler::{SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};

    let error = |errno: Errno| SeccompAction::Errno(errno.raw_os_error().unsigned_abs());
    let mut calls: Calls = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    if may_start_threads {
        // A filter cannot see what `clone3` is to share. Where it is said to be missing, threads come by `clone`.
        install([(libc::SYS_clone3, Vec::new())].into(), SeccompAction::Allow, error(Errno::NOSYS));
        calls.insert(libc::SYS_clone3, Vec::new());
        let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
        let is_thread = SeccompCmpOp::MaskedEq(thread);
        let condition = SeccompCondition::new(0, SeccompCmpArgLen::Qword, is_thread, thread);
        let Ok(rule) = condition.and_then(|condition| SeccompRule::new(vec![condition])) else { return };
        calls.insert(libc::SYS_clone, vec![rule]);
    }
    install(calls, error(Errno::PERM), SeccompAction::Allow);
}

/// System calls, and what their arguments must be.
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
type Calls = std::collections::BTreeMap<libc::c_long, Vec<seccompiler::SeccompRule>>;

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")
))]
fn install(calls: Calls, others: seccompiler::SeccompAction, these: seccompiler::SeccompAction) {
    use seccompiler::{BpfProgram, SeccompFilter, TargetArch, apply_filter};

    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else { return };
    let filter = SeccompFilter::new(calls, others, these, arch);
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
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
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
fn filter_system_calls(_: bool) {}
