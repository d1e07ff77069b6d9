//! `address FILE INTERFACE ADDRESS/PREFIX`: the interface has this address, among others perhaps.

use crate::check::bench::shown;
use crate::check::kept_network::{about, interface, look};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::kernel::Interface;
use std::net::IpAddr;

pub(super) const KIND: CheckKind = CheckKind {
    name: "address",
    operands: "FILE INTERFACE ADDRESS/PREFIX",
    arity: (3, 3),
    says: "INTERFACE has this address in the network namespace that FILE keeps",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (file, name, wanted) = (&operands[0], &operands[1], &operands[2]);
    let (network, interface) = interface(bench, file, name)?;
    let place = format!("{name} in {}", shown(file));
    let has = addresses(&interface);
    if has.contains(wanted) {
        return Ok(Outcome::holds(format!("{place} has the address {wanted}")));
    }
    let (number, prefix) = wanted.split_once('/').unwrap_or((wanted, ""));
    let elsewhere = network.interfaces.iter().find(|other| addresses(other).contains(wanted));
    let (sentence, found, means) = match (has.iter().find(|one| one.split('/').next() == Some(number)), elsewhere) {
        (Some(other), _) => (
            format!("{place} has the address {other}, not {wanted}"),
            other.clone(),
            format!(
                "The number behind the slash says how many bits of the address are the network's. All whose address \
                 begins with the same {prefix} bits are reached directly; behind /32 there is nobody else."
            ),
        ),
        (None, Some(other)) => (
            format!("the address {wanted} is on {}, not on {name}", other.name),
            format!("it is on {}", other.name),
            "An address belongs to one interface.".to_string(),
        ),
        (None, None) if has.is_empty() => (
            format!("{place} has no address"),
            "none".to_string(),
            "Without an address nobody can send anything to it.".to_string(),
        ),
        (None, None) => (
            format!("{place} has the address {}, not {wanted}", has.join(" and ")),
            has.join(", "),
            "It answers to no other.".to_string(),
        ),
    };
    let fault = Fault::new(Rank::Content, wanted, found).means(means).next(look(file, "-br addr"));
    Ok(Outcome::fails(sentence, about(bench, fault, file, name)))
}

/// As `ip` writes them. Those that every IPv6 interface gives itself are left out.
fn addresses(interface: &Interface) -> Vec<String> {
    let given = |address: &IpAddr| !matches!(address, IpAddr::V6(six) if six.is_unicast_link_local());
    let all = interface.addresses.iter().filter(|(address, _)| given(address));
    all.map(|(address, prefix)| format!("{address}/{prefix}")).collect()
}
