//! Why `ip` was refused. It asks by messages (rtnetlink(7)), so there is no call that we could try where nothing comes of it:
//! what it was asked is held to what the network namespace has.

use crate::ground::Failure;
use crate::kernel::{
    Capabilities, Interface, Network, Process, has_capability, is_own_network, may_use_network, network,
};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// What ip takes before its object.
const FLAGS_WITH_VALUE: &[&str] = &["-f", "-family", "-l", "-loops", "-n", "-netns", "-rc", "-rcvbuf", "-b", "-batch"];

/// It does not end at once, or reads what it is to do: then it is not waited for.
pub(super) fn goes_on(words: &[String]) -> bool {
    words[0] == "ip"
        && words.iter().any(|word| {
            ["netns", "vrf", "-b", "-batch"].contains(&word.as_str())
                || !word.is_empty() && "monitor".starts_with(word) && word.len() > 1
        })
}

/// The reason that is found first.
pub(super) fn explain(words: &[String]) -> Option<Failure> {
    if words.iter().any(|word| FLAGS_WITH_VALUE[4..6].contains(&word.as_str())) {
        // It was about another namespace.
        return None;
    }
    let mut rest = words[1..].iter().map(String::as_str).skip_while(|word| word.starts_with('-'));
    let object = rest.next()?;
    let asked: Vec<&str> = rest.collect();
    let verb = *asked.first()?;
    let line = words.join(" ");
    let wanted = || format!("cannot do {line}");
    let changes = ["add", "a", "set", "s", "del", "delete", "replace", "change", "append", "flush"].contains(&verb);
    if !changes {
        return None;
    }
    let is = |names: &[&str]| names.contains(&object);
    let (link, address, route) =
        (is(&["link", "l", "li"]), is(&["address", "addr", "a", "ad"]), is(&["route", "r", "ro"]));
    if !(link || address || route) {
        return None;
    }
    if !may_use_network() {
        let (why, fix) = match has_capability(Capabilities::NET_ADMIN) {
            true => (
                "this shell is root in its own user namespace, and the network namespace belongs to another one",
                "make a network namespace of your own: unshare --net",
            ),
            false => (
                "changing a network needs CAP_NET_ADMIN, and we have it not (CapEff in /proc/self/status)",
                "make namespaces of your own: unshare --user --map-root-user --net",
            ),
        };
        return Some(Failure::ours(wanted(), why, fix));
    }
    let here = network(Path::new("/proc/self/ns/net")).ok()?;
    let behind = |word: &str| asked.iter().position(|asked| *asked == word).and_then(|at| asked.get(at + 1)).copied();
    let exists = |name: &str| here.interfaces.iter().any(|interface| interface.name == name);
    let adds = ["add", "a"].contains(&verb);
    if link && adds {
        // `ip link add [link DEV] [name] NAME type …`
        let new =
            behind("name").or_else(|| asked.get(1).copied().filter(|word| !["link", "type", "name"].contains(word)));
        let peer = asked.iter().position(|word| *word == "peer").and_then(|at| match asked.get(at + 1) {
            Some(&"name") => asked.get(at + 2),
            other => other,
        });
        for name in new.into_iter().chain(peer.copied()) {
            if exists(name) {
                let why = format!("there is an interface {name} in this network namespace already");
                return Some(Failure::ours(wanted(), why, "take another name; ip link lists those that there are"));
            }
            if name.len() > 15 {
                let why = format!("the name {name} has {} bytes, and an interface's has 15 at most", name.len());
                return Some(Failure::ours(wanted(), why, "take a shorter name"));
            }
        }
    }
    let named = link && !adds;
    let first = named.then(|| behind("dev").or_else(|| asked.get(1).copied())).flatten();
    let devices = first.into_iter().chain(behind("dev")).chain(behind("master").filter(|_| link));
    if let Some(name) = devices.filter(|name| *name != "dev").find(|name| !exists(name)) {
        let mut why = format!("there is no interface {name} in this network namespace");
        let mut fix = "ip link lists those that there are".to_string();
        if let Some(there) = elsewhere(name) {
            why.push_str(&format!("; {} has one", there.called));
            fix = format!("{} {line}", there.enter);
        }
        return Some(Failure::ours(wanted(), why, fix));
    }
    if address && adds {
        let text =
            asked.get(1).copied().filter(|word| *word != "dev" && *word != "local").or_else(|| behind("local"))?;
        let number = text.split('/').next()?.parse::<IpAddr>().ok()?;
        let device = behind("dev")?;
        let interface = here.interfaces.iter().find(|interface| interface.name == device)?;
        if interface.addresses.iter().any(|(known, _)| *known == number) {
            let why = format!("{device} has the address {number} already");
            return Some(Failure::ours(wanted(), why, format!("look at it: ip address show dev {device}")));
        }
    }
    if route && adds { not_routed(&here, &asked, &wanted()) } else { None }
}

fn not_routed(here: &Network, asked: &[&str], wanted: &str) -> Option<Failure> {
    let destination = *asked.get(1)?;
    let known = here.routes.iter().find(|route| match (destination, route.destination) {
        ("default" | "0.0.0.0/0", None) => true,
        (text, Some((address, length))) => {
            text == format!("{address}/{length}") || length == 32 && text == address.to_string()
        }
        _ => false,
    });
    if let Some(known) = known {
        let by = known.gateway.map_or(String::new(), |gateway| format!(" via {gateway}"));
        let why = format!("there is a route to {destination} already:{by} dev {}", known.interface);
        return Some(Failure::ours(wanted, why, format!("take that away first: ip route del {destination}")));
    }
    let at = asked.iter().position(|word| *word == "via")?;
    let gateway = asked.get(at + 1)?.parse::<IpAddr>().ok()?;
    let has_it = |interface: &&Interface| interface.addresses.iter().any(|(own, length)| holds(*own, *length, gateway));
    let near: Vec<&Interface> = here.interfaces.iter().filter(has_it).collect();
    let (why, fix) = match near.iter().find(|interface| !interface.up) {
        _ if near.is_empty() => (
            format!("no interface has an address from which {gateway} is reached without a router"),
            format!("give an interface an address of the network of {gateway} first: ip address add …"),
        ),
        Some(down) if near.iter().all(|interface| !interface.up) => (
            format!("{gateway} would be reached through {}, and that is down", down.name),
            format!("ip link set {} up", down.name),
        ),
        _ if near.iter().any(|interface| interface.addresses.iter().any(|(own, _)| *own == gateway)) => (
            format!("{gateway} is an address of our own, and a router is somebody else"),
            "name the address of the other end".to_string(),
        ),
        _ => return None,
    };
    Some(Failure::ours(wanted, why, fix))
}

/// Whether both are in the network of so many bits.
fn holds(own: IpAddr, length: u8, other: IpAddr) -> bool {
    let differ = match (own, other) {
        (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
        (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
        _ => return false,
    };
    differ >= u32::from(length)
}

/// Another network namespace of the session.
struct There {
    called: String,
    enter: String,
}

/// The first one that has an interface of this name: that of a process, or one that is kept on a file.
fn elsewhere(name: &str) -> Option<There> {
    let has =
        |file: &Path| network(file).is_ok_and(|found| found.interfaces.iter().any(|interface| interface.name == name));
    let mut seen = Vec::new();
    for (pid, process) in Process::all().unwrap_or_default() {
        let Ok(namespace) = process.namespace("net") else { continue };
        let file = PathBuf::from(format!("/proc/{pid}/ns/net"));
        if seen.contains(&namespace) || is_own_network(&file) {
            continue;
        }
        seen.push(namespace);
        if has(&file) {
            return Some(There {
                called: format!("the network namespace of process {pid}"),
                enter: format!("nsenter --target {pid} --net"),
            });
        }
    }
    let kept = crate::kernel::proc::mounts().unwrap_or_default().into_iter().filter(|mount| mount.kind == "nsfs");
    let file = kept.map(|mount| mount.mountpoint).find(|file| !is_own_network(file) && has(file))?;
    let file = file.display();
    Some(There { called: format!("the one that is kept on {file}"), enter: format!("nsenter --net={file}") })
}

#[cfg(test)]
mod tests {
    use super::{goes_on, holds};

    #[test]
    fn an_address_is_in_a_network_by_its_first_bits() {
        let holds = |own: &str, length, other: &str| holds(own.parse().unwrap(), length, other.parse().unwrap());
        assert!(holds("10.0.0.1", 24, "10.0.0.9") && holds("10.0.0.1", 0, "99.0.0.9"));
        assert!(!holds("10.0.0.1", 24, "10.0.1.1") && !holds("10.0.0.1", 8, "fe80::1"));
        assert!(holds("fe80::1", 64, "fe80::2"));
    }

    #[test]
    fn what_does_not_end_at_once_is_not_waited_for() {
        let goes_on = |line: &str| goes_on(&line.split(' ').map(String::from).collect::<Vec<_>>());
        for line in ["ip monitor", "ip mo link", "ip netns exec box sh", "ip -b -", "ip -batch file"] {
            assert!(goes_on(line), "{line}");
        }
        for line in ["ip link set lo up", "ip link add m type bridge", "ip address"] {
            assert!(!goes_on(line), "{line}");
        }
    }
}
