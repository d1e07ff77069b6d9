//! `layerlab container run [OPTIONS] LOWER[:LOWER…] [COMMAND [ARG…]]`

use crate::cli::{CliError, Exit};
use crate::container::{ContainerError, Limits, Plan, Volume, run};
use crate::ground::Failure;
use crate::kernel::{CallError, quoted};
use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Containers: a command with an image below it
#[derive(Debug, clap::Subcommand)]
pub enum ContainerCommand {
    /// Run a command in a container of its own
    Run(Run),
}

/// Run a command in a container of its own
///
/// The image is one directory, or several with colons between them, topmost first, as in lowerdir=. Nobody writes to it:
/// every change goes to an upper layer that is gone afterwards, or stays in --keep DIR.
#[derive(Debug, Default, PartialEq, clap::Args)]
pub struct Run {
    /// The layers of the image, topmost first; `\:` is a colon in a name
    #[arg(value_name = "LOWER[:LOWER…]")]
    lowers: OsString,
    /// The command and its arguments; without one, sh
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    command: Vec<OsString>,
    /// Most memory: 64m, 1g
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    memory: Option<u64>,
    /// Most processes and threads
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pids: Option<u64>,
    /// Most processors: 0.5 is half of one
    #[arg(long, value_name = "F", value_parser = processors)]
    cpus: Option<u64>,
    /// Nothing can be written to the root file system
    #[arg(long)]
    read_only: bool,
    /// A directory or file of the host inside the container; may be given again
    #[arg(long, value_name = "SRC:DST[:ro]", value_parser = clap::builder::OsStringValueParser::new())]
    volume: Vec<OsString>,
    /// A variable of the command's environment; may be given again
    #[arg(long, value_name = "NAME=VALUE")]
    env: Vec<OsString>,
    /// Where the command begins
    #[arg(long, value_name = "DIR")]
    workdir: Option<PathBuf>,
    /// Who the command is, by number
    #[arg(long, value_name = "UID[:GID]", value_parser = user)]
    user: Option<(u32, u32)>,
    /// The host name (else a short random one)
    #[arg(long, value_name = "NAME")]
    hostname: Option<String>,
    /// PID 1 is a small process of ours that starts the command and buries the dead
    #[arg(long)]
    init: bool,
    /// Put the upper layer on disk, and leave it there to be looked at
    #[arg(long, value_name = "DIR", conflicts_with = "read_only")]
    keep: Option<PathBuf>,
    /// Most memory that changed files may take (else 64m)
    #[arg(long, value_name = "SIZE", default_value = "64m")]
    size: String,
    /// Tell every system call, and what it is for
    #[arg(long)]
    explain: bool,
    /// All capabilities, all system calls, nothing hidden: to learn what protects a host
    #[arg(long)]
    unprotected: bool,
    /// A time namespace too
    #[arg(long)]
    time: bool,
}

impl ContainerCommand {
    /// Does it, and says with which code to end.
    pub fn run(&self) -> Result<u8, CliError> {
        let ContainerCommand::Run(options) = self;
        Ok(run(options.plan()?)?)
    }
}

/// Runs a container where the words ask for one and are in order: without the whole command line's declarations, which take
/// as long to build as a container takes to start. Where they are not, that says why.
pub fn run_if_asked(arguments: &[OsString]) -> Option<Result<u8, CliError>> {
    let words = match arguments {
        [_, container, verb, words @ ..] if container == "container" && verb == "run" => words,
        _ => return None,
    };
    let options = Run::quickly(words)?;
    Some(options.plan().and_then(|plan| Ok(run(plan)?)))
}

impl Run {
    /// The same as the declarations above understand; nothing where they have something to complain of, or to explain.
    fn quickly(words: &[OsString]) -> Option<Run> {
        use lexopt::Arg;
        let mut parser = lexopt::Parser::from_args(words);
        let mut run = Run { size: "64m".to_string(), ..Run::default() };
        loop {
            match parser.next().ok()?? {
                Arg::Long("memory") => run.memory = Some(bytes(text(&mut parser)?.as_str()).ok()?),
                Arg::Long("pids") => run.pids = Some(text(&mut parser)?.parse().ok().filter(|pids| *pids > 0)?),
                Arg::Long("cpus") => run.cpus = Some(processors(text(&mut parser)?.as_str()).ok()?),
                Arg::Long("read-only") => run.read_only = true,
                Arg::Long("volume") => run.volume.push(parser.value().ok()?),
                Arg::Long("env") => run.env.push(parser.value().ok()?),
                Arg::Long("workdir") => run.workdir = Some(parser.value().ok()?.into()),
                Arg::Long("user") => run.user = Some(user(text(&mut parser)?.as_str()).ok()?),
                Arg::Long("hostname") => run.hostname = Some(text(&mut parser)?),
                Arg::Long("init") => run.init = true,
                Arg::Long("keep") => run.keep = Some(parser.value().ok()?.into()),
                Arg::Long("size") => run.size = text(&mut parser)?,
                Arg::Long("explain") => run.explain = true,
                Arg::Long("unprotected") => run.unprotected = true,
                Arg::Long("time") => run.time = true,
                Arg::Value(lowers) => {
                    run.lowers = lowers;
                    run.command = parser.raw_args().ok()?.collect();
                    // One `--` before the command is none of it.
                    if run.command.first().is_some_and(|word| word == "--") {
                        run.command.remove(0);
                    }
                    return (!run.read_only || run.keep.is_none()).then_some(run);
                }
                _ => return None,
            }
        }
    }

    fn plan(&self) -> Result<Plan, CliError> {
        let layers = split(&self.lowers, b':');
        let lowers = layers.iter().map(|lower| layer(lower)).collect::<Result<_, _>>()?;
        let volumes = self.volume.iter().map(|text| volume(text)).collect::<Result<_, _>>()?;
        let keep = self.keep.as_deref().map(keep).transpose()?;
        if self.workdir.as_ref().is_some_and(|workdir| !workdir.is_absolute()) {
            let wanted = "--workdir: it must be an absolute path, in the container";
            return Err(CliError::usage(Failure::plain(wanted, "begin it with /")));
        }
        let mut environment = vec![term()];
        environment.extend(self.env.iter().cloned());
        Ok(Plan {
            lowers,
            command: if self.command.is_empty() { vec!["sh".into()] } else { self.command.clone() },
            hostname: self.hostname.clone().unwrap_or_else(random_name),
            read_only: self.read_only,
            volumes,
            environment,
            workdir: self.workdir.clone(),
            user: self.user,
            init: self.init,
            keep,
            explain: self.explain,
            unprotected: self.unprotected,
            time: self.time,
            terminal: std::io::stdin().is_terminal() && std::io::stdout().is_terminal(),
            size: self.size.clone(),
            limits: Limits { memory: self.memory, pids: self.pids, cpus: self.cpus },
            ..Plan::default()
        })
    }
}

fn text(parser: &mut lexopt::Parser) -> Option<String> {
    parser.value().ok()?.into_string().ok()
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

/// The directory for the upper layer, made where it is missing.
fn keep(path: &Path) -> Result<PathBuf, CliError> {
    let made = std::fs::create_dir_all(path).and_then(|()| path.canonicalize());
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
    use super::{Run, split};
    use clap::{Args, Command, FromArgMatches};
    use std::ffi::OsString;

    fn declared(words: &[OsString]) -> Option<Run> {
        let command = Run::augment_args(Command::new("run").no_binary_name(true));
        Run::from_arg_matches(&command.try_get_matches_from(words).ok()?).ok()
    }

    #[test]
    fn the_quick_way_understands_what_the_declared_one_does() {
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
            // What is not in order is left to the declared way.
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
            assert_eq!(Run::quickly(&words), declared(&words), "{line}");
        }
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
