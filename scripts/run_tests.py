#!/usr/bin/env python3
"""Runs test programs for scripts/test: each test of the larger ones as a process of its own, several at a time.

    run_tests.py [--as-user DIR] [--skip PREFIX] [--skip-as-user PREFIX] [--jobs N] [--times N] PROGRAM...

With --as-user everything runs a second time, at the same time, as the ordinary user 1000: from copies of the programs in
DIR, which that user can read. A test whose name begins with PREFIX is left out of the first pass, or of the user's. What fails is shown;
the last lines are the ten slowest tests and how many there were. What the tests have changed of this machine is a failure,
and is named (host_snapshot.py).
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import host_snapshot

# What takes longest begins first, so that nothing long is left for the end.
LONGEST_FIRST = ["faults::killed", "verbs::", "twin::", "session_faults::", "lessons::", "session::solved", "rootfs::"]
# A program with this many tests is run test by test. The others are over before it would pay.
MANY = 20
# What takes longer hangs.
PATIENCE = 180

# The programs that run just now.
running = set()


class Role:
    """Who runs the tests: words before a command, and where it runs."""

    def __init__(self, name, words, directory, environment):
        self.name, self.words, self.directory, self.environment = name, words, directory, environment

    def run(self, program, arguments):
        """What a program printed, and whether it ended well."""
        # Nothing of whoever runs this may be seen by a test: their home is a place where nothing can be.
        own = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "LAYERLAB_"))}
        nowhere = {"HOME": "/dev/null/home", "LAYERLAB_HOME": "/dev/null/home", "RUST_BACKTRACE": "0"}
        environment = {**own, **nowhere, **self.environment}
        child = subprocess.Popen(
            [*self.words, program, *arguments],
            cwd=self.directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        running.add(child)
        try:
            output, _ = child.communicate(timeout=PATIENCE)
            return output.decode(errors="replace"), child.returncode == 0
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            output, _ = child.communicate()
            return output.decode(errors="replace") + f"\nit took longer than {PATIENCE} seconds\n", False
        finally:
            running.discard(child)
            # The home that its tests give to what they start; see support::command.
            home = os.path.join(environment.get("TMPDIR", "/tmp"), f"layerlab-nobody-{child.pid}")
            shutil.rmtree(home, ignore_errors=True)


def end_all(number, _):
    """Ends what runs, and this process."""
    for child in list(running):
        os.killpg(child.pid, signal.SIGKILL)
    host_snapshot.Sentinel.remove_all()
    os._exit(128 + number)


def tests_of(role, program):
    """The names of a program's tests, without those that want more than every machine has (`#[ignore]`)."""
    names = lambda *words: re.findall(r"^(.+): test$", role.run(program, ["--list", *words])[0], re.MULTILINE)
    wants_more = set(names("--ignored"))
    return [name for name in names() if name not in wants_more]


def short_name(program):
    return re.sub(r"-[0-9a-f]{16}$", "", os.path.basename(program))


def rank(name):
    return next((at for at, prefix in enumerate(LONGEST_FIRST) if name.startswith(prefix)), len(LONGEST_FIRST))


def run_one(role, program, name):
    """Runs one test, or the whole program where there is no name: how many passed and failed, output, time."""
    begun = time.monotonic()
    output, well = role.run(program, ["--exact", name] if name else ["--test-threads=2"])
    seconds = time.monotonic() - begun
    if name:
        well = well and "1 passed; 0 failed" in output
        return int(well), int(not well), output, seconds
    counts = re.findall(r"^test result: .* (\d+) passed; (\d+) failed;", output, re.MULTILINE)
    passed, failed = map(int, counts[-1]) if counts else (0, 1)
    return passed, failed if well or failed else 1, output, seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--as-user", metavar="DIR")
    parser.add_argument("--skip", default="", metavar="PREFIX")
    parser.add_argument("--skip-as-user", default="", metavar="PREFIX")
    parser.add_argument("--jobs", type=int, default=3 * (os.cpu_count() or 1))
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("programs", nargs="+")
    options = parser.parse_args()
    # A background command of a shell and nohup(1) ignore these, and so would every program that a test starts.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in [signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM]:
        signal.signal(number, end_all)

    own = Role("root" if os.getuid() == 0 else "user", [], os.getcwd(), {})
    passes = [(own, options.programs, options.skip)]
    if options.as_user:
        copy = options.as_user
        words = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"]
        environment = {
            "TMPDIR": f"{copy}/tmp",
            "LAYERLAB_TEST_PROGRAM": f"{copy}/layerlab",
            "LAYERLAB_TEST_SOURCE": copy,
        }
        copies = [shutil.copy2(program, copy) for program in options.programs]
        passes.append((Role("user 1000", words, copy, environment), copies, options.skip_as_user))

    jobs = []
    for role, programs, skip in passes:
        for program in programs:
            names = [name for name in tests_of(role, program) if not (skip and name.startswith(skip))]
            names = names if len(names) >= MANY and short_name(program) == "all" else [None]
            jobs += [(rank(name) if name else 0, role, program, name) for name in names] * options.times
    jobs.sort(key=lambda job: job[0])

    sentinel = host_snapshot.Sentinel()
    before = host_snapshot.state(sentinel)
    passed = failed = 0
    times = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        begun = {pool.submit(run_one, *job[1:]): job for job in jobs}
        for done in concurrent.futures.as_completed(begun):
            _, role, program, name = begun[done]
            shown = f"{name or short_name(program)}, as {role.name}"
            ok, wrong, output, seconds = done.result()
            passed, failed = passed + ok, failed + wrong
            times.append((seconds, shown))
            for skip in re.findall(r"^SKIP.*$", output, re.MULTILINE):
                print(f"{skip}, as {role.name}", flush=True)
            if wrong:
                print(f"FAILED  {shown}\n{output}", flush=True)
    changed = host_snapshot.differences(before, host_snapshot.state(sentinel))
    host_snapshot.Sentinel.remove_all()
    if changed:
        failed += 1
        print("FAILED  the tests have changed this machine:\n" + "\n".join(changed), flush=True)
    print("The slowest:")
    for seconds, shown in sorted(times, reverse=True)[:10]:
        print(f"  {seconds:5.1f} s  {shown}")
    print(f"test result: {passed} passed; {failed} failed")
    sys.exit(failed > 0 or passed == 0)


main()
