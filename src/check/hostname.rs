//! `hostname NAME`: in a UTS namespace of its own the machine has this name, and the session has the one that it had.

use crate::check::bench::{quote, shown};
use crate::check::own;
use crate::check::text::in_quotes;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::kernel::hostname;

pub(super) const KIND: CheckKind = CheckKind {
    name: "hostname",
    operands: "NAME",
    arity: (1, 1),
    says: "the host name is NAME in a UTS namespace of its own, and unchanged in the session",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let wanted = operands[0].as_str();
    let processes = bench.processes()?;
    let (now, before) = (hostname(), bench.host_at_start());
    if now != before {
        let fault = Fault::new(Rank::Harm, in_quotes(before), in_quotes(&now))
            .means("It was set in the UTS namespace that the whole session shares: all processes in it see it.")
            .next(format!(
                "give the session its name back, hostname {}, and unshare --uts before you set one",
                quote(before)
            ));
        return Ok(Outcome::fails("the host name of the session itself was changed", fault));
    }
    let own = bench.witnesses()?.into_iter().filter(|running| processes.has_own(running, "uts"));
    let names: Vec<String> = own.filter_map(|running| running.process.within("uts", hostname).ok()).collect();
    if names.iter().any(|name| name == wanted) {
        return Ok(Outcome::holds(format!("the host name is {} in a UTS namespace of its own", shown(wanted))));
    }
    let Some(found) = names.first() else { return Ok(own::none(processes, &["uts"])) };
    let fault = Fault::new(Rank::Content, in_quotes(wanted), in_quotes(found));
    let next = format!("in the shell that unshare has opened: hostname {}", quote(wanted));
    Ok(match found == before {
        true => Outcome::fails(
            "the new UTS namespace still has the host name of the session",
            fault.means("A new UTS namespace begins as a copy of the one that it was made from.").next(next),
        ),
        false => Outcome::fails(
            format!("the host name in the new UTS namespace is {}, not {}", shown(found), shown(wanted)),
            fault.next(next),
        ),
    })
}
