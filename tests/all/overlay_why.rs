//! Every reason that `mount` gives for a refused overlay, provoked on the real kernel: the reason printed must be the
//! reason found.

use crate::support;
use layerlab::action::{CommandLine, Context, execute};
use layerlab::ground::Role;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

const TEST: &str = "overlay_why::every_reason_for_a_refusal_is_the_one_that_was_provoked";

/// What is there before, the line, then the beginning of `why` and of `fix`. In each case there are `l1`, `l2`, `up`,
/// `work` and `mnt`, and a file `file`.
const REFUSALS: &[(&str, &str, &str, &str)] = &[
    ("", "lowerdir=l1,upperdir=up,workdir=work missing", "the mount point missing does not exist", "mkdir missing"),
    (
        "",
        "lowerdir=l1,upperdir=up,workdir=work file",
        "the mount point file is not a directory",
        "mount on a directory",
    ),
    ("", "lowerdir=l1:none,upperdir=up,workdir=work mnt", "lowerdir none does not exist", "mkdir none"),
    ("", "lowerdir=l1,upperdir=none,workdir=work mnt", "upperdir none does not exist", "mkdir none"),
    ("", "lowerdir=l1,upperdir=up,workdir=none mnt", "workdir none does not exist", "mkdir none"),
    (
        "",
        "lowerdir=l1,upperdir=up,workdir=up/work mnt",
        "workdir up/work does not exist, and if it did, it would lie inside upperdir",
        "make workdir a sibling",
    ),
    ("", "lowerdir=file,upperdir=up,workdir=work mnt", "lowerdir file is not a directory", "look at it: ls -ld file"),
    ("", "lowerdir=l1,upperdir=file,workdir=work mnt", "upperdir file is not a directory", "look at it: ls -ld file"),
    ("", "lowerdir=l1,upperdir=up,workdir=file mnt", "workdir file is not a directory", "look at it: ls -ld file"),
    ("", "upperdir=up,workdir=work mnt", "no lowerdir is given", "name the lower layers"),
    ("", "lowerdir=,upperdir=up,workdir=work mnt", "no lowerdir is given", "name the lower layers"),
    ("", "lowerdir=l1,upperdir=up mnt", "upperdir is given without workdir", "make an empty directory beside upperdir"),
    ("", "lowerdir=l1,workdir=work mnt", "workdir work is given without upperdir", "name an upperdir too"),
    ("", "lowerdir=l1 mnt", "one lower and no upper is no union", "add a lower"),
    (
        "",
        "lowerdir=l1,upperdir=up,workdir=up mnt",
        "workdir and upperdir are the same directory",
        "make workdir a sibling",
    ),
    (
        "mkdir up/work",
        "lowerdir=l1,upperdir=up,workdir=up/work mnt",
        "workdir lies inside upperdir",
        "make workdir a sibling",
    ),
    (
        "mkdir work/up",
        "lowerdir=l1,upperdir=work/up,workdir=work mnt",
        "upperdir lies inside workdir",
        "make workdir a sibling",
    ),
    (
        "mkdir t; mount -t tmpfs t t; mkdir t/w",
        "lowerdir=l1,upperdir=up,workdir=t/w mnt",
        "workdir t/w and upperdir up lie on different file systems (the tmpfs on /",
        "make workdir a sibling",
    ),
    (
        "mkdir t t/w; mount --bind t t",
        "lowerdir=l1,upperdir=up,workdir=t/w mnt",
        "workdir t/w and upperdir up lie on different mounts (the tmpfs on /",
        "make workdir a sibling",
    ),
    (
        "mkdir m u w; mount -t overlay o -o lowerdir=l1,upperdir=u,workdir=w m; mkdir m/u m/w",
        "lowerdir=l2,upperdir=m/u,workdir=m/w mnt",
        "upperdir m/u lies on an overlay itself",
        "take a directory on ext4",
    ),
    (
        "mkdir t; mount -t tmpfs t t; mkdir t/u t/w; mount -o remount,bind,ro t",
        "lowerdir=l1,upperdir=t/u,workdir=t/w mnt",
        "upperdir t/u lies on /",
        "take a directory that can be written",
    ),
    ("", "lowerdir=l1:l1,upperdir=up,workdir=work mnt", "lowerdir names l1 twice", "give each directory one part"),
    (
        "",
        "lowerdir=l1,upperdir=l1,workdir=work mnt",
        "upperdir l1 and lowerdir l1 are one directory",
        "give each directory one part",
    ),
    (
        "mkdir l1/sub",
        "lowerdir=l1:l1/sub,upperdir=up,workdir=work mnt",
        "lowerdir l1/sub lies inside lowerdir l1",
        "make the layers siblings",
    ),
    (
        "mkdir up/low",
        "lowerdir=up/low,upperdir=up,workdir=work mnt",
        "lowerdir up/low lies inside upperdir up",
        "make the layers siblings",
    ),
    (
        "mkdir m; mount -t overlay o -o lowerdir=l1,upperdir=up,workdir=work m",
        "lowerdir=l1,upperdir=up,workdir=work,index=on mnt",
        "upperdir up is already in use by the overlay on /",
        "give this overlay an upperdir",
    ),
    ("", "lowerdir=l1,upperdir=up,workdir=work,bogus mnt", "overlayfs has no option bogus", "check its spelling"),
    ("", "lowerdir=l1,upperdir=up,workdir=work,bogus=on mnt", "overlayfs has no option bogus=on", "check its spelling"),
    (
        "",
        "lowerdir=l1,upperdir=up,workdir=work,index=maybe mnt",
        "overlayfs does not know this value: index=maybe",
        "values are mostly",
    ),
    (
        "",
        "lowerdir=l1,upperdir=up,workdir=work,userxattr,metacopy=on mnt",
        "userxattr and metacopy=on exclude each other",
        "leave out metacopy=on",
    ),
    (
        "mkdir -p work/work/incompat/volatile",
        "lowerdir=l1,upperdir=up,workdir=work mnt",
        "work/work/incompat/volatile exists",
        "throw upper and work away",
    ),
    (
        "",
        "lowerdir=l1,upperdir=/proc/self,workdir=/proc/self/task mnt",
        "workdir lies inside upperdir",
        "make workdir a sibling",
    ),
    (
        "",
        "lowerdir=l1,upperdir=/proc/self/task,workdir=/proc/self/map_files mnt",
        "upperdir /proc/self/task lies on /proc (proc), which can't hold an upper",
        "take a directory on ext4",
    ),
];

#[test]
fn every_reason_for_a_refusal_is_the_one_that_was_provoked() {
    if let Ok(base) = std::env::var("LAYERLAB_TEST_WHY") {
        return inside(Path::new(&base));
    }
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let namespaces: &[&str] = if root { &["-m", "-Urm"] } else { &["-Urm"] };
    // Without an id of root and so without capabilities.
    for flags in namespaces.iter().chain(&["-U"]) {
        let base = tempfile::tempdir().unwrap();
        let mut unshare = Command::new("unshare");
        unshare.arg(flags).args(support::alone(TEST)).env("LAYERLAB_TEST_WHY", base.path());
        unshare.env("LAYERLAB_TEST_POOR", if *flags == "-U" { "1" } else { "" });
        // Directories of somebody else, which only root can make.
        let foreign = tempfile::tempdir().unwrap();
        if root && *flags == "-Urm" {
            let make = "chmod 755 .; mkdir u w closed; chown 12345 u w closed; chmod 700 closed";
            assert!(Command::new("sh").args(["-c", make]).current_dir(&foreign).status().unwrap().success());
            unshare.env("LAYERLAB_TEST_FOREIGN", foreign.path());
        }
        let status = unshare.status().expect("util-linux's unshare is needed");
        assert!(status.success(), "under unshare {flags}");
    }
}

fn inside(base: &Path) {
    if std::env::var("LAYERLAB_TEST_POOR").as_deref() == Ok("1") {
        enter(base, 0, "");
        let context = mount("lowerdir=l1,upperdir=up,workdir=work mnt");
        let failure = context.failure.as_ref().unwrap();
        assert!(failure.why.starts_with("mounting needs CAP_SYS_ADMIN"), "{failure}");
        assert!(String::from_utf8_lossy(context.shown()).contains("/mnt: must be superuser to use mount.\n"));
        return;
    }
    assert!(Command::new("mount").args(["-t", "tmpfs", "scratch"]).arg(base).status().unwrap().success());
    let mut wrong = Vec::new();
    for (at, (before, line, why, fix)) in REFUSALS.iter().enumerate() {
        enter(base, at, before);
        let failure = mount(line).failure;
        let failure = failure.unwrap_or_else(|| panic!("{line}: nothing was explained"));
        if !failure.why.starts_with(why) || !failure.fix.starts_with(fix) {
            wrong.push(format!("{line}\n  expected {why} / {fix}\n{failure}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    enter(base, 1000, "mkdir $(seq 501)");
    let lowers: Vec<String> = (1..=501).map(|layer| layer.to_string()).collect();
    let failure = mount(&format!("lowerdir={},upperdir=up,workdir=work mnt", lowers.join(":"))).failure.unwrap();
    assert!(failure.why.starts_with("501 lower layers are too many: the kernel takes 500"), "{failure}");
    assert!(mount(&format!("lowerdir={},upperdir=up,workdir=work mnt", lowers[1..].join(":"))).failure.is_none());

    // Names too long for fsconfig(2), and together too long for mount(2).
    let long = "x".repeat(150);
    enter(base, 1006, &format!("for n in $(seq 16); do mkdir -p {long}/{long}/$n; done"));
    let lowers: Vec<String> = (1..=16).map(|layer| format!("{long}/{long}/{layer}")).collect();
    let failure = mount(&format!("lowerdir={},upperdir=up,workdir=work mnt", lowers.join(":"))).failure.unwrap();
    assert!(failure.why.contains("bytes long, and mount(2) takes one page (4096)"), "{failure}");

    enter(base, 1001, "mkdir m m2; mount -t overlay o -o lowerdir=l1,upperdir=up,workdir=work m");
    let warning = mount("lowerdir=l2,upperdir=up,workdir=work mnt").warning.unwrap();
    assert!(warning.starts_with("upperdir up is already in use by the overlay on /"), "{warning}");
    // Names that the mount table escapes, or that are no text; by mount(8), and by a mount of ours.
    let names = "mkdir 'u,p' 'u\\q' $'u\\xff' m m2 w2; ln -s $'u\\xff' link";
    let by_mount = "overlay() { mount -t overlay o -o \"lowerdir=l1,upperdir=$1,workdir=$2\" $3; }";
    enter(base, 1007, &format!("{names}; {by_mount}; overlay 'u\\,p' work m; overlay $'u\\xff' w2 m2"));
    for upper in ["'u\\,p'", "link"] {
        let warning = mount(&format!("lowerdir=l2,upperdir={upper},workdir=l1 mnt")).warning.unwrap_or_default();
        assert!(warning.contains(" is already in use by the overlay on /"), "{upper}: {warning}");
    }
    for (at, upper) in ["'u\\,p'", "'u\\\\q'", "link"].iter().enumerate() {
        enter(base, 1008 + at, names);
        assert_eq!(mount(&format!("lowerdir=l1,upperdir={upper},workdir=work m")).warning, None);
        let warning = mount(&format!("lowerdir=l2,upperdir={upper},workdir=w2 mnt")).warning.unwrap_or_default();
        assert!(warning.contains(" is already in use by the overlay on /"), "{upper}: {warning}");
    }
    enter(base, 1003, "mkdir t; mount -t tmpfs -o nr_inodes=3 t t; mkdir t/u t/w");
    let warning = mount("lowerdir=l1,upperdir=t/u,workdir=t/w mnt").warning.unwrap();
    assert!(
        warning.starts_with(
            "The overlay on mnt is read-only: overlayfs could not make what it needs in workdir t/w (is there room on /"
        ),
        "{warning}"
    );
    enter(base, 1004, "mkdir r; mount -t ramfs r r; mkdir r/u r/w");
    let warning = mount("lowerdir=l1,upperdir=r/u,workdir=r/w,userxattr mnt").warning.unwrap();
    assert!(warning.starts_with("r/u lies on ramfs, which has no user.* attributes"), "{warning}");
    if let Some(foreign) = std::env::var_os("LAYERLAB_TEST_FOREIGN") {
        let foreign = foreign.to_string_lossy();
        enter(base, 1005, "");
        let warning =
            mount(&format!("lowerdir=l1,upperdir={foreign}/u,workdir={foreign}/w,userxattr mnt")).warning.unwrap();
        assert!(warning.contains("belongs to user 65534, and we are 0"), "{warning}");
        let failure =
            mount(&format!("lowerdir=l1,upperdir={foreign}/closed/u,workdir=work,userxattr mnt")).failure.unwrap();
        assert!(failure.why.starts_with("a directory on the way to upperdir /"), "{failure}");
    }

    enter(base, 1002, "");
    let context = mount("lowerdir=l1,upperdir=up,workdir=work mnt");
    assert_eq!((context.failure, context.warning), (None, None));
}

fn enter(base: &Path, at: usize, before: &str) {
    let directory = base.join(at.to_string());
    std::fs::create_dir(&directory).unwrap();
    std::env::set_current_dir(&directory).unwrap();
    let script = format!("set -e; mkdir l1 l2 up work mnt; touch file; {before}");
    assert!(Command::new("bash").arg("-c").arg(&script).status().unwrap().success(), "{script}");
}

fn mount(options_and_target: &str) -> Context {
    let line = CommandLine::parse(&format!("mount -t overlay o -o {options_and_target}")).unwrap();
    let mut context = Context::new(Role::Root);
    let status = execute(&line, &mut context).unwrap();
    assert_eq!(status == 0, context.failure.is_none(), "{line}");
    context
}
