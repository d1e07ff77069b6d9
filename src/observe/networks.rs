//! The networks that a lesson made: the one of its innermost shell, and those that it keeps on files. The machine's own is its
//! owner's business.

use super::panels::network::state;
use super::panels::{Shells, link};
use crate::event::{CableEnd, SeenInterface, SeenNetwork};
use crate::ground::Name;
use crate::kernel::proc::mounts_of;
use crate::kernel::{Cable, Network, network, network_number};
use std::path::{Path, PathBuf};

/// All of them; `here` is the lesson's directory, whose files may keep some.
pub fn networks(shells: &Shells, here: &Path) -> Vec<SeenNetwork> {
    let machine = link(&shells.outside, "ns/net");
    let inside = link(shells.innermost(), "ns/net");
    let mounts = mounts_of(&shells.outside).unwrap_or_default();
    let kept = mounts.into_iter().filter(|mount| mount.kind == "nsfs" && mount.is_below(here)).filter_map(|mount| {
        // Its root in the mount table is what a link in /proc/PID/ns says: `net:[4026532207]`.
        let name = mount.root.display().to_string().trim_start_matches('/').to_string();
        let is_network = name.starts_with("net:") && name != machine;
        is_network.then(|| (name, mount.mountpoint.strip_prefix(here).ok().map(Name::from), mount.mountpoint))
    });
    let mut all: Vec<(String, Option<Name>, PathBuf)> = kept.collect();
    if inside != machine && all.iter().all(|(name, ..)| *name != inside) {
        all.insert(0, (inside.clone(), None, shells.innermost().join("ns/net")));
    }
    let found: Vec<(bool, Option<Name>, PathBuf, Network)> = all
        .into_iter()
        .filter_map(|(name, file, path)| network(&path).ok().map(|found| (name == inside, file, path, found)))
        .collect();
    let other_end = |from: usize, cable: Cable| {
        let is_it = |at: &usize| match cable.network {
            None => *at == from,
            Some(number) => {
                *at != from && network_number(&found[from].2, &found[*at].2).is_ok_and(|its| its == Some(number))
            }
        };
        let network = (0..found.len()).find(is_it)?;
        let interface = found[network].3.interfaces.iter().find(|one| one.index == cable.index)?;
        Some(CableEnd { network, interface: interface.name.clone() })
    };
    let seen = |(at, (here, file, _, network)): (usize, &(bool, Option<Name>, PathBuf, Network))| SeenNetwork {
        file: file.clone(),
        here: *here,
        interfaces: network
            .interfaces
            .iter()
            .map(|interface| SeenInterface {
                name: interface.name.clone(),
                state: state(interface),
                bridge: interface.bridge.clone(),
                cable: interface.cable.and_then(|cable| other_end(at, cable)),
            })
            .collect(),
    };
    found.iter().enumerate().map(seen).collect()
}
