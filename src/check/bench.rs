//! What the checks look at: the working directory of an exercise, its mounts, and how it was at the start.

use crate::check::{CheckLine, Fault, Outcome, Rank, Trial, Tried, TryOut};
use crate::event::Kind;
use crate::ground::{Call, Errno, Name, Role, path_bytes};
use crate::kernel::proc::{Cgroups, Mount, mounts};
use crate::kernel::{hostname, open_directory, open_file, quoted};
use crate::observe::{FoundOverlay, ObservedEntry, Processes, Running, Snapshot, entry, find_overlays, whiteout_of};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, OnceCell};
use std::io::Read;
use std::path::{Path, PathBuf};

/// What must be known of the moment in which an exercise began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// How the exercise is called, for the words that tell how to begin again: `3.hide`.
    pub exercise: String,
    /// The directory in which the learner works, absolute.
    #[serde(with = "path_bytes")]
    pub here: PathBuf,
    /// The overlays that were mounted.
    pub unions: Vec<Union>,
    /// What must stay as it was, by the operand of its check.
    pub kept: Vec<(String, Snapshot)>,
    /// The host name of the session.
    #[serde(default)]
    pub host: String,
}

/// An overlay as it was mounted at the start; absolute paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Union {
    /// Where.
    #[serde(with = "path_bytes")]
    pub mountpoint: PathBuf,
    /// Topmost first.
    #[serde(with = "path_bytes")]
    pub lowers: Vec<PathBuf>,
    /// The layer that took the changes.
    #[serde(with = "path_bytes")]
    pub upper: Option<PathBuf>,
    /// Its work directory.
    #[serde(with = "path_bytes", default)]
    pub work: Option<PathBuf>,
}

/// An exercise as it is now. Everything is looked at when it is asked for, and nothing twice that cannot change meanwhile.
#[derive(Debug)]
pub struct Bench {
    start: Start,
    checks: Vec<CheckLine>,
    cgroups: Option<Cgroups>,
    role: Role,
    images: PathBuf,
    try_out: TryOut,
    /// Of the processes the one that the checks are about, by its place among them; none where none is nearer than others.
    witness: OnceCell<Option<usize>>,
    /// The one that is thought of just now.
    candidate: Cell<Option<usize>>,
    table: OnceCell<Vec<Mount>>,
    mounts: OnceCell<Vec<Mount>>,
    processes: OnceCell<Option<Processes>>,
}

/// An overlay that is mounted somewhere, whether it can be seen or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveOverlay {
    /// It itself.
    pub overlay: FoundOverlay,
    /// The device number of the file system: the same wherever it is mounted.
    pub device: String,
    /// The process in whose own mount namespace it is; none for the session's.
    pub holder: Option<String>,
}

/// Where in a union a path lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnionPlace {
    /// In the merged view of the overlay that is mounted there.
    Merged(FoundOverlay),
    /// Where at the start an overlay was mounted, and now none is.
    Unmounted(PathBuf),
    /// In the upper layer of an overlay.
    Upper,
    /// In a lower layer of an overlay.
    Lower,
    /// In none.
    Elsewhere,
}

/// Files of exercises are small; of a larger one only so much is read.
const MOST_READ: u64 = 1 << 20;

impl Start {
    /// Looks at how things stand in the working directory `here`; `untouched` are the operands of those checks.
    ///
    /// # Errors
    /// When something cannot be read.
    pub fn now(exercise: &str, here: &Path, untouched: &[String]) -> std::io::Result<Start> {
        let union = |found: FoundOverlay| Union {
            mountpoint: found.mountpoint,
            lowers: found.lowers,
            upper: found.upper,
            work: found.work,
        };
        let unions = overlays(&visible(mounts()?, here), here).into_iter().map(union).collect();
        let mut kept = Vec::new();
        for path in untouched {
            kept.push((path.clone(), Snapshot::with_content(&here.join(path))?));
        }
        Ok(Start { exercise: exercise.to_string(), here: here.to_path_buf(), unions, kept, host: hostname() })
    }
}

impl Bench {
    /// The exercise that began so; `images` is its store of images.
    pub fn new(
        start: Start,
        checks: Vec<CheckLine>,
        cgroups: Option<Cgroups>,
        role: Role,
        images: PathBuf,
        try_out: TryOut,
    ) -> Bench {
        let (table, mounts, processes, witness, candidate) = Default::default();
        Bench { start, checks, cgroups, role, images, try_out, witness, candidate, table, mounts, processes }
    }

    /// The store of images of the exercise.
    pub fn images(&self) -> &Path {
        &self.images
    }

    /// Waits until no process of the session runs any more, and keeps what they are then. Whoever looks earlier sees what
    /// has only been begun: a mount that is still to come, a child that bears the name of its shell.
    pub fn wait_for_rest(&self) {
        let _ = self.processes();
    }

    /// Tries a command out.
    pub fn try_out(&self, words: Vec<String>) -> Tried {
        (self.try_out)(&Trial { words, here: self.start.here.clone(), images: self.images.clone() })
    }

    /// The absolute path of an operand.
    pub fn path(&self, operand: &str) -> PathBuf {
        let path = self.start.here.join(operand);
        // `dir/.` and a slash at the end mean the same.
        path.components().collect()
    }

    /// The directory that an operand leads to, to be compared with a layer.
    pub fn layer(&self, operand: &str) -> PathBuf {
        real(self.path(operand))
    }

    /// What stands at an operand, or the outcome that says why nobody can tell.
    pub fn entry(&self, operand: &str) -> Result<Option<ObservedEntry>, Outcome> {
        entry(&self.path(operand)).map_err(|error| self.unreadable(operand, &error))
    }

    /// The content of a regular file, as far as it is read.
    pub fn read(&self, operand: &str) -> Result<Vec<u8>, Outcome> {
        let path = self.path(operand);
        let mut content = Vec::new();
        let mut read = || {
            // With the dot it may be a link to a directory.
            let parent = open_directory(None, &path.parent().unwrap_or(Path::new("/")).join("."))?;
            let file = open_file(&parent, Path::new(path.file_name().unwrap_or_default()))?;
            std::fs::File::from(file).take(MOST_READ).read_to_end(&mut content)
        };
        match read() {
            Ok(_) => Ok(content),
            Err(error) => Err(self.unreadable(operand, &error)),
        }
    }

    /// The names in a directory, sorted.
    pub fn list(&self, operand: &str) -> Result<Vec<Name>, Outcome> {
        let list = || crate::kernel::names_in(&open_directory(None, &self.path(operand))?);
        match list() {
            Ok(names) => Ok(names.into_iter().map(Name::from).collect()),
            Err(error) => Err(self.unreadable(operand, &error)),
        }
    }

    /// What an operand held at the start; only where a check says that it must stay untouched.
    pub fn kept(&self, operand: &str) -> Option<&Snapshot> {
        self.start.kept.iter().find(|(kept, _)| kept == operand).map(|(_, kept)| kept)
    }

    /// The mount table, without the mounts of the exercise that others cover.
    pub fn mounts(&self) -> &[Mount] {
        self.mounts.get_or_init(|| visible(self.table().to_vec(), &self.start.here))
    }

    /// The whole mount table.
    fn table(&self) -> &[Mount] {
        self.table.get_or_init(|| mounts().unwrap_or_default())
    }

    /// The overlays of the exercise that are mounted anywhere: in the session, also where others cover them or outside of the
    /// working directory, and in mount namespaces that processes of the exercise have of their own.
    pub fn live_overlays(&self) -> Vec<LiveOverlay> {
        // Relative layers of one that is mounted outside the bench, by another exercise say, have the same names, and are
        // others.
        let here = &self.start.here;
        let of = |table: &[Mount], holder: Option<&String>| {
            let whole = table.iter().filter(|mount| mount.root == Path::new("/"));
            let overlay = |mount: &Mount| {
                let options = mount.overlay()?;
                // One that is mounted elsewhere writes into a layer of ours where it was given by its whole path.
                let names_ours = options.upper.as_ref().is_some_and(|upper| upper.starts_with(here));
                if !mount.is_below(here) && !names_ours {
                    return None;
                }
                let mut overlay = FoundOverlay::of(mount, &options, here);
                follow(&mut overlay);
                Some(LiveOverlay { overlay, device: mount.device.clone(), holder: holder.cloned() })
            };
            whole.filter_map(overlay).collect::<Vec<LiveOverlay>>()
        };
        let mut found = of(self.table(), None);
        if let Ok(processes) = self.processes() {
            for running in processes.others.iter().filter(|running| processes.has_own(running, "mnt")) {
                found.extend(of(&running.process.mounts().unwrap_or_default(), Some(&running.name)));
            }
        }
        found
    }

    /// The cgroups of the exercise, where the lesson has some.
    pub fn cgroups(&self) -> Option<&Cgroups> {
        self.cgroups.as_ref()
    }

    /// The processes of the session, or the outcome that says why nobody can tell.
    pub fn processes(&self) -> Result<&Processes, Outcome> {
        let processes = self.processes.get_or_init(|| {
            let exercise = self.start.exercise.split_once('.').map_or("", |(_, exercise)| exercise);
            Some(Processes::at_rest().ok()?.only_for(exercise))
        });
        processes.as_ref().ok_or_else(|| {
            let fault =
                Fault::new(Rank::Harm, "/proc, which shows the processes of the session", "none that can be read")
                    .next("begin the session again: layerlab stop");
            Outcome::fails("the processes of the session cannot be seen", fault)
        })
    }

    /// The processes among which a check looks for one: of those of the session the one for which most of the exercise's
    /// checks hold. Two that have half of it each are no solution. Where no check holds for any, all of them.
    pub fn witnesses(&self) -> Result<Vec<&Running>, Outcome> {
        let all = &self.processes()?.others;
        let one = self.candidate.get().or_else(|| *self.witness.get_or_init(|| self.nearest_process(all)));
        Ok(all.iter().enumerate().filter(|(at, _)| one.is_none_or(|one| one == *at)).map(|(_, one)| one).collect())
    }

    /// Of several that are equally near the first process of its PID namespace, then the one that was started last.
    fn nearest_process(&self, all: &[Running]) -> Option<usize> {
        let checks: Vec<&CheckLine> = self.checks.iter().filter(|check| check.asks_for_a_process()).collect();
        if checks.len() < 2 {
            return None;
        }
        let holds = |at: usize| {
            self.candidate.set(Some(at));
            let count = checks.iter().filter(|check| check.run(self).fault.is_none()).count();
            self.candidate.set(None);
            count
        };
        let counted = (0..all.len()).rev().map(|at| ((holds(at), all[at].pid() == 1), at));
        counted.max_by_key(|(near, _)| *near).filter(|((held, _), _)| *held > 0).map(|(_, at)| at)
    }

    /// By whose attributes overlays live here.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The host name that the session had when the exercise began.
    pub fn host_at_start(&self) -> &str {
        &self.start.host
    }

    /// The overlays of the mount table.
    pub fn overlays(&self) -> Vec<FoundOverlay> {
        overlays(self.mounts(), &self.start.here)
    }

    /// The overlay that is mounted on an operand.
    pub fn overlay_on(&self, operand: &str) -> Option<FoundOverlay> {
        let path = self.path(operand);
        self.overlays().into_iter().find(|overlay| overlay.mountpoint == path)
    }

    /// The mount on an operand.
    pub fn mount_on(&self, operand: &str) -> Option<&Mount> {
        let path = self.path(operand);
        self.mounts().iter().rev().find(|mount| mount.mountpoint == path)
    }

    /// Where a path lies; where several hold, the innermost.
    pub fn place(&self, path: &Path) -> UnionPlace {
        let overlays = self.overlays();
        let mut places: Vec<(&Path, UnionPlace)> = Vec::new();
        for overlay in &overlays {
            places.push((&overlay.mountpoint, UnionPlace::Merged(overlay.clone())));
            places.extend(overlay.upper.iter().map(|upper| (upper.as_path(), UnionPlace::Upper)));
            places.extend(overlay.lowers.iter().map(|lower| (lower.as_path(), UnionPlace::Lower)));
        }
        places.extend(self.places_at_start());
        innermost(places, path).unwrap_or(UnionPlace::Elsewhere)
    }

    /// Where a path lay at the start, whatever is mounted now.
    pub fn place_at_start(&self, path: &Path) -> Option<UnionPlace> {
        innermost(self.places_at_start(), path)
    }

    /// The work directory of the union that was mounted at an operand at the start.
    pub fn work_at_start(&self, operand: &str) -> Option<&Path> {
        let path = self.path(operand);
        self.start.unions.iter().find(|union| union.mountpoint == path)?.work.as_deref()
    }

    fn places_at_start(&self) -> Vec<(&Path, UnionPlace)> {
        let mut places: Vec<(&Path, UnionPlace)> = Vec::new();
        for union in &self.start.unions {
            places.extend(union.upper.iter().map(|upper| (upper.as_path(), UnionPlace::Upper)));
            places.extend(union.lowers.iter().map(|lower| (lower.as_path(), UnionPlace::Lower)));
            places.push((&union.mountpoint, UnionPlace::Unmounted(union.mountpoint.clone())));
        }
        places
    }

    /// A layer of a union, and what was mounted over it since the union was. The kernel lists mounts in the order in which
    /// they were made (proc_pid_mountinfo(5) does not promise it; it has been so as long as there is this list).
    pub fn mounted_later(&self, overlay: &FoundOverlay) -> Option<(PathBuf, Mount)> {
        let later = self.table().iter().skip_while(|mount| mount.id != overlay.id).skip(1);
        let layers = || overlay.upper.iter().chain(&overlay.lowers);
        let covered = |mount: &Mount| layers().find(|layer| layer.starts_with(&mount.mountpoint)).cloned();
        let mut below = later.filter(|mount| mount.is_below(&self.start.here));
        below.find_map(|mount| Some((covered(mount)?, mount.clone())))
    }

    /// Whether a directory was a layer, the work directory or the merged view of a union at the start.
    pub fn was_of_a_union(&self, path: &Path) -> bool {
        let of = |union: &Union| {
            let layers = union.lowers.iter().chain(&union.upper).chain(&union.work);
            layers.chain([&union.mountpoint]).any(|layer| layer == path)
        };
        self.start.unions.iter().any(of)
    }

    /// The path within its union: `report.txt` for `container/report.txt`, `mnt/report.txt` and `image/report.txt`.
    fn name_in_union(&self, path: &Path) -> Option<PathBuf> {
        let overlays = self.overlays();
        let now = overlays.iter().flat_map(|o| o.lowers.iter().chain(&o.upper).chain([&o.mountpoint]));
        let start = self.start.unions.iter().flat_map(|u| u.lowers.iter().chain(&u.upper).chain([&u.mountpoint]));
        let inside = now.chain(start).filter_map(|above| path.strip_prefix(above).ok());
        inside.min_by_key(|rest| rest.components().count()).map(Path::to_path_buf)
    }

    /// A path as short as it can be said from the working directory.
    pub fn name(&self, path: &Path) -> String {
        let short = path.strip_prefix(&self.start.here).ok().filter(|short| !short.as_os_str().is_empty());
        Name::from(short.unwrap_or(path)).to_string()
    }

    /// Layers as `lowerdir=` has them: `a:b`.
    pub fn names(&self, paths: &[PathBuf]) -> String {
        paths.iter().map(|path| self.name(path)).collect::<Vec<_>>().join(":")
    }

    /// Says what a fault is about.
    pub fn about(&self, mut fault: Fault, operands: &[&str]) -> Fault {
        fault.about = operands.iter().map(|operand| self.path(operand)).collect();
        fault.names = fault.about.iter().filter_map(|path| self.name_in_union(path)).collect();
        fault
    }

    /// The command with which the exercise begins again.
    pub fn reset(&self) -> String {
        format!("layerlab reset {}", self.start.exercise)
    }

    /// The nearest directory above an operand that is there, as one would type it after `ls -l`.
    pub fn nearest(&self, operand: &str) -> String {
        let path = self.path(operand);
        let there = path.ancestors().skip(1).find(|above| above.is_dir() && above.starts_with(&self.start.here));
        match there {
            Some(above) if above != self.start.here => quote(&self.name(above)),
            _ => ".".to_string(),
        }
    }

    /// Nothing stands at an operand where `expected` should be.
    pub fn missing(&self, operand: &str, expected: &str) -> Outcome {
        let path = self.path(operand);
        let above = path
            .parent()
            .filter(|above| !above.is_dir() && above.starts_with(&self.start.here) && **above != self.start.here);
        let found = match above.map(|above| (self.name(above), entry(above))) {
            Some((above, Ok(Some(entry)))) => {
                format!("nothing; {above} is {}, not a directory", kind_words(&entry.kind))
            }
            Some((above, _)) => format!("nothing; {above} does not exist either"),
            None => "nothing".to_string(),
        };
        let place = self.place(&path);
        // What is in a container's layer comes from what is done in the merged view; a whiteout elsewhere people make.
        let rank = match place {
            UnionPlace::Upper => Rank::Relation,
            _ if expected == "a whiteout" => Rank::Wrong,
            _ => Rank::Missing,
        };
        let means = match place {
            UnionPlace::Merged(overlay) => {
                self.why_hidden(&overlay, path.strip_prefix(&overlay.mountpoint).unwrap_or(Path::new("")))
            }
            UnionPlace::Unmounted(mountpoint) => {
                format!("Without the overlay, {} is an ordinary directory.", self.name(&mountpoint))
            }
            UnionPlace::Upper => {
                "Nothing has been changed or made under this name in the container: only then does an \
                entry appear in its layer."
                    .to_string()
            }
            UnionPlace::Lower | UnionPlace::Elsewhere => String::new(),
        };
        let fault = Fault::new(rank, expected, found)
            .means(means)
            .next(format!("look at what is there: ls -l {}", self.nearest(operand)));
        Outcome::fails(format!("{} does not exist", shown(operand)), self.about(fault, &[operand]))
    }

    /// Why a merged view does not show a name.
    fn why_hidden(&self, overlay: &FoundOverlay, name: &Path) -> String {
        if let Some(layer) = whiteout_of(overlay, name) {
            let layer = self.name(&layer);
            return format!("{layer} holds a whiteout for it, so the merged view does not show what lies below.");
        }
        let layers = || overlay.upper.iter().chain(&overlay.lowers);
        let has = |layer: &&PathBuf| entry(&layer.join(name)).is_ok_and(|entry| entry.is_some());
        let Some(having) = layers().find(has) else {
            return "None of the layers of this union has an entry of this name.".to_string();
        };
        // What hides it is a directory on the way to it: opaque, or no directory at all.
        let on_the_way = |layer: &PathBuf| {
            let ways = name.ancestors().skip(1).filter(|way| !way.as_os_str().is_empty());
            ways.map(|way| layer.join(way)).collect::<Vec<_>>()
        };
        let hides = |path: PathBuf| match entry(&path) {
            Ok(Some(entry)) if entry.opaque => Some(format!("{} is opaque", self.name(&path))),
            Ok(Some(entry)) if entry.kind != Kind::Directory => {
                Some(format!("{} is {}", self.name(&path), kind_words(&entry.kind)))
            }
            _ => None,
        };
        let having_name = self.name(&having.join(name));
        match layers().take_while(|layer| *layer != having).flat_map(on_the_way).find_map(hides) {
            Some(why) => format!("{why}, so the merged view does not show {having_name}."),
            None => format!(
                "{having_name} is there, but a layer was changed while it was mounted, and then the kernel promises \
                 nothing. Unmount it, and mount it again."
            ),
        }
    }

    /// Something else stands there than what should: a directory in the place of a file.
    pub fn another_kind(&self, operand: &str, kind: &Kind, expected: &str, means: &str) -> Outcome {
        let found = kind_words(kind);
        let sentence = format!("{} is {found}, not {expected}", shown(operand));
        // A link leads somewhere: that it is one is only the matter where a check asks for it.
        // A whiteout means that there is nothing.
        let rank = match kind {
            Kind::Symlink { .. } => Rank::Content,
            Kind::Whiteout { .. } => Rank::Missing,
            _ => Rank::Wrong,
        };
        let fault = Fault::new(rank, expected, found)
            .means(means)
            .next(format!("look at it: ls -ld {}", quote(&shown(operand))));
        Outcome::fails(sentence, self.about(fault, &[operand]))
    }

    /// The kernel does not let us look.
    pub fn unreadable(&self, operand: &str, error: &std::io::Error) -> Outcome {
        let errno = Errno::from(error);
        let path = self.path(operand);
        let call = Call::failed("openat", format!("AT_FDCWD, {}, O_RDONLY", quoted(&path)), errno);
        let means = match errno {
            Errno::EACCES => "Its permissions do not let you read it, so nobody can check it.",
            Errno::ENOTCONN => "The program that serves this file system is gone.",
            Errno::EIO => "The file system below it cannot read it.",
            Errno::ELOOP => "A symbolic link on the way to it leads back to itself.",
            Errno::ESTALE => "A layer was changed while it was mounted, and the kernel can no longer find it.",
            _ => "As long as the kernel does not let us look, nobody can check it.",
        };
        let next = match errno {
            Errno::EACCES => format!("chmod u+rx {}", quote(&shown(operand))),
            Errno::ELOOP => format!("look where it leads: namei {}", quote(&shown(operand))),
            _ => format!("umount what is mounted there, or begin again: {}", self.reset()),
        };
        let fault = Fault::new(Rank::Missing, "something that can be read", call.to_string()).means(means).next(next);
        Outcome::fails(format!("{} cannot be read", shown(operand)), self.about(fault, &[operand]))
    }
}

/// Leaves out the mounts below a directory that nobody sees: another one stands on them, or covers a directory above.
fn visible(mut mounts: Vec<Mount>, here: &Path) -> Vec<Mount> {
    let below: Vec<Mount> = mounts.iter().filter(|mount| mount.is_below(here)).cloned().collect();
    mounts.retain(|mount| !mount.is_below(here) || is_exposed(&below, mount) && is_topmost(&below, mount));
    mounts
}

/// Whether the way to a mount leads to it, or to what stands on it.
fn is_exposed(mounts: &[Mount], mount: &Mount) -> bool {
    // The root of a mount namespace may be its own parent.
    let parent = mounts.iter().find(|other| other.id == mount.parent && other.id != mount.id);
    if let Some(parent) = parent.filter(|parent| parent.mountpoint == mount.mountpoint) {
        return is_exposed(mounts, parent);
    }
    let covers = |other: &Mount| {
        other.parent == mount.parent
            && other.mountpoint != mount.mountpoint
            && mount.mountpoint.starts_with(&other.mountpoint)
    };
    parent.is_none_or(|parent| is_exposed(mounts, parent) && is_topmost(mounts, parent)) && !mounts.iter().any(covers)
}

fn is_topmost(mounts: &[Mount], mount: &Mount) -> bool {
    !mounts.iter().any(|other| other.parent == mount.id && other.id != mount.id && other.mountpoint == mount.mountpoint)
}

/// The overlays of the exercise, with the layers that their options lead to, whatever way (`../image`, a link) was given. Those of
/// another exercise are left out: their layers are named from its directory, and would be taken for the ones here.
fn overlays(mounts: &[Mount], here: &Path) -> Vec<FoundOverlay> {
    let mut found = find_overlays(mounts, here);
    found.retain(|overlay| overlay.mountpoint.starts_with(here));
    found.iter_mut().for_each(follow);
    found
}

/// Has the layers be what their paths lead to.
fn follow(overlay: &mut FoundOverlay) {
    for layer in overlay.lowers.iter_mut().chain(&mut overlay.upper).chain(&mut overlay.work) {
        *layer = real(std::mem::take(layer));
    }
}

/// Of the places above a path the deepest; of equally deep ones the first.
fn innermost(places: Vec<(&Path, UnionPlace)>, path: &Path) -> Option<UnionPlace> {
    let mut above: Vec<_> = places.into_iter().filter(|(above, _)| path.starts_with(above)).collect();
    above.sort_by_key(|(above, _)| std::cmp::Reverse(above.components().count()));
    above.into_iter().next().map(|(_, place)| place)
}

/// Where a path leads; itself where that can't be told.
fn real(path: PathBuf) -> PathBuf {
    std::fs::canonicalize(&path).unwrap_or(path)
}

/// An operand, printable and on one line.
pub fn shown(operand: &str) -> String {
    Name::from(operand).to_string()
}

/// A word as one types it in a shell.
pub fn quote(word: &str) -> String {
    shell_words::quote(word).into_owned()
}

/// `a regular file`, `a whiteout` …
pub fn kind_words(kind: &Kind) -> String {
    match kind {
        Kind::Directory => "a directory".to_string(),
        Kind::File => "a regular file".to_string(),
        Kind::Symlink { target } => format!("a symbolic link to {target}"),
        Kind::Whiteout { .. } => "a whiteout".to_string(),
        Kind::Device { major, minor } => format!("a device with the numbers {major}, {minor}"),
        Kind::Fifo => "a named pipe".to_string(),
        Kind::Socket => "a socket".to_string(),
        Kind::Folded { .. } => "several entries".to_string(),
    }
}
