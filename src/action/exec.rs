//! `exec SHELL`: another shell in the place of this one, in the same process (bash builtin, `help exec`). The lines that
//! follow run in it; its number stays the same.
//!
//! A program that is no shell would end with the line, and the shell with it; no lesson needs that.

use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use crate::kernel::set_process_name;
use crate::kernel::proc::{USUAL_PATH, find_program};
use std::ffi::CStr;

/// What takes the shell's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exec {
    shell: &'static CStr,
}

/// What is called so is a shell.
const SHELLS: &[&CStr] = &[c"sh", c"bash", c"dash"];

impl Verb for Exec {
    const NAME: &'static str = "exec";
    const SYNOPSIS: &'static str = "exec sh|bash|dash";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Exec, UsageError> {
        let shell = Arguments::sort(words, Self::FLAGS)?.between(1, 1, words, Self::SYNOPSIS)?.operands.remove(0);
        let known = SHELLS.iter().find(|name| name.to_bytes() == shell.as_bytes());
        known.map(|shell| Exec { shell }).ok_or_else(|| UsageError {
            what: format!("exec puts a shell in the place of a shell here, not {shell}"),
            allowed: format!("write it so: {}", Self::SYNOPSIS),
        })
    }

    fn run(&self, context: &mut Context) -> Status {
        let name = self.shell.to_string_lossy();
        if find_program(&*name, USUAL_PATH).is_none() {
            context.complain(format!("bash: exec: {name}: not found"));
            return 127;
        }
        // As `ps` shows the shell of which we take the place.
        set_process_name(self.shell);
        0
    }
}

#[cfg(test)]
mod tests {
    use super::Exec;
    use crate::action::{Context, Verb};
    use crate::ground::Role;

    #[test]
    fn only_a_shell_takes_the_place_of_one() {
        let words = |line: &str| line.split(' ').map(String::from).collect::<Vec<_>>();
        for line in ["exec sleep", "exec /bin/sh", "exec sh -c"] {
            assert!(Exec::parse(&words(line)).is_err(), "{line}");
        }
        let mut context = Context::new(Role::User);
        assert_eq!(Exec::parse(&words("exec sh")).unwrap().run(&mut context), 0);
    }
}
