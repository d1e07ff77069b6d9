//! `default-route FILE GATEWAY`: what no other route is for goes to the gateway.

use crate::check::bench::shown;
use crate::check::kept_network::{kept_network, look};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};

pub(super) const KIND: CheckKind = CheckKind {
    name: "default-route",
    operands: "FILE GATEWAY",
    arity: (2, 2),
    says: "in the network namespace that FILE keeps, everything else goes to GATEWAY",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (file, wanted) = (&operands[0], &operands[1]);
    let network = kept_network(bench, file)?;
    let place = shown(file);
    let defaults = || network.routes.iter().filter(|route| route.destination.is_none());
    let goes_by = |gateway: &str| defaults().any(|route| route.gateway.is_some_and(|by| by.to_string() == gateway));
    if goes_by(wanted) {
        return Ok(Outcome::holds(format!("the default route of {place} goes by {wanted}")));
    }
    let (sentence, found, means) = match defaults().next() {
        None => (
            format!("{place} has no default route"),
            "none".to_string(),
            "For an address that no route is for the kernel answers at once: Network is unreachable.",
        ),
        Some(route) => match route.gateway {
            Some(gateway) => (
                format!("the default route of {place} goes by {gateway}, not by {wanted}"),
                format!("default via {gateway}"),
                "Everything else is sent to that address, whoever is there.",
            ),
            None => (
                format!("the default route of {place} names no gateway"),
                format!("default dev {}", route.interface),
                "Without a gateway the kernel looks for every address of the world on this one cable.",
            ),
        },
    };
    let fault =
        Fault::new(Rank::Content, format!("default via {wanted}"), found).means(means).next(look(file, "route"));
    Ok(Outcome::fails(sentence, bench.about(fault, &[file])))
}
