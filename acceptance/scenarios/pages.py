"""The pages for people, in a real Chromium, wide and narrow; pictures go to artifacts/screens/."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from stage.client import Client
from stage.doorward import PASSWORD, USER, Doorward
from stage.processes import free_port
from stage.report import Report
from stage.tools import ACCEPTANCE, NODE, SCREENS, environment
from stage.upstreams import FIXTURE

_WALK_SECONDS = 180


def judge(report: Report) -> None:
    """Set-up, sign-in, consent and error pages."""
    report.scene("pages in Chromium")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not report.step("Chromium is installed", chromium is not None, chromium or "apt-get install chromium"):
        return
    with tempfile.TemporaryDirectory() as scratch, report.guard("the pages are walked through"):
        with Doorward(Path(scratch), ["--", *FIXTURE, "--stdio"]) as doorward:
            plan = _plan(report, doorward) | {"chromium": chromium}
            _walk(report, plan)


def _plan(report: Report, doorward: Doorward) -> dict:
    link = doorward.set_up_link
    report.step("a set-up link is printed", link is not None)
    doorward.add_user()
    port = free_port()
    client = Client.register(doorward.resource, f"http://127.0.0.1:{port}/callback", "Walk through the pages")
    return {
        "screens": str(SCREENS),
        "user": USER,
        "password": PASSWORD,
        "port": port,
        "setUp": link,
        "authorize": client.authorization_url(),
        "errors": {
            "unknown client": client.authorization_url(client_id="nobody"),
            "unknown redirect": client.authorization_url(redirect_uri="https://elsewhere.example/callback"),
        },
    }


def _walk(report: Report, plan: dict) -> None:
    walk = subprocess.run(
        [str(NODE), str(ACCEPTANCE / "drivers" / "pages.js")],
        input=json.dumps(plan), capture_output=True, text=True, timeout=_WALK_SECONDS,
        cwd=ACCEPTANCE, env=environment(),
    )  # fmt: skip
    lines = [json.loads(line) for line in walk.stdout.splitlines()]
    for line in lines:
        if "step" in line:
            report.step(line["step"], line["ok"], line.get("detail"))
    if {"done": True} not in lines:
        report.step("the walk is finished", False, walk.stderr.strip()[-500:])
