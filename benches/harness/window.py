"""Measured windows: what a system used while a load was on it, and whether others disturbed."""

import os
import statistics
import time
from dataclasses import dataclass
from typing import Protocol

from harness.places import WORK
from harness.processes import other_seconds
from harness.systems import System

MAXIMUM_DISTURBANCE = 0.08  # of a core
ATTEMPTS = 4


class Load(Protocol):
    """What `Wrk` and `Tool` have in common."""

    def prepare(self) -> None: ...

    def fire(self) -> dict: ...


@dataclass
class Window:
    """One measured stretch of time."""

    requests: int
    seconds: float
    processor_us: float  # of the system, per request
    others: float  # cores used by processes that were not started for the benchmark
    flushes: int  # of the disk
    said: dict  # what the load generator reported

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


@dataclass
class Sample:
    """Several windows of the same load, told by their medians."""

    windows: list[Window]

    @property
    def processor_us(self) -> float:
        return statistics.median(window.processor_us for window in self.windows)

    @property
    def rate(self) -> float:
        return statistics.median(window.rate for window in self.windows)

    @property
    def requests(self) -> int:
        return sum(window.requests for window in self.windows)

    @property
    def others(self) -> float:
        return max(window.others for window in self.windows)

    def said(self, name: str) -> float:
        """The median of something that the load generator reported."""
        return statistics.median(window.said[name] for window in self.windows)

    @property
    def requests_per_flush(self) -> float:
        flushes = sum(window.flushes for window in self.windows)
        return self.requests / flushes if flushes else 0.0


def sample(system: System, load: Load, times: int) -> Sample:
    """Measures a load several times. A disturbed window is measured again; if every attempt is
    disturbed, the quietest counts, and `Sample.others` tells it to whoever judges the run."""
    return in_turn([(system, load)], times)[0]


def in_turn(loads: list[tuple[System, Load]], times: int) -> list[Sample]:
    """Measures several loads window by window in turn, so that all meet the machine alike: its speed
    changes within minutes."""
    turns = [[_quietest(system, load) for system, load in loads] for _ in range(times)]
    return [Sample(list(windows)) for windows in zip(*turns)]


def _quietest(system: System, load: Load) -> Window:
    attempts = []
    for _ in range(ATTEMPTS):
        attempts.append(_window(system, load))
        if attempts[-1].others <= MAXIMUM_DISTURBANCE:
            return attempts[-1]
    return min(attempts, key=lambda window: window.others)


def _window(system: System, load: Load) -> Window:
    load.prepare()
    others, before = other_seconds(), _clocks(system)
    said = load.fire()
    after, others_after = _clocks(system), other_seconds()
    if finish := getattr(load, "finish", None):
        finish()
    used, flushes, seconds = (later - earlier for earlier, later in zip(before, after))
    requests = said["requests"]
    system.sent += requests
    return Window(
        requests=requests,
        seconds=said["seconds"],
        processor_us=used / max(requests, 1) * 1e6,
        others=max(0.0, others_after - others) / seconds,
        flushes=flushes,
        said=said,
    )


def _clocks(system: System) -> tuple[float, int, float]:
    return system.processor_seconds(), _disk_flushes(), time.monotonic()


def _disk_flushes() -> int:
    """How often the disk below the working folder was flushed; 0 where the kernel does not say."""
    device = os.stat(WORK).st_dev
    folder = f"/sys/dev/block/{os.major(device)}:{os.minor(device)}"
    try:
        with open(f"{folder}/stat") as stat:
            return int(stat.read().split()[15])
    except (OSError, IndexError):
        return 0
