//! The language of a lesson's text.

/// What the learner asked for, in the order in which it is looked for: `zh-CN`, `zh`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language {
    wanted: Vec<String>,
}

/// The language of `lesson.md`, which every lesson has.
pub(super) const DEFAULT: &str = "en";

impl Language {
    /// The language of the flag, else of the locale: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set and
    /// not empty, as in locale(7).
    pub fn choose(flag: Option<&str>, environment: impl Fn(&str) -> Option<String>) -> Language {
        let variables = ["LC_ALL", "LC_MESSAGES", "LANG"];
        let locale = || variables.into_iter().filter_map(environment).find(|value| !value.is_empty());
        let named = flag.map(String::from).or_else(locale).unwrap_or_default();
        // `zh_CN.UTF-8@modifier`
        let bare = named.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
        if bare.is_empty() || bare == "C" || bare == "POSIX" {
            return Language { wanted: vec![DEFAULT.to_string()] };
        }
        let general = bare.split('-').next().unwrap_or_default().to_string();
        let mut wanted = vec![bare];
        if !wanted.contains(&general) {
            wanted.push(general);
        }
        Language { wanted }
    }

    /// The best of the languages that there are, else English.
    pub(super) fn among<'l>(&self, languages: &'l [String]) -> &'l str {
        let found =
            self.wanted.iter().find_map(|wanted| languages.iter().find(|have| have.eq_ignore_ascii_case(wanted)));
        found.map_or(DEFAULT, String::as_str)
    }
}

impl Default for Language {
    /// English.
    fn default() -> Language {
        Language { wanted: vec![DEFAULT.to_string()] }
    }
}

/// The file of a language.
pub(super) fn file_name(language: &str) -> String {
    match language {
        DEFAULT => "lesson.md".to_string(),
        _ => format!("lesson.{language}.md"),
    }
}

/// The language of a file; nothing where it is no lesson's text.
pub(super) fn of_file(name: &str) -> Option<&str> {
    let language = match name.strip_prefix("lesson.")? {
        "md" => return Some(DEFAULT),
        rest => rest.strip_suffix(".md")?,
    };
    let mut parts = language.split('-');
    let first = parts.next()?;
    let valid = (2..=3).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    // `lesson.md` is the English text: a second one would never be read.
    (valid && language != DEFAULT).then_some(language)
}

#[cfg(test)]
mod tests {
    use super::{Language, of_file};

    fn choose(flag: Option<&str>, environment: &[(&str, &str)]) -> Vec<String> {
        let find =
            |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string());
        Language::choose(flag, find).wanted
    }

    #[test]
    fn the_flag_wins_then_the_locale_in_its_order() {
        assert_eq!(choose(Some("fr"), &[("LC_ALL", "de_DE.UTF-8")]), ["fr"]);
        assert_eq!(choose(None, &[("LANG", "en_GB"), ("LC_MESSAGES", "zh_CN.UTF-8"), ("LC_ALL", "de@euro")]), ["de"]);
        assert_eq!(choose(None, &[("LANG", "en_GB"), ("LC_MESSAGES", "zh_CN.UTF-8"), ("LC_ALL", "")]), ["zh-CN", "zh"]);
        assert_eq!(choose(None, &[("LANG", "pt_BR.UTF-8")]), ["pt-BR", "pt"]);
        for locale in ["C", "POSIX", "C.UTF-8", ""] {
            assert_eq!(choose(None, &[("LANG", locale)]), ["en"]);
        }
        assert_eq!(choose(None, &[]), ["en"]);
    }

    #[test]
    fn the_best_language_that_there_is_is_taken() {
        let have: Vec<String> = ["en", "zh", "pt-BR"].map(String::from).to_vec();
        let pick = |flag| Language::choose(Some(flag), |_| None).among(&have).to_string();
        assert_eq!(["zh_CN", "pt-br", "pt", "xx", "../en"].map(pick), ["zh", "pt-BR", "en", "en", "en"]);
    }

    #[test]
    fn the_language_stands_in_the_name_of_the_file() {
        let names =
            ["lesson.md", "lesson.zh.md", "lesson.pt-BR.md", "lesson.en.md", "lesson..md", "lesson.Zh.md", "x.md"];
        assert_eq!(names.map(of_file), [Some("en"), Some("zh"), Some("pt-BR"), None, None, None, None]);
    }
}
