//! Markdown as text: what prose in a lesson looks like on a terminal, and how it is read aloud.
//!
//! The same reader (pulldown-cmark) serves both. On a terminal, paragraphs are wrapped, tables aligned and quotations
//! have a bar; read aloud, each paragraph, item and table row is one line of words.

use crate::scene::{Line, Role};
use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

/// Prose wider than this is hard to read.
const WIDEST: usize = 88;

/// Markdown as wrapped lines; code keeps its backticks where no style shows what it is.
pub fn lines(markdown: &str, width: usize, styled: bool) -> Vec<Line> {
    Writer::new(Look { width: width.clamp(1, WIDEST), backticks: !styled, spoken: false }).write(markdown)
}

/// Markdown as words alone, one paragraph, item or table row a line, for a screen reader.
pub fn spoken(markdown: &str) -> Vec<Line> {
    let lines = Writer::new(Look { width: usize::MAX, backticks: false, spoken: true }).write(markdown);
    let lines = lines.iter().filter(|line| !line.is_empty());
    lines.map(|line| Line::of(Role::Text, line.text().trim())).collect()
}

/// A sentence of our own, read aloud: one line without roles.
pub(crate) fn sentence(text: &str) -> Line {
    Line::of(Role::Text, expand_tabs(text))
}

struct Look {
    width: usize,
    backticks: bool,
    spoken: bool,
}

struct Writer {
    look: Look,
    lines: Vec<Line>,
    /// The paragraph that is being read.
    inline: Line,
    roles: Vec<Role>,
    /// What stands before each line: of quotations and lists, outermost first. The first text is used once.
    indents: Vec<(Option<Line>, Line)>,
    lists: Vec<Option<u64>>,
    code: Option<(String, Role)>,
    table: Vec<Vec<Line>>,
    /// The address of the link that is being read.
    link: Option<String>,
    /// A block has ended; another one is set apart from it.
    blank_wanted: bool,
}

impl Writer {
    fn new(look: Look) -> Writer {
        Writer {
            look,
            lines: Vec::new(),
            inline: Line::new(),
            roles: Vec::new(),
            indents: Vec::new(),
            lists: Vec::new(),
            code: None,
            table: Vec::new(),
            link: None,
            blank_wanted: false,
        }
    }

    fn write(mut self, markdown: &str) -> Vec<Line> {
        let options = Options::ENABLE_TABLES | Options::ENABLE_GFM | Options::ENABLE_STRIKETHROUGH;
        for event in Parser::new_ext(markdown, options) {
            match event {
                Event::Start(tag) => self.start(tag),
                Event::End(tag) => self.end(tag),
                Event::Text(text) => match &mut self.code {
                    Some((code, _)) => code.push_str(&text),
                    None => self.push(&text),
                },
                Event::Code(code) if self.look.backticks => self.inline.push(Role::Code, &format!("`{code}`")),
                Event::Code(code) => self.inline.push(Role::Code, &code),
                Event::SoftBreak => self.push(" "),
                Event::HardBreak => self.flush(),
                Event::Rule => {
                    self.separate();
                    if !self.look.spoken {
                        let rule = "─".repeat(self.look.width.min(24));
                        self.lines.push(Line::of(Role::Glyph, rule));
                    }
                    self.blank_wanted = true;
                }
                // A comment of the author; notes for the speaker are taken out before.
                Event::Html(_) | Event::InlineHtml(_) => {}
                _ => {}
            }
        }
        self.flush();
        self.lines
    }

    fn start(&mut self, tag: Tag) {
        match tag {
            Tag::Paragraph => self.separate(),
            Tag::Heading { .. } => {
                self.separate();
                self.roles.push(Role::Heading);
            }
            Tag::BlockQuote(kind) => {
                self.separate();
                let bar = if self.look.spoken { Line::new() } else { Line::of(Role::Glyph, "│ ") };
                self.indents.push((None, bar));
                if let Some(kind) = kind {
                    let label = match kind {
                        BlockQuoteKind::Note => "Note",
                        BlockQuoteKind::Tip => "Hint",
                        BlockQuoteKind::Important => "Important",
                        BlockQuoteKind::Warning => "Warning",
                        BlockQuoteKind::Caution => "Caution",
                    };
                    self.inline = Line::of(Role::Hint, format!("{label}: "));
                }
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                self.separate();
                let shell = matches!(&kind, CodeBlockKind::Fenced(language)
                    if matches!(language.as_ref(), "sh" | "bash" | "console"));
                self.code = Some((String::new(), if shell { Role::Command } else { Role::Output }));
            }
            Tag::List(start) => {
                self.flush();
                if self.lists.is_empty() {
                    self.separate();
                }
                self.lists.push(start);
            }
            Tag::Item => {
                let bullet = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let bullet = format!("{number}. ");
                        *number += 1;
                        bullet
                    }
                    _ if self.look.spoken => String::new(),
                    _ => "- ".to_string(),
                };
                let rest = Line::of(Role::Text, " ".repeat(bullet.len()));
                self.indents.push((Some(Line::of(Role::Glyph, bullet)), rest));
            }
            Tag::Table(_) => {
                self.separate();
                self.table.clear();
            }
            Tag::TableHead => {
                self.table.push(Vec::new());
                self.roles.push(Role::Heading);
            }
            Tag::TableRow => self.table.push(Vec::new()),
            Tag::Emphasis => self.roles.push(Role::Emphasis),
            Tag::Strong => self.roles.push(Role::Strong),
            // A bare address is its own text.
            Tag::Link { link_type: LinkType::Autolink | LinkType::Email, .. } => {}
            Tag::Link { dest_url, .. } => self.link = Some(dest_url.to_string()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => {
                self.flush();
                self.blank_wanted = true;
            }
            TagEnd::Heading(_) => {
                self.roles.pop();
                self.flush();
                self.blank_wanted = true;
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.indents.pop();
                self.blank_wanted = true;
            }
            TagEnd::CodeBlock => self.code_block(),
            TagEnd::List(_) => {
                self.lists.pop();
                self.blank_wanted = true;
            }
            TagEnd::Item => {
                self.flush();
                self.indents.pop();
            }
            TagEnd::Table => self.finish_table(),
            TagEnd::TableHead => {
                self.roles.pop();
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.inline);
                if let Some(row) = self.table.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Emphasis | TagEnd::Strong => {
                self.roles.pop();
            }
            TagEnd::Link => {
                if let Some(address) = self.link.take()
                    && !address.starts_with('#')
                {
                    self.inline.push(Role::Address, &format!(" ({address})"));
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        let role = self.roles.last().copied().unwrap_or(Role::Text);
        self.inline.push(role, text);
    }

    /// A blank line, where a block stands before this one.
    fn separate(&mut self) {
        if std::mem::take(&mut self.blank_wanted) && !self.lines.is_empty() {
            let mut blank = Line::new();
            for (first, rest) in &self.indents {
                if first.is_none() {
                    blank.append(rest.clone());
                }
            }
            self.lines.push(blank);
        }
    }

    fn indent(&mut self) -> (Line, Line) {
        let (mut first, mut rest) = (Line::new(), Line::new());
        for (once, always) in &mut self.indents {
            first.append(once.take().unwrap_or_else(|| always.clone()));
            rest.append(always.clone());
        }
        (first, rest)
    }

    fn flush(&mut self) {
        if self.inline.is_empty() {
            return;
        }
        self.blank_wanted = false;
        let inline = std::mem::take(&mut self.inline);
        let (first, rest) = self.indent();
        self.lines.extend(inline.wrap(self.look.width, &first, &rest));
    }

    fn code_block(&mut self) {
        let Some((code, role)) = self.code.take() else { return };
        for text in code.lines() {
            let (mut indent, mut rest) = self.indent();
            if !self.look.spoken {
                indent.push(Role::Text, "    ");
                rest.push(Role::Text, "      ");
            }
            self.lines.extend(Line::of(role, expand_tabs(text)).wrap(self.look.width, &indent, &rest));
        }
        self.blank_wanted = true;
    }

    fn finish_table(&mut self) {
        let table = std::mem::take(&mut self.table);
        self.blank_wanted = true;
        let Some((head, body)) = table.split_first() else { return };
        let (_, indent) = self.indent();
        let widths = column_widths(&table, self.look.width.saturating_sub(indent.width()));
        let none = Line::new();
        let Some(widths) = widths.filter(|_| !self.look.spoken) else {
            let rest = indent.clone().with(Role::Text, "  ");
            for row in body {
                self.lines.extend(row_in_words(head, row).wrap(self.look.width, &indent, &rest));
            }
            return;
        };
        for row in &table {
            let cells: Vec<Vec<Line>> =
                row.iter().zip(&widths).map(|(cell, &width)| cell.wrap(width, &none, &none)).collect();
            for at in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
                let mut line = indent.clone();
                let mut start = indent.width();
                for (cell, width) in cells.iter().zip(&widths) {
                    line.pad(start);
                    line.append(cell.get(at).cloned().unwrap_or_default());
                    start += width + TABLE_GAP;
                }
                self.lines.push(line);
            }
        }
    }
}

/// `directory: container-layer; role: upper`
fn row_in_words(head: &[Line], row: &[Line]) -> Line {
    let mut line = Line::new();
    for (index, cell) in row.iter().enumerate() {
        line.push(Role::Text, if index > 0 { "; " } else { "" });
        if let Some(name) = head.get(index).filter(|name| !name.is_empty()) {
            line.append(name.clone());
            line.push(Role::Text, ": ");
        }
        line.append(cell.clone());
    }
    line
}

const TABLE_GAP: usize = 3;

/// The natural width of each column; where they do not fit, the widest give way, but not below what can be read.
fn column_widths(table: &[Vec<Line>], width: usize) -> Option<Vec<usize>> {
    const READABLE: usize = 12;
    let count = table.iter().map(Vec::len).max().unwrap_or(0);
    let natural = |column: usize| table.iter().filter_map(|row| row.get(column)).map(Line::width).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..count).map(natural).collect();
    let room = width.saturating_sub(TABLE_GAP * count.saturating_sub(1));
    while widths.iter().sum::<usize>() > room {
        let widest = widths.iter_mut().max().filter(|widest| **widest > READABLE)?;
        *widest -= 1;
    }
    Some(widths)
}

/// Tabs become spaces up to the next multiple of eight.
pub(crate) fn expand_tabs(text: &str) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut column = 0;
    for letter in text.chars() {
        if letter == '\t' {
            let spaces = 8 - column % 8;
            expanded.push_str(&" ".repeat(spaces));
            column += spaces;
        } else {
            expanded.push(letter);
            column += unicode_width::UnicodeWidthChar::width(letter).unwrap_or(0);
        }
    }
    expanded
}
