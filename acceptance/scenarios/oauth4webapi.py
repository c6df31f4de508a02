"""oauth4webapi, a strict client library, on every endpoint: it validates whatever it is answered.

One chapter a feature, each told by a process of its own, so that a chapter that fails
leaves the others to be told.
"""

import tempfile
from pathlib import Path

from stage import story
from stage.doorward import PASSWORD, USER, Doorward
from stage.report import Report
from stage.tools import ACCEPTANCE, NODE
from stage.upstreams import fixture_over_http
from stage.user import User

_DRIVER = ACCEPTANCE / "drivers" / "oauth4webapi" / "main.js"
CHAPTERS = ["authorization code", "client authentication"]


def judge(report: Report) -> None:
    """Every chapter, on one Doorward."""
    with tempfile.TemporaryDirectory() as scratch, report.guard("the chapters are told"):
        folder = Path(scratch)
        with fixture_over_http(folder) as url, Doorward(folder, [url]) as doorward:
            doorward.add_user()
            for chapter in CHAPTERS:
                report.scene(f"oauth4webapi: {chapter}")
                with report.guard("the story is told"):
                    _hear(report, doorward, chapter)


def _hear(report: Report, doorward: Doorward, chapter: str) -> None:
    user = User(USER, PASSWORD)

    def sign_in(line: dict) -> dict:
        return {"callback": user.authorize(line["url"], allow=line.get("allow", True))}

    answers = {"sign-in": sign_in}
    story.hear(report, [NODE, _DRIVER, doorward.resource, chapter], answers, doorward.folder / "driver.log")
    report.step("every page on the way is sound", not user.findings, "; ".join(user.findings))
