//! What did not work, for a person: what was wanted, what the kernel was asked, why it refused, what to do.

use crate::ground::{Call, escaped_lines};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why something did not work. It is read as one line, and up to three lines below it:
///
/// ```text
/// cannot mount the overlay on mnt
///   call  fsmount(4, FSMOUNT_CLOEXEC, 0) = -1 EINVAL (Invalid argument)
///   why   upper and work lie on two file systems, and a rename(2) cannot cross them
///   fix   mkdir work beside upper
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Failure {
    /// What we wanted: `cannot mount the overlay on mnt`.
    pub wanted: String,
    /// The call that failed, as strace would print it; none where the kernel was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Box<Call>>,
    /// The cause, with the evidence for it on this machine; empty where what was wanted says it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// What to do, as an imperative.
    pub fix: String,
}

impl Failure {
    /// The kernel refused a call.
    pub fn kernel(
        wanted: impl Into<String>,
        call: impl Into<Call>,
        why: impl Into<String>,
        fix: impl Into<String>,
    ) -> Failure {
        Failure { call: Some(Box::new(call.into())), ..Failure::ours(wanted, why, fix) }
    }

    /// The refusal is ours: the kernel was not asked.
    pub fn ours(wanted: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) -> Failure {
        Failure { why: why.into(), ..Failure::plain(wanted, fix) }
    }

    /// What was wanted says already why it cannot be.
    pub fn plain(wanted: impl Into<String>, fix: impl Into<String>) -> Failure {
        Failure { wanted: wanted.into(), call: None, why: String::new(), fix: fix.into() }
    }

    /// The lines below what was wanted: what each is called, and its text.
    pub fn lines(&self) -> impl Iterator<Item = (&'static str, String)> {
        let call = self.call.as_ref().map(|call| call.to_string()).unwrap_or_default();
        let all = [("call", call), ("why", self.why.clone()), ("fix", self.fix.clone())];
        all.into_iter().filter(|(_, text)| !text.is_empty())
    }

    /// What shows that it is so, in one line: the call, else what was wanted, and why.
    pub fn evidence(&self) -> String {
        let first = self.call.as_ref().map_or_else(|| self.wanted.clone(), |call| call.to_string());
        if self.why.is_empty() { first } else { format!("{first}: {}", self.why) }
    }

    /// How such a line begins, whatever it is called.
    pub fn label(name: &str) -> String {
        format!("  {name:<4}  ")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&escaped_lines(&self.wanted))?;
        self.lines().try_for_each(|(name, text)| write!(out, "\n{}{}", Failure::label(name), escaped_lines(&text)))
    }
}

#[cfg(test)]
mod tests {
    use crate::ground::{Call, Errno, Failure};

    #[test]
    fn only_what_is_known_has_a_line() {
        let call = Call::failed("openat", "AT_FDCWD, \"a\", O_RDONLY", Errno::ENOENT);
        let whole = Failure::kernel("cannot read a", call, "a does not exist", "touch a");
        assert_eq!(
            whole.to_string(),
            "cannot read a\n  call  openat(AT_FDCWD, \"a\", O_RDONLY) = -1 ENOENT (No such file or directory)\n  \
             why   a does not exist\n  fix   touch a"
        );
        assert_eq!(Failure::ours("no", "because", "go").to_string(), "no\n  why   because\n  fix   go");
        let plain = Failure::plain("there is no step 9", "take one from 1 to 6");
        assert_eq!(plain.to_string(), "there is no step 9\n  fix   take one from 1 to 6");
        let json = serde_json::to_string(&plain).unwrap();
        assert_eq!(json, r#"{"wanted":"there is no step 9","fix":"take one from 1 to 6"}"#);
        assert_eq!(serde_json::from_str::<Failure>(&json).unwrap(), plain);
    }
}
