//! What the checks of networks look at: the network namespace that is kept on a file (a bind mount of it), and one of its
//! interfaces.

use crate::check::bench::{kind_words, quote, shown};
use crate::check::{Bench, Fault, Outcome, Rank};
use crate::event::Kind;
use crate::kernel::proc::Mount;
use crate::kernel::{Interface, Network, is_own_network, network};

/// What is expected at the file.
const KEPT: &str = "a file that keeps a network namespace";

/// The network that is kept on the file of an operand, or the outcome that says why there is none.
pub(super) fn kept_network(bench: &Bench, operand: &str) -> Result<Network, Outcome> {
    let file = shown(operand);
    let again = format!("unshare --net mount --bind /proc/self/ns/net {}", quote(&file));
    let not_kept = |sentence: String, found: String, means: &str, next: String| {
        let fault = Fault::new(Rank::Mount, KEPT, found).means(means).next(next);
        Outcome::fails(sentence, bench.about(fault, &[operand]))
    };
    match bench.entry(operand)? {
        None => {
            let means =
                "A namespace ends with its last process, unless a file keeps it; and that file must be there first.";
            let next = format!("touch {}, then {again}", quote(&file));
            return Err(not_kept(format!("{file} does not exist"), "nothing".into(), means, next));
        }
        Some(entry) if matches!(entry.kind, Kind::File | Kind::Symlink { .. }) => {}
        Some(entry) => {
            let found = kind_words(&entry.kind);
            let means = "A namespace is mounted on a file, never on anything else.";
            let next = format!("take another name, or remove {} first", quote(&file));
            return Err(not_kept(format!("{file} is {found}, and keeps no namespace"), found, means, next));
        }
    }
    let path = bench.path(operand);
    if is_own_network(&path) {
        let means = "Whatever is done there is done to the machine. What is mounted must be the namespace that unshare has just made.";
        let next = format!("umount {}, then {again}", quote(&file));
        let sentence = format!("{file} keeps the machine's own network, not a new one");
        return Err(not_kept(sentence, "the machine's own network".into(), means, next));
    }
    // The kernel names the namespace as the root of the mount: `net:[4026532188]`.
    let kept = bench.mount_on(operand).filter(|mount| mount.kind == "nsfs");
    let is_shared = |other: &&Mount| other.mountpoint != path && kept.is_some_and(|mount| mount.root == other.root);
    if let Some(other) = bench.mounts().iter().filter(|other| other.kind == "nsfs").find(is_shared) {
        let name = bench.name(&other.mountpoint);
        let means = "A namespace that is bound to a second file is still one: whatever is done in the one is done in the other.";
        let next = format!("umount {}, then {again}", quote(&file));
        let sentence = format!("{file} keeps the same network as {name}, not a new one");
        return Err(not_kept(sentence, format!("the network of {name}"), means, next));
    }
    network(&path).map_err(|error| match bench.mount_on(operand) {
        _ if error.kind() != std::io::ErrorKind::InvalidInput => bench.unreadable(operand, &error),
        Some(mount) if mount.kind == "nsfs" => {
            let means = "There are several kinds of namespaces, and only one kind is a network.";
            let next = format!("umount {}, then {again}", quote(&file));
            // `uts:[4026531838]`
            let found = bench.name(&mount.root);
            let kind = found.split(':').next().unwrap_or_default();
            not_kept(format!("{file} keeps a {kind} namespace, not a network"), found.clone(), means, next)
        }
        _ => {
            let means =
                "A namespace ends with its last process, unless it is mounted on a file: then the file keeps it.";
            not_kept(
                format!("{file} keeps no network namespace"),
                "a file with no namespace on it".into(),
                means,
                again,
            )
        }
    })
}

/// An interface of it.
pub(super) fn interface(bench: &Bench, operand: &str, name: &str) -> Result<(Network, Interface), Outcome> {
    let network = kept_network(bench, operand)?;
    match network.interfaces.iter().find(|interface| interface.name == name).cloned() {
        Some(interface) => Ok((network, interface)),
        None => {
            let (file, names) = (shown(operand), network.interfaces.iter().map(|one| one.name.as_str()));
            let found = names.collect::<Vec<_>>().join(", ");
            let fault = Fault::new(Rank::Missing, format!("an interface called {name}"), found)
                .means("An interface is in one namespace at a time, under one name.")
                .next(look(operand, "-br link"));
            Err(Outcome::fails(format!("{file} has no interface {name}"), about(bench, fault, operand, name)))
        }
    }
}

/// A fault about an interface: what is said of it further down follows, as does all from a fault about the file.
pub(super) fn about(bench: &Bench, fault: Fault, operand: &str, interface: &str) -> Fault {
    bench.about(fault, &[&format!("{operand}/{interface}")])
}

/// The line that shows how things stand there.
pub(super) fn look(operand: &str, what: &str) -> String {
    format!("look at it: nsenter --net={} ip {what}", quote(&shown(operand)))
}
