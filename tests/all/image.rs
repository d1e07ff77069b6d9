//! `layerlab image …` and containers of stored images, through the whole program.

use crate::support::image::Image;
use crate::support::session::kill_hard;
use crate::support::{Ended, command, disk, ends_with, is_root, layerlab, skip, text};
use serde_json::{Value, json};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A directory of the test's own with a store in it.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::Builder::new().prefix("images-").tempdir_in(disk()).unwrap())
    }

    fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    fn store(&self) -> PathBuf {
        self.at("store")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = layerlab();
        command.current_dir(self.0.path()).env("LAYERLAB_IMAGES", self.store()).env("COLUMNS", "300").args(words);
        command
    }

    fn image(&self, words: &[&str]) -> Ended {
        text(&mut self.command(&[&["image"], words].concat()))
    }

    /// What it prints where it ends well.
    #[track_caller]
    fn prints(&self, words: &[&str]) -> String {
        let ended = self.image(words);
        assert!(ends_with(&ended, Some(0)) && ended.stderr.is_empty(), "{words:?}: {ended:?}");
        ended.stdout
    }

    #[track_caller]
    fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.prints(words)).unwrap()
    }

    /// It ends with this code and says so in our form.
    #[track_caller]
    fn refuses(&self, code: i32, words: &[&str], why: &str) {
        let ended = self.image(words);
        assert!(ends_with(&ended, Some(code)) && ended.stdout.is_empty(), "{words:?}: {ended:?}");
        let said = &ended.stderr;
        assert!(said.starts_with("error: ") && said.contains("\n  fix   ") && said.contains(why), "{words:?}: {said}");
    }

    #[track_caller]
    fn is_clean(&self) {
        let report = self.json(&["check", "--json"]);
        assert_eq!(report["findings"], json!([]), "{report}");
    }

    /// A small tree, whose times and modes are always the same.
    fn tree(&self, name: &str, files: &[(&str, &str)]) -> PathBuf {
        for (file, text) in files {
            let path = self.at(name).join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        settle(&self.at(name));
        self.at(name)
    }

    /// A small image, and its ID.
    fn small(&self, name: &str) -> String {
        self.tree("small", &[("etc/motd", "hello"), ("etc/issue", "x"), ("a", "b")]);
        let made = text(self.command(&["image", "commit", "small", name]).env("SOURCE_DATE_EPOCH", "1700000000"));
        assert!(ends_with(&made, Some(0)), "{made:?}");
        made.stdout.trim().to_string()
    }

    /// How many entries a directory of the store has; it need not be there.
    fn entries(&self, directory: &str) -> usize {
        std::fs::read_dir(self.store().join(directory)).map_or(0, Iterator::count)
    }

    fn blob(&self, digest: &Value) -> PathBuf {
        self.store().join("blobs/sha256").join(digest.as_str().unwrap().trim_start_matches("sha256:"))
    }
}

fn settle(directory: &Path) {
    for entry in walkdir::WalkDir::new(directory).contents_first(true) {
        let entry = entry.unwrap();
        if !entry.path_is_symlink() {
            let mode = if entry.file_type().is_dir() { 0o755 } else { 0o644 };
            std::fs::set_permissions(entry.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let touched = text(command("touch").args(["--no-dereference", "--date=@1700000000"]).arg(entry.path()));
        assert_eq!(touched.code, Some(0), "{touched:?}");
    }
}

fn sha256(path: &Path) -> String {
    let sum = text(command("sha256sum").arg(path));
    format!("sha256:{}", sum.stdout.split_whitespace().next().unwrap())
}

/// The program of a peer, where the machine has it.
fn peer(name: &str) -> Option<Command> {
    let is_there = text(command("sh").args(["-c", &format!("command -v {name}")])).code == Some(0);
    if !is_there {
        skip("images beside other programs", &format!("{name} is not installed"));
    }
    is_there.then(|| command(name))
}

#[track_caller]
fn succeeds(command: &mut Command) -> String {
    let ended = text(command);
    assert!(ends_with(&ended, Some(0)), "{command:?}: {ended:?}");
    ended.stdout
}

#[test]
fn an_image_is_the_same_for_everybody_and_every_digest_is_that_of_sha256sum() {
    let place = Place::new();
    // Root and an ordinary user run this test.
    place.small("app");
    let told = place.json(&["inspect", "app"]);
    let image = &told[0];
    assert_eq!(image["layers"][0]["diffId"], "sha256:a29657b189f3385c52489d094877c8084dae9e079289ae7d87265666d44d8949");
    for digest in [&image["id"], &image["manifest"]["digest"], &image["layers"][0]["digest"]] {
        assert_eq!(sha256(&place.blob(digest)), digest.as_str().unwrap());
    }
    assert_eq!(image["layers"][0]["diffId"], image["layers"][0]["digest"]);
    assert_eq!(image["layers"][0]["size"], std::fs::metadata(place.blob(&image["layers"][0]["digest"])).unwrap().len());
    let listed = succeeds(command("tar").arg("--list").arg("--file").arg(place.blob(&image["layers"][0]["digest"])));
    assert_eq!(listed, "./\na\netc/\netc/issue\netc/motd\n");
    // Compressed, the blob is another one, and what it holds the same.
    for (compression, program) in [("gzip", "gzip"), ("zstd", "zstd")] {
        place.prints(&["commit", "--compression", compression, "small", compression]);
        let zipped = place.json(&["inspect", compression]);
        let layer = &zipped[0]["layers"][0];
        assert_eq!(layer["diffId"], image["layers"][0]["diffId"]);
        assert_ne!(layer["digest"], image["layers"][0]["digest"]);
        assert_eq!(layer["mediaType"], format!("application/vnd.oci.image.layer.v1.tar+{compression}"));
        let unpacked = format!("{program} -dc < {} | sha256sum", place.blob(&layer["digest"]).display());
        let sum = succeeds(command("sh").args(["-c", &unpacked]));
        assert_eq!(format!("sha256:{}", sum.split_whitespace().next().unwrap()), layer["diffId"].as_str().unwrap());
    }
    place.is_clean();
}

#[test]
fn what_is_explained_is_what_was_written() {
    let place = Place::new();
    place.tree("small", &[("etc/motd", "hello"), ("long", &"x".repeat(600))]);
    let ended = place.image(&["commit", "--explain", "small", "app"]);
    assert!(ends_with(&ended, Some(0)), "{ended:?}");
    let image = &place.json(&["inspect", "app"])[0];
    let layer = std::fs::read(place.blob(&image["layers"][0]["digest"])).unwrap();
    let mut headers = 0;
    for line in ended.stderr.lines().filter(|line| line.contains("  header ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at: usize = words[0].parse().unwrap();
        let name = words.last().unwrap().as_bytes();
        assert_eq!(&layer[at..at + name.len()], name, "{line}");
        assert_eq!(&layer[at + 257..at + 262], b"ustar", "{line}");
        headers += 1;
    }
    assert_eq!(headers, 4);
    for digest in [&image["id"], &image["manifest"]["digest"], &image["layers"][0]["diffId"]] {
        assert!(ended.stderr.contains(digest.as_str().unwrap()), "{digest}: {}", ended.stderr);
    }
}

#[test]
fn a_container_of_an_image_runs_as_its_configuration_says() {
    let place = Place::new();
    let image = Image::new();
    let root = image.root();
    std::fs::create_dir_all(root.join("srv")).unwrap();
    std::fs::create_dir_all(root.join("etc")).unwrap();
    std::fs::write(root.join("etc/passwd"), "root:x:0:0::/:/bin/sh\napp:x:7:8::/:/bin/sh\n").unwrap();
    let root = root.to_str().unwrap();
    place.prints(&[
        "commit",
        root,
        "app:1",
        "-c",
        "ENTRYPOINT [\"sh\", \"-c\"]",
        "-c",
        "CMD [\"pwd; echo $A $B\"]",
        "-c",
        "ENV A=1",
        "-c",
        "ENV B=2",
        "-c",
        "WORKDIR /srv",
    ]);
    let run =
        |options: &[&str], words: &[&str]| text(&mut place.command(&[&["container", "run"], options, words].concat()));
    assert_eq!(run(&[], &["app:1"]).stdout, "/srv\n1 2\n");
    // A directory that is called as the tag is no layer of it.
    std::fs::create_dir(place.at("1")).unwrap();
    assert_eq!(run(&["--env", "B=3", "--workdir", "/"], &["app:1"]).stdout, "/\n1 3\n");
    assert_eq!(run(&[], &["app:1", "echo other"]).stdout, "other\n");
    let id = place.json(&["inspect", "app:1"]);
    assert_eq!(run(&[], &[&id[0]["id"].as_str().unwrap()[7..19], "echo id"]).stdout, "id\n");
    let digest = format!("app@{}", id[0]["manifest"]["digest"].as_str().unwrap());
    assert_eq!(run(&[], &[&digest, "echo digest"]).stdout, "digest\n");
    // What it changes becomes a layer, and that an image; what was deleted stays so.
    let ended = run(
        &["--keep", "kept"],
        &["app:1", "echo new > /new; rm /etc/passwd; rm -r /srv; mkdir /srv; echo x > /srv/x"],
    );
    assert!(ends_with(&ended, Some(0)), "{ended:?}");
    place.prints(&["commit", "kept", "app:2"]);
    assert_eq!(run(&[], &["app:2", "cat /new x; ls /etc"]).stdout, "new\nx\n");
    assert_eq!(place.prints(&["diff", "app:2"]), "C /etc\nD /etc/passwd\nA /new\nC /srv\nA /srv/x\n");
    let tree = place.prints(&["tree"]);
    assert!(tree.starts_with("IMAGE  ") && tree.contains("\napp:1 ") && tree.contains("\n└── app:2 "), "{tree}");
    // What it says of the layers is what lies on the disk: those of both, and no more.
    let layers = place.json(&["inspect", "app:2"])[0]["layers"].as_array().unwrap().clone();
    let on_disk: u64 = layers.iter().map(|layer| place.blob(&layer["digest"]).metadata().unwrap().len()).sum();
    let [first, second] = [0, 1].map(|at| layers[at]["size"].as_u64().unwrap());
    let sums = format!(
        "\n2 images in 1 tree. Their 2 layers are stored once: {on_disk} bytes.\nIf none were shared: {} bytes.\n",
        2 * first + second
    );
    assert!(tree.ends_with(&sums), "{tree}");
    let spoken = place.prints(&["--plain", "tree"]);
    assert!(
        spoken.starts_with("app:1, ID ")
            && spoken.contains("\napp:2, ID ")
            && spoken.contains(" is made from app:1, ID "),
        "{spoken}"
    );
    assert!(!spoken.contains("──") && spoken.ends_with(&sums), "{spoken}");
    // The same layer stands in both, and is there once.
    let (one, two) = (place.json(&["inspect", "app:1"]), place.json(&["inspect", "app:2"]));
    assert_eq!(one[0]["layers"][0], two[0]["layers"][0]);
    // A user by name is one of the image.
    place.prints(&["commit", "--base", "app:1", "-c", "USER app", "kept/upper", "named"]);
    place.prints(&["commit", root, "user", "-c", "USER app"]);
    let named = run(&[], &["user", "sh", "-c", "id -u; id -g"]);
    match is_root() {
        true => assert_eq!(named.stdout, "7\n8\n"),
        false => assert!(named.code == Some(2) && named.stderr.contains("newuidmap"), "{named:?}"),
    }
    let gone = run(&[], &["named", "id"]);
    assert!(gone.code == Some(2) && gone.stderr.contains("its /etc/passwd has no \"app\""), "{gone:?}");
    place.is_clean();
    // No container is left on them: they go, and what was unpacked with them.
    place.prints(&["rm", "app:1", "app:2", "named", "user"]);
    for part in ["blobs/sha256", "layers", "unpacked", "incoming"] {
        assert_eq!(place.entries(part), 0, "{part}");
    }
}

#[test]
fn a_container_of_directories_is_committed_with_them() {
    let place = Place::new();
    let image = Image::new();
    let kept = place.at("kept");
    let ended = image.run(&["--keep", kept.to_str().unwrap()], &["sh", "-c", "echo x > /new"]);
    assert!(ends_with(&ended, Some(0)), "{ended:?}");
    place.prints(&["commit", "kept", "app"]);
    assert_eq!(place.json(&["inspect", "app"])[0]["layers"].as_array().unwrap().len(), 2);
    assert_eq!(succeeds(&mut place.command(&["container", "run", "app", "cat", "/new"])), "x\n");
    place.prints(&["rm", "app"]);
}

#[test]
fn what_the_kernel_renamed_or_copied_up_in_part_becomes_whole() {
    // The kernel writes such marks only for root; layers with an ordinary user's are in the tests of the room.
    if !is_root() {
        return;
    }
    let place = Place::new();
    place.tree("low", &[("old/a", "a"), ("old/sub/x", "x"), ("file", "content")]);
    let options = "redirect_dir=on,metacopy=on,lowerdir=low,upperdir=u,workdir=w";
    let script = format!(
        "mkdir u w m; mount -t overlay -o {options} overlay m && mv m/old m/new && echo b > m/new/b && chmod 600 m/file &&
        umount m && getfattr -d -m - --absolute-names u/new u/file"
    );
    let ended = text(crate::support::in_namespaces(&script).current_dir(place.0.path()));
    assert!(ended.stdout.contains("redirect") && ended.stdout.contains("metacopy"), "{ended:?}");
    place.prints(&["commit", "low", "base"]);
    place.prints(&["commit", "--base", "base", "u", "app"]);
    let changed = "C /file\nA /new\nA /new/a\nA /new/b\nA /new/sub\nA /new/sub/x\nD /old\n";
    assert_eq!(place.prints(&["diff", "app"]), changed);
    let layer = place.blob(&place.json(&["inspect", "app"])[0]["layers"][1]["digest"]);
    let held = succeeds(command("tar").arg("-xOf").arg(layer).args(["file", "new/sub/x"]));
    assert_eq!(held, "contentx");
    place.refuses(2, &["commit", "u", "alone"], "--base IMAGE");
}

#[test]
fn what_a_container_runs_on_stays_until_it_has_ended() {
    use std::io::{BufRead, BufReader, Read, Write};
    let place = Place::new();
    let image = Image::new();
    std::fs::write(image.root().join("motd"), "still here\n").unwrap();
    place.prints(&["commit", image.root().to_str().unwrap(), "app"]);
    let mut run = place.command(&["container", "run", "app", "sh", "-c", "echo ready; read line; cat /motd"]);
    let mut child = run.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    assert!(place.prints(&["rm", "app"]).contains("Deleted: "));
    let unpacked = || place.entries("unpacked");
    assert_eq!(unpacked(), 1);
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "still here\n");
    assert!(child.wait().unwrap().success());
    // Nobody stands on it any more: the next who writes removes it.
    place.small("next");
    assert_eq!(unpacked(), 0);
}

#[test]
fn an_image_is_mounted_for_one_shell_and_nothing_is_left() {
    use std::io::{BufRead, BufReader, Read};
    let place = Place::new();
    place.small("app");
    place.tree("more", &[("etc/motd", "changed"), ("new", "n")]);
    place.prints(&["commit", "more", "app:2", "--base", "app"]);
    let before = std::fs::read_to_string("/proc/self/mountinfo").unwrap();

    // Two layers are one tree, in which nothing can be written. The output is the command's, and so is the exit code.
    let script = "cd $LAYERLAB_MOUNT && cat etc/motd etc/issue new; ls; (> x) || grep -c \" $LAYERLAB_MOUNT ro.* - overlay \" \
                  /proc/self/mountinfo; echo $$; exit 7";
    let ended = place.image(&["mount", "app:2", "--", "sh", "-c", script]);
    assert!(ends_with(&ended, Some(7)), "{ended:?}");
    assert_eq!(ended.stdout, "changedxna\netc\nnew\n1\n2\n");
    let place_of_it = ended.stderr.lines().next().unwrap().to_string();
    assert!(ended.stderr.contains("Read-only file system") && Path::new(&place_of_it).is_absolute(), "{ended:?}");

    // One layer, with which the kernel alone would not be content.
    let ended = place.image(&["mount", "app", "--json", "--", "sh", "-c", "cat $LAYERLAB_MOUNT/etc/motd"]);
    assert!(ends_with(&ended, Some(0)) && ended.stderr.is_empty(), "{ended:?}");
    let (said, read) = ended.stdout.split_at(ended.stdout.rfind('}').unwrap() + 1);
    let said: Value = serde_json::from_str(said).unwrap();
    assert_eq!((said["directory"].as_str(), read), (Some(place_of_it.as_str()), "\nhello"));
    assert_eq!(said["layers"].as_array().map(Vec::len), Some(1));

    // Who types gets a shell. It is told where, and how that came about.
    let mut shell = place.command(&["image", "mount", "app:2", "--explain"]);
    let ended = text(shell.env("SHELL", "/bin/true"));
    assert!(ends_with(&ended, Some(0)), "{ended:?}");
    assert_eq!(ended.stdout, format!("{place_of_it}\n"));
    let told =
        ["(lesson 11)", "unshare(CLONE_NEWNS|CLONE_NEWPID) = 0", "# overlay: ", "lowerdir=", "MS_RDONLY|MS_NODEV"];
    assert!(told.iter().all(|part| ended.stderr.contains(part)), "{}", ended.stderr);

    // Killed, it takes along what was started in it: then nobody holds its output any more.
    let mut run = place.command(&["image", "mount", "app", "--", "sh", "-c", "sleep 1000 & echo ready; read line"]);
    let mut child = run.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    kill_hard(child.id() as i32);
    assert_eq!(said.read_to_string(&mut line).unwrap(), 0);
    child.wait().unwrap();

    place.refuses(2, &["mount", "nothing"], "nothing");
    let ended = place.image(&["mount", "app", "--", "no-such-program"]);
    assert!(ends_with(&ended, Some(127)) && ended.stderr.contains("\n  fix   "), "{ended:?}");
    assert_eq!(std::fs::read_to_string("/proc/self/mountinfo").unwrap(), before);
    place.is_clean();
}

#[test]
fn names_move_and_go_one_by_one() {
    let place = Place::new();
    let id = place.small("app:1");
    place.prints(&["tag", "app:1", "other"]);
    place.prints(&["tag", &id[7..15], "127.0.0.1:5000/team/app:x"]);
    let names = |place: &Place| -> Vec<Value> {
        place.json(&["ls", "--json"]).as_array().unwrap().iter().map(|image| image["name"].clone()).collect()
    };
    assert_eq!(names(&place), ["app:1", "other:latest", "127.0.0.1:5000/team/app:x"]);
    place.refuses(2, &["rm", &id], "it has 3 names");
    assert_eq!(place.prints(&["rm", "other"]), "Untagged: other:latest\n");
    // The name goes to another image; the one that had it stays.
    place.tree("second", &[("b", "c")]);
    place.prints(&["commit", "second", "app:1"]);
    assert_eq!(names(&place), ["127.0.0.1:5000/team/app:x", "app:1"]);
    place.prints(&["rm", "127.0.0.1:5000/team/app:x"]);
    place.refuses(2, &["inspect", &id], "there is none of that name");
    place.tree("second", &[("d", "e")]);
    place.prints(&["commit", "second", "app:1"]);
    let all = place.json(&["ls", "--json"]);
    let unnamed: Vec<&Value> = all.as_array().unwrap().iter().filter(|image| image["name"].is_null()).collect();
    let unnamed = unnamed[0]["id"].as_str().unwrap();
    assert!(place.prints(&["rm", unnamed]).contains("Deleted: "));
    for wrong in ["", "App", "app:", "a//b", "app@sha256:00", "-x"] {
        let ended = place.image(&["tag", "app:1", "--", wrong]);
        assert_eq!(ended.code, Some(2), "{wrong:?}: {ended:?}");
    }
    place.refuses(2, &["inspect", "none"], "there is none of that name");
    let refused = place.image(&["commit", "none", "app"]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    place.is_clean();
}

#[test]
fn what_is_saved_is_loaded_as_it_was() {
    let place = Place::new();
    place.small("app:1");
    place.tree("more", &[("b", "c")]);
    place.prints(&["commit", "--base", "app:1", "--compression", "gzip", "more", "app:2"]);
    place.prints(&["save", "-o", "saved.tar", "app:1", "app:2"]);
    let piped = format!("{} image save app:1 app:2 | cmp - saved.tar", crate::support::program().display());
    let same =
        command("sh").args(["-c", &piped]).env("LAYERLAB_IMAGES", place.store()).current_dir(place.0.path()).output();
    assert!(same.unwrap().status.success());
    let before = place.json(&["ls", "--json"]);
    let other = Place::new();
    assert_eq!(
        other.prints(&["load", "-i", place.at("saved.tar").to_str().unwrap()]),
        "Loaded image: app:1\nLoaded image: app:2\n"
    );
    assert_eq!(other.json(&["ls", "--json"]), before);
    other.is_clean();
    // A layout in a directory does as well, and so does the archive of Docker's form alone.
    let third = Place::new();
    third.prints(&["load", "-i", place.store().to_str().unwrap()]);
    assert_eq!(third.json(&["ls", "--json"]), before);
    let fourth = Place::new();
    std::fs::create_dir(fourth.at("docker")).unwrap();
    succeeds(command("tar").arg("-xf").arg(place.at("saved.tar")).arg("-C").arg(fourth.at("docker")));
    for file in ["oci-layout", "index.json"] {
        std::fs::remove_file(fourth.at("docker").join(file)).unwrap();
    }
    // As Docker 20.10 has it: a layer that two images share is a symbolic link the second time.
    let list = std::fs::read_to_string(fourth.at("docker/manifest.json")).unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    let shared = list[0]["Layers"][0].as_str().unwrap();
    std::fs::create_dir(fourth.at("docker/d")).unwrap();
    symlink(format!("../{shared}"), fourth.at("docker/d/layer.tar")).unwrap();
    let mut list = list.clone();
    list[0]["Layers"][0] = "d/layer.tar".into();
    std::fs::write(fourth.at("docker/manifest.json"), list.to_string()).unwrap();
    succeeds(command("tar").arg("-czf").arg(fourth.at("docker.tgz")).arg("-C").arg(fourth.at("docker")).arg("."));
    assert_eq!(fourth.prints(&["load", "-i", "docker.tgz"]), "Loaded image: app:1\nLoaded image: app:2\n");
    let ids = |images: &Value| images.as_array().unwrap().iter().map(|image| image["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&fourth.json(&["ls", "--json"])), ids(&before));
    fourth.is_clean();
}

#[test]
fn other_programs_read_what_we_write_and_we_read_what_they_write() {
    let (Some(mut umoci), Some(mut skopeo)) = (peer("umoci"), peer("skopeo")) else { return };
    let place = Place::new();
    let below =
        place.tree("below", &[("etc/motd", "hello"), ("etc/gone", "x"), ("dir/hidden", "x"), ("bin/tool", "#!")]);
    std::fs::set_permissions(below.join("bin/tool"), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::hard_link(below.join("bin/tool"), below.join("bin/same")).unwrap();
    symlink("tool", below.join("bin/link")).unwrap();
    place.prints(&["commit", "below", "base"]);
    // An upper layer made by hand: what is deleted, a directory that hides what lies below it, a long name, an attribute.
    let long = "n".repeat(150);
    let upper = place.tree("upper", &[("dir/shown", "y"), (&format!("{long}/{long}"), "z"), ("etc/new", "n")]);
    succeeds(command("mknod").arg(upper.join("etc/gone")).args(["c", "0", "0"]));
    succeeds(command("setfattr").args(["-n", "user.overlay.opaque", "-v", "y"]).arg(upper.join("dir")));
    succeeds(command("setfattr").args(["-n", "user.kept", "-v", "v"]).arg(upper.join("etc/new")));
    place.prints(&["commit", "--base", "base", "upper", "app"]);
    place.prints(&["commit", "--base", "base", "--opaque", "marker", "--compression", "gzip", "upper", "marked"]);
    for name in ["app", "marked"] {
        let bundle = place.at(format!("bundle-{name}"));
        let image = format!("{}:{name}:latest", place.store().display());
        let rootless: &[&str] = if is_root() { &[] } else { &["--rootless"] };
        succeeds(umoci.args(["unpack", "--image", &image]).args(rootless).arg(&bundle));
        umoci = command("umoci");
        let root = bundle.join("rootfs");
        let mut found: Vec<String> = walkdir::WalkDir::new(&root)
            .min_depth(1)
            .into_iter()
            .map(|entry| entry.unwrap().path().strip_prefix(&root).unwrap().to_str().unwrap().to_string())
            .filter(|path| !path.starts_with('n'))
            .collect();
        found.sort();
        let all = ["bin", "bin/link", "bin/same", "bin/tool", "dir", "dir/shown", "etc", "etc/motd", "etc/new"];
        assert_eq!(found, all, "{name}");
        assert!(root.join(&long).join(&long).exists());
        let tool = std::fs::metadata(root.join("bin/tool")).unwrap();
        assert_eq!((tool.nlink(), tool.mode() & 0o7777), (2, 0o755));
        assert_eq!(std::fs::metadata(root.join("etc/new")).unwrap().mtime(), 1_700_000_000);
        let kept = succeeds(command("getfattr").args(["-d", "--absolute-names"]).arg(root.join("etc/new")));
        assert!(kept.contains("user.kept=\"v\""), "{kept}");
    }
    // Copied by skopeo and read by us, in each form, no digest is another one.
    let before = place.json(&["ls", "--json"]);
    place.prints(&["save", "-o", "saved.tar", "app", "marked"]);
    for (at, source) in ["oci-archive:saved.tar:app:latest", "docker-archive:saved.tar:app:latest"].iter().enumerate() {
        let to = [format!("oci:copy-{at}:app:latest"), format!("docker-archive:copy-{at}.tar:app:latest")];
        let written = [format!("copy-{at}"), format!("copy-{at}.tar")];
        for (to, written) in to.iter().zip(&written) {
            succeeds(skopeo.current_dir(place.0.path()).args(["--insecure-policy", "copy", source, to]));
            skopeo = command("skopeo");
            let other = Place::new();
            other.prints(&["load", "-i", place.at(written).to_str().unwrap()]);
            let after = other.json(&["inspect", "app"]);
            let ids: Vec<&Value> =
                after[0]["layers"].as_array().unwrap().iter().map(|layer| &layer["diffId"]).collect();
            let ours = place.json(&["inspect", "app"]);
            let expected: Vec<&Value> =
                ours[0]["layers"].as_array().unwrap().iter().map(|layer| &layer["diffId"]).collect();
            assert_eq!((ids, &after[0]["id"]), (expected, &before[1]["id"]), "{source} {to}");
            other.is_clean();
        }
    }
}

#[test]
fn a_bit_that_was_flipped_is_found_wherever_it_is() {
    let place = Place::new();
    place.small("app");
    let image = place.json(&["inspect", "app"])[0].clone();
    for digest in [&image["id"], &image["manifest"]["digest"], &image["layers"][0]["digest"]] {
        let blob = place.blob(digest);
        let good = std::fs::read(&blob).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        for (bytes, why) in
            [(&bad, "have the digest sha256:"), (&good[..good.len() - 1].to_vec(), "its descriptor says")]
        {
            std::fs::write(&blob, bytes).unwrap();
            let ended = place.image(&["check"]);
            assert!(ends_with(&ended, Some(1)) && ended.stdout.contains(why), "{digest}: {ended:?}");
            let run = text(&mut place.command(&["container", "run", "app", "true"]));
            assert!(run.code == Some(1) && run.stderr.contains(why), "{digest}: {run:?}");
            assert_eq!(place.entries("unpacked"), 0);
            let saved = place.image(&["save", "-o", "saved.tar", "app"]);
            assert!(saved.code == Some(1) && !place.at("saved.tar").exists(), "{saved:?}");
        }
        std::fs::remove_file(&blob).unwrap();
        assert!(place.image(&["check"]).stdout.contains("it is not there"));
        std::fs::write(&blob, good).unwrap();
        place.is_clean();
    }
}

/// A layout in `name` whose index, manifest and configuration are these; what each is called by digest is put in its place.
fn layout(place: &Place, name: &str, layer: &[u8], change: impl Fn(&str, &mut Value)) -> PathBuf {
    let root = place.at(name);
    std::fs::create_dir_all(root.join("blobs/sha256")).unwrap();
    let put = |bytes: &[u8], kind: &str| {
        let file = root.join("blobs/sha256/new");
        std::fs::write(&file, bytes).unwrap();
        let digest = sha256(&file);
        std::fs::rename(file, root.join("blobs/sha256").join(&digest[7..])).unwrap();
        json!({ "mediaType": format!("application/vnd.oci.image.{kind}"), "digest": digest, "size": bytes.len() })
    };
    let changed = |what: &str, mut value: Value| {
        change(what, &mut value);
        value
    };
    let layer = put(layer, "layer.v1.tar");
    let config = json!({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": { "type": "layers", "diff_ids": [layer["digest"]] },
    });
    let config = put(changed("config", config).to_string().as_bytes(), "config.v1+json");
    let manifest = changed("manifest", json!({ "schemaVersion": 2, "config": config, "layers": [layer] }));
    let mut manifest = put(manifest.to_string().as_bytes(), "manifest.v1+json");
    manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": "app:1" });
    let index = changed("index", json!({ "schemaVersion": 2, "manifests": [manifest] }));
    std::fs::write(root.join("index.json"), index.to_string()).unwrap();
    std::fs::write(root.join("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}\n").unwrap();
    root
}

#[test]
fn a_layout_that_was_written_by_hand_is_an_image() {
    let place = Place::new();
    let image = Image::new();
    succeeds(command("tar").arg("-cf").arg(place.at("layer.tar")).arg("-C").arg(image.root()).arg("."));
    let layer = std::fs::read(place.at("layer.tar")).unwrap();
    layout(&place, "hand", &layer, |_, _| {});
    assert_eq!(place.prints(&["check", "hand"]).lines().next().unwrap().split(',').next(), Some("1 image"));
    place.prints(&["load", "-i", "hand"]);
    assert_eq!(succeeds(&mut place.command(&["container", "run", "app:1", "echo", "runs"])), "runs\n");
    place.prints(&["rm", "app:1"]);
}

#[test]
fn hostile_images_are_refused_and_nothing_is_stored_of_them() {
    let empty = [0; 1024];
    let elsewhere = format!("sha256:{}", "0".repeat(64));
    // What a case is called, in which document something is changed, what and to what; and what is said of it.
    let cases = [
        ("both", "manifest", "/manifests", json!([]), "both `layers` and `manifests`"),
        ("diff-ids", "config", "/rootfs/diff_ids", json!([]), "knows 0 layers, and the manifest has 1"),
        ("other-diff-id", "config", "/rootfs/diff_ids/0", json!(elsewhere), "the configuration says"),
        ("kind", "manifest", "/layers/0/mediaType", json!("text/plain"), "do not know: text/plain"),
        ("size", "manifest", "/layers/0/size", json!(1), "its descriptor says 1"),
        ("missing", "manifest", "/layers/0/digest", json!(elsewhere), "it is not there"),
        ("wrong-size", "index", "/manifests/0/size", json!(5), "its descriptor says 5"),
        ("huge", "index", "/manifests/0/size", json!(1_u64 << 40), "are the most"),
        ("index-kind", "index", "/manifests/0/mediaType", json!("x/y"), "do not know: x/y"),
        ("digest", "index", "/manifests/0/digest", json!("sha256:../../x"), "64 hexadecimal digits"),
    ];
    for (name, document, at, to, why) in &cases {
        let place = Place::new();
        let change = |what: &str, value: &mut Value| match at.rsplit_once('/') {
            Some((above, key)) if what == *document => match value.pointer_mut(above).unwrap() {
                Value::Array(all) => all[key.parse::<usize>().unwrap()] = to.clone(),
                above => above[key] = to.clone(),
            },
            _ => {}
        };
        layout(&place, name, &empty, change);
        let ended = place.image(&["load", "-i", name]);
        assert!(matches!(ended.code, Some(1 | 2)) && ended.stderr.contains(why), "{name}: {ended:?}");
        assert!(ended.stderr.starts_with("error: ") && ended.stderr.contains("\n  fix   "), "{name}: {ended:?}");
        let checked = place.image(&["check", name]);
        assert!(checked.code != Some(0) && format!("{checked:?}").contains(why), "{name}: {checked:?}");
        assert_eq!(place.json(&["ls", "--json"]), json!([]), "{name}");
    }
}

#[test]
fn hostile_layers_and_archives_are_refused() {
    let place = Place::new();
    // An index that leads to itself cannot be made: its digest would have to be in it. One may lead to one, on and on.
    let root = layout(&place, "deep", &[0; 1024], |_, _| {});
    let mut index: Value = serde_json::from_slice(&std::fs::read(root.join("index.json")).unwrap()).unwrap();
    for _ in 0..8 {
        let bytes = index.to_string();
        std::fs::write(place.at("inner"), &bytes).unwrap();
        let digest = sha256(&place.at("inner"));
        std::fs::rename(place.at("inner"), root.join("blobs/sha256").join(&digest[7..])).unwrap();
        let one =
            json!({ "mediaType": "application/vnd.oci.image.index.v1+json", "digest": digest, "size": bytes.len() });
        index = json!({ "schemaVersion": 2, "manifests": [one] });
    }
    std::fs::write(root.join("index.json"), index.to_string()).unwrap();
    place.refuses(2, &["load", "-i", "deep"], "again and again");
    // A layer that leads out is stored, as others store it, and never unpacked.
    for (name, words, why) in [
        ("up", &["--transform=s,small,../out,"][..], "leads upwards"),
        ("absolute", &["--transform=s,small,/var/tmp/out,", "--absolute-names"], "absolute"),
    ] {
        place.tree("small", &[("f", "x")]);
        let file = place.at(format!("{name}.tar"));
        succeeds(command("tar").current_dir(place.0.path()).arg("-cPf").arg(&file).args(words).arg("small/f"));
        layout(&place, name, &std::fs::read(&file).unwrap(), |_, _| {});
        place.prints(&["load", "-i", name]);
        let run = text(&mut place.command(&["container", "run", "app:1", "true"]));
        assert!(run.code == Some(2) && run.stderr.contains(why), "{name}: {run:?}");
        place.refuses(2, &["load", "-i", &format!("{name}.tar")], why);
        assert!(!place.at("out").exists() && !Path::new("/var/tmp/out").exists());
    }
    // Small when it is packed, and large when it is not.
    std::fs::File::create(place.at("zeros")).unwrap().set_len(64 << 20).unwrap();
    succeeds(command("sh").current_dir(place.0.path()).args(["-c", "tar -cf - zeros | gzip -1 > bomb.tgz"]));
    place.refuses(2, &["load", "--limit", "1M", "-i", "bomb.tgz"], "--limit");
    // The same in a layer, which is not unpacked to its end. One of zstd is held to its window, too.
    for program in ["gzip -1", "zstd -q"] {
        let packed = format!("rm -f bomb; head -c 64M /dev/zero | {program} > bomb");
        succeeds(command("sh").current_dir(place.0.path()).args(["-c", &packed]));
        let name = program.split(' ').next().unwrap();
        layout(&place, name, &std::fs::read(place.at("bomb")).unwrap(), |_, _| {});
        place.refuses(2, &["load", "--limit", "1M", "-i", name], "--limit");
    }
    std::fs::write(place.at("text"), "no archive at all\n".repeat(100)).unwrap();
    place.refuses(2, &["load", "-i", "text"], "it is no tar archive");
    let whole = std::fs::read(place.at("bomb.tgz")).unwrap();
    std::fs::write(place.at("cut.tgz"), &whole[..whole.len() / 2]).unwrap();
    place.refuses(2, &["load", "-i", "cut.tgz"], "incomplete deflate stream");
    place.refuses(3, &["load", "-i", "nowhere"], "nothing of that name");
    succeeds(command("tar").current_dir(place.0.path()).args(["-cf", "other.tar", "text"]));
    place.refuses(2, &["load", "-i", "other.tar"], "neither an index.json beside an oci-layout nor a manifest.json");
    assert_eq!(place.entries("incoming"), 0);
    let place = Place::new();
    std::fs::create_dir(place.at("pipe")).unwrap();
    std::fs::write(place.at("pipe/oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}").unwrap();
    succeeds(command("mkfifo").arg(place.at("pipe/index.json")));
    assert_ne!(place.image(&["check", "pipe"]).code, Some(0));
}

#[test]
fn a_working_directory_that_leads_out_is_refused() {
    let place = Place::new();
    let image = Image::new();
    place.prints(&["commit", image.root().to_str().unwrap(), "app", "-c", "WORKDIR /proc/self/fd/3"]);
    let run = text(&mut place.command(&["container", "run", "app", "pwd"]));
    assert!(run.code == Some(2) && run.stderr.contains("cannot begin in /proc/self/fd/3"), "{run:?}");
    place.prints(&["commit", image.root().to_str().unwrap(), "user", "-c", "USER 4294967295"]);
    let run = text(&mut place.command(&["container", "run", "user", "true"]));
    assert!(run.code == Some(2) && run.stderr.contains("larger than 2147483647"), "{run:?}");
    place.prints(&["rm", "app", "user"]);
}

#[test]
fn a_kill_at_any_moment_leaves_a_store_that_is_in_order() {
    let place = Place::new();
    place.small("app");
    std::fs::create_dir(place.at("large")).unwrap();
    for file in 0..200 {
        std::fs::write(place.at("large").join(file.to_string()), vec![file as u8; 20_000]).unwrap();
    }
    place.prints(&["commit", "large", "large"]);
    place.prints(&["save", "-o", "saved.tar", "large"]);
    place.prints(&["rm", "large"]);
    let before = place.json(&["ls", "--json"]);
    for words in [&["commit", "large"][..], &["load", "-i", "saved.tar"]] {
        for wait in [1, 3, 6, 10, 15] {
            let mut child = place
                .command(&[&["image"], words].concat())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_millis(wait));
            kill_hard(child.id() as i32);
            let done = child.wait().unwrap().success();
            place.is_clean();
            let now = place.json(&["ls", "--json"]);
            assert!(done || now == before || now.as_array().unwrap().len() == 2, "{words:?} {wait}: {now}");
            for image in now.as_array().unwrap().iter().filter(|image| !before.as_array().unwrap().contains(image)) {
                // This, too, is killed, and then done.
                let mut rm = place.command(&["image", "rm", "--force", image["id"].as_str().unwrap()]);
                let mut child = rm.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                std::thread::sleep(Duration::from_millis(wait));
                kill_hard(child.id() as i32);
                child.wait().unwrap();
                place.is_clean();
                place.image(&["rm", "--force", image["id"].as_str().unwrap()]);
            }
        }
    }
    assert_eq!(place.json(&["ls", "--json"]), before);
    // The next who writes sweeps what was left.
    place.prints(&["tag", "app", "again"]);
    for part in ["incoming", "unpacked"] {
        assert_eq!(place.entries(part), 0, "{part}");
    }
}

#[test]
fn a_full_disk_leaves_a_store_that_is_in_order() {
    let place = Place::new();
    place.tree("small", &[("a", "b")]);
    place.tree("large", &[("a", &"x".repeat(3 << 20))]);
    // As a layer it needs less than half of the room, and unpacked beside that more than there is.
    place.tree("half", &[("a", &"x".repeat(600 << 10))]);
    let script = "mkdir store; mount -t tmpfs -o size=1m tmpfs store; export LAYERLAB_IMAGES=$PWD/store
        \"$1\" image commit small small || exit 1
        \"$1\" image commit large large 2>&1; echo $?
        \"$1\" image commit half app > /dev/null; echo $?
        \"$1\" container run app true 2>&1; echo $?
        ls store/incoming store/unpacked; \"$1\" image ls --json; \"$1\" image check";
    let ended = text(crate::support::in_namespaces(script).current_dir(place.0.path()));
    let said = &ended.stdout;
    assert!(ends_with(&ended, Some(0)), "{ended:?}");
    assert_eq!(said.matches("ENOSPC").count(), 2, "{said}");
    let codes: Vec<&str> = said.lines().filter(|line| line.len() == 1 && *line != "[" && *line != "]").collect();
    assert_eq!(codes, ["3", "0", "3"], "{said}");
    assert!(said.contains("\nstore/incoming:\n\nstore/unpacked:\n["), "{said}");
    assert!(said.contains("2 images, ") && said.ends_with(": all is what it says.\n"), "{said}");
}

#[test]
fn a_disk_that_is_full_at_any_write_leaves_a_store_that_is_in_order() {
    let place = Place::new();
    place.small("app");
    place.prints(&["save", "-o", "saved.tar", "app"]);
    // From no room at all to enough: each write comes upon a full disk once.
    let script = "mkdir -p store; export LAYERLAB_IMAGES=$PWD/store
        for room in 4 8 12 16 20 24 28 32 36 40 48 96; do
            mount -t tmpfs -o size=${room}k tmpfs store
            for words in 'commit --compression gzip small app' 'load -i saved.tar' 'tag app more' 'rm --force app'; do
                \"$1\" image $words > /dev/null 2> said; code=$?
                [ $code = 0 ] || grep --quiet --extended-regexp 'ENOSPC|there is none of that name' said || { cat said; echo $room: $words; }
            done
            [ ! -e store/oci-layout ] || \"$1\" image check --json
            ls store/incoming store/unpacked 2> /dev/null | grep --invert-match --extended-regexp '^store|^$'
            umount store
        done; echo last $code";
    let ended = text(crate::support::in_namespaces(script).current_dir(place.0.path()));
    assert!(ends_with(&ended, Some(0)) && ended.stdout.ends_with("last 0\n"), "{ended:?}");
    let other = |line: &&str| !line.starts_with(['{', '}', ' ', '\n']) && !line.starts_with("last ");
    assert_eq!(ended.stdout.lines().find(other), None, "{ended:?}");
    let checked = ended.stdout.matches("\"findings\": []").count();
    assert!(checked > 5 && checked == ended.stdout.matches("\"findings\"").count(), "{ended:?}");
}

#[test]
fn two_images_are_compared_by_what_they_hold() {
    let place = Place::new();
    place.tree("one", &[("same", "x"), ("content", "x"), ("mode", "x"), ("gone", "x"), ("dir/f", "x")]);
    place.tree("other", &[("same", "x"), ("content", "y"), ("mode", "x"), ("new", "x"), ("dir", "x")]);
    std::fs::set_permissions(place.at("other/mode"), std::fs::Permissions::from_mode(0o600)).unwrap();
    place.prints(&["commit", "one", "one"]);
    place.prints(&["commit", "--compression", "gzip", "other", "other"]);
    let changed = "C /content\nC /dir\nD /dir/f\nD /gone\nC /mode\nA /new\n";
    assert_eq!(place.prints(&["diff", "one", "other"]), changed);
    assert_eq!(place.prints(&["diff", "one", "one"]), "");
    let all = place.json(&["diff", "--json", "other", "one"]);
    assert_eq!(all[5], json!({ "kind": "D", "path": "/new" }));
}

#[test]
fn a_container_is_ended_by_the_signal_that_its_image_asks_for() {
    use std::io::{BufRead, BufReader};
    let place = Place::new();
    let image = Image::new();
    let root = image.root();
    let script =
        "trap 'echo quit; exit 7' QUIT; trap 'echo term; exit 8' TERM; echo ready; while :; do sleep 0.05; done";
    let root = root.to_str().unwrap();
    place.prints(&["commit", root, "quits", "-c", "STOPSIGNAL QUIT"]);
    place.prints(&["commit", root, "odd", "-c", "STOPSIGNAL SIGNONE"]);
    for (name, code, said, note) in
        [("quits", 7, "quit", ""), ("odd", 8, "term", "note: the image wants to be ended by")]
    {
        let mut run = place.command(&["container", "run", name, "sh", "-c", script]);
        let mut child = run.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");
        succeeds(command("kill").arg(child.id().to_string()));
        assert_eq!(lines.next().unwrap().unwrap(), said);
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(code));
        assert!(String::from_utf8_lossy(&ended.stderr).starts_with(note), "{ended:?}");
    }
    place.prints(&["rm", "quits", "odd"]);
}

#[test]
fn many_at_once_get_along() {
    let place = Place::new();
    place.small("app");
    place.prints(&["save", "-o", "saved.tar", "app"]);
    let start = |words: &[&str]| place.command(words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let children = [
        start(&["image", "load", "-i", "saved.tar"]),
        start(&["image", "rm", "app"]),
        start(&["image", "load", "-i", "saved.tar"]),
        start(&["image", "commit", "small", "other"]),
        start(&["image", "ls"]),
    ];
    for child in children {
        let ended = child.wait_with_output().unwrap();
        assert!(!String::from_utf8_lossy(&ended.stderr).contains("panicked"), "{ended:?}");
    }
    place.is_clean();
    place.prints(&["inspect", "other"]);
}
