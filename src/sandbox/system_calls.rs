//! The system calls that a child may make.

use std::collections::BTreeMap;

use rustix::io::Errno;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter,
};

/// Allows only the system calls that computing needs. On a kernel without filters only the other limits apply.
pub(super) fn filter(may_start_threads: bool) {
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
type Calls = BTreeMap<libc::c_long, Vec<SeccompRule>>;

fn install(calls: Calls, others: SeccompAction, these: SeccompAction) {
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else { return };
    let filter = SeccompFilter::new(calls, others, these, arch);
    if let Ok(program) = filter.and_then(BpfProgram::try_from) {
        _ = apply_filter(&program);
    }
}

/// For memory, the two pipes, the clock, and exiting.
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
