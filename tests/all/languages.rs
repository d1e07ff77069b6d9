//! A lesson in two languages: checked, run, recorded and replayed, and worked on in a session.

use crate::support::session::Student;
use crate::support::{Ended, layerlab, text};
use std::path::Path;
use std::process::Command;

const ENGLISH: &str = "\
---
title: A greeting
minutes: 3
needs: []
panels: [mounts]
---
How a file comes to be.

## Write a file

We write the greeting down.

```predict
greeting.txt reads hello
```

```console
$ echo hello > greeting.txt
$ cat greeting.txt
hello
```

## Exercise: answer {#answer}

Make a file `answer.txt` that reads `yes`.

> [!TIP]
> Which command wrote the greeting?

> [!TIP]
> It is `echo` with `>`.

```check
contains answer.txt yes
untouched greeting.txt
```

> [!NOTE]
> The answer stands beside the greeting.
";

const TRANSLATED: &[(&str, &str)] = &[
    ("A greeting", "Ein Gruß"),
    ("How a file comes to be.", "Wie eine Datei entsteht."),
    ("Write a file", "Eine Datei schreiben"),
    ("We write the greeting down.", "Wir schreiben den Gruß auf."),
    ("Exercise: answer", "Aufgabe: antworten"),
    ("Make a file `answer.txt` that reads `yes`.", "Lege `answer.txt` an, mit dem Inhalt `yes`."),
    ("Which command wrote the greeting?", "Welcher Befehl schrieb den Gruß?"),
    ("It is `echo` with `>`.", "Es ist `echo` mit `>`."),
    ("The answer stands beside the greeting.", "Die Antwort steht neben dem Gruß."),
];

const SCRIPTS: &[(&str, &str)] = &[
    ("solutions/answer.sh", "echo yes > answer.txt\n"),
    ("mistakes/answer-nothing.sh", "# verify: answer.txt does not exist\n"),
    ("mistakes/answer-no.sh", "# verify: answer.txt reads \"no\", not \"yes\"\necho no > answer.txt\n"),
    (
        "mistakes/answer-over-it.sh",
        "# verify: greeting.txt was changed\necho yes > answer.txt\necho yes > greeting.txt\n",
    ),
];

/// The lesson in a folder, in English and in German.
fn greeting(folder: &Path) {
    let lesson = folder.join("01-greeting");
    for part in ["solutions", "mistakes"] {
        std::fs::create_dir_all(lesson.join(part)).unwrap();
    }
    let german = TRANSLATED.iter().fold(ENGLISH.to_string(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    for (name, text) in [("lesson.md", ENGLISH), ("lesson.de.md", &german)].iter().chain(SCRIPTS) {
        std::fs::write(lesson.join(name), text).unwrap();
    }
}

fn ok(command: &mut Command, lessons: &Path) -> String {
    let Ended { code, stdout, stderr } =
        text(command.arg("--as-real-root=yes").arg("--lessons").arg(lessons).env("COLUMNS", "100"));
    assert!(code == Some(0) && stderr.is_empty(), "{command:?}: {stdout}{stderr}");
    stdout
}

#[test]
fn it_is_checked_run_and_replayed_in_both() {
    let folder = tempfile::tempdir().unwrap();
    greeting(folder.path());
    let checked = text(layerlab().args(["lesson", "check"]).arg(folder.path()));
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let record = folder.path().with_extension("jsonl");
    for (language, title, prose) in [("en", "A greeting", "write the greeting"), ("de", "Ein Gruß", "den Gruß auf")] {
        let list = ok(layerlab().args(["list", "--lang", language]), folder.path());
        assert!(list.contains(title), "{list}");
        let run = ["run", "1", "--auto", "--lang", language, "--record"];
        let ran = ok(layerlab().args(run).arg(&record), folder.path());
        assert!(ran.contains(title) && ran.contains(prose) && ran.contains("$ cat greeting.txt"), "{ran}");
        // A recording holds its texts, whatever language is spoken where it is shown.
        let replayed = ok(layerlab().arg("replay").arg(&record).env("LC_ALL", "C.UTF-8"), folder.path());
        assert!(replayed.contains(title) && replayed.contains(prose), "{replayed}");
        std::fs::remove_file(&record).unwrap();
    }
    // The locale asks, too; a language that there is not is English.
    for (locale, title) in [("de_AT.UTF-8", "Ein Gruß"), ("fr_FR.UTF-8", "A greeting")] {
        let list = ok(layerlab().arg("list").env("LC_ALL", locale), folder.path());
        assert!(list.contains(title), "{locale}: {list}");
    }
}

#[test]
fn its_exercises_are_worked_on_in_it() {
    let student = Student::new();
    let lessons = student.beside().join("lessons");
    greeting(&lessons);
    let german = |words: &[&str]| ok(&mut student.layerlab(&[words, &["--lang", "de"]].concat()), &lessons);
    assert!(german(&["task", "1.answer"]).contains("Lege `answer.txt` an"));
    // The words that are typed in the shell speak as the shell was told to.
    let inside = german(&["shell", "1", "-c", "echo yes > answer.txt; task; hint; verify"]);
    for said in ["Lege `answer.txt` an", "Welcher Befehl schrieb den Gruß?", "Die Antwort steht neben dem Gruß."] {
        assert!(inside.contains(said), "{said}: {inside}");
    }
    assert!(german(&["hint", "1"]).contains("Es ist"));
    let english = ok(&mut student.layerlab(&["verify", "1.answer", "--lang", "en"]), &lessons);
    assert!(english.contains("The answer stands beside the greeting."), "{english}");
}

#[test]
fn a_translation_that_is_another_lesson_is_refused() {
    let cases = [
        ("panels: [mounts]", "panels: [mounts, ids]", "panels differ from those of lesson.md"),
        ("panels: [mounts]\n", "", "panels differ from those of lesson.md"),
        ("needs: []", "needs: [overlay]", "needs differ from those of lesson.md"),
        ("echo hello", "echo hallo", "stands where lesson.md has"),
    ];
    for (from, to, said) in cases {
        let folder = tempfile::tempdir().unwrap();
        greeting(folder.path());
        let path = folder.path().join("01-greeting/lesson.de.md");
        let text_of = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text_of.replacen(from, to, 1)).unwrap();
        let checked = text(layerlab().args(["lesson", "check"]).arg(folder.path()));
        assert_eq!(checked.code, Some(4), "{checked:?}");
        let all = checked.stdout + &checked.stderr;
        assert!(all.contains(said) && all.contains("lesson.de.md"), "{said}: {all}");
    }
}
