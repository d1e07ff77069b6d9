//! What is in a network namespace: interfaces, addresses, routes, as the kernel tells them; rtnetlink(7).
//!
//! The questions go through a socket, and a socket belongs for ever to the network namespace in which it was made. So a
//! thread enters the namespace, makes the socket and ends: setns(2) is for the thread that calls it, and the rest of
//! this process stays where it is. A visitor of a session can start no thread (clone(2): it has entered a PID namespace),
//! and without root no way leads back into the machine's network. It stays where it looked last, which harms nobody.

use crate::kernel::enter::Process;
use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use std::fs::File;
use std::io::{Error, Result};
use std::net::IpAddr;
use std::os::fd::OwnedFd;
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
    index: u32,
    master: u32,
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

/// Whether this file is the network namespace in which we are ourselves.
pub fn is_own_network(namespace: &Path) -> bool {
    let found = rustix::fs::stat(namespace).map(|found| (found.st_dev, found.st_ino));
    own().is_some() && own() == found.ok()
}

/// What is in a network namespace, given by a file: `/proc/PID/ns/net`, or one on which it is mounted.
///
/// # Errors
/// EINVAL where the file is no network namespace, EPERM where it belongs to somebody else.
pub fn network(namespace: &Path) -> Result<Network> {
    // Before we may be in another one.
    let _ = own();
    let file = File::open(namespace)?;
    let for_thread = file.try_clone()?;
    let socket = match std::thread::Builder::new().spawn(move || socket_in(&for_thread)) {
        Ok(thread) => thread.join().map_err(|_| Error::other("the thread broke"))??,
        Err(_) => socket_in(&file)?,
    };
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

/// Enters, and makes the socket there.
fn socket_in(namespace: &File) -> Result<OwnedFd> {
    nix::sched::setns(namespace, nix::sched::CloneFlags::CLONE_NEWNET).map_err(Error::from)?;
    // Protocol 0 is NETLINK_ROUTE.
    Ok(rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?)
}

// The numbers and the layout of linux/netlink.h, linux/rtnetlink.h, linux/if_link.h and linux/if_addr.h.
const GET_LINK: u16 = 18;
const GET_ADDRESS: u16 = 22;
const GET_ROUTE: u16 = 26;
const ERROR: u16 = 2;
const DONE: u16 = 3;
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
        let mut rest = &buffer[..got];
        while let (Some(length), Some(kind)) = (number(rest, 0), short(rest, 4)) {
            let length = (length as usize).clamp(HEADER, rest.len());
            let body = &rest[HEADER.min(rest.len())..length];
            match kind {
                DONE => return Ok(answers),
                ERROR => return Err(Errno::from_raw_os_error(-(number(body, 0).unwrap_or(0) as i32)).into()),
                _ => answers.push(body.to_vec()),
            }
            rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
        if got == 0 {
            return Ok(answers);
        }
    }
}

/// struct ifinfomsg.
fn interface(body: &[u8]) -> Option<Interface> {
    const UP: u32 = 1;
    const LOWER_UP: u32 = 1 << 16;
    let flags = number(body, 8)?;
    let attributes = body.get(16..)?;
    let info = attribute(attributes, 18).and_then(|info| attribute(info, 1));
    Some(Interface {
        name: text(attribute(attributes, 3)?),
        kind: info.map(text).unwrap_or_default(),
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
