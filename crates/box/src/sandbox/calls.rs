//! Which system calls a process may use (seccomp): all but those that reach around the sandbox.
//!
//! The network is refused where it begins, at `socket`: Landlock alone knows no UDP. Sockets of
//! this machine are refused even with the network, because by them one reaches other programs of
//! the same user: containers, agents, Doorward's own control socket. Pairs of sockets between a
//! process and its children remain.

use std::{collections::BTreeMap, env::consts::ARCH};

use seccompiler::{
    BackendError, BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp,
    SeccompCondition, SeccompFilter, SeccompRule, TargetArch, apply_filter,
};

use crate::{
    Sandbox,
    report::{Held, Report},
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Refuses what reaches around the sandbox.
pub(super) fn confine(sandbox: Sandbox, report: &mut Report) {
    let rule = match sandbox {
        Sandbox::Strict => "no network, no calls around the sandbox (seccomp)",
        Sandbox::Network | Sandbox::Off => {
            "no sockets of this machine, no calls around the sandbox (seccomp)"
        }
    };
    let Ok(arch) = TargetArch::try_from(ARCH) else {
        let why = format!("no filter is known for {ARCH}");
        return report.note(rule, Held::NotEnforced(why));
    };
    report.tried(rule, install(sandbox, arch));
}

fn install(sandbox: Sandbox, arch: TargetArch) -> Result<(), Error> {
    // What cannot be looked into is said not to exist, so that the C library asks otherwise.
    let unknown = Rules::from([(libc::SYS_clone3, Vec::new())]);
    let unknown = compiled(unknown, libc::ENOSYS, arch)?;
    let refused = compiled(refused(sandbox)?, libc::EPERM, arch)?;
    apply_filter(&unknown)?;
    apply_filter(&refused)
}

fn compiled(rules: Rules, errno: i32, arch: TargetArch) -> Result<BpfProgram, BackendError> {
    let errno = SeccompAction::Errno(errno.unsigned_abs());
    SeccompFilter::new(everywhere(rules), SeccompAction::Allow, errno, arch)?.try_into()
}

/// The same calls by the numbers that 32-bit pointers have on this processor.
fn everywhere(rules: Rules) -> Rules {
    const X32: i64 = 0x4000_0000;
    let mut all = rules.clone();
    if cfg!(target_arch = "x86_64") {
        all.extend(rules.into_iter().map(|(call, rule)| (call | X32, rule)));
    }
    all
}

fn refused(sandbox: Sandbox) -> Result<Rules, BackendError> {
    let always = |call: &i64| (*call, Vec::new());
    let mut rules: Rules = AROUND.iter().chain(PROCESSOR).map(always).collect();
    rules.insert(libc::SYS_clone, new_spaces()?);
    rules.insert(libc::SYS_prlimit64, vec![of_another()?]);
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
    let another = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, 0)?;
    SeccompRule::new(vec![another])
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
                let rules = refused(sandbox).expect("rules");
                assert!(compiled(rules, libc::EPERM, arch).is_ok(), "{sandbox:?}");
            }
        }
    }
}
