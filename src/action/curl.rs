//! `curl [OPTION…] URL…`: a request as it is sent, and the answer; the host's own program, in the network of the stage.

use crate::action::Flag;
use crate::action::host_program::host_verb;

host_verb! {
    /// The words of the line, as the program gets them.
    Curl, "curl", "curl [OPTION…] URL…", [
        Flag::both('s', "silent"),
        Flag::both('S', "show-error"),
        Flag::both('f', "fail"),
        Flag::both('i', "include"),
        Flag::both('I', "head"),
        Flag::both('L', "location"),
        Flag::both('v', "verbose"),
        Flag::both('o', "output").value(),
        Flag::both('D', "dump-header").value(),
        Flag::both('w', "write-out").value(),
        Flag::both('X', "request").value(),
        Flag::both('H', "header").value(),
        Flag::both('d', "data").value(),
        Flag::long("data-binary").value(),
        Flag::both('T', "upload-file").value(),
        Flag::both('u', "user").value(),
        Flag::both('r', "range").value(),
    ]
}
