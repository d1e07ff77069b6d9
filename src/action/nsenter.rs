//! `nsenter --net=FILE [PROGRAM…]`: setns(2), then a program, or a shell (util-linux's nsenter(1)).
//!
//! `nsenter --root=DIR --wd=DIR PROGRAM…` is the host's own program, found in the root that the shell has.

use crate::action::opening::{Entering, program};
use crate::action::{Arguments, Context, Flag, Opening, Status, UsageError, Verb, host_program};

/// What is entered, and what is run in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nsenter {
    /// A network namespace that is kept on a file.
    Network(Entering),
    /// Another root or directory: the words of the whole line.
    Root(Vec<String>),
}

impl Verb for Nsenter {
    const NAME: &'static str = "nsenter";
    const SYNOPSIS: &'static str = "nsenter --net=FILE [PROGRAM [ARGUMENT…]], nsenter --root=DIR --wd=DIR PROGRAM [ARGUMENT…]";
    const FLAGS: &'static [Flag] =
        &[Flag::long("net").optional_value(), Flag::long("root").optional_value(), Flag::long("wd").optional_value()];

    fn parse(words: &[String]) -> Result<Nsenter, UsageError> {
        let arguments = Arguments::sort_before_program(words, Self::FLAGS)?;
        let net = arguments.value("net").map(str::to_string);
        let root = arguments.value("root").is_some() && !arguments.operands.is_empty();
        match (net, root) {
            (Some(net), false) => {
                Ok(Nsenter::Network(Entering { net, program: program(Self::NAME, arguments.operands)? }))
            }
            (None, true) => Ok(Nsenter::Root(words.to_vec())),
            _ => Err(UsageError {
                what: "nsenter is told no namespace".into(),
                allowed: format!("write it so: {}", Self::SYNOPSIS),
            }),
        }
    }

    fn run(&self, context: &mut Context) -> Status {
        match self {
            Nsenter::Network(entering) => {
                context.opens = Some(Opening::Enter(entering.clone()));
                0
            }
            Nsenter::Root(words) => host_program::run(context, words),
        }
    }
}
