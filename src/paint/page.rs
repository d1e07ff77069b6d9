//! A recording as a page: Markdown with the output and the trees of a real run as HTML in place.
//!
//! The page reads well without JavaScript and without colour: marks and words carry the meaning, and everything that
//! came from a run is escaped. What the instructor says is not on it.

use crate::event::{
    Adapted, Begin, Cell, Event, Kind, Layer, Lower, Mark, Marked, Observation, Overlay, Panel, Row, Timed,
};
use crate::ground::{Failure, Role, escaped};
use crate::scene::{glyphs, words};
use std::borrow::Cow;
use std::fmt::Write;

/// The page of a recording. `hints` gives the hints of an exercise, which no run shows.
pub fn page(recording: &[Timed], hints: &dyn Fn(&str) -> Vec<String>) -> String {
    let mut page = Page { text: String::new(), console: false, number: 0, failure_told: words::FailureTold::default() };
    for told in recording {
        page.event(&told.event, hints);
    }
    page.text
}

struct Page {
    text: String,
    /// A block of commands is open.
    console: bool,
    number: u32,
    failure_told: words::FailureTold,
}

impl Page {
    fn event(&mut self, event: &Event, hints: &dyn Fn(&str) -> Vec<String>) {
        self.failure_told.note(event);
        let in_console = matches!(event, Event::Command { .. } | Event::Call(_) | Event::Output { .. });
        if self.console && !in_console {
            self.text.push_str("</pre>\n\n");
            self.console = false;
        }
        match event {
            Event::Begin(begin) => self.begin(begin),
            Event::Intro { text } | Event::Prose { text } => self.markdown(text),
            Event::Step { number, of, title } => {
                self.markdown(&format!("## {title}\n\n<p class=\"ll-step\">Step {number} of {of}</p>"));
            }
            Event::Command { line, meant_to_fail, adapted } => {
                self.command(line, self.failure_told.left(meant_to_fail.is_some()), adapted.as_ref())
            }
            // The page shows what a learner types; `layerlab run --syscalls` shows the calls.
            Event::Call(_) | Event::Notes { .. } => {}
            Event::Output { text } => {
                let _ = write!(self.text, "<samp>{}</samp>", html(text.trim_end_matches('\n')));
            }
            Event::Explained(failure) => self.explained(failure),
            Event::Warned { text } => self.block("ll-warned", &format!("<strong>Take care.</strong> {}", html(text))),
            Event::Mismatch { line, .. } => {
                self.block(
                    "ll-warned",
                    &format!("This run did not do what the lesson says: <code>{}</code>", html(line)),
                );
            }
            Event::Observation(observation) => self.observation(observation),
            Event::Predict { statements } => {
                let questions: String = statements
                    .iter()
                    .map(|statement| format!("<li>{}</li>", html(&words::question(statement))))
                    .collect();
                self.block(
                    "ll-predict",
                    &format!("<p>Before the commands run: what do you think?</p><ol>{questions}</ol>"),
                );
            }
            Event::Marked { marks } => self.marked(marks),
            Event::Exercise { id, title, text } => {
                self.markdown(&format!("## {title}\n\n<p class=\"ll-step\">{}.{}</p>", self.number, html(id)));
                self.markdown(text);
                for (at, hint) in hints(id).iter().enumerate() {
                    self.markdown(&format!("<details>\n<summary>Hint {}</summary>\n\n{hint}\n\n</details>", at + 1));
                }
            }
            // A page is made of a run, and nothing is checked in one.
            Event::Verified(_) | Event::End { .. } => {}
        }
    }

    fn markdown(&mut self, text: &str) {
        let _ = writeln!(self.text, "{}\n", visible(text.trim()));
    }

    /// HTML between blank lines, where Markdown leaves it alone; a blank line inside would end it, so line feeds are
    /// written as references.
    fn block(&mut self, class: &str, inner: &str) {
        let _ = writeln!(self.text, "<div class=\"{class}\">{}</div>\n", inner.replace('\n', "&#10;"));
    }

    fn begin(&mut self, begin: &Begin) {
        self.number = begin.number;
        let role = match begin.role {
            Role::Root => "root",
            Role::User => "an ordinary user",
        };
        let about = format!(
            "About {}. What is shown was recorded as {role} on Linux {}.",
            words::plural(begin.minutes.into(), "minute"),
            html(&begin.kernel)
        );
        self.markdown(&format!("# {} {}\n\n<p class=\"ll-step\">{about}</p>", begin.number, begin.title));
    }

    fn command(&mut self, line: &str, fails: Option<&str>, adapted: Option<&Adapted>) {
        if let Some(why) = adapted.and_then(|adapted| adapted.why.as_ref()) {
            self.close();
            self.block("ll-warned", &html(why));
        }
        if let Some(fails) = fails {
            self.close();
            self.block("ll-fails", &html(fails));
        }
        if !self.console {
            self.text.push_str("<pre class=\"ll-console\">");
            self.console = true;
        }
        let short = words::left_out(line);
        let whole = if short == line { String::new() } else { format!(" title=\"{}\"", html(line)) };
        let _ = write!(self.text, "<kbd{whole}><span>$ </span>{}</kbd>", html(&short));
    }

    fn close(&mut self) {
        if std::mem::take(&mut self.console) {
            self.text.push_str("</pre>\n\n");
        }
    }

    fn explained(&mut self, failure: &Failure) {
        let shown = |label: &str, text: &str| match label {
            "call" => format!("<code>{}</code>", html(&words::left_out(text))),
            _ => html(text),
        };
        let row = |(label, text): (&str, String)| format!("<dt>{label}</dt><dd>{}</dd>", shown(label, &text));
        let rows: String = failure.lines().map(row).collect();
        self.block("ll-explained", &format!("<p>{}</p><dl>{rows}</dl>", html(&failure.wanted)));
    }

    fn marked(&mut self, marks: &[Marked]) {
        let facts: String = marks
            .iter()
            .map(|marked| {
                let sign = if marked.holds { "yes" } else { "no" };
                format!("<li><strong>{sign}</strong>: {}</li>", html(&words::fact(marked)))
            })
            .collect();
        self.block(
            "ll-predict",
            &format!("<details><summary>What the kernel says</summary><ol>{facts}</ol></details>"),
        );
    }

    fn observation(&mut self, observation: &Observation) {
        if !observation.workspace.is_empty() {
            let tree =
                tree(&observation.workspace, &|row| words::layer_notes(row).into_iter().next().unwrap_or_default());
            self.block("ll-trees", &column("workspace", "", &tree));
        }
        for overlay in &observation.overlays {
            let columns = lower_column(overlay) + &upper_column(overlay) + &merged_column(overlay);
            self.block("ll-trees ll-overlay", &columns);
            for trouble in &overlay.troubles {
                self.block("ll-warned", &html(trouble));
            }
        }
        let tables: String = observation.panels.iter().map(table).collect();
        if !tables.is_empty() {
            self.block("ll-panels", &tables);
        }
        let told: String = words::tell(&observation.changes)
            .iter()
            .map(|told| format!("<li><span>{}</span> {}</li>", html(told.sign.mark()), html(&told.text)))
            .collect();
        if !told.is_empty() {
            self.block("ll-told", &format!("<ul>{told}</ul>"));
        }
    }
}

/// A table with its marks before the rows.
fn table(panel: &Panel) -> String {
    let row = |tag: &str, mark: &str, cells: &[&str]| {
        let cells: String = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", html(cell))).collect();
        format!("<tr><td>{}</td>{cells}</tr>", html(mark))
    };
    let mark = |mark: Option<Mark>| mark.map_or("", |mark| words::Sign::from(mark).mark());
    let rows: String = panel
        .rows
        .iter()
        .map(|found| row("td", mark(found.mark), &found.cells.iter().map(Cell::text).collect::<Vec<_>>()))
        .collect();
    let title = words::panel_title(panel.kind);
    format!(
        "<table><caption>{title}</caption><thead>{}</thead><tbody>{rows}</tbody></table>",
        row("th", "", &words::panel_columns(panel.kind))
    )
}

fn lower_column(overlay: &Overlay) -> String {
    let mut inner = String::new();
    for lower in &overlay.lowers {
        let _ = match lower {
            Lower::Layer(layer) => {
                write!(inner, "<strong>{}</strong>\n{}", html(&layer.name.to_string()), layer_tree(layer))
            }
            Lower::Folded { layers, entries } => {
                writeln!(inner, "… {}", html(&words::folded_layers(*layers, *entries)))
            }
        };
    }
    column("lower", "read-only, topmost first", &inner)
}

fn upper_column(overlay: &Overlay) -> String {
    match &overlay.upper {
        Some(upper) => column("upper", &upper.name.to_string(), &layer_tree(upper)),
        None => column("upper", "none: read-only", ""),
    }
}

fn merged_column(overlay: &Overlay) -> String {
    let upper = overlay.upper.as_ref().map(|upper| &upper.name);
    let inner = tree(&overlay.merged, &|row| words::merged_notes(row, upper).into_iter().next().unwrap_or_default());
    column("merged", &overlay.mountpoint.to_string(), &inner)
}

fn layer_tree(layer: &Layer) -> String {
    tree(&layer.rows, &|row| words::layer_notes(row).into_iter().next().unwrap_or_default())
}

fn column(what: &str, name: &str, inner: &str) -> String {
    let label = html(&format!("{what} {name}"));
    format!(
        "<section aria-label=\"{}\"><p><strong>{what}</strong> {}</p><pre>{}</pre></section>",
        label.trim(),
        html(name),
        inner.trim_end_matches('\n')
    )
}

/// A tree, one row a line: glyphs, name, mark, words.
fn tree(rows: &[Row], notes: &dyn Fn(&Row) -> String) -> String {
    if rows.is_empty() {
        return "(empty)\n".to_string();
    }
    let mut text = String::new();
    for (row, glyphs) in rows.iter().zip(glyphs(rows)) {
        let name = words::row_name(row);
        let note = notes(row);
        let mark = row.mark.map_or("", |mark| words::Sign::from(mark).mark());
        let class = match (&row.kind, row.mark) {
            (_, Some(Mark::Gone)) => "gone",
            (Kind::Whiteout { .. }, _) => "whiteout",
            (_, Some(Mark::New)) => "new",
            (_, Some(Mark::Changed)) => "changed",
            (_, None) => "same",
        };
        let note = match (mark.is_empty(), note.is_empty()) {
            (_, true) => mark.to_string(),
            (true, false) => note,
            (false, false) => format!("{mark} {note}"),
        };
        let gap = if note.is_empty() { "" } else { "  " };
        let _ =
            writeln!(text, "{glyphs}<span class=\"ll-{class}\">{}</span>{gap}<em>{}</em>", html(&name), html(&note));
    }
    text
}

/// Text in HTML, also between the quotes of an attribute.
fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in visible(text).chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Text of several lines, without anything that acts but line feeds and tabs.
fn visible(text: &str) -> String {
    let is_kept = |letter| matches!(letter, '\n' | '\t');
    text.split_inclusive(is_kept)
        .flat_map(|piece| {
            let words = piece.trim_end_matches(is_kept);
            [escaped(words), Cow::Borrowed(&piece[words.len()..])]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::page;
    use crate::event::{Event, Kind, Observation, Row};
    use crate::ground::Name;

    #[test]
    fn what_came_from_a_run_is_escaped() {
        let row = Row {
            depth: 0,
            name: Name::from("<script>alert(1)</script>"),
            kind: Kind::File,
            states: Vec::new(),
            from: None,
            with: Vec::new(),
            hides: Vec::new(),
            mark: None,
        };
        let events = [
            Event::Command { line: "cat '<b>'".into(), meant_to_fail: None, adapted: None },
            Event::Output { text: "<i>\"&\"</i>\n".into() },
            Event::Observation(Observation { workspace: vec![row], ..Observation::default() }),
        ];
        let page = page(&events.map(Into::into), &|_| Vec::new());
        assert!(
            page.contains(
                "<kbd><span>$ </span>cat '&lt;b&gt;'</kbd><samp>&lt;i&gt;&quot;&amp;&quot;&lt;/i&gt;</samp></pre>"
            ),
            "{page}"
        );
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
    }
}
