//! `image NAME`: the store of the exercise has an image of this name, and all of it is what it says.

use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::image::{Image, Store, check};

pub(super) const KIND: CheckKind = CheckKind {
    name: "image",
    operands: "NAME",
    arity: (1, 1),
    says: "there is an image of this name, and every blob of it is what it says",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let name = &operands[0];
    let (store, _) = stored(bench, name)?;
    let report = check(store.layout()).map_err(|error| unreadable(name, &error.to_string()))?;
    match report.findings.into_iter().find(|finding| finding.image == *name) {
        Some(finding) => Err(unreadable(name, &finding.what)),
        None => Ok(Outcome::holds(format!("the image {name} is there, and all of it is what it says"))),
    }
}

/// The store, and the image of this name.
pub(super) fn stored(bench: &Bench, name: &str) -> Result<(Store, Image), Outcome> {
    let store = Store::read(bench.images()).map_err(|error| unreadable(name, &error.to_string()))?;
    if !store.has_named(name) {
        let images = store.layout().index().map(|index| index.manifests).unwrap_or_default();
        let names: Vec<&str> = images.iter().filter_map(|image| image.name()).collect();
        let found = if names.is_empty() { "no image that has a name".to_string() } else { names.join(", ") };
        let fault = Fault::new(Rank::Missing, name, found)
            .means("An image without a tag gets the tag latest.")
            .next("look at all of them: layerlab image ls");
        return Err(Outcome::fails(format!("no image is called {name}"), fault));
    }
    let image = store.find(name).map_err(|error| unreadable(name, &error.to_string()))?;
    Ok((store, image))
}

fn unreadable(name: &str, why: &str) -> Outcome {
    // The first line of a failure says what could not be done.
    let found = why.lines().next().unwrap_or_default();
    let fault = Fault::new(Rank::Wrong, "that every digest is that of its bytes", found)
        .means("A digest is computed from the bytes: where they differ, these are not the bytes that were meant.")
        .next("see what is not in order: layerlab image check");
    Outcome::fails(format!("the image {name} is not what it says"), fault)
}
