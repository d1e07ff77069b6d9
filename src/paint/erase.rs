//! What was shown is taken away again (ECMA-48).

use crate::ground::Shown;

const CLEAR_LINE: &str = "\x1b[2K\r";
const UP: &str = "\x1b[1A";

/// What a terminal is sent to take away the line that the cursor is in, and so many above it. The cursor stands at the
/// beginning of the uppermost then.
pub fn take_away(above: usize) -> Shown {
    let up = Shown::steering(UP).with(Shown::steering(CLEAR_LINE));
    (0..above).fold(Shown::steering(CLEAR_LINE), |all, _| all.with(up.clone()))
}
