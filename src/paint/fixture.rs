//! A recording made by hand: every kind of event, every kind of change, and the names that break layouts.

use crate::event::*;
use crate::ground::{Call, CallResult, Errno, Failure, Name, Role};

pub(super) fn name(text: &str) -> Name {
    Name::from(text)
}

pub(super) fn row(depth: u16, text: &str, kind: Kind) -> Row {
    Row { depth, name: name(text), kind, states: vec![], from: None, with: vec![], hides: vec![], mark: None }
}

pub(super) fn file(depth: u16, text: &str) -> Row {
    row(depth, text, Kind::File)
}

pub(super) fn directory(depth: u16, text: &str) -> Row {
    row(depth, text, Kind::Directory)
}

pub(super) fn whiteout(depth: u16, text: &str) -> Row {
    row(depth, text, Kind::Whiteout { form: WhiteoutForm::Device })
}

pub(super) fn folded(depth: u16, entries: u64) -> Row {
    row(depth, "", Kind::Folded { entries })
}

impl Row {
    pub(super) fn from(mut self, layer: &str) -> Row {
        self.from = Some(name(layer));
        self
    }
    pub(super) fn with(mut self, layers: &[&str]) -> Row {
        self.with = layers.iter().map(|layer| name(layer)).collect();
        self
    }
    pub(super) fn hides(mut self, layers: &[&str]) -> Row {
        self.hides = layers.iter().map(|layer| name(layer)).collect();
        self
    }
    pub(super) fn mark(mut self, mark: Mark) -> Row {
        self.mark = Some(mark);
        self
    }
    pub(super) fn state(mut self, state: State) -> Row {
        self.states.push(state);
        self
    }
}

const UPPER: &str = "container-layer";

fn layer(text: &str, rows: Vec<Row>) -> Layer {
    Layer { name: name(text), directory: None, role: None, rows }
}

fn image_layers() -> Vec<Lower> {
    (1..=4)
        .map(|n| Lower::Layer(layer(&format!("image-layer{n}"), vec![file(0, &format!("image-layer{n}.txt"))])))
        .collect()
}

fn overlay(mountpoint: &str, upper: Vec<Row>, merged: Vec<Row>) -> Overlay {
    Overlay {
        mountpoint: name(mountpoint),
        lowers: image_layers(),
        upper: Some(layer(UPPER, upper)),
        work: Some(name("work")),
        merged,
        read_only: false,
        troubles: vec![],
    }
}

fn from_layers(range: std::ops::RangeInclusive<u32>) -> impl Iterator<Item = Row> {
    range.map(|n| file(0, &format!("image-layer{n}.txt")).from(&format!("image-layer{n}")))
}

fn merged_before() -> Vec<Row> {
    std::iter::once(file(0, "container-layer.txt").from(UPPER)).chain(from_layers(1..=4)).collect()
}

fn copied(content: Content, metadata_changed: bool) -> State {
    State::CopiedUp { content, metadata_changed }
}

fn command(line: &str) -> Event {
    Event::Command { line: line.into(), meant_to_fail: None, adapted: None }
}

fn output(text: &str) -> Event {
    Event::Output { text: text.into() }
}

fn step(number: u32, title: &str) -> Event {
    Event::Step { number, of: 5, title: title.into() }
}

fn prose(text: &str) -> Event {
    Event::Prose { text: text.into() }
}

const MOUNT: &str = "mount -t overlay overlay -o lowerdir=image-layer1:image-layer2:image-layer3:image-layer4,upperdir=container-layer,workdir=work mnt";
const MOUNT_AS_USER: &str = "mount -t overlay overlay -o userxattr,lowerdir=image-layer1:image-layer2:image-layer3:image-layer4,upperdir=container-layer,workdir=work mnt";

/// The experiment of lesson 1, as an ordinary user sees it.
pub(super) fn experiment() -> Vec<Event> {
    let mut events = vec![
        Event::Begin(Begin {
            format: FORMAT,
            number: 1,
            slug: "layers".into(),
            title: "Four image layers and a container layer".into(),
            minutes: 8,
            steps: 5,
            language: "en".into(),
            role: Role::User,
            kernel: "6.18.0".into(),
            scratch: "tmpfs".into(),
            cgroups: None,
        }),
        Event::Intro {
            text: "An image is a pile of **read-only** directories, and a container adds *one* that can be written. \
                   The kernel shows all of them as one directory: a *union mount*. Here you build one from `mkdir` \
                   and `mount` alone ([the kernel's own text](https://docs.kernel.org/filesystems/overlayfs.html)).\n\n\
                   - lower layers are never written,\n- the upper layer takes every change,\n- `work` is scratch space \
                   that OverlayFS keeps for itself; nothing in it is for you, and it must lie on the same file system \
                   as the upper layer.\n\n> [!NOTE]\n> Docker calls them `LowerDir`, `UpperDir`, `WorkDir` and \
                   `MergedDir`.\n\n| directory | role | written? |\n|---|---|---|\n| `image-layer1` … `image-layer4` | \
                   lower | never |\n| `container-layer` | upper | yes |\n\n```sh\n$ ls /sys/module/overlay\n```\n"
                .into(),
        },
        step(1, "Lay out the directories"),
        prose("Seven directories. Nothing about them is special yet."),
        command("mkdir container-layer image-layer1 image-layer2 image-layer3 image-layer4 mnt work"),
        command("echo 'I am image layer1' > image-layer1/image-layer1.txt"),
        Event::Call(Call {
            name: "openat".into(),
            args: "AT_FDCWD, \"image-layer1/image-layer1.txt\", O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0666".into(),
            result: CallResult::Value(3),
        }),
        Event::Call(Call {
            name: "write".into(),
            args: "3, \"I am image layer1\\n\", 18".into(),
            result: CallResult::Value(18),
        }),
        command("cat image-layer1/image-layer1.txt"),
        output("I am image layer1\n"),
    ];
    let directories =
        ["container-layer", "image-layer1", "image-layer2", "image-layer3", "image-layer4", "mnt", "work"];
    let mut workspace = Vec::new();
    let mut changes = Vec::new();
    for each in directories {
        workspace.push(directory(0, each).mark(Mark::New));
        changes.push(Change::Workspace { path: name(each), directory: true, mark: Mark::New });
        if each.contains("layer") {
            let inside = format!("{each}.txt");
            workspace.push(file(1, &inside).mark(Mark::New));
            let path = name(&format!("{each}/{inside}"));
            changes.push(Change::Workspace { path, directory: false, mark: Mark::New });
        }
    }
    events.push(Event::Observation(Observation {
        workspace,
        overlays: vec![],
        changes,
        panels: vec![],
        networks: vec![],
    }));
    events.extend([
        step(2, "Mount the union"),
        prose("The leftmost lower directory is the top of the pile."),
        Event::Notes { text: "Ask the class which file wins **before** you press Enter.".into() },
        Event::Predict {
            statements: vec![
                Statement { path: "mnt/image-layer3.txt".into(), reads: None },
                Statement { path: "container-layer/image-layer3.txt".into(), reads: None },
                Statement { path: "mnt/image-layer1.txt".into(), reads: Some("I am image layer1".into()) },
            ],
        },
        Event::Command {
            line: MOUNT_AS_USER.into(),
            meant_to_fail: None,
            adapted: Some(Adapted {
                from: MOUNT.into(),
                why: Some(
                    "an ordinary user may not write the attributes trusted.overlay.*, so the kernel is asked to keep \
                     its notes in user.overlay.* instead."
                        .into(),
                ),
            }),
        },
        Event::Observation(Observation {
            workspace: vec![],
            overlays: vec![overlay("mnt", vec![file(0, "container-layer.txt").state(State::Added)], merged_before())],
            changes: vec![Change::Mounted { mountpoint: name("mnt"), lowers: 4, upper: Some(name(UPPER)) }],
            panels: vec![],
            networks: vec![],
        }),
        Event::Marked {
            marks: vec![
                Marked {
                    statement: Statement { path: "mnt/image-layer3.txt".into(), reads: None },
                    said: Some(true),
                    unknown: false,
                    holds: true,
                    found: PathContent::File { reads: Some("I am image layer3".into()) },
                },
                Marked {
                    statement: Statement { path: "container-layer/image-layer3.txt".into(), reads: None },
                    said: Some(true),
                    unknown: false,
                    holds: false,
                    found: PathContent::Nothing,
                },
                Marked {
                    statement: Statement {
                        path: "mnt/image-layer1.txt".into(),
                        reads: Some("I am image layer1".into()),
                    },
                    said: None,
                    unknown: false,
                    holds: true,
                    found: PathContent::File { reads: Some("I am image layer1".into()) },
                },
            ],
        },
        Event::Hands(Hands {
            statement: Statement { path: "mnt/image-layer3.txt".into(), reads: None },
            yes: 27,
            of: 40,
        }),
        Event::Detour(Detour {
            title: "detour from beat 5".into(),
            others: vec![OtherNumber { of: "sh".into(), was: "12".into(), is: "13".into() }],
            tried: vec![Tried {
                shown: "detour /tmp $ touch mnt/new\ndetour /tmp $ ls mnt".into(),
                seen: Some(Observation { workspace: vec![file(0, "mnt")], ..Observation::default() }),
            }],
        }),
        step(3, "Write through the union"),
        command("echo 'I am image layer1 test' > mnt/image-layer1.txt"),
        Event::Observation(Observation {
            workspace: vec![],
            overlays: vec![overlay(
                "mnt",
                vec![
                    file(0, "container-layer.txt").state(State::Added),
                    file(0, "image-layer1.txt").state(copied(Content::Changed, true)).mark(Mark::New),
                ],
                [
                    file(0, "container-layer.txt").from(UPPER),
                    file(0, "image-layer1.txt").from(UPPER).hides(&["image-layer1"]).mark(Mark::Changed),
                ]
                .into_iter()
                .chain(from_layers(2..=4))
                .collect(),
            )],
            changes: vec![Change::CopiedUp {
                path: name("image-layer1.txt"),
                from: name("image-layer1"),
                to: name(UPPER),
                directory: false,
                content: Content::Changed,
                metadata_changed: true,
                metacopy: false,
                source_unchanged: true,
            }],
            panels: vec![],
            networks: vec![],
        }),
        step(4, "Delete through the union"),
        command("rm mnt/image-layer2.txt mnt/container-layer.txt"),
        Event::Call(Call {
            name: "unlinkat".into(),
            args: "AT_FDCWD, \"mnt/image-layer2.txt\", 0".into(),
            result: CallResult::Value(0),
        }),
        Event::Observation(Observation {
            workspace: vec![],
            overlays: vec![overlay(
                "mnt",
                vec![
                    file(0, "container-layer.txt").mark(Mark::Gone),
                    file(0, "image-layer1.txt").state(copied(Content::Changed, true)),
                    whiteout(0, "image-layer2.txt").mark(Mark::New),
                ],
                [
                    file(0, "container-layer.txt").mark(Mark::Gone),
                    file(0, "image-layer1.txt").from(UPPER).hides(&["image-layer1"]),
                    file(0, "image-layer2.txt").mark(Mark::Gone),
                ]
                .into_iter()
                .chain(from_layers(3..=4))
                .collect(),
            )],
            changes: vec![
                Change::WhitedOut {
                    path: name("image-layer2.txt"),
                    layer: name(UPPER),
                    hides: vec![name("image-layer2")],
                },
                Change::Removed { path: name("container-layer.txt"), layer: name(UPPER) },
            ],
            panels: vec![],
            networks: vec![],
        }),
        step(5, "What the kernel refuses"),
        Event::Command {
            line: "mv mnt/dir mnt/other".into(),
            meant_to_fail: Some("mv: cannot move 'mnt/dir' to 'mnt/other': Invalid cross-device link\n".into()),
            adapted: None,
        },
        output("mv: cannot move 'mnt/dir' to 'mnt/other': Invalid cross-device link\n"),
        Event::Explained(Failure::kernel(
            "cannot rename mnt/dir",
            Call::failed("renameat2", "AT_FDCWD, \"mnt/dir\", AT_FDCWD, \"mnt/other\", RENAME_NOREPLACE", Errno::EXDEV),
            "dir lies in image-layer1, a lower layer. To rename it the kernel would have to copy the whole \
             directory up; it does so only with redirect_dir=on.",
            "copy the directory and delete the old one, as mv of coreutils does, or mount with redirect_dir=on",
        )),
        Event::Warned {
            text: "mount(2) says nothing when an upper layer is in use twice; what both write is undefined.".into(),
        },
        command("cat mnt/image-layer3.txt"),
        output("I am  image layer3 \nsecond\n"),
        Event::Mismatch {
            line: "cat mnt/image-layer3.txt".into(),
            expected: "I am image layer3\nsecond\n".into(),
            found: "I am  image layer3 \nsecond\n".into(),
            status: None,
        },
        Event::Mismatch {
            line: "rmdir mnt/dir".into(),
            expected: "rmdir: failed to remove 'mnt/dir': [..]\nsecond\n".into(),
            found: "rmdir: failed to remove 'mnt/dir': Directory not empty\n\tthird\n".into(),
            status: Some(1),
        },
        Event::Exercise {
            id: "hide".into(),
            title: "Hide a file".into(),
            text: "Make `image-layer2.txt` vanish from `mnt`; no image layer may change.\n".into(),
        },
        Event::End { held: false },
    ]);
    events
}

/// Directories, opaque ones and redirects; two containers of one image; every state of an entry.
pub(super) fn states() -> Observation {
    let lowers = vec![
        Lower::Layer(layer(
            "base-2",
            vec![directory(0, "etc"), file(1, "hosts"), whiteout(1, "motd"), directory(0, "srv")],
        )),
        Lower::Layer(layer(
            "base-1",
            vec![
                directory(0, "etc"),
                file(1, "hosts"),
                file(1, "motd"),
                directory(0, "srv"),
                directory(1, "data"),
                file(2, "big.img"),
                file(2, "small.txt").mark(Mark::Changed),
            ],
        )),
    ];
    let redirected = name("/srv/data");
    let upper = vec![
        directory(0, "etc").state(copied(Content::NotCompared, false)),
        file(1, "hosts").state(copied(Content::Same, true)).mark(Mark::New),
        file(1, "passwd").state(State::Replaced).mark(Mark::New),
        row(1, "rc", Kind::Symlink { target: name("init.d/rc") }).state(State::Added),
        directory(0, "moved").state(State::Redirect { to: redirected }).state(State::Added).mark(Mark::New),
        file(1, "big.img").state(State::Metacopy).state(copied(Content::NotCompared, true)),
        file(1, "small.txt").state(copied(Content::Same, false)),
        directory(0, "srv").state(State::Opaque { xattr: "trusted.overlay.opaque".into() }).mark(Mark::Changed),
        row(1, "null", Kind::Device { major: 1, minor: 3 }).state(State::Added).mark(Mark::New),
        row(1, "queue", Kind::Fifo),
        whiteout(0, "var"),
    ];
    let merged = vec![
        directory(0, "etc").from("c1/upper").with(&["base-2", "base-1"]),
        file(1, "hosts").from("c1/upper").hides(&["base-2", "base-1"]).mark(Mark::Changed),
        file(1, "passwd").from("c1/upper").hides(&["base-1"]).mark(Mark::New),
        row(1, "rc", Kind::Symlink { target: name("init.d/rc") }).from("c1/upper"),
        directory(0, "moved").from("c1/upper").with(&["base-1"]).mark(Mark::New),
        file(1, "big.img").from("c1/upper").hides(&["base-1"]),
        file(1, "small.txt").from("c1/upper").hides(&["base-1"]),
        directory(0, "srv").from("c1/upper").hides(&["base-2", "base-1"]).mark(Mark::Changed),
        row(1, "null", Kind::Device { major: 1, minor: 3 }).from("c1/upper").mark(Mark::New),
        row(1, "queue", Kind::Fifo).from("c1/upper"),
    ];
    let one = Overlay {
        mountpoint: name("c1/merged"),
        lowers: lowers.clone(),
        upper: Some(layer("c1/upper", upper)),
        work: Some(name("c1/work")),
        merged,
        read_only: false,
        troubles: vec!["base-3 can't be read: it lies in another mount namespace.".into()],
    };
    let two = Overlay {
        mountpoint: name("c2/merged"),
        lowers,
        upper: Some(layer("c2/upper", vec![])),
        work: Some(name("c2/work")),
        merged: vec![
            directory(0, "etc").from("base-2").with(&["base-1"]),
            file(1, "hosts").from("base-2").hides(&["base-1"]),
        ],
        read_only: true,
        troubles: vec![],
    };
    let three = Overlay {
        mountpoint: name("view"),
        lowers: vec![Lower::Layer(layer("base-2", vec![])), Lower::Layer(layer("base-1", vec![]))],
        upper: None,
        work: None,
        merged: vec![],
        read_only: true,
        troubles: vec![],
    };
    let copied_up = |path: &str, content, metadata_changed, metacopy, directory| Change::CopiedUp {
        path: name(path),
        from: name("base-1"),
        to: name("c1/upper"),
        directory,
        content,
        metadata_changed,
        metacopy,
        source_unchanged: true,
    };
    let changes = vec![
        Change::Mounted { mountpoint: name("view"), lowers: 1, upper: None },
        copied_up("etc", Content::NotCompared, false, false, true),
        copied_up("etc/hosts", Content::Same, true, false, false),
        copied_up("moved/small.txt", Content::Same, false, false, false),
        copied_up("moved/big.img", Content::NotCompared, true, true, false),
        Change::BecameOpaque {
            path: name("srv"),
            layer: name("c1/upper"),
            hides: vec![name("base-2"), name("base-1")],
        },
        Change::LowerChanged { path: name("srv/data/small.txt"), layer: name("base-1"), mark: Mark::Changed },
        Change::Replaced { path: name("etc/passwd"), layer: name("c1/upper"), hides: vec![name("base-1")] },
        Change::CopiedOrReplaced { path: name("etc/group"), layer: name("c1/upper"), hides: vec![name("base-1")] },
        Change::Created { path: name("moved"), directory: true, layer: name("c1/upper") },
        Change::WhitedOut { path: name("var"), layer: name("c1/upper"), hides: vec![] },
        Change::Modified { path: name("moved/big.img"), layer: name("c1/upper") },
        Change::Unmounted { mountpoint: name("old") },
        Change::Moved { from: name("mnt"), to: name("/") },
        Change::Moved { from: name("mnt"), to: name("other") },
    ];
    Observation { workspace: vec![], overlays: vec![one, two, three], changes, panels: vec![], networks: vec![] }
}

/// Every change that [`states`] has no room for.
pub(super) fn changes() -> Vec<Change> {
    let created = |path: &str, directory| Change::Created { path: name(path), directory, layer: name(UPPER) };
    vec![
        created("d", true),
        created("d/e", false),
        created("d/f g", false),
        Change::WhitedOut {
            path: name("motd"),
            layer: name(UPPER),
            hides: ["a", "b", "c", "d", "e"].map(name).to_vec(),
        },
        Change::WhiteoutRemoved { path: name("motd"), layer: name(UPPER) },
        Change::Workspace { path: name("lonely"), directory: true, mark: Mark::Gone },
        Change::LowerChanged { path: name("x"), layer: name("image-layer2"), mark: Mark::Gone },
        Change::BecameOpaque { path: name("d"), layer: name(UPPER), hides: vec![name("image-layer1")] },
        Change::BecameOpaque { path: name("n"), layer: name(UPPER), hides: vec![] },
        Change::Untold { layer: Some(name(UPPER)), mark: Mark::New, entries: 1304 },
    ]
}

/// 500 lower layers, folded, and a mount line that is longer than a screen.
pub(super) fn five_hundred() -> Vec<Event> {
    let pile: Vec<String> = (1..=500).map(|n| format!("layers/l{n}")).collect();
    let lowers = vec![
        Lower::Layer(layer("layers/l1", vec![file(0, "f1"), folded(0, 1200)])),
        Lower::Folded { layers: 498, entries: 1204 },
        Lower::Layer(layer("layers/l500", vec![file(0, "f500")])),
    ];
    vec![
        command(&format!("mount -t overlay overlay -o lowerdir={},upperdir=up,workdir=work mnt", pile.join(":"))),
        Event::Observation(Observation {
            workspace: vec![],
            overlays: vec![Overlay {
                mountpoint: name("mnt"),
                lowers,
                upper: Some(layer("up", vec![])),
                work: Some(name("work")),
                merged: vec![file(0, "f1").from("layers/l1"), file(0, "f500").from("layers/l500"), folded(0, 2403)],
                read_only: false,
                troubles: vec![],
            }],
            changes: vec![Change::Mounted { mountpoint: name("mnt"), lowers: 500, upper: Some(name("up")) }],
            panels: vec![],
            networks: vec![],
        }),
    ]
}

/// Names that are long, wide, or no text at all.
pub(super) fn names() -> Observation {
    let odd: Vec<Name> = vec![
        name("two\nlines.txt"),
        Name::from(&b"latin-\xe9.txt"[..]),
        name("with space and \x1b[31mred"),
        name("镜像层的一个文件.txt"),
        name("a-name-that-is-so-long-that-nobody-would-ever-type-it-by-hand-but-programs-do-0123456789abcdef.tar.gz"),
        name("👩‍🚀.txt"),
    ];
    let rows = |make: &dyn Fn(Row) -> Row| {
        let mut rows = vec![directory(0, "目录")];
        rows.extend(odd.iter().map(|each| {
            let mut row = file(1, "");
            row.name = each.clone();
            make(row)
        }));
        let deep = (1..9).map(|depth| directory(depth, "d"));
        rows.extend(deep);
        rows
    };
    Observation {
        workspace: vec![],
        overlays: vec![Overlay {
            mountpoint: name("挂载点"),
            lowers: vec![Lower::Layer(layer("只读层", rows(&|row| row)))],
            upper: Some(layer("读写层", rows(&|row| row.state(copied(Content::Changed, true)).mark(Mark::New)))),
            work: Some(name("work")),
            merged: rows(&|row| row.from("读写层").hides(&["只读层"]).mark(Mark::Changed)),
            read_only: false,
            troubles: vec![],
        }],
        changes: odd
            .iter()
            .map(|path| Change::CopiedUp {
                path: name("目录").join(path.as_bytes()),
                from: name("只读层"),
                to: name("读写层"),
                directory: false,
                content: Content::Changed,
                metadata_changed: true,
                metacopy: false,
                source_unchanged: true,
            })
            .collect(),
        panels: vec![],
        networks: vec![],
    }
}
