"""oauth4webapi, a strict client library, on every endpoint: it validates whatever it is answered.

One chapter a feature, each told by a process of its own, so that a chapter that fails
leaves the others to be told.
"""

import json
import tempfile
from pathlib import Path

from stage import story
from stage.doorward import PASSWORD, USER, Configured
from stage.report import Report
from stage.tools import ACCEPTANCE, NODE
from stage.upstreams import fixture_over_http
from stage.user import User

_DRIVER = ACCEPTANCE / "drivers" / "oauth4webapi" / "main.js"
_SERVERS = ["files", "tickets"]
CHAPTERS = ["authorization code", "client authentication", "pushed requests"]


def judge(report: Report) -> None:
    """Every chapter, on one Doorward."""
    with tempfile.TemporaryDirectory() as scratch, report.guard("the chapters are told"):
        folder = Path(scratch)
        with fixture_over_http(folder) as url:
            doorward = Configured(folder, url, _SERVERS)
            doorward.add_user()
            clients = _clients(doorward)
            with doorward:
                for chapter in CHAPTERS:
                    report.scene(f"oauth4webapi: {chapter}")
                    with report.guard("the story is told"):
                        _hear(report, doorward, chapter, clients)


def _clients(doorward: Configured) -> dict:
    """What an administrator set up before: clients that do not register themselves."""
    return {"neighbours": _SERVERS[1:]}


def _hear(report: Report, doorward: Configured, chapter: str, clients: dict) -> None:
    user = User(USER, PASSWORD)

    def sign_in(line: dict) -> dict:
        return {"callback": user.authorize(line["url"], allow=line["allow"], redirect=line["redirect"])}

    def device(line: dict) -> dict:
        return {"said": user.connect_device(line["url"], line["code"], allow=line["allow"])}

    command = [NODE, _DRIVER, doorward.resource, chapter, json.dumps(clients)]
    answers = {"sign-in": sign_in, "device": device}
    story.hear(report, command, answers, doorward.folder / "driver.log")
    report.step("every page on the way is sound", not user.findings, "; ".join(user.findings))
