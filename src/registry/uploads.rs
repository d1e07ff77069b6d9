//! Uploads of blobs: all at once, in one stream, or in parts, one behind the other. What came before a connection broke stays, and
//! the upload goes on from there (OCI distribution specification, "Pushing blobs").

use crate::image::{Digest, NewBlob};
use crate::registry::answer::{Answer, Code, Refusal};
use crate::registry::repository::{Repository, locked};
use crate::registry::request::Request;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// So many uploads may have begun and not ended. Then the one goes about which nobody has asked for the longest time.
const MOST: usize = 1024;
/// So long an upload waits to be gone on with.
const PATIENCE: Duration = Duration::from_secs(3600);

/// The uploads that have begun.
#[derive(Debug, Default)]
pub struct Uploads(Mutex<HashMap<String, Arc<Upload>>>);

#[derive(Debug)]
struct Upload {
    repository: String,
    /// Nothing where it was ended or given up. Who writes to it holds this.
    blob: Mutex<Option<NewBlob>>,
    asked: Mutex<Instant>,
}

impl Uploads {
    /// `POST /v2/NAME/blobs/uploads/`: begins an upload, takes all of a blob, or finds it in another repository.
    ///
    /// # Errors
    /// When what came is not what its digest says.
    pub fn begin(
        &self,
        name: &str,
        repository: &Repository,
        from: Option<&Repository>,
        request: &mut Request<'_>,
    ) -> Result<Answer, Refusal> {
        if let (Some(digest), Some(from)) = (request.digest("mount")?, from)
            && repository.store().link_blob(from.store().layout(), &digest)?
        {
            return Ok(stored(name, &digest));
        }
        let digest = request.digest("digest")?;
        let mut blob = repository.store().new_blob()?;
        if let Some(digest) = digest {
            add(&mut blob, request)?;
            return finish(name, blob, &digest);
        }
        let id = format!("{:016x}{:016x}", RandomState::new().hash_one(0), RandomState::new().hash_one(1));
        let answer = begun(name, &id, &blob, 202).with("OCI-Chunk-Min-Length", "0");
        let upload =
            Upload { repository: name.to_string(), blob: Mutex::new(Some(blob)), asked: Mutex::new(Instant::now()) };
        let mut all = locked(&self.0);
        make_room(&mut all);
        all.insert(id, Arc::new(upload));
        Ok(answer)
    }

    /// `GET /v2/NAME/blobs/uploads/ID`: how far it has come.
    ///
    /// # Errors
    /// When there is no such upload.
    pub fn status(&self, name: &str, id: &str) -> Result<Answer, Refusal> {
        let upload = self.find(name, id)?;
        let blob = locked(&upload.blob);
        Ok(begun(name, id, blob.as_ref().ok_or_else(|| unknown(id))?, 204))
    }

    /// `PATCH /v2/NAME/blobs/uploads/ID`: a further part.
    ///
    /// # Errors
    /// When it is not the part that comes next, or the connection broke; what came is kept.
    pub fn go_on(&self, name: &str, id: &str, request: &mut Request<'_>) -> Result<Answer, Refusal> {
        let upload = self.find(name, id)?;
        let mut blob = locked(&upload.blob);
        let blob = blob.as_mut().ok_or_else(|| unknown(id))?;
        is_next(blob, name, id, request)?;
        add(blob, request)?;
        Ok(begun(name, id, blob, 202))
    }

    /// `PUT /v2/NAME/blobs/uploads/ID?digest=…`: the last part, or nothing more, and what all of it is.
    ///
    /// # Errors
    /// When it is something else; then nothing is left of it.
    pub fn end(&self, name: &str, id: &str, request: &mut Request<'_>) -> Result<Answer, Refusal> {
        let upload = self.find(name, id)?;
        let missing =
            || Refusal::new(Code::DigestInvalid, "the end of an upload needs ?digest=, which says what it is");
        let digest = request.digest("digest")?.ok_or_else(missing)?;
        let mut slot = locked(&upload.blob);
        let blob = slot.as_mut().ok_or_else(|| unknown(id))?;
        is_next(blob, name, id, request)?;
        add(blob, request)?;
        locked(&self.0).remove(id);
        finish(name, slot.take().ok_or_else(|| unknown(id))?, &digest)
    }

    /// `DELETE /v2/NAME/blobs/uploads/ID`: it is given up.
    ///
    /// # Errors
    /// When there is no such upload.
    pub fn give_up(&self, name: &str, id: &str) -> Result<Answer, Refusal> {
        let upload = self.find(name, id)?;
        locked(&self.0).remove(id);
        locked(&upload.blob).take().ok_or_else(|| unknown(id))?;
        Ok(Answer::empty(204))
    }

    fn find(&self, name: &str, id: &str) -> Result<Arc<Upload>, Refusal> {
        let found = locked(&self.0).get(id).filter(|upload| upload.repository == name).cloned();
        let upload = found.ok_or_else(|| unknown(id))?;
        *locked(&upload.asked) = Instant::now();
        Ok(upload)
    }
}

fn make_room(all: &mut HashMap<String, Arc<Upload>>) {
    let asked = |upload: &Arc<Upload>| *locked(&upload.asked);
    // Who writes to one still holds it, and its file goes when that ends.
    all.retain(|_, upload| asked(upload).elapsed() < PATIENCE);
    if all.len() >= MOST
        && let Some(oldest) = all.iter().min_by_key(|(_, upload)| asked(upload)).map(|(id, _)| id.clone())
    {
        all.remove(&oldest);
    }
}

/// Whether a part is the one that comes next; without a word about it, it is.
fn is_next(blob: &NewBlob, name: &str, id: &str, request: &Request<'_>) -> Result<(), Refusal> {
    let Some(range) = request.headers.get("content-range") else { return Ok(()) };
    let range = range.trim();
    let range = range.strip_prefix("bytes ").unwrap_or(range);
    let (range, _) = range.split_once('/').unwrap_or((range, ""));
    let numbers =
        range.split_once('-').and_then(|(from, to)| Some((from.parse::<u64>().ok()?, to.parse::<u64>().ok()?)));
    let wrong = |why: String| {
        let refusal = Refusal::new(Code::RangeInvalid, why).with("Location", location(name, id));
        refusal.with("Range", held(blob.length())).with("Docker-Upload-UUID", id)
    };
    let (from, to) = numbers.ok_or_else(|| wrong(format!("{range} is no Content-Range; one is 0-1023")))?;
    if from != blob.length() || to < from {
        let why = format!("this part begins at byte {from}, and the next one is byte {}", blob.length());
        return Err(wrong(why));
    }
    match request.length.is_none_or(|length| length == to - from + 1) {
        true => Ok(()),
        false => Err(Refusal::new(Code::SizeInvalid, "Content-Range and Content-Length disagree")),
    }
}

/// Adds what comes. Where the connection breaks, what came is part of the blob.
fn add(blob: &mut NewBlob, request: &mut Request<'_>) -> Result<(), Refusal> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let got = request.body.read(&mut buffer).map_err(|error| {
            Refusal::new(Code::BlobUploadInvalid, format!("only {} bytes came: {error}", blob.length()))
        })?;
        if got == 0 {
            return Ok(());
        }
        let written = blob.write_all(&buffer[..got]);
        written.map_err(|error| Refusal::new(Code::Unknown, format!("the blob cannot be written: {error}")))?;
    }
}

fn finish(name: &str, blob: NewBlob, digest: &Digest) -> Result<Answer, Refusal> {
    let (found, length) = (blob.digest(), blob.length());
    if found != *digest {
        return Err(Refusal::new(Code::DigestInvalid, format!("the {length} bytes that came have the digest {found}")));
    }
    blob.finish()?;
    Ok(stored(name, digest))
}

fn stored(name: &str, digest: &Digest) -> Answer {
    let place = format!("/v2/{name}/blobs/{digest}");
    Answer::empty(201).with("Location", place).with("Docker-Content-Digest", digest.to_string())
}

fn begun(name: &str, id: &str, blob: &NewBlob, status: u16) -> Answer {
    let answer = Answer::empty(status).with("Location", location(name, id)).with("Docker-Upload-UUID", id);
    answer.with("Range", held(blob.length()))
}

fn location(name: &str, id: &str) -> String {
    format!("/v2/{name}/blobs/uploads/{id}")
}

/// Which bytes are there. Of none, the specification has no form; others write it so, too.
fn held(length: u64) -> String {
    format!("0-{}", length.saturating_sub(1))
}

fn unknown(id: &str) -> Refusal {
    Refusal::new(Code::BlobUploadUnknown, format!("there is no upload {id}: it was ended, given up, or never begun"))
}
