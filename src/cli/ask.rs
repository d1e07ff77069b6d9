//! Questions that are asked before something is lost or given away.

use crate::cli::CliError;
use crate::ground::Failure;
use std::io::IsTerminal;

/// Says how things are, and asks. Only a typed yes is a yes. Without a terminal there is nobody to ask, and the error names
/// the `flag` that says yes.
pub fn sure(situation: &str, question: &str, yes: bool, flag: &str) -> Result<bool, CliError> {
    if yes {
        return Ok(true);
    }
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Err(CliError::usage(Failure::ours(
            format!("nobody is there to be asked: {question}"),
            format!("{situation} This is no terminal."),
            format!("{flag} says yes beforehand"),
        )));
    }
    eprintln!("{situation}");
    let asked = dialoguer::Confirm::new().with_prompt(question).default(false).interact_opt();
    Ok(asked.ok().flatten().unwrap_or(false))
}
