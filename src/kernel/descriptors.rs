//! Descriptors that go from one process to another over a socket (unix(7), SCM_RIGHTS), and those that must not.

use crate::kernel::sys::{CallError, Sys};
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
};
use rustix::thread::LinkNameSpaceType;
use std::io::{IoSlice, IoSliceMut, Result};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// At most so many go in one message.
const MOST: usize = 3;

/// sendmsg(2): a message of one byte that carries descriptors.
pub fn send_descriptors(socket: impl AsFd, descriptors: &[BorrowedFd<'_>]) -> Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
    let mut carried = SendAncillaryBuffer::new(&mut space);
    carried.push(SendAncillaryMessage::ScmRights(descriptors));
    rustix::net::sendmsg(socket, &[IoSlice::new(b"d")], &mut carried, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// The same with our standard input, output and error.
pub fn send_standard_streams(socket: impl AsFd) -> Result<()> {
    use rustix::stdio::{stderr, stdin, stdout};
    send_descriptors(socket, &[stdin(), stdout(), stderr()])
}

/// getsockopt(2) SO_PEERCRED: the process that has connected, by its number here, and its user.
pub fn peer_of(socket: impl AsFd) -> Result<(u32, u32)> {
    let peer = rustix::net::sockopt::socket_peercred(socket)?;
    Ok((peer.pid.as_raw_nonzero().get().unsigned_abs(), peer.uid.as_raw()))
}

/// recvmsg(2): the descriptors of the next message, closed on execve(2); none where the other end was closed.
pub fn receive_descriptors(socket: impl AsFd) -> Result<Vec<OwnedFd>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
    let mut carried = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    loop {
        let slices = &mut [IoSliceMut::new(&mut byte)];
        match rustix::net::recvmsg(socket.as_fd(), slices, &mut carried, RecvFlags::CMSG_CLOEXEC) {
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => break,
        }
    }
    let rights = carried.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
        _ => None,
    });
    Ok(rights.flatten().collect())
}

/// poll(2): the process at the other end has closed it, or has ended.
pub fn has_hung_up(socket: impl AsFd) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec};
    let mut wanted = [PollFd::new(&socket, PollFlags::RDHUP)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    !matches!(rustix::event::poll(&mut wanted, Some(&now)), Ok(0))
}

/// Closes every descriptor but the three standard ones: a program that starts us may have left some of its own open, a
/// directory of the host for example. Called before anything of ours is open.
pub fn close_inherited() -> Result<()> {
    use rustix::fs::{CWD, Mode, OFlags, RawDir};
    let directory =
        rustix::fs::openat(CWD, "/proc/self/fd", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let mut buffer = [MaybeUninit::uninit(); 2048];
    let mut entries = RawDir::new(&directory, &mut buffer);
    let mut foreign = Vec::new();
    while let Some(entry) = entries.next() {
        let number = entry?.file_name().to_str().ok().and_then(|name| name.parse::<i32>().ok());
        foreign.extend(number.filter(|number| *number > 2 && *number != directory.as_raw_fd()));
    }
    for number in foreign {
        let _ = nix::unistd::close(number);
    }
    Ok(())
}

/// fstat(2): the standard input, output or error (0, 1, 2) that is a directory. Through it one can leave any root.
pub fn standard_directory() -> Option<u8> {
    let (input, output, error) = (rustix::stdio::stdin(), rustix::stdio::stdout(), rustix::stdio::stderr());
    let is_directory = |fd: BorrowedFd<'_>| {
        rustix::fs::fstat(fd).is_ok_and(|found| rustix::fs::FileType::from_raw_mode(found.st_mode).is_dir())
    };
    [input, output, error].into_iter().zip(0..).find(|(fd, _)| is_directory(*fd)).map(|(_, n)| n)
}

/// dup2(2): from now on this is the standard input.
pub fn use_as_input(descriptor: impl AsFd) -> Result<()> {
    Ok(rustix::stdio::dup2_stdin(descriptor)?)
}

/// The network namespace of this process, to be handed to another.
pub fn own_network() -> Result<OwnedFd> {
    use rustix::fs::{CWD, Mode, OFlags};
    Ok(rustix::fs::openat(CWD, "/proc/self/ns/net", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?)
}

impl Sys {
    /// setns(2) with CLONE_NEWNET.
    pub fn enter_network(&mut self, namespace: &OwnedFd) -> std::result::Result<(), CallError> {
        let outcome = rustix::thread::move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network));
        self.note_zero("setns", || format!("{}, CLONE_NEWNET", namespace.as_raw_fd()), outcome)
    }
}
