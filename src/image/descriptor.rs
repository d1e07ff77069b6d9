//! A descriptor says of a blob what it is, how large, and by which digest it is found (OCI image specification,
//! "Content Descriptors").

use crate::image::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The annotation by which an index names an image.
pub const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// What is known of a blob before it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What the blob is.
    pub media_type: String,
    /// The sum of its bytes.
    pub digest: Digest,
    /// How many bytes it has.
    pub size: u64,
    /// For which machine it is, where an index says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// What else is said of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// What we do not know, and keep.
    #[serde(flatten)]
    pub more: BTreeMap<String, serde_json::Value>,
}

/// A kind of machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// `amd64`, `arm64`, … as the language Go calls them.
    pub architecture: String,
    /// `linux`
    pub os: String,
    /// What we do not know, and keep.
    #[serde(flatten)]
    pub more: BTreeMap<String, serde_json::Value>,
}

impl Descriptor {
    /// Of a blob with nothing else to say of it.
    pub fn new(media_type: &str, digest: Digest, size: u64) -> Descriptor {
        let (annotations, more) = (BTreeMap::new(), BTreeMap::new());
        Descriptor { media_type: media_type.into(), digest, size, platform: None, annotations, more }
    }

    /// The name that an index gives it: `app:1.0`.
    pub fn name(&self) -> Option<&str> {
        self.annotations.get(REF_NAME).map(String::as_str)
    }

    /// The same blob under another name, or without one.
    pub fn named(mut self, name: Option<&str>) -> Descriptor {
        self.annotations.remove(REF_NAME);
        self.annotations.extend(name.map(|name| (REF_NAME.to_string(), name.to_string())));
        self
    }
}

/// What Go, and so every image, calls the processor of this machine.
pub fn architecture() -> &'static str {
    match () {
        _ if cfg!(target_arch = "x86_64") => "amd64",
        _ if cfg!(target_arch = "aarch64") => "arm64",
        _ if cfg!(target_arch = "x86") => "386",
        _ if cfg!(target_arch = "arm") => "arm",
        _ if cfg!(target_arch = "riscv64") => "riscv64",
        _ if cfg!(target_arch = "s390x") => "s390x",
        _ if cfg!(all(target_arch = "powerpc64", target_endian = "little")) => "ppc64le",
        _ => "unknown",
    }
}
