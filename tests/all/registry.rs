//! `layerlab registry serve`: what the OCI distribution specification 1.1 asks of a registry, request by request, over a socket of
//! our own; then what hostile and broken clients do.

use crate::support::{disk, ends_with, layerlab, text};
use serde_json::{Value, json};
use sha2::Digest;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A registry that runs as long as this lives.
pub struct Served {
    child: Child,
    /// `127.0.0.1:PORT`
    pub address: String,
    /// The directory of its repositories.
    pub directory: PathBuf,
    _folder: tempfile::TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    pub fn new(options: &[&str]) -> Served {
        let folder = tempfile::Builder::new().prefix("registry-").tempdir_in(disk()).unwrap();
        let directory = folder.path().join("repositories");
        let mut command = layerlab();
        command.args(["registry", "serve", "--quiet"]).args(options).arg(&directory);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.trim().strip_prefix("A registry listens on ").unwrap_or_else(|| panic!("{line}")).to_string();
        Served { child, address, directory, _folder: folder }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// One request with its answer, on a connection of its own.
    pub fn asks(&self, request: &str, body: &[u8]) -> Answer {
        let (first, headers) = request.split_once('\n').unwrap_or((request, ""));
        let length = if headers.to_lowercase().contains("content-length") || headers.contains("chunked") {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", body.len())
        };
        let headers: String = headers.lines().map(|line| format!("{line}\r\n")).collect();
        let head = format!("{first} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{length}{headers}\r\n", self.address);
        let mut stream = self.connect();
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        Answer::read(&mut BufReader::new(stream), first.starts_with("HEAD"))
    }
}

/// What a registry answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    fn read(from: &mut impl BufRead, is_head: bool) -> Answer {
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        let status =
            line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{line:?}"));
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            from.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim().split_once(": ") else { break };
            headers.insert(name.to_lowercase(), value.to_string());
        }
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; if is_head { 0 } else { length }];
        from.read_exact(&mut body).unwrap();
        Answer { status, headers, body }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The code of an error, or nothing.
    pub fn code(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body["errors"][0]["code"].as_str().unwrap_or_default().to_string()
    }
}

pub fn digest(bytes: &[u8]) -> String {
    let sum = sha2::Sha256::digest(bytes);
    format!("sha256:{}", sum.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// A row: what is asked, with which body; the status, the code of an error, headers that the answer has, and its body where it is
/// told. `{L}` is the Location of the answer before, `{X}` a value of the table below.
type Row<'a> = (&'a str, &'a [u8], u16, &'a str, &'a [(&'a str, &'a str)], Option<&'a [u8]>);

fn holds(served: &Served, values: &[(&str, &str)], rows: &[Row<'_>]) {
    let filled = |text: &str, location: &str| {
        let text = text.replace("{L}", location);
        values.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    };
    let mut location = String::new();
    for (request, body, status, code, headers, content) in rows {
        let request = filled(request, &location);
        let answer = served.asks(&request, body);
        let said = || format!("{request:?}: {answer:?}\n{}", String::from_utf8_lossy(&answer.body));
        assert_eq!((answer.status, answer.code().as_str()), (*status, *code), "{}", said());
        for (name, value) in *headers {
            let value = filled(value, &location);
            assert!(
                answer.header(name) == value || value == "*" && answer.headers.contains_key(*name),
                "{name}: {}",
                said()
            );
        }
        if let Some(content) = content {
            assert_eq!(String::from_utf8_lossy(&answer.body), String::from_utf8_lossy(content), "{}", said());
        }
        if let Some(found) = answer.headers.get("location") {
            location = found.clone();
        }
    }
}

const KIND: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

#[test]
fn a_registry_answers_as_the_specification_says() {
    let served = Served::new(&[]);
    let (blob, config, none) = (&b"a layer, as far as a registry knows"[..], &b"{}"[..], &b""[..]);
    let descriptor =
        |kind: &str, bytes: &[u8]| json!({ "mediaType": kind, "digest": digest(bytes), "size": bytes.len() });
    let image = |more: Value| {
        let (config, layer) = (descriptor("application/vnd.oci.image.config.v1+json", config), descriptor("x/y", blob));
        let mut image = json!({ "schemaVersion": 2, "mediaType": KIND, "config": config, "layers": [layer] });
        image.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::to_vec(&image).unwrap()
    };
    let manifest = image(json!({}));
    let about = |kind: &str| {
        let subject = descriptor(KIND, &manifest);
        image(json!({ "subject": subject, "artifactType": kind, "annotations": { "a": kind } }))
    };
    let (signature, bill) = (about("x/signature"), about("x/bill"));
    let index = |of: &[u8]| {
        let all = [descriptor(KIND, of)];
        serde_json::to_vec(&json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": all })).unwrap()
    };
    let (whole, lacks) = (index(&manifest), index(b"not there"));
    let wrong_size = serde_json::to_vec(&json!({ "schemaVersion": 2, "mediaType": KIND, "layers": [
        { "mediaType": "x/y", "digest": digest(blob), "size": 1 } ] }))
    .unwrap();
    let lacking =
        serde_json::to_vec(&json!({ "schemaVersion": 2, "mediaType": KIND, "layers": [descriptor("x/y", b"?")] }))
            .unwrap();
    let far = json!({ "mediaType": "x/y", "digest": digest(b"far"), "size": 3, "urls": ["https://example.com/far"] });
    let elsewhere = serde_json::to_vec(&json!({ "schemaVersion": 2, "mediaType": KIND, "layers": [far] })).unwrap();
    let all = [
        ("BLOB", digest(blob)),
        ("CONFIG", digest(config)),
        ("EMPTY", digest(b"")),
        ("IMAGE", digest(&manifest)),
        ("WHOLE", digest(&whole)),
        ("OTHER", digest(b"other")),
        ("SIGNATURE", digest(&signature)),
        ("BILL", digest(&bill)),
    ];
    let values: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let api = ("docker-distribution-api-version", "registry/2.0");
    let put = |tag: &str| format!("PUT /v2/a/app/manifests/{tag}\nContent-Type: {KIND}");
    let put_index = format!("PUT /v2/a/app/manifests/all\nContent-Type: {INDEX}; charset=utf-8");
    let (put_tag, put_digest, put_wrong) = (put("1.0"), put("{IMAGE}"), put("{OTHER}"));
    let chunked = "PATCH {L}\nTransfer-Encoding: chunked";
    let huge = [b"{\"schemaVersion\":2,\"a\":\"", &vec![b'a'; 4 << 20][..], b"\"}"].concat();
    let rows: &[Row<'_>] = &[
        ("GET /v2/", none, 200, "", &[api], Some(b"{}\n")),
        ("GET /v2", none, 200, "", &[], None),
        ("DELETE /v2/", none, 405, "UNSUPPORTED", &[("allow", "GET, HEAD")], None),
        ("GET /", none, 404, "UNSUPPORTED", &[api], None),
        ("GET /token", none, 404, "UNSUPPORTED", &[], None),
        ("GET /v2/%zz", none, 404, "UNSUPPORTED", &[], None),
        ("GET /v2/App/tags/list", none, 400, "NAME_INVALID", &[], None),
        ("GET /v2/../app/tags/list", none, 400, "NAME_INVALID", &[], None),
        ("GET /v2/a/app/tags/list", none, 404, "NAME_UNKNOWN", &[], None),
        ("GET /v2/a/app/blobs/{BLOB}", none, 404, "NAME_UNKNOWN", &[], None),
        ("GET /v2/a/app/referrers/{IMAGE}", none, 200, "", &[("content-type", INDEX)], None),
        // A blob in two requests.
        ("POST /v2/a/app/blobs/uploads/", none, 202, "", &[("docker-upload-uuid", "*"), ("range", "0-0")], None),
        ("GET {L}", none, 204, "", &[("range", "0-0")], None),
        ("HEAD {L}", none, 204, "", &[], None),
        ("PUT {L}", blob, 400, "DIGEST_INVALID", &[], None),
        ("PUT {L}?digest=sha256:00", blob, 400, "DIGEST_INVALID", &[], None),
        (
            "PUT {L}?digest={BLOB}",
            blob,
            201,
            "",
            &[("location", "/v2/a/app/blobs/{BLOB}"), ("docker-content-digest", "{BLOB}")],
            None,
        ),
        ("GET {L}", none, 200, "", &[("content-length", "35"), ("docker-content-digest", "{BLOB}")], Some(blob)),
        ("HEAD {L}", none, 200, "", &[("content-length", "35"), ("docker-content-digest", "{BLOB}")], Some(b"")),
        ("GET {L}\nRange: bytes=2-6", none, 206, "", &[("content-range", "bytes 2-6/35")], Some(b"layer")),
        ("GET {L}\nRange: bytes=-5", none, 206, "", &[("content-range", "bytes 30-34/35")], Some(b"knows")),
        ("GET {L}\nRange: bytes=35-", none, 416, "SIZE_INVALID", &[("content-range", "bytes */35")], None),
        ("GET {L}\nIf-None-Match: \"x\", \"{BLOB}\"", none, 304, "", &[("etag", "\"{BLOB}\"")], Some(b"")),
        ("GET {L}\nIf-None-Match: \"x\"", none, 200, "", &[], Some(blob)),
        ("GET /v2/a/app/blobs/{OTHER}", none, 404, "BLOB_UNKNOWN", &[], None),
        ("GET /v2/a/app/blobs/md5:00", none, 400, "DIGEST_INVALID", &[], None),
        ("PUT {L}", none, 405, "UNSUPPORTED", &[("allow", "GET, HEAD, DELETE")], None),
        // All in one request, and the same in a wrong one.
        (
            "POST /v2/a/app/blobs/uploads/?digest={CONFIG}",
            config,
            201,
            "",
            &[("location", "/v2/a/app/blobs/{CONFIG}")],
            None,
        ),
        ("POST /v2/a/app/blobs/uploads/?digest={OTHER}", config, 400, "DIGEST_INVALID", &[], None),
        ("POST /v2/a/app/blobs/uploads/?digest={EMPTY}", none, 201, "", &[], None),
        ("GET {L}", none, 200, "", &[("content-length", "0")], Some(b"")),
        // In parts, each behind the one before; what is not the next one changes nothing.
        ("POST /v2/a/other/blobs/uploads/", none, 202, "", &[], None),
        ("PATCH {L}\nContent-Range: 0-9", &blob[..10], 202, "", &[("range", "0-9")], None),
        ("PATCH {L}\nContent-Range: 20-34", &blob[20..], 416, "SIZE_INVALID", &[("range", "0-9")], None),
        ("PATCH {L}\nContent-Range: 0-9", &blob[..10], 416, "SIZE_INVALID", &[("range", "0-9")], None),
        ("PATCH {L}\nContent-Range: x", none, 416, "SIZE_INVALID", &[], None),
        ("PATCH {L}\nContent-Range: 10-12", &blob[10..20], 400, "SIZE_INVALID", &[], None),
        ("GET {L}", none, 204, "", &[("range", "0-9")], None),
        ("PATCH {L}\nContent-Range: 10-19", &blob[10..20], 202, "", &[("range", "0-19")], None),
        ("PUT {L}?digest={BLOB}\nContent-Range: 20-34", &blob[20..], 201, "", &[], None),
        ("GET {L}", none, 200, "", &[], Some(blob)),
        ("DELETE {L}", none, 202, "", &[], None),
        ("DELETE {L}", none, 404, "BLOB_UNKNOWN", &[], None),
        // In one stream, whose length nobody says before.
        ("POST /v2/a/other/blobs/uploads/", none, 202, "", &[], None),
        (chunked, b"5\r\nother\r\n0\r\n\r\n", 202, "", &[("range", "0-4")], None),
        ("PUT {L}?digest={BLOB}", none, 400, "DIGEST_INVALID", &[], None),
        ("GET {L}", none, 404, "BLOB_UPLOAD_UNKNOWN", &[], None),
        ("POST /v2/a/other/blobs/uploads/", none, 202, "", &[], None),
        (chunked, b"2\r\not\r\n3\r\nher\r\n0\r\n\r\n", 202, "", &[("range", "0-4")], None),
        ("PUT {L}?digest={OTHER}", none, 201, "", &[], None),
        ("POST /v2/a/other/blobs/uploads/", none, 202, "", &[], None),
        ("DELETE {L}", none, 204, "", &[], None),
        ("DELETE {L}", none, 404, "BLOB_UPLOAD_UNKNOWN", &[], None),
        ("PATCH /v2/a/other/blobs/uploads/none", b"x", 404, "BLOB_UPLOAD_UNKNOWN", &[], None),
        // From another repository; one that does not have it begins an upload.
        (
            "POST /v2/a/other/blobs/uploads/?mount={BLOB}&from=a%2Fapp",
            none,
            201,
            "",
            &[("location", "/v2/a/other/blobs/{BLOB}")],
            None,
        ),
        ("GET {L}", none, 200, "", &[], Some(blob)),
        ("POST /v2/a/other/blobs/uploads/?mount={WHOLE}&from=a/app", none, 202, "", &[], None),
        ("POST /v2/a/other/blobs/uploads/?mount={BLOB}&from=a/none", none, 202, "", &[], None),
        ("POST /v2/a/other/blobs/uploads/?mount=x&from=a/app", none, 400, "DIGEST_INVALID", &[], None),
        // A manifest, by tag and by digest.
        (
            &put_tag,
            &manifest,
            201,
            "",
            &[("location", "/v2/a/app/manifests/{IMAGE}"), ("docker-content-digest", "{IMAGE}")],
            None,
        ),
        (&put_digest, &manifest, 201, "", &[], None),
        (&put_wrong, &manifest, 400, "DIGEST_INVALID", &[], None),
        (
            "GET /v2/a/app/manifests/1.0",
            none,
            200,
            "",
            &[("content-type", KIND), ("docker-content-digest", "{IMAGE}")],
            Some(&manifest),
        ),
        ("GET /v2/a/app/manifests/{IMAGE}", none, 200, "", &[("content-type", KIND)], Some(&manifest)),
        (
            "HEAD /v2/a/app/manifests/{IMAGE}",
            none,
            200,
            "",
            &[("docker-content-digest", "{IMAGE}"), ("content-length", "*")],
            Some(b""),
        ),
        ("GET /v2/a/app/manifests/1.0\nIf-None-Match: W/\"{IMAGE}\"", none, 304, "", &[], Some(b"")),
        ("GET /v2/a/app/manifests/none", none, 404, "MANIFEST_UNKNOWN", &[], None),
        ("GET /v2/a/app/manifests/{OTHER}", none, 404, "MANIFEST_UNKNOWN", &[], None),
        ("GET /v2/a/none/manifests/1.0", none, 404, "NAME_UNKNOWN", &[], None),
        ("PUT /v2/a/app/manifests/.x", &manifest, 400, "MANIFEST_INVALID", &[], None),
        ("PUT /v2/a/app/manifests/bad", b"{", 400, "MANIFEST_INVALID", &[], None),
        ("PUT /v2/a/app/manifests/bad", b"[]", 400, "MANIFEST_INVALID", &[], None),
        ("PUT /v2/a/app/manifests/bad", b"{\"schemaVersion\":1}", 400, "MANIFEST_INVALID", &[], None),
        ("PUT /v2/a/app/manifests/bad", b"{\"layers\":[{}]}", 400, "MANIFEST_INVALID", &[], None),
        ("PUT /v2/a/app/manifests/bad", &huge, 413, "SIZE_INVALID", &[], None),
        ("PUT /v2/a/app/manifests/bad\nContent-Type: x/y", &manifest, 400, "MANIFEST_INVALID", &[], None),
        ("PUT /v2/a/app/manifests/bad", &wrong_size, 400, "MANIFEST_INVALID", &[], None),
        ("PUT /v2/a/app/manifests/bad", &lacking, 404, "MANIFEST_BLOB_UNKNOWN", &[], None),
        ("PUT /v2/a/app/manifests/far", &elsewhere, 201, "", &[], None),
        (&put_index, &lacks, 404, "MANIFEST_BLOB_UNKNOWN", &[], None),
        (&put_index, &whole, 201, "", &[], None),
        ("GET /v2/a/app/manifests/all", none, 200, "", &[("content-type", INDEX)], Some(&whole)),
        // What was said of an image later.
        ("PUT /v2/a/app/manifests/{SIGNATURE}", &signature, 201, "", &[("oci-subject", "{IMAGE}")], None),
        ("PUT /v2/a/app/manifests/bill", &bill, 201, "", &[("oci-subject", "{IMAGE}")], None),
        (
            "GET /v2/a/app/referrers/{IMAGE}?artifactType=x/bill",
            none,
            200,
            "",
            &[("oci-filters-applied", "artifactType")],
            None,
        ),
        ("GET /v2/a/app/referrers/x", none, 400, "DIGEST_INVALID", &[], None),
        // Tags, all or a part of them.
        (
            "GET /v2/a/app/tags/list",
            none,
            200,
            "",
            &[],
            Some(b"{\"name\":\"a/app\",\"tags\":[\"1.0\",\"all\",\"bill\",\"far\"]}\n"),
        ),
        (
            "GET /v2/a/app/tags/list?n=2",
            none,
            200,
            "",
            &[("link", "</v2/a/app/tags/list?n=2&last=all>; rel=\"next\"")],
            Some(b"{\"name\":\"a/app\",\"tags\":[\"1.0\",\"all\"]}\n"),
        ),
        (
            "GET /v2/a/app/tags/list?n=2&last=all",
            none,
            200,
            "",
            &[],
            Some(b"{\"name\":\"a/app\",\"tags\":[\"bill\",\"far\"]}\n"),
        ),
        ("GET /v2/a/app/tags/list?n=0", none, 200, "", &[], Some(b"{\"name\":\"a/app\",\"tags\":[]}\n")),
        (
            "GET /v2/a/app/tags/list?last=b",
            none,
            200,
            "",
            &[],
            Some(b"{\"name\":\"a/app\",\"tags\":[\"bill\",\"far\"]}\n"),
        ),
        ("GET /v2/a/app/tags/list?n=x", none, 400, "SIZE_INVALID", &[], None),
        ("GET /v2/_catalog", none, 200, "", &[], Some(b"{\"repositories\":[\"a/app\",\"a/other\"]}\n")),
        ("GET /v2/_catalog?n=1", none, 200, "", &[("link", "</v2/_catalog?n=1&last=a/app>; rel=\"next\"")], None),
        // A tag goes, and its manifest stays; a manifest goes with its tags.
        ("DELETE /v2/a/app/manifests/all", none, 202, "", &[], None),
        ("GET /v2/a/app/manifests/all", none, 404, "MANIFEST_UNKNOWN", &[], None),
        ("GET /v2/a/app/manifests/{WHOLE}", none, 200, "", &[], Some(&whole)),
        ("DELETE /v2/a/app/manifests/all", none, 404, "MANIFEST_UNKNOWN", &[], None),
        ("DELETE /v2/a/app/blobs/{IMAGE}", none, 403, "DENIED", &[], None),
        ("DELETE /v2/a/app/manifests/{IMAGE}", none, 202, "", &[], None),
        ("GET /v2/a/app/manifests/1.0", none, 404, "MANIFEST_UNKNOWN", &[], None),
        ("GET /v2/a/app/blobs/{IMAGE}", none, 404, "BLOB_UNKNOWN", &[], None),
        ("GET /v2/a/app/referrers/{IMAGE}", none, 200, "", &[], None),
        ("DELETE /v2/a/app/blobs/{BLOB}", none, 202, "", &[], None),
        ("GET /v2/a/other/blobs/{BLOB}", none, 200, "", &[], Some(blob)),
    ];
    holds(&served, &values, rows);
    let answer = served.asks(&format!("GET /v2/a/app/referrers/{}", digest(&manifest)), b"");
    let found: Value = serde_json::from_slice(&answer.body).unwrap();
    let entry = |kind: &str, bytes: &[u8]| {
        let mut entry = descriptor(KIND, bytes);
        entry["artifactType"] = kind.into();
        entry["annotations"] = json!({ "a": kind });
        entry
    };
    assert_eq!(found["manifests"], json!([entry("x/signature", &signature), entry("x/bill", &bill)]), "{found}");
    let filtered = served.asks(&format!("GET /v2/a/app/referrers/{}?artifactType=x/bill", digest(&manifest)), b"");
    let found: Value = serde_json::from_slice(&filtered.body).unwrap();
    assert_eq!(found["manifests"], json!([entry("x/bill", &bill)]), "{found}");
    // The repository is an image layout, and a mounted blob is there once.
    use std::os::unix::fs::MetadataExt;
    let stored = served.directory.join("a+other/blobs/sha256").join(&digest(blob)[7..]);
    assert_eq!((std::fs::read(&stored).unwrap().as_slice(), std::fs::metadata(&stored).unwrap().nlink()), (blob, 1));
    let check = text(layerlab().args(["image", "check", "--json"]).arg(served.directory.join("a+other")));
    assert!(ends_with(&check, Some(0)), "{check:?}");
}

#[test]
fn what_clients_do_wrong_harms_nobody_else() {
    let served = Served::new(&[]);
    let start = |bytes: &[u8]| {
        let mut stream = served.connect();
        stream.write_all(bytes).unwrap();
        stream
    };
    // It closes in the middle; what came is kept, and the upload goes on.
    let begun = served.asks("POST /v2/a/blobs/uploads/", b"");
    let place = begun.header("location").to_string();
    let broken = start(format!("PATCH {place} HTTP/1.1\r\nContent-Length: 10\r\n\r\nabcde").as_bytes());
    broken.shutdown(Shutdown::Write).unwrap();
    let answer = Answer::read(&mut BufReader::new(broken), false);
    assert_eq!((answer.status, answer.code().as_str()), (400, "BLOB_UPLOAD_INVALID"));
    assert_eq!(served.asks(&format!("GET {place}"), b"").header("range"), "0-4");
    assert_eq!(served.asks(&format!("PATCH {place}\nContent-Range: 5-9"), b"fghij").header("range"), "0-9");
    let whole = digest(b"abcdefghij");
    assert_eq!(served.asks(&format!("PUT {place}?digest={whole}"), b"").status, 201);
    // What is no request, has no end, or has two lengths.
    let endless = [&b"GET / HTTP/1.1\r\nA: "[..], &vec![b'a'; 40_000]].concat();
    for (bytes, status) in [
        (&b"nonsense\r\n\r\n"[..], 400),
        (&endless, 400),
        (b"GET /v2/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"GET /v2/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (
            b"POST /v2/a/blobs/uploads/?digest=sha256:00 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
            400,
        ),
    ] {
        let answer = Answer::read(&mut BufReader::new(start(bytes)), false);
        assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(bytes));
    }
    // Several on one connection, one behind the other; who asks for leave to send is given it.
    let upload = format!(
        "POST /v2/a/blobs/uploads/?digest={whole} HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n"
    );
    let mut stream = start(format!("GET /v2/ HTTP/1.1\r\n\r\nGET /none HTTP/1.1\r\n\r\n{upload}").as_bytes());
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    assert_eq!(Answer::read(&mut reader, false).status, 200);
    assert_eq!(Answer::read(&mut reader, false).status, 404);
    assert_eq!(Answer::read(&mut reader, false).status, 100);
    stream.write_all(b"abcdefghij").unwrap();
    assert_eq!(Answer::read(&mut reader, false).status, 201);
    // More connections than threads, all of which stay: each is answered.
    let idle: Vec<TcpStream> = (0..100).map(|_| start(b"GET /v2/ HTTP/1.1\r\n\r\n")).collect();
    for stream in idle {
        assert_eq!(Answer::read(&mut BufReader::new(stream), false).status, 200);
    }
    // A second one on the same directory, and an address that is taken.
    let refused = |options: &[&str]| text(layerlab().args(["registry", "serve"]).args(options));
    let directory = served.directory.to_str().unwrap();
    let second = refused(&[directory]);
    assert!(ends_with(&second, Some(2)) && second.stderr.contains("another registry serves it"), "{second:?}");
    let free = tempfile::tempdir().unwrap();
    let taken = refused(&["--addr", &served.address, free.path().to_str().unwrap()]);
    assert!(ends_with(&taken, Some(2)) && taken.stderr.contains("somebody else listens there"), "{taken:?}");
}

#[test]
fn a_token_is_for_who_knows_the_password() {
    let served = Served::new(&["--token", "me:secret"]);
    let first = served.asks("GET /v2/a/tags/list", b"");
    assert_eq!((first.status, first.code().as_str()), (401, "UNAUTHORIZED"));
    let realm = format!("Bearer realm=\"http://{}/token\",service=\"layerlab\"", served.address);
    assert_eq!(first.header("www-authenticate"), format!("{realm},scope=\"repository:a:pull\""));
    let upload = served.asks("POST /v2/a/blobs/uploads/", b"");
    assert_eq!(upload.header("www-authenticate"), format!("{realm},scope=\"repository:a:pull,push\""));
    for wrong in ["", "\nAuthorization: Basic bWU6d3Jvbmc=", "\nAuthorization: Basic x y", "\nAuthorization: Bearer x"]
    {
        assert_eq!(served.asks(&format!("GET /token{wrong}"), b"").status, 401, "{wrong}");
    }
    let given = served.asks("GET /token?service=layerlab\nAuthorization: Basic bWU6c2VjcmV0", b"");
    let given: Value = serde_json::from_slice(&given.body).unwrap();
    let token = given["token"].as_str().unwrap();
    assert_eq!(served.asks(&format!("GET /v2/\nAuthorization: Bearer {token}"), b"").status, 200);
    assert_eq!(served.asks(&format!("GET /v2/\nAuthorization: Bearer {token}x"), b"").status, 401);
    let refused = text(Command::new(crate::support::program()).args(["registry", "serve", "--token", "me:"]));
    assert_eq!(refused.code, Some(2), "{refused:?}");
}
