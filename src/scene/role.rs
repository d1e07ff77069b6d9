//! What a piece of text is, whatever it looks like then.

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing special.
    Text,
    /// The title of a step, a column or an exercise.
    Heading,
    /// A line that is executed.
    Command,
    /// What a command printed.
    Output,
    /// A system call.
    Syscall,
    /// A directory's name.
    Directory,
    /// New since the step before.
    Added,
    /// Different since the step before.
    Changed,
    /// Gone since the step before.
    Gone,
    /// A whiteout.
    Whiteout,
    /// Something that is told quietly, because something louder says nearly the same.
    Quiet,
    /// Which layer an entry comes from.
    Provenance,
    /// The glyphs that draw a tree, or a bar beside a quotation.
    Glyph,
    /// A hint, or what an author says aside.
    Hint,
    /// A prediction or a check that holds.
    Right,
    /// One that does not.
    Wrong,
    /// Something to know about.
    Warning,
    /// Something that failed.
    Error,
    /// Emphasis in prose.
    Emphasis,
    /// Strong emphasis in prose.
    Strong,
    /// Code within prose.
    Code,
    /// The address of a link.
    Address,
}

impl Role {
    /// All of them.
    pub const ALL: &[Role] = &[
        Role::Text,
        Role::Heading,
        Role::Command,
        Role::Output,
        Role::Syscall,
        Role::Directory,
        Role::Added,
        Role::Changed,
        Role::Gone,
        Role::Whiteout,
        Role::Quiet,
        Role::Provenance,
        Role::Glyph,
        Role::Hint,
        Role::Right,
        Role::Wrong,
        Role::Warning,
        Role::Error,
        Role::Emphasis,
        Role::Strong,
        Role::Code,
        Role::Address,
    ];
}
