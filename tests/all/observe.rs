//! What is read from the kernel: every kind of entry a layer may hold, through `layerlab trees --json` on overlays that
//! mount(8) made.

use crate::support;
use crate::support::{in_namespaces, text};
use layerlab::event::{Content, Event, Kind, Lower, Observation, Overlay, Row, State, WhiteoutForm};

/// Runs a script that mounts an overlay on /mnt/m; returns what `trees` says of it.
fn trees(script: &str, flags: &str) -> Observation {
    let prefix = if support::is_root() { "trusted" } else { "user" };
    let whole = format!(
        "set -e; x={prefix}.overlay; mount -t tmpfs tmpfs /mnt; cd /mnt; mkdir l1 l2 l3 u w m\n\
         overlay() {{ mount -t overlay overlay -o \"$1$LAYERLAB_OVERLAY_OPTIONS\" m; }}\n{script}\n\"$1\" trees /mnt/m --json {flags}"
    );
    let ended = text(&mut in_namespaces(&whole));
    assert_eq!(ended.code, Some(0), "{script}\n{}", ended.stderr);
    match serde_json::from_str(&ended.stdout).unwrap() {
        Event::Observation(observation) => observation,
        other => panic!("{other:?}"),
    }
}

fn overlay(script: &str) -> Overlay {
    trees(script, "").overlays.remove(0)
}

/// The row at a path.
fn row<'a>(rows: &'a [Row], path: &str) -> &'a Row {
    let mut at: Vec<String> = Vec::new();
    rows.iter()
        .find(|row| {
            at.truncate(row.depth.into());
            at.push(row.name.to_string());
            at.join("/") == path
        })
        .unwrap_or_else(|| panic!("no row {path} in {rows:#?}"))
}

fn upper(overlay: &Overlay) -> &[Row] {
    &overlay.upper.as_ref().unwrap().rows
}

fn names(names: &[layerlab::ground::Name]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

const MOUNT: &str = "overlay lowerdir=l1:l2:l3,upperdir=u,workdir=w";

#[test]
fn what_happened_to_each_entry_of_the_upper() {
    let seen = overlay(&format!(
        "mkdir l1/dir l1/kept; for f in a b c d; do echo $f > l1/$f; done; echo in > l1/dir/in; echo k > l1/kept/k\n{MOUNT}\n\
         echo more >> m/a; chmod 600 m/b; rm m/c; echo new > n; mv n m/d; touch m/own; rm -r m/dir; mkdir m/dir; echo 2 > m/kept/l"
    ));
    let states = |path| &row(upper(&seen), path).states[..];
    assert_eq!(states("a"), [State::CopiedUp { content: Content::Changed, metadata_changed: true }]);
    assert_eq!(states("b"), [State::CopiedUp { content: Content::Same, metadata_changed: true }]);
    assert_eq!(row(upper(&seen), "c").kind, Kind::Whiteout { form: WhiteoutForm::Device });
    assert_eq!(states("d"), [State::Replaced]);
    assert_eq!(states("own"), [State::Added]);
    assert!(matches!(states("dir"), [State::Opaque { xattr }] if xattr.ends_with(".overlay.opaque")));
    assert!(matches!(states("kept"), [State::CopiedUp { content: Content::NotCompared, .. }]));
    assert_eq!(row(&seen.merged, "a").hides.len(), 1);
    assert_eq!(row(&seen.merged, "kept").with.len(), 1);
    assert_eq!(seen.troubles, Vec::<String>::new());
}

#[test]
fn nothing_notes_whether_one_of_several_names_was_copied_up() {
    let seen = overlay(&format!("echo one > l1/a; ln l1/a l1/b\n{MOUNT},index=off\necho more >> m/a"));
    assert_eq!(row(upper(&seen), "a").states, [State::CopiedOrReplaced]);
}

#[test]
fn a_whiteout_may_be_an_empty_file_with_an_attribute() {
    let seen = overlay(&format!(
        "echo 2 > l2/gone; touch l1/gone l1/empty; setfattr -n $x.whiteout -v y l1/gone; setfattr -n $x.opaque -v x l1\n{MOUNT}"
    ));
    let Lower::Layer(first) = &seen.lowers[0] else { panic!("a layer") };
    assert_eq!(row(&first.rows, "gone").kind, Kind::Whiteout { form: WhiteoutForm::Xattr });
    assert_eq!(row(&first.rows, "empty").kind, Kind::File);
    assert!(seen.merged.iter().all(|row| row.name.to_string() != "gone"), "{:#?}", seen.merged);
    assert_eq!(seen.troubles, Vec::<String>::new());
}

#[test]
fn the_first_layer_that_has_a_name_gives_it() {
    let seen = overlay(&format!(
        "echo 1 > l1/same; echo 2 > l2/same; echo 3 > l3/same\n\
         mknod l2/deleted c 0 0; echo 3 > l3/deleted\n\
         mkdir l1/mixed l3/mixed; touch l1/mixed/one l3/mixed/three; touch l2/mixed\n\
         touch l1/file; mkdir l2/file; touch l2/file/below\n{MOUNT}"
    ));
    let same = row(&seen.merged, "same");
    assert!(same.from.as_ref().unwrap().to_string().ends_with("l1"));
    assert_eq!(names(&same.hides).len(), 2);
    assert!(seen.merged.iter().all(|row| row.name.to_string() != "deleted"));
    // A file between two directories ends the upper one: the lowest is never seen.
    let mixed = row(&seen.merged, "mixed");
    assert!(mixed.with.is_empty() && names(&mixed.hides)[0].ends_with("l2"), "{mixed:?}");
    assert!(seen.merged.iter().all(|row| row.name.to_string() != "three"));
    assert_eq!(row(&seen.merged, "file").kind, Kind::File);
    assert_eq!(seen.troubles, Vec::<String>::new());
}

#[test]
fn renamed_directories_and_metadata_alone() {
    if !support::is_root() {
        // userxattr excludes redirect_dir and metacopy: there is nothing to see for an ordinary user.
        return;
    }
    let seen = overlay(&format!(
        "mkdir -p l1/old l2/old; echo 1 > l1/old/one; echo 2 > l2/old/two; echo content > l3/big\n{MOUNT},redirect_dir=on,metacopy=on\n\
         rename.ul old new m/old; chmod 600 m/big"
    ));
    assert!(row(upper(&seen), "new").states.iter().any(|state| matches!(state, State::Redirect { .. })), "{seen:#?}");
    assert!(row(upper(&seen), "big").states.contains(&State::Metacopy), "{seen:#?}");
    assert!(row(&seen.merged, "new/two").from.as_ref().unwrap().to_string().ends_with("l2"));
    assert_eq!(seen.troubles, Vec::<String>::new());
}

#[test]
fn names_of_any_bytes_are_one_line_each() {
    let seen = overlay(&format!("touch l1/$'two\\nlines' l1/$'not \\xff utf-8' 'l1/with space' l1/层\n{MOUNT}"));
    let shown: Vec<String> = seen.merged.iter().map(|row| row.name.to_string()).collect();
    assert_eq!(shown, ["not \\377 utf-8", "two\\nlines", "with space", "层"]);
    assert_eq!(seen.troubles, Vec::<String>::new());
}

#[test]
fn layers_with_separators_in_their_names_are_found() {
    let seen = overlay(
        "mkdir 'a b' 'c:d' 'e,f' 'g\\h'; touch 'a b/1' 'c:d/2' 'e,f/3' 'g\\h/4'\n\
         overlay 'lowerdir=a b:c\\:d:e\\,f:g\\\\h,upperdir=u,workdir=w'",
    );
    let layers: Vec<String> = seen
        .lowers
        .iter()
        .map(|lower| match lower {
            Lower::Layer(layer) => layer.name.to_string(),
            Lower::Folded { .. } => panic!("nothing is folded"),
        })
        .collect();
    assert_eq!(layers, ["a b", "c:d", "e,f", "g\\\\h"]);
    assert_eq!(seen.merged.len(), 4);
    assert_eq!(seen.troubles, Vec::<String>::new());
}

#[test]
fn five_hundred_layers_are_folded_and_unfold() {
    let script = "for n in $(seq 500); do mkdir $n; echo $n > $n/file-$n; done; overlay lowerdir=$(seq -s : 500),upperdir=u,workdir=w";
    let seen = overlay(script);
    let folded: u64 =
        seen.lowers.iter().map(|lower| if let Lower::Folded { layers, .. } = lower { *layers } else { 0 }).sum();
    assert_eq!(folded + seen.lowers.len() as u64 - 1, 500);
    assert!(seen.merged.len() < 60, "{}", seen.merged.len());
    let full = trees(script, "--full").overlays.remove(0);
    assert_eq!((full.lowers.len(), full.merged.len()), (500, 500));
    assert_eq!(full.troubles, Vec::<String>::new());
}

#[test]
fn a_hundred_thousand_files_are_counted_and_what_is_in_the_upper_is_shown() {
    let seen = overlay(&format!(
        "for d in $(seq 100); do mkdir l1/d$d; (cd l1/d$d; seq 1000 | xargs touch); done\n{MOUNT}\necho x > m/d50/500"
    ));
    let counted: u64 =
        seen.merged.iter().map(|row| if let Kind::Folded { entries } = row.kind { entries } else { 1 }).sum();
    assert_eq!(counted, 100_100);
    assert!(seen.merged.len() < 100, "{}", seen.merged.len());
    assert_eq!(
        row(upper(&seen), "d50/500").states,
        [State::CopiedUp { content: Content::Changed, metadata_changed: true }]
    );
}

#[test]
fn relative_layers_are_found_from_above_the_mount_point() {
    // As Docker does: it stands in its own directory when it mounts, and nobody records which that was.
    let script = "mkdir -p store/l/ABC store/l/DEF store/c/u store/c/w store/c/m; echo 1 > store/l/ABC/one; cd store\n\
        mount -t overlay overlay -o lowerdir=l/ABC:l/DEF,upperdir=c/u,workdir=c/w$LAYERLAB_OVERLAY_OPTIONS c/m; cd /\n\
        exec \"$1\" trees /mnt/store/c/m --json";
    let Ok(Event::Observation(seen)) = serde_json::from_str(
        &text(&mut in_namespaces(&format!("set -e; mount -t tmpfs tmpfs /mnt; cd /mnt; {script}"))).stdout,
    ) else {
        panic!("an observation")
    };
    assert_eq!(seen.overlays[0].troubles, Vec::<String>::new());
    assert!(row(&seen.overlays[0].merged, "one").from.as_ref().unwrap().to_string().ends_with("store/l/ABC"));
}

#[test]
fn without_an_upper_it_is_read_only_and_a_mount_inside_is_not_entered() {
    let seen = overlay(
        "mkdir l1/inner; touch l2/file; overlay lowerdir=l1:l2; mount -t tmpfs tmpfs m/inner; touch m/inner/secret",
    );
    assert!(seen.read_only && seen.upper.is_none());
    assert!(seen.merged.iter().all(|row| row.name.to_string() != "secret"), "{:#?}", seen.merged);
}
