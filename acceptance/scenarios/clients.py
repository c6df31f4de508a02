"""Real clients against real servers behind Doorward, through drivers/README.md's story."""

import tempfile
from pathlib import Path

from stage import http, story
from stage.doorward import PASSWORD, USER, Doorward
from stage.report import Report
from stage.tools import ACCEPTANCE, NODE, PYTHON
from stage.upstreams import HTTP, STDIO, upstream
from stage.user import User

_DRIVERS = ACCEPTANCE / "drivers"
DRIVERS = {
    "Python SDK 2.3.0": [PYTHON, _DRIVERS / "python.py"],
    "TypeScript client 2.4.0": [NODE, _DRIVERS / "typescript.js", "--sdk", "2"],
    "TypeScript client 2.4.0, DPoP": [NODE, _DRIVERS / "typescript.js", "--dpop"],
    "TypeScript SDK 1.32.2": [NODE, _DRIVERS / "typescript.js", "--sdk", "1"],
}


def judge(report: Report) -> None:
    """Every driver in front of every upstream."""
    for name in [*STDIO, *HTTP]:
        with tempfile.TemporaryDirectory() as scratch, report.guard(f"{name} is served"):
            _judge_upstream(report, name, Path(scratch))


def _judge_upstream(report: Report, name: str, folder: Path) -> None:
    with upstream(name, folder) as words, Doorward(folder, words) as doorward:
        doorward.add_user()
        for driver, command in DRIVERS.items():
            report.scene(f"{driver}, {name}")
            with report.guard("the story is told"):
                Telling(report, doorward).hear([*command, doorward.resource])
        report.scene(name)
        left = doorward.stop()
        report.step("Doorward ends together with its upstream's processes", not left, left or None)


class Telling:
    """The orchestrator's side of one driver's story."""

    def __init__(self, report: Report, doorward: Doorward) -> None:
        self._report = report
        self._doorward = doorward
        self._user = User(USER, PASSWORD)

    def hear(self, command: list[object]) -> None:
        """Runs a driver to its end."""
        answers = {"sign-in": self._sign_in, "restart": self._restart, "revoke": self._revoke}
        story.hear(self._report, command, answers, self._doorward.folder / "driver.log")
        self._report.step("every page on the way is sound", not self._user.findings, "; ".join(self._user.findings))

    def _sign_in(self, line: dict) -> dict:
        return {"callback": self._user.authorize(line["url"])}

    def _restart(self, _: dict) -> dict:
        self._doorward.restart()
        return {}

    def _revoke(self, line: dict) -> dict:
        """Revokes the client's grant; both of its tokens must be dead at once, for anybody."""
        grants = [grant for grant in self._doorward.live_grants() if grant["client"] == line["client_id"]]
        if not grants:
            raise RuntimeError(f"client {line['client_id']} has no grant")
        for grant in grants:
            self._doorward.revoke(grant["id"])
        bearer = {"Authorization": f"Bearer {line['tokens']['access_token']}"}
        called = http.post_json(self._doorward.resource, {"jsonrpc": "2.0", "id": 1, "method": "ping"}, bearer)
        dead = called.status == 401 and 'error="invalid_token"' in called.headers.get("WWW-Authenticate", "")
        self._report.step("the revoked access token is refused", dead, called.status)
        refresh = {
            "grant_type": "refresh_token",
            "refresh_token": line["tokens"]["refresh_token"],
            "client_id": line["client_id"],
        }
        if line.get("client_secret"):  # registered without naming a method, so it has one
            refresh["client_secret"] = line["client_secret"]
        refreshed = http.post_form(f"{self._doorward.origin}/token", refresh)
        dead = refreshed.status == 400 and refreshed.json().get("error") == "invalid_grant"
        self._report.step("the revoked refresh token is refused", dead, f"{refreshed.status} {refreshed.body[:120]}")
        return {}
