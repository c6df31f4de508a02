"""The README's quick start, as a newcomer follows it: from `doorward up` to a connected Inspector.

The commands are those of the README; only ports and folders are others, so that the run disturbs
nobody. npm begins with an empty cache, as where the Inspector never ran. What was done, and when,
goes to `artifacts/quick-start.md`, and with `--record` to `docs/quick-start.md`.
"""

import json
import re
import shlex
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path

from stage import story
from stage.doorward import PASSWORD, USER
from stage.processes import Program, free_port
from stage.report import Report
from stage.tools import ACCEPTANCE, NODE, PROJECT, doorward_binary

_BOUND = 90
_STEPS = 6
_DRIVER = ACCEPTANCE / "drivers" / "quick-start.js"
_ADDRESS = "127.0.0.1:8080"  # as the README has it
_HEADING = "In a minute and a half"


def judge(report: Report, record: bool = False) -> None:
    """Follows the README, and takes the time."""
    report.scene("quick start by the README")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not report.step("Chromium is installed", chromium is not None, chromium or "apt-get install chromium"):
        return
    with tempfile.TemporaryDirectory() as scratch, report.guard("the README is followed"):
        commands = commands_of((PROJECT / "README.md").read_text())
        if report.step("the README says how", set(commands) == {"doorward", "npx"}, ", ".join(commands.values())):
            followed = Following(report, commands, Path(scratch))
            followed.follow(chromium)
            followed.write(PROJECT / ("docs" if record else "artifacts") / "quick-start.md")


def commands_of(readme: str) -> dict[str, str]:
    """The commands of the quick start, by their program."""
    section = re.search(rf"^## {_HEADING}$(.*?)^## ", readme, re.M | re.S)
    lines = re.findall(r"^ *((?:doorward|npx) .+)$", section[1] if section else "", re.M)
    return {line.split()[0]: line for line in lines}


class Following:
    """One newcomer."""

    def __init__(self, report: Report, commands: dict[str, str], folder: Path) -> None:
        self._report, self._commands, self._folder = report, commands, folder
        self._address = f"127.0.0.1:{free_port()}"
        self._programs: list[Program] = []
        self._steps: list[tuple[str, float]] = []
        self._begun = time.monotonic()

    def follow(self, chromium: str) -> None:
        """From the first command to an answer of a tool."""
        try:
            plan = {
                "chromium": chromium, "user": USER, "password": PASSWORD, "setUp": self._door(),
                "pictures": str(PROJECT / "artifacts" / "quick-start"),
            }  # fmt: skip
            answers = {"inspector": lambda _: {"url": self._inspector()}, "took": self._took}
            story.hear(self._report, [NODE, _DRIVER, json.dumps(plan)], answers, self._folder / "driver.log")
        finally:
            for program in self._programs:
                program.stop()
        seconds = self._steps[-1][1]
        self._report.step(f"in less than {_BOUND} s", len(self._steps) == _STEPS and seconds < _BOUND, f"{seconds:.0f} s")

    def _door(self) -> str:
        words = shlex.split(self._commands["doorward"])[1:]
        others = ["--listen", self._address, "--ops-listen", f"127.0.0.1:{free_port()}", "--data", self._folder / "data"]
        link = re.compile(rf"http://{re.escape(self._address)}/setup\S*")
        found = self._start([doorward_binary(), *words, *others], "doorward.log", link)
        self._took({"what": f"`{self._commands['doorward']}` has printed its link"})
        return found

    def _inspector(self) -> str:
        home = [f"HOME={self._folder}", f"npm_config_cache={self._folder / 'npm'}"]
        port = free_port()
        settings = [f"CLIENT_PORT={port}", f"MCP_SANDBOX_PORT={free_port()}", "MCP_AUTO_OPEN_ENABLED=false"]
        words = shlex.split(self._commands["npx"].replace(_ADDRESS, self._address))
        url = re.compile(rf"http://\S+:{port}\S*")
        found = self._start(["env", *home, *settings, *words], "inspector.log", url)
        self._took({"what": "`npx` has fetched and started the Inspector"})
        return found

    def _start(self, command: list[object], log: str, said: re.Pattern[str]) -> str:
        program = Program(command, self._folder / log)
        self._programs.append(program)
        program.wait_until(lambda: said.search(program.output()), f"{command[0]} does not say {said.pattern}", 60)
        return said.search(program.output()).group()

    def _took(self, line: dict) -> dict:
        self._steps.append((line["what"], time.monotonic() - self._begun))
        self._report.step(line["what"], True, f"after {self._steps[-1][1]:.1f} s")
        return {}

    def write(self, path: Path) -> None:
        """The steps and their times, for people."""
        rows = "\n".join(f"| {what} | {seconds:.0f} s |" for what, seconds in self._steps)
        path.parent.mkdir(exist_ok=True)
        path.write_text(_PAGE.format(date=date.today().isoformat(), rows=rows))


_PAGE = """# Quick start, timed

Made by `acceptance/run quick-start --record` on {date}. It does what the README says under
"{heading}", with the commands that stand there, the real MCP Inspector from npm (nothing cached)
and Chromium. It types four characters a second and looks at each page for two seconds.

| step | done after |
|---|---|
{rows}
""".replace("{heading}", _HEADING)
