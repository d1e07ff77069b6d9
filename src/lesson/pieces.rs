//! Markdown, cut into the parts that mean something to a lesson; what lies between them is prose.
//!
//! pulldown-cmark finds the blocks, so that a lesson is cut exactly where a code host would cut it. Of its events only
//! the places matter: prose is kept as the source has it, and the lines of our blocks are read from the source.

use crate::ground::CgroupVersion;
use crate::lesson::source::Source;
use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, Options, Parser, Tag};
use std::ops::Range;

/// A part that is not prose, as whole lines of the source.
pub(super) struct Piece {
    pub kind: PieceKind,
    /// From the beginning of its first line to the end of its last.
    pub range: Range<usize>,
}

/// What a part is.
pub(super) enum PieceKind {
    /// `## Title`, with all that stands behind the signs.
    Heading(String),
    /// A fenced block of ours: the offsets of the lines between its fences.
    Fence(Fence, Option<CgroupVersion>, Range<usize>),
    /// `> [!TIP]`, its signs removed.
    Tip(String),
    /// `> [!NOTE]`, its signs removed.
    Note(String),
    /// What the instructor says.
    Notes(String),
}

/// The fenced blocks of a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fence {
    Console,
    Predict,
    Check,
}

impl Fence {
    const ALL: [Fence; 3] = [Fence::Console, Fence::Predict, Fence::Check];

    /// Reads an info string: `console`, `console v2`. What is checked is the same everywhere.
    fn read(info: &str) -> Option<(Fence, Option<CgroupVersion>)> {
        let (name, only) = match info.split_once(' ') {
            Some((name, word)) => (name, Some(CgroupVersion::called(word)?)),
            None => (info, None),
        };
        let fence = Fence::ALL.into_iter().find(|fence| fence.name() == name)?;
        (only.is_none() || fence != Fence::Check).then_some((fence, only))
    }

    /// The first word of its info string.
    pub fn name(self) -> &'static str {
        match self {
            Fence::Console => "console",
            Fence::Predict => "predict",
            Fence::Check => "check",
        }
    }
}

/// Fenced blocks that are shown as they stand and mean nothing.
const SHOWN: &[&str] = &["text", "sh"];
const FENCES: &str = "```console, ```predict (v1 or v2 behind them for one version of cgroups), ```check; and ```text, ```sh, which are only shown";
const CALLOUTS: &str = "> [!TIP] or > [!NOTE] (also IMPORTANT, WARNING, CAUTION), alone on the first line";
const NO_HTML: &str = "Markdown, with a literal < written as \\< or in backticks; and <!-- notes: … -->";

/// Lists, quotes and emphasis inside each other; a lesson needs four.
const DEEPEST: usize = 32;

/// Cuts the text from `start` on; what no lesson may hold is noted as an error.
pub(super) fn cut(source: &mut Source, start: usize) -> Vec<Piece> {
    let text = &source.text[start..];
    let options = Options::ENABLE_GFM | Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut cutter = Cutter { source, pieces: Vec::new() };
    let mut depth = 0;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        let range = range.start + start..range.end + start;
        match event {
            Event::Start(tag) => {
                if depth == DEEPEST {
                    let what = format!("text nested more than {DEEPEST} deep");
                    cutter.source.error(range.start, "x", what, "fewer lists and quotes inside each other");
                    break;
                }
                cutter.block(&tag, range, depth == 0);
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            Event::InlineHtml(_) => cutter.html(range),
            _ => {}
        }
    }
    cutter.pieces
}

struct Cutter<'s, 'a> {
    source: &'s mut Source<'a>,
    pieces: Vec<Piece>,
}

impl<'a> Cutter<'_, 'a> {
    fn block(&mut self, tag: &Tag, range: Range<usize>, outermost: bool) {
        match tag {
            Tag::Heading { level, .. } => self.heading(*level as usize, range, outermost),
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => self.fence(info.trim(), range, outermost),
            Tag::CodeBlock(CodeBlockKind::Indented) => {
                let what = "a block of code that is only indented";
                let wrong = self.first_line(&range);
                self.source.error(range.start, wrong, what, "a fenced block: ```text or ```sh");
            }
            Tag::BlockQuote(kind) => self.quote(*kind, range, outermost),
            Tag::HtmlBlock if outermost => self.comments(range),
            Tag::HtmlBlock => self.html(range),
            _ => {}
        }
    }

    fn heading(&mut self, level: usize, range: Range<usize>, outermost: bool) {
        let line = self.first_line(&range);
        if !outermost {
            self.source.error(range.start, line, "a heading inside a list or a quote", "## TITLE at the left margin");
            return;
        }
        if !line.starts_with('#') {
            let what = "a heading made by underlining";
            self.source.error(range.start, line, what, "## TITLE; a line of hyphens needs an empty line above it");
            return;
        }
        if level != 2 {
            let what = format!("a heading of level {level}");
            self.source.error(
                range.start,
                &line[..level],
                what,
                "## for a step or an exercise; the title is in the front matter",
            );
            return;
        }
        let title = line.trim_start_matches('#').trim();
        // `## Title ##` is `## Title`.
        let bare = title.trim_end_matches('#');
        let title = if bare.is_empty() || bare.ends_with([' ', '\t']) { bare.trim_end() } else { title };
        self.push(PieceKind::Heading(title.to_string()), range);
    }

    fn fence(&mut self, info: &str, range: Range<usize>, outermost: bool) {
        let opening = self.first_line(&range);
        let Some((kind, only)) = Fence::read(info) else {
            if !SHOWN.contains(&info) {
                let what = match info {
                    "" => "a fenced block without a name".to_string(),
                    _ => format!("no fenced block is called `{info}`"),
                };
                self.source.error(range.start, opening, what, FENCES);
            } else if self.inside(&range).is_none() {
                self.unclosed(&range, info, "```");
            }
            return;
        };
        if !outermost || self.source.line_start(range.start) != range.start {
            let what = format!("a {info} block inside a list or a quote, or indented");
            self.source.error(range.start, opening, what, format!("```{info} at the left margin"));
            return;
        }
        let Some(inside) = self.inside(&range) else {
            return self.unclosed(&range, info, "```");
        };
        // A fence with a name cannot close a block: the author forgot to.
        let swallowed = self.source.lines_in(inside.clone()).find(|(_, line)| {
            let info = line.trim_start_matches(['`', '~']);
            line.len() - info.len() >= 3 && (Fence::read(info).is_some() || SHOWN.contains(&info))
        });
        if let Some((offset, _)) = swallowed {
            let line = self.source.line_of(offset);
            return self.unclosed(&range, info, &format!("``` before line {line}"));
        }
        self.push(PieceKind::Fence(kind, only, inside), range);
    }

    /// What stands between the fences; nothing where the closing one is missing.
    fn inside(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let block = self.source.text[range.clone()].trim_end();
        let (opening, rest) = block.split_once('\n')?;
        let sign = opening.chars().next()?;
        let length = opening.chars().take_while(|letter| *letter == sign).count();
        let last = block.rfind('\n').map_or(0, |at| at + 1);
        // In a quote the signs of the quote stand before it.
        let closing = block[last..].trim_start_matches(['>', ' ', '\t']);
        let closed = closing.len() >= length && closing.chars().all(|letter| letter == sign);
        let indented = block[last..].starts_with("    ");
        let start = range.start + (block.len() - rest.len());
        (closed && !indented).then_some(start..range.start + last)
    }

    fn unclosed(&mut self, range: &Range<usize>, info: &str, allowed: &str) {
        let opening = self.first_line(range);
        self.source.error(range.start, opening, format!("the {info} block is not closed"), format!("a line {allowed}"));
    }

    fn quote(&mut self, kind: Option<BlockQuoteKind>, range: Range<usize>, outermost: bool) {
        let first = self.first_line(&range);
        match kind {
            None if first.trim_start_matches(['>', ' ', '\t']).starts_with("[!") => {
                self.source.error(range.start, first, "a callout that nobody knows", CALLOUTS);
            }
            Some(BlockQuoteKind::Tip | BlockQuoteKind::Note) if !outermost => {
                let what = "a callout inside a list or a quote";
                self.source.error(range.start, first, what, "> [!TIP] or > [!NOTE] at the left margin");
            }
            Some(kind @ (BlockQuoteKind::Tip | BlockQuoteKind::Note)) => {
                let said = unquoted(&self.source.text[range.clone()]);
                if said.is_empty() {
                    self.source.error(
                        range.start,
                        first,
                        "a callout that says nothing",
                        "> text on the lines below it",
                    );
                }
                let kind = if kind == BlockQuoteKind::Tip { PieceKind::Tip(said) } else { PieceKind::Note(said) };
                self.push(kind, range);
            }
            _ => {}
        }
    }

    /// A block of HTML: nothing but comments with notes.
    fn comments(&mut self, range: Range<usize>) {
        let mut at = range.start;
        loop {
            let rest = &self.source.text[at..range.end];
            at += rest.len() - rest.trim_start().len();
            let rest = rest.trim();
            if rest.is_empty() {
                return;
            }
            let Some(comment) = rest.strip_prefix("<!--") else {
                return self.html(at..range.end);
            };
            let Some(length) = comment.find("-->") else {
                self.source.error(at, "<!--", "the comment is not closed", "a --> behind it");
                return;
            };
            let end = at + "<!--".len() + length + "-->".len();
            match comment[..length].trim().strip_prefix("notes:").map(str::trim) {
                None => {
                    let first = self.first_line(&(at..end));
                    self.source.error(at, first, "a comment that is not a note", "<!-- notes: … -->");
                }
                Some("") => self.source.error(at, "<!--", "notes that say nothing", "<!-- notes: TEXT -->"),
                Some(notes) => self.push(PieceKind::Notes(notes.to_string()), at..end),
            }
            at = end;
        }
    }

    fn html(&mut self, range: Range<usize>) {
        let wrong = self.first_line(&range);
        let notes = wrong.starts_with("<!--");
        let what = if notes {
            "a comment inside a paragraph, a list or a quote"
        } else {
            "HTML is outside the grammar of a lesson"
        };
        let allowed = if notes { "<!-- notes: … --> at the left margin, on lines of its own" } else { NO_HTML };
        self.source.error(range.start, wrong, what, allowed);
    }

    fn first_line(&self, range: &Range<usize>) -> &'a str {
        let text: &'a str = self.source.text;
        text[range.clone()].lines().next().unwrap_or("").trim_end()
    }

    fn push(&mut self, kind: PieceKind, range: Range<usize>) {
        let start = self.source.line_start(range.start);
        let end = self.source.text[range.end..].find('\n').map_or(self.source.text.len(), |at| range.end + at);
        // A block that ends with its newline ends there, not with the line below it.
        let end = if self.source.text[..range.end].ends_with('\n') { range.end } else { end };
        self.pieces.push(Piece { kind, range: start..end });
    }
}

/// The text of a quote without its signs and without its first line, `[!TIP]`.
fn unquoted(quote: &str) -> String {
    let bare = |line: &str| {
        let rest = line.trim_start();
        // A line without a sign continues a paragraph lazily.
        match rest.strip_prefix('>') {
            Some(rest) => rest.strip_prefix(' ').unwrap_or(rest).to_string(),
            None => line.to_string(),
        }
    };
    quote.lines().skip(1).map(bare).collect::<Vec<_>>().join("\n").trim().to_string()
}
