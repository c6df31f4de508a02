"""Loads: prepared first, fired when the clocks have been read."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from harness.install import Programs
from harness.places import BENCHES, LOAD_CORE, SYSTEM_CORE
from harness.processes import processor_seconds, start


class LoadFailed(RuntimeError):
    """The load could not be made, or was answered wrongly: the row is void."""


@dataclass
class Wrk:
    """A closed loop of wrk; without tokens a plain GET."""

    programs: Programs
    url: str
    connections: int
    seconds: float
    message: "Message | None" = None
    tokens: Path | None = None
    refused: bool = False  # whether every answer is meant to be a refusal
    during: Callable[[], object] | None = None  # called in the middle
    patience: int = 2  # seconds until an answer is missed
    ids: int = 0  # how many requests have an id of their own, if any

    def prepare(self) -> None:
        """Nothing to prepare."""

    def fire(self) -> dict:
        """Runs to the end; checks that nothing was broken and everything (or nothing) refused."""
        command = [self.programs.wrk, "-t1", f"-c{self.connections}", f"-d{self.seconds}s", "--latency"]
        command += ["--timeout", f"{self.patience}s"]
        command += ["-s", BENCHES / "wrk.lua", self.url]
        if self.message and self.tokens:
            command += ["--", self.tokens, self.message.headers, self.message.body, self.ids]
        with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True) as process:
            if self.during:
                try:
                    process.wait(self.seconds / 2)
                except subprocess.TimeoutExpired:
                    self.during()
            output = process.stdout.read()
        done = _last_line(output)
        expected = done["requests"] if self.refused else 0
        if done["broken"] or abs(done["refused"] - expected) > (self.connections if self.refused else 0):
            raise LoadFailed(f"{self.url}: {done}")
        return done


@dataclass
class Tool:
    """One of our own load generators."""

    programs: Programs
    folder: Path
    command: str
    options: dict[str, object]
    before: Callable[[], object] | None = None  # called by every preparation
    core: int = LOAD_CORE
    through: list[str] = field(default_factory=list)  # the words of a program that starts it
    process: subprocess.Popen | None = field(default=None, init=False)

    def prepare(self) -> None:
        """Starts it and waits until it says that it is ready."""
        if self.before:
            self.before()
        words = [word for name, value in self.options.items() for word in (f"--{name}", value)]
        command = [*self.through, self.programs.bench, self.command, *words]
        self.process = start(command, core=self.core, log=self._log, piped=True)
        if self.process.stdout.readline().strip() != "ready":
            raise LoadFailed(f"{self.command}: {self._last_words()}")

    def fire(self) -> dict:
        """Lets it go and waits for its report."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise LoadFailed(f"{self.command}: {self._last_words()}")
        return json.loads(line)

    def finish(self) -> None:
        """Lets it end; for those that only report have ended or will at once."""
        self.process.stdin.close()
        if self.process.wait() != 0:
            raise LoadFailed(f"{self.command}: {self._last_words()}")

    @property
    def _log(self) -> Path:
        return self.folder / f"{self.command}-{self.core}.log"

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace").strip()[-600:]


@dataclass
class Pipes(Tool):
    """A load that is its own system: it starts the server that it calls, on the system's core."""

    core: int = SYSTEM_CORE
    sent: int = 0

    def processor_seconds(self) -> float:
        """What it and its servers have used so far."""
        return processor_seconds(self.process.pid)


@dataclass(frozen=True)
class Message:
    """A request in the files that load generators read."""

    headers: Path
    body: Path


def run_tool(programs: Programs, command: str, **options: object) -> dict:
    """Runs one of our tools that needs no starting gun."""
    words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    done = subprocess.run([programs.bench, command, *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise LoadFailed(f"{command}: {done.stderr.strip()[-600:]}")
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout else {}


def _last_line(output: str) -> dict:
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise LoadFailed(f"wrk: {output.strip()[-600:]}")
    return json.loads(lines[-1])
