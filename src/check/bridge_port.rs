//! `bridge-port FILE INTERFACE BRIDGE`: the interface is a port of the bridge.

use crate::check::bench::{quote, shown};
use crate::check::kept_network::{about, interface, look};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};

pub(super) const KIND: CheckKind = CheckKind {
    name: "bridge-port",
    operands: "FILE INTERFACE BRIDGE",
    arity: (3, 3),
    says: "INTERFACE is a port of BRIDGE in the network namespace that FILE keeps",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (file, name, wanted) = (&operands[0], &operands[1], &operands[2]);
    let (_, interface) = interface(bench, file, name)?;
    let place = format!("{name} in {}", shown(file));
    let expected = format!("a port of {wanted}");
    let fault = match &interface.bridge {
        Some(bridge) if bridge == wanted => return Ok(Outcome::holds(format!("{place} is a port of {wanted}"))),
        Some(bridge) => Fault::new(Rank::Content, expected, format!("a port of {bridge}"))
            .means("Bridges in one namespace know nothing of each other.")
            .next(look(file, "-br link")),
        None => Fault::new(Rank::Content, expected, "a port of no bridge")
            .means("What arrives there goes no further: only between its ports a bridge passes on what arrives.")
            .next(format!(
                "nsenter --net={} ip link set {} master {}",
                quote(&shown(file)),
                quote(name),
                quote(wanted)
            )),
    };
    let sentence = match &interface.bridge {
        Some(bridge) => format!("{place} is a port of {bridge}, not of {wanted}"),
        None => format!("{place} is a port of no bridge"),
    };
    Ok(Outcome::fails(sentence, about(bench, fault, file, name)))
}
