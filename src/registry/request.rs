//! A request, as those see it who answer it.

use crate::image::Digest;
use crate::registry::answer::{Code, Refusal};
use crate::registry::headers::Headers;
use std::io::Read;

/// What somebody asks of a registry.
pub struct Request<'a> {
    /// `GET`; HEAD comes as that, too, and its answer is then sent without what comes behind the headers.
    pub method: &'a str,
    /// The path, without escapes.
    pub path: String,
    /// The names and values behind the question mark.
    pub query: Vec<(String, String)>,
    /// Its headers.
    pub headers: &'a Headers,
    /// How many bytes come behind them, where that is said.
    pub length: Option<u64>,
    /// What comes behind them.
    pub body: &'a mut dyn Read,
}

impl Request<'_> {
    /// The value of this name behind the question mark.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// The digest of this name behind the question mark.
    ///
    /// # Errors
    /// When it is none.
    pub fn digest(&self, name: &str) -> Result<Option<Digest>, Refusal> {
        self.value(name).map(digest).transpose()
    }
}

/// Reads a digest that somebody wrote.
///
/// # Errors
/// When it is none.
pub fn digest(text: &str) -> Result<Digest, Refusal> {
    Digest::parse(text).map_err(|why| Refusal::new(Code::DigestInvalid, format!("{text} is no digest: {why}")))
}
