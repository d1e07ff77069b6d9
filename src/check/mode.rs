//! `mode PATH OCTAL`: the permission bits are these.

use crate::check::bench::{quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::event::Kind;

pub(super) const KIND: CheckKind =
    CheckKind { name: "mode", operands: "PATH OCTAL", arity: (2, 2), says: "PATH has these permission bits", run };

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (path, wanted) = (&operands[0], &operands[1]);
    let Some(entry) = bench.entry(path)? else { return Ok(bench.missing(path, "a file or a directory")) };
    // Of a link or a whiteout nobody means the mode.
    if !matches!(entry.kind, Kind::File | Kind::Directory) {
        return Ok(bench.another_kind(path, &entry.kind, "a file or a directory", ""));
    }
    let mode = format!("{:o}", entry.stamp.mode);
    let wanted = match wanted.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    if mode == wanted {
        return Ok(Outcome::holds(format!("{} has mode {mode}", shown(path))));
    }
    let fault = Fault::new(Rank::Content, format!("mode {wanted}"), format!("mode {mode}"))
        .means("Each digit is a sum of 4 (read), 2 (write) and 1 (execute): for the owner, the group, all others.")
        .next(format!("look at it: stat -c '%a %n' {}", quote(&shown(path))));
    Ok(Outcome::fails(format!("{} has mode {mode}, not {wanted}", shown(path)), bench.about(fault, &[path])))
}
