//! Manifests are asked for by tag or by digest, and stored byte by byte as they came, once all is there that they name (OCI
//! distribution specification, "Pushing Manifests").

use crate::image::{Descriptor, Digest, hash, is_tag, manifest, media};
use crate::registry::answer::{Answer, Code, Content, Refusal};
use crate::registry::blobs::is_known;
use crate::registry::headers::Headers;
use crate::registry::repository::Repository;
use crate::registry::request::{Request, digest};
use serde_json::Value;
use std::io::Read;

/// Answers with a manifest.
///
/// # Errors
/// When there is none.
pub fn get(repository: &Repository, reference: &str, headers: &Headers) -> Result<Answer, Refusal> {
    let meant = repository.manifest(reference)?;
    let named = |answer: Answer| {
        let (digest, kind) = (meant.digest.to_string(), meant.media_type.clone());
        answer.with("Docker-Content-Digest", &digest).with("ETag", format!("\"{digest}\"")).with("Content-Type", kind)
    };
    if is_known(headers, &meant.digest) {
        return Ok(named(Answer::empty(304)));
    }
    let gone = || Refusal::new(Code::ManifestUnknown, format!("the bytes of {} are not there any more", meant.digest));
    let (file, size) = repository.store().layout().stored(&meant.digest)?.ok_or_else(gone)?;
    Ok(named(Answer::of(200, Content::File(file, size))))
}

/// Stores a manifest.
///
/// # Errors
/// When it is none, is not what its digest says, or names what is not there.
pub fn put(name: &str, repository: &Repository, reference: &str, request: &mut Request<'_>) -> Result<Answer, Refusal> {
    let invalid = |why: String| Refusal::new(Code::ManifestInvalid, why);
    let tag = match reference.contains(':') {
        true => None,
        false if is_tag(reference) => Some(reference),
        false => return Err(invalid(format!("no tag is called {reference}"))),
    };
    let mut bytes = Vec::new();
    let read = (&mut *request.body).take(manifest::MOST + 1).read_to_end(&mut bytes);
    read.map_err(|error| invalid(format!("only {} bytes came: {error}", bytes.len())))?;
    if bytes.len() as u64 > manifest::MOST {
        return Err(Refusal::new(Code::TooLarge, format!("a manifest has at most {} bytes", manifest::MOST)));
    }
    let found = hash(&bytes);
    if tag.is_none() && digest(reference)? != found {
        let why = format!("the {} bytes that came have the digest {found}", bytes.len());
        return Err(Refusal::new(Code::DigestInvalid, why));
    }
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| invalid(format!("it is no JSON: {error}")))?;
    let kind = kind(request.headers, &value).map_err(invalid)?;
    let (blobs, manifests) = named(&value).map_err(invalid)?;
    let layout = repository.store().layout();
    for blob in blobs {
        let stored = layout.stored(&blob.digest)?;
        let missing = || format!("it names the blob {}, which is not in this repository: push it first", blob.digest);
        let (_, size) = stored.ok_or_else(|| Refusal::new(Code::ManifestBlobUnknown, missing()))?;
        if size != blob.size {
            let said = blob.size;
            return Err(invalid(format!("it says that {} has {said} bytes, and it has {size}", blob.digest)));
        }
    }
    for one in manifests {
        repository.manifest(&one.digest.to_string()).map_err(|_| {
            let why = format!("it names the manifest {}, which is not in this repository: push it first", one.digest);
            Refusal::new(Code::ManifestBlobUnknown, why)
        })?;
    }
    let stored = repository.store().put_blob(&kind, &bytes)?;
    repository.note(&stored, tag)?;
    let answer = Answer::empty(201).with("Location", format!("/v2/{name}/manifests/{found}"));
    let answer = answer.with("Docker-Content-Digest", found.to_string());
    Ok(match subject(&value) {
        Some(subject) => answer.with("OCI-Subject", subject.to_string()),
        None => answer,
    })
}

/// What a manifest was said about, where it is about another one.
pub fn subject(manifest: &Value) -> Option<Digest> {
    Digest::parse(manifest.get("subject")?.get("digest")?.as_str()?).ok()
}

/// Of what media type it is: as the request says, and it itself does not say otherwise.
fn kind(headers: &Headers, value: &Value) -> Result<String, String> {
    let said = headers.get("content-type").map(|kind| kind.split(';').next().unwrap_or_default().trim());
    let said = said.filter(|kind| !kind.is_empty() && !kind.starts_with("application/x-www-form"));
    let own = value.get("mediaType").and_then(Value::as_str);
    let guessed = if value.get("manifests").is_some() { media::INDEX } else { media::MANIFEST };
    match (said, own) {
        (Some(said), Some(own)) if said != own => Err(format!("Content-Type is {said}, and it calls itself {own}")),
        (said, own) => Ok(said.or(own).unwrap_or(guessed).to_string()),
    }
}

/// The blobs and the manifests that it names and that have to be there.
fn named(value: &Value) -> Result<(Vec<Descriptor>, Vec<Descriptor>), String> {
    let object = value.as_object().ok_or("it is no JSON object")?;
    if object.get("schemaVersion").is_some_and(|version| version.as_u64() != Some(2)) {
        return Err("its schemaVersion is not 2".into());
    }
    let list = |field: &str| match object.get(field) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(list) => {
            serde_json::from_value::<Vec<Descriptor>>(list.clone()).map_err(|error| format!("{field}: {error}"))
        }
    };
    let mut blobs = list("layers")?;
    blobs.extend(list("blobs")?);
    if let Some(config) = object.get("config").filter(|config| !config.is_null()) {
        blobs.push(serde_json::from_value(config.clone()).map_err(|error| format!("config: {error}"))?);
    }
    // What may be had elsewhere only is never pushed.
    blobs.retain(|blob| blob.more.get("urls").and_then(Value::as_array).is_none_or(Vec::is_empty));
    Ok((blobs, list("manifests")?))
}
