"""Times whole processes, ours and a peer's in turn, and prints medians and ratios against the targets.

Not called directly: scripts/bench builds the program first.
"""
import fcntl
import json
import os
import pathlib
import resource
import select
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

from bench_container import containers
from bench_image import images

PROGRAM = os.environ["LAYERLAB"]
RELEASED = os.environ["LAYERLAB_RELEASED"]
PAIRS = 30
rows = []


def row(what, figure, target, met):
    rows.append(met)
    print(f"{'met    ' if met else 'NOT MET'}  {what:58}  {figure:>28}  target {target}", flush=True)


def quiet(command, **more):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)


def timed(command, **more):
    begun = time.perf_counter()
    quiet(command, **more)
    return time.perf_counter() - begun


def in_turn(ours, theirs, pairs=PAIRS, **more):
    """Medians of both in milliseconds, and the median of the ratios pair by pair; one warm-up each."""
    timed(ours, **more), timed(theirs, **more)
    times = [(timed(ours, **more), timed(theirs, **more)) for _ in range(pairs)]
    one, other = zip(*times)
    ratio = statistics.median(a / b for a, b in times)
    return statistics.median(one) * 1000, statistics.median(other) * 1000, ratio


def as_user(command, directory):
    return ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups", "env", f"HOME={directory}", *command]


def lesson_against_bash(directory, user):
    """`run 1 --auto` against the same lines in bash, in namespaces made by unshare(1)."""
    wrap = (lambda command: as_user(command, directory)) if user and os.geteuid() == 0 else (lambda command: command)
    program = shutil.copy(PROGRAM, directory)
    recorded = subprocess.run(wrap([program, "run", "1", "--auto", "--json"]), capture_output=True, check=True).stdout
    lines = [event["line"] for event in map(json.loads, recorded.splitlines()) if event["event"] == "command"]
    script = os.path.join(directory, "lesson.sh")
    with open(script, "w") as file:
        file.write("mount -t tmpfs -o mode=755,size=64m layerlab /tmp\ncd /tmp\n" + "\n".join(lines) + "\n")
    namespaces = ["--mount", "--pid", "--fork"] + (["--user", "--map-root-user"] if user else [])
    bash = ["unshare", *namespaces, "bash", script]
    ours, theirs, ratio = in_turn(wrap([program, "run", "1", "--auto"]), wrap(bash))
    who = "an ordinary user" if user else "root"
    row(f"run 1 --auto against bash, as {who}", f"{ours:.1f} / {theirs:.1f} ms = {ratio:.2f}", "at most 0.50", ratio <= 0.50)


def cpu(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    quiet(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def list_cpu():
    used = statistics.median(cpu([PROGRAM, "list"]) for _ in range(20)) * 1000
    row("list, CPU time", f"{used:.1f} ms", "under 10 ms", used < 10)


# Inside a namespace: 100,000 files in four lowers, either in many directories or in one flat one each.
TREES = r"""
import os, subprocess, sys, time, statistics, json
program, shape, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
os.chdir("/mnt")
names = 0
for layer in range(4):
    for n in range(count // 4):
        directory = f"l{layer}" if shape == "flat" else f"l{layer}/d{n // 100}"
        os.makedirs(directory, exist_ok=True)
        name = f"file-{layer}-{n}.txt"
        names += len(name)
        open(f"{directory}/{name}", "w").close()
    os.makedirs(f"l{layer}", exist_ok=True)
for name in ("up", "work", "mnt"):
    os.mkdir(name)
options = "lowerdir=l0:l1:l2:l3,upperdir=up,workdir=work" + ("" if sys.argv[4] == "root" else ",userxattr")
subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, "mnt"], check=True)
null = subprocess.DEVNULL
def run(command):
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=null)
    _, status, used = os.wait4(child.pid, 0)
    assert status == 0, command
    return time.perf_counter() - begun, used.ru_maxrss * 1024
ours = [program, "trees", "/mnt/mnt"]
theirs = ["tree", "-a", "l0", "l1", "l2", "l3", "up", "mnt"]
run(ours), run(theirs)
pairs = [(run(ours), run(theirs)) for _ in range(7)]
print(json.dumps({
    "ours": statistics.median(a[0] for a, b in pairs), "theirs": statistics.median(b[0] for a, b in pairs),
    "ratio": statistics.median(a[0] / b[0] for a, b in pairs), "peak": statistics.median(a[1] for a, b in pairs), "names": names,
}))
"""


def trees(shape):
    role = "root" if os.geteuid() == 0 else "user"
    namespaces = ["--mount"] + ([] if role == "root" else ["--user", "--map-root-user"])

    def measure(count):
        script = f"mount -t tmpfs tmpfs /mnt && exec python3 -c '{TREES}' \"$@\""
        wrapped = ["unshare", *namespaces, "bash", "-c", script, "bash", PROGRAM, shape, str(count), role]
        done = subprocess.run(wrapped, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stderr)
        return json.loads(done.stdout)

    empty, full = measure(0), measure(100_000)
    row(f"trees of 100,000 files, {shape}, against tree -a", f"{full['ours'] * 1000:.0f} / {full['theirs'] * 1000:.0f} ms = {full['ratio']:.2f}",
        "at most 1.00", full["ratio"] <= 1)
    # In the merged view each name is held a second time; both copies count as names.
    per_entry = (full["peak"] - empty["peak"] - full["names"]) / 100_000
    row(f"memory over names, {shape}", f"{per_entry:.0f} bytes an entry", "under 200", per_entry < 200)


def sessions(home):
    """The student's loop: how much longer than a shell or a `true` started the same way."""
    environment = {**os.environ, "LAYERLAB_HOME": home}
    stop = lambda: quiet([PROGRAM, "stop", "all"], env=environment)

    def beyond(what, ours, theirs, most, before=lambda: None):
        def once():
            before()
            return timed(ours, env=environment) - timed(theirs, env=environment)
        once()
        extra = statistics.median(once() for _ in range(PAIRS)) * 1000
        row(what, f"{extra:.1f} ms", f"at most {most} ms", extra <= most)

    shell = [PROGRAM, "shell", "3.hide", "-c", "true"]
    beyond("opening a new session, beyond bash -c true", shell, ["bash", "-c", "true"], 60, before=stop)
    beyond("opening a shell in a session, beyond bash -c true", shell, ["bash", "-c", "true"], 60)
    beyond("verify, beyond true", [PROGRAM, "verify", "3.hide"], ["true"], 20)

    status = json.loads(subprocess.run([PROGRAM, "status", "--json"], capture_output=True, check=True, env=environment).stdout)
    with open(f"/proc/{status[0]['keeper']}/smaps_rollup") as file:
        private = sum(int(line.split()[1]) for line in file if line.startswith("Private_"))
    row("memory of a session's keeper, its own", f"{private / 1024:.2f} MiB", "at most 4 MiB", private <= 4096)

    # Between a short and a long watch lies idling alone: the CPU time of the watch and of its visitor.
    def watched(seconds):
        watch = subprocess.Popen([PROGRAM, "watch"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
        time.sleep(seconds)
        watch.terminate()
        _, _, used = os.wait4(watch.pid, 0)
        return used.ru_utime + used.ru_stime
    idle = (watched(22) - watched(2)) / 20 * 100
    row("watch with nothing to see, of one processor", f"{idle:.2f} %", "under 1 %", idle < 1)

    image = os.path.join(status[0]["directory"], "hide/whiteouts/image")
    for n in range(100_000):
        directory = f"{image}/d{n // 100}"
        if n % 100 == 0:
            os.mkdir(directory)
        open(f"{directory}/{n}.txt", "w").close()
    took = statistics.median(timed([PROGRAM, "verify", "3.hide"], env=environment) for _ in range(5))
    row("verify with 100,000 files in the merged tree", f"{took * 1000:.0f} ms", "under 3,000 ms", took < 3)
    stop()


# A terminal of 100x30 on which `present` runs: how long until a picture is shown whole, which ends with the same bytes each time.
SHOWN = b"\x1b[?2026l"


class Presenter:
    def __init__(self, words, home):
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        environment = {**os.environ, "LAYERLAB_HOME": home, "TERM": "xterm-256color"}
        self.begun = time.perf_counter()
        self.child = subprocess.Popen([PROGRAM, "present", *words], stdin=slave, stdout=slave, stderr=slave,
                                      env=environment, start_new_session=True)
        os.close(slave)

    def shown(self):
        """Reads until a picture has ended; when that was. 0 where none came: a key at an end of a lesson changes nothing."""
        text = b""
        while not text.endswith(SHOWN):
            if not select.select([self.master], [], [], 1)[0]:
                return 0
            text += os.read(self.master, 1 << 16)
        return time.perf_counter()

    def key(self, key):
        begun = time.perf_counter()
        os.write(self.master, key)
        return max(self.shown() - begun, 0)

    def drain(self):
        """Reads what is there."""
        while select.select([self.master], [], [], 0)[0]:
            os.read(self.master, 1 << 16)

    def until(self, wanted):
        """Reads until this has come."""
        text = b""
        while wanted not in text:
            if not select.select([self.master], [], [], 10)[0]:
                raise SystemExit(f"{wanted} never came: {text[-2000:]}")
            text += os.read(self.master, 1 << 16)

    def end(self):
        os.write(self.master, b"qq")
        try:
            while os.read(self.master, 1 << 16):
                pass
        except OSError:
            pass
        _, _, used = os.wait4(self.child.pid, 0)
        os.close(self.master)
        return used


def descendants(pid):
    """A process, and all that descend from it."""
    children = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        children += (task / "children").read_text().split()
    return [pid, *(process for child in children for process in descendants(int(child)))]


def memory(pid):
    """The most that a process has held at a time, in MiB; 0 where it has ended."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0)


def present(home):
    def first():
        presenter = Presenter(["1", "--recorded"], home)
        took = presenter.shown() - presenter.begun
        presenter.end()
        return took
    took = statistics.median(first() for _ in range(10)) * 1000
    row("present, first beat on the screen", f"{took:.1f} ms", "at most 50 ms", took <= 50)

    slowest = []
    for lesson in range(1, 18):
        presenter = Presenter([str(lesson), "--recorded"], home)
        presenter.shown()
        times = []
        for key in [b" "] * 12 + [b"\x1b[D"] * 12:
            times.append(presenter.key(key))
            time.sleep(0.1)
        slowest.append(max(times))
        presenter.end()
    worst = max(slowest) * 1000
    row("present, on or back over recorded beats, the slowest of all", f"{worst:.1f} ms", "at most 16 ms", worst <= 16)

    # How long until the state of a beat stands again, for a detour: back from where somebody has talked for a second.
    times = []
    most = 0
    for lesson in range(1, 18):
        presenter = Presenter([str(lesson)], home)
        presenter.until(b"\x1b[?2026l")
        for beat in (4, 7, 10, 13):
            os.write(presenter.master, b"g%d\r " % beat)
            time.sleep(1.2)
            presenter.drain()
            begun = time.perf_counter()
            os.write(presenter.master, b"\x1b[Dd")
            presenter.until(b"detour from beat")
            times.append(time.perf_counter() - begun)
            os.write(presenter.master, b"\x1d")
            time.sleep(0.3)
            presenter.drain()
        most = max([most, *map(memory, descendants(presenter.child.pid))])
        presenter.end()
    times.sort()
    median, p95 = (times[int(len(times) * part)] * 1000 for part in (0.5, 0.95))
    row("present, a live back until its state stands, median", f"{median:.0f} ms", "at most 150 ms", median <= 150)
    row("present, the same, 95th percentile", f"{p95:.0f} ms", "at most 300 ms", p95 <= 300)
    row("present, memory of its largest process", f"{most:.1f} MiB", "at most 16 MiB", 0 < most <= 16)

    def idle(seconds):
        presenter = Presenter(["1"], home)
        time.sleep(seconds)
        used = presenter.end()
        return used.ru_utime + used.ru_stime
    used = (idle(12) - idle(2)) / 10 * 100
    row("present with nobody at the keys, of one processor", f"{used:.2f} %", "at most 0.5 %", used <= 0.5)


def pages(book, directory):
    took = statistics.median(timed([book, "build", "lessons", directory]) for _ in range(3))
    row("the book is built", f"{took:.2f} s", "at most 5 s", took <= 5)
    slowest = 0
    for lesson in sorted(os.listdir("lessons")):
        export = [PROGRAM, "export", str(int(lesson.split("-")[0])), "--html"]
        slowest = max(slowest, statistics.median(timed(export) for _ in range(5)) * 1000)
    row("a lesson is exported as a page, the slowest of all", f"{slowest:.1f} ms", "at most 50 ms", slowest <= 50)


def size():
    stripped = os.path.getsize(PROGRAM) / 1e6
    row("size of the stripped binary", f"{stripped:.1f} MB", "under 9 MB", stripped < 9)


def build():
    with tempfile.TemporaryDirectory(dir="/var/tmp") as target:
        begun = time.perf_counter()
        subprocess.run(["taskset", "-c", "0,1", "cargo", "build", "--quiet", "--release", "-j2", "--target-dir", target], check=True)
        took = time.perf_counter() - begun
    row("cold release build on two cores", f"{took:.0f} s", "under 100 s", took < 100)


if "--build" in sys.argv[1:]:
    build()
    size()
    sys.exit(0 if all(rows) else 1)
if "--images" in sys.argv[1:]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        images(RELEASED, row, directory)
    sys.exit(0 if all(rows) else 1)
with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
    containers(RELEASED, row, directory)
if "--containers" in sys.argv[1:]:
    sys.exit(0 if all(rows) else 1)
with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
    os.chmod(directory, 0o777)
    if os.geteuid() == 0:
        lesson_against_bash(directory, user=False)
    lesson_against_bash(directory, user=True)
list_cpu()
trees("deep")
trees("flat")
with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
    sessions(directory)
with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
    present(directory)
with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
    pages(os.environ["LAYERLAB_BOOK"], directory)
with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
    images(RELEASED, row, directory)
size()
sys.exit(0 if all(rows) else 1)
