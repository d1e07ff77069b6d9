//! What the tests of the whole program share: where it is, where its sources are, and who runs them.
//!
//! `scripts/test` runs the same test programs a second time as an ordinary user, from a copy that this user can read;
//! it says where in `LAYERLAB_TEST_PROGRAM` and `LAYERLAB_TEST_SOURCE`.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::path::PathBuf;
use std::process::Command;

/// The program.
pub fn program() -> PathBuf {
    std::env::var_os("LAYERLAB_TEST_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_layerlab").into(), PathBuf::from)
}

/// The top directory of the sources.
pub fn source() -> PathBuf {
    std::env::var_os("LAYERLAB_TEST_SOURCE").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

/// The program, ready to be given arguments, in an environment that is the same everywhere.
pub fn layerlab() -> Command {
    let mut command = Command::new(program());
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LC_ALL", "C.UTF-8");
    if let Some(home) = std::env::var_os("HOME") {
        command.env("HOME", home);
    }
    command
}

/// Whether the tests run as root of the machine.
pub fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}
