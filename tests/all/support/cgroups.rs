//! Cgroups for what a test starts beside the program: as the program makes its own, but by other means.

use layerlab::ground::CgroupVersion;
use layerlab::isolate::lesson_cgroup_places;
use layerlab::kernel::proc::CgroupTree;
use layerlab::stage::{Stage, StageError, StageNeeds};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Whether this user can have cgroups here: a stage that needs them is tried. Else says why; for root, in a way that is seen.
pub fn can_be_had(what: &str) -> bool {
    let scratch = super::scratch("layerlab-cgroups");
    let tried = Stage::spawn(&super::program(), scratch, StageNeeds { cgroups: true, ..StageNeeds::default() })
        .and_then(|starting| starting.wait());
    match tried {
        Ok(_) => true,
        Err(StageError::Host(failure)) => {
            let why = failure.evidence();
            super::skip_unless_root(what, &why);
            false
        }
        Err(error) => panic!("{error}"),
    }
}

/// One in each tree, removed when this is dropped.
pub struct Cgroups {
    pub version: CgroupVersion,
    pub directories: Vec<PathBuf>,
}

impl Cgroups {
    pub fn make() -> Cgroups {
        let places: Vec<CgroupTree> = lesson_cgroup_places().unwrap_or_else(|error| panic!("{error}"));
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
        let started = stat.rsplit(')').next().unwrap().split_whitespace().nth(19).unwrap().to_string();
        // As ours are called, so that they are swept should this test be killed.
        let name = format!("layerlab-{}-{started}", std::process::id());
        let version = places[0].version;
        let directories: Vec<PathBuf> = places.iter().map(|place| place.directory.join(&name)).collect();
        for directory in &directories {
            std::fs::create_dir(directory).unwrap();
            if version == CgroupVersion::Two {
                std::fs::create_dir(directory.join("stage")).unwrap();
            }
        }
        Cgroups { version, directories }
    }

    /// Words before a command, by which it begins in them, with a cgroup namespace of its own.
    pub fn enter(&self) -> Vec<String> {
        let paths = |leaf: &str| {
            let paths = self.directories.iter().map(|path| path.join(leaf).join("cgroup.procs"));
            paths.map(|path| path.display().to_string()).collect::<Vec<_>>().join(" ")
        };
        let aside = match self.version {
            CgroupVersion::One => String::new(),
            CgroupVersion::Two => format!("for f in {}; do echo 0 > $f; done; ", paths("stage")),
        };
        let script = format!(
            "for f in {}; do echo 0 > $f; done; exec unshare --cgroup bash -c '{aside}exec \"$@\"' bash \"$@\"",
            paths(".")
        );
        ["bash", "-c", &script, "bash"].map(String::from).to_vec()
    }
}

impl Drop for Cgroups {
    fn drop(&mut self) {
        let begun = Instant::now();
        while self.directories.iter().any(|directory| !remove(directory)) && begun.elapsed() < Duration::from_secs(2) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn remove(directory: &Path) -> bool {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            remove(&entry.path());
        }
    }
    let _ = std::fs::remove_dir(directory);
    !directory.exists()
}
