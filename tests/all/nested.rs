//! Shells that lines open, and what the tables and trees show of them from outside.

use crate::support;
use layerlab::action::CommandLine;
use layerlab::event::{Change, Mark, Observation, Panel, PanelKind, State};
use layerlab::ground::{CgroupVersion, Role};
use layerlab::stage::{Ran, Stage, StageNeeds};

struct Run(Stage);

impl Run {
    fn start() -> Run {
        Run::with(StageNeeds::default())
    }

    fn with(needs: StageNeeds) -> Run {
        let starting = Stage::spawn(&support::program(), support::scratch("layerlab-nested"), needs);
        let mut run = Run(starting.and_then(|starting| starting.wait()).unwrap_or_else(|error| panic!("{error}")));
        run.look();
        run
    }

    fn line(&mut self, line: &str) -> Ran {
        let line = match self.0.facts().role {
            Role::User => line.replace("workdir=work", "workdir=work,userxattr"),
            Role::Root => line.to_string(),
        };
        self.0.run(&CommandLine::parse(&line).unwrap()).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    #[track_caller]
    fn lines(&mut self, lines: &[&str]) -> String {
        let mut shown = String::new();
        for line in lines {
            let ran = self.line(line);
            shown.push_str(&String::from_utf8_lossy(&ran.shown));
            assert_eq!(ran.status, 0, "{line}: {shown}");
        }
        shown
    }

    #[track_caller]
    fn refused(&mut self, line: &str) -> String {
        let ran = self.line(line);
        assert_ne!(ran.status, 0, "{line}");
        String::from_utf8_lossy(&ran.shown).into_owned()
    }

    fn look(&mut self) -> Observation {
        let all: Vec<PanelKind> = PanelKind::ALL.iter().map(|(_, kind)| *kind).collect();
        self.0.begin_observing(false, &all).unwrap();
        self.0.observed().unwrap()
    }
}

fn panel(observation: &Observation, kind: PanelKind) -> &Panel {
    observation.panels.iter().find(|panel| panel.kind == kind).unwrap()
}

#[track_caller]
fn row(observation: &Observation, kind: PanelKind, first: &str) -> (Vec<String>, Option<Mark>) {
    let panel = panel(observation, kind);
    let row =
        panel.rows.iter().find(|row| row.cells[0].text() == first).unwrap_or_else(|| panic!("{first}: {panel:#?}"));
    (row.cells.iter().map(|cell| cell.text().to_string()).collect(), row.mark)
}

#[test]
fn a_shell_has_the_namespaces_it_asked_for_until_it_ends() {
    let mut run = Run::start();
    assert_eq!(row(&run.look(), PanelKind::Namespaces, "uts").0[2], "the same");
    assert_eq!(run.lines(&["unshare --uts --ipc", "hostname box", "hostname"]), "box\n");
    let seen = run.look();
    for kind in ["uts", "ipc"] {
        let (cells, mark) = row(&seen, PanelKind::Namespaces, kind);
        assert!(cells[2] != "the same" && mark == Some(Mark::Changed), "{cells:?}");
    }
    assert_eq!(row(&seen, PanelKind::Namespaces, "net").0[2], "the same");
    run.lines(&["exit"]);
    assert_eq!(row(&run.look(), PanelKind::Namespaces, "uts").0[2], "the same");
    assert_ne!(run.lines(&["hostname"]), "box\n");
    assert_eq!(run.refused("exit"), "exit: there is no shell to leave: none was opened\n");
}

#[test]
fn limits_and_use_stand_in_a_table_whatever_cgroup_namespace_a_shell_has() {
    if !support::cgroups::can_be_had("the table of cgroups") {
        return;
    }
    let mut run = Run::with(StageNeeds { cgroups: true, ..StageNeeds::default() });
    let version = run.0.facts().cgroup_version().unwrap();
    let (place, tree) = match version {
        CgroupVersion::One => ("is in /", "pids"),
        CgroupVersion::Two => ("is in /stage", "all"),
    };
    assert_eq!(row(&run.look(), PanelKind::Cgroup, "this shell").0[1], place);
    match version {
        CgroupVersion::One => run.lines(&["mkdir pids", "mount -t cgroup -o pids cgroup pids"]),
        CgroupVersion::Two => {
            run.lines(&["mkdir all", "mount -t cgroup2 cgroup2 all", "echo +pids > all/cgroup.subtree_control"])
        }
    };
    run.lines(&[&format!("mkdir {tree}/box")]);
    assert_eq!(row(&run.look(), PanelKind::Cgroup, "box").0[1], "no limit");
    run.lines(&[&format!("echo 5 > {tree}/box/pids.max")]);
    assert_eq!(row(&run.look(), PanelKind::Cgroup, "box: processes").0, ["box: processes", "5", "0"]);
    // In a cgroup namespace of its own a shell calls its place the root; the table tells it as the run sees it.
    run.lines(&["unshare --cgroup", "readlink /proc/self/ns/cgroup"]);
    let seen = run.look();
    assert_eq!(row(&seen, PanelKind::Cgroup, "this shell").0[1], place);
    assert_eq!(row(&seen, PanelKind::Cgroup, "box: processes").0[1], "5");
    let (cells, _) = row(&seen, PanelKind::Namespaces, "cgroup");
    assert_ne!(cells[2], "the same");
    run.lines(&["exit", &format!("rmdir {tree}/box")]);
    assert_eq!(panel(&run.look(), PanelKind::Cgroup).rows.iter().filter(|row| row.mark != Some(Mark::Gone)).count(), 1);
}

#[test]
fn every_layer_of_the_stored_images_is_a_row_that_names_whose_it_is() {
    let mut run = Run::start();
    assert_eq!(panel(&run.look(), PanelKind::Image).rows, []);
    run.lines(&["mkdir one two", "echo 1 > one/a", "echo 2 > two/b", "layerlab image commit one base:1"]);
    let archives = |run: &mut Run| {
        let found = run.lines(&["sh -c 'grep -rl ustar images/blobs | xargs sha256sum | cut -c 1-12 | sort'"]);
        found.lines().map(str::to_string).collect::<Vec<_>>()
    };
    // Of the blobs the layers alone are archives.
    let base = archives(&mut run).remove(0);
    let (cells, mark) = row(&run.look(), PanelKind::Image, &base);
    assert_eq!((cells, mark), ([&base, &base, "2560", "base:1"].map(str::to_string).to_vec(), Some(Mark::New)));
    run.lines(&["layerlab image commit --base base:1 two app"]);
    let seen = run.look();
    let (cells, mark) = row(&seen, PanelKind::Image, &base);
    assert_eq!((cells[3].as_str(), mark), ("base:1, app", Some(Mark::Changed)));
    let rows = &panel(&seen, PanelKind::Image).rows;
    let cells: Vec<&str> = rows[1].cells.iter().map(|cell| cell.text()).collect();
    let other = archives(&mut run).into_iter().find(|found| *found != base).unwrap();
    // The lowest first; what it is together with those below it is called by another number than it alone.
    assert_eq!((rows.len(), rows[1].mark, &cells[1..]), (2, Some(Mark::New), &[other.as_str(), "2560", "app"][..]));
    assert!(cells[0] != other && cells[0].len() == 12, "{cells:?}");
    run.lines(&["layerlab image rm app", "sh -c 'for blob in images/blobs/sha256/*; do echo x >> $blob; done'"]);
    assert_eq!(row(&run.look(), PanelKind::Image, "base:1").0, ["base:1", "cannot be read", "", ""]);
    run.lines(&["sh -c 'echo x > images/index.json'"]);
    assert_eq!(row(&run.look(), PanelKind::Image, "index.json").0, ["index.json", "cannot be read", "", ""]);
}

#[test]
fn in_a_pid_namespace_the_shell_is_number_one() {
    let mut run = Run::start();
    assert_eq!(run.lines(&["unshare --pid --fork --mount-proc", "readlink /proc/self"]), "2\n");
    let seen = run.look();
    let processes = &panel(&seen, PanelKind::Processes).rows;
    let inside: Vec<_> = processes.iter().map(|row| (row.cells[1].text(), row.cells[2].text())).collect();
    assert_eq!(inside, [("-", "bash"), ("-", "unshare"), ("1", "bash")]);
    // A shell within the shell is one more process there.
    assert_eq!(run.lines(&["unshare --uts", "hostname deeper", "hostname"]), "deeper\n");
    assert!(panel(&run.look(), PanelKind::Processes).rows.iter().any(|row| row.cells[1].text() == "3"));
    run.lines(&["exit", "exit"]);
    let seen = run.look();
    let left = panel(&seen, PanelKind::Processes).rows.iter().filter(|row| row.mark != Some(Mark::Gone)).count();
    assert_eq!(left, 1, "{seen:#?}");
}

#[test]
fn without_a_fork_the_second_command_finds_no_process_number_one() {
    let mut run = Run::start();
    run.lines(&["unshare --pid", "ls"]);
    let ran = run.line("ls");
    assert!(ran.status != 0, "{}", String::from_utf8_lossy(&ran.shown));
    assert!(String::from_utf8_lossy(&ran.shown).contains("Cannot allocate memory"), "{ran:?}");
}

#[test]
fn what_is_mounted_inside_is_seen_from_outside_whatever_the_root() {
    let mut run = Run::start();
    run.lines(&["mkdir lower upper work mnt", "echo hello > lower/a", "unshare --mount"]);
    run.lines(&["mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work mnt", "mkdir mnt/old"]);
    let seen = run.look();
    assert_eq!(seen.overlays.len(), 1);
    assert_eq!(seen.overlays[0].mountpoint.to_string(), "mnt");
    assert!(matches!(&seen.changes[0], Change::Mounted { .. }), "{:?}", seen.changes);
    assert_eq!(run.lines(&["cd mnt", "pivot_root . old", "cd /", "cat a"]), "hello\n");
    run.lines(&["echo changed > a"]);
    let seen = run.look();
    assert_eq!(seen.overlays[0].mountpoint.to_string(), "/");
    assert!(seen.changes.iter().any(|change| matches!(change, Change::Moved { .. })), "{:?}", seen.changes);
    assert!(seen.changes.iter().any(|change| matches!(change, Change::CopiedUp { .. })), "{:?}", seen.changes);
    assert!(row(&seen, PanelKind::Root, "root").0[1].contains("overlay"), "{seen:#?}");
    assert_eq!(row(&seen, PanelKind::Mounts, "/").0[1], "overlay");
    // There is no program and no /proc in this root, and still a shell can be opened in it.
    run.lines(&["umount -l old", "unshare --uts", "hostname inside", "exit", "cat a"]);
    run.lines(&["exit", "cat upper/a"]);
    assert!(run.look().overlays.is_empty());
}

#[test]
fn a_chroot_is_a_root_for_its_shell_alone() {
    let mut run = Run::start();
    run.lines(&["mkdir -p box/etc", "echo inside > box/etc/name", "chroot box"]);
    assert_eq!(run.lines(&["cat /etc/name"]), "inside\n");
    let seen = run.look();
    assert!(row(&seen, PanelKind::Root, "root").0[1].ends_with("/box"), "{seen:#?}");
    assert_eq!(row(&seen, PanelKind::Root, "working directory").0[2], "/");
    run.lines(&["exit", "cat box/etc/name"]);
    assert!(run.refused("chroot nowhere").contains("cannot change root directory to 'nowhere'"));
    // It did not come to a shell: the lines run where they ran before.
    run.lines(&["cat box/etc/name"]);
}

#[test]
fn root_of_a_user_namespace_is_told_by_its_maps() {
    let mut run = Run::start();
    // Before anything was unshared: as `id -u` has it, also where the run has a user namespace of its own.
    assert_eq!(row(&run.look(), PanelKind::Ids, "user").0[2], "0");
    run.lines(&["unshare --map-root-user"]);
    let seen = run.look();
    assert_eq!(row(&seen, PanelKind::Ids, "user").0[2], "0");
    assert_eq!(row(&seen, PanelKind::Ids, "uid_map").0[1], "0 is 0 inside");
    assert_eq!(row(&seen, PanelKind::Ids, "setgroups").0[1], "deny");
    run.lines(&["exit", "unshare --user"]);
    let seen = run.look();
    assert!(row(&seen, PanelKind::Ids, "user").0[2].contains("not mapped"), "{seen:#?}");
    assert_eq!(row(&seen, PanelKind::Ids, "capabilities").0[2], "none");
}

#[test]
fn a_network_of_ones_own_has_a_loopback_that_is_down() {
    let mut run = Run::start();
    assert_eq!(row(&run.look(), PanelKind::Network, "the machine's own").0[1], "");
    run.lines(&["unshare --net"]);
    let seen = run.look();
    // Another network is not compared with the one before.
    let rows = &panel(&seen, PanelKind::Network).rows;
    assert!(rows.iter().all(|row| row.cells[0].text() != "the machine's own" && row.mark.is_none()), "{rows:?}");
    assert_eq!(row(&seen, PanelKind::Network, "lo").0[1..], ["down", ""]);
    run.lines(&["ip link set lo up"]);
    let (cells, mark) = row(&run.look(), PanelKind::Network, "lo");
    assert!(cells[1].starts_with("up, 127.0.0.1/8") && mark == Some(Mark::Changed), "{cells:?}");
}

/// `one a0 to two b0` for each end of a cable.
fn cables(seen: &Observation) -> Vec<String> {
    let name = |at: usize| seen.networks[at].file.as_ref().map_or("shell".to_string(), ToString::to_string);
    let ends = seen.networks.iter().enumerate().flat_map(|(at, network)| {
        let cabled = network.interfaces.iter().filter_map(|one| Some((&one.name, one.cable.as_ref()?)));
        cabled.map(move |(one, far)| (at, one, far))
    });
    ends.map(|(at, one, far)| format!("{} {one} to {} {}", name(at), name(far.network), far.interface)).collect()
}

#[test]
fn a_network_stays_on_its_file_and_is_shown_as_it_is() {
    let mut run = Run::start();
    run.lines(&[
        "touch one two",
        "unshare --net mount --bind /proc/self/ns/net one",
        "unshare --net mount --bind /proc/self/ns/net two",
        "nsenter --net=one",
    ]);
    run.lines(&["ip link add a0 type veth peer name b0", "ip link set b0 netns ./two", "ip link add br0 type bridge"]);
    run.lines(&["ip addr add 10.9.0.1/24 dev a0", "ip link set a0 up"]);
    let seen = run.look();
    assert_eq!(row(&seen, PanelKind::Network, "a0").0[1], "up, no link, 10.9.0.1/24");
    assert_eq!(row(&seen, PanelKind::Network, "br0").0[1], "down");
    // A line with a program leaves the lines that follow where they were.
    run.lines(&["nsenter --net=two ip addr add 10.9.0.1/16 dev b0", "nsenter --net=two ip link set b0 up"]);
    run.lines(&[
        "ip route add default via 10.9.0.7",
        "ip link add c0 type veth peer name d0",
        "ip link set c0 master br0",
    ]);
    let seen = run.look();
    assert_eq!(
        row(&seen, PanelKind::Network, "a0").0[1..],
        ["up, 10.9.0.1/24", "everywhere else by 10.9.0.7, 10.9.0.0/24"]
    );
    assert_eq!(row(&seen, PanelKind::Network, "c0").0[1..], ["down", "bridge br0"]);
    run.lines(&["exit", "nsenter --net=two"]);
    let seen = run.look();
    assert_eq!(row(&seen, PanelKind::Network, "b0").0[1..], ["up, 10.9.0.1/16", "10.9.0.0/16"]);
    assert_eq!(cables(&seen), ["one a0 to two b0", "one d0 to one c0", "one c0 to one d0", "two b0 to one a0"]);
    assert_eq!(seen.networks.iter().map(|network| network.here).collect::<Vec<_>>(), [false, true]);
    // In new networks numbers begin anew: a cable is told from another one with the same numbers.
    run.lines(&["exit", "touch three four", "unshare --net mount --bind /proc/self/ns/net three"]);
    run.lines(&["unshare --net mount --bind /proc/self/ns/net four", "nsenter --net=three"]);
    run.lines(&["ip link add a0 type veth peer name b0", "ip link set b0 netns ./four"]);
    assert_eq!(cables(&run.look())[3..], ["two b0 to one a0", "three a0 to four b0", "four b0 to three a0"]);
    run.lines(&["exit", "umount three", "umount four", "nsenter --net=two"]);
    run.lines(&["exit", "nsenter --net=one ip -br link > links"]);
    assert!(run.lines(&["cat links"]).contains("br0"));
    assert_eq!(run.refused("nsenter --net=missing ls"), "nsenter: cannot open missing: No such file or directory\n");
    // With the file the namespace goes.
    run.lines(&["umount one"]);
    assert!(run.refused("nsenter --net=one").contains("reassociate to namespace 'ns/net' failed: Invalid argument"));
}

#[test]
fn what_is_mounted_on_an_entry_is_said_beside_it() {
    let mut run = Run::start();
    run.lines(&["mkdir disk plain", "touch net", "mount -t tmpfs t disk", "touch disk/file"]);
    run.lines(&["unshare --net mount --bind /proc/thread-self/ns/net net"]);
    let seen = run.look();
    let states = |name: &str| &seen.workspace.iter().find(|row| row.name.to_string() == name).unwrap().states[..];
    assert_eq!(states("disk"), [State::Mounted { kind: "tmpfs".into() }]);
    assert_eq!(states("net"), [State::Mounted { kind: "nsfs".into() }]);
    assert_eq!(states("plain"), []);
    run.lines(&["umount disk"]);
    assert!(run.look().workspace.iter().all(|row| row.name.to_string() != "disk" || row.states.is_empty()));
}
