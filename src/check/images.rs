//! `images NAME…`: the store of the exercise has these images and no others, with a name or without one.

use crate::check::image::stored;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::image::Layout;

pub(super) const KIND: CheckKind = CheckKind {
    name: "images",
    operands: "NAME…",
    arity: (1, usize::MAX),
    says: "these images are there and no others, be it without a name",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let index = Layout::at(bench.images()).index().unwrap_or_default();
    let called = |name: Option<&str>| name.map_or("an image without a name".to_string(), str::to_string);
    let is_surplus = |name: Option<&str>| name.is_none_or(|name| !operands.iter().any(|wanted| wanted == name));
    let surplus = index.manifests.iter().map(|one| one.name()).filter(|name| is_surplus(*name));
    let surplus: Vec<String> = surplus.map(called).collect();
    let all = listed(operands);
    if surplus.is_empty() {
        let is_missing = |name: &&String| !index.manifests.iter().any(|one| one.name() == Some(name));
        operands.iter().find(is_missing).map_or(Ok(()), |name| stored(bench, name).map(|_| ()))?;
        return Ok(Outcome::holds(format!("there is no image but {all}")));
    }
    let is = if surplus.len() == 1 { "is" } else { "are" };
    let found = index.manifests.iter().map(|one| called(one.name())).collect::<Vec<_>>();
    let fault = Fault::new(Rank::Surplus, all, listed(&found))
        .means("An image goes with its last name. One that has none is removed by its ID.")
        .next("look at all of them: layerlab image ls");
    Ok(Outcome::fails(format!("{} {is} still there", listed(&surplus)), fault))
}

/// `a`, `a and b`, `a, b and c`
fn listed(names: &[String]) -> String {
    match names {
        [] => "no image".to_string(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}
