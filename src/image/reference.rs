//! How people name images: `app`, `app:1.0`, `127.0.0.1:5000/team/app@sha256:…`, or the beginning of an ID.

use crate::image::Digest;
use std::fmt;

/// A name for an image, in the form that Docker uses, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `app`, `127.0.0.1:5000/team/app`
    pub repository: String,
    /// Which version; `latest` where neither it nor a digest is given.
    pub tag: Option<String>,
    /// Which bytes.
    pub digest: Option<Digest>,
}

impl Reference {
    /// Reads `REPOSITORY[:TAG][@DIGEST]`.
    ///
    /// # Errors
    /// In a few words, why it names no image.
    pub fn parse(text: &str) -> Result<Reference, &'static str> {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(Digest::parse(digest)?)),
            None => (text, None),
        };
        let (repository, tag) = match name.rsplit_once(':') {
            // A colon before a slash is that of a port.
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (name, None),
        };
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(
                "a tag has at most 128 letters, digits, dots, dashes and underscores, and begins with none of the signs",
            );
        }
        let mut parts = repository.split('/').peekable();
        let first = parts.peek().copied().unwrap_or_default();
        let is_host = repository.contains('/') && (first.contains(['.', ':']) || first == "localhost");
        if is_host {
            let (host, port) = first.split_once(':').unwrap_or((first, "0"));
            let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
            let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
            let is_host = ends(host.bytes().next()) && ends(host.bytes().last()) && host.bytes().all(is_letter);
            if !is_host || port.parse::<u16>().is_err() {
                return Err("before the first slash stands a registry: a host, and perhaps a colon and a port");
            }
            parts.next();
        }
        if repository.len() > 255 || !parts.all(is_component) {
            return Err("a name has small letters and digits, with dots, dashes, underscores and slashes between them");
        }
        let tag = tag.or(digest.is_none().then_some("latest")).map(str::to_string);
        Ok(Reference { repository: repository.to_string(), tag, digest })
    }

    /// `app:1.0`, as an index notes it.
    pub fn name(&self) -> Option<String> {
        self.tag.as_ref().map(|tag| format!("{}:{tag}", self.repository))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.repository)?;
        self.tag.iter().try_for_each(|tag| write!(out, ":{tag}"))?;
        self.digest.iter().try_for_each(|digest| write!(out, "@{digest}"))
    }
}

/// Whether a version can be called so.
pub fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins = tag.bytes().next().is_some_and(is_word);
    begins && tag.len() <= 128 && tag.bytes().all(|byte| is_word(byte) || byte == b'.' || byte == b'-')
}

/// Whether a registry can have a repository of this name: `team/app`.
pub fn is_repository(name: &str) -> bool {
    name.len() <= 255 && name.split('/').all(is_component)
}

/// Letters and digits, with `.`, `_`, `__` or dashes between them.
fn is_component(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = |byte: Option<u8>| byte.is_some_and(is_word);
    let signs = text.split(|letter: char| is_word(letter as u8) && letter.is_ascii());
    ends(text.bytes().next())
        && ends(text.bytes().last())
        && signs.into_iter().all(|sign| matches!(sign, "" | "." | "_" | "__") || sign.bytes().all(|byte| byte == b'-'))
}

#[cfg(test)]
mod tests {
    use super::Reference;
    use crate::image::hash;

    #[test]
    fn names_are_read_as_docker_reads_them() {
        for (text, repository, tag) in [
            ("app", "app", Some("latest")),
            ("app:1.0", "app", Some("1.0")),
            ("team/app:V_2-x", "team/app", Some("V_2-x")),
            ("127.0.0.1:5000/app", "127.0.0.1:5000/app", Some("latest")),
            ("localhost/a__b/c-d.e:t", "localhost/a__b/c-d.e", Some("t")),
        ] {
            let read = Reference::parse(text).unwrap();
            assert_eq!((read.repository.as_str(), read.tag.as_deref()), (repository, tag), "{text}");
        }
        let digest = hash(b"");
        let read = Reference::parse(&format!("app@{digest}")).unwrap();
        assert_eq!(
            (read.tag.clone(), read.digest.clone(), read.to_string()),
            (None, Some(digest.clone()), format!("app@{digest}"))
        );
        assert_eq!(Reference::parse(&format!("app:t@{digest}")).unwrap().name(), Some("app:t".into()));
    }

    #[test]
    fn what_names_no_image_is_refused() {
        let wrong = [
            "",
            ":",
            "app:",
            ":tag",
            "App",
            "a//b",
            "/a",
            "a/",
            "../a",
            "a/..",
            "a b",
            "a:b:c",
            "app:.x",
            "app@x",
            "app@sha256:00",
            "a..b",
            "a___b",
            "host:port/a",
            "é",
            "a\u{1b}",
            "-a",
            "a_",
        ];
        for text in wrong {
            assert!(Reference::parse(text).is_err(), "{text:?}");
        }
    }
}
