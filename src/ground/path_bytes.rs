//! Paths in JSON, whatever their bytes: `#[serde(with = "path_bytes")]` on a field that holds one, several, or perhaps one.
//! serde's own form of a path refuses what is not UTF-8; this one is that of a [`Name`].

use crate::ground::Name;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// What may stand in such a field.
pub trait Paths: Sized {
    /// How it travels.
    type Names: Serialize + for<'de> Deserialize<'de>;
    /// For the way.
    fn to_names(&self) -> Self::Names;
    /// As it was.
    fn from_names(names: Self::Names) -> Self;
}

impl Paths for PathBuf {
    type Names = Name;
    fn to_names(&self) -> Name {
        Name::from(self.as_path())
    }
    fn from_names(name: Name) -> PathBuf {
        OsStr::from_bytes(name.as_bytes()).into()
    }
}

impl Paths for Option<PathBuf> {
    type Names = Option<Name>;
    fn to_names(&self) -> Option<Name> {
        self.as_ref().map(Paths::to_names)
    }
    fn from_names(names: Option<Name>) -> Self {
        names.map(Paths::from_names)
    }
}

impl Paths for Vec<PathBuf> {
    type Names = Vec<Name>;
    fn to_names(&self) -> Vec<Name> {
        self.iter().map(Paths::to_names).collect()
    }
    fn from_names(names: Vec<Name>) -> Self {
        names.into_iter().map(Paths::from_names).collect()
    }
}

/// Called by serde.
///
/// # Errors
/// Those of the format.
pub fn serialize<T: Paths, S: Serializer>(paths: &T, serializer: S) -> Result<S::Ok, S::Error> {
    paths.to_names().serialize(serializer)
}

/// Called by serde.
///
/// # Errors
/// Those of the format, and what is no path.
pub fn deserialize<'de, T: Paths, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::Names::deserialize(deserializer).map(T::from_names)
}

#[cfg(test)]
mod tests {
    use super::super::path_bytes;
    use serde::{Deserialize, Serialize};
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::path::PathBuf;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Message {
        #[serde(with = "path_bytes")]
        one: PathBuf,
        #[serde(with = "path_bytes")]
        none: Option<PathBuf>,
        #[serde(with = "path_bytes")]
        many: Vec<PathBuf>,
    }

    #[test]
    fn a_path_travels_through_json_whatever_its_bytes() {
        let odd: PathBuf = OsStr::from_bytes(b"/a b:c,d\\e\n\xff\x00f").into();
        let message = Message { one: odd.clone(), none: None, many: vec![odd, "/plain".into()] };
        let json = serde_json::to_string(&message).unwrap();
        assert!(json.contains("\"/plain\""), "{json}");
        assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message);
    }
}
