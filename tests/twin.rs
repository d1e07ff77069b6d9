//! The twin test: what a lesson shows is what is executed, and bash with util-linux does the same.
//!
//! Every lesson is run twice: once by the engine's stage, once by bash with the real programs in namespaces made by
//! unshare(1). After each step both must have printed what the lesson says, ended alike, and left the same files,
//! modes, links, contents, whiteouts and overlay attributes. The state is read by find(1), sha256sum(1) and getfattr(1)
//! in both worlds, so not by our own observer.

mod support;

use layerlab::action::adapt;
use layerlab::event::Role;
use layerlab::lesson::{Catalogue, ConsoleLine, Language, Lesson, matches};
use layerlab::stage::{ScratchChoice, Stage};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Prints the state below the working directory. Random values (a mount's uuid, a file handle's bytes, the names of the
/// kernel's own temporary files in the work directory) are left out, as is the size of directories.
const DUMP: &str = r#"
find . -mindepth 1 \( -type d -printf 'directory %m %p\n' -o -type l -printf 'link %p -> %l\n' -o -printf '%y %m %s %n %p\n' \) | sed 's,/work/#[0-9a-f]*$,/work/#,' | LC_ALL=C sort
find . -type f -size -4096k -exec sha256sum {} + | LC_ALL=C sort -k 2
getfattr -R -h -d -m '\.overlay\.' . 2>/dev/null | grep -v -E 'overlay\.(uuid|origin)=' || true
"#;

#[test]
fn every_lesson_does_the_same_in_bash() {
    let catalogue = Catalogue::folder(&support::source().join("lessons")).unwrap();
    let mut wrong = String::new();
    let mut commands = 0;
    for entry in catalogue.entries() {
        let lesson = entry.load(&Language::default()).unwrap_or_else(|error| panic!("{error}"));
        let (ours, role) = by_the_engine(&lesson);
        let theirs = by_bash(&lesson, role);
        commands += ours.iter().map(|step| step.commands.len()).sum::<usize>();
        compare(&lesson, &ours, &theirs, &mut wrong);
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    // A catalogue that was not found, or a lesson without commands, would compare nothing.
    assert!(catalogue.entries().len() >= 7 && commands > 100, "only {commands} commands were compared");
}

/// What a step left.
struct Left {
    /// Output and exit status of each command.
    commands: Vec<(String, i32)>,
    /// What `DUMP` printed after them.
    state: String,
}

fn by_the_engine(lesson: &Lesson) -> (Vec<Left>, Role) {
    let scratch = ScratchChoice { tmpfs: true, size: "64m".into(), disk: std::env::temp_dir().join("layerlab-twin") };
    let mut stage = Stage::start(&support::program(), scratch).unwrap_or_else(|error| panic!("{error}"));
    let role = stage.ready().role;
    let left = lesson.steps().map(|(_, step)| {
        let run = |line: &ConsoleLine| {
            let command = adapt(&line.command, role).unwrap_or_else(|| line.command.clone());
            let ran = stage.run(&command).unwrap_or_else(|error| panic!("{}: {error}", line.source));
            (String::from_utf8_lossy(&ran.shown).into_owned(), ran.status)
        };
        let commands = step.commands().map(run).collect();
        Left { commands, state: dump(stage.ready().pid) }
    });
    (left.collect(), role)
}

/// The state in the mount namespace of a process, read from outside by nsenter(1): whatever root a shell in it has.
fn dump(pid: u32) -> String {
    let mut nsenter = Command::new("nsenter");
    nsenter.args(["--target", &pid.to_string(), "--mount"]);
    if !support::is_root() {
        nsenter.args(["--user", "--preserve-credentials"]);
    }
    let output = nsenter.args(["bash", "-c", &format!("cd /tmp\n{DUMP}")]).output().expect("nsenter runs");
    assert!(output.status.success(), "nsenter: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Stands between outputs; no lesson prints it.
const MARK: u8 = 1;

/// bash, which is given one line after the other. A shell that a line starts reads the lines that follow: nothing is
/// written before it is there, because dash reads ahead.
struct Bash {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Bash {
    fn start(role: Role) -> Bash {
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--propagation", "private"]);
        if role == Role::User {
            unshare.args(["--user", "--map-root-user"]);
        }
        let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        let mut process = unshare
            .args(["bash", "-s"])
            .env_clear()
            .envs([("PATH", path), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC"), ("HOME", "/"), ("SHELL", "/bin/bash")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare runs");
        let (input, output) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        let mut bash = Bash { process, input, output };
        bash.type_in("mount -t tmpfs -o mode=755,size=64m layerlab /tmp\ncd /tmp\numask 022");
        // Debian calls util-linux's rename(1) `rename.ul`; elsewhere it has its own name.
        bash.type_in("if command -v rename.ul > /dev/null; then rename() { command rename.ul \"$@\" 2>&1 | sed 's/^rename\\.ul:/rename:/'; return ${PIPESTATUS[0]}; }; fi");
        bash
    }

    fn type_in(&mut self, line: &str) {
        self.input.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Runs a line; what it printed, and its exit status.
    fn run(&mut self, line: &str) -> (String, i32) {
        self.type_in(&format!("{{ {line}\n}} 2>&1\nprintf '\\001%s\\001' $?"));
        let mut next = || {
            let mut text = Vec::new();
            self.output.read_until(MARK, &mut text).unwrap();
            assert_eq!(text.pop(), Some(MARK), "bash ended at `{line}`");
            String::from_utf8_lossy(&text).into_owned()
        };
        (next(), next().parse().expect("an exit status"))
    }

    fn end(mut self) {
        drop(self.input);
        let status = self.process.wait().unwrap();
        assert!(status.success(), "bash ended with {status}");
    }
}

/// Whether a line begins or ends a shell: then there is no telling what it printed and how it ended, but from the lines
/// that follow.
fn changes_the_shell(line: &ConsoleLine) -> bool {
    let words: Vec<&str> = line.command.words.iter().map(String::as_str).collect();
    let opens_or_closes = match words[..] {
        ["chroot" | "exit", ..] => true,
        // What is no flag is the program that they run.
        ["unshare" | "nsenter", ref rest @ ..] => rest.iter().all(|word| word.starts_with('-')),
        _ => false,
    };
    opens_or_closes && !line.fails
}

fn by_bash(lesson: &Lesson, role: Role) -> Vec<Left> {
    let mut bash = Bash::start(role);
    // So that it has done what it was told before somebody looks.
    bash.run("true");
    let pid = bash.process.id();
    let left = lesson.steps().map(|(_, step)| {
        let run = |line: &ConsoleLine| {
            let source = adapt(&line.command, role).map_or_else(|| line.source.clone(), |adapted| adapted.to_string());
            if changes_the_shell(line) {
                bash.type_in(&source);
                return (String::new(), 0);
            }
            bash.run(&source)
        };
        let commands = step.commands().map(run).collect();
        bash.run("true");
        Left { commands, state: dump(pid) }
    });
    let left = left.collect();
    bash.end();
    left
}

fn compare(lesson: &Lesson, ours: &[Left], theirs: &[Left], wrong: &mut String) {
    let number = lesson.meta.number;
    for (((step, section), ours), theirs) in lesson.steps().zip(ours).zip(theirs) {
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
