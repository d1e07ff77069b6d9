//! `message-queue`: a System V message queue is in an IPC namespace of its own, and none in the session's.

use crate::check::own;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::kernel::message_queues;

pub(super) const KIND: CheckKind = CheckKind {
    name: "message-queue",
    operands: "",
    arity: (0, 0),
    says: "a message queue is in an IPC namespace of its own, and none in that of the session",
    run,
};

fn run(bench: &Bench, _: &[String]) -> Result<Outcome, Outcome> {
    let processes = bench.processes()?;
    if let Some(queue) = message_queues().unwrap_or_default().first() {
        let fault = Fault::new(Rank::Harm, "no message queue", format!("the message queue {queue}"))
            .means("It was made in the IPC namespace that the whole session shares, and stays there when its maker has ended.")
            .next(format!("ipcrm --queue-id {queue}; then unshare --ipc, and make it there"));
        return Ok(Outcome::fails("a message queue is in the IPC namespace of the session itself", fault));
    }
    let mut own = bench.witnesses()?.into_iter().filter(|running| processes.has_own(running, "ipc")).peekable();
    if own.peek().is_none() {
        return Ok(own::none(processes, &["ipc"]));
    }
    let queues = own.filter_map(|running| running.process.within("ipc", message_queues).ok()?.ok()).flatten();
    if queues.count() > 0 {
        return Ok(Outcome::holds("a message queue is in an IPC namespace of its own"));
    }
    let fault = Fault::new(Rank::Missing, "a message queue", "none")
        .means("A new IPC namespace begins empty: what is made outside is not seen in it.")
        .next("in the shell that unshare has opened: ipcmk --queue");
    Ok(Outcome::fails("no message queue is in the new IPC namespace", fault))
}
