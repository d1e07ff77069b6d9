//! Why a program cannot be started in another root: it is looked for in there, as execve(2) and the loader will.

use crate::action::{Arguments, Flag, Opening};
use crate::ground::{Call, Errno, Failure};
use crate::kernel::proc::{USUAL_PATH, find_program, is_program};
use crate::kernel::quoted;
use crate::refusal::tried::begun;
use crate::rootfs::{Lack, lack_of};
use std::ffi::OsString;
use std::path::Path;

/// The options of chroot(1). What they do comes after the change of the root.
const FLAGS: &[Flag] = &[Flag::long("groups").value(), Flag::long("userspec").value(), Flag::long("skip-chdir")];

/// Goes there, and looks.
pub(super) fn explain(words: &[String]) -> Option<Failure> {
    let operands = Arguments::sort_before_program(words, FLAGS).ok()?.operands;
    let (directory, command) = operands.split_first()?;
    // As chroot(1): without a command it starts the user's shell.
    let shell = std::env::var("SHELL").ok().filter(|_| command.is_empty());
    let name = command.first().cloned().or_else(|| shell.clone()).unwrap_or_else(|| "/bin/sh".into());
    // The environment is the same in there.
    let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from(USUAL_PATH));
    if let Err(refused) = begun(&Opening::Chroot(directory.clone())) {
        return refused;
    }
    let found = find_program(&name, path);
    let program = found.clone().unwrap_or_else(|| Path::new("/usr/bin").join(&name));
    let wanted = format!("cannot run {name} in {directory}");
    let call = |errno| {
        let arguments: Vec<String> =
            [&name].into_iter().chain(command.iter().skip(1)).map(|word| quoted(word.as_ref())).collect();
        let variables = std::env::vars_os().count();
        let arguments = format!("{}, [{}], 0x… /* {variables} vars */", quoted(&program), arguments.join(", "));
        Call::failed("execve", arguments, errno)
    };
    let refused = |errno, why: String, fix: String| Some(Failure::kernel(wanted.clone(), call(errno), why, fix));
    let shown = program.display();
    let link = std::fs::read_link(&program).ok();
    let has_shell = is_program(Path::new("/bin/sh")) && lack_of(Path::new("/bin/sh")).is_none();
    match std::fs::metadata(&program) {
        Err(error) if Errno::from(&error) != Errno::ENOENT => None,
        Err(_) if let Some(target) = link => refused(
            Errno::ENOENT,
            format!("{shown} is a symbolic link to {}, which leads nowhere in {directory}", target.display()),
            format!("put the program itself into {directory} where the link leads"),
        ),
        Err(_) if shell.is_some() => refused(
            Errno::ENOENT,
            format!(
                "without a command chroot starts the shell that SHELL names, {shown}, and {directory} has no such file"
            ),
            match has_shell {
                true => format!("name a shell that is there: chroot {directory} /bin/sh"),
                false => format!("put a shell and its libraries into {directory}; layerlab rootfs makes such a root"),
            },
        ),
        Err(_) if found.is_none() => refused(
            Errno::ENOENT,
            format!("in {directory} none of the directories of PATH has a program {name}"),
            format!("put it into {directory}, with its libraries; or name the file that is meant"),
        ),
        Err(_) => refused(
            Errno::ENOENT,
            format!("there is no {shown} in {directory}"),
            format!("put it into {directory}, with its libraries; or name a program that is there"),
        ),
        Ok(found) if found.is_dir() => {
            refused(Errno::EACCES, format!("{shown} is a directory"), "name the program that is meant".into())
        }
        Ok(_) if !is_program(&program) => refused(
            Errno::EACCES,
            format!("{shown} has no permission to be executed"),
            format!("chmod +x {directory}{shown}"),
        ),
        Ok(_) => match lack_of(&program)? {
            Lack::Interpreter(missing) => refused(
                Errno::ENOENT,
                format!(
                    "{shown} is there, but it is a script, and the program that runs it is not: {}",
                    missing.display()
                ),
                format!("put {} into {directory}, with its libraries", missing.display()),
            ),
            Lack::Loader(missing) => refused(
                Errno::ENOENT,
                format!("{shown} is there, but the loader that it names is not: {}", missing.display()),
                format!("put the loader where it is looked for: {directory}{}", missing.display()),
            ),
            Lack::Libraries(missing) => {
                let names: Vec<_> = missing.iter().map(|name| name.to_string_lossy()).collect();
                Some(Failure::ours(
                    wanted,
                    format!(
                        "{shown} is there, and libraries that it needs are nowhere in {directory}: {}",
                        names.join(", ")
                    ),
                    format!("ldd tells outside where they are; put them at the same paths below {directory}"),
                ))
            }
        },
    }
}
