//! `layerlab rootfs DIR`

use crate::cli::output::wrapped;
use crate::cli::signals::stop_by_signal;
use crate::cli::size::{bytes, size};
use crate::cli::{CliError, Common};
use crate::ground::{Shown, Stream, say};
use crate::kernel::effective_ids;
use crate::rootfs::{Copied, Report, Source, Wanted, make};
use crate::tree::Made;
use std::ffi::OsString;
use std::path::PathBuf;

/// Make a root file system: programs of this machine with their libraries, a tree, or an archive
#[derive(Debug, clap::Args)]
pub struct Rootfs {
    /// The directory to make; it must not exist, or be empty
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Copy this program too, by name or path
    #[arg(long, value_name = "PROGRAM", conflicts_with = "from")]
    with: Vec<OsString>,
    /// Copy this program and no others but those that are named, by name or path
    #[arg(long, value_name = "PROGRAM", conflicts_with_all = ["from", "busybox"])]
    only: Vec<OsString>,
    /// Copy busybox alone, and link its programs to it
    #[arg(long, conflicts_with = "from")]
    busybox: bool,
    /// Copy a directory or a tar archive (also .gz, .zst) instead
    #[arg(long, value_name = "SOURCE")]
    from: Option<PathBuf>,
    /// The most that may be written
    #[arg(long, value_name = "SIZE", default_value = "4G", value_parser = size)]
    limit: u64,
    /// What was done as JSON
    #[arg(long)]
    json: bool,
}

impl Rootfs {
    /// Makes it, and says what is in it.
    pub fn run(&self, _: &Common) -> Result<(), CliError> {
        let source = match &self.from {
            Some(path) => Source::Path(path.clone()),
            None => Source::Host(Wanted {
                busybox: self.busybox,
                only: self.only.clone(),
                with: self.with.clone(),
                terminal: std::env::var_os("TERM"),
            }),
        };
        let report = make(&self.directory, &source, self.limit, &*stop_by_signal()?)?;
        match self.json {
            true => {
                say(Shown::pretty_json(&report)?)?;
            }
            false => Stream::Output.show(told(&report))?,
        }
        Ok(())
    }
}

fn told(report: &Report) -> String {
    let (made, directory) = (&report.made, &report.directory);
    let mut said = Vec::new();
    match &report.copied {
        Some(copied) => {
            said.push(programs(copied, made, directory));
            said.extend(lacks(copied));
        }
        None => {
            let (files, directories) = (count(made.files, "file"), count(made.directories, "directory"));
            let links = count(made.others, "link");
            said.push(format!("{directory} has {files}, {directories} and {links}, {}.", bytes(made.bytes)));
            if effective_ids().0 != 0 {
                said.push("All of it belongs to you: only root can give files away.".to_string());
            } else if made.owners_lost {
                said.push("Not all owners could be kept: this user namespace does not have them.".to_string());
            }
        }
    }
    if made.closed {
        said.push(format!(
            "Files in it have other owners or more rights than who starts them, and everybody can get there: only you may \
             enter it now. To open it, move it below a directory that only you may enter, then: chmod 755 {directory}"
        ));
    }
    if let Some(first) = made.left_out.first() {
        let more = match made.left_out_in_all {
            1 => String::new(),
            2 => " 1 more was left out, too; --json names it.".to_string(),
            all => format!(" {} more were left out, too; --json names them.", all - 1),
        };
        said.push(format!("{} was left out: {}.{more}", first.path, first.why));
    }
    let quoted = shell_words::quote(directory);
    let enter = match effective_ids().0 {
        0 => format!("chroot {quoted} /bin/sh"),
        _ => format!("unshare --map-root-user chroot {quoted} /bin/sh"),
    };
    let enter = report.copied.as_ref().map(|_| format!("Enter it: {enter}\n")).unwrap_or_default();
    said.iter().map(|sentence| wrapped(sentence) + "\n").collect::<String>() + &enter
}

fn programs(copied: &Copied, made: &Made, directory: &str) -> String {
    let count_of = |list: &[String], what| count(list.len() as u64, what);
    let programs = count_of(&copied.programs, "program");
    let applets = match copied.applets.len() {
        0 => String::new(),
        many => format!(", {many} links to busybox"),
    };
    let libraries = match copied.libraries.len() {
        1 => "1 library".to_string(),
        many => format!("{many} libraries"),
    };
    format!("{directory} has {programs} of this machine{applets} and {libraries}, {}.", bytes(made.bytes))
}

/// What is not there, and where to get it.
fn lacks(copied: &Copied) -> Vec<String> {
    let mut said = Vec::new();
    if !copied.missing.is_empty() {
        let names = copied.missing.iter().map(|missing| format!("{} (Debian: {})", missing.program, missing.package));
        said.push(format!("This machine lacks {}.", names.collect::<Vec<_>>().join(", ")));
    }
    for unresolved in &copied.unresolved {
        let (program, library) = (&unresolved.program, &unresolved.library);
        said.push(format!("{program} needs {library}, which is not on this machine: it will not start."));
    }
    said
}

fn count(number: u64, what: &str) -> String {
    match (number, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        _ => format!("{number} {what}s"),
    }
}
