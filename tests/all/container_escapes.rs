//! Ways out of a container, each tried from inside: none leads out, and the host is afterwards as it was before.

use crate::support;
use crate::support::image::Image;
use crate::support::session::is_alive;
use crate::support::{Ended, ends_with, is_in_three_lines, is_root, program, skip_unless_root, text};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An image, and beside it what a container must never see.
struct Host {
    image: Image,
    secret: PathBuf,
}

const SECRET: &str = "the host's own";

impl Host {
    fn new() -> Host {
        let image = Image::new();
        let secret = image.beside().join("secret");
        std::fs::write(&secret, SECRET).unwrap();
        Host { image, secret }
    }

    /// Runs a program in C inside, by these options; the path of the secret is its argument.
    fn tries(&self, options: &[&str], source: &str) -> Ended {
        self.image.compile("attack", &format!("{HEAD}{source}"));
        self.image.run(options, &["attack", self.secret.to_str().unwrap(), &disk().to_string()])
    }

    /// The same program where nothing but chroot(2) stands around it, with the host's root open: what a container must not
    /// allow must be seen to happen there, else a test of it proves nothing.
    fn tries_in_a_chroot(&self) -> Ended {
        let chroot = if is_root() { "chroot" } else { "unshare --user --map-root-user chroot" };
        let script = format!("exec 7< /; exec {chroot} \"$1\" /bin/attack \"$2\"");
        text(Command::new("bash").args(["-c", &script, "bash"]).arg(self.image.root()).arg(&self.secret))
    }

    #[track_caller]
    fn is_unharmed(&self, ended: &Ended) {
        assert!(!ended.stdout.contains(SECRET), "{ended:?}");
        assert_eq!(std::fs::read_to_string(&self.secret).unwrap(), SECRET);
    }
}

/// A disk of this machine, by its number; if none is seen, one that many a machine has.
fn disk() -> u64 {
    let disks = std::fs::read_dir("/sys/dev/block").ok().and_then(|mut disks| disks.next()?.ok());
    let number = disks.and_then(|disk| {
        let name = disk.file_name().into_string().ok()?;
        let (major, minor) = name.split_once(':')?;
        Some(rustix::fs::makedev(major.parse().ok()?, minor.parse().ok()?))
    });
    number.unwrap_or(8 << 8)
}

const HEAD: &str = r#"
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static void show(const char *path) {
  char text[200] = {0};
  int fd = open(path, O_RDONLY);
  if (fd >= 0 && read(fd, text, 199) > 0) printf("%s\n", text);
}
"#;

#[test]
fn a_chroot_and_many_dots_do_not_lead_out() {
    let host = Host::new();
    let source = r#"
int main(int argc, char **argv) {
  int root = open("/", O_RDONLY);
  mkdir("/jail", 0755);
  printf("chroot %d\n", chroot("/jail"));
  fchdir(root);
  for (int n = 0; n < 100; n++) chdir("..");
  printf("out %d\n", chroot("."));
  show(argv[1]);
  show("bin/busybox") ;
  return access("/jail", F_OK);
}"#;
    let ended = host.tries(&[], source);
    host.is_unharmed(&ended);
    assert!(ended.code == Some(0) && ended.stdout.contains("chroot 0"), "{ended:?}");
    let out = host.tries_in_a_chroot();
    assert!(out.stdout.contains(SECRET), "{out:?}");
}

#[test]
fn no_open_descriptor_leads_out() {
    let host = Host::new();
    let source = r#"
int main(int argc, char **argv) {
  for (int fd = 0; fd < 256; fd++) {
    char path[4200];
    for (int up = 0; up < 12; up++) {
      snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
      for (int n = 0; n < up; n++) strcat(path, "/..");
      strcat(path, argv[1]);
      show(path);
    }
    struct stat found;
    if (fd > 2 && fstat(fd, &found) == 0) printf("open %d\n", fd);
    int up = openat(fd, "..", O_RDONLY);
    if (up >= 0) printf("up %d\n", fd);
    char text[200] = {0};
    int out = openat(fd, argv[1] + 1, O_RDONLY);
    if (out >= 0 && read(out, text, 199) > 0) printf("%s\n", text);
    close(up), close(out);
  }
}"#;
    for options in [&[][..], &["--init"]] {
        let ended = host.tries(options, source);
        host.is_unharmed(&ended);
        assert!(ends_with(&ended, Some(0)) && ended.stdout.is_empty(), "{ended:?}");
    }
    let out = host.tries_in_a_chroot();
    assert!(out.stdout.contains("up 7") && out.stdout.contains(SECRET), "{out:?}");
}

#[test]
fn the_root_of_process_1_is_the_containers() {
    let host = Host::new();
    let script = format!("cat /proc/1/root{0} /proc/self/root{0} /proc/1/cwd/../../..{0}; true", host.secret.display());
    assert!(text(Command::new("sh").args(["-c", &script])).stdout.contains(SECRET));
    for options in [&[][..], &["--init"], &["--unprotected"]] {
        let ended = host.image.run(options, &["sh", "-c", &script]);
        host.is_unharmed(&ended);
        assert!(ended.stdout.is_empty(), "{ended:?}");
    }
}

#[test]
fn layerlab_itself_cannot_be_overwritten() {
    let host = Host::new();
    let before = std::fs::read(program()).unwrap();
    // Its mode is not what protects it.
    assert!(rustix::fs::access(program(), rustix::fs::Access::WRITE_OK).is_ok());
    // A PID 1 of ours stays while the command runs.
    let source = r#"
int main(int argc, char **argv) {
  const char *paths[] = {"/proc/1/exe", "/proc/self/exe"};
  int modes[] = {O_WRONLY, O_RDWR, O_WRONLY | O_TRUNC, O_RDONLY, O_PATH};
  for (int m = 0; m < 5; m++) {
    int fd = open(paths[0], modes[m]);
    if (fd < 0) continue;
    char again[64];
    snprintf(again, sizeof again, "/proc/self/fd/%d", fd);
    int out = open(again, O_WRONLY);
    printf("opened %d, again %d %d\n", m, out, errno);
    if (out >= 0) write(out, "x", 1);
  }
}"#;
    let ended = host.tries(&["--init"], source);
    assert!(ends_with(&ended, Some(0)) && ended.stdout.is_empty(), "{ended:?}");
    // Without it, the image may ask that PID 1 become this program once more, with a loader of the image's (CVE-2019-5736).
    let loader = r#"
int main(int argc, char **argv) {
  printf("loader runs\n");
  int direct = open("/proc/self/exe", O_WRONLY);
  printf("direct %d %d\n", direct, errno);
  int fd = open("/proc/self/exe", O_RDONLY);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  execl("/bin/second", "second", path, NULL);
}"#;
    let second = r#"
int main(int argc, char **argv) {
  int out = open(argv[1], O_WRONLY);
  printf("second %d %s\n", out, strerror(errno));
  if (out >= 0) printf("wrote %ld\n", (long)write(out, "x", 1));
}"#;
    host.image.compile("loader", &format!("{HEAD}{loader}"));
    host.image.compile("second", &format!("{HEAD}{second}"));
    let lib = host.image.root().join("lib64");
    std::fs::create_dir(&lib).unwrap();
    for name in ["ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"] {
        std::fs::copy(host.image.root().join("bin/loader"), lib.join(name)).unwrap();
    }
    symlink("/proc/self/exe", host.image.root().join("again")).unwrap();
    std::fs::write(host.image.root().join("script"), "#!/proc/self/exe\n").unwrap();
    std::fs::set_permissions(host.image.root().join("script"), std::fs::Permissions::from_mode(0o755)).unwrap();
    for command in ["/proc/self/exe", "/again", "/script"] {
        let ended = host.image.run(&[], &[command, "list"]);
        assert!(!ended.stdout.contains("wrote"), "{ended:?}");
        // A statically linked layerlab has no loader; what it does then is to run in here, as anything else might.
        if ended.stdout.contains("loader runs") {
            assert!(ended.stdout.contains("second -1 Read-only file system"), "{ended:?}");
        }
    }
    assert!(before == std::fs::read(program()).unwrap(), "the program was overwritten");
}

#[test]
fn nothing_of_the_host_can_be_mounted_or_made() {
    let host = Host::new();
    let source = r#"
int main(int argc, char **argv) {
  int failed = 0;
#define TRY(what) do { errno = 0; long got = (long)(what); if (got >= 0) { printf("%s worked\n", #what); failed = 1; } else if (errno != EPERM && errno != EACCES) printf("%s: %s\n", #what, strerror(errno)); } while (0)
  mkdir("/m", 0755);
  TRY(mount("/dev/vda", "/m", "ext4", 0, NULL));
  TRY(mount("/dev/sda", "/m", "ext4", 0, NULL));
  TRY(mount("tmpfs", "/m", "tmpfs", 0, NULL));
  TRY(mount("proc", "/m", "proc", 0, NULL));
  TRY(mount("/", "/m", NULL, MS_BIND, NULL));
  TRY(mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND, NULL));
  TRY(mount(NULL, "/sys", NULL, MS_REMOUNT, NULL));
  TRY(umount2("/proc/sys", MNT_DETACH));
  TRY(umount2("/proc/keys", MNT_DETACH));
  TRY(syscall(SYS_pivot_root, "/", "/m"));
  TRY(syscall(428, -100, "/", 1));  /* open_tree */
  TRY(syscall(430, "proc", 0));     /* fsopen */
  TRY(syscall(442, -100, "/", 0, 0, 0)); /* mount_setattr */
  TRY(mknod("/disk", S_IFBLK | 0600, strtoul(argv[2], 0, 10)));
  TRY(mknod("/dev/disk", S_IFBLK | 0600, strtoul(argv[2], 0, 10)));
  TRY(mknod("/dev/mem", S_IFCHR | 0600, (1 << 8) | 1));
  TRY(unshare(CLONE_NEWUSER));
  TRY(unshare(CLONE_NEWNS));
  TRY(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
  int ns = open("/proc/1/ns/mnt", O_RDONLY);
  TRY(setns(ns < 0 ? 0 : ns, 0));
  return failed;
}"#;
    for options in [&[][..], &["--init"]] {
        let ended = host.tries(options, source);
        assert!(ends_with(&ended, Some(0)) && ended.stdout.is_empty(), "{ended:?}");
    }
    // Without the protection some of it works, and harms nobody but the container.
    let without = host.tries(&["--unprotected"], source);
    assert!(without.stdout.contains("tmpfs") && without.stdout.contains("unshare(CLONE_NEWNS) worked"), "{without:?}");
    assert!(!is_root() || without.stdout.contains("/dev/disk"), "{without:?}");
    let tools = host.image.run(&[], &["sh", "-c", "unshare -m true || unshare -Ur true || nsenter -t 1 -m true || mount -t tmpfs x /bin || pivot_root / /bin || echo refused"]);
    assert_eq!(tools.stdout, "refused\n", "{tools:?}");
}

#[test]
fn a_device_of_the_image_is_no_device() {
    let host = Host::new();
    if !is_root() {
        return skip_unless_root("devices in an image", "only root can make one");
    }
    let node = host.image.root().join("zero");
    let made = Command::new("mknod").arg(&node).args(["c", "1", "5"]).status().unwrap();
    assert!(made.success());
    let ended = host.image.run(&[], &["head", "-c", "1", "/zero"]);
    assert!(ended.code != Some(0) && ended.stderr.contains("Permission denied"), "{ended:?}");
}

#[test]
fn calls_that_reach_around_the_walls_fail() {
    let host = Host::new();
    let source = r#"
int main(int argc, char **argv) {
  struct { const char *name; long got; int errno_; int wanted; } all[] = {
#define CALL(name, wanted, ...) { name, (errno = 0, syscall(__VA_ARGS__)), errno, wanted }
    CALL("keyctl", EPERM, SYS_keyctl, 0, -3, 0), CALL("join", EPERM, SYS_keyctl, 1, 0),
    CALL("add_key", EPERM, SYS_add_key, "user", "x", "y", 1, -3), CALL("request_key", EPERM, SYS_request_key, "user", "x", 0, -3),
    CALL("ptrace", EPERM, SYS_ptrace, PTRACE_ATTACH, getppid(), 0, 0), CALL("bpf", EPERM, SYS_bpf, 0, 0, 0),
    CALL("perf", EPERM, SYS_perf_event_open, 0, 0, -1, -1, 0), CALL("userfaultfd", EPERM, SYS_userfaultfd, 0),
    CALL("io_uring", EPERM, 425, 1, 0), CALL("handle", EPERM, SYS_open_by_handle_at, 0, 0, 0),
    CALL("kexec", EPERM, SYS_kexec_load, 0, 0, 0, 0), CALL("module", EPERM, SYS_finit_module, 0, "", 0),
    CALL("reboot", EPERM, SYS_reboot, 0, 0, 0, 0), CALL("swapon", EPERM, SYS_swapon, "/x", 0),
    CALL("acct", EPERM, SYS_acct, "/x"), CALL("time", EPERM, SYS_settimeofday, 0, 0),
    CALL("clock", EPERM, SYS_clock_settime, 0, 0), CALL("quota", EPERM, SYS_quotactl, 0, 0, 0, 0),
    CALL("vm", EPERM, SYS_process_vm_readv, 1, 0, 0, 0, 0, 0), CALL("getfd", EPERM, 438, 0, 0, 0),
    CALL("syslog", EPERM, SYS_syslog, 3, 0, 0), CALL("hostname", EPERM, SYS_sethostname, "x", 1),
    CALL("clone3", ENOSYS, 435, 0, 0), CALL("unknown", ENOSYS, 999), CALL("personality", EPERM, SYS_personality, 0x0040000),
    CALL("vsock", EPERM, SYS_socket, 40, SOCK_STREAM, 0), CALL("typing", EPERM, SYS_ioctl, 0, 0x5412, "x"),
  };
  int failed = 0;
  for (int n = 0; n < sizeof all / sizeof *all; n++)
    if (all[n].got != -1 || all[n].errno_ != all[n].wanted) { printf("%s: %ld %s\n", all[n].name, all[n].got, strerror(all[n].errno_)); failed = 1; }
  /* And what ordinary programs do works. */
  if (socket(AF_INET, SOCK_STREAM, 0) < 0 || socket(AF_UNIX, SOCK_DGRAM, 0) < 0 || personality(0xffffffff) < 0) failed = 2;
  pid_t child = fork();
  if (child == 0) _exit(0);
  if (waitpid(child, 0, 0) != child) failed = 3;
  return failed;
}"#;
    let ended = host.tries(&[], source);
    assert!(ends_with(&ended, Some(0)) && ended.stdout.is_empty(), "{ended:?}");
}

#[test]
fn keyrings_and_tracing_are_what_the_filter_takes_away() {
    let host = Host::new();
    let source = r#"
int main(int argc, char **argv) {
  if (syscall(SYS_keyctl, 0, -3, 1) >= 0) printf("keyring\n");
  if (ptrace(PTRACE_TRACEME, 0, 0, 0) == 0) printf("traced\n");
}"#;
    assert_eq!(host.tries(&[], source).stdout, "");
    assert_eq!(host.tries(&["--unprotected"], source).stdout, "keyring\ntraced\n");
}

#[test]
fn processes_of_the_host_cannot_be_reached() {
    let host = Host::new();
    let mut sleeper = Command::new("sleep").arg("1000").spawn().unwrap();
    let pid = sleeper.id();
    let source = r#"
int main(int argc, char **argv) {
  pid_t pid = atoi(argv[1]);
  char text[8];
  if (kill(pid, 0) == 0) printf("kill ");
  if (syscall(434, pid, 0) >= 0) printf("pidfd ");
  if (getpgid(pid) >= 0) printf("group ");
  if (ptrace(PTRACE_SEIZE, pid, 0, 0) == 0) printf("ptrace ");
}"#;
    host.image.compile("reach", &format!("{HEAD}{source}"));
    let reached = text(Command::new(host.image.root().join("bin/reach")).arg(pid.to_string())).stdout;
    // Where Yama forbids it, nobody traces what is not a child.
    assert!(reached.starts_with("kill pidfd group "), "{reached}");
    for options in [&["--init"][..], &[], &["--unprotected"]] {
        assert_eq!(host.image.run(options, &["reach", &pid.to_string()]).stdout, "");
    }
    let script = format!(
        "kill -9 {pid}; kill -9 -1; kill -TERM -{pid}; ls /proc/{pid}; echo x > /proc/{pid}/oom_score_adj; true"
    );
    for options in [&["--init"][..], &[]] {
        host.image.run(options, &["sh", "-c", &script]);
        assert!(is_alive(pid as i32) && sleeper.try_wait().unwrap().is_none());
    }
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
}

#[test]
fn the_settings_of_the_machine_stay_as_they_are() {
    let host = Host::new();
    let settings =
        ["/proc/sys/kernel/panic", "/proc/sys/vm/swappiness", "/proc/sys/kernel/core_pattern", "/proc/sys/fs/file-max"];
    let read = || settings.map(|file| std::fs::read_to_string(file).unwrap_or_default());
    let before = read();
    let mut script = String::new();
    for file in settings.iter().chain(&[
        "/proc/sysrq-trigger",
        "/proc/irq/default_smp_affinity",
        "/sys/kernel/uevent_helper",
        "/sys/power/state",
    ]) {
        script.push_str(&format!("(echo 1 > {file}) 2>/dev/null && echo wrote {file}; "));
    }
    script.push_str("cat /proc/keys /proc/timer_list /proc/interrupts /proc/kcore 2>/dev/null | wc -c; ls /sys/firmware /proc/acpi /proc/scsi 2>/dev/null | grep -v : | wc -w; (echo x > /proc/keys) 2>/dev/null; true");
    let ended = host.image.run(&[], &["sh", "-c", &script]);
    let shown: String = ended
        .stdout
        .lines()
        .filter(|line| !line.contains("sysrq-trigger") || Path::new("/proc/sysrq-trigger").exists())
        .collect();
    assert_eq!(shown, "00", "{ended:?}");
    if is_root() {
        // Without the protection root could: the same value, once more.
        let same = format!("echo {} > {} && echo wrote", before[0].trim(), settings[0]);
        assert_eq!(host.image.prints(&["--unprotected"], &same), "wrote\n");
    }
    assert_eq!(read(), before);
}

#[test]
fn a_directory_that_is_moved_out_meanwhile_leads_nowhere() {
    let host = Host::new();
    let volume = host.image.beside().join("volume");
    std::fs::create_dir_all(volume.join("a/b")).unwrap();
    let option = format!("{}:/v", volume.display());
    let script = "cd /v/a/b; echo ready; read go; cat ../secret ../../secret ../../../secret ../../../../secret 2>/dev/null; ls ..; cd ..; cd ..; ls; cat secret";
    let mut run = host.image.command(&["--volume", &option], &["sh", "-c", script]);
    let mut run = run.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut ready = [0; 6];
    run.stdout.as_mut().unwrap().read_exact(&mut ready).unwrap();
    // Out of what was mounted, beside the secret.
    std::fs::rename(volume.join("a/b"), host.image.beside().join("b")).unwrap();
    run.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    let output = run.wait_with_output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(!shown.contains(SECRET) && !shown.contains("secret"), "{shown}");
}

#[test]
fn links_of_the_image_lead_nowhere_outside() {
    let host = Host::new();
    let trap = host.image.beside().join("trap");
    std::fs::create_dir(&trap).unwrap();
    std::fs::write(trap.join("null"), "host").unwrap();
    let listed = || {
        let mut all: Vec<_> = walkdir::WalkDir::new(&trap)
            .into_iter()
            .map(|entry| entry.unwrap())
            .map(|entry| {
                (entry.path().to_path_buf(), entry.metadata().unwrap().mode(), entry.metadata().unwrap().mtime_nsec())
            })
            .collect();
        all.sort();
        all
    };
    let root = host.image.root();
    for name in ["dev", "proc", "sys", "etc", "data"] {
        symlink(&trap, root.join(name)).unwrap();
    }
    symlink("../../../../../../../../..", root.join("up")).unwrap();
    symlink("/proc/self/fd", root.join("fds")).unwrap();
    let before = listed();
    let works = "test -c /dev/null && test -d /proc/1 && echo x > /dev/null && ls /sys > /dev/null && echo fine";
    assert_eq!(host.image.prints(&[], works), "fine\n");
    for target in ["/data/x", "/etc/new/y", "/up/z", "/dev/w", "/up/data/v"] {
        let option = format!("{}:{target}", host.secret.display());
        let ended = host.image.run(&["--volume", &option], &["cat", target]);
        assert!(ended.stdout == SECRET || ended.code == Some(2), "{target}: {ended:?}");
    }
    let option = format!("{}:/fds/0", host.secret.display());
    assert_eq!(host.image.run(&["--volume", &option], &["true"]).code, Some(2));
    assert_eq!(listed(), before);
    assert_eq!(std::fs::read_to_string(trap.join("null")).unwrap(), "host");
    // The devices and files alone being links.
    for name in ["dev", "proc", "sys"] {
        std::fs::remove_file(root.join(name)).unwrap();
        std::fs::create_dir(root.join(name)).unwrap();
    }
    for name in ["null", "zero", "pts", "shm", "ptmx"] {
        symlink(trap.join("null"), root.join("dev").join(name)).unwrap();
    }
    symlink(&trap, root.join("proc/sys")).unwrap();
    assert_eq!(host.image.prints(&[], works), "fine\n");
    assert_eq!(listed(), before);
    assert_eq!(std::fs::read_to_string(trap.join("null")).unwrap(), "host");
}

#[test]
fn no_working_directory_leads_out() {
    let host = Host::new();
    let mut wrong: Vec<String> = (0..20).map(|n| format!("/proc/self/fd/{n}")).collect();
    wrong.extend(
        ["/proc/self/cwd", "/proc/self/root", "/proc/1/root", "/proc/1/cwd", "/proc/thread-self/cwd"].map(String::from),
    );
    wrong.extend((3..10).map(|n| format!("/proc/self/fd/{n}/../../..")));
    symlink("/proc/self/fd/4", host.image.root().join("link")).unwrap();
    wrong.push("/link".to_string());
    for directory in wrong {
        let ended = host.image.run(&["--workdir", &directory], &["pwd"]);
        assert!(ended.code == Some(2) && ended.stdout.is_empty(), "{directory}: {ended:?}");
        is_in_three_lines(&ended);
    }
}

#[test]
fn a_set_user_id_program_gives_nothing_back() {
    let host = Host::new();
    if !is_root() {
        return skip_unless_root("--user", "an ordinary user has one id");
    }
    let suid = host.image.root().join("bin/busybox-suid");
    std::fs::copy(host.image.root().join("bin/busybox"), &suid).unwrap();
    std::fs::set_permissions(&suid, std::fs::Permissions::from_mode(0o4755)).unwrap();
    let shown = host
        .image
        .prints(&["--user", "1000"], "busybox-suid id -u; grep -E 'CapEff|CapPrm|NoNewPrivs' /proc/self/status");
    assert_eq!(shown, "1000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n");
}

#[test]
fn nobody_types_into_the_terminal_it_was_started_from() {
    let host = Host::new();
    host.image.compile("type", &format!("{HEAD}int main() {{ int tty = open(\"/dev/tty\", O_RDWR); printf(\"tty %d\\n\", tty); return ioctl(0, TIOCSTI, \"x\") == 0 || ioctl(0, TIOCSCTTY, 1) == 0; }}"));
    // Its input is a terminal, its output is none: so it has none of its own.
    for options in ["", "--unprotected"] {
        let script = format!("\"$0\" container run {options} \"$1\" type | cat; echo code ${{PIPESTATUS[0]}}");
        let mut bash = support::command("bash");
        bash.args(["-c", &script]).arg(program()).arg(host.image.root());
        let mut terminal = support::session::Terminal::start(&bash);
        terminal.shows("code ");
        let shown = terminal.shown();
        assert!(shown.contains("tty -1"), "{shown}");
        assert!(shown.contains("code 0") || (options == "--unprotected" && is_root()), "{shown}");
        terminal.ends();
    }
}

#[test]
fn without_protection_it_is_said_and_more_is_possible() {
    let host = Host::new();
    // What --unprotected takes away is what made these fail; the namespaces stay.
    assert_eq!(host.image.prints(&["--unprotected"], "mount -t tmpfs x /bin && echo mounted"), "mounted\n");
    let ended = text(&mut host.image.command(&["--unprotected"], &["cat", host.secret.to_str().unwrap()]));
    host.is_unharmed(&ended);
}

/// Runs a script in a container whose standard streams are these files.
fn with_files(image: &Image, script: &str, input: std::fs::File, output: std::fs::File, errors: std::fs::File) -> i32 {
    let mut run = image.command(&[], &["sh", "-c", script]);
    run.stdin(input).stdout(output).stderr(errors).status().unwrap().code().unwrap()
}

#[test]
fn files_of_the_host_are_read_and_written_as_they_were_opened() {
    let image = Image::new();
    let at = |name: &str| image.beside().join(name);
    let nothing = || std::fs::File::open("/dev/null").unwrap();
    let appended = |name: &str| std::fs::File::options().append(true).create(true).open(at(name)).unwrap();
    let read = |name: &str| std::fs::read_to_string(at(name)).unwrap();

    // What is only read cannot be written: not by its number, not by its mode.
    std::fs::write(at("input"), "one\ntwo\n").unwrap();
    let mode = std::fs::metadata(at("input")).unwrap().mode();
    let script = "echo x > /proc/self/fd/0; chmod 777 /proc/self/fd/0; cat; exit 3";
    let input = std::fs::File::open(at("input")).unwrap();
    assert_eq!(with_files(&image, script, input, appended("copy"), appended("errors")), 3);
    assert_eq!(read("input"), "one\ntwo\n");
    assert_eq!(std::fs::metadata(at("input")).unwrap().mode(), mode);
    assert!(read("copy").starts_with("one\ntwo\n"), "{}", read("copy"));

    // What is added to loses nothing, and both streams into one file stay in their order.
    std::fs::write(at("log"), "before\n").unwrap();
    let script = "echo 1; echo 2 >&2; echo 3; echo 4 >&2; echo 5 > /proc/self/fd/1; : > /proc/self/fd/2; chmod 777 /proc/self/fd/1";
    assert_eq!(with_files(&image, script, nothing(), appended("log"), appended("log")), 0);
    assert_eq!(read("log"), "before\n1\n2\n3\n4\n5\n");
    assert_eq!(std::fs::metadata(at("log")).unwrap().mode(), mode);

    // What nobody has read stays for the next command.
    std::fs::write(at("script"), "first\nsecond\nthird\n").unwrap();
    let lines = std::fs::File::open(at("script")).unwrap();
    let all =
        format!("read x; {{ {:?} container run {:?} sh -c 'read y; echo got $y'; cat; }}", program(), image.root());
    let output = std::process::Command::new("bash").args(["-c", &all]).stdin(lines).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "got second\nthird\n", "{output:?}");

    // Much of it goes through whole.
    let much: Vec<u8> = (0..2_000_000_u32).flat_map(|number| number.to_le_bytes()).collect();
    std::fs::write(at("much"), &much).unwrap();
    let input = std::fs::File::open(at("much")).unwrap();
    assert_eq!(with_files(&image, "cat", input, appended("through"), appended("errors")), 0);
    assert!(std::fs::read(at("through")).unwrap() == much);
    image.nothing_is_left();
}

#[test]
fn a_device_of_the_host_that_is_handed_in_is_the_containers_own() {
    if !crate::support::is_root() {
        return println!("not for this user: only root makes devices, and may change the mode of the machine's");
    }
    let image = Image::new();
    // Not the machine's own: where this fails, it would be harmed.
    let device = image.beside().join("null");
    assert!(std::process::Command::new("mknod").arg(&device).args(["c", "1", "3"]).status().unwrap().success());
    std::fs::set_permissions(&device, std::fs::Permissions::from_mode(0o666)).unwrap();
    let file = || std::fs::File::options().read(true).write(true).open(&device).unwrap();
    let script = "for n in 0 1 2; do chmod 600 /proc/self/fd/$n; done; echo x > /proc/self/fd/1";
    assert_eq!(with_files(&image, script, file(), file(), file()), 0);
    assert_eq!(std::fs::metadata(&device).unwrap().mode() & 0o777, 0o666);
}

#[test]
fn the_kernels_ciphers_are_out_of_reach() {
    let image = Image::new();
    image.compile(
        "cipher",
        "#include <sys/socket.h>\n#include <stdio.h>\nint main() { int s = socket(38, SOCK_SEQPACKET, 0); perror(\"cipher\"); return s < 0 ? 0 : 1; }",
    );
    let ended = image.run(&[], &["cipher"]);
    assert!(ended.code == Some(0) && ended.stderr.contains("Operation not permitted"), "{ended:?}");
}
