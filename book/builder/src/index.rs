//! The index: where each command, each system call and each error of the kernel is met.

use crate::chapters::Chapter;
use crate::text::{address, html};
use layerlab::event::Event;
use layerlab::ground::{Call, CallResult};
use std::collections::BTreeMap;

/// Where something is met: in a lesson, the steps by number.
type Places = BTreeMap<String, BTreeMap<usize, Vec<u32>>>;

/// The page.
pub fn page(chapters: &[Chapter]) -> String {
    let (mut commands, mut calls, mut errors) = (Places::new(), Places::new(), Places::new());
    for (at, chapter) in chapters.iter().enumerate() {
        let mut step = 0;
        let mut fails = false;
        for told in &chapter.recording {
            let note = |places: &mut Places, what: &str| {
                let steps = places.entry(what.to_string()).or_default().entry(at).or_default();
                if !steps.contains(&step) {
                    steps.push(step);
                }
            };
            match &told.event {
                Event::Step { number, .. } => step = *number,
                Event::Exercise { .. } => break,
                Event::Command { line, meant_to_fail, .. } => {
                    fails = meant_to_fail.is_some();
                    if let Some(word) = line.split_whitespace().next() {
                        note(&mut commands, word);
                    }
                }
                Event::Call(call) => {
                    note(&mut calls, &call.name);
                    if let Some(errno) = errno(call).filter(|_| fails) {
                        note(&mut errors, errno);
                    }
                }
                Event::Explained(failure) => {
                    if let Some(errno) = failure.call.as_deref().and_then(errno) {
                        note(&mut errors, errno);
                    }
                }
                Event::Prose { text } | Event::Intro { text } if step > 0 => {
                    named_errors(text).into_iter().for_each(|errno| note(&mut errors, errno));
                }
                _ => {}
            }
        }
    }
    let mut page = String::from(
        "<h1>Index</h1>\n<p>Commands, system calls and errors, each with the lessons and steps in which it is met.</p>\n",
    );
    for (id, title, places) in
        [("commands", "Commands", commands), ("calls", "System calls", calls), ("errors", "Errors", errors)]
    {
        page += &format!("<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{title}</h2>\n<dl class=\"bk-index\">\n");
        for (what, lessons) in places {
            let places: Vec<String> = lessons
                .into_iter()
                .map(|(at, steps)| {
                    let chapter = &chapters[at];
                    let links = steps.iter().map(|step| {
                        format!(
                            "<a href=\"{}.html#step-{step}\" aria-label=\"lesson {}, step {step}\">{step}</a>",
                            chapter.name, chapter.lesson.meta.number
                        )
                    });
                    let links: Vec<String> = links.collect();
                    format!("{} ({})", html(&chapter.lesson.meta.title), links.join(", "))
                })
                .collect();
            page += &format!(
                "<dt id=\"{id}-{}\"><code>{}</code></dt><dd>{}</dd>\n",
                address(&what),
                html(&what),
                places.join("; ")
            );
        }
        page += "</dl></section>\n";
    }
    page
}

fn errno(call: &Call) -> Option<&str> {
    match &call.result {
        CallResult::Error { errno, .. } => Some(errno),
        CallResult::Value(_) => None,
    }
}

/// The names of errors in a text: a capital E and at least three more capital letters.
fn named_errors(text: &str) -> Vec<&str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let is_errno =
        |word: &&str| word.len() >= 4 && word.starts_with('E') && word.bytes().all(|byte| byte.is_ascii_uppercase());
    words.filter(is_errno).collect()
}
