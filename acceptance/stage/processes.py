"""Processes that never outlive the run.

Every program starts in a process group of its own. This process adopts whatever its
children leave behind (PR_SET_CHILD_SUBREAPER), so that at the end, however it comes,
nothing keeps running: `sweep` finds it below our own process id and kills it.
"""

import atexit
import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from stage.tools import ACCEPTANCE, environment

_PR_SET_CHILD_SUBREAPER = 36
_PORTS = iter(random.sample(range(10_000, 32_000), 20_000))


def adopt_orphans() -> None:
    """To be called once, at the start: makes this process answer for all that it starts."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    atexit.register(sweep)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))


def sweep() -> None:
    """Kills every process below this one."""
    while found := descendants():
        for process in found:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        _reap()
        time.sleep(0.02)


def descendants(of: int | None = None) -> set[int]:
    """The processes below `of` (this process unless told), without those that are dead but unreaped."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name_and_rest = stat.read_text()
        except OSError:
            continue
        state, parent = name_and_rest.rpartition(")")[2].split()[:2]
        if state != "Z":
            children.setdefault(int(parent), []).append(int(stat.parent.name))
    found: set[int] = set()
    waiting = [os.getpid() if of is None else of]
    while waiting:
        below = [child for child in children.get(waiting.pop(), []) if child not in found]
        found.update(below)
        waiting.extend(below)
    return found


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        pass


class Program:
    """One started program; its output is in `log` for as long as the scenario's folder lives."""

    def __init__(self, command: Sequence[object], log: Path) -> None:
        self.command = [str(word) for word in command]
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=ACCEPTANCE,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def output(self) -> str:
        """All that it has printed."""
        return self.log.read_text(errors="replace")

    def wait_until(self, ready: Callable[[], object], what: str, seconds: float = 30) -> None:
        """Returns when `ready` answers; raises with its output when it exits or time is up."""
        try:
            wait_until(lambda: ready() or self.process.poll() is not None, what, seconds)
        except TimeoutError as error:
            raise RuntimeError(f"{error}\n{self._last_words()}") from None
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.command[0]} exited with {self.process.returncode}\n{self._last_words()}")

    def stop(self, seconds: float = 10) -> int:
        """Asks it to end, then insists. Returns its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            return self.process.wait()

    def _last_words(self) -> str:
        return "\n".join(f"    | {line}" for line in self.output().splitlines()[-15:])


def run(command: Sequence[object], *, text: str = "", seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end, with `text` on its standard input."""
    words = [str(word) for word in command]
    return subprocess.run(
        words, cwd=ACCEPTANCE, env=environment(), input=text, capture_output=True, text=True, timeout=seconds
    )


def wait_until(ready: Callable[[], object], what: str, seconds: float) -> None:
    """Polls `ready` until it answers with something true."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not after {seconds:.0f} s")
        time.sleep(0.05)


def free_port() -> int:
    """A port on the loopback interface that nobody listens on, never the same twice.

    Of those that the kernel gives to no outgoing connection, so that it is still free later.
    """
    for port in _PORTS:
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise RuntimeError("no port is free")


def listening(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
