//! Why a program of a root file system, or of the layers of one, cannot be started; execve(2).

use crate::check::bench::{quote, shown};
use crate::check::text::in_quotes;
use crate::check::{Bench, Fault, Outcome, Rank};
use crate::kernel::proc::USUAL_PATH;
use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

/// So many links are followed on the way to a file, as by the kernel.
const MOST_LINKS: usize = 40;

/// What keeps a program from being started, as far as it can be seen from its file; `roots` are operands, one or several
/// layers with the topmost first.
pub(super) fn obstacle(bench: &Bench, roots: &[&str], program: &str) -> Option<Outcome> {
    let place = roots.join(":");
    let Some(file) = find(bench, roots, program) else {
        let fault = Fault::new(Rank::Effect, format!("a program {program} in {place}"), "nothing").means(
            "A program is looked for in the root in which it is to run, never in that of your machine; and a link in there \
             leads where it leads inside.",
        );
        let fault = fault.next(format!("look for it: ls -l {}", quote(roots[0])));
        return Some(Outcome::fails(format!("{place} has no program {}", shown(program)), bench.about(fault, roots)));
    };
    let name = bench.name(&file);
    let about = |fault: Fault| bench.about(fault, &[&name]);
    let mode = std::fs::metadata(&file).ok()?.permissions().mode() & 0o7777;
    if mode & 0o111 == 0 {
        let fault = Fault::new(Rank::Wrong, "a mode with an x in it, such as 755", format!("mode {mode:o}"))
            .means("The kernel starts a file only where its mode allows to execute it; for root that is no different.")
            .next(format!("chmod +x {}", quote(&name)));
        return Some(Outcome::fails(format!("{name} may not be executed"), about(fault)));
    }
    let mut beginning = Vec::new();
    std::fs::File::open(&file).ok()?.take(256).read_to_end(&mut beginning).ok()?;
    if beginning.starts_with(b"\x7fELF") {
        return None;
    }
    let first = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first = String::from_utf8_lossy(first);
    let Some(interpreter) = first.strip_prefix("#!") else {
        let found = if beginning.is_empty() { "an empty file".to_string() } else { in_quotes(&first) };
        let fault = Fault::new(Rank::Wrong, "a first line such as #!/bin/sh", found)
            .means(
                "By its first line the kernel knows which program reads a script. A shell runs a file without such a line \
                 all the same; nobody else can start it.",
            )
            .next(format!("write #!/bin/sh into the first line of {}", quote(&name)));
        return Some(Outcome::fails(format!("{name} does not begin with #!"), about(fault)));
    };
    let interpreter = interpreter.trim_start_matches([' ', '\t']).split([' ', '\t']).next().unwrap_or_default();
    if find(bench, roots, interpreter).is_some() {
        return None;
    }
    let means = match interpreter.ends_with('\r') {
        true => "The line ends with a carriage return (\\r), which the kernel takes for a part of the name.",
        false => "The kernel looks for it in the root in which the program runs.",
    };
    let fault = Fault::new(Rank::Missing, format!("a program that {place} has"), in_quotes(interpreter))
        .means(means)
        .next(format!("look at the first line: head -n 1 {} | cat -A", quote(&name)));
    Some(Outcome::fails(format!("the first line of {name} names a program that is not there"), about(fault)))
}

/// The file that a name means, in the first root that has it.
fn find(bench: &Bench, roots: &[&str], program: &str) -> Option<PathBuf> {
    let candidates: Vec<PathBuf> = match program.contains('/') {
        true => vec![program.into()],
        false => USUAL_PATH.split(':').map(|directory| Path::new(directory).join(program)).collect(),
    };
    candidates.iter().find_map(|path| roots.iter().find_map(|root| file_in(&bench.path(root), path)))
}

/// The file to which a path leads in a root: a link leads where it leads for those that are inside.
pub(super) fn file_in(root: &Path, path: &Path) -> Option<PathBuf> {
    let parts =
        |path: &Path| path.components().map(|part| part.as_os_str().to_os_string()).collect::<VecDeque<OsString>>();
    let (mut left, mut inside, mut links) = (parts(path), PathBuf::new(), 0);
    while let Some(part) = left.pop_front() {
        match Path::new(&part).components().next() {
            Some(Component::RootDir) => inside.clear(),
            Some(Component::ParentDir) => drop(inside.pop()),
            Some(Component::Normal(name)) => {
                inside.push(name);
                let Ok(target) = std::fs::read_link(root.join(&inside)) else { continue };
                links += 1;
                if links > MOST_LINKS {
                    return None;
                }
                inside.pop();
                left = parts(&target).into_iter().chain(left).collect();
            }
            _ => {}
        }
    }
    let file = root.join(inside);
    file.symlink_metadata().is_ok_and(|found| found.is_file()).then_some(file)
}
