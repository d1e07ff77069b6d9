//! `layerlab container run [OPTIONS] LOWER[:LOWER…] [COMMAND [ARG…]]`

use crate::cli::image::{place, unpacked};
use crate::cli::{CliError, Exit};
use crate::container::{ContainerError, Options, Plan, Volume, run};
use crate::ground::{Failure, Name, Stream, complain};
use crate::image::config::Running;
use crate::image::{Digest, ImageError, Store};
use crate::kernel::{CallError, effective_ids, quoted, signal_number};
use clap::{Args, FromArgMatches};
use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;

/// Containers: a command with an image below it
#[derive(Debug, clap::Subcommand)]
pub enum ContainerCommand {
    /// Run a command in a container of its own
    Run(Run),
}

/// Run a command in a container of its own
#[derive(Debug, PartialEq, clap::Args)]
#[command(after_help = IMAGE)]
pub struct Run {
    /// A stored image, or the layers of one as directories, topmost first; `\:` is a colon in a name
    #[arg(value_name = "IMAGE|LOWER[:LOWER…]")]
    lowers: OsString,
    /// The command and its arguments; without one, sh
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    command: Vec<OsString>,
    /// A directory or file of the host inside the container; may be given again
    #[arg(long, value_name = "SRC:DST[:ro]", value_parser = clap::builder::OsStringValueParser::new())]
    volume: Vec<OsString>,
    /// The host name (else a short random one)
    #[arg(long, value_name = "NAME")]
    hostname: Option<String>,
    /// Put the upper layer on disk, and leave it there to be looked at
    #[arg(long, value_name = "DIR", conflicts_with = "read_only")]
    keep: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
}

const IMAGE: &str = "The image is a stored one (layerlab image ls), NAME[:TAG] or NAME@DIGEST; or one directory, or several with \
colons between them, topmost first, as in lowerdir=. \
Nothing in it is changed: every change goes to an upper layer, which is gone afterwards or stays in --keep DIR.";

impl ContainerCommand {
    /// Does it, and says with which code to end.
    pub fn run(&self) -> Result<u8, CliError> {
        let ContainerCommand::Run(options) = self;
        Ok(run(options.plan()?)?)
    }
}

/// Runs a container if the words ask for one and are in order. Only the options of this command are declared for that, because
/// to declare those of all commands costs a few hundred microseconds. If something is wrong with the words, the caller parses
/// them with all declarations, and that says what.
pub fn run_if_asked(arguments: &[OsString]) -> Option<Result<u8, CliError>> {
    let words = match arguments {
        [_, container, verb, words @ ..] if container == "container" && verb == "run" => words,
        _ => return None,
    };
    Some(Run::alone(words)?.plan().and_then(|plan| Ok(run(plan)?)))
}

impl Run {
    /// What the words behind `container run` ask for; nothing if they are not in order, or ask for more.
    fn alone(words: &[OsString]) -> Option<Run> {
        let command = Run::augment_args(clap::Command::new("run").no_binary_name(true));
        Run::from_arg_matches(&command.try_get_matches_from(words).ok()?).ok()
    }

    /// Who the command is, where the image says so and nobody else does.
    fn image_user(&self, lowers: &[PathBuf], said: String) -> Result<Option<(u32, u32)>, CliError> {
        if said.is_empty() {
            return Ok(None);
        }
        let (user, group) = crate::image::user(lowers, &said)?;
        if (user, group) != (0, 0) && effective_ids().0 != 0 {
            let wanted = format!("cannot be the user {said:?} of the image");
            let why =
                format!("its number is {user}:{group}, and in a user namespace that you make alone there is only root");
            let fix =
                "give --user 0; or run it as root. More users need newuidmap (Debian: uidmap) and lines in /etc/subuid";
            return Err(CliError::usage(Failure::ours(wanted, why, fix)));
        }
        Ok(Some((user, group)))
    }

    fn plan(&self) -> Result<Plan, CliError> {
        let layers = split(&self.lowers, b':');
        let stored = match layers.iter().all(|lower| Path::new(lower).exists()) {
            true => None,
            false => stored(&self.lowers)?,
        };
        let is_stored = stored.is_some();
        let Stored { lowers, running, user, digest } = match stored {
            Some(stored) => stored,
            None => Stored {
                lowers: layers.iter().map(|lower| layer(lower)).collect::<Result<_, _>>()?,
                ..Stored::default()
            },
        };
        let volumes = self.volume.iter().map(|text| volume(text)).collect::<Result<_, _>>()?;
        let keep = self.keep.as_deref().map(keep).transpose()?;
        if self.options.workdir.as_ref().is_some_and(|workdir| !workdir.is_absolute()) {
            let wanted = "--workdir: it must be an absolute path, in the container";
            return Err(CliError::usage(Failure::plain(wanted, "begin it with /")));
        }
        let mut options = self.options.clone();
        options.env.splice(0..0, std::iter::once(term()).chain(running.env.iter().map(OsString::from)));
        if options.workdir.is_none() && !running.working_dir.is_empty() {
            options.workdir = Some(running.working_dir.clone().into());
        }
        if options.workdir.as_ref().is_some_and(|workdir| !workdir.is_absolute()) {
            let wanted = format!("cannot begin in {:?}, where the image wants to", running.working_dir);
            let fix = "give another directory: --workdir /";
            return Err(CliError::usage(Failure::ours(wanted, "it does not begin with /", fix)));
        }
        if options.user.is_none() && is_stored {
            options.user = self.image_user(&lowers, user)?;
        }
        let mut command: Vec<OsString> =
            running.entrypoint.unwrap_or_default().into_iter().map(OsString::from).collect();
        match self.command.is_empty() {
            true => command.extend(running.cmd.unwrap_or_default().into_iter().map(OsString::from)),
            false => command.extend(self.command.iter().cloned()),
        }
        Ok(Plan {
            lowers,
            image: digest.map(|digest| digest.to_string()),
            stop_signal: stop_signal(&running.stop_signal),
            command: if command.is_empty() { vec!["sh".into()] } else { command },
            hostname: self.hostname.clone().unwrap_or_else(random_name),
            volumes,
            keep,
            terminal: std::io::stdin().is_terminal() && Stream::Output.is_terminal(),
            options,
            ..Plan::default()
        })
    }
}

/// The signal by which an image wants to be asked to end.
fn stop_signal(name: &str) -> Option<u8> {
    let number = signal_number(name);
    if number.is_none() && !name.is_empty() {
        complain(format!("note: the image wants to be ended by {name:?}, which is none of signal(7); it gets SIGTERM"));
    }
    number
}

/// What is known of a stored image.
#[derive(Default)]
struct Stored {
    /// Its layers, the topmost first.
    lowers: Vec<PathBuf>,
    running: Running,
    user: String,
    digest: Option<Digest>,
}

/// The stored image of this name; nothing where there is none. Its layers are unpacked if they are not yet.
fn stored(name: &OsStr) -> Result<Option<Stored>, CliError> {
    // A name that begins so is that of a directory.
    let Some(name) = name.to_str().filter(|name| !name.starts_with(['/', '.'])) else { return Ok(None) };
    let place = place()?;
    let store = Store::read(&place)?;
    let image = match store.find(name) {
        Ok(image) => image,
        Err(ImageError::Refused(_)) if !store.has_named(name) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let lowers = unpacked(store, &place, &image, &AtomicUsize::new(0))?;
    if lowers.is_empty() {
        let wanted = format!("cannot run the image {name}");
        return Err(CliError::usage(Failure::ours(
            wanted,
            "it has no layer, so there is nothing to run",
            "take another image",
        )));
    }
    let running = image.config.config;
    Ok(Some(Stored { lowers, user: running.user.clone(), running, digest: Some(image.own.digest) }))
}

/// Splits at a separator that no backslash stands before.
fn split(text: &OsStr, separator: u8) -> Vec<OsString> {
    let mut parts = vec![Vec::new()];
    let mut bytes = text.as_bytes().iter().peekable();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\\' if bytes.peek().is_some_and(|&&next| next == separator || next == b'\\') => {
                let next = bytes.next().copied();
                parts.last_mut().into_iter().for_each(|part: &mut Vec<u8>| part.extend(next));
            }
            byte if byte == separator => parts.push(Vec::new()),
            byte => parts.last_mut().into_iter().for_each(|part| part.push(byte)),
        }
    }
    parts.into_iter().map(|part| OsStr::from_bytes(&part).to_os_string()).collect()
}

fn layer(path: &OsStr) -> Result<PathBuf, CliError> {
    let path = Path::new(path);
    let found = path.canonicalize().and_then(|path| match path.is_dir() {
        true => Ok(path),
        false => Err(std::io::ErrorKind::NotADirectory.into()),
    });
    found.map_err(|error| {
        let fix = "give the directories of the image, topmost first, with colons between them";
        refused("cannot use a layer of the image", path, &error, "each layer is a directory that is there", fix)
    })
}

/// A path that was asked for and cannot be had.
fn refused(wanted: &str, path: &Path, error: &std::io::Error, why: &str, fix: &str) -> CliError {
    let call = CallError::of("openat", format!("AT_FDCWD, {}, O_PATH|O_DIRECTORY", quoted(path)), error).call;
    CliError::usage(Failure::kernel(wanted, call, why, fix))
}

/// The directory for the upper layer. It is made if it is missing, for its owner alone. A link in its place is not
/// followed: somebody else may have put it there.
fn keep(path: &Path) -> Result<PathBuf, CliError> {
    if std::fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
        let (why, fix) = ("it is a symbolic link, and may lead anywhere", "name the directory itself");
        let wanted = format!("cannot keep what the container changes in {}", Name::from(path));
        return Err(CliError::usage(Failure::ours(wanted, why, fix)));
    }
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).and_then(|()| path.canonicalize());
    made.map_err(|error| {
        let why = "it is not there and cannot be made, or it is not yours";
        refused("cannot keep what the container changes", path, &error, why, "give --keep a directory of yours")
    })
}

fn volume(text: &OsStr) -> Result<Volume, CliError> {
    let parts = split(text, b':');
    let wrong = |why: &str| {
        let fix = "--volume /on/the/host:/in/the/container, with :ro behind it for reading only";
        CliError::usage(Failure::plain(format!("--volume {text:?}: {why}"), fix))
    };
    let (source, target, read_only) = match parts.as_slice() {
        [source, target] => (source, target, false),
        [source, target, mode] if mode == "ro" || mode == "rw" => (source, target, mode == "ro"),
        _ => return Err(wrong("it is not SRC:DST or SRC:DST:ro")),
    };
    let source = Path::new(source).canonicalize().map_err(|error| {
        let fix = "give a directory or a file of this machine; `\\:` is a colon in its name";
        refused("cannot mount a volume", Path::new(source), &error, "there is nothing by this name", fix)
    })?;
    let target = PathBuf::from(target);
    match target.is_absolute() && target != Path::new("/") {
        true => Ok(Volume { source, target, read_only }),
        false => Err(wrong("the place in the container must be an absolute path, and not /")),
    }
}

fn term() -> OsString {
    let mut variable = OsString::from("TERM=");
    variable.push(std::env::var_os("TERM").filter(|term| !term.is_empty()).unwrap_or("xterm".into()));
    variable
}

fn random_name() -> String {
    use std::hash::{BuildHasher, RandomState};
    format!("{:08x}", RandomState::new().hash_one(std::process::id()) as u32)
}

impl From<ContainerError> for CliError {
    fn from(error: ContainerError) -> CliError {
        match error {
            ContainerError::Host(failure) => CliError::Failed(Exit::Host, failure),
            ContainerError::Refused(failure) => CliError::usage(failure),
            ContainerError::Command(code, failure) => CliError::Failed(Exit::Command(code), failure),
            ContainerError::Broken(failure) => CliError::Failed(Exit::Fault, failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ContainerCommand, Run, split};
    use crate::cli::{Cli, Command};
    use clap::Parser;
    use std::ffi::OsString;

    /// The same with the declarations of all commands.
    fn among_all(words: &[OsString]) -> Option<Run> {
        let line = ["layerlab", "container", "run"].into_iter().map(OsString::from).chain(words.iter().cloned());
        match Cli::try_parse_from(line).ok()?.command {
            Some(Command::Container(ContainerCommand::Run(run))) => Some(run),
            _ => None,
        }
    }

    #[test]
    fn alone_it_understands_what_it_does_among_all_commands() {
        let lines = [
            "image",
            "image true",
            "image -- true",
            "image sh -c true --init",
            "image -- sh -- x",
            "image -x",
            "--init image true",
            "--memory 64m --pids 20 --cpus 0.5 a:b sh",
            "--memory=1G image",
            "--user 5 image",
            "--user 5:6 image",
            "--volume a:/b --volume c:/d:ro image",
            "--env A=1 --env B=2 image env",
            "--workdir /x --hostname h image",
            "--read-only --time --explain --unprotected image",
            "--keep d image",
            "--size 5m image",
            "-- image true",
            // What is not in order.
            "",
            "--init",
            "--nonsense image",
            "--memory x image",
            "--pids 0 image",
            "--cpus 0 image",
            "--user x image",
            "--user 2147483648 image",
            "--keep d --read-only image",
            "--init=x image",
            "--memory",
            "--help",
            "image\\:x true",
        ];
        for line in lines {
            let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            assert_eq!(Run::alone(&words), among_all(&words), "{line}");
        }
        assert_eq!(Run::alone(&["--plain".into(), "image".into()]), None);
    }

    #[test]
    fn a_backslash_keeps_a_colon_in_a_name() {
        let parts = |text: &str| {
            split(text.as_ref(), b':').into_iter().map(|part| part.into_string().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(parts("a:b"), ["a", "b"]);
        assert_eq!(parts(r"a\:b:c\\:d\e"), ["a:b", r"c\", r"d\e"]);
    }
}
