//! `hard-link PATH PATH`: two names of one file.

use crate::check::bench::{quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::event::Kind;

pub(super) const KIND: CheckKind =
    CheckKind { name: "hard-link", operands: "PATH PATH", arity: (2, 2), says: "both names are one file", run };

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (one, other) = (shown(&operands[0]), shown(&operands[1]));
    let mut inodes = Vec::new();
    for (path, first) in [(&operands[0], &other), (&operands[1], &one)] {
        match bench.entry(path)? {
            None => return Ok(bench.missing(path, "a regular file")),
            Some(entry) => match &entry.kind {
                Kind::File => inodes.push((entry.stamp.device, entry.stamp.inode)),
                Kind::Symlink { target } => {
                    let name = shown(path);
                    let fault = Fault::new(Rank::Wrong, "two names of one file", format!("a symbolic link to {target}"))
                        .means("A symbolic link is a file of its own that holds a path. A hard link is a second name of the same file.")
                        .next(format!("remove {} and make the link without -s", quote(&name)));
                    let sentence = format!("{name} is a symbolic link, not a second name of {first}");
                    return Ok(Outcome::fails(sentence, bench.about(fault, &[path])));
                }
                // Whiteouts share one inode, and are no links all the same.
                other => return Ok(bench.another_kind(path, other, "a regular file", "")),
            },
        }
    }
    if inodes[0] == inodes[1] {
        return Ok(Outcome::holds(format!("{one} and {other} are one file")));
    }
    let fault = Fault::new(Rank::Relation, "one inode", format!("inode {} and inode {}", inodes[0].1, inodes[1].1))
        .means("A copy has the same text today, but whoever writes to one name does not change the other.")
        .next(format!("look at the numbers: ls -li {} {}", quote(&one), quote(&other)));
    let sentence = format!("{one} and {other} are two files, not one");
    Ok(Outcome::fails(sentence, bench.about(fault, &[&operands[0], &operands[1]])))
}
