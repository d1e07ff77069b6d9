//! A manifest names what an image is made of: its configuration and its layers, the lowest first. An index names several
//! manifests (OCI image specification, "Image Manifest", "Image Index").

use crate::image::Descriptor;
use crate::image::media;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// No manifest is larger, in bytes; registries have the same bound.
pub const MOST: u64 = 4 << 20;

/// One image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// 2
    pub schema_version: u32,
    /// What this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The configuration; its digest is the ID of the image.
    pub config: Descriptor,
    /// The layers, the lowest first.
    pub layers: Vec<Descriptor>,
    /// What we do not know, and keep.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// Several images, each for a machine of another kind, or under another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// 2
    pub schema_version: u32,
    /// What this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Manifests, or indexes of them.
    pub manifests: Vec<Descriptor>,
    /// What we do not know, and keep.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

impl Default for Index {
    fn default() -> Index {
        let media_type = Some(media::INDEX.to_string());
        Index { schema_version: 2, media_type, manifests: Vec::new(), more: BTreeMap::new() }
    }
}

/// What stands where an index or a manifest is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// One image.
    Manifest(Manifest),
    /// Several.
    Index(Index),
}

/// Reads a manifest or an index, which nobody has to trust. `said` is the media type by which it was found.
///
/// # Errors
/// In a few words, why it is neither.
pub fn parse(bytes: &[u8], said: Option<&str>) -> Result<Document, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"))?;
    let own = value.get("mediaType").and_then(Value::as_str);
    if let (Some(said), Some(own)) = (said, own)
        && said != own
    {
        return Err(format!("its descriptor calls it {said}, and it calls itself {own}"));
    }
    let (layers, manifests) = (value.get("layers").is_some(), value.get("manifests").is_some());
    if layers && manifests {
        return Err(
            "it has both `layers` and `manifests`, so one program would see an image and another one several".into()
        );
    }
    if value.get("schemaVersion").and_then(Value::as_u64) != Some(2) {
        return Err("its `schemaVersion` is not 2".into());
    }
    let kind = said.or(own);
    let is = |is: fn(&str) -> bool, present| kind.map_or(present, is);
    if is(media::is_manifest, layers) {
        let manifest: Manifest = serde_json::from_value(value).map_err(|error| format!("as a manifest: {error}"))?;
        if !media::is_config(&manifest.config.media_type) {
            return Err(format!("its configuration is of a kind that no image has: {}", manifest.config.media_type));
        }
        if let Some(layer) = manifest.layers.iter().find(|layer| !media::is_layer(&layer.media_type)) {
            return Err(format!("a layer of it is of a kind that we do not know: {}", layer.media_type));
        }
        return Ok(Document::Manifest(manifest));
    }
    if is(media::is_index, manifests) {
        return serde_json::from_value(value).map(Document::Index).map_err(|error| format!("as an index: {error}"));
    }
    Err(match kind {
        Some(kind) => format!("it is of a kind that we do not know: {kind}"),
        None => "it has neither `layers` nor `manifests`".to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Document, parse};
    use crate::ground::mutation::each_mutant;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn manifest() -> String {
        let descriptor =
            |kind: &str| format!(r#"{{"mediaType":"application/vnd.oci.image.{kind}","digest":"{DIGEST}","size":1}}"#);
        let (config, layer) = (descriptor("config.v1+json"), descriptor("layer.v1.tar"));
        format!(r#"{{"schemaVersion":2,"config":{config},"layers":[{layer}],"annotations":{{"a":"b"}}}}"#)
    }

    #[test]
    fn what_we_do_not_know_is_kept() {
        let Document::Manifest(read) = parse(manifest().as_bytes(), None).unwrap() else { panic!() };
        assert_eq!(read.more["annotations"]["a"], "b");
        let again = serde_json::to_vec(&read).unwrap();
        assert_eq!(parse(&again, Some(super::media::MANIFEST)), Ok(Document::Manifest(read)));
    }

    #[test]
    fn what_is_no_manifest_is_refused_with_the_reason() {
        let good = manifest();
        for (text, said, why) in [
            ("[", None, "no JSON"),
            ("{}", None, "schemaVersion"),
            (r#"{"schemaVersion":1}"#, None, "schemaVersion"),
            (r#"{"schemaVersion":2}"#, None, "neither"),
            (r#"{"schemaVersion":2,"layers":[],"manifests":[]}"#, None, "both"),
            (r#"{"schemaVersion":2,"mediaType":"x","layers":[]}"#, None, "do not know: x"),
            (&good, Some("application/vnd.oci.image.index.v1+json"), "as an index"),
            (&good.replace("layer.v1.tar", "layer.v9"), None, "do not know"),
            (&good.replace("config.v1+json", "other"), None, "no image has"),
            (&good.replace("sha256:", "md5:"), None, "begins with sha256"),
            (&good.replace("\"size\":1", "\"size\":-1"), None, "as a manifest"),
            (&good.replace("{\"schema", "{\"mediaType\":\"a\",\"schema"), Some("b"), "calls itself a"),
        ] {
            let refused = parse(text.as_bytes(), said).unwrap_err();
            assert!(refused.contains(why), "{text}: {refused}");
        }
        each_mutant(&[good.as_bytes()], 5_000, |bytes| drop(parse(bytes, None)));
    }
}
