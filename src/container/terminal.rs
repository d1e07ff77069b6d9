//! The terminal of a container: a pseudoterminal of its own devpts. Its other end is handed to the CLI, which carries what is
//! typed and shown between both. So the container never holds the terminal that somebody sits at, and cannot type into it.

use crate::container::PARENT;
use crate::container::error::ContainerError;
use crate::container::plan::Plan;
use crate::ground::pass_through;
use crate::kernel::{
    Relay, TerminalState, new_session, open_terminal, receive_descriptors, send_descriptors, send_signal, use_terminal,
};
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// In PID 1: makes the terminal, hands its other end out, and lives on it.
pub(super) fn open(outside: OwnedFd) -> Result<(), ContainerError> {
    let broken =
        |error: std::io::Error| ContainerError::broken(format!("cannot make the container's terminal: {error}"));
    let (master, terminal) = open_terminal(Path::new("/dev/pts/ptmx")).map_err(broken)?;
    send_descriptors(&outside, &[master.as_fd()]).map_err(broken)?;
    drop(master);
    new_session().map_err(broken)?;
    use_terminal(&terminal).map_err(broken)
}

/// In the CLI: starts the container's parent, and carries between both terminals until it has ended.
pub(super) fn run(plan: &Plan) -> Result<u8, ContainerError> {
    let broken =
        |error: std::io::Error| ContainerError::broken(format!("cannot start the container's parent: {error}"));
    let state = TerminalState::of_output();
    let (ours, theirs) = UnixStream::pair().map_err(broken)?;
    let mut command = Command::new("/proc/self/exe");
    command.arg(PARENT).stdin(Stdio::from(OwnedFd::from(theirs)));
    let mut parent = command.spawn().map_err(broken)?;
    // Else our own copy of its end would keep it open.
    drop(command);
    // One that has ended already has said why.
    let _ = plan.send(&ours);
    let master = receive_descriptors(&ours).map_err(broken)?.pop();
    if let Some(master) = master {
        let relay = Relay::new(master).map_err(broken)?;
        relay.resize();
        let raw = state.map(|state| state.make_raw("", ""));
        carry(&relay, &parent);
        drop(raw);
    }
    let status = parent.wait().map_err(broken)?;
    Ok(super::parent::code(status))
}

/// Until the container has closed its terminal, which at the latest its end does.
fn carry(relay: &Relay, parent: &Child) {
    let mut waiting: Vec<u8> = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let Ok(happened) = relay.wait(!waiting.is_empty()) else { return };
        if happened.takes && !waiting.is_empty() {
            let taken = relay.write(&waiting);
            waiting.drain(..taken);
        }
        if happened.typed && waiting.is_empty() {
            match std::io::stdin().lock().read(&mut buffer) {
                Ok(length @ 1..) => {
                    let taken = relay.write(&buffer[..length]);
                    waiting.extend_from_slice(&buffer[taken..length]);
                }
                _ => return send_signal(parent.id(), TERMINATE),
            }
        }
        if happened.gone && !happened.typed {
            return send_signal(parent.id(), TERMINATE);
        }
        if let Some(signal) = happened.asked {
            send_signal(parent.id(), if signal == INTERRUPT { signal } else { TERMINATE });
        }
        if happened.shown {
            match relay.read(&mut buffer) {
                Ok(Some(length)) => {
                    let _ = pass_through(&buffer[..length]);
                }
                _ => return,
            }
        }
    }
}

const TERMINATE: u8 = 15;
const INTERRUPT: u8 = 2;
