//! A command that a check tries out, and what came of it. How it is run is the business of `stage/trial.rs`: it can change
//! nothing, and nothing of it stays.

use crate::ground::path_bytes;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A command of the closed list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// The program and its arguments.
    pub words: Vec<String>,
    /// Where it is run, absolute.
    #[serde(with = "path_bytes")]
    pub here: PathBuf,
    /// The store of images that `layerlab` works on.
    #[serde(with = "path_bytes")]
    pub images: PathBuf,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// How it ended.
    pub end: TrialEnd,
    /// Its standard output, as far as it was read.
    pub printed: Vec<u8>,
    /// Its standard error, as far as it was read.
    pub complained: Vec<u8>,
}

/// How a trial ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialEnd {
    /// By itself, with this exit status; of one that a signal ended it is 128 and the signal's number, as in a shell.
    Status(i32),
    /// Not in the time that it had.
    Hung,
    /// The kernel refused to start it: the number of the errno.
    NotStarted(i32),
    /// It could not be tried here: why.
    Impossible(String),
}

/// Runs a trial.
pub type TryOut = fn(&Trial) -> Tried;

/// The words of a command of the closed list; nothing for any other. None of them writes anything outside of what is
/// made for the trial.
pub fn words(command: &str) -> Option<Vec<String>> {
    let words = shell_words::split(command).ok()?;
    let text: Vec<&str> = words.iter().map(String::as_str).collect();
    let allowed = match text.as_slice() {
        ["cat" | "ls" | "stat" | "ps" | "getfattr", ..] => true,
        ["chroot", directory, _program, ..] => !directory.starts_with('-'),
        ["nsenter", network, "ping", ..] => network.starts_with("--net="),
        ["layerlab", "container", "run", layers, ..] => !layers.starts_with('-'),
        ["layerlab", "image", "check" | "diff" | "history" | "inspect" | "ls" | "tree", ..] => true,
        _ => false,
    };
    allowed.then_some(words)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn the_list_is_closed() {
        for allowed in [
            "chroot a /bin/b c",
            "ps -e",
            "nsenter --net=a ping -c 1 b",
            "layerlab container run a:b c -d",
            "layerlab image diff a",
            "layerlab container run a",
        ] {
            assert!(words(allowed).is_some(), "{allowed}");
        }
        for refused in [
            "",
            "rm a",
            "chroot a",
            "chroot --userspec=1 a /bin/b",
            "nsenter --net=a ip link del b",
            "nsenter --mount=a ping b",
            "layerlab container run --keep a b c",
            "layerlab stop",
            "layerlab image rm a",
            "cat 'a",
        ] {
            assert_eq!(words(refused), None, "{refused}");
        }
    }
}
