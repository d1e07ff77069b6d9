//! `layerlab status`

use crate::cli::{CliError, Common};
use crate::course::is_inside;
use crate::ground::{Name, Shown, say};
use crate::session::{Home, Session};
use crate::stage::{Keeper, KeeperState, LostKeeper};

/// The sessions that there are
#[derive(Debug, clap::Args)]
pub struct Status {
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Status {
    /// Lists them.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let home = Home::find()?;
        let sessions = Session::all(&home);
        if self.json {
            let list: Vec<_> = sessions
                .iter()
                .map(|session| {
                    serde_json::json!({
                        "lesson": session.lesson,
                        "state": state(session.keeper_state()),
                        "exercise": session.record.exercise,
                        "begun": session.begun(),
                        "keeper": session.record.keeper.pid,
                        "directory": home.benches(&session.lesson),
                    })
                })
                .collect();
            say(Shown::json(&list)?)?;
            return Ok(());
        }
        let lost = lost_keepers(&home);
        if sessions.is_empty() && lost.is_empty() {
            say("There is no session. Begin one with: layerlab shell 1")?;
        }
        for LostKeeper { pid, root } in &lost {
            say(format!(
                "A session whose files were deleted is running: process {pid}, of {}",
                Name::from(root.as_path())
            ))?;
            say("    end it  layerlab stop all")?;
        }
        for session in &sessions {
            let number = session.lesson.split('-').next().unwrap_or_default().trim_start_matches('0');
            let kept = session.keeper_state();
            let begun = session.begun().join(", ");
            match common.plain {
                true => say(format!(
                    "The session of {} {}. It is at the exercise {}; begun are {begun}.",
                    session.lesson,
                    state(kept),
                    session.record.exercise
                ))?,
                false => {
                    say(format!("{}  {}", session.lesson, state(kept)))?;
                    say(format!("    at      {number}.{}  (begun: {begun})", session.record.exercise))?;
                    say(format!("    files   {}", Name::from(home.benches(&session.lesson).as_path())))?;
                    if kept == KeeperState::Alive {
                        say(format!("    keeper  process {}, PID 1 of its namespaces", session.record.keeper.pid))?;
                    }
                }
            }
            match kept {
                KeeperState::Alive => say(format!("    enter   layerlab shell {number}"))?,
                KeeperState::OutOfSight => say(format!("    enter   exit, then layerlab shell {number}"))?,
                _ => say(format!("    anew    layerlab shell {number}, or throw it away: layerlab stop {number}"))?,
            }
        }
        Ok(())
    }
}

/// The keepers of which nothing is noted. In a session others are not to be seen.
pub fn lost_keepers(home: &Home) -> Vec<LostKeeper> {
    if is_inside() { Vec::new() } else { Keeper::lost(home.root()) }
}

fn state(kept: KeeperState) -> &'static str {
    match kept {
        KeeperState::Alive => "is running",
        KeeperState::Rebooted => "has ended: this machine was started anew since",
        KeeperState::Ended => "has ended: its keeper is gone",
        KeeperState::OutOfSight => "cannot be seen from in here",
    }
}
