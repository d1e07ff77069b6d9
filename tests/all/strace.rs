//! What we say we asked of the kernel, against what strace(1) saw: every call that a verb records must be among the
//! lines that strace printed, in the same order and letter for letter (but for addresses of buffers).

use crate::support;
use layerlab::action::{CommandLine, Context, execute};
use layerlab::ground::Role;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

const TEST: &str = "strace::recorded_calls_are_what_strace_sees";

/// A little of everything that is recorded.
const SCRIPT: &[&str] = &[
    "mkdir a 'b c' up work mnt up2 work2",
    "mkdir -p p/q/r",
    "mkdir a",
    "echo 'I am image layer1, and this is longer than strace shows' > a/f",
    "echo more >> a/f",
    "cat a/f missing",
    "touch a/f new a",
    "chmod 640 a/f",
    "chmod u+x,o= new",
    "chmod 4755 new",
    "truncate -s 10K a/f",
    "ln a/f hard",
    "ln -s a/f link",
    "ln -sf a link",
    "cp a/f copy",
    "cp a/f copy",
    "cp -a a hard link copies",
    "cp -a a a2",
    "mv copy moved",
    "mv missing a",
    "rename moved renamed moved",
    "mknod w c 0 0",
    "mknod w c 0 0",
    "cp -a w w2",
    "setfattr -n user.x -v 'a\"b' a/f",
    "setfattr -h -n user.x -v y a",
    "getfattr -d a/f",
    "getfattr -h -n user.x a",
    "getfattr -n user.none a",
    "setfattr -x user.x a/f",
    "setfattr -h -x user.x a",
    "mount -t overlay overlay -o 'lowerdir=a:b c,upperdir=up,workdir=work,userxattr' mnt",
    "echo x > mnt/f",
    "rm mnt/f",
    "umount mnt",
    "mount -t overlay overlay -o lowerdir=a,upperdir=up,workdir=up mnt",
    "mount -t overlay overlay -o ro,lowerdir=a,upperdir=up2,workdir=work2,bogus mnt",
    "mount -t overlay overlay -o ro,lowerdir=a,upperdir=up2,workdir=work2 mnt",
    "umount -l mnt",
    "mount -t tmpfs t -o size=1m,nosuid,nodev mnt",
    "mv a2 mnt",
    "mv renamed mnt/r",
    "umount mnt",
    "mount -t cgroup2 c mnt",
    "umount mnt",
    "mount -t cgroup -o nonsense c mnt",
    "mount --bind -o ro a mnt",
    "touch mnt/f",
    "umount mnt",
    "mount --make-shared mnt",
    "mount --bind a mnt",
    "mount --make-shared mnt",
    "mount --make-slave mnt",
    "mount --make-rprivate mnt",
    "mount --make-rshared mnt",
    "mount --make-rslave mnt",
    "mount --make-unbindable mnt",
    "mount --make-runbindable mnt",
    "mount --make-private mnt",
    "umount mnt",
    "mount --rbind a mnt",
    "mount -o remount,bind,ro mnt",
    "umount mnt",
    "umount mnt",
    "mkdir -p LONG/LONG LONG/up LONG/work",
    "mount -t overlay overlay -o lowerdir=LONG/LONG,upperdir=LONG/up,workdir=LONG/work mnt",
    "umount mnt",
    "ls -l missing",
    "hostname try",
    "rm -r p",
    "rm a",
    "rm missing",
    "rmdir 'b c'",
    "rmdir a",
    "cd a",
    "cd missing",
    "pivot_root . .",
    "pivot_root missing .",
    // From here on in a network namespace of its own.
    "touch box",
    "unshare --net mount --bind /proc/thread-self/ns/net box",
    "nsenter --net=missing ls",
    "nsenter --net=hard ls",
    "nsenter --net=box ip link set lo up",
    "umount box",
    "unshare --uts --ipc --mount --propagation slave",
    // In a UTS namespace of its own: the line before is made sure of.
    "hostname strace",
    "unshare --mount",
    "chroot .",
];

#[test]
fn recorded_calls_are_what_strace_sees() {
    if let Ok(base) = std::env::var("LAYERLAB_TEST_STRACE") {
        return inside(Path::new(&base));
    }
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let base = tempfile::tempdir().unwrap();
    let output = Command::new("unshare")
        .args([if root { "-m" } else { "-Urm" }, "--uts"])
        .args(["strace", "-f", "-qq", "-s", "32", "-o"])
        .arg(base.path().join("trace"))
        .args(support::alone(TEST))
        .env("LAYERLAB_TEST_STRACE", base.path())
        .output()
        .expect("util-linux's unshare and strace are needed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let recorded = std::fs::read_to_string(base.path().join("recorded")).unwrap();
    let trace = std::fs::read_to_string(base.path().join("trace")).unwrap();
    let seen: Vec<String> = whole(&trace).iter().map(|line| normal(line)).collect();
    let mut seen = seen.iter();
    let mut found = 0;
    for call in recorded.lines() {
        let before = seen.clone();
        if !seen.any(|line| same(call, line)) {
            let name = call.split('(').next().unwrap_or_default();
            let close: Vec<&str> = before.filter(|line| line.starts_with(name)).take(3).map(String::as_str).collect();
            panic!("after {found} calls\n  we say      {call}\n  strace says {}", close.join("\n              "));
        }
        found += 1;
    }
    assert!(found > SCRIPT.len(), "only {found} calls were recorded");
}

fn inside(base: &Path) {
    let directory = base.join("w");
    std::fs::create_dir(&directory).unwrap();
    let scratch = Command::new("mount").args(["-t", "tmpfs", "scratch"]).arg(&directory).status();
    assert!(scratch.unwrap().success());
    std::env::set_current_dir(&directory).unwrap();
    // Opened now: the last line takes another root.
    let mut recorded = std::fs::File::create(base.join("recorded")).unwrap();
    for line in SCRIPT {
        // Too long for fsconfig(2), so that the mount goes through mount(2).
        let line = line.replace("LONG", &"x".repeat(150));
        let mut context = Context::new(Role::Root);
        execute(&CommandLine::parse(&line).unwrap(), &mut context).unwrap_or_else(|error| panic!("{line}: {error}"));
        if let Some(opening) = context.opens.take() {
            let status = match opening.begin(&mut context) {
                0 => opening.finish(&mut context),
                status => status,
            };
            let refused = line.contains("=missing") || line.contains("=hard");
            assert_eq!(status != 0, refused, "{line}: {}", String::from_utf8_lossy(context.shown()));
            if status == 0 && !opening.program().is_empty() {
                let program = CommandLine { words: opening.program().to_vec(), redirect: None };
                execute(&program, &mut context).unwrap_or_else(|error| panic!("{line}: {error}"));
            }
        }
        for call in &context.sys.calls {
            writeln!(recorded, "{call}").unwrap();
        }
    }
}

/// The same call; what a mount is made of we show whole, where strace breaks it off.
fn same(call: &str, line: &str) -> bool {
    let broken_off = call.starts_with("mount(") || call.starts_with("fsconfig(");
    let begun = line.rsplit_once("\"...").filter(|_| broken_off);
    call == line || begun.is_some_and(|(begun, rest)| call.starts_with(begun) && call.ends_with(rest))
}

/// The lines without the process's number; a call that another process interrupted is put together again.
fn whole(trace: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut interrupted: Vec<(&str, usize)> = Vec::new();
    for line in trace.lines() {
        let (process, rest) = line.split_once(' ').unwrap_or(("", line));
        let rest = rest.trim_start();
        if let Some(begun) = rest.strip_suffix(" <unfinished ...>") {
            interrupted.push((process, lines.len()));
            lines.push(begun.to_string());
        } else if let Some((_, end)) = rest.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
            if let Some(at) = interrupted.iter().position(|(other, _)| *other == process) {
                let (_, line) = interrupted.remove(at);
                lines[line].push_str(end);
            }
        } else {
            lines.push(rest.to_string());
        }
    }
    lines
}

/// A line without the padding before `=`, the addresses of buffers, and the dates that strace writes beside times.
fn normal(line: &str) -> String {
    let mut text = match line.rsplit_once(" = ") {
        Some((call, result)) => format!("{} = {result}", call.trim_end()),
        None => line.to_string(),
    };
    while let Some(start) = text.find(" /* 2") {
        let end = text[start..].find("*/").map_or(text.len(), |end| start + end + 2);
        text.replace_range(start..end, "");
    }
    let words: Vec<String> =
        text.split(' ').map(|word| if word.len() > 9 { address(word) } else { word.into() }).collect();
    words.join(" ")
}

fn address(word: &str) -> String {
    match word.strip_prefix("0x").map(|digits| digits.trim_start_matches(|digit: char| digit.is_ascii_hexdigit())) {
        Some(rest) => format!("0x…{rest}"),
        None => word.to_string(),
    }
}
