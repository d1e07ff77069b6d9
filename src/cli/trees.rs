//! `layerlab trees [WHERE]`

use crate::cli::output::{self, Output};
use crate::cli::{CliError, Common, Exit};
use crate::course::bench;
use crate::event::{Event, Observation};
use crate::ground::{Call, Errno, Failure, Name, Shown, escaped, say};
use crate::kernel::{CallError, NotHeld, effective_ids};
use crate::observe::{Container, FollowedOverlay, Machine, MachineOverlay, MountNamespace, MountPlace};
use crate::observe::{Observer, kept_lowers, look_at_followed};
use crate::scene::Look;
use crate::session::{Home, Session};
use crate::stage::{Layers, PROGRAM, ScratchChoice, Stage};
use std::path::{Path, PathBuf};

/// The lower, upper and merged trees of any overlay mount of this machine, of a container, or of one that has ended
#[derive(Debug, clap::Args)]
pub struct Trees {
    /// Where it is mounted; the name or id of a running container of Docker's, podman's or containerd's; the number of a
    /// process, for all that it sees; or what `container run --keep` kept. Without it, in a session that of the exercise,
    /// elsewhere the only one or a list of them
    #[arg(value_name = "WHERE")]
    at: Option<PathBuf>,
    /// List the overlays of all mount namespaces, with whose they are
    #[arg(long, conflicts_with_all = ["at", "full"])]
    all: bool,
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
        let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
        if let Some(bench) = bench().filter(|_| self.at.is_none() && !self.all) {
            let observation = Observer::new(bench.clone()).observe(&bench, self.full, &[]);
            return self.show(common, observation.map_err(no_mounts)?.still());
        }
        let machine = Machine::now().map_err(no_mounts)?;
        let overlays = machine.overlays();
        if self.all {
            return self.list(&machine, &overlays);
        }
        let own: Vec<Seen<'_>> = overlays.iter().filter_map(|overlay| Seen::by(overlay, None)).collect();
        if let Some(at) = &self.at {
            let wanted = at.canonicalize().unwrap_or_else(|_| here.join(at));
            if let Some(shown) = own.iter().find(|shown| shown.place.mountpoint == wanted) {
                return self.show(common, shown.look(&here, self.full)?);
            }
            if let Some(lowers) = kept_lowers(&wanted) {
                return self.show(common, ended(lowers, wanted.join("upper"), here, self.full)?);
            }
            return self.show_named(common, at, &machine, &overlays, &here);
        }
        match own.as_slice() {
            [] => {
                say("No overlay is mounted here, as far as this process can see.")?;
                if !overlays.is_empty() {
                    say("Other mount namespaces have some: layerlab trees --all")?;
                }
                match Home::find().ok().and_then(|home| Session::latest(&home)) {
                    Some(_) => say("Those of your session are seen in its shell, and by layerlab watch.")?,
                    None => say("Run a lesson to see one: layerlab run 1")?,
                }
                Ok(())
            }
            [one] => self.show(common, one.look(&here, self.full)?),
            several if !self.json => {
                say(format!("{} overlays are mounted on this machine:\n{}", several.len(), listed(&machine, several))
                    .trim_end())?;
                say("Show one with: layerlab trees MOUNTPOINT")?;
                Ok(())
            }
            several => {
                let followed = several.iter().map(|shown| shown.follow(&here)).collect::<Result<Vec<_>, _>>()?;
                self.show(common, look_at_followed(followed, &here, self.full))
            }
        }
    }

    /// What somebody says who names a container or a process.
    fn show_named(
        &self,
        common: &Common,
        said: &Path,
        machine: &Machine,
        overlays: &[MachineOverlay],
        here: &Path,
    ) -> Result<(), CliError> {
        let word = said.to_str().unwrap_or_default();
        let named: Vec<&MountNamespace> = containers(machine, |container| container.name.as_deref() == Some(word));
        let named = if named.is_empty() { containers(machine, |container| container.id == word) } else { named };
        let process = word.parse::<u32>().ok().filter(|pid| Path::new("/proc").join(pid.to_string()).exists());
        let shown = match (named.as_slice(), process) {
            ([one], _) => of_container(one, overlays)?,
            ([], Some(pid)) => of_process(pid, machine, overlays),
            _ => match containers(machine, |container| container.is_called(word)).as_slice() {
                [] => return Err(nobody(said, machine, overlays, here)),
                [one] => of_container(one, overlays)?,
                several => {
                    let all = several.iter().filter_map(|one| one.container.as_ref());
                    let all: Vec<String> = all.map(|one| format!("{} {}", one.engine.word(), one.id)).collect();
                    let why = format!("it may be any of {}", all.join(", "));
                    let wanted = format!("it is not clear which container {word} is");
                    return Err(CliError::usage(Failure::ours(wanted, why, "give more of the id")));
                }
            },
        };
        if shown.is_empty() {
            say(format!("Process {word} sees no overlay."))?;
            return Ok(());
        }
        let followed = shown.iter().map(|shown| shown.follow(here)).collect::<Result<Vec<_>, _>>()?;
        self.show(common, look_at_followed(followed, here, self.full))
    }

    fn list(&self, machine: &Machine, overlays: &[MachineOverlay]) -> Result<(), CliError> {
        let shown = everywhere(overlays);
        if self.json {
            let all: Vec<serde_json::Value> = shown
                .iter()
                .map(|shown| {
                    let namespace = machine.rooted_in(shown.overlay);
                    let container = namespace.and_then(|namespace| namespace.container.as_ref());
                    serde_json::json!({
                        "mountpoint": Name::from(shown.place.mountpoint.as_path()),
                        "process": shown.place.pid.or(namespace.map(|namespace| namespace.pid)),
                        "engine": container.map(|container| container.engine.word()),
                        "id": container.map(|container| &container.id),
                        "name": container.and_then(|container| container.name.as_ref()),
                        "lowers": shown.overlay.options.lowers.len(),
                    })
                })
                .collect();
            say(Shown::json(&all)?)?;
            return Ok(());
        }
        match shown.len() {
            0 => say("No overlay is mounted on this machine, as far as this process can see.")?,
            1 => say(format!("One overlay is mounted on this machine:\n{}", listed(machine, &shown)).trim_end())?,
            many => {
                say(format!("{many} overlays are mounted on this machine:\n{}", listed(machine, &shown)).trim_end())?
            }
        }
        if !shown.is_empty() {
            say("Show one with: layerlab trees MOUNTPOINT, CONTAINER or PROCESS")?;
        }
        if effective_ids().0 != 0 {
            say("What other users have mounted is told to root: sudo layerlab trees --all")?;
        }
        Ok(())
    }

    fn show(&self, common: &Common, observation: Observation) -> Result<(), CliError> {
        let look = Look { full: self.full, work: true, ..output::look(common) };
        let mut output = Output::new(output::painter(common, self.json), look);
        output.tell(&Event::Observation(observation).into())?;
        Ok(output.finish()?)
    }
}

/// An overlay that is to be shown, and where it is seen.
struct Seen<'a> {
    overlay: &'a MachineOverlay,
    place: &'a MountPlace,
    whose: Option<&'a Container>,
}

impl<'a> Seen<'a> {
    /// As a process sees it; `None` is this one.
    fn by(overlay: &'a MachineOverlay, pid: Option<u32>) -> Option<Seen<'a>> {
        let place = overlay.places.iter().find(|place| place.pid == pid)?;
        Some(Seen { overlay, place, whose: None })
    }

    fn follow(&self, here: &Path) -> Result<FollowedOverlay, CliError> {
        let followed = FollowedOverlay::follow(self.overlay, self.place, here);
        let refused = |held: &NotHeld| match held {
            NotHeld::Refused(error) if [Errno::EACCES, Errno::EPERM].contains(&error.errno) => Some(error.clone()),
            _ => None,
        };
        // Who sees a part of it is shown that part.
        let layers: Vec<Option<CallError>> =
            followed.layers.iter().map(|layer| layer.held.as_ref().err().and_then(refused)).collect();
        let of_layers = if layers.iter().all(Option::is_some) { layers.into_iter().next().flatten() } else { None };
        match of_layers.or_else(|| followed.merged.as_ref().err().and_then(refused)) {
            Some(error) => Err(self.may_not(error)),
            None => Ok(followed),
        }
    }

    fn look(&self, here: &Path, full: bool) -> Result<Observation, CliError> {
        Ok(look_at_followed(vec![self.follow(here)?], here, full))
    }

    fn may_not(&self, error: CallError) -> CliError {
        let mountpoint = Name::from(self.place.mountpoint.as_path());
        let what = self.whose.map_or_else(|| format!("the overlay on {mountpoint}"), Container::words);
        let said = self.whose.map_or_else(
            || self.place.pid.map_or_else(|| mountpoint.to_string(), |pid| pid.to_string()),
            |container| called(container).to_string(),
        );
        let user = effective_ids().0;
        let why = format!("its layers belong to another user, and user {user} may not look into them");
        let fix = format!("look as root: sudo layerlab trees {said}");
        CliError::Failed(Exit::Host, Failure::kernel(format!("cannot look at {what}"), error, why, fix))
    }
}

/// The namespaces of the containers that are meant: of each that of its first process. Others may have been made within it.
fn containers(machine: &Machine, is_meant: impl Fn(&Container) -> bool) -> Vec<&MountNamespace> {
    let mut found: Vec<&MountNamespace> = Vec::new();
    for other in machine.others.iter().filter(|other| other.container.as_ref().is_some_and(&is_meant)) {
        if !found.iter().any(|known| known.container == other.container) {
            found.push(other);
        }
    }
    found
}

/// The overlay that is the root of a container.
fn of_container<'a>(namespace: &'a MountNamespace, overlays: &'a [MachineOverlay]) -> Result<Vec<Seen<'a>>, CliError> {
    let root = Path::new("/");
    let is_root = |place: &MountPlace| place.pid == Some(namespace.pid) && place.mountpoint == root;
    for overlay in overlays {
        if let Some(place) = overlay.places.iter().find(|place| is_root(place)) {
            return Ok(vec![Seen { overlay, place, whose: namespace.container.as_ref() }]);
        }
    }
    let container = namespace.container.as_ref().map(Container::words).unwrap_or_default();
    let kind = namespace.mounts.iter().rfind(|mount| mount.mountpoint == root).map_or("", |mount| mount.kind.as_str());
    let why = match kind {
        "fuse.fuse-overlayfs" | "fuse" => {
            "a FUSE program puts its layers together, and the kernel knows of no layers".to_string()
        }
        "btrfs" => "its root is a snapshot of btrfs, in which the layers are one".to_string(),
        "zfs" => "its root is a clone of zfs, in which the layers are one".to_string(),
        other => {
            format!("its root is a directory of {other}, into which every layer was copied (as the driver vfs does)")
        }
    };
    let wanted = format!("{container} has no overlay, so there are no layers to be read");
    let fix = "use a driver of the engine's with overlays: overlay2, overlay or overlayfs";
    Err(CliError::usage(Failure::ours(wanted, why, fix)))
}

/// All overlays that a process sees.
fn of_process<'a>(pid: u32, machine: &Machine, overlays: &'a [MachineOverlay]) -> Vec<Seen<'a>> {
    let table = crate::kernel::proc::mounts_of(&Path::new("/proc").join(pid.to_string())).unwrap_or_default();
    let first = |table: &[crate::kernel::proc::Mount]| table.first().map(|mount| mount.id);
    let oldest = machine.others.iter().find(|other| first(&other.mounts) == first(&table)).map(|other| other.pid);
    overlays.iter().filter_map(|overlay| Seen::by(overlay, oldest)).collect()
}

/// Nothing is called so.
fn nobody(said: &Path, machine: &Machine, overlays: &[MachineOverlay], here: &Path) -> CliError {
    let shown = escaped(&said.to_string_lossy()).into_owned();
    let refused = machine.others.iter().filter_map(|other| other.container.as_ref()?.name_refused.clone()).next();
    if let Some(error) = refused.filter(|_| said.components().count() == 1) {
        let (wanted, why) = (
            format!("cannot find out which container is called {shown}"),
            "containers run here whose names only root may read",
        );
        let fix = format!("look as root: sudo layerlab trees {shown}");
        return CliError::Failed(Exit::Host, Failure::kernel(wanted, error, why, fix));
    }
    let wanted = said.canonicalize().unwrap_or_else(|_| here.join(said));
    let all: Vec<String> = everywhere(overlays).iter().map(|shown| word_for(machine, shown)).collect();
    let (why, fix) = match all.as_slice() {
        [] => ("there is no overlay in any mount table that this process can read".into(), "see one: layerlab run 1"),
        all => {
            (format!("the overlays of this machine are {}", all.join(", ")), "take one of these: layerlab trees --all")
        }
    };
    let wanted = format!(
        "no overlay is mounted on {}, and no running container is called {shown}",
        escaped(&wanted.to_string_lossy())
    );
    CliError::usage(Failure::ours(wanted, why, fix))
}

/// Each overlay once, in the place that is best to know.
fn everywhere(overlays: &[MachineOverlay]) -> Vec<Seen<'_>> {
    overlays.iter().filter_map(|overlay| Some(Seen { place: overlay.places.first()?, overlay, whose: None })).collect()
}

/// One line for each overlay: the word to ask for it by, and whose it is.
fn listed(machine: &Machine, overlays: &[Seen<'_>]) -> String {
    let line = |shown: &Seen<'_>| {
        let (word, mountpoint) = (word_for(machine, shown), Name::from(shown.place.mountpoint.as_path()));
        let Some(MountNamespace { pid, command, container, .. }) = namespace_of(machine, shown) else {
            return format!("  {word}\n");
        };
        let process = format!("process {pid} ({})", Name::from(Path::new(command)));
        match container {
            Some(container) => format!("  {word}: {}, {process}\n", container.words()),
            None if shown.place.pid.is_some() => format!("  {word}: {mountpoint} of {process}\n"),
            None => format!("  {word}: the root of {process}\n"),
        }
    };
    overlays.iter().map(line).collect()
}

/// The word to ask for an overlay by: a container, the place where we see it, or a process that does.
fn word_for(machine: &Machine, shown: &Seen<'_>) -> String {
    let container = namespace_of(machine, shown).and_then(|namespace| namespace.container.as_ref());
    match (container, shown.place.pid) {
        (Some(container), _) => called(container).to_string(),
        (None, Some(pid)) => pid.to_string(),
        (None, None) => Name::from(shown.place.mountpoint.as_path()).to_string(),
    }
}

/// Whose an overlay is: the mount namespace whose root it is, else one in which it is mounted and ours is not.
fn namespace_of<'a>(machine: &'a Machine, shown: &Seen<'_>) -> Option<&'a MountNamespace> {
    machine.rooted_in(shown.overlay).or_else(|| machine.namespace(shown.place.pid?))
}

/// The word by which somebody would ask for a container.
fn called(container: &Container) -> Name {
    Name::from(Path::new(container.name.as_ref().unwrap_or(&container.id)))
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
