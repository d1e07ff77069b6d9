//! Asks a registry: with a token where it wants one, again where a connection broke, and on to where an answer leads.
//!
//! What came from elsewhere is not trusted: a token goes to the registry that it is for and to nobody else, an answer leads to HTTP
//! alone, and nothing without an end is read.

use crate::ground::Failure;
use crate::image::{Descriptor, ImageError};
use crate::registry::address::Address;
use crate::registry::base64::encode;
use crate::registry::headers::Headers;
use crate::registry::repository::locked;
use crate::registry::transport::{Asked, Came, exchange};
use serde_json::Value;
use std::io::{Read, Result};
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// An answer may lead on so often.
const MOST_STEPS: usize = 5;
/// So often is asked for something before we give up.
const TRIES: u32 = 4;

/// A repository of a registry, to be asked.
#[derive(Debug)]
pub struct Client {
    base: Address,
    repository: String,
    /// `NAME:PASSWORD`
    credentials: Option<String>,
    /// The value of `Authorization`, as soon as it is known.
    pass: Mutex<Option<String>>,
    /// Bytes of blobs that have come or gone so far.
    pub moved: Arc<AtomicU64>,
}

/// A request that was made, and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Exchange {
    /// `GET`
    pub method: String,
    /// Where, without the host where it is the registry.
    pub target: String,
    /// `404`; nothing where there was no answer.
    pub status: Option<u16>,
    /// What the status is called, or why there was no answer.
    pub reason: String,
    /// How many bytes were sent behind the headers.
    pub sent: u64,
    /// What for.
    #[serde(rename = "for")]
    pub purpose: &'static str,
    /// The lesson that teaches it.
    pub lesson: u32,
}

/// What is asked, and what for.
#[derive(Clone, Copy, Debug)]
pub struct Purpose(pub &'static str, pub u32);

/// A request of which all is said but where it goes.
#[derive(Clone, Debug, Default)]
pub struct Ask<'a> {
    /// `GET`
    pub method: &'a str,
    /// Headers of its own.
    pub headers: Vec<(&'a str, String)>,
    /// What is sent: a file, from here on, so many bytes.
    pub sent: Option<(&'a Path, u64, u64)>,
}

/// What was asked, in order.
pub type Log = Vec<Exchange>;

/// What a registry answered.
pub struct Response {
    /// `200`
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// What comes behind them.
    pub body: Box<dyn Read + Send>,
    /// Who answered, which need not be whom we asked.
    pub address: Address,
}

impl Client {
    /// For a repository. Nothing is asked yet.
    pub fn new(base: Address, repository: &str, credentials: Option<String>) -> Client {
        Client { base, repository: repository.to_string(), credentials, pass: Mutex::default(), moved: Arc::default() }
    }

    /// Where a part of the repository is: `blobs/uploads/`.
    pub fn place(&self, part: &str) -> Address {
        Address { target: format!("/v2/{}/{part}", self.repository), ..self.base.clone() }
    }

    /// The registry, as people call it.
    pub fn host(&self) -> &str {
        &self.base.host
    }

    /// Asks once, with a token if one is wanted, and goes where the answer leads.
    ///
    /// # Errors
    /// When there is no answer, or one that leads elsewhere.
    pub fn ask(&self, ask: &Ask<'_>, address: &Address, purpose: Purpose, log: &mut Log) -> Result<Response> {
        let mut address = address.clone();
        let mut has_asked_for_token = false;
        for _ in 0..=MOST_STEPS {
            let (head, body) = self.once(ask, &address, purpose, log)?;
            match head.status {
                401 if !has_asked_for_token && address.is_same_host(&self.base) => {
                    has_asked_for_token = true;
                    let challenge = head.headers.get("www-authenticate").unwrap_or_default();
                    if self.log_in(challenge, log)? {
                        continue;
                    }
                }
                301 | 302 | 303 | 307 | 308 if matches!(ask.method, "GET" | "HEAD") => {
                    let location = head.headers.get("location").unwrap_or_default();
                    address = address
                        .follow(location)
                        .map_err(|why| refused(format!("the answer leads to where we do not go: {why}")))?;
                    continue;
                }
                _ => {}
            }
            return Ok(Response { status: head.status, headers: head.headers, body, address });
        }
        Err(refused("one answer leads to the next, again and again".into()))
    }

    /// The same, again where a connection broke or the registry is not well. For what harms nobody when it is asked twice.
    ///
    /// # Errors
    /// When it does not get well.
    pub fn ask_again(&self, ask: &Ask<'_>, address: &Address, purpose: Purpose, log: &mut Log) -> Result<Response> {
        let mut tried = 0;
        loop {
            tried += 1;
            let outcome = self.ask(ask, address, purpose, log);
            let may_help = match &outcome {
                Ok(response) => response.status == 429 || response.status >= 500,
                Err(error) => is_passing(error),
            };
            if !may_help || tried == TRIES {
                return outcome;
            }
            pause(tried);
        }
    }

    fn once(&self, ask: &Ask<'_>, address: &Address, purpose: Purpose, log: &mut Log) -> Result<Came> {
        let mut headers = ask.headers.clone();
        // For the registry alone: whoever it sends us to is somebody else.
        if address.is_same_host(&self.base)
            && let Some(pass) = locked(&self.pass).clone()
        {
            headers.push(("Authorization", pass));
        }
        let asked = Asked { method: ask.method, address, headers, sent: ask.sent };
        let came = exchange(&asked);
        log.push(Exchange {
            method: ask.method.to_string(),
            target: if address.is_same_host(&self.base) { address.target.clone() } else { address.to_string() },
            status: came.as_ref().ok().map(|(head, _)| head.status),
            reason: came.as_ref().map_or_else(|error| error.to_string(), |(head, _)| head.reason.clone()),
            sent: ask.sent.map_or(0, |(_, _, length)| length),
            purpose: purpose.0,
            lesson: purpose.1,
        });
        came
    }

    /// Gets what a registry wants to see before it answers; `false` where we do not have it.
    fn log_in(&self, challenge: &str, log: &mut Log) -> Result<bool> {
        let (kind, rest) = challenge.split_once(' ').unwrap_or((challenge, ""));
        let basic = self.credentials.as_ref().map(|both| format!("Basic {}", encode(both.as_bytes())));
        if kind.eq_ignore_ascii_case("basic") {
            let is_new = basic.is_some() && *locked(&self.pass) != basic;
            *locked(&self.pass) = basic;
            return Ok(is_new);
        }
        let values = parameters(rest);
        let value = |name: &str| values.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str());
        let Some(realm) = value("realm").filter(|_| kind.eq_ignore_ascii_case("bearer")) else { return Ok(false) };
        let wrong = |why| refused(format!("the registry sends us for a token to where we do not go: {why}"));
        let mut address = self.base.follow(realm).map_err(wrong)?;
        for name in ["service", "scope"] {
            if let Some(value) = value(name) {
                address = address.with(name, value);
            }
        }
        // The one that gives out tokens is often another host, which the registry names: docker sends the password there, too.
        let headers = basic.map(|basic| ("Authorization", basic)).into_iter().collect();
        let ask = Ask { method: "GET", headers, sent: None };
        *locked(&self.pass) = None;
        let (head, body) = self.once(&ask, &address, Purpose("a token, because the registry wants one", 22), log)?;
        if head.status != 200 {
            return Ok(false);
        }
        let bytes = read_all(body, 1 << 20)?;
        let told: Value =
            serde_json::from_slice(&bytes).map_err(|error| refused(format!("the token is no JSON: {error}")))?;
        let token = told["token"].as_str().or(told["access_token"].as_str()).unwrap_or_default();
        if token.is_empty() || token.bytes().any(|byte| !byte.is_ascii_graphic()) {
            return Err(refused("the registry gives no token where it says that it does".into()));
        }
        *locked(&self.pass) = Some(format!("Bearer {token}"));
        Ok(true)
    }
}

/// `realm="…",service="…"`
fn parameters(text: &str) -> Vec<(String, String)> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some((name, behind)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',']).to_ascii_lowercase();
        let (value, behind) = match behind.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => behind.split_once(',').unwrap_or((behind, "")),
        };
        found.push((name, value.to_string()));
        rest = behind;
    }
    found
}

/// Whether the same may go well a moment later.
pub fn is_passing(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, Unsupported};
    !matches!(error.kind(), InvalidData | InvalidInput | Unsupported)
}

/// Waits a moment, and longer each time.
pub fn pause(tried: u32) {
    std::thread::sleep(Duration::from_millis(20 << (2 * tried.min(5))));
}

fn refused(why: String) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, why)
}

/// All that comes, where it is no more than this many bytes.
///
/// # Errors
/// When it is more, or does not come.
pub fn read_all(body: impl Read, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    body.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(refused(format!("it has more than {most} bytes"))) } else { Ok(bytes) }
}

impl Response {
    /// What went wrong, as the registry puts it, for a person.
    pub fn failed(self, wanted: &str) -> ImageError {
        let status = self.status;
        let bytes = read_all(self.body, 64 * 1024).unwrap_or_default();
        let told: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let text = |name: &str| told["errors"][0][name].as_str().map(str::to_string);
        let said = [text("code"), text("message")].into_iter().flatten().collect::<Vec<_>>().join(": ");
        let reason = crate::registry::answer::reason(status);
        let address = Address { target: "/v2/_catalog".into(), ..self.address };
        let why =
            format!("{} answers {status} {reason}{}{said}", address.host, if said.is_empty() { "" } else { ", " });
        let is_there = format!("look which repositories there are: curl {address}; their tags: /v2/NAME/tags/list");
        let fix = match status {
            401 | 403 => "log in, so that ~/.docker/config.json has a name and a password for it: docker login",
            404 => &is_there,
            429 => "try again later: it is asked too often",
            500.. => "try again later, or tell those who keep the registry",
            _ => "look at what was asked: --explain",
        };
        ImageError::Refused(Failure::ours(wanted, why, fix))
    }
}

/// There was no answer, or none that can be believed.
pub fn unanswered(wanted: &str, client: &Client, error: &std::io::Error) -> ImageError {
    let refused = error.kind() == std::io::ErrorKind::ConnectionRefused;
    let why = match is_passing(error) {
        true if refused => format!("nobody answers at {}: {error}", client.host()),
        true => format!("{} does not answer: {error}", client.host()),
        false => format!("what {} answers cannot be used: {error}", client.host()),
    };
    let fix = match is_passing(error) {
        true => "is it the right name, and does the registry run? layerlab registry serve",
        false => "do not trust this registry; --explain tells what was asked and answered",
    };
    ImageError::Host(Failure::ours(wanted, why, fix))
}

/// The digest of a blob, as a path has it.
pub fn blob_place(client: &Client, blob: &Descriptor) -> Address {
    client.place(&format!("blobs/{}", blob.digest))
}

#[cfg(test)]
mod tests {
    use super::parameters;

    #[test]
    fn a_challenge_is_a_list_of_names_and_values() {
        let found = parameters(r#"realm="http://h/token",service="a b", scope="repository:a:pull,push",x=y,z"#);
        let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            found,
            [("realm", "http://h/token"), ("service", "a b"), ("scope", "repository:a:pull,push"), ("x", "y")]
        );
        assert!(parameters("").is_empty() && parameters("x").is_empty());
        assert_eq!(parameters("a=\"b"), [("a".to_string(), "b".to_string())]);
    }
}
