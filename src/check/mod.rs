//! What an exercise asks for: one statement about the disk or the mount table a line.
//!
//! One file a check: its operands, what it looks at, and every sentence it can say. A check changes nothing. The names
//! are read when a lesson is loaded, so that a misspelt check is an error of the lesson and not of the learner; a
//! [`Bench`] is what they are run on, in a process that sees the mounts of the exercise; [`conclude`] then tells causes
//! from consequences.
//!
//! To add a check: add a file, its `mod` line, its line in [`KINDS`], and in `tests/all/checks.rs` a row for each sentence.

mod absent;
mod address;
mod among;
mod archive;
mod bench;
mod bridge_port;
mod cause;
mod contains;
mod copied_up;
mod default_route;
mod directory;
mod empty;
mod fails;
mod file;
mod files;
mod from;
mod hard_link;
mod hostname;
mod image;
mod images;
mod in_use;
mod inside;
mod kept_layers;
mod kept_network;
mod layout;
mod limit;
mod link_up;
mod lowers;
mod lowers_and_new;
mod made_from;
mod mapped;
mod marks;
mod member;
mod message_queue;
mod mode;
mod mount_of;
mod mounted;
mod not_mounted;
mod number;
mod oom_kill;
mod opaque;
mod outcome;
mod own;
mod own_proc;
mod own_root;
mod pid_one;
mod prints;
mod program;
mod programs;
mod propagation;
mod read_only;
mod same;
mod stored_once;
mod suspect;
mod text;
mod trial;
mod untouched;
mod upper;
mod whiteout;
mod work;

pub use bench::{Bench, Start, Union, UnionPlace};
pub use cause::conclude;
pub use outcome::{Fault, Outcome, Rank};
pub use trial::{Trial, TrialEnd, Tried, TryOut};

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
#[derive(Debug)]
pub struct CheckKind {
    /// Its name, the first word of the line.
    pub name: &'static str,
    /// Its operands, as they are written.
    pub operands: &'static str,
    /// Fewest and most operands.
    pub arity: (usize, usize),
    /// What it says.
    pub says: &'static str,
    /// Runs it. What keeps it from looking at all is an outcome too, and stands in `Err` so that `?` can return it.
    run: fn(&Bench, &[String]) -> Result<Outcome, Outcome>,
}

impl PartialEq for CheckKind {
    fn eq(&self, other: &CheckKind) -> bool {
        self.name == other.name
    }
}
impl Eq for CheckKind {}

/// Every check, in the order of the book.
pub const KINDS: &[&CheckKind] = &[
    &file::KIND,
    &directory::KIND,
    &absent::KIND,
    &contains::KIND,
    &mode::KIND,
    &same::KIND,
    &hard_link::KIND,
    &whiteout::KIND,
    &opaque::KIND,
    &copied_up::KIND,
    &untouched::KIND,
    &from::KIND,
    &empty::KIND,
    &files::KIND,
    &archive::KIND,
    &image::KIND,
    &images::KIND,
    &made_from::KIND,
    &layout::KIND,
    &programs::KIND,
    &prints::KIND,
    &fails::KIND,
    &mounted::KIND,
    &lowers::KIND,
    &lowers_and_new::KIND,
    &among::KIND,
    &upper::KIND,
    &work::KIND,
    &marks::KIND,
    &read_only::KIND,
    &mount_of::KIND,
    &not_mounted::KIND,
    &stored_once::KIND,
    &kept_layers::KIND,
    &propagation::KIND,
    &own::KIND,
    &inside::KIND,
    &hostname::KIND,
    &message_queue::KIND,
    &pid_one::KIND,
    &own_proc::KIND,
    &own_root::KIND,
    &number::KIND,
    &mapped::KIND,
    &link_up::KIND,
    &address::KIND,
    &bridge_port::KIND,
    &default_route::KIND,
    &limit::KIND,
    &member::KIND,
    &oom_kill::KIND,
];

/// The checks that ask for a process.
const ABOUT_A_PROCESS: &[&str] = &[
    own::KIND.name,
    inside::KIND.name,
    hostname::KIND.name,
    message_queue::KIND.name,
    pid_one::KIND.name,
    own_proc::KIND.name,
    own_root::KIND.name,
    number::KIND.name,
    mapped::KIND.name,
    member::KIND.name,
];

/// Why a line is no check.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CheckLineError {
    /// It has no words, or a quote that does not end.
    #[error("a check that cannot be read: {0}")]
    Unreadable(String),
    /// No check has this name.
    #[error("no check is called `{0}`")]
    NoSuch(String),
    /// This check has other operands.
    #[error("a check with the wrong operands")]
    Operands(&'static CheckKind),
    /// It would try out what may not be tried.
    #[error("a command that no check may try: {0}")]
    Command(String),
}

impl CheckLine {
    /// Reads a line such as `whiteout container-layer/a.txt`.
    ///
    /// # Errors
    /// When no check is written so.
    pub fn parse(line: &str) -> Result<CheckLine, CheckLineError> {
        let words = shell_words::split(line).map_err(|error| CheckLineError::Unreadable(error.to_string()))?;
        let (name, operands) = words.split_first().ok_or(CheckLineError::Unreadable("an empty line".into()))?;
        let kind = KINDS.iter().find(|kind| kind.name == name).ok_or(CheckLineError::NoSuch(name.clone()))?;
        if !(kind.arity.0..=kind.arity.1).contains(&operands.len()) {
            return Err(CheckLineError::Operands(kind));
        }
        if [prints::KIND.name, fails::KIND.name].contains(&kind.name) && trial::words(&operands[0]).is_none() {
            return Err(CheckLineError::Command(operands[0].clone()));
        }
        Ok(CheckLine { kind, operands: operands.to_vec(), source: line.to_string() })
    }

    /// Runs the check in the process that calls, which must see the mounts of the exercise.
    pub fn run(&self, bench: &Bench) -> Outcome {
        let outcome = (self.kind.run)(bench, &self.operands).unwrap_or_else(|outcome| outcome);
        suspect::explained(bench, self.kind.name, outcome)
    }

    /// Whether it asks for a process. All such checks of an exercise must be held by one and the same.
    pub fn asks_for_a_process(&self) -> bool {
        ABOUT_A_PROCESS.contains(&self.kind.name)
    }

    /// The paths that must be looked at when the exercise begins.
    pub fn keeps(&self) -> &[String] {
        if self.kind.name == untouched::KIND.name { &self.operands } else { &[] }
    }
}

impl CheckLineError {
    /// What would be right.
    pub fn allowed(&self) -> String {
        match self {
            CheckLineError::Unreadable(_) => "CHECK OPERAND…, quoted as in the shell".to_string(),
            CheckLineError::NoSuch(_) => {
                let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
                format!("the checks are {}", names.join(", "))
            }
            CheckLineError::Command(_) => {
                "try one of: cat, ls, stat, ps or getfattr with arguments; chroot DIR PROGRAM…; \
                nsenter --net=FILE ping…; layerlab container run LAYERS [COMMAND…], which keeps nothing; layerlab image check, diff, history, \
                inspect, ls or tree"
                    .to_string()
            }
            CheckLineError::Operands(kind) => {
                format!("write it so: {} {}", kind.name, kind.operands).trim_end().to_string()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CheckLine;
    use super::KINDS;
    use crate::ground::mutation::each_mutant;

    #[test]
    fn a_check_is_read_with_its_operands() {
        let line = CheckLine::parse("contains mnt/a 'two words'").unwrap();
        assert_eq!((line.kind.name, line.operands), ("contains", vec!["mnt/a".to_string(), "two words".to_string()]));
    }

    #[test]
    fn a_misspelt_check_lists_the_known_ones() {
        let wrong = |line: &str| CheckLine::parse(line).unwrap_err();
        assert_eq!(wrong("whitout a").to_string(), "no check is called `whitout`");
        assert!(wrong("whitout a").allowed().starts_with("the checks are file, "));
        assert_eq!(wrong("mode a").allowed(), "write it so: mode PATH OCTAL");
        assert_eq!(wrong("file a b").allowed(), "write it so: file PATH");
        assert_eq!(wrong("prints 'rm a' b").to_string(), "a command that no check may try: rm a");
        assert!(wrong("fails 'rm a'").allowed().starts_with("try one of: cat, "));
    }

    #[test]
    fn a_check_is_read_or_refused_whatever_it_says() {
        let checks: Vec<String> = KINDS.iter().map(|kind| format!("{} a 'b c' 644 v2", kind.name)).collect();
        let samples: Vec<&[u8]> = checks.iter().map(String::as_bytes).collect();
        each_mutant(&samples, 5_000, |bytes| {
            if let Err(error) = CheckLine::parse(&String::from_utf8_lossy(bytes)) {
                assert!(!error.to_string().is_empty());
            }
        });
    }
}
