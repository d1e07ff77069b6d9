//! What an exercise asks for, alone: for the shell of a session.

use crate::render::line::Line;
use crate::render::style::{Paint, Role};
use crate::render::{markdown, verdict};

/// The name, the heading and the text.
pub fn exercise(name: &str, title: &str, text: &str, width: usize, paint: Paint, plain: bool) -> String {
    if plain {
        let title = Line::of(Role::Text, title).text();
        return format!("Exercise {name}: {title}.\n{}", markdown::spoken(text));
    }
    let heading = verdict::heading(name, title, width);
    let heading: String = heading.iter().map(|line| line.paint(paint) + "\n").collect();
    format!("{heading}\n{}", markdown::text(text, width, paint))
}
