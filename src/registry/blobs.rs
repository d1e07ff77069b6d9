//! Blobs are asked for by their digest: all of one, a part of it, or only whether it is there (OCI distribution specification,
//! "Pulling blobs"; RFC 9110, "Range Requests", "Conditional Requests").

use crate::image::Digest;
use crate::kernel::seek_to;
use crate::registry::answer::{Answer, Code, Content, Refusal};
use crate::registry::headers::Headers;
use crate::registry::repository::Repository;

/// Answers with a blob.
///
/// # Errors
/// When it is not there, or has no such part.
pub fn get(repository: &Repository, digest: &Digest, headers: &Headers) -> Result<Answer, Refusal> {
    let unknown = || Refusal::new(Code::BlobUnknown, format!("there is no blob {digest} in this repository"));
    let (file, size) = repository.store().layout().stored(digest)?.ok_or_else(unknown)?;
    let named = |answer: Answer| {
        let answer = answer.with("Docker-Content-Digest", digest.to_string()).with("ETag", format!("\"{digest}\""));
        answer.with("Accept-Ranges", "bytes").with("Content-Type", "application/octet-stream")
    };
    if is_known(headers, digest) {
        return Ok(named(Answer::empty(304)));
    }
    match headers.get("range").map(|text| range(text, size)) {
        None | Some(Range::Ignored) => Ok(named(Answer::of(200, Content::File(file, size)))),
        Some(Range::Part(from, length)) => {
            seek_to(&file, from).map_err(|error| Refusal::new(Code::Unknown, error.to_string()))?;
            let told = format!("bytes {from}-{}/{size}", from + length - 1);
            Ok(named(Answer::of(206, Content::File(file, length))).with("Content-Range", told))
        }
        Some(Range::Outside) => {
            let why = format!("the blob has {size} bytes, and none of them is asked for");
            Err(Refusal::new(Code::RangeInvalid, why).with("Content-Range", format!("bytes */{size}")))
        }
    }
}

/// Takes a blob away.
///
/// # Errors
/// When it is not there, or is a manifest.
pub fn delete(repository: &Repository, digest: &Digest) -> Result<Answer, Refusal> {
    if repository.manifest(&digest.to_string()).is_ok() {
        let why = format!("{digest} is a manifest of this repository: delete it as one");
        return Err(Refusal::new(Code::Denied, why));
    }
    match repository.store().remove_blob(digest)? {
        true => Ok(Answer::empty(202)),
        false => Err(Refusal::new(Code::BlobUnknown, format!("there is no blob {digest} in this repository"))),
    }
}

/// Whether somebody says that these bytes are there already.
pub fn is_known(headers: &Headers, digest: &Digest) -> bool {
    let own = format!("\"{digest}\"");
    let is_own = |tag: &str| tag == "*" || tag.trim().trim_start_matches("W/") == own;
    headers.all("if-none-match").flat_map(|value| value.split(',')).any(|tag| is_own(tag.trim()))
}

#[derive(Debug, PartialEq, Eq)]
enum Range {
    /// From here, so many.
    Part(u64, u64),
    /// None of the bytes that there are.
    Outside,
    /// Several parts, or another unit: then all of it is answered, as RFC 9110 permits.
    Ignored,
}

fn range(text: &str, size: u64) -> Range {
    let Some((first, last)) = text.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Range::Ignored;
    };
    let is_number = |text: &str| text.is_empty() || text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(first) || !is_number(last) || first.is_empty() && last.is_empty() {
        return Range::Ignored;
    }
    let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
    let (from, until) = match (first.is_empty(), last.is_empty()) {
        // The last so many.
        (true, _) => (size.saturating_sub(number(last)), size),
        (false, true) => (number(first), size),
        (false, false) if number(first) > number(last) => return Range::Ignored,
        (false, false) => (number(first), number(last).saturating_add(1).min(size)),
    };
    if from >= until { Range::Outside } else { Range::Part(from, until - from) }
}

#[cfg(test)]
mod tests {
    use super::{Range, range};

    #[test]
    fn a_part_of_a_blob() {
        for (text, found) in [
            ("bytes=0-0", Range::Part(0, 1)),
            ("bytes=2-4", Range::Part(2, 3)),
            ("bytes=2-", Range::Part(2, 8)),
            ("bytes=-3", Range::Part(7, 3)),
            ("bytes=-99", Range::Part(0, 10)),
            ("bytes=8-99999999999999999999999", Range::Part(8, 2)),
            ("bytes=10-", Range::Outside),
            ("bytes=99999999999999999999999-", Range::Outside),
            ("bytes=-0", Range::Outside),
            ("bytes=4-2", Range::Ignored),
            ("bytes=-", Range::Ignored),
            ("bytes=0-1,3-4", Range::Ignored),
            ("lines=0-1", Range::Ignored),
            ("bytes=+1-2", Range::Ignored),
        ] {
            assert_eq!(range(text, 10), found, "{text}");
        }
        assert_eq!(range("bytes=0-", 0), Range::Outside);
    }
}
