//! Of several faults: which came first, and which merely follow from it.

use crate::check::{CheckLine, Fault, Outcome, Rank};
use crate::event::{Broken, Verdict};
use std::path::Path;

/// Puts outcomes into the order in which they are best told: what holds, then the causes with the gravest first, then
/// what follows from them.
pub fn conclude(outcomes: Vec<(&CheckLine, Outcome)>) -> Vec<Verdict> {
    let mut held = Vec::new();
    let mut failed = Vec::new();
    for (line, outcome) in outcomes {
        match outcome.fault {
            None => held.push(Verdict { check: line.source.clone(), sentence: outcome.sentence, broken: None }),
            Some(fault) => failed.push((line, outcome.sentence, fault)),
        }
    }
    // Stable: of two that are equally grave the lesson's order decides.
    failed.sort_by_key(|(_, _, fault)| fault.rank);
    // Whoever mounts with a wrong layer touches it without knowing: then the mount is the cause.
    let (mut causes, failed) = partition(failed);
    let mut consequences = Vec::new();
    for (line, sentence, fault) in failed {
        match causes.iter().position(|(_, said, cause)| follows(said, cause, &sentence, &fault)) {
            Some(cause) => consequences.push((line, sentence, fault, cause)),
            None => causes.push((line, sentence, fault)),
        }
    }
    let first_cause = held.len();
    let mut verdicts = held;
    for (line, sentence, fault) in causes {
        verdicts.push(verdict(line, sentence, fault, None));
    }
    for (line, sentence, fault, cause) in consequences {
        verdicts.push(verdict(line, sentence, fault, Some(first_cause + cause)));
    }
    verdicts
}

type Failed<'l> = (&'l CheckLine, String, Fault);

/// Mounts with another upper layer that was touched so, and everything else.
fn partition(failed: Vec<Failed<'_>>) -> (Vec<Failed<'_>>, Vec<Failed<'_>>) {
    let harmed: Vec<_> =
        failed.iter().filter(|(_, _, fault)| fault.rank == Rank::Harm).flat_map(|f| f.2.about.clone()).collect();
    failed.into_iter().partition(|(_, _, fault)| {
        fault.rank == Rank::Layers && fault.about.iter().any(|layer| harmed.iter().any(|path| path.starts_with(layer)))
    })
}

fn verdict(line: &CheckLine, sentence: String, fault: Fault, follows: Option<usize>) -> Verdict {
    let Fault { expected, found, means, next, .. } = fault;
    Verdict { check: line.source.clone(), sentence, broken: Some(Broken { expected, found, means, next, follows }) }
}

/// Whether a fault would not be there without another one that is at least as grave.
fn follows(cause_sentence: &str, cause: &Fault, sentence: &str, fault: &Fault) -> bool {
    if cause_sentence == sentence {
        return true;
    }
    // What does not work does so because of whatever is wrong, but for what was touched beside it.
    if fault.rank == Rank::Effect {
        return !matches!(cause.rank, Rank::Harm | Rank::Effect);
    }
    let below = |above: &Path| fault.about.iter().any(|path| path.starts_with(above));
    match cause.rank {
        // What was touched is missed, or seen, under the same name elsewhere in the union.
        Rank::Harm => cause.names.iter().any(|harmed| fault.names.iter().any(|name| name.starts_with(harmed))),
        // Whatever should be seen at a mount point, and whatever the mount should be like.
        Rank::Mount | Rank::Layers => cause.about.iter().any(|mountpoint| below(mountpoint)),
        // What can still be seen was not whited out; what is not there has no mode; and so on.
        Rank::Wrong | Rank::Surplus | Rank::Missing | Rank::Content => {
            cause.about.iter().any(|path| below(path))
                || fault.rank != Rank::Content && cause.names.iter().any(|name| fault.names.contains(name))
        }
        Rank::Relation | Rank::Effect => false,
    }
}
