"""What tests must leave as it was on this machine: for scripts/run_tests.py.

Files: names, kinds, modes, owners, sizes, times and sums. A sentinel tree that everybody may write is made for it, so that
what protects it is neither a right nor luck; beside it stand /etc, the own home, and what lies directly in /var/tmp, /home and /.
Everything else: the mounts of this process, cgroups by their names, settings, interfaces, message queues, the host name.

Files of programs that run beside the tests may change meanwhile: what is known for that is left out (`CHANGING`), and of the home
only what is named in `OWN` is looked at.
"""

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile

# Files that this machine's own programs write.
CHANGING = {"/etc/mtab", "/etc/adjtime", "/etc/resolv.conf", "/etc/ld.so.cache"}
# What somebody's lesson would delete, or write, in a home.
OWN = [".bashrc", ".profile", ".bash_history", ".ssh", ".config/layerlab", ".local/share/layerlab", ".cache/layerlab"]
# Settings that tests of namespaces and cgroups could reach.
SETTINGS = [
    *("kernel/" + name for name in ["hostname", "domainname", "core_pattern", "modprobe", "msgmax", "msgmnb", "shmmax", "sysrq"]),
    *("kernel/" + name for name in ["randomize_va_space", "pid_max", "threads-max", "ngroups_max", "panic"]),
    *("net/ipv4/" + name for name in ["ip_forward", "ip_default_ttl", "ping_group_range", "conf/all/forwarding"]),
    *("vm/" + name for name in ["swappiness", "overcommit_memory", "drop_caches"]),
    *("fs/" + name for name in ["file-max", "mount-max", "protected_symlinks", "protected_hardlinks", "suid_dumpable"]),
    *("user/max_" + kind + "_namespaces" for kind in ["user", "mnt", "pid", "net", "uts", "ipc", "cgroup"]),
]
# No file that a test could change by mistake is larger.
MOST = 1 << 20


class Sentinel:
    """A tree that everybody may write, where no scratch space lies over it."""

    all = []

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="layerlab-sentinel-", dir="/var/tmp")
        Sentinel.all.append(self.path)
        os.chmod(self.path, 0o777)
        for name in ["file", "tree/leaf", "tree/deep/leaf", "empty"]:
            path = os.path.join(self.path, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.chmod(os.path.dirname(path), 0o777)
            with open(path, "w", encoding="utf-8") as file:
                file.write(name * (name != "empty"))
            os.chmod(path, 0o666)
        os.symlink("file", os.path.join(self.path, "link"))

    @staticmethod
    def remove_all():
        for path in Sentinel.all:
            shutil.rmtree(path, ignore_errors=True)


def read(path):
    with contextlib.suppress(OSError), open(path, "rb") as file:
        return file.read(MOST)
    return b""


def one(path):
    """What an entry is; of a file the sum of what is in it."""
    try:
        found = os.lstat(path)
    except OSError:
        return "nothing"
    content = ""
    if stat.S_ISREG(found.st_mode):
        content = hashlib.sha256(read(path)).hexdigest()[:16]
    elif stat.S_ISLNK(found.st_mode):
        content = os.readlink(path)
    # The time of a directory changes with what is made in it and removed again, as temporary files are.
    time = 0 if stat.S_ISDIR(found.st_mode) else found.st_mtime_ns
    size = 0 if stat.S_ISDIR(found.st_mode) else found.st_size
    return f"{stat.filemode(found.st_mode)} {found.st_uid}:{found.st_gid} {size} {time} {content}"


def tree(top):
    """An entry and all below it."""
    found = {top: one(top)}
    for directory, names, files in os.walk(top):
        for name in names + files:
            path = os.path.join(directory, name)
            if path not in CHANGING:
                found[path] = one(path)
    return found


def names(directory):
    """What lies directly in a directory: that it is there, and what it is."""
    with contextlib.suppress(OSError):
        return {entry.path: stat.filemode(entry.stat(follow_symlinks=False).st_mode) for entry in os.scandir(directory)}
    return {}


def cgroups():
    """The cgroups that are called as ours, or stand at the top; not those of a run or a session that lives."""
    found = {}
    for directory, inner, _ in os.walk("/sys/fs/cgroup"):
        for name in inner:
            path = os.path.join(directory, name)
            words = name.split("-")
            lives = words[0] == "layerlab" and len(words) == 3 and os.path.exists("/proc/" + words[1])
            if not lives and (words[0] in ("layerlab", "hostile") or path.count("/") <= 4):
                found[path] = "a cgroup"
    return found


def state(sentinel):
    """Everything, as names with what was found."""
    found = tree(sentinel.path)
    found.update(tree("/etc"))
    for name in OWN:
        found.update(tree(os.path.join(os.path.expanduser("~"), name)))
    for directory in ["/", "/home", "/root", "/opt", "/srv", "/mnt", "/media"]:
        found.update(names(directory))
    found.update(cgroups())
    for name in SETTINGS:
        # Who may not read it has not changed it either.
        found["setting " + name] = read("/proc/sys/" + name).decode(errors="replace").strip()
    mounts = read("/proc/self/mountinfo").decode(errors="replace").splitlines()
    found.update({"mount " + " ".join(line.split(" - ")[0].split()[2:6]): "mounted" for line in mounts})
    found.update({"interface " + name: "an interface" for name in names("/sys/class/net")})
    for kind in ["msg", "sem", "shm"]:
        found["queues " + kind] = read("/proc/sysvipc/" + kind).decode(errors="replace")
    found["host name"] = os.uname().nodename
    return found


def differences(before, after):
    """A line for each that is another one now."""
    return [
        f"  {name}: {before.get(name, 'nothing')} -> {after.get(name, 'nothing')}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
