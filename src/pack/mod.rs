//! Packs: lessons of somebody's own in one file, with a digest and a licence, to hand on.
//!
//! A pack is a tar archive. Its first entry, `pack.txt`, says its name, its licence and the digest of all bytes behind itself;
//! the others are the files of the lessons. What is read of a pack is text and nothing else, so nothing in it steers a
//! terminal; a name in it leads down; and where it is added it has a directory of its own, in which it appears whole.

mod added;
mod file;

pub use added::{Added, add, added, budget, of_folder, remove};
pub use file::{Pack, PackFile, make, read};
