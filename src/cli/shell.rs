//! `layerlab shell [LESSON[.EXERCISE]]`

use crate::cli::here::{EXERCISE, LESSON, PROGRAM, Target, program_path};
use crate::cli::journey::Journey;
use crate::cli::{CliError, Common, output};
use crate::ground::{Need, Role};
use crate::kernel::proc::{find_program, is_program};
use crate::lesson::Exercise;
use crate::render::exercise;
use crate::session::{Begun, Home, Session};
use crate::stage::{self, KeeperState, overlay_options};
use std::io::IsTerminal;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Work on the exercises of a lesson in a real shell
#[derive(Debug, clap::Args)]
pub struct Shell {
    /// `3` or `3.hide`; without it, where you were last
    exercise: Option<String>,
    /// Run this command in the session instead of a shell
    #[arg(short, value_name = "COMMAND")]
    command: Option<String>,
}

impl Shell {
    /// Begins or finds the session, prepares the bench, and becomes the shell.
    pub fn run(&self, common: &Common) -> Result<(), CliError> {
        let target = self.target(common)?;
        let exercise = target.exercise()?;
        let program = Path::new(PROGRAM);
        if let Some(around) = Session::around(&target.home) {
            let (why, fix) = match around.lesson == target.name() {
                true => ("a shell in this shell would only have to be left twice", format!("next {}", exercise.id)),
                false => (
                    "a session cannot be entered from another one",
                    format!("exit, then layerlab shell {}", target.called(exercise)),
                ),
            };
            let lesson = around.lesson;
            return Err(CliError::Usage(format!("you are in the session of {lesson}\n  why   {why}\n  fix   {fix}")));
        }
        let Begun { mut session, before, .. } = Session::begin(
            &target.home,
            &target.name(),
            target.lessons.as_deref(),
            &exercise.id,
            target.needs(),
            program,
        )?;
        let start = session.enter(&target.lesson, exercise, program)?;
        let talks = self.command.is_none() && std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        if let Some(before) = before {
            let why = match before {
                KeeperState::Rebooted => "this machine was started anew",
                _ => "its keeper was ended",
            };
            eprintln!(
                "note: the earlier session of this lesson is over: {why}. Its benches begin anew; your progress is kept."
            );
        }
        if talks {
            print_task(common, &target, exercise, &session, &start.here);
        }
        let shell = self
            .shell(common, &target, exercise, &session, &start.here, talks)
            .map_err(|error| CliError::Fault(format!("cannot write what the shell of the session needs: {error}")))?;
        Err(shell.exec(program, &session.record.keeper).into())
    }

    /// Where nothing is named and no session lives, the first exercise that is not solved.
    fn target(&self, common: &Common) -> Result<Target, CliError> {
        let home = Home::find()?;
        match &self.exercise {
            None if Session::latest(&home).is_none() => {
                let legs = Journey::read(common)?.legs;
                let open = legs.iter().find(|leg| !leg.exercises.is_empty() && !leg.is_done()).or(legs.first());
                Target::find(common, open.map(|leg| leg.name.as_str()))
            }
            wanted => Target::find(common, wanted.as_deref()),
        }
    }

    /// The shell: bash, else the user's own, else sh.
    fn shell(
        &self,
        common: &Common,
        target: &Target,
        exercise: &Exercise,
        session: &Session,
        here: &Path,
        talks: bool,
    ) -> std::io::Result<stage::SessionShell> {
        let state = session.state();
        let bash = std::env::var_os("PATH").and_then(|path| find_program("bash", path)).filter(|bash| is_program(bash));
        let rc = write_words(common, &state, bash.as_deref())?;
        write_here(&state, exercise, here)?;
        let own = std::env::var_os("SHELL").map(PathBuf::from).filter(|shell| is_program(shell));
        let program = bash.clone().or(own).unwrap_or_else(|| "/bin/sh".into());
        let mut words = vec![program.display().to_string()];
        match &self.command {
            Some(command) => words.extend(["-c".to_string(), command.clone()]),
            None if bash.is_some() => words.extend(["--noprofile".into(), "--rcfile".into(), rc.display().to_string()]),
            None => {}
        }
        let name = target.called(exercise);
        // An empty entry would be the directory that one happens to be in.
        let path = std::env::var("PATH").ok().filter(|path| !path.is_empty());
        let path = path.unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".to_string());
        let variables = [
            ("PATH", format!("{}:{path}", state.join("bin").display())),
            ("LAYERLAB_HOME", target.home.root().display().to_string()),
            ("LAYERLAB_STATE", state.display().to_string()),
            (LESSON, target.name()),
            (EXERCISE, exercise.id.clone()),
            ("LAYERLAB_NUMBER", target.lesson.meta.number.to_string()),
            ("LAYERLAB_HERE", here.display().to_string()),
            ("LAYERLAB_OVERLAY_OPTIONS", overlay_options(session.record.keeper.role()).to_string()),
            // What a shell other than bash reads when it begins, and how it asks.
            ("ENV", state.join("words.sh").display().to_string()),
            ("PS1", format!("{name} (help: type help) $ ")),
        ];
        // unshare(1) starts it as a login shell, and the machine's profile would put our words out of its PATH.
        let inner = bash.is_some().then(|| ("SHELL", state.join("bin/shell").display().to_string()));
        let variables = variables.into_iter().chain(inner).map(|(name, value)| (name.to_string(), value)).collect();
        let ended = format!(
            "\nThe session of lesson {} was ended under this shell.\nBegin it again with: layerlab shell {name}",
            target.lesson.meta.number
        );
        Ok(stage::SessionShell {
            exercise: exercise.id.clone(),
            here: here.to_path_buf(),
            words,
            variables,
            talks,
            ended,
        })
    }
}

/// Says what is to be done, and which words help.
pub fn print_task(common: &Common, target: &Target, exercise: &Exercise, session: &Session, here: &Path) {
    let (width, paint) = (output::width(), output::paint(common));
    print!(
        "{}",
        self::exercise(&target.called(exercise), &exercise.task(), &exercise.text, width, paint, common.plain)
    );
    let place = match session.record.keeper.scratch.as_str() {
        "tmpfs" => format!("Your files are in {}, which only this session sees.", here.display()),
        _ => format!("Your files are in {}: open them in any editor.", here.display()),
    };
    if session.record.keeper.role() == Role::User {
        let options = match target.lesson.meta.needs.contains(&Need::Overlay) {
            true => "You are root in this session alone: to mount an overlay, add ,userxattr to its options.",
            false => "You are root in this session alone.",
        };
        println!("\n{}", output::wrapped(options));
    }
    let words = "Type verify to check, hint for a hint, help (or F1) for all the words, exit to leave.";
    println!("\n{}\n{}\n", output::wrapped(&place), output::wrapped(words));
}

/// The words that the learner can type in the shell: a program each, because every shell finds programs.
const WORDS: &[&str] = &["verify", "hint", "trees", "task", "solution", "help"];

/// Writes the words, and what bash reads when it begins; returns the latter's path.
fn write_words(common: &Common, state: &Path, bash: Option<&Path>) -> std::io::Result<PathBuf> {
    let bin = state.join("bin");
    std::fs::create_dir_all(&bin)?;
    let program = shell_words::quote(&program_path().display().to_string()).into_owned();
    let mut flags = if common.plain { " --plain".to_string() } else { String::new() };
    if let Some(language) = &common.lang {
        flags.push_str(&format!(" --lang {}", shell_words::quote(language)));
    }
    let script = |name: &str, text: String| -> std::io::Result<()> {
        // Given its name only when it is whole: another shell may be starting it.
        let temporary = tempfile::Builder::new().prefix(".new-").tempfile_in(&bin)?;
        std::fs::write(temporary.path(), text)?;
        std::fs::set_permissions(temporary.path(), std::fs::Permissions::from_mode(0o755))?;
        temporary.into_temp_path().persist(bin.join(name)).map_err(|error| error.error)
    };
    for word in WORDS {
        let command = if *word == "help" { "words" } else { word };
        script(word, format!("#!/bin/sh\nexec {program}{flags} {command} \"$@\"\n"))?;
    }
    script("layerlab", format!("#!/bin/sh\nexec {program}{flags} \"$@\"\n"))?;
    std::fs::write(state.join("words.sh"), NEXT)?;
    let rc = state.join("bashrc");
    if let Some(bash) = bash {
        let [bash, rc] = [bash, &rc].map(|path| shell_words::quote(&path.display().to_string()).into_owned());
        script("shell", format!("#!/bin/sh\nexec {bash} --noprofile --rcfile {rc} \"$@\"\n"))?;
    }
    let colour = std::env::var_os("NO_COLOR").is_none() && !common.plain;
    let (bold, quiet, plain) =
        if colour { ("\\[\\e[1m\\]", "\\[\\e[38;5;243m\\]", "\\[\\e[0m\\]") } else { ("", "", "") };
    let prompt = PROMPT.replace("BOLD", bold).replace("QUIET", quiet).replace("PLAIN", plain);
    std::fs::write(&rc, format!("{NEXT}{prompt}"))?;
    Ok(rc)
}

/// To go on to the next exercise is to go to another directory, which only the shell itself can do.
const NEXT: &str = "\
next() { layerlab next \"$@\" && . \"$LAYERLAB_STATE/here.sh\"; }
";

/// The prompt names the exercise, and the way to help is always on it; in a shell that the learner has opened within the
/// session's it says so. A directory that was made anew is entered anew.
const PROMPT: &str = r#"
help() { "$LAYERLAB_STATE/bin/help"; }
HISTFILE=$LAYERLAB_STATE/history
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
    PS1="BOLD$LAYERLAB_NUMBER.$LAYERLAB_EXERCISEPLAIN${inside}QUIET F1 helpPLAIN $where\$ "
}
PROMPT_COMMAND=__layerlab_prompt
bind -x '"\eOP": help' 2> /dev/null
bind -x '"\e[11~": help' 2> /dev/null
bind -x '"\e[[A": help' 2> /dev/null
"#;

/// What a shell reads to go where the exercise is.
pub fn write_here(state: &Path, exercise: &Exercise, here: &Path) -> std::io::Result<()> {
    let here = shell_words::quote(&here.display().to_string()).into_owned();
    let text =
        format!("{EXERCISE}={}; LAYERLAB_HERE={here}; export {EXERCISE} LAYERLAB_HERE\ncd {here}\n", exercise.id);
    std::fs::write(state.join("here.sh"), text)
}
