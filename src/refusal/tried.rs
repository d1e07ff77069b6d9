//! The child that tries a call where nothing can come of it: it has a mount namespace of its own, or whatever it asked for,
//! and ends at once. What is refused there is refused to the host's program as well.

use crate::action::{Action, CommandLine, Context, Opening, execute};
use crate::ground::{Failure, Role};
use crate::kernel::{Namespaces, Spread, may_mount, set_process_name};
use crate::refusal::{FINISH, Tell, chroot, mount, nsenter, options, umount};
use std::ffi::OsString;
use std::process::{Command, Stdio};

/// This program once more.
pub(super) const PROGRAM: &str = "/proc/self/exe";

/// Tries what these words ask for, the program's name first, and says what is refused.
pub(super) fn run(words: &[OsString], tell: Tell) {
    // Whoever looks for what keeps a mount busy passes us by.
    set_process_name(umount::PASSED_BY);
    let words: Option<Vec<String>> = words.iter().map(|word| word.to_str().map(String::from)).collect();
    if let Some(words) = words
        && let Some(failure) = refused(&words, tell)
    {
        (tell.failure)(&failure);
    }
}

fn refused(words: &[String], tell: Tell) -> Option<Failure> {
    match words.first()?.as_str() {
        "mount" => in_a_copy(&options::of_mount(words), true).or_else(|| mount::explain(words)),
        // With another propagation it would be another try.
        "pivot_root" => in_a_copy(words, false),
        "umount" => umount::explain(words, || in_a_copy(words, true)),
        "unshare" => {
            let opening = Opening::of_unshare(&options::of_unshare(words)).ok()?;
            let refused = begun(&opening);
            if refused.is_ok() {
                after_fork(&opening, tell);
            }
            refused.err().flatten()
        }
        "chroot" => chroot::explain(words),
        "nsenter" => nsenter::explain(words),
        _ => None,
    }
}

/// Runs our own verb in a copy of the mount namespace; why it was refused there, if it was.
fn in_a_copy(words: &[String], private: bool) -> Option<Failure> {
    let mut context = Context::new(Role::User);
    let could = may_mount();
    let copied = context.sys.unshare(Namespaces { mount: true, ..Namespaces::default() });
    match copied {
        Ok(()) if private => context.sys.spread(Spread::Private).ok()?,
        Ok(()) => {}
        // Then nothing can be mounted either, so nothing can come of a try.
        Err(_) if !could => {}
        Err(_) => return None,
    }
    if !could && may_mount() {
        let name = &words[0];
        return Some(Failure::ours(
            format!("cannot {name} here"),
            "this shell has a user namespace of its own, but is still in the mount namespace of the one around it, and \
             there it is not root: in a mount namespace of its own it could",
            format!("make both at once: unshare --user --map-root-user --mount, and {name} in there"),
        ));
    }
    Action::parse(words).ok()?;
    context.sys.calls.clear();
    let line = CommandLine { words: words.to_vec(), redirect: None };
    let status = execute(&line, &mut context).ok()?;
    context.failure.filter(|_| status != 0)
}

/// Does what comes before the fork. No failure is in the error where nothing is known of why it was refused.
pub(super) fn begun(opening: &Opening) -> Result<(), Option<Failure>> {
    let mut context = Context::new(Role::User);
    match opening.begin(&mut context) {
        0 => Ok(()),
        _ => Err(context.failure),
    }
}

/// Does what comes after the fork, in a child where there is one.
fn after_fork(opening: &Opening, tell: Tell) {
    let Ok(text) = serde_json::to_string(opening) else { return };
    if opening.forks() {
        let _ = Command::new(PROGRAM).args([FINISH, &text]).stdin(Stdio::null()).stdout(Stdio::null()).status();
    } else {
        finish(&text, tell);
    }
}

/// What is refused after the fork.
pub(super) fn finish(text: &str, tell: Tell) {
    let Ok(opening) = serde_json::from_str::<Opening>(text) else { return };
    let mut context = Context::new(Role::User);
    if opening.finish(&mut context) != 0
        && let Some(failure) = context.failure
    {
        (tell.failure)(&failure);
    }
}
