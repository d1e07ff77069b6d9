//! Root file systems, made by the whole program and entered as a container would be.

use crate::support::session::soon;
use crate::support::{Ended, disk, ends_with, in_namespaces, is_root, layerlab, text};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tar::{EntryType, Header};

/// A directory of the test's own, and a canary beside the root file system that nothing may touch.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let place = Place(tempfile::Builder::new().prefix("rootfs-").tempdir_in(disk()).unwrap());
        std::fs::create_dir(place.at("outside")).unwrap();
        std::fs::write(place.at("outside/canary"), "alive").unwrap();
        std::fs::set_permissions(place.at("outside"), std::fs::Permissions::from_mode(0o755)).unwrap();
        place
    }

    fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    fn root(&self) -> PathBuf {
        self.at("root")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = layerlab();
        command.current_dir(self.0.path()).env("TERM", "xterm").env("COLUMNS", "400").args(["rootfs", "root"]);
        command.args(words);
        command
    }

    fn run(&self, words: &[&str]) -> Ended {
        text(&mut self.command(words))
    }

    #[track_caller]
    fn makes(&self, words: &[&str]) -> String {
        let ended = self.run(words);
        assert!(ends_with(&ended, Some(0)) && ended.stderr.is_empty(), "{words:?}: {ended:?}");
        ended.stdout
    }

    #[track_caller]
    fn json(&self, words: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.makes(&[words, &["--json"]].concat())).unwrap()
    }

    /// It is refused in our three lines, and nothing is left.
    #[track_caller]
    fn refuses(&self, code: i32, words: &[&str]) -> String {
        let ended = self.run(words);
        assert!(ends_with(&ended, Some(code)), "{words:?}: {ended:?}");
        let said = ended.stderr;
        assert!(said.starts_with("error: ") && said.contains("\n  why   ") && said.contains("\n  fix   "), "{said}");
        self.nothing_is_made();
        said
    }

    #[track_caller]
    fn nothing_is_made(&self) {
        assert!(!self.root().exists(), "{:?}", self.root());
        self.nothing_is_left();
    }

    #[track_caller]
    fn nothing_is_left(&self) {
        let left: Vec<_> = std::fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(!left.iter().any(|name| name.as_bytes().starts_with(b".layerlab")), "{left:?}");
        self.canary_lives();
    }

    #[track_caller]
    fn canary_lives(&self) {
        let names: Vec<_> =
            std::fs::read_dir(self.at("outside")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["canary"]);
        assert_eq!(std::fs::read_to_string(self.at("outside/canary")).unwrap(), "alive");
        let canary = std::fs::metadata(self.at("outside/canary")).unwrap();
        assert_eq!((canary.nlink(), std::fs::metadata(self.at("outside")).unwrap().mode() & 0o7777), (1, 0o755));
    }

    /// What a shell says in the root file system.
    #[track_caller]
    fn inside(&self, script: &str) -> String {
        let mut command = Command::new("unshare");
        if !is_root() {
            command.arg("--map-root-user");
        }
        command.args(["--mount", "--pid", "--fork", "chroot"]).arg(self.root()).args(["/bin/sh", "-c", script]);
        let ended = text(command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("TERM", "xterm"));
        assert!(ends_with(&ended, Some(0)), "{script}: {ended:?}");
        ended.stdout
    }
}

fn strings(list: &serde_json::Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_string()).collect()
}

// Programs of this host.

#[test]
fn every_program_runs_in_the_root_file_system() {
    let place = Place::new();
    let report = place.json(&[]);
    let programs = strings(&report["copied"]["programs"]);
    assert!(programs.len() > 50, "{programs:?}");
    assert_eq!(report["copied"]["unresolved"].as_array().unwrap().len(), 0, "{report}");
    let mut script = String::new();
    for program in &programs {
        script += &format!("{program} --version < /dev/null > /tmp/said 2>&1 || echo {program} $? $(cat /tmp/said)\n");
    }
    // Some know no --version, and say so; what can't be started, or misses a library, says that.
    let said = place.inside(&script);
    for line in said.lines() {
        let code = line.split(' ').nth(1).unwrap_or_default();
        assert!(!["126", "127"].contains(&code) && !line.contains("shared librar"), "{line}");
    }
    assert_eq!(
        place.inside("id -un; hostname > /dev/null; ls -ld /root | cut -d' ' -f1,3,4"),
        "root\ndrwx------ root root\n"
    );
    assert_eq!(place.inside("mount -t proc proc /proc && ps -o comm= -p 1"), "sh\n");
    assert!(place.inside("clear").contains('\u{1b}'), "the terminal is known");
    place.nothing_is_left();
}

#[test]
fn the_libraries_are_those_that_the_loader_finds() {
    let place = Place::new();
    let report = place.json(&[]);
    let ours: BTreeSet<PathBuf> = strings(&report["copied"]["libraries"]).iter().map(real).collect();
    let mut theirs = BTreeSet::new();
    for program in strings(&report["copied"]["programs"]) {
        // The host's loader prints what it would load instead of starting the program. It is asked for the copy: of a
        // program that is set-user-ID, it would tell an ordinary user nothing.
        let ended =
            text(Command::new(place.root().join(&program[1..])).env_clear().env("LD_TRACE_LOADED_OBJECTS", "1"));
        assert_eq!(ended.code, Some(0), "{program}: {ended:?}");
        for path in ended.stdout.split_whitespace().filter(|word| word.starts_with('/')) {
            assert!(place.root().join(real(path).strip_prefix("/").unwrap()).is_file(), "{program} lacks {path}");
            theirs.insert(real(path));
        }
    }
    let more: Vec<_> = ours.difference(&theirs).filter(|path| !path.ends_with("libnss_files.so.2")).collect();
    assert!(theirs.is_subset(&ours) && more.is_empty(), "theirs {theirs:#?}\nours {ours:#?}");
}

fn real(path: impl AsRef<Path>) -> PathBuf {
    std::fs::canonicalize(path).unwrap()
}

#[test]
fn it_is_laid_out_as_the_host_is_and_holds_nothing_of_it() {
    let place = Place::new();
    place.makes(&[]);
    for name in ["bin", "sbin", "lib", "lib64"] {
        let here = std::fs::read_link(Path::new("/").join(name)).ok();
        assert_eq!(std::fs::read_link(place.root().join(name)).ok(), here, "{name}");
    }
    let mode = |name: &str| std::fs::metadata(place.root().join(name)).unwrap().mode() & 0o7777;
    let modes = ["", "tmp", "var/tmp", "root", "proc", "dev", "etc", "home", "run", "sys"].map(mode);
    assert_eq!(modes, [0o755, 0o1777, 0o1777, 0o700, 0o755, 0o755, 0o755, 0o755, 0o755, 0o755]);
    let mut etc: Vec<_> =
        std::fs::read_dir(place.root().join("etc")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    etc.sort();
    etc.retain(|name| name != "alternatives");
    assert_eq!(etc, ["group", "hostname", "hosts", "mtab", "nsswitch.conf", "passwd", "profile", "resolv.conf"]);
    assert_eq!(std::fs::read_to_string(place.root().join("etc/resolv.conf")).unwrap(), "");
    // Nobody becomes root by a program that is copied, and all of it is whose who made it.
    let owner = std::fs::metadata(place.at("outside")).unwrap().uid();
    for entry in walkdir::WalkDir::new(place.root()) {
        let data = entry.unwrap().metadata().unwrap();
        assert_eq!((data.mode() & 0o6000, data.uid()), (0, owner));
    }
}

#[test]
fn the_summary_is_short() {
    let place = Place::new();
    let said = place.makes(&["--plain"]);
    let first = said.lines().next().unwrap();
    assert!(first.starts_with("root has ") && first.contains(" programs of this machine and "), "{said}");
    assert!(said.ends_with("chroot root /bin/sh\n") && said.lines().count() <= 3, "{said}");
}

#[test]
fn what_the_host_lacks_is_named_with_its_package() {
    let place = Place::new();
    let script = "mount -t tmpfs tmpfs /mnt && : > /mnt/none && mount --bind /mnt/none \"$(readlink -f \"$(command -v findmnt)\")\" \
        && cd \"$2\" && \"$1\" rootfs root";
    let ended = text(in_namespaces(script).arg(place.0.path()).env("COLUMNS", "400"));
    assert!(ended.stdout.contains("findmnt (Debian: util-linux)"), "{ended:?}");
}

#[test]
fn further_programs_come_by_name_and_by_path() {
    let place = Place::new();
    let script = place.at("greet");
    std::fs::write(&script, "#!/usr/bin/env -S bash\necho hello from $0\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    place.makes(&["--with", "diff", "--with", "awk", "--with", "./greet"]);
    assert!(place.inside("diff --version").contains("diff"));
    // awk is a link to an alternative, which is a link to mawk or another.
    assert_eq!(place.inside("echo 1 2 | awk '{ print $2 }'"), "2\n");
    assert_eq!(place.inside("PATH=$PATH:/usr/local/bin greet"), "hello from /usr/local/bin/greet\n");
}

#[test]
fn only_these_programs_are_taken() {
    let place = Place::new();
    place.makes(&["--only", "sh", "--only", "cat"]);
    assert_eq!(place.inside("cat /etc/hostname; PATH=/bin:/usr/bin; command -v ls || echo none"), "rootfs\nnone\n");
}

#[test]
fn a_program_that_is_none_is_refused() {
    let place = Place::new();
    let said = place.refuses(2, &["--with", "no-such-program"]);
    assert!(said.contains("in none of the directories of PATH"), "{said}");
    let said = place.refuses(3, &["--with", "./missing"]);
    assert!(said.contains("call  stat(") && said.contains("ENOENT"), "{said}");
    for other in ["/etc/passwd", "/etc", "/proc/self/exe"] {
        assert!(place.refuses(2, &["--with", other]).contains("no file that can be started"));
    }
}

/// Compiles a library of this name, and a program that needs it.
fn compile(place: &Place, library: &str, flags: &str) {
    let script = format!(
        "cd '{}' && mkdir -p app/bin app/lib && echo 'int answer(void) {{ return 42; }}' > l.c && \
         echo 'int answer(void); int main(void) {{ return answer() - 42; }}' > p.c && \
         cc -shared -fPIC -o app/lib/{library} l.c -Wl,-soname,{library} && \
         cc -o app/bin/ask p.c app/lib/{library} {flags}",
        place.0.path().display()
    );
    let ended = text(Command::new("sh").args(["-c", &script]));
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn libraries_are_found_by_run_paths() {
    for flags in
        ["-Wl,--enable-new-dtags,-rpath,'$ORIGIN/../lib'", "-Wl,--disable-new-dtags,-rpath,'/nowhere:${ORIGIN}/../lib'"]
    {
        let place = Place::new();
        compile(&place, "libanswer.so.1", flags);
        place.makes(&["--with", "app/bin/ask"]);
        // The C library knows where a program lies by /proc, if it is mounted.
        place.inside("/usr/local/bin/ask && mount -t proc proc /proc && /usr/local/bin/ask");
    }
}

#[test]
fn a_library_that_only_the_loaders_configuration_leads_to_is_found_inside_too() {
    let place = Place::new();
    compile(&place, "libanswer.so.1", "");
    let directory = place.0.path().display().to_string();
    std::fs::write(place.at("ld.so.conf"), format!("include {directory}/*.more\n")).unwrap();
    std::fs::write(place.at("a.more"), format!("# ours\n{directory}/app/lib\n")).unwrap();
    let script = "mount --bind \"$2/ld.so.conf\" /etc/ld.so.conf && cd \"$2\" && \"$1\" rootfs root --with app/bin/ask";
    let ended = text(in_namespaces(script).arg(place.0.path()));
    assert!(ends_with(&ended, Some(0)) && !ended.stdout.contains("libanswer"), "{ended:?}");
    place.inside("/usr/local/bin/ask");
}

#[test]
fn a_library_that_is_nowhere_is_told() {
    let place = Place::new();
    compile(&place, "libanswer.so.1", "");
    let said = place.makes(&["--with", "app/bin/ask"]);
    assert!(said.contains("app/bin/ask needs libanswer.so.1, which is not on this machine"), "{said}");
}

#[test]
fn a_file_that_only_looks_like_a_program_does_no_harm() {
    let place = Place::new();
    let sound = std::fs::read("/bin/true").unwrap();
    for (name, bytes) in [("empty", &[][..]), ("short", &sound[..100]), ("half", &sound[..sound.len() / 2])] {
        std::fs::write(place.at(name), bytes).unwrap();
        std::fs::set_permissions(place.at(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    place.makes(&["--with", "./empty", "--with", "./short", "--with", "./half"]);
}

#[test]
fn busybox_is_one_program_with_many_names() {
    let place = Place::new();
    let report = place.json(&["--busybox"]);
    assert_eq!(strings(&report["copied"]["programs"]).len(), 1);
    assert!(strings(&report["copied"]["applets"]).contains(&"ls".to_string()));
    assert_eq!(
        place.inside("ls -d /etc /tmp; id -u; readlink -f /bin/sh").lines().take(3).collect::<Vec<_>>(),
        ["/etc", "/tmp", "0"]
    );
    assert!(place.makes_elsewhere().contains("links to busybox"));
}

impl Place {
    fn makes_elsewhere(&self) -> String {
        let ended = text(layerlab().current_dir(self.0.path()).args(["rootfs", "--busybox", "second", "--plain"]));
        assert!(ends_with(&ended, Some(0)), "{ended:?}");
        ended.stdout
    }
}

// Where it is made.

#[test]
fn only_a_directory_that_is_free_is_taken() {
    let place = Place::new();
    std::fs::create_dir(place.root()).unwrap();
    place.makes(&["--busybox"]);
    let before = std::fs::metadata(place.root()).unwrap().ino();
    let ended = place.run(&["--busybox"]);
    assert!(
        ends_with(&ended, Some(2)) && ended.stderr.contains("why   the directory is not empty: it has"),
        "{ended:?}"
    );
    assert_eq!(std::fs::metadata(place.root()).unwrap().ino(), before);
    place.nothing_is_left();
    let refused = |directory: &str, code: i32, why: &str| {
        let ended = text(layerlab().current_dir(place.at("empty")).env("COLUMNS", "400").args([
            "rootfs",
            "--busybox",
            directory,
        ]));
        assert!(ends_with(&ended, Some(code)) && ended.stderr.contains(why), "{directory}: {ended:?}");
        assert_eq!(
            ended.stderr.lines().filter(|line| line.starts_with("  ")).count(),
            if code == 3 { 3 } else { 2 },
            "{ended:?}"
        );
    };
    std::fs::create_dir(place.at("empty")).unwrap();
    symlink("outside", place.at("link")).unwrap();
    refused("../outside", 2, "it has 1 entry");
    refused("../link", 2, "it is no directory");
    refused("../outside/canary", 2, "it is no directory");
    refused("../outside/canary/below", 3, "ENOTDIR");
    refused("../missing/below", 3, "ENOENT");
    refused(".", 2, "no name of its own");
    refused("..", 2, "no name of its own");
    refused("/", 2, "no name of its own");
    refused("../empty", 2, "you stand in it");
    refused(&"x".repeat(300), 3, "ENAMETOOLONG");
    place.nothing_is_left();
}

#[test]
fn names_need_not_be_text() {
    let place = Place::new();
    let name = OsStr::from_bytes(b"r\xff\n'");
    let ended = text(layerlab().current_dir(place.0.path()).args(["rootfs", "--busybox"]).arg(name));
    assert!(ends_with(&ended, Some(0)), "{ended:?}");
    assert!(place.at(name).join("bin").is_dir());
}

#[test]
fn a_full_disk_leaves_nothing() {
    let place = Place::new();
    let script = "mount -t tmpfs -o size=1m tmpfs /mnt && \"$1\" rootfs /mnt/root; echo \"ended $?\"; ls -A /mnt";
    let ended = text(&mut in_namespaces(script));
    assert_eq!(ended.stdout, "ended 3\n", "{ended:?}");
    assert!(ended.stderr.contains("ENOSPC") && ended.stderr.contains("there is no room left"), "{ended:?}");
    let script = "mount -t tmpfs -o ro tmpfs /mnt && \"$1\" rootfs /mnt/root";
    let ended = text(&mut in_namespaces(script));
    assert!(ends_with(&ended, Some(3)) && ended.stderr.contains("EROFS"), "{ended:?}");
    place.nothing_is_left();
}

#[test]
fn the_limit_holds_for_programs_too() {
    let place = Place::new();
    let said = place.refuses(2, &["--limit", "1M"]);
    assert!(said.contains("more than 1048576 bytes would be written"), "{said}");
    for wrong in ["", "0", "x", "1X", "-1", "99999999999T"] {
        let ended = place.run(&[&format!("--limit={wrong}")]);
        assert!(ends_with(&ended, Some(2)), "{wrong}: {ended:?}");
    }
}

/// An archive that never ends: a file that is fed as long as somebody reads.
fn endless(place: &Place) -> (std::process::Child, std::thread::JoinHandle<()>) {
    let mut child = place
        .command(&["--from", "/dev/stdin", "--limit", "1T"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || {
        let mut header = entry(EntryType::Regular, b"endless", b"", 0o644).header;
        header.set_size(1 << 36);
        header.set_cksum();
        let _ = input.write_all(header.as_bytes());
        while input.write_all(&[0; 4096]).is_ok() {
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let begun =
        || std::fs::read_dir(place.0.path()).unwrap().flatten().any(|entry| entry.path().join("endless").exists());
    assert!(soon(begun), "it does not begin");
    (child, feeder)
}

#[test]
fn a_signal_leaves_nothing() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let place = Place::new();
        let (child, feeder) = endless(&place);
        text(Command::new("kill").args(["-s", signal, &child.id().to_string()]));
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(code), Vec::new()));
        feeder.join().unwrap();
        place.nothing_is_made();
    }
}

#[test]
fn what_a_killed_run_left_goes_with_the_next_one() {
    let place = Place::new();
    let (mut child, feeder) = endless(&place);
    // While it is at work, another run beside it takes nothing away.
    assert!(place.makes_elsewhere().contains("busybox"));
    let partial = place.at(format!(".layerlab-rootfs-{}", child.id()));
    assert!(partial.join("endless").exists() && !place.root().exists());
    child.kill().unwrap();
    child.wait().unwrap();
    feeder.join().unwrap();
    assert!(partial.exists() && !place.root().exists());
    std::fs::create_dir(partial.join("locked")).unwrap();
    std::fs::write(partial.join("locked/file"), "").unwrap();
    symlink(place.at("outside"), partial.join("link")).unwrap();
    std::fs::set_permissions(partial.join("locked"), std::fs::Permissions::from_mode(0o000)).unwrap();
    std::fs::set_permissions(&partial, std::fs::Permissions::from_mode(0o555)).unwrap();
    place.makes(&["--busybox"]);
    place.nothing_is_left();
}

// Copied from a directory.

#[test]
fn a_tree_is_copied_as_it_is() {
    let place = Place::new();
    let make = |script: &str| {
        let script = format!("umask 022 && mkdir tree && cd tree && {script}");
        let ended = text(Command::new("bash").args(["-c", &script]).current_dir(place.0.path()));
        assert_eq!(ended.code, Some(0), "{ended:?}");
    };
    make(
        "echo text > file && ln file again && chmod 640 file && mkdir -m 1777 tmp && mkdir -m 555 dir && ln -s /etc/passwd abs && \
         ln -s ../../outside up && mkfifo -m 622 pipe && truncate -s 8T holes && printf 'x' | dd of=holes bs=1 seek=5M conv=notrunc status=none && \
         touch -d 2001-02-03T04:05:06.789 file && touch -h -d 2002-02-03 abs && touch -d 2003-02-03 dir && setfattr -n user.colour -v blue file && \
         python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")' && : > $'\\xff\\n' && touch -d 2000-01-01 . && chmod 750 .",
    );
    if is_root() {
        make_root_only(&place);
    }
    let report = place.json(&["--from", "tree"]);
    let (tree, root) = (place.at("tree"), place.root());
    let mut left_out: Vec<_> = report["made"]["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|left| format!("{} {}", left["path"].as_str().unwrap(), left["why"].as_str().unwrap()))
        .collect();
    left_out.sort();
    let expected: &[&str] =
        if is_root() { &["/null a device node", "/socket a socket"] } else { &["/socket a socket"] };
    assert_eq!(left_out, expected);
    let mut seen = 0;
    for entry in walkdir::WalkDir::new(&tree).sort_by_file_name() {
        let entry = entry.unwrap();
        let inside = entry.path().strip_prefix(&tree).unwrap();
        let (old, Ok(new)) = (entry.path().symlink_metadata().unwrap(), root.join(inside).symlink_metadata()) else {
            assert!(inside == Path::new("socket") || inside == Path::new("null"), "{inside:?}");
            continue;
        };
        // With set-user-ID files in it, the top is closed to others.
        let top = if is_root() && inside == Path::new("") { 0o40700 } else { old.mode() };
        assert_eq!(new.mode(), top, "{inside:?}");
        let all = |data: &std::fs::Metadata| (data.uid(), data.gid(), data.mtime(), data.mtime_nsec(), data.nlink());
        assert_eq!(all(&new), all(&old), "{inside:?}");
        if !old.is_dir() {
            assert_eq!(new.len(), old.len(), "{inside:?}");
        }
        seen += 1;
    }
    assert!(seen >= 10, "{seen}");
    assert_eq!(root.join("file").metadata().unwrap().ino(), root.join("again").metadata().unwrap().ino());
    assert_eq!(std::fs::read_link(root.join("up")).unwrap(), Path::new("../../outside"));
    assert!(root.join("pipe").metadata().unwrap().file_type().is_fifo());
    assert!(root.join("holes").metadata().unwrap().blocks() < 64, "the hole is one still");
    let attribute = text(Command::new("getfattr").args(["--only-values", "-n", "user.colour"]).arg(root.join("file")));
    assert_eq!(attribute.stdout, "blue");
    place.nothing_is_left();
}

fn make_root_only(place: &Place) {
    let script = "cd tree && mknod null c 1 3 && cp /bin/true suid && chown 12:34 suid && chmod 6755 suid && setcap cap_net_raw+ep suid; \
        echo y > cap && setcap cap_net_raw+ep cap && chown -h 1:2 abs && touch -d 2000-01-01 .";
    let ended = text(Command::new("bash").args(["-c", script]).current_dir(place.0.path()));
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn what_is_mounted_in_a_tree_is_not_entered() {
    let place = Place::new();
    let script = "cd \"$2\" && mkdir -p tree/data tree/bound tree/other && echo own > tree/own && : > tree/name && \
        mount -t tmpfs tmpfs tree/data && echo secret > tree/data/file && mount --bind outside tree/bound && \
        mount --bind outside/canary tree/name && \"$1\" rootfs root --from tree --json && cat root/own && find root | sort";
    let ended = text(in_namespaces(script).arg(place.0.path()));
    assert!(ended.stdout.ends_with("own\nroot\nroot/bound\nroot/data\nroot/other\nroot/own\n"), "{ended:?}");
    assert_eq!(ended.stdout.matches("mounted there").count(), 3, "{ended:?}");
}

#[test]
fn a_tree_that_holds_the_new_one_is_not_copied_into_itself() {
    let place = Place::new();
    place.makes(&["--from", "."]);
    let names: BTreeSet<_> = std::fs::read_dir(place.root()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, BTreeSet::from(["outside".into()]));
}

#[test]
fn what_one_may_not_read_is_left_out_and_told() {
    if is_root() {
        return;
    }
    let place = Place::new();
    let script =
        "mkdir -p tree/closed && echo a > tree/open && echo b > tree/shadow && chmod 0 tree/shadow tree/closed";
    text(Command::new("sh").args(["-c", script]).current_dir(place.0.path()));
    let said = place.makes(&["--from", "tree"]);
    assert!(
        said.contains("/closed was left out: a directory that you may not read. 1 more were")
            || said.contains("was left out"),
        "{said}"
    );
    assert!(said.contains("All of it belongs to you"), "{said}");
    assert!(place.root().join("open").exists() && !place.root().join("shadow").exists());
}

#[test]
fn a_source_that_is_none_is_refused() {
    let place = Place::new();
    let said = place.refuses(3, &["--from", "missing"]);
    assert!(said.contains("call  stat(") && said.contains("ENOENT"), "{said}");
    std::fs::write(place.at("text"), "hello\n".repeat(200)).unwrap();
    assert!(place.refuses(2, &["--from", "text"]).contains("it is no tar archive"));
    for (bytes, program) in [(&b"\xfd7zXZ\0\0\0"[..], "unxz"), (b"BZh91AY", "bunzip2")] {
        std::fs::write(place.at("packed"), bytes).unwrap();
        assert!(
            place.refuses(2, &["--from", "packed"]).contains(&format!("unpack that first: {program} --keep packed"))
        );
    }
    let ended = place.run(&["--from", "text", "--busybox"]);
    assert!(ends_with(&ended, Some(2)), "{ended:?}");
}

#[test]
fn a_very_deep_tree_is_refused_and_removed() {
    let place = Place::new();
    let script = "mkdir tree && cd tree && for i in $(seq 200); do mkdir d && cd d; done";
    text(Command::new("bash").args(["-c", script]).current_dir(place.0.path()));
    assert!(place.refuses(2, &["--from", "tree"]).contains("128 directories deep"));
}

// Unpacked from an archive.

/// One entry: its header, and what stands behind it.
struct Entry {
    header: Header,
    data: Vec<u8>,
}

fn entry(kind: EntryType, name: &[u8], link: &[u8], mode: u32) -> Entry {
    let mut header = Header::new_ustar();
    let old = header.as_old_mut();
    old.name[..name.len()].copy_from_slice(name);
    old.linkname[..link.len()].copy_from_slice(link);
    header.set_entry_type(kind);
    header.set_mode(mode);
    let ids = rustix::process::geteuid().as_raw();
    header.set_uid(ids.into());
    header.set_gid(rustix::process::getegid().as_raw().into());
    header.set_mtime(1_000_000_000);
    header.set_size(0);
    header.set_cksum();
    Entry { header, data: Vec::new() }
}

impl Entry {
    fn with(mut self, data: &[u8]) -> Entry {
        self.header.set_size(data.len() as u64);
        self.header.set_cksum();
        self.data = data.to_vec();
        self
    }
}

fn file(name: &str, data: &str) -> Entry {
    entry(EntryType::Regular, name.as_bytes(), b"", 0o644).with(data.as_bytes())
}

fn directory(name: &str) -> Entry {
    entry(EntryType::Directory, name.as_bytes(), b"", 0o755)
}

fn link(name: &str, target: &str) -> Entry {
    entry(EntryType::Symlink, name.as_bytes(), target.as_bytes(), 0o777)
}

fn hard(name: &str, target: &str) -> Entry {
    entry(EntryType::Link, name.as_bytes(), target.as_bytes(), 0o644)
}

fn pax(records: &[(&str, &[u8])]) -> Entry {
    let mut data = Vec::new();
    for (key, value) in records {
        let rest = key.len() + value.len() + 3;
        let length = (1..).find(|length: &usize| rest + length.to_string().len() == *length).unwrap();
        data.extend([length.to_string().as_bytes(), b" ", key.as_bytes(), b"=", value, b"\n"].concat());
    }
    entry(EntryType::XHeader, b"pax", b"", 0o644).with(&data)
}

fn open_ended(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend_from_slice(entry.header.as_bytes());
        bytes.extend_from_slice(&entry.data);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes
}

fn archive(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = open_ended(entries);
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

impl Place {
    fn packed(&self, bytes: &[u8]) {
        std::fs::write(self.at("root.tar"), bytes).unwrap();
    }

    #[track_caller]
    fn unpacks(&self, entries: &[Entry]) -> serde_json::Value {
        self.packed(&archive(entries));
        let report = self.json(&["--from", "root.tar"]);
        self.nothing_is_left();
        report
    }

    #[track_caller]
    fn refuses_archive(&self, bytes: &[u8], why: &str) {
        self.packed(bytes);
        let ended = self.run(&["--from", "root.tar"]);
        assert!(ended.code == Some(2) || ended.code == Some(3), "{why}: {ended:?}");
        assert!(ends_with(&ended, ended.code) && ended.stderr.contains(why), "{why}: {ended:?}");
        self.nothing_is_made();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.root().join(name)).unwrap()
    }
}

#[test]
fn archives_of_tar_itself_are_unpacked_as_it_would() {
    let place = Place::new();
    let long = "n".repeat(200);
    let script = format!(
        "umask 022 && mkdir -p tree/usr/bin tree/{long}/{long} && cd tree && ln -s usr/bin bin && echo x > usr/bin/x && \
         chmod 751 usr/bin/x && ln usr/bin/x hard && : > {long}/{long}/file && ln -s {long}/{long}/{long} long && mkfifo pipe && \
         echo n > $'not\\xfftext' && mkdir -m 500 locked && touch -d 2001-02-03T04:05:06.5 usr/bin/x && setfattr -n user.a -v b usr/bin/x && cd .. && \
         for format in gnu pax; do tar --format=$format $([ $format = pax ] && echo --xattrs) --create --file $format.tar --directory tree .; gzip --keep $format.tar; \
         zstd --quiet --keep $format.tar; done"
    );
    let ended = text(Command::new("bash").args(["-c", &script]).current_dir(place.0.path()));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for name in ["gnu.tar", "gnu.tar.gz", "gnu.tar.zst", "pax.tar", "pax.tar.gz", "pax.tar.zst"] {
        let report = place.json(&["--from", name]);
        assert_eq!(report["made"]["files"], 3, "{name}: {report}");
        let ended = text(
            Command::new("diff")
                .args(["--recursive", "--no-dereference", "tree/usr", "root/usr"])
                .current_dir(place.0.path()),
        );
        assert_eq!((ended.code, ended.stdout), (Some(0), String::new()), "{name}");
        let x = place.root().join("usr/bin/x").metadata().unwrap();
        let nanoseconds = if name.starts_with("pax") { 500_000_000 } else { 0 };
        assert_eq!((x.mode() & 0o7777, x.nlink(), x.mtime_nsec()), (0o751, 2, nanoseconds), "{name}");
        assert_eq!(place.root().join("locked").metadata().unwrap().mode() & 0o7777, 0o500);
        assert!(place.root().join(OsStr::from_bytes(b"not\xfftext")).is_file());
        assert!(place.root().join(&long).join(&long).join("file").is_file());
        assert_eq!(std::fs::read_link(place.root().join("long")).unwrap().as_os_str().len(), 602);
        if name.starts_with("pax") {
            let attribute = text(
                Command::new("getfattr").args(["--only-values", "-n", "user.a"]).arg(place.root().join("usr/bin/x")),
            );
            assert_eq!(attribute.stdout, "b");
        }
        std::fs::remove_dir_all(place.root()).unwrap();
    }
}

#[test]
fn names_that_lead_out_are_refused() {
    let place = Place::new();
    let absolute = place.at("outside/evil").display().to_string();
    for (name, why) in [
        ("../outside/evil", "leads upwards"),
        ("a/../../outside/evil", "leads upwards"),
        ("a/..", "leads upwards"),
        ("..", "leads upwards"),
        (absolute.as_str(), "its name is absolute"),
        ("//etc/evil", "its name is absolute"),
        ("", "nothing but a directory"),
        (".", "nothing but a directory"),
    ] {
        place.refuses_archive(&archive(&[file("fine", ""), file(name, "evil")]), why);
        place.refuses_archive(
            &archive(&[pax(&[("path", name.as_bytes())][..usize::from(!name.is_empty())]), file(name, "evil")]),
            why,
        );
        if !name.is_empty() && name != "." {
            place.refuses_archive(&archive(&[directory(name)]), why);
            place.refuses_archive(&archive(&[link(name, "x")]), why);
        }
    }
    place.refuses_archive(&archive(&[pax(&[("path", b"a\0b")]), file("x", "")]), "holds a NUL byte");
    place.refuses_archive(&archive(&[pax(&[("path", &[b'x'; 5000])]), file("x", "")]), "longer than 4095 bytes");
    place.refuses_archive(&archive(&[pax(&[("path", &b"d/".repeat(1000))]), file("x", "")]), "128 directories deep");
}

#[test]
fn nothing_is_written_through_a_symbolic_link() {
    let place = Place::new();
    let outside = place.at("outside").display().to_string();
    for target in [outside.as_str(), "../outside", "dir", "/"] {
        for inner in [
            file("way/canary", "dead"),
            directory("way/new"),
            link("way/new", "x"),
            hard("way/new", "fine"),
            file("way/a/b", ""),
        ] {
            let entries = [directory("dir"), file("fine", "f"), link("way", target), inner];
            place.refuses_archive(&archive(&entries), "does not lead through it");
        }
        // A directory entry of the link's own name would be followed by who trusts it.
        place.refuses_archive(&archive(&[link("way", target), directory("way")]), "does not lead through it");
    }
}

#[test]
fn a_later_entry_takes_the_place_of_a_link_and_not_of_what_it_leads_to() {
    let place = Place::new();
    let canary = place.at("outside/canary").display().to_string();
    place.unpacks(&[
        link("a", &canary),
        file("a", "new"),
        link("b", &canary),
        entry(EntryType::Fifo, b"b", b"", 0o666),
    ]);
    assert_eq!(place.read("a"), "new");
    assert!(place.root().join("b").symlink_metadata().unwrap().file_type().is_fifo());
}

#[test]
fn a_hard_link_leads_to_an_entry_of_the_archive_or_nowhere() {
    let place = Place::new();
    let outside = place.at("outside/canary").display().to_string();
    place.refuses_archive(&archive(&[hard("h", &outside)]), "its name is absolute");
    place.refuses_archive(&archive(&[hard("h", "../outside/canary")]), "leads upwards");
    place.refuses_archive(&archive(&[hard("h", "missing")]), "ENOENT");
    place.refuses_archive(&archive(&[hard("h", "h")]), "a hard link to itself");
    place.refuses_archive(&archive(&[hard("h", ".")]), "a hard link to the root");
    place.refuses_archive(&archive(&[directory("d"), hard("h", "d")]), "EPERM");
    place.refuses_archive(&archive(&[link("l", "../outside"), hard("h", "l/canary")]), "ENOTDIR");
    // To a symbolic link: a second name of the link. Writing to it replaces the name.
    let place = Place::new();
    place.unpacks(&[link("l", &outside), hard("h", "l"), file("h", "mine"), file("f", "1"), hard("./g", "./f")]);
    assert_eq!((place.read("h"), place.read("g")), ("mine".into(), "1".into()));
    assert_eq!(std::fs::read_link(place.root().join("l")).unwrap(), Path::new(&outside));
}

#[test]
fn modes_are_not_changed_through_a_link() {
    let place = Place::new();
    let outside = place.at("outside").display().to_string();
    let open = |name: &str| entry(EntryType::Directory, name.as_bytes(), b"", 0o777);
    place.refuses_archive(&archive(&[open("d"), link("d", &outside)]), "would take the place of a directory");
    place.refuses_archive(&archive(&[link("d", &outside), open("d")]), "does not lead through it");
    place.refuses_archive(&archive(&[file("x", ""), open("d"), hard("d", "x")]), "would take the place of a directory");
    let place = Place::new();
    place.unpacks(&[entry(EntryType::Symlink, b"s", outside.as_bytes(), 0o4777)]);
    assert!(place.root().join("s").is_symlink());
}

#[test]
fn the_root_is_a_directory_and_nothing_else() {
    let place = Place::new();
    let outside = place.at("outside").display().to_string();
    for name in [".", "./", "", "./."] {
        for kind in [EntryType::Symlink, EntryType::Link, EntryType::Regular, EntryType::Fifo] {
            // With a slash at its end, it is a directory of an old archive.
            if kind != EntryType::Regular || !name.ends_with('/') {
                place.refuses_archive(
                    &archive(&[entry(kind, name.as_bytes(), outside.as_bytes(), 0o777)]),
                    "error: cannot",
                );
            }
        }
    }
    place.unpacks(&[entry(EntryType::Directory, b"./", b"", 0o711), file("./a", "a")]);
    assert_eq!(place.root().metadata().unwrap().mode() & 0o7777, 0o711);
}

#[test]
fn devices_are_left_out_with_a_word() {
    let place = Place::new();
    let mut device = entry(EntryType::Char, b"dev/null", b"", 0o666);
    device.header.set_device_major(1).unwrap();
    device.header.set_device_minor(3).unwrap();
    device.header.set_cksum();
    let odd = entry(EntryType::new(b'V'), b"label", b"", 0o644).with(b"what is in it does not matter");
    let report = place.unpacks(&[device, entry(EntryType::Block, b"dev/sda", b"", 0o660), odd, file("after", "fine")]);
    assert_eq!(report["made"]["left_out_in_all"], 3);
    assert_eq!(report["made"]["left_out"][0], serde_json::json!({ "path": "/dev/null", "why": "a device node" }));
    assert_eq!(place.read("after"), "fine");
    assert!(!place.root().join("dev/null").exists());
    std::fs::remove_dir_all(place.root()).unwrap();
    let said = place.makes(&["--from", "root.tar"]);
    assert!(said.contains("/dev/null was left out: a device node. 2 more were left out, too"), "{said}");
}

#[test]
fn sizes_that_disagree_are_refused() {
    let place = Place::new();
    for said in ["0", "4", "513", "18446744073709551615"] {
        place
            .refuses_archive(&archive(&[pax(&[("size", said.as_bytes())]), file("f", "12345")]), "two different sizes");
    }
    for said in ["-1", "5x", " 5", "99999999999999999999"] {
        place.refuses_archive(&archive(&[pax(&[("size", said.as_bytes())]), file("f", "12345")]), "makes no sense");
    }
    place.refuses_archive(&archive(&[pax(&[("GNU.sparse.major", b"1")]), file("f", "12345")]), "packed with holes");
    place.refuses_archive(&archive(&[entry(EntryType::GNUSparse, b"s", b"", 0o644)]), "packed with holes");
    let mut broken = pax(&[("path", b"x")]);
    broken.data[0] = b'8';
    place.refuses_archive(&archive(&[broken, file("f", "")]), "makes no sense");
    place.unpacks(&[pax(&[("size", b"5"), ("mtime", b"12.5")]), file("f", "12345")]);
    assert_eq!(place.root().join("f").metadata().unwrap().mtime(), 12);
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    let place = Place::new();
    // A mebibyte of zeros a file: four kibibytes packed.
    let zeros = "\0".repeat(1 << 20);
    let bomb: Vec<Entry> = (0..10).map(|number| file(&format!("f{number}"), &zeros)).collect();
    let packed = gzip(&archive(&bomb));
    assert!(packed.len() < 32 * 1024);
    place.packed(&packed);
    let said = place.refuses(2, &["--from", "root.tar", "--limit", "8M"]);
    assert!(said.contains("more than 8388608 bytes would be written"), "{said}");
    // Entries of no size take room as well, also those that are left out, or are the same ones again.
    for kind in
        [EntryType::Regular, EntryType::Directory, EntryType::Char, EntryType::XGlobalHeader, EntryType::new(b'V')]
    {
        let many: Vec<Entry> = (0..3000).map(|_| entry(kind, b"one", b"", 0o755)).collect();
        place.packed(&gzip(&archive(&many)));
        let said = place.refuses(2, &["--from", "root.tar", "--limit", "8M"]);
        assert!(said.contains("would be written"), "{said}");
    }
    // A size that is a lie, in every kind of entry.
    for kind in [
        EntryType::Regular,
        EntryType::GNULongName,
        EntryType::XHeader,
        EntryType::XGlobalHeader,
        EntryType::Char,
        EntryType::Symlink,
    ] {
        for size in [1 << 33, u64::MAX >> 1, u64::MAX] {
            let mut lie = entry(kind, b"lie", b"x", 0o644);
            lie.header.set_size(size);
            lie.header.set_cksum();
            place.packed(&archive(&[lie]));
            place.refuses(2, &["--from", "root.tar"]);
        }
    }
    let long = entry(EntryType::GNULongName, b"long", b"", 0o644).with(&vec![b'x'; 2 << 20]);
    place.refuses_archive(&archive(&[long]), "longer than a mebibyte");
}

#[test]
fn an_archive_that_ends_early_is_refused() {
    let place = Place::new();
    let entries = [
        directory("d"),
        file("d/f", &"content ".repeat(100)),
        pax(&[("path", b"other")]),
        file("x", "y"),
        link("l", "t"),
    ];
    let whole = open_ended(&entries);
    for length in (0..=whole.len()).step_by(97).chain([512, 1024, whole.len()]) {
        place.packed(&whole[..length]);
        place.refuses(2, &["--from", "root.tar"]);
    }
    let packed = gzip(&archive(&entries));
    for length in (1..packed.len()).step_by(5).chain([packed.len() - 1]) {
        place.packed(&packed[..length]);
        place.refuses(2, &["--from", "root.tar"]);
    }
    let mut damaged = packed.clone();
    let at = damaged.len() - 6;
    damaged[at] ^= 1;
    place.refuses_archive(&damaged, "reading it fails");
    place.packed(&packed);
    place.makes(&["--from", "root.tar"]);
    assert_eq!(place.read("other"), "y");
}

#[test]
fn a_zstd_archive_that_is_damaged_is_refused() {
    let place = Place::new();
    place.packed(&archive(&[file("f", &"content ".repeat(5000))]));
    text(Command::new("zstd").args(["--quiet", "root.tar", "-o", "whole.zst"]).current_dir(place.0.path()));
    let whole = std::fs::read(place.at("whole.zst")).unwrap();
    for length in (4..whole.len()).step_by(7).chain([whole.len() - 1]) {
        place.packed(&whole[..length]);
        place.refuses(2, &["--from", "root.tar"]);
    }
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    place.refuses_archive(&damaged, "checksum");
    // Two frames, one after the other, are one file.
    let bytes = archive(&[file("f", &"content ".repeat(5000))]);
    for (name, part) in [("a", &bytes[..1000]), ("b", &bytes[1000..])] {
        std::fs::write(place.at(name), part).unwrap();
        text(Command::new("zstd").args(["--quiet", name]).current_dir(place.0.path()));
    }
    place.packed(&[std::fs::read(place.at("a.zst")).unwrap(), std::fs::read(place.at("b.zst")).unwrap()].concat());
    place.makes(&["--from", "root.tar"]);
    assert_eq!(place.read("f").len(), 40_000);
}

#[test]
fn names_in_archives_need_not_be_text() {
    let place = Place::new();
    let names: [&[u8]; 3] = [b"\xff\xfe", b"new\nline", b"d\x80/\x01\x1b[31m"];
    let entries: Vec<Entry> = names.iter().map(|name| entry(EntryType::Regular, name, b"", 0o644)).collect();
    place.unpacks(&entries);
    for name in names {
        assert!(place.root().join(OsStr::from_bytes(name)).is_file());
    }
    let place = Place::new();
    place.refuses_archive(&archive(&[entry(EntryType::Regular, b"../\xff\x1b[31m", b"", 0o644)]), "leads upwards");
    let steering = b"d\x1b[31m";
    let name = |rest: &str| [steering, rest.as_bytes()].concat();
    let made = |kind, rest| entry(kind, &name(rest), b"x", 0o755);
    use EntryType::{Directory, Fifo, Link, Symlink};
    for entries in [
        vec![entry(EntryType::Regular, b"../\x1b[31m", b"", 0o644)],
        vec![made(Symlink, ""), made(Fifo, "/f")],
        vec![made(Directory, ""), made(Fifo, "")],
        vec![made(Directory, ""), made(Link, "/x")],
        vec![made(EntryType::Block, "")],
    ] {
        place.packed(&archive(&entries));
        let Ended { stdout, stderr, .. } = place.run(&["--from", "root.tar"]);
        let said = stdout + &stderr;
        assert!(!said.is_empty() && !said.contains('\u{1b}'), "it would steer the terminal: {said:?}");
    }
}

#[test]
fn set_user_id_bits_are_kept_by_root_alone() {
    let place = Place::new();
    place.unpacks(&[entry(EntryType::Regular, b"s", b"", 0o6755), entry(EntryType::Directory, b"t", b"", 0o3777)]);
    let mode = |name: &str| place.root().join(name).metadata().unwrap().mode() & 0o7777;
    match is_root() {
        true => assert_eq!((mode("s"), mode("t")), (0o6755, 0o3777)),
        false => assert_eq!((mode("s"), mode("t")), (0o755, 0o1777)),
    }
}

#[test]
fn attributes_of_this_machine_are_not_taken_from_strangers() {
    let place = Place::new();
    let attributes = pax(&[
        ("SCHILY.xattr.user.fine", b"a\nb"),
        ("SCHILY.xattr.user.overlay.redirect", b"/"),
        ("SCHILY.xattr.trusted.overlay.opaque", b"y"),
        ("SCHILY.xattr.user.", b"x"),
    ]);
    place.unpacks(&[attributes, file("f", "")]);
    let names =
        text(Command::new("getfattr").args(["--dump", "--match=-", "--absolute-names"]).arg(place.root().join("f")))
            .stdout;
    assert!(names.contains("user.fine=") && !names.contains("overlay"), "{names}");
}

#[test]
fn damaged_archives_never_reach_outside() {
    let place = Place::new();
    let outside = place.at("outside").display().to_string();
    let entries = [
        directory("./"),
        directory("d"),
        link("d/l", &outside),
        file("d/f", "some text"),
        hard("h", "d/f"),
        pax(&[("path", b"long/name"), ("mtime", b"1.5"), ("SCHILY.xattr.user.a", b"b")]),
        file("x", "y"),
        entry(EntryType::GNULongLink, b"././@LongLink", b"", 0).with(b"../outside/canary\0"),
        link("s", "short"),
        entry(EntryType::Fifo, b"p", b"", 0o600),
        file("s/canary", "never"),
    ];
    let whole = archive(&entries);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let (mut made, mut refused) = (0, 0);
    for _ in 0..600 {
        let mut bytes = whole.clone();
        for _ in 0..1 + random(3) {
            let at = random(bytes.len());
            bytes[at] = [0, b'/', b'.', b'2', b'7', 0xff, random(256) as u8][random(7)];
        }
        // The sums are made right again, or nearly all would end there.
        for block in bytes.as_chunks_mut::<512>().0 {
            if &block[257..262] == b"ustar" {
                block[148..156].fill(b' ');
                let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
                block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            }
        }
        place.packed(&bytes);
        let source = layerlab::rootfs::Source::Path(place.at("root.tar"));
        match layerlab::rootfs::make(&place.root(), &source, 1 << 20, &Default::default()) {
            Ok(_) => {
                made += 1;
                text(Command::new("chmod").arg("-R").arg("u+rwx").arg(place.root()));
                std::fs::remove_dir_all(place.root()).unwrap();
            }
            Err(_) => refused += 1,
        }
        place.nothing_is_made();
    }
    assert!(made + refused == 600 && refused > 100, "{made} made, {refused} refused");
}
