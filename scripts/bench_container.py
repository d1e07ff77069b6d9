"""`layerlab container run` beside what else makes containers, all of them in turn in one run.

Every one makes the same namespaces and runs the same static busybox `true`. The floor (scripts/floor.c) makes only the system
calls that cannot be left out. A peer that fails here is told, with what it says.
"""
import json
import os
import shutil
import statistics
import subprocess
import time

ROUNDS = 60
NULL = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]


def start(command):
    return os.posix_spawn(command[0], command, os.environ, file_actions=NULL)


def timed(command):
    """Milliseconds; `{id}` is another word each time."""
    command = [word.replace("{id}", f"bench-{time.monotonic_ns()}") for word in command]
    begun = time.perf_counter()
    _, status = os.waitpid(start(command), 0)
    took = (time.perf_counter() - begun) * 1000
    assert status == 0, f"{command} ended with {status}"
    return took


def in_turn(commands, rounds=ROUNDS):
    """By name, the times of each command, one round after the other."""
    for command in commands.values():
        timed(command)
    times = [{name: timed(command) for name, command in commands.items()} for _ in range(rounds)]
    return {name: [one[name] for one in times] for name in commands}


def works(name, command):
    """The command, if it runs a container here."""
    found = shutil.which(command[0])
    if not found:
        print(f"absent   {name}: {command[0]} is not installed", flush=True)
        return None
    command = [found, *command[1:]]
    tried = subprocess.run([word.replace("{id}", "bench-try") for word in command], capture_output=True, text=True)
    if tried.returncode == 0:
        return command
    said = (tried.stderr or tried.stdout).strip().splitlines() or [f"exit code {tried.returncode}"]
    print(f"fails    {name}: {said[0]}", flush=True)
    return None


def bundle(directory, rootfs):
    """What crun and runc run: their own `spec`, without a terminal."""
    os.makedirs(directory)
    subprocess.run(["runc" if shutil.which("runc") else "crun", "spec"], cwd=directory, check=True)
    path = os.path.join(directory, "config.json")
    with open(path) as file:
        config = json.load(file)
    config["process"].update(terminal=False, args=["/bin/true"])
    config["root"] = {"path": rootfs, "readonly": False}
    config["linux"]["namespaces"] = [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount", "cgroup")]
    with open(path, "w") as file:
        json.dump(config, file)


def limits():
    """The floor's arguments for the same cgroups as ours; nothing where this is not cgroup version 1."""
    own, places = {}, []
    for line in open("/proc/self/cgroup"):
        _, names, path = line.strip().split(":", 2)
        own.update({name: path for name in names.split(",")})
    for controller, setting in (("memory", "memory.limit_in_bytes=268435456"), ("pids", "pids.max=100"), ("cpu", "cpu.cfs_quota_us=100000")):
        mounts = [line.split() for line in open("/proc/self/mounts")]
        found = [m[1] for m in mounts if m[2] == "cgroup" and controller in m[3].split(",")]
        if not found:
            return None
        places.append(f"{found[-1]}{own[controller].rstrip('/')}:{setting}")
    return ["--limits", *places, "--"]


def at_once(command, count):
    """Milliseconds for so many, all started before one is waited for; and how many failed."""
    begun = time.perf_counter()
    all_of_them = [start(command) for _ in range(count)]
    failed = sum(os.waitpid(pid, 0)[1] != 0 for pid in all_of_them)
    return (time.perf_counter() - begun) * 1000, failed


def left(image):
    """What a container leaves behind: mounts, processes, cgroups."""
    found = [line for line in open("/proc/self/mounts") if image in line]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = open(f"/proc/{pid}/cmdline").read().split("\0")
        except OSError:
            continue
        found += [f"process {pid}"] if image in words or any(word.endswith(image) for word in words) else []
    for directory, names, _ in os.walk("/sys/fs/cgroup"):
        found += [os.path.join(directory, name) for name in names if name.startswith("layerlab-")]
    return found


def peak(floor, command, times=5):
    """KiB of its largest process."""
    told = [subprocess.run([floor, "--peak", *command], capture_output=True, text=True, check=True).stderr for _ in range(times)]
    return statistics.median(int(text.split()[-1]) for text in told)


def containers(program, row, directory):
    """All rows."""
    if os.geteuid() != 0:
        print("skipped  containers: the floor makes its namespaces without a user namespace, which takes root", flush=True)
        return
    # As it is installed: what the linker has just written lies in larger pieces in memory, and counts as more.
    program = shutil.copy(program, directory)
    print(f"         on {os.cpu_count()} processors, with a load of {os.getloadavg()[0]:.2f} before it begins", flush=True)
    floor, image = os.path.join(directory, "floor"), os.path.join(directory, "image")
    subprocess.run(["gcc", "-O2", "-static", "-o", floor, "scripts/floor.c"], check=True)
    os.makedirs(f"{image}/bin")
    shutil.copy(shutil.which("busybox"), f"{image}/bin/busybox")
    os.link(f"{image}/bin/busybox", f"{image}/bin/true")
    # The peers that know no overlay get one that is mounted before, which is not timed.
    merged = os.path.join(directory, "merged")
    for name in ("upper", "work", "merged"):
        os.mkdir(os.path.join(directory, name))
    options = f"lowerdir={image},upperdir={directory}/upper,workdir={directory}/work"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, merged], check=True)
    try:
        measure(program, row, directory, floor, image, merged)
    finally:
        subprocess.run(["umount", merged], check=True)


def measure(program, row, directory, floor, image, merged):
    bundle(f"{directory}/bundle", merged)
    namespaces = [f"--unshare-{kind}" for kind in ("pid", "net", "uts", "ipc", "cgroup")]
    inside = ["--proc", "/proc", "--dev", "/dev", "--die-with-parent", "/bin/true"]
    run = [program, "container", "run"]
    oci = ["--root", f"{directory}/state", "run", "--bundle", f"{directory}/bundle", "{id}"]
    peers = {
        "bubblewrap": ["bwrap", *namespaces, "--bind", merged, "/", *inside],
        "bubblewrap --tmp-overlay": ["bwrap", *namespaces, "--overlay-src", image, "--tmp-overlay", "/", *inside],
        "crun without cgroups": ["crun", "--cgroup-manager=disabled", *oci],
        "crun": ["crun", "--cgroup-manager=cgroupfs", *oci],
        "runc": ["runc", *oci],
    }
    commands = {"floor": [floor, image, "/bin/true"], "ours": [*run, image, "/bin/true"], "unprotected": [*run, "--unprotected", image, "/bin/true"]}
    commands.update({name: command for name, peer in peers.items() if (command := works(name, peer))})
    limited = ["--memory", "256m", "--pids", "100", "--cpus", "1"]
    if places := limits():
        commands["floor in cgroups"] = [floor, *places, image, "/bin/true"]
        commands["ours with limits"] = [*run, *limited, image, "/bin/true"]
    else:
        print("skipped  limits: the floor makes cgroups of version 1 only", flush=True)

    times = in_turn(commands)
    median = {name: statistics.median(all_of_them) for name, all_of_them in times.items()}
    for name in commands:
        over = statistics.median(a / b for a, b in zip(times[name], times["floor"]))
        print(f"         {name:28}  {median[name]:7.2f} ms  {over:5.2f} floors", flush=True)

    def against(what, one, other, most):
        if other in times:
            ratio = statistics.median(a / b for a, b in zip(times[one], times[other]))
            row(f"container run{what}, against {other}", f"{median[one]:.2f} / {median[other]:.2f} ms = {ratio:.2f}", f"at most {most:.2f}", ratio <= most)

    against("", "ours", "floor", 1.25)
    against(" --unprotected", "unprotected", "floor", 1.15)
    against("", "ours", "bubblewrap", 1.0)
    against("", "ours", "bubblewrap --tmp-overlay", 1.0)
    against("", "ours", "crun without cgroups", 0.45)
    against("", "ours", "runc", 0.12)
    against(" with limits", "ours with limits", "floor in cgroups", 1.3)

    mine = peak(floor, commands["ours"])
    row("container run, peak memory of the largest process", f"{mine / 1024:.2f} MiB", "at most 3.4 MiB", mine / 1024 <= 3.4)
    if "crun without cgroups" in commands:
        theirs = [word.replace("{id}", f"bench-{time.monotonic_ns()}") for word in commands["crun without cgroups"]]
        told = subprocess.run([floor, "--peak", *theirs], capture_output=True, text=True, check=True).stderr
        print(f"         crun without cgroups: {int(told.split()[-1]) / 1024:.2f} MiB", flush=True)

    starts = in_turn({"ours": [program, "--version"], "true": [f"{image}/bin/true"]})
    beyond = statistics.median(a - b for a, b in zip(starts["ours"], starts["true"]))
    row("start of the program (--version), beyond true", f"{beyond:.2f} ms", "under 1 ms", beyond < 1)

    before = left(image)
    pairs = [(at_once(commands["ours"], 200), at_once(commands["floor"], 200)) for _ in range(7)]
    ratio = statistics.median(ours[0] / theirs[0] for ours, theirs in pairs)
    both = [statistics.median(pair[which][0] for pair in pairs) for which in (0, 1)]
    row("200 containers at once, against 200 floors", f"{both[0]:.0f} / {both[1]:.0f} ms = {ratio:.2f}", "at most 1.30", ratio <= 1.3)
    failed = sum(ours[1] for ours, _ in pairs)
    row("of these, failed", str(failed), "0", failed == 0)
    # Somebody else's container may be about to end just now.
    for _ in range(20):
        if not (remains := [what for what in left(image) if what not in before]):
            break
        time.sleep(0.1)
    for what in remains:
        print(f"         left: {what}", flush=True)
    row("left of them afterwards", str(len(remains)), "0", not remains)
