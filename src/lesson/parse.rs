//! `lesson.md` → [`Lesson`]: the sections, and what may stand in each.
//!
//! A section whose heading ends with `{#id}` is an exercise, any other is a step. All errors of a file (a hundred at
//! most) are reported, in the order of its lines; only where nobody can say what the rest of the text would be (front matter that is never
//! closed, control characters) does reading stop.

use crate::check::CheckLine;
use crate::ground::{CgroupVersion, Need};
use crate::lesson::pieces::{Fence, Piece, PieceKind, cut};
use crate::lesson::source::{SIZE_LIMIT, Source, normalise};
use crate::lesson::{Block, Exercise, Lesson, LessonError, Section, Step, blocks, meta};
use std::ops::Range;
use std::path::Path;

/// Reads a lesson; `file` is the name that its errors tell, `number` and `slug` come from its folder's name.
pub fn parse(text: &str, file: &Path, number: u32, slug: &str, language: &str) -> Result<Lesson, Vec<LessonError>> {
    if text.len() > SIZE_LIMIT {
        let mut source = Source::new("", file);
        source.error(0, "", format!("the lesson has {} bytes", text.len()), format!("at most {SIZE_LIMIT} bytes"));
        return Err(source.into_errors());
    }
    let text = normalise(text);
    let mut source = Source::new(&text, file);
    source.refuse_control_characters();
    if source.is_broken() {
        return Err(source.into_errors());
    }
    let Some((front, start)) = meta::front_matter(&mut source) else {
        return Err(source.into_errors());
    };
    let pieces = cut(&mut source, start);
    let broken_outside = source.is_broken();
    let mut reader = Reader { source, ids: Vec::new(), cgroups: front.needs(Need::Cgroup) };
    let (intro, sections) = reader.sections(start, &pieces);
    let runs =
        sections.iter().any(|section| matches!(section, Section::Step(step) if step.commands().next().is_some()));
    // A console block that could not be cut out has been complained about already.
    if !runs && !broken_outside {
        reader.source.error(0, "---", "the lesson has no step with a console block", "a ## section with ```console");
    }
    if reader.source.is_broken() {
        return Err(reader.source.into_errors());
    }
    Ok(Lesson { meta: front.into_meta(number, slug, language), intro, sections })
}

struct Reader<'a> {
    source: Source<'a>,
    /// The exercises so far, with the lines of their headings.
    ids: Vec<(String, usize)>,
    /// The lesson needs cgroups: then blocks may be for one version of them.
    cgroups: bool,
}

impl<'a> Reader<'a> {
    fn sections(&mut self, start: usize, pieces: &[Piece]) -> (String, Vec<Section>) {
        let headings: Vec<usize> =
            (0..pieces.len()).filter(|at| matches!(pieces[*at].kind, PieceKind::Heading(_))).collect();
        let text_end = self.source.text.len();
        let first = headings.first().copied().unwrap_or(pieces.len());
        let intro = self.intro(start..pieces.get(first).map_or(text_end, |piece| piece.range.start), &pieces[..first]);
        let mut sections = Vec::new();
        for (index, at) in headings.iter().enumerate() {
            let next = headings.get(index + 1).copied().unwrap_or(pieces.len());
            let end = pieces.get(next).map_or(text_end, |piece| piece.range.start);
            let PieceKind::Heading(title) = &pieces[*at].kind else { continue };
            let part = Part { heading: pieces[*at].range.clone(), end, pieces: &pieces[at + 1..next] };
            if title.is_empty() {
                self.source.error(
                    part.heading.start,
                    "##",
                    "a heading without a title",
                    "## TITLE, or ## TITLE {#id} for an exercise",
                );
            }
            sections.push(match self.id(title, &part) {
                None => Section::Step(self.step(title, &part)),
                Some((title, id)) => Section::Exercise(self.exercise(title, id, &part)),
            });
        }
        (intro, sections)
    }

    fn intro(&mut self, range: Range<usize>, pieces: &[Piece]) -> String {
        let mut prose = Prose::from(range);
        for piece in pieces {
            let what = match &piece.kind {
                PieceKind::Note(_) | PieceKind::Heading(_) => continue,
                PieceKind::Fence(fence, _, _) => format!("a {} block", fence.name()),
                PieceKind::Tip(_) => "a hint".into(),
                PieceKind::Notes(_) => "notes".into(),
            };
            self.misplaced(
                piece,
                format!("{what} before the first section"),
                "prose; steps and exercises begin with ## TITLE",
            );
            prose.skip(self.source.text, piece);
        }
        prose.whole(self.source.text)
    }

    /// The id of an exercise and its title without it; nothing for a step.
    fn id<'t>(&mut self, title: &'t str, part: &Part) -> Option<(&'t str, &'t str)> {
        let (bare, id) = title.strip_suffix('}')?.rsplit_once("{#")?;
        let line = self.source.text[part.heading.clone()].lines().next().unwrap_or_default();
        let offset = part.heading.start + line.rfind("{#").unwrap_or(0);
        let wrong = &title[bare.len()..];
        let number = self.source.line_of(offset);
        let letters = id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        if id.is_empty() || !letters || id.starts_with('-') || id.ends_with('-') {
            self.source.error(
                offset,
                wrong,
                "the id of an exercise is not a name",
                "letters, digits and hyphens between: {#hide-a-file}",
            );
        } else if let Some((_, first)) = self.ids.iter().find(|(known, _)| known == id) {
            let what = format!("a second exercise is called `{id}`; the first begins in line {first}");
            self.source.error(offset, wrong, what, "each id once in a lesson");
        } else {
            self.ids.push((id.to_string(), number));
        }
        if bare.trim().is_empty() {
            self.source.error(
                part.heading.start,
                "##",
                "a heading without a title",
                "## TITLE, or ## TITLE {#id} for an exercise",
            );
        }
        Some((bare.trim_end(), id))
    }

    fn step(&mut self, title: &str, part: &Part) -> Step {
        let mut prose = Prose::from(part.body(self.source.text));
        let mut blocks: Vec<Block> = Vec::new();
        let (mut predicted, mut ran) = (Vec::new(), false);
        for piece in part.pieces {
            if let PieceKind::Fence(_, Some(version), _) = &piece.kind
                && !self.cgroups
            {
                let what = format!("a block for {} of cgroups in a lesson that does not need them", version.word());
                self.misplaced(piece, what, "needs: [cgroup] in the front matter, or a block for all machines");
            }
            let block = match &piece.kind {
                // An ordinary callout of the prose.
                PieceKind::Note(_) | PieceKind::Heading(_) => continue,
                PieceKind::Notes(notes) => Some(Block::Notes(notes.clone())),
                PieceKind::Fence(Fence::Console, only, inside) => {
                    ran = true;
                    Some(Block::Console { lines: blocks::console(&mut self.source, inside.clone()), only: *only })
                }
                PieceKind::Fence(Fence::Predict, only, inside) => {
                    // Two that are never asked on the same machine may stand in one step.
                    let asked = |other: &Option<CgroupVersion>| other == only || other.is_none() || only.is_none();
                    if predicted.iter().any(asked) {
                        self.misplaced(
                            piece,
                            "a second predict block in one step",
                            "one ```predict, before the first ```console",
                        );
                    } else if ran {
                        self.misplaced(
                            piece,
                            "a predict block behind a console block",
                            "one ```predict, before the first ```console",
                        );
                    }
                    predicted.push(*only);
                    Some(Block::Predict { statements: blocks::predict(&mut self.source, inside.clone()), only: *only })
                }
                PieceKind::Fence(Fence::Check, ..) => {
                    self.misplaced(piece, "a check block in a step", "checks in an exercise: ## TITLE {#id}");
                    None
                }
                PieceKind::Tip(_) => {
                    self.misplaced(
                        piece,
                        "a hint in a step",
                        "hints in an exercise: ## TITLE {#id}; > [!NOTE] in a step",
                    );
                    None
                }
            };
            blocks.extend(prose.until(self.source.text, piece).map(Block::Prose));
            blocks.extend(block);
        }
        blocks.extend(prose.rest(self.source.text).map(Block::Prose));
        let at = self.source.place(part.heading.start);
        if !predicted.is_empty() && !ran {
            self.source.error_at(
                at,
                self.heading_width(part),
                "a step predicts and runs nothing",
                "a ```console block behind the ```predict block",
            );
        }
        let says_nothing = blocks.iter().all(|block| matches!(block, Block::Notes(_)));
        // A misplaced piece is no emptiness.
        if says_nothing
            && part.pieces.iter().all(|piece| matches!(piece.kind, PieceKind::Notes(_)))
            && !self.complained(part)
        {
            self.source.error_at(
                at,
                self.heading_width(part),
                "the step is empty",
                "prose, ```predict and ```console blocks, <!-- notes: … -->",
            );
        }
        Step { title: title.to_string(), blocks, at }
    }

    fn exercise(&mut self, title: &str, id: &str, part: &Part) -> Exercise {
        const PARTS: &str = "prose, > [!TIP] hints, one ```check block, > [!NOTE] afterwards, <!-- notes: … -->";
        let mut prose = Prose::from(part.body(self.source.text));
        let (mut text, mut hints, mut afterwards, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut checks: Option<Vec<CheckLine>> = None;
        for piece in part.pieces {
            text.extend(prose.until(self.source.text, piece));
            match &piece.kind {
                PieceKind::Heading(_) => {}
                PieceKind::Tip(hint) => hints.push(hint.clone()),
                PieceKind::Note(note) => afterwards.push(note.as_str()),
                PieceKind::Notes(note) => notes.push(note.as_str()),
                PieceKind::Fence(Fence::Check, _, inside) => {
                    if checks.is_some() {
                        self.misplaced(piece, "a second check block in one exercise", "exactly one ```check block");
                    }
                    checks.get_or_insert_default().extend(blocks::check(&mut self.source, inside.clone()));
                }
                PieceKind::Fence(fence, ..) => {
                    self.misplaced(piece, format!("a {} block in an exercise", fence.name()), PARTS);
                }
            }
        }
        text.extend(prose.rest(self.source.text));
        let at = self.source.place(part.heading.start);
        if !self.complained(part) {
            let width = self.heading_width(part);
            if text.is_empty() {
                self.source.error_at(at, width, "the exercise does not say what is to be done", PARTS);
            }
            if hints.is_empty() {
                self.source.error_at(
                    at,
                    width,
                    "the exercise has no hint",
                    "> [!TIP] on a line, and > text below it; vague ones first",
                );
            }
            if checks.is_none() {
                self.source.error_at(at, width, "the exercise has no check block", "exactly one ```check block");
            }
        }
        Exercise {
            id: id.to_string(),
            title: title.to_string(),
            text: text.join("\n\n"),
            hints,
            afterwards: afterwards.join("\n\n"),
            checks: checks.unwrap_or_default(),
            notes: notes.join("\n\n"),
            at,
        }
    }

    fn misplaced(&mut self, piece: &Piece, what: impl Into<String>, allowed: &str) {
        let line: &'a str = self.source.text[piece.range.clone()].lines().next().unwrap_or_default();
        self.source.error(piece.range.start, line, what, allowed);
    }

    fn heading_width(&self, part: &Part) -> usize {
        self.source.text[part.heading.clone()].trim_end().chars().count()
    }

    /// Whether something in this section could not be cut out: then what is missing may be just that.
    fn complained(&self, part: &Part) -> bool {
        let lines = self.source.line_of(part.heading.start)..=self.source.line_of(part.end.saturating_sub(1));
        self.source.errors().iter().any(|error| lines.contains(&(error.at.line as usize)))
    }
}

/// A section: its heading, where it ends, and what it holds beside prose.
struct Part<'p> {
    heading: Range<usize>,
    end: usize,
    pieces: &'p [Piece],
}

impl Part<'_> {
    fn body(&self, text: &str) -> Range<usize> {
        let below = text[self.heading.start..].find('\n').map_or(text.len(), |at| self.heading.start + at + 1);
        below..self.end.max(below)
    }
}

/// What lies between the pieces, as the source has it.
struct Prose {
    rest: Range<usize>,
    skipped: Vec<String>,
}

impl Prose {
    fn from(rest: Range<usize>) -> Prose {
        Prose { rest, skipped: Vec::new() }
    }

    /// The prose before a piece; the next begins behind it.
    fn until(&mut self, text: &str, piece: &Piece) -> Option<String> {
        let said = tidy(&text[self.rest.start..piece.range.start.max(self.rest.start)]);
        self.rest.start = piece.range.end.max(self.rest.start);
        self.rest.end = self.rest.end.max(self.rest.start);
        said
    }

    fn rest(self, text: &str) -> Option<String> {
        tidy(&text[self.rest])
    }

    fn skip(&mut self, text: &str, piece: &Piece) {
        let said = self.until(text, piece);
        self.skipped.extend(said);
    }

    /// All prose, without the pieces that were skipped.
    fn whole(mut self, text: &str) -> String {
        let mut said = std::mem::take(&mut self.skipped);
        said.extend(self.rest(text));
        said.join("\n\n")
    }
}

fn tidy(prose: &str) -> Option<String> {
    let prose = prose.trim_end();
    // The first line keeps its indentation: it may be a list.
    let blank = prose.len() - prose.trim_start().len();
    let start = prose[..blank].rfind('\n').map_or(0, |at| at + 1);
    (!prose.is_empty()).then(|| prose[start..].to_string())
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::event::Statement;
    use crate::ground::CgroupVersion;
    use crate::ground::mutation::each_mutant;
    use crate::lesson::Catalogue;
    use crate::lesson::{Block, Lesson, Section, SourcePosition};
    use std::path::Path;

    const HEAD: &str = "---\ntitle: T\nminutes: 8\nneeds: [overlay]\n---\n";
    const STEP: &str = "## Run\n```console\n$ mkdir a\n```\n";
    const WHOLE: &str = "\
---
title: Four layers
minutes: 8
needs: [overlay]
---
An image is a *pile*.

## Make a file
The leftmost is the top.

- a list
  ```sh
  ls
  ```

```predict
mnt/a
'my file' reads  two  words
```
Between.
```console
$ mkdir -p mnt
$ echo 'a b' > mnt/a
$ cat mnt/b
? failed
cat: mnt/b: No such file [..]

...
$ cat mnt/a
a b
```

> [!NOTE]
> Ordinary prose here.

<!-- notes: Say it
slowly. -->

## Exercise: hide a *file* {#hide-1}
Make it vanish.

```text
shown
```

> [!TIP]
> Vague.

> [!TIP]
> Clear:
>
> - do it
lazily

```check
absent mnt/a

whiteout container-layer/a
```

> [!NOTE]
> So it was.

<!-- notes: a -->
<!-- notes: b -->

The end.
";

    fn read(text: &str) -> Result<Lesson, String> {
        parse(text, Path::new("lesson.md"), 1, "four-layers", "en")
            .map_err(|errors| errors.iter().map(|error| format!("{error}\n")).collect())
    }

    #[test]
    fn a_whole_lesson_is_read() {
        let lesson = read(WHOLE).unwrap();
        assert_eq!((lesson.meta.title.as_str(), lesson.intro.as_str()), ("Four layers", "An image is a *pile*."));
        let [Section::Step(step), Section::Exercise(exercise)] = &lesson.sections[..] else {
            panic!("{:?}", lesson.sections)
        };
        assert_eq!((step.title.as_str(), step.at), ("Make a file", SourcePosition { line: 8, column: 1 }));
        let [
            Block::Prose(first),
            Block::Predict { statements: said, only: None },
            Block::Prose(between),
            Block::Console { lines, only: None },
            Block::Prose(note),
            Block::Notes(notes),
        ] = &step.blocks[..]
        else {
            panic!("{:?}", step.blocks)
        };
        assert_eq!(first, "The leftmost is the top.\n\n- a list\n  ```sh\n  ls\n  ```");
        assert_eq!(
            said[..],
            [
                Statement { path: "mnt/a".into(), reads: None },
                Statement { path: "my file".into(), reads: Some(" two  words".into()) }
            ]
        );
        assert_eq!((between.as_str(), note.as_str()), ("Between.", "> [!NOTE]\n> Ordinary prose here."));
        assert_eq!(notes, "Say it\nslowly.");
        let told: Vec<_> = lines
            .iter()
            .map(|line| (line.source.as_str(), line.fails, line.expected.join("|"), line.at.line, line.expected_lines))
            .collect();
        assert_eq!(
            told,
            [
                ("mkdir -p mnt", false, "".into(), 22, (23, 23)),
                ("echo 'a b' > mnt/a", false, "".into(), 23, (24, 24)),
                ("cat mnt/b", true, "cat: mnt/b: No such file [..]||...".into(), 24, (26, 29)),
                ("cat mnt/a", false, "a b".into(), 29, (30, 31)),
            ]
        );
        assert_eq!(lines[1].command.redirect.as_ref().unwrap().file, "mnt/a");
        assert_eq!((exercise.id.as_str(), exercise.title.as_str()), ("hide-1", "Exercise: hide a *file*"));
        assert_eq!(exercise.text, "Make it vanish.\n\n```text\nshown\n```\n\nThe end.");
        assert_eq!(exercise.hints, ["Vague.", "Clear:\n\n- do it\nlazily"]);
        assert_eq!((exercise.afterwards.as_str(), exercise.notes.as_str()), ("So it was.", "a\n\nb"));
        let checks: Vec<&str> = exercise.checks.iter().map(|check| check.source.as_str()).collect();
        assert_eq!(checks, ["absent mnt/a", "whiteout container-layer/a"]);
    }

    #[test]
    fn windows_lines_and_a_byte_order_mark_change_nothing() {
        let windows = format!("\u{feff}{}", WHOLE.replace('\n', "\r\n"));
        assert_eq!(read(&windows), read(WHOLE));
    }

    #[test]
    fn blocks_may_be_for_one_version_of_cgroups() {
        let head = HEAD.replace("overlay", "cgroup");
        let body = "## S\n```predict v1\na\n```\n```predict v2\nb\n```\n```console\n$ mkdir c\n```\n\
                    ```console v1\n$ mkdir a\n```\n```console v2\n$ mkdir b\n? failed\nno\n```\n";
        let lesson = read(&format!("{head}{body}")).unwrap();
        let (_, step) = lesson.steps().next().unwrap();
        let blocks_on = |version| match &lesson.on(version).sections[0] {
            Section::Step(step) => step.blocks.clone(),
            Section::Exercise(_) => panic!("a step"),
        };
        let on = |version| {
            let sources = |block| match block {
                Block::Console { lines, only } => {
                    assert_eq!(only, None);
                    lines.into_iter().map(|line| line.source).collect()
                }
                _ => Vec::new(),
            };
            blocks_on(version).into_iter().flat_map(sources).collect::<Vec<String>>()
        };
        assert_eq!(on(Some(CgroupVersion::One)), ["mkdir c", "mkdir a"]);
        assert_eq!(on(Some(CgroupVersion::Two)), ["mkdir c", "mkdir b"]);
        assert_eq!((on(None), step.commands().count()), (vec!["mkdir c".to_string()], 3));
        let told = "On a machine with version 2 of cgroups it looks like this:\n\n```text\n$ mkdir b\nno\n```";
        assert_eq!(blocks_on(Some(CgroupVersion::One)).last(), Some(&Block::Prose(told.to_string())));
        let said = |text: String| read(&text).unwrap_err();
        let wrong = said(format!("{HEAD}{body}"));
        assert!(wrong.starts_with(
            "error: a block for v1 of cgroups in a lesson that does not need them\n  --> lesson.md:7:1\n  7 | ```predict v1\n"
        ));
        assert!(wrong.contains("allowed: needs: [cgroup] in the front matter, or a block for all machines"), "{wrong}");
        let twice =
            said(format!("{head}## S\n```predict v1\na\n```\n```predict\nb\n```\n```console\n$ mkdir c\n```\n"));
        assert!(twice.starts_with("error: a second predict block in one step"), "{twice}");
        let third = said(format!("{head}{STEP}```console v3\n$ mkdir c\n```\n"));
        assert!(third.starts_with("error: no fenced block is called `console v3`"), "{third}");
        let checks = said(format!("{head}{STEP}## E {{#e}}\n```check v1\nfile a\n```\n"));
        assert!(checks.contains("no fenced block is called `check v1`"), "{checks}");
    }

    #[test]
    fn each_rule_of_a_lesson_has_its_error() {
        let exercise = |body: &str| format!("{HEAD}{STEP}## E {{#e}}\n{body}");
        let step = |body: &str| format!("{HEAD}{STEP}## S\n{body}");
        const PARTS: &str = "prose, > [!TIP] hints, one ```check block, > [!NOTE] afterwards, <!-- notes: … -->";
        const FENCES: &str = "```console, ```predict (v1 or v2 behind them for one version of cgroups), ```check; and ```text, ```sh, which are only shown";
        const STATEMENT: &str = "PATH, or PATH reads TEXT; the path is relative and quoted where it holds a space";
        const PROMPT: &str = "$ COMMAND; in output, [..] can stand for the sign";
        // (the text, what is wrong, where, the source line, the carets, what is allowed)
        let cases: Vec<(String, &str, &str, &str, &str, &str)> = vec![
            // headings
            (
                step("# Big\nx\n"),
                "a heading of level 1",
                "11:1",
                "# Big",
                "^",
                "## for a step or an exercise; the title is in the front matter",
            ),
            (
                step("x\n### Small\n"),
                "a heading of level 3",
                "12:1",
                "### Small",
                "^^^",
                "## for a step or an exercise; the title is in the front matter",
            ),
            (
                step("Under\n---\n"),
                "a heading made by underlining",
                "11:1",
                "Under",
                "^^^^^",
                "## TITLE; a line of hyphens needs an empty line above it",
            ),
            (
                step("- x\n\n  ## In\n"),
                "a heading inside a list or a quote",
                "13:3",
                "  ## In",
                "  ^^^^^",
                "## TITLE at the left margin",
            ),
            (
                format!("{HEAD}{STEP}##\nx\n"),
                "a heading without a title",
                "10:1",
                "##",
                "^^",
                "## TITLE, or ## TITLE {#id} for an exercise",
            ),
            (
                exercise("x\n\n> [!TIP]\n> y\n\n```check\nfile a\n```\n## F {#e}\n"),
                "a second exercise is called `e`; the first begins in line 10",
                "19:6",
                "## F {#e}",
                "     ^^^^",
                "each id once in a lesson",
            ),
            (
                format!("{HEAD}{STEP}## E {{#a b}}\n"),
                "the id of an exercise is not a name",
                "10:6",
                "## E {#a b}",
                "     ^^^^^^",
                "letters, digits and hyphens between: {#hide-a-file}",
            ),
            (
                format!("{HEAD}{STEP}## E {{#}}\n"),
                "the id of an exercise is not a name",
                "10:6",
                "## E {#}",
                "     ^^^",
                "letters, digits and hyphens between: {#hide-a-file}",
            ),
            // steps
            (
                step(""),
                "the step is empty",
                "10:1",
                "## S",
                "^^^^",
                "prose, ```predict and ```console blocks, <!-- notes: … -->",
            ),
            (
                step("<!-- notes: x -->\n"),
                "the step is empty",
                "10:1",
                "## S",
                "^^^^",
                "prose, ```predict and ```console blocks, <!-- notes: … -->",
            ),
            (
                step("```predict\na\n```\n```predict\nb\n```\n```console\n$ mkdir b\n```\n"),
                "a second predict block in one step",
                "14:1",
                "```predict",
                "^^^^^^^^^^",
                "one ```predict, before the first ```console",
            ),
            (
                step("```console\n$ mkdir b\n```\n```predict\nb\n```\n"),
                "a predict block behind a console block",
                "14:1",
                "```predict",
                "^^^^^^^^^^",
                "one ```predict, before the first ```console",
            ),
            (
                step("```predict\na\n```\n"),
                "a step predicts and runs nothing",
                "10:1",
                "## S",
                "^^^^",
                "a ```console block behind the ```predict block",
            ),
            (
                step("```check\nfile a\n```\n"),
                "a check block in a step",
                "11:1",
                "```check",
                "^^^^^^^^",
                "checks in an exercise: ## TITLE {#id}",
            ),
            (
                step("> [!TIP]\n> x\n"),
                "a hint in a step",
                "11:1",
                "> [!TIP]",
                "^^^^^^^^",
                "hints in an exercise: ## TITLE {#id}; > [!NOTE] in a step",
            ),
            (
                format!("{HEAD}## S\nx\n"),
                "the lesson has no step with a console block",
                "1:1",
                "---",
                "^^^",
                "a ## section with ```console",
            ),
            // before the first section
            (
                format!("{HEAD}```console\n$ mkdir a\n```\n{STEP}"),
                "a console block before the first section",
                "6:1",
                "```console",
                "^^^^^^^^^^",
                "prose; steps and exercises begin with ## TITLE",
            ),
            (
                format!("{HEAD}> [!TIP]\n> x\n\n{STEP}"),
                "a hint before the first section",
                "6:1",
                "> [!TIP]",
                "^^^^^^^^",
                "prose; steps and exercises begin with ## TITLE",
            ),
            (
                format!("{HEAD}<!-- notes: x -->\n{STEP}"),
                "notes before the first section",
                "6:1",
                "<!-- notes: x -->",
                "^^^^^^^^^^^^^^^^^",
                "prose; steps and exercises begin with ## TITLE",
            ),
            // exercises
            (
                exercise("x\n\n```check\nfile a\n```\n"),
                "the exercise has no hint",
                "10:1",
                "## E {#e}",
                "^^^^^^^^^",
                "> [!TIP] on a line, and > text below it; vague ones first",
            ),
            (
                exercise("x\n\n> [!TIP]\n> x\n"),
                "the exercise has no check block",
                "10:1",
                "## E {#e}",
                "^^^^^^^^^",
                "exactly one ```check block",
            ),
            (
                exercise("> [!TIP]\n> x\n\n```check\nfile a\n```\n"),
                "the exercise does not say what is to be done",
                "10:1",
                "## E {#e}",
                "^^^^^^^^^",
                PARTS,
            ),
            (
                exercise("x\n> [!TIP]\n> x\n\n```check\nfile a\n```\n```check\nfile a\n```\n"),
                "a second check block in one exercise",
                "18:1",
                "```check",
                "^^^^^^^^",
                "exactly one ```check block",
            ),
            (
                exercise("x\n\n> [!TIP]\n> x\n\n```console\n$ mkdir a\n```\n"),
                "a console block in an exercise",
                "16:1",
                "```console",
                "^^^^^^^^^^",
                PARTS,
            ),
            (
                exercise("x\n\n> [!TIP]\n> x\n\n```predict\na\n```\n"),
                "a predict block in an exercise",
                "16:1",
                "```predict",
                "^^^^^^^^^^",
                PARTS,
            ),
            (
                exercise("x\n\n> [!TIP]\n\n```check\nfile a\n```\n"),
                "a callout that says nothing",
                "13:1",
                "> [!TIP]",
                "^^^^^^^^",
                "> text on the lines below it",
            ),
            // fences, quotes, HTML
            (step("```bash\nls\n```\n"), "no fenced block is called `bash`", "11:1", "```bash", "^^^^^^^", FENCES),
            (
                step("```console x\nls\n```\n"),
                "no fenced block is called `console x`",
                "11:1",
                "```console x",
                "^^^^^^^^^^^^",
                FENCES,
            ),
            (
                step("- x\n  ```rust\n  ```\n"),
                "no fenced block is called `rust`",
                "12:3",
                "  ```rust",
                "  ^^^^^^^",
                FENCES,
            ),
            (step("```\nls\n```\n"), "a fenced block without a name", "11:1", "```", "^^^", FENCES),
            (
                step("- x\n\n  ```console\n  $ mkdir a\n  ```\n"),
                "a console block inside a list or a quote, or indented",
                "13:3",
                "  ```console",
                "  ^^^^^^^^^^",
                "```console at the left margin",
            ),
            (
                step("> ```check\n> file a\n> ```\n"),
                "a check block inside a list or a quote, or indented",
                "11:3",
                "> ```check",
                "  ^^^^^^^^",
                "```check at the left margin",
            ),
            (
                step(" ```console\n $ mkdir a\n ```\n"),
                "a console block inside a list or a quote, or indented",
                "11:2",
                " ```console",
                " ^^^^^^^^^^",
                "```console at the left margin",
            ),
            (
                step("x\n\n    ```console\n    $ a\n"),
                "a block of code that is only indented",
                "13:5",
                "    ```console",
                "    ^^^^^^^^^^",
                "a fenced block: ```text or ```sh",
            ),
            (
                step("```console\n$ mkdir a\n"),
                "the console block is not closed",
                "11:1",
                "```console",
                "^^^^^^^^^^",
                "a line ```",
            ),
            (step("```text\nx\n"), "the text block is not closed", "11:1", "```text", "^^^^^^^", "a line ```"),
            (
                step("```console\n$ mkdir a\n\n```predict\na\n```\n"),
                "the console block is not closed",
                "11:1",
                "```console",
                "^^^^^^^^^^",
                "a line ``` before line 14",
            ),
            (
                step("> [!HINT]\n> x\n"),
                "a callout that nobody knows",
                "11:1",
                "> [!HINT]",
                "^^^^^^^^^",
                "> [!TIP] or > [!NOTE] (also IMPORTANT, WARNING, CAUTION), alone on the first line",
            ),
            (
                step("- x\n\n  > [!TIP]\n  > x\n"),
                "a callout inside a list or a quote",
                "13:3",
                "  > [!TIP]",
                "  ^^^^^^^^",
                "> [!TIP] or > [!NOTE] at the left margin",
            ),
            (
                step("Use <b>it</b\\>.\n"),
                "HTML is outside the grammar of a lesson",
                "11:5",
                "Use <b>it</b\\>.",
                "    ^^^",
                "Markdown, with a literal < written as \\< or in backticks; and <!-- notes: … -->",
            ),
            (
                step("<div>\n"),
                "HTML is outside the grammar of a lesson",
                "11:1",
                "<div>",
                "^^^^^",
                "Markdown, with a literal < written as \\< or in backticks; and <!-- notes: … -->",
            ),
            (
                step("a <!-- notes: x --> b\n"),
                "a comment inside a paragraph, a list or a quote",
                "11:3",
                "a <!-- notes: x --> b",
                "  ^^^^^^^^^^^^^^^^^",
                "<!-- notes: … --> at the left margin, on lines of its own",
            ),
            (
                step("<!-- notes: x --> b\n"),
                "HTML is outside the grammar of a lesson",
                "11:19",
                "<!-- notes: x --> b",
                "                  ^",
                "Markdown, with a literal < written as \\< or in backticks; and <!-- notes: … -->",
            ),
            (
                step("x\n<!-- todo -->\n"),
                "a comment that is not a note",
                "12:1",
                "<!-- todo -->",
                "^^^^^^^^^^^^^",
                "<!-- notes: … -->",
            ),
            (
                step("x\n<!-- notes: -->\n"),
                "notes that say nothing",
                "12:1",
                "<!-- notes: -->",
                "^^^^",
                "<!-- notes: TEXT -->",
            ),
            (
                step("x\n<!-- notes: x\n\n## T\n"),
                "the comment is not closed",
                "12:1",
                "<!-- notes: x",
                "^^^^",
                "a --> behind it",
            ),
            // console lines
            (
                step("```console\n```\n"),
                "the console block is empty",
                "11:1",
                "```console",
                "^^^^^^^^^^",
                "lines of $ COMMAND and what it prints",
            ),
            (
                step("```console\nout\nmore\n$ mkdir b\n```\n"),
                "output stands before any command",
                "12:1",
                "out",
                "^^^",
                "$ COMMAND as the first line of the block",
            ),
            (step("```console\n$ \n```\n"), "a prompt without a command", "12:1", "$ ", "^^", PROMPT),
            (step("```console\n$\n```\n"), "a prompt without a command", "12:1", "$", "^", PROMPT),
            (
                step("```console\n$mkdir b\n```\n"),
                "a line of output begins with `$`, or a space is missing behind it",
                "12:1",
                "$mkdir b",
                "^",
                PROMPT,
            ),
            (
                step("```console\n$ cat 层 | wc\n```\n"),
                "a pipe is outside the grammar of a console line",
                "12:9",
                "$ cat 层 | wc",
                "         ^",
                "one simple command: words, quoted as in the shell ('…', \"…\", \\x), then at most one > FILE or >> FILE",
            ),
            (
                step("```console\n$  mkdir -z b\n```\n"),
                "mkdir does not know the flag -z here",
                "12:4",
                "$  mkdir -z b",
                "   ^^^^^",
                "mkdir takes -p, --parents",
            ),
            (
                step("```console\n$ mkdir b\nout\n? failed\n```\n"),
                "`? failed` does not stand directly below its command",
                "14:1",
                "? failed",
                "^^^^^^^^",
                "$ COMMAND, then ? failed",
            ),
            (
                step("```console\n$ mkdir b\n? fails\n```\n"),
                "no outcome of a command is called so",
                "13:1",
                "? fails",
                "^^^^^^^",
                "? failed",
            ),
            // predict and check lines
            (
                step("```predict\n```\n```console\n$ mkdir b\n```\n"),
                "the predict block is empty",
                "11:1",
                "```predict",
                "^^^^^^^^^^",
                STATEMENT,
            ),
            (
                step("```predict\na read x\n```\n```console\n$ mkdir b\n```\n"),
                "a prediction that cannot be read",
                "12:1",
                "a read x",
                "^^^^^^^^",
                STATEMENT,
            ),
            (
                step("```predict\n\n```\n```console\n$ mkdir b\n```\n"),
                "a prediction that cannot be read",
                "12:1",
                "",
                "^",
                STATEMENT,
            ),
            (
                step("```predict\na/../../b reads x\n```\n```console\n$ mkdir b\n```\n"),
                "a prediction outside the working directory",
                "12:1",
                "a/../../b reads x",
                "^^^^^^^^^",
                STATEMENT,
            ),
            (
                exercise("x\n\n> [!TIP]\n> x\n\n```check\n```\n"),
                "the check block is empty",
                "16:1",
                "```check",
                "^^^^^^^^",
                "one check a line, such as: absent mnt/a.txt",
            ),
            (
                exercise("x\n\n> [!TIP]\n> x\n\n```check\nmode a\n```\n"),
                "a check with the wrong operands",
                "17:1",
                "mode a",
                "^^^^^^",
                "write it so: mode PATH OCTAL",
            ),
            (
                exercise("x\n\n> [!TIP]\n> x\n\n```check\nfile 'a\n```\n"),
                "a check that cannot be read: missing closing quote",
                "17:1",
                "file 'a",
                "^^^^^^^",
                "CHECK OPERAND…, quoted as in the shell",
            ),
        ];
        for (text, what, place, line, carets, allowed) in cases {
            let number = place.split(':').next().unwrap();
            let margin = " ".repeat(number.len());
            let shown = format!("  {number} | {line}").trim_end().to_string();
            let expected = format!(
                "error: {what}\n  --> lesson.md:{place}\n{shown}\n  {margin} | {carets}\n  allowed: {allowed}\n"
            );
            match read(&text) {
                Ok(_) => panic!("accepted, should be: {expected}\n{text}"),
                Err(found) => assert_eq!(found, expected, "\n{found}\n{expected}\n{text}"),
            }
        }
    }

    #[test]
    fn an_unknown_verb_or_check_lists_the_known_ones() {
        let said = read(&format!("{HEAD}{STEP}## S\n```console\n$ mkdri b\n```\n")).unwrap_err();
        assert!(said.starts_with("error: no verb is called mkdri\n  --> lesson.md:12:3\n  12 | $ mkdri b\n     |   ^^^^^\n  allowed: the verbs are cat, "), "{said}");
        let text = format!("{HEAD}{STEP}## E {{#e}}\nx\n\n> [!TIP]\n> x\n\n```check\nfil a\n```\n");
        let said = read(&text).unwrap_err();
        assert!(said.starts_with("error: no check is called `fil`\n  --> lesson.md:17:1\n  17 | fil a\n     | ^^^^^\n  allowed: the checks are file, directory, "), "{said}");
    }

    #[test]
    fn all_errors_of_a_file_are_told_in_the_order_of_its_lines() {
        let text =
            format!("{HEAD}{STEP}## S\n```console\n$ nope\n```\n<b>\n\n# Big\n\n## E {{#e}}\n```check\nnope\n```\n")
                .replace("minutes: 8", "minutes: no");
        let said = read(&text).unwrap_err();
        let places: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("  --> lesson.md:")).collect();
        assert_eq!(places, ["3:10", "12:3", "14:1", "16:1", "20:1"], "{said}");
    }

    #[test]
    fn hostile_files_are_refused() {
        assert_eq!(
            read(&"a".repeat(10 << 20)).unwrap_err(),
            "error: the lesson has 10485760 bytes\n  --> lesson.md:1:1\n  1 |\n    | ^\n  allowed: at most 1048576 bytes\n"
        );
        assert!(read("").unwrap_err().starts_with("error: the file is empty\n"));
        assert_eq!(
            read(&format!("{HEAD}{STEP}a\rb\n")).unwrap_err(),
            "error: a control character (U+000D)\n  --> lesson.md:10:2\n  10 | a\u{fffd}b\n     |  ^\n  \
             allowed: printable characters, tabs, and lines that end in \\n or \\r\\n\n"
        );
        for wrong in ["\u{7}", "<b>", "```\n", "# a\n"] {
            let errors = parse(&format!("{HEAD}{STEP}a{}", wrong.repeat(100_000)), Path::new("x"), 1, "a", "en");
            assert_eq!(errors.unwrap_err().len(), 100, "{wrong:?}");
        }
        // Deep nesting neither overflows a stack nor takes long.
        let said = read(&format!("{HEAD}{STEP}{}", "> ".repeat(20_000))).unwrap_err();
        assert!(said.starts_with("error: text nested more than 32 deep\n  --> lesson.md:10:65\n"), "{said}");
        let _ = read(&format!("{HEAD}{STEP}{}", "[".repeat(50_000)));
    }

    #[test]
    fn no_mutation_of_a_lesson_makes_the_reader_panic() {
        let letters: Vec<char> = WHOLE.chars().collect();
        for at in 0..letters.len() {
            let (before, after) = (&letters[..at], &letters[at + 1..]);
            let whole = |middle: &[char]| -> String { [before, middle, after].concat().into_iter().collect() };
            let _ = read(&whole(&[]));
            let _ = read(&whole(&[letters[at], letters[at]]));
            for inserted in ['`', '\n', '>', '<', '#', '$', '层', '\t', '\u{0}', '{', '}'] {
                let _ = read(&whole(&[inserted, letters[at]]));
            }
            let _ = read(&before.iter().collect::<String>());
        }
    }

    #[test]
    fn a_text_is_a_lesson_or_tells_where_it_is_none() {
        let lessons = Catalogue::embedded();
        // Cut where they begin, in the middle and near their end: what is long takes long.
        let texts: Vec<String> = lessons.entries().iter().map(|entry| entry.source("en").unwrap()).collect();
        let parts = texts.iter().step_by(4).flat_map(|text| {
            let section = text.match_indices("\n## ").map(|(at, _)| &text[at..]).nth(2).unwrap_or_default();
            [text.as_bytes(), section.as_bytes()].map(|part| &part[..part.len().min(1500)])
        });
        let whole = format!("{HEAD}{}", WHOLE.split_once("---\n## ").map_or(STEP, |(_, rest)| rest));
        let samples: Vec<&[u8]> = parts.chain([WHOLE.as_bytes(), whole.as_bytes(), STEP.as_bytes()]).collect();
        each_mutant(&samples, 3_000, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            match parse(&text, Path::new("lesson.md"), 1, "a", "en") {
                Ok(lesson) => assert!(lesson.steps().next().is_some()),
                Err(errors) => {
                    assert!(!errors.is_empty() && errors.len() <= 101);
                    let lines = text.split('\n').count();
                    for error in errors {
                        assert!(error.at.line >= 1 && error.at.line as usize <= lines + 1, "{error:?}");
                        assert!(!error.what.is_empty() && !error.to_string().is_empty());
                    }
                }
            }
        });
    }
}
