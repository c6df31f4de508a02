"""One line per step, and the sum at the end."""

import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager


class Report:
    """Counts steps. A run without a single step is a failed run: nothing was shown."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed: list[str] = []
        self._scene = ""
        self._started = time.monotonic()

    def scene(self, name: str) -> None:
        """Steps that follow belong to `name`."""
        self._scene = name
        print(f"\n{name}", flush=True)

    def step(self, name: str, passed: bool, detail: object = None) -> bool:
        """Records and prints one step."""
        if passed:
            self.passed += 1
        else:
            self.failed.append(f"{self._scene}: {name}")
        words = "" if detail in (None, "", [], {}) else f"  ({detail})"
        print(f"  {'pass' if passed else 'FAIL'}  {name}{words}", flush=True)
        return passed

    @contextmanager
    def guard(self, name: str) -> Iterator[None]:
        """Turns an exception inside into a failed step, so that other scenarios still run."""
        try:
            yield
        except Exception as error:  # whatever it is, it is this step's failure
            origin = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{origin.filename.rpartition('/')[2]}:{origin.lineno}"
            self.step(name, False, f"{type(error).__name__} at {where}: {error}")

    def finish(self) -> int:
        """Prints the sum; returns the exit status."""
        seconds = time.monotonic() - self._started
        print(f"\n{self.passed} passed, {len(self.failed)} failed, {seconds:.0f} s", flush=True)
        for name in self.failed:
            print(f"  failed  {name}", file=sys.stderr)
        return 1 if self.failed or not self.passed else 0
