//! `trees` beside real engines: containers of Docker's, podman's and containerd's, held to what the engine itself says of
//! them. They need root and Debian's packages docker.io, podman, containerd and busybox-static, so they are run by whoever
//! asks for them: `cargo test --test all engines:: -- --ignored`, 30 seconds.
//!
//! Each engine has its data in a directory of its own and lives in mount and PID namespaces that end with the test; its
//! cgroups are below one of the test's own, which is removed.

use crate::support::{self, text};
use layerlab::event::{Event, Kind, Lower, Observation, Row, State};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// What all engines begin with: `$1` is the program, `$2` a directory for everything. An image of three layers, of which
/// the second has a whiteout and the third an opaque directory, and what is done in a container of it.
const BEGIN: &str = r#"
    program=$1; d=$2; export LC_ALL=C.UTF-8; cd $d; mkdir -p base/bin base/etc base/dir base/proc base/sys base/dev base/tmp base/run build said
    { cp /bin/busybox base/bin && for tool in sh cat rm mkdir sleep mv; do ln base/bin/busybox base/bin/$tool; done
    echo one > base/etc/one; echo gone > base/etc/gone; echo old > base/dir/old; echo base > base/etc/base; ln -s one base/etc/link
    tar -C base -cf base.tar .; } || exit 9
    printf 'FROM localhost/base:1\nRUN rm /etc/gone; echo two > /etc/two\nRUN rm -r /dir; mkdir /dir; echo new > /dir/new\n' > build/Dockerfile
    change='echo more >> /etc/one; rm /etc/base; echo mine > /mine; mkdir /made; echo in > /made/in; rm -r /dir; mkdir /dir; echo newer > /dir/newer'
    parent=layerlab-test-$name
    until_it() { for n in $(seq 200); do "$@" > /dev/null 2>&1 && return; sleep 0.1; done; echo "never: $*" >&2; exit 9; }
    # What the container's own layer has, with all times. It is listed first, and with access times that are old.
    unchanged() {
        mapfile -d '' all < <(find "$1" -print0); touch -hac -d '2001-01-01' "${all[@]}"
        look() { stat -c '%n %f %i %u %g %s %h %x %y %z' "${all[@]}"; getfattr -dhm - "${all[@]}" 2> /dev/null; }
        look > said/before; "$program" trees "$2" --full > said/text || exit 9; look > said/after
        diff said/before said/after || exit 9
        find "$1" -type f -exec sha256sum {} + > said/sums; "$program" trees "$2" > /dev/null; sha256sum --quiet -c said/sums || exit 9
    }
    # The same, seen from a mount namespace that is older than the engine.
    unshare --mount --propagation private sleep 1000 & before=$!
    seen() {
        # Paths are told from the working directory.
        ask() { "$program" trees "$1" --full --json; }; export program; export -f ask
        (cd /usr; ask "$1") > said/trees && (cd /usr; ask "$2") > said/by-id && "$program" trees --all > said/all || exit 9
        nsenter --target $before --mount bash -c 'cd /usr; ask "$0"' "$1" > said/from-elsewhere || exit 9
        cmp said/trees said/from-elsewhere && cmp said/trees said/by-id || exit 9
        setpriv --reuid 1000 --regid 1000 --clear-groups "$program" trees "$1" 2> said/ordinary; echo $? >> said/ordinary
    }
"#;

const DOCKER: &str = r#"
    export DOCKER_HOST=unix://$d/socket DOCKER_BUILDKIT=0
    start() {
        dockerd --data-root $d/data --exec-root $d/exec -H $DOCKER_HOST --pidfile $d/pid --cgroup-parent /$parent --bridge none \
            --iptables=false --ip6tables=false --storage-driver $1 > $d/log 2>&1 & daemon=$!
        until_it docker version
        docker import base.tar localhost/base:1 && docker build --network none -t three build && docker run -d --name $2 --network none three sleep 1000 || exit 9
    }
    start overlay2 $name > said/build 2>&1; docker exec $name sh -c "$change"
    docker inspect $name --format '{{.GraphDriver.Data.UpperDir}}:{{.GraphDriver.Data.LowerDir}}' > said/layers
    docker diff $name > said/diff; find $(docker inspect $name --format '{{.GraphDriver.Data.MergedDir}}') -mindepth 1 -printf '%P\n' > said/merged
    seen $name $(docker inspect $name --format '{{.Id}}'); unchanged $(docker inspect $name --format '{{.GraphDriver.Data.UpperDir}}') $name
    docker rm -f $name > /dev/null; kill $daemon; wait $daemon
    start vfs $name >> said/build 2>&1; "$program" trees $name 2> said/none; docker rm -f $name > /dev/null; kill $daemon; wait $daemon
"#;

const PODMAN: &str = r#"
    podman() { command podman --root $d/data$1 --runroot $d/run$1 --tmpdir $d/tmp$1 --cgroup-manager cgroupfs --events-backend none --storage-driver "${@:2}"; }
    limits='--ulimit nofile=1024:1024 --ulimit nproc=1024:1024'
    start() {
        podman $1 $1 import base.tar localhost/base:1 &&
        podman $1 $1 build --layers --runtime runc --network none --cgroup-parent /$parent-build$1 $limits -t three -f build/Dockerfile build &&
        podman $1 $1 run --runtime runc -d --name $name --network none --cgroup-parent /$parent $limits three sleep 1000 || exit 9
    }
    start overlay > said/build 2>&1; podman overlay overlay exec $name sh -c "$change"
    inspect() { podman overlay overlay inspect $name --format "$1"; }
    inspect '{{.GraphDriver.Data.UpperDir}}:{{.GraphDriver.Data.LowerDir}}' > said/layers
    podman overlay overlay diff $name > said/diff; find $(inspect '{{.GraphDriver.Data.MergedDir}}') -mindepth 1 -printf '%P\n' > said/merged
    seen $name $(inspect '{{.Id}}'); unchanged $(inspect '{{.GraphDriver.Data.UpperDir}}') $name
    podman overlay overlay rm -f -t 0 $name > /dev/null
    start vfs >> said/build 2>&1; "$program" trees $name 2> said/none; podman vfs vfs rm -f -t 0 $name > /dev/null
"#;

const CONTAINERD: &str = r#"
    # podman makes the image.
    podman() { command podman --root $d/data --runroot $d/run --tmpdir $d/tmp --cgroup-manager cgroupfs --events-backend none --storage-driver overlay "$@"; }
    limits='--ulimit nofile=1024:1024 --ulimit nproc=1024:1024'
    { podman import base.tar localhost/base:1 && podman build --layers --runtime runc --network none --cgroup-parent /$parent-build$1 $limits -t three build &&
    podman save -o three.tar localhost/three; } > said/build 2>&1 || exit 9
    printf 'version = 2\nroot = "%s/root"\nstate = "%s/state"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "%s/socket"\n[ttrpc]\naddress = "%s/ttrpc"\n' $d $d $d $d > config.toml
    containerd --config config.toml > log 2>&1 & daemon=$!
    ctr() { command ctr -a $d/socket -n $parent "$@"; }
    until_it ctr version; ctr image import three.tar > said/import || exit 9
    ctr run -d --cgroup /$parent/$name localhost/three:latest $name sleep 1000 || exit 9
    ctr task exec --exec-id change $name sh -c "$change"
    ctr snapshot mounts /x $name | tr ', ' '\n\n' > said/mounts
    upper=$(sed -n s/^upperdir=//p said/mounts); echo $upper:$(sed -n s/^lowerdir=//p said/mounts) > said/layers
    find $d/state/io.containerd.runtime.v2.task/$parent/$name/rootfs -mindepth 1 -printf '%P\n' > said/merged
    seen $name $name; unchanged $upper $name
    ctr task kill -s 9 $name; sleep 0.5; ctr task rm $name; ctr container rm $name
    # native copies each layer.
    ctr run -d --snapshotter native --cgroup /$parent/$name localhost/three:latest $name sleep 1000 ||
        { ctr image unpack --snapshotter native localhost/three:latest; ctr run -d --snapshotter native --cgroup /$parent/$name localhost/three:latest $name sleep 1000; } >> said/build 2>&1
    "$program" trees $name 2> said/none; ctr task kill -s 9 $name; sleep 0.5; ctr task rm $name; kill $daemon; wait $daemon
"#;

/// Runs a script with an engine, and gives back the directory in which it noted what was said.
fn with(engine: &str, needs: &[&str], script: &str) -> Option<tempfile::TempDir> {
    if !support::is_root() {
        // These engines are root's.
        return None;
    }
    for program in needs {
        if text(Command::new("sh").args(["-c", "command -v \"$0\"", program])).code != Some(0) {
            support::skip(engine, &format!("there is no {program}"));
            return None;
        }
    }
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    // An ordinary user asks, too, and has to find the program.
    let program = tempfile::tempdir_in("/var/tmp").unwrap();
    std::fs::set_permissions(program.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::copy(support::program(), program.path().join("layerlab")).unwrap();
    let had: BTreeSet<_> = cgroups().into_iter().collect();
    let name = format!("student-{}", std::process::id());
    let words =
        ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c"];
    let script = format!("name={name}-{engine}\n{BEGIN}\n{script}\n exit 0");
    let ended = text(
        Command::new("unshare")
            .args(words)
            .args([&script, "bash"])
            .arg(program.path().join("layerlab"))
            .arg(folder.path()),
    );
    // What is left of the engine's cgroups is empty by now: all processes ended with their PID namespace.
    for left in cgroups().into_iter().rev().filter(|left| !had.contains(left)) {
        let is_the_engines = ["layerlab-test-", "libpod_parent", "/docker", "/buildkit"];
        if is_the_engines.iter().any(|word| left.contains(word)) {
            let _ = std::fs::remove_dir(left);
        }
    }
    let log = ["log", "said/build"].map(|file| std::fs::read_to_string(folder.path().join(file)).unwrap_or_default());
    assert_eq!(ended.code, Some(0), "{ended:#?}\n{}", log.join("\n"));
    Some(folder)
}

/// All cgroups, each behind the one that it is in.
fn cgroups() -> Vec<String> {
    let all = text(Command::new("find").args(["/sys/fs/cgroup", "-type", "d"])).stdout;
    let mut all: Vec<String> = all.lines().map(String::from).collect();
    all.sort();
    all
}

fn said(folder: &Path, file: &str) -> String {
    std::fs::read_to_string(folder.join("said").join(file)).unwrap()
}

/// The whole paths of rows.
fn paths(rows: &[Row]) -> Vec<(String, &Row)> {
    let mut at: Vec<String> = Vec::new();
    let path = |row| {
        let row: &Row = row;
        at.truncate(row.depth.into());
        at.push(row.name.to_string());
        (at.join("/"), row)
    };
    rows.iter().map(path).collect()
}

/// Compares what `trees` says with what the engine said.
fn is_as_the_engine_says(folder: &Path, engine: &str, has_init: bool) {
    let Ok(Event::Observation(seen)) = serde_json::from_str::<Event>(&said(folder, "trees")) else {
        panic!("no trees")
    };
    let Observation { overlays, .. } = seen;
    let [overlay] = overlays.as_slice() else { panic!("one overlay: {overlays:#?}") };
    assert_eq!(overlay.troubles, Vec::<String>::new());
    let upper = overlay.upper.as_ref().unwrap();
    let lowers: Vec<_> = overlay
        .lowers
        .iter()
        .map(|lower| match lower {
            Lower::Layer(layer) => layer,
            Lower::Folded { .. } => panic!("nothing is folded"),
        })
        .collect();
    // The layers are the engine's own, in their order, and are called what they are.
    let layers: Vec<String> = std::iter::once(upper)
        .chain(lowers.iter().copied())
        .map(|layer| layer.directory.as_ref().unwrap().to_string())
        .collect();
    assert_eq!(layers, said(folder, "layers").trim().split(':').collect::<Vec<_>>());
    let names: Vec<String> =
        std::iter::once(upper).chain(lowers.iter().copied()).map(|layer| layer.name.to_string()).collect();
    let init = if has_init { &["init"][..] } else { &[] };
    let expected: Vec<&str> =
        ["container"].iter().chain(init).chain(&["image layer 3", "image layer 2", "image layer 1"]).copied().collect();
    assert_eq!(names, expected);
    // The second layer has the whiteout, the third the opaque directory.
    let layer = |name: &str| lowers.iter().find(|layer| layer.name.to_string() == name).unwrap();
    let whited_out = paths(&layer("image layer 2").rows).into_iter().find(|(path, _)| path == "etc/gone").unwrap().1;
    assert!(matches!(whited_out.kind, Kind::Whiteout { .. }), "{whited_out:?}");
    let opaque = paths(&layer("image layer 3").rows).into_iter().find(|(path, _)| path == "dir").unwrap().1;
    assert!(matches!(opaque.states[..], [State::Opaque { .. }]), "{opaque:?}");
    // What is seen is what the kernel shows.
    let merged: BTreeSet<String> = paths(&overlay.merged).into_iter().map(|(path, _)| path).collect();
    assert_eq!(merged, said(folder, "merged").lines().map(String::from).collect());
    let from: Vec<String> = ["etc/two", "etc/link", "dir/newer", "mine", "etc/one"]
        .iter()
        .map(|wanted| {
            paths(&overlay.merged)
                .into_iter()
                .find(|(path, _)| path == wanted)
                .unwrap()
                .1
                .from
                .as_ref()
                .unwrap()
                .to_string()
        })
        .collect();
    assert_eq!(from, ["image layer 2", "image layer 1", "container", "container", "container"]);
    // What was changed is what the engine says was changed.
    if folder.join("said/diff").exists() {
        let changed: BTreeSet<String> = paths(&upper.rows)
            .into_iter()
            .map(|(path, row)| match &row.kind {
                Kind::Whiteout { .. } => format!("D /{path}"),
                // For podman an opaque directory is one that was deleted, and what it puts there itself is no change.
                _ if engine == "podman" && row.states.iter().any(|state| matches!(state, State::Opaque { .. })) => {
                    format!("D /{path}")
                }
                _ if row.states.contains(&State::Added) => format!("A /{path}"),
                _ => format!("C /{path}"),
            })
            .collect();
        // What an opaque directory hides stands nowhere in the upper.
        let diff: BTreeSet<String> =
            said(folder, "diff").lines().filter(|line| *line != "D /dir/new").map(String::from).collect();
        let podmans_own = ["A /etc/hosts", "A /etc/mtab", "C /run", "A /run/.containerenv"];
        let is_own = |line: &String| engine == "podman" && podmans_own.contains(&line.as_str());
        assert_eq!(changed.into_iter().filter(|line| !is_own(line)).collect::<BTreeSet<_>>(), diff);
    }
    let all = said(folder, "all");
    assert!(all.contains(&format!("{engine} container student-")), "{all}");
    let ordinary = said(folder, "ordinary");
    assert!(
        ordinary.contains("\n  call  ") && ordinary.contains("\n  why   ") && ordinary.contains("\n  fix   "),
        "{ordinary}"
    );
    assert!(ordinary.ends_with("\n3\n"), "{ordinary}");
    assert!(said(folder, "text").contains("image layer 3 ("));
    let none = said(folder, "none").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(none.contains("has no overlay, so there are no layers to be read"), "{none}");
}

#[test]
#[ignore = "it needs real engines"]
fn a_container_of_dockers() {
    let Some(folder) = with("docker", &["dockerd", "docker"], DOCKER) else { return };
    is_as_the_engine_says(folder.path(), "Docker", true);
}

#[test]
#[ignore = "it needs real engines"]
fn a_container_of_podmans() {
    let Some(folder) = with("podman", &["podman", "runc"], PODMAN) else { return };
    is_as_the_engine_says(folder.path(), "podman", false);
}

#[test]
#[ignore = "it needs real engines"]
fn a_container_of_containerds() {
    let Some(folder) = with("containerd", &["containerd", "ctr", "podman"], CONTAINERD) else { return };
    is_as_the_engine_says(folder.path(), "containerd", false);
}
