//! stub
use crate::action::CommandLine;
use crate::event::Role;
/// stub
pub const WHY_USERXATTR: &str = "";
/// stub
pub fn adapt(_: &CommandLine, _: Role) -> Option<CommandLine> {
    None
}
