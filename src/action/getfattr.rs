//! `getfattr [-d] [-m PATTERN] [-n NAME] [-h] FILE…`: listxattr(2), then getxattr(2) for each name (attr's getfattr).
//!
//! PATTERN is a regular expression in the original; here only what no reader can take for another thing: `-` for all
//! names, `^` at its start, and letters. A symbolic link is followed, unless `-h` is given.

use crate::ground::Errno;
use crate::action::{Arguments, Context, Flag, Status, UsageError, Verb};
use crate::kernel::CallError;

/// Files whose attributes are printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Getfattr {
    files: Vec<String>,
    name: Option<String>,
    pattern: String,
    dump: bool,
    only_values: bool,
    no_follow: bool,
    absolute: bool,
}

impl Verb for Getfattr {
    const NAME: &'static str = "getfattr";
    const SYNOPSIS: &'static str = "getfattr [-d] [-m PATTERN] [-n NAME] [-h] [--only-values] [--absolute-names] FILE…";
    const FLAGS: &'static [Flag] = &[
        Flag::both('d', "dump"),
        Flag::both('m', "match").value(),
        Flag::both('n', "name").value(),
        Flag::both('h', "no-dereference"),
        Flag::long("only-values"),
        Flag::long("absolute-names"),
    ];

    fn parse(words: &[String]) -> Result<Getfattr, UsageError> {
        let arguments = Arguments::sort(words, Self::FLAGS)?.at_least(1, words, Self::SYNOPSIS)?;
        let pattern = arguments.value("m").unwrap_or("^user.").to_string();
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-:".contains(&byte);
        if !pattern.trim_start_matches('^').bytes().all(letter) || pattern.rfind('^') > Some(0) {
            return Err(UsageError {
                what: format!("getfattr does not know the pattern {pattern} here"),
                allowed: "-m takes - for all names, a part of the name, or ^ and its beginning".into(),
            });
        }
        Ok(Getfattr {
            name: arguments.value("n").map(String::from),
            pattern,
            dump: arguments.has("d"),
            only_values: arguments.has("only-values"),
            no_follow: arguments.has("h"),
            absolute: arguments.has("absolute-names"),
            files: arguments.operands,
        })
    }

    fn run(&self, context: &mut Context) -> Status {
        let mut stripped = false;
        let mut status = 0;
        for file in &self.files {
            if !self.print(context, file, &mut stripped) {
                status = 1;
            }
        }
        status
    }
}

impl Getfattr {
    fn print(&self, context: &mut Context, file: &str, stripped: &mut bool) -> bool {
        if let Err(error) = if self.no_follow { std::fs::symlink_metadata(file) } else { std::fs::metadata(file) } {
            let text = Errno::from(&error).words();
            context.complain(format!("getfattr: {}: {text}", escaped(file, "\n\r")));
            return false;
        }
        let names = match &self.name {
            Some(name) => vec![name.clone()],
            None => match context.sys.attribute_names(file.as_ref(), !self.no_follow) {
                Ok(names) => names.into_iter().filter(|name| self.matches(name)).collect(),
                Err(error) => return complain(context, file, None, &error),
            },
        };
        let mut all = true;
        let mut begun = false;
        for name in names {
            // Without -d or -n only the names are printed.
            let wanted = self.dump || self.name.is_some() || self.only_values;
            let value = match wanted.then(|| self.value(context, file, &name)).transpose() {
                Ok(value) => value,
                Err(error) => {
                    all = complain(context, file, Some(&name), &error);
                    continue;
                }
            };
            if self.only_values {
                context.print(value.unwrap_or_default());
                continue;
            }
            if !begun {
                begun = true;
                self.begin(context, file, stripped);
            }
            match value {
                Some(value) => context.print(format!("{}={}\n", escaped(&name, "=\n\r"), encoded(&value))),
                None => context.print(format!("{}\n", escaped(&name, "=\n\r"))),
            }
        }
        if begun {
            context.print("\n");
        }
        all
    }

    fn begin(&self, context: &mut Context, file: &str, stripped: &mut bool) {
        let mut shown = file;
        if !self.absolute {
            if file.starts_with('/') && !*stripped {
                *stripped = true;
                context.complain("getfattr: Removing leading '/' from absolute path names");
            }
            shown = file.trim_start_matches('/');
            while let Some(rest) = shown.strip_prefix("./") {
                shown = rest.trim_start_matches('/');
            }
            if shown.is_empty() {
                shown = ".";
            }
        }
        context.print(format!("# file: {}\n", escaped(shown, "\n\r")));
    }

    fn value(&self, context: &mut Context, file: &str, name: &str) -> Result<Vec<u8>, CallError> {
        match self.no_follow {
            true => context.sys.attribute(file.as_ref(), name),
            false => context.sys.attribute_through(file.as_ref(), name),
        }
    }

    fn matches(&self, name: &str) -> bool {
        // A dot of a regular expression stands for any character.
        let fits = |text: &[u8], pattern: &[u8]| {
            text.len() >= pattern.len() && pattern.iter().zip(text).all(|(p, t)| *p == b'.' || p == t)
        };
        match (self.pattern.as_str(), self.pattern.strip_prefix('^')) {
            ("-", _) => true,
            (_, Some(prefix)) => fits(name.as_bytes(), prefix.as_bytes()),
            (part, None) => (0..=name.len()).any(|at| fits(&name.as_bytes()[at..], part.as_bytes())),
        }
    }
}

fn complain(context: &mut Context, file: &str, name: Option<&str>, error: &CallError) -> bool {
    // The C library has a word of its own for this errno when it is about attributes.
    let text = if error.errno == Errno::ENODATA { "No such attribute" } else { error.text() };
    let name = name.map_or(String::new(), |name| format!("{name}: "));
    context.complain(format!("{}: {name}{text}", escaped(file, "\n\r")));
    false
}

/// As text where at most one byte of eight is not printable, else as base64.
fn encoded(value: &[u8]) -> String {
    let text = value.strip_suffix(b"\0").unwrap_or(value);
    let odd = text.iter().filter(|byte| !matches!(byte, b' '..=b'~')).count();
    if text.len() < odd * 8 {
        return format!("0s{}", base64(value));
    }
    let mut quoted = String::from("\"");
    for &byte in text {
        match byte {
            b'\\' | b'"' => quoted.extend(['\\', char::from(byte)]),
            0 | b'\n' | b'\r' => quoted.push_str(&format!("\\{byte:03o}")),
            other => quoted.push(char::from(other)),
        }
    }
    quoted.push('"');
    quoted
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().enumerate().fold(0u32, |group, (at, byte)| group | u32::from(*byte) << (16 - 8 * at));
        for digit in 0..4 {
            match digit <= chunk.len() {
                true => text.push(char::from(DIGITS[(group >> (18 - 6 * digit)) as usize & 63])),
                false => text.push('='),
            }
        }
    }
    text
}

/// Backslashes and the given characters as `\012`.
fn escaped(text: &str, special: &str) -> String {
    let mut shown = String::new();
    for letter in text.chars() {
        match letter == '\\' || special.contains(letter) {
            true => shown.push_str(&format!("\\{:03o}", u32::from(letter))),
            false => shown.push(letter),
        }
    }
    shown
}
