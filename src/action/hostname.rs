//! `hostname [NAME]`: uname(2), sethostname(2) (Debian's hostname(1)).

use crate::ground::Errno;
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};

/// A name to be given, or none to ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hostname {
    name: Option<String>,
}

impl Verb for Hostname {
    const NAME: &'static str = "hostname";
    const SYNOPSIS: &'static str = "hostname [NAME]";
    const FLAGS: &'static [Flag] = &[];

    fn parse(words: &[String]) -> Result<Hostname, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?.between(0, 1, words, Self::SYNOPSIS)?;
        Ok(Hostname { name: arguments.operands.into_iter().next() })
    }

    fn run(&self, context: &mut Context) -> Status {
        let Some(name) = &self.name else {
            context.print(format!("{}\n", crate::kernel::hostname()));
            return 0;
        };
        if !is_valid(name) {
            context.complain("hostname: the specified hostname is invalid");
            return 1;
        }
        match context.sys.set_hostname(name) {
            Ok(()) => 0,
            Err(error) if error.errno == Errno::EPERM => {
                context.complain("hostname: you must be root to change the host name");
                1
            }
            Err(error) if error.errno == Errno::EINVAL => {
                context.complain("hostname: name too long");
                1
            }
            Err(error) => context.fail("hostname", &error),
        }
    }
}

/// What Debian's hostname(1) lets through, before the kernel is asked: letters, digits, and between them hyphens and dots.
fn is_valid(name: &str) -> bool {
    let part = |part: &str| {
        let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = part.as_bytes();
        ends(bytes.first()) && ends(bytes.last()) && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    name.split('.').all(part)
}
