//! What an hour in front of a class adds to a run.

use crate::event::{Hands, OtherNumber};
use crate::scene::words::question;

/// So many numbers are named.
const MOST_NUMBERS: usize = 6;

/// Hands that were counted: `27 of 40 in the class said yes: Will mnt/a.txt exist?`
pub fn hands(hands: &Hands) -> String {
    format!("{} of {} in the class said yes: {}", hands.yes, hands.of, question(&hands.statement))
}

/// Numbers that are others on another stage, in one sentence; nothing where there are none.
pub fn other_numbers(others: &[OtherNumber]) -> Option<String> {
    let named = others.iter().take(MOST_NUMBERS);
    let named = named.map(|other| format!("{} {} (shown: {})", other.of, other.is, other.was));
    let mut said: Vec<String> = named.collect();
    let more = others.len().saturating_sub(MOST_NUMBERS);
    said.extend((more > 0).then(|| format!("{more} more")));
    (!said.is_empty()).then(|| format!("Other numbers than the class has seen: {}", said.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::other_numbers;
    use crate::event::OtherNumber;

    #[test]
    fn other_numbers_are_named_and_the_rest_is_counted() {
        let other = |at: usize| OtherNumber { of: format!("p{at}"), was: at.to_string(), is: (at + 1).to_string() };
        assert_eq!(other_numbers(&[]), None);
        let said = other_numbers(&[other(1)]).unwrap();
        assert_eq!(said, "Other numbers than the class has seen: p1 2 (shown: 1)");
        let said = other_numbers(&(0..9).map(other).collect::<Vec<_>>()).unwrap();
        assert!(said.ends_with("p5 6 (shown: 5), 3 more"), "{said}");
    }
}
