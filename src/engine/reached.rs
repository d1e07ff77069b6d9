//! A lesson up to some point, run on a stage of its own without a word: for whoever goes back, or wants to try something in
//! that very state.

use crate::engine::Wrong;
use crate::engine::run::run_silently;
use crate::event::{Observation, PanelKind};
use crate::lesson::{Block, ConsoleLine, Lesson};
use crate::stage::{Stage, StageError};

/// A stage on which so many blocks of commands were run.
#[derive(Debug)]
pub struct Reached {
    stage: Stage,
    blocks: Vec<Vec<ConsoleLine>>,
    panels: Vec<PanelKind>,
    done: usize,
}

impl Reached {
    /// On a stage that is fresh; nothing of the lesson was run.
    pub fn begin(lesson: &Lesson, stage: Stage) -> Reached {
        let here = lesson.on(stage.facts().cgroup_version());
        let blocks = here.steps().flat_map(|(_, step)| &step.blocks).filter_map(|block| match block {
            Block::Console { lines, .. } => Some(lines.clone()),
            _ => None,
        });
        Reached { blocks: blocks.collect(), panels: lesson.meta.panels.clone(), stage, done: 0 }
    }

    /// How many blocks were run.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Runs the blocks up to the one with this number, 0 for none. There is no way back: that takes another stage. Returns
    /// the first command that went wrong.
    ///
    /// # Errors
    /// When the stage breaks.
    pub fn go_on_to(&mut self, blocks: usize) -> Result<Option<Wrong>, StageError> {
        let lines: Vec<ConsoleLine> = self.blocks.iter().take(blocks).skip(self.done).flatten().cloned().collect();
        self.done = self.done.max(blocks);
        run_silently(&lines, &mut self.stage)
    }

    /// Looks at the trees and the tables; what is marked is different from the look before.
    ///
    /// # Errors
    /// When the stage breaks.
    pub fn look(&mut self) -> Result<Observation, StageError> {
        self.stage.begin_observing(false, &self.panels)?;
        self.stage.observed()
    }

    /// The stage, for whatever else is to be done in this state.
    pub fn stage(&mut self) -> &mut Stage {
        &mut self.stage
    }
}
