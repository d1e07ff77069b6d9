//! Why this machine refuses what was tried, and what to do: one table, from what was tried and what came back to the reason.
//!
//! - `table` is the table: each row has its errnos and looks for its evidence,
//! - `evidence` is what can be seen of a machine: capabilities, settings, the mount table, modules.
//!
//! `list`, `doctor`, `run`, `shell`, `container run` and the verbs of lessons ask this table. A row that finds no evidence
//! gives no reason; where no row finds any, the reason is unknown, and that is said. What is wrong with the words of a line
//! (a path that does not exist, say) is beside its verb, in `action`.

mod evidence;
mod table;

pub use evidence::{Before, is_machines_user_namespace};
pub use table::{Reason, Tried, evident, refused};
