//! What is wanted of a scene.

/// How wide a scene is, and what is shown in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns.
    pub width: usize,
    /// Whoever reads it sees the roles of words; else code within prose keeps its backticks.
    pub styled: bool,
    /// Nothing is shortened: long command lines stand in full.
    pub full: bool,
    /// What the instructor says is shown too.
    pub notes: bool,
    /// Somebody is asked for predictions, and sees the statements there.
    pub asks: bool,
    /// After the first look, only what changed is drawn, with what stands around it.
    pub changed: bool,
    /// Name the work directories, which nobody has just typed.
    pub work: bool,
}

impl Look {
    /// No scene is wider, whatever COLUMNS says.
    pub const WIDEST: usize = 10_000;
}

impl Default for Look {
    fn default() -> Look {
        Look { width: 80, styled: false, full: false, notes: false, asks: false, changed: false, work: false }
    }
}
