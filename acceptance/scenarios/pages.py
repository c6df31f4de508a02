"""The pages for people, in a real Chromium; pictures and a contact sheet go to artifacts/screens/."""

import json
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from stage.doorward import PASSWORD, Configured, Doorward
from stage.processes import free_port
from stage.providers import Provider
from stage.report import Report
from stage.tools import ACCEPTANCE, NODE, SCREENS, doorward_binary, environment
from stage.upstreams import fixture_over_http

_WALK_SECONDS = 400
_SERVERS = ["files", "tickets", "calendar"]

_SIGN_IN = """
[sign_in]
roles = { administrator = "mfa" }
"""
_MAIL = """
[mail]
url = "smtp://127.0.0.1:{port}"
from = "Doorward <door@mail.example>"
"""
_PAGES = """
[pages]
name = "Acme Tools"
logo = "logo.svg"
accent = "#6a1b9a"
accent_dark = "#d7a6ff"
"""
_LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><circle cx="24" cy="24" r="22" fill="#6a1b9a"/></svg>'


def judge(report: Report, flows: list[str] | None = None) -> None:
    """Every flow, or those that are named, each on one of a few Doorwards."""
    report.scene("pages in Chromium")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not report.step("Chromium is installed", chromium is not None, chromium or "apt-get install chromium"):
        return
    with ExitStack() as running, report.guard("the pages are walked through"):
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        street = Street(folder, running.enter_context(fixture_over_http(folder)))
        street.open(running)
        tools = {"chromium": chromium, "screens": str(SCREENS), "binary": str(doorward_binary()), "password": PASSWORD}
        _walk(report, tools | {"flows": flows or []} | street.facts())


@dataclass
class Street:
    """Every Doorward that a flow needs, by the name that flows know it by, and what is beside them."""

    folder: Path
    upstream: str
    mail: int = field(default_factory=free_port)
    doors: dict[str, Doorward] = field(default_factory=dict)
    providers: list[Provider] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("first", "plain"):
            self.doors[name] = Doorward(self._folder(name), ["--demo"])
        self._configured("many", _SERVERS)
        full = self._configured("full", ["server"], host="localhost")  # passkeys are for names
        full.more = _SIGN_IN + _MAIL.format(port=self.mail)
        self._beside(full, "corp", "github")
        self._beside(self._configured("failing", ["server"]), "shaky")
        branded = self._configured("branded", ["server"], _PAGES)
        (branded.folder / "logo.svg").write_text(_LOGO)

    def _beside(self, door: Configured, *names: str) -> None:
        """Lets people of these providers in at `door`."""
        for name in names:
            provider = Provider(name, door.origin)
            door.more += provider.section
            self.providers.append(provider)

    def _configured(self, name: str, servers: list[str], more: str = "", host: str = "127.0.0.1") -> Configured:
        door = Configured(self._folder(name), self.upstream, servers, more, host)
        self.doors[name] = door
        return door

    def _folder(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        return folder

    def open(self, running: ExitStack) -> None:
        """Starts all of it."""
        for provider in self.providers:
            running.enter_context(provider.running(self.folder))
        for name, door in self.doors.items():
            running.enter_context(door)
            if name != "first":
                door.command("user", "add", "keeper", "--admin", "--password-stdin", text=PASSWORD + "\n")

    def facts(self) -> dict:
        """What flows must know."""
        return {
            "mail": self.mail,
            "servants": {provider.name: provider.origin for provider in self.providers},
            "doors": {name: _facts(door) for name, door in self.doors.items()},
        }


def _facts(door: Doorward) -> dict:
    named = {"names": door.names} if isinstance(door, Configured) else {}
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
