//! `marks PATH`: the overlay mounted there keeps its marks (origin of a copy, opaque) in attributes that whoever mounted it
//! may write: `user.overlay.*` for an ordinary user, `trusted.overlay.*` for root.

use crate::check::bench::{quote, shown};
use crate::check::mounted::not_mounted;
use crate::check::{Bench, CheckKind, Fault, Outcome, Rank};
use crate::ground::Role;
use crate::kernel::proc::Mount;
use crate::observe::FoundOverlay;

pub(super) const KIND: CheckKind = CheckKind {
    name: "marks",
    operands: "PATH",
    arity: (1, 1),
    says: "the overlay on PATH keeps its marks as all others here: an ordinary user's is mounted with userxattr",
    run,
};

fn run(bench: &Bench, operands: &[String]) -> Result<Outcome, Outcome> {
    let path = &operands[0];
    let (Some(overlay), Some(mount)) = (bench.overlay_on(path), bench.mount_on(path)) else {
        return Ok(not_mounted(bench, path));
    };
    if is_unmarked(bench, mount) {
        return Ok(unmarked(bench, &overlay, mount));
    }
    if bench.role() == Role::Root && mount.has_option("userxattr") {
        let fault = Fault::new(Rank::Layers, "no userxattr among its options", options(mount))
            .means("With it the kernel reads user.overlay attributes; what root has marked so far is marked by trusted.overlay ones, and is not seen.")
            .next(format!("umount {}, and mount it again without userxattr", quote(&shown(path))));
        return Ok(Outcome::fails(format!("{} is mounted with userxattr", shown(path)), bench.about(fault, &[path])));
    }
    Ok(Outcome::holds(format!("{} keeps its marks as all unions here", shown(path))))
}

/// Whether an ordinary user's overlay can keep no marks.
pub(super) fn is_unmarked(bench: &Bench, mount: &Mount) -> bool {
    bench.role() == Role::User && !mount.has_option("userxattr")
}

/// The outcome that says so.
pub(super) fn unmarked(bench: &Bench, overlay: &FoundOverlay, mount: &Mount) -> Outcome {
    let name = bench.name(&overlay.mountpoint);
    let fault = Fault::new(Rank::Layers, "userxattr among its options", options(mount))
        .means(
            "Without root the kernel cannot write its own attributes: no copy is marked, no directory becomes opaque, no \
             mark of an earlier mount is seen, and a directory that is not empty below cannot be deleted. With \
             userxattr it takes attributes that everybody may write.",
        )
        .next(format!("umount {}, and mount it again with userxattr behind the other options; then do once more what you did in it", quote(&name)));
    let layers = overlay.upper.iter().map(|upper| bench.name(upper));
    let names: Vec<String> = std::iter::once(name.clone()).chain(layers).collect();
    let fault = bench.about(fault, &names.iter().map(String::as_str).collect::<Vec<_>>());
    Outcome::fails(format!("{name} is mounted without userxattr"), fault)
}

fn options(mount: &Mount) -> String {
    String::from_utf8_lossy(&mount.super_options).into_owned()
}
