//! How this program takes signals. SIGINT, SIGTERM and SIGHUP: the stage ends first, the cursor comes back, then we go.

use crate::ground::{Shown, Stream};
use crate::kernel::{ignored_signals, is_in, unblock_signals};
use crate::paint::SHOW_CURSOR;
use crate::stage::{PROGRAM, Stage};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Makes the signals that we live by work, whatever whoever started us has done to them. None is blocked. SIGCHLD is not
/// ignored: the kernel would bury our children before we could ask how they ended (wait(2)). SIGTERM is not ignored either.
/// What nohup(1) and a shell's background ignore, SIGHUP, SIGINT and SIGQUIT, stays ignored; SIGPIPE stays as Rust has it.
///
/// A signal that has a handler is as it is by default after execve(2). So we start ourselves once more, and so it is
/// for all that we start.
pub fn begin(arguments: &[OsString]) {
    let _ = unblock_signals();
    // Our own processes are started by one that has been here.
    if arguments.get(1).is_some_and(|word| word.as_bytes().starts_with(b"__")) {
        return;
    }
    let mask = ignored_signals();
    let ignored: Vec<i32> = [SIGCHLD, SIGTERM].into_iter().filter(|signal| is_in(mask, *signal)).collect();
    let handled = |signal: &i32| signal_hook::flag::register(*signal, Arc::default()).is_ok();
    if let Some((name, rest)) = arguments.split_first()
        && !ignored.is_empty()
        && ignored.iter().all(handled)
    {
        // Where this fails, the handlers do as well for this process.
        let _ = Command::new(PROGRAM).arg0(name).args(rest).exec();
    }
}

/// A signal came, and its thread is ending this process.
static ENDING: AtomicBool = AtomicBool::new(false);

/// From now on a signal ends the stage in order, and then this process with the code a shell expects (128 + number).
pub fn end_in_order(stage: &Stage) -> std::io::Result<()> {
    let stopper = stage.stopper()?;
    end_after(move || {
        stopper.stop();
        if Stream::Output.is_terminal() {
            let _ = Stream::Output.show(Shown::steering(SHOW_CURSOR));
        }
    })
}

/// From now on a signal has this done, and then ends this process with the code that a shell expects.
pub fn end_after(last: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    // What was ignored when we were started stays so: nohup(1).
    let ignored = ignored_signals();
    let heeded = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_in(ignored, *signal));
    let mut signals = Signals::new(heeded)?;
    std::thread::Builder::new().spawn(move || {
        if let Some(signal) = signals.forever().next() {
            ENDING.store(true, Ordering::SeqCst);
            last();
            std::process::exit(128 + signal);
        }
    })?;
    Ok(())
}

/// Waits for the end, where a signal is bringing it: a stage that ended for that reason is no fault to tell of.
pub fn wait_if_ending() {
    while ENDING.load(Ordering::SeqCst) {
        std::thread::park();
    }
}

/// A signal sets this number, and the work ends in order and leaves nothing. A second signal ends it at once.
pub fn stop_by_signal() -> std::io::Result<Arc<AtomicUsize>> {
    let (stop, again) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    for (signal, value) in [(SIGINT, 2), (SIGTERM, 15), (SIGHUP, 1)] {
        signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, again.clone())?;
        signal_hook::flag::register(signal, again.clone())?;
        signal_hook::flag::register_usize(signal, stop.clone(), value)?;
    }
    Ok(stop)
}
