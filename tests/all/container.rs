//! `layerlab container run`, on the real kernel, through the whole program.

use crate::support;
use crate::support::image::{Image, cgroups_of, limits_work};
use crate::support::session::{Mounts, Terminal, children, is_alive, kill_hard, soon};
use crate::support::{is_in_three_lines, is_root, skip_unless_root, text};
use layerlab::event::{Event, Kind, State};
use rustix::termios::tcgetattr;
use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

#[test]
fn every_namespace_is_another_one() {
    let image = Image::new();
    let mut kinds = vec!["mnt", "uts", "ipc", "pid", "net", "cgroup"];
    if !is_root() {
        kinds.push("user");
    }
    let look = |options: &[&str]| {
        let links =
            image.prints(options, "for n in mnt uts ipc pid net cgroup user time; do readlink /proc/self/ns/$n; done");
        links
            .lines()
            .filter_map(|link| link.split_once(':'))
            .map(|(kind, id)| (kind.to_string(), id.to_string()))
            .collect()
    };
    let inside: BTreeMap<String, String> = look(&[]);
    let outside =
        |kind: &str| std::fs::read_link(format!("/proc/self/ns/{kind}")).unwrap().to_string_lossy().into_owned();
    for kind in &kinds {
        assert_ne!(outside(kind), format!("{kind}:{}", inside[*kind]), "{kind}");
    }
    assert_eq!(outside("time"), format!("time:{}", inside["time"]));
    let asked: BTreeMap<String, String> = look(&["--time"]);
    assert_ne!(outside("time"), format!("time:{}", asked["time"]));
}

#[test]
fn the_host_name_is_its_own() {
    let image = Image::new();
    let before = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    assert_eq!(image.prints(&["--hostname", "attic"], "hostname; echo $HOSTNAME"), "attic\nattic\n");
    let [one, other] = [(); 2].map(|()| image.prints(&[], "hostname"));
    assert!(one != other && one.trim().len() == 8, "{one} {other}");
    assert_eq!(std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap(), before);
    let long = image.run(&["--hostname", &"x".repeat(65)], &["true"]);
    assert_eq!(long.code, Some(2), "{long:?}");
    is_in_three_lines(&long);
}

#[test]
fn loopback_is_up_and_there_is_nothing_else() {
    let image = Image::new();
    let shown = image
        .prints(&[], "ls /sys/class/net; cat /sys/class/net/lo/flags; ping -c 1 -w 5 127.0.0.1 | grep -c 'bytes from'");
    let interfaces: Vec<&str> = shown.lines().collect();
    assert!(interfaces[0] == "lo" || interfaces.contains(&"lo"), "{shown}");
    assert!(shown.contains("0x9\n1\n"), "{shown}");
    assert!(!shown.contains("eth"), "{shown}");
}

#[test]
fn the_command_is_process_1_and_sees_no_other() {
    let image = Image::new();
    assert_eq!(image.prints(&[], "echo $$; ls /proc | grep -c '^[0-9]*$'").lines().next(), Some("1"));
    let processes = image.prints(&[], "ps -o pid,comm");
    assert!(processes.lines().count() <= 4, "{processes}");
    // With --init it is a child of ours, which buries what the command leaves behind.
    let with_init = image
        .prints(&["--init"], "echo $$; cat /proc/1/comm; (sleep 0.01 &); (sleep 0.01 &); sleep 0.2; ps -o stat,comm");
    assert!(!with_init.starts_with("1\n"), "{with_init}");
    assert!(!with_init.contains('Z'), "{with_init}");
}

#[test]
fn the_root_file_system_has_what_programs_expect() {
    let image = Image::new();
    let mounts = image.prints(&[], "cat /proc/self/mountinfo");
    let points: Vec<(&str, &str)> = mounts
        .lines()
        .map(|line| (line.split(' ').nth(4).unwrap(), line.split(" - ").nth(1).unwrap().split(' ').next().unwrap()))
        .collect();
    for expected in [
        ("/", "overlay"),
        ("/proc", "proc"),
        ("/dev", "tmpfs"),
        ("/dev/pts", "devpts"),
        ("/dev/mqueue", "mqueue"),
        ("/sys", "sysfs"),
    ] {
        assert!(points.contains(&expected), "{expected:?}: {mounts}");
    }
    assert_eq!(points.iter().filter(|(point, _)| *point == "/").count(), 1, "{mounts}");
    assert!(mounts.lines().any(|line| line.contains(" /sys ro,")), "{mounts}");
    let devices = image.prints(&[], "cd /dev; for d in null zero full random urandom tty; do test -c $d && echo $d; done; ls -d fd stdin stdout stderr ptmx shm pts");
    assert_eq!(devices.split_whitespace().count(), 13, "{devices}");
    assert_eq!(image.prints(&[], "echo x > /dev/null; head -c 3 /dev/zero | wc -c; head -c 3 /dev/urandom | wc -c; echo y | cat /dev/stdin; echo s > /dev/shm/s; cat /dev/shm/s"), "3\n3\ny\ns\n");
}

#[test]
fn changes_go_above_the_image_and_are_gone_afterwards() {
    let image = Image::new();
    std::fs::write(image.root().join("file"), "image\n").unwrap();
    assert_eq!(
        image.prints(&[], "cat /file; echo changed > /file; cat /file; rm /bin/ls; echo new > /new"),
        "image\nchanged\n"
    );
    assert_eq!(std::fs::read_to_string(image.root().join("file")).unwrap(), "image\n");
    assert!(image.root().join("bin/ls").is_symlink() && !image.root().join("new").exists());
    assert_eq!(image.prints(&[], "cat /file"), "image\n");
}

#[test]
fn several_layers_lie_one_over_the_other() {
    let image = Image::new();
    let (top, odd) = (image.beside().join("top"), image.beside().join("o:d, \\ d"));
    for (layer, text) in [(&top, "top\n"), (&odd, "odd\n")] {
        std::fs::create_dir(layer).unwrap();
        std::fs::write(layer.join("same"), text).unwrap();
    }
    std::fs::write(odd.join("only"), "here\n").unwrap();
    let escaped = odd.to_str().unwrap().replace('\\', "\\\\").replace(':', "\\:");
    let lowers = format!("{}:{escaped}:{}", top.display(), image.root().display());
    let mut run = support::layerlab();
    let ended = text(run.args(["container", "run", &lowers, "cat", "/same", "/only"]));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "top\nhere\n"), "{ended:?}");
    let missing = text(support::layerlab().args(["container", "run", "/nowhere", "true"]));
    assert_eq!(missing.code, Some(2), "{missing:?}");
    is_in_three_lines(&missing);
    // More than a page of options: the layers are then given one by one.
    let many: Vec<String> = (0..60).map(|n| format!("{}/{n}-{}", image.beside().display(), "x".repeat(80))).collect();
    many.iter().for_each(|layer| std::fs::create_dir(layer).unwrap());
    let ended = text(support::layerlab().args([
        "container",
        "run",
        &format!("{}:{}", many.join(":"), image.root().display()),
        "true",
    ]));
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn read_only_means_the_root_file_system() {
    let image = Image::new();
    let ended = image.run(&["--read-only"], &["sh", "-c", "echo x > /x; echo y > /dev/shm/y && cat /dev/shm/y"]);
    assert!(ended.stderr.contains("Read-only file system") && ended.stdout == "y\n", "{ended:?}");
    assert_eq!(image.run(&["--read-only", "--keep", "/tmp/x"], &["true"]).code, Some(2));
}

#[test]
fn what_is_kept_can_be_looked_at_and_used_again() {
    let image = Image::new();
    let keep = image.beside().join("keep");
    let option = ["--keep", keep.to_str().unwrap()];
    let ended = image.run(&option, &["sh", "-c", "echo kept > /kept; rm /bin/ls"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(std::fs::read_to_string(keep.join("upper/kept")).unwrap(), "kept\n");
    assert!(!keep.join("upper/proc").exists() && !keep.join("upper/dev").exists());
    let whiteout = std::fs::symlink_metadata(keep.join("upper/bin/ls")).unwrap();
    assert_eq!((whiteout.mode() & 0o170_000, whiteout.rdev()), (0o020_000, 0));
    assert!(ended.stderr.contains("upper"), "{ended:?}");
    // What overlayfs has for itself is gone: also the whiteout that it holds ready.
    assert!(!keep.join("work").exists());
    assert_eq!(image.run(&option, &["cat", "/kept"]).stdout, "kept\n");
    let seen = text(support::layerlab().args(["trees", "--json", "--full"]).arg(&keep));
    let Ok(Event::Observation(seen)) = serde_json::from_str(&seen.stdout) else { panic!("{seen:?}") };
    let (overlay, upper) = (&seen.overlays[0], seen.overlays[0].upper.as_ref().unwrap());
    let row = |name: &str| upper.rows.iter().find(|row| row.name.to_string() == name).unwrap();
    assert_eq!(row("kept").states, [State::Added]);
    assert!(matches!(row("ls").kind, Kind::Whiteout { .. }) && overlay.lowers.len() == 1);
    assert!(overlay.merged.iter().any(|row| row.name.to_string() == "kept"));
    // To look changes nothing.
    assert!(!keep.join("work").exists());
    // Told with the terminal still in the container's hands, it begins and ends a line.
    let mut terminal = Terminal::start(&image.command(&option, &["true"]));
    terminal.shows("layerlab trees");
    terminal.shows("\r\n");
    terminal.ends();
    // Whoever made it can remove it.
    std::fs::remove_dir_all(&keep).unwrap();
}

#[test]
fn volumes_are_the_hosts_own_directories_and_files() {
    let image = Image::new();
    let data = image.beside().join("da:ta");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("a"), "a\n").unwrap();
    let source = data.to_str().unwrap().replace(':', "\\:");
    let volume = format!("{source}:/deep/er/data");
    assert_eq!(image.prints(&["--volume", &volume], "cat /deep/er/data/a; echo b > /deep/er/data/b"), "a\n");
    assert_eq!(std::fs::read_to_string(data.join("b")).unwrap(), "b\n");
    let refused = image
        .run(&["--volume", &format!("{volume}:ro")], &["sh", "-c", "cat /deep/er/data/b; echo c > /deep/er/data/c"]);
    assert!(refused.stdout == "b\n" && refused.stderr.contains("Read-only"), "{refused:?}");
    let file = format!("{source}/a:/etc/one:ro");
    assert_eq!(image.prints(&["--volume", &file], "cat /etc/one"), "a\n");
    for (wrong, code) in
        [("/nowhere:/x", 2), ("/tmp", 2), ("/tmp:x", 2), ("/tmp:/", 2), ("/tmp:/x:rx", 2), ("/etc/passwd:/bin", 2)]
    {
        let refused = image.run(&["--volume", wrong], &["true"]);
        assert_eq!(refused.code, Some(code), "{wrong}: {refused:?}");
        assert!(refused.stderr.contains("  fix   "), "{refused:?}");
    }
}

#[test]
fn the_environment_is_its_own() {
    let image = Image::new();
    let mut run = image.command(&["--env", "A=1", "--env", "HOME=/h", "--env", "A=2=3", "--hostname", "h"], &["env"]);
    let ended = text(run.env("SECRET", "x").env("TERM", "vt100"));
    let mut lines: Vec<&str> = ended.stdout.lines().collect();
    lines.sort_unstable();
    let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    assert_eq!(lines, ["A=2=3", "HOME=/h", "HOSTNAME=h", path, "TERM=vt100"], "{ended:?}");
}

#[test]
fn it_begins_where_it_is_told_to() {
    let image = Image::new();
    std::fs::create_dir_all(image.root().join("srv/www")).unwrap();
    symlink("/srv/www", image.root().join("site")).unwrap();
    assert_eq!(image.prints(&[], "pwd"), "/\n");
    assert_eq!(image.prints(&["--workdir", "/srv/www"], "pwd"), "/srv/www\n");
    assert_eq!(image.prints(&["--workdir", "/site"], "pwd"), "/srv/www\n");
    for (wrong, why) in [("/nowhere", "no such directory"), ("/bin/sh", "no directory"), ("relative", "absolute")] {
        let refused = image.run(&["--workdir", wrong], &["true"]);
        assert!(refused.code == Some(2) && refused.stderr.contains(why), "{wrong}: {refused:?}");
    }
}

#[test]
fn the_user_is_who_was_asked_for() {
    let image = Image::new();
    assert_eq!(image.prints(&[], "id -u; id -g; echo $HOME"), "0\n0\n/root\n");
    // Above that some of the kernel's own interfaces take a number for a negative one.
    for wrong in ["2147483648", "4294967295", "0:2147483648", "-1", "99999999999"] {
        let refused = image.run(&[&format!("--user={wrong}")], &["true"]);
        assert!(refused.code == Some(2) && refused.stderr.contains("from 0 to 2147483647"), "{wrong}: {refused:?}");
    }
    if !is_root() {
        let refused = image.run(&["--user", "1000"], &["true"]);
        assert!(refused.code == Some(2) && refused.stderr.contains("one id"), "{refused:?}");
        return is_in_three_lines(&refused);
    }
    std::fs::write(image.root().join("secret"), "x").unwrap();
    std::fs::set_permissions(image.root().join("secret"), std::fs::Permissions::from_mode(0o600)).unwrap();
    let options = ["--user", "1234:99"];
    assert_eq!(
        image.prints(&options, "id -u; id -g; id -G; grep CapEff /proc/self/status"),
        "1234\n99\n99\nCapEff:\t0000000000000000\n"
    );
    let refused = image.run(&options, &["cat", "/secret"]);
    assert!(refused.stderr.contains("Permission denied"), "{refused:?}");
    assert_eq!(image.prints(&["--user", "2147483647:2147483647"], "id -u; id -g"), "2147483647\n2147483647\n");
}

#[test]
fn exit_codes_are_told_as_a_shell_tells_them() {
    let image = Image::new();
    std::fs::write(image.root().join("text"), "no program").unwrap();
    std::fs::write(image.root().join("script"), "#!/no/such/interpreter\n").unwrap();
    std::fs::set_permissions(image.root().join("script"), std::fs::Permissions::from_mode(0o755)).unwrap();
    for init in [&[][..], &["--init"]] {
        let code = |command: &[&str]| image.run(init, command).code;
        assert_eq!(code(&["true"]), Some(0));
        assert_eq!(code(&["sh", "-c", "exit 42"]), Some(42));
        assert_eq!(code(&["sh", "-c", "exit 255"]), Some(255));
        for (command, expected, why) in [
            ("nope", 127, "no program"),
            ("/nope", 127, "no such file"),
            ("/text", 126, "not executable"),
            ("/bin", 126, "directory"),
            ("/script", 127, "interpreter"),
        ] {
            let ended = image.run(init, &[command]);
            assert!(ended.code == Some(expected) && ended.stderr.contains(why), "{command}: {ended:?}");
            is_in_three_lines(&ended);
        }
    }
    // A PID 1 that has no handler for a signal does not even die of its own SIGKILL.
    assert_eq!(image.run(&[], &["sh", "-c", "kill -9 $$; exit 3"]).code, Some(3));
    assert_eq!(image.run(&["--init"], &["sh", "-c", "kill -9 $$"]).code, Some(137));
    assert_eq!(image.run(&["--init"], &["sh", "-c", "kill -TERM $$"]).code, Some(143));
}

#[test]
fn without_a_command_it_is_a_shell() {
    let image = Image::new();
    let mut shell = image.command(&[], &[]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(shell.stdin.as_mut().unwrap(), b"echo $$; exit 5\n").unwrap();
    let ended = shell.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stdout.as_slice()), (Some(5), &b"1\n"[..]));
}

#[test]
fn limits_hold_and_are_told() {
    let image = Image::new();
    if let Err(why) = limits_work(&image) {
        assert!(!is_root() || why.contains("  fix   "), "{why}");
        assert!(why.contains("cannot limit the container"), "{why}");
        return skip_unless_root("limits", why.lines().nth(1).unwrap_or_default());
    }
    // A fork bomb: it ends at the limit, and the host does not notice.
    let bomb =
        image.run(&["--pids", "20"], &["timeout", "-s", "KILL", "5", "sh", "-c", "f() { f | f & f; }; f; sleep 1"]);
    assert!(bomb.stderr.contains("can't fork"), "{bomb:?}");
    // A memory hog: it is ended, and it is said why.
    let hog = image.run(&["--memory", "16m"], &["sh", "-c", "x=xxxxxxxxxxxxxxxx; while true; do x=$x$x$x$x; done"]);
    assert!(hog.code == Some(137) && hog.stderr.contains("the container was ended"), "{hog:?}");
    let hog = image.run(&["--memory", "16m"], &["sh", "-c", "tail /dev/zero; exit 3"]);
    assert!(hog.code == Some(3) && hog.stderr.contains("a process of the container was ended"), "{hog:?}");
    // A fifth of a processor: the kernel itself counts how often it was made to wait. Time would tell less on a busy machine.
    let mut busy = image.command(&["--cpus", "0.2"], &["sh", "-c", "while true; do true; done"]).spawn().unwrap();
    let pid = busy.id();
    let count = |group: &std::path::PathBuf| {
        let stat = std::fs::read_to_string(group.join("cpu.stat")).unwrap_or_default();
        stat.lines().find_map(|line| line.strip_prefix("nr_throttled ")?.parse::<u32>().ok()).unwrap_or(0)
    };
    assert!(soon(|| cgroups_of(pid).iter().any(|group| count(group) >= 3)), "{:?}", cgroups_of(pid));
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid as i32), nix::sys::signal::Signal::SIGTERM).unwrap();
    assert_eq!(busy.wait().unwrap().code(), Some(143));
}

#[test]
fn cgroups_are_removed_even_after_a_kill() {
    let image = Image::new();
    if let Err(why) = limits_work(&image) {
        return skip_unless_root("cgroups", why.lines().nth(1).unwrap_or_default());
    }
    let options = ["--memory", "64m", "--pids", "20", "--cpus", "0.5"];
    let mut run = image.command(&options, &["sleep", "1000"]).spawn().unwrap();
    let pid = run.id();
    assert!(soon(|| cgroups_of(pid).len() >= 3 && !children(pid as i32).is_empty()), "{:?}", cgroups_of(pid));
    let door = cgroups_of(pid).into_iter().find(|path| path.join("pids.max").exists()).unwrap();
    assert!(soon(|| std::fs::read_to_string(door.join("cgroup.procs")).is_ok_and(|list| !list.is_empty())));
    kill_hard(pid as i32);
    run.wait().unwrap();
    image.nothing_is_left();
    assert_eq!(image.run(&options, &["true"]).code, Some(0));
    assert_eq!(cgroups_of(pid), Vec::<std::path::PathBuf>::new());
    let mut run = image.command(&options, &["true"]).spawn().unwrap();
    let pid = run.id();
    run.wait().unwrap();
    assert!(cgroups_of(pid).is_empty());
}

#[test]
fn signals_end_it_in_order() {
    let image = Image::new();
    use nix::sys::signal::Signal;
    for (options, command, signal, code) in [
        // PID 1 without a handler: the kernel would not deliver it, so we end the container.
        (&[][..], "echo; sleep 1000", Signal::SIGTERM, 143),
        (&[], "echo; exec sleep 1000", Signal::SIGINT, 130),
        (&[], "trap 'exit 9' TERM; echo; while true; do sleep 0.05; done", Signal::SIGTERM, 9),
        (&["--init"], "echo; exec sleep 1000", Signal::SIGTERM, 143),
        // A PID 1 of ours passes it on.
        (&["--init"], "trap 'exit 9' TERM; echo; while true; do sleep 0.05; done", Signal::SIGTERM, 9),
        (&["--init"], "trap 'exit 8' INT; echo; while true; do sleep 0.05; done", Signal::SIGINT, 8),
    ] {
        let mut run = image.command(options, &["sh", "-c", command]);
        let mut run = run.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        // The empty line says that the command runs.
        std::io::Read::read_exact(run.stdout.as_mut().unwrap(), &mut [0]).unwrap();
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(run.id() as i32), signal).unwrap();
        assert_eq!(run.wait().unwrap().code(), Some(code), "{command}");
        image.nothing_is_left();
    }
}

#[test]
fn a_command_begins_with_no_signal_blocked() {
    let image = Image::new();
    for options in [&[][..], &["--init"]] {
        assert_eq!(
            image.prints(options, "grep SigBlk /proc/self/status"),
            "SigBlk:\t0000000000000000\n",
            "{options:?}"
        );
    }
}

/// Waits until `sleep 1000` runs in the container: from then on signals reach it.
#[track_caller]
fn it_sleeps(terminal: &Terminal) {
    fn sleeps_below(pid: i32) -> bool {
        let sleeps = |pid| std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line == *b"sleep\x001000\0");
        children(pid).into_iter().any(|child| sleeps(child) || sleeps_below(child))
    }
    assert!(soon(|| sleeps_below(terminal.child.id() as i32)), "{}", terminal.shown());
}

#[test]
fn a_terminal_is_the_containers_own() {
    let image = Image::new();
    let mut terminal = Terminal::start(&image.command(&[], &["sh"]));
    terminal.types("echo re''ady\r", "ready");
    terminal.types("tty; test -t 2 && echo s''o\r", "so\r\n");
    assert!(terminal.shown().contains("/dev/pts/0"), "{}", terminal.shown());
    terminal.resize(24, 80);
    terminal.types("sleep 0.2; stty size\r", "24 80");
    // Ctrl-C goes to what runs inside, and to nobody else.
    terminal.types("sleep 1000\r", "sleep 1000\r\n");
    it_sleeps(&terminal);
    terminal.types("\x03", "^C");
    terminal.types("echo $?\r", "130");
    // Ctrl-Z too.
    terminal.types("sleep 1000\r", "sleep 1000\r\n");
    it_sleeps(&terminal);
    terminal.types("\x1a", "Stopped");
    terminal.types("kill -9 %1; sleep 0.2; exit 7\r", "");
    assert_eq!(terminal.ends(), Some(7));
}

#[test]
fn the_containers_terminal_is_as_large_as_ours() {
    let image = Image::new();
    let mut terminal = Terminal::start(&image.command(&[], &["sh"]));
    terminal.types("echo re''ady\r", "ready");
    terminal.resize(33, 111);
    terminal.types("sleep 0.2; stty size\r", "33 111");
    terminal.types("exit\r", "");
    assert_eq!(terminal.ends(), Some(0));
}

#[test]
fn the_terminal_is_restored_however_it_ends() {
    let image = Image::new();
    for (ending, code) in [("exit 3\r", 3), ("cli", 137), ("parent", 137), ("first", 137)] {
        // Below a shell, as everywhere: the end of who leads the session hangs the terminal up.
        let run = image.command(&[], &["sh"]);
        let mut shell = Command::new("sh");
        let script = "read begin; \"$0\" \"$@\"; echo code=$?; read x";
        shell.args(["-c", script]).arg(run.get_program()).args(run.get_args());
        let mut terminal = Terminal::start(&shell);
        let before = tcgetattr(terminal.master()).unwrap();
        terminal.types("begin\r", "begin");
        terminal.types("echo re''ady\r", "ready");
        assert_ne!(tcgetattr(terminal.master()).unwrap().local_modes, before.local_modes);
        let cli = children(terminal.child.id() as i32)[0];
        let parent = children(cli)[0];
        match ending {
            "cli" => kill_hard(cli),
            "parent" => kill_hard(parent),
            "first" => kill_hard(children(parent)[0]),
            keys => terminal.types(keys, ""),
        }
        terminal.shows(&format!("code={code}"));
        let same = || {
            tcgetattr(terminal.master())
                .is_ok_and(|now| now.local_modes == before.local_modes && now.input_modes == before.input_modes)
        };
        assert!(soon(same), "{ending}");
        drop(terminal);
        image.nothing_is_left();
    }
}

#[test]
fn a_terminal_that_is_closed_ends_the_container() {
    let image = Image::new();
    let mut terminal =
        Terminal::start(&image.command(&[], &["sh", "-c", "trap '' HUP; echo re''ady; while true; do sleep 1; done"]));
    terminal.shows("ready");
    terminal.close();
    let pid = terminal.child.id() as i32;
    assert!(soon(|| terminal.child.try_wait().unwrap().is_some()), "{pid}");
    image.nothing_is_left();
}

#[test]
fn a_kill_at_any_moment_leaves_nothing() {
    let image = Image::new();
    let mounts = Mounts::now();
    for round in 0..60 {
        let mut run =
            image.command(&[], &["sleep", "1000"]).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let pid = run.id() as i32;
        // From before the first call to after the last one.
        std::thread::sleep(Duration::from_micros(150 * round));
        let first = children(pid);
        match (round % 3, first.first()) {
            (1, Some(first)) => kill_hard(*first),
            _ => kill_hard(pid),
        }
        let status = run.wait().unwrap();
        assert!(!status.success(), "{round}");
        if let Some(first) = first.first() {
            assert!(soon(|| !is_alive(*first)), "{round}");
        }
    }
    image.nothing_is_left();
    assert_eq!(mounts.new_ones_of_ours(image.beside()), [""; 0]);
}

#[test]
fn a_command_that_forgets_its_parents_death_dies_with_it_all_the_same_with_init() {
    let image = Image::new();
    image.compile("forget", "#include <sys/prctl.h>\n#include <unistd.h>\nint main() { prctl(PR_SET_PDEATHSIG, 0); write(1, \"x\", 1); pause(); }");
    let mut run = image.command(&["--init"], &["forget"]).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Read::read_exact(run.stdout.as_mut().unwrap(), &mut [0]).unwrap();
    kill_hard(run.id() as i32);
    run.wait().unwrap();
    image.nothing_is_left();
}

#[test]
fn forty_at_once_all_work_and_leave_nothing() {
    let image = Image::new();
    // With limits where they can be had, so that cgroups could be left too.
    let options: &[&str] = if limits_work(&image).is_ok() { &["--pids", "20", "--memory", "64m"] } else { &[] };
    let start = |n: u32| {
        image
            .command(options, &["sh", "-c", &format!("echo {n} > /n; cat /n")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let all: Vec<_> = (0..40).map(start).collect();
    let pids: Vec<u32> = all.iter().map(|run| run.id()).collect();
    for (n, run) in all.into_iter().enumerate() {
        let ended = run.wait_with_output().unwrap();
        assert!(ended.status.success() && ended.stdout == format!("{n}\n").as_bytes(), "{n}: {ended:?}");
    }
    assert!(pids.iter().all(|pid| cgroups_of(*pid).is_empty()));
    image.nothing_is_left();
}

#[test]
fn descriptors_of_whoever_starts_it_stay_outside() {
    let image = Image::new();
    let script = "exec 7< /; exec 9> /dev/null; exec \"$0\" container run \"$1\" ls /proc/self/fd";
    let ended = text(support::command("bash").args(["-c", script]).arg(support::program()).arg(image.root()));
    let open: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(open, ["0", "1", "2", "3"], "{ended:?}");
    // Not even as one of the three that it gets.
    let script = "exec \"$0\" container run \"$1\" ls < /";
    let ended = text(support::command("bash").args(["-c", script]).arg(support::program()).arg(image.root()));
    assert!(ended.code == Some(2) && ended.stderr.contains("directory of the host"), "{ended:?}");
}

#[test]
fn the_scratch_space_has_an_end() {
    let image = Image::new();
    let full = image.run(&["--size", "2m"], &["sh", "-c", "dd if=/dev/zero of=/big bs=1M count=8; df -m / | tail -1"]);
    assert!(full.stderr.contains("No space left on device"), "{full:?}");
    let wrong = image.run(&["--size", "much"], &["true"]);
    assert!(wrong.code == Some(3) && wrong.stderr.contains("--size"), "{wrong:?}");
    is_in_three_lines(&wrong);
}

#[test]
fn what_is_explained_is_what_strace_sees() {
    let image = Image::new();
    let trace = image.beside().join("trace");
    let volume = format!("{}:/made/here:ro", image.beside().display());
    let mut options = vec!["--explain", "--hostname", "h", "--workdir", "/bin", "--volume", &volume];
    if limits_work(&image).is_ok() {
        options.extend(["--pids", "100"]);
    }
    if is_root() {
        options.extend(["--user", "7:8"]);
    }
    let run = image.command(&options, &["true"]);
    let mut strace = support::command("strace");
    strace.args(["-f", "-qq", "-s", "4096", "-o"]).arg(&trace).arg(run.get_program()).args(run.get_args());
    let ended = text(&mut strace);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // musl says O_LARGEFILE with every open; on a machine of 64 bits it means nothing.
    let trace = std::fs::read_to_string(&trace).unwrap().replace("|O_LARGEFILE", "");
    let names = |line: &str| line.split_once(' ').map_or(line.to_string(), |(_, call)| call.trim_start().to_string());
    let seen: Vec<String> = trace.lines().map(names).collect();
    let (clauses, told): (Vec<&str>, Vec<&str>) = ended.stderr.lines().partition(|line| line.starts_with('#'));
    assert!(clauses.len() > 20 && clauses.iter().all(|clause| clause.contains("(lesson")), "{}", ended.stderr);
    assert!(told.len() > 60, "{}", ended.stderr);
    for call in &told {
        let begun = call.rsplit_once(" = ").unwrap().0;
        let (name, exact) = (begun.split('(').next().unwrap(), !begun.contains('…'));
        let same = |line: &&String| match exact {
            true => line.starts_with(begun.trim_end_matches(')')),
            false => line.starts_with(name),
        };
        let decoded = ["sendto", "capset", "seccomp"].contains(&name);
        assert!(
            decoded && seen.iter().any(|line| line.starts_with(name)) || seen.iter().any(|line| same(&line)),
            "strace has no {call}\n{trace}"
        );
    }
    // And nothing that makes a container is left out.
    for name in ["unshare", "mount", "pivot_root", "umount2", "setns", "sethostname", "capset", "seccomp"] {
        let count =
            |lines: &mut dyn Iterator<Item = &str>| lines.filter(|line| line.starts_with(&format!("{name}("))).count();
        let (said, done) = (count(&mut told.iter().copied()), count(&mut seen.iter().map(String::as_str)));
        assert_eq!(said, done, "{name}\n{}", ended.stderr);
    }
    for subject in ["overlay", "pivot_root", "PID namespace", "network namespace", "capabilities", "seccomp"] {
        assert!(ended.stderr.contains(subject), "{subject}");
    }
}

#[test]
fn a_relative_image_and_one_below_tmp_are_found() {
    let image = Image::new();
    let mut run = support::layerlab();
    run.current_dir(image.beside()).args(["container", "run", "root", "echo", "here"]);
    assert_eq!(text(&mut run).stdout, "here\n");
    let below = tempfile::tempdir_in("/tmp").unwrap();
    let link = below.path().join("link");
    symlink(image.root(), &link).unwrap();
    assert_eq!(text(support::layerlab().args(["container", "run"]).arg(&link).args(["echo", "here"])).stdout, "here\n");
    assert!(Path::new("/tmp").is_dir());
}
