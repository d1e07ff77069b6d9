//! An image comes from a registry: its manifest, its configuration, then the layers that are not here yet. It grows in a place of
//! its own beside the store, and takes its name there when all of it has come and is what it says.

use crate::ground::Failure;
use crate::image::{
    Arriving, Descriptor, Document, Image, ImageError, Index, LIMIT, Reference, architecture, config, hash, manifest,
    media, store_layer,
};
use crate::registry::client::{
    Ask, Client, Log, Purpose, Response, blob_place, is_passing, pause, read_all, unanswered,
};
use crate::registry::push::{Moved, Options, client};
use crate::registry::repository::locked;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

/// So often is a blob gone on with before we give up.
const TRIES: u32 = 3;
/// So many layers come at the same time.
const AT_ONCE: usize = 3;

/// An image that came.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Pulled {
    /// By which name; none where it was asked for by its digest.
    pub name: Option<String>,
    /// Its ID.
    pub id: crate::image::Digest,
    /// What the registry has under that name, which may be an index of several.
    pub digest: crate::image::Digest,
    /// The manifest.
    pub manifest: Descriptor,
    /// Its blobs.
    pub blobs: Vec<Moved>,
}

/// Pulls an image into the store in this directory. What is asked is told in `log`, also where it fails.
///
/// # Errors
/// When the registry does not have it, or it is not what it says. The store is as it was then.
pub fn pull(root: &Path, from: &Reference, options: &Options, log: &mut Log) -> Result<Pulled, ImageError> {
    let wanted = format!("cannot pull {from}");
    let client = Arc::new(client(from, options));
    let reference = from.digest.as_ref().map_or_else(|| from.tag.clone().unwrap_or_default(), ToString::to_string);
    let (digest, mut kind, mut bytes) = get_manifest(&client, &reference, &wanted, log)?;
    let damaged = |why: String| {
        ImageError::Damaged(Failure::ours(&wanted, why, "do not trust this registry, or push the image again"))
    };
    if let Document::Index(index) = manifest::parse(&bytes, kind.as_deref()).map_err(damaged)? {
        let one = for_platform(&index, options.platform.as_deref()).map_err(|why| {
            ImageError::Refused(Failure::ours(&wanted, why, "name one of these: --platform linux/arm64"))
        })?;
        (_, kind, bytes) = get_manifest(&client, &one.digest.to_string(), &wanted, log)?;
    }
    let Document::Manifest(manifest) = manifest::parse(&bytes, kind.as_deref()).map_err(damaged)? else {
        return Err(damaged("its index leads to an index".into()));
    };
    let arriving = Arriving::begin(root, &options.growing)?;
    let kind = kind.or(manifest.media_type.clone()).unwrap_or_else(|| media::MANIFEST.to_string());
    let own = arriving.store().put_blob(&kind, &bytes)?;
    let mut blobs = Vec::new();
    if manifest.config.size > config::MOST {
        return Err(damaged(format!("its configuration has more than {} bytes", config::MOST)));
    }
    let here = arriving.take(&manifest.config)?;
    if !here {
        let mut comes = Download::new(
            client.clone(),
            &manifest.config,
            Purpose("the configuration; its digest is the ID of the image", 20),
        );
        let mut blob = arriving.store().new_blob()?;
        let copied = std::io::copy(&mut comes, &mut blob).and_then(|_| blob.flush());
        log.append(&mut comes.told());
        copied.map_err(|error| comes.failure(&wanted).unwrap_or_else(|| unanswered(&wanted, &client, &error)))?;
        blob.finish_as(&manifest.config)?;
    }
    blobs.push(Moved { digest: manifest.config.digest.clone(), size: manifest.config.size, sent: !here });
    let config = arriving.store().layout().read(&manifest.config, config::MOST)?;
    let config = config::parse(&config, manifest.layers.len()).map_err(damaged)?;
    let layers: Vec<_> = manifest.layers.iter().zip(&config.rootfs.diff_ids).collect();
    // What several layers of an image share comes once.
    let different = |at: &usize| !layers[..*at].iter().any(|(layer, _)| layer.digest == layers[*at].0.digest);
    let waiting: Vec<usize> = (0..layers.len()).filter(different).collect();
    let outcomes = Mutex::new(Vec::new());
    let next = Mutex::new(waiting.iter().copied());
    let work = || {
        while let Some(at) = { locked(&next).next() } {
            let (layer, diff_id) = layers[at];
            let (outcome, told) = get_layer(&arriving, &client, layer, diff_id, &wanted);
            let is_over = outcome.is_err();
            locked(&outcomes).push((at, outcome, told));
            if is_over {
                locked(&next).by_ref().for_each(drop);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..AT_ONCE.min(waiting.len()) {
            // Where no thread can be had, this one does it all.
            let _ = std::thread::Builder::new().stack_size(512 * 1024).spawn_scoped(scope, work);
        }
        work();
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_default();
    outcomes.sort_by_key(|(at, ..)| *at);
    let mut failed = None;
    for (at, outcome, mut told) in outcomes {
        log.append(&mut told);
        match outcome {
            Ok(sent) => blobs.push(Moved { digest: layers[at].0.digest.clone(), size: layers[at].0.size, sent }),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let image: Image = arriving.store().layout().image(&own)?;
    let name = from.name();
    arriving.arrive(&image, name.as_deref())?;
    Ok(Pulled { name, id: image.id().clone(), digest, manifest: own, blobs })
}

/// A manifest by tag or digest: what it is called, of what kind it is said to be, and its bytes.
type Got = (crate::image::Digest, Option<String>, Vec<u8>);

fn get_manifest(client: &Client, reference: &str, wanted: &str, log: &mut Log) -> Result<Got, ImageError> {
    let purpose = match reference.contains(':') {
        true => Purpose("the manifest for this machine, by its digest", 20),
        false => Purpose("the manifest: what does this tag lead to?", 20),
    };
    let kinds = media::ACCEPTED.iter().map(|kind| ("Accept", kind.to_string())).collect();
    let ask = Ask { method: "GET", headers: kinds, sent: None };
    let answer = client.ask_again(&ask, &client.place(&format!("manifests/{reference}")), purpose, log);
    let answer = answer.map_err(|error| unanswered(wanted, client, &error))?;
    if answer.status != 200 {
        return Err(answer.failed(wanted));
    }
    let said =
        answer.headers.get("content-type").map(|kind| kind.split(';').next().unwrap_or_default().trim().to_string());
    let kind = said.filter(|kind| media::ACCEPTED.contains(&kind.as_str()));
    let told = answer.headers.get("docker-content-digest").map(str::to_string);
    let bytes = read_all(answer.body, manifest::MOST).map_err(|error| unanswered(wanted, client, &error))?;
    let found = hash(&bytes);
    let expected = if reference.contains(':') { Some(reference.to_string()) } else { told };
    match expected.filter(|expected| expected.starts_with("sha256:") && *expected != found.to_string()) {
        None => Ok((found, kind, bytes)),
        Some(expected) => {
            let why = format!("the {} bytes of its manifest have the digest {found}, and not {expected}", bytes.len());
            Err(ImageError::Damaged(Failure::ours(wanted, why, "do not trust this registry, or push the image again")))
        }
    }
}

fn for_platform<'a>(index: &'a Index, wanted: Option<&str>) -> Result<&'a Descriptor, String> {
    let own = format!("linux/{}", architecture());
    let wanted = wanted.unwrap_or(&own);
    let called = |one: &Descriptor| {
        one.platform.as_ref().map(|for_| {
            let variant = for_.more.get("variant").and_then(serde_json::Value::as_str);
            let variant = variant.map_or_else(String::new, |variant| format!("/{variant}"));
            (format!("{}/{}", for_.os, for_.architecture), variant)
        })
    };
    let fits =
        |one: &&Descriptor| called(one).is_some_and(|(name, variant)| wanted == name || wanted == name + &variant);
    match index.manifests.as_slice() {
        [only] if only.platform.is_none() => Ok(only),
        all => all.iter().find(fits).ok_or_else(|| {
            let all = all.iter().filter_map(called).map(|(name, variant)| name + &variant);
            format!("it is for {}, and {wanted} is wanted", all.collect::<Vec<_>>().join(", "))
        }),
    }
}

/// Gets a layer; `false` where it was here already.
fn get_layer(
    arriving: &Arriving,
    client: &Arc<Client>,
    layer: &Descriptor,
    diff_id: &crate::image::Digest,
    wanted: &str,
) -> (Result<bool, ImageError>, Log) {
    match arriving.take(layer) {
        Ok(false) => {}
        Ok(true) => return (Ok(false), Log::new()),
        Err(error) => return (Err(error), Log::new()),
    }
    let comes = Download::new(client.clone(), layer, Purpose("a layer that is not here yet", 22));
    let (told, failed) = (comes.log.clone(), comes.failed.clone());
    let called = format!("the layer {}", layer.digest);
    let stored = store_layer(arriving.store(), Box::new(comes), &called, Some(layer), diff_id, LIMIT);
    let of_net = locked(&failed).take();
    let outcome = match (of_net, stored) {
        (Some(failure), _) => Err(failure.of(wanted, client)),
        (None, stored) => stored.map(|_| true),
    };
    (outcome, std::mem::take(&mut *locked(&told)))
}

/// The bytes of a blob, as they come. Where a connection breaks, it goes on from there with another one.
struct Download {
    client: Arc<Client>,
    blob: Descriptor,
    purpose: Purpose,
    body: Option<Box<dyn Read + Send>>,
    got: u64,
    tried: u32,
    log: Arc<Mutex<Log>>,
    failed: Arc<Mutex<Option<Failed>>>,
}

/// Why a blob did not come.
enum Failed {
    Answer(Box<Response>),
    None(std::io::Error),
}

impl Failed {
    fn of(self, wanted: &str, client: &Client) -> ImageError {
        match self {
            Failed::Answer(answer) => answer.failed(wanted),
            Failed::None(error) => unanswered(wanted, client, &error),
        }
    }
}

impl Download {
    fn new(client: Arc<Client>, blob: &Descriptor, purpose: Purpose) -> Download {
        let (log, failed) = (Arc::default(), Arc::default());
        Download { client, blob: blob.clone(), purpose, body: None, got: 0, tried: 0, log, failed }
    }

    fn told(&self) -> Log {
        std::mem::take(&mut *locked(&self.log))
    }

    fn failure(&self, wanted: &str) -> Option<ImageError> {
        locked(&self.failed).take().map(|failed| failed.of(wanted, &self.client))
    }

    /// Asks for what is missing.
    fn open(&mut self) -> std::io::Result<Box<dyn Read + Send>> {
        let headers = if self.got > 0 { vec![("Range", format!("bytes={}-", self.got))] } else { Vec::new() };
        let ask = Ask { method: "GET", headers, sent: None };
        let mut log = Log::new();
        let answer = self.client.ask_again(&ask, &blob_place(&self.client, &self.blob), self.purpose, &mut log);
        locked(&self.log).append(&mut log);
        let mut answer = answer?;
        match answer.status {
            // It does not give a part: what we have is passed over.
            200 if self.got > 0 => {
                let passed = std::io::copy(&mut (&mut answer.body).take(self.got), &mut std::io::sink())?;
                if passed == self.got { Ok(answer.body) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) }
            }
            200 => Ok(answer.body),
            206 if begins_at(&answer, self.got) => Ok(answer.body),
            status => {
                *locked(&self.failed) = Some(Failed::Answer(Box::new(answer)));
                Err(std::io::Error::new(std::io::ErrorKind::InvalidData, format!("it answers {status}")))
            }
        }
    }
}

fn begins_at(answer: &Response, at: u64) -> bool {
    answer.headers.get("content-range").is_some_and(|range| range.trim().starts_with(&format!("bytes {at}-")))
}

impl Read for Download {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let mut body = match self.body.take() {
                Some(body) => Ok(body),
                None if self.got > 0 && self.got >= self.blob.size => return Ok(0),
                None => self.open(),
            };
            let outcome = match &mut body {
                Ok(body) => body.read(buffer),
                Err(error) => Err(std::io::Error::new(error.kind(), error.to_string())),
            };
            match outcome {
                // An answer whose length nobody knows ends where the connection does, also too early.
                Ok(0) if self.got < self.blob.size && !buffer.is_empty() && self.tried < TRIES => self.tried += 1,
                Ok(got) => {
                    self.got += got as u64;
                    self.client.moved.fetch_add(got as u64, Ordering::Relaxed);
                    // More than it should be is too much already: its digest cannot be right.
                    if self.got > self.blob.size {
                        let why = format!("more bytes come than the {} that there should be", self.blob.size);
                        let error = || std::io::Error::new(std::io::ErrorKind::InvalidData, why.clone());
                        *locked(&self.failed) = Some(Failed::None(error()));
                        return Err(error());
                    }
                    self.body = body.ok();
                    return Ok(got);
                }
                Err(error) if is_passing(&error) && self.tried < TRIES => {
                    self.tried += 1;
                    pause(self.tried);
                }
                Err(error) => {
                    let same = std::io::Error::new(error.kind(), error.to_string());
                    locked(&self.failed).get_or_insert(Failed::None(same));
                    return Err(error);
                }
            }
        }
    }
}
