//! Every verb against its namesake: each script runs twice, once through `action::execute` and once through bash with
//! the real programs, each in a fresh directory. What is printed, the exit statuses and the trees must be the same.
//!
//! The scripts run in a mount namespace of their own (in a user namespace too where we are not root, and as root in
//! both), on a tmpfs, so that nothing of them outlives the test.

use crate::support;
use layerlab::action::{CommandLine, Context, Opening, VERBS, execute};
use layerlab::ground::Role;
use std::fmt::Write;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::process::{Command, Stdio};

/// What every script begins with.
const FIXTURE: &str = r#"
umask 022
mkdir d dd empty 'sp ace' ro
echo hi > f; echo there > g; echo x > d/x; echo y > d/y; mkdir d/sub; echo z > d/sub/z
ln -s f link; ln -s nowhere dangling; ln -s d dirlink; ln f hard
echo run > run.sh; chmod 755 run.sh; chmod 400 g
touch "it's" 'sp ace/in side' .hidden 'a"b'
mkdir -p tree/b/c tree/a; touch tree/b/f tree/.h 'tree/back\slash' tree/é tree/层; ln -s ../f tree/l; ln -s b tree/ldir
touch -d '2001-02-03 04:05:06.789' f d/x d/sub tree/b/f
setfattr -n user.a -v 'plain "q" \ b' f; setfattr -n user.bin -v 0x00ff0a f; setfattr -n user.empty f
setfattr -n user.line -v 'aaaaaaaaaaaa\012' f; setfattr -n user.zero -v 0x7900 f; setfattr -n user.overlay.opaque -v y d
"#;

/// How bash is told to call each program as a lesson shows it.
const PROGRAMS: &str = r#"
umask 022
tree() { LC_ALL=C.UTF-8 command tree "$@"; }
rename() { (exec -a rename rename.ul "$@"); }
getfattr() { stdbuf -oL getfattr "$@"; }
"#;

const SCRIPTS: &[(&str, &str)] = &[
    (
        "touch",
        "touch f\ntouch new 'new two'\ntouch d\ntouch missing/x\ntouch f/x\ntouch dangling\ntouch ''\ntouch -- -dash",
    ),
    (
        "rm",
        "rm f\nrm missing\nrm d\nrm link\nrm dirlink\nrm -f missing f/x\nrm -f d\nrm 'sp ace/in side' missing g\nrm dangling\nrm \"it's\"\nrm -f",
    ),
    (
        "rm -r",
        "rm -r d\nrm -r missing\nrm -r dirlink\nrm -rf missing tree\nrm -r .\nrm -r ..\nrm -r dd/.\nrm -R dd/ 'sp ace'\nrm -r f ''",
    ),
    ("rm /", "rm -r /"),
    ("rmdir", "rmdir empty\nrmdir d\nrmdir f\nrmdir missing dd\nrmdir dirlink\nrmdir 'sp ace'"),
    ("mkdir", "mkdir d\nmkdir n1 n2\nmkdir a/b\nmkdir -p a/b/c d/sub/e\nmkdir 'sp ace'\nmkdir -p f/x"),
    (
        "mv",
        "mv missing x\nmv f missing/x\nmv d d/y\nmv f f\nmv d f\nmv f dd\nmv dd/f .\nmv f dd/new\nmv dd/new f\nmv a b missing\nmv f d missing\nmv f g run.sh\nmv f new/\nmv link link2\nmv dangling d\nmv hard d/\nmv d dd",
    ),
    (
        "mv onto",
        "mkdir dd/d\nmv d dd\nmkdir -p e/d/x\nmv dd/d e\nmv f g\nmkdir d/f\nmv g d/f\nmv link d/x\nmv d/sub d/x",
    ),
    ("mv into a directory that is in the way", "mkdir dd/f\nmv f dd\nmv f g dd/f\nmkdir e\nmkdir e/g\nmv dd/f/g e"),
    ("mv hard links", "mv f hard\nmv hard g"),
    ("mv two of a name", "mkdir a b\ntouch a/x b/x\nmv a/x b/x dd"),
    (
        "cp",
        "cp f new\ncp f g\ncp f dd\ncp missing x\ncp f f\ncp f hard\ncp f d/x/y\ncp f missing/x\ncp f missing/\ncp d new2\ncp f g dd\ncp f g run.sh\ncp f g missing\ncp link l2\ncp dangling l3\ncp f dangling\ncp run.sh r2\ncp f d\ncp f ''",
    ),
    (
        "cp keeps nothing of its own accord",
        "chmod 600 g\ncp run.sh g\nstat -c %a g\ncp g run.sh\nstat -c %a run.sh\ncp run.sh link\ncat f",
    ),
    (
        "cp -p",
        "cp -p f new\nstat -c '%Y %a' new\ncp -p run.sh dd\nstat -c '%a %n' dd/run.sh\ncp -p d/x g\nstat -c '%Y %a' g\ngetfattr -d new",
    ),
    (
        "cp -r",
        "cp -r d new\ncp -r d dd\ncp -r d dd\ncp -r d f\ncp -r link dangling dirlink dd\ncp -r tree d tree2\ncp -r f new3\ncp -r d d/z\ncp -r f dd/d",
    ),
    (
        "cp -r over",
        "cp -r d dd\nmkdir e e/x\ncp -r d/x e\ncp -r link f\ncp -r link run.sh\ncp -r d/. dd\nmkdir ro/d\ntouch ro/d/sub\ncp -r d ro",
    ),
    (
        "cp -a",
        "cp -a d new\nstat -c '%Y %n' new/x new/sub\ncp -a f hard dd\nstat -c %h dd/f\ngetfattr -d dd/f new\ncp -a link dangling tree dd\ncp -a run.sh dd\nmknod w c 0 0\ncp -a w w2\nstat -c '%F %t %T' w2",
    ),
    ("cp two of a name", "mkdir a b\ntouch a/x b/x\ncp a/x b/x dd"),
    (
        "ln",
        "ln f n\nln f f\nln missing n2\nln d n3\nln -s f g\nln -s f s\nln -s 'sp ace' s2\nln -s x missing/y\nln f dd\nln -s f dd\nln f dd/f\nln -sf g s\nln -f g dd/f\nln link n4\nln -s d/x\nln -s a b c\nln f g run.sh\nln f missing/y\nln -f f f\nreadlink s s2 x",
    ),
    (
        "chmod",
        "chmod 600 f\nchmod u+x f\nchmod go=r run.sh\nchmod a-w f d\nchmod 4755 run.sh\nchmod +x g\nchmod 755 g\nchmod u=rwx,g=u,o= g\nchmod 9 f\nchmod u+z f\nchmod 644 missing\nchmod 644 dangling\nchmod 2755 d\nchmod 700 d\nchmod g-s d\nchmod 600 missing link\nchmod +t d\nchmod a+X f d",
    ),
    (
        "truncate",
        "truncate -s 1 f\ntruncate -s 1K new\ntruncate -s +3 f\ntruncate -s -2 f\ntruncate -s -99 f\ntruncate -s x f\ntruncate -s 1Z f\ntruncate -s 1 missing/x\ntruncate -s 1 d\ntruncate --size=2MB f\ntruncate -s 0 link f",
    ),
    ("cat", "cat f\ncat missing 'no no' d\ncat f d/x\ncat dirlink link"),
    (
        "tree",
        "tree\ntree -a\ntree tree\ntree -a tree d\ntree missing\ntree d missing f\ntree empty\ntree dirlink\ntree d/ ./d 'sp ace'\ntree dd/..",
    ),
    (
        "getfattr",
        "getfattr f\ngetfattr -d f\ngetfattr -d -m - f d\ngetfattr -d -m overlay d f\ngetfattr -d -m ^user.l f\ngetfattr -n user.a f\ngetfattr -n user.no f\ngetfattr -n user.a f d\ngetfattr -n user.a --only-values f\ngetfattr -d --only-values f\ngetfattr -n user.a missing\ngetfattr -d missing f\ngetfattr d\ngetfattr -d 'sp ace'\ngetfattr -h -d -m - link\ngetfattr -d link\ngetfattr -d ./f .//f .\ngetfattr -n foo f\ngetfattr -d dangling\ngetfattr -h -d dangling\ngetfattr -n user.a f/x\ngetfattr -d /tmp/layerlab-verbs/abs\ngetfattr --absolute-names -d /tmp/layerlab-verbs/abs",
    ),
    (
        "setfattr",
        "setfattr -n user.x -v y f\ngetfattr -d f\nsetfattr -n user.x -v y missing\nsetfattr -n foo -v y f\nsetfattr -n user.x -v y link\nsetfattr -h -n user.x -v y link\nsetfattr -x user.zz f\nsetfattr -x user.x f\nsetfattr -n user.h -v 0xzz f\nsetfattr -n user.o -v 'a\\101' f d\nsetfattr -n user.s -v 0saGVsbG8= d\ngetfattr -d -m - f d",
    ),
    (
        "rename",
        "rename f g f\nrename f q f\nrename zz y g\nrename g h missing\nrename s t 'sp ace'\nrename d e d/x\nrename x w d/x\nrename d empty d\nrename d q q d hard\nrename h q/q hard\nrename '' p hard\nrename r R run.sh missing\nrename R R Run.sh",
    ),
    (
        "mknod",
        "mknod w c 0 0\nmknod w c 0 0\nmknod missing/w c 0 0\nmknod x c z 0\nmknod x c 0 z\nstat -c '%F %t %T %a' w\nmknod 'a b' c 0 0\nmknod 'a b' c 0 0",
    ),
    ("pivot_root", "pivot_root d dd\npivot_root missing d\npivot_root f d\nhostname"),
    ("chroot", "chroot missing\nchroot f\nchroot d/x"),
    ("cd", "cd d\nls\ncd ..\ncd missing\ncd f\ncd dirlink\ncat x"),
    ("echo", "echo a b > new\necho c >> new\ncat new\necho > d\necho x > missing/y\necho -n x\necho"),
    (
        "host programs",
        "ls\nls -a d missing f\nls -1 -R d\nls -l missing\nls > out\ncat out\nls missing > out\nstat -c '%s %F %a' f d link\ndiff f g\ndiff f f\ndiff -r d dd\nwc -l f missing\nwc -c f > out\ncat out\nsha256sum f missing\nreadlink link f dangling\nuname -r\nuname -s\nls --all empty\nls -ld link\nsh -c 'echo hi; exit 3'\nsh -c 'echo hi > out'\ncat out\ngrep -c hi f out\ngrep -h x d/x missing\ngrep -A 1 hi out f\ngrep nothing f\ngrep -r -h -E '^(x|z)$' d/sub\nps -p 1 -o pid,comm\nps -p 1 -o zz\nid -u\nid -g -n\nid -u nobody missing\nchown 0 f missing\nchown -R 0:0 d\nchown nouser f",
    ),
    (
        "archives and addresses",
        "tar --format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner --sort=name -b 1 -cf t.tar d f link\ntar -tf t.tar\nmkdir out\ntar -x -f t.tar -C out\ntar -tvf t.tar\ntar -tf missing.tar\ntar -cf - f > g.tar\nsha256sum t.tar\ngzip -n -k t.tar\nsha256sum t.tar.gz\ngzip -n -9 -c f > f.gz\ngzip -d t.tar\ngzip -d -c f.gz\ngzip f.gz missing\nchmod 444 t.tar.gz\ngzip -d -f t.tar.gz\ncurl -s -o copy file:///proc/sys/kernel/ostype\ncat copy\ncurl -sS file:///no/such\ncurl -s http://127.0.0.1:1/",
    ),
    (
        "mount an overlay",
        "mkdir l1 l2 up work mnt\necho one > l1/a\necho two > l2/a\nmkdir l2/dir l2/dir/sub\necho deep > l2/dir/sub/x\ntouch l2/gone\nmount -t overlay overlay -o lowerdir=l1:l2,upperdir=up,workdir=work,userxattr mnt\ncat mnt/a\ntree -a mnt\necho changed > mnt/a\nrm mnt/gone\nrm -r mnt/dir\nmkdir mnt/dir\ntree mnt up l1 l2\nls -l up/gone\ngetfattr -d -m - up/dir\nmv mnt/a mnt/b\ncp -a up/dir up/dir2\nchmod 600 mnt/b\nrmdir mnt/dir\ntouch mnt/gone\ntruncate -s 3 mnt/b\nln mnt/b mnt/c\nls -i missing\ncd mnt\numount ../mnt\ncd ..\numount mnt\numount mnt",
    ),
    (
        "rename in an overlay",
        "mkdir l1 l2 up work mnt\necho one > l1/a\necho two > l2/a\nmkdir l2/dir l2/dir/sub\necho deep > l2/dir/sub/x\ntouch l2/gone\nmount -t overlay overlay -o lowerdir=l1:l2,upperdir=up,workdir=work,userxattr mnt\nrename dir other mnt/dir\nmv mnt/dir mnt/other\ntree mnt up\ncp -a mnt/other mnt/again\nmv mnt/other l2/dir mnt/again\numount mnt",
    ),
    (
        "mount refused",
        "mkdir l1 l2 up work mnt\necho one > l1/a\necho two > l2/a\nmkdir l2/dir l2/dir/sub\necho deep > l2/dir/sub/x\ntouch l2/gone\nmount -t overlay o -o lowerdir=l1,upperdir=up,workdir=up mnt\nmount -t overlay o -o lowerdir=l1,upperdir=up,workdir=up/work mnt\nmount -t overlay o -o lowerdir=l1:l1,upperdir=up,workdir=work mnt\nmount -t overlay o -o lowerdir=l1,upperdir=l1,workdir=work mnt\nmount -t overlay o -o lowerdir=l1:l2,upperdir=up,workdir=work missing\nmount -t overlay o -o lowerdir=l1:l2,upperdir=up,workdir=work f\nmount -t overlay o -o lowerdir=missing,upperdir=up,workdir=work mnt\nmount -t overlay o -o lowerdir=l1,upperdir=missing,workdir=work mnt\nmount -t overlay o -o lowerdir=f,upperdir=up,workdir=work mnt\nmount -t overlay o -o lowerdir=l1,upperdir=f,workdir=work mnt\nmount -t overlay o -o lowerdir=l1,upperdir=up mnt\nmount -t overlay o -o lowerdir=l1 mnt\nmount -t overlay o -o upperdir=up,workdir=work mnt\nmount -t overlay o -o lowerdir=l1:l2,upperdir=up,workdir=work,bogus mnt\nmount -t overlay o -o lowerdir=l1:l2,upperdir=up,workdir=work,index=maybe mnt\nmkdir t\nmount -t tmpfs t t\nmkdir t/work\nmount -t overlay o -o lowerdir=l1,upperdir=up,workdir=t/work mnt\numount t\nmkdir up/low\nmount -t overlay o -o lowerdir=up/low,upperdir=up,workdir=work mnt\nmount -t overlay o -o lowerdir=l1/a/x,upperdir=up,workdir=work mnt",
    ),
    (
        "mount upper on overlay",
        "mkdir l1 l2 up work mnt\necho one > l1/a\necho two > l2/a\nmkdir l2/dir l2/dir/sub\necho deep > l2/dir/sub/x\ntouch l2/gone\nmkdir m2 u2 w2\nmount -t overlay o -o lowerdir=l1:l2,upperdir=up,workdir=work mnt\nmkdir mnt/u mnt/w\nmount -t overlay o -o lowerdir=l2,upperdir=mnt/u,workdir=mnt/w m2\numount mnt",
    ),
    (
        "mount read-only",
        "mkdir l1 l2 up work mnt\necho one > l1/a\necho two > l2/a\nmkdir l2/dir l2/dir/sub\necho deep > l2/dir/sub/x\ntouch l2/gone\nmount -t overlay o -o ro -o lowerdir=l1:l2,upperdir=up,workdir=work mnt\ntouch mnt/x\nrm mnt/a\necho x > mnt/y\numount mnt\nmount -t overlay o -o lowerdir=l1:l2 mnt\ntouch mnt/x\nrm -r mnt/dir\nmv mnt/a mnt/b\nchmod 600 mnt/a\nmkdir mnt/d\nln -s a mnt/s\ncp f mnt/a\ncp f mnt/z\numount mnt",
    ),
    (
        "mount with odd names",
        "mkdir 'a:b' 'c,d' 'e\\f' 'g h' 'i\\j' mnt work\ntouch 'a:b/1' 'g h/2' 'i\\j/4'\nmount -t overlay o -o 'lowerdir=a\\:b:g h:i\\\\j,upperdir=e\\\\f,workdir=work' mnt\nls mnt\ntouch mnt/3\numount mnt",
    ),
    (
        "tmpfs and bind",
        "mkdir mnt\nmount -t tmpfs t -o size=1m,mode=700 mnt\nstat -c '%a' mnt\ntruncate -s 2M mnt/x\ncp run.sh mnt\nrm mnt/x\nmkdir mnt/sub\nmv d mnt\nmv mnt/d d\nmv f run.sh mnt\ncp -a mnt/f g\numount mnt\nmount -t tmpfs t -o ro mnt\ntouch mnt/x\numount mnt\nmount -t tmpfs t -o size=zz mnt\nmount -t tmpfs t missing\nmount -t tmpfs t f\nmount --bind d mnt\ntree mnt\numount mnt\nmount --bind -o ro d mnt\ntouch mnt/x\numount mnt\nmount --bind d mnt\nmount -o remount,bind,ro mnt\ntouch mnt/new\nrm mnt/x\numount mnt\nmount --bind missing mnt\nmount --bind d missing\nmount --bind f mnt\nmount --bind d f\nmount --bind f g\ncat g\numount g\nmount -o remount,bind,ro d\numount d\numount missing\numount f\nmount --rbind d mnt\numount -l mnt",
    ),
    (
        "host name and message queues",
        "hostname > out\nhostname try\nhostname\nhostname ''\nhostname a_b\nhostname -- -a\nhostname a..b\nhostname a-.b\nhostname a-b.c\nhostname xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nhostname\nipcs -q\nipcs -m -s\nipcmk -M zz > out",
    ),
    (
        "propagation",
        "mkdir t b\nmount -t tmpfs t t\nmount --make-shared t\nfindmnt -n -o PROPAGATION t\nmount --bind t b\nfindmnt -n -o PROPAGATION b\nmkdir t/in\nmount -t tmpfs i t/in\ntouch t/in/f\nls b/in\nmount --make-slave b\nfindmnt -n -o PROPAGATION b\nmkdir t/in2\nmount -t tmpfs i b/in2\ntouch b/in2/f\nls t/in2\nmount --make-rprivate t\nfindmnt -n -o PROPAGATION t/in\nmount --make-rshared t\nfindmnt -n -o PROPAGATION t/in\nmount --make-rslave t\nmount --make-private b\nmount --make-unbindable b\nfindmnt -n -o PROPAGATION b\nmkdir b2\nmount --bind b b2\nmount --make-runbindable t\nmount --make-shared d\nmount --make-private missing\nmount --make-slave f\nfindmnt -n d\numount -l b\numount -l t",
    ),
    (
        "networks",
        "touch box\nunshare --net mount --bind /proc/thread-self/ns/net box\nnsenter --net=box ip -br link show lo\nnsenter --net=box ip link set lo up\nnsenter --net=box ip -br -4 addr\nnsenter --net=box ip route\nnsenter --net=box ip link add a0 type veth peer name b0\nunshare --net ip link show a0\nnsenter --net=box ip link show c0\nnsenter --net=box cat missing\nnsenter --net=box ping -c 1 -W 1 192.0.2.1\nnsenter --net=box ls > out\ncat out\nunshare --net mount --bind /proc/thread-self/ns/net d\nnsenter --net=missing ls\nnsenter --net=f ls\nnsenter --net=d ls\nunshare --net mount --bind /proc/thread-self/ns/net box\nnsenter --net=box ip link show a0\numount box\numount box\numount box",
    ),
    (
        "cgroups",
        "mkdir mnt\nmount -t cgroup2 c mnt\numount mnt\nmount -t cgroup -o nonsense c mnt\nmount -t cgroup2 c missing\nstat -f -c %T /proc /sys\nstat -f -c %T missing",
    ),
    (
        "rm around mounts",
        "mkdir x x/y\nmount -t tmpfs t x/y\nrm -r x\nrmdir x/y\nmv x/y x/z\nmv d x/y\nrm -r empty/.\numount x/y",
    ),
];

/// Verbs that no script can have: what they do is to open a shell or to leave one, which the twin of the lessons compares,
/// or there is no program beside which they could be run.
const WITHOUT_A_ROW: &[&str] = &["exec", "exit", "layerlab"];

#[test]
fn every_verb_has_a_row() {
    let lines = SCRIPTS.iter().flat_map(|(_, script)| script.lines());
    let words: Vec<Vec<String>> = lines.map(|line| CommandLine::parse(line).unwrap().words).collect();
    // `nsenter --net=box ip …` is a row of both.
    let has = |verb: &&str| {
        words
            .iter()
            .any(|words| words[0] == *verb || words[1..].iter().any(|word| word == verb) && words[0] == "nsenter")
    };
    let without: Vec<&str> = VERBS.iter().map(|(verb, _)| *verb).filter(|verb| !has(verb)).collect();
    assert_eq!(without, WITHOUT_A_ROW, "verbs without a row in SCRIPTS");
}

#[test]
fn every_verb_does_what_its_namesake_does() {
    if let Ok(base) = std::env::var("LAYERLAB_TEST_STAGE") {
        return inside(Path::new(&base));
    }
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let namespaces: &[&str] = if root { &["-m", "-Urm"] } else { &["-Urm"] };
    // Beside each other.
    let runs: Vec<_> = namespaces
        .iter()
        .map(|flags| {
            let base = tempfile::tempdir().unwrap();
            let mut run = Command::new("unshare");
            run.args([flags, "--uts", "--ipc", "--propagation", "private"])
                .args(support::alone("verbs::every_verb_does_what_its_namesake_does"))
                .env("LAYERLAB_TEST_STAGE", base.path())
                .env("LAYERLAB_TEST_ROLE", if *flags == "-m" { "root" } else { "user" });
            (run.spawn().expect("util-linux's unshare is needed"), flags, base)
        })
        .collect();
    for (mut run, flags, _base) in runs {
        let status = run.wait().unwrap();
        assert!(status.success(), "the verbs differ from their namesakes under unshare {flags}");
    }
}

fn inside(base: &Path) {
    let role = if std::env::var("LAYERLAB_TEST_ROLE").as_deref() == Ok("root") { Role::Root } else { Role::User };
    assert!(Command::new("mount").args(["-t", "tmpfs", "scratch"]).arg(base).status().unwrap().success());
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut failures = String::new();
    for (at, (name, script)) in SCRIPTS.iter().enumerate() {
        if !only.is_empty() && only != *name {
            continue;
        }
        let [ours, theirs] = ["ours", "theirs"].map(|side| base.join(format!("{side}{at}/w")));
        for directory in [&ours, &theirs] {
            std::fs::create_dir_all(directory).unwrap();
            bash(directory, &format!("set -e{FIXTURE}"));
        }
        let printed = run_ours(&ours, script, role);
        let expected = run_theirs(&theirs, script);
        let (left, right) = (snapshot(&ours), snapshot(&theirs));
        if without_clock(&printed) != without_clock(&expected) {
            writeln!(failures, "== {name}: printed\n{}", difference(&expected, &printed)).unwrap();
        }
        if left != right {
            writeln!(failures, "== {name}: on disk\n{}", difference(&right, &left)).unwrap();
        }
    }
    nothing_below_a_mount_is_removed(base, role);
    assert!(failures.is_empty(), "- bash, + ours ({role:?})\n{failures}");
}

/// What was printed, without the times of `ls -l`: a minute may end between the two runs.
fn without_clock(printed: &str) -> String {
    let is_time = |word: &str| matches!(word.as_bytes(), [a, b, b':', c, d] if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()));
    let words = printed.split(' ').map(|word| if is_time(word) { "hh:mm" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// Where we differ from GNU's rm on purpose: it would empty what is mounted below the directory.
fn nothing_below_a_mount_is_removed(base: &Path, role: Role) {
    let directory = base.join("mounts");
    std::fs::create_dir(&directory).unwrap();
    bash(
        &directory,
        "mkdir -p x/a x/bound x/tmpfs kept; touch x/a/1 kept/2; mount --bind kept x/bound; mount -t tmpfs t x/tmpfs; touch x/tmpfs/3",
    );
    let printed = run_ours(&directory, "rm -rf x", role);
    assert_eq!(
        printed,
        "$ rm -rf x\nrm: skipping 'x/bound', since something is mounted on it\n\
         rm: skipping 'x/tmpfs', since something is mounted on it\n=1\n"
    );
    assert!(
        directory.join("kept/2").exists() && directory.join("x/tmpfs/3").exists() && !directory.join("x/a").exists()
    );
}

fn run_ours(directory: &Path, script: &str, role: Role) -> String {
    std::env::set_current_dir(directory).unwrap();
    let mut printed = String::new();
    for line in script.lines() {
        let command = CommandLine::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        let mut context = Context::new(role);
        let mut status = execute(&command, &mut context).unwrap_or_else(|error| panic!("{line}: {error}"));
        if let Some(opening) = context.opens.take() {
            // Namespaces are a thread's own: with it they go.
            status = std::thread::scope(|scope| scope.spawn(|| enter_and_run(&opening, &command, &mut context)).join())
                .unwrap_or_else(|_| panic!("{line}"));
        }
        writeln!(printed, "$ {line}\n{}={status}", String::from_utf8_lossy(context.shown())).unwrap();
    }
    std::env::set_current_dir("/").unwrap();
    printed.replace(directory.to_str().unwrap(), "$PWD")
}

/// What the worker does in a process of its own for a line that runs a program in namespaces.
fn enter_and_run(opening: &Opening, line: &CommandLine, context: &mut Context) -> i32 {
    let begun = match opening.begin(context) {
        0 => opening.finish(context),
        status => status,
    };
    let program = CommandLine { words: opening.program().to_vec(), redirect: line.redirect.clone() };
    if begun != 0 { begun } else { execute(&program, context).unwrap_or_else(|error| panic!("{error}")) }
}

fn run_theirs(directory: &Path, script: &str) -> String {
    let mut whole = String::from(PROGRAMS);
    for line in script.lines() {
        let title = format!("$ {line}");
        writeln!(whole, "builtin printf '%s\\n' {}\n{line}\nbuiltin printf '=%s\\n' $?", shell_words::quote(&title))
            .unwrap();
    }
    let printed = bash(directory, &whole).replace(directory.to_str().unwrap(), "$PWD");
    // bash reading a script says which line it is at; the one that a person types into does not.
    let mut kept = String::new();
    for line in printed.lines() {
        match line.strip_prefix("bash: line ").and_then(|rest| rest.split_once(": ")) {
            Some((_, message)) => writeln!(kept, "bash: {message}").unwrap(),
            None => writeln!(kept, "{line}").unwrap(),
        }
    }
    kept
}

fn bash(directory: &Path, script: &str) -> String {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut command = Command::new("bash");
    command.arg("-c").arg(script).current_dir(directory).env_clear();
    command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C");
    command.env("TZ", "UTC").env("HOME", "/").stdin(Stdio::null());
    let mut child = command.stdout(writer.try_clone().unwrap()).stderr(writer).spawn().expect("bash is needed");
    drop(command);
    let mut printed = Vec::new();
    std::io::Read::read_to_end(&mut reader, &mut printed).unwrap();
    child.wait().unwrap();
    String::from_utf8_lossy(&printed).into_owned()
}

/// Every entry below a directory: name, kind, mode, and what it holds.
fn snapshot(directory: &Path) -> String {
    let mut text = String::new();
    let mut names: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    for name in names {
        // What overlayfs itself keeps in workdir has names of chance.
        if name.to_string_lossy().starts_with('#') && directory.ends_with("work/work") {
            continue;
        }
        let path = directory.join(name);
        let found = std::fs::symlink_metadata(&path).unwrap();
        let kind = found.file_type();
        write!(text, "{} {:o} ", path.display(), found.mode()).unwrap();
        if kind.is_file() {
            let content = std::fs::read(&path).unwrap();
            let content = if content.len() > 99 {
                format!("{} bytes", content.len())
            } else {
                String::from_utf8_lossy(&content).into()
            };
            writeln!(text, "{} links, {content:?}", found.nlink()).unwrap();
        } else if kind.is_symlink() {
            writeln!(text, "-> {}", std::fs::read_link(&path).unwrap().display()).unwrap();
        } else if kind.is_char_device() {
            writeln!(text, "device {}", found.rdev()).unwrap();
        } else {
            writeln!(text).unwrap();
            if kind.is_dir() {
                text.push_str(&snapshot(&path));
            }
        }
    }
    // The two sides lie side by side: what differs is only their name.
    text.replace("/ours", "/side").replace("/theirs", "/side")
}

fn difference(before: &str, after: &str) -> String {
    let changes = similar::TextDiff::from_lines(before, after);
    changes.unified_diff().context_radius(2).to_string()
}
