//! `work PATH DIR`: the overlay mounted there has this work directory.

use crate::check::bench::{quote, shown};
use crate::check::mounted::not_mounted;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};

pub(super) const KIND: CheckKind = CheckKind {
    name: "work",
    operands: "PATH DIR",
    arity: (2, 2),
    says: "the overlay on PATH has this work directory",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (path, wanted) = (&operands[0], &operands[1]);
    let Some(overlay) = bench.overlay_on(path) else { return Ok(not_mounted(bench, path)) };
    if overlay.work == Some(bench.layer(wanted)) {
        return Ok(Outcome::holds(format!("the work directory of {} is {}", shown(path), shown(wanted))));
    }
    let expected = format!("workdir={}", shown(wanted));
    let next = format!("umount {}, and mount it with {expected}", quote(&shown(path)));
    let (sentence, found) = match &overlay.work {
        Some(work) => {
            let found = bench.name(work);
            let sentence = format!("the work directory of {} is {found}, not {}", shown(path), shown(wanted));
            (sentence, format!("workdir={found}"))
        }
        None => (format!("the overlay on {} has no work directory", shown(path)), "lower layers alone".to_string()),
    };
    let fault = Fault::new(Rank::Layers, expected, found).means(
        "The kernel gets files ready there before they appear in the upper layer, so each union needs one of its own.",
    );
    Ok(Outcome::fails(sentence, bench.about(fault.next(next), &[path, wanted])))
}
