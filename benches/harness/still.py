"""Calls at a fixed rate, without those during which the machine itself stood still.

A virtual machine loses its processors for milliseconds now and then. Both cores are watched by a
thread that only the kernel can keep waiting: when it wakes late, the core was away or deep in the
kernel, and calls that were under way say little about the system under test. How many were left
out is told, and what all calls come to; whoever judges compares both.
"""

import os
from pathlib import Path

from harness.loads import LoadFailed, Tool
from harness.places import LOAD_CORE, SYSTEM_CORE

_AHEAD = ["chrt", "--fifo", "50"]


class StillLeftOut:
    """A load whose open loop writes its calls to `calls`; reports percentiles of those that count."""

    def __init__(self, load: object, like: Tool, calls: Path, seconds: float) -> None:
        self._load, self._calls = load, calls
        watched = (SYSTEM_CORE, LOAD_CORE) if os.geteuid() == 0 else ()  # others may not go ahead of everybody
        self._watchers = [_watcher(like, core, seconds) for core in watched]

    def prepare(self) -> None:
        """All get ready."""
        self._load.prepare()
        for watcher in self._watchers:
            watcher.prepare()

    def fire(self) -> dict:
        """Watches for as long as the calls last."""
        for watcher in self._watchers:
            watcher.process.stdin.write("\n")
            watcher.process.stdin.flush()
        said = self._load.fire()
        for watcher in self._watchers:
            if not watcher.process.stdout.readline():
                raise LoadFailed(f"pauses: {watcher._last_words()}")
        pauses = [pause for watcher in self._watchers for pause in _pairs(watcher.options["out"])]
        counted = _percentiles(_pairs(self._calls), pauses)
        return said | {"p99_of_all": said["p99"]} | counted

    def finish(self) -> None:
        """All have ended or will at once."""
        self._load.finish()
        for watcher in self._watchers:
            watcher.finish()


def _watcher(like: Tool, core: int, seconds: float) -> Tool:
    options = {"seconds": seconds, "out": like.folder / f"pauses-{core}"}
    return Tool(like.programs, like.folder, "pauses", options, core=core, through=_AHEAD)


def _pairs(path: Path) -> list[tuple[int, int]]:
    return [tuple(map(int, line.split())) for line in path.read_text().splitlines()]


def _percentiles(calls: list[tuple[int, int]], pauses: list[tuple[int, int]]) -> dict:
    """`calls` by when they were due and how long they took, `pauses` by their beginning and end."""

    def counts(call: tuple[int, int]) -> bool:
        due, took = call
        return not any(start <= due + took and due <= end for start, end in pauses)

    latencies = sorted(took for due, took in calls if counts((due, took)))
    if not latencies:
        raise LoadFailed("the machine stood still all the time")
    at = {name: latencies[int(len(latencies) * part)] for name, part in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))}
    return at | {"left_out": len(calls) - len(latencies)}
