//! Lists: the tags of a repository and the repositories of a registry, a part at a time (`n`, `last`), and what was said of an
//! image later (OCI distribution specification, "Content Discovery").

use crate::image::{Digest, manifest, media};
use crate::registry::answer::{Answer, Code, Refusal};
use crate::registry::manifests::subject;
use crate::registry::repository::Repository;
use crate::registry::request::Request;
use crate::registry::route::escaped;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// `GET /v2/NAME/tags/list`
///
/// # Errors
/// When there are none to be read, or `n` is no number.
pub fn tags(name: &str, repository: &Repository, request: &Request<'_>) -> Result<Answer, Refusal> {
    let part = part(repository.tags()?, |tag| (tag.to_lowercase(), tag.to_string()), request)?;
    Ok(part.answered(|tags| json!({ "name": name, "tags": tags }), &format!("/v2/{name}/tags/list")))
}

/// `GET /v2/_catalog`, which Docker's registry has, and the specification has not.
///
/// # Errors
/// When `n` is no number.
pub fn catalog(names: Vec<String>, request: &Request<'_>) -> Result<Answer, Refusal> {
    let part = part(names, str::to_string, request)?;
    Ok(part.answered(|names| json!({ "repositories": names }), "/v2/_catalog"))
}

/// `GET /v2/NAME/referrers/DIGEST`: an index of the manifests that are about this one. There need not be any.
///
/// # Errors
/// When a manifest cannot be read.
pub fn referrers(repository: Option<&Repository>, digest: &Digest, request: &Request<'_>) -> Result<Answer, Refusal> {
    let wanted = request.value("artifactType").filter(|kind| !kind.is_empty());
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    if let Some(repository) = repository {
        for one in repository.index()?.manifests {
            if !seen.insert(one.digest.clone()) {
                continue;
            }
            let bytes = repository.store().layout().read(&one, manifest::MOST)?;
            let Ok(value) = serde_json::from_slice::<Value>(&bytes) else { continue };
            if subject(&value).as_ref() != Some(digest) {
                continue;
            }
            let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_string);
            let kind = text(&value["artifactType"]).or_else(|| text(&value["config"]["mediaType"]));
            if wanted.is_some() && kind.as_deref() != wanted {
                continue;
            }
            let mut entry = json!({ "mediaType": one.media_type, "digest": one.digest, "size": one.size });
            if let Some(kind) = kind {
                entry["artifactType"] = kind.into();
            }
            if let Some(annotations) = value.get("annotations").filter(|annotations| annotations.is_object()) {
                entry["annotations"] = annotations.clone();
            }
            found.push(entry);
        }
    }
    let index = json!({ "schemaVersion": 2, "mediaType": media::INDEX, "manifests": found });
    let mut answer = Answer::json(200, &index);
    answer.headers = vec![("Content-Type", media::INDEX.into())];
    Ok(if wanted.is_some() { answer.with("OCI-Filters-Applied", "artifactType") } else { answer })
}

/// A part of a list.
struct Part {
    names: Vec<String>,
    /// How many were asked for, where there are more.
    more: Option<usize>,
}

fn part<K: Ord>(all: Vec<String>, key: impl Fn(&str) -> K, request: &Request<'_>) -> Result<Part, Refusal> {
    let number = request.value("n").map(|text| {
        let wrong = || Refusal::new(Code::SizeInvalid, format!("n says how many, and {text} is no number"));
        text.parse::<usize>().map_err(|_| wrong())
    });
    let last = request.value("last").map(&key);
    let mut names: Vec<String> =
        all.into_iter().filter(|name| last.as_ref().is_none_or(|last| key(name) > *last)).collect();
    let most = number.transpose()?.filter(|most| *most < names.len());
    names.truncate(most.unwrap_or(usize::MAX));
    Ok(Part { names, more: most.filter(|most| *most > 0) })
}

impl Part {
    fn answered(&self, form: impl Fn(&[String]) -> Value, path: &str) -> Answer {
        let answer = Answer::json(200, &form(&self.names));
        match (self.more, self.names.last()) {
            (Some(number), Some(last)) => {
                answer.with("Link", format!("<{path}?n={number}&last={}>; rel=\"next\"", escaped(last)))
            }
            _ => answer,
        }
    }
}
