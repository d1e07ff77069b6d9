//! The verbs of the console: what a lesson's lines do.
//!
//! One file a verb: its flags, its reading of the words, its system calls and its words when it fails. A verb prints
//! what the GNU (or util-linux) program of its name prints; the twin test holds both to each other. Where the system
//! call is the lesson the verb is ours; for listing and formatting (`ls`, `stat`) the host's own program is run.
//!
//! To add a verb: add a file, and its line in `verbs!` below, which also makes it a module.

mod adapt;
mod context;
mod copying;
mod destination;
mod flags;
mod host_program;
mod line;
mod opening;
mod quote;

pub use adapt::{adapt, why_adapted};
pub use context::{Context, Status};
pub use flags::{Arguments, Flag, UsageError};
pub use host_program::package;
pub use line::{CommandLine, LineError, Redirect};
pub use opening::Opening;
pub use umount::why_not_unmounted;

/// A verb: how its words are read and what it does.
pub trait Verb: Sized {
    /// The word that calls it.
    const NAME: &'static str;
    /// How it is written: `rm [-r] [-f] FILE…`.
    const SYNOPSIS: &'static str;
    /// The flags it knows.
    const FLAGS: &'static [Flag];
    /// Reads the words (the verb first); nothing is done yet.
    fn parse(words: &[String]) -> Result<Self, UsageError>;
    /// Does it, with system calls through `context.sys`; what it prints goes to `context.print` and `context.complain`.
    fn run(&self, context: &mut Context) -> Status;
}

/// Declares every verb once: the enum, reading and running.
macro_rules! verbs {
    ($($module:ident :: $name:ident),* $(,)?) => {
        $(mod $module;)*

        /// A command whose words were understood.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Action {
            $(
                #[doc = concat!("See `action/", stringify!($module), ".rs`.")]
                $name($module::$name),
            )*
        }

        /// Every verb with the way it is written, in the order of the alphabet.
        pub const VERBS: &[(&str, &str)] = &[$(($module::$name::NAME, $module::$name::SYNOPSIS)),*];

        impl Action {
            /// Understands the words of a line, or says what this verb takes.
            pub fn parse(words: &[String]) -> Result<Action, UsageError> {
                match words.first().map(String::as_str).unwrap_or_default() {
                    $($module::$name::NAME => Ok(Action::$name($module::$name::parse(words)?)),)*
                    other => Err(unknown_verb(other)),
                }
            }

            fn perform(&self, context: &mut Context) -> Status {
                match self {
                    $(Action::$name(verb) => verb.run(context),)*
                }
            }
        }
    };
}

verbs! {
    cat::Cat,
    cd::Cd,
    chmod::Chmod,
    chown::Chown,
    chroot::Chroot,
    cp::Cp,
    curl::Curl,
    diff::Diff,
    echo::Echo,
    exec::Exec,
    exit::Exit,
    findmnt::Findmnt,
    getfattr::Getfattr,
    grep::Grep,
    gzip::Gzip,
    hostname::Hostname,
    id::Id,
    layerlab::Layerlab,
    ipcmk::Ipcmk,
    ipcs::Ipcs,
    ip::Ip,
    ln::Ln,
    ls::Ls,
    mkdir::Mkdir,
    mknod::Mknod,
    mount::Mount,
    mv::Mv,
    nsenter::Nsenter,
    ping::Ping,
    pivot_root::PivotRoot,
    ps::Ps,
    readlink::Readlink,
    rename::Rename,
    rm::Rm,
    rmdir::Rmdir,
    setfattr::Setfattr,
    sh::Sh,
    sha256sum::Sha256sum,
    stat::Stat,
    tar::Tar,
    touch::Touch,
    tree::Tree,
    truncate::Truncate,
    umount::Umount,
    uname::Uname,
    unshare::Unshare,
    wc::Wc,
}

/// Runs a whole line: the verb, with its output redirected where the line says so.
pub fn execute(line: &CommandLine, context: &mut Context) -> Result<Status, UsageError> {
    let action = Action::parse(&line.words)?;
    Ok(match &line.redirect {
        None => action.perform(context),
        Some(redirect) => context.redirecting(&line.words[0], redirect, |context| action.perform(context)),
    })
}

fn unknown_verb(word: &str) -> UsageError {
    let names: Vec<&str> = VERBS.iter().map(|(name, _)| *name).collect();
    UsageError { what: format!("no verb is called {word}"), allowed: format!("the verbs are {}", names.join(", ")) }
}
