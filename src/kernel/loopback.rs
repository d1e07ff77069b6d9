//! The loopback interface of a network namespace (rtnetlink(7)), and files that take their content in one piece.

use crate::kernel::files::open_at;
use crate::kernel::strace;
use crate::kernel::sys::{CallError, Sys};
use rustix::fs::OFlags;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use std::os::fd::AsRawFd;
use std::path::Path;

impl Sys {
    /// openat(2) and write(2) of a file below /proc or /sys, which takes its content in one piece.
    pub fn write_proc(&mut self, file: impl AsRef<Path>, content: &str) -> Result<(), CallError> {
        let outcome = open_at(None, file.as_ref(), OFlags::WRONLY | OFlags::CLOEXEC, 0);
        let args = || format!("AT_FDCWD, {}, O_WRONLY|O_CLOEXEC", strace::path(file.as_ref()));
        let opened = self.note("openat", args, outcome, |fd| fd.as_raw_fd().into())?;
        let outcome = rustix::io::write(&opened, content.as_bytes());
        let args = || format!("{}, {}, {}", opened.as_raw_fd(), strace::buffer(content.as_bytes()), content.len());
        self.note("write", args, outcome, |written| *written as i64).map(drop)
    }

    /// sendto(2) of an RTM_NEWLINK message: interface 1, which is `lo` in every network namespace, goes up.
    pub fn raise_loopback(&mut self) -> Result<(), CallError> {
        let flags = SocketFlags::CLOEXEC;
        // Protocol 0 is NETLINK_ROUTE.
        let outcome = rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None);
        let args = || "AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE".to_string();
        let socket = self.note("socket", args, outcome, |fd| fd.as_raw_fd().into())?;
        let message = loopback_up();
        let outcome = rustix::net::send(&socket, &message, SendFlags::empty());
        let args = || {
            let header =
                "nlmsg_len=32, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK, nlmsg_seq=1, nlmsg_pid=0";
            let link = "ifi_family=AF_UNSPEC, ifi_type=ARPHRD_NETROM, ifi_index=if_nametoindex(\"lo\"), ifi_flags=IFF_UP, ifi_change=0x1";
            format!("{}, [{{{header}}}, {{{link}}}], 32, 0, NULL, 0", socket.as_raw_fd())
        };
        self.note("sendto", args, outcome, |sent| *sent as i64)?;
        let mut answer = [0_u8; 64];
        // The answer to an NLM_F_ACK is an error message whose number is 0 where all went well.
        let outcome =
            rustix::net::recv(&socket, &mut answer, RecvFlags::empty()).and_then(|_| {
                match i32::from_ne_bytes(answer[16..20].try_into().unwrap_or_default()) {
                    0 => Ok(()),
                    errno => Err(rustix::io::Errno::from_raw_os_error(-errno)),
                }
            });
        outcome.map_err(|errno| CallError::of("recvfrom", format!("{}, …", socket.as_raw_fd()), errno))
    }
}

/// struct nlmsghdr, then struct ifinfomsg, as linux/netlink.h and linux/rtnetlink.h lay them out.
fn loopback_up() -> [u8; 32] {
    const RTM_NEWLINK: u16 = 16;
    const REQUEST_ACK: u16 = 1 | 4;
    const UP: u32 = 1;
    let mut message = [0; 32];
    let mut put = |at: usize, bytes: &[u8]| message[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &32_u32.to_ne_bytes());
    put(4, &RTM_NEWLINK.to_ne_bytes());
    put(6, &REQUEST_ACK.to_ne_bytes());
    put(8, &1_u32.to_ne_bytes());
    put(20, &1_i32.to_ne_bytes());
    put(24, &UP.to_ne_bytes());
    put(28, &UP.to_ne_bytes());
    message
}
