//! `layerlab trees [MOUNTPOINT]`

use crate::cli::output::{self, Output};
use crate::cli::{CliError, Common, Exit};
use crate::container::kept_lowers;
use crate::course::bench;
use crate::event::{Event, Observation};
use crate::ground::{Call, Failure};
use crate::kernel::proc::mounts;
use crate::observe::{Observer, find_overlays, look_at_overlays};
use crate::scene::Look;
use crate::session::{Home, Session};
use crate::stage::{Layers, PROGRAM, ScratchChoice, Stage};
use std::path::{Path, PathBuf};

/// The lower, upper and merged trees of any overlay mount of this machine, or of a container that has ended
#[derive(Debug, clap::Args)]
pub struct Trees {
    /// Where it is mounted, or what `container run --keep` kept; without it, in a session that of the exercise, elsewhere
    /// the only one or a list of them
    mountpoint: Option<PathBuf>,
    /// What was seen as JSON
    #[arg(long)]
    json: bool,
    /// Fold no tree
    #[arg(long)]
    full: bool,
}

impl Trees {
    /// Shows them.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let working_directory = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
        if let Some(here) = bench().filter(|_| self.mountpoint.is_none()) {
            let observation = Observer::new(here.clone()).observe(&here, self.full, &[]);
            return self.show(common, observation.map_err(no_mounts)?.still());
        }
        let table = mounts().map_err(no_mounts)?;
        let mut found = find_overlays(&table, &working_directory);
        let listed = || found.iter().map(|overlay| format!("  {}\n", overlay.mountpoint.display())).collect::<String>();
        if let Some(mountpoint) = &self.mountpoint {
            let wanted = mountpoint.canonicalize().unwrap_or_else(|_| working_directory.join(mountpoint));
            if !found.iter().any(|overlay| overlay.mountpoint == wanted) {
                if let Some(lowers) = kept_lowers(&wanted) {
                    return self.show(common, ended(lowers, wanted.join("upper"), working_directory, self.full)?);
                }
                let points: Vec<String> = found.iter().map(|one| one.mountpoint.display().to_string()).collect();
                let (why, fix) = match points.as_slice() {
                    [] => ("there is no overlay in the mount table of this process".into(), "see one: layerlab run 1"),
                    points => (
                        format!("the overlays of this machine are mounted on {}", points.join(", ")),
                        "name one of these mount points",
                    ),
                };
                let wanted = format!("no overlay is mounted on {}", wanted.display());
                return Err(CliError::usage(Failure::ours(wanted, why, fix)));
            }
            found.retain(|overlay| overlay.mountpoint == wanted);
        } else if found.is_empty() {
            println!("No overlay is mounted on this machine, as far as this process can see.");
            match Home::find().ok().and_then(|home| Session::latest(&home)) {
                Some(_) => println!("Those of your session are seen in its shell, and by layerlab watch."),
                None => println!("Run a lesson to see one: layerlab run 1"),
            }
            return Ok(());
        } else if found.len() > 1 && !self.json {
            print!("{} overlays are mounted on this machine:\n{}", found.len(), listed());
            println!("Show one with: layerlab trees MOUNTPOINT");
            return Ok(());
        }
        self.show(common, look_at_overlays(found, &working_directory, self.full))
    }

    fn show(&self, common: &Common, observation: Observation) -> Result<(), CliError> {
        let look = Look { full: self.full, work: true, ..output::look(common) };
        let mut output = Output::new(output::painter(common, self.json), look);
        output.tell(&Event::Observation(observation).into())?;
        Ok(output.finish()?)
    }
}

/// What a container saw at its end. On disk, because a tmpfs over /tmp would hide layers that lie there.
fn ended(lowers: Vec<PathBuf>, upper: PathBuf, here: PathBuf, full: bool) -> Result<Observation, CliError> {
    let scratch = ScratchChoice { tmpfs: false, ..ScratchChoice::from_environment() };
    let mut stage = Stage::start(Path::new(PROGRAM), scratch)?;
    Ok(stage.look_at(Layers { lowers, upper, here, full })?)
}

fn no_mounts(error: std::io::Error) -> CliError {
    let call = Call::failed("openat", "AT_FDCWD, \"/proc/self/mountinfo\", O_RDONLY", error);
    let (why, fix) = ("no /proc is mounted that shows this process", "mount -t proc proc /proc");
    CliError::Failed(Exit::Fault, Failure::kernel("cannot read /proc/self/mountinfo", call, why, fix))
}
