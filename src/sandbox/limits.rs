//! The limits that a worker process sets for itself before it decodes a picture.

/// Whether a process may start threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Threads {
    Allowed,
    Refused,
}

/// Limits memory and processor time from now on, and gives up opening, connecting and starting anything but threads. Fails
/// if the system refuses a limit.
#[cfg(unix)]
pub(super) fn apply(memory: u64, cpu_time: std::time::Duration, threads: Threads) -> std::io::Result<()> {
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
    filter_system_calls(threads);
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn apply(_: u64, _: std::time::Duration, _: Threads) -> std::io::Result<()> {
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
fn filter_system_calls(threads: Threads) {
    use rustix::io::Errno;
    use seccompiler::{SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};

    let error = |errno: Errno| SeccompAction::Errno(errno.raw_os_error().unsigned_abs());
    let mut calls: Calls = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    if threads == Threads::Allowed {
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
fn filter_system_calls(_: Threads) {}
