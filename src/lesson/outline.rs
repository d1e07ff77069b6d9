//! The exercises of a lesson by their headings alone, for a list of all lessons: nothing else of the text is read.

/// An exercise's id and its task, as [`Exercise::task`](crate::lesson::Exercise::task) has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its id.
    pub id: String,
    /// What it asks for, in a few words.
    pub task: String,
}

/// The headings `## TITLE {#id}` outside of fences.
pub(super) fn exercises(text: &str) -> Vec<Heading> {
    let mut fenced = false;
    let mut headings = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        let heading = || {
            let (title, id) = line.strip_prefix("## ")?.trim_end().strip_suffix('}')?.rsplit_once("{#")?;
            Some(Heading { id: id.to_string(), task: task(title.trim()) })
        };
        headings.extend(heading().filter(|_| !fenced));
    }
    headings
}

/// A heading without the word that says what it is: `Hide a file` for `Exercise: hide a file`.
pub(super) fn task(title: &str) -> String {
    match title.split_once(": ") {
        Some((_, task)) => {
            let mut letters = task.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
        None => title.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Heading, exercises};
    use crate::lesson::{Catalogue, Language};

    #[test]
    fn they_are_those_of_the_whole_lesson() {
        for entry in Catalogue::embedded().entries() {
            let language = Language::default();
            let lesson = entry.load(&language).unwrap();
            let whole: Vec<Heading> =
                lesson.exercises().map(|exercise| Heading { id: exercise.id.clone(), task: exercise.task() }).collect();
            assert_eq!(entry.exercises(&language).unwrap(), whole);
            assert!(!whole.is_empty());
        }
    }

    #[test]
    fn what_stands_in_a_fence_is_no_heading() {
        let text = "## Exercise: one {#one}\n```console\n## Exercise: two {#two}\n```\n### Three {#three}\n";
        assert_eq!(exercises(text), [Heading { id: "one".into(), task: "One".into() }]);
    }
}
