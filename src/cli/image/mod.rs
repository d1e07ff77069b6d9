//! `layerlab image …`: one file a subcommand.

mod busy;
mod check;
mod commit;
mod diff;
mod history;
mod inspect;
mod load;
mod ls;
mod mount;
mod pull;
mod push;
mod rm;
mod save;
mod tag;
mod tree;

use crate::cli::{CliError, Common};
use crate::ground::{IMAGES, IMAGES_VARIABLE};
use crate::image::{Image, LIMIT, Store};
use crate::kernel::wait_until_single_threaded;
use crate::session::Home;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;

/// Images: make one of what a container changed, keep them, give them away
#[derive(Debug, clap::Subcommand)]
pub enum ImageCommand {
    /// Make an image of what a container changed, or of a directory
    Commit(commit::Commit),
    /// The images that there are
    Ls(ls::Ls),
    /// All that is written about an image, as JSON
    Inspect(inspect::Inspect),
    /// How an image came about, the last step first
    History(history::History),
    /// Which image was made from which
    Tree(tree::Tree),
    /// Give an image a further name
    Tag(tag::Tag),
    /// Remove a name, and the image with its last name
    Rm(rm::Rm),
    /// What the topmost layer of an image adds, changes and deletes
    Diff(diff::Diff),
    /// Look at the files of an image in a shell, or by a command
    Mount(mount::Mount),
    /// Write images into an archive that Docker, podman and skopeo read, too
    Save(save::Save),
    /// Bring in images from an archive or an image layout
    Load(load::Load),
    /// Send an image to a registry
    Push(push::Push),
    /// Bring an image from a registry
    Pull(pull::Pull),
    /// Whether all that is stored is what it says
    Check(check::Check),
}

impl ImageCommand {
    /// Does it.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        match self {
            ImageCommand::Commit(commit) => commit.run(),
            ImageCommand::Ls(ls) => ls.run(),
            ImageCommand::Inspect(inspect) => inspect.run(),
            ImageCommand::History(history) => history.run(),
            ImageCommand::Tree(tree) => tree.run(common),
            ImageCommand::Tag(tag) => tag.run(),
            ImageCommand::Rm(rm) => rm.run(),
            ImageCommand::Diff(diff) => diff.run(),
            ImageCommand::Mount(mount) => mount.run(),
            ImageCommand::Save(save) => save.run(),
            ImageCommand::Load(load) => load.run(),
            ImageCommand::Push(push) => push.run(),
            ImageCommand::Pull(pull) => pull.run(),
            ImageCommand::Check(check) => check.run(),
        }
    }
}

/// Where the images are: `LAYERLAB_IMAGES`, else `images` among our files.
pub fn place() -> Result<PathBuf, CliError> {
    match std::env::var_os(IMAGES_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from) {
        Some(place) => Ok(std::path::absolute(&place).unwrap_or(place)),
        None => Ok(Home::find()?.root().join(IMAGES)),
    }
}

/// The layers of a stored image as directories, the topmost first. They are unpacked if they are not yet; then there is one thread
/// again.
pub fn unpacked(store: Store, place: &Path, image: &Image, stop: &AtomicUsize) -> Result<Vec<PathBuf>, CliError> {
    if store.is_unpacked(image) {
        return Ok(store.directories(image, LIMIT, stop)?);
    }
    drop(store);
    let directories = Store::write(place)?.directories(image, LIMIT, stop)?;
    wait_until_single_threaded();
    Ok(directories)
}

/// The images that can be read; of the others it is told why.
fn readable(store: &Store) -> Result<Vec<Image>, CliError> {
    let all = store.images()?.into_iter();
    Ok(all.filter_map(|image| image.map_err(|error| CliError::from(error).print(false)).ok()).collect())
}

/// Columns, each as wide as its widest cell, with two blanks between them.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: &Vec<String>, at: usize| {
        row.get(at).map_or(0, |cell| unicode_width::UnicodeWidthStr::width(cell.as_str()))
    };
    let widths: Vec<usize> = (0..columns).map(|at| rows.iter().map(|row| cell(row, at)).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (at, shown) in row.iter().enumerate() {
            line.push_str(shown);
            line.push_str(&" ".repeat(widths[at] - cell(row, at) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The name and the tag of an image, in two columns.
fn name_and_tag(image: &Image) -> [String; 2] {
    let none = || "<none>".to_string();
    match image.descriptor.name().map(|name| name.rsplit_once(':').unwrap_or((name, ""))) {
        Some((name, tag)) => [name.to_string(), tag.to_string()],
        None => [none(), none()],
    }
}
