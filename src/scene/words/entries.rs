//! The words beside an entry of a tree.

use crate::event::{Content, Kind, Layer, Lower, Mark, Row, State};
use crate::ground::Name;
use crate::scene::words::phrases::some;
use crate::scene::words::{and, called, number};

/// A row's name as a tree shows it: `dir/`, `link -> target`, `… 1,204 more entries`.
pub fn row_name(row: &Row) -> String {
    match &row.kind {
        Kind::Folded { entries } => format!("… {}", folded_rows(*entries)),
        Kind::Directory => format!("{}/", row.name),
        Kind::Symlink { target } => format!("{} -> {target}", row.name),
        _ => row.name.to_string(),
    }
}

/// The words beside an entry of a layer, from the fullest to none, for a column that grows narrower.
pub fn layer_notes(row: &Row) -> Vec<String> {
    let full = layer_parts(row);
    if full.is_empty() {
        let word = match (row.mark, own_kind(&row.kind)) {
            (_, Some(kind)) => kind,
            (Some(Mark::New), _) => "new".to_string(),
            (Some(Mark::Changed), _) => "changed".to_string(),
            (Some(Mark::Gone), _) => "gone".to_string(),
            (None, None) => return vec![String::new()],
        };
        return vec![word.clone(), word, String::new()];
    }
    let short = full[0].split([',', ':']).next().unwrap_or_default().to_string();
    let bare = if matches!(row.kind, Kind::Whiteout { .. }) { "W".to_string() } else { String::new() };
    vec![full.join(", "), short, bare]
}

/// What the overlay made of an entry of a layer, each in a few words; an entry that was simply made there has none.
pub fn layer_parts(row: &Row) -> Vec<String> {
    if row.mark == Some(Mark::Gone) {
        return Vec::new();
    }
    if matches!(row.kind, Kind::Whiteout { .. }) {
        return vec!["W whiteout".to_string()];
    }
    let metacopy = row.states.contains(&State::Metacopy);
    let opaque = row.states.iter().any(|state| matches!(state, State::Opaque { .. }));
    let mut parts = Vec::new();
    for state in &row.states {
        match state {
            State::Added | State::Metacopy => {}
            State::Replaced | State::CopiedOrReplaced if opaque => {}
            State::Replaced => parts.push("new file, hides the one below".to_string()),
            State::CopiedOrReplaced => parts.push("hides the one below".to_string()),
            State::CopiedUp { content, metadata_changed } => parts.push(
                match (metacopy, content, metadata_changed) {
                    (true, _, _) => "copied up, metadata only",
                    (_, Content::Changed, _) => "copied up, changed",
                    (_, Content::Same, false) => "copied up, unchanged",
                    (_, Content::Same, true) => "copied up, only metadata changed",
                    (_, Content::NotCompared, true) => "copied up, metadata changed",
                    (_, Content::NotCompared, false) => "copied up",
                }
                .to_string(),
            ),
            State::Opaque { .. } => parts.push("opaque: shows nothing from below".to_string()),
            State::Redirect { to } => parts.push(format!("redirect -> {to}")),
            State::Mounted { kind } if kind == "nsfs" => parts.push("keeps a namespace".to_string()),
            State::Mounted { kind } => parts.push(format!("{kind} is mounted here")),
        }
    }
    if metacopy && parts.is_empty() {
        parts.push("metadata only".to_string());
    }
    parts
}

/// Where an entry of the merged view comes from, from the fullest words to none.
pub fn merged_notes(row: &Row, upper: Option<&Name>) -> Vec<String> {
    if row.mark == Some(Mark::Gone) {
        return vec!["gone".to_string(), "gone".to_string(), "gone".to_string(), String::new()];
    }
    let Some(from) = &row.from else {
        return match own_kind(&row.kind) {
            Some(kind) => vec![kind],
            None => vec![String::new()],
        };
    };
    let layer = |name: &Name| if Some(name) == upper { "upper".to_string() } else { called(name) };
    let mut givers = vec![layer(from)];
    givers.extend(row.with.iter().take(2).map(layer));
    if row.with.len() > 2 {
        givers.push(format!("{} more", number((row.with.len() - 2) as u64)));
    }
    let kind = own_kind(&row.kind).map(|kind| format!(", {kind}")).unwrap_or_default();
    let hides = if row.hides.is_empty() { String::new() } else { format!(", hides {}", some(&row.hides)) };
    let few_hides = match row.hides.len() as u64 {
        0 => String::new(),
        hidden => format!(", hides {}", number(hidden)),
    };
    let more = match row.with.len() as u64 {
        0 => String::new(),
        joined => format!(" and {} more", number(joined)),
    };
    vec![
        format!("from {}{hides}{kind}", and(&givers)),
        format!("{}{more}{few_hides}{kind}", layer(from)),
        layer(from),
        String::new(),
    ]
}

/// What an entry is, where its look does not tell.
pub fn own_kind(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Device { major, minor } => Some(format!("device {major}, {minor}")),
        Kind::Fifo => Some("named pipe".to_string()),
        Kind::Socket => Some("socket".to_string()),
        _ => None,
    }
}

/// `1,204 more entries`: what stands for rows that were left out.
pub fn folded_rows(entries: u64) -> String {
    match entries {
        1 => "1 more entry".to_string(),
        _ => format!("{} more entries", number(entries)),
    }
}

/// `498 more layers, 1,204 entries`
pub fn folded_layers(layers: u64, entries: u64) -> String {
    format!("{} more {}, {}", number(layers), if layers == 1 { "layer" } else { "layers" }, self::entries(entries))
}

/// `4 layers, 1,204 entries`
pub fn layers_and_entries(layers: u64, entries: u64) -> String {
    format!("{} {}, {}", number(layers), if layers == 1 { "layer" } else { "layers" }, self::entries(entries))
}

/// `1,204 entries`
pub fn entries(entries: u64) -> String {
    if entries == 1 { "1 entry".to_string() } else { format!("{} entries", number(entries)) }
}

/// A layer as the title of its tree: its directory, or what it is and the engine's number for it, as short as engines
/// print those: `image layer 3 (7d1371ee70b9)`.
pub fn layer_title(layer: &Layer) -> String {
    let number = layer.directory.as_ref().and_then(|directory| directory.as_path().parent()?.file_name());
    match number {
        Some(number) => {
            let number: String = Name::from(number).to_string().chars().take(12).collect();
            format!("{} ({number})", layer.name)
        }
        None => layer.name.to_string(),
    }
}

/// How many layers there are, those that are folded included.
pub fn layer_count(lowers: &[Lower]) -> u64 {
    lowers.iter().map(|lower| if let Lower::Folded { layers, .. } = lower { *layers } else { 1 }).sum()
}
