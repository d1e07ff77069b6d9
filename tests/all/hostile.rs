//! Bytes that steer a terminal, put into every string of every format that the program reads: none comes out, whoever shows
//! it. A table says what is spoilt; each row is tried as sentences, with colours, and as JSON.

use crate::support::image::Image;
use crate::support::session::Student;
use crate::support::{command, in_namespaces, layerlab, source};
use serde_json::Value;
use sha2::Digest;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// ESC, OSC, C1, a carriage return, a sign that turns the direction of writing, a separator of lines, one that nobody sees.
const EVIL: &str = "\x1b[2J\x1b]0;x\x07\u{9b}31m\r\u{202e}\u{2028}\u{200b}";

/// Whether a character does something to a terminal, written down once more: the test must not ask what it tests.
fn acts(letter: char) -> bool {
    let turns_or_hides = matches!(letter, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    turns_or_hides || (letter.is_control() && letter != '\n' && letter != '\t')
}

/// Without styles (`ESC [` numbers `m`), which are ours: with them nothing can be moved or overwritten.
fn without_styles(text: &str) -> String {
    let mut pieces = text.split("\x1b[");
    let mut plain = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        match piece.split_once('m') {
            Some((style, rest)) if style.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') => {
                plain.push_str(rest)
            }
            _ => plain.extend(["\x1b[", piece]),
        }
    }
    plain
}

/// Runs it to its end; nothing of what it says steers a terminal, and it has not crashed.
#[track_caller]
fn is_tame(command: &mut Command, what: &str) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let mut said = String::new();
    for bytes in [&output.stdout, &output.stderr] {
        let text =
            std::str::from_utf8(bytes).unwrap_or_else(|error| panic!("{what}: {error}: {}", bytes.escape_ascii()));
        let text = without_styles(text);
        assert!(!text.contains(acts), "{what}: {text:?}");
        said.push_str(&text);
    }
    let fault = matches!(output.status.code(), Some(101 | 134 | 139) | None);
    assert!(!fault && !said.contains("panicked"), "{what}: {:?} {said}", output.status);
    said
}

/// The same in every way in which something is shown.
#[track_caller]
fn is_tame_in_every_mode(home: &Path, words: &[&OsStr]) {
    for (flag, variable) in [("", ""), ("--plain", ""), ("", "CLICOLOR_FORCE"), ("--json", "")] {
        let mut command = layerlab();
        command.args(words).env("LAYERLAB_HOME", home).env("COLUMNS", "300");
        if !flag.is_empty() {
            command.arg(flag);
        }
        if !variable.is_empty() {
            command.env(variable, "1");
        }
        is_tame(&mut command, &format!("{words:?} {flag}"));
    }
}

fn words<'a>(words: &'a [&'a str]) -> Vec<&'a OsStr> {
    words.iter().map(OsStr::new).collect()
}

/// The place of every string in a value, as JSON pointers; places in lists count as one.
fn strings(value: &Value, at: &str, kind: &str, found: &mut BTreeSet<(String, String)>, all: &mut Vec<String>) {
    match value {
        Value::String(_) => {
            let shape = at.split('/').map(|part| if part.parse::<usize>().is_ok() { "0" } else { part });
            if found.insert((kind.to_string(), shape.collect::<Vec<_>>().join("/"))) {
                all.push(at.to_string());
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| strings(item, &format!("{at}/{n}"), kind, found, all));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| {
                let name = name.replace('~', "~0").replace('/', "~1");
                strings(field, &format!("{at}/{name}"), kind, found, all)
            });
        }
        _ => {}
    }
}

#[test]
fn no_string_of_a_recording_steers_a_terminal() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("recording.jsonl");
    let mut known = BTreeSet::new();
    let mut tried = 0;
    for lesson in ["01-four-layers", "06-shared-image", "16-cgroups", "17-a-container-by-hand", "13-pid-namespaces"] {
        let path = source().join("lessons").join(lesson).join("recording.jsonl");
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let begin = text.lines().next().unwrap();
        for line in text.lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            let mut places = Vec::new();
            strings(&event, "", event["event"].as_str().unwrap(), &mut known, &mut places);
            for at in places {
                let mut spoilt = event.clone();
                let text = spoilt.pointer_mut(&at).unwrap();
                *text = format!("{}{EVIL}", text.as_str().unwrap()).into();
                let begin = if event["event"] == "begin" { String::new() } else { format!("{begin}\n") };
                std::fs::write(&file, format!("{begin}{spoilt}\n")).unwrap();
                for painter in ["terminal", "plain", "json"] {
                    let mut command = layerlab();
                    command
                        .args(["replay", "--full", "--notes", "--as", painter])
                        .arg(&file)
                        .env("CLICOLOR_FORCE", "1");
                    is_tame(&mut command, &format!("{lesson} {at} {painter}"));
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 40, "{tried} strings");
    std::fs::write(&file, format!("{}\n", serde_json::json!({ "event": EVIL }))).unwrap();
    is_tame(layerlab().arg("replay").arg(&file), "an event that nobody knows");
}

#[test]
fn no_line_of_a_lesson_steers_a_terminal() {
    let place = tempfile::tempdir().unwrap();
    let lessons = place.path().join("lessons");
    is_tame(layerlab().args(["lesson", "new", "try", "--dir"]).arg(&lessons), "new");
    let lesson = std::fs::read_dir(&lessons).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(lesson.join("lesson.md")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let home = place.path().join("home");
    // A carriage return ends no line in Markdown's eyes only where it stands alone.
    for (at, line) in lines.iter().enumerate() {
        for spoilt in
            [format!("{line}{EVIL}"), format!("{}{EVIL}{}", &line[..1.min(line.len())], &line[1.min(line.len())..])]
        {
            let mut lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
            lines[at] = spoilt;
            std::fs::write(lesson.join("lesson.md"), lines.join("\n")).unwrap();
            // A lesson that is refused is so for all commands alike; the others are tried below.
            for words in [&["task", "1"][..], &["list", "1"]] {
                let mut command = layerlab();
                command.args(words).arg("--lessons").arg(&lessons).env("LAYERLAB_HOME", &home);
                is_tame(&mut command, &format!("line {at}: {words:?}"));
            }
        }
    }
    // All lines at once that are no structure.
    let prose = lines.iter().map(|line| match line.chars().next() {
        Some(first) if first.is_alphabetic() && !line.contains(':') => format!("{line}{EVIL}"),
        _ => line.to_string(),
    });
    std::fs::write(lesson.join("lesson.md"), prose.collect::<Vec<_>>().join("\n")).unwrap();
    for words in [&["list", "1"][..], &["task", "1"], &["hint", "1"], &["run", "1", "--auto"]] {
        let lessons = lessons.to_str().unwrap();
        is_tame_in_every_mode(&home, &self::words(&[words, &["--lessons", lessons]].concat()));
    }
}

#[test]
fn no_file_of_a_lesson_steers_a_terminal() {
    let place = tempfile::tempdir().unwrap();
    let lessons = place.path().join("lessons");
    let home = place.path().join("home");
    is_tame(layerlab().args(["lesson", "new", "try", "--dir"]).arg(&lessons), "new");
    let lesson = std::fs::read_dir(&lessons).unwrap().next().unwrap().unwrap().path();
    for folder in ["solutions", "mistakes", "variants"] {
        let folder = lesson.join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        for file in std::fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let spoilt: Vec<String> = text.lines().map(|line| format!("{line}{EVIL}")).collect();
            std::fs::write(&path, format!("{}\necho '{EVIL}'; echo '{EVIL}' >&2; exit 1\n", spoilt.join("\n")))
                .unwrap();
        }
    }
    let lessons_text = lessons.to_str().unwrap();
    is_tame_in_every_mode(&home, &words(&["solution", "1", "--yes", "--lessons", lessons_text]));
    is_tame(layerlab().args(["lesson", "check"]).arg(&lesson), "check, spoilt scripts");
    for (folder, ending) in [("solutions", "sh"), ("mistakes", "sh"), ("variants", "txt"), ("", "md"), ("", "")] {
        let name = if ending.is_empty() { EVIL.to_string() } else { format!("{EVIL}.{ending}") };
        std::fs::write(lesson.join(folder).join(name), format!("# verify: {EVIL}\n{EVIL}\n")).unwrap();
    }
    is_tame(layerlab().args(["lesson", "check"]).arg(&lesson), "check, spoilt names");
    std::fs::rename(&lesson, lessons.join(format!("01-{EVIL}"))).unwrap();
    for what in [&["list"][..], &["run", "1", "--auto"], &["task", "1"], &["lesson", "check", lessons_text]] {
        is_tame_in_every_mode(&home, &words(&[what, &["--lessons", lessons_text]].concat()));
    }
}

#[test]
fn no_progress_and_no_record_of_a_session_steers_a_terminal() {
    let student = Student::new();
    student.ends(0, &["shell", "3", "-c", "true"]);
    student.ends(0, &["hint", "3"]);
    student.ends(1, &["verify", "3"]);
    let done = serde_json::json!({
        "version": 1,
        "lessons": { "03-whiteouts": "2026-01-01T00:00:00Z" },
        "exercises": { "03-whiteouts/hide": { "solved": "2026-01-01T00:00:00Z", "hints": 1 } },
    });
    std::fs::write(student.home().join("progress.json"), done.to_string()).unwrap();
    let note = student.state("03-whiteouts").join("session.json");
    let progress = student.home().join("progress.json");
    for (file, commands) in [
        (&progress, &[&["list"][..], &["progress"], &["progress", "export"], &["hint", "3", "--again"]][..]),
        (&note, &[&["status"], &["verify", "3"], &["task"]]),
    ] {
        let text = std::fs::read_to_string(file).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let (mut known, mut places) = (BTreeSet::new(), Vec::new());
        strings(&value, "", "", &mut known, &mut places);
        assert!(!places.is_empty(), "{text}");
        for at in places {
            let mut spoilt = value.clone();
            *spoilt.pointer_mut(&at).unwrap() = EVIL.into();
            for command in commands {
                std::fs::write(file, spoilt.to_string()).unwrap();
                is_tame_in_every_mode(student.home(), &words(command));
            }
        }
        let mut more = value.clone();
        more.as_object_mut().unwrap().insert(EVIL.into(), EVIL.into());
        for broken in [more.to_string(), format!("{EVIL}{text}"), format!("{{\"{EVIL}\":")] {
            for command in commands {
                std::fs::write(file, &broken).unwrap();
                is_tame_in_every_mode(student.home(), &words(command));
            }
        }
        std::fs::write(file, &text).unwrap();
        let import = student.beside().join("import");
        std::fs::write(&import, format!("{{\"version\":1,\"{EVIL}\":1}}")).unwrap();
        is_tame_in_every_mode(student.home(), &words(&["progress", "import", import.to_str().unwrap()]));
    }
    student.ok(&["stop", "3"]);
}

#[test]
fn no_mount_point_no_archive_and_no_image_steers_a_terminal() {
    let image = Image::new();
    let there = image.beside().join(EVIL);
    std::fs::create_dir_all(there.join("lower/sub")).unwrap();
    std::fs::write(there.join("lower").join(EVIL), EVIL).unwrap();
    std::fs::write(there.join("lower").join(OsStr::from_bytes(b"\x9b31m\xff")), "").unwrap();
    let script = "cd \"$2\" && mkdir upper work mnt && mount -t tmpfs \"$3\" upper && mkdir upper/u upper/w && \
        mount -t overlay \"$3\" -o \"lowerdir=lower,upperdir=upper/u,workdir=upper/w$LAYERLAB_OVERLAY_OPTIONS\" mnt && echo x > \"mnt/$3\" && \
        for mode in '' --plain --json; do \"$1\" trees $mode; \"$1\" trees --all $mode; \"$1\" trees mnt --full $mode; \
        CLICOLOR_FORCE=1 \"$1\" trees \"$2/mnt\"; \"$1\" trees \"$3\" $mode; done; exit 0";
    let mut inside = in_namespaces(script);
    let said = is_tame(inside.arg(&there).arg(EVIL), "trees");
    assert!(said.contains("\\u{202e}"), "{said}");

    // What an archive holds, and what of it is refused or left out.
    let archive = image.beside().join("archive.tar");
    for extra in [&["--transform", "s,^,../,"][..], &[], &["--transform", "s,sub,/sub,"]] {
        let mut tar = command("tar");
        tar.arg("--create").arg("--file").arg(&archive).args(extra).arg("-C").arg(there.join("lower")).arg(".");
        assert!(tar.output().unwrap().status.success());
        for mode in ["--json", "--plain"] {
            let made = image.beside().join(format!("made{EVIL}"));
            let mut rootfs = layerlab();
            is_tame(rootfs.arg("rootfs").arg(&made).arg(mode).arg("--from").arg(&archive), "rootfs");
            let _ = std::fs::remove_dir_all(made);
        }
    }
    let (root, evil) = (image.root(), OsStr::new(EVIL));
    let options: &[&[&OsStr]] = &[
        &["--env".as_ref(), evil],
        &["--hostname".as_ref(), evil],
        &["--workdir".as_ref(), evil],
        &["--workdir".as_ref(), OsStr::new("/nowhere\x1b[2J\u{202e}")],
        &["--user".as_ref(), evil],
        &["--size".as_ref(), evil],
        &["--memory".as_ref(), evil],
        &["--volume".as_ref(), evil],
        &["--keep".as_ref(), there.as_os_str()],
        &["--explain".as_ref()],
    ];
    for option in options {
        let mut run = layerlab();
        run.args(["container", "run"]).args(*option).arg(&root).arg("true");
        is_tame(&mut run, &format!("{option:?}"));
    }
    is_tame(layerlab().args(["container", "run", "--explain"]).arg(&root).args(["sh", "-c", "true", EVIL]), "explain");
    is_tame(layerlab().args(["container", "run"]).arg(&root).arg(EVIL), "no such command");
    is_tame(layerlab().args(["container", "run"]).arg(there.join("lower")).arg(EVIL), "no such image");
    image.nothing_is_left();
}

#[test]
fn no_variable_of_the_environment_steers_a_terminal() {
    let place = tempfile::tempdir().unwrap();
    let absolute = format!("{}/{EVIL}", place.path().display());
    for variable in
        ["TERM", "LANG", "LC_ALL", "LC_MESSAGES", "COLUMNS", "LINES", "PATH", "TMPDIR", "USER", "SHELL", "NO_COLOR"]
            .into_iter()
            .chain([
                "HOME",
                "XDG_DATA_HOME",
                "LAYERLAB_HOME",
                "LAYERLAB_SCRATCH",
                "LAYERLAB_SCRATCH_SIZE",
                "LAYERLAB_EXERCISE",
            ])
    {
        for value in [EVIL, &absolute] {
            for words in [
                &["list"][..],
                &["status"],
                &["verify"],
                &["task"],
                &["shell", "3", "-c", "true"],
                &["stop", "all"],
                &["run", "1", "--auto", "--plain"],
                &["rootfs", place.path().join("nowhere/made").to_str().unwrap()],
            ] {
                // Bash has words of its own about a locale that it does not know.
                if words[0] == "shell" && variable.starts_with("L") {
                    continue;
                }
                let mut command = layerlab();
                command.args(words).env("LAYERLAB_HOME", place.path().join("home")).env(variable, value);
                is_tame(command.current_dir(place.path()), &format!("{variable} {words:?}"));
            }
        }
    }
}

/// An image as an OCI image layout, of which one file may be spoilt: those that name it have its digest.
fn layout(at: &Path, spoilt: Option<(usize, &str)>) -> Vec<Vec<String>> {
    let blobs = at.join("blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    let mut places = Vec::new();
    let spoil = |number: usize, mut value: Value, places: &mut Vec<Vec<String>>| {
        let mut all = Vec::new();
        strings(&value, "", "", &mut BTreeSet::new(), &mut all);
        if let Some((_, place)) = spoilt.filter(|(file, _)| *file == number) {
            let text = value.pointer_mut(place).unwrap();
            *text = format!("{}{EVIL}", text.as_str().unwrap()).into();
        }
        places.push(all);
        value.to_string().into_bytes()
    };
    let stored = |kind: &str, bytes: &[u8]| {
        let digest: String = sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(blobs.join(&digest), bytes).unwrap();
        let media = format!("application/vnd.oci.image.{kind}");
        serde_json::json!({ "mediaType": media, "digest": format!("sha256:{digest}"), "size": bytes.len() })
    };
    let layer = stored("layer.v1.tar", &[0; 1024]);
    let config = serde_json::json!({
        "architecture": "amd64", "os": "linux", "variant": "v", "author": "a", "created": "2026-01-01T00:00:00Z",
        "config": {
            "Env": ["A=b"], "Cmd": ["sh"], "Entrypoint": ["env"], "WorkingDir": "/", "User": "1", "StopSignal": "TERM",
            "Labels": { "k": "v" },
        },
        "rootfs": { "type": "layers", "diff_ids": [layer["digest"]] },
        "history": [{ "created": "2026-01-01T00:00:00Z", "created_by": "c", "comment": "d", "author": "e" }],
    });
    let config = stored("config.v1+json", &spoil(0, config, &mut places));
    let manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config,
        "layers": [layer], "annotations": { "a": "b" },
    });
    let mut manifest = stored("manifest.v1+json", &spoil(1, manifest, &mut places));
    manifest["annotations"] = serde_json::json!({ "org.opencontainers.image.ref.name": "app:1" });
    manifest["platform"] = serde_json::json!({ "architecture": "amd64", "os": "linux" });
    let index = serde_json::json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [manifest],
    });
    std::fs::write(at.join("index.json"), spoil(2, index, &mut places)).unwrap();
    let version = serde_json::json!({ "imageLayoutVersion": "1.0.0" });
    std::fs::write(at.join("oci-layout"), spoil(3, version, &mut places)).unwrap();
    places
}

#[test]
fn no_string_of_an_image_steers_a_terminal() {
    let place = tempfile::tempdir().unwrap();
    let image = |home: &Path, words: &[&str], what: &str| {
        let mut command = layerlab();
        command.arg("image").args(words).env("LAYERLAB_HOME", home).env("CLICOLOR_FORCE", "1");
        is_tame(command.current_dir(place.path()), &format!("{what}: {words:?}"))
    };
    let (mut tried, mut taken) = (0, 0);
    let places = layout(&place.path().join("whole"), None);
    let whole = image(&place.path().join("home"), &["load", "-i", "whole"], "whole");
    assert!(whole.contains("app:1"), "{whole}");
    for (file, at) in places.iter().enumerate().flat_map(|(file, all)| all.iter().map(move |at| (file, at))) {
        let (home, name) = (place.path().join(format!("home{tried}")), format!("spoilt{tried}"));
        layout(&place.path().join(&name), Some((file, at)));
        tried += 1;
        let said = image(&home, &["load", "-i", &name], at);
        // What is refused, is not in the store.
        if !said.contains("error: ") {
            taken += 1;
            for words in [&["ls"][..], &["ls", "--plain"], &["inspect", "app:1"], &["history", "app:1"], &["tree"]] {
                image(&home, words, at);
            }
            let mut run = layerlab();
            run.args(["container", "run", "app:1"]).env("LAYERLAB_HOME", &home).current_dir(place.path());
            is_tame(&mut run, at);
        }
    }
    assert!(tried > 25 && taken > 8, "{tried} strings, {taken} taken");
}

#[test]
fn no_newline_in_what_is_typed_makes_a_line_that_looks_like_ours() {
    let place = tempfile::tempdir().unwrap();
    let forged = "a\n  fix   sudo rm x\nerror: b";
    std::fs::create_dir(place.path().join(forged)).unwrap();
    let lesson = place.path().join(forged).join("01-try");
    std::fs::create_dir(&lesson).unwrap();
    std::fs::write(lesson.join("lesson.md"), "---\ntitle: A try\nminutes: 1\nneeds: [x]\n---\n").unwrap();
    for words in [
        &["image", "load", forged][..],
        &["run", "1", forged],
        &["--nothing", forged],
        &[forged],
        &["lesson", "check", forged],
        &["--lessons", forged, "run", "1"],
        &["lesson", "new", "x", "--dir", forged],
        &["progress", "import", forged],
        &["replay", forged],
        &["rootfs", forged, "--from", forged],
        &["trees", forged],
        &["container", "run", forged, "true"],
    ] {
        for home in [forged, "home"] {
            let mut command = layerlab();
            command.args(words).env("LAYERLAB_HOME", place.path().join(home)).env("COLUMNS", "300");
            let said = is_tame(command.current_dir(place.path()), &format!("{words:?}"));
            let lines: Vec<&str> = said.lines().map(str::trim).collect();
            assert!(
                !lines.iter().any(|line| line.starts_with("fix   sudo") || *line == "error: b"),
                "{words:?}: {said}"
            );
        }
    }
}
