//! The flags of a verb (read with lexopt): declared once, used to read the words and to list what is known.

/// A flag that a verb understands.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// `p` for `-p`.
    pub short: Option<char>,
    /// `parents` for `--parents`.
    pub long: Option<&'static str>,
    /// It takes a value: `-s SIZE`, `--size=SIZE`.
    pub takes_value: bool,
    /// Its long form may have a value: `--net`, `--net=FILE`.
    pub may_take_value: bool,
}

impl Flag {
    /// A flag with a short and a long form and no value.
    pub const fn both(short: char, long: &'static str) -> Flag {
        Flag { short: Some(short), long: Some(long), takes_value: false, may_take_value: false }
    }
    /// A flag that only has a short form.
    pub const fn short(short: char) -> Flag {
        Flag { short: Some(short), long: None, takes_value: false, may_take_value: false }
    }
    /// A flag that only has a long form.
    pub const fn long(long: &'static str) -> Flag {
        Flag { short: None, long: Some(long), takes_value: false, may_take_value: false }
    }
    /// The same flag, taking a value.
    pub const fn value(mut self) -> Flag {
        self.takes_value = true;
        self
    }
    /// The same flag, whose long form may have a value.
    pub const fn optional_value(mut self) -> Flag {
        self.may_take_value = true;
        self
    }

    fn spelled(&self) -> String {
        let forms = [self.short.map(|short| format!("-{short}")), self.long.map(|long| format!("--{long}"))];
        forms.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn key(&self) -> String {
        self.short.map(String::from).or(self.long.map(String::from)).unwrap_or_default()
    }
}

/// A verb was called in a way that it does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct UsageError {
    /// What is wrong.
    pub what: String,
    /// What is known instead.
    pub allowed: String,
}

/// The words after the verb, sorted into flags and operands in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    flags: Vec<(String, Option<String>)>,
    /// What is not a flag.
    pub operands: Vec<String>,
}

impl Arguments {
    /// Sorts `words` (the verb first) by the `flags` of the verb; flags may be bundled (`-rf`) and end at `--`.
    pub fn sort(words: &[String], flags: &[Flag]) -> Result<Arguments, UsageError> {
        Self::sort_until(words, flags, false)
    }

    /// The same for a verb that runs a program: the first operand and all behind it are the program's words.
    pub fn sort_before_program(words: &[String], flags: &[Flag]) -> Result<Arguments, UsageError> {
        Self::sort_until(words, flags, true)
    }

    fn sort_until(words: &[String], flags: &[Flag], program: bool) -> Result<Arguments, UsageError> {
        use lexopt::{Arg, ValueExt};
        let verb = words.first().map(String::as_str).unwrap_or_default();
        let wrong = |what: String| UsageError { what, allowed: known(verb, flags) };
        let mut sorted = Arguments::default();
        let mut words = lexopt::Parser::from_iter(words);
        while let Some(word) = words.next().map_err(|error| wrong(error.to_string()))? {
            let mut is_long = false;
            let (flag, spelled) = match word {
                Arg::Value(operand) => {
                    sorted.operands.push(operand.string().unwrap_or_default());
                    if program && let Some(rest) = words.try_raw_args() {
                        sorted.operands.extend(rest.map(|word| word.string().unwrap_or_default()));
                    }
                    continue;
                }
                Arg::Short(short) => (flags.iter().find(|flag| flag.short == Some(short)), format!("-{short}")),
                Arg::Long(long) => {
                    is_long = true;
                    (flags.iter().find(|flag| flag.long == Some(long)), format!("--{long}"))
                }
            };
            let flag = flag.ok_or_else(|| wrong(format!("{verb} does not know the flag {spelled} here")))?;
            let value = match flag.takes_value {
                true => Some(
                    words
                        .value()
                        .and_then(|value| value.string())
                        .map_err(|_| wrong(format!("{spelled} needs a value")))?,
                ),
                false if is_long && flag.may_take_value => words.optional_value().and_then(|value| value.string().ok()),
                false => None,
            };
            sorted.flags.push((flag.key(), value));
        }
        Ok(sorted)
    }

    /// Whether a flag was given; named by its short form where it has one.
    pub fn has(&self, key: &str) -> bool {
        self.flags.iter().any(|(given, _)| given == key)
    }

    /// The last value given to a flag.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.flags.iter().rev().find(|(given, _)| given == key).and_then(|(_, value)| value.as_deref())
    }

    /// Every value given to a flag, in order.
    pub fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.flags.iter().filter(move |(given, _)| given == key).filter_map(|(_, value)| value.as_deref())
    }

    /// At least `least` operands, else an error that says what they are.
    pub fn at_least(self, least: usize, words: &[String], synopsis: &str) -> Result<Arguments, UsageError> {
        self.between(least, usize::MAX, words, synopsis)
    }

    /// From `least` to `most` operands, else an error that says what they are.
    pub fn between(self, least: usize, most: usize, words: &[String], synopsis: &str) -> Result<Arguments, UsageError> {
        let given = self.operands.len();
        if (least..=most).contains(&given) {
            return Ok(self);
        }
        let verb = &words[0];
        let too = if given < least { "few" } else { "many" };
        Err(UsageError { what: format!("too {too} operands for {verb}"), allowed: format!("write it so: {synopsis}") })
    }
}

fn known(verb: &str, flags: &[Flag]) -> String {
    let known: Vec<String> = flags.iter().map(Flag::spelled).collect();
    match known.is_empty() {
        true => format!("{verb} takes no flags here"),
        false => format!("{verb} takes {}", known.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Arguments, Flag};

    const FLAGS: &[Flag] =
        &[Flag::both('r', "recursive"), Flag::short('f'), Flag::both('s', "size").value(), Flag::long("only")];

    fn sort(line: &str) -> Result<Arguments, String> {
        let words: Vec<String> = line.split(' ').map(String::from).collect();
        Arguments::sort(&words, FLAGS).map_err(|error| format!("{}: {}", error.what, error.allowed))
    }

    #[test]
    fn flags_may_be_bundled_and_operands_may_stand_anywhere() {
        let sorted = sort("rm a -rf b -s10 --size=20 --only -- -c").unwrap();
        assert_eq!(sorted.operands, ["a", "b", "-c"]);
        assert!(sorted.has("r") && sorted.has("f") && sorted.has("only"));
        assert_eq!(sorted.value("s"), Some("20"));
        assert_eq!(sorted.values("s").collect::<Vec<_>>(), ["10", "20"]);
        assert_eq!(sort("rm -s 5 -").unwrap().operands, ["-"]);
    }

    #[test]
    fn an_unknown_flag_lists_the_known_ones() {
        let known = "rm takes -r, --recursive; -f; -s, --size; --only";
        assert_eq!(sort("rm -x").unwrap_err(), format!("rm does not know the flag -x here: {known}"));
        assert_eq!(sort("rm --long").unwrap_err(), format!("rm does not know the flag --long here: {known}"));
        assert_eq!(sort("rm -s").unwrap_err(), format!("-s needs a value: {known}"));
        assert!(sort("rm --only=1").unwrap_err().ends_with(known));
    }

    #[test]
    fn the_words_of_a_program_are_its_own() {
        const NET: &[Flag] = &[Flag::both('n', "net").optional_value()];
        let words = ["nsenter", "--net=f", "ip", "-br", "--net", "--", "x"].map(String::from);
        let sorted = Arguments::sort_before_program(&words, NET).unwrap();
        assert_eq!((sorted.value("n"), sorted.operands.join(" ").as_str()), (Some("f"), "ip -br --net -- x"));
        for words in [["nsenter", "--net"], ["nsenter", "-n"]] {
            let sorted = Arguments::sort_before_program(&words.map(String::from), NET).unwrap();
            assert!(sorted.has("n") && sorted.value("n").is_none());
        }
    }
}
