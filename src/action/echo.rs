//! `echo [-n] [WORD]…`: the words with a space between them and a newline after (bash builtin, `help echo`).

use crate::action::{Context, Flag, Status, UsageError, Verb};

/// What to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Echo {
    words: Vec<String>,
    newline: bool,
}

impl Verb for Echo {
    const NAME: &'static str = "echo";
    const SYNOPSIS: &'static str = "echo [-n] [WORD]…";
    const FLAGS: &'static [Flag] = &[Flag::short('n')];

    /// Only a leading `-n` is a flag; bash prints whatever else begins with a hyphen.
    fn parse(words: &[String]) -> Result<Echo, UsageError> {
        let newline = words.get(1).is_none_or(|word| word != "-n");
        let first = if newline { 1 } else { 2 };
        Ok(Echo { words: words[first..].to_vec(), newline })
    }

    fn run(&self, context: &mut Context) -> Status {
        context.print(self.words.join(" "));
        if self.newline {
            context.print("\n");
        }
        0
    }
}
