"""The orchestrator's side of a driver's story (drivers/README.md)."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from stage.report import Report
from stage.tools import ACCEPTANCE, environment

_STORY_SECONDS = 120

Answers = dict[str, Callable[[dict], dict]]


def hear(report: Report, command: Sequence[object], answers: Answers, log: Path) -> None:
    """Runs a driver to its end: reports its steps, answers what it asks."""
    words = ["timeout", _STORY_SECONDS, *command]
    with log.open("wb") as errors, subprocess.Popen(
        [str(word) for word in words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
        cwd=ACCEPTANCE, env=environment(), start_new_session=True,
    ) as driver:  # fmt: skip
        told = any([_hear_line(report, driver, json.loads(line), answers) for line in driver.stdout])
    if not told:
        last = log.read_text(errors="replace").strip()[-500:]
        report.step("the story is told to its end", False, f"status {driver.returncode} {last}")


def _hear_line(report: Report, driver: subprocess.Popen[str], line: dict, answers: Answers) -> bool:
    if "step" in line:
        report.step(line["step"], line["ok"], line.get("detail"))
    elif "ask" in line:
        try:
            answer = answers[line["ask"]](line)
        except Exception as error:  # the driver's step fails with it
            answer = {"error": f"{type(error).__name__}: {error}"}
        driver.stdin.write(json.dumps(answer) + "\n")
        driver.stdin.flush()
    return "done" in line
