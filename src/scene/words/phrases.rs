//! Names, numbers and lists within a sentence.

use crate::ground::Name;

/// A name within a sentence: in quotes where it would fall apart, which what a layer is called (`image layer 3`) does not.
pub fn called(name: &Name) -> String {
    let shown = name.to_string();
    if shown.is_empty() {
        "the directory itself".to_string()
    } else if shown.contains(char::is_whitespace) && !shown.starts_with("image layer ") {
        format!("'{shown}'")
    } else {
        shown
    }
}

/// `4 lower layers`, `1 lower layer`.
pub fn plural(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// `1,204`
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `a, b and c`
pub fn and(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// At most three names, and how many more there are.
pub(super) fn some(names: &[Name]) -> String {
    let mut shown: Vec<String> = names.iter().take(3).map(called).collect();
    if names.len() == 4 {
        shown.push(called(&names[3]));
    } else if names.len() > 4 {
        shown.push(format!("{} more", number((names.len() - 3) as u64)));
    }
    and(&shown)
}
