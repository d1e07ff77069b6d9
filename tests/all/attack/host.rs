//! Lessons that name absolute paths, in every place where a lesson can hold a command: nothing of the machine is changed.

use crate::support::session::{Student, Terminal, soon};
use crate::support::{command, is_in_three_lines, is_root, layerlab, lesson_folder, program, text};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// Files of somebody, in a directory that no scratch space covers.
struct Victim {
    directory: tempfile::TempDir,
    before: BTreeMap<PathBuf, (u32, Vec<u8>)>,
}

impl Victim {
    fn new() -> Victim {
        let directory = tempfile::tempdir_in("/var/tmp").unwrap();
        // Whoever the lesson runs as may come here; it is no right that protects these files.
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o777)).unwrap();
        for name in ["kept", "moved", "opened"] {
            let file = directory.path().join(name);
            std::fs::write(&file, name).unwrap();
            std::fs::set_permissions(file, PermissionsExt::from_mode(0o666)).unwrap();
        }
        std::fs::create_dir(directory.path().join("tree")).unwrap();
        std::fs::set_permissions(directory.path().join("tree"), PermissionsExt::from_mode(0o777)).unwrap();
        std::fs::write(directory.path().join("tree/leaf"), "leaf").unwrap();
        let before = state(directory.path());
        Victim { directory, before }
    }

    fn path(&self) -> &str {
        self.directory.path().to_str().unwrap()
    }

    #[track_caller]
    fn is_unharmed(&self, after: &str) {
        assert_eq!(state(self.directory.path()), self.before, "{after}");
    }

    /// Lines that harm it; each is tried by itself.
    fn lines(&self) -> Vec<String> {
        let it = self.path();
        vec![
            format!("rm -rf {it}/tree"),
            format!("cp {it}/kept {it}/copied"),
            format!("mv {it}/moved {it}/away"),
            format!("chmod 600 {it}/kept"),
            format!("echo harm > {it}/opened"),
            format!("echo harm >> {it}/kept"),
            format!("ln -s kept {it}/link"),
            format!("mkdir {it}/made"),
            format!("touch {it}/kept"),
            format!("truncate -s 0 {it}/opened"),
            format!("sh -c 'rm -rf {it}/*; echo harm > {it}/by-a-script'"),
            format!("unshare --mount sh -c 'rm -rf {it}/tree'"),
            format!("unshare --map-root-user --mount sh -c 'rm -rf {it}/tree'"),
        ]
    }
}

/// All below a directory: modes, and contents or the time of the last change.
fn state(directory: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(directory).into_iter().map(Result::unwrap) {
        let data = entry.metadata().unwrap();
        let content = match data.is_file() {
            true => std::fs::read(entry.path()).unwrap(),
            false => data.mtime_nsec().to_le_bytes().to_vec(),
        };
        found.insert(entry.into_path(), (data.mode(), content));
    }
    found
}

/// A lesson whose steps are these lines, with an exercise, its scripts and its variants.
fn lesson(folder: &Path, lines: &[String], scripts: &str) {
    let lesson = folder.join("01-try");
    for part in ["solutions", "mistakes", "variants"] {
        std::fs::create_dir_all(lesson.join(part)).unwrap();
    }
    let console: String = lines.iter().map(|line| format!("$ {line}\n? failed\n...\n")).collect();
    let text = format!(
        "---\ntitle: A try\nminutes: 1\nneeds: []\n---\n\nHello.\n\n## Try\n\n```console\n$ touch mine\n{console}```\n\n\
         ## Exercise: make it {{#make}}\n\nMake `b`.\n\n> [!TIP]\n> mkdir\n\n> [!TIP]\n> mkdir b\n\n```check\ndirectory b\n```\n\n> [!NOTE]\n> It is made.\n"
    );
    std::fs::write(lesson.join("lesson.md"), text).unwrap();
    std::fs::write(lesson.join("solutions/make.sh"), format!("{scripts}\nmkdir b\n")).unwrap();
    for (name, said, rest) in [
        ("nothing", "b does not exist", String::new()),
        ("file", "b is a regular file, not a directory", format!("{scripts}\ntouch b\n")),
        ("link", "b is a symbolic link to c, not a directory", format!("{scripts}\nmkdir c\nln -s c b\n")),
    ] {
        let text = format!("# verify: {said}\n{rest}");
        std::fs::write(lesson.join(format!("mistakes/make-{name}.sh")), text).unwrap();
    }
    std::fs::write(lesson.join("variants/make.txt"), format!("solutions/make.sh: {scripts}\n")).unwrap();
    // Whoever it runs as can read it.
    std::fs::set_permissions(folder, PermissionsExt::from_mode(0o755)).unwrap();
}

/// As it is, and, for root, with root's rights.
const RIGHTS: &[&str] = &["--plain", "--as-real-root=yes"];

#[test]
fn no_line_of_a_lesson_changes_the_machine() {
    let (victim, folder) = (Victim::new(), tempfile::tempdir().unwrap());
    lesson(folder.path(), &victim.lines(), "true");
    for rights in RIGHTS {
        let mut run = layerlab();
        run.env("COLUMNS", "300").arg("--lessons").arg(folder.path()).args([rights, "run", "1", "--auto"]);
        let ended = text(&mut run);
        victim.is_unharmed(&ended.stdout);
        // It is refused, and not left out.
        let refused = ended.stdout.matches("Read-only file system").count();
        assert!(ended.code == Some(0) && refused >= victim.lines().len(), "{refused}: {ended:?}");
    }
}

#[test]
fn no_script_of_a_lesson_changes_the_machine() {
    let (victim, folder) = (Victim::new(), tempfile::tempdir().unwrap());
    let scripts: String = victim.lines().iter().map(|line| format!("{line}; ")).collect();
    lesson(folder.path(), &[], &scripts);
    for rights in RIGHTS {
        for what in [&["lesson", "check"][..], &["lesson", "check", "--mutants"]] {
            let ended = text(layerlab().arg(rights).args(what).arg(folder.path()));
            victim.is_unharmed(&format!("{ended:?}"));
        }
        let ended = text(layerlab().arg(rights).args(["lesson", "check"]).arg(folder.path()));
        assert!(ended.code == Some(0) && ended.stdout.contains("1 solution and 3 mistakes"), "{ended:?}");
    }
}

#[test]
fn what_was_read_only_stays_so_in_a_user_namespace() {
    let (victim, folder) = (Victim::new(), tempfile::tempdir().unwrap());
    let it = victim.path();
    let script = format!(
        "mount -o remount,bind,rw / && touch {it}/1\n\
         mount -o remount,rw / && touch {it}/2\n\
         mkdir r; mount --rbind / r; mount -o remount,bind,rw r; touch r{it}/3\n\
         umount -l /; umount -R /; umount -l /run; umount -l /dev; touch {it}/4\n\
         for p in /proc/[0-9]*; do touch $p/root{it}/5; touch $p/cwd{it}/5; done\n\
         for f in /proc/[0-9]*/fd/*; do touch $f{it}/5; done\n\
         for p in /proc/[0-9]*; do nsenter --mount=$p/ns/mnt touch {it}/6; done\n\
         unshare --map-root-user --mount sh -c 'mount -o remount,bind,rw /; touch {it}/7'\n\
         echo '|/bin/touch {it}/8' > /proc/sys/kernel/core_pattern\n\
         mkdir p; mount -t proc proc p; echo '|/bin/touch {it}/8' > p/sys/kernel/core_pattern\n\
         mkdir c; mount -t cgroup -o memory none c; echo {it}/9 > c/release_agent\n\
         mknod vda b 254 0; mount -t devtmpfs none c; ls c/vda /dev/vda /dev/sda /dev/mem /dev/kmsg\n\
         ls /run /var/run | grep -v :\n\
         true\n"
    );
    lesson(folder.path(), &[], &script.replace('\n', "; "));
    let ended = text(layerlab().args(["lesson", "check"]).arg(folder.path()));
    victim.is_unharmed(&format!("{ended:?}"));
    let printed = "sh -c 'ls /dev /run; ls /dev/vda /dev/sda /dev/mem /dev/kmsg /dev/loop0'";
    let shown = folder.path().join("02-look");
    std::fs::create_dir(&shown).unwrap();
    std::fs::set_permissions(&shown, PermissionsExt::from_mode(0o755)).unwrap();
    let body = format!(
        "---\ntitle: A look\nminutes: 1\nneeds: []\n---\n\nHello.\n\n## Try\n\n```console\n$ {printed}\n...\n```\n"
    );
    std::fs::write(shown.join("lesson.md"), body).unwrap();
    let ended = text(layerlab().arg("--lessons").arg(folder.path()).args(["--plain", "run", "2", "--auto"]));
    for device in ["vda", "sda", "mem", "kmsg", "loop0"] {
        assert!(ended.stdout.contains(&format!("cannot access '/dev/{device}'")), "{ended:?}");
    }
    assert!(!ended.stdout.contains(".sock") && ended.stdout.contains("urandom"), "{ended:?}");
}

#[test]
fn the_machines_settings_and_names_are_out_of_reach_of_root_too() {
    let folder = tempfile::tempdir().unwrap();
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let settings = ["/proc/sys/kernel/domainname", "/proc/sys/kernel/core_pattern", "/proc/sys/vm/swappiness"];
    let before = settings.map(read);
    let lines = settings.iter().map(|file| format!("sh -c 'echo 1 > {file}'"));
    let more = [
        "mkdir /sys/fs/cgroup/hostile",
        "mkdir /sys/fs/cgroup/pids/hostile",
        "mknod vda b 254 0",
        "touch /etc/hostile",
    ];
    let lines: Vec<String> = lines.chain(more.map(|line| format!("sh -c '{line}'"))).collect();
    lesson(folder.path(), &lines, "hostname hostile; ip link add hostile type dummy");
    let hostname = rustix::system::uname().nodename().to_owned();
    for rights in RIGHTS {
        let ended = text(layerlab().arg("--lessons").arg(folder.path()).args([rights, "run", "1", "--auto"]));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let ended = text(layerlab().arg(rights).args(["lesson", "check"]).arg(folder.path()));
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    assert_eq!(settings.map(read), before);
    assert_eq!(rustix::system::uname().nodename(), &*hostname);
    assert!(!Path::new("/sys/class/net/hostile").exists() && !Path::new("/etc/hostile").exists());
}

#[test]
fn nothing_is_read_through_a_link_out_of_a_folder() {
    let (victim, folder) = (Victim::new(), tempfile::tempdir().unwrap());
    lesson(folder.path(), &[], "true");
    let outside = victim.directory.path().join("kept");
    let solution = folder.path().join("01-try/solutions/make.sh");
    std::fs::remove_file(&solution).unwrap();
    symlink(&outside, &solution).unwrap();
    let checked = text(layerlab().args(["lesson", "check"]).arg(folder.path()));
    assert!(checked.code == Some(4) && !checked.stdout.contains("kept\n"), "{checked:?}");
    assert!(checked.stdout.contains("solutions/make.sh is a symbolic link"), "{checked:?}");
    let mut shown = layerlab();
    shown.arg("--lessons").arg(folder.path()).args(["--as-real-root=yes", "solution", "1.make", "-y"]);
    let shown = text(&mut shown);
    assert!(shown.code != Some(0) && shown.stderr.contains("is a symbolic link"), "{shown:?}");
    // A pipe keeps nobody waiting, and a device is not read.
    std::fs::remove_file(&solution).unwrap();
    assert!(command("mkfifo").arg(&solution).status().unwrap().success());
    let checked = text(layerlab().args(["lesson", "check"]).arg(folder.path()));
    assert!(checked.code == Some(4) && checked.stdout.contains("it is not a regular file"), "{checked:?}");
    // The folder of the lesson itself.
    let linked = tempfile::tempdir().unwrap();
    symlink(folder.path().join("01-try"), linked.path().join("01-try")).unwrap();
    let ran = text(layerlab().arg("--lessons").arg(linked.path()).args(["run", "1", "--auto"]));
    assert!(ran.code != Some(0) && ran.stderr.contains("is a symbolic link"), "{ran:?}");
}

#[test]
fn root_is_asked_before_a_lesson_gets_its_rights() {
    let folder = tempfile::tempdir().unwrap();
    lesson(folder.path(), &["cat /proc/self/no-such-file".into()], "true");
    let run =
        |rights: &[&str], rest: &[&str]| text(layerlab().arg("--lessons").arg(folder.path()).args(rights).args(rest));
    let as_whom = |ended: &crate::support::Ended| ended.stdout.contains("as root");
    let ended = run(&[], &["--plain", "run", "1", "--auto"]);
    assert!(ended.code == Some(0) && !as_whom(&ended), "{ended:?}");
    if !is_root() {
        // Nobody has rights that could be kept.
        assert_eq!(run(&["--as-real-root"], &["run", "1", "--auto"]).code, Some(0));
        return;
    }
    let refused = run(&["--as-real-root"], &["run", "1", "--auto"]);
    assert!(refused.code == Some(2) && refused.stderr.contains("--as-real-root=yes"), "{refused:?}");
    let ended = run(&["--as-real-root=yes"], &["--plain", "run", "1", "--auto"]);
    assert!(ended.code == Some(0) && as_whom(&ended), "{ended:?}");
    let home = tempfile::tempdir().unwrap();
    let mut shell = command(program());
    shell.env("LAYERLAB_HOME", home.path()).arg("--lessons").arg(folder.path()).args(["shell", "1", "-c", "true"]);
    let refused = text(&mut shell);
    assert!(refused.code == Some(2) && refused.stderr.contains("as an ordinary user"), "{refused:?}");
    // What needs root is told.
    let file = folder.path().join("01-try/lesson.md");
    let needing = std::fs::read_to_string(&file).unwrap().replace("needs: []", "needs: [cgroup]");
    std::fs::write(&file, needing).unwrap();
    let refused = run(&[], &["run", "1", "--auto"]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert!(refused.stderr.contains("--as-real-root") && refused.stderr.contains("it needs cgroups"), "{refused:?}");
    is_in_three_lines(&text(layerlab().args(["--lessons", "/nowhere", "list"])));
}

#[test]
fn what_is_typed_in_a_session_reaches_only_what_is_ones_own() {
    let (victim, student) = (Victim::new(), Student::new());
    let settings = ["/proc/sys/kernel/domainname", "/proc/sys/kernel/core_pattern"];
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let before = settings.map(read);
    let mut lines = victim.lines();
    lines.extend(settings.map(|file| format!("echo 1 > {file}")));
    lines.extend(["touch /etc/hostile", "mkdir /sys/fs/cgroup/hostile", "mknod vda b 254 0"].map(String::from));
    lines.extend(["ip link add hostile type dummy", "hostname hostile"].map(String::from));
    let hostname = rustix::system::uname().nodename().to_owned();
    let printed = student.inside("3", &format!("({}) 2>&1; true", lines.join("; ")));
    victim.is_unharmed(&printed);
    assert!(printed.matches("Read-only file system").count() >= victim.lines().len(), "{printed}");
    assert_eq!(settings.map(read), before);
    assert_eq!(rustix::system::uname().nodename(), &*hostname);
    assert!(!Path::new("/sys/class/net/hostile").exists() && !Path::new("/etc/hostile").exists());
    let devices = student.inside("3", "ls /dev; ls /run; cat /proc/self/status | grep CapBnd");
    assert!(devices.contains("null\n") && !devices.contains("vda") && !devices.contains("loop"), "{devices}");
    // What is one's own can be written: the bench, and by way of the commands what is noted.
    student.inside("3", "rm mnt/report.txt; touch mine; verify > /dev/null; hint > /dev/null");
    assert!(student.bench("hide").join("mine").exists() && student.home().join("progress.json").exists());
    student.ok(&["stop", "3"]);
}

#[test]
fn lines_of_a_foreign_lesson_write_only_the_bench_of_its_session() {
    let (student, folder) = (Student::new(), tempfile::tempdir().unwrap());
    let home = student.beside().join("user");
    std::fs::create_dir(&home).unwrap();
    std::fs::set_permissions(&home, PermissionsExt::from_mode(0o777)).unwrap();
    let name = format!("of-a-lesson-{}", std::process::id());
    // At once, and by a process that waits until somebody types.
    let directories = [home.as_path(), Path::new("/tmp"), Path::new("/var/tmp"), student.home()];
    let places: String = directories.map(|directory| format!(" {}/{name}", directory.display())).concat();
    let waits = format!("until [ -e typed ]; do sleep 0.02; done; touch{places}; touch waited");
    let line = format!("sh -c 'touch{places}; ({waits}) < /dev/null > /dev/null 2>&1 & false'");
    lesson(folder.path(), &[line], "true");
    let folder = folder.path().to_str().unwrap();
    let typed = "touch typed; until [ -e waited ]; do sleep 0.01; done; ls -A . /tmp ~; touch ~/typed";
    let arguments = ["--lessons", folder, "--as-real-root=yes", "shell", "1", "-c", typed];
    let ended = text(student.layerlab(&arguments).env("HOME", &home));
    assert!(ended.stdout.contains("waited") && ended.stdout.contains(&name), "{ended:?}");
    // What waits in the session could do what is typed later: the home is neither's.
    assert!(ended.stderr.contains("Read-only file system"), "{ended:?}");
    let names = |directory: &Path| -> Vec<_> {
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    };
    assert!(names(&home).is_empty(), "{:?}", names(&home));
    for directory in directories {
        assert!(!directory.join(&name).exists(), "{directory:?}");
    }
    student.ok(&["--lessons", folder, "stop", "1"]);
}

#[test]
fn a_session_has_its_bench_and_a_tmp_of_its_own_and_what_is_noted_is_written_outside() {
    let student = Student::new();
    let (home, own) = (student.beside().join("user"), student.beside().join("layerlab"));
    std::fs::create_dir(&home).unwrap();
    // The program lies below /tmp, as the benches do.
    std::fs::hard_link(program(), &own).or_else(|_| std::fs::copy(program(), &own).map(drop)).unwrap();
    let name = format!("of-a-session-{}", std::process::id());
    let script = format!(
        "rm mnt/report.txt; touch mine /tmp/{name} ~/mine; touch $LAYERLAB_HOME/mine $LAYERLAB_STATE/mine /var/tmp/{name}\n\
         cd /; verify; hint > /dev/null; ls /tmp/{name}; layerlab progress clear 3 --yes; echo code=$?\n\
         unset LAYERLAB_OUTSIDE; verify > /dev/null; hint; echo code=$?"
    );
    let mut shell = command(&own);
    shell.args(["shell", "3", "-c", &script]).env("LAYERLAB_HOME", student.home()).env("HOME", &home);
    let ended = text(shell.env("TMPDIR", student.beside()).env("COLUMNS", "160"));
    let said = |what: &str| assert!(ended.stdout.contains(what) || ended.stderr.contains(what), "{what}: {ended:?}");
    said("\u{2713} mnt/report.txt is not there");
    said(&format!("\n/tmp/{name}\ncode=3\n"));
    // Where nobody outside answers, it is told.
    said("error: cannot note your progress");
    said("  fix   do it in another terminal");
    assert!(ended.stdout.ends_with("code=3\n"), "{ended:?}");
    let refused = ended.stderr.matches("touch: cannot touch").count();
    assert_eq!(refused, if is_root() { 4 } else { 3 }, "{ended:?}");
    assert!(!Path::new("/tmp").join(&name).exists());
    assert_eq!(home.join("mine").exists(), !is_root());
    assert!(student.bench("hide").join("mine").exists());
    let done = &student.progress()["exercises"]["whiteouts.hide"];
    assert!(done["solved"].is_string() && done["hints"] == 1, "{done}");
    // What is asked, is asked at the terminal, and the shell has it again.
    let mut terminal = Terminal::start(&student.layerlab(&["shell", "3"]));
    terminal.shows("F1 help");
    terminal.types("layerlab reset\n", "[y/N]");
    terminal.types("n\n", "Nothing was done.");
    terminal.types("ls mine; layerlab reset\n", "[y/N]");
    terminal.types("\u{3}", "hide");
    terminal.types("verify | tail -n 1; layerlab reset -y\n", "3.hide is as it was at the start.");
    terminal.types("echo $((6*7)); ls mine\n", "42");
    terminal.types("next\n", "3.restore");
    terminal.types("exit\n", "exit");
    assert_eq!(terminal.ends(), Some(0));
    assert!(!student.bench("hide").join("mine").exists());
    student.ok(&["stop", "3"]);
}

#[test]
fn the_process_outside_of_a_session_does_only_what_is_on_its_list() {
    let student = Student::new();
    let mut shell = student.layerlab(&["shell", "3", "-c", "touch ready; cat"]);
    let mut shell = shell.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().unwrap();
    assert!(soon(|| student.bench("hide").join("ready").exists()));
    let state = student.state("03-whiteouts");
    let sockets = std::fs::read_dir(&state).unwrap().flatten();
    let socket = sockets.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|end| end == "sock"));
    let socket = socket.expect("somebody listens");
    let asked = |words: &[&str]| {
        let printed = tempfile::tempfile().unwrap();
        let stream = std::os::unix::net::UnixStream::connect(&socket).unwrap();
        let streams = [printed.as_fd(), printed.as_fd(), printed.as_fd()];
        let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
        let mut carried = rustix::net::SendAncillaryBuffer::new(&mut space);
        carried.push(rustix::net::SendAncillaryMessage::ScmRights(&streams));
        let byte = [std::io::IoSlice::new(b"d")];
        rustix::net::sendmsg(&stream, &byte, &mut carried, rustix::net::SendFlags::empty()).unwrap();
        let words: Vec<_> = words.iter().map(std::ffi::OsString::from).collect();
        let request = serde_json::json!({ "words": words, "variables": [] });
        (&stream).write_all(format!("{request}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        (&stream).read_to_string(&mut answer).unwrap();
        answer
    };
    assert_eq!(asked(&["hint"]), "0\n");
    let (file, folder) = (student.beside().join("made"), student.beside());
    let (file, folder) = (file.to_str().unwrap(), folder.to_str().unwrap());
    for words in [
        &["progress", "clear", "all", "--yes"][..],
        &["verify", "--junit", file],
        &["--lessons", folder, "verify"],
        &["--as-real-root=yes", "reset", "-y"],
        &["stop", "all"],
        &["rootfs", file],
        &["container", "run", "/", "true"],
        &["__outside-command", "stop", "all"],
        &[],
    ] {
        assert_eq!(asked(words), "2\n", "{words:?}");
    }
    assert!(!Path::new(file).exists() && student.progress()["exercises"]["whiteouts.hide"]["hints"] == 1);
    drop(shell.stdin.take());
    assert!(shell.wait().unwrap().success());
    student.ok(&["stop", "3"]);
}

#[test]
fn what_the_kernel_said_is_written_into_no_other_file() {
    let folder = lesson_folder("$ echo said\nnot this");
    let lesson = folder.path().join("01-try");
    let (file, kept) = (lesson.join("lesson.md"), folder.path().join("kept"));
    // Somebody has given the file of another the lesson's name.
    std::fs::hard_link(&file, &kept).unwrap();
    let before = std::fs::read_to_string(&kept).unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let blessed = text(layerlab().args(["lesson", "check", "--bless"]).arg(&lesson));
    assert!(blessed.code == Some(0) && blessed.stdout.contains("1 command blessed"), "{blessed:?}");
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), before);
    assert!(std::fs::read_to_string(&file).unwrap().contains("\nsaid\n"));
}
