//! What an exercise asks for: one statement about the disk or the mount table a line.
//!
//! The names and their operands are read when a lesson is loaded, so that a misspelt check is an error of the lesson
//! and not of the learner. Running them is the work of `verify`.

/// A line of a `check` block, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckLine {
    /// Which check.
    pub kind: &'static CheckKind,
    /// Its operands: paths relative to the working directory, then what is expected there.
    pub operands: Vec<String>,
    /// The line as it stands.
    pub source: String,
}

/// A check that a lesson may use.
#[derive(Debug, PartialEq, Eq)]
pub struct CheckKind {
    /// Its name, the first word of the line.
    pub name: &'static str,
    /// Its operands, as they are written.
    pub operands: &'static str,
    /// Fewest and most operands.
    pub arity: (usize, usize),
    /// What it says.
    pub says: &'static str,
}

/// Every check, in the order of the book.
pub const KINDS: &[CheckKind] = &[
    kind("file", "PATH", (1, 1), "PATH is a regular file"),
    kind("directory", "PATH", (1, 1), "PATH is a directory"),
    kind("absent", "PATH", (1, 1), "nothing is at PATH"),
    kind("contains", "PATH LINE…", (2, usize::MAX), "PATH holds exactly these lines"),
    kind("mode", "PATH OCTAL", (2, 2), "PATH has these permission bits"),
    kind("same", "PATH PATH", (2, 2), "both files have the same content"),
    kind("hard-link", "PATH PATH", (2, 2), "both names are one file"),
    kind("whiteout", "PATH", (1, 1), "PATH is a whiteout"),
    kind("opaque", "PATH", (1, 1), "PATH is an opaque directory"),
    kind("copied-up", "PATH", (1, 1), "PATH, in the upper layer, was copied up from a lower one"),
    kind("untouched", "PATH", (1, 1), "nothing at or below PATH has changed since the exercise began"),
    kind("from", "PATH LAYER", (2, 2), "PATH, seen through the mount, comes from LAYER"),
    kind("empty", "PATH", (1, 1), "the directory PATH has no entries"),
    kind("mounted", "PATH", (1, 1), "an overlay is mounted on PATH"),
    kind("lowers", "PATH LAYER…", (2, usize::MAX), "the overlay on PATH has these lower layers, topmost first"),
    kind("upper", "PATH LAYER", (2, 2), "the overlay on PATH has this upper layer"),
    kind("read-only", "PATH", (1, 1), "the mount on PATH is read-only"),
    kind("not-mounted", "PATH", (1, 1), "nothing is mounted on PATH"),
];

const fn kind(name: &'static str, operands: &'static str, arity: (usize, usize), says: &'static str) -> CheckKind {
    CheckKind { name, operands, arity, says }
}

impl CheckLine {
    /// Reads a line such as `whiteout container-layer/a.txt`; the error says what is allowed.
    pub fn parse(line: &str) -> Result<CheckLine, String> {
        let words = shell_words::split(line).map_err(|error| error.to_string())?;
        let (name, operands) = words.split_first().ok_or("an empty line")?;
        let kind = KINDS.iter().find(|kind| kind.name == name).ok_or_else(|| {
            let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            format!("no check is called `{name}`; there are: {}", names.join(", "))
        })?;
        if !(kind.arity.0..=kind.arity.1).contains(&operands.len()) {
            return Err(format!("write it so: {} {}", kind.name, kind.operands));
        }
        Ok(CheckLine { kind, operands: operands.to_vec(), source: line.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::CheckLine;

    #[test]
    fn a_check_is_read_with_its_operands() {
        let line = CheckLine::parse("contains mnt/a 'two words'").unwrap();
        assert_eq!((line.kind.name, line.operands), ("contains", vec!["mnt/a".to_string(), "two words".to_string()]));
    }

    #[test]
    fn a_misspelt_check_lists_the_known_ones() {
        assert!(
            CheckLine::parse("whitout a").unwrap_err().starts_with("no check is called `whitout`; there are: file, ")
        );
        assert_eq!(CheckLine::parse("mode a").unwrap_err(), "write it so: mode PATH OCTAL");
        assert_eq!(CheckLine::parse("file a b").unwrap_err(), "write it so: file PATH");
    }
}
