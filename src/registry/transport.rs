//! One request goes to a server, and its answer comes back: over a socket of ours, or for https over a curl(1) of this machine.
//! The program has no TLS of its own, which would be a third of its size.

use crate::registry::address::Address;
use crate::registry::body::Body;
use crate::registry::headers::{Framing, ResponseHead, read_response};
use std::io::{BufReader, Error, ErrorKind, Read, Result, Seek, SeekFrom, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// So long we wait for a connection, and for anything to come or to go.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// `GET`
    pub method: &'a str,
    /// Where.
    pub address: &'a Address,
    /// Headers, without those that every request has.
    pub headers: Vec<(&'a str, String)>,
    /// What is sent: a file, from here on, so many bytes.
    pub sent: Option<(&'a Path, u64, u64)>,
}

/// What came back: the head, and what comes behind it.
pub type Came = (ResponseHead, Box<dyn Read + Send>);

/// Asks, and waits for the head of the answer.
///
/// # Errors
/// When there is no connection, or what comes is no HTTP.
pub fn exchange(asked: &Asked<'_>) -> Result<Came> {
    if asked.address.is_secure { by_curl(asked) } else { by_socket(asked) }
}

fn by_socket(asked: &Asked<'_>) -> Result<Came> {
    let mut failed = Error::new(ErrorKind::NotFound, "that host has no address");
    let mut connect = || {
        for address in asked.address.host_and_port().to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, PATIENCE) {
                Ok(stream) => return Ok(stream),
                Err(error) => failed = error,
            }
        }
        Err(Error::new(failed.kind(), failed.to_string()))
    };
    let mut stream = connect()?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let Address { host, target, .. } = asked.address;
    let mut head = format!(
        "{} {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {}\r\nConnection: close\r\n",
        asked.method,
        agent()
    );
    if let Some((_, _, length)) = asked.sent {
        head.push_str(&format!("Content-Length: {length}\r\n"));
    } else if asked.method != "GET" && asked.method != "HEAD" {
        head.push_str("Content-Length: 0\r\n");
    }
    asked.headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    let mut send = || {
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        if let Some((path, from, length)) = asked.sent {
            let mut file = std::fs::File::open(path)?;
            file.seek(SeekFrom::Start(from))?;
            std::io::copy(&mut file.take(length), &mut stream)?;
        }
        Ok(())
    };
    // Who refuses what is sent answers before all of it was sent, and closes.
    let sent: Result<()> = send();
    let mut reader = BufReader::with_capacity(16 * 1024, stream);
    let head = final_head(&mut reader).map_err(|error| sent.err().unwrap_or(error))?;
    let framing = framing(asked.method, &head)?;
    Ok((head, Box::new(Body::new(reader, framing))))
}

/// What we call ourselves.
fn agent() -> String {
    format!("layerlab/{}", env!("CARGO_PKG_VERSION"))
}

/// The head of the answer; those before it only say that it will come.
fn final_head(reader: &mut BufReader<impl Read>) -> Result<ResponseHead> {
    for _ in 0..8 {
        let head = read_response(reader, PATIENCE)?;
        if head.status >= 200 {
            return Ok(head);
        }
    }
    Err(Error::new(ErrorKind::InvalidData, "it says again and again that an answer will come"))
}

fn framing(method: &str, head: &ResponseHead) -> Result<Framing> {
    if method == "HEAD" || [204, 304].contains(&head.status) {
        return Ok(Framing::Length(0));
    }
    let framing = head.headers.framing().map_err(|why| Error::new(ErrorKind::InvalidData, why))?;
    Ok(framing.unwrap_or(Framing::ToEnd))
}

fn by_curl(asked: &Asked<'_>) -> Result<Came> {
    let mut config = format!("url = {}\nuser-agent = {}\n", quoted(&asked.address.to_string())?, quoted(&agent())?);
    for option in [
        "silent",
        "show-error",
        "include",
        "raw",
        "http1.1",
        "globoff",
        "path-as-is",
        "no-buffer",
        "suppress-connect-headers",
    ] {
        config.push_str(&format!("{option}\n"));
    }
    // It leads nowhere itself: where an answer leads to is for us to judge.
    config.push_str("proto = \"=https\"\nconnect-timeout = 60\nspeed-limit = 1\nspeed-time = 60\n");
    match asked.sent {
        Some((path, 0, _)) => config.push_str(&format!("upload-file = {}\n", quoted(&path.to_string_lossy())?)),
        Some(_) => return Err(Error::new(ErrorKind::Unsupported, "curl sends a file from its beginning only")),
        None if asked.method == "HEAD" => config.push_str("head\n"),
        None if asked.method != "GET" => config.push_str("data = \"\"\nheader = \"Content-Type:\"\n"),
        None => {}
    }
    if asked.method != "HEAD" {
        config.push_str(&format!("request = {}\n", quoted(asked.method)?));
    }
    config.push_str("header = \"Expect:\"\n");
    for (name, value) in &asked.headers {
        config.push_str(&format!("header = {}\n", quoted(&format!("{name}: {value}"))?));
    }
    // All of it by its input: everybody can see the arguments of a process, and a token may be among these.
    let mut command = Command::new("curl");
    command.args(["-q", "-K", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| {
        let why = format!("https needs curl, which cannot be started: {error}");
        Error::new(ErrorKind::Unsupported, why)
    })?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(config.as_bytes())?;
    }
    let output = child.stdout.take().ok_or(ErrorKind::BrokenPipe)?;
    let mut reader = BufReader::with_capacity(16 * 1024, OfCurl { child, output });
    match final_head(&mut reader) {
        Ok(head) => {
            let framing = framing(asked.method, &head)?;
            Ok((head, Box::new(Body::new(reader, framing))))
        }
        Err(error) => Err(reader.into_inner().said().unwrap_or(error)),
    }
}

/// A word of curl's configuration.
fn quoted(text: &str) -> Result<String> {
    if text.chars().any(char::is_control) {
        return Err(Error::new(ErrorKind::InvalidInput, "a control character stands in a request"));
    }
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// What a curl prints; it ends when nobody reads it any more.
struct OfCurl {
    child: Child,
    output: ChildStdout,
}

impl OfCurl {
    /// Why it failed, as it says.
    fn said(mut self) -> Option<Error> {
        let _ = self.child.kill();
        let mut said = String::new();
        self.child.stderr.take()?.take(4096).read_to_string(&mut said).ok()?;
        // What is behind its first line is about curl.
        let said = said.lines().next()?.trim().to_string();
        Some(Error::other(said))
    }
}

impl Read for OfCurl {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.output.read(buffer)
    }
}

impl Drop for OfCurl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
