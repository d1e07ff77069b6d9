//! `gzip [-k] [-n] [-d] [-c] [-1 … -9] FILE…`: compresses a file; the host's own program.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Gzip, "gzip", "gzip [-k] [-n] [-d] [-c] [-f] [-1 | -6 | -9] FILE…", [
        Flag::both('k', "keep"),
        Flag::both('n', "no-name"),
        Flag::both('d', "decompress"),
        Flag::both('c', "stdout"),
        Flag::both('f', "force"),
        Flag::both('1', "fast"),
        Flag::short('6'),
        Flag::both('9', "best"),
    ]
}
