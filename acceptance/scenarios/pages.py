"""The pages for people, in a real Chromium; pictures and a contact sheet go to artifacts/screens/."""

import contextlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from stage.doorward import PASSWORD, Configured, Doorward
from stage.report import Report
from stage.tools import ACCEPTANCE, NODE, SCREENS, doorward_binary, environment
from stage.upstreams import fixture_over_http

_WALK_SECONDS = 300
_SERVERS = ["files", "tickets", "calendar"]


def judge(report: Report, flows: list[str] | None = None) -> None:
    """Every flow, or those that are named, each on one of a few Doorwards."""
    report.scene("pages in Chromium")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not report.step("Chromium is installed", chromium is not None, chromium or "apt-get install chromium"):
        return
    with contextlib.ExitStack() as running, report.guard("the pages are walked through"):
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        upstream = running.enter_context(fixture_over_http(folder))
        doors = {name: running.enter_context(door) for name, door in _doors(folder, upstream).items()}
        plan = {
            "chromium": chromium,
            "screens": str(SCREENS),
            "binary": str(doorward_binary()),
            "password": PASSWORD,
            "flows": flows or [],
            "doors": {name: _facts(door) for name, door in doors.items()},
        }
        _walk(report, plan)


def _doors(folder: Path, upstream: str) -> dict[str, Doorward]:
    """Every Doorward that a flow needs, by the name that flows know it by."""
    made = {}
    for name in ("first", "plain", "many"):
        (folder / name).mkdir()
    made["first"] = Doorward(folder / "first", ["--demo"])
    made["plain"] = Doorward(folder / "plain", ["--demo"])
    made["many"] = Configured(folder / "many", upstream, _SERVERS)
    return made


def _facts(door: Doorward) -> dict:
    named = {"names": _SERVERS} if isinstance(door, Configured) else {}
    return {"origin": door.origin, "resource": door.resource, "data": str(door.data), "setUp": door.set_up_link} | named


def _walk(report: Report, plan: dict) -> None:
    command = [str(NODE), str(ACCEPTANCE / "drivers" / "pages" / "main.js")]
    walk = subprocess.run(
        command, input=json.dumps(plan), capture_output=True, text=True, timeout=_WALK_SECONDS,
        cwd=ACCEPTANCE, env=environment(),
    )  # fmt: skip
    lines = [json.loads(line) for line in walk.stdout.splitlines()]
    for line in lines:
        if "step" in line:
            report.step(line["step"], line["ok"], line.get("detail"))
    if {"done": True} not in lines:
        report.step("the walk is finished", False, walk.stderr.strip()[-500:])
