//! The worker: PID 1 of its namespace. Runs what it is asked, one request at a time, until its input ends.

use crate::action::{CommandLine, Context, execute};
use crate::check::{Bench, CheckLine, Start};
use crate::event::{Observation, PanelKind};
use crate::ground::{EPOCH, IMAGES, IMAGES_VARIABLE, Role};
use crate::kernel::proc::{Cgroups, with_usual_path};
use crate::kernel::{
    CallError, OverlayMount, Sys, die_with_parent, keep_proc, kernel_release, own_pid_outside, reap, set_process_name,
    set_umask,
};
use crate::observe::{
    FoundOverlay, Observer, PanelObserver, Processes, Shells, found_at, look_at_overlays, networks, state,
};
use crate::stage::confine::give_up_capabilities;
use crate::stage::error::StageError;
use crate::stage::link::send;
use crate::stage::opened_shell::OpenedShell;
use crate::stage::trial::try_out;
use crate::stage::typed_shell;
use crate::stage::wire::{Layers, Reply, Request, StageFacts, TypedShellSetup, WorkerSetup};
use std::io::{BufRead, BufReader};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The whole life of the worker; its standard input is the socket to the CLI.
pub(super) fn run(setup: &str) -> ExitCode {
    // Should the holder die before this call, our input still ends with the CLI.
    if die_with_parent().is_err() {
        return ExitCode::from(5);
    }
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::from(5) };
    let mut worker = match Worker::new(setup) {
        Ok(worker) => worker,
        Err(error) => {
            let _ = send(&socket, &Reply::Failed(error));
            return ExitCode::from(5);
        }
    };
    worker.serve(&socket)
}

/// What a script puts behind its overlay options, so that it runs as root and as an ordinary user.
pub fn overlay_options(role: Role) -> &'static str {
    match role {
        Role::Root => "",
        Role::User => ",userxattr",
    }
}

/// Runs a line in this process.
fn execute_line(line: &CommandLine, role: Role, images: PathBuf) -> Reply {
    let mut context = Context::new(role);
    context.images = images;
    match execute(line, &mut context) {
        Ok(status) => Reply::Ran {
            shown: context.shown().to_vec(),
            calls: context.sys.calls,
            status,
            failure: context.failure,
            warning: context.warning,
            opens: context.opens.map(Box::new),
            closes: context.closes,
        },
        Err(error) => Reply::Failed(StageError::broken(format!("{}: {}", error.what, error.allowed))),
    }
}

pub(super) struct Worker {
    /// It is a shell that a line opened: to open and close shells is the business of the worker that opened it.
    is_inner: bool,
    role: Role,
    scratch: PathBuf,
    root: PathBuf,
    cgroups: Option<Cgroups>,
    observer: Observer,
    panels: PanelObserver,
    /// The exercise that the checks are about.
    bench: Bench,
    /// The shells that lines have opened, the innermost last.
    shells: Vec<OpenedShell>,
}

impl Worker {
    fn new(setup: &str) -> Result<Worker, StageError> {
        let setup: WorkerSetup = serde_json::from_str(setup).map_err(StageError::broken)?;
        if let Some(cgroups) = &setup.cgroups {
            crate::isolate::make_root(cgroups)?;
        }
        if setup.role == Role::Root {
            give_up_capabilities()?;
        }
        std::env::set_current_dir(&setup.root).map_err(StageError::broken)?;
        Ok(Worker::of(setup))
    }

    /// A worker that is where it should be.
    pub(super) fn of(setup: WorkerSetup) -> Worker {
        keep_proc();
        // Lessons print modes: they must not depend on whose shell started us.
        set_umask(0o022);
        // As `ps` shows the shell of which we take the place.
        set_process_name(c"bash");
        let observer = Observer::new(setup.root.clone());
        let images = setup.root.join(IMAGES);
        Worker {
            is_inner: false,
            role: setup.role,
            scratch: setup.scratch,
            root: setup.root,
            observer,
            panels: PanelObserver::of(setup.cgroups.clone(), images.clone()),
            bench: Bench::new(Start::default(), Vec::new(), setup.cgroups.clone(), setup.role, images, try_out),
            cgroups: setup.cgroups,
            shells: Vec::new(),
        }
    }

    /// A shell that a line opened.
    pub(super) fn inner(setup: WorkerSetup) -> Worker {
        Worker { is_inner: true, ..Worker::of(setup) }
    }

    /// Says that it is there, then answers one request after the other until the input ends.
    pub(super) fn serve(&mut self, socket: &OwnedFd) -> ExitCode {
        let ready = Reply::Ready(self.facts());
        self.serve_after(&ready, socket)
    }

    /// The same with another first word.
    pub(super) fn serve_after(&mut self, first: &Reply, socket: &OwnedFd) -> ExitCode {
        if send(socket, first).is_err() {
            return ExitCode::SUCCESS;
        }
        for line in BufReader::new(std::io::stdin()).lines() {
            let Ok(line) = line else { break };
            let reply = match serde_json::from_str(&line) {
                Ok(Request::Began { start, checks }) => {
                    let checks = checks.iter().filter_map(|line| CheckLine::parse(line).ok()).collect();
                    let images = self.root.join(IMAGES);
                    self.bench = Bench::new(start, checks, self.cgroups.clone(), self.role, images, try_out);
                    self.bench.wait_for_rest();
                    continue;
                }
                Ok(request) => self.answer(request),
                Err(error) => Reply::Failed(StageError::broken(format!("a request is unreadable: {error}"))),
            };
            if send(socket, &reply).is_err() {
                break;
            }
            reap();
        }
        ExitCode::SUCCESS
    }

    fn facts(&self) -> StageFacts {
        StageFacts {
            role: self.role,
            kernel: kernel_release(),
            scratch: self.scratch.clone(),
            pid: own_pid_outside(),
            cgroups: self.cgroups.clone(),
        }
    }

    fn answer(&mut self, request: Request) -> Reply {
        match request {
            Request::Run(line) => self.run(line),
            Request::Observe { full, panels } => {
                if panels.contains(&PanelKind::Processes) {
                    let _ = Processes::at_rest();
                }
                let inside: Vec<PathBuf> = self.shells.iter().map(OpenedShell::process).collect();
                match self.observer.observe(&self.working_directory(), full, &inside) {
                    Ok(mut observation) => {
                        if !panels.is_empty() {
                            let outside = format!("/proc/{}", own_pid_outside()).into();
                            let shells = Shells { outside, inside };
                            observation.panels = self.panels.observe(&panels, &shells);
                            if panels.contains(&PanelKind::Network) {
                                observation.networks = networks(&shells, &self.working_directory());
                            }
                        }
                        Reply::Observed(observation)
                    }
                    Err(error) => Reply::Failed(StageError::broken(format!("cannot read the mount table: {error}"))),
                }
            }
            Request::Layers(layers) => self.layers(layers).map_or_else(Reply::Failed, Reply::Observed),
            // Who has another root cannot see what a lesson speaks of.
            Request::Find(paths) if self.shells.last().is_some_and(OpenedShell::has_our_root) => {
                self.ask_innermost(&Request::Find(paths))
            }
            Request::Find(paths) => Reply::Found(paths.iter().map(|path| found_at(Path::new(path))).collect()),
            Request::Script(script) => self.script(&script),
            Request::Begin { exercise, untouched } => {
                match Start::now(&exercise, &self.working_directory(), &untouched) {
                    Ok(start) => Reply::Start(start),
                    Err(error) => Reply::Failed(StageError::broken(format!("cannot look at the exercise: {error}"))),
                }
            }
            Request::Began { .. } => unreachable!("it has no answer"),
            Request::State => {
                Reply::State(state(&self.working_directory(), &self.root.join(IMAGES), self.cgroups.as_ref()))
            }
            Request::Check(line) => match CheckLine::parse(&line) {
                Ok(line) => Reply::Outcome(line.run(&self.bench)),
                Err(error) => Reply::Failed(StageError::broken(format!("{error}; {}", error.allowed()))),
            },
            Request::TypedShell(terminal) => {
                let (within, images) = (self.shells.last().map(OpenedShell::pid), self.root.join(IMAGES));
                let setup = TypedShellSetup { within, entered: false, role: self.role, images };
                match typed_shell::start(setup, &terminal) {
                    Ok(()) => Reply::TypedShell,
                    Err(error) => Reply::Failed(error),
                }
            }
        }
    }

    /// Runs a line in the innermost shell, and opens or closes one where the line asks for it.
    fn run(&mut self, line: CommandLine) -> Reply {
        let redirect = line.redirect.clone();
        let mut reply = match self.shells.is_empty() {
            true => execute_line(&line, self.role, self.root.join(IMAGES)),
            false => self.ask_innermost(&Request::Run(line)),
        };
        if self.is_inner {
            return reply;
        }
        if let Reply::Ran { opens, closes, calls, shown, status, .. } = &mut reply {
            if std::mem::take(closes) && self.shells.pop().is_none() {
                shown.extend_from_slice(b"exit: there is no shell to leave: none was opened\n");
                *status = 1;
            }
            if let Some(opening) = opens.take() {
                let program = opening.program().to_vec();
                let worker = WorkerSetup {
                    role: self.role,
                    root: self.root.clone(),
                    scratch: self.scratch.clone(),
                    cgroups: None,
                };
                match OpenedShell::open(worker, self.shells.last(), *opening) {
                    Ok((shell, mut opened)) if program.is_empty() => {
                        calls.append(&mut opened);
                        self.shells.push(shell);
                    }
                    // What would become a shell runs the program, and ends.
                    Ok((mut shell, opened)) => {
                        let mut ran = shell.ask(&Request::Run(CommandLine { words: program, redirect }));
                        if let Reply::Ran { calls, .. } = &mut ran {
                            calls.splice(0..0, opened);
                        }
                        return ran;
                    }
                    Err(refused) => return refused,
                }
            }
        }
        reply
    }

    /// The upper layer is mounted as the topmost of lower ones: so the same is to be seen, and nothing can be changed.
    fn layers(&self, Layers { lowers, upper, here, full }: Layers) -> Result<Observation, StageError> {
        let target = self.root.join("merged");
        let mut sys = Sys::default();
        let overlay = OverlayMount {
            source: "overlay".into(),
            lowers: [&upper].into_iter().chain(&lowers).cloned().collect(),
            options: overlay_options(self.role).split(',').skip(1).map(String::from).collect(),
            read_only: true,
            ..OverlayMount::default()
        };
        let refused = |error: CallError| {
            let why = "a layer is not there any more, or another one than it was";
            StageError::host("cannot mount the layers once more", error, why, "look at the upper layer itself: ls -lR")
        };
        sys.mkdir(&target, 0o755).map_err(refused)?;
        sys.mount_overlay(&overlay, &target).map_err(|(error, _)| refused(error))?;
        let found = FoundOverlay {
            mountpoint: "/".into(),
            seen_at: target,
            id: 0,
            lowers,
            upper: Some(upper),
            work: None,
            read_only: false,
        };
        Ok(look_at_overlays(vec![found], &here, full))
    }

    fn ask_innermost(&mut self, request: &Request) -> Reply {
        let Some(shell) = self.shells.last_mut() else { unreachable!("there is an innermost shell") };
        shell.ask(request)
    }

    /// Runs a script as somebody would have typed it, in a bash of its own.
    fn script(&self, script: &str) -> Reply {
        // The program itself, wherever it lies: its path may be covered by the scratch space.
        let script = format!("layerlab() {{ /proc/{}/exe \"$@\"; }}; {script}", own_pid_outside());
        let mut bash = std::process::Command::new("bash");
        bash.args(["-c", &script]).stdin(std::process::Stdio::null());
        bash.env("PATH", with_usual_path(std::env::var_os("PATH")));
        bash.env("LAYERLAB_OVERLAY_OPTIONS", overlay_options(self.role)).env("LC_ALL", "C.UTF-8");
        bash.env(IMAGES_VARIABLE, self.root.join(IMAGES)).env(EPOCH.0, EPOCH.1);
        match bash.output() {
            Ok(output) => {
                let shown = [output.stdout, output.stderr].concat();
                let status = output.status.code().unwrap_or(-1);
                let calls = Vec::new();
                Reply::Ran { calls, shown, status, failure: None, warning: None, opens: None, closes: false }
            }
            Err(error) => Reply::Failed(StageError::broken(format!("cannot run bash: {error}"))),
        }
    }

    /// Where the commands are; the root where that directory was removed.
    fn working_directory(&self) -> PathBuf {
        std::env::current_dir().ok().filter(|path| path.starts_with(&self.root)).unwrap_or_else(|| self.root.clone())
    }
}
