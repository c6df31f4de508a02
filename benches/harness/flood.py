"""Registrations by the hundred thousand: what they leave, and what a flood of them costs others."""

import json
import os
import subprocess

from harness.loads import LoadFailed
from harness.places import PROJECT
from harness.run import Row, Run

KEYS = ("flood",)
_BENCH = ["cargo", "bench", "--quiet", "--locked", "--package", "doorward-testkit", "--bench", "registrations"]


def measure(run: Run) -> None:
    """Registers inside one process, without a network, so that nothing but registrations is measured."""
    print("registrations in a flood", flush=True)
    found = _found()
    title = f"{found['registrations']:,} registrations of {found['distinct']} clients leave {found['distinct']} rows"
    run.check(title, found["rows"] == found["distinct"], f"{found['rows']} rows, {found['each_us']:.0f} us each")
    slower = found["beside_us"] / found["alone_us"] * 100 - 100
    cells = {"alone": found["alone_us"], "beside": found["beside_us"], "refused": f"{found['refused']:,}", "slower %": slower}
    title = f"an honest registration beside {found['hostile']:,} hostile ones"
    run.add(Row("flood", "flood", title, cells, slower, floor=20, more_is_better=False))


def _found() -> dict:
    done = subprocess.run(_BENCH, cwd=PROJECT, env=os.environ, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        raise LoadFailed(f"registrations: {done.stderr.strip()[-600:]}")
    return json.loads(lines[-1])
