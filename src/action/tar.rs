//! `tar -c … -f ARCHIVE NAME…`, `tar -t …`, `tar -x …`: an archive is made, listed, unpacked; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Tar, "tar", "tar -c | -t | -x [-v] -f ARCHIVE [-C DIRECTORY] [OPTION…] [NAME…]", [
        Flag::both('c', "create"),
        Flag::both('t', "list"),
        Flag::both('x', "extract"),
        Flag::both('v', "verbose"),
        Flag::both('p', "preserve-permissions"),
        Flag::both('z', "gzip"),
        Flag::both('O', "to-stdout"),
        Flag::both('f', "file").value(),
        Flag::both('C', "directory").value(),
        Flag::both('b', "blocking-factor").value(),
        Flag::long("format").value(),
        Flag::long("sort").value(),
        Flag::long("mtime").value(),
        Flag::long("owner").value(),
        Flag::long("group").value(),
        Flag::long("mode").value(),
        Flag::long("numeric-owner"),
        Flag::long("no-recursion"),
    ]
}
