//! Layers as engines lay them out, by hand and without any engine: links, relative paths, other mount namespaces, planted
//! links. `engines` holds the same to real ones.

use crate::support::{self, in_namespaces, is_in_three_lines, text};
use layerlab::event::{Event, LayerRole, Lower, Observation, Row, State};

/// A store as Docker and podman have it, below /mnt: three image layers with a whiteout and an opaque directory, a layer
/// called init, and a container's own; `o` are the options that an ordinary user needs.
const STORE: &str = r#"
    set -e; umask 022; o=$LAYERLAB_OVERLAY_OPTIONS; program=$1
    x=trusted; [ -z "$o" ] || x=user
    mount -t tmpfs -o strictatime tmpfs /mnt
    store=/mnt/data/overlay2; mkdir -p $store/l; cd $store
    layer() { mkdir -p $1/diff; ln -s ../$1/diff l/$2; }
    layer one AAA; layer two BBB; layer three CCC; layer c-init III; mkdir -p c/diff c/work c/merged
    mkdir one/diff/etc one/diff/dir one/diff/tmp one/diff/bin; cp /bin/busybox one/diff/bin
    echo one > one/diff/etc/one; echo gone > one/diff/etc/gone; echo old > one/diff/dir/old; ln -s etc/one one/diff/link
    mkdir two/diff/etc; mknod two/diff/etc/gone c 0 0; echo two > two/diff/etc/two
    mkdir three/diff/dir; setfattr -n $x.overlay.opaque -v y three/diff/dir; echo new > three/diff/dir/new
    : > c-init/diff/.dockerenv
    change() { echo more >> $1/etc/one; rm $1/etc/two; echo mine > $1/mine; ln -s mine $1/mylink; }
"#;

/// The last lines of a script: what `trees` says in JSON.
fn observed(script: &str) -> Observation {
    let ended = text(&mut in_namespaces(&format!("{STORE}\n{script}")));
    assert_eq!(ended.code, Some(0), "{script}\n{ended:?}");
    match serde_json::from_str(&ended.stdout) {
        Ok(Event::Observation(observation)) => observation,
        other => panic!("{other:?}\n{ended:?}"),
    }
}

fn layers(seen: &Observation) -> Vec<(String, Option<String>)> {
    let overlay = &seen.overlays[0];
    let lowers = overlay.lowers.iter().filter_map(|lower| match lower {
        Lower::Layer(layer) => Some(layer),
        Lower::Folded { .. } => None,
    });
    let all = overlay.upper.iter().chain(lowers);
    all.map(|layer| (layer.name.to_string(), layer.directory.as_ref().map(ToString::to_string))).collect()
}

fn row<'a>(rows: &'a [Row], name: &str) -> &'a Row {
    rows.iter().find(|row| row.name.to_string() == name).unwrap_or_else(|| panic!("no {name} in {rows:#?}"))
}

fn from(seen: &Observation, name: &str) -> String {
    row(&seen.overlays[0].merged, name).from.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// What is true of the store's container however it was mounted.
fn is_the_container(seen: &Observation) {
    let overlay = &seen.overlays[0];
    assert_eq!(overlay.troubles, Vec::<String>::new());
    let names = ["container", "init", "image layer 3", "image layer 2", "image layer 1"];
    let directories = ["c", "c-init", "three", "two", "one"].map(|id| format!("/mnt/data/overlay2/{id}/diff"));
    let expected = names.iter().zip(directories).map(|(name, directory)| (name.to_string(), Some(directory)));
    assert_eq!(layers(seen), expected.collect::<Vec<_>>());
    assert_eq!(overlay.upper.as_ref().unwrap().role, Some(LayerRole::Container));
    let given = ["one", "new", "mine", ".dockerenv"].map(|name| from(seen, name));
    assert_eq!(given, ["container", "image layer 3", "container", "init"]);
    let upper = &overlay.upper.as_ref().unwrap().rows;
    assert!(matches!(row(upper, "one").states[..], [State::CopiedUp { .. }]), "{upper:#?}");
    assert!(matches!(row(upper, "two").kind, layerlab::event::Kind::Whiteout { .. }), "{upper:#?}");
    let shown: Vec<String> = overlay.merged.iter().map(|row| row.name.to_string()).collect();
    assert!(!["two", "gone", "old"].iter().any(|hidden| shown.contains(&hidden.to_string())), "{shown:?}");
}

const SHOW: &str = "change c/merged; cd /usr; exec \"$program\" trees --json --full /mnt/data/overlay2/c/merged";

#[test]
fn links_of_an_engine_are_followed() {
    let options =
        "lowerdir=$store/l/III:$store/l/CCC:$store/l/BBB:$store/l/AAA,upperdir=$store/c/diff,workdir=$store/c/work$o";
    is_the_container(&observed(&format!("mount -t overlay overlay -o {options} $store/c/merged; {SHOW}")));
}

#[test]
fn relative_links_are_followed_from_where_the_mount_was_made() {
    let options = "lowerdir=l/III:l/CCC:l/BBB:l/AAA,upperdir=c/diff,workdir=c/work$o";
    is_the_container(&observed(&format!("mount -t overlay overlay -o {options} c/merged; {SHOW}")));
}

#[test]
fn relative_layers_are_found_beside_an_absolute_one_wherever_it_is_mounted() {
    // As containerd does with many layers.
    let seen = observed(
        "s=/mnt/io.containerd.snapshotter.v1.overlayfs/snapshots; mkdir -p $s/1/fs $s/2/fs $s/3/fs $s/3/work /mnt/run/rootfs; cd $s\n\
         echo 1 > 1/fs/one; echo 2 > 2/fs/two; mount -t overlay overlay -o lowerdir=2/fs:1/fs,upperdir=$s/3/fs,workdir=$s/3/work$o /mnt/run/rootfs\n\
         echo 3 > /mnt/run/rootfs/three; cd /; exec \"$program\" trees --json /mnt/run/rootfs",
    );
    assert_eq!(seen.overlays[0].troubles, Vec::<String>::new());
    let names: Vec<String> = layers(&seen).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["container", "image layer 2", "image layer 1"]);
    assert_eq!(["one", "two", "three"].map(|name| from(&seen, name)), ["image layer 1", "image layer 2", "container"]);
}

#[test]
fn who_stands_where_the_mount_was_made_sees_the_layers() {
    let seen = observed(
        "mkdir /mnt/elsewhere; mount -t overlay overlay -o lowerdir=l/CCC:l/AAA,upperdir=c/diff,workdir=c/work$o /mnt/elsewhere\n\
         exec \"$program\" trees --json /mnt/elsewhere",
    );
    assert_eq!(seen.overlays[0].troubles, Vec::<String>::new());
    assert_eq!(from(&seen, "new"), "image layer 2");
}

#[test]
fn a_planted_link_leads_nowhere() {
    let planted = [
        "ln -sfn /etc l/BBB",
        "ln -sfn ../../../../../../../etc l/BBB",
        "ln -sfn /proc/self/root/etc l/BBB",
        "mv two was-two; ln -s /etc two; mkdir -p /mnt/etc; ln -sfn ../two l/BBB",
        "rm -r two/diff; ln -s /etc two/diff",
    ];
    for plant in planted {
        let seen = observed(&format!(
            "mount -t overlay overlay -o lowerdir=l/III:l/CCC:l/BBB:l/AAA,upperdir=c/diff,workdir=c/work$o c/merged\n\
             change c/merged; {plant}; cd /usr; exec \"$program\" trees --json --full /mnt/data/overlay2/c/merged"
        ));
        let overlay = &seen.overlays[0];
        let told = overlay.troubles.iter().any(|trouble| {
            trouble.contains("/l/BBB leads out of /mnt/data/overlay2, and was not followed")
                || trouble.contains("/l/BBB could not be read: Too many levels of symbolic links")
        });
        assert!(told, "{plant}: {:?}", overlay.troubles);
        let all = serde_json::to_string(&overlay.lowers).unwrap();
        assert!(!all.contains("passwd"), "{plant}: {all}");
    }
}

#[test]
fn a_link_of_another_user_above_the_store_is_not_followed() {
    if !support::is_root() {
        // Everything is that user's own.
        return;
    }
    let mount = "mkdir /mnt/u; ln -s /mnt/data /mnt/u/link; s=/mnt/u/link/overlay2\n\
         mount -t overlay overlay -o lowerdir=$s/l/CCC:$s/l/BBB:$s/l/AAA,upperdir=$s/c/diff,workdir=$s/c/work c/merged";
    let seen = observed(&format!("{mount}; {SHOW}"));
    assert_eq!(seen.overlays[0].troubles, Vec::<String>::new());
    let seen = observed(&format!("{mount}; chown -h 1000:1000 /mnt/u/link; {SHOW}"));
    let troubles = &seen.overlays[0].troubles;
    assert!(troubles.iter().all(|trouble| trouble.contains("there is a link of another user")), "{troubles:?}");
    assert_eq!(troubles.len(), 4);
}

#[test]
fn looking_changes_nothing() {
    // Each access counts on this tmpfs. What is listed first is looked at afterwards without listing anything.
    let ended = text(&mut in_namespaces(&format!(
        "{STORE}\n mount -t overlay overlay -o lowerdir=l/III:l/CCC:l/BBB:l/AAA,upperdir=c/diff,workdir=c/work$o c/merged\n\
         change c/merged; mapfile -d '' all < <(find c/diff c-init three two one -print0)\n\
         for file in \"${{all[@]}}\"; do [ -f \"$file\" ] && cat \"$file\"; done > /dev/null; sleep 0.05\n\
         look() {{ stat -c '%n %f %i %u %g %s %h %x %y %z' \"${{all[@]}}\"; getfattr -dhm - \"${{all[@]}}\" 2> /dev/null; }}\n\
         look > /mnt/before; \"$program\" trees --full $store/c/merged > /mnt/said; look > /mnt/after\n\
         grep -q 'mylink -> mine' /mnt/said; diff /mnt/before /mnt/after"
    )));
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

/// A mount namespace in which the container's overlay is the root, below a program that is called like podman's.
const CONTAINER: &str = r#"
    cat > /mnt/looks-after <<'END'
cd /mnt/data/overlay2
unshare --mount --propagation private bash -c "$inside" & echo $! > /mnt/pid; wait
END
    export o inside; trap 'kill -9 $(cat /mnt/pid)' EXIT
    start() { (exec -a conmon bash /mnt/looks-after -c "$1" -n "$2") > /dev/null 2>&1 & }
    name=student-$$; id=$(printf '%s%064d' $$-a 0 | tr - f | head -c 64)
    ready() { for n in $(seq 500); do "$program" trees --all | grep -q "$1" && return; sleep 0.02; done; "$program" trees --all; exit 1; }
"#;

#[test]
fn a_container_is_found_by_its_name_or_its_id() {
    let inside = "mount -t overlay overlay -o lowerdir=l/III:l/CCC:l/BBB:l/AAA,upperdir=c/diff,workdir=c/work$o c/merged; cd c/merged\n\
         echo more >> etc/one; rm etc/two; echo mine > mine; pivot_root . tmp; exec /bin/busybox sh -c 'busybox umount -l /tmp; exec busybox sleep 1000'";
    for (said, expected) in [("$name", None), ("$id", None), ("${id%?}", None), ("$pid", None), ("nobody", Some(2))] {
        // The layers are not below this namespace's root: it is the outer one that sees them, where nothing is mounted.
        let script = format!(
            "{STORE}{CONTAINER}\n inside=$(cat <<'END'\n{inside}\nEND\n)\n start $id $name; ready $name\n\
             pid=$(cat /mnt/pid); cd /usr; \"$program\" trees --json --full {said}"
        );
        let ended = text(&mut in_namespaces(&script.replace("set -e;", "")));
        assert_eq!(ended.code, expected.or(Some(0)), "{said}: {ended:?}");
        match expected {
            None => {
                let Ok(Event::Observation(seen)) = serde_json::from_str(&ended.stdout) else { panic!("{ended:?}") };
                is_the_container(&seen);
                assert_eq!(seen.overlays[0].mountpoint.to_string(), "/");
            }
            Some(_) => {
                assert!(
                    ended.stderr.contains("no overlay is mounted on /usr/nobody, and no running container"),
                    "{ended:?}"
                );
                assert!(ended.stderr.contains("student-"), "{ended:?}");
            }
        }
    }
}

#[test]
fn a_container_without_an_overlay_has_no_layers() {
    let inside = "mount --bind one/diff one/diff; cd one/diff; pivot_root . tmp; exec /bin/busybox sh -c 'busybox umount -l /tmp; exec busybox sleep 1000'";
    let script = format!(
        "{STORE}{CONTAINER}\n inside=$(cat <<'END'\n{inside}\nEND\n)\n start $id $name\n\
         for n in $(seq 500); do \"$program\" trees $name 2>&1 | grep -q 'has no overlay' && break; sleep 0.02; done\n\
         \"$program\" trees $name"
    );
    let ended = text(&mut in_namespaces(&script.replace("set -e;", "")));
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.stderr.contains("podman container student-") && ended.stderr.contains(") has no overlay"),
        "{ended:?}"
    );
    assert!(ended.stderr.contains("a directory of tmpfs, into which every layer was copied"), "{ended:?}");
}

#[test]
fn who_may_not_look_is_told_so() {
    if !support::is_root() {
        // An ordinary user makes nothing here that is another user's.
        return;
    }
    let ended = text(&mut in_namespaces(&format!(
        "{STORE}\n mount -t overlay overlay -o lowerdir=l/CCC:l/AAA,upperdir=c/diff,workdir=c/work $store/c/merged; chmod 711 $store; chmod 700 $store/*\n\
         mkdir -m 755 /mnt/home; cp \"$program\" /mnt/home/layerlab; cd /\n\
         exec setpriv --reuid 1000 --regid 1000 --clear-groups env HOME=/mnt/home /mnt/home/layerlab trees $store/c/merged"
    )));
    assert_eq!(ended.code, Some(3), "{ended:?}");
    is_in_three_lines(&ended);
    assert!(ended.stderr.contains("EACCES") && ended.stderr.contains("sudo layerlab trees"), "{ended:?}");
}
