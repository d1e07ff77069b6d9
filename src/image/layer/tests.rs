//! Layers written from real directories and unpacked again, on the kernel that is there, as whoever runs the tests.

use crate::image::layer::header::Header;
use crate::image::layer::{Entry, Opaque, Owners, Rules, Unpacked, Written, unpack, write};
use crate::image::{ImageError, hash};
use crate::kernel::Sys;
use crate::tree::{Archive, Budget, DirectoryKind, EntryKind, TreeError, new_directory};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;

struct Place(tempfile::TempDir);

impl Place {
    /// Nobody else gets there: a directory with set-user-ID files in it would be closed to them.
    fn new() -> Place {
        let only_mine = fs::Permissions::from_mode(0o700);
        Place(tempfile::Builder::new().permissions(only_mine).tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A directory below it; its own mode and time, and those of all in it, are always the same.
    fn directory(&self, name: &str) -> PathBuf {
        fs::create_dir_all(self.at(name)).unwrap();
        self.at(name)
    }
}

fn settle(directory: &Path) {
    for entry in walkdir::WalkDir::new(directory).contents_first(true) {
        let entry = entry.unwrap();
        if !entry.path_is_symlink() && !is_device(entry.path()) {
            let mode = if entry.file_type().is_dir() { 0o755 } else { 0o644 };
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode)).unwrap();
        }
        set_time(entry.path(), 1_700_000_000);
    }
}

fn is_device(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    fs::symlink_metadata(path).unwrap().file_type().is_char_device()
}

fn set_time(path: &Path, seconds: i64) {
    Sys::default().set_own_times(path, (0, 0), (seconds, 0)).unwrap();
}

fn whiteout(path: &Path) {
    Sys::default().make_character_device(path, 0, 0, 0).unwrap();
}

fn attribute(path: &Path, name: &str, value: &[u8]) {
    Sys::default().set_attribute(path, name, value).unwrap();
}

fn rules(opaque: Opaque) -> Rules<'static> {
    static STOP: AtomicUsize = AtomicUsize::new(0);
    Rules { opaque, lowers: Vec::new(), owners: Owners::of_caller(), youngest: None, stop: &STOP }
}

fn try_write(upper: &Path, rules: &Rules) -> Result<(Vec<u8>, Vec<Entry>, Written), ImageError> {
    let (mut bytes, mut entries) = (Vec::new(), Vec::new());
    let written = write(upper, rules, &mut bytes, &mut |entry| entries.push(entry.clone()))?;
    assert_eq!((written.bytes, written.entries), (bytes.len() as u64, entries.len() as u64));
    Ok((bytes, entries, written))
}

fn layer(upper: &Path) -> Vec<u8> {
    try_write(upper, &rules(Opaque::Marker)).unwrap().0
}

fn names(upper: &Path, opaque: Opaque) -> Vec<String> {
    try_write(upper, &rules(opaque)).unwrap().1.into_iter().map(|entry| entry.name).collect()
}

/// Those over lower layers, the topmost first.
fn names_over(upper: &Path, lowers: &[PathBuf]) -> Vec<String> {
    let rules = Rules { lowers: lowers.to_vec(), ..rules(Opaque::Explicit) };
    try_write(upper, &rules).unwrap().1.into_iter().map(|entry| entry.name).collect()
}

fn refused(upper: &Path) -> String {
    match try_write(upper, &rules(Opaque::Marker)) {
        Err(ImageError::Refused(failure)) => failure.to_string(),
        other => panic!("{:?}", other.map(|(_, entries, _)| entries)),
    }
}

fn read(bytes: &[u8]) -> Vec<crate::tree::Entry> {
    let stop = AtomicUsize::new(0);
    let budget = Budget::new(u64::MAX, &stop);
    let stream = Box::new(std::io::Cursor::new(bytes.to_vec()));
    let mut archive = Archive::from_stream(stream, "it".into(), &budget).unwrap();
    std::iter::from_fn(|| archive.next_entry().unwrap()).collect()
}

fn try_unpack(bytes: &[u8], directory: &Path, owners: Owners) -> Result<Unpacked, TreeError> {
    let stop = AtomicUsize::new(0);
    let budget = Budget::new(1 << 30, &stop);
    let stream = Box::new(std::io::Cursor::new(bytes.to_vec()));
    let mut archive = Archive::from_stream(stream, "it".into(), &budget)?;
    let kind = DirectoryKind { called: "the layer", prefix: ".new-" };
    new_directory(directory, kind, &budget, |tree| unpack(&mut archive, owners, tree)).map(|(unpacked, _)| unpacked)
}

/// An archive of these entries: the letter of its kind, its name, what it holds or leads to.
fn archive(entries: &[(u8, &str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (kind, name, text) in entries {
        let holds = *kind == b'0';
        let header = Header {
            path: name.as_bytes(),
            kind: *kind,
            mode: if *kind == b'5' { 0o755 } else { 0o644 },
            size: if holds { text.len() as u64 } else { 0 },
            link: if holds { b"" } else { text.as_bytes() },
            ..Header::default()
        };
        bytes.extend(header.bytes().unwrap());
        bytes.extend(if holds { text.as_bytes() } else { b"" });
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.extend([0; 1024]);
    bytes
}

#[test]
fn whiteouts_follow_their_directory_and_the_rest_stands_in_the_order_of_bytes() {
    let place = Place::new();
    let upper = place.directory("upper");
    for name in ["b/deep", "b.d", "Z", "a"] {
        fs::create_dir_all(upper.join(name)).unwrap();
    }
    fs::write(upper.join("b/file"), "x").unwrap();
    fs::write(upper.join("é"), "x").unwrap();
    for name in ["z", "B", "b/y", "b/deep/gone"] {
        whiteout(&upper.join(name));
    }
    let shown =
        ["./", ".wh.B", ".wh.z", "Z/", "a/", "b/", "b/.wh.y", "b/deep/", "b/deep/.wh.gone", "b/file", "b.d/", "é"];
    assert_eq!(names(&upper, Opaque::Marker), shown);
}

#[test]
fn whiteouts_of_one_inode_are_whiteouts_and_no_links() {
    let place = Place::new();
    let upper = place.directory("upper");
    whiteout(&upper.join("a"));
    fs::hard_link(upper.join("a"), upper.join("b")).unwrap();
    fs::hard_link(upper.join("a"), upper.join("c")).unwrap();
    let entries = read(&layer(&upper));
    assert_eq!(entries.len(), 4);
    for entry in &entries[1..] {
        assert_eq!(entry.kind, EntryKind::File(0), "{entry:?}");
        assert_eq!((entry.meta.owner, entry.meta.modified, entry.meta.mode), (Some((0, 0)), Some((0, 0)), 0));
    }
}

#[test]
fn a_file_with_an_attribute_is_a_whiteout_where_its_directory_says_so() {
    let place = Place::new();
    let upper = place.directory("upper");
    for directory in ["says", "silent"] {
        let directory = place.directory(&format!("upper/{directory}"));
        for name in ["gone", "full"] {
            fs::write(directory.join(name), if name == "full" { "x" } else { "" }).unwrap();
            attribute(&directory.join(name), "user.overlay.whiteout", b"");
        }
    }
    attribute(&upper.join("says"), "user.overlay.opaque", b"x");
    let shown = ["./", "says/", "says/.wh.gone", "says/full", "silent/", "silent/full", "silent/gone"];
    assert_eq!(names(&upper, Opaque::Marker), shown);
    assert!(read(&layer(&upper)).iter().all(|entry| entry.meta.attributes.is_empty()));
}

#[test]
fn an_opaque_directory_is_a_mark_or_a_whiteout_for_each_name_below_it() {
    let place = Place::new();
    let upper = place.directory("upper");
    place.directory("upper/d/kept");
    attribute(&upper.join("d"), "user.overlay.opaque", b"y");
    // From the top: a file there hides what is below; a whiteout and an opaque directory, too.
    for file in ["one/d/a", "one/d/kept/x", "two/d/a", "two/d/b", "two/d/gone", "three/d/c", "four/d/hidden"] {
        let file = place.at(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
    }
    whiteout(&place.at("one/d/gone"));
    attribute(&place.at("three/d"), "user.overlay.opaque", b"y");
    let lowers = ["one", "two", "three", "four"].map(|name| place.at(name));
    assert_eq!(names(&upper, Opaque::Marker), ["./", "d/", "d/.wh..wh..opq", "d/kept/"]);
    // What is in a directory that hides, hides as well: else /d/kept/x would be there again.
    let explicit = ["./", "d/", "d/.wh.a", "d/.wh.b", "d/.wh.c", "d/kept/", "d/kept/.wh.x"];
    assert_eq!(names_over(&upper, &lowers), explicit);
    // Where a lower layer has a file of that name, nothing below it is seen.
    fs::create_dir(place.at("zero")).unwrap();
    fs::write(place.at("zero/d"), "").unwrap();
    let lowers = [&[place.at("zero")], &lowers[..]].concat();
    assert_eq!(names_over(&upper, &lowers), ["./", "d/", "d/kept/"]);
}

#[test]
fn what_was_renamed_or_copied_up_in_part_is_taken_whole_from_the_lower_layers() {
    let place = Place::new();
    let upper = place.directory("upper");
    for (file, text) in [
        ("one/old/b", "b"),
        ("one/old/both", "above"),
        ("one/new/hidden", ""),
        ("one/new/sub/hidden", ""),
        ("two/old/a", "a"),
        ("two/old/both", "below"),
        ("two/old/gone", ""),
        ("two/old/sub/x", "x"),
        ("two/elsewhere/deep/y", "y"),
        ("two/changed", "content"),
        ("two/before", "was here"),
        ("upper/new/c", "c"),
        ("upper/changed", ""),
        ("upper/after", ""),
    ] {
        fs::create_dir_all(place.at(file).parent().unwrap()).unwrap();
        fs::write(place.at(file), text).unwrap();
    }
    // As the kernel does it by rename(2) and chmod(2) with redirect_dir=on,metacopy=on.
    let mark = |name: &str, kind: &str, value: &str| {
        attribute(&upper.join(name), &format!("user.overlay.{kind}"), value.as_bytes());
    };
    mark("new", "redirect", "old");
    whiteout(&upper.join("old"));
    whiteout(&upper.join("before"));
    whiteout(&upper.join("new/gone"));
    fs::create_dir(upper.join("new/moved")).unwrap();
    mark("new/moved", "redirect", "/elsewhere/deep");
    for (name, size) in [("changed", 7), ("after", 8)] {
        mark(name, "metacopy", "");
        fs::OpenOptions::new().write(true).open(upper.join(name)).unwrap().set_len(size).unwrap();
        fs::set_permissions(upper.join(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    mark("after", "redirect", "/before");
    let lowers = ["one", "two"].map(|name| place.at(name));
    let rest = ["new/a", "new/b", "new/both", "new/c", "new/moved/", "new/moved/y", "new/sub/"];
    let marked = Rules { lowers: lowers.to_vec(), ..rules(Opaque::Marker) };
    let begin = ["./", ".wh.before", ".wh.old", "after", "changed", "new/"];
    let (bytes, entries, _) = try_write(&upper, &marked).unwrap();
    let found: Vec<String> = entries.into_iter().map(|entry| entry.name).collect();
    assert_eq!(found, [&begin[..], &["new/.wh..wh..opq"], &rest, &["new/sub/x"]].concat());
    let explicit = [&begin[..], &["new/.wh.hidden"], &rest, &["new/sub/.wh.hidden", "new/sub/x"]].concat();
    assert_eq!(names_over(&upper, &lowers), explicit);
    try_unpack(&bytes, &place.at("unpacked"), Owners::of_caller()).unwrap();
    let read = |name: &str| fs::read_to_string(place.at("unpacked").join(name)).unwrap();
    for (name, text) in
        [("after", "was here"), ("changed", "content"), ("new/both", "above"), ("new/moved/y", "y"), ("new/sub/x", "x")]
    {
        assert_eq!(read(name), text, "{name}");
    }
    assert_eq!(fs::metadata(place.at("unpacked/changed")).unwrap().mode() & 0o7777, 0o600);
    // A mark that leads out leads nowhere.
    for to in ["../../etc", "/../etc", "a/b", "/nowhere"] {
        mark("new", "redirect", to);
        let told = try_write(&upper, &marked).unwrap_err().to_string();
        assert!(told.contains("EINVAL") || told.contains("redirect_dir=off"), "{to}: {told}");
    }
}

#[test]
fn a_file_with_several_names_is_held_once_under_the_first_of_them() {
    let place = Place::new();
    let upper = place.directory("upper");
    fs::write(upper.join("z"), "content").unwrap();
    fs::hard_link(upper.join("z"), upper.join("b")).unwrap();
    fs::create_dir(upper.join("a")).unwrap();
    fs::hard_link(upper.join("z"), upper.join("a/x")).unwrap();
    symlink("nowhere", upper.join("s")).unwrap();
    fs::hard_link(upper.join("s"), upper.join("t")).unwrap();
    let entries = read(&layer(&upper));
    let kinds: Vec<String> = entries.iter().map(|entry| format!("{} {:?}", entry.path, entry.kind)).collect();
    let link = |to: &str| format!("Link(Inside([{to}]))");
    assert_eq!(
        kinds,
        [
            "/ Directory".to_string(),
            "/a Directory".into(),
            "/a/x File(7)".into(),
            format!("/b {}", link("\"a\", \"x\"")),
            "/s Symlink(\"nowhere\")".into(),
            format!("/t {}", link("\"s\"")),
            format!("/z {}", link("\"a\", \"x\"")),
        ]
    );
}

#[test]
fn the_same_content_makes_the_same_bytes_for_everybody() {
    let place = Place::new();
    let files = ["etc/motd", "etc/conf.d/x", "bin/tool", "é\n\u{1b}"];
    let make = |name: &str, backwards: bool| {
        let upper = place.directory(name);
        let mut files = files.to_vec();
        if backwards {
            files.reverse();
        }
        for file in files {
            fs::create_dir_all(upper.join(file).parent().unwrap()).unwrap();
            fs::write(upper.join(file), file).unwrap();
            attribute(&upper.join(file), "user.b", b"2");
            attribute(&upper.join(file), "user.a", b"1");
        }
        whiteout(&upper.join("etc/gone"));
        symlink("tool", upper.join("bin/link")).unwrap();
        settle(&upper);
        upper
    };
    let (one, other) = (make("one", false), make("other", true));
    assert_eq!(layer(&one), layer(&other));
    // Root and an ordinary user run this test: it is the same layer for both, on every machine.
    let known = "sha256:56946479483c643e52f1b076e07262ca423f700762441764aa4d1283c7246a10";
    assert_eq!(hash(&layer(&one)).to_string(), known);
    // What was touched since is made as old as it may be.
    let clamped = Rules { youngest: Some(1_700_000_000), ..rules(Opaque::Marker) };
    set_time(&other.join("etc/motd"), 1_800_000_000);
    assert_ne!(layer(&one), layer(&other));
    assert_eq!(try_write(&other, &clamped).unwrap().0, layer(&one));
}

#[test]
fn seconds_are_rounded_down_also_before_1970() {
    let place = Place::new();
    let upper = place.directory("upper");
    for (name, time) in [("a", (5, 999_999_999)), ("b", (-2, 500_000_000)), ("c", (-1, 0))] {
        fs::write(upper.join(name), "").unwrap();
        Sys::default().set_own_times(&upper.join(name), (0, 0), time).unwrap();
    }
    let times: Vec<_> = read(&layer(&upper))[1..].iter().map(|entry| entry.meta.modified.unwrap()).collect();
    assert_eq!(times, [(5, 0), (-2, 0), (-1, 0)]);
}

#[test]
fn what_no_layer_can_say_is_refused_or_told() {
    let place = Place::new();
    let upper = place.directory("upper");
    fs::write(upper.join(".wh.x"), "").unwrap();
    assert!(refused(&upper).starts_with("cannot write /.wh.x into a layer\n  why   a name that begins with .wh. says"));
    fs::rename(upper.join(".wh.x"), upper.join("x")).unwrap();
    attribute(&upper.join("x"), "user.a=b", b"");
    assert!(refused(&upper).contains("has a = in it"));
    fs::remove_file(upper.join("x")).unwrap();
    for (mark, option) in [("redirect", "redirect_dir=off"), ("metacopy", "metacopy=off")] {
        fs::create_dir(upper.join("d")).unwrap();
        attribute(&upper.join("d"), &format!("user.overlay.{mark}"), b"old");
        assert!(refused(&upper).contains(option), "{mark}");
        fs::remove_dir(upper.join("d")).unwrap();
    }
    let _socket = std::os::unix::net::UnixListener::bind(upper.join("socket")).unwrap();
    let (bytes, entries, written) = try_write(&upper, &rules(Opaque::Marker)).unwrap();
    assert_eq!((entries.len(), read(&bytes).len()), (1, 1));
    assert_eq!(written.left_out[0].path, "/socket");
    assert!(written.left_out[0].why.contains("a socket"));
    let deep = (0..200).fold(upper.join("d"), |path, _| path.join("d"));
    fs::create_dir_all(deep).unwrap();
    assert!(refused(&upper).contains("more than 128 directories deep"));
}

#[test]
fn who_is_nobody_in_the_image_is_refused() {
    let place = Place::new();
    let upper = place.directory("upper");
    fs::write(upper.join("f"), "").unwrap();
    let own = fs::metadata(&upper).unwrap();
    let of = |owners| try_write(&upper, &Rules { owners, ..rules(Opaque::Marker) });
    let (bytes, ..) = of(Owners::Mapped(own.uid(), own.gid())).unwrap();
    assert!(read(&bytes).iter().all(|entry| entry.meta.owner == Some((0, 0))));
    let Err(ImageError::Refused(failure)) = of(Owners::Mapped(own.uid() + 1, own.gid())) else { panic!() };
    assert!(failure.why.contains(&format!("belongs to user {}", own.uid())), "{failure}");
}

#[test]
fn a_signal_ends_the_work() {
    let place = Place::new();
    let stop = AtomicUsize::new(2);
    let upper = place.directory("upper");
    let outcome = try_write(&upper, &Rules { stop: &stop, ..rules(Opaque::Marker) });
    assert_eq!(outcome.unwrap_err(), ImageError::Stopped(2));
}

#[test]
fn what_is_unpacked_makes_the_same_bytes_again() {
    let place = Place::new();
    let mut bytes = Vec::new();
    let attributes = [(b"user.a".to_vec(), b"1".to_vec()), (b"user.overlay.opaque".to_vec(), b"y".to_vec())];
    let mut put = |header: Header, content: &[u8]| {
        bytes.extend(Header { modified: -5, size: content.len() as u64, ..header }.bytes().unwrap());
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    };
    let header = |path, kind, mode| Header { path, kind, mode, ..Header::default() };
    put(header(b"./", b'5', 0o755), b"");
    put(Header { modified: 0, ..header(b".wh.gone", b'0', 0) }, b"");
    put(Header { owner: (5, 300), ..header(b"d/", b'5', 0o2770) }, b"");
    put(Header { modified: 0, ..header(b"d/.wh..wh..opq", b'0', 0) }, b"");
    put(Header { attributes: &attributes, ..header(b"d/sub/", b'5', 0o700) }, b"");
    put(Header { owner: (0, 42), ..header(b"d/tool", b'0', 0o4755) }, b"content");
    put(Header { link: b"../d/tool", ..header(b"link", b'2', 0o777) }, b"");
    put(header(b"pipe", b'6', 0o600), b"");
    put(Header { link: b"d/tool", owner: (0, 42), ..header(b"tool", b'1', 0o4755) }, b"");
    bytes.extend([0; 1024]);
    // Whiteouts have no time; the ones above were given one by `put`.
    let bytes = {
        let first = place.at("first");
        try_unpack(&bytes, &first, Owners::of_caller()).unwrap();
        assert!(is_device(&first.join("gone")));
        assert_eq!(fs::symlink_metadata(first.join("d/tool")).unwrap().mode() & 0o7777, 0o4755);
        assert_eq!(fs::metadata(first.join("tool")).unwrap().nlink(), 2);
        let written = layer(&first);
        let (before, after) = (read(&bytes), read(&written));
        assert_eq!(before.len(), after.len());
        for (before, after) in before.iter().zip(&after) {
            let is_mark = before.path.names().last().is_some_and(|name| name.to_string_lossy().starts_with(".wh."));
            let same = crate::tree::Meta { modified: before.meta.modified, ..after.meta.clone() };
            let after_meta = if is_mark { &same } else { &after.meta };
            assert_eq!((&before.path, &before.kind, &before.meta), (&after.path, &after.kind, after_meta));
        }
        written
    };
    try_unpack(&bytes, &place.at("second"), Owners::of_caller()).unwrap();
    assert_eq!(layer(&place.at("second")), bytes);
}

#[test]
fn an_owner_that_nothing_can_note_is_counted() {
    let place = Place::new();
    let bytes = [
        Header { path: b"s", kind: b'2', link: b"x", owner: (7, 7), ..Header::default() }.bytes().unwrap(),
        vec![0; 1024],
    ]
    .concat();
    let (user, group) = crate::kernel::effective_ids();
    assert_eq!(try_unpack(&bytes, &place.at("d"), Owners::Mapped(user, group)).unwrap().owners_lost, 1);
}

#[test]
fn a_layer_never_hides_what_it_has_itself_whatever_the_order() {
    let mark = (b'0', "d/.wh..wh..opq", "");
    let orders: [&[(u8, &str, &str)]; 3] = [
        &[
            (b'5', "d/", ""),
            mark,
            (b'0', "d/f", "x"),
            (b'0', ".wh.g", ""),
            (b'0', "g", "y"),
            (b'0', ".wh.e", ""),
            (b'5', "e/", ""),
        ],
        &[mark, (b'5', "e/", ""), (b'0', ".wh.e", ""), (b'0', "g", "y"), (b'0', ".wh.g", ""), (b'0', "d/f", "x")],
        &[(b'0', "d/f", "x"), (b'0', "g", "y"), (b'5', "e/", ""), mark, (b'0', ".wh.g", ""), (b'0', ".wh.e", "")],
    ];
    for (at, entries) in orders.iter().enumerate() {
        let place = Place::new();
        let directory = place.at("layer");
        try_unpack(&archive(entries), &directory, Owners::of_caller()).unwrap();
        assert_eq!(fs::read_to_string(directory.join("d/f")).unwrap(), "x", "{at}");
        assert_eq!(fs::read_to_string(directory.join("g")).unwrap(), "y", "{at}");
        let shown = names(&directory, Opaque::Marker);
        assert_eq!(shown, ["./", "d/", "d/.wh..wh..opq", "d/f", "e/", "e/.wh..wh..opq", "g"], "{at}");
    }
}

#[test]
fn hostile_layers_are_refused_and_nothing_is_left_of_them() {
    for (entries, why) in [
        (&[(b'0', "../x", "")][..], "leads upwards"),
        (&[(b'0', "/x", "")], "absolute"),
        (&[(b'2', "l", ".."), (b'0', "l/x", "")], "does not lead through it"),
        (&[(b'2', "l", "/"), (b'0', "l/.wh.etc", "")], "does not lead through it"),
        (&[(b'2', "l", "/"), (b'0', "l/.wh..wh..opq", "")], "does not lead through it"),
        (&[(b'1', "h", "../../etc/passwd")], "leads upwards"),
        (&[(b'2', "./", "/")], "the root itself"),
        (&[(b'0', ".wh.", "")], "here stands none"),
        (&[(b'0', ".wh..", "")], "here stands none"),
        (&[(b'0', "d/.wh...", "")], "here stands none"),
        (&[(b'0', ".wh..wh..", "")], "reserved"),
        (&[(b'0', ".wh..wh..plnk", "")], "reserved"),
        (&[(b'5', "d/", ""), (b'0', "d", "x")], "the place of a directory"),
        (&[(b'0', "d", "x"), (b'5', "d/", "")], "a file"),
    ] {
        let place = Place::new();
        let Err(TreeError::Refused(failure)) = try_unpack(&archive(entries), &place.at("d"), Owners::of_caller())
        else {
            panic!("{entries:?}")
        };
        assert!(failure.why.contains(why), "{entries:?}: {failure}");
        assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 0, "{entries:?}");
    }
    // Ten thousand levels, at once and one by one; an owner that nobody can be; nothing is made on the way.
    let deep = "d/".repeat(10_000);
    let whole: Vec<String> = (1..=130).map(|levels| "d/".repeat(levels)).collect();
    let one_by_one: Vec<_> = whole.iter().map(|name| (b'5', name.as_str(), "")).collect();
    let foreign = |owner| {
        let header = Header { path: b"f", kind: b'0', mode: 0o644, owner, ..Header::default() };
        [header.bytes().unwrap(), vec![0; 1024]].concat()
    };
    for (bytes, why) in [
        (archive(&[(b'5', &deep, "")]), "longer than 4095 bytes"),
        (archive(&one_by_one), "more than 128 directories deep"),
        (foreign((1 << 31, 0)), "2147483648"),
        (foreign((0, u32::MAX)), "4294967295"),
    ] {
        let place = Place::new();
        let told = try_unpack(&bytes, &place.at("d"), Owners::of_caller()).unwrap_err().to_string();
        assert!(told.contains(why), "{told}");
        assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 0, "{why}");
    }
    let place = Place::new();
    let whole = archive(&[(b'0', "f", "text")]);
    for cut in [100, 512, 600, 1024] {
        assert!(try_unpack(&whole[..cut], &place.at("d"), Owners::of_caller()).is_err(), "{cut}");
    }
    let duplicates = archive(&[(b'0', "f", "one"), (b'0', "f", "two")]);
    try_unpack(&duplicates, &place.at("d"), Owners::of_caller()).unwrap();
    assert_eq!(fs::read_to_string(place.at("d/f")).unwrap(), "two");
}
