//! What is in a network namespace: interfaces, addresses, routes, as the kernel tells them; rtnetlink(7).
//!
//! The questions go through a socket, and a socket belongs for ever to the network namespace in which it was made. So a
//! thread enters the namespace, makes the socket and ends: setns(2) is for the thread that calls it, and the rest of
//! this process stays where it is. A visitor of a session can start no thread (clone(2): it has entered a PID namespace),
//! and without root no way leads back into the machine's network. It stays where it looked last, which harms nobody.

use crate::kernel::enter::Process;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use rustix::thread::LinkNameSpaceType;
use std::fs::File;
use std::io::{Error, Result};
use std::net::IpAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;
use std::sync::OnceLock;

/// A network namespace at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// In the order of their numbers.
    pub interfaces: Vec<Interface>,
    /// The main routing table for IPv4.
    pub routes: Vec<Route>,
}

/// An interface, and what it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// `eth0`
    pub name: String,
    /// `veth`, `bridge` and the like; empty where the kernel names none, as for `lo`.
    pub kind: String,
    /// It was set up.
    pub up: bool,
    /// There is somebody at its other end.
    pub linked: bool,
    /// The bridge of which it is a port.
    pub bridge: Option<String>,
    /// Its addresses, each with the length of its prefix.
    pub addresses: Vec<(IpAddr, u8)>,
    /// The other end of a cable (veth(4)).
    pub cable: Option<Cable>,
    /// By which number its network knows it.
    pub index: u32,
    master: u32,
}

/// Where the other end of a cable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cable {
    /// The number of the interface there.
    pub index: u32,
    /// The network, by the number that the network of this end knows it by; none where it is the same.
    pub network: Option<i32>,
}

/// A line of the routing table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// For which addresses; none for all that no other route is for.
    pub destination: Option<(IpAddr, u8)>,
    /// By whom.
    pub gateway: Option<IpAddr>,
    /// Through which interface.
    pub interface: String,
}

/// The network namespace in which we were at first: device and inode.
static OWN: OnceLock<Option<(u64, u64)>> = OnceLock::new();

fn own() -> Option<(u64, u64)> {
    *OWN.get_or_init(|| Process::own().and_then(|own| own.network()).ok())
}

/// listen(2), once more on a socket that listens: so many connections may wait until somebody has time for them.
pub fn let_wait(socket: impl AsFd, connections: i32) -> std::io::Result<()> {
    Ok(rustix::net::listen(socket, connections)?)
}

/// Whether this file is the network namespace in which we are ourselves.
pub fn is_own_network(namespace: &Path) -> bool {
    let found = rustix::fs::stat(namespace).map(|found| (found.st_dev, found.st_ino));
    own().is_some() && own() == found.ok()
}

/// Whether we have the rights of root over the network namespace that we are in, as far as a raw socket tells
/// (CAP_NET_RAW in the user namespace that owns it; raw(7)).
pub fn may_use_network() -> bool {
    let protocol = Some(rustix::net::ipproto::ICMP);
    let socket = rustix::net::socket_with(AddressFamily::INET, SocketType::RAW, SocketFlags::CLOEXEC, protocol);
    socket.err() != Some(rustix::io::Errno::PERM)
}

/// What is in a network namespace, given by a file: `/proc/PID/ns/net`, or one on which it is mounted.
///
/// # Errors
/// EINVAL where the file is no network namespace, EPERM where it belongs to somebody else.
pub fn network(namespace: &Path) -> Result<Network> {
    // Before we may be in another one.
    let _ = own();
    let socket = socket_of(namespace)?;
    let mut found = Network::default();
    for message in dump(&socket, GET_LINK)? {
        found.interfaces.extend(interface(&message));
    }
    let names: Vec<(u32, String)> = found.interfaces.iter().map(|one| (one.index, one.name.clone())).collect();
    let name = |index: u32| names.iter().find(|(number, _)| *number == index).map(|(_, name)| name.clone());
    for interface in &mut found.interfaces {
        interface.bridge = name(interface.master);
    }
    for message in dump(&socket, GET_ADDRESS)? {
        if let Some((index, address)) = address(&message)
            && let Some(interface) = found.interfaces.iter_mut().find(|interface| interface.index == index)
        {
            interface.addresses.push(address);
        }
    }
    for message in dump(&socket, GET_ROUTE)? {
        found.routes.extend(route(&message, &name));
    }
    Ok(found)
}

/// The number by which one network namespace knows another one; none where it does not know it (rtnetlink, RTM_GETNSID).
///
/// # Errors
/// Where a file is no network namespace, or belongs to somebody else.
pub fn network_number(within: &Path, other: &Path) -> Result<Option<i32>> {
    let _ = own();
    let other = File::open(other)?;
    let socket = socket_of(within)?;
    let mut request = [0_u8; HEADER + 12];
    request[0..4].copy_from_slice(&28_u32.to_ne_bytes());
    request[4..6].copy_from_slice(&GET_NUMBER.to_ne_bytes());
    request[6..8].copy_from_slice(&REQUEST.to_ne_bytes());
    // A body of one byte, then the attribute NETNSA_FD.
    request[20..24].copy_from_slice(&[8, 0, 3, 0]);
    request[24..28].copy_from_slice(&other.as_raw_fd().to_ne_bytes());
    rustix::net::send(&socket, &request, SendFlags::empty())?;
    let mut buffer = vec![0; 4096];
    let (got, _) = rustix::net::recv(&socket, &mut buffer[..], RecvFlags::empty())?;
    let mut answers = Vec::new();
    collect(&buffer[..got], &mut answers)?;
    let number = answers.first().and_then(|body| number(attribute(body.get(4..)?, 1)?, 0));
    Ok(number.map(u32::cast_signed).filter(|number| *number >= 0))
}

/// A socket that belongs to this network namespace.
fn socket_of(namespace: &Path) -> Result<OwnedFd> {
    let file = File::open(namespace)?;
    let for_thread = file.try_clone()?;
    match std::thread::Builder::new().spawn(move || socket_in(&for_thread)) {
        Ok(thread) => thread.join().map_err(|_| Error::other("the thread broke"))?,
        Err(_) => socket_in(&file),
    }
}

/// Enters, and makes the socket there.
fn socket_in(namespace: &File) -> Result<OwnedFd> {
    rustix::thread::move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))?;
    // Protocol 0 is NETLINK_ROUTE.
    Ok(rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?)
}

// The numbers and the layout of linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h and linux/net_namespace.h.
const GET_LINK: u16 = 18;
const GET_ADDRESS: u16 = 22;
const GET_ROUTE: u16 = 26;
const GET_NUMBER: u16 = 90;
const ERROR: u16 = 2;
const DONE: u16 = 3;
const REQUEST: u16 = 1;
const REQUEST_DUMP: u16 = 0x301;
const HEADER: usize = 16;
const FAMILY_4: u8 = 2;
const FAMILY_6: u8 = 10;

/// Asks for everything of a kind; each answer without its header.
fn dump(socket: &OwnedFd, kind: u16) -> Result<Vec<Vec<u8>>> {
    // A header, then zeros for the longest of the three kinds of body: of no family and no interface in particular.
    let mut request = [0_u8; HEADER + 16];
    request[0..4].copy_from_slice(&32_u32.to_ne_bytes());
    request[4..6].copy_from_slice(&kind.to_ne_bytes());
    request[6..8].copy_from_slice(&REQUEST_DUMP.to_ne_bytes());
    rustix::net::send(socket, &request, SendFlags::empty())?;
    let mut answers = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let (got, _) = rustix::net::recv(socket, &mut buffer[..], RecvFlags::empty())?;
        if collect(&buffer[..got], &mut answers)? || got == 0 {
            return Ok(answers);
        }
    }
}

/// Takes the messages apart that came at once; whether the last of all was among them. struct nlmsghdr.
fn collect(mut messages: &[u8], answers: &mut Vec<Vec<u8>>) -> Result<bool> {
    while let (Some(length), Some(kind)) = (number(messages, 0), short(messages, 4)) {
        let length = (length as usize).max(HEADER).min(messages.len());
        let body = messages.get(HEADER..length).unwrap_or_default();
        match kind {
            DONE => return Ok(true),
            ERROR => {
                let errno = (number(body, 0).unwrap_or(0) as i32).wrapping_neg();
                return Err(Error::from_raw_os_error(errno));
            }
            _ => answers.push(body.to_vec()),
        }
        messages = messages.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(false)
}

/// struct ifinfomsg.
fn interface(body: &[u8]) -> Option<Interface> {
    const UP: u32 = 1;
    const LOWER_UP: u32 = 1 << 16;
    let flags = number(body, 8)?;
    let attributes = body.get(16..)?;
    let kind = attribute(attributes, 18).and_then(|info| attribute(info, 1)).map(text).unwrap_or_default();
    // What an interface lies on is a cable's other end where it is a cable.
    let below = attribute(attributes, 5).filter(|_| kind == "veth").and_then(|index| number(index, 0));
    let network = attribute(attributes, 37).and_then(|network| number(network, 0)).map(u32::cast_signed);
    Some(Interface {
        name: text(attribute(attributes, 3)?),
        kind,
        cable: below.map(|index| Cable { index, network }),
        up: flags & UP != 0,
        linked: flags & LOWER_UP != 0,
        index: number(body, 4)?,
        master: attribute(attributes, 10).and_then(|master| number(master, 0)).unwrap_or(0),
        ..Interface::default()
    })
}

/// struct ifaddrmsg: of which interface, and which.
fn address(body: &[u8]) -> Option<(u32, (IpAddr, u8))> {
    let attributes = body.get(8..)?;
    // Where the two differ the first is that of the other end.
    let own = attribute(attributes, 2).or_else(|| attribute(attributes, 1))?;
    Some((number(body, 4)?, (ip(*body.first()?, own)?, *body.get(1)?)))
}

/// struct rtmsg; interfaces are there by their numbers.
fn route(body: &[u8], name: &dyn Fn(u32) -> Option<String>) -> Option<Route> {
    const MAIN: u8 = 254;
    const UNICAST: u8 = 1;
    let &[family, prefix, _, _, table, _, _, kind, ..] = body else { return None };
    if (family, table, kind) != (FAMILY_4, MAIN, UNICAST) {
        return None;
    }
    let attributes = body.get(12..)?;
    Some(Route {
        destination: attribute(attributes, 1).and_then(|bytes| ip(family, bytes)).map(|address| (address, prefix)),
        gateway: attribute(attributes, 5).and_then(|bytes| ip(family, bytes)),
        interface: name(number(attribute(attributes, 4)?, 0)?)?,
    })
}

/// The value of the first attribute of this kind; struct rtattr.
fn attribute(mut attributes: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let (length, kind) = (usize::from(short(attributes, 0)?), short(attributes, 2)?);
        let value = attributes.get(4..length)?;
        // The upper two bits say how the value is written.
        if kind & 0x3fff == wanted {
            return Some(value);
        }
        attributes = attributes.get(length.next_multiple_of(4)..)?;
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
}

fn ip(family: u8, bytes: &[u8]) -> Option<IpAddr> {
    match family {
        FAMILY_4 => Some(IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?)),
        FAMILY_6 => Some(IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Cable, address, attribute, collect, interface, number, route};
    use crate::ground::mutation::each_mutant;

    /// A message: its length, its kind, and what is in it.
    fn message(kind: u16, body: &[u8]) -> Vec<u8> {
        let mut message = (16 + body.len() as u32).to_ne_bytes().to_vec();
        message.extend(kind.to_ne_bytes());
        message.extend([2, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
        message.extend(body);
        message.resize(message.len().next_multiple_of(4), 0);
        message
    }

    /// A body: its fixed part, then attributes.
    fn body(fixed: &[u8], attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut body = fixed.to_vec();
        for (kind, value) in attributes {
            body.extend((4 + value.len() as u16).to_ne_bytes());
            body.extend(kind.to_ne_bytes());
            body.extend(*value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        body
    }

    #[test]
    fn answers_are_taken_apart_whatever_is_in_them() {
        let mut info = body(&[], &[(1, b"veth\0")]);
        info.truncate(9);
        let link = body(
            &[0, 0, 1, 0, 7, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0],
            &[(3, b"eth0\0"), (5, &[4, 0, 0, 0]), (10, &[3, 0, 0, 0]), (18, &info), (37, &[0, 0, 0, 0])],
        );
        let of_link = body(&[2, 24, 0, 0, 7, 0, 0, 0], &[(1, &[10, 0, 0, 2]), (2, &[10, 0, 0, 1])]);
        let to_all = body(&[2, 0, 0, 0, 254, 0, 0, 1, 0, 0, 0, 0], &[(4, &[7, 0, 0, 0]), (5, &[10, 0, 0, 9])]);
        let name = |index| (index == 7).then(|| "eth0".to_string());
        let found = interface(&link).unwrap();
        assert_eq!((&*found.name, &*found.kind, found.index, found.master, found.up), ("eth0", "veth", 7, 3, true));
        assert_eq!(found.cable, Some(Cable { index: 4, network: Some(0) }));
        assert_eq!(address(&of_link), Some((7, ([10, 0, 0, 1].into(), 24))));
        assert_eq!(route(&to_all, &name).unwrap().gateway, Some([10, 0, 0, 9].into()));
        let whole = [message(16, &link), message(20, &of_link), message(24, &to_all), message(3, &[])].concat();
        let mut answers = Vec::new();
        assert!(collect(&whole, &mut answers).unwrap());
        assert_eq!(answers, [link, of_link, to_all]);
        let samples: [&[u8]; 5] = [
            &whole,
            &message(2, &(-2_i32).to_ne_bytes()),
            // Found: a header that is cut short, and the one number that has no opposite.
            &[16, 0, 0, 0, 16, 0, 0, 0],
            &message(2, &i32::MIN.to_ne_bytes()),
            b"",
        ];
        each_mutant(&samples, 20_000, |bytes| {
            let mut answers = Vec::new();
            let _ = collect(bytes, &mut answers);
            assert!(answers.iter().map(Vec::len).sum::<usize>() <= bytes.len());
            for answer in answers.iter().map(Vec::as_slice).chain([bytes]) {
                let _ = (interface(answer), address(answer), route(answer, &name), number(answer, 0));
                let _ = attribute(answer, 3);
            }
        });
    }
}
