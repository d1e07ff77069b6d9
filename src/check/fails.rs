//! `fails COMMAND`: tried out, the command does not end well.

use crate::check::prints::tried;
use crate::check::text::{in_quotes, lines};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank, TrialEnd};

pub(super) const KIND: CheckKind = CheckKind {
    name: "fails",
    operands: "COMMAND",
    arity: (1, 1),
    says: "COMMAND, tried out, cannot be started or ends with an error",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let command = &operands[0];
    let tried = tried(bench, command)?;
    let found = match tried.end {
        TrialEnd::Status(0) => match lines(&tried.printed).first() {
            Some(line) => format!("that it prints {}", in_quotes(line)),
            None => "that it ends well".to_string(),
        },
        TrialEnd::Status(_) | TrialEnd::NotStarted(_) => return Ok(Outcome::holds(format!("{command} fails"))),
        TrialEnd::Hung => "no end within 3 seconds".to_string(),
        TrialEnd::Impossible(why) => why,
    };
    let fault = Fault::new(Rank::Effect, "that it fails", found).next(format!("try it yourself: {command}"));
    Ok(Outcome::fails(format!("{command} does not fail"), bench.about(fault, &[])))
}
