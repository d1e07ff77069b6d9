//! Reads a Rust source file as far as the rules of the rooms need it: every path that it names and every literal, what is
//! compiled for tests alone left out. It goes by tokens, so macros are read too, and comments are not.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use std::str::FromStr;

/// What a source file names.
#[derive(Debug, Default)]
pub struct Source {
    /// Paths, a part each. Those into the crate begin with `crate`, whether they were written with `crate`, `super` or
    /// `self`. The last part is `*` for all of a module, which giving the module another name counts as. (By its own name
    /// the crate is only known behind `extern crate self`, which counts as all of it.)
    pub paths: Vec<Vec<String>>,
    /// Strings, characters and numbers as they are written.
    pub literals: Vec<String>,
    /// Macros that are called, by the last part of their names.
    pub macros: Vec<String>,
    /// Modules in files of their own that are compiled for tests alone.
    pub test_modules: Vec<Vec<String>>,
}

impl Source {
    /// Reads a file that holds this module, named from the crate on: `["crate", "event", "name"]`.
    pub fn read(text: &str, module: &[String]) -> Source {
        let tokens = TokenStream::from_str(text).unwrap_or_else(|error| panic!("{module:?}: {error}"));
        let mut source = Source::default();
        source.tokens(tokens, module);
        source
    }

    fn tokens(&mut self, tokens: TokenStream, module: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            at = match &tokens[at..] {
                [TokenTree::Punct(hash), TokenTree::Group(attribute), ..]
                    if hash.as_char() == '#' && attribute.delimiter() == Delimiter::Bracket =>
                {
                    self.attribute(attribute.stream(), &tokens, at + 2, module)
                }
                [TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Group(body), ..]
                    if *word == "mod" && body.delimiter() == Delimiter::Brace =>
                {
                    self.tokens(body.stream(), &[module, &[name.to_string()]].concat());
                    at + 3
                }
                // `use<'a>` in a type names lifetimes.
                [TokenTree::Ident(word), next, ..] if *word == "use" && !is_punct(next, '<') => {
                    let end = at + tokens[at..].iter().position(|token| is_punct(token, ';')).unwrap_or(1);
                    self.use_tree(&tokens[at + 1..end], &[], module);
                    end
                }
                [TokenTree::Ident(word), TokenTree::Ident(next), ..] if *word == "extern" && *next == "crate" => {
                    self.paths.push(vec!["crate".into(), "*".into()]);
                    at + 2
                }
                [TokenTree::Ident(_), ..] => self.path(&tokens, at, module),
                [TokenTree::Group(group), ..] => {
                    self.tokens(group.stream(), module);
                    at + 1
                }
                [TokenTree::Literal(literal), ..] => {
                    self.literals.push(literal.to_string());
                    at + 1
                }
                _ => at + 1,
            };
        }
    }

    /// Reads an attribute; what stands behind `#[cfg(test)]` is passed over. Returns where to go on.
    fn attribute(&mut self, attribute: TokenStream, tokens: &[TokenTree], after: usize, module: &[String]) -> usize {
        let text = attribute.to_string().replace(' ', "");
        if text.starts_with("path=") {
            // Another room's file could be read as one's own.
            self.paths.push(vec!["crate".into(), "*".into()]);
        }
        if text != "cfg(test)" {
            if !text.starts_with("doc=") {
                self.tokens(attribute, module);
            }
            return after;
        }
        let end = |token: &TokenTree| {
            is_punct(token, ';')
                || is_punct(token, ',')
                || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
        };
        let length = tokens[after..].iter().position(end).unwrap_or(tokens.len() - after - 1);
        let item = &tokens[after..after + length];
        if let [.., TokenTree::Ident(word), TokenTree::Ident(name)] = item
            && *word == "mod"
        {
            self.test_modules.push([module, &[name.to_string()]].concat());
        }
        after + length + 1
    }

    /// Reads a path at its first part; returns where to go on.
    fn path(&mut self, tokens: &[TokenTree], start: usize, module: &[String]) -> usize {
        let mut parts = Vec::new();
        let mut at = start;
        while let Some(TokenTree::Ident(part)) = tokens.get(at) {
            parts.push(part.to_string());
            at += 1;
            if !is_colons(tokens, at) {
                break;
            }
            at += 2;
        }
        if tokens.get(at).is_some_and(|token| is_punct(token, '!')) {
            self.macros.extend(parts.last().cloned());
            if parts == ["include"] {
                parts = vec!["crate".into(), "*".into()];
            }
        }
        self.paths.push(whole(&parts, module));
        at
    }

    /// Reads what stands behind `use`, up to the semicolon or within braces.
    fn use_tree(&mut self, tokens: &[TokenTree], before: &[String], module: &[String]) {
        for tree in tokens.split(|token| is_punct(token, ',')) {
            let mut parts = before.to_vec();
            let mut grouped = false;
            for (at, token) in tree.iter().enumerate() {
                match token {
                    TokenTree::Ident(word) if *word == "as" => break,
                    TokenTree::Ident(word) if *word == "self" && at == 0 && !before.is_empty() => {}
                    TokenTree::Ident(part) => parts.push(part.to_string()),
                    TokenTree::Punct(star) if star.as_char() == '*' => parts.push("*".into()),
                    TokenTree::Group(group) => {
                        let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                        self.use_tree(&inside, &parts, module);
                        grouped = true;
                    }
                    _ => {}
                }
            }
            if !grouped && !tree.is_empty() {
                let mut path = whole(&parts, module);
                // `use crate as c;` and `use std;` bring all of it in.
                if path.len() == 1 {
                    path.push("*".into());
                }
                self.paths.push(path);
            }
        }
    }
}

/// A path from the crate on, where it leads into the crate.
fn whole(parts: &[String], module: &[String]) -> Vec<String> {
    let mut path: Vec<String> = match parts.first().map(String::as_str) {
        Some("crate") => vec!["crate".into()],
        Some("self" | "super") if parts.len() > 1 => module.to_vec(),
        _ => return parts.to_vec(),
    };
    for part in parts {
        match part.as_str() {
            "crate" | "self" => {}
            "super" => {
                path.pop();
            }
            _ => path.push(part.clone()),
        }
    }
    path
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

/// Whether `::` stands here.
fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    let first = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':' && punct.spacing() == Spacing::Joint);
    tokens.get(at).is_some_and(first) && tokens.get(at + 1).is_some_and(|token| is_punct(token, ':'))
}
