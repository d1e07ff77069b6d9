//! An image to make containers of: a directory with a statically linked busybox, and what tells whether anything of a
//! container is left.

use super::session::nothing_is_left_of;
use super::{Ended, disk, ends_with, layerlab, text};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

const APPLETS: &[&str] = &[
    "sh",
    "true",
    "false",
    "cat",
    "ls",
    "ps",
    "id",
    "hostname",
    "mount",
    "umount",
    "env",
    "pwd",
    "sleep",
    "echo",
    "touch",
    "mkdir",
    "rm",
    "ln",
    "grep",
    "stty",
    "tty",
    "kill",
    "chroot",
    "mknod",
    "dd",
    "ping",
    "ip",
    "readlink",
    "test",
    "head",
    "wc",
    "sort",
    "unshare",
    "nsenter",
    "pivot_root",
    "mv",
    "chmod",
    "find",
    "timeout",
    "seq",
    "tail",
    "stat",
    "df",
];

/// An image in a directory that no other test has.
pub struct Image {
    directory: tempfile::TempDir,
}

impl Image {
    pub fn new() -> Image {
        let directory = tempfile::Builder::new().prefix("image-").tempdir_in(disk()).unwrap();
        let image = Image { directory };
        let bin = image.root().join("bin");
        std::fs::create_dir_all(&bin).unwrap();
        let places = ["/bin/busybox", "/usr/bin/busybox"].map(Path::new);
        let busybox = places.iter().find(|path| path.exists()).expect("busybox-static is needed");
        // By another process: a child that another test starts meanwhile would else have it open to write (ETXTBSY).
        assert!(Command::new("cp").arg(busybox).arg(bin.join("busybox")).status().unwrap().success());
        APPLETS.iter().for_each(|name| symlink("busybox", bin.join(name)).unwrap());
        image
    }

    /// The layer.
    pub fn root(&self) -> PathBuf {
        self.directory.path().join("root")
    }

    /// A directory beside the layer.
    pub fn beside(&self) -> &Path {
        self.directory.path()
    }

    /// A program of the test's own in the image, written in C.
    pub fn compile(&self, name: &str, source: &str) {
        let file = self.beside().join(format!("{name}.c"));
        std::fs::write(&file, source).unwrap();
        let built = text(
            Command::new("cc").args(["-static", "-O1", "-w", "-o"]).arg(self.root().join("bin").join(name)).arg(&file),
        );
        assert!(ends_with(&built, Some(0)), "{built:?}");
    }

    /// `layerlab container run OPTIONS IMAGE COMMAND`, ready to be started.
    pub fn command(&self, options: &[&str], command: &[&str]) -> Command {
        let mut run = layerlab();
        run.args(["container", "run"]).args(options).arg(self.root()).args(command);
        run
    }

    pub fn run(&self, options: &[&str], command: &[&str]) -> Ended {
        text(&mut self.command(options, command))
    }

    /// What a script prints in a container, where it ends well and nobody complains.
    #[track_caller]
    pub fn prints(&self, options: &[&str], script: &str) -> String {
        let ended = self.run(options, &["sh", "-c", script]);
        assert!(ends_with(&ended, Some(0)) && ended.stderr.is_empty(), "{script}: {ended:?}");
        ended.stdout
    }

    /// Waits until no process and no mount has to do with this image, and no cgroup is ours.
    #[track_caller]
    pub fn nothing_is_left(&self) {
        nothing_is_left_of(self.directory.path());
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.nothing_is_left();
        }
    }
}

/// The cgroups that a parent of this number made, wherever they are.
pub fn cgroups_of(pid: u32) -> Vec<PathBuf> {
    let begins = format!("layerlab-{pid}-");
    let all = walkdir::WalkDir::new("/sys/fs/cgroup").follow_links(false).into_iter().flatten();
    all.filter(|entry| entry.file_name().to_string_lossy().starts_with(&begins))
        .map(|entry| entry.into_path())
        .collect()
}

/// Whether this user may limit containers here: a try tells.
pub fn limits_work(image: &Image) -> Result<(), String> {
    let tried = image.run(&["--pids", "50"], &["true"]);
    if tried.code == Some(0) { Ok(()) } else { Err(tried.stderr) }
}
