//! A console line, understood: words and at most one redirection.
//!
//! The grammar is a small part of the shell's, so that bash reads every line of a lesson in the same way: one simple
//! command, words with shell quoting, and `>` or `>>` with a file. Pipes, variables, globs, `;`, `&` and the like are
//! refused by name; quoted, they are ordinary characters.

use serde::{Deserialize, Serialize};

/// A command with its arguments, and where its output goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandLine {
    /// The verb and its arguments, quoting removed.
    pub words: Vec<String>,
    /// `> FILE` or `>> FILE`.
    pub redirect: Option<Redirect>,
}

/// Where the standard output of a command goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    /// The file.
    pub file: String,
    /// `>>`: at its end; else it is emptied first.
    pub append: bool,
}

/// Why a line is outside the grammar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct LineError {
    /// The offending character, counted from 0.
    pub offset: usize,
    /// What is wrong, in a sentence without a full stop.
    pub what: String,
    /// What is allowed instead.
    pub allowed: String,
}

const ALLOWED: &str =
    "one simple command: words, quoted as in the shell ('…', \"…\", \\x), then at most one > FILE or >> FILE";

impl CommandLine {
    /// Reads a line as bash would read it, or says where it leaves the grammar.
    pub fn parse(line: &str) -> Result<CommandLine, LineError> {
        let mut reader = Reader { letters: line.chars().collect(), at: 0 };
        reader.command()
    }
}

/// The line as a shell would need it: words quoted where they must be, and only there.
impl std::fmt::Display for CommandLine {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, word) in self.words.iter().enumerate() {
            write!(out, "{}{}", if at > 0 { " " } else { "" }, quoted(word))?;
        }
        if let Some(redirect) = &self.redirect {
            let sign = if redirect.append { ">>" } else { ">" };
            write!(out, " {sign} {}", quoted(&redirect.file))?;
        }
        Ok(())
    }
}

/// A word as it must be written: `lowerdir=a:b` needs no quotes, `two words` does.
fn quoted(word: &str) -> std::borrow::Cow<'_, str> {
    let line = format!("echo {word}");
    match CommandLine::parse(&line) {
        Ok(CommandLine { words, redirect: None }) if words.len() == 2 && words[1] == word => word.into(),
        _ => format!("'{}'", word.replace('\'', r"'\''")).into(),
    }
}

struct Reader {
    letters: Vec<char>,
    at: usize,
}

impl Reader {
    fn command(&mut self) -> Result<CommandLine, LineError> {
        let mut words = Vec::new();
        let mut redirect: Option<Redirect> = None;
        loop {
            self.blanks();
            let start = self.at;
            match self.peek() {
                None => break,
                Some('>') => {
                    self.at += 1;
                    let append = self.peek() == Some('>');
                    if append {
                        self.at += 1;
                    }
                    self.blanks();
                    if self.peek().is_none() {
                        return Err(self.error(start, "a redirection without a file"));
                    }
                    let file = self.word()?;
                    if redirect.is_some() {
                        return Err(self.error(start, "a second redirection"));
                    }
                    redirect = Some(Redirect { file, append });
                }
                Some('#') => return Err(self.error(start, "a comment")),
                Some(_) => {
                    let word = self.word()?;
                    if redirect.is_some() {
                        return Err(self.error(start, "a word after the redirection"));
                    }
                    words.push(word);
                }
            }
        }
        if words.is_empty() {
            return Err(self.error(0, "no command"));
        }
        if words[0].contains('=') {
            return Err(self.error(0, "an assignment"));
        }
        Ok(CommandLine { words, redirect })
    }

    fn word(&mut self) -> Result<String, LineError> {
        let mut word = String::new();
        let start = self.at;
        while let Some(letter) = self.peek() {
            match letter {
                ' ' | '\t' | '>' => break,
                '\'' => self.single_quoted(&mut word)?,
                '"' => self.double_quoted(&mut word)?,
                '\\' => {
                    self.at += 1;
                    word.push(self.peek().ok_or_else(|| self.error(start, "a backslash at the end of the line"))?);
                    self.at += 1;
                }
                _ => {
                    if let Some(what) = special(letter, self.at == start) {
                        return Err(self.error(self.at, what));
                    }
                    word.push(letter);
                    self.at += 1;
                }
            }
        }
        // `2>file`: bash reads a number right before the sign as a descriptor.
        if self.peek() == Some('>') && !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.error(start, "a redirection of a numbered descriptor"));
        }
        if self.at == start {
            return Err(self.error(start, "a redirection without a file"));
        }
        Ok(word)
    }

    fn single_quoted(&mut self, word: &mut String) -> Result<(), LineError> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(self.error(start, "a quote that is not closed")),
                Some('\'') => break,
                Some(letter) => word.push(letter),
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(())
    }

    fn double_quoted(&mut self, word: &mut String) -> Result<(), LineError> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(self.error(start, "a quote that is not closed")),
                Some('"') => break,
                Some('$') => return Err(self.error(self.at, "a variable")),
                Some('`') => return Err(self.error(self.at, "a command substitution")),
                Some('\\') => {
                    self.at += 1;
                    match self.peek() {
                        None => return Err(self.error(start, "a quote that is not closed")),
                        Some(escaped @ ('"' | '\\' | '$' | '`')) => word.push(escaped),
                        Some(other) => {
                            word.push('\\');
                            word.push(other);
                        }
                    }
                }
                Some(letter) => word.push(letter),
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(())
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn error(&self, offset: usize, what: &str) -> LineError {
        LineError { offset, what: format!("{what} is outside the grammar of a console line"), allowed: ALLOWED.into() }
    }
}

/// What an unquoted character would mean to a shell, where that is more than itself.
fn special(letter: char, first: bool) -> Option<&'static str> {
    Some(match letter {
        '|' => "a pipe",
        '&' => "a background job or &&",
        ';' => "a second command",
        '<' => "an input redirection",
        '$' => "a variable",
        '`' => "a command substitution",
        '(' | ')' => "a subshell",
        '*' | '?' | '[' => "a glob",
        '{' | '}' => "a brace",
        '!' if first => "a negation or a history expansion",
        '~' if first => "a home directory",
        letter if letter.is_control() => "a control character",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{CommandLine, Redirect};
    use crate::action::Action;
    use crate::ground::mutation::each_mutant;
    use crate::lesson::{Catalogue, Language};

    fn parse(line: &str) -> Result<CommandLine, (usize, String)> {
        CommandLine::parse(line).map_err(|error| (error.offset, error.what))
    }

    #[test]
    fn words_are_read_as_the_shell_reads_them() {
        for (line, words) in [
            ("mkdir a b", &["mkdir", "a", "b"][..]),
            ("  echo   'two  words'  ", &["echo", "two  words"]),
            (r#"echo "a \"b\" \x" c\ d"#, &["echo", r#"a "b" \x"#, "c d"]),
            ("echo ''", &["echo", ""]),
            ("echo a'b'\"c\"d", &["echo", "abcd"]),
            ("echo '$x | y; * > z'", &["echo", "$x | y; * > z"]),
            ("ls a#b", &["ls", "a#b"]),
        ] {
            let parsed = parse(line).unwrap();
            assert_eq!(parsed.words, words, "{line}");
            assert_eq!(parsed.redirect, None, "{line}");
            assert_eq!(parse(&parsed.to_string()).unwrap(), parsed, "{line}: quoting does not survive a round trip");
        }
    }

    #[test]
    fn words_are_quoted_only_where_they_must_be() {
        for line in ["mount -t overlay overlay -o lowerdir=a:b,upperdir=c mnt", "echo 'two words' 'a*b' '' > 'my file'"]
        {
            assert_eq!(parse(line).unwrap().to_string(), line);
        }
    }

    #[test]
    fn a_redirection_ends_the_line() {
        let parsed = parse("echo 'I am' >> 'my file'").unwrap();
        assert_eq!(parsed.redirect, Some(Redirect { file: "my file".into(), append: true }));
        assert_eq!(parse("echo a>b").unwrap().redirect, Some(Redirect { file: "b".into(), append: false }));
    }

    #[test]
    fn whatever_else_a_shell_could_do_is_refused_where_it_stands() {
        for (line, offset, what) in [
            ("", 0, "no command"),
            ("ls | wc", 3, "a pipe"),
            ("a && b", 2, "a background job or &&"),
            ("a ; b", 2, "a second command"),
            ("cat < a", 4, "an input redirection"),
            ("echo $HOME", 5, "a variable"),
            ("echo \"$HOME\"", 6, "a variable"),
            ("echo `id`", 5, "a command substitution"),
            ("(ls)", 0, "a subshell"),
            ("ls *.txt", 3, "a glob"),
            ("ls a?", 4, "a glob"),
            ("ls [ab]", 3, "a glob"),
            ("ls {a,b}", 3, "a brace"),
            ("ls ~", 3, "a home directory"),
            ("! ls", 0, "a negation or a history expansion"),
            ("a=b", 0, "an assignment"),
            ("ls # all", 3, "a comment"),
            ("echo 'open", 5, "a quote that is not closed"),
            ("echo \"open", 5, "a quote that is not closed"),
            ("echo a\\", 5, "a backslash at the end of the line"),
            ("echo a >", 7, "a redirection without a file"),
            ("echo a > b > c", 11, "a second redirection"),
            ("echo a > b c", 11, "a word after the redirection"),
            ("ls 2>err", 3, "a redirection of a numbered descriptor"),
        ] {
            let (found_offset, found) = parse(line).expect_err(line);
            assert_eq!(found, format!("{what} is outside the grammar of a console line"), "{line}");
            assert_eq!(found_offset, offset, "{line}");
        }
    }

    #[test]
    fn a_line_that_was_read_can_be_written_and_read_again() {
        let samples: Vec<Vec<u8>> = lines_of_lessons();
        // Found: a control character that was quoted, and written without quotes.
        let found: [&[u8]; 3] = [br#"echo "a \"b\" \x" c\ d 'e' >> 'f g'"#, b"a=b", b"echo 'a\x04b'"];
        let samples: Vec<&[u8]> = samples.iter().map(Vec::as_slice).chain(found).collect();
        each_mutant(&samples, 10_000, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            match CommandLine::parse(&text) {
                Ok(line) => {
                    let written = line.to_string();
                    assert_eq!(CommandLine::parse(&written), Ok(line.clone()), "{text:?} is written {written:?}");
                    // No verb breaks, whatever flags and operands it is given.
                    let _ = Action::parse(&line.words);
                }
                Err(error) => assert!(error.offset <= text.chars().count() && !error.what.is_empty()),
            }
        });
    }

    /// Every line that a lesson of ours has.
    fn lines_of_lessons() -> Vec<Vec<u8>> {
        let lessons = Catalogue::embedded();
        let lessons = lessons.entries().iter().filter_map(|entry| entry.load(&Language::default()).ok());
        let lines = lessons.flat_map(|lesson| {
            let commands = lesson.steps().flat_map(|(_, step)| step.commands()).map(|line| line.source.clone());
            commands.collect::<Vec<_>>()
        });
        lines.map(String::into_bytes).collect()
    }
}
