//! Every sentence of every check, holding and failing, on the real kernel: a table of states and of what is said of them.
//!
//! Two guards keep the table whole: each check has a row that holds and one that fails, and each text in `src/check` is
//! said by a row.

use crate::support;
use layerlab::check::{CheckLine, KINDS, Outcome, conclude};
use layerlab::event::{Next, Verified};
use layerlab::ground::{CgroupVersion, Role};
use layerlab::stage::{Stage, StageNeeds};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, OnceLock};

/// How things stand, and what the checks say of it.
struct State {
    /// Builds it; then the exercise begins.
    before: &'static str,
    /// What the learner does.
    done: &'static str,
    /// The only role in which it can be built.
    role: Option<Role>,
    /// A file without which it cannot be built.
    needs: Option<&'static str>,
    /// The start is noted without what must stay untouched.
    forgotten: bool,
    /// It has cgroups of its own, and is built where they are of this version.
    cgroups: Option<CgroupVersion>,
    rows: Vec<Row>,
}

/// A check, and what it says. `…` stands for any text.
struct Row {
    line: &'static str,
    sentence: &'static str,
    /// Where it fails: expected, found, means, next.
    fault: Option<[&'static str; 4]>,
}

/// What stands before every script: `overlay OPTIONS MOUNTPOINT`, `$x`, by whose attributes overlays live here, and
/// `stays COMMANDS PROGRAM…`, which has them done in what the program starts, and leaves a process there; `keep FILE`,
/// which keeps a new network namespace.
const PREAMBLE: &str = r#"set -e
overlay() { mount -t overlay overlay -o "$1$LAYERLAB_OVERLAY_OPTIONS" "$2"; }
x=${LAYERLAB_OVERLAY_OPTIONS:+user}; x=${x:-trusted}
stays() {
    local commands=$1; shift
    "$@" sh -c "$commands; touch ready; exec sleep 1000" > /dev/null 2>&1 &
    until [ -e ready ]; do sleep 0.02; done
    rm ready
}
mount_box() { mount -t overlay overlay -o "lowerdir=image,upperdir=up,workdir=work$LAYERLAB_OVERLAY_OPTIONS" box; }
rooted() {
    mkdir image up other work box; cp "$(command -v busybox)" image; mkfifo never
    unshare --mount bash -c "$(declare -f mount_box); $1; exec ${2:-/busybox} sh -c 'echo >&3; read never'" <> never > /dev/null 2>&1 3> begun &
    until [ -s begun ]; do sleep 0.02; done
}
keep() { touch "$1"; unshare --net mount --bind /proc/self/ns/net "$1"; }
"#;

fn state(before: &'static str) -> State {
    State { before, done: "", role: None, needs: None, forgotten: false, cgroups: None, rows: Vec::new() }
}

impl State {
    fn then(mut self, done: &'static str) -> State {
        self.done = done;
        self
    }

    fn only(mut self, role: Role) -> State {
        self.role = Some(role);
        self
    }

    fn on(mut self, version: CgroupVersion) -> State {
        self.cgroups = Some(version);
        self
    }

    fn needs(mut self, file: &'static str) -> State {
        self.needs = Some(file);
        self
    }

    fn forgotten(mut self) -> State {
        self.forgotten = true;
        self
    }

    fn holds(mut self, line: &'static str, sentence: &'static str) -> State {
        self.rows.push(Row { line, sentence, fault: None });
        self
    }

    fn fails(mut self, line: &'static str, sentence: &'static str, fault: [&'static str; 4]) -> State {
        self.rows.push(Row { line, sentence, fault: Some(fault) });
        self
    }

    /// What its checks found; `None` where it cannot be built here.
    fn outcomes(&self, role: Role) -> Option<Vec<Outcome>> {
        if self.role.is_some_and(|only| only != role) {
            return None;
        }
        if let Some(file) = self.needs.filter(|file| !std::path::Path::new(file).exists()) {
            // Past the capture of the test program, so that a skip is seen.
            let _ = writeln!(std::io::stderr(), "SKIP    a state of the checks: there is no {file}");
            return None;
        }
        if let Some(version) = self.cgroups
            && *CGROUPS.get_or_init(cgroups_here) != Some(version)
        {
            return None;
        }
        let mut stage = stage(StageNeeds { cgroups: self.cgroups.is_some(), ..StageNeeds::default() });
        let run = |stage: &mut Stage, script: &str| {
            let ran = stage.script(&format!("{PREAMBLE}{script}")).unwrap();
            assert_eq!(ran.status, 0, "{script}\n{}", String::from_utf8_lossy(&ran.shown));
        };
        run(&mut stage, self.before);
        let untouched = self.checks().flat_map(|check| check.keeps().to_vec()).filter(|_| !self.forgotten);
        let start = stage.begin_exercise("9.try", untouched.collect()).unwrap();
        run(&mut stage, self.done);
        stage.began(&start, &[]).unwrap();
        for row in &self.rows {
            stage.begin_check(row.line).unwrap();
        }
        Some(
            self.rows
                .iter()
                .map(|row| stage.checked().unwrap_or_else(|error| panic!("{}: {error}", row.line)))
                .collect(),
        )
    }

    fn checks(&self) -> impl Iterator<Item = CheckLine> {
        self.rows.iter().map(|row| CheckLine::parse(row.line).unwrap_or_else(|error| panic!("{}: {error}", row.line)))
    }
}

/// Which version of cgroups this user can have here.
static CGROUPS: OnceLock<Option<CgroupVersion>> = OnceLock::new();

fn cgroups_here() -> Option<CgroupVersion> {
    support::cgroups::can_be_had("the checks of cgroups")
        .then(|| stage(StageNeeds { cgroups: true, ..StageNeeds::default() }).facts().cgroup_version())?
}

fn stage(needs: StageNeeds) -> Stage {
    let starting = Stage::spawn(&support::program(), support::scratch("layerlab-checks"), needs);
    starting.and_then(|starting| starting.wait()).unwrap_or_else(|error| panic!("{error}"))
}

const FILE: &str = "a regular file";
const WITHOUT_OVERLAY: &str = "Without it there is no merged view: the directory shows only what lies in itself.";
const FINDMNT: &str = "look at what is mounted: findmnt -t overlay";
const RESET: &str = "begin again: layerlab reset 9.try";
const AS_IT_WAS: &str = "as it was when the exercise began";
const OTHERS_SEE: &str = "An image layer belongs to every container that uses it: each of them sees this change.";
const MADE_FROM_IT: &str = "Whatever is made from this layer, or mounted with it, has this change.";
const BEHIND: &str = "Whatever the container had there is lost or changed behind the kernel's back.";
const BLANKS: &str = "They differ in white space alone: · is a blank, → is a tab.";
const CAT: &str = "look at it, with every line's end: cat -A …";

/// What stands at a path, without any overlay.
/// A block device with the numbers 0, 0, which leads to no driver.
fn block() -> PathBuf {
    format!("/var/tmp/layerlab-block-{}", std::process::id()).into()
}

fn entries() -> Vec<State> {
    vec![
        state(
            "mkdir -p d/sub 'a dir'; echo text > d/a; touch d/.wh.archived; ln -s d/a link; ln -s d dlink; ln -s loop loop; mkfifo pipe\n\
             python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"sock\")'; mknod w c 0 0; touch $'t\\tab'",
        )
        .holds("file d/a", "d/a is a regular file")
        .holds("file dlink/a", "dlink/a is a regular file")
        .holds("file './d/a'", "./d/a is a regular file")
        .fails("file d/nope", "d/nope does not exist", [FILE, "nothing", "", "look at what is there: ls -l d"])
        .fails("file nope", "nope does not exist", [FILE, "nothing", "", "look at what is there: ls -l ."])
        .fails("file ../nope", "../nope does not exist", [FILE, "nothing", "", "look at what is there: ls -l .."])
        .fails(
            "file no/where/x",
            "no/where/x does not exist",
            [FILE, "nothing; no/where does not exist either", "", "look at what is there: ls -l ."],
        )
        .fails(
            "file d/a/x",
            "d/a/x does not exist",
            [FILE, "nothing; d/a is a regular file, not a directory", "", "look at what is there: ls -l d"],
        )
        .fails(
            "file link/x",
            "link/x does not exist",
            [FILE, "nothing; link is a symbolic link to d/a, not a directory", "", "look at what is there: ls -l ."],
        )
        .fails(
            "file loop/x",
            "loop/x cannot be read",
            [
                "something that can be read",
                "openat(AT_FDCWD, \"…/loop/x\", O_RDONLY) = -1 ELOOP (Too many levels of symbolic links)",
                "A symbolic link on the way to it leads back to itself.",
                "look where it leads: namei loop/x",
            ],
        )
        .fails("file d", "d is a directory, not a regular file", [FILE, "a directory", "", "look at it: ls -ld d"])
        .fails(
            "file 'a dir'",
            "a dir is a directory, not a regular file",
            [FILE, "a directory", "", "look at it: ls -ld 'a dir'"],
        )
        .fails(
            "file link",
            "link is a symbolic link to d/a, not a regular file",
            [FILE, "a symbolic link to d/a", "", "look at it: ls -ld link"],
        )
        .fails("file pipe", "pipe is a named pipe, not a regular file", [FILE, "a named pipe", "", "…"])
        .fails("file sock", "sock is a socket, not a regular file", [FILE, "a socket", "", "…"])
        .fails("file w", "w is a whiteout, not a regular file", [FILE, "a whiteout", "", "…"])
        .fails("directory 't\tab'", "t\\tab is a regular file, not a directory", ["a directory", FILE, "", "…"])
        .holds("directory d", "d is a directory")
        .holds("directory d/sub/", "d/sub/ is a directory")
        .holds("directory d/.", "d/. is a directory")
        .fails(
            "directory dlink",
            "dlink is a symbolic link to d, not a directory",
            ["a directory", "a symbolic link to d", "", "look at it: ls -ld dlink"],
        )
        .fails("directory d/no", "d/no does not exist", ["a directory", "nothing", "", "look at what is there: ls -l d"])
        .holds("absent nope", "nope is not there")
        .holds("absent d/a/x", "d/a/x is not there")
        .fails("absent d/a", "d/a is there, but should not be", ["nothing", FILE, "", "delete it: rm d/a"])
        .fails("absent d", "d is there, but should not be", ["nothing", "a directory", "", "delete it: rm -r d"])
        .fails("absent loop/x", "loop/x cannot be read", ["…", "…", "…", "…"])
        .holds("empty d/sub", "d/sub is empty")
        .fails("empty d/no", "d/no does not exist", ["an empty directory", "nothing", "", "…"])
        .fails("empty d/a", "d/a is a regular file, not an empty directory", ["an empty directory", FILE, "", "…"])
        .holds("whiteout w", "w is a whiteout")
        .fails("whiteout d/no", "d/no does not exist", ["a whiteout", "nothing", "", "look at what is there: ls -l d"])
        .fails(
            "whiteout d/archived",
            "d/archived does not exist",
            [
                "a whiteout",
                "nothing",
                "d/.wh.archived is how an archive of a layer writes down a deletion. A layer that is mounted has a \
                 character device with the numbers 0, 0 under the name itself.",
                "look at what is there: ls -l d",
            ],
        )
        .fails(
            "whiteout d/a",
            "d/a is a regular file, not a whiteout",
            [
                "a whiteout",
                FILE,
                "A file in a layer is shown in the merged view, even an empty one. A whiteout is a character device with \
                 the numbers 0, 0.",
                "look at it: ls -ld d/a",
            ],
        )
        .fails(
            "whiteout d",
            "d is a directory, not a whiteout",
            ["a whiteout", "a directory", "Only a whiteout says that a name is deleted.", "look at it: ls -ld d"],
        ),
        state("mkdir d one; touch d/{a,b,c,d,e} one/$'two\\nlines'")
            .fails(
                "empty d",
                "d is not empty: it holds a, b, c, and 2 more",
                ["no entries", "a, b, c, and 2 more", "", "look at them: ls -la d"],
            )
            .fails(
                "empty one",
                "one is not empty: it holds two\\nlines",
                ["no entries", "two\\nlines", "", "look at them: ls -la one"],
            ),
        // Neither can be made in a stage; what the machine has can be shown there.
        state(format!("touch dev block; mount --bind /dev/null dev; mount --bind {} block", block().display()).leak())
            .only(Role::Root)
            .fails(
                "whiteout dev",
                "dev is a device with the numbers 1, 3, not a whiteout",
                ["…", "…", "Only a character device with the numbers 0, 0 is a whiteout.", "…"],
            )
            .fails("whiteout block", "block is a device with the numbers 0, 0, not a whiteout", ["…", "…", "…", "…"]),
        state("touch unlike; setfattr -n $x.overlay.whiteout -v y unlike").holds("whiteout unlike", "unlike is a whiteout"),
        state("")
            .only(Role::User)
            .fails(
                "file /root/x",
                "/root/x cannot be read",
                [
                    "something that can be read",
                    "openat(AT_FDCWD, \"/root/x\", O_RDONLY) = -1 EACCES (Permission denied)",
                    "Its permissions do not let you read it, so nobody can check it.",
                    "chmod u+rx /root/x",
                ],
            ),
        state("mkdir d; exec 3<> /dev/fuse; mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 none d")
            .only(Role::Root)
            .needs("/dev/fuse")
            .fails(
                "directory d",
                "d cannot be read",
                [
                    "something that can be read",
                    "openat(…) = -1 ENOTCONN (Transport endpoint is not connected)",
                    "The program that serves this file system is gone.",
                    "umount what is mounted there, or begin again: layerlab reset 9.try",
                ],
            ),
    ]
}

/// What a file holds, and what is noted at it.
fn files() -> Vec<State> {
    vec![
        state(
            "echo a > a; printf a > unended; printf 'a\\nb\\n' > ab; printf 'a b \\n' > blanks; printf 'a\\tb\\n' > tab\n\
             printf 'a\\r\\n' > crlf; echo \"'a b'\" > quoted; echo my file > small; echo b > b; : > empty; echo > feed\n\
             printf 'a\\n\\n' > more; printf 'a\\n\\n\\n' > more2; printf 'a\\n  \\n' > more3; printf 'a\\na\\n' > twice\n\
             printf 'a\\nx\\ny\\n' > xy; printf '\\377\\0\\n' > binary; printf %0300d 0 > long; printf '\\nb\\n' > gap\n\
             mkdir d; printf 'a\\nc\\n' > ac",
        )
        .holds("contains a a", "a reads \"a\"")
        .holds("contains unended a", "unended reads \"a\"")
        .holds("contains ab a b", "ab reads the 2 lines that it should")
        .holds("contains feed ''", "feed reads \"\"")
        .fails("contains b a", "b reads \"b\", not \"a\"", ["\"a\"", "\"b\"", "", "look at it, with every line's end: cat -A b"])
        .fails("contains ac a b", "line 2 of ac reads \"c\", not \"b\"", ["\"b\"", "\"c\"", "", CAT])
        .fails("contains blanks 'a b'", "blanks reads \"a·b·\", not \"a·b\"", ["\"a·b\"", "\"a·b·\"", BLANKS, CAT])
        .fails("contains tab 'a b'", "tab reads \"a→b\", not \"a·b\"", ["\"a·b\"", "\"a→b\"", BLANKS, CAT])
        .fails(
            "contains crlf a",
            "crlf reads \"a\\r\", not \"a\"",
            ["\"a\"", "\"a\\r\"", "The line ends with a carriage return (\\r), as editors of another system write it.", CAT],
        )
        .fails(
            "contains quoted 'a b'",
            "quoted reads \"'a b'\", not \"a b\"",
            ["\"a b\"", "\"'a b'\"", "The quotes have become a part of the file.", CAT],
        )
        .fails(
            "contains small 'My file'",
            "small reads \"my file\", not \"My file\"",
            ["…", "…", "Capital and small letters are not the same.", CAT],
        )
        .fails(
            "contains b a b",
            "line 1 of b reads \"b\", not \"a\"",
            ["\"a\"", "\"b\"", "What stood there before is gone: > empties a file before it writes, >> writes at its end.", CAT],
        )
        .fails("contains gap a b", "line 1 of gap reads \"\", not \"a\"", ["\"a\"", "\"\"", "The line is empty.", CAT])
        .fails("contains empty a", "empty is empty: \"a\" is missing", ["1 line", "no line", "", CAT])
        .fails("contains a a b", "a ends after line 1: \"b\" is missing", ["2 lines", "1 line", "", CAT])
        .fails(
            "contains more a",
            "more has an empty line too many at its end, line 2",
            [
                "1 line",
                "2 lines",
                "An empty line is a line too: the file ends with more line feeds than it should.",
                CAT,
            ],
        )
        .fails(
            "contains more2 a",
            "more2 has 2 empty lines too many at its end, from line 2",
            ["1 line", "3 lines", "An empty line is a line too: …", CAT],
        )
        .fails("contains more3 a", "more3 has a line too many: line 2 reads \"··\"", ["1 line", "2 lines", "", CAT])
        .fails(
            "contains twice a",
            "twice has a line too many: line 2 reads \"a\"",
            [
                "1 line",
                "2 lines",
                "The same line stands there more than once: >> writes at the end of what is there, each time.",
                CAT,
            ],
        )
        .fails("contains xy a", "xy has 2 lines too many: line 2 reads \"x\"", ["1 line", "3 lines", "", CAT])
        .fails("contains binary a", "binary reads \"\u{fffd}\\u{0}\", not \"a\"", ["\"a\"", "\"\u{fffd}\\u{0}\"", "", CAT])
        .fails("contains long a", "long reads \"000…000\", not \"a\"", ["\"a\"", "\"00…00\"", "", CAT])
        .fails("contains d a", "d is a directory, not a regular file", [FILE, "a directory", "", "look at it: ls -ld d"])
        .fails("contains nope a", "nope does not exist", [FILE, "nothing", "", "look at what is there: ls -l ."])
        .fails(
            "contains /proc/self/mem a",
            "/proc/self/mem cannot be read",
            [
                "something that can be read",
                "openat(AT_FDCWD, \"/proc/self/mem\", O_RDONLY) = -1 EIO (Input/output error)",
                "The file system below it cannot read it.",
                "umount what is mounted there, or begin again: layerlab reset 9.try",
            ],
        ),
        state(
            "printf 'a\\nb\\n' > ab; cp ab copy; printf 'a\\nc\\n' > ac; printf 'a\\n' > a; printf 'a\\nb' > unended\n\
             printf '\\377' > x; printf '\\376' > y; printf 'a\\nb \\n' > blank; truncate -s 2M big; truncate -s 3M bigger\n\
             ln -s ab link; mkdir d",
        )
        .holds("same ab copy", "ab and copy have the same content")
        .fails(
            "same ab ac",
            "ab and ac differ",
            ["line 2 of ac reads \"c\"", "line 2 of ab reads \"b\"", "", "look at both: diff ac ab"],
        )
        .fails(
            "same ab a",
            "ab and a differ",
            ["a has 1 line", "line 2 of ab reads \"b\"", "", "look at both: diff a ab"],
        )
        .fails(
            "same blank ab",
            "blank and ab differ",
            ["line 2 of ab reads \"b\"", "line 2 of blank reads \"b·\"", BLANKS, "…"],
        )
        .fails(
            "same unended ab",
            "unended and ab differ",
            ["ab ends with a line feed", "unended ends without a line feed", "", "look at both: diff ab unended"],
        )
        .fails("same x y", "x and y differ", ["byte 1 of y is 0xfe", "byte 1 of x is 0xff", "", "…"])
        .fails(
            "same big bigger",
            "big and bigger differ",
            ["bigger has 3145728 bytes", "big has 2097152 bytes", "", "…"],
        )
        .fails("same link ab", "link is a symbolic link to ab, not a regular file", [FILE, "…", "", "…"])
        .fails("same ab d", "d is a directory, not a regular file", [FILE, "a directory", "", "…"])
        .fails("same ab nope", "nope does not exist", [FILE, "nothing", "", "…"]),
        state(
            "umask 022; touch f z; chmod 600 f; chmod 0 z; mkdir -m 1777 d; ln -s f link; mknod w c 0 0; ln f second; cp f copy\n\
             mkdir sub",
        )
        .holds("mode f 600", "f has mode 600")
        .holds("mode f 0600", "f has mode 600")
        .holds("mode z 000", "z has mode 0")
        .holds("mode d 1777", "d has mode 1777")
        .fails(
            "mode f 644",
            "f has mode 600, not 644",
            [
                "mode 644",
                "mode 600",
                "Each digit is a sum of 4 (read), 2 (write) and 1 (execute): for the owner, the group, all others.",
                "look at it: stat -c '%a %n' f",
            ],
        )
        .fails("mode f 0", "f has mode 600, not 0", ["mode 0", "mode 600", "…", "…"])
        .fails(
            "mode link 777",
            "link is a symbolic link to f, not a file or a directory",
            ["a file or a directory", "a symbolic link to f", "", "look at it: ls -ld link"],
        )
        .fails("mode w 0", "w is a whiteout, not a file or a directory", ["…", "a whiteout", "", "…"])
        .fails("mode no 644", "no does not exist", ["a file or a directory", "nothing", "", "…"])
        .holds("hard-link f second", "f and second are one file")
        .fails(
            "hard-link f copy",
            "f and copy are two files, not one",
            [
                "one inode",
                "inode … and inode …",
                "A copy has the same text today, but whoever writes to one name does not change the other.",
                "look at the numbers: ls -li f copy",
            ],
        )
        .fails(
            "hard-link f link",
            "link is a symbolic link, not a second name of f",
            [
                "two names of one file",
                "a symbolic link to f",
                "A symbolic link is a file of its own that holds a path. A hard link is a second name of the same file.",
                "remove link and make the link without -s",
            ],
        )
        .fails("hard-link link f", "link is a symbolic link, not a second name of f", ["…", "…", "…", "…"])
        .fails("hard-link w w", "w is a whiteout, not a regular file", [FILE, "a whiteout", "", "…"])
        .fails("hard-link f sub", "sub is a directory, not a regular file", [FILE, "a directory", "", "…"])
        .fails("hard-link no f", "no does not exist", [FILE, "nothing", "", "…"]),
    ]
}

/// A union of two image layers with a container, mounted on `mnt`.
macro_rules! union {
    ($more:literal) => {
        concat!(
            "mkdir -p image/dir base/dir/below container work mnt; echo i > image/f; echo b > base/f; echo b > base/low\n",
            "echo d > image/dir/in; echo b > base/dir/deep; ln image/f image/g\n",
            "overlay lowerdir=image:base,upperdir=container,workdir=work mnt\n",
            $more
        )
    };
}

/// What the merged view shows, and what stands in a container's layer.
fn views() -> Vec<State> {
    const NO_LAYER: &str = "None of the layers of this union has an entry of this name.";
    const NOT_CHANGED: &str = "Nothing has been changed or made under this name in the container: only then does an entry appear in its layer.";
    let promises = "base/late is there, but a layer was changed while it was mounted, and then the kernel promises nothing. \
                    Unmount it, and mount it again.";
    vec![
        // What is not there, by the place where it is not.
        state(union!(""))
            .then(
                "rm mnt/low; rm -r mnt/dir; mkdir mnt/dir; echo mine > mnt/own; mkdir mnt/new; echo 2 >> mnt/f\n\
                 ls mnt/late 2> /dev/null || true; echo l > base/late",
            )
            .fails("file mnt/nope", "mnt/nope does not exist", [FILE, "nothing", NO_LAYER, "look at what is there: ls -l mnt"])
            .fails(
                "file mnt/low",
                "mnt/low does not exist",
                [
                    FILE,
                    "nothing",
                    "container holds a whiteout for it, so the merged view does not show what lies below.",
                    "look at what is there: ls -l mnt",
                ],
            )
            .fails(
                "file mnt/dir/deep",
                "mnt/dir/deep does not exist",
                [FILE, "nothing", "container/dir is opaque, so the merged view does not show base/dir/deep.", "…"],
            )
            .fails("file mnt/late", "mnt/late does not exist", [FILE, "nothing", promises, "…"])
            .fails("file container/g", "container/g does not exist", [FILE, "nothing", NOT_CHANGED, "…"])
            .fails("file image/no", "image/no does not exist", [FILE, "nothing", "", "look at what is there: ls -l image"])
            .fails("whiteout container/g", "container/g does not exist", ["a whiteout", "nothing", NOT_CHANGED, "…"])
            .holds("absent mnt/low", "mnt/low is not there")
            .fails("absent mnt/f", "mnt/f is there, but should not be", ["nothing", FILE, "It comes from container.", "…"])
            .fails("absent mnt/g", "mnt/g is there, but should not be", ["nothing", FILE, "It comes from image.", "…"])
            .fails(
                "absent container/own",
                "container/own is there, but should not be",
                ["nothing", FILE, "It lies in a container's own layer.", "look at it: ls -ld container/own"],
            )
            .fails(
                "absent container/new",
                "container/new is there, but should not be",
                ["nothing", "a directory", "A directory in a container's layer holds what that container made or changed.", "…"],
            )
            .fails(
                "absent base/low",
                "base/low is there, but should not be",
                ["nothing", FILE, "", "…"],
            )
            .holds("whiteout container/low", "container/low is a whiteout")
            .fails(
                "whiteout container/own",
                "container/own is a regular file, not a whiteout",
                ["a whiteout", FILE, "A file in a layer is shown…", "…"],
            )
            .holds("opaque container/dir", "container/dir is opaque")
            .fails(
                "opaque container/new",
                "container/new is a directory, but not opaque",
                [
                    "the attribute overlay.opaque=y",
                    "a directory without it",
                    "Without the mark, what the layers below have at this path is merged in, now or whenever they change.",
                    "look at what it holds: ls -la container/new",
                ],
            )
            .fails("opaque container/no", "container/no does not exist", ["an opaque directory", "nothing", NOT_CHANGED, "…"])
            .fails(
                "opaque container/own",
                "container/own is a regular file, not an opaque directory",
                ["an opaque directory", FILE, "", "…"],
            ),
        // A file in the place of a directory hides it too.
        state(union!("")).then("rm -r mnt/dir; echo file > mnt/dir").fails(
            "file mnt/dir/deep",
            "mnt/dir/deep does not exist",
            [
                FILE,
                "nothing; mnt/dir is a regular file, not a directory",
                "container/dir is a regular file, so the merged view does not show base/dir/deep.",
                "look at what is there: ls -l mnt",
            ],
        ),
        state(union!(""))
            .then("umount mnt; echo mine > mnt/own; cp image/f container/copy")
            .fails(
                "file mnt/f",
                "mnt/f does not exist",
                [FILE, "nothing", "Without the overlay, mnt is an ordinary directory.", "look at what is there: ls -l mnt"],
            )
            .holds("file mnt/own", "mnt/own is a regular file")
            .fails("absent mnt/own", "mnt/own is there, but should not be", ["nothing", FILE, "", "…"])
            .fails("file container/f", "container/f does not exist", [FILE, "nothing", NOT_CHANGED, "…"])
            .fails(
                "from mnt/own container",
                "no overlay is mounted on mnt",
                ["a mount of type overlay", "no mount", WITHOUT_OVERLAY, FINDMNT],
            ),
        state(union!("")).then("echo x >> mnt/low; touch mnt/dir/in mnt/g; mkdir mnt/new; touch mnt/own; ln -s f mnt/link")
            .holds("copied-up container/low", "container/low was copied up")
            .holds("copied-up container/dir", "container/dir was copied up")
            .fails(
                "copied-up container/own",
                "container/own was made new, not copied up",
                [
                    "a file with the attribute overlay.origin",
                    "a file without it",
                    "When the kernel copies a file up, it notes where it came from. This file has no such note: it was made \
                     new, in the merged view or in the layer itself.",
                    "look at the layers: layerlab trees",
                ],
            )
            .fails(
                "copied-up container/new",
                "container/new was made new, not copied up",
                [
                    "a directory with the attribute overlay.origin",
                    "a directory without it",
                    "When the kernel copies a directory up, it notes where it came from. This directory has no such note: …",
                    "…",
                ],
            )
            .fails(
                "copied-up container/f",
                "container/f does not exist",
                ["a file that was copied up", "nothing", NOT_CHANGED, "…"],
            )
            .fails(
                "copied-up container/link",
                "container/link is a symbolic link to f, not a file that was copied up",
                ["a file that was copied up", "a symbolic link to f", "", "look at it: ls -ld container/link"],
            ),
        // Which layer gives it.
        state(union!(""))
            .then("echo mine > mnt/own; cat mnt/low > mnt/low2; echo 2 >> mnt/f; cat mnt/dir/deep; rm base/dir/deep; rm mnt/g")
            .holds("from mnt/low base", "mnt/low comes from base")
            .holds("from mnt/dir/in image", "mnt/dir/in comes from image")
            .holds("from mnt/own container", "mnt/own comes from container")
            .fails(
                "from mnt/f image",
                "mnt/f comes from container, not from image",
                [
                    "an entry of image",
                    "an entry of container",
                    "container is the upper layer: the container has an entry of its own, and what lies below is hidden.",
                    "look at the layers: layerlab trees",
                ],
            )
            .fails(
                "from mnt/dir/in base",
                "mnt/dir/in comes from image, not from base",
                [
                    "an entry of base",
                    "an entry of image",
                    "image lies above base in the pile, and the topmost entry is the one that is shown.",
                    "…",
                ],
            )
            .fails(
                "from mnt/low image",
                "mnt/low comes from base, not from image",
                ["…", "…", "image lies above base in the pile, but does not have it.", "…"],
            )
            .fails(
                "from mnt/low work",
                "mnt/low comes from base, not from work",
                ["…", "…", "work is no layer of this overlay.", "…"],
            )
            .fails(
                "from mnt/dir/deep base",
                "no layer explains mnt/dir/deep",
                [
                    "an entry of base",
                    "an entry of no layer",
                    "A layer was changed while it was mounted; from then on the kernel promises nothing about what the \
                     merged view shows.",
                    "umount it, and mount it again",
                ],
            )
            .fails(
                "absent mnt/dir/deep",
                "mnt/dir/deep is not shown as the layers have it",
                [
                    "what the layers hold",
                    "something else",
                    "A layer was changed while it was mounted; from then on the kernel promises nothing about what the \
                     merged view shows.",
                    "umount mnt, and mount it again as it was",
                ],
            )
            .fails(
                "from mnt/no base",
                "mnt/no does not exist",
                ["an entry that comes from base", "nothing", NO_LAYER, "…"],
            )
            .fails("from mnt/g image", "mnt/g does not exist", ["…", "nothing", "container holds a whiteout for it…", "…"])
            .fails(
                "from image/f image",
                "no overlay is mounted on image",
                ["a mount of type overlay", "no mount", WITHOUT_OVERLAY, FINDMNT],
            )
            .fails("from ./image/f base", "no overlay is mounted on image", ["…", "…", "…", "…"]),
        // Something else is mounted within the union.
        state(union!("")).then("mount -t tmpfs tmpfs mnt/dir").holds("file mnt/low", "mnt/low is a regular file").fails(
            "file mnt/dir/in",
            "another mount covers mnt/dir",
            [
                "what mnt shows there",
                "a mount of type tmpfs",
                "What is mounted within a union covers what the union shows there. Nothing changes in mnt.",
                "umount mnt/dir",
            ],
        ),
    ]
}

/// What is mounted, and of what.
fn mounts() -> Vec<State> {
    const OVERLAY: &str = "a mount of type overlay";
    const WORK: &str =
        "The kernel gets files ready there before they appear in the upper layer, so each union needs one of its own.";
    const UNMARKED: [&str; 4] = [
        "userxattr among its options",
        "rw,…",
        "Without root the kernel cannot write its own attributes: no copy is marked, no directory becomes opaque, no mark of an earlier mount is seen, and a directory that is not empty below cannot be deleted. With userxattr it takes attributes that everybody may write.",
        "umount mnt, and mount it again with userxattr behind the other options; then do once more what you did in it",
    ];
    const POINT: &str =
        "A mount needs a directory as its mount point; a mount on what a link leads to stands there, not here.";
    vec![
        state(union!(
            "mkdir tmp bound part only; mount -t tmpfs tmpfs tmp; mount --bind mnt bound; mount --bind mnt/dir part\n\
             overlay lowerdir=image:base only; mkdir plain; touch file; ln -s mnt link; mkdir 'a dir'; mount -t tmpfs tmpfs 'a dir'"
        ))
        .holds("mounted mnt", "an overlay is mounted on mnt")
        .holds("mounted bound", "an overlay is mounted on bound")
        .fails("mounted plain", "no overlay is mounted on plain", [OVERLAY, "no mount", WITHOUT_OVERLAY, FINDMNT])
        .fails(
            "mounted tmp",
            "no overlay is mounted on tmp",
            [OVERLAY, "a mount of type tmpfs", "Another file system covers the directory.", FINDMNT],
        )
        .fails(
            "mounted part",
            "no overlay is mounted on part",
            [
                OVERLAY,
                "the directory /dir of another overlay",
                "A bind mount shows a directory of an overlay a second time; it is no overlay of its own.",
                FINDMNT,
            ],
        )
        .fails(
            "mounted nope",
            "no overlay is mounted on nope",
            [
                OVERLAY,
                "nothing; nope does not exist",
                "A mount needs a directory that is there already: its mount point.",
                FINDMNT,
            ],
        )
        .fails("mounted file", "no overlay is mounted on file", [OVERLAY, "no mount; file is a regular file", POINT, FINDMNT])
        .fails(
            "mounted link",
            "no overlay is mounted on link",
            [OVERLAY, "no mount; link is a symbolic link to mnt", POINT, FINDMNT],
        )
        .holds("not-mounted plain", "nothing is mounted on plain")
        .holds("not-mounted nope", "nothing is mounted on nope")
        .fails(
            "not-mounted mnt",
            "an overlay is still mounted on mnt",
            [
                "no mount",
                OVERLAY,
                "As long as it is mounted, whoever works in the directory works in what is mounted there.",
                "umount mnt",
            ],
        )
        .fails(
            "not-mounted 'a dir'",
            "a tmpfs is still mounted on a dir",
            ["no mount", "a mount of type tmpfs", "…", "umount 'a dir'"],
        )
        .holds("lowers mnt image base", "the lower layers of mnt are image:base")
        .holds("lowers mnt ./image base/", "the lower layers of mnt are image:base")
        .fails(
            "lowers mnt base image",
            "the lower layers of mnt are image:base, not base:image",
            [
                "lowerdir=base:image",
                "lowerdir=image:base",
                "These are the right layers in another order. The leftmost of lowerdir is the topmost.",
                "umount mnt, and mount it with other lower layers",
            ],
        )
        .fails(
            "lowers mnt image plain base",
            "the lower layers of mnt are image:base, not image:plain:base",
            ["…", "…", "plain is missing from the pile.", "…"],
        )
        .fails("lowers mnt a b image base", "…", ["…", "…", "a and b are missing from the pile.", "…"])
        .fails(
            "lowers mnt base",
            "the lower layers of mnt are image:base, not base",
            ["…", "…", "image does not belong into the pile.", "…"],
        )
        .fails("lowers mnt plain", "…", ["…", "…", "base and image are in the pile, and plain is not.", "…"])
        .fails("lowers mnt plain a base", "…", ["…", "…", "image is in the pile, and a and plain are not.", "…"])
        .fails("lowers plain image", "no overlay is mounted on plain", [OVERLAY, "no mount", WITHOUT_OVERLAY, FINDMNT])
        .holds("upper mnt container", "the upper layer of mnt is container")
        .fails(
            "upper mnt work",
            "the upper layer of mnt is container, not work",
            [
                "upperdir=work",
                "upperdir=container",
                "upperdir and workdir are exchanged: it is the work directory.",
                "umount mnt, and mount it with upperdir=work",
            ],
        )
        .fails(
            "upper only container",
            "the overlay on only has no upper layer",
            [
                "upperdir=container",
                "lower layers alone",
                "Without an upper layer nobody can write through the mount.",
                "umount only, and mount it with upperdir=container",
            ],
        )
        .fails("upper tmp container", "no overlay is mounted on tmp", [OVERLAY, "a mount of type tmpfs", "…", FINDMNT])
        .holds("read-only only", "the mount on only is read-only")
        .fails(
            "read-only mnt",
            "the mount on mnt can be written through",
            ["ro", "rw", "A program can write through this mount.", "look at its options: findmnt -o TARGET,OPTIONS mnt"],
        )
        .fails(
            "read-only plain",
            "nothing is mounted on plain",
            [
                "a mount that is read-only",
                "no mount",
                "Read-only is a property of a mount, not of a directory.",
                "look at what is mounted: findmnt",
            ],
        ),
        // Whatever way leads to a layer, it is the same layer.
        state("mkdir -p image sub container sub/work sub/mnt alone other; ln -s ../image sub/way; ln -s image link")
            .then(
                "cd sub; overlay lowerdir=../image,upperdir=../container,workdir=work mnt; cd ..; overlay lowerdir=sub/way:other alone\n\
                 echo a > image/a; touch sub/mnt/b",
            )
            .holds("lowers sub/mnt image", "the lower layer of sub/mnt is image")
            .holds("lowers alone link other", "the lower layers of alone are image:other")
            .holds("upper sub/mnt container", "the upper layer of sub/mnt is container")
            .holds("from sub/mnt/a link", "sub/mnt/a comes from link")
            .fails("lowers alone sub other", "the lower layers of alone are image:other, not sub:other", ["…", "…", "image is in the pile, and sub is not.", "…"])
            .fails("file container/x", "container/x does not exist", [FILE, "nothing", "Nothing has been changed…", "…"]),
        // What is mounted last is what is seen.
        state(union!("mkdir tmp"))
            .then("mount -o remount,ro,bind mnt; mount -t tmpfs -o ro tmpfs tmp")
            .holds("read-only mnt", "the mount on mnt is read-only")
            .holds("read-only tmp", "the mount on tmp is read-only"),
        // Under what covers the directory above it a mount is still in the table.
        state(union!("mkdir -p d/m d/n; mount --bind d d; overlay lowerdir=image:base d/m; mount -t tmpfs tmpfs d/n"))
            .holds("mounted d/m", "an overlay is mounted on d/m")
            .fails("not-mounted d/n", "a tmpfs is still mounted on d/n", ["…", "…", "…", "umount d/n"]),
        state(union!("mkdir -p d/m d/n d/o; overlay lowerdir=image:base d/m; mount -t tmpfs tmpfs d/n; mkdir d/n/x"))
            .then("overlay lowerdir=image:base d/n/x; mount -t tmpfs tmpfs d; mkdir -p d/m d/o; overlay lowerdir=image:base d/o")
            .fails("mounted d/m", "no overlay is mounted on d/m", [OVERLAY, "no mount", WITHOUT_OVERLAY, FINDMNT])
            .fails("mounted d/n/x", "no overlay is mounted on d/n/x", [OVERLAY, "nothing; d/n/x does not exist", "…", FINDMNT])
            .holds("not-mounted d/n", "nothing is mounted on d/n")
            .holds("mounted d/o", "an overlay is mounted on d/o"),
        // The work directory, and what two unions must not share.
        state(union!("")).then("echo mine > mnt/low")
            .fails(
                "contains mnt/f x",
                "mnt/f reads \"i\", not \"x\"",
                ["\"x\"", "\"i\"", "It is the file of image: through this union nobody has written one.", "…"],
            )
            .fails(
                "contains mnt/low x",
                "mnt/low reads \"mine\", not \"x\"",
                ["\"x\"", "\"mine\"", "It is the container's own file, in container.", "…"],
            ),
        // A layer that another union, which is still mounted, writes into.
        state(union!("")).then("overlay lowerdir=image:base,upperdir=container,workdir=work mnt").fails(
            "upper mnt container",
            "mnt is mounted over an older mount of the same layers",
            [
                "one mount on mnt",
                "two, and both use container",
                "As long as a union is mounted that writes into a directory, no other may use it: the kernel only warns, in its log, and promises nothing of what either shows.",
                "umount mnt twice, and mount it once: findmnt mnt lists what is there",
            ],
        ),
        state(union!("mkdir -p data m2; cp -a image data/low"))
            .then("overlay lowerdir=data/low:base m2; mount -t tmpfs t data; mkdir data/low")
            .fails(
                "lowers m2 data/low base",
                "data/low, a layer of m2, is covered by what was mounted on data afterwards",
                [
                    "data/low as it is now",
                    "what data/low was before data was mounted",
                    "A union keeps the directories that its options led to when it was mounted. What is mounted later covers them, and is no part of the union.",
                    "umount m2, and mount it again: first data, then the union",
                ],
            ),
        state(union!("mkdir m2"))
            .then("overlay lowerdir=container:base m2")
            .holds("upper mnt container", "the upper layer of mnt is container")
            .fails(
                "lowers m2 container base",
                "container, a lower layer of m2, is still written by mnt",
                [
                    "lower layers that no mounted union writes into",
                    "container, into which mnt writes",
                    "As long as a union is mounted …",
                    "umount m2 and mnt; then mount m2 again",
                ],
            )
            .fails("lowers-and-new m2 base", "container, a lower layer of m2, is still written by mnt", ["…", "…", "…", "…"]),
        state(union!(""))
            .then("stays : unshare --mount; umount mnt; overlay lowerdir=image:base,upperdir=container,workdir=work mnt")
            .fails(
                "upper mnt container",
                "container is still written by an older mount in the namespace of sleep",
                [
                    "no other union that writes into container",
                    "one on mnt, in the namespace of sleep",
                    "A mount namespace has all mounts that were there when it was made: what is unmounted in the session stays mounted in there.",
                    "end sleep, or umount it in there; then umount mnt, and mount it again",
                ],
            ),
        state(union!("mkdir m2 m3 m4 m5"))
            .then("mkdir fresh; overlay lowerdir=image:fresh:base m2; overlay lowerdir=mnt:image:base m3; overlay lowerdir=base:image m4; overlay lowerdir=fresh:image m5")
            .holds("lowers-and-new m2 image base", "m2 has the lower layers image:base, and new ones")
            .fails(
                "lowers-and-new m3 image base",
                "mnt does not belong among the lower layers of m3",
                [
                    "lowerdir=image:base and new layers",
                    "lowerdir=mnt:image:base",
                    "It is of another union: whatever changes there would be seen here, too.",
                    "umount m3, and mount it with other lower layers",
                ],
            )
            .fails(
                "lowers-and-new m4 image base",
                "the lower layers of m4 have another order than before",
                ["…", "lowerdir=base:image", "The leftmost of lowerdir is the topmost: with another order another file may win.", "…"],
            )
            .fails(
                "lowers-and-new m5 image base",
                "base is not among the lower layers of m5",
                ["…", "…", "What it holds is seen in a union only where it is itself a layer of it.", "…"],
            )
            .fails("lowers-and-new m6 image", "no overlay is mounted on m6", ["…", "…", "…", "…"]),
        state(union!("mkdir -p w2 up2 m2 m3 m4 up3"))
            .then("overlay lowerdir=base,upperdir=up2,workdir=work m2; overlay lowerdir=base:image m3; overlay lowerdir=base,upperdir=w2,workdir=up3 m4")
            .holds("work mnt work", "the work directory of mnt is work")
            .fails(
                "work mnt w2",
                "the work directory of mnt is work, not w2",
                ["workdir=w2", "workdir=work", WORK, "umount mnt, and mount it with workdir=w2"],
            )
            .fails("work m3 work", "the overlay on m3 has no work directory", ["workdir=work", "lower layers alone", WORK, "…"])
            .fails("work m5 work", "no overlay is mounted on m5", ["…", "…", "…", "…"])
            .fails(
                "upper m2 up2",
                "m2 and mnt both write into work",
                [
                    "an upper layer and a work directory of its own",
                    "work, of mnt too",
                    "Two unions that write into the same directory destroy each other's work; the kernel only warns of it, in its log, and promises nothing.",
                    "umount one of the two, and mount it with directories of its own",
                ],
            )
            .fails(
                "upper m4 up3",
                "the upper layer of m4 is w2, not up3",
                ["…", "…", "upperdir and workdir are exchanged: it is the work directory.", "…"],
            )
            .fails(
                "upper m4 up2",
                "the upper layer of m4 is w2, not up2",
                ["…", "…", "Whatever is written through this mount goes into that layer.", "…"],
            ),
        state(union!("mkdir extra pair top two"))
            .then("overlay lowerdir=extra:base pair; overlay lowerdir=image:pair top; echo x > two/f; mount -t tmpfs tmpfs two")
            .holds("among top image base", "no layer of top is left out")
            .holds("among mnt base", "no layer of mnt is left out")
            .fails(
                "among mnt base extra",
                "extra is not among the layers of mnt",
                [
                    "2 layers",
                    "1 of them",
                    "A copy of a layer is no layer of the pile: whatever changes in the layer is not seen in the copy.",
                    "look at the layers: layerlab trees mnt",
                ],
            )
            .fails("among top t{1..3}", "t1 is not among the layers of top", ["3 layers", "0 of them", "…", "…"])
            .fails("among gone base", "no overlay is mounted on gone", ["…", "…", "…", "…"])
            .holds("mount-of two tmpfs", "a tmpfs is mounted on two")
            .fails(
                "mount-of extra tmpfs",
                "no tmpfs is mounted on extra",
                [
                    "a mount of type tmpfs",
                    "no mount",
                    "Without it the directory is a part of the file system around it.",
                    "mount -t tmpfs tmpfs extra",
                ],
            )
            .holds("stored-once mnt/low top/low", "mnt/low and top/low are one file on the disk")
            .fails(
                "stored-once mnt/f base/f",
                "mnt/f and base/f are two files on the disk",
                [
                    "one file, in a layer that both have",
                    "image/f and base/f",
                    "What two layers hold takes space in both.",
                    "look at the layers: layerlab trees",
                ],
            )
            .fails("stored-once mnt/no base/f", "mnt/no does not exist", ["…", "…", "…", "…"]),
        state("mkdir m")
            .then("stays 'mount -t tmpfs tmpfs m' unshare --mount")
            .holds("inside m tmpfs", "a tmpfs is mounted on m in a mount namespace of its own")
            .fails(
                "inside m proc",
                "no proc is mounted on m in the new mount namespace",
                [
                    "a mount of type proc",
                    "a mount of type tmpfs",
                    "",
                    "in the shell that unshare has opened: mount -t proc proc m",
                ],
            ),
        state("")
            // The shell works for some milliseconds before it becomes what is asked for: that is waited for.
            .then(
                "unshare --pid --fork sh -c 'i=0; while [ $i -lt 9999 ]; do i=$((i+1)); done; exec sleep 1000' > /dev/null 2>&1 &",
            )
            .holds("pid-one 'sleep 1000'", "sleep 1000 is PID 1 of a PID namespace of its own")
            .holds("pid-one sleep /bin/sleep", "sleep is PID 1 of a PID namespace of its own")
            .fails(
                "pid-one sleep /bin/cat",
                "sleep is PID 1, but not /bin/cat of its own root",
                [
                    "/bin/cat of its own root",
                    "a program of another root",
                    "An exchange of the root leaves the program that runs as it is: it was started from a file of the old root.",
                    "exec /bin/cat in that shell: then it becomes the program of its new root",
                ],
            )
            .fails(
                "pid-one 'sleep 99'",
                "PID 1 of the new PID namespace is sleep 1000, not sleep 99",
                ["sleep 99", "sleep 1000", "…", "…"],
            ),
        // In the mount namespace of another process.
        state("mkdir a b m")
            .then("stays 'mount -t overlay overlay -o \"lowerdir=a:b$LAYERLAB_OVERLAY_OPTIONS\" m' unshare --mount")
            .fails(
                "mounted m",
                "an overlay is mounted on m, but in the namespace of sleep",
                [
                    "a mount of type overlay in the session itself",
                    "a mount in the mount namespace of sleep",
                    "What is mounted in a mount namespace of its own is seen by the processes in it, and by nobody else.",
                    "leave the shell that unshare has opened, and mount it in the session",
                ],
            ),
        // Options without which, or with which, entries cannot be as they should.
        state("mkdir image up work mnt; echo i > image/f; mkdir image/d; echo e > image/d/e; mkdir up/d; setfattr -n user.overlay.opaque -v y up/d")
            .only(Role::User)
            .then("mount -t overlay overlay -o lowerdir=image,upperdir=up,workdir=work mnt; touch mnt/f")
            .fails("copied-up up/f", "mnt is mounted without userxattr", UNMARKED)
            .fails("marks mnt", "mnt is mounted without userxattr", UNMARKED)
            .fails("absent mnt/d/e", "mnt is mounted without userxattr", UNMARKED)
            .fails("contains mnt/f x", "mnt/f reads \"i\", not \"x\"", ["…", "…", "…", "…"]),
        state("mkdir image up work mnt m2; overlay lowerdir=image,upperdir=up,workdir=work mnt")
            .then("mount -t overlay overlay -o lowerdir=image:up,userxattr m2; umount mnt; overlay lowerdir=image,upperdir=up,workdir=work mnt")
            .holds("marks mnt", "mnt keeps its marks as all unions here")
            .fails("marks m3", "no overlay is mounted on m3", ["…", "…", "…", "…"]),
        state("mkdir image up m2")
            .only(Role::Root)
            .then("mount -t overlay overlay -o lowerdir=image:up,userxattr m2")
            .fails(
                "marks m2",
                "m2 is mounted with userxattr",
                [
                    "no userxattr among its options",
                    "…userxattr…",
                    "With it the kernel reads user.overlay attributes; what root has marked so far is marked by trusted.overlay ones, and is not seen.",
                    "umount m2, and mount it again without userxattr",
                ],
            ),
        state("mkdir image up work mnt; mkdir image/d; echo e > image/d/e")
            .only(Role::User)
            .then("mount -t overlay overlay -o lowerdir=image,upperdir=up,workdir=work mnt; rm -r mnt/d || true")
            .fails("whiteout up/d", "mnt is mounted without userxattr", UNMARKED),
        state("mkdir image up work mnt; echo i > image/f")
            .then("overlay ro,lowerdir=image,upperdir=up,workdir=work mnt")
            .fails(
                "file mnt/g",
                "mnt is mounted read-only",
                [
                    "rw among its options",
                    "ro",
                    "Though it has an upper layer, nobody can write through this mount.",
                    "umount mnt, and mount it again without ro",
                ],
            ),
        state("mkdir image up work mnt; echo i > image/f")
            .only(Role::Root)
            .then("overlay metacopy=on,lowerdir=image,upperdir=up,workdir=work mnt; chmod 600 mnt/f")
            .fails(
                "same up/f image/f",
                "mnt is mounted with metacopy=on",
                [
                    "no metacopy=on among its options",
                    "…metacopy=on…",
                    "With it copy-up takes a file's mode, owner and times along, and leaves its content where it was.",
                    "umount mnt, and mount it again with metacopy=off",
                ],
            ),
        // What a mount with other options has left behind.
        state(union!(""))
            .only(Role::Root)
            .then(
                "umount mnt; overlay metacopy=on,redirect_dir=on,lowerdir=image:base,upperdir=container,workdir=work mnt\n\
                 chmod 600 mnt/low; mv mnt/dir mnt/e; umount mnt; overlay redirect_dir=nofollow,lowerdir=image:base,upperdir=container,workdir=work mnt",
            )
            .fails(
                "same container/low base/low",
                "container/low has the attributes of the file and not its content, and mnt does not show it",
                [
                    "metacopy=on among its options",
                    "…redirect_dir=nofollow…",
                    "It was copied up while the union was mounted with metacopy=on: the content has stayed in the layer below. \
                     Without that option the kernel refuses to put the two together.",
                    "begin again, without that option from the start: layerlab reset 9.try",
                ],
            )
            .fails(
                "directory mnt/e",
                "container/e is marked with another name, which mnt does not follow",
                [
                    "redirect_dir=on among its options",
                    "…",
                    "It was renamed while the union was mounted with redirect_dir=on: the layer has no copy of what is in it, \
                     but a mark with the old name. Without that option the kernel refuses to show it.",
                    "…",
                ],
            ),
        state(union!(""))
            .then("umount mnt; overlay volatile,lowerdir=image:base,upperdir=container,workdir=work mnt; umount mnt")
            .fails(
                "mounted mnt",
                "mnt was mounted with volatile, and cannot be mounted again",
                [
                    OVERLAY,
                    "no mount, and work/work/incompat/volatile",
                    "The union was mounted with volatile: nothing is waited for until it is on the disk. After that the \
                     kernel refuses the same work directory, because nobody knows whether all of the upper layer is there.",
                    "rm -r work/work/incompat/volatile, and mount it again without volatile",
                ],
            ),
        state(union!("mkdir view"))
            .then("mkdir mnt/top; overlay lowerdir=mnt/top:image view")
            .fails(
                "lowers view top image",
                "the lower layers of view are mnt/top:image, not top:image",
                [
                    "lowerdir=top:image",
                    "lowerdir=mnt/top:image",
                    "mnt/top lies in the merged view of mnt, so it was made in a layer of that union. A layer of its own is \
                     made outside of every merged view.",
                    "…",
                ],
            ),
        // Another union writes into the same layer, wherever it is mounted.
        state(union!("mkdir /run/elsewhere"))
            .then("overlay \"lowerdir=$PWD/image,upperdir=$PWD/container,workdir=$PWD/work\" /run/elsewhere")
            .fails("upper mnt container", "mnt and /run/elsewhere both write into container", ["…", "…", "…", "…"]),
        // A mount may be moved onto another one.
        state(union!("mkdir old; overlay lowerdir=base:image old; mount -t tmpfs tmpfs mnt"))
            .only(Role::Root)
            .then("mount --move old mnt")
            .holds("lowers mnt base image", "the lower layers of mnt are base:image")
            .holds("not-mounted old", "nothing is mounted on old"),
        state(union!(""))
            .then("mount -t tmpfs tmpfs mnt")
            .fails("mounted mnt", "no overlay is mounted on mnt", [OVERLAY, "a mount of type tmpfs", "…", FINDMNT])
            .fails("not-mounted mnt", "a tmpfs is still mounted on mnt", ["…", "…", "…", "umount mnt"])
            .fails("from mnt/f image", "no overlay is mounted on mnt", ["…", "a mount of type tmpfs", "…", "…"]),
        state(
            "mkdir private shared slave both fast plain 'a dir'\n\
             for each in private shared fast 'a dir'; do mount -t tmpfs --make-private tmpfs \"$each\"; done\n\
             mount --make-shared shared; mount --bind shared slave; mount --make-slave slave\n\
             mount --bind shared both; mount --make-slave both; mount --make-shared both; mount --make-unbindable fast",
        )
        .holds("propagation private private", "the mount on private is private")
        .holds("propagation shared shared", "the mount on shared is shared")
        .holds("propagation slave slave", "the mount on slave is slave")
        .holds("propagation fast unbindable", "the mount on fast is unbindable")
        .holds("propagation slave slave shared", "the mount on slave is slave")
        .fails(
            "propagation slave slave both",
            "the mount on slave is slave, but not of both",
            [
                "a slave of both",
                "a slave of another mount",
                "A slave gets what is mounted below its master; what is mounted below both does not come here.",
                "umount slave; mount --bind both slave; mount --make-slave slave",
            ],
        )
        .fails(
            "propagation private shared",
            "the mount on private is private, not shared",
            ["shared", "private", "What is mounted below it stays here.", "mount --make-shared private"],
        )
        .fails(
            "propagation shared private",
            "the mount on shared is shared, not private",
            [
                "private",
                "shared",
                "What is mounted below it appears in its peers too, and the other way round.",
                "mount --make-private shared",
            ],
        )
        .fails(
            "propagation slave private",
            "the mount on slave is slave, not private",
            [
                "private",
                "slave",
                "What is mounted in its master appears here too, but not the other way round.",
                "mount --make-private slave",
            ],
        )
        .fails(
            "propagation both slave",
            "the mount on both is shared and slave, not slave",
            ["slave", "shared and slave", "…", "mount --make-slave both"],
        )
        .fails(
            "propagation shared slave",
            "the mount on shared is shared, not slave",
            ["slave", "shared", "…", "mount --make-slave shared"],
        )
        .fails(
            "propagation 'a dir' slave",
            "the mount on a dir is private, not slave",
            ["slave", "private", "…", "bind a shared mount there, then mount --make-slave 'a dir'"],
        )
        .fails("propagation fast private", "the mount on fast is unbindable, not private", ["…", "unbindable", "…", "…"])
        .fails(
            "propagation plain shared",
            "nothing is mounted on plain",
            [
                "a mount that is shared",
                "no mount",
                "Propagation is a property of a mount, not of a directory.",
                "mount --bind plain plain makes one of the directory",
            ],
        ),
    ]
}

/// What must stay as it was.
fn touches() -> Vec<State> {
    vec![
        state(union!("echo c > mnt/own; mkdir free free/sub; echo x > free/a; echo x > free/sub/b; chmod 755 free"))
            .holds("untouched image", "image is as it was")
            .holds("untouched container/own", "container/own is as it was")
            .holds("untouched mnt", "mnt is as it was")
            .holds("untouched nope", "nope is as it was"),
        state(union!("")).forgotten().fails(
            "untouched image",
            "nobody knows how image was at the start",
            [
                "a note made when the exercise began",
                "none",
                "The exercise was begun with other checks than it has now.",
                "layerlab reset 9.try",
            ],
        ),
        // In image layers, the gravest first.
        state(union!("mkdir third; echo 3 > third/a; echo 3 > third/b"))
            .then("rm image/f image/dir/in; echo x > base/low; rm -r third")
            .fails(
                "untouched image",
                "image/dir/in is gone from the image layer itself",
                [AS_IT_WAS, "nothing; one more entry is different", OTHERS_SEE, RESET],
            )
            .fails(
                "untouched base",
                "base/low was changed in the image layer itself",
                [AS_IT_WAS, "another content", OTHERS_SEE, RESET],
            )
            .fails("untouched third", "third is gone", [AS_IT_WAS, "nothing", MADE_FROM_IT, RESET]),
        state(union!(""))
            .then("echo 1 > image/x; mkdir image/y; touch image/y/z; mknod image/z c 0 0; chmod 750 base/dir")
            .fails(
                "untouched image",
                "image/x was added to the image layer itself",
                [AS_IT_WAS, "a regular file; 2 more entries are different", OTHERS_SEE, RESET],
            )
            .fails(
                "untouched base",
                "base/dir was changed in the image layer itself",
                [AS_IT_WAS, "mode 750; it was 755", OTHERS_SEE, RESET],
            ),
        state(union!(""))
            .then(
                "rm image/f; mknod image/f c 0 0; touch -d 2001-01-01 base/low; rm -r base/dir; ln -s low base/dir\n\
                 setfattr -n $x.overlay.opaque -v y image/dir",
            )
            .fails(
                "untouched image",
                "image/f was replaced by a whiteout in the image layer itself",
                [AS_IT_WAS, "a whiteout; one more entry is different", OTHERS_SEE, RESET],
            )
            .fails(
                "untouched base",
                "base/dir was replaced in the image layer itself",
                [AS_IT_WAS, "a symbolic link to low; one more entry is different", OTHERS_SEE, RESET],
            )
            .fails(
                "untouched image/dir",
                "image/dir was changed in the image layer itself",
                [AS_IT_WAS, "a directory that is now opaque", OTHERS_SEE, RESET],
            )
            .fails(
                "untouched base/low",
                "base/low was changed",
                [AS_IT_WAS, "the same content, but a new file or a new time", "", RESET],
            ),
        state("mkdir layer layer/d; setfattr -n $x.overlay.opaque -v y layer/d").then("setfattr -x $x.overlay.opaque layer/d").fails(
            "untouched layer",
            "layer/d was changed in the layer itself",
            [AS_IT_WAS, "a directory that is no longer opaque", MADE_FROM_IT, RESET],
        ),
        state("mkdir layer; touch layer/f").only(Role::Root).then("chown 7:7 layer/f").fails(
            "untouched layer",
            "layer/f was changed in the layer itself",
            [AS_IT_WAS, "another owner or group", MADE_FROM_IT, RESET],
        ),
        // Single files, and files of a container.
        state(union!("echo c > mnt/own; echo c > mnt/other; echo n > notes; echo n > kept; echo n > kind; echo n > mode"))
            .then(
                "rm container/own; echo more >> container/other; rm notes; echo more >> kept; echo new > fresh; rm kind; mkdir kind\n\
                 chmod 700 mode; rm image/f; mknod image/f c 0 0; mkdir container/dir2",
            )
            .fails(
                "untouched container/own",
                "container/own is gone from the container layer itself",
                [AS_IT_WAS, "nothing", BEHIND, RESET],
            )
            .fails(
                "untouched container/other",
                "container/other was changed in the container layer itself",
                [AS_IT_WAS, "another content", BEHIND, RESET],
            )
            .fails(
                "untouched container",
                "container/own is gone from the container layer itself",
                [AS_IT_WAS, "nothing; 2 more entries are different", BEHIND, RESET],
            )
            .fails("untouched notes", "notes is gone from its place", [AS_IT_WAS, "nothing", "", RESET])
            .fails("untouched kept", "kept was changed", [AS_IT_WAS, "another content", "", RESET])
            .fails("untouched fresh", "fresh was made", [AS_IT_WAS, FILE, "", RESET])
            .fails("untouched kind", "kind was replaced", [AS_IT_WAS, "a directory", "", RESET])
            .fails("untouched mode", "mode was changed", [AS_IT_WAS, "mode 700; it was 644", "", RESET])
            .fails("untouched image/f", "image/f was replaced by a whiteout", [AS_IT_WAS, "a whiteout", "", RESET]),
        // A merged view is no image layer.
        state(union!(""))
            .then("echo new > mnt/new")
            .holds("untouched image", "image is as it was")
            .fails("untouched mnt", "mnt/new was added to what was there", [AS_IT_WAS, FILE, "", RESET]),
        // What cannot be seen is not gone.
        state("mkdir -p layer/sub; echo x > layer/f; echo y > layer/sub/f; mkdir other")
            .then("mount -t tmpfs tmpfs layer/sub; mount -t tmpfs tmpfs other")
            .fails(
                "untouched layer",
                "layer/sub is covered by what is mounted on it",
                [
                    "what was there when the exercise began",
                    "a mount of type tmpfs",
                    "As long as it is mounted, nobody sees what lies below it.",
                    "umount layer/sub",
                ],
            )
            .fails("untouched other", "other is covered by what is mounted on it", ["…", "a mount of type tmpfs", "…", "umount other"]),
        state("mkdir data; mount -t tmpfs tmpfs data; echo a > data/a").then("rm data/a; ln -s data/a loop; rm loop").fails(
            "untouched data",
            "data/a is gone from the layer itself",
            [AS_IT_WAS, "nothing", MADE_FROM_IT, RESET],
        ),
        state("mkdir d; echo a > d/a").then("rm -r d; ln -s d d").fails(
            "untouched d/a",
            "d/a cannot be read",
            ["…", "…ELOOP…", "…", "look where it leads: namei d/a"],
        ),
    ]
}

/// Users and their numbers.
fn users() -> Vec<State> {
    const FIRST: &str = "The first column of uid_map holds numbers inside, the second those that they are outside.";
    vec![
        state("").fails(
            "mapped 0",
            "no process of the session is in a user namespace of its own",
            ["…", "…", "…", "unshare --map-root-user, and verify before you leave that shell, or in another terminal"],
        ),
        state("stays : unshare --map-root-user")
            .holds("mapped 0", "the user has the number 0 in a user namespace of its own")
            .fails(
                "mapped 1000",
                "the user has the number 0 in the new user namespace, not 1000",
                [
                    "a uid_map that gives the user the number 1000",
                    "one that gives it the number 0",
                    FIRST,
                    "unshare --map-user=1000",
                ],
            ),
        // Whom a map leaves out, only somebody outside can write it for.
        state(
            "unshare --user sh -c 'read pid rest < /proc/self/stat; echo $pid > made; until [ -e mapped ]; do sleep 0.02; done\n\
             : > ready; exec sleep 1000' > /dev/null 2>&1 &\n\
             until [ -s made ]; do sleep 0.02; done; echo '1000 5 1' > /proc/$(cat made)/uid_map; : > mapped\n\
             until [ -e ready ]; do sleep 0.02; done",
        )
        .only(Role::Root)
        .fails(
            "mapped 1000",
            "the user has no number in the new user namespace, though others have",
            [
                "a uid_map that gives the user the number 1000",
                "one for the users 5 and so on outside",
                "The process runs as a user for whom the map has no line. In there it is shown as 65534, nobody.",
                "unshare --map-user=1000",
            ],
        ),
        state("stays : unshare --user").fails(
            "mapped 0",
            "no user has a number in the new user namespace",
            [
                "a uid_map that gives the user the number 0",
                "an empty uid_map",
                "A new user namespace knows nobody. Whoever has no number in it is shown as 65534, nobody.",
                "unshare --map-root-user",
            ],
        ),
    ]
}

/// Mounts in mount namespaces of their own.
fn insides() -> Vec<State> {
    vec![
        state("").fails(
            "inside disk",
            "no process of the session is in a mount namespace of its own",
            ["a process in a mount namespace of its own", "…", "…", "…"],
        ),
        state("mkdir disk secret; mount -t tmpfs tmpfs disk; mount --make-shared disk\n\
               stays 'mount -t tmpfs tmpfs secret' unshare --mount --propagation slave")
            .holds("inside secret", "something is mounted on secret in a mount namespace of its own")
            .holds("inside disk slave", "the mount on disk is slave in a mount namespace of its own")
            .holds("not-mounted secret", "nothing is mounted on secret")
            .fails(
                "inside nope",
                "nothing is mounted on nope in the new mount namespace",
                [
                    "a mount on nope",
                    "none",
                    "A new mount namespace begins as a copy: it has what was mounted then, and what is mounted in it.",
                    "look at what is mounted, in the shell that unshare has opened: findmnt",
                ],
            )
            .fails(
                "inside disk shared",
                "the mount on disk is slave in the new mount namespace, not shared",
                [
                    "shared",
                    "slave",
                    "What is mounted below it in the session appears inside, but not the other way round.",
                    "unshare --mount --propagation unchanged; …",
                ],
            ),
        state("mkdir disk; mount -t tmpfs tmpfs disk; mount --make-shared disk; stays : unshare --mount --propagation unchanged")
            .fails(
                "inside disk slave",
                "the mount on disk is shared in the new mount namespace, not slave",
                [
                    "slave",
                    "shared",
                    "What is mounted below it inside appears in the session, and the other way round.",
                    "unshare --mount --propagation slave; …",
                ],
            ),
        state("mkdir disk; mount -t tmpfs tmpfs disk; stays : unshare --mount").fails(
            "inside disk slave",
            "the mount on disk is private in the new mount namespace, not slave",
            [
                "slave",
                "private",
                "What is mounted below it in the session does not appear inside, nor the other way round.",
                "unshare --mount --propagation slave; in the session the mount must be shared first: mount --make-shared disk",
            ],
        ),
    ]
}

/// Process numbers and /proc.
fn numbers() -> Vec<State> {
    const NONE: &str = "no process of the session is in a PID namespace of its own";
    const LSNS: &str = "lsns -t pid shows the first process of each PID namespace; write its PID into …";
    const THE_NUMBER: &str = "the number by which ps shows it";
    vec![
        state("")
            .fails("pid-one sleep", NONE, ["…", "…", "…", "…"])
            .fails("own-proc", NONE, ["…", "…", "…", "…"])
            .fails("number n sleep", NONE, ["…", "…", "…", "…"]),
        state(
            "stays 'read pid rest < /proc/self/stat; echo $pid > n' unshare --pid --fork; mkdir d; echo a > a; echo 1 > one\n\
             echo 4194305 > nobody; : > empty\n\
             awk '/^PPid/ { print $2 }' /proc/$(cat n)/status > unshare",
        )
        .holds("pid-one sleep", "sleep is PID 1 of a PID namespace of its own")
        .fails(
            "pid-one httpd",
            "PID 1 of the new PID namespace is sleep, not httpd",
            [
                "httpd",
                "sleep",
                "What unshare starts becomes PID 1; whatever that one starts has another number.",
                "let unshare start httpd itself, or exec httpd in the shell that it has started",
            ],
        )
        .fails(
            "own-proc",
            "the new PID namespace has no /proc of its own",
            [
                "a /proc of its own",
                "the /proc that sleep had before",
                "A /proc tells of the PID namespace of whoever has mounted it, and ps prints what /proc tells.",
                "unshare --pid --fork --mount-proc",
            ],
        )
        .holds("number n sleep", "n holds the number by which ps shows sleep")
        .fails("number no sleep", "no does not exist", [FILE, "nothing", "", "look at what is there: ls -l ."])
        .fails("number d sleep", "d is a directory, not a regular file", ["…", "…", "…", "…"])
        .fails(
            "number a sleep",
            "a holds no number",
            [THE_NUMBER, "\"a\"", "One number, and nothing else, should stand there.", LSNS],
        )
        .fails("number empty sleep", "empty holds no number", [THE_NUMBER, "\"\"", "…", LSNS])
        .fails(
            "number unshare sleep",
            "unshare holds the number of unshare, not of sleep",
            [THE_NUMBER, "…", "unshare itself waits outside; PID 1 is its child.", LSNS],
        )
        .fails(
            "number one sleep",
            "one holds 1, by which /proc does not know sleep here",
            [
                THE_NUMBER,
                "\"1\"",
                "A process has a number in each PID namespace that sees it. /proc shows one of them.",
                LSNS,
            ],
        )
        .fails(
            "number nobody sleep",
            "nobody holds 4194305, the number of no process of the session",
            [THE_NUMBER, "…", "The process may have ended, and another one may have been started since.", LSNS],
        ),
        state("stays : unshare --pid --fork --mount-proc").holds("own-proc", "/proc tells of the processes of the new PID namespace"),
        state("stays 'mount -t proc proc /proc' unshare --pid --fork").fails(
            "own-proc",
            "the /proc of the session itself was replaced",
            [
                "the /proc that the session had",
                "that of the new PID namespace",
                "A new PID namespace has the mounts of the session: what is mounted in it is mounted for all. Now nobody in \
                 the session sees the processes of the session.",
                "umount /proc, then unshare --pid --fork --mount-proc, which makes a mount namespace too",
            ],
        ),
    ]
}

/// Processes and their namespaces.
fn namespaces() -> Vec<State> {
    const LASTS: &str = "A namespace lasts as long as a process is in it; with the last one it is gone.";
    const SESSION: &str = "the session's alone";
    const EACH: &str =
        "Each kind is made anew only where it is asked for; of the others the process has those of the session.";
    const SET_IT: &str = "in the shell that unshare has opened: hostname box";
    vec![
        state("")
            .fails(
                "own uts",
                "no process of the session is in a UTS namespace of its own",
                [
                    "a process in a UTS namespace of its own",
                    SESSION,
                    LASTS,
                    "unshare --uts, and verify before you leave that shell, or in another terminal",
                ],
            )
            .fails(
                "own user mnt ipc",
                "no process of the session is in user, mount and IPC namespaces of its own",
                ["…", SESSION, LASTS, "unshare --map-root-user --mount --ipc, and verify before you leave that shell, or in another terminal"],
            )
            .fails(
                "own pid",
                "no process of the session is in a PID namespace of its own",
                ["…", SESSION, LASTS, "unshare --pid --fork, and verify before you leave that shell, or in another terminal"],
            )
            .fails(
                "hostname box",
                "no process of the session is in a UTS namespace of its own",
                ["…", SESSION, LASTS, "…"],
            )
            .fails(
                "message-queue",
                "no process of the session is in an IPC namespace of its own",
                ["…", SESSION, LASTS, "unshare --ipc, and verify before you leave that shell, or in another terminal"],
            ),
        // What has ended is not there, and what others do on this machine is not the session's.
        state("unshare --uts true; unshare --pid --fork true")
            .fails("own uts", "no process of the session is in a UTS namespace of its own", ["…", "…", "…", "…"])
            .fails("own pid", "no process of the session is in a PID namespace of its own", ["…", "…", "…", "…"]),
        state("unshare --pid sh -c ': > ready; exec sleep 1000' > /dev/null 2>&1 & until [ -e ready ]; do sleep 0.02; done; sleep 0.1").fails(
            "own pid",
            "the new PID namespace is empty",
            [
                "a process in it",
                "sleep, which is not in it itself",
                "A process keeps its number: whoever makes a PID namespace stays outside of it, and its children are in it.",
                "let unshare start a child: unshare --pid --fork",
            ],
        ),
        state("stays : unshare --uts --net; stays : unshare --ipc; stays : unshare --map-root-user --pid --fork")
            .holds("own uts", "sleep is in a UTS namespace of its own")
            .holds("own net", "sleep is in a network namespace of its own")
            .holds("own ipc", "sleep is in an IPC namespace of its own")
            .holds("own uts net", "sleep is in UTS and network namespaces of its own")
            .holds("own user pid", "sleep is in user and PID namespaces of its own")
            .fails(
                "own uts ipc",
                "no process is in UTS and IPC namespaces of its own at once",
                [
                    "one process in UTS and IPC namespaces of its own",
                    "an IPC namespace",
                    EACH,
                    "ask for all of them in one line: unshare --uts --ipc",
                ],
            )
            .fails(
                "own cgroup net uts",
                "no process is in cgroup, network and UTS namespaces of its own at once",
                ["…", "network and UTS namespaces", EACH, "ask for all of them in one line: unshare --cgroup --net --uts"],
            ),
        state("stays 'hostname box' unshare --uts; stays : unshare --uts; stays 'ipcmk --queue' unshare --ipc; stays : unshare --ipc")
            .holds("hostname box", "the host name is box in a UTS namespace of its own")
            .holds("message-queue", "a message queue is in an IPC namespace of its own"),
        state("stays 'hostname Box' unshare --uts; stays 'ipcmk --shmem 4096' unshare --ipc")
            .fails(
                "hostname box",
                "the host name in the new UTS namespace is Box, not box",
                ["\"box\"", "\"Box\"", "", SET_IT],
            )
            .fails(
                "message-queue",
                "no message queue is in the new IPC namespace",
                [
                    "a message queue",
                    "none",
                    "A new IPC namespace begins empty: what is made outside is not seen in it.",
                    "in the shell that unshare has opened: ipcmk --queue",
                ],
            ),
        state("hostname before; stays : unshare --uts").fails(
            "hostname box",
            "the new UTS namespace still has the host name of the session",
            [
                "\"box\"",
                "\"before\"",
                "A new UTS namespace begins as a copy of the one that it was made from.",
                SET_IT,
            ],
        ),
        state("hostname before")
            .then("hostname box; stays : unshare --uts; ipcmk --queue; stays : unshare --ipc")
            .fails(
                "hostname box",
                "the host name of the session itself was changed",
                [
                    "\"before\"",
                    "\"box\"",
                    "It was set in the UTS namespace that the whole session shares: all processes in it see it.",
                    "give the session its name back, hostname before, and unshare --uts before you set one",
                ],
            )
            .fails(
                "message-queue",
                "a message queue is in the IPC namespace of the session itself",
                [
                    "no message queue",
                    "the message queue 0",
                    "It was made in the IPC namespace that the whole session shares, and stays there when its maker has ended.",
                    "ipcrm --queue-id 0; then unshare --ipc, and make it there",
                ],
            ),
    ]
}

/// Processes with another root.
fn roots() -> Vec<State> {
    const NEXT: &str = "in the shell that unshare has opened: cd into the union, mkdir old, pivot_root . old, cd /";
    vec![
        state("").fails(
            "own-root up image",
            "no process of the session is in a mount namespace of its own",
            ["a process in a mount namespace of its own", "…", "…", "…"],
        ),
        state("rooted 'mount_box; cd box; busybox mkdir old; busybox pivot_root . old; cd /; /busybox umount -l /old'")
            .holds("own-root up image", "the root of busybox is a union of image and up, and no other is left")
            .fails(
                "own-root other image",
                "the root of busybox is a union of other layers",
                [
                    "lowerdir=image,upperdir=other",
                    "lowerdir=image,upperdir=up",
                    "Whatever is written in there goes into its upper layer, and what is seen is of its lower ones.",
                    "leave that shell, and mount the union with lowerdir=image,upperdir=other",
                ],
            )
            .fails(
                "own-root up other image",
                "the root of busybox is a union of other layers",
                ["lowerdir=other:image,upperdir=up", "lowerdir=image,upperdir=up", "…", "…"],
            ),
        state("rooted 'mount_box; cd box; busybox mkdir old; busybox pivot_root . old; cd /'").fails(
            "own-root up image",
            "the old root is still mounted on /old in the root of busybox",
            [
                "no mount of the old root",
                "/old",
                "Whoever is in there sees the whole machine through it.",
                "in that shell: umount -n -l /old, then rmdir /old",
            ],
        ),
        state("rooted 'mount_box; cd box; mount -n --move . /; exec busybox chroot . /busybox sh -c \"echo >&3; read never\"'").fails(
            "own-root up image",
            "the root of busybox was moved over the old one, which is still below it",
            [
                "the union in the place of the old root",
                "the union on top of it",
                "mount --move covers the old root and leaves it where it is: who takes the union away again is back in it.",
                "leave that shell; …",
            ],
        ),
        state("rooted 'mount_box; exec busybox chroot box /busybox sh -c \"echo >&3; read never\"'").fails(
            "own-root up image",
            "the root of busybox was set by chroot, and the old one is still above it",
            [
                "a mount table that begins with the union",
                "one in which it is box",
                "chroot moves a process within the tree and leaves the tree as it is: who gets past that root climbs out.",
                "leave that shell; …",
            ],
        ),
        state("rooted mount_box busybox").fails(
            "own-root up image",
            "the root of busybox is still that of the session",
            [
                "a union of image and up",
                "the root of the session",
                "A new mount namespace begins as a copy: what / is does not change by itself.",
                NEXT,
            ],
        ),
        state("rooted 'exec busybox chroot image /busybox sh -c \"echo >&3; read never\"'").fails(
            "own-root up image",
            "the root of busybox is no union",
            [
                "a union of image and up",
                "image, by chroot",
                "A union is what keeps the image as it is: whatever is changed goes into the upper layer.",
                "mount the overlay first; then …",
            ],
        ),
        state(
            "rooted 'mount -t tmpfs t box; cp image/busybox box; cd box; busybox mkdir old; busybox pivot_root . old; \
             cd /; /busybox umount -l /old'",
        )
        .fails(
            "own-root up image",
            "the root of busybox is no union",
            ["a union of image and up", "tmpfs", "…", "…"],
        ),
    ]
}

/// Network namespaces that are kept on files.
fn networks() -> Vec<State> {
    const KEPT: &str = "a file that keeps a network namespace";
    const BITS: &str = "The number behind the slash says how many bits of the address are the network's. All whose address \
        begins with the same 24 bits are reached directly; behind /32 there is nobody else.";
    vec![
        state(
            "keep box; keep other; at() { nsenter --net=$1 ip \"${@:2}\"; }\n\
             at box link add veth0 type veth peer name veth1; at box link set veth0 up\n\
             at box link set veth1 netns ./other\n\
             at box link add eth0 type veth peer name eth1; at box link set eth0 up; at box link set eth1 up\n\
             at box link add br0 type bridge; at box link add br1 type bridge; at box link set br0 up\n\
             at box link set eth1 master br0; at box addr add 10.0.0.1/24 dev eth0\n\
             at box addr add 10.0.0.2 dev br0; at box addr add 10.0.1.1/24 dev veth0\n\
             at box addr add 10.0.1.2/24 dev veth0; at box route add default via 10.0.0.9\n\
             at other link add eth0 type veth peer name eth1; at other link set eth0 up\n\
             at other route add default dev eth0",
        )
        .holds("link-up box eth0", "eth0 in box is up")
        // A bridge has no other end.
        .holds("link-up box br0", "br0 in box is up")
        .fails(
            "link-up box lo",
            "lo in box is down",
            [
                "up",
                "down",
                "An interface that is down carries nothing, whatever addresses it has.",
                "nsenter --net=box ip link set lo up",
            ],
        )
        .fails(
            "link-up box veth0",
            "veth0 in box is up, but its other end is down",
            [
                "up at both ends",
                "up at this end",
                "A veth pair carries something only when both of its ends are up.",
                "look at it: nsenter --net=box ip -br link",
            ],
        )
        .fails(
            "link-up box veth1",
            "box has no interface veth1",
            [
                "an interface called veth1",
                "lo, …veth0…, br1",
                "An interface is in one namespace at a time, under one name.",
                "look at it: nsenter --net=box ip -br link",
            ],
        )
        .holds("address box eth0 10.0.0.1/24", "eth0 in box has the address 10.0.0.1/24")
        .holds("address box veth0 10.0.1.2/24", "veth0 in box has the address 10.0.1.2/24")
        .fails("address box nope 10.0.0.1/24", "box has no interface nope", ["…", "…", "…", "…"])
        .fails(
            "address box br0 10.0.0.2/24",
            "br0 in box has the address 10.0.0.2/32, not 10.0.0.2/24",
            ["10.0.0.2/24", "10.0.0.2/32", BITS, "look at it: nsenter --net=box ip -br addr"],
        )
        .fails(
            "address box br1 10.0.0.1/24",
            "the address 10.0.0.1/24 is on eth0, not on br1",
            ["10.0.0.1/24", "it is on eth0", "An address belongs to one interface.", "…"],
        )
        .fails(
            "address box br1 10.0.0.3/24",
            "br1 in box has no address",
            ["10.0.0.3/24", "none", "Without an address nobody can send anything to it.", "…"],
        )
        .fails(
            "address box veth0 10.0.0.3/24",
            "veth0 in box has the address 10.0.1.1/24 and 10.0.1.2/24, not 10.0.0.3/24",
            ["10.0.0.3/24", "10.0.1.1/24, 10.0.1.2/24", "It answers to no other.", "…"],
        )
        .holds("bridge-port box eth1 br0", "eth1 in box is a port of br0")
        .fails(
            "bridge-port box eth1 br1",
            "eth1 in box is a port of br0, not of br1",
            [
                "a port of br1",
                "a port of br0",
                "Bridges in one namespace know nothing of each other.",
                "look at it: nsenter --net=box ip -br link",
            ],
        )
        .fails(
            "bridge-port box veth0 br0",
            "veth0 in box is a port of no bridge",
            [
                "a port of br0",
                "a port of no bridge",
                "What arrives there goes no further: only between its ports a bridge passes on what arrives.",
                "nsenter --net=box ip link set veth0 master br0",
            ],
        )
        .holds("default-route box 10.0.0.9", "the default route of box goes by 10.0.0.9")
        .fails(
            "default-route box 10.0.0.1",
            "the default route of box goes by 10.0.0.9, not by 10.0.0.1",
            [
                "default via 10.0.0.1",
                "default via 10.0.0.9",
                "Everything else is sent to that address, whoever is there.",
                "look at it: nsenter --net=box ip route",
            ],
        )
        .fails(
            "default-route other 10.0.0.1",
            "the default route of other names no gateway",
            [
                "…",
                "default dev eth0",
                "Without a gateway the kernel looks for every address of the world on this one cable.",
                "…",
            ],
        ),
        state(
            "touch plain uts own; mkdir dir; unshare --uts mount --bind /proc/self/ns/uts uts\n\
             mount --bind /proc/self/ns/net own; keep new; ln -s new link; ln -s nowhere dangling",
        )
        .fails(
            "default-route new 10.0.0.1",
            "new has no default route",
            [
                "default via 10.0.0.1",
                "none",
                "For an address that no route is for the kernel answers at once: Network is unreachable.",
                "look at it: nsenter --net=new ip route",
            ],
        )
        .fails("link-up link lo", "lo in link is down", ["…", "…", "…", "…"])
        .fails(
            "link-up nope lo",
            "nope does not exist",
            [
                KEPT,
                "nothing",
                "A namespace ends with its last process, unless a file keeps it; and that file must be there first.",
                "touch nope, then unshare --net mount --bind /proc/self/ns/net nope",
            ],
        )
        .fails(
            "link-up dir lo",
            "dir is a directory, and keeps no namespace",
            [
                KEPT,
                "a directory",
                "A namespace is mounted on a file, never on anything else.",
                "take another name, or remove dir first",
            ],
        )
        .fails(
            "link-up plain lo",
            "plain keeps no network namespace",
            [
                KEPT,
                "a file with no namespace on it",
                "A namespace ends with its last process, unless it is mounted on a file: then the file keeps it.",
                "unshare --net mount --bind /proc/self/ns/net plain",
            ],
        )
        .fails(
            "link-up uts lo",
            "uts keeps a uts namespace, not a network",
            [
                KEPT,
                "uts:[…]",
                "There are several kinds of namespaces, and only one kind is a network.",
                "umount uts, then unshare --net mount --bind /proc/self/ns/net uts",
            ],
        )
        .fails(
            "address own lo 127.0.0.1/8",
            "own keeps the machine's own network, not a new one",
            [
                KEPT,
                "the machine's own network",
                "Whatever is done there is done to the machine. What is mounted must be the namespace that unshare has just made.",
                "umount own, then unshare --net mount --bind /proc/self/ns/net own",
            ],
        )
        .fails("link-up dangling lo", "dangling cannot be read", ["…", "…ENOENT…", "…", "…"]),
        state("keep new; touch twin; mount --bind new twin").fails(
            "link-up twin lo",
            "twin keeps the same network as new, not a new one",
            [
                KEPT,
                "the network of new",
                "A namespace that is bound to a second file is still one: whatever is done in the one is done in the other.",
                "umount twin, then unshare --net mount --bind /proc/self/ns/net twin",
            ],
        ),
    ]
}

/// Cgroups, in both versions: each has states of its own, of which one kind can be built here.
fn cgroups() -> Vec<State> {
    const MAKE: &str = "A cgroup is made like a directory, by mkdir, within the mounted cgroup file system.";
    const ONLY_COUNTS: &str =
        "A new cgroup only counts. It limits nothing before a number is written into the file of a limit.";
    const LAST: &str = "The last number that was written into the file holds.";
    const EMPTY: &str = "A limit is for those that are in the cgroup. A process is put into it by its number, and its \
        children begin where it is; who has ended is in it no more.";
    const PERIOD: &str =
        "A period has 100000 microseconds, a tenth of a second; the limit says how many of them may be used.";
    const LETTER: &str = "Without a letter behind it the number is of bytes; M stands for 1048576 of them.";
    const KILLED: &str = "The kernel ends a process when a cgroup is at its limit, and nothing in it can be given back. Who \
        is ended by kill, or outside of the cgroup, does not count.";
    vec![
        state("").fails(
            "limit box pids 3",
            "there are no cgroups here",
            [
                "cgroups of the exercise",
                "none",
                "The session was begun without cgroups of its own.",
                "begin it again: layerlab stop, then layerlab shell",
            ],
        ),
        state(
            "mkdir pids memory cpu ordinary; for c in pids memory cpu; do mount -t cgroup -o $c cgroup $c; done\n\
             mkdir -p pids/box/in pids/free pids/one memory/box memory/free memory/bytes memory/odd cpu/box cpu/free cpu/odd\n\
             echo 3 > pids/box/pids.max; echo 1 > pids/one/pids.max; echo 8M > memory/box/memory.limit_in_bytes\n\
             echo 0 > memory/box/memory.swappiness; echo 8 > memory/bytes/memory.limit_in_bytes\n\
             echo 4096 > memory/odd/memory.limit_in_bytes; echo 50000 > cpu/box/cpu.cfs_quota_us\n\
             echo 12300 > cpu/odd/cpu.cfs_quota_us\n\
             sh -c 'echo 0 > memory/box/cgroup.procs; exec tail /dev/zero' || true\n\
             sleep 1000 > /dev/null 2>&1 & echo $! > pids/box/in/cgroup.procs",
        )
        .on(CgroupVersion::One)
        .holds("limit box pids 3", "box allows 3 processes")
        .holds("limit box memory 8M", "box allows 8M of memory")
        .holds("limit box cpu 50%", "box allows 50% of one processor")
        .holds("limit one pids 1", "one allows 1 process")
        .fails(
            "limit free pids 3",
            "free has no limit for pids",
            ["3 processes", "pids.max says max", ONLY_COUNTS, "write into pids.max of free: 3"],
        )
        .fails(
            "limit free memory 8M",
            "free has no limit for memory",
            ["8M of memory", "memory.limit_in_bytes says …", ONLY_COUNTS, "write into memory.limit_in_bytes of free: 8M"],
        )
        .fails(
            "limit free cpu 50%",
            "free has no limit for cpu",
            ["50% of one processor", "cpu.cfs_quota_us says -1", ONLY_COUNTS, "write into cpu.cfs_quota_us of free: 50000"],
        )
        .fails(
            "limit box pids 4",
            "box allows 3 processes, not 4",
            ["4 processes", "3 processes", LAST, "write into pids.max of box: 4"],
        )
        .fails("limit one pids 4", "one allows 1 process, not 4", ["4 processes", "1 process", LAST, "…"])
        .fails(
            "limit bytes memory 8M",
            "bytes allows 0 bytes of memory, not 8M",
            ["8M of memory", "0 bytes of memory", LETTER, "write into memory.limit_in_bytes of bytes: 8M"],
        )
        .fails(
            "limit odd memory 9",
            "odd allows 4096 bytes of memory, not 9",
            ["9 bytes of memory", "4096 bytes of memory", LAST, "…"],
        )
        .fails(
            "limit odd cpu 50%",
            "odd allows 12.3% of one processor, not 50%",
            ["50% of one processor", "12.3% of one processor", PERIOD, "write into cpu.cfs_quota_us of odd: 50000"],
        )
        .fails("limit none pids 3", "there is no cgroup none", ["a cgroup none", "box, box/in, bytes, free, odd, one", MAKE, "mkdir pids/none"])
        .fails(
            "limit one memory 8M",
            "one is a cgroup for pids, not for memory",
            [
                "one in the tree for memory",
                "one in the tree for pids",
                "In version 1 each controller has a tree of its own. A cgroup in one of them says nothing in the others.",
                "mkdir memory/one",
            ],
        )
        .fails(
            "limit ordinary pids 3",
            "ordinary is an ordinary directory, not a cgroup",
            [
                "ordinary in the file system of cgroups",
                "ordinary in the working directory",
                "A cgroup is a directory within the mounted cgroup file system. Elsewhere a directory is a directory.",
                "rmdir ordinary, and mkdir pids/ordinary",
            ],
        )
        .holds("member box pids", "sleep is in box")
        .holds("member box/in pids", "sleep is in box/in")
        .fails(
            "member free pids",
            "no process is in free",
            ["a process in free", "none", EMPTY, "sh -c 'echo 0 > pids/free/cgroup.procs; exec sleep 1000' &, where 0 is whoever writes it"],
        )
        .fails(
            "member box pids memory",
            "sleep is in box for pids, but not for memory",
            [
                "in box for pids and memory",
                "for memory it is where it began",
                "In version 1 a process has a place in the tree of each controller, and each is changed for itself.",
                "write the number of the process into memory/box/cgroup.procs, too",
            ],
        )
        .fails("member none pids", "there is no cgroup none", ["…", "…", "…", "…"])
        .holds("oom-kill box", "the kernel has ended a process of box for want of memory")
        .fails(
            "oom-kill free",
            "the kernel has ended no process of free for want of memory",
            [
                "a process that was ended in it",
                "nobody has used any memory in it",
                KILLED,
                "have a process go into free, and then ask for more than it may have: tail /dev/zero",
            ],
        ),
        state("mkdir memory; mount -t cgroup -o memory cgroup memory")
            .on(CgroupVersion::One)
            .fails("limit box memory 8M", "there is no cgroup box", ["a cgroup box", "none", MAKE, "mkdir memory/box"]),
        state(
            "mkdir memory pids; mount -t cgroup -o memory cgroup memory; mount -t cgroup -o pids cgroup pids\n\
             mkdir memory/box memory/other pids/box\n\
             sh -c 'echo 0 > memory/box/cgroup.procs; exec true'; sh -c 'echo 0 > memory/box/cgroup.procs; cat /proc/self/maps > /dev/null'\n\
             sleep 1000 > /dev/null 2>&1 & echo $! > pids/box/cgroup.procs; echo $! > memory/other/cgroup.procs",
        )
        .on(CgroupVersion::One)
        .fails(
            "oom-kill box",
            "the kernel has ended no process of box for want of memory",
            ["…", "at most …K were used in it at once", "…", "…"],
        )
        .fails(
            "member box pids memory",
            "sleep is in box for pids, but not for memory",
            ["…", "for memory it is in other", "…", "…"],
        ),
        state(
            "mkdir all ordinary; mount -t cgroup2 cgroup2 all; mkdir -p all/bare/in all/box\n\
             echo '+pids +memory +cpu' > all/cgroup.subtree_control\n\
             echo 3 > all/box/pids.max; echo 8M > all/box/memory.max; echo 0 > all/box/memory.swap.max\n\
             echo '50000 100000' > all/box/cpu.max; sh -c 'echo 0 > all/box/cgroup.procs; exec tail /dev/zero' || true\n\
             sleep 1000 > /dev/null 2>&1 & echo $! > all/box/cgroup.procs",
        )
        .on(CgroupVersion::Two)
        .holds("limit box pids 3", "box allows 3 processes")
        .holds("limit box memory 8M", "box allows 8M of memory")
        .holds("limit box cpu 50%", "box allows 50% of one processor")
        .fails(
            "limit bare/in pids 3",
            "pids is not handed down to bare/in",
            [
                "pids.max in bare/in",
                "no such file",
                "A cgroup of version 2 has the controllers that the one above hands down, and that one hands down what is \
                 written into its cgroup.subtree_control.",
                "echo +pids > all/bare/cgroup.subtree_control",
            ],
        )
        .fails("limit bare pids 3", "bare has no limit for pids", ["3 processes", "pids.max says max", ONLY_COUNTS, "…"])
        .fails("limit bare cpu 50%", "bare has no limit for cpu", ["…", "…", "…", "write into cpu.max of bare: 50000 100000"])
        .fails("limit bare memory 8M", "bare has no limit for memory", ["…", "…", "…", "write into memory.max of bare: 8M"])
        .fails("limit none pids 3", "there is no cgroup none", ["a cgroup none", "bare, bare/in, box", MAKE, "mkdir all/none"])
        .fails(
            "limit ordinary pids 3",
            "ordinary is an ordinary directory, not a cgroup",
            ["…", "…", "…", "rmdir ordinary, and mkdir all/ordinary"],
        )
        .holds("member box pids memory cpu", "sleep is in box")
        .fails(
            "member bare pids",
            "no process is in bare",
            ["…", "none", EMPTY, "sh -c 'echo 0 > all/bare/cgroup.procs; exec sleep 1000' &, where 0 is whoever writes it"],
        )
        .holds("oom-kill box", "the kernel has ended a process of box for want of memory")
        .fails("oom-kill bare", "the kernel has ended no process of bare for want of memory", ["…", "…", "…", "…"]),
    ]
}

/// What is tried out, and what only looks at the programs and the files of a directory.
fn trials() -> Vec<State> {
    const RUNS: &str = "A program is looked for in the root in which it is to run, never in that of your machine; and a link in there leads where it leads inside.";
    const SHEBANG: &str = "By its first line the kernel knows which program reads a script. A shell runs a file without such a line all the same; nobody else can start it.";
    const MODE: &str =
        "The kernel starts a file only where its mode allows to execute it; for root that is no different.";
    const PILE: &str =
        "The leftmost layer is the topmost. What is kept belongs to the layers with which it was first run.";
    vec![
        state(
            "mkdir -p r/bin; cp \"$(command -v busybox)\" r/bin/busybox; cp \"$(command -v cat)\" r/bin/dynamic; ln -s busybox r/bin/sh; ln -s /bin r/sbin\n\
             script() { printf '#!/bin/sh\\n%s\\n' \"$2\" > r/bin/$1; }\n\
             script one 'echo hello'; script two 'echo hello; echo again'; script none :; script three 'echo why >&2; exit 3'; script mute 'exit 4'\n\
             script waits 'echo hello; busybox sleep 1000'; script plain 'echo hello'; printf 'echo x\\n' > r/bin/bare; : > r/bin/void\n\
             printf '#! /bin/nothing x\\n' > r/bin/lost; printf '#!/bin/sh\\r\\n' > r/bin/dos; ln -s loop r/bin/loop\n\
             mkdir nx; mount --bind r nx; mount -o remount,bind,noexec nx; chmod 755 r/bin/*[a-z] 2>/dev/null || true; chmod 644 r/bin/plain",
        )
        .holds("prints 'chroot r /bin/one' hello", "chroot r /bin/one prints \"hello\"")
        .holds("prints 'chroot r one' hello", "chroot r one prints \"hello\"")
        .holds("prints 'chroot r /sbin/one' 'h…o'", "chroot r /sbin/one prints the 1 line that it should")
        .holds("prints 'chroot r /bin/two' hello again", "chroot r /bin/two prints the 2 lines that it should")
        .holds("prints 'chroot r /bin/two' '…'", "chroot r /bin/two ends well")
        .holds("prints 'chroot r /bin/none'", "chroot r /bin/none ends well, and prints nothing")
        .fails(
            "prints 'chroot r /bin/one' hullo",
            "chroot r /bin/one prints \"hello\", not \"hullo\"",
            ["that it prints \"hullo\"", "\"hello\"", "", "try it yourself: chroot r /bin/one"],
        )
        .fails(
            "prints 'chroot r /bin/one' hello again",
            "chroot r /bin/one does not print \"again\"",
            ["that it prints \"hello\"", "1 line", "", "…"],
        )
        .fails(
            "prints 'chroot r /bin/two' hello",
            "chroot r /bin/two prints more than it should: \"again\"",
            ["…", "2 lines", "", "…"],
        )
        .fails(
            "prints 'chroot r /bin/one'",
            "chroot r /bin/one prints more than it should: \"hello\"",
            ["that it ends well and prints nothing", "1 line", "", "…"],
        )
        .fails(
            "prints 'chroot r /bin/three' '…'",
            "chroot r /bin/three ends with the exit status 3",
            ["that it ends well", "\"why\"", "", "…"],
        )
        .fails(
            "prints 'chroot r /bin/mute'",
            "chroot r /bin/mute ends with the exit status 4",
            ["…", "not a word", "", "…"],
        )
        .fails(
            "prints 'chroot r /bin/waits' hello",
            "chroot r /bin/waits does not come to an end",
            [
                "…",
                "no end within 3 seconds",
                "It was tried where nothing can be written, and ended with all that it had started.",
                "…",
            ],
        )
        .fails(
            "prints 'chroot r /bin/gone' x",
            "r has no program /bin/gone",
            ["a program /bin/gone in r", "nothing", RUNS, "look for it: ls -l r"],
        )
        .fails("prints 'chroot r /bin/loop' x", "r has no program /bin/loop", ["…", "nothing", RUNS, "…"])
        .fails("prints 'chroot gone /bin/one' x", "gone does not exist", ["a directory", "nothing", "", "…"])
        .fails(
            "prints 'chroot r /bin/plain' hello",
            "r/bin/plain may not be executed",
            ["a mode with an x in it, such as 755", "mode 644", MODE, "chmod +x r/bin/plain"],
        )
        .fails(
            "prints 'chroot r /bin/bare' x",
            "r/bin/bare does not begin with #!",
            ["a first line such as #!/bin/sh", "\"echo x\"", SHEBANG, "write #!/bin/sh into the first line of r/bin/bare"],
        )
        .fails("prints 'chroot r /bin/void' x", "r/bin/void does not begin with #!", ["…", "an empty file", SHEBANG, "…"])
        .fails(
            "prints 'chroot r /bin/lost' x",
            "the first line of r/bin/lost names a program that is not there",
            [
                "a program that r has",
                "\"/bin/nothing\"",
                "The kernel looks for it in the root in which the program runs.",
                "look at the first line: head -n 1 r/bin/lost | cat -A",
            ],
        )
        .fails(
            "prints 'chroot r /bin/dos' x",
            "the first line of r/bin/dos names a program that is not there",
            [
                "…",
                "\"/bin/sh\\r\"",
                "The line ends with a carriage return (\\r), which the kernel takes for a part of the name.",
                "…",
            ],
        )
        .fails(
            "prints 'chroot r /bin/dynamic' x",
            "chroot r /bin/dynamic cannot be started",
            [
                "…",
                "ENOENT (No such file or directory)",
                "It is there, but the loader that it names is not, or this machine does not have the command itself.",
                "…",
            ],
        )
        .fails(
            "prints 'chroot nx /bin/one' hello",
            "chroot nx /bin/one cannot be started",
            [
                "…",
                "EACCES (Permission denied)",
                "The kernel starts nothing from a file system that is mounted with noexec.",
                "…",
            ],
        )
        .holds("prints 'cat r/bin/none' '#!/bin/sh' :", "cat r/bin/none prints the 2 lines that it should")
        .holds("fails 'chroot r /bin/three'", "chroot r /bin/three fails")
        .holds("fails 'chroot nx /bin/one'", "chroot nx /bin/one fails")
        .fails(
            "fails 'chroot r /bin/one'",
            "chroot r /bin/one does not fail",
            ["that it fails", "that it prints \"hello\"", "", "try it yourself: chroot r /bin/one"],
        )
        .fails("fails 'chroot r /bin/none'", "chroot r /bin/none does not fail", ["…", "that it ends well", "", "…"])
        .fails("fails 'chroot r /bin/waits'", "chroot r /bin/waits does not fail", ["…", "no end within 3 seconds", "", "…"]),
        state("mkdir -p d/s d/t; touch d/a d/s/b d/lib.so.1; mkdir p; touch p/x p/sh p/ls; chmod 755 d/a d/lib.so.1 p/*")
            .holds("files d a s/b lib.so.1", "d holds 3 files and no more")
            .holds("files d/s b", "d/s holds one file and no more")
            .fails(
                "files d a s/b",
                "d/lib.so.1 is there, but should not be",
                ["2 files", "3 of them", "", "look at all of them: find d ! -type d"],
            )
            .fails("files d c", "d/c does not exist", [FILE, "nothing", "", "…"])
            .fails("files e c", "e does not exist", ["a directory", "nothing", "", "…"])
            .fails("files d/a c", "d/a is a regular file, not a directory", ["a directory", FILE, "", "…"])
            .holds("programs d a", "d has nothing to run but a")
            .fails("programs e a", "e does not exist", ["a directory", "nothing", "", "…"])
            .fails(
                "programs p x",
                "p/sh can be run, but should not be there",
                [
                    "no program but x",
                    "2 of them",
                    "Whoever is in this root can start it.",
                    "look at all of them: find p -type f -perm /111 ! -name '*.so*'",
                ],
            ),
        state("mkdir -p a b k/upper l; printf '%s\\n' \"$PWD/a\" \"$PWD/b\" > k/lowers")
            .holds("kept-layers k a b", "k is of a container on a:b")
            .fails(
                "kept-layers k b a",
                "the container of k had the layers a:b, not b:a",
                ["b:a", "a:b", PILE, "remove it; then layerlab container run --keep k b:a …"],
            )
            .fails(
                "kept-layers l a",
                "l was not kept by a container",
                [
                    "what a container has changed",
                    "a directory of another kind",
                    "What container run keeps has upper in it, and a note of the layers below.",
                    "…",
                ],
            )
            .fails(
                "kept-layers m a",
                "m does not exist",
                ["a directory that container run has kept", "nothing", "", "…"],
            ),
    ]
}

fn images() -> Vec<State> {
    let look = "look into it: tar -tvf x.tar";
    let of_store = "look at all of them: layerlab image ls";
    let tag = "An image without a tag gets the tag latest.";
    let nameless = "An image goes with its last name. One that has none is removed by its ID.";
    let above = "What a container changed makes sense above the layers that it was begun with, and above no others.";
    vec![
        state("mkdir w up d; echo a > w/a; touch w/.wh.b; mknod up/b c 0 0; echo a > d/x; echo no > n.tar; \
               tar -C w -cf x.tar .; tar -C up -cf y.tar .; tar -cf z.tar w; tar -cf e.tar -T /dev/null")
            .holds("archive x.tar a .wh.b", "x.tar holds .wh.b, a and no more")
            .holds("archive x.tar 'a reads a' .wh.b", "x.tar holds .wh.b, a and no more")
            .fails("archive q.tar a", "q.tar does not exist", ["an archive", "nothing", "", "…"])
            .fails("archive d a", "d is a directory, not an archive", ["an archive", "a directory", "", "…"])
            .fails("archive n.tar a", "n.tar is no archive", ["what tar writes", "…", "", "look into it: tar -tvf n.tar"])
            .fails("archive e.tar a", "e.tar has no a", ["a", "no entry", "", "look into it: tar -tvf e.tar"])
            .fails("archive x.tar c", "x.tar has no c", ["c", ".wh.b, a", "", look])
            .fails(
                "archive y.tar .wh.b",
                "y.tar has b as a device, and no .wh.b",
                [
                    ".wh.b",
                    "b",
                    "A device of the numbers 0,0 is overlayfs's own mark. In an archive the agreed one is an empty file.",
                    "look into it: tar -tvf y.tar",
                ],
            )
            .fails(
                "archive z.tar a .wh.b",
                "z.tar has no .wh.b",
                [
                    ".wh.b",
                    "w/.wh.b, w/a",
                    "The names in it begin with a directory: tar was called outside of the layer. -C DIR enters it first.",
                    "look into it: tar -tvf z.tar",
                ],
            )
            .fails("archive x.tar 'a reads b' .wh.b", "a in x.tar reads \"a\", not \"b\"", ["\"b\"", "\"a\"", "", look])
            .fails(
                "archive x.tar a",
                "x.tar has .wh.b, which should not be in it",
                ["a", ".wh.b, a", "What is in the archive becomes a part of every image that has this layer.", look],
            ),
        state("mkdir a s n; echo a > a/a; layerlab image commit a a:1; layerlab image commit --message harmed a h:1\n\
               layerlab image save a:1 h:1 -o s.tar; tar -xf s.tar -C s; rm s/manifest.json; cp -r s t\n\
               grep -l harmed t/blobs/sha256/* | xargs sed -i s/harmed/marred/; echo f > f")
            .holds("layout s a:1 h:1", "s has a:1 and h:1, and each is what it says")
            .fails("layout q a:1", "q does not exist", ["a directory", "nothing", "", "…"])
            .fails("layout f a:1", "f is a regular file, not a directory", ["a directory", "a regular file", "", "…"])
            .fails(
                "layout n a:1",
                "n is no image layout",
                [
                    "oci-layout, index.json and blobs, each as the specification has it",
                    "…",
                    "",
                    "see what is not in order: layerlab image check n",
                ],
            )
            .fails(
                "layout s b:1",
                "s has no image b:1",
                [
                    "b:1",
                    "a:1, h:1",
                    "An image is found by its entry in index.json; the name stands there in an annotation.",
                    "see what is not in order: layerlab image check s",
                ],
            )
            .holds("layout t a:1", "t has a:1, and each is what it says")
            .fails(
                "layout t h:1",
                "h:1 in t is not what it says",
                [
                    "that all digests and sizes fit",
                    "its … bytes have the digest sha256:…",
                    "A descriptor tells kind, digest and size of a blob, and the blob's file has its digest as its name: \
                     one of them does not fit the bytes that are there.",
                    "see what is not in order: layerlab image check t",
                ],
            ),
        state("true")
            .fails("image a:1", "no image is called a:1", ["a:1", "no image that has a name", tag, of_store])
            .fails("images b:1", "no image is called b:1", ["b:1", "no image that has a name", tag, of_store]),
        state("mkdir a; echo a > a/a; layerlab image commit a a:1; layerlab image tag a:1 b:1; layerlab image commit --message x a c:1")
            .then("layerlab image tag a:1 c:1")
            .fails(
                "images a:1 b:1 c:1",
                "an image without a name is still there",
                ["a:1, b:1 and c:1", "a:1, b:1, an image without a name and c:1", nameless, of_store],
            ),
        state("mkdir a b; echo a > a/a; echo b > b/b; layerlab image commit a a:1; layerlab image commit b b:1\n\
               layerlab image commit --base a:1 b a:2; layerlab image commit --base a:2 a a:3; layerlab image tag a:1 c:1")
            .then("layerlab image commit --message harmed b h:1; grep -l harmed images/blobs/sha256/* | xargs sed -i s/harmed/marred/")
            .holds("image a:1", "the image a:1 is there, and all of it is what it says")
            .holds("made-from a:2 a:1", "a:2 is a:1 and one layer more")
            .holds("images a:1 b:1 a:2 a:3 c:1 h:1", "there is no image but a:1, b:1, a:2, a:3, c:1 and h:1")
            .fails(
                "images a:1 b:1 a:2",
                "a:3, c:1 and h:1 are still there",
                ["a:1, b:1 and a:2", "a:1, b:1, a:2, a:3, c:1 and h:1", nameless, of_store],
            )
            .fails("image a", "no image is called a", ["a", "a:1, b:1, a:2, a:3, c:1, h:1", tag, of_store])
            .fails(
                "image h:1",
                "the image h:1 is not what it says",
                [
                    "that every digest is that of its bytes",
                    "…",
                    "A digest is computed from the bytes: where they differ, these are not the bytes that were meant.",
                    "see what is not in order: layerlab image check",
                ],
            )
            .fails(
                "made-from a:2 b:1",
                "a:2 was not made from b:1",
                [
                    "the layers of b:1, and one more on top",
                    "2 layers, of which 0 are those of b:1",
                    above,
                    "compare them: layerlab image history a:2; layerlab image history b:1",
                ],
            )
            .fails(
                "made-from a:3 a:1",
                "a:3 has 2 layers more than a:1, not one",
                ["the layers of a:1, and one more on top", "2 more", "", "…"],
            )
            .fails(
                "made-from c:1 a:1",
                "c:1 has the layers of a:1, and none more",
                ["the layers of a:1, and one more on top", "no further layer", "", "…"],
            ),
    ]
}

fn table() -> Vec<State> {
    [
        trials(),
        entries(),
        files(),
        views(),
        mounts(),
        touches(),
        namespaces(),
        numbers(),
        users(),
        networks(),
        insides(),
        roots(),
        cgroups(),
        images(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn every_check_says_what_is_the_case() {
    let role = if support::is_root() { Role::Root } else { Role::User };
    if role == Role::Root {
        assert!(Command::new("mknod").arg(block()).args(["b", "0", "0"]).status().unwrap().success());
    }
    let states = table();
    let next = Mutex::new(states.iter());
    let wrong = Mutex::new(String::new());
    let said = Mutex::new(Said::default());
    let work = || {
        while let Some(state) = { next.lock().unwrap().next() } {
            let outcomes = state.outcomes(role);
            for (at, row) in state.rows.iter().enumerate() {
                let outcome = outcomes.as_ref().map(|outcomes| &outcomes[at]);
                said.lock().unwrap().note(row, outcome);
                if let Some(outcome) = outcome.filter(|outcome| !row.says(outcome)) {
                    let mut wrong = wrong.lock().unwrap();
                    writeln!(wrong, "{}\n  should say {}\n  says {outcome:#?}", row.line, row.sentence).unwrap();
                }
            }
        }
    };
    // A stage waits for its processes most of the time.
    std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
    let _ = std::fs::remove_file(block());
    let (mut wrong, said) = (wrong.into_inner().unwrap(), said.into_inner().unwrap());
    for kind in KINDS {
        for (held, what) in [(true, "holds"), (false, "fails")] {
            if !said.rows.contains(&(kind.name.to_string(), held)) {
                writeln!(wrong, "no row in which `{}` {what}", kind.name).unwrap();
            }
        }
    }
    for (file, text) in texts_of_the_checks() {
        if !NEVER_SAID.contains(&text.as_str()) && !said.has(&file, &text) {
            writeln!(wrong, "no row says this text of src/check/{file}: {text}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Texts that no state here brings about, each with its reason.
const NEVER_SAID: &[&str] = &[
    // Kernels before 5.19 have no memory.peak.
    "{file} counts none",
    // ESTALE comes from NFS and from overlays whose layers were exchanged while nothing looked.
    "A layer was changed while it was mounted, and the kernel can no longer find it.",
    // Any other errno.
    "As long as the kernel does not let us look, nobody can check it.",
    // Trees fold entries; a check looks at one.
    "several entries",
    // A /proc is opened before the session is entered, and stays.
    "/proc, which shows the processes of the session",
    "none that can be read",
    "begin the session again: layerlab stop",
    "the processes of the session cannot be seen",
    // Where no namespaces can be made there is no session either.
    "{command} could not be tried",
    "Nothing is said of what you have made: it could not be tried.",
    // A loader of another machine.
    "The kernel does not take the file for a program of this machine.",
];

/// What the rows said, and of which check.
#[derive(Default)]
struct Said {
    /// The check, and whether it held.
    rows: BTreeSet<(String, bool)>,
    /// The check, and a text.
    texts: Vec<(String, String)>,
}

impl Said {
    /// What a row said; of one that cannot be had in this role, what it would have said.
    fn note(&mut self, row: &Row, outcome: Option<&Outcome>) {
        let kind = row.line.split(' ').next().unwrap_or_default().to_string();
        self.rows.insert((kind.clone(), row.fault.is_none()));
        let texts: Vec<String> = match outcome {
            Some(Outcome { sentence, fault: None }) => vec![sentence.clone()],
            Some(Outcome { sentence, fault: Some(fault) }) => {
                [sentence, &fault.expected, &fault.found, &fault.means, &fault.next].map(String::clone).to_vec()
            }
            None => row.fault.iter().flatten().chain([&row.sentence]).map(|text| (*text).to_string()).collect(),
        };
        self.texts.extend(texts.into_iter().map(|text| (kind.clone(), text)));
    }

    /// Whether a text of a source was said; of a check's own file, by that check.
    fn has(&self, file: &str, text: &str) -> bool {
        let check = file.trim_end_matches(".rs").replace('_', "-");
        let own = KINDS.iter().any(|kind| kind.name == check);
        // What stands in braces is filled in.
        let mut pattern = String::from("…");
        for part in text.split('{') {
            pattern.push_str(part.split_once('}').map_or(part, |(_, fixed)| fixed));
            pattern.push('…');
        }
        self.texts.iter().any(|(kind, said)| (!own || *kind == check) && fits(&pattern, said))
    }
}

/// The texts in the sources of the checks, with their files: each string of several words.
fn texts_of_the_checks() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(support::source().join("src/check")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let source = std::fs::read_to_string(&path).unwrap();
        // How a line must be written is told to authors, and tested there.
        if file != "mod.rs" {
            let source = source.split("#[cfg(test)]").next().unwrap_or_default();
            texts.extend(strings(source).into_iter().map(|text| (file.clone(), text)));
        }
    }
    texts.retain(|(_, text)| {
        text.trim().contains(' ') && !KINDS.iter().any(|kind| [kind.says, kind.operands].contains(&text.as_str()))
    });
    // A reader that finds no strings would find nothing unsaid.
    assert!(texts.len() > 120, "only {} texts were found", texts.len());
    texts
}

/// The string literals of a Rust source without raw strings.
fn strings(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut letters = source.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '/' if letters.peek() == Some(&'/') => {
                letters.by_ref().find(|letter| *letter == '\n');
            }
            // A letter in quotes, which may be a double quote; a lifetime has no second quote.
            '\'' => {
                let ahead: String = letters.clone().take(3).collect();
                let length = if ahead.starts_with('\\') { 3 } else { 2 };
                if ahead.chars().nth(length - 1) == Some('\'') {
                    letters.nth(length - 1);
                }
            }
            '"' => {
                let mut text = String::new();
                while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
                    match (letter, letters.peek()) {
                        ('\\', Some('\n')) => while letters.next_if(|letter| letter.is_whitespace()).is_some() {},
                        ('\\', Some('n')) => text.extend(letters.next().map(|_| '\n')),
                        ('\\', _) => text.extend(letters.next()),
                        _ => text.push(letter),
                    }
                }
                found.push(text);
            }
            _ => {}
        }
    }
    found
}

#[test]
fn strings_are_found_in_a_source() {
    let source = "fn f<'a>(b: char) { g('\"', \"one\"); // \"no\"\n h('\\'', \"two \\\n     words\\\"\"); }";
    assert_eq!(strings(source), ["one", "two words\""]);
}

#[test]
fn a_pattern_fits_what_it_says() {
    assert!(fits("a", "a") && fits("a…", "ab") && fits("…b", "ab") && fits("a…c…e", "abcde") && fits("…", ""));
    assert!(!fits("a", "ab") && !fits("a…c…e", "abde") && !fits("b…", "ab") && !fits("ab…b", "ab"));
}

/// What a learner reads of several checks: `✓`, `✗` or, with the cause it follows from, `·`.
fn concluded(before: &'static str, done: &'static str, lines: &[&'static str]) -> Vec<String> {
    let state = lines.iter().fold(state(before).then(done), |state, line| state.holds(line, "…"));
    let outcomes = state.outcomes(Role::Root).unwrap();
    let checks: Vec<CheckLine> = state.checks().collect();
    let verdicts = conclude(checks.iter().zip(outcomes).collect());
    let next = Next { command: String::new(), why: String::new() };
    let (exercise, title) = ("9.try".into(), "Try".into());
    let verified = Verified { exercise, title, solved: false, verdicts, afterwards: None, next };
    // What repeats a sentence is not told to the learner; here its line shows that it failed.
    let words = |at: usize| match verified.repeats(at) {
        true => &verified.verdicts[at].check,
        false => &verified.verdicts[at].sentence,
    };
    let told = |at: usize| match &verified.verdicts[at].broken {
        None => format!("✓ {}", words(at)),
        Some(broken) => match broken.follows {
            None => format!("✗ {}", words(at)),
            Some(cause) => format!("· {} ← {cause}", words(at)),
        },
    };
    (0..verified.verdicts.len()).map(told).collect()
}

#[test]
fn one_mistake_is_told_once_and_what_follows_from_it_quietly() {
    // Everything asks for the mount that is missing; whoever reads it reads it once.
    assert_eq!(
        concluded(
            union!(""),
            "umount mnt",
            &[
                "contains mnt/f i",
                "untouched image",
                "lowers mnt image base",
                "mounted mnt",
                "upper mnt container",
                "from mnt/f image"
            ]
        ),
        [
            "✓ image is as it was",
            "✗ no overlay is mounted on mnt",
            "· mounted mnt ← 1",
            "· upper mnt container ← 1",
            "· from mnt/f image ← 1",
            "· mnt/f does not exist ← 1",
        ]
    );
    // What was touched in a layer is missed in the view; what is beside it is not.
    assert_eq!(
        concluded(
            union!(""),
            "umount mnt; rm image/dir/in; overlay lowerdir=image:base,upperdir=container,workdir=work mnt; echo x > mnt/low",
            &["file mnt/dir/in", "contains mnt/low b", "untouched image"]
        ),
        [
            "✗ image/dir/in is gone from the image layer itself",
            "✗ mnt/low reads \"x\", not \"b\"",
            "· mnt/dir/in does not exist ← 0"
        ]
    );
    // Whoever mounts with the wrong upper layer touches it without knowing.
    assert_eq!(
        concluded(
            union!("mkdir other other-work"),
            "umount mnt; overlay lowerdir=base:other,upperdir=image,workdir=other-work mnt; echo x > mnt/new",
            &["untouched image", "upper mnt container", "lowers mnt base other", "file container/new"]
        ),
        [
            "✓ the lower layers of mnt are base:other",
            "✗ the upper layer of mnt is image, not container",
            "· image/new was added to the image layer itself ← 1",
            "· container/new does not exist ← 1"
        ]
    );
    // The pile decides what is seen.
    assert_eq!(
        concluded(
            union!(""),
            "umount mnt; overlay lowerdir=base:image,upperdir=container,workdir=work mnt",
            &["contains mnt/f i", "from mnt/f image", "lowers mnt image base", "file mnt/low"]
        ),
        [
            "✓ mnt/low is a regular file",
            "✗ the lower layers of mnt are base:image, not image:base",
            "· mnt/f reads \"b\", not \"i\" ← 1",
            "· mnt/f comes from base, not from image ← 1"
        ]
    );
    // What can still be seen was not whited out.
    assert_eq!(
        concluded(union!(""), "", &["whiteout container/low", "absent mnt/low"]),
        ["✗ mnt/low is there, but should not be", "· container/low does not exist ← 0"]
    );
    // A layer's own mode is not what its files read.
    assert_eq!(
        concluded(union!(""), "chmod 700 image; echo x > mnt/f", &["contains mnt/f i", "untouched image"]),
        ["✗ image was changed in the image layer itself", "✗ mnt/f reads \"x\", not \"i\""]
    );
    // What is not there has no mode; of two faults of one rank the first in the lesson is told first.
    assert_eq!(
        concluded(
            "echo a > a; echo b > b",
            "rm a; echo c > b",
            &["same a b", "contains b b", "mode a 644", "file a", "absent b"]
        ),
        [
            "✗ b is there, but should not be",
            "✗ a does not exist",
            "· mode a 644 ← 1",
            "· file a ← 1",
            "· b reads \"c\", not \"b\" ← 0",
        ]
    );
}

impl Row {
    fn says(&self, outcome: &Outcome) -> bool {
        let fault = outcome.fault.as_ref().map(|fault| [&fault.expected, &fault.found, &fault.means, &fault.next]);
        let fault_is = match (&self.fault, fault) {
            (None, None) => true,
            (Some(wanted), Some(said)) => wanted.iter().zip(said).all(|(wanted, said)| fits(wanted, said)),
            _ => false,
        };
        fits(self.sentence, &outcome.sentence) && fault_is
    }
}

/// Whether a text fits a pattern, in which `…` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('…') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('…').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = text.split_once(part) else { return false };
        text = after;
    }
    text.ends_with(last)
}

/// What a command does that is tried out ends with it: it can write nothing, and leaves no process, mount or name behind.
#[test]
fn a_trial_changes_nothing() {
    let mut stage = stage(StageNeeds::default());
    let run = |stage: &mut Stage, script: &str| {
        let ran = stage.script(&format!("{PREAMBLE}{script}")).unwrap();
        assert_eq!(ran.status, 0, "{script}\n{}", String::from_utf8_lossy(&ran.shown));
        String::from_utf8(ran.shown).unwrap()
    };
    run(
        &mut stage,
        "mkdir -p r/bin r/tmp image up work mnt; echo i > image/i; cp \"$(command -v busybox)\" r/bin/busybox; ln -s busybox r/bin/sh\n\
         overlay lowerdir=image,upperdir=up,workdir=work mnt; mount --bind mnt r/tmp; mkdir t; mount -t tmpfs tmpfs t\n\
         printf '#!/bin/sh\\nbusybox sleep 98765 & busybox hostname other; busybox mkdir /new; echo x > /tmp/x; echo x >> /tmp/i\\n\
         busybox ip link set lo up; busybox mount -t tmpfs tmpfs /tmp; echo tried; busybox sleep 98765\\n' > r/bin/harms; chmod 755 r/bin/harms",
    );
    let dump = "cat /proc/self/mountinfo; ip -o addr; ip -o link; hostname; find . -printf '%p %i %T@ %s\\n' | sort";
    let before = run(&mut stage, dump);
    let start = stage.begin_exercise("9.try", Vec::new()).unwrap();
    stage.began(&start, &[]).unwrap();
    stage.begin_check("prints 'chroot r /bin/harms' tried").unwrap();
    let outcome = stage.checked().unwrap();
    assert_eq!(outcome.sentence, "chroot r /bin/harms does not come to an end", "{outcome:?}");
    assert_eq!(run(&mut stage, dump), before);
    run(&mut stage, "! ps -eo args | grep -q '[s]leep 98765'");
}

/// What an exercise asks of a process must be true of one: two that have half of it each are no solution.
#[test]
fn two_halves_are_no_whole() {
    let mut stage = stage(StageNeeds::default());
    let checks = ["own uts ipc", "hostname workshop"];
    let mut held = |script: &str| {
        let ran = stage.script(&format!("{PREAMBLE}{script}")).unwrap();
        assert_eq!(ran.status, 0, "{script}\n{}", String::from_utf8_lossy(&ran.shown));
        let start = stage.begin_exercise("9.try", Vec::new()).unwrap();
        stage.began(&start, &checks).unwrap();
        checks.iter().for_each(|check| stage.begin_check(check).unwrap());
        checks.map(|_| stage.checked().unwrap().fault.is_none())
    };
    let halves = held("stays true unshare --uts --ipc; stays 'hostname workshop' unshare --uts");
    assert_eq!(halves.iter().filter(|held| **held).count(), 1, "{halves:?}");
    assert_eq!(held("stays 'hostname workshop' unshare --uts --ipc"), [true, true]);
}
