//! Where something is on the net: an address such as `https://host:5000/v2/app/tags/list`, and which registry has an image.

use crate::image::Reference;
use std::fmt;

/// An address of HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Whether what goes there and back is encrypted.
    pub is_secure: bool,
    /// `host:port`; the port is left out where it is the usual one.
    pub host: String,
    /// The path, and what stands behind it.
    pub target: String,
}

impl Address {
    /// Reads `http://…` or `https://…`.
    ///
    /// # Errors
    /// In a few words, why it is neither.
    pub fn parse(text: &str) -> Result<Address, String> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| format!("{text} is no address"))?;
        let is_secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            other => return Err(format!("{other}: is neither http: nor https:")),
        };
        let at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, target) = rest.split_at(at);
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte);
        if host.is_empty() || !host.bytes().all(is_host) {
            return Err(format!("{host} is no host"));
        }
        if target.bytes().any(|byte| !byte.is_ascii_graphic()) {
            return Err("an address has no blanks and no control characters".into());
        }
        let usual = if is_secure { ":443" } else { ":80" };
        let host = host.strip_suffix(usual).unwrap_or(host).to_ascii_lowercase();
        let target = if target.starts_with('/') { target.to_string() } else { format!("/{target}") };
        Ok(Address { is_secure, host, target })
    }

    /// Where a `Location` leads that came from here.
    ///
    /// # Errors
    /// When it leads out of HTTP, or from what is encrypted to what is not.
    pub fn follow(&self, location: &str) -> Result<Address, String> {
        let to = match location {
            location if location.starts_with("//") => {
                Address::parse(&format!("{}:{location}", if self.is_secure { "https" } else { "http" }))?
            }
            location if location.starts_with('/') => Address { target: location.to_string(), ..self.clone() },
            location => Address::parse(location)?,
        };
        match self.is_secure && !to.is_secure {
            true => Err(format!("{to} is not encrypted, and what led there was")),
            false => Ok(to),
        }
    }

    /// The same with a further name and value behind the question mark.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Address {
        self.target.push(if self.target.contains('?') { '&' } else { '?' });
        self.target.push_str(&format!("{name}={}", crate::registry::route::escaped(value)));
        self
    }

    /// Whether both are answered by the same.
    pub fn is_same_host(&self, other: &Address) -> bool {
        (self.is_secure, &self.host) == (other.is_secure, &other.host)
    }

    /// The host with its port.
    pub fn host_and_port(&self) -> String {
        let has_port =
            self.host.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        if has_port { self.host.clone() } else { format!("{}:{}", self.host, if self.is_secure { 443 } else { 80 }) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}://{}{}", if self.is_secure { "https" } else { "http" }, self.host, self.target)
    }
}

/// The registry that has an image, and what its repository is called there. A name without a registry is one of Docker's.
/// `plain` lets everything go without encryption; what stays on this machine always does.
pub fn registry_of(reference: &Reference, plain: bool) -> (Address, String) {
    let (host, repository) = match reference.repository.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (host, rest.to_string()),
        Some(_) => ("docker.io", reference.repository.clone()),
        None => ("docker.io", format!("library/{}", reference.repository)),
    };
    let is_here = host == "localhost" || host.starts_with("localhost:") || host.starts_with("127.");
    let host = if host == "docker.io" { "registry-1.docker.io" } else { host };
    (Address { is_secure: !plain && !is_here, host: host.to_string(), target: "/v2/".into() }, repository)
}

#[cfg(test)]
mod tests {
    use super::{Address, registry_of};
    use crate::image::Reference;

    #[test]
    fn a_location_leads_to_http_alone() {
        let here = Address::parse("http://Host:80/v2/a?b").unwrap();
        assert_eq!(here.to_string(), "http://host/v2/a?b");
        assert_eq!(here.clone().with("digest", "sha256:0").target, "/v2/a?b&digest=sha256%3A0");
        for (location, to) in [
            ("/x?y", "http://host/x?y"),
            ("https://other/x", "https://other/x"),
            ("//other:81/x", "http://other:81/x"),
            ("http://host", "http://host/"),
        ] {
            assert_eq!(here.follow(location).unwrap().to_string(), to, "{location}");
        }
        for location in
            ["file:///etc/passwd", "ftp://host/x", "x", "http://", "http://a b/", "http://h/\r\nx", "http://a@b/"]
        {
            assert!(here.follow(location).is_err(), "{location}");
        }
        let secure = Address::parse("https://host:443/").unwrap();
        assert!(secure.follow("http://host/").unwrap_err().contains("not encrypted"));
        assert!(!secure.is_same_host(&here) && secure.is_same_host(&secure.follow("/x").unwrap()));
        assert_eq!(
            (secure.host_and_port(), here.follow("//h:1").unwrap().host_and_port()),
            ("host:443".into(), "h:1".into())
        );
    }

    #[test]
    fn a_name_says_which_registry() {
        for (name, address, repository) in [
            ("busybox", "https://registry-1.docker.io/v2/", "library/busybox"),
            ("team/app:1", "https://registry-1.docker.io/v2/", "team/app"),
            ("quay.io/team/app", "https://quay.io/v2/", "team/app"),
            ("127.0.0.1:5000/app", "http://127.0.0.1:5000/v2/", "app"),
            ("localhost/app", "http://localhost/v2/", "app"),
        ] {
            let (found, called) = registry_of(&Reference::parse(name).unwrap(), false);
            assert_eq!((found.to_string().as_str(), called.as_str()), (address, repository), "{name}");
        }
        assert!(!registry_of(&Reference::parse("host:1/a").unwrap(), true).0.is_secure);
    }
}
