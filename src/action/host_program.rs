//! The host's own programs: for listing and formatting we do not write a second coreutils.
//!
//! The program runs in the stage, so it sees what the lesson made. Its environment is the same on every machine; its
//! output is taken from a pipe, so it is the plain one, and its errors stand where the program wrote them.

use crate::action::{Context, Status};
use crate::ground::{Call, Errno, Failure};
use crate::kernel::CallError;
use crate::kernel::proc::{USUAL_PATH, find_program};
use std::ffi::OsStr;
use std::io::Read;
use std::path::PathBuf;
use std::process::Command;

const ENVIRONMENT: [(&str, &str); 4] = [("PATH", USUAL_PATH), ("LC_ALL", "C"), ("TZ", "UTC"), ("HOME", "/")];

/// Declares a verb that is a program of the host: its name, how it is written, its flags.
macro_rules! host_verb {
    ($(#[$doc:meta])* $name:ident, $name_word:literal, $synopsis:literal, [$($flag:expr),* $(,)?]) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            words: Vec<String>,
        }

        impl $crate::action::Verb for $name {
            const NAME: &'static str = $name_word;
            const SYNOPSIS: &'static str = $synopsis;
            const FLAGS: &'static [$crate::action::Flag] = &[$($flag),*];

            fn parse(words: &[String]) -> Result<$name, $crate::action::UsageError> {
                $crate::action::Arguments::sort(words, Self::FLAGS)?;
                Ok($name { words: words.to_vec() })
            }

            fn run(&self, context: &mut $crate::action::Context) -> $crate::action::Status {
                $crate::action::host_program::run(context, &self.words)
            }
        }
    };
}
pub(super) use host_verb;

/// Runs the program that `words` begin with, and prints what it prints.
pub(super) fn run(context: &mut Context, words: &[String]) -> Status {
    let Some(program) = find_program(&words[0], USUAL_PATH) else { return missing(context, words) };
    run_at(context, program, words, &[])
}

/// Runs the program at a path, with these variables besides those that all have.
pub(super) fn run_at(context: &mut Context, program: PathBuf, words: &[String], more: &[(&str, &OsStr)]) -> Status {
    let name = &words[0];
    let shown = program.display().to_string();
    let calls = context.sys.calls.len();
    context.sys.record_execve(&shown, words, ENVIRONMENT.len() + more.len());
    let mut command = Command::new(&program);
    // The name it was called by, so that its messages begin as people know them.
    std::os::unix::process::CommandExt::arg0(&mut command, name);
    command.args(&words[1..]).env_clear().envs(ENVIRONMENT).envs(more.iter().copied());
    // Not /dev/null: the root of a lesson may have none.
    let outcome = std::io::pipe().and_then(|(nothing, _)| {
        command.stdin(nothing);
        spawn(context, command)
    });
    match outcome {
        Ok(status) => status,
        Err(error) if Errno::from(&error) == Errno::ENOMEM => {
            // It did not come to an execve(2).
            context.sys.calls.truncate(calls);
            unborn(context, name, &error)
        }
        Err(error) => {
            context.complain(format!("bash: {shown}: {}", Errno::from(&error).words()));
            126
        }
    }
}

/// No process could be made for the program: memory is short, or, far more often, PID 1 of the namespace has ended.
fn unborn(context: &mut Context, name: &str, error: &std::io::Error) -> Status {
    let error = CallError::of("fork", "", error);
    context.complain(format!("bash: fork: {}", error.text()));
    context.failure = Some(Failure::kernel(
        format!("cannot start {name}"),
        error,
        "the first process of the new PID namespace has ended, and after that no process is born in it any more",
        "let the shell itself be the first: unshare --pid --fork",
    ));
    254
}

fn spawn(context: &mut Context, mut command: Command) -> std::io::Result<Status> {
    use std::os::unix::process::ExitStatusExt;
    let status = if context.is_redirected() {
        let output = command.output()?;
        context.print(output.stdout);
        context.complain_bytes(&output.stderr);
        output.status
    } else {
        // One pipe for both, so that errors stand where the program wrote them.
        let (mut reader, writer) = std::io::pipe()?;
        let mut child = command.stdout(writer.try_clone()?).stderr(writer).spawn()?;
        // The command holds the writing ends; the pipe ends when the program does.
        drop(command);
        let mut printed = Vec::new();
        reader.read_to_end(&mut printed)?;
        context.print(printed);
        child.wait()?
    };
    Ok(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)))
}

fn missing(context: &mut Context, words: &[String]) -> Status {
    let name = &words[0];
    context.complain(format!("bash: {name}: command not found"));
    let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    let args = format!("\"/usr/bin/{name}\", [{}], 0x… /* {} vars */", words.join(", "), ENVIRONMENT.len());
    context.failure = Some(Failure::kernel(
        format!("cannot run {name}"),
        Call::failed("execve", args, Errno::ENOENT),
        format!("{name} is this machine's own program, and none of {} holds it", USUAL_PATH.replace(':', ", ")),
        format!("install it: on Debian and Ubuntu, apt install {}", package(name)),
    ));
    127
}

/// The Debian package in which a program is.
pub fn package(name: &str) -> &str {
    match name {
        "bash" => "bash",
        "diff" => "diffutils",
        "find" => "findutils",
        "grep" => "grep",
        "getfattr" | "setfattr" => "attr",
        "mount" | "umount" => "mount",
        "hostname" => "hostname",
        "findmnt" | "ipcmk" | "ipcs" | "nsenter" | "pivot_root" | "unshare" => "util-linux",
        "ps" => "procps",
        "sh" => "dash",
        "ip" => "iproute2",
        "ping" => "iputils-ping",
        "curl" | "gzip" | "tar" => name,
        _ => "coreutils",
    }
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::action::Context;
    use crate::ground::Role;

    #[test]
    fn a_program_that_is_not_there_is_named_with_the_fix() {
        let mut context = Context::new(Role::User);
        assert_eq!(run(&mut context, &["no-such-program".into(), "-x".into()]), 127);
        assert_eq!(context.shown(), b"bash: no-such-program: command not found\n");
        let failure = context.failure.unwrap().to_string();
        assert!(failure.contains("execve(\"/usr/bin/no-such-program\", [\"no-such-program\", \"-x\"]"), "{failure}");
        assert!(failure.contains("apt install coreutils"), "{failure}");
    }
}
