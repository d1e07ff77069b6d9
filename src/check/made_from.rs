//! `made-from NAME BASE`: an image is another one and one layer more.

use crate::check::image::stored;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};

pub(super) const KIND: CheckKind = CheckKind {
    name: "made-from",
    operands: "NAME BASE",
    arity: (2, 2),
    says: "the image NAME has the layers of the image BASE, in their order, and one more on top",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let (name, base) = (&operands[0], &operands[1]);
    let layers = |name: &str| stored(bench, name).map(|(_, image)| image.config.rootfs.diff_ids);
    let (base_layers, own_layers) = (layers(base)?, layers(name)?);
    let fails = |sentence: String, found: &str, means: &str| {
        let expected = format!("the layers of {base}, and one more on top");
        let next = format!("compare them: layerlab image history {name}; layerlab image history {base}");
        Outcome::fails(sentence, Fault::new(Rank::Layers, expected, found).means(means).next(next))
    };
    let shared = own_layers.iter().zip(&base_layers).take_while(|(own, base)| own == base).count();
    if shared < base_layers.len() {
        let found = format!("{} layers, of which {shared} are those of {base}", own_layers.len());
        let means =
            "What a container changed makes sense above the layers that it was begun with, and above no others.";
        return Ok(fails(format!("{name} was not made from {base}"), &found, means));
    }
    let more = own_layers.len() - shared;
    if more == 0 {
        return Ok(fails(format!("{name} has the layers of {base}, and none more"), "no further layer", ""));
    }
    if more > 1 {
        return Ok(fails(format!("{name} has {more} layers more than {base}, not one"), &format!("{more} more"), ""));
    }
    Ok(Outcome::holds(format!("{name} is {base} and one layer more")))
}
