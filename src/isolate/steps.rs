//! The system calls that make a container, or mount an image, each with a clause on what it is for.

use crate::ground::Stream;
use crate::kernel::Sys;

/// Which lessons teach what: by the word with which a clause begins. A clause that begins with … goes on with the last one.
const LESSONS: &[(&str, &str)] = &[
    ("overlay", "lesson 1"),
    ("pivot_root", "lesson 10"),
    ("mount namespace", "lesson 11"),
    ("scratch space", "lesson 11"),
    ("volumes", "lesson 11"),
    ("namespaces", "lessons 11 to 13"),
    ("host name", "lesson 12"),
    ("PID namespace", "lesson 13"),
    ("PID 1", "lesson 13"),
    ("user namespace", "lesson 14"),
    ("user", "lesson 14"),
    ("network namespace", "lesson 15"),
    ("cgroup", "lesson 16"),
    ("cgroup namespace", "lesson 16"),
    ("/dev", "lesson 17"),
    ("settings", "lesson 17"),
    ("hidden", "lesson 17"),
    ("directory", "lesson 17"),
    ("capabilities", "lesson 17"),
    ("privileges", "lesson 17"),
    ("seccomp", "lesson 17"),
    ("the command", "lesson 17"),
];

/// The calls of one of our processes, in order.
#[derive(Debug, Default)]
pub struct Steps {
    /// Makes them.
    pub sys: Sys,
    /// From which call on which clause holds.
    clauses: Vec<(usize, &'static str)>,
    /// Which teaches what was told last.
    lesson: &'static str,
}

impl Steps {
    /// Steps that are told (`--explain`), or not.
    pub fn new(told: bool) -> Steps {
        Steps { sys: Sys { unseen: !told, ..Sys::default() }, clauses: Vec::new(), lesson: "" }
    }

    /// The calls that follow are for this: `pivot_root: this directory becomes /`.
    pub fn explain(&mut self, clause: &'static str) -> &mut Sys {
        if !self.sys.unseen {
            self.clauses.push((self.sys.calls.len(), clause));
        }
        &mut self.sys
    }

    /// Tells what was done since the last time, on the standard error.
    pub fn tell(&mut self) {
        if self.sys.unseen {
            return;
        }
        let mut text = String::new();
        let mut clauses = self.clauses.iter().peekable();
        for (at, call) in self.sys.calls.iter().enumerate() {
            let mut clause = None;
            while let Some((_, next)) = clauses.next_if(|(from, _)| *from <= at) {
                clause = Some(*next);
            }
            if let Some(clause) = clause {
                self.lesson = lesson(clause).unwrap_or(self.lesson);
                text.push_str(&format!("# {clause} ({})\n", self.lesson));
            }
            text.push_str(&format!("{call}\n"));
        }
        // Whoever does not read it any more does not stop the container.
        let _ = Stream::Errors.show(text);
        self.sys.calls.clear();
        self.clauses.clear();
    }
}

/// Which lesson teaches what a clause tells; nothing where it goes on with the last one.
fn lesson(clause: &str) -> Option<&'static str> {
    let (topic, _) = clause.split_once(": ")?;
    LESSONS.iter().find(|(known, _)| *known == topic).map(|(_, lesson)| *lesson)
}

#[cfg(test)]
mod tests {
    use super::LESSONS;
    use crate::lesson::Catalogue;

    /// What the lessons are called whose numbers are told.
    const TOLD: &[(u32, &str)] = &[
        (1, "four-layers"),
        (10, "pivot-root"),
        (11, "mount-namespaces"),
        (12, "uts-and-ipc"),
        (13, "pid-namespaces"),
        (14, "user-namespaces"),
        (15, "network-namespaces"),
        (16, "cgroups"),
        (17, "a-container-by-hand"),
    ];

    #[test]
    fn the_numbers_of_the_lessons_are_those_of_the_catalogue() {
        let catalogue = Catalogue::embedded();
        for (number, slug) in TOLD {
            let entry = catalogue.entries().iter().find(|entry| entry.number == *number);
            assert_eq!(entry.map(|entry| entry.slug.as_str()), Some(*slug), "lesson {number}");
        }
        for (topic, lessons) in LESSONS {
            let numbers = lessons.split(' ').filter_map(|word| word.parse().ok());
            let unknown: Vec<u32> = numbers.filter(|number| !TOLD.iter().any(|(told, _)| told == number)).collect();
            assert!(
                lessons.contains(|letter: char| letter.is_ascii_digit()) && unknown.is_empty(),
                "{topic}: {lessons}"
            );
        }
    }
}
