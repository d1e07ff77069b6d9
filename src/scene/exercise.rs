//! What an exercise asks for, alone: for the shell of a session.

use crate::scene::{Line, Look, markdown, verdict};

/// The name, the heading and the text.
pub fn exercise(name: &str, title: &str, text: &str, look: Look) -> Vec<Line> {
    let mut lines = verdict::heading(name, title, look.width);
    lines.push(Line::new());
    lines.extend(markdown::lines(text, look.width, look.styled));
    lines
}

/// The same in sentences.
pub fn exercise_spoken(name: &str, title: &str, text: &str) -> Vec<Line> {
    let heading = markdown::sentence(&format!("Exercise {name}: {title}."));
    [vec![heading], markdown::spoken(text)].concat()
}
