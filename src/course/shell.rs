//! The shell of a session: which program it is, what it finds in its environment, and what it reads when it begins.

use crate::course::Target;
use crate::course::inside::{HERE, LESSON, STATE};
use crate::ground::{EPOCH, EXERCISE_VARIABLE as EXERCISE, IMAGES, IMAGES_VARIABLE};
use crate::kernel::proc::{find_program, is_program, with_usual_path};
use crate::lesson::Exercise;
use crate::refusal::{DIRECTORY, PROGRAMS};
use crate::session::Session;
use crate::stage::{SessionShell, overlay_options};
use std::ffi::OsString;
use std::io::Result;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// The exercise, as it stands in the prompt of bash.
pub const PROMPT_NAME: &str = "$LAYERLAB_NUMBER.$LAYERLAB_EXERCISE";
/// The way to help, which is always on the prompt.
pub const PROMPT_HELP: &str = " F1 help";

/// How the shell of a session is to be.
#[derive(Clone, Debug)]
pub struct SessionShellOptions {
    /// A command to run instead of waiting for input.
    pub command: Option<String>,
    /// Somebody sits at a terminal and types.
    pub talks: bool,
    /// What the commands of the shell add to `layerlab`: ` --plain`, for example.
    pub flags: String,
    /// [`PROMPT_NAME`] and [`PROMPT_HELP`] with their colours, as bash needs them.
    pub prompt: [String; 2],
}

/// The shell for an exercise: bash, else the user's own, else sh. Writes the files that it reads when it begins.
///
/// # Errors
/// When that cannot be written.
pub fn session_shell(
    target: &Target,
    exercise: &Exercise,
    session: &Session,
    here: &Path,
    options: SessionShellOptions,
) -> Result<SessionShell> {
    let state = session.state();
    let bash = std::env::var_os("PATH").and_then(|path| find_program("bash", path)).filter(|bash| is_program(bash));
    let rc = write_words(&state, bash.as_deref(), &options)?;
    write_here(session, exercise, here)?;
    let own = std::env::var_os("SHELL").map(PathBuf::from).filter(|shell| is_program(shell));
    let program = bash.clone().or(own).unwrap_or_else(|| "/bin/sh".into());
    let mut words = vec![program.into_os_string()];
    match options.command {
        Some(command) => words.extend(["-c".into(), command.into()]),
        None if bash.is_some() => words.extend(["--noprofile".into(), "--rcfile".into(), rc.into()]),
        None => {}
    }
    let name = target.called(exercise);
    let number = target.lesson.meta.number;
    let path = with_usual_path(std::env::var_os("PATH"));
    let (bin, explained) = (state.join("bin"), state.join(DIRECTORY));
    let mut variables: Vec<(String, OsString)> = [
        ("PATH", [bin.as_os_str(), explained.as_os_str(), &path].join(":".as_ref())),
        ("LAYERLAB_HOME", target.home.root().into()),
        (STATE, state.clone().into()),
        (LESSON, target.name().into()),
        (EXERCISE, exercise.id.clone().into()),
        ("LAYERLAB_NUMBER", number.to_string().into()),
        (HERE, here.into()),
        ("LAYERLAB_OVERLAY_OPTIONS", overlay_options(session.record.keeper.role()).into()),
        (IMAGES_VARIABLE, session.bench(&exercise.id).join(IMAGES).into()),
        (EPOCH.0, EPOCH.1.into()),
        // What a shell other than bash reads when it begins, and how it asks.
        ("ENV", state.join("words.sh").into()),
        ("PS1", format!("{name} (help: type help) $ ").into()),
    ]
    .map(|(name, value)| (name.to_string(), value))
    .into();
    if bash.is_some() {
        // After pivot_root there is no directory of ours, and bash would insist on a program that it has found there once.
        variables.push(("BASHOPTS".into(), "checkhash".into()));
        // unshare(1) starts it as a login shell, and the machine's profile would put our words out of its PATH.
        variables.push(("SHELL".into(), bin.join("shell").into()));
    }
    if bin.as_os_str().as_bytes().contains(&b':') {
        // A directory of PATH cannot have such a name. bash takes functions from its environment, too.
        let call = |word: &str| (format!("BASH_FUNC_{word}%%"), calling(&bin.join(word)));
        variables.extend(WORDS.iter().chain(&["layerlab"]).map(|word| call(word)));
    }
    let ended = format!(
        "\nThe session of lesson {number} was ended under this shell.\nBegin it again with: layerlab shell {name}"
    );
    let (exercise, here) = (exercise.id.clone(), here.to_path_buf());
    Ok(SessionShell { exercise, here, words, variables, talks: options.talks, ended })
}

/// Writes what a shell reads to go where the exercise is.
///
/// # Errors
/// When it cannot be written.
pub fn write_here(session: &Session, exercise: &Exercise, here: &Path) -> Result<()> {
    let begin = format!("{EXERCISE}={}; export {EXERCISE} {HERE} {IMAGES_VARIABLE}\n{HERE}=", exercise.id);
    let images = quoted(&session.bench(&exercise.id).join(IMAGES));
    let (next, end) = (format!("\n{IMAGES_VARIABLE}="), format!("\ncd \"${HERE}\"\n"));
    let text = [begin.as_bytes(), &quoted(here), next.as_bytes(), &images, end.as_bytes()].concat();
    std::fs::write(session.state().join("here.sh"), text)
}

/// A path as a shell reads it, whatever its bytes.
fn quoted(path: &Path) -> Vec<u8> {
    let parts: Vec<&[u8]> = path.as_os_str().as_bytes().split(|byte| *byte == b'\'').collect();
    [b"'", &parts.join(&b"'\\''"[..])[..], b"'"].concat()
}

/// A function of bash, as its environment has it, that calls a program.
fn calling(program: &Path) -> OsString {
    OsString::from_vec([b"() { ", &quoted(program)[..], b" \"$@\"; }"].concat())
}

/// The words that the learner can type in the shell: a program each, because every shell finds programs.
const WORDS: &[&str] = &["verify", "hint", "trees", "task", "solution", "help"];

/// Writes the programs for these words, and the file that bash reads when it begins. Returns the path of that file.
fn write_words(state: &Path, bash: Option<&Path>, options: &SessionShellOptions) -> Result<PathBuf> {
    let bin = state.join("bin");
    std::fs::create_dir_all(&bin)?;
    let own = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("layerlab"));
    let layerlab = |word: &str| [&quoted(&own)[..], options.flags.as_bytes(), word.as_bytes()].concat();
    let script = |name: &str, command: Vec<u8>| -> Result<()> {
        // It gets its name only when it is complete: another shell may be starting it.
        let temporary = tempfile::Builder::new().prefix(".new-").tempfile_in(&bin)?;
        std::fs::write(temporary.path(), [b"#!/bin/sh\nexec ", &command[..], b" \"$@\"\n"].concat())?;
        std::fs::set_permissions(temporary.path(), std::fs::Permissions::from_mode(0o755))?;
        temporary.into_temp_path().persist(bin.join(name)).map_err(|error| error.error)
    };
    for word in WORDS {
        let command = if *word == "help" { "words" } else { word };
        script(word, layerlab(&format!(" {command}")))?;
    }
    script("layerlab", layerlab(""))?;
    write_links(state, &own)?;
    std::fs::write(state.join("words.sh"), NEXT)?;
    let rc = state.join("bashrc");
    if let Some(bash) = bash {
        script("shell", [&quoted(bash)[..], b" --noprofile --rcfile ", &quoted(&rc)[..]].concat())?;
    }
    let [name, help] = &options.prompt;
    let prompt = PROMPT.replace("PROMPT_NAME", name).replace("PROMPT_HELP", help);
    std::fs::write(&rc, format!("{NEXT}{prompt}"))?;
    Ok(rc)
}

/// Writes a link to this program by the name of each program of the host whose refusals it explains. Where the home has a colon
/// in its name, which no directory of PATH may have, they are never found, and nothing is explained.
fn write_links(state: &Path, own: &Path) -> Result<()> {
    let directory = state.join(DIRECTORY);
    std::fs::create_dir_all(&directory)?;
    for name in PROGRAMS {
        let link = directory.join(name);
        if std::fs::read_link(&link).is_ok_and(|target| target == own) {
            continue;
        }
        // Given its name only when it is there, as the others are.
        let made = tempfile::Builder::new().prefix(".new-").make_in(&directory, |path| symlink(own, path))?;
        made.into_temp_path().persist(&link).map_err(|error| error.error)?;
    }
    Ok(())
}

/// The next exercise is in another directory, and only the shell itself can go there, whichever of the two words is typed.
const NEXT: &str = r#"
next() { command "${LAYERLAB_STATE:+$LAYERLAB_STATE/bin/}layerlab" next "$@" && . "$LAYERLAB_STATE/here.sh"; }
layerlab() {
    if [ "$1" = next ]; then shift; next "$@"; else command "${LAYERLAB_STATE:+$LAYERLAB_STATE/bin/}layerlab" "$@"; fi
}
"#;

/// The prompt names the exercise, and the way to help is always on it; in a shell that the learner has opened within the
/// session's it says so. A directory that was made anew is entered anew.
const PROMPT: &str = r#"
help() { "$LAYERLAB_STATE/bin/help"; }
HISTFILE=$LAYERLAB_HOME/$LAYERLAB_LESSON/.history
HISTCONTROL=ignoreboth
shopt -s checkwinsize histappend
export LAYERLAB_LEVEL=${LAYERLAB_LEVEL:-$SHLVL}
# What is bash's way to colour a prompt, other shells would print.
export -n PS1
__layerlab_prompt() {
    [ . -ef "$PWD" ] || cd "$PWD" 2> /dev/null || cd "$LAYERLAB_HERE" 2> /dev/null || cd /
    local where=${PWD#"$LAYERLAB_HERE"} inside=
    [ "$SHLVL" -le "$LAYERLAB_LEVEL" ] || inside=' inside'
    [ "$where" = "$PWD" ] || where=${where#/}
    PS1="PROMPT_NAME${inside}PROMPT_HELP $where\$ "
}
PROMPT_COMMAND=__layerlab_prompt
bind -x '"\eOP": help' 2> /dev/null
bind -x '"\e[11~": help' 2> /dev/null
bind -x '"\e[[A": help' 2> /dev/null
"#;
