//! `layout DIR NAME…`: a directory is an image layout with images of these names, and each is what it says.

use crate::check::bench::{quote, shown};
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::event::Kind;
use crate::image::{Layout, check};

pub(super) const KIND: CheckKind = CheckKind {
    name: "layout",
    operands: "DIR NAME…",
    arity: (2, usize::MAX),
    says: "DIR is an image layout; its index has these images, and every blob of them is what it says",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (directory, wanted) = (&operands[0], &operands[1..]);
    match bench.entry(directory)? {
        None => return Ok(bench.missing(directory, "a directory")),
        Some(entry) if entry.kind != Kind::Directory => {
            return Ok(bench.another_kind(directory, &entry.kind, "a directory", ""));
        }
        Some(_) => {}
    }
    let name = shown(directory);
    let fails = |sentence: String, rank: Rank, expected: &str, found: &str, means: &str| {
        let next = format!("see what is not in order: layerlab image check {}", quote(&name));
        Outcome::fails(sentence, bench.about(Fault::new(rank, expected, found).means(means).next(next), &[directory]))
    };
    let layout = Layout::at(&bench.path(directory));
    let (index, report) = match layout.index().and_then(|index| Ok((index, check(&layout)?))) {
        Ok(found) => found,
        Err(error) => {
            let expected = "oci-layout, index.json and blobs, each as the specification has it";
            let sentence = format!("{name} is no image layout");
            return Ok(fails(sentence, Rank::Wrong, expected, &reason(&error.to_string()), ""));
        }
    };
    let names: Vec<&str> = index.manifests.iter().filter_map(|image| image.name()).collect();
    if let Some(missing) = wanted.iter().find(|wanted| !names.contains(&wanted.as_str())) {
        let means = "An image is found by its entry in index.json; the name stands there in an annotation.";
        let sentence = format!("{name} has no image {missing}");
        return Ok(fails(sentence, Rank::Wrong, missing, &names.join(", "), means));
    }
    if let Some(finding) = report.findings.iter().find(|finding| wanted.contains(&finding.image)) {
        let means = "A descriptor tells kind, digest and size of a blob, and the blob's file has its digest as its name: \
            one of them does not fit the bytes that are there.";
        let sentence = format!("{} in {name} is not what it says", finding.image);
        return Ok(fails(sentence, Rank::Wrong, "that all digests and sizes fit", &reason(&finding.what), means));
    }
    Ok(Outcome::holds(format!("{name} has {}, and each is what it says", wanted.join(" and "))))
}

/// Of the lines of a failure the one that says why.
fn reason(failure: &str) -> String {
    let why = failure.lines().find_map(|line| line.trim_start().strip_prefix("why "));
    why.or(failure.lines().next()).unwrap_or_default().trim().to_string()
}
