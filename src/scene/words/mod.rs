//! What is said in words: data in, English out. No layout, no colour; every painter says the same.
//!
//! Kernel words only: lower, upper, merged, whiteout, opaque, copied up.

mod changes;
mod class;
mod commands;
mod difference;
mod entries;
mod networks;
mod panels;
mod phrases;
mod predictions;
mod sign;

pub use changes::{Told, sentence, tell};
pub use class::{hands, other_numbers};
pub use commands::{FailureTold, ended, left_out, wrong_status};
pub use difference::{Blanks, Difference, difference};
pub use entries::{
    entries, folded_layers, folded_rows, layer_count, layer_notes, layer_parts, layer_title, layers_and_entries,
    merged_notes, own_kind, row_name,
};
pub use networks::{network_name, network_sentences};
pub use panels::{panel_columns, panel_sentence, panel_title};
pub use phrases::{and, called, number, plural};
pub use predictions::{fact, found, predicted, question, said, score};
pub use sign::Sign;
