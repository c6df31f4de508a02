"""Processes: started on a core, measured as a tree, ended with the run."""

import atexit
import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.places import LOAD_CORE

_TICK = os.sysconf("SC_CLK_TCK")
_OPEN_FILES = 65_536
_KTHREADD = "2"  # the parent of all threads of the kernel
_started: list[subprocess.Popen] = []


def begin() -> None:
    """To be called once: moves this process and its children to the load's core, and sees to the end."""
    if (os.cpu_count() or 1) < 2:
        raise SystemExit("the benchmark needs two cores: one for the system, one for the load")
    os.sched_setaffinity(0, {LOAD_CORE})
    _allow_open_files()
    atexit.register(_end)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))


def _allow_open_files() -> None:
    """Streams by the ten thousand, with two files each; whoever may not raise the limit holds fewer."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < _OPEN_FILES:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))


def _end() -> None:
    for process in reversed(_started):
        if process.poll() is None:
            process.kill()
            process.wait()


def start(command: list[object], *, core: int, log: Path, piped: bool = False, **more: object) -> subprocess.Popen:
    """Starts a program on one core; what it says goes to `log`, or through pipes."""
    pipe = subprocess.PIPE if piped else None
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["taskset", "-c", str(core), *map(str, command)],
            stdin=pipe or subprocess.DEVNULL,
            stdout=pipe or output,
            stderr=output,
            text=True,
            env=environment(),
            **more,
        )
    _started.append(process)
    return process


def stop(process: subprocess.Popen) -> None:
    """Asks a program to end, then insists."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def environment() -> dict[str, str]:
    """This process's environment without proxies (all is loopback) and without backtraces."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return kept | {"RUST_BACKTRACE": "0", "NODE_ENV": "production"}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_until(ready: Callable[[], object], process: subprocess.Popen, log: Path, seconds: float = 20) -> None:
    """Returns when `ready` answers; raises with the program's last words when it does not."""
    end = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            words = log.read_text(errors="replace")[-1500:]
            raise RuntimeError(f"{' '.join(map(str, process.args))}: not ready\n{words}")
        time.sleep(0.01)


def listening(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def processor_seconds(root: int) -> float:
    """User and system time of a process, of its living descendants, and of its reaped children."""
    return sum(sum(map(int, _stat(pid)[11:15])) for pid in _tree(root)) / _TICK


def other_seconds() -> float:
    """Time of all processes that were not started from here, and of those whose end they saw. Threads
    of the kernel are none of them: what they write, and send to the disk, is for whoever runs."""
    ours = set(_tree(os.getpid()))
    stats = ((int(path.name), _stat(int(path.name))) for path in Path("/proc").glob("[0-9]*"))
    others = (fields for pid, fields in stats if fields and pid not in ours and fields[1] != _KTHREADD)
    return sum(sum(map(int, fields[11:15])) for fields in others) / _TICK


def memory_megabytes(root: int) -> float:
    """Proportional set size of a process and its descendants."""
    total = 0
    for pid in _tree(root):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def _tree(root: int) -> Iterator[int]:
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*"):
        if fields := _stat(int(path.name)):
            children.setdefault(int(fields[1]), []).append(int(path.name))
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting.extend(children.get(pid, []))


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
