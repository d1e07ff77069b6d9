//! `layerlab image mount IMAGE [-- COMMAND...]`

use crate::cli::CliError;
use crate::cli::image::{place, unpacked};
use crate::cli::signals::stop_by_signal;
use crate::ground::{Failure, Name, Stream};
use crate::image::Store;
use crate::kernel::proc::is_program;
use crate::stage::{Announced, ImageShell};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Look at the files of an image in a shell, or by a command
///
/// Its layers are mounted as a read-only overlay that only this shell sees, on the directory that is told, which is
/// `LAYERLAB_MOUNT` in its environment. When the shell ends nothing is left. The command is one of this machine.
#[derive(Debug, clap::Args)]
pub struct Mount {
    /// Its name, or the beginning of its ID
    image: String,
    /// Run this instead of a shell
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
    /// Tell each system call and what it is for
    #[arg(long)]
    explain: bool,
    /// Where it is mounted, and of what, as JSON; then the shell
    #[arg(long, conflicts_with = "explain")]
    json: bool,
}

/// The variable that has the directory.
const VARIABLE: &str = "LAYERLAB_MOUNT";

impl Mount {
    /// Becomes the shell. Returns only where that fails.
    pub fn run(&self) -> Result<(), CliError> {
        let root = place()?;
        let store = Store::read(&root)?;
        let image = store.find(&self.image)?;
        let lowers = unpacked(store, &root, &image, &*stop_by_signal()?)?;
        // Where layers, program and working directory lie cannot be covered.
        let around = [std::env::current_dir(), std::env::current_exe()];
        let needed = lowers.iter().map(PathBuf::as_path).chain(around.iter().flatten().map(PathBuf::as_path));
        let needed: Vec<&Path> = needed.chain([root.as_path()]).collect();
        let place = ImageShell::place(&needed).ok_or_else(|| {
            let wanted = format!("cannot mount the image {}", self.image);
            let why = "everything that is needed lies in each of the directories that an image may cover";
            CliError::usage(Failure::ours(wanted, why, "go to another directory, / for example, and try again"))
        })?;
        let shell = || std::env::var_os("SHELL").map(PathBuf::from).filter(|shell| is_program(shell));
        let is_command = !self.command.is_empty();
        let words = match is_command {
            true => self.command.clone(),
            false => vec![shell().unwrap_or_else(|| "/bin/sh".into()).into_os_string()],
        };
        let directory = Name::from(place.as_path());
        let announced = match (self.json, is_command) {
            (true, _) => Announced::Json(serde_json::json!({
                "image": self.image, "id": image.id(), "directory": directory,
                "layers": lowers.iter().map(|lower| Name::from(lower.as_path())).collect::<Vec<_>>(),
            })),
            (false, true) => Announced::Aside(directory.to_string()),
            (false, false) => Announced::Line(directory.to_string()),
        };
        let talks = !is_command && std::io::stdin().is_terminal() && Stream::Output.is_terminal();
        let variables = vec![(VARIABLE.to_string(), place.clone().into_os_string())];
        let explain = self.explain;
        Err(ImageShell { lowers, place, words, variables, talks, explain, announced }.exec().into())
    }
}
