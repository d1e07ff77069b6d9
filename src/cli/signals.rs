//! SIGINT, SIGTERM and SIGHUP: the stage ends first, the cursor comes back, then we go.

use crate::stage::Stage;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};

/// A signal came, and its thread is ending this process.
static ENDING: AtomicBool = AtomicBool::new(false);

/// From now on a signal ends the stage in order, and then this process with the code a shell expects (128 + number).
pub fn end_in_order(stage: &Stage) -> std::io::Result<()> {
    let stopper = stage.stopper()?;
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            ENDING.store(true, Ordering::SeqCst);
            stopper.stop();
            if std::io::stdout().is_terminal() {
                let _ = dialoguer::console::Term::stdout().show_cursor();
            }
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

/// Waits for the end, where a signal is bringing it: a stage that ended for that reason is no fault to tell of.
pub fn wait_if_ending() {
    while ENDING.load(Ordering::SeqCst) {
        std::thread::park();
    }
}
