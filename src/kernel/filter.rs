//! The program by which the kernel weighs every system call of a container (seccomp(2), Documentation/userspace-api/seccomp_filter.rst).
//!
//! What is not on the list fails with EPERM, and calls that are newer than the list with ENOSYS, which makes programs fall
//! back to older ones. The list is Docker's default one, less the calls by which processes look into each other.
//!
//! The calls are held as ranges of numbers, and looked up by halving: a handful of comparisons for each. That matters,
//! because the kernel runs the program once for every number there is when it is installed.

use nix::libc;
use seccompiler::sock_filter as Instruction;

/// Calls that every architecture has.
#[rustfmt::skip]
const ALLOWED: &[i64] = &[
    libc::SYS_accept, libc::SYS_accept4, libc::SYS_adjtimex, libc::SYS_bind, libc::SYS_brk, libc::SYS_capget,
    libc::SYS_capset, libc::SYS_chdir, libc::SYS_chroot, libc::SYS_clock_adjtime, libc::SYS_clock_getres,
    libc::SYS_clock_gettime, libc::SYS_clock_nanosleep, libc::SYS_close, libc::SYS_close_range, libc::SYS_connect,
    libc::SYS_copy_file_range, libc::SYS_dup, libc::SYS_dup3, libc::SYS_epoll_create1, libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait, libc::SYS_epoll_pwait2, libc::SYS_eventfd2, libc::SYS_execve, libc::SYS_execveat,
    libc::SYS_exit, libc::SYS_exit_group, libc::SYS_faccessat, libc::SYS_faccessat2, libc::SYS_fadvise64,
    libc::SYS_fallocate, libc::SYS_fanotify_mark, libc::SYS_fchdir, libc::SYS_fchmod, libc::SYS_fchmodat,
    libc::SYS_fchown, libc::SYS_fchownat, libc::SYS_fcntl, libc::SYS_fdatasync, libc::SYS_fgetxattr,
    libc::SYS_flistxattr, libc::SYS_flock, libc::SYS_fremovexattr, libc::SYS_fsetxattr, libc::SYS_fstat,
    libc::SYS_fstatfs, libc::SYS_fsync, libc::SYS_ftruncate, libc::SYS_futex, libc::SYS_futex_waitv, libc::SYS_getcpu,
    libc::SYS_getcwd, libc::SYS_getdents64, libc::SYS_getegid, libc::SYS_geteuid, libc::SYS_getgid,
    libc::SYS_getgroups, libc::SYS_getitimer, libc::SYS_getpeername, libc::SYS_getpgid, libc::SYS_getpid,
    libc::SYS_getppid, libc::SYS_getpriority, libc::SYS_getrandom, libc::SYS_getresgid, libc::SYS_getresuid,
    libc::SYS_get_robust_list, libc::SYS_getrusage, libc::SYS_getsid, libc::SYS_getsockname, libc::SYS_getsockopt,
    libc::SYS_gettid, libc::SYS_gettimeofday, libc::SYS_getuid, libc::SYS_getxattr, libc::SYS_inotify_add_watch,
    libc::SYS_inotify_init1, libc::SYS_inotify_rm_watch, libc::SYS_io_cancel, libc::SYS_io_destroy,
    libc::SYS_io_getevents, libc::SYS_ioprio_get, libc::SYS_ioprio_set, libc::SYS_io_setup, libc::SYS_io_submit,
    libc::SYS_kill, libc::SYS_landlock_add_rule, libc::SYS_landlock_create_ruleset, libc::SYS_landlock_restrict_self,
    libc::SYS_lgetxattr, libc::SYS_linkat, libc::SYS_listen, libc::SYS_listxattr, libc::SYS_llistxattr,
    libc::SYS_lremovexattr, libc::SYS_lseek, libc::SYS_lsetxattr, libc::SYS_madvise, libc::SYS_membarrier,
    libc::SYS_memfd_create, libc::SYS_mincore, libc::SYS_mkdirat, libc::SYS_mknodat, libc::SYS_mlock,
    libc::SYS_mlock2, libc::SYS_mlockall, libc::SYS_mmap, libc::SYS_mprotect, libc::SYS_mq_getsetattr,
    libc::SYS_mq_notify, libc::SYS_mq_open, libc::SYS_mq_timedreceive, libc::SYS_mq_timedsend, libc::SYS_mq_unlink,
    libc::SYS_mremap, libc::SYS_msgctl, libc::SYS_msgget, libc::SYS_msgrcv, libc::SYS_msgsnd, libc::SYS_msync,
    libc::SYS_munlock, libc::SYS_munlockall, libc::SYS_munmap, libc::SYS_name_to_handle_at, libc::SYS_nanosleep,
    libc::SYS_newfstatat, libc::SYS_openat, libc::SYS_openat2, libc::SYS_pidfd_open, libc::SYS_pidfd_send_signal,
    libc::SYS_pipe2, libc::SYS_pkey_alloc, libc::SYS_pkey_free, libc::SYS_pkey_mprotect, libc::SYS_ppoll,
    libc::SYS_prctl, libc::SYS_pread64, libc::SYS_preadv, libc::SYS_preadv2, libc::SYS_prlimit64,
    libc::SYS_process_mrelease, libc::SYS_pselect6, libc::SYS_pwrite64, libc::SYS_pwritev, libc::SYS_pwritev2,
    libc::SYS_read, libc::SYS_readahead, libc::SYS_readlinkat, libc::SYS_readv, libc::SYS_recvfrom,
    libc::SYS_recvmmsg, libc::SYS_recvmsg, libc::SYS_remap_file_pages, libc::SYS_removexattr, libc::SYS_renameat2,
    libc::SYS_restart_syscall, libc::SYS_rseq, libc::SYS_rt_sigaction, libc::SYS_rt_sigpending,
    libc::SYS_rt_sigprocmask, libc::SYS_rt_sigqueueinfo, libc::SYS_rt_sigreturn, libc::SYS_rt_sigsuspend,
    libc::SYS_rt_sigtimedwait, libc::SYS_rt_tgsigqueueinfo, libc::SYS_sched_getaffinity, libc::SYS_sched_getattr,
    libc::SYS_sched_getparam, libc::SYS_sched_get_priority_max, libc::SYS_sched_get_priority_min,
    libc::SYS_sched_getscheduler, libc::SYS_sched_rr_get_interval, libc::SYS_sched_setaffinity,
    libc::SYS_sched_setattr, libc::SYS_sched_setparam, libc::SYS_sched_setscheduler, libc::SYS_sched_yield,
    libc::SYS_seccomp, libc::SYS_semctl, libc::SYS_semget, libc::SYS_semop, libc::SYS_semtimedop, libc::SYS_sendfile,
    libc::SYS_sendmmsg, libc::SYS_sendmsg, libc::SYS_sendto, libc::SYS_setfsgid, libc::SYS_setfsuid, libc::SYS_setgid,
    libc::SYS_setgroups, libc::SYS_setitimer, libc::SYS_setpgid, libc::SYS_setpriority, libc::SYS_setregid,
    libc::SYS_setresgid, libc::SYS_setresuid, libc::SYS_setreuid, libc::SYS_set_robust_list, libc::SYS_setsid,
    libc::SYS_setsockopt, libc::SYS_set_tid_address, libc::SYS_setuid, libc::SYS_setxattr, libc::SYS_shmat,
    libc::SYS_shmctl, libc::SYS_shmdt, libc::SYS_shmget, libc::SYS_shutdown, libc::SYS_sigaltstack,
    libc::SYS_signalfd4, libc::SYS_socketpair, libc::SYS_splice, libc::SYS_statfs, libc::SYS_statx,
    libc::SYS_symlinkat, libc::SYS_sync, libc::SYS_sync_file_range, libc::SYS_syncfs, libc::SYS_sysinfo,
    libc::SYS_tee, libc::SYS_tgkill, libc::SYS_timer_create, libc::SYS_timer_delete, libc::SYS_timerfd_create,
    libc::SYS_timerfd_gettime, libc::SYS_timerfd_settime, libc::SYS_timer_getoverrun, libc::SYS_timer_gettime,
    libc::SYS_timer_settime, libc::SYS_times, libc::SYS_tkill, libc::SYS_truncate, libc::SYS_umask, libc::SYS_uname,
    libc::SYS_unlinkat, libc::SYS_utimensat, libc::SYS_vmsplice, libc::SYS_wait4, libc::SYS_waitid, libc::SYS_write,
    libc::SYS_writev,
    // The same number everywhere: memfd_secret, cachestat, fchmodat2, map_shadow_stack, futex_wake, futex_wait,
    // futex_requeue, statmount, listmount, mseal, setxattrat, getxattrat, listxattrat, removexattrat.
    447, 451, 452, 453, 454, 455, 456, 457, 458, 462, 463, 464, 465, 466,
];

/// Calls that only older architectures have.
#[cfg(target_arch = "x86_64")]
#[rustfmt::skip]
const ALLOWED_HERE: &[i64] = &[
    libc::SYS_access, libc::SYS_alarm, libc::SYS_arch_prctl, libc::SYS_chmod, libc::SYS_chown, libc::SYS_creat,
    libc::SYS_dup2, libc::SYS_epoll_create, libc::SYS_epoll_ctl_old, libc::SYS_epoll_wait, libc::SYS_epoll_wait_old,
    libc::SYS_eventfd, libc::SYS_fork, libc::SYS_futimesat, libc::SYS_getdents, libc::SYS_getpgrp,
    libc::SYS_getrlimit, libc::SYS_get_thread_area, libc::SYS_inotify_init, libc::SYS_lchown, libc::SYS_link,
    libc::SYS_lstat, libc::SYS_mkdir, libc::SYS_mknod, libc::SYS_modify_ldt, libc::SYS_open, libc::SYS_pause,
    libc::SYS_pipe, libc::SYS_poll, libc::SYS_readlink, libc::SYS_rename, libc::SYS_renameat, libc::SYS_rmdir,
    libc::SYS_select, libc::SYS_setrlimit, libc::SYS_set_thread_area, libc::SYS_signalfd, libc::SYS_stat,
    libc::SYS_symlink, libc::SYS_time, libc::SYS_unlink, libc::SYS_utime, libc::SYS_utimes, libc::SYS_vfork,
    // io_pgetevents and uretprobe, which the C library's list lacks.
    333, 335,
];
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_HERE: &[i64] = &[libc::SYS_renameat, libc::SYS_getrlimit, libc::SYS_setrlimit, 292];

/// The last call that the list has an opinion on.
const NEWEST: i64 = 466;

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;
#[cfg(target_arch = "riscv64")]
const ARCHITECTURE: u32 = 0xc000_00f3;

const ALLOW: u32 = 0x7fff_0000;
const EPERM: u32 = 0x0005_0000 | libc::EPERM as u32;
const ENOSYS: u32 = 0x0005_0000 | libc::ENOSYS as u32;

/// Where struct seccomp_data has the number of the call, the architecture, and the lower half of an argument.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;
const fn argument(at: u32) -> u32 {
    16 + 8 * at + if cfg!(target_endian = "big") { 4 } else { 0 }
}

/// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.
const NEW_NAMESPACES: u32 = 0x7e02_0000;
/// What of a machine's personality is harmless: Linux, 32 bits of it, the same with an older version of uname(2), and asking.
const PERSONALITIES: &[u32] = &[0, 8, 0x2_0000, 0x2_0008, 0xffff_ffff];
/// ioctl(2) by which somebody types into a terminal in another's name.
const TYPING: &[u32] = &[libc::TIOCSTI as u32, libc::TIOCLINUX as u32];
/// Sockets that lead to the host of a virtual machine.
const AF_VSOCK: u32 = 40;
/// The kernel's ciphers: much code, and many faults in it were ways out.
const AF_ALG: u32 = 38;

const LOAD: u16 = 0x20;
const JUMP_IF_EQUAL: u16 = 0x15;
const JUMP_IF_AT_LEAST: u16 = 0x35;
const JUMP_IF_ANY_BIT: u16 = 0x45;
const RETURN: u16 = 0x06;

fn instruction(code: u16, value: u32, yes: usize, no: usize) -> Instruction {
    let near = |jump: usize| u8::try_from(jump).expect("the program is short enough for its jumps");
    Instruction { code, jt: near(yes), jf: near(no), k: value }
}

/// The program.
pub fn system_call_filter() -> Vec<Instruction> {
    let mut program = vec![
        instruction(LOAD, ARCH, 0, 0),
        instruction(JUMP_IF_EQUAL, ARCHITECTURE, 1, 0),
        // Programs for another architecture, 32 bits for example, find no system call at all.
        instruction(RETURN, ENOSYS, 0, 0),
        instruction(LOAD, NUMBER, 0, 0),
    ];
    let weigh = |program: &mut Vec<Instruction>, call: i64, body: Vec<Instruction>| {
        program.push(instruction(JUMP_IF_EQUAL, call as u32, 0, body.len()));
        program.extend(body);
    };
    let one_of = |at: u32, values: &[u32], found: u32, otherwise: u32| {
        let mut body = vec![instruction(LOAD, argument(at), 0, 0)];
        let count = values.len();
        body.extend(values.iter().enumerate().map(|(n, &value)| instruction(JUMP_IF_EQUAL, value, count - n, 0)));
        body.push(instruction(RETURN, otherwise, 0, 0));
        body.push(instruction(RETURN, found, 0, 0));
        body
    };
    let clone = vec![
        instruction(LOAD, argument(0), 0, 0),
        instruction(JUMP_IF_ANY_BIT, NEW_NAMESPACES, 0, 1),
        instruction(RETURN, EPERM, 0, 0),
        instruction(RETURN, ALLOW, 0, 0),
    ];
    weigh(&mut program, libc::SYS_clone, clone);
    // Its flags are in memory, where no filter can look: the C library falls back to clone(2).
    weigh(&mut program, libc::SYS_clone3, vec![instruction(RETURN, ENOSYS, 0, 0)]);
    weigh(&mut program, libc::SYS_personality, one_of(0, PERSONALITIES, ALLOW, EPERM));
    weigh(&mut program, libc::SYS_socket, one_of(0, &[AF_ALG, AF_VSOCK], EPERM, ALLOW));
    weigh(&mut program, libc::SYS_ioctl, one_of(1, TYPING, EPERM, ALLOW));
    let ranges = ranges();
    look_up(&ranges, 0, &mut program);
    program.extend([ALLOW, EPERM, ENOSYS].map(|answer| instruction(RETURN, answer, 0, 0)));
    program
}

/// From which number on which answer holds, in order.
fn ranges() -> Vec<(u32, u32)> {
    let mut allowed = [false; NEWEST as usize + 1];
    ALLOWED.iter().chain(ALLOWED_HERE).for_each(|&call| allowed[call as usize] = true);
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for (call, &allowed) in (0..).zip(&allowed) {
        let answer = if allowed { ALLOW } else { EPERM };
        if ranges.last().is_none_or(|(_, last)| *last != answer) {
            ranges.push((call, answer));
        }
    }
    ranges.push((NEWEST as u32 + 1, ENOSYS));
    ranges
}

/// Comparisons that halve the ranges until one is left, then a jump to its answer: the three of them stand `behind` so many
/// instructions that follow.
fn look_up(ranges: &[(u32, u32)], behind: usize, program: &mut Vec<Instruction>) {
    let (below, above) = ranges.split_at(ranges.len() / 2);
    // As many comparisons as there are borders between ranges.
    let (first, second) = (below.len() - 1, above.len() - 1);
    let to = |half: &[(u32, u32)], skipped: usize| match half {
        [(_, answer)] => {
            first + second + behind + [ALLOW, EPERM, ENOSYS].iter().position(|one| one == answer).unwrap_or(1)
        }
        _ => skipped,
    };
    program.push(instruction(JUMP_IF_AT_LEAST, above[0].0, to(above, first), to(below, 0)));
    if first > 0 {
        look_up(below, second + behind, program);
    }
    if second > 0 {
        look_up(above, behind, program);
    }
}

#[cfg(test)]
mod tests {
    use super::{ALLOW, ALLOWED, ALLOWED_HERE, ARCHITECTURE, ENOSYS, EPERM, system_call_filter};
    use nix::libc;

    /// Runs the program as the kernel would.
    fn answer(architecture: u32, call: i64, arguments: [u32; 2]) -> u32 {
        let program = system_call_filter();
        let (mut at, mut held) = (0, 0);
        loop {
            let step = &program[at];
            at += 1;
            let jump = |holds: bool| usize::from(if holds { step.jt } else { step.jf });
            match step.code {
                super::LOAD => {
                    held = match step.k {
                        0 => call as u32,
                        4 => architecture,
                        16 => arguments[0],
                        24 => arguments[1],
                        other => panic!("offset {other}"),
                    }
                }
                super::JUMP_IF_EQUAL => at += jump(held == step.k),
                super::JUMP_IF_AT_LEAST => at += jump(held >= step.k),
                super::JUMP_IF_ANY_BIT => at += jump(held & step.k != 0),
                _ => return step.k,
            }
        }
    }

    #[test]
    fn every_call_gets_the_answer_of_the_list() {
        let weighed = [libc::SYS_clone, libc::SYS_clone3, libc::SYS_personality, libc::SYS_socket, libc::SYS_ioctl];
        for call in (0..600).filter(|call| !weighed.contains(call)) {
            let expected = match call {
                467.. => ENOSYS,
                call if ALLOWED.contains(&call) || ALLOWED_HERE.contains(&call) => ALLOW,
                _ => EPERM,
            };
            assert_eq!(answer(ARCHITECTURE, call, [0, 0]), expected, "call {call}");
        }
        assert_eq!(answer(ARCHITECTURE, 0x4000_0000, [0, 0]), ENOSYS, "x32");
        assert_eq!(answer(0x4000_0003, 1, [0, 0]), ENOSYS, "32 bits");
    }

    #[test]
    fn arguments_are_weighed_where_they_matter() {
        let here = |call, arguments| answer(ARCHITECTURE, call, arguments);
        assert_eq!(here(libc::SYS_clone, [17, 0]), ALLOW);
        for flag in [0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000] {
            assert_eq!(here(libc::SYS_clone, [17 | flag, 0]), EPERM);
        }
        assert_eq!(here(libc::SYS_clone3, [0, 0]), ENOSYS);
        assert_eq!([here(libc::SYS_personality, [8, 0]), here(libc::SYS_personality, [0x40_0000, 0])], [ALLOW, EPERM]);
        for (family, answer) in [(1, ALLOW), (2, ALLOW), (16, ALLOW), (38, EPERM), (40, EPERM)] {
            assert_eq!(here(libc::SYS_socket, [family, 0]), answer, "family {family}");
        }
        assert_eq!([here(libc::SYS_ioctl, [0, 0x5401]), here(libc::SYS_ioctl, [0, 0x5412])], [ALLOW, EPERM]);
    }

    #[test]
    fn what_leads_out_is_not_on_the_list() {
        let out = [
            libc::SYS_mount,
            libc::SYS_umount2,
            libc::SYS_pivot_root,
            libc::SYS_move_mount,
            libc::SYS_open_tree,
            libc::SYS_fsopen,
            libc::SYS_fsconfig,
            libc::SYS_fsmount,
            libc::SYS_fspick,
            libc::SYS_mount_setattr,
            libc::SYS_unshare,
            libc::SYS_setns,
            libc::SYS_kexec_load,
            libc::SYS_kexec_file_load,
            libc::SYS_init_module,
            libc::SYS_finit_module,
            libc::SYS_delete_module,
            libc::SYS_bpf,
            libc::SYS_perf_event_open,
            libc::SYS_keyctl,
            libc::SYS_add_key,
            libc::SYS_request_key,
            libc::SYS_ptrace,
            libc::SYS_reboot,
            libc::SYS_swapon,
            libc::SYS_swapoff,
            libc::SYS_open_by_handle_at,
            libc::SYS_userfaultfd,
            libc::SYS_io_uring_setup,
            libc::SYS_io_uring_enter,
            libc::SYS_io_uring_register,
            libc::SYS_acct,
            libc::SYS_settimeofday,
            libc::SYS_clock_settime,
            libc::SYS_quotactl,
            libc::SYS_quotactl_fd,
            libc::SYS_nfsservctl,
            libc::SYS_process_vm_readv,
            libc::SYS_process_vm_writev,
            libc::SYS_process_madvise,
            libc::SYS_pidfd_getfd,
            libc::SYS_kcmp,
            libc::SYS_lookup_dcookie,
            libc::SYS_vhangup,
            libc::SYS_sethostname,
            libc::SYS_setdomainname,
            libc::SYS_syslog,
            libc::SYS_mbind,
            libc::SYS_move_pages,
            libc::SYS_migrate_pages,
            libc::SYS_fanotify_init,
        ];
        for call in out {
            assert_eq!(answer(ARCHITECTURE, call, [0, 0]), EPERM, "call {call}");
        }
    }
}
