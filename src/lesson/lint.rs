//! The author's linter, the part that runs nothing: languages that agree, exercises that are whole, no stray files.

use crate::ground::{CgroupVersion, Failure, Name};
use crate::lesson::fixture::{Fixture, FixtureKind, kind_of, owner};
use crate::lesson::language::{self, Language};
use crate::lesson::mutant::variants_of;
use crate::lesson::source::{Source, normalise};
use crate::lesson::{Block, CatalogueEntry, Exercise, Lesson, LessonError, LoadError, Section, SourcePosition};
use std::fmt::{Display, Formatter};
use std::path::Path;

/// Something that the author should put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// In the text of a lesson.
    Text(LessonError),
    /// In its folder.
    Folder(Failure),
}

impl Display for Finding {
    fn fmt(&self, out: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Finding::Text(error) => error.fmt(out),
            Finding::Folder(failure) => write!(out, "error: {failure}"),
        }
    }
}

/// Fewer do not help: the first is vague, the last is clear.
const FEWEST_HINTS: usize = 2;
/// What people really do wrong.
const FEWEST_MISTAKES: usize = 3;

/// All that can be said of a lesson without running it; nothing where all is well.
pub fn lint(entry: &CatalogueEntry) -> Vec<Finding> {
    let mut linter = Linter { entry, findings: Vec::new() };
    let original = linter.load(language::DEFAULT);
    for name in &entry.languages {
        if name != language::DEFAULT {
            let translation = linter.load(name);
            if let (Some(original), Some(translation)) = (&original, &translation) {
                linter.compare(original, translation);
            }
        }
    }
    if let Some(lesson) = &original {
        linter.exercises(lesson);
    }
    linter.files(original.as_ref());
    linter.findings
}

struct Linter<'e> {
    entry: &'e CatalogueEntry,
    findings: Vec<Finding>,
}

impl Linter<'_> {
    fn load(&mut self, name: &str) -> Option<Lesson> {
        match self.entry.load(&Language::choose(Some(name), |_| None)) {
            Ok(lesson) => return Some(lesson),
            Err(LoadError::Broken(errors)) => self.findings.extend(errors.into_iter().map(Finding::Text)),
            Err(LoadError::Refused(failure)) => self.findings.push(Finding::Folder(failure)),
        }
        None
    }

    /// Holds a translation to the original: all but prose is the same.
    fn compare(&mut self, original: &Lesson, translation: &Lesson) {
        let language = &translation.meta.language;
        let (ours, theirs) = (&original.meta, &translation.meta);
        let keys = [
            ("minutes", ours.minutes == theirs.minutes),
            ("needs", ours.needs == theirs.needs),
            ("panels", ours.panels == theirs.panels),
        ];
        for (key, _) in keys.iter().filter(|(_, same)| !same) {
            let start = SourcePosition { line: 1, column: 1 };
            let what = format!("{key} differ from those of lesson.md");
            self.text(language, start, what, "the same front matter but for the title");
        }
        let (ours, theirs) = (skeleton(original), skeleton(translation));
        // One difference shifts all below it: the first says it all.
        let differing = ours.iter().zip(&theirs).find(|((_, ours), (_, theirs))| ours != theirs);
        if let Some(((_, ours), (at, theirs))) = differing {
            self.text(
                language,
                *at,
                format!("{theirs} stands where lesson.md has {ours}"),
                "the same as in lesson.md; only prose is translated",
            );
        } else if ours.len() > theirs.len() {
            let (at, missing) = &ours[theirs.len()];
            let end = theirs.last().map_or(SourcePosition { line: 1, column: 1 }, |(at, _)| *at);
            let what = format!("what lesson.md has in line {} is missing behind this: {missing}", at.line);
            self.text(language, end, what, "the same as in lesson.md; only prose is translated");
        } else if let Some((at, surplus)) = theirs.get(ours.len()) {
            self.text(
                language,
                *at,
                format!("lesson.md does not have {surplus}"),
                "the same as in lesson.md; only prose is translated",
            );
        }
    }

    fn exercises(&mut self, lesson: &Lesson) {
        let ids: Vec<&str> = lesson.exercises().map(|exercise| exercise.id.as_str()).collect();
        let fixtures = self.entry.fixtures(&ids);
        for exercise in lesson.exercises() {
            self.exercise_text(exercise);
            let of =
                |kind| fixtures.iter().filter(move |fixture| fixture.kind == kind && fixture.exercise == exercise.id);
            // Where scripts are for one version of cgroups alone, each version must have its own.
            let differ = fixtures.iter().any(|fixture| fixture.only.is_some() && fixture.exercise == exercise.id);
            let versions: Vec<_> = if differ { CgroupVersion::ALL.map(Some).to_vec() } else { vec![None] };
            for version in versions {
                let (on, dot) = match version {
                    Some(version) => (format!(" for {}", version.word()), format!(".{}", version.word())),
                    None => (String::new(), String::new()),
                };
                if !of(FixtureKind::Solution).any(|fixture| fixture.is_for(version)) {
                    let fix = format!("write solutions/{}{dot}.sh, in plain shell", exercise.id);
                    self.folder(
                        format!("the exercise {} has no solution{on}", exercise.id),
                        "nobody knows whether it can be solved",
                        fix,
                    );
                }
                let count = of(FixtureKind::Mistake).filter(|fixture| fixture.is_for(version)).count();
                if count < FEWEST_MISTAKES {
                    let wanted = format!("the exercise {} has {count} of {FEWEST_MISTAKES} mistakes{on}", exercise.id);
                    let fix =
                        format!("write mistakes/{}-WHAT{dot}.sh, whose first line is # verify: SENTENCE", exercise.id);
                    self.folder(wanted, "what people do wrong is not tested", fix);
                }
            }
            for solution in of(FixtureKind::Solution) {
                let wanted = format!("cannot show {}", Name::of(self.entry.path().join(&solution.path)));
                let fix = "write what a person types as lines that begin with #$ and a blank, above the script";
                if solution.typed().iter().all(|line| line.starts_with('#')) {
                    self.folder(wanted, "nothing in it is typed", fix);
                } else if let Some(help) = solution.shown_help() {
                    self.folder(wanted, format!("nobody types `{help}`: that is for tests"), fix);
                }
            }
            let mistakes: Vec<&Fixture> = of(FixtureKind::Mistake).collect();
            if !mistakes.iter().any(|mistake| mistake.does_nothing()) {
                let wanted = format!("nobody knows what verify says of {} at its start", exercise.id);
                let fix = format!(
                    "write mistakes/{}-nothing.sh: its first line, # verify: SENTENCE, and no command",
                    exercise.id
                );
                self.folder(
                    wanted,
                    "whoever has done nothing yet is told what is missing, and that is to be tested too",
                    fix,
                );
            }
            for (index, mistake) in mistakes.iter().enumerate() {
                let wanted = format!("cannot use {}", Name::of(self.entry.path().join(&mistake.path)));
                match mistake.sentence() {
                    None => self.folder(
                        wanted,
                        "its first line does not tell what verify must answer",
                        "begin it with # verify: SENTENCE",
                    ),
                    Some(sentence) => {
                        // To do nothing may be told like a thing that was done without effect.
                        let others =
                            mistakes[..index].iter().filter(|other| !other.does_nothing() && !mistake.does_nothing());
                        // Two that never run on the same machine may get the same.
                        let others = others.filter(|other| {
                            other.only.is_none() || mistake.only.is_none() || other.only == mistake.only
                        });
                        if let Some(other) = others.into_iter().find(|other| other.sentence() == Some(sentence)) {
                            let why = format!("{} has the same sentence: {sentence}", Name::of(&other.path));
                            self.folder(wanted, why, "let each mistake fail for a reason of its own");
                        }
                    }
                }
            }
        }
    }

    fn exercise_text(&mut self, exercise: &Exercise) {
        if exercise.hints.len() < FEWEST_HINTS {
            let what = format!("the exercise has {} of {FEWEST_HINTS} hints", exercise.hints.len());
            self.text(language::DEFAULT, exercise.at, what, "several > [!TIP], the first vague, the last clear");
        }
        if exercise.afterwards.is_empty() {
            self.text(
                language::DEFAULT,
                exercise.at,
                "the exercise does not say afterwards what happened and why",
                "> [!NOTE] and > text below it",
            );
        }
    }

    fn files(&mut self, lesson: Option<&Lesson>) {
        let ids: Option<Vec<&str>> =
            lesson.map(|lesson| lesson.exercises().map(|exercise| exercise.id.as_str()).collect());
        for path in self.entry.files() {
            let shown = self.entry.path().join(&path);
            let name = path.to_str().unwrap_or_default();
            if kind_of(&path).is_some() {
                // Without a lesson nobody knows the exercises.
                let Some(ids) = &ids else { continue };
                if owner(&path, ids).is_none() {
                    let fix = format!("call it ID.sh or ID-WHAT.sh; the ids are: {}", ids.join(", "));
                    self.folder(format!("cannot use {}", Name::of(&shown)), "its name belongs to no exercise", fix);
                }
            } else if let Some(id) = variants_of(&path) {
                if let Some(ids) = ids.as_ref().filter(|ids| !ids.contains(&id)) {
                    let fix = format!("call it variants/ID.txt; the ids are: {}", ids.join(", "));
                    self.folder(format!("cannot use {}", Name::of(&shown)), "its name belongs to no exercise", fix);
                }
            } else if name != "recording.jsonl" && language::of_file(name).is_none() && !is_folder_of_scripts(&path) {
                let fix = "keep lesson.md, lesson.LANGUAGE.md, solutions/, mistakes/, variants/ and recording.jsonl; move it elsewhere";
                self.folder(format!("cannot use {}", Name::of(&shown)), "a lesson has no such file", fix);
            }
        }
    }

    fn folder(&mut self, wanted: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) {
        self.findings.push(Finding::Folder(Failure::ours(wanted, why, fix)));
    }

    fn text(&mut self, name: &str, at: SourcePosition, what: impl Into<String>, allowed: &str) {
        let text = self.entry.source(name).unwrap_or_default();
        let text = normalise(&text);
        let file = self.entry.path().join(language::file_name(name));
        let mut source = Source::new(&text, &file);
        let width = source.line(at.line as usize).chars().count();
        source.error_at(at, width, what, allowed);
        self.findings.extend(source.into_errors().into_iter().map(Finding::Text));
    }
}

fn is_folder_of_scripts(path: &Path) -> bool {
    [FixtureKind::Solution, FixtureKind::Mistake].iter().any(|kind| path == Path::new(kind.folder()))
}

fn meant_for(only: Option<CgroupVersion>) -> String {
    only.map(|version| format!(" for {}", version.word())).unwrap_or_default()
}

/// All of a lesson that is the same in every language, in words, with its places.
fn skeleton(lesson: &Lesson) -> Vec<(SourcePosition, String)> {
    let mut bones = Vec::new();
    for section in &lesson.sections {
        match section {
            Section::Step(step) => {
                bones.push((step.at, "a step".to_string()));
                for block in &step.blocks {
                    match block {
                        Block::Prose(_) | Block::Notes(_) => {}
                        Block::Predict { statements, only } => bones.extend(statements.iter().map(|statement| {
                            let reads =
                                statement.reads.as_ref().map(|text| format!(" reads {text}")).unwrap_or_default();
                            (step.at, format!("the prediction `{}{reads}`{}", statement.path, meant_for(*only)))
                        })),
                        Block::Console { lines, only } => {
                            let block = format!("a console block{}", meant_for(*only));
                            bones.push((lines.first().map_or(step.at, |line| line.at), block));
                            for line in lines {
                                let fails = if line.fails { " (which fails)" } else { "" };
                                bones.push((line.at, format!("`$ {}`{fails}", line.source)));
                                for (line_number, expected) in (line.expected_lines.0..).zip(&line.expected) {
                                    bones.push((
                                        SourcePosition { line: line_number, column: 1 },
                                        format!("the output `{expected}`"),
                                    ));
                                }
                            }
                        }
                    }
                }
            }
            Section::Exercise(exercise) => {
                bones.push((exercise.at, format!("the exercise `{}`", exercise.id)));
                bones.push((exercise.at, format!("an exercise with {} hints", exercise.hints.len())));
                bones
                    .extend(exercise.checks.iter().map(|check| (exercise.at, format!("the check `{}`", check.source))));
            }
        }
    }
    bones
}

#[cfg(test)]
mod tests {
    use super::lint;
    use crate::lesson::Catalogue;
    use std::fs;

    const LESSON: &str = "---\ntitle: T\nminutes: 8\nneeds: []\n---\n## S\n```predict\na\n```\n```console\n$ mkdir a\n$ cat b\n? failed\ncat: b\n```\n\
        ## E {#e}\nDo it.\n\n> [!TIP]\n> vague\n\n> [!TIP]\n> clear\n\n```check\nfile a\n```\n\n> [!NOTE]\n> so\n";

    /// A good lesson, changed by the test, and what the linter says of it.
    fn said(change: impl Fn(&std::path::Path)) -> String {
        let folder = tempfile::tempdir().unwrap();
        let lesson = folder.path().join("01-a");
        for part in ["solutions", "mistakes"] {
            fs::create_dir_all(lesson.join(part)).unwrap();
        }
        fs::write(lesson.join("lesson.md"), LESSON).unwrap();
        fs::write(lesson.join("lesson.zh.md"), LESSON.replace("title: T", "title: 层").replace("Do it.", "做"))
            .unwrap();
        fs::write(lesson.join("recording.jsonl"), "").unwrap();
        fs::write(lesson.join("solutions/e.sh"), "touch a\n").unwrap();
        for name in ["nothing", "one", "two", "three"] {
            fs::write(lesson.join(format!("mistakes/e-{name}.sh")), format!("# verify: {name}\n")).unwrap();
        }
        change(&lesson);
        let catalogue = Catalogue::folder(folder.path()).unwrap();
        let said: Vec<String> = lint(&catalogue.entries()[0]).iter().map(ToString::to_string).collect();
        said.join("\n").replace(folder.path().to_str().unwrap(), "L")
    }

    fn rewrite(lesson: &std::path::Path, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(lesson.join(name)).unwrap();
        assert!(text.contains(from));
        fs::write(lesson.join(name), text.replacen(from, to, 1)).unwrap();
    }

    #[test]
    fn a_good_lesson_is_left_alone() {
        assert_eq!(said(|_| {}), "");
    }

    #[test]
    fn scripts_for_one_version_of_cgroups_are_counted_for_it() {
        // Two of one version may share a sentence with one of the other.
        assert_eq!(
            said(|lesson| {
                for name in ["solutions/e", "mistakes/e-one"] {
                    let text = fs::read_to_string(lesson.join(format!("{name}.sh"))).unwrap();
                    fs::remove_file(lesson.join(format!("{name}.sh"))).unwrap();
                    fs::write(lesson.join(format!("{name}.v1.sh")), &text).unwrap();
                    fs::write(lesson.join(format!("{name}.v2.sh")), &text).unwrap();
                }
            }),
            ""
        );
        let only_one =
            said(|lesson| fs::rename(lesson.join("solutions/e.sh"), lesson.join("solutions/e.v1.sh")).unwrap());
        assert_eq!(
            only_one,
            "error: the exercise e has no solution for v2\n  why   nobody knows whether it can be solved\n  \
             fix   write solutions/e.v2.sh, in plain shell"
        );
        let fewer = said(|lesson| {
            for name in ["one", "two"] {
                let name = format!("mistakes/e-{name}");
                fs::rename(lesson.join(format!("{name}.sh")), lesson.join(format!("{name}.v2.sh"))).unwrap();
            }
        });
        assert!(fewer.contains("error: the exercise e has 2 of 3 mistakes for v1\n"), "{fewer}");
        assert!(fewer.contains("fix   write mistakes/e-WHAT.v1.sh, whose first line is # verify: SENTENCE"), "{fewer}");
    }

    #[test]
    fn languages_differ_in_prose_alone() {
        let differ = |from: &str, to: &str| said(|lesson| rewrite(lesson, "lesson.zh.md", from, to));
        let allowed = "the same as in lesson.md; only prose is translated";
        assert_eq!(
            differ("$ mkdir a", "$ mkdir b"),
            format!(
                "error: `$ mkdir b` stands where lesson.md has `$ mkdir a`\n  --> L/01-a/lesson.zh.md:11:1\n  11 | $ mkdir b\n     | ^^^^^^^^^\n  allowed: {allowed}"
            )
        );
        for (from, to, what, place) in [
            (
                "```predict\na\n",
                "```predict\nb\n",
                "the prediction `b` stands where lesson.md has the prediction `a`",
                "6:1",
            ),
            ("cat: b", "cat: c", "the output `cat: c` stands where lesson.md has the output `cat: b`", "14:1"),
            ("? failed\n", "", "`$ cat b` stands where lesson.md has `$ cat b` (which fails)", "12:1"),
            (
                "$ mkdir a\n",
                "$ mkdir a\n```\n```console\n",
                "a console block stands where lesson.md has `$ cat b` (which fails)",
                "14:1",
            ),
            ("{#e}", "{#f}", "the exercise `f` stands where lesson.md has the exercise `e`", "16:1"),
            (
                "> [!TIP]\n> vague\n",
                "",
                "an exercise with 1 hints stands where lesson.md has an exercise with 2 hints",
                "16:1",
            ),
            ("file a", "file b", "the check `file b` stands where lesson.md has the check `file a`", "16:1"),
            ("file a\n", "file a\nfile b\n", "lesson.md does not have the check `file b`", "16:1"),
            ("minutes: 8", "minutes: 9", "minutes differ from those of lesson.md", "1:1"),
            ("needs: []", "needs: [overlay]", "needs differ from those of lesson.md", "1:1"),
            ("needs: []", "needs: []\npanels: [mounts]", "panels differ from those of lesson.md", "1:1"),
        ] {
            let said = differ(from, to);
            assert!(said.starts_with(&format!("error: {what}\n  --> L/01-a/lesson.zh.md:{place}\n")), "{said}");
        }
        let shorter = said(|lesson| rewrite(lesson, "lesson.md", "file a\n", "file a\nfile b\n"));
        assert!(
            shorter.starts_with("error: what lesson.md has in line 16 is missing behind this: the check `file b`\n"),
            "{shorter}"
        );
        let broken = differ("$ mkdir a", "$ mkdir | a");
        assert!(
            broken.starts_with(
                "error: a pipe is outside the grammar of a console line\n  --> L/01-a/lesson.zh.md:11:9\n"
            ),
            "{broken}"
        );
    }

    #[test]
    fn an_exercise_is_whole() {
        let change = |from: &'static str, to: &'static str| {
            said(move |lesson| {
                rewrite(lesson, "lesson.md", from, to);
                rewrite(lesson, "lesson.zh.md", from, to);
            })
        };
        assert_eq!(
            change("> [!TIP]\n> vague\n", ""),
            "error: the exercise has 1 of 2 hints\n  --> L/01-a/lesson.md:16:1\n  16 | ## E {#e}\n     | ^^^^^^^^^\n  \
             allowed: several > [!TIP], the first vague, the last clear"
        );
        assert_eq!(
            change("> [!NOTE]\n> so\n", ""),
            "error: the exercise does not say afterwards what happened and why\n  --> L/01-a/lesson.md:16:1\n  16 | ## E {#e}\n     | ^^^^^^^^^\n  \
             allowed: > [!NOTE] and > text below it"
        );
        assert_eq!(
            said(|lesson| fs::remove_file(lesson.join("solutions/e.sh")).unwrap()),
            "error: the exercise e has no solution\n  why   nobody knows whether it can be solved\n  fix   write solutions/e.sh, in plain shell"
        );
        assert_eq!(
            said(|lesson| {
                for name in ["one", "two"] {
                    fs::remove_file(lesson.join(format!("mistakes/e-{name}.sh"))).unwrap();
                }
            }),
            "error: the exercise e has 2 of 3 mistakes\n  why   what people do wrong is not tested\n  \
             fix   write mistakes/e-WHAT.sh, whose first line is # verify: SENTENCE"
        );
        assert_eq!(
            said(|lesson| fs::remove_file(lesson.join("mistakes/e-nothing.sh")).unwrap()),
            "error: nobody knows what verify says of e at its start\n  \
             why   whoever has done nothing yet is told what is missing, and that is to be tested too\n  \
             fix   write mistakes/e-nothing.sh: its first line, # verify: SENTENCE, and no command"
        );
        assert_eq!(
            said(|lesson| fs::write(lesson.join("mistakes/e-one.sh"), "touch a\n# verify: one\n").unwrap()),
            "error: cannot use L/01-a/mistakes/e-one.sh\n  why   its first line does not tell what verify must answer\n  \
             fix   begin it with # verify: SENTENCE"
        );
        assert_eq!(
            said(|lesson| fs::write(lesson.join("mistakes/e-two.sh"), "# verify:   one \n").unwrap()),
            "error: cannot use L/01-a/mistakes/e-two.sh\n  why   mistakes/e-one.sh has the same sentence: one\n  \
             fix   let each mistake fail for a reason of its own"
        );
    }

    #[test]
    fn no_file_is_stray() {
        assert_eq!(
            said(|lesson| fs::write(lesson.join("solutions/f.sh"), "").unwrap()),
            "error: cannot use L/01-a/solutions/f.sh\n  why   its name belongs to no exercise\n  fix   call it ID.sh or ID-WHAT.sh; the ids are: e"
        );
        for name in ["notes.txt", "lesson.en.md", "solutions/deeper/e.sh", ".swp", "lesson.md~"] {
            let said = said(|lesson| {
                let path = lesson.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, "").unwrap();
            });
            assert_eq!(
                said,
                format!(
                    "error: cannot use L/01-a/{name}\n  why   a lesson has no such file\n  \
                     fix   keep lesson.md, lesson.LANGUAGE.md, solutions/, mistakes/, variants/ and recording.jsonl; move it elsewhere"
                )
            );
        }
    }

    #[test]
    fn a_lesson_without_its_text_is_told_of() {
        let said = said(|lesson| fs::remove_file(lesson.join("lesson.md")).unwrap());
        assert!(said.starts_with("error: cannot read L/01-a/lesson.md\n"), "{said}");
    }
}
