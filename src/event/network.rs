//! The networks of a lesson and the cables between them, for a picture: the table beside the trees tells of the one that
//! the innermost shell is in.

use crate::ground::Name;
use serde::{Deserialize, Serialize};

/// A network namespace of the lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenNetwork {
    /// The file that it is mounted on, from the lesson's directory; absent where only processes hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Name>,
    /// The innermost shell is in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub here: bool,
    /// In the order of their numbers.
    pub interfaces: Vec<SeenInterface>,
}

/// An interface of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenInterface {
    /// `eth0`
    pub name: String,
    /// `down`, or `up` with its addresses.
    pub state: String,
    /// The bridge of the same network of which it is a port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bridge: Option<String>,
    /// It is an end of a cable (a veth pair), and the other end is in a network that is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cable: Option<CableEnd>,
}

/// The other end of a cable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CableEnd {
    /// Which of the networks, counted from 0.
    pub network: usize,
    /// Its interface there.
    pub interface: String,
}
