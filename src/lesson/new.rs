//! A new lesson to begin with: small, valid, and true when it is run.

use crate::ground::{Failure, Name};
use crate::lesson::catalogue::{is_slug, split_name};
use crate::lesson::error::refused;
use std::fs;
use std::path::{Path, PathBuf};

const LESSON: &str = "\
---
title: TITLE
minutes: 5
needs: []
---
What this lesson shows, in two sentences, and why it matters.

## Write a file
What happens below, said before it happens.

```predict
greeting.txt reads hello
```

```console
$ echo hello > greeting.txt
$ cat greeting.txt
hello
$ cat nowhere.txt
? failed
cat: nowhere.txt: No such file or directory
```

What was seen, and what follows from it.

<!-- notes: What the instructor says here. -->

## Exercise: write another file {#write}
Make a file `answer.txt` that reads `yes`; `greeting.txt` must stay as it is.

> [!TIP]
> A vague hint: which command of this lesson wrote a file?

> [!TIP]
> A clear hint: `echo` with `>`, and the name of the new file behind it.

```check
contains answer.txt yes
untouched greeting.txt
```

> [!NOTE]
> What happened and why, told after success.
";

const SCRIPTS: &[(&str, &str)] = &[
    ("solutions/write.sh", "echo yes > answer.txt\n"),
    ("mistakes/write-nothing.sh", "# verify: answer.txt does not exist\n"),
    ("mistakes/write-other-words.sh", "# verify: answer.txt reads \"no\", not \"yes\"\necho no > answer.txt\n"),
    (
        "mistakes/write-over-the-old.sh",
        "# verify: greeting.txt was changed\necho yes > answer.txt\necho yes > greeting.txt\n",
    ),
];

/// Makes the folder of a new lesson, with the next free number, and returns its path.
pub fn scaffold(folder: &Path, slug: &str) -> Result<PathBuf, Failure> {
    let wanted = || format!("cannot make a lesson called `{}`", slug.escape_debug());
    if !is_slug(slug) {
        let why = "a slug is made of words of a-z and 0-9, joined by hyphens, and begins with a letter";
        return Err(Failure::ours(wanted(), why, "give it a name such as what-goes-wrong"));
    }
    let failed = |call: &'static str, args: String| move |error: std::io::Error| refused(wanted(), call, args, &error);
    fs::create_dir_all(folder).map_err(failed("mkdir", format!("{folder:?}, 0777")))?;
    let mut last = 0;
    let list = failed("open", format!("{folder:?}, O_RDONLY|O_DIRECTORY"));
    for entry in fs::read_dir(folder).map_err(list)?.flatten() {
        let name = entry.file_name();
        let Some((number, other)) = name.to_str().and_then(split_name) else { continue };
        if other == slug {
            let why = format!("{} is there already", Name::of(entry.path()));
            return Err(Failure::ours(wanted(), why, "take another name, or edit that lesson"));
        }
        last = last.max(number);
    }
    let lesson = folder.join(format!("{:02}-{slug}", last + 1));
    // Made, not found: two authors at once cannot write into one folder.
    fs::create_dir(&lesson).map_err(failed("mkdir", format!("{lesson:?}, 0777")))?;
    for part in ["solutions", "mistakes"] {
        let part = lesson.join(part);
        fs::create_dir(&part).map_err(failed("mkdir", format!("{part:?}, 0777")))?;
    }
    let text = LESSON.replace("TITLE", &title(slug));
    for (name, content) in [("lesson.md", text.as_str())].into_iter().chain(SCRIPTS.iter().copied()) {
        let path = lesson.join(name);
        fs::write(&path, content).map_err(failed("open", format!("{path:?}, O_WRONLY|O_CREAT|O_TRUNC, 0666")))?;
    }
    Ok(lesson)
}

/// `what-goes-wrong` → `What goes wrong`
fn title(slug: &str) -> String {
    let words = slug.replace('-', " ");
    words[..1].to_uppercase() + &words[1..]
}

#[cfg(test)]
mod tests {
    use super::scaffold;
    use crate::action::{Context, execute};
    use crate::ground::Role;
    use crate::lesson::{Catalogue, Language, LoadError, lint, matches};
    use std::fs;

    #[test]
    fn a_new_lesson_has_nothing_to_complain_of() {
        let folder = tempfile::tempdir().unwrap();
        let lessons = folder.path().join("deep/lessons");
        assert_eq!(scaffold(&lessons, "what-goes-wrong").unwrap(), lessons.join("01-what-goes-wrong"));
        fs::create_dir(lessons.join("41-other")).unwrap();
        assert_eq!(scaffold(&lessons, "next").unwrap(), lessons.join("42-next"));
        let catalogue = Catalogue::folder(&lessons).unwrap();
        for slug in ["what-goes-wrong", "next"] {
            let found = lint(catalogue.find(slug).unwrap());
            assert!(found.is_empty(), "{found:?}");
        }
        let lesson = catalogue.find("1").unwrap().load(&Language::default()).unwrap();
        assert_eq!(lesson.meta.title, "What goes wrong");
        assert_eq!(lesson.exercises().count(), 1);
    }

    #[test]
    fn a_new_lesson_holds() {
        let folder = tempfile::tempdir().unwrap();
        let lesson = scaffold(folder.path(), "a").unwrap();
        let catalogue = Catalogue::folder(&lesson).unwrap();
        let lesson = catalogue.find("1").unwrap().load(&Language::default()).unwrap();
        let inside = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
        for (_, step) in lesson.steps() {
            for line in step.commands() {
                // A test has no working directory of its own: the names become whole paths.
                let mut command = line.command.clone();
                let whole =
                    |word: &mut String| *word = if word.ends_with(".txt") { inside(word) } else { word.clone() };
                command.words.iter_mut().for_each(whole);
                command.redirect.iter_mut().for_each(|redirect| whole(&mut redirect.file));
                let mut context = Context::new(Role::Root);
                let status = execute(&command, &mut context).unwrap();
                let shown = String::from_utf8_lossy(context.shown()).replace(&inside(""), "");
                assert_eq!(status != 0, line.fails, "{}", line.source);
                assert!(matches(&line.expected, &shown), "{}: {shown}", line.source);
            }
        }
    }

    #[test]
    fn bad_and_taken_names_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let said = |slug: &str| LoadError::from(scaffold(folder.path(), slug).unwrap_err()).to_string();
        for slug in ["", "..", "../a", "A", "a b", "-a", "a-", "a--b", "1a", "层", "a/b", "a\n"] {
            assert_eq!(
                said(slug),
                format!(
                    "error: cannot make a lesson called `{}`\n  why   a slug is made of words of a-z and 0-9, joined by hyphens, \
                     and begins with a letter\n  fix   give it a name such as what-goes-wrong",
                    slug.escape_debug()
                )
            );
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let made = scaffold(folder.path(), "a").unwrap();
        assert_eq!(
            said("a"),
            format!(
                "error: cannot make a lesson called `a`\n  why   {} is there already\n  fix   take another name, or edit that lesson",
                made.display()
            )
        );
    }
}
