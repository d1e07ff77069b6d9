//! The instructor's part: for each lesson its minutes, what it needs, what to say at each step, what to ask and what the kernel
//! answers, and what goes wrong in the exercises. All of it is in the lessons already.

use crate::chapters::Chapter;
use crate::text::html;
use layerlab::event::Event;
use layerlab::ground::Need;
use layerlab::paint::markdown_to_html;
use layerlab::scene::words;

/// The page.
pub fn page(chapters: &[Chapter]) -> String {
    let minutes: u32 = chapters.iter().map(|chapter| chapter.lesson.meta.minutes).sum();
    let mut page = format!(
        "<h1>For the instructor</h1>\n<p>What to say, what to ask and what goes wrong, lesson by lesson. All lessons together \
         take about {}. <a href=\"teaching.html\">How to teach with it</a> says how an hour goes.</p>\n",
        words::plural(minutes.into(), "minute")
    );
    let lesson = |chapter: &Chapter| {
        let meta = &chapter.lesson.meta;
        let minutes = words::plural(meta.minutes.into(), "minute");
        format!("<li value=\"{0}\"><a href=\"#lesson-{0}\">{1}</a>, {minutes}</li>", meta.number, html(&meta.title))
    };
    page += &format!("<ol class=\"bk-lessons\">{}</ol>\n", chapters.iter().map(lesson).collect::<String>());
    for chapter in chapters {
        let meta = &chapter.lesson.meta;
        let needs: Vec<&str> = meta.needs.iter().map(|need| said(*need)).collect();
        let needs = if needs.is_empty() { "nothing".to_string() } else { needs.join(", ") };
        page += &format!(
            "<section aria-labelledby=\"lesson-{0}\"><h2 id=\"lesson-{0}\"><a href=\"{1}.html\">{0} {2}</a></h2>\n\
             <p class=\"ll-step\">About {3}. It needs: {4}.</p>\n",
            meta.number,
            chapter.name,
            html(&meta.title),
            words::plural(meta.minutes.into(), "minute"),
            html(&needs)
        );
        page += &steps(chapter);
        if !chapter.mistakes.is_empty() {
            page += "<h3>What goes wrong in the exercises</h3>\n<ul>\n";
            for (exercise, sentence) in &chapter.mistakes {
                page += &format!("<li><code>{}.{}</code>: {}.</li>\n", meta.number, html(exercise), html(sentence));
            }
            page += "</ul>\n";
        }
        page += "</section>\n";
    }
    page
}

/// What a lesson needs, in words.
fn said(need: Need) -> &'static str {
    match need {
        Need::Overlay => "overlay mounts",
        Need::Network => "networks of its own",
        Need::Cgroup => "cgroups (root, or one that was delegated)",
        Need::User => "user namespaces",
        Need::PivotRoot => "a root that can be exchanged",
    }
}

/// Of each step its notes, its questions and the answers.
fn steps(chapter: &Chapter) -> String {
    let mut page = String::new();
    for told in &chapter.recording {
        match &told.event {
            Event::Step { number, title, .. } => {
                page += &format!(
                    "<h3><a href=\"{}.html#step-{number}\">Step {number}: {}</a></h3>\n",
                    chapter.name,
                    html(title)
                );
            }
            Event::Notes { text } => page += &markdown_to_html(text),
            Event::Marked { marks } => {
                page += "<details><summary>What is asked, and what the kernel answers</summary><ul>\n";
                for marked in marks {
                    let question = html(&words::question(&marked.statement));
                    page += &format!("<li>{question} {}</li>\n", html(&words::fact(marked)));
                }
                page += "</ul></details>\n";
            }
            Event::Exercise { .. } => break,
            _ => {}
        }
    }
    page
}
