//! What the host's programs do in a session: they are found, whoever one is, and where the kernel refuses, the reason follows.

use crate::support::session::Student;
use crate::support::text;

#[test]
fn a_session_finds_the_programs_of_an_administrator() {
    let student = Student::new();
    // As Debian gives it to an ordinary user.
    let mut shell =
        student.layerlab(&["shell", "3", "-c", "command -v chroot pivot_root > /dev/null && echo \"$PATH\""]);
    let ended = text(shell.env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let path = ended.stdout.trim_end();
    let behind = ":/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games:/usr/local/sbin:/usr/sbin:/sbin";
    assert!(path.ends_with(behind), "{path}");
    let doctor = student.ok(&["doctor"]);
    assert!(doctor.contains("✓ programs for the exercises"), "{doctor}");
}
