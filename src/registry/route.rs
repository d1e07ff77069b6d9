//! Which part of a registry a request is about: its path and what stands behind the question mark (OCI distribution
//! specification, "Endpoints").

use crate::image::is_repository;
use crate::registry::answer::{Code, Refusal};

/// What a request is about. The name of the repository is one that there can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/v2/`: whether this is a registry
    Base,
    /// `/v2/_catalog`: which repositories there are
    Catalog,
    /// `/token`: a token, where the registry wants one
    Token,
    /// `/v2/NAME/tags/list`
    Tags(String),
    /// `/v2/NAME/manifests/TAG-OR-DIGEST`
    Manifest(String, String),
    /// `/v2/NAME/blobs/DIGEST`
    Blob(String, String),
    /// `/v2/NAME/blobs/uploads/`: where an upload begins
    Uploads(String),
    /// `/v2/NAME/blobs/uploads/ID`: an upload that has begun
    Upload(String, String),
    /// `/v2/NAME/referrers/DIGEST`: what was said of an image later
    Referrers(String, String),
}

/// A route of the name of a repository, and the last part of the path.
type Make = fn(String, String) -> Route;

impl Route {
    /// Reads the path of a request.
    ///
    /// # Errors
    /// When it is none of a registry, or no repository can be called so.
    pub fn parse(path: &str) -> Result<Route, Refusal> {
        let nothing = || Refusal::new(Code::NoSuchPage, format!("a registry has nothing at {path}"));
        match path {
            "/v2" | "/v2/" => return Ok(Route::Base),
            "/v2/_catalog" => return Ok(Route::Catalog),
            "/token" => return Ok(Route::Token),
            _ => {}
        }
        let path = path.strip_prefix("/v2/").ok_or_else(nothing)?;
        let parts: Vec<&str> = path.split('/').collect();
        // From behind: a repository may be called a/blobs.
        let (name, route): (&[&str], Make) = match parts.as_slice() {
            [name @ .., "tags", "list"] => (name, |name, _| Route::Tags(name)),
            [name @ .., "blobs", "uploads", ""] | [name @ .., "blobs", "uploads"] => {
                (name, |name, _| Route::Uploads(name))
            }
            [name @ .., "blobs", "uploads", _] => (name, Route::Upload),
            [name @ .., "blobs", _] => (name, Route::Blob),
            [name @ .., "manifests", _] => (name, Route::Manifest),
            [name @ .., "referrers", _] => (name, Route::Referrers),
            _ => return Err(nothing()),
        };
        let name = name.join("/");
        if !is_repository(&name) {
            let why =
                format!("no repository is called {name}: small letters and digits, with . _ - and / between them");
            return Err(Refusal::new(Code::NameInvalid, why));
        }
        Ok(route(name, parts.last().copied().unwrap_or_default().to_string()))
    }

    /// The repository that it is about.
    pub fn repository(&self) -> Option<&str> {
        match self {
            Route::Base | Route::Catalog | Route::Token => None,
            Route::Tags(name) | Route::Uploads(name) => Some(name),
            Route::Manifest(name, _) | Route::Blob(name, _) | Route::Upload(name, _) | Route::Referrers(name, _) => {
                Some(name)
            }
        }
    }

    /// What can be done there.
    pub fn methods(&self) -> &'static str {
        match self {
            Route::Base | Route::Catalog | Route::Token | Route::Tags(_) | Route::Referrers(..) => "GET, HEAD",
            Route::Manifest(..) => "GET, HEAD, PUT, DELETE",
            Route::Blob(..) => "GET, HEAD, DELETE",
            Route::Uploads(_) => "POST",
            Route::Upload(..) => "GET, HEAD, PATCH, PUT, DELETE",
        }
    }
}

/// What is asked for: the path, and the names and values behind the question mark.
///
/// # Errors
/// When it is not written as it has to be.
pub fn split_target(target: &str) -> Result<(String, Vec<(String, String)>), Refusal> {
    let wrong = || Refusal::new(Code::NoSuchPage, "behind a % in an address stand two hexadecimal digits");
    // Somebody who asks by way of a proxy writes the whole address.
    let target = match target.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('/') => rest.find('/').map_or("/", |at| &rest[at..]),
        _ => target,
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((unescaped(name)?, unescaped(&value.replace('+', " "))?))
    });
    let pairs = pairs.collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
    Ok((unescaped(path).ok_or_else(wrong)?, pairs))
}

/// `a:b` for `a%3Ab`.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?);
        rest = &tail[2..];
    }
    String::from_utf8(bytes).ok()
}

/// `a%3Ab` for `a:b`.
pub fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let one = |byte: u8| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{Route, escaped, split_target};
    use crate::ground::mutation::each_mutant;
    use crate::registry::answer::Code;

    #[test]
    fn a_path_is_read_from_behind() {
        let (app, deep) = (|| "app".to_string(), || "a/blobs/uploads".to_string());
        for (path, route) in [
            ("/v2", Route::Base),
            ("/v2/", Route::Base),
            ("/v2/_catalog", Route::Catalog),
            ("/token", Route::Token),
            ("/v2/app/tags/list", Route::Tags(app())),
            ("/v2/app/manifests/1.0", Route::Manifest(app(), "1.0".into())),
            ("/v2/app/blobs/sha256:00", Route::Blob(app(), "sha256:00".into())),
            ("/v2/app/blobs/uploads/", Route::Uploads(app())),
            ("/v2/app/blobs/uploads", Route::Uploads(app())),
            ("/v2/app/blobs/uploads/1f", Route::Upload(app(), "1f".into())),
            ("/v2/a/blobs/uploads/blobs/uploads/1f", Route::Upload(deep(), "1f".into())),
            ("/v2/app/referrers/sha256:00", Route::Referrers(app(), "sha256:00".into())),
        ] {
            assert_eq!(Route::parse(path), Ok(route), "{path}");
        }
        for (path, code) in [
            ("/", Code::NoSuchPage),
            ("/v1/", Code::NoSuchPage),
            ("/v2/app", Code::NoSuchPage),
            ("/v2/tags/list", Code::NameInvalid),
            ("/v2/../tags/list", Code::NameInvalid),
            ("/v2/a/../b/tags/list", Code::NameInvalid),
            ("/v2/App/manifests/1", Code::NameInvalid),
            ("/v2//a/blobs/x", Code::NameInvalid),
            ("/v2/a\0/blobs/x", Code::NameInvalid),
        ] {
            assert_eq!(Route::parse(path).unwrap_err().code, code, "{path}");
        }
        each_mutant(&[&b"/v2/a/blobs/uploads/1f?digest=sha256%3A00&x"[..]], 4_000, |bytes| {
            if let Ok((path, _)) = split_target(&String::from_utf8_lossy(bytes)) {
                drop(Route::parse(&path));
            }
        });
    }

    #[test]
    fn what_stands_behind_the_question_mark_is_unescaped() {
        let (path, pairs) = split_target("/v2/a%2Fb?digest=sha256%3A00&from=a+b&x&").unwrap();
        assert_eq!(path, "/v2/a/b");
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("digest", "sha256:00"), ("from", "a b"), ("x", "")]);
        assert_eq!(split_target("http://host:1/v2/?a").unwrap().0, "/v2/");
        assert!(split_target("/%").is_err() && split_target("/%zz").is_err() && split_target("/%ff").is_err());
        assert_eq!(escaped("sha256:a b/é"), "sha256%3Aa%20b/%C3%A9");
    }
}
