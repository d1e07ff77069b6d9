//! A stage in a thread of its own, which does what it is asked for, one after the other. When it is dropped the stage ends, and
//! we wait until it has.

use crate::lesson::Lesson;
use crate::stage::{Stage, StageError, StageNeeds, Stopper};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// The thread, by what it can be asked for.
#[derive(Debug)]
pub struct StageThread<Ask> {
    asks: Option<Sender<Ask>>,
    stopper: Arc<Mutex<Option<Stopper>>>,
    thread: Option<JoinHandle<()>>,
}

impl<Ask: Send + 'static> StageThread<Ask> {
    /// Starts a stage for a lesson, with what it needs, and has it serve; `failed` is told why it could not, or no longer can.
    pub fn begin(
        lesson: Lesson,
        needs: StageNeeds,
        serve: impl FnOnce(&Lesson, Stage, &Receiver<Ask>) -> Result<(), StageError> + Send + 'static,
        failed: impl FnOnce(StageError) + Send + 'static,
    ) -> StageThread<Ask> {
        let (asks, asked) = channel();
        let stopper = Arc::new(Mutex::new(None));
        let thread = std::thread::spawn({
            let stopper = stopper.clone();
            move || {
                let served = start(needs).and_then(|stage| {
                    *stopper.lock().unwrap_or_else(PoisonError::into_inner) = stage.stopper().ok();
                    serve(&lesson, stage, &asked)
                });
                if let Err(error) = served {
                    failed(error);
                }
            }
        });
        StageThread { asks: Some(asks), stopper, thread: Some(thread) }
    }

    /// Asks for something; one that has failed has said so.
    pub fn ask(&self, ask: Ask) {
        let _ = self.asks.as_ref().map(|asks| asks.send(ask));
    }
}

/// A stage for a lesson that needs this.
pub(super) fn start(needs: StageNeeds) -> Result<Stage, StageError> {
    Stage::starting(needs)?.wait()
}

impl<Ask> Drop for StageThread<Ask> {
    fn drop(&mut self) {
        self.asks = None;
        // A command may wait for what never comes.
        if let Some(stopper) = self.stopper.lock().unwrap_or_else(PoisonError::into_inner).take() {
            stopper.stop();
        }
        self.thread.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}
