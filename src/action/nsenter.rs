//! `nsenter --net=FILE [PROGRAM…]`: setns(2), then a program, or a shell (util-linux's nsenter(1)).

use crate::action::opening::{Entering, program};
use crate::action::{Arguments, Context, Flag, Opening, Status, UsageError, Verb};

/// What is entered, and what is run in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nsenter(Entering);

impl Verb for Nsenter {
    const NAME: &'static str = "nsenter";
    const SYNOPSIS: &'static str = "nsenter --net=FILE [PROGRAM [ARGUMENT…]]";
    const FLAGS: &'static [Flag] = &[Flag::long("net").optional_value()];

    fn parse(words: &[String]) -> Result<Nsenter, UsageError> {
        let arguments = Arguments::sort_before_program(words, Self::FLAGS)?;
        match arguments.value("net").map(str::to_string) {
            Some(net) => Ok(Nsenter(Entering { net, program: program(Self::NAME, arguments.operands)? })),
            None => Err(UsageError {
                what: "nsenter is told no namespace".into(),
                allowed: format!("write it so: {}", Self::SYNOPSIS),
            }),
        }
    }

    fn run(&self, context: &mut Context) -> Status {
        context.opens = Some(Opening::Enter(self.0.clone()));
        0
    }
}
