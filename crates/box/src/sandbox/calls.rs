//! Which system calls a process may use (seccomp): all but those that reach around the sandbox.
//!
//! The network is refused where it begins, at `socket`: Landlock alone knows no UDP. Sockets of
//! this machine are refused even with the network, because by them one reaches other programs of
//! the same user: containers, agents, Doorward's own control socket. Pairs of sockets between a
//! process and its children remain.

use std::{collections::BTreeMap, env::consts::ARCH};

use seccompiler::{
    BackendError, BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp,
    SeccompCondition, SeccompFilter, SeccompRule, TargetArch, apply_filter, sock_filter,
};

use super::files::Emptying;
use crate::{
    Sandbox,
    report::{Held, Report},
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Refuses what reaches around the sandbox.
pub(super) fn confine(sandbox: Sandbox, emptying: Emptying, report: &mut Report) {
    let rule = match sandbox {
        Sandbox::Strict => "no network, no calls around the sandbox (seccomp)",
        Sandbox::Network | Sandbox::Off => {
            "no sockets of this machine, no calls around the sandbox (seccomp)"
        }
    };
    let Ok(arch) = TargetArch::try_from(ARCH) else {
        let why = format!("no filter is known for {ARCH}");
        return report.promise(rule, Held::NotEnforced(why));
    };
    report.promise(rule, Held::of(install(sandbox, emptying, arch)));
}

fn install(sandbox: Sandbox, emptying: Emptying, arch: TargetArch) -> Result<(), Error> {
    // What cannot be looked into is said not to exist, so that the C library asks otherwise.
    let unknown = Rules::from([(libc::SYS_clone3, Vec::new())]);
    let unknown = compiled(unknown, libc::ENOSYS, arch)?;
    let refused = compiled(refused(sandbox, emptying)?, libc::EPERM, arch)?;
    if cfg!(target_arch = "x86_64") {
        apply_filter(&other_numbers())?;
    }
    apply_filter(&unknown)?;
    apply_filter(&refused)
}

fn compiled(rules: Rules, errno: i32, arch: TargetArch) -> Result<BpfProgram, BackendError> {
    let errno = SeccompAction::Errno(errno.unsigned_abs());
    SeccompFilter::new(rules, SeccompAction::Allow, errno, arch)?.try_into()
}

/// The same kernel by other numbers: those of programs with 32-bit pointers (x32) are said not to
/// exist, all of them, so that no list of theirs has to be complete.
fn other_numbers() -> BpfProgram {
    const X32: u32 = 0x4000_0000;
    let errno = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs();
    let step = |code: u32, (jt, jf): (u8, u8), k: u32| sock_filter {
        code: u16::try_from(code).unwrap_or_default(),
        jt,
        jf,
        k,
    };
    vec![
        // The number comes first in what a filter is shown.
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, (0, 0), 0),
        step(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, (0, 1), X32),
        step(libc::BPF_RET | libc::BPF_K, (0, 0), errno),
        step(libc::BPF_RET | libc::BPF_K, (0, 0), libc::SECCOMP_RET_ALLOW),
    ]
}

fn refused(sandbox: Sandbox, emptying: Emptying) -> Result<Rules, BackendError> {
    let always = |call: &i64| (*call, Vec::new());
    let mut rules: Rules = AROUND.iter().chain(PROCESSOR).map(always).collect();
    rules.insert(libc::SYS_clone, new_spaces()?);
    rules.insert(libc::SYS_prlimit64, vec![of_another()?, of_the_mark()?]);
    // How much of the processor others get: one's own share remains one's own matter.
    for call in SCHEDULING {
        rules.insert(*call, vec![of_another()?]);
    }
    rules.insert(
        libc::SYS_setpriority,
        vec![argument(0, PROCESS)?, argument(1, OWN)?],
    );
    rules.insert(
        libc::SYS_ioprio_set,
        vec![argument(0, IO_PROCESS)?, argument(1, OWN)?],
    );
    rules.insert(libc::SYS_setrlimit, vec![of_the_mark_alone()?]);
    if emptying == Emptying::Unknown {
        rules.insert(libc::SYS_truncate, Vec::new());
    }
    match sandbox {
        Sandbox::Strict => rules.extend(NETWORK.iter().map(always)),
        Sandbox::Network | Sandbox::Off => {
            rules.insert(libc::SYS_socket, vec![other_families()?]);
        }
    }
    Ok(rules)
}

/// Sockets that are neither of the internet nor ask the kernel about it.
fn other_families() -> Result<SeccompRule, BackendError> {
    let families = [libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];
    let others = families.map(|family| {
        let family = u64::from(family.unsigned_abs());
        SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, family)
    });
    SeccompRule::new(others.into_iter().collect::<Result<_, _>>()?)
}

/// A process that is named: its own limits a process may look at and lower.
fn of_another() -> Result<SeccompRule, BackendError> {
    argument(0, OWN)
}

/// An argument that is anything else.
fn argument(number: u8, allowed: u64) -> Result<SeccompRule, BackendError> {
    let other = SeccompCondition::new(number, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, allowed)?;
    SeccompRule::new(vec![other])
}

/// A change of the limit that marks a process and all that it starts (ST-04).
fn of_the_mark() -> Result<SeccompRule, BackendError> {
    let mark = u64::from(libc::RLIMIT_LOCKS);
    let is_mark = SeccompCondition::new(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, mark)?;
    let changes = SeccompCondition::new(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)?;
    SeccompRule::new(vec![is_mark, changes])
}

/// The same by the older call.
fn of_the_mark_alone() -> Result<SeccompRule, BackendError> {
    let mark = u64::from(libc::RLIMIT_LOCKS);
    let is_mark = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, mark)?;
    SeccompRule::new(vec![is_mark])
}

/// New name spaces, one rule for each.
fn new_spaces() -> Result<Vec<SeccompRule>, BackendError> {
    let flags = [
        libc::CLONE_NEWCGROUP,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWNET,
        libc::CLONE_NEWNS,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWUTS,
    ];
    let rule = |flag: i32| {
        let flag = u64::from(flag.unsigned_abs());
        let set = SeccompCmpOp::MaskedEq(flag);
        let set = SeccompCondition::new(0, SeccompCmpArgLen::Qword, set, flag)?;
        SeccompRule::new(vec![set])
    };
    flags.into_iter().map(rule).collect()
}

/// The caller itself, where a call wants a process.
const OWN: u64 = 0;
/// A process, and no group or user, to `setpriority` and `ioprio_set`.
const PROCESS: u64 = 0;
const IO_PROCESS: u64 = 1;

/// When a process runs, by its number.
const SCHEDULING: &[i64] = &[
    libc::SYS_sched_setaffinity,
    libc::SYS_sched_setattr,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setscheduler,
];

const NETWORK: &[i64] = &[
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
];

/// Other processes, what is shared with them by number, mounts and name spaces, the kernel itself, and rings that call unseen.
const AROUND: &[i64] = &[
    libc::SYS_acct,
    libc::SYS_add_key,
    libc::SYS_bpf,
    libc::SYS_chroot,
    libc::SYS_clock_adjtime,
    libc::SYS_clock_settime,
    libc::SYS_delete_module,
    libc::SYS_finit_module,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fsopen,
    libc::SYS_fspick,
    libc::SYS_init_module,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_uring_setup,
    libc::SYS_kcmp,
    libc::SYS_kexec_load,
    libc::SYS_keyctl,
    libc::SYS_mount,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    libc::SYS_msgctl,
    libc::SYS_msgget,
    libc::SYS_msgrcv,
    libc::SYS_msgsnd,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    libc::SYS_perf_event_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pivot_root,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_ptrace,
    libc::SYS_quotactl,
    libc::SYS_reboot,
    libc::SYS_request_key,
    libc::SYS_semctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_setdomainname,
    libc::SYS_sethostname,
    libc::SYS_setns,
    libc::SYS_settimeofday,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_shmget,
    libc::SYS_swapoff,
    libc::SYS_swapon,
    libc::SYS_syslog,
    libc::SYS_umount2,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
    libc::SYS_vhangup,
];

/// Those of one kind of processor.
#[cfg(target_arch = "x86_64")]
const PROCESSOR: &[i64] = &[libc::SYS_ioperm, libc::SYS_iopl, libc::SYS_kexec_file_load];
#[cfg(not(target_arch = "x86_64"))]
const PROCESSOR: &[i64] = &[];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_can_be_made_for_every_processor_that_is_known() {
        for sandbox in [Sandbox::Strict, Sandbox::Network] {
            for arch in [TargetArch::x86_64, TargetArch::aarch64] {
                let rules = refused(sandbox, Emptying::Unknown).expect("rules");
                assert!(compiled(rules, libc::EPERM, arch).is_ok(), "{sandbox:?}");
            }
        }
    }

    #[test]
    fn where_landlock_lets_files_be_emptied_by_name_the_call_is_refused() {
        // ST-03
        for (emptying, refuses) in [(Emptying::Refused, false), (Emptying::Unknown, true)] {
            let rules = refused(Sandbox::Network, emptying).expect("rules");
            assert_eq!(rules.contains_key(&libc::SYS_truncate), refuses);
        }
    }
}
