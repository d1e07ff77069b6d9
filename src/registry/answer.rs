//! What a registry answers: a status, headers, and bytes. An error has a body of its own form, with a code that programs know and
//! a sentence for people (OCI distribution specification, "Error Codes").

use crate::image::ImageError;
use std::fs::File;

/// What is answered to a request.
#[derive(Debug)]
pub struct Answer {
    /// `200`
    pub status: u16,
    /// Its headers, without those that say how long it is.
    pub headers: Vec<(&'static str, String)>,
    /// What comes behind them.
    pub content: Content,
}

/// What comes behind the headers of an answer.
#[derive(Debug)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// So many bytes of a file, from where it is read next.
    File(File, u64),
}

/// Why a request is refused, as programs know it, with the status that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the specification")]
pub enum Code {
    BlobUnknown,
    BlobUploadInvalid,
    BlobUploadUnknown,
    DigestInvalid,
    ManifestBlobUnknown,
    ManifestInvalid,
    ManifestUnknown,
    NameInvalid,
    NameUnknown,
    SizeInvalid,
    RangeInvalid,
    TooLarge,
    Unauthorized,
    Denied,
    Unsupported,
    NoSuchPage,
    Unknown,
}

impl Code {
    fn name_and_status(self) -> (&'static str, u16) {
        match self {
            Code::BlobUnknown => ("BLOB_UNKNOWN", 404),
            Code::BlobUploadInvalid => ("BLOB_UPLOAD_INVALID", 400),
            Code::BlobUploadUnknown => ("BLOB_UPLOAD_UNKNOWN", 404),
            Code::DigestInvalid => ("DIGEST_INVALID", 400),
            Code::ManifestBlobUnknown => ("MANIFEST_BLOB_UNKNOWN", 404),
            Code::ManifestInvalid => ("MANIFEST_INVALID", 400),
            Code::ManifestUnknown => ("MANIFEST_UNKNOWN", 404),
            Code::NameInvalid => ("NAME_INVALID", 400),
            Code::NameUnknown => ("NAME_UNKNOWN", 404),
            Code::SizeInvalid => ("SIZE_INVALID", 400),
            Code::RangeInvalid => ("SIZE_INVALID", 416),
            Code::TooLarge => ("SIZE_INVALID", 413),
            Code::Unauthorized => ("UNAUTHORIZED", 401),
            Code::Denied => ("DENIED", 403),
            Code::Unsupported => ("UNSUPPORTED", 405),
            Code::NoSuchPage => ("UNSUPPORTED", 404),
            Code::Unknown => ("UNKNOWN", 500),
        }
    }
}

/// A request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// As programs know it.
    pub code: Code,
    /// As people read it.
    pub why: String,
    /// Headers that belong to it.
    pub headers: Vec<(&'static str, String)>,
}

impl Refusal {
    /// Why, for programs and for people.
    pub fn new(code: Code, why: impl Into<String>) -> Refusal {
        Refusal { code, why: why.into(), headers: Vec::new() }
    }

    /// The same with a further header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Refusal {
        self.headers.push((name, value.into()));
        self
    }
}

/// The store could not do it.
impl From<ImageError> for Refusal {
    fn from(error: ImageError) -> Refusal {
        Refusal::new(Code::Unknown, error.to_string())
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Answer {
        let (name, status) = refusal.code.name_and_status();
        let error = serde_json::json!({ "errors": [{ "code": name, "message": refusal.why }] });
        let mut answer = Answer::json(status, &error);
        answer.headers.extend(refusal.headers);
        answer
    }
}

impl Answer {
    /// Nothing but a status.
    pub fn empty(status: u16) -> Answer {
        Answer::of(status, Content::Bytes(Vec::new()))
    }

    /// A status and what comes with it.
    pub fn of(status: u16, content: Content) -> Answer {
        Answer { status, headers: Vec::new(), content }
    }

    /// A status and JSON.
    pub fn json(status: u16, value: &serde_json::Value) -> Answer {
        Answer::of(status, Content::Bytes(format!("{value}\n").into_bytes())).with("Content-Type", "application/json")
    }

    /// The same with a further header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }

    /// How many bytes come behind the headers.
    pub fn length(&self) -> u64 {
        match &self.content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::File(_, length) => *length,
        }
    }
}

/// What a status is called.
pub fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        416 => "Range Not Satisfiable",
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Code, Content, Refusal};

    #[test]
    fn a_refusal_has_the_form_that_programs_know() {
        let answer = Answer::from(Refusal::new(Code::BlobUnknown, "there is none").with("A", "b"));
        let Content::Bytes(bytes) = &answer.content else { panic!() };
        let said = String::from_utf8_lossy(bytes);
        assert_eq!(said, "{\"errors\":[{\"code\":\"BLOB_UNKNOWN\",\"message\":\"there is none\"}]}\n");
        assert_eq!((answer.status, answer.length()), (404, bytes.len() as u64));
        assert_eq!(answer.headers, [("Content-Type", "application/json".into()), ("A", "b".into())]);
    }
}
