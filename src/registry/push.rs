//! An image goes to a registry: first the blobs that are not there yet, the manifest last. So whoever sees the manifest can have
//! all that it names.

use crate::ground::Failure;
use crate::image::{Descriptor, Growing, Image, ImageError, Layout, Reference};
use crate::registry::address::registry_of;
use crate::registry::answer::reason;
use crate::registry::client::{Ask, Client, Log, Purpose, Response, blob_place, is_passing, pause, unanswered};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// So often is a blob begun or gone on with before we give up.
const TRIES: u32 = 4;

/// How images are pushed and pulled.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Without encryption, also to other machines.
    pub plain_http: bool,
    /// Docker's file of names and passwords.
    pub credentials: Option<PathBuf>,
    /// `linux/arm64`, where it is not this machine.
    pub platform: Option<String>,
    /// Where a pulled image grows is told here.
    pub growing: Growing,
    /// Bytes of blobs that have come or gone so far are counted here.
    pub moved: Arc<AtomicU64>,
}

/// What became of a blob.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Moved {
    /// Which one.
    pub digest: crate::image::Digest,
    /// How many bytes it has.
    pub size: u64,
    /// It had to be sent; else it was there already.
    pub sent: bool,
}

/// An image that is in a registry now.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Pushed {
    /// By which name.
    pub name: String,
    /// The manifest.
    pub manifest: Descriptor,
    /// The blobs, in the order in which they went.
    pub blobs: Vec<Moved>,
}

/// Asks a registry for what a name says.
pub fn client(reference: &Reference, options: &Options) -> Client {
    let (base, repository) = registry_of(reference, options.plain_http);
    let host = base.host.clone();
    let known = options.credentials.as_deref().and_then(|file| super::credentials::credentials(file, &host));
    let mut client = Client::new(base, &repository, known);
    client.moved = options.moved.clone();
    client
}

/// Pushes an image under this name. What is asked is told in `log`, also where it fails.
///
/// # Errors
/// When the registry does not take it.
pub fn push(
    layout: &Layout,
    image: &Image,
    to: &Reference,
    options: &Options,
    log: &mut Log,
) -> Result<Pushed, ImageError> {
    let wanted = format!("cannot push {to}");
    let tag = to.tag.as_deref().ok_or_else(|| {
        ImageError::Refused(Failure::ours(&wanted, "it has no tag", "give it one: layerlab image tag IMAGE NAME:TAG"))
    })?;
    let client = client(to, options);
    let mut blobs = Vec::new();
    for blob in image.manifest.layers.iter().chain([&image.manifest.config]) {
        if blobs.iter().any(|moved: &Moved| moved.digest == blob.digest) {
            continue;
        }
        // What it is was seen when it was stored; that it still is it, the registry sees.
        layout.open(blob)?;
        let sent = push_blob(&client, layout, blob, &wanted, log)?;
        client.moved.fetch_add(blob.size, Ordering::Relaxed);
        blobs.push(Moved { digest: blob.digest.clone(), size: blob.size, sent });
    }
    let path = place_of(layout, &image.own);
    layout.read(&image.own, crate::image::manifest::MOST)?;
    let headers = vec![("Content-Type", image.own.media_type.clone())];
    let ask = Ask { method: "PUT", headers, sent: Some((&path, 0, image.own.size)) };
    let purpose = Purpose("the manifest, last: from now on the tag leads to it", 22);
    let put = client.ask_again(&ask, &client.place(&format!("manifests/{tag}")), purpose, log);
    let put = put.map_err(|error| unanswered(&wanted, &client, &error))?;
    if put.status != 201 {
        return Err(put.failed(&wanted));
    }
    Ok(Pushed { name: to.to_string(), manifest: image.own.clone(), blobs })
}

fn place_of(layout: &Layout, blob: &Descriptor) -> PathBuf {
    layout.root().join("blobs/sha256").join(blob.digest.hex())
}

/// Pushes a blob; `false` where it was there already.
fn push_blob(
    client: &Client,
    layout: &Layout,
    blob: &Descriptor,
    wanted: &str,
    log: &mut Log,
) -> Result<bool, ImageError> {
    let no_answer = |error| unanswered(wanted, client, &error);
    let ask = Ask { method: "HEAD", ..Ask::default() };
    let found = client.ask_again(&ask, &blob_place(client, blob), Purpose("is this blob there already?", 19), log);
    match found.map_err(no_answer)? {
        found if found.status == 200 => return Ok(false),
        found if found.status == 404 => {}
        // A refusal of HEAD has no text; that of the upload says more.
        _ => {}
    }
    let path = place_of(layout, blob);
    let mut upload: Option<Response> = None;
    let mut failed = None;
    for tried in 1..=TRIES {
        let outcome = go_on(client, &path, blob, &mut upload, log);
        match outcome {
            Ok(answer) if answer.status == 201 => return Ok(true),
            Ok(answer) if answer.status < 500 && answer.status != 416 && answer.status != 404 => {
                return Err(answer.failed(wanted));
            }
            Ok(answer) => {
                upload = None;
                failed = Some(answer.failed(wanted));
            }
            Err(error) if !is_passing(&error) => return Err(no_answer(error)),
            Err(error) => failed = Some(no_answer(error)),
        }
        if tried < TRIES {
            pause(tried);
        }
    }
    Err(failed.unwrap_or_else(|| {
        let why = format!("the upload does not come to its end: {}", reason(500));
        ImageError::Refused(Failure::ours(wanted, why, "try again later"))
    }))
}

/// Begins an upload, or goes on with the one that has begun, and sends what is missing.
fn go_on(
    client: &Client,
    path: &Path,
    blob: &Descriptor,
    upload: &mut Option<Response>,
    log: &mut Log,
) -> std::io::Result<Response> {
    let digest = blob.digest.to_string();
    let is_new = upload.is_none();
    let begun = match upload.take() {
        None => {
            let ask = Ask { method: "POST", ..Ask::default() };
            client.ask(
                &ask,
                &client.place("blobs/uploads/"),
                Purpose("an upload begins; the answer says where", 22),
                log,
            )?
        }
        // A connection broke: how far had it come?
        Some(before) => {
            let ask = Ask { method: "GET", ..Ask::default() };
            let asked = client.ask(&ask, &before.address, Purpose("how far has the upload come?", 22), log);
            match asked {
                Ok(status) if status.status == 204 => status,
                Ok(status) => return Ok(status),
                Err(error) => {
                    *upload = Some(before);
                    return Err(error);
                }
            }
        }
    };
    if ![202, 204].contains(&begun.status) {
        return Ok(begun);
    }
    let location = begun.headers.get("location").unwrap_or_default();
    let invalid = |why| {
        std::io::Error::new(
            std::io::ErrorKind::InvalidData,
            format!("an upload is said to be where we do not go: {why}"),
        )
    };
    let mut address = begun.address.follow(location).map_err(invalid)?;
    // `0-0` is said of no byte, too.
    let held = begun.headers.get("range").and_then(|range| range.rsplit('-').next()?.trim().parse::<u64>().ok());
    let from = held.filter(|last| *last > 0 && !is_new).map_or(0, |last| last + 1).min(blob.size);
    let octets = || ("Content-Type", "application/octet-stream".to_string());
    *upload = Some(Response {
        status: 0,
        headers: Default::default(),
        body: Box::new(std::io::empty()),
        address: address.clone(),
    });
    if from > 0 && from < blob.size {
        let range = ("Content-Range", format!("{from}-{}", blob.size - 1));
        let ask = Ask { method: "PATCH", headers: vec![octets(), range], sent: Some((path, from, blob.size - from)) };
        let answer = client.ask(&ask, &address, Purpose("the rest of the blob, from where it broke", 22), log)?;
        if answer.status != 202 {
            return Ok(answer);
        }
        address = answer.address.follow(answer.headers.get("location").unwrap_or(&address.target)).map_err(invalid)?;
    }
    let sent = if from == 0 { Some((path, 0, blob.size)) } else { None };
    let ask = Ask { method: "PUT", headers: vec![octets()], sent };
    client.ask(&ask, &address.with("digest", &digest), Purpose("the bytes, and which digest they have", 22), log)
}
