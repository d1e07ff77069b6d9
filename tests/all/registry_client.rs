//! `layerlab image push` and `pull`: to our own registry and back, and beside registries that lie, break off, and lead elsewhere.

use crate::registry::{Served, digest};
use crate::support::session::Terminal;
use crate::support::{Ended, disk, ends_with, in_namespaces, layerlab, skip, text};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};

/// A directory of the test's own with an image in a store.
struct Place {
    folder: tempfile::TempDir,
    manifest: String,
    config: String,
    layer: String,
}

impl Place {
    /// With the image `app:1`, whose layer has these bytes and little else.
    fn new(content: &[u8]) -> Place {
        let folder = tempfile::Builder::new().prefix("pulls-").tempdir_in(disk()).unwrap();
        std::fs::create_dir(folder.path().join("tree")).unwrap();
        std::fs::write(folder.path().join("tree/file"), content).unwrap();
        let mut place = Place { folder, manifest: String::new(), config: String::new(), layer: String::new() };
        let made = place.image("store", &["commit", "tree", "app:1"]);
        assert!(ends_with(&made, Some(0)), "{made:?}");
        let told: Value = serde_json::from_str(&place.image("store", &["inspect", "app:1"]).stdout).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_string();
        place.manifest = text(&told[0]["manifest"]["digest"]);
        place.config = text(&told[0]["id"]);
        place.layer = text(&told[0]["layers"][0]["digest"]);
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, store: &str, words: &[&str]) -> Command {
        let mut command = layerlab();
        command.current_dir(self.folder.path()).env("LAYERLAB_IMAGES", self.at(store)).env("COLUMNS", "300");
        command.env("HOME", self.folder.path()).arg("image").args(words);
        command
    }

    fn image(&self, store: &str, words: &[&str]) -> Ended {
        text(&mut self.command(store, words))
    }

    #[track_caller]
    fn works(&self, store: &str, words: &[&str]) -> String {
        let ended = self.image(store, words);
        assert!(ends_with(&ended, Some(0)), "{words:?}: {ended:?}");
        ended.stdout
    }

    fn blob(&self, digest: &str) -> Vec<u8> {
        std::fs::read(self.at("store/blobs/sha256").join(digest.strip_prefix("sha256:").unwrap())).unwrap()
    }

    /// All images of a store are what they say, and nothing is left of what did not come.
    #[track_caller]
    fn is_clean(&self, store: &str, images: u64) {
        let report: Value = serde_json::from_str(&self.works(store, &["check", "--json"])).unwrap();
        assert_eq!((&report["findings"], &report["images"]), (&json!([]), &json!(images)), "{report}");
        assert_eq!(in_directory(&self.at(store).join("arriving")), 0);
        assert_eq!(in_directory(&self.at(store).join("incoming")), 0);
    }
}

fn in_directory(path: &Path) -> usize {
    std::fs::read_dir(path).map_or(0, Iterator::count)
}

/// A registry that answers whatever the test wants, a connection a request.
struct Odd {
    address: String,
    /// The heads of the requests that came.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Odd {
    /// `answer` is given the head of a request and writes to the connection, which is closed then.
    fn new(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Odd {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (asked, answer) = (Arc::new(Mutex::new(Vec::new())), Arc::new(answer));
        let heads = asked.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let (heads, answer) = (heads.clone(), answer.clone());
                std::thread::spawn(move || {
                    let mut head = String::new();
                    let mut reader = BufReader::new(stream.try_clone().unwrap());
                    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|got| got > 0) {}
                    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")?.parse().ok());
                    let sent = std::io::Read::take(&mut reader, length.unwrap_or(0));
                    let _ = std::io::copy(&mut { sent }, &mut std::io::sink());
                    heads.lock().unwrap().push(head.clone());
                    answer(&head, &mut stream);
                });
            }
        });
        Odd { address, asked }
    }

    /// One that has the image of a place, but for what `other` answers.
    fn of(place: &Place, other: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Odd {
        let [manifest, config, layer] = [&place.manifest, &place.config, &place.layer].map(|one| place.blob(one));
        let (of_config, of_layer) = (place.config.clone(), place.layer.clone());
        Odd::new(move |head, stream| {
            let answered = other(head).unwrap_or_else(|| match head {
                head if head.contains("/manifests/") => answer(200, "", &manifest),
                head if head.contains(&of_config) => answer(200, "", &config),
                head if head.contains(&of_layer) => answer(200, "", &layer),
                _ => answer(404, "", b""),
            });
            // Whoever has heard enough closes before the end.
            let _ = stream.write_all(&answered);
        })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[test]
fn an_image_goes_to_a_registry_and_comes_back_as_it_was() {
    let (served, place) = (Served::new(&["--token", "me:secret"]), Place::new(b"hello"));
    let name = format!("{}/team/app:1", served.address);
    let refused = place.image("store", &["push", "app:1", &name]);
    assert!(ends_with(&refused, Some(2)), "{refused:?}");
    assert!(
        refused.stderr.contains("401 Unauthorized, UNAUTHORIZED") && refused.stderr.contains("docker login"),
        "{refused:?}"
    );
    // As docker login notes it.
    std::fs::create_dir(place.at(".docker")).unwrap();
    let known = format!("{{\"auths\":{{\"{}\":{{\"auth\":\"bWU6c2VjcmV0\"}}}}}}", served.address);
    std::fs::write(place.at(".docker/config.json"), known).unwrap();
    let first = place.image("store", &["push", "app:1", &name, "--explain"]);
    assert!(ends_with(&first, Some(0)), "{first:?}");
    let methods: Vec<&str> = first.stderr.lines().filter(|line| line.starts_with(char::is_uppercase)).collect();
    let words: Vec<&str> = methods.iter().map(|line| line.split(' ').next().unwrap()).collect();
    // A token is asked for once; blobs first, the manifest last.
    let expected = ["HEAD", "GET", "HEAD", "POST", "PUT", "HEAD", "POST", "PUT", "PUT"];
    assert_eq!(words, expected, "{methods:?}");
    assert!(methods.last().unwrap().starts_with("PUT /v2/team/app/manifests/1,"), "{methods:?}");
    assert!(
        first.stderr.lines().filter(|line| line.starts_with("# ")).all(|line| line.contains("(lesson ")),
        "{first:?}"
    );
    assert!(
        !first.stderr.contains("secret") && first.stdout.contains(&format!("digest: {}", place.manifest)),
        "{first:?}"
    );
    let again: Value = serde_json::from_str(&place.works("store", &["push", "app:1", &name, "--json"])).unwrap();
    assert!(again["blobs"].as_array().unwrap().iter().all(|blob| blob["sent"] == false), "{again}");
    let pulled: Value = serde_json::from_str(&place.works("other", &["pull", &name, "--json"])).unwrap();
    assert_eq!(
        (&pulled["id"], &pulled["digest"], &pulled["name"]),
        (&json!(place.config), &json!(place.manifest), &json!(name))
    );
    assert!(pulled["blobs"].as_array().unwrap().iter().all(|blob| blob["sent"] == true), "{pulled}");
    place.is_clean("other", 1);
    let again = place.works("other", &["pull", &name]);
    assert_eq!(again.matches("already here").count(), 2, "{again}");
    // By its digest it has no name, unless it had one.
    let by_digest = format!("{}/team/app@{}", served.address, place.manifest);
    place.works("third", &["pull", &by_digest]);
    place.is_clean("third", 1);
    // What was changed on the disk comes once more, and takes the place of what was changed.
    let blob = place.at("other/blobs/sha256").join(place.layer.strip_prefix("sha256:").unwrap());
    let mut bytes = std::fs::read(&blob).unwrap();
    bytes[600] ^= 1;
    std::fs::write(&blob, bytes).unwrap();
    assert_eq!(place.image("other", &["check"]).code, Some(1));
    place.works("other", &["pull", &name]);
    place.is_clean("other", 1);
    let none = place.image("other", &["pull", &format!("{}/team/app:2", served.address)]);
    assert!(ends_with(&none, Some(2)) && none.stderr.contains("MANIFEST_UNKNOWN"), "{none:?}");
    for (words, code, why) in [
        (&["pull", "App"][..], 2, "small letters"),
        (&["push", "app:1", &by_digest], 2, "it has no tag"),
        (&["push", "none", &name], 2, "there is none of that name"),
        (&["pull", "127.0.0.1:1/app"], 3, "nobody answers"),
    ] {
        let ended = place.image("store", words);
        assert!(ends_with(&ended, Some(code)) && ended.stderr.contains(why), "{words:?}: {ended:?}");
    }
}

#[test]
fn of_several_machines_one_is_chosen() {
    let place = Place::new(b"one for another machine");
    let size = place.blob(&place.manifest).len();
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let one = |processor: &str, digest: &str| json!({ "mediaType": kind, "digest": digest, "size": size, "platform": { "os": "linux", "architecture": processor } });
    let index = json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [
        one("s390x", &digest(b"none")), one("mips", &place.manifest) ] });
    let index = serde_json::to_vec(&index).unwrap();
    let odd = Odd::of(&place, move |head| head.contains("/manifests/1 ").then(|| answer(200, "", &index)));
    let name = format!("{}/app:1", odd.address);
    let other = place.image("other", &["pull", &name]);
    assert!(ends_with(&other, Some(2)) && other.stderr.contains("it is for linux/s390x, linux/mips"), "{other:?}");
    place.works("other", &["pull", &name, "--platform", "linux/mips"]);
    place.is_clean("other", 1);
}

#[test]
fn a_registry_that_lies_is_not_believed() {
    let place = Place::new(&[b'x'; 20_000]);
    let layer = place.blob(&place.layer);
    let is_layer = {
        let of_layer = place.layer.clone();
        move |head: &str| head.contains(&of_layer)
    };
    let changed = {
        let mut changed = layer.clone();
        changed[700] ^= 1;
        changed
    };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", layer.len());
    let short = [head.as_bytes(), &layer[..900]].concat();
    let long = answer(200, "", &[&layer[..], b"more"].concat());
    let endless = format!("HTTP/1.1 200 OK\r\n{}", "A: b\r\n".repeat(20_000)).into_bytes();
    let no_end = [b"HTTP/1.1 200 OK\r\n\r\n", &layer[..900]].concat();
    let rows: &[(&str, Vec<u8>, i32, &str)] = &[
        ("a blob that was changed", answer(200, "", &changed), 1, "cannot trust"),
        ("less than it says", short, 3, "before all had come"),
        ("more than it should be", long, 3, "more bytes come than"),
        ("headers without an end", endless, 3, "headers have no end"),
        ("an end where the connection ends", no_end, 1, "cannot trust"),
        ("no HTTP", b"hello\r\n\r\n".to_vec(), 3, "no answer in HTTP"),
        (
            "two lengths",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx".to_vec(),
            3,
            "two Content-Lengths",
        ),
        ("on to a file", answer(307, "Location: file:///etc/passwd\r\n", b""), 3, "file: is neither http: nor https:"),
        ("on and on", answer(302, "Location: /v2/app/blobs/{L}\r\n", b""), 3, "again and again"),
        ("a part nobody asked for", answer(206, "Content-Range: bytes 5-9/10\r\n", b"xxxxx"), 2, "206"),
        (
            "a refusal",
            answer(403, "", b"{\"errors\":[{\"code\":\"DENIED\",\"message\":\"go \\u001b[2J\"}]}"),
            2,
            "DENIED: go \\033[2J",
        ),
    ];
    for (what, bytes, code, why) in rows {
        let (is_layer, of_layer, bytes) = (is_layer.clone(), place.layer.clone(), bytes.clone());
        let bytes = match String::from_utf8(bytes.clone()) {
            Ok(text) => text.replace("{L}", &of_layer).into_bytes(),
            Err(_) => bytes,
        };
        let odd = Odd::of(&place, move |head| is_layer(head).then(|| bytes.clone()));
        let ended = place.image("other", &["pull", &format!("{}/app:1", odd.address)]);
        assert!(ends_with(&ended, Some(*code)) && ended.stderr.contains(why), "{what}: {ended:?}");
        place.is_clean("other", 0);
    }
    // Its manifest is another one than it says, and than somebody wants.
    let said = format!("Docker-Content-Digest: {}\r\n", digest(b"other"));
    let manifest = place.blob(&place.manifest);
    let odd = Odd::of(&place, move |head| head.contains("/manifests/").then(|| answer(200, &said, &manifest)));
    for name in ["app:1".to_string(), format!("app@{}", digest(b"x"))] {
        let ended = place.image("other", &["pull", &format!("{}/{name}", odd.address)]);
        assert!(ends_with(&ended, Some(1)) && ended.stderr.contains("have the digest"), "{ended:?}");
    }
    // It says that an upload is in a file.
    let odd = Odd::new(|head, stream| {
        let bytes = if head.starts_with("POST") {
            answer(202, "Location: file:///etc/x\r\n", b"")
        } else {
            answer(404, "", b"")
        };
        let _ = stream.write_all(&bytes);
    });
    let ended = place.image("store", &["push", "app:1", &format!("{}/app:1", odd.address)]);
    assert!(ends_with(&ended, Some(3)) && ended.stderr.contains("where we do not go"), "{ended:?}");
}

#[test]
fn a_token_is_for_its_registry_alone() {
    let place = Place::new(b"hello");
    let elsewhere = Odd::of(&place, |_| None);
    let (of_layer, to) = (place.layer.clone(), elsewhere.address.clone());
    let layer = place.layer.clone();
    let odd = Odd::of(&place, move |head| {
        if head.starts_with("GET /token?service=s&scope=x") {
            return Some(answer(200, "", b"{\"token\":\"opens-everything\"}"));
        }
        if !head.contains("Authorization: Bearer opens-everything\r\n") {
            let host = head.lines().find_map(|line| line.strip_prefix("Host: ")).unwrap();
            let challenge =
                format!("WWW-Authenticate: Bearer realm=\"http://{host}/token\",service=\"s\",scope=\"x\"\r\n");
            return Some(answer(401, &challenge, b""));
        }
        let location = format!("Location: http://{to}/somewhere/{layer}\r\n");
        head.contains(&of_layer).then(|| answer(307, &location, b""))
    });
    place.works("other", &["pull", &format!("{}/app:1", odd.address)]);
    place.is_clean("other", 1);
    let (asked, told) = (odd.asked(), elsewhere.asked());
    assert_eq!((asked.iter().filter(|head| head.starts_with("GET /token")).count(), told.len()), (1, 1), "{asked:?}");
    assert!(told[0].starts_with("GET /somewhere/") && !told[0].to_lowercase().contains("authorization"), "{told:?}");
}

#[test]
fn what_broke_off_goes_on_from_there() {
    let place = Place::new(&[b'y'; 50_000]);
    let layer = place.blob(&place.layer);
    let of_layer = place.layer.clone();
    let odd = Odd::of(&place, move |head| {
        if !head.contains(&of_layer) {
            return None;
        }
        let from =
            head.lines().find_map(|line| line.strip_prefix("Range: bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
        let from = from.unwrap_or(0);
        let (whole, rest) = (layer.len(), &layer[from..]);
        let range = format!("Content-Range: bytes {from}-{}/{whole}\r\n", whole - 1);
        let status = if from > 0 { "206 Partial Content" } else { "200 OK" };
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{range}\r\n", rest.len());
        // 20,000 bytes, and then nothing more.
        Some([head.as_bytes(), &rest[..rest.len().min(20_000)]].concat())
    });
    place.works("other", &["pull", &format!("{}/app:1", odd.address)]);
    place.is_clean("other", 1);
    let ranges: Vec<String> = odd
        .asked()
        .iter()
        .flat_map(|head| head.lines())
        .filter(|line| line.starts_with("Range: "))
        .map(str::to_string)
        .collect();
    assert_eq!(ranges, ["Range: bytes=20000-", "Range: bytes=40000-"]);
    // A push that breaks off, to a registry that has half of it.
    let (size, half) = (place.blob(&place.layer).len(), 30_000);
    let of_layer = place.layer.clone();
    let uploads = Odd::new(move |head, stream| {
        let upload = |status: u16, last: usize| {
            answer(status, &format!("Location: /v2/app/blobs/uploads/u\r\nRange: 0-{last}\r\n"), b"")
        };
        let words: Vec<&str> = head.split(' ').collect();
        let bytes = match (words[0], words[1]) {
            ("HEAD", path) if path.contains(&of_layer) => answer(404, "", b""),
            ("HEAD", _) => answer(200, "", b""),
            ("POST", _) => upload(202, 0),
            ("GET", _) => upload(204, half - 1),
            ("PATCH", _) => upload(202, size - 1),
            // The first one, with all of it, is not answered.
            ("PUT", path) if path.contains("digest") && !head.contains("Content-Length: 0\r\n") => return,
            _ => answer(201, "", b""),
        };
        let _ = stream.write_all(&bytes);
    });
    place.works("store", &["push", "app:1", &format!("{}/app:1", uploads.address)]);
    let asked: Vec<String> = uploads.asked();
    let patch = asked.iter().find(|head| head.starts_with("PATCH")).expect("the rest is sent");
    assert!(patch.contains(&format!("Content-Range: {half}-{}\r\n", size - 1)), "{patch}");
    assert!(patch.contains(&format!("Content-Length: {}\r\n", size - half)), "{patch}");
}

#[test]
fn a_pull_that_is_killed_leaves_a_store_that_is_in_order() {
    let place = Place::new(&[b'z'; 50_000]);
    let layer = place.blob(&place.layer);
    let of_layer = place.layer.clone();
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let (manifest, config) = (place.blob(&place.manifest), place.blob(&place.config));
    // It sends half of the layer and then waits until the other side is gone.
    let odd = Odd::new(move |head, stream| {
        let bytes = match head {
            head if head.contains("/manifests/") => answer(200, "", &manifest),
            head if head.contains(&of_layer) => {
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", layer.len());
                stream.write_all(&[head.as_bytes(), &layer[..25_000]].concat()).unwrap();
                tell.lock().unwrap().send(()).unwrap();
                let _ = std::io::Read::read(stream, &mut [0]);
                return;
            }
            _ => answer(200, "", &config),
        };
        stream.write_all(&bytes).unwrap();
    });
    let mut pull = place.command("other", &["pull", &format!("{}/app:1", odd.address)]);
    let mut child = pull.stdout(Stdio::null()).spawn().unwrap();
    told.recv().unwrap();
    // Another one fetches meanwhile, and neither waits for the other nor takes what it has away.
    let served = Served::new(&[]);
    let name = format!("{}/app:1", served.address);
    place.works("store", &["push", "app:1", &name]);
    place.works("other", &["pull", &name]);
    assert_eq!(in_directory(&place.at("other/arriving")), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    let report: Value = serde_json::from_str(&place.works("other", &["check", "--json"])).unwrap();
    assert_eq!((&report["findings"], &report["images"]), (&json!([]), &json!(1)), "{report}");
    // The next one sweeps.
    place.works("other", &["pull", &name]);
    place.is_clean("other", 1);

    // Ctrl-C does not wait until something comes, and takes away what has come.
    let mut pull = Terminal::start(&place.command("third", &["pull", &format!("{}/app:1", odd.address)]));
    told.recv().unwrap();
    assert_eq!(in_directory(&place.at("third/arriving")), 1);
    // Somebody sits there, and is told how far it is.
    pull.shows("pulling: ");
    pull.types("\x03", "");
    assert_eq!(pull.ends(), Some(130));
    assert_eq!(in_directory(&place.at("third/arriving")), 0);
}

#[test]
fn two_pulls_and_a_removal_at_once() {
    let (served, place) = (Served::new(&[]), Place::new(&[b'q'; 100_000]));
    let name = format!("{}/app:1", served.address);
    place.works("store", &["push", "app:1", &name]);
    place.works("other", &["pull", &name]);
    let begin =
        |words: &[&str]| place.command("other", words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let children = [begin(&["pull", &name]), begin(&["rm", &name]), begin(&["pull", &name])];
    let [first, _, second] = children.map(|child| child.wait_with_output().unwrap());
    for pull in [&first, &second] {
        assert!(pull.status.success(), "{}", String::from_utf8_lossy(&pull.stderr));
    }
    let images = u64::from(place.image("other", &["inspect", &name]).code == Some(0));
    place.is_clean("other", images);
}

/// A name that leads to this machine, and a server in front of a registry that speaks TLS, as `nginx` does: in a mount namespace of
/// the test's own, by the openssl and the python of the machine.
const SECURE: &str = r#"
cp /etc/hosts hosts && echo '127.0.0.1 registry.example' >> hosts && mount --bind hosts /etc/hosts
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out certificate -days 2 \
    -subj /CN=registry.example -addext subjectAltName=DNS:registry.example 2> /dev/null
cat > proxy.py <<'PYTHON'
import socket, ssl, sys, threading
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('certificate', 'key')
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
def carry(one, other):
    try:
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass
def serve(plain):
    try:
        secure = context.wrap_socket(plain, server_side=True)
    except OSError:
        return
    registry = socket.create_connection(sys.argv[1].split(':'))
    threading.Thread(target=carry, args=(registry, secure), daemon=True).start()
    carry(secure, registry)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
PYTHON
exec {port}< <(exec python3 proxy.py "$REGISTRY")
trap 'kill $!' EXIT
read -r number <&$port
name=registry.example:$number/app:1
CURL_CA_BUNDLE=certificate "$1" image push app:1 "$name" || exit
CURL_CA_BUNDLE=certificate LAYERLAB_IMAGES=$PWD/other "$1" image pull "$name" || exit
LAYERLAB_IMAGES=$PWD/third "$1" image pull "$name"
echo "$?"
"#;

#[test]
fn https_goes_by_way_of_curl() {
    for needed in ["openssl", "curl"] {
        if Command::new(needed).arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
            return skip("https to a registry", &format!("there is no {needed}"));
        }
    }
    let (served, place) = (Served::new(&[]), Place::new(b"hello"));
    let mut script = in_namespaces(SECURE);
    script.current_dir(place.folder.path()).env("HOME", place.folder.path()).env("COLUMNS", "300");
    script.env("LAYERLAB_IMAGES", place.at("store")).env("REGISTRY", &served.address);
    let ended = text(&mut script);
    assert!(ends_with(&ended, Some(0)) && ended.stdout.contains(": pulled, "), "{ended:?}");
    // Whose certificate nobody knows is not believed.
    assert!(ended.stdout.ends_with("\n3\n") && ended.stderr.contains("curl: (60)"), "{ended:?}");
    place.is_clean("other", 1);
}

/// Minutes of processor time where the program was not optimized: `scripts/test --full`.
#[test]
#[ignore = "takes long"]
fn a_thousand_pulls_at_once() {
    let (served, place) = (Served::new(&[]), Place::new(&vec![b'm'; 1 << 20]));
    place.works("store", &["push", "app:1", &format!("{}/app:1", served.address)]);
    let paths =
        [format!("manifests/{}", place.manifest), format!("blobs/{}", place.config), format!("blobs/{}", place.layer)];
    let wanted = [&place.manifest, &place.config, &place.layer].map(|one| place.blob(one).len());
    let start = std::sync::Barrier::new(1000);
    std::thread::scope(|scope| {
        for _ in 0..1000 {
            let threads = std::thread::Builder::new().stack_size(128 * 1024);
            let pull = || {
                start.wait();
                for (path, wanted) in paths.iter().zip(&wanted) {
                    let mut stream = TcpStream::connect(&served.address).unwrap();
                    write!(stream, "GET /v2/app/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
                    let mut reader = BufReader::new(stream);
                    let mut line = String::new();
                    reader.read_line(&mut line).unwrap();
                    assert!(line.starts_with("HTTP/1.1 200 "), "{line}");
                    while line != "\r\n" {
                        line.clear();
                        assert!(reader.read_line(&mut line).unwrap() > 0);
                    }
                    let got = std::io::copy(&mut reader, &mut std::io::sink()).unwrap();
                    assert_eq!(got, *wanted as u64);
                }
            };
            threads.spawn_scoped(scope, pull).unwrap();
        }
    });
    let status = std::fs::read_to_string(format!("/proc/{}/status", served.pid())).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: u64 = most.trim().trim_end_matches(" kB").parse().unwrap();
    println!("1,000 pulls: the registry had {kib} KiB at the most");
    assert!(kib < 64 << 10, "{kib} KiB");
}
