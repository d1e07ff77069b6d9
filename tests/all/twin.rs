//! The twin test: what a lesson shows is what is executed, and bash with util-linux does the same.
//!
//! Every lesson is run twice: once by the engine's stage, once by bash with the real programs in the namespaces of another
//! stage, by nsenter(1): there the machine is as read-only, and root lacks the same capabilities. After each step both must have printed what the lesson says, ended alike, and left the same files,
//! modes, links, contents, whiteouts and overlay attributes. The state is read by find(1), sha256sum(1) and getfattr(1)
//! in both worlds, so not by our own observer.

use crate::support;
use crate::support::cgroups::Cgroups;
use layerlab::action::adapt;
use layerlab::ground::{CgroupVersion, Need, Role};
use layerlab::lesson::{Catalogue, ConsoleLine, Language, Lesson, matches};
use layerlab::stage::{Stage, StageNeeds};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Prints the state below the working directory. Random values (a mount's uuid, a file handle's bytes, the names of the
/// kernel's own temporary files in the work directory, the numbers of namespaces, the keys of message queues and the names of
/// unpacked layers in the store of images) are left out, as is the size of directories, and of cgroups all but the directories: their files count what happens.
const DUMP: &str = r#"
find . -mindepth 1 \( -fstype cgroup -o -fstype cgroup2 \) ! -type d -prune -o \( -type d -printf 'directory %m %p\n' -o -type l -printf 'link %p -> %l\n' -o -printf '%y %m %s %n %p\n' \) | sed -E 's,/work/#[0-9a-f]*$,/work/#,; s,(/unpacked/)[0-9a-f]{16},\1N,' | LC_ALL=C sort
random='^([a-z]+:)\[[0-9]+\]$|^0x[0-9a-f]{8} |/unpacked/[0-9a-f]{16}$'
find . \( -fstype cgroup -o -fstype cgroup2 \) ! -type d -prune -o -name cache-id -o -type f -size -4096k -exec grep -LZE "$random" {} + | xargs -0r sha256sum | sed -E 's,(/unpacked/)[0-9a-f]{16},\1N,' | LC_ALL=C sort -k 2
find . \( -fstype cgroup -o -fstype cgroup2 \) ! -type d -prune -o -type f -size -4096k -exec grep -lE "$random" {} + | LC_ALL=C sort | while read -r file; do
    echo "$(sed -E "s,$random,\1N," "$file" | sha256sum) $file"
done
getfattr -R -h -d -m '\.overlay\.' . 2>/dev/null | sed -E 's,(/unpacked/)[0-9a-f]{16},\1N,' | grep -v -E 'overlay\.(uuid|origin)=' || true
"#;

mod in_bash {
    test_each_lesson!(super::it_does_the_same_in_bash);
}

fn it_does_the_same_in_bash(name: &str) {
    let catalogue = Catalogue::folder(&support::source().join("lessons")).unwrap();
    let entry = catalogue.entries().iter().find(|entry| entry.name() == name).unwrap();
    let lesson = entry.load(&Language::default()).unwrap_or_else(|error| panic!("{error}"));
    let cgroups = lesson.meta.needs.contains(&Need::Cgroup);
    if cgroups && !support::cgroups::can_be_had(&format!("{name} in bash")) {
        return;
    }
    let (ours, role, version) = by_the_engine(&lesson, StageNeeds { cgroups, ..StageNeeds::default() });
    let theirs = by_bash(&lesson, role, version);
    let mut wrong = String::new();
    compare(&lesson, &ours, &theirs, version, &mut wrong);
    assert!(wrong.is_empty(), "\n{wrong}");
    // A lesson without commands would compare nothing.
    let commands = ours.iter().map(|step| step.commands.len()).sum::<usize>();
    assert!(commands > 10, "only {commands} commands were compared");
}

/// What a step left.
struct Left {
    /// Output and exit status of each command.
    commands: Vec<(String, i32)>,
    /// What `DUMP` printed after them.
    state: String,
}

fn by_the_engine(lesson: &Lesson, needs: StageNeeds) -> (Vec<Left>, Role, Option<CgroupVersion>) {
    let starting = Stage::spawn(&support::program(), support::scratch("layerlab-twin"), needs);
    let mut stage = starting.and_then(|starting| starting.wait()).unwrap_or_else(|error| panic!("{error}"));
    let (role, version) = (stage.facts().role, stage.facts().cgroup_version());
    let lesson = lesson.on(version);
    let left = lesson.steps().map(|(_, step)| {
        let run = |line: &ConsoleLine| {
            let command = adapt(&line.command, role).unwrap_or_else(|| line.command.clone());
            let ran = stage.run(&command).unwrap_or_else(|error| panic!("{}: {error}", line.source));
            (String::from_utf8_lossy(&ran.shown).into_owned(), ran.status)
        };
        let commands = step.commands().map(run).collect();
        Left { commands, state: dump(stage.facts().pid) }
    });
    (left.collect(), role, version)
}

/// The state inside a mount namespace, read from outside by nsenter(1): whatever shells were opened within it.
fn dump(pid: u32) -> String {
    let mut nsenter = Command::new("nsenter");
    nsenter.args(["--target", &pid.to_string(), "--mount"]);
    if !support::is_root() {
        nsenter.args(["--user", "--preserve-credentials"]);
    }
    let output = nsenter.args(["bash", "-c", &format!("cd {}\n{DUMP}", place())]).output().expect("nsenter runs");
    assert!(output.status.success(), "nsenter: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Where the scratch space of a run is mounted: not over the program.
fn place() -> &'static str {
    if support::program().starts_with("/tmp") { "/var/tmp" } else { "/tmp" }
}

/// Stands around exit statuses; no lesson prints it.
const MARK: u8 = 1;

/// What root lacks in a stage, as setpriv(1) calls it.
const GIVEN_UP: &str = "-mknod,-sys_module,-sys_rawio,-sys_time,-sys_boot";

/// What bash reads first. A shell that unshare(1) starts of its own accord is a login shell, and would begin with
/// whatever this machine's profile says; Debian calls util-linux's rename(1) `rename.ul`, elsewhere it has its own name.
const FIRST: &str = r#"
cd PLACE; umask 022
unshare() {
    local words=("$@") i
    for ((i = 0; i < $#; i++)); do
        case ${words[i]} in
            --propagation | --map-user | --map-group) ((++i)) ;;
            -*) ;;
            *) command unshare "$@"; return ;;
        esac
    done
    command unshare "$@" bash
}
export -f unshare
if command -v rename.ul > /dev/null; then rename() { command rename.ul "$@" 2>&1 | sed 's/^rename\.ul:/rename:/'; return ${PIPESTATUS[0]}; }; export -f rename; fi
"#;

/// A bash that reads its script as it is written.
struct Bash {
    /// In its namespaces, of which it uses nothing else.
    _stage: Stage,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// The shells that it has opened one in the other, and whether they still read.
    opened: Vec<bool>,
}

impl Bash {
    fn start(role: Role, cgroups: Option<&Cgroups>) -> Bash {
        let starting = Stage::spawn(&support::program(), support::scratch("layerlab-twin"), StageNeeds::default());
        let stage = starting.and_then(|starting| starting.wait()).unwrap_or_else(|error| panic!("{error}"));
        let mut words = cgroups.map(Cgroups::enter).unwrap_or_default();
        // But for the processes: those of the machine are in its /proc.
        words.extend(["nsenter", "--mount", "--uts", "--ipc", "--net", "--target"].map(String::from));
        words.push(stage.facts().pid.to_string());
        words.extend(match role {
            Role::User => vec!["--user".to_string(), "--preserve-credentials".into()],
            Role::Root => vec!["setpriv".to_string(), format!("--bounding-set={GIVEN_UP}")],
        });
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        let images = format!("{}/images", place());
        let mut child = command
            .args(["bash", "-s"])
            .env_clear()
            .envs([("PATH", path), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC"), ("HOME", "/")])
            .envs([("LAYERLAB_IMAGES", images.as_str()), ("SOURCE_DATE_EPOCH", "0")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("nsenter runs");
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut bash = Bash { _stage: stage, child, input, output, opened: Vec::new() };
        assert_eq!(bash.run(&FIRST.replace("PLACE", place())), (String::new(), 0));
        // The program itself, wherever the tests have put it.
        let program = support::program();
        assert_eq!(bash.run(&format!("layerlab() {{ {} \"$@\"; }}", program.display())).1, 0);
        bash
    }

    fn run(&mut self, source: &str) -> (String, i32) {
        if source == "exit" && self.opened.pop() == Some(false) {
            return (String::new(), 0);
        }
        let mark = char::from(MARK);
        if source == "exit" {
            // dash reads ahead: what is written before it has ended is lost with it.
            let processes = || descendants(self.child.id());
            let (before, begun) = (processes(), Instant::now());
            writeln!(self.input, "exit").expect("bash reads");
            while processes() >= before && before > 0 {
                assert!(begun.elapsed() < Duration::from_secs(10), "the shell does not end");
                std::thread::sleep(Duration::from_millis(2));
            }
            writeln!(self.input, "printf '{mark}%s{mark}' 0").expect("bash reads");
        } else {
            writeln!(self.input, "{{ {source}\n}} 2>&1\nprintf '{mark}%s{mark}' $?").expect("bash reads");
        }
        self.input.flush().unwrap();
        let mut part = || {
            let mut part = Vec::new();
            self.output.read_until(MARK, &mut part).unwrap();
            assert_eq!(part.pop(), Some(MARK), "bash ended: {source}\n{}", String::from_utf8_lossy(&part));
            String::from_utf8_lossy(&part).into_owned()
        };
        let (printed, status) = (part(), part().parse().expect("an exit status"));
        // bash reading a script says which line it is at; the one that a person types into does not.
        let printed = printed.split_inclusive('\n').map(|line| match line.strip_prefix("bash: line ") {
            Some(rest) => format!("bash: {}", rest.split_once(": ").map_or(rest, |(_, message)| message)),
            None => line.to_string(),
        });
        let printed: String = printed.collect();
        if opens_a_shell(source) && status == 0 {
            self.opened.push(true);
        }
        // Nor does that one end where it cannot fork.
        if printed.starts_with("bash: fork: ")
            && let Some(reads) = self.opened.last_mut()
        {
            *reads = false;
        }
        (printed, status)
    }
}

/// Whether a line begins a shell: without a program, `unshare` and `nsenter` do.
fn opens_a_shell(source: &str) -> bool {
    let words: Vec<&str> = source.split_whitespace().collect();
    match words[..] {
        ["chroot", ..] => true,
        // What is no flag, and no value of one, is the program that they run.
        ["unshare" | "nsenter", ref rest @ ..] => {
            let valued = |at: usize| at > 0 && ["--propagation", "--map-user", "--map-group"].contains(&rest[at - 1]);
            rest.iter().enumerate().all(|(at, word)| word.starts_with('-') || valued(at))
        }
        _ => false,
    }
}

/// How many processes descend from a process.
fn descendants(pid: u32) -> usize {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|pid| pid.parse().ok()).map(|pid| 1 + descendants(pid)).sum()
}

fn by_bash(lesson: &Lesson, role: Role, version: Option<CgroupVersion>) -> Vec<Left> {
    let cgroups = version.map(|_| Cgroups::make());
    let mut bash = Bash::start(role, cgroups.as_ref());
    let lesson = lesson.on(version);
    let steps = lesson.steps().map(|(_, step)| {
        let run = |line: &ConsoleLine| {
            let command = adapt(&line.command, role);
            bash.run(&command.map_or_else(|| line.source.clone(), |adapted| adapted.to_string()))
        };
        let commands = step.commands().map(run).collect();
        Left { commands, state: dump(bash.child.id()) }
    });
    let left = steps.collect();
    drop(bash.input);
    assert!(bash.child.wait().unwrap().success());
    left
}

fn compare(lesson: &Lesson, ours: &[Left], theirs: &[Left], version: Option<CgroupVersion>, wrong: &mut String) {
    let number = lesson.meta.number;
    for (((step, section), ours), theirs) in lesson.on(version).steps().zip(ours).zip(theirs) {
        for ((line, ours), theirs) in section.commands().zip(&ours.commands).zip(&theirs.commands) {
            for (who, (output, status)) in [("layerlab", ours), ("bash", theirs)] {
                if (*status != 0) != line.fails || !matches(&line.expected, output) {
                    let _ = writeln!(
                        wrong,
                        "lesson {number}, step {step}: {who} does not do what the lesson says\n  $ {}\n  expected (fails: {}):\n{}\n  printed (status {status}):\n{output}",
                        line.source,
                        line.fails,
                        line.expected.join("\n")
                    );
                }
            }
            let wildcards = line.expected.iter().any(|line| line == "..." || line.contains("[..]"));
            if !wildcards && ours.0 != theirs.0 {
                let _ = writeln!(
                    wrong,
                    "lesson {number}, step {step}: $ {}\n  layerlab: {:?}\n  bash:     {:?}",
                    line.source, ours.0, theirs.0
                );
            }
        }
        if ours.state != theirs.state {
            let diff = similar::TextDiff::from_lines(&theirs.state, &ours.state);
            let _ = writeln!(
                wrong,
                "lesson {number}, after step {step}: the trees differ (- bash, + layerlab)\n{}",
                diff.unified_diff().context_radius(0)
            );
        }
    }
}
