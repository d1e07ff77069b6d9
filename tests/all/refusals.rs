//! What the host's programs do in a session: they are found, whoever one is, and where the kernel refuses, the reason follows.

use crate::support;
use crate::support::session::{Student, Terminal};
use crate::support::text;

#[test]
fn a_session_finds_the_programs_of_an_administrator() {
    let student = Student::new();
    // As Debian gives it to an ordinary user.
    let mut shell =
        student.layerlab(&["shell", "3", "-c", "command -v chroot pivot_root > /dev/null && echo \"$PATH\""]);
    let ended = text(shell.env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let path = ended.stdout.trim_end();
    let behind = ":/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games:/usr/local/sbin:/usr/sbin:/sbin";
    assert!(path.ends_with(behind), "{path}");
    let doctor = student.ok(&["doctor"]);
    assert!(doctor.contains("✓ programs for the exercises"), "{doctor}");
}

/// What is typed, and what the explanation holds: the call, if there is one, the reason and what to do.
const REFUSED: &[(&str, &[&str])] = &[
    (
        "mount -t overlay overlay -o lowerdir=image,upperdir=none,workdir=work m",
        &["  call  fsconfig(", "  why   upperdir none does not exist", "  fix   mkdir none"],
    ),
    (
        "mkdir up up/work; mount -t overlay overlay -o lowerdir=image,upperdir=up,workdir=up/work m",
        &["  why   workdir lies inside upperdir", "  fix   make workdir a sibling"],
    ),
    (
        "mkdir memory up; mount -t tmpfs t memory; mkdir memory/work; mount -t overlay overlay -o lowerdir=image,upperdir=up,workdir=memory/work m",
        &["  why   workdir memory/work and upperdir up lie on different file systems"],
    ),
    (
        "mkdir u w; mount -t overlay overlay -o lowerdir=image:image,upperdir=u,workdir=w m",
        &["= -1 ELOOP (", "  why   lowerdir names image twice"],
    ),
    (
        "mount -t overlay o -o lowerdir=image,upperdir=upper,workdir=work$LAYERLAB_OVERLAY_OPTIONS mnt; mkdir mnt/u mnt/w; mount -t overlay overlay -o lowerdir=image,upperdir=mnt/u,workdir=mnt/w m",
        &["  why   upperdir mnt/u lies on an overlay itself"],
    ),
    (
        // As mount of util-linux 2.39 and newer fails.
        "mkdir bin $(seq 100); printf '#!/bin/sh\\nexit 32\\n' > bin/mount; chmod +x bin/mount; PATH=$PWD/bin:$PATH \"$LAYERLAB_STATE/explained/mount\" -t overlay o -o lowerdir=$(seq -s : 100) m",
        &[
            "  call  fsconfig(",
            ", \"1:2:3:4:5:6:7:8:9:10:11:12:13:14\"..., 0) = -1 EINVAL (",
            "  why   lowerdir has 291 characters, and one call takes 255",
            "  fix   let it make the old call, which takes a page: LIBMOUNT_FORCE_MOUNT2=always mount …",
        ],
    ),
    ("mount --bind none m", &["= -1 ENOENT (", "  why   none does not exist"]),
    // Options that have no part in it.
    (
        "mount -t overlay overlay -o nosuid,nodev,lowerdir=image,upperdir=none,workdir=work m",
        &["  call  fsconfig(", "  why   upperdir none does not exist"],
    ),
    ("mount --bind -o noatime none m", &["= -1 ENOENT (", "  why   none does not exist"]),
    ("nsenter -S 0 -G 0 --target 999999999 --net true", &["  why   there is no process 999999999 among those"]),
    (
        "unshare --user --map-root-user mount -t tmpfs t m",
        &[
            "  why   this shell has a user namespace of its own, but is still in the mount namespace of the one around it",
        ],
    ),
    ("umount none", &["  why   none does not exist"]),
    (
        "umount m",
        &["  call  umount2(\"m\"", "= -1 EINVAL (", "  why   nothing is mounted on m itself; it lies in the "],
    ),
    (
        "mount -t tmpfs t m; cd m; sh -c 'cd /; umount \"$OLDPWD\"'",
        &["= -1 EBUSY (Device or resource busy)", " (bash) works in /", "  fix   leave it in that shell (cd out of "],
    ),
    (
        "mount -t tmpfs t m; sleep 9 > m/file & sleep 0.3; umount m",
        &["= -1 EBUSY (", " (sleep) has /", "/m/file open", "  fix   end it: kill "],
    ),
    (
        "mount -t tmpfs t m; mkdir m/n; mount -t tmpfs t m/n; umount m",
        &["= -1 EBUSY (", "  why   another file system is mounted within it, on /", "  fix   umount /"],
    ),
    (
        "rm -f ready; unshare --mount sh -c 'mount -t tmpfs t m; > ready; exec sleep 9' & until [ -e ready ]; do sleep 0.05; done; umount m",
        &["  why   nothing is mounted on m in this mount namespace; in that of process ", " there is something"],
    ),
    (
        "mount -t tmpfs t m; unshare --user --map-root-user --mount umount m",
        &["= -1 EINVAL (", "  why   m came along from the mount namespace around this one"],
    ),
    (
        "mkdir m/old; unshare --mount pivot_root m m/old",
        &[
            "  call  pivot_root(\"m\", \"m/old\") = -1 ",
            "  why   m is not a mount point",
            "  fix   mount something there",
        ],
    ),
    ("mkdir old; mount -t tmpfs t m; unshare --mount pivot_root m old", &["  why   old does not lie in m"]),
    (
        "mount -t tmpfs t m; mkdir m/old; unshare --mount --propagation shared pivot_root m m/old",
        &["= -1 EINVAL (", "  why   the mount that is the root now, or the one around the new root, is shared"],
    ),
    ("chroot none /bin/sh", &["  call  chroot(\"none\") = -1 ENOENT (", "  why   none does not exist"]),
    ("chroot m/../file /bin/sh", &["= -1 ENOTDIR (", "  why   m/../file is not a directory"]),
    (
        "chroot m /bin/cat file",
        &["  call  execve(\"/bin/cat\", [\"/bin/cat\", \"file\"]", "  why   there is no /bin/cat in m"],
    ),
    ("chroot m cat", &["  why   in m none of the directories of PATH has a program cat"]),
    ("chroot m", &["  why   without a command chroot starts the shell that SHELL names"]),
    (
        "mkdir m/bin; ln -s none m/bin/cat; chroot m /bin/cat",
        &["  why   /bin/cat is a symbolic link to none, which leads nowhere in m"],
    ),
    (
        "mkdir m/bin; printf '#!/bin/none\\n' > m/bin/cat; chmod +x m/bin/cat; chroot m /bin/cat",
        &[
            "= -1 ENOENT (",
            "  why   /bin/cat is there, but it is a script, and the program that runs it is not: /bin/none",
        ],
    ),
    (
        "mkdir m/bin; > m/bin/cat; chroot m /bin/cat",
        &["= -1 EACCES (", "  why   /bin/cat has no permission to be executed"],
    ),
    (
        "mkdir m/bin; cp /bin/cat m/bin; chroot m /bin/cat",
        &["= -1 ENOENT (", "  why   /bin/cat is there, but the loader that it names is not: /lib"],
    ),
    (
        "unshare --user sh -c 'chroot m true'",
        &["= -1 EPERM (", "  why   another root can only be taken with CAP_SYS_CHROOT"],
    ),
    ("unshare --user sh -c 'unshare --net true'", &["  call  unshare(CLONE_NEWNET) = -1 EPERM (", "CAP_SYS_ADMIN"]),
    (
        "unshare -rm --mount-proc true",
        &[
            "  call  mount(\"proc\", \"/proc\", \"proc\"",
            "  why   a /proc shows the processes of a PID namespace",
            "  fix   make a PID namespace too",
        ],
    ),
    ("nsenter --target 99999 --net true", &["= -1 ENOENT (", "  why   there is no process 99999 among those"]),
    ("nsenter --net=none true", &["= -1 ENOENT (", "  why   none does not exist"]),
    ("nsenter --net=file true", &["  call  setns(", "= -1 EINVAL (", "  why   file is a file like any other"]),
    (
        "nsenter --target $$ --user true",
        &["= -1 EINVAL (", "  why   that is the user namespace in which this shell is already"],
    ),
    (
        "unshare --user --map-root-user ip link add way0 type bridge",
        &["  why   this shell is root in its own user namespace"],
    ),
    (
        "unshare --net ip link add lo type bridge",
        &["  why   there is an interface lo in this network namespace already"],
    ),
    ("unshare --net ip link set none up", &["  why   there is no interface none in this network namespace"]),
    (
        "rm -f ready; unshare --net sh -c 'ip link add there type bridge; > ready; exec sleep 9' & until [ -e ready ]; do sleep 0.05; done; unshare --net ip link set there up",
        &[
            "  why   there is no interface there in this network namespace; the network namespace of process ",
            " has one",
            "  fix   nsenter --target ",
        ],
    ),
    (
        "unshare --net sh -c 'ip link set lo up; ip address add 127.0.0.1/8 dev lo'",
        &["  why   lo has the address 127.0.0.1 already"],
    ),
    (
        "unshare --net ip route add default via 10.0.0.1",
        &["  why   no interface has an address from which 10.0.0.1 is reached without a router"],
    ),
    (
        "unshare --net sh -c 'ip link add way0 type bridge; ip address add 10.0.0.2/24 dev way0; ip route add default via 10.0.0.1'",
        &["  why   10.0.0.1 would be reached through way0, and that is down", "  fix   ip link set way0 up"],
    ),
];

#[test]
fn what_is_refused_is_explained_where_it_is_typed() {
    let student = Student::new();
    student.inside("3", "true");
    let mut wrong = Vec::new();
    for (script, parts) in REFUSED {
        // Each begins in a directory and a mount namespace of its own.
        let around = format!(
            "cd \"$(mktemp -d -p .)\" && cp -r ../image . && mkdir m mnt upper work && : > file || exit 99\n\
             {script}\ncode=$?; kill $(jobs -p) 2> /dev/null; exit $code"
        );
        let quoted = shell_words::quote(&around).into_owned();
        let ended = student.run(&["shell", "3", "-c", &format!("unshare --mount bash -c {quoted}")]);
        // Where a line is broken depends on how long the names of directories are.
        let said = ended.stderr.replace("\n        ", " ");
        let missing: Vec<_> = parts.iter().filter(|part| !said.contains(**part)).collect();
        if [Some(0), Some(99)].contains(&ended.code)
            || !missing.is_empty()
            || ended.stderr.matches("error: ").count() == 0
        {
            wrong.push(format!("{script}\n{missing:?} {:?}\n{}", ended.code, ended.stderr));
        }
        // Turned off, the machine's program speaks alone.
        let silent =
            student.run(&["shell", "3", "-c", &format!("export LAYERLAB_EXPLAIN=0; unshare --mount bash -c {quoted}")]);
        if silent.stderr.contains("  why   ") || silent.code != ended.code {
            wrong.push(format!("not silent: {script}\n{:?} {}", silent.code, silent.stderr));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Nothing of this is refused, or it is refused by the command itself.
const UNCHANGED: &[&str] = &[
    "mkdir m; mount -v -t tmpfs t m; findmnt -n -o FSTYPE m; umount m; echo $?",
    "echo typed | unshare --mount cat",
    "unshare --pid --fork false; echo $?; unshare sh -c 'exit 32'; echo $?; chroot / sh -c 'exit 125'; echo $?",
    "chroot / sh -c 'kill -TERM $$'; echo $?",
    "unshare --uts sh -c 'tr \"\\0\" \" \" < /proc/self/cmdline; echo $0' name a 'b c'; echo $?",
    "unshare sleep 100 & p=$!; sleep 0.5; cat /proc/$p/comm; tr '\\0' ' ' < /proc/$p/cmdline; kill $p; wait $p 2> /dev/null; echo $?",
    "unshare --pid --fork sleep 100 > /dev/null 2>&1 & p=$!; sleep 0.5; cat /proc/$p/comm; tr '\\0' ' ' < /proc/$p/cmdline; kill -KILL $p; wait $p 2> /dev/null; echo $?",
    "nsenter --target $$ --uts sleep 100 & p=$!; sleep 0.5; cat /proc/$p/comm; kill -HUP $p; wait $p 2> /dev/null; echo $?",
    "chroot / sleep 100 & p=$!; sleep 0.5; cat /proc/$p/comm; kill -INT $p; kill $p; wait $p 2> /dev/null; echo $?",
    "mkdir m; mount -t tmpfs t m; mkdir m/old; unshare --mount sh -c 'pivot_root m m/old; echo $?; cd /; echo *'; umount -l m",
    "unshare --net ip -o link show lo | wc -l; unshare --net ip link set lo up; echo $?; ip link nonsense 2> /dev/null; echo $?",
    "mount --nonsense 2> /dev/null; echo $?; unshare --nonsense 2> /dev/null; echo $?; mount --version; umount --version",
    "unshare --mount sh -c 'mount -t tmpfs t /mnt && mkdir /mnt/a && ls /mnt'; ls -A /proc/self/fd | wc -l",
    "trap 'echo told' TERM; unshare --uts sh -c 'kill -TERM $PPID'; echo $?",
];

#[test]
fn where_nothing_is_refused_nothing_else_changes() {
    let student = Student::new();
    student.inside("3", "true");
    let mut wrong = Vec::new();
    for script in UNCHANGED {
        let script = format!("rm -rf new; mkdir new; cd new; {script}");
        let alone = "PATH=${PATH#*/explained:}; ";
        let [ours, theirs] = ["", alone].map(|first| student.run(&["shell", "3", "-c", &format!("{first}{script}")]));
        let same = (&ours.stdout, &ours.stderr, ours.code) == (&theirs.stdout, &theirs.stderr, theirs.code);
        if !same || ours.stdout.is_empty() {
            wrong.push(format!("{script}\n{ours:?}\n{theirs:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_program_that_is_waited_for_gets_its_input_and_its_signals() {
    let student = Student::new();
    student.inside("3", "true");
    // What stands behind ours in PATH is the machine's.
    let begin = "mkdir fake; PATH=${PATH%%/explained:*}/explained:$PWD/fake:$PATH; program() { printf '#!/bin/sh\n%s\n' \"$1\" > fake/umount; chmod +x fake/umount; }";
    for (script, said) in [
        (
            "program 'echo \"$0 $*\"; cat; exit 7'; echo typed | umount a 'b c'; echo $?",
            "/fake/umount a b c\ntyped\n7\n",
        ),
        ("program 'exec sleep 100'; umount a & sleep 0.5; kill $!; wait $!; echo $?", "143\n"),
        ("program 'exec sleep 100'; umount a & sleep 0.5; kill -HUP $!; wait $!; echo $?", "129\n"),
        ("program 'kill -KILL $$'; umount a; echo $?", "137\n"),
        (
            "program 'trap \"exit 9\" TERM; sleep 0.2; sleep 0.2; sleep 0.2; sleep 0.2'; umount a & sleep 0.4; kill $!; wait $!; echo $?",
            "9\n",
        ),
    ] {
        let ended = student.run(&["shell", "3", "-c", &format!("cd \"$(mktemp -d -p .)\"; {begin}; {script}")]);
        assert!(ended.stdout.ends_with(said), "{script}: {ended:?}");
        assert!(!ended.stderr.contains("  why   cannot"), "{script}: {ended:?}");
    }
}

#[test]
fn at_a_terminal_keys_and_jobs_are_as_ever() {
    let student = Student::new();
    student.inside("3", "true");
    let mut terminal = Terminal::start(&student.layerlab(&["shell", "3"]));
    terminal.shows("$ ");
    terminal.types("unshare --uts sleep 100; echo ended-$?\n", "sleep 100");
    std::thread::sleep(std::time::Duration::from_millis(700));
    terminal.types("\x03", "^C");
    terminal.types("echo after\n", "after");
    terminal.types("chroot / sleep 100\n", "sleep 100");
    std::thread::sleep(std::time::Duration::from_millis(700));
    terminal.types("\x1a", "Stopped");
    terminal.types("jobs; kill %1; fg; echo state-$?\n", "state-143");
    terminal.types("umount image; echo code-$?\n", "nothing is mounted on image itself");
    // bash found mount once where it is not any more after the change of the root.
    terminal.types(
        "mount --version | wc -l; chroot / bash --norc -c 'hash -p /none mount; mount --version | wc -l'\n",
        "1\r\n1\r\n",
    );
    terminal.types("exit\n", "exit");
}

#[test]
fn what_works_and_yet_is_weak_is_noted() {
    let student = Student::new();
    student.inside("3", "true");
    let overlay = "mount -t overlay o -o lowerdir=image,upperdir=u,workdir=w$LAYERLAB_OVERLAY_OPTIONS";
    let script = format!("mkdir u w a b && {overlay} a && {overlay} b");
    let ended = student.run(&["shell", "3", "-c", &script]);
    assert!(ended.stderr.starts_with("note: upperdir u is already in use by the overlay on /"), "{ended:?}");
    if !support::is_root() {
        let script = "mkdir x y z && mount -t overlay o -o lowerdir=image,upperdir=x,workdir=y z";
        let ended = student.run(&["shell", "3", "-c", script]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stderr.starts_with("note: The option userxattr is left out"), "{ended:?}");
    }
}

#[test]
fn in_a_home_with_a_colon_the_machines_programs_speak_alone() {
    let student = Student::called("a:b");
    let ended = student.run(&["shell", "3", "-c", "umount image"]);
    assert!(ended.code == Some(32) && ended.stderr == "umount: image: not mounted.\n", "{ended:?}");
}
