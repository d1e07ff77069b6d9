//! The options of `container run` that are taken as they were asked for: declared for the command line and handed to PID 1 as
//! they are here.

use crate::ground::path_bytes;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::PathBuf;

/// How the container is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::Args)]
pub struct Options {
    /// Nothing can be written to the root file system
    #[arg(long)]
    pub read_only: bool,
    /// A variable of the command's environment; may be given again
    #[arg(long, value_name = "NAME=VALUE")]
    pub env: Vec<OsString>,
    /// Where the command begins
    #[arg(long, value_name = "DIR")]
    #[serde(with = "path_bytes")]
    pub workdir: Option<PathBuf>,
    /// Who the command is, by number
    #[arg(long, value_name = "UID[:GID]", value_parser = user)]
    pub user: Option<(u32, u32)>,
    /// PID 1 is a small process of ours that starts the command and buries the dead
    #[arg(long)]
    pub init: bool,
    /// Most memory that changed files may take
    #[arg(long, value_name = "SIZE", default_value = "64m")]
    pub size: String,
    /// Tell every system call, and what it is for
    #[arg(long)]
    pub explain: bool,
    /// All capabilities, all system calls, nothing hidden: to learn what protects a host
    #[arg(long)]
    pub unprotected: bool,
    /// A time namespace too
    #[arg(long)]
    pub time: bool,
    /// How much of the machine it may use; last, because what follows would stand under its heading.
    #[command(flatten)]
    pub limits: Limits,
}

/// How much of the machine a container may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Most memory: 64m, 1g
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub memory: Option<u64>,
    /// Most processes and threads
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub pids: Option<u64>,
    /// Most processors: 0.5 is half of one
    #[arg(long, value_name = "F", value_parser = processors)]
    pub cpus: Option<u64>,
}

impl Limits {
    /// No limit at all.
    pub fn is_none(&self) -> bool {
        *self == Limits::default()
    }
}

fn bytes(text: &str) -> Result<u64, String> {
    let (digits, factor) = match text.to_ascii_lowercase().as_bytes().last() {
        Some(b'k') => (&text[..text.len() - 1], 1 << 10),
        Some(b'm') => (&text[..text.len() - 1], 1 << 20),
        Some(b'g') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    let number: Option<u64> = digits.parse().ok().filter(|number| *number > 0);
    number
        .and_then(|number| number.checked_mul(factor))
        .ok_or_else(|| "a number with k, m or g behind it: 64m".to_string())
}

fn processors(text: &str) -> Result<u64, String> {
    let number: Option<f64> = text.parse().ok().filter(|number| (0.01..=4096.0).contains(number));
    number.map(|number| (number * 1000.0).round() as u64).ok_or_else(|| "a number from 0.01 on: 0.5".to_string())
}

/// The largest number of a user or group: above it the kernel's own users of the number disagree on its sign.
const MOST: u32 = i32::MAX as u32;

fn user(text: &str) -> Result<(u32, u32), String> {
    let (user, group) = text.split_once(':').unwrap_or((text, text));
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number <= MOST);
    number(user).zip(number(group)).ok_or_else(|| format!("numbers from 0 to {MOST}: 1000 or 1000:1000"))
}
