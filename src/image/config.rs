//! The configuration of an image: how it runs, which archives its layers are, and how they came about (OCI image
//! specification, "Image Configuration").

use crate::image::{Digest, hash};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// No configuration is larger, in bytes.
pub const MOST: u64 = 8 << 20;

/// How an image runs, and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// When it was made (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// For which processor: `amd64`.
    pub architecture: String,
    /// For which system: `linux`.
    pub os: String,
    /// What a container of it begins with.
    #[serde(default, deserialize_with = "or_nothing")]
    pub config: Running,
    /// The layers, as they are when they are not compressed.
    pub rootfs: Layers,
    /// One entry for each step that made it, also for those without a layer.
    #[serde(default, deserialize_with = "or_nothing", skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Step>,
    /// What we do not know, and keep.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// What a container of an image begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Running {
    /// `USER[:GROUP]`, each by name or by number; empty for root.
    #[serde(default, deserialize_with = "or_nothing", skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// `80/tcp`: where it listens.
    #[serde(default, deserialize_with = "or_nothing", skip_serializing_if = "BTreeMap::is_empty")]
    pub exposed_ports: BTreeMap<String, Value>,
    /// `NAME=VALUE`
    #[serde(default, deserialize_with = "or_nothing", skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// What is run in any case, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<Vec<String>>,
    /// … and its arguments, where nobody gives others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cmd: Option<Vec<String>>,
    /// Where it begins.
    #[serde(default, deserialize_with = "or_nothing", skip_serializing_if = "String::is_empty")]
    pub working_dir: String,
    /// Whatever somebody wanted to say of it.
    #[serde(default, deserialize_with = "or_nothing", skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The signal that asks it to end.
    #[serde(default, deserialize_with = "or_nothing", skip_serializing_if = "String::is_empty")]
    pub stop_signal: String,
    /// What we do not know, and keep.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// The layers of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    /// `layers`
    #[serde(rename = "type")]
    pub kind: String,
    /// The digest of each archive before it was compressed, the lowest first.
    pub diff_ids: Vec<Digest>,
}

/// A step that made an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// By which command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// It made no layer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub empty_layer: bool,
}

/// Reads a configuration, which nobody has to trust. `layers` is how many layers the manifest has.
///
/// # Errors
/// In a few words, why it is none of that image.
pub fn parse(bytes: &[u8], layers: usize) -> Result<Config, String> {
    let config: Config = serde_json::from_slice(bytes).map_err(|error| format!("it is no configuration: {error}"))?;
    let known = config.rootfs.diff_ids.len();
    if known != layers {
        return Err(format!("it knows {known} layers, and the manifest has {layers}"));
    }
    let with_layer = config.history.iter().filter(|step| !step.empty_layer).count();
    if !config.history.is_empty() && with_layer != known {
        return Err(format!("its history tells of {with_layer} layers, and it has {known}"));
    }
    Ok(config)
}

/// What a layer is together with all that are below it: `sha256(chain of those below + " " + diff_id)`. Two images that share
/// a chain share everything up to there. The lowest first, one for each layer.
pub fn chain_ids(diff_ids: &[Digest]) -> Vec<Digest> {
    let mut chain: Vec<Digest> = Vec::new();
    for diff_id in diff_ids {
        chain.push(match chain.last() {
            None => diff_id.clone(),
            Some(below) => hash(format!("{below} {diff_id}").as_bytes()),
        });
    }
    chain
}

/// Docker writes `null` for what is empty.
fn or_nothing<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{chain_ids, parse};
    use crate::ground::mutation::each_mutant;
    use crate::image::hash;

    #[test]
    fn docker_writes_null_for_what_is_empty() {
        let text = format!(
            r#"{{"architecture":"amd64","os":"linux","config":{{"Env":null,"Cmd":["sh"],"Entrypoint":null,"Labels":null,
            "Volumes":null,"Tty":false}},"rootfs":{{"type":"layers","diff_ids":["{0}"]}},"history":[{{}}],"id":"x"}}"#,
            hash(b"")
        );
        let config = parse(text.as_bytes(), 1).unwrap();
        assert_eq!(
            (config.config.cmd.as_deref(), config.config.entrypoint.clone()),
            (Some(&["sh".to_string()][..]), None)
        );
        // What we do not know is kept.
        let again = serde_json::to_value(&config).unwrap();
        assert_eq!((&again["id"], &again["config"]["Tty"]), (&"x".into(), &false.into()));
        assert!(parse(text.as_bytes(), 2).unwrap_err().contains("knows 1 layers, and the manifest has 2"));
        assert!(parse(text.replace("[{}]", "[{},{}]").as_bytes(), 1).unwrap_err().contains("history tells of 2"));
        assert!(parse(b"{}", 0).is_err());
        each_mutant(&[text.as_bytes()], 5_000, |bytes| drop(parse(bytes, 1)));
    }

    #[test]
    fn a_chain_is_the_sum_of_all_below() {
        let (a, b, c) = (hash(b"a"), hash(b"b"), hash(b"c"));
        let chain = chain_ids(&[a.clone(), b.clone(), c.clone()]);
        assert_eq!(chain[0], a);
        assert_eq!(chain[1], hash(format!("{a} {b}").as_bytes()));
        assert_eq!(chain[2], hash(format!("{} {c}", chain[1]).as_bytes()));
        assert!(chain_ids(&[]).is_empty());
    }
}
