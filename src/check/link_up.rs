//! `link-up FILE INTERFACE`: the interface is up, and so is the other end of its cable.

use crate::check::bench::{quote, shown};
use crate::check::kept_network::{about, interface, look};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};

pub(super) const KIND: CheckKind = CheckKind {
    name: "link-up",
    operands: "FILE INTERFACE",
    arity: (2, 2),
    says: "INTERFACE is up in the network namespace that FILE keeps",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (file, name) = (&operands[0], &operands[1]);
    let (_, interface) = interface(bench, file, name)?;
    let place = format!("{name} in {}", shown(file));
    if !interface.up {
        let fault = Fault::new(Rank::Content, "up", "down")
            .means("An interface that is down carries nothing, whatever addresses it has.")
            .next(format!("nsenter --net={} ip link set {} up", quote(&shown(file)), quote(name)));
        return Ok(Outcome::fails(format!("{place} is down"), about(bench, fault, file, name)));
    }
    // A bridge has no other end: it is up with its ports, a moment later.
    if interface.kind == "veth" && !interface.linked {
        let fault = Fault::new(Rank::Content, "up at both ends", "up at this end")
            .means("A veth pair carries something only when both of its ends are up.")
            .next(look(file, "-br link"));
        return Ok(Outcome::fails(
            format!("{place} is up, but its other end is down"),
            about(bench, fault, file, name),
        ));
    }
    Ok(Outcome::holds(format!("{place} is up")))
}
