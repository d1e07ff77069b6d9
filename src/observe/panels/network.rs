//! The network of the innermost shell, where that is one of its own. What the machine's own network has is its owner's
//! business: a recording would tell it to everybody.

use super::{Shells, link};
use crate::kernel::{Interface, Network, network};
use std::net::IpAddr;

/// Interface, state with addresses, where it leads.
pub(super) fn rows(shells: &Shells) -> Vec<Vec<String>> {
    let process = shells.innermost();
    if link(process, "ns/net") == link(&shells.outside, "ns/net") {
        return vec![vec!["the machine's own".to_string(), String::new(), String::new()]];
    }
    let network = network(&process.join("ns/net")).unwrap_or_default();
    let row = |interface: &Interface| vec![interface.name.clone(), state(interface), leads(interface, &network)];
    network.interfaces.iter().map(row).collect()
}

/// `down`, or `up` with the addresses.
pub(in crate::observe) fn state(interface: &Interface) -> String {
    let mut words = vec![if interface.up { "up" } else { "down" }.to_string()];
    // A bridge has no other end: the kernel makes up its mind about it a moment later.
    if interface.up && !interface.linked && interface.kind == "veth" {
        words.push("no link".to_string());
    }
    // Every interface that is up gives itself an IPv6 address that holds on this one cable; no lesson is about that.
    let told = |address: &IpAddr| !matches!(address, IpAddr::V6(six) if six.is_unicast_link_local());
    let addresses = interface.addresses.iter().filter(|(address, _)| told(address));
    words.extend(addresses.map(|(address, prefix)| format!("{address}/{prefix}")));
    words.join(", ")
}

/// The bridge of which it is a port, or its routes.
fn leads(interface: &Interface, network: &Network) -> String {
    let bridge = interface.bridge.iter().map(|bridge| format!("bridge {bridge}"));
    let own = network.routes.iter().filter(|route| route.interface == interface.name);
    let routes = own.map(|route| {
        let mut words = match route.destination {
            Some((address, prefix)) => format!("{address}/{prefix}"),
            None => "everywhere else".to_string(),
        };
        if let Some(gateway) = route.gateway {
            words.push_str(&format!(" by {gateway}"));
        }
        words
    });
    bridge.chain(routes).collect::<Vec<_>>().join(", ")
}
