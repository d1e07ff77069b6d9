//! The lessons there are: embedded in the binary, or a folder of somebody's own.
//!
//! A lesson is a folder `NN-slug`. Opening the catalogue looks at names alone; a lesson's text is read when it is asked
//! for, and for a list only its first lines are. Of somebody's folder nothing is read through a symbolic link, but for the
//! path that was named: what is shown and run must be in it.

use crate::event::LONGEST_RECORDING;
use crate::ground::{Failure, Name};
use crate::kernel::{open_directory, open_file};
use crate::lesson::error::refused;
use crate::lesson::language::{self, Language};
use crate::lesson::outline;
use crate::lesson::{FRONT_MATTER_LIMIT, Lesson, LoadError, Meta, SIZE_LIMIT, parse, read_meta};
use include_dir::{Dir, DirEntry, include_dir};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// As `build.rs` puts them there: recordings are compressed (RFC 1950), which makes the program smaller by a tenth.
static LESSONS: Dir<'static> = include_dir!("$OUT_DIR/lessons");

/// The recording of a real run in a lesson's folder.
const RECORDING: &str = "recording.jsonl";

/// The lessons, sorted by number.
#[derive(Debug)]
pub struct Catalogue {
    entries: Vec<CatalogueEntry>,
}

/// A lesson's folder.
#[derive(Clone, Debug)]
pub struct CatalogueEntry {
    /// `01-four-layers` is 1.
    pub number: u32,
    /// `four-layers`
    pub slug: String,
    /// The languages of its text, sorted, English (`lesson.md`) first.
    pub languages: Vec<String>,
    folder: Folder,
}

#[derive(Clone, Debug)]
enum Folder {
    Embedded(&'static Dir<'static>),
    /// `named` where somebody named it itself, and not the folder around it.
    Disk {
        path: PathBuf,
        named: bool,
    },
}

impl Catalogue {
    /// The lessons in the binary.
    ///
    /// # Panics
    /// Where their folders are badly named; a test keeps that from being built.
    pub fn embedded() -> Catalogue {
        let folders = LESSONS.dirs().map(|dir| (file_name(dir.path()), Folder::Embedded(dir)));
        Catalogue::of(folders.collect(), Path::new("lessons")).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The lessons in a folder, or the one whose folder this is.
    pub fn folder(path: &Path) -> Result<Catalogue, Failure> {
        let wanted = || format!("cannot read the lessons in {}", Name::of(path));
        if path.join(language::file_name(language::DEFAULT)).is_file() {
            // Its name is that of the folder itself, also where it was called `.`.
            let whole = path
                .canonicalize()
                .map_err(|error| refused(wanted(), "open", format!("{path:?}, O_RDONLY"), &error))?;
            let folder = Folder::Disk { path: path.to_path_buf(), named: true };
            return Catalogue::of(vec![(file_name(&whole), folder)], path);
        }
        let failed = |error| refused(wanted(), "open", format!("{path:?}, O_RDONLY|O_DIRECTORY"), &error);
        let mut folders = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            // A README may lie beside the lessons, and what is hidden is not ours.
            if entry.path().is_dir() && !name.as_encoded_bytes().starts_with(b".") {
                folders.push((name.to_string_lossy().into_owned(), Folder::Disk { path: entry.path(), named: false }));
            }
        }
        Catalogue::of(folders, path)
    }

    fn of(mut folders: Vec<(String, Folder)>, path: &Path) -> Result<Catalogue, Failure> {
        folders.sort_by(|(first, _), (second, _)| first.cmp(second));
        let mut entries: BTreeMap<u32, CatalogueEntry> = BTreeMap::new();
        for (name, folder) in folders {
            let wanted = format!("cannot use {} as a lesson", Name::of(path.join(&name)));
            let Some((number, slug)) = split_name(&name) else {
                let fix = "call the folder NN-slug, such as 07-what-goes-wrong, or move it elsewhere";
                return Err(Failure::ours(
                    wanted,
                    "its name is not two digits, a hyphen and a slug of a-z, 0-9 and hyphens",
                    fix,
                ));
            };
            let mut entry = CatalogueEntry { number, slug: slug.to_string(), languages: Vec::new(), folder };
            entry.languages = entry.find_languages();
            if let Some(other) = entries.get(&number) {
                let why = format!("{} has the number {number} too", other.name());
                return Err(Failure::ours(wanted, why, "give one of them a number of its own"));
            }
            if let Some(other) = entries.values().find(|other| other.slug == slug) {
                let why = format!("{} has the slug {slug} too", other.name());
                return Err(Failure::ours(wanted, why, "give one of them a slug of its own"));
            }
            entries.insert(number, entry);
        }
        Ok(Catalogue { entries: entries.into_values().collect() })
    }

    /// All of them, by number.
    pub fn entries(&self) -> &[CatalogueEntry] {
        &self.entries
    }

    /// The lesson of a number (`1`, `01`), a slug (`four-layers`) or both (`01-four-layers`).
    pub fn find(&self, wanted: &str) -> Result<&CatalogueEntry, Failure> {
        let number = wanted.parse::<u32>().ok();
        let whole = split_name(wanted);
        let found = self.entries.iter().find(|entry| {
            Some(entry.number) == number || entry.slug == wanted || whole == Some((entry.number, entry.slug.as_str()))
        });
        found.ok_or_else(|| self.unknown(wanted))
    }

    fn unknown(&self, wanted: &str) -> Failure {
        let near = |entry: &&CatalogueEntry| {
            // The names a person may have meant; a number is one digit off at most.
            let names = [entry.slug.clone(), entry.name()];
            let slugs = names.iter().any(|name| strsim::jaro_winkler(name, wanted) > 0.8);
            let part =
                wanted.len() > 2 && entry.slug.split('-').any(|word| strsim::damerau_levenshtein(word, wanted) < 2);
            let digits = !wanted.is_empty() && wanted.bytes().all(|byte| byte.is_ascii_digit());
            !digits && (slugs || part)
                || digits && wanted.len() > 1 && strsim::levenshtein(&entry.number.to_string(), wanted) < 2
        };
        let tell = |entry: &CatalogueEntry| format!("{} {}", entry.number, entry.slug);
        let near: Vec<String> = self.entries.iter().filter(near).map(tell).collect();
        let all: Vec<String> = self.entries.iter().map(tell).collect();
        let fix = match (&near[..], &all[..]) {
            ([], []) => "there are no lessons here; name a folder that has some".to_string(),
            ([], all) => format!("take one of these, by number or name: {}", all.join(", ")),
            (near, _) => format!("did you mean {}?", near.join(" or ")),
        };
        let wanted = wanted.replace(char::is_control, "\u{fffd}");
        Failure::plain(format!("no lesson is called `{wanted}`"), fix)
    }
}

impl CatalogueEntry {
    /// `01-four-layers`
    pub fn name(&self) -> String {
        format!("{:02}-{}", self.number, self.slug)
    }

    /// Whether it is one of the program's own: nobody has to trust it besides the program.
    pub fn is_built_in(&self) -> bool {
        matches!(self.folder, Folder::Embedded(_))
    }

    /// Where its text stands, as errors tell it.
    pub fn text_path(&self, language: &Language) -> PathBuf {
        self.shown(Path::new(&language::file_name(language.among(&self.languages))))
    }

    /// What the catalogue needs to know of it: the first lines are read, no more.
    pub fn meta(&self, language: &Language) -> Result<Meta, LoadError> {
        let language = language.among(&self.languages);
        let file = language::file_name(language);
        let bytes = self.read_at_most(Path::new(&file), FRONT_MATTER_LIMIT)?;
        let head = &bytes[..bytes.len().min(FRONT_MATTER_LIMIT)];
        // The limit may have cut a letter in two, and bytes below the front matter that are no text are no matter here.
        let whole = std::str::from_utf8(head);
        let valid = whole.map_or_else(|error| error.valid_up_to(), str::len);
        let no_text = whole.is_err_and(|error| error.error_len().is_some());
        let file = Path::new(&file);
        let start = self.text(&head[..valid], file)?;
        read_meta(start, &self.shown(file), self.number, &self.slug, language).map_err(|errors| {
            match self.text(head, file) {
                Err(failure) if no_text => failure.into(),
                _ => LoadError::Broken(errors),
            }
        })
    }

    /// The lesson in this language, where it has it, else in English.
    pub fn load(&self, language: &Language) -> Result<Lesson, LoadError> {
        let language = language.among(&self.languages);
        let text = self.source(language)?;
        let file = self.shown(Path::new(&language::file_name(language)));
        parse(&text, &file, self.number, &self.slug, language).map_err(LoadError::Broken)
    }

    /// Its exercises, by their headings alone.
    pub fn exercises(&self, language: &Language) -> Result<Vec<outline::Heading>, LoadError> {
        Ok(outline::exercises(&self.source(language.among(&self.languages))?))
    }

    /// The text in exactly this language, as the file holds it.
    pub fn source(&self, language: &str) -> Result<String, LoadError> {
        let file = language::file_name(language);
        let file = Path::new(&file);
        let bytes = self.read_at_most(file, SIZE_LIMIT)?;
        if bytes.len() > SIZE_LIMIT {
            let why = format!("it has more than {SIZE_LIMIT} bytes");
            return Err(Failure::ours(self.cannot_read(file), why, "split it into several lessons").into());
        }
        Ok(self.text(&bytes, file)?.to_string())
    }

    /// The recording of a real run, where there is one; no more of it than a reader takes.
    pub fn recording(&self) -> Option<Cow<'static, [u8]>> {
        self.read_at_most(Path::new(RECORDING), LONGEST_RECORDING).ok()
    }

    /// Everything in its folder, relative to it and sorted; directories only where they are empty.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = match &self.folder {
            Folder::Embedded(dir) => {
                let mut files = Vec::new();
                embedded_files(dir, dir.path(), &mut files);
                files
            }
            Folder::Disk { path, .. } => walkdir::WalkDir::new(path)
                .min_depth(1)
                .into_iter()
                .flatten()
                .filter(|entry| !entry.file_type().is_dir() || is_empty(entry.path()))
                .filter_map(|entry| entry.path().strip_prefix(path).ok().map(Path::to_path_buf))
                .collect(),
        };
        files.sort();
        files
    }

    /// A file of its folder; a path that leads out of it is refused.
    pub fn read(&self, file: &Path) -> Result<Cow<'static, [u8]>, Failure> {
        self.read_at_most(file, usize::MAX - 1)
    }

    /// At most one byte more than `limit`, so that one can tell that there are more.
    fn read_at_most(&self, file: &Path, limit: usize) -> Result<Cow<'static, [u8]>, Failure> {
        if file.components().any(|part| !matches!(part, Component::Normal(_))) {
            let fix = "name a file in the folder of the lesson";
            return Err(Failure::ours(self.cannot_read(file), "the path leads out of the lesson's folder", fix));
        }
        match &self.folder {
            Folder::Embedded(dir) => match dir.get_file(dir.path().join(file)) {
                Some(found) if file == Path::new(RECORDING) => {
                    let mut bytes = Vec::new();
                    let unpacked = flate2::bufread::ZlibDecoder::new(found.contents()).read_to_end(&mut bytes);
                    unpacked
                        .map_err(|error| refused(self.cannot_read(file), "inflate", format!("{file:?}"), &error))?;
                    Ok(Cow::Owned(bytes))
                }
                Some(found) => Ok(Cow::Borrowed(found.contents())),
                None => {
                    let fix = "name a file that the lesson has";
                    Err(Failure::ours(self.cannot_read(file), "the lesson has no such file", fix))
                }
            },
            Folder::Disk { path: folder, named } => {
                let path = folder.join(file);
                let failed = |call: &str, args: String, error| refused(self.cannot_read(file), call, args, &error);
                let open = open_below(folder, *named, file).map_err(|error| match self.link_to(file) {
                    Some(link) => self.is_link(file, &link),
                    None => failed("open", format!("{path:?}, O_RDONLY"), error),
                })?;
                // It was opened without waiting for somebody to write into it.
                if open.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir()) {
                    return Err(self.is_no_file(file));
                }
                let mut bytes = Vec::new();
                open.take(limit as u64 + 1)
                    .read_to_end(&mut bytes)
                    .map_err(|error| failed("read", format!("{path:?}"), error))?;
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// Whether all its files can be read: none is a link, a pipe or a device.
    ///
    /// # Errors
    /// The first that is.
    pub fn check_files(&self) -> Result<(), Failure> {
        let Folder::Disk { path, .. } = &self.folder else { return Ok(()) };
        for file in self.files() {
            match fs::symlink_metadata(path.join(&file)).map(|found| found.file_type()) {
                Ok(kind) if kind.is_symlink() => return Err(self.is_link(&file, &file)),
                Ok(kind) if !kind.is_file() && !kind.is_dir() => return Err(self.is_no_file(&file)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The symbolic link on the way to a file.
    fn link_to(&self, file: &Path) -> Option<PathBuf> {
        let Folder::Disk { path, named } = &self.folder else { return None };
        let is_link = |way: &&Path| {
            let is_folder = way.as_os_str().is_empty();
            // With nothing behind it: `a/` is what the link `a` leads to.
            let whole = if is_folder { path.clone() } else { path.join(way) };
            !(is_folder && *named) && fs::symlink_metadata(whole).is_ok_and(|found| found.is_symlink())
        };
        file.ancestors().filter(is_link).last().map(Path::to_path_buf)
    }

    fn is_link(&self, file: &Path, link: &Path) -> Failure {
        let why = match link.as_os_str().is_empty() {
            true => "the folder of the lesson is a symbolic link, and may lead anywhere".to_string(),
            false => format!("{} is a symbolic link, and may lead out of the folder", Name::of(link)),
        };
        Failure::ours(self.cannot_read(file), why, "put what it leads to in its place")
    }

    fn is_no_file(&self, file: &Path) -> Failure {
        Failure::ours(self.cannot_read(file), "it is not a regular file", "put a text file in its place")
    }

    fn text<'b>(&self, bytes: &'b [u8], file: &Path) -> Result<&'b str, Failure> {
        std::str::from_utf8(bytes).map_err(|error| {
            let at = error.valid_up_to();
            let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            let why = format!("byte {} (0x{:02x}), in line {line}, is not UTF-8", at + 1, bytes[at]);
            Failure::ours(self.cannot_read(file), why, "store the file as UTF-8")
        })
    }

    fn cannot_read(&self, file: &Path) -> String {
        format!("cannot read {}", Name::of(self.shown(file)))
    }

    /// A file as it is told: of an embedded lesson, its place in the source tree.
    fn shown(&self, file: &Path) -> PathBuf {
        match &self.folder {
            Folder::Embedded(dir) => Path::new("lessons").join(dir.path()).join(file),
            Folder::Disk { path, .. } => path.join(file),
        }
    }

    /// The folder itself, as it is told.
    pub fn path(&self) -> PathBuf {
        match &self.folder {
            Folder::Embedded(dir) => Path::new("lessons").join(dir.path()),
            Folder::Disk { path, .. } => path.clone(),
        }
    }

    fn find_languages(&self) -> Vec<String> {
        let names: Vec<String> = match &self.folder {
            Folder::Embedded(dir) => dir.files().map(|file| file_name(file.path())).collect(),
            Folder::Disk { path, .. } => fs::read_dir(path)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect(),
        };
        let mut languages: Vec<String> =
            names.iter().filter_map(|name| language::of_file(name)).map(String::from).collect();
        languages.sort_by_key(|language| (language != language::DEFAULT, language.clone()));
        languages
    }
}

/// Opens a file of a folder through no link, one directory at a time. What is no file is opened without waiting for it.
fn open_below(folder: &Path, named: bool, file: &Path) -> std::io::Result<fs::File> {
    // What somebody has named is followed: with `/.` it is what the link leads to.
    let as_named = |path: &Path| open_directory(None, &path.join("."));
    let mut directory = match (named, folder.parent(), folder.file_name()) {
        (false, Some(above), Some(name)) => open_directory(Some(&as_named(above)?), Path::new(name))?,
        _ => as_named(folder)?,
    };
    let mut names: Vec<_> = file.components().collect();
    let last = names.pop().ok_or(std::io::ErrorKind::NotFound)?;
    for name in names {
        directory = open_directory(Some(&directory), Path::new(name.as_os_str()))?;
    }
    Ok(open_file(&directory, Path::new(last.as_os_str()))?.into())
}

/// `01-four-layers` → 1, `four-layers`.
pub(super) fn split_name(name: &str) -> Option<(u32, &str)> {
    let (digits, slug) = name.split_once('-')?;
    let number =
        (digits.len() >= 2 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())??;
    (number > 0 && format!("{number:02}") == digits && is_slug(slug)).then_some((number, slug))
}

/// Words of a-z and 0-9, joined by hyphens, the first beginning with a letter.
pub(super) fn is_slug(slug: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    slug.len() <= 60 && slug.starts_with(|letter: char| letter.is_ascii_lowercase()) && slug.split('-').all(word)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_none())
}

fn embedded_files(dir: &Dir<'static>, root: &Path, files: &mut Vec<PathBuf>) {
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(dir) => embedded_files(dir, root, files),
            DirEntry::File(file) => files.extend(file.path().strip_prefix(root).map(Path::to_path_buf)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Catalogue, CatalogueEntry, Language};
    use crate::ground::Failure;
    use crate::lesson::LoadError;
    use std::fs;
    use std::path::Path;

    const TEXT: &str = "---\ntitle: T\nminutes: 8\nneeds: []\n---\nIntro.\n\n## S\n```console\n$ mkdir a\n```\n";

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            fs::create_dir(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join("lesson.md"), TEXT).unwrap();
        }
        folder
    }

    fn said(folder: &tempfile::TempDir, result: Result<impl std::fmt::Debug, impl Into<LoadError>>) -> String {
        result.map_err(Into::<LoadError>::into).unwrap_err().to_string().replace(folder.path().to_str().unwrap(), "L")
    }

    fn said_of(entry: &CatalogueEntry) -> String {
        entry.read(Path::new("lesson.md")).unwrap_err().to_string()
    }

    fn only(catalogue: &Catalogue) -> &CatalogueEntry {
        &catalogue.entries()[0]
    }

    #[test]
    fn the_lessons_in_the_binary_are_well_named_and_readable() {
        for entry in Catalogue::embedded().entries() {
            let meta = entry.meta(&Language::default()).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((meta.number, &meta.slug), (entry.number, &entry.slug));
            assert!(entry.files().contains(&"lesson.md".into()), "{}", entry.name());
        }
    }

    #[test]
    fn a_folder_is_a_catalogue_sorted_by_number() {
        let folder = folder(&["10-ten", "02-two-words", "100-hundred"]);
        fs::write(folder.path().join("README.md"), "").unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        let catalogue = Catalogue::folder(folder.path()).unwrap();
        let names: Vec<String> = catalogue.entries().iter().map(CatalogueEntry::name).collect();
        assert_eq!(names, ["02-two-words", "10-ten", "100-hundred"]);
        for wanted in ["2", "02", "two-words", "02-two-words"] {
            assert_eq!(catalogue.find(wanted).unwrap().number, 2);
        }
        let entry = catalogue.find("2").unwrap();
        assert_eq!(entry.meta(&Language::default()).unwrap(), entry.load(&Language::default()).unwrap().meta);
        let single = Catalogue::folder(&folder.path().join("10-ten")).unwrap();
        assert_eq!((single.entries().len(), only(&single).number), (1, 10));
    }

    #[test]
    fn an_unknown_lesson_gets_a_suggestion_or_the_list() {
        let folder = folder(&["01-four-layers", "02-copy-up", "03-whiteouts"]);
        let catalogue = Catalogue::folder(folder.path()).unwrap();
        let say = |wanted| LoadError::from(catalogue.find(wanted).unwrap_err()).to_string();
        assert_eq!(say("four-layer"), "error: no lesson is called `four-layer`\n  fix   did you mean 1 four-layers?");
        assert_eq!(say("layers"), "error: no lesson is called `layers`\n  fix   did you mean 1 four-layers?");
        assert_eq!(say("copyup"), "error: no lesson is called `copyup`\n  fix   did you mean 2 copy-up?");
        assert_eq!(say("01-copy-up"), "error: no lesson is called `01-copy-up`\n  fix   did you mean 2 copy-up?");
        let all = "fix   take one of these, by number or name: 1 four-layers, 2 copy-up, 3 whiteouts";
        for wanted in ["7", "", "../etc", "0", "镜像"] {
            assert_eq!(say(wanted), format!("error: no lesson is called `{wanted}`\n  {all}"));
        }
        assert!(say("a\u{1b}[31m").starts_with("error: no lesson is called `a\u{fffd}[31m`"));
        assert_eq!(say("13"), "error: no lesson is called `13`\n  fix   did you mean 1 four-layers or 3 whiteouts?");
    }

    #[test]
    fn strange_names_are_refused() {
        let why = "  why   its name is not two digits, a hyphen and a slug of a-z, 0-9 and hyphens\n  \
                   fix   call the folder NN-slug, such as 07-what-goes-wrong, or move it elsewhere";
        for name in
            ["four-layers", "1-four", "00-none", "01-", "01-Four", "01-a--b", "01-a b", "001-a", "01-..", "01-层"]
        {
            let folder = folder(&[name]);
            assert_eq!(
                said(&folder, Catalogue::folder(folder.path())),
                format!("error: cannot use L/{name} as a lesson\n{why}")
            );
        }
        let twice = folder(&["01-a", "01-b"]);
        assert_eq!(
            said(&twice, Catalogue::folder(twice.path())),
            "error: cannot use L/01-b as a lesson\n  why   01-a has the number 1 too\n  fix   give one of them a number of its own"
        );
        let twice = folder(&["01-a", "02-a"]);
        assert!(said(&twice, Catalogue::folder(twice.path())).contains("01-a has the slug a too"));
        assert_eq!(
            said(&twice, Catalogue::folder(Path::new("/nowhere"))),
            "error: cannot read the lessons in /nowhere\n  call  open(\"/nowhere\", O_RDONLY|O_DIRECTORY) = -1 ENOENT (No such file or directory)\n  \
             why   No such file or directory\n  fix   check the path; `layerlab list` shows the lessons there are"
        );
    }

    #[test]
    fn a_language_is_taken_where_the_lesson_has_it() {
        let folder = folder(&["01-a"]);
        fs::write(folder.path().join("01-a/lesson.zh.md"), TEXT.replace("title: T", "title: 层")).unwrap();
        let catalogue = Catalogue::folder(folder.path()).unwrap();
        let entry = only(&catalogue);
        assert_eq!(entry.languages, ["en", "zh"]);
        let read = |flag| entry.load(&Language::choose(Some(flag), |_| None)).unwrap().meta;
        assert_eq!((read("zh_CN").title.as_str(), read("zh_CN").language.as_str()), ("层", "zh"));
        assert_eq!((read("fr").title.as_str(), read("fr").language.as_str()), ("T", "en"));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_the_call() {
        let folder = folder(&["01-a"]);
        let lesson = folder.path().join("01-a/lesson.md");
        let catalogue = Catalogue::folder(folder.path()).unwrap();
        let entry = only(&catalogue);
        let load = || said(&folder, entry.load(&Language::default()));
        fs::write(&lesson, [TEXT.as_bytes(), b"a\nb\xffc\n"].concat()).unwrap();
        assert_eq!(
            load(),
            "error: cannot read L/01-a/lesson.md\n  why   byte 80 (0xff), in line 13, is not UTF-8\n  fix   store the file as UTF-8"
        );
        // The list still works: only the front matter matters to it.
        assert_eq!(entry.meta(&Language::default()).unwrap().title, "T");
        fs::write(&lesson, b"---\ntitle: \xff\nminutes: 8\n---\n").unwrap();
        assert!(
            said(&folder, entry.meta(&Language::default())).contains("why   byte 12 (0xff), in line 2, is not UTF-8")
        );
        fs::write(&lesson, "a".repeat(10 << 20)).unwrap();
        assert_eq!(
            load(),
            "error: cannot read L/01-a/lesson.md\n  why   it has more than 1048576 bytes\n  fix   split it into several lessons"
        );
        fs::write(&lesson, "").unwrap();
        assert!(load().starts_with("error: the file is empty\n  --> L/01-a/lesson.md:1:1\n"), "{}", load());
        fs::remove_file(&lesson).unwrap();
        assert_eq!(
            load(),
            "error: cannot read L/01-a/lesson.md\n  call  open(\"L/01-a/lesson.md\", O_RDONLY) = -1 ENOENT (No such file or directory)\n  \
             why   No such file or directory\n  fix   check the path; `layerlab list` shows the lessons there are"
        );
        fs::create_dir(&lesson).unwrap();
        assert!(load().contains("call  read(\"L/01-a/lesson.md\") = -1 EISDIR (Is a directory)"), "{}", load());
    }

    #[test]
    fn the_front_matter_is_read_from_a_file_cut_in_a_letter() {
        let folder = folder(&["01-a"]);
        let text = TEXT.to_string() + &"a".repeat(4095 - TEXT.len()) + "层" + &"b".repeat(9000);
        fs::write(folder.path().join("01-a/lesson.md"), text).unwrap();
        let catalogue = Catalogue::folder(folder.path()).unwrap();
        assert_eq!(only(&catalogue).meta(&Language::default()).unwrap().title, "T");
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let folder = folder(&["01-a"]);
        fs::write(folder.path().join("secret"), "x").unwrap();
        fs::create_dir(folder.path().join("01-a/solutions")).unwrap();
        fs::write(folder.path().join("01-a/recording.jsonl"), "{}\n").unwrap();
        let catalogue = Catalogue::folder(folder.path()).unwrap();
        let entry = only(&catalogue);
        assert!(
            entry.read(Path::new("../secret")).unwrap_err().to_string().contains("leads out of the lesson's folder")
        );
        assert!(entry.read(Path::new("/etc/passwd")).is_err());
        let link = folder.path().join("01-a/solutions/a.sh");
        std::os::unix::fs::symlink("../../secret", &link).unwrap();
        let refused = |failure: Failure| failure.to_string().replace(folder.path().to_str().unwrap(), "L");
        let said = "cannot read L/01-a/solutions/a.sh\n  why   solutions/a.sh is a symbolic link, and may lead out of the folder\n  \
                    fix   put what it leads to in its place";
        assert_eq!(refused(entry.read(Path::new("solutions/a.sh")).unwrap_err()), said);
        assert_eq!(refused(entry.check_files().unwrap_err()), said);
        fs::remove_file(link).unwrap();
        std::os::unix::fs::symlink("01-a", folder.path().join("02-b")).unwrap();
        let linked = Catalogue::folder(folder.path()).unwrap();
        let said = said_of(linked.find("2").unwrap());
        assert!(said.contains("the folder of the lesson is a symbolic link"), "{said}");
        // The path that somebody has named is followed.
        fs::remove_file(folder.path().join("02-b")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("01-a"), folder.path().join("b")).unwrap();
        assert!(only(&Catalogue::folder(&folder.path().join("b")).unwrap()).read(Path::new("lesson.md")).is_ok());
        fs::remove_file(folder.path().join("b")).unwrap();
        assert_eq!(entry.recording().as_deref(), Some(&b"{}\n"[..]));
        assert_eq!(
            entry.files(),
            ["lesson.md", "recording.jsonl", "solutions"].map(Into::into) as [std::path::PathBuf; 3]
        );
        assert!(matches!(entry.load(&Language::default()), Ok(_) | Err(LoadError::Broken(_))));
    }
}
