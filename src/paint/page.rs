//! A recording as a page that plays, in one file: it needs no network and no server.
//!
//! The page is complete as it is written: it reads well without JavaScript and without colour, because marks and words
//! carry the meaning. `page/player.js` shows one part after the other, asks for the predictions, and marks them by what
//! was recorded. Everything that came from a run or a lesson is escaped. What the instructor says is not on it.

use crate::event::{
    Adapted, Begin, Cell, Detour, Event, Kind, Layer, Lower, Mark, Marked, Observation, Overlay, Panel, Row, State,
    Timed,
};
use crate::ground::{Call, Failure, Role, Shown};
use crate::paint::html::{html, markdown};
use crate::paint::{Painter, picture};
use crate::scene::{glyphs, words};
use std::fmt::Write;
use std::io;

/// How such a page looks, as CSS: in light and dark, on paper, from 320 pixels on.
pub const STYLE: &str = concat!(include_str!("page/page.css"), include_str!("page/picture.css"));
/// What plays it, as JavaScript.
pub const PLAYER: &str = include_str!("page/player.js");

/// The hints of an exercise, by its short name; no run shows them.
pub type Hints = Box<dyn Fn(&str) -> Vec<String>>;

/// Writes a whole page, for a file of its own.
pub struct Html(Page);

impl Html {
    /// A page with these hints in its exercises.
    pub fn new(hints: Hints) -> Html {
        Html(Page::new(hints))
    }
}

impl Painter for Html {
    fn paint(&mut self, told: &Timed) -> io::Result<Shown> {
        let mut text = match &told.event {
            Event::Begin(begin) => head(begin),
            _ => String::new(),
        };
        self.0.event(&told.event);
        text.push_str(&std::mem::take(&mut self.0.text));
        if let Event::End { .. } = told.event {
            let _ = write!(text, "</main>\n<script>\n{PLAYER}</script>\n</body>\n</html>\n");
        }
        Ok(Shown::from(text))
    }
}

/// What stands before the parts. Its policy forbids to fetch anything (CSP, <https://www.w3.org/TR/CSP3/>).
fn head(begin: &Begin) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\" />\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\" />\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n\
         <title>{} {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main data-lesson=\"{}\">\n",
        html(&begin.language),
        begin.number,
        html(&begin.title),
        html(&begin.slug),
    )
}

/// The parts of a page of a recording, for the book. `hints` gives the hints of an exercise, which no run shows.
pub fn page(recording: &[Timed], hints: Hints) -> String {
    let mut page = Page::new(hints);
    for told in recording {
        page.event(&told.event);
    }
    page.close_part();
    page.text
}

/// So many system calls of a command are shown; the others are counted.
const MOST_CALLS: usize = 24;

struct Page {
    text: String,
    hints: Hints,
    open: Open,
    /// So many system calls of this command came.
    calls: usize,
    /// A part of the page, which the player shows alone, is open.
    part: bool,
    number: u32,
    failure_told: words::FailureTold,
    /// What was seen last.
    seen: Option<Observation>,
}

/// What is open within a part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    /// A block of commands.
    Console,
    /// In it, the system calls of a command.
    Calls,
}

impl Page {
    fn new(hints: Hints) -> Page {
        Page {
            text: String::new(),
            hints,
            open: Open::Nothing,
            calls: 0,
            part: false,
            number: 0,
            failure_told: words::FailureTold::default(),
            seen: None,
        }
    }

    fn event(&mut self, event: &Event) {
        self.failure_told.note(event);
        match event {
            Event::Call(_) => {}
            Event::Command { .. } | Event::Output { .. } => self.close_calls(),
            _ => self.close_console(),
        }
        match event {
            Event::Begin(begin) => self.begin(begin),
            Event::Intro { text } | Event::Prose { text } => self.text.push_str(&markdown(text)),
            Event::Step { number, of, title } => {
                self.part(&format!("step-{number}"));
                self.heading(title, &format!("Step {number} of {of}"));
            }
            Event::Command { line, meant_to_fail, adapted } => {
                self.command(line, self.failure_told.left(meant_to_fail.is_some()), adapted.as_ref())
            }
            Event::Call(call) => self.call(call),
            Event::Notes { .. } => {}
            Event::Output { text } => {
                self.open_console();
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
                self.part(&format!("exercise-{}", html(id)));
                self.heading(title, &format!("Exercise {}.{}", self.number, html(id)));
                self.text.push_str(&markdown(text));
                for (at, hint) in (self.hints)(id).iter().enumerate() {
                    let hint = markdown(hint);
                    let _ = writeln!(self.text, "<details><summary>Hint {}</summary>{hint}</details>", at + 1);
                }
                let _ = writeln!(
                    self.text,
                    "<p class=\"ll-step\">In a shell of your own: <code>layerlab shell {}.{}</code></p>",
                    self.number,
                    html(id)
                );
            }
            Event::Hands(hands) => self.block("ll-hands", &html(&words::hands(hands))),
            Event::Detour(detour) => self.detour(detour),
            // A page is made of a run, and nothing is checked in one.
            Event::Verified(_) => {}
            Event::End { .. } => self.close_part(),
        }
    }

    /// A part begins, which the player shows alone. Its name is the address of it: `#step-3`.
    fn part(&mut self, name: &str) {
        self.close_part();
        let _ = writeln!(self.text, "<section class=\"ll-part\" id=\"{name}\" aria-labelledby=\"{name}-title\">");
        let _ = write!(self.text, "<h2 id=\"{name}-title\">");
        self.part = true;
    }

    /// The rest of the heading that `part` began.
    fn heading(&mut self, title: &str, about: &str) {
        let _ = writeln!(self.text, "{}</h2>\n<p class=\"ll-step\">{about}</p>", html(title));
    }

    fn close_part(&mut self) {
        self.close_console();
        if std::mem::take(&mut self.part) {
            self.text.push_str("</section>\n");
        }
    }

    fn block(&mut self, class: &str, inner: &str) {
        let _ = writeln!(self.text, "<div class=\"{class}\">{inner}</div>");
    }

    /// Folded: whoever reads the lesson need not follow it.
    fn detour(&mut self, detour: &Detour) {
        let before = self.seen.clone();
        let _ =
            write!(self.text, "<details class=\"ll-detour\"><summary>In the class: {}</summary>", html(&detour.title));
        if let Some(said) = words::other_numbers(&detour.others) {
            let _ = writeln!(self.text, "<p class=\"ll-step\">{}</p>", html(&said));
        }
        for tried in &detour.tried {
            let _ = writeln!(self.text, "<div class=\"ll-console\"><samp>{}</samp></div>", html(&tried.shown));
            tried.seen.iter().for_each(|seen| self.observation(seen));
        }
        self.text.push_str("</details>\n");
        self.seen = before;
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
        self.text.push_str("<section class=\"ll-part\" id=\"begin\" aria-labelledby=\"begin-title\">\n");
        self.part = true;
        let title = html(&begin.title);
        let _ = writeln!(
            self.text,
            "<h1 id=\"begin-title\">{} {title}</h1>\n<p class=\"ll-step\">{about}</p>",
            begin.number
        );
    }

    fn open_console(&mut self) {
        if self.open == Open::Nothing {
            self.text.push_str("<div class=\"ll-console\">");
            self.open = Open::Console;
        }
    }

    fn close_calls(&mut self) {
        if self.open == Open::Calls {
            let more = std::mem::take(&mut self.calls).saturating_sub(MOST_CALLS);
            if more > 0 {
                let _ = write!(self.text, "<code>… {} more</code>", words::number(more as u64));
            }
            self.text.push_str("</details>");
            self.open = Open::Console;
        }
    }

    fn close_console(&mut self) {
        self.close_calls();
        if std::mem::replace(&mut self.open, Open::Nothing) == Open::Console {
            self.text.push_str("</div>\n");
        }
    }

    fn command(&mut self, line: &str, fails: Option<&str>, adapted: Option<&Adapted>) {
        if let Some(why) = adapted.and_then(|adapted| adapted.why.as_ref()) {
            self.close_console();
            self.block("ll-warned", &html(why));
        }
        if let Some(fails) = fails {
            self.close_console();
            self.block("ll-fails", &html(fails));
        }
        self.open_console();
        let short = words::left_out(line);
        let whole = if short == line { String::new() } else { format!(" title=\"{}\"", html(line)) };
        let _ = write!(self.text, "<kbd{whole}><span>$ </span>{}</kbd>", html(&short));
    }

    fn call(&mut self, call: &Call) {
        self.open_console();
        if self.open == Open::Console {
            self.text.push_str("<details class=\"ll-calls\"><summary>system calls</summary>");
            self.open = Open::Calls;
        }
        self.calls += 1;
        if self.calls <= MOST_CALLS {
            let _ = write!(self.text, "<code>{}</code>", html(&words::left_out(&call.to_string())));
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
                format!("<li data-holds=\"{sign}\"><strong>{sign}</strong>: {}</li>", html(&words::fact(marked)))
            })
            .collect();
        self.block("ll-marks", &format!("<details><summary>What the kernel says</summary><ol>{facts}</ol></details>"));
    }

    fn observation(&mut self, observation: &Observation) {
        self.text.push_str("<div class=\"ll-look\">\n");
        if !observation.workspace.is_empty() {
            let rows = list("workspace", &observation.workspace, &layer_note);
            self.block("ll-trees", &column("workspace", "", &rows));
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
        let before = self.seen.replace(observation.clone());
        if let Some(drawn) = picture::drawn(observation, before.as_ref()) {
            let text = picture::in_words(observation, before.as_ref());
            let _ = writeln!(
                self.text,
                "<details class=\"ll-picture\"><summary>The same as a picture</summary>\
                 <div class=\"ll-wide\" tabindex=\"0\" role=\"group\" aria-label=\"picture\">{}</div></details>",
                drawn.svg(&picture::Said { title: "What the kernel has now".into(), text }, false)
            );
        }
        self.text.push_str("</div>\n");
    }
}

/// A table with its marks before the rows.
fn table(panel: &Panel) -> String {
    let row = |tag: &str, mark: &str, cells: &[&str]| {
        let cell = |cell: &&str| match cell.is_empty() {
            // A heading without words would be read as one.
            true => "<td></td>".to_string(),
            false => format!("<{tag}>{}</{tag}>", html(cell)),
        };
        let cells: String = cells.iter().map(cell).collect();
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
        row("th", "", words::panel_columns(panel.kind))
    )
}

fn lower_column(overlay: &Overlay) -> String {
    let mut inner = String::new();
    for lower in &overlay.lowers {
        let _ = match lower {
            Lower::Layer(layer) => {
                let name = layer.name.to_string();
                write!(inner, "<p class=\"ll-layer\">{}</p>{}", html(&name), layer_list(&name, layer))
            }
            Lower::Folded { layers, entries } => {
                write!(inner, "<p>… {}</p>", html(&words::folded_layers(*layers, *entries)))
            }
        };
    }
    column("lower", "read-only, topmost first", &inner)
}

fn upper_column(overlay: &Overlay) -> String {
    match &overlay.upper {
        Some(upper) => {
            let name = upper.name.to_string();
            column("upper", &name, &layer_list(&format!("upper {name}"), upper))
        }
        None => column("upper", "none: read-only", ""),
    }
}

fn merged_column(overlay: &Overlay) -> String {
    let upper = overlay.upper.as_ref().map(|upper| &upper.name);
    let note = |row: &Row| words::merged_notes(row, upper).into_iter().next().unwrap_or_default();
    let name = overlay.mountpoint.to_string();
    column("merged", &name, &list(&format!("merged {name}"), &overlay.merged, &note))
}

fn layer_note(row: &Row) -> String {
    words::layer_notes(row).into_iter().next().unwrap_or_default()
}

fn layer_list(label: &str, layer: &Layer) -> String {
    list(label, &layer.rows, &layer_note)
}

fn column(what: &str, name: &str, inner: &str) -> String {
    format!("<div class=\"ll-{what}\"><p><strong>{what}</strong> {}</p>{inner}</div>", html(name))
}

/// A tree, one row an item: glyphs for the eye, the path for the ear, name, mark, words.
fn list(label: &str, rows: &[Row], note_of: &dyn Fn(&Row) -> String) -> String {
    if rows.is_empty() {
        return "<p>(empty)</p>".to_string();
    }
    let mut text = format!("<ul aria-label=\"{}\">", html(label.trim()));
    let mut above: Vec<String> = Vec::new();
    for (row, glyphs) in rows.iter().zip(glyphs(rows)) {
        above.truncate(usize::from(row.depth));
        let name = words::row_name(row);
        let note = note_of(row);
        let mark = row.mark.map_or("", |mark| words::Sign::from(mark).mark());
        let class = match (&row.kind, row.mark) {
            (_, Some(Mark::Gone)) => "gone",
            (Kind::Whiteout { .. }, _) => "whiteout",
            (_, Some(Mark::New)) => "new",
            (_, Some(Mark::Changed)) => "changed",
            (_, None) => "same",
        };
        let copied =
            row.mark == Some(Mark::New) && row.states.iter().any(|state| matches!(state, State::CopiedUp { .. }));
        let moves = if copied { " data-copied=\"\"" } else { "" };
        let sign = if mark.is_empty() { String::new() } else { format!("<span>{}</span> ", html(mark)) };
        let note = format!("{sign}{}", html(&note));
        let note = if note.is_empty() { note } else { format!(" <em>{}</em>", note.trim_end()) };
        let path: String = above.concat();
        let heard =
            if path.is_empty() { String::new() } else { format!("<span class=\"ll-ear\">{}</span>", html(&path)) };
        let _ = write!(
            text,
            "<li class=\"ll-{class}\"{moves}><span aria-hidden=\"true\">{glyphs}</span>{heard}<span>{}</span>{note}</li>",
            html(&name)
        );
        above.push(name);
    }
    text + "</ul>"
}

#[cfg(test)]
mod tests {
    use super::{PLAYER, STYLE, page};
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
            Event::Prose { text: "<img src=x onerror=alert(1)> [x](javascript:alert(1))".into() },
            Event::Observation(Observation { workspace: vec![row], ..Observation::default() }),
        ];
        let page = page(&events.map(Into::into), Box::new(|_| Vec::new()));
        assert!(
            page.contains(
                "<kbd><span>$ </span>cat '&lt;b&gt;'</kbd><samp>&lt;i&gt;&quot;&amp;&quot;&lt;/i&gt;</samp></div>"
            ),
            "{page}"
        );
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
        assert!(page.contains("&lt;img src=x") && !page.contains("<img") && !page.contains("javascript:"), "{page}");
    }

    #[test]
    fn the_player_and_its_style_reach_no_network_and_stay_small() {
        for (name, text) in [("player", PLAYER), ("style", STYLE)] {
            for word in
                ["http:", "https:", "//cdn", "fetch(", "XMLHttpRequest", "import(", "@import", "url(", "innerHTML"]
            {
                assert!(!text.contains(word), "{word} in the {name}");
            }
            assert!(text.is_ascii() && !text.contains('\t'), "{name}");
        }
        assert!(!PLAYER.contains("</script"));
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut packed, PLAYER.as_bytes()).unwrap();
        let size = packed.finish().unwrap().len();
        assert!(size < 15_000, "{size} bytes, compressed");
    }

    /// The contrast of two colours (WCAG 2.2, relative luminance).
    fn contrast(one: &str, other: &str) -> f64 {
        let luminance = |colour: &str| {
            let part = |at: usize| {
                let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_is_seven_times_as_light_or_dark_as_what_it_stands_on() {
        let mut themes = 0;
        for theme in STYLE.split("--ground:").skip(1) {
            let colour = |name: &str| {
                let (_, rest) = theme.split_once(&format!("--{name}:")).unwrap_or_else(|| panic!("{name}"));
                rest.trim_start()[..7].to_string()
            };
            let ground = theme.trim_start()[..7].to_string();
            for ground in [ground, colour("block")] {
                for text in ["text", "quiet", "link", "new", "gone", "changed"] {
                    let contrast = contrast(&colour(text), &ground);
                    assert!(contrast >= 7.0, "{text} on {ground}: {contrast:.2}");
                }
            }
            themes += 1;
        }
        assert_eq!(themes, 4, "light, dark by the system, dark by choice, paper");
    }
}
