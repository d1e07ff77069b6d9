"""`layerlab image commit` and unpacking of a Debian tree beside tar, openssl, pigz and umoci, in turn in one run.

The tree is that of debootstrap --variant=minbase; LAYERLAB_DEBIAN names one that is there already, which is only read.
"""
import os
import shutil
import statistics
import subprocess
import time

from bench_container import peak

PAIRS = 7


def timed(command, before, environment):
    before()
    begun = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - begun) * 1000


def images(program, row, directory):
    """All rows."""
    tree = os.environ.get("LAYERLAB_DEBIAN") or f"{directory}/debian"
    if os.geteuid() != 0 or not (os.path.isdir(tree) or shutil.which("debootstrap")):
        print("skipped  images: a tree of Debian takes root and debootstrap, or LAYERLAB_DEBIAN", flush=True)
        return
    if not os.path.isdir(tree):
        subprocess.run(["debootstrap", "--variant=minbase", "stable", tree], stdout=subprocess.DEVNULL, check=True)
    program = shutil.copy(program, directory)
    store = f"{directory}/store"
    environment = {**os.environ, "LAYERLAB_IMAGES": store, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}

    def gone(*names):
        return lambda: [shutil.rmtree(f"{directory}/{name}", ignore_errors=True) for name in names]

    def new_directory(name):
        gone(name)()
        os.mkdir(f"{directory}/{name}")

    def against(what, ours, theirs, most, before, before_theirs=lambda: None, pairs=PAIRS):
        def both():
            return timed(ours, before, environment), timed(theirs, before_theirs, environment)
        both()
        times = [both() for _ in range(pairs)]
        one, other = (statistics.median(time) for time in zip(*times))
        ratio = statistics.median(a / b for a, b in times)
        row(what, f"{one:.0f} / {other:.0f} ms = {ratio:.2f}", f"at most {most:.2f}", ratio <= most)

    def shell(line):
        return ["bash", "-c", f"set -o pipefail; {line}"]

    commit = [program, "image", "commit"]
    hashed = shell(f"tar -C {tree} -c . | openssl dgst -sha256")
    against("image commit, against tar | openssl", [*commit, tree, "debian"], hashed, 1.0, gone("store"))
    zipped = [*commit, "--compression", "gzip", tree, "debian"]
    if shutil.which("pigz"):
        packed = shell(f"tar -C {tree} -c . | pigz -6 > {directory}/packed")
        against("image commit by gzip, against tar | pigz -6", zipped, packed, 1.0, gone("store"), pairs=3)
    umoci = shutil.which("umoci")
    if umoci:
        layout, bundle = f"{directory}/layout", f"{directory}/bundle"
        for words in (["init", "--layout", layout], ["new", "--image", f"{layout}:debian"], ["unpack", "--image", f"{layout}:debian", bundle]):
            subprocess.run([umoci, *words], stdout=subprocess.DEVNULL, check=True)
        os.rmdir(f"{bundle}/rootfs")
        subprocess.run(["cp", "-a", tree, f"{bundle}/rootfs"], check=True)
        repack = [umoci, "repack", "--image", f"{layout}:debian", bundle]
        against("image commit by gzip, against umoci repack", zipped, repack, 0.5, gone("store"), pairs=3)
        gone("layout", "bundle")()

    gone("store")()
    subprocess.run([*commit, tree, "debian"], env=environment, stdout=subprocess.DEVNULL, check=True)
    blobs = f"{store}/blobs/sha256"
    layer = max((f"{blobs}/{name}" for name in os.listdir(blobs)), key=os.path.getsize)
    run = [program, "container", "run", "debian", "true"]
    untar = ["tar", "--extract", "--numeric-owner", "--file", layer, "--directory", f"{directory}/untarred"]
    fresh = gone("store/unpacked", "store/layers")
    against("image unpacked and run, against tar -x", run, untar, 1.3, fresh, lambda: new_directory("untarred"))
    if umoci:
        unpack = [umoci, "unpack", "--image", f"{store}:debian:latest", f"{directory}/bundle"]
        against("image unpacked and run, against umoci unpack", run, unpack, 0.5, fresh, gone("bundle"), pairs=3)

    floor = f"{directory}/floor"
    subprocess.run(["gcc", "-O2", "-static", "-o", floor, "scripts/floor.c"], check=True)
    def most_memory(command, before):
        os.environ["LAYERLAB_IMAGES"] = store
        before()
        return peak(floor, command, 1) / 1024
    for what, command, before in (("unpacked and run", run, fresh), ("commit by gzip", zipped, lambda: None)):
        memory = most_memory(command, before)
        row(f"image {what}, peak memory", f"{memory:.1f} MiB", "at most 16 MiB", memory <= 16)

    os.makedirs(f"{directory}/upper/etc")
    with open(f"{directory}/upper/etc/changed", "w") as file:
        file.write("changed\n")
    one = [*commit, "--base", "debian", f"{directory}/upper", "changed"]
    timed(one, lambda: None, environment)
    took = statistics.median(timed(one, lambda: None, environment) for _ in range(20))
    row("image commit of one changed file over Debian", f"{took:.0f} ms", "under 50 ms", took < 50)
