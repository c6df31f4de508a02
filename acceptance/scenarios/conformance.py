"""The official conformance suite: `authorization` mode, and server mode behind and beside Doorward."""

import json
import re
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from stage.client import Client
from stage.doorward import PASSWORD, USER, Doorward
from stage.processes import free_port, listening, wait_until
from stage.report import Report
from stage.tools import ACCEPTANCE, CONFORMANCE, NODE, environment
from stage.upstreams import fixture_over_http
from stage.user import User

REVISIONS = ["2025-11-25", "2026-07-28"]
# Checks by name: status and reason.
Checks = dict[str, tuple[str, str]]
_SEVERITY = {"SUCCESS": 0, "INFO": 0, "SKIPPED": 1, "WARNING": 2, "FAILURE": 3}
# The task extension is optional, unscored, and not offered by our fixture.
_NOT_OFFERED = "tasks-"


def judge_authorization(report: Report) -> None:
    """The suite as a client of our authorization server, naming the resource and not naming it."""
    report.scene("conformance suite, authorization mode")
    with tempfile.TemporaryDirectory() as scratch, report.guard("the suite runs"):
        folder = Path(scratch)
        with fixture_over_http(folder) as url, Doorward(folder, [url]) as doorward:
            doorward.add_user()
            _authorize(report, doorward, "without a resource", [])
            _authorize(report, doorward, "with a resource", ["--resource", doorward.resource])


def _authorize(report: Report, doorward: Doorward, name: str, words: list[str]) -> None:
    port = free_port()
    client = Client.register(doorward.resource, f"http://127.0.0.1:{port}/callback", "Conformance suite")
    results = doorward.folder / name.replace(" ", "-")
    run = ["authorization", "--url", doorward.origin, "--client-id", client.client_id, "--port", port, *words]
    user = User(USER, PASSWORD)
    printed = _run_with_user([NODE, CONFORMANCE, *run, "--output-dir", results], user, port)
    checks = _read_checks(results, printed)
    for check, (status, reason) in checks.items():
        # A warning is about what the specification recommends: we do it.
        good = _SEVERITY[status] < _SEVERITY["WARNING"]
        report.step(f"{name}: {check}", good, f"{status}: {reason}" if reason else None)


def _run_with_user(command: list[object], user: User, port: int) -> str:
    """The suite prints an authorization URL and waits at `port`; `user` goes there and comes back."""
    printed = []
    with subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ACCEPTANCE, env=environment(),
    ) as suite:  # fmt: skip
        try:
            for line in suite.stdout:
                printed.append(line)
                if re.match(r"https?://\S+[?&]response_type=code", line):
                    back = user.authorize(line.strip())
                    wait_until(lambda: listening(port), "the suite listens for its callback", 10)
                    user.follow(back)
        finally:
            suite.kill()
    return "".join(printed)


def judge_server(report: Report) -> None:
    """The suite as a client of the fixture, directly and through Doorward: no check may be lost."""
    for revision in REVISIONS:
        report.scene(f"conformance suite, server requirements of {revision}")
        with tempfile.TemporaryDirectory() as scratch, report.guard("the suite runs"):
            _compare(report, revision, Path(scratch))


def _compare(report: Report, revision: str, folder: Path) -> None:
    with fixture_over_http(folder) as url, Doorward(folder, [url]) as doorward:
        doorward.add_user()
        token = Client.register(doorward.resource).token(User(USER, PASSWORD))
        direct = _checks(url, revision, folder / "direct", None)
        gated = _checks(doorward.resource, revision, folder / "gated", token)
    offered = {name: found for name, found in direct.items() if not name.startswith(_NOT_OFFERED)}
    failing = [name for name, (status, _) in offered.items() if status == "FAILURE"]
    report.step(f"the fixture passes {len(offered)} checks directly", bool(offered) and not failing, failing)
    lost = lost_checks(direct, gated)
    for name, reason in lost.items():
        report.step(name, False, reason)
    report.step("through Doorward no check is lost", not lost, f"{len(gated)} checks")


def lost_checks(direct: Checks, gated: Checks) -> dict[str, str]:
    """What succeeds directly and not through Doorward, and what fails only through Doorward."""
    absent = ("ABSENT", "the check was not made")
    lost = {}
    for name in sorted(direct | gated):
        status, reason = gated.get(name, absent)
        before = direct.get(name, absent)[0]
        if status != "SUCCESS" and (before == "SUCCESS" or (before == "ABSENT" and status == "FAILURE")):
            lost[name] = f"{status}: {reason}"
    return lost


def _checks(url: str, revision: str, results: Path, token: str | None) -> Checks:
    """Runs the suite in server mode."""
    command, variables = [NODE], environment()
    if token:
        command += ["--import", ACCEPTANCE / "stage" / "bearer.mjs"]
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        variables |= {"BEARER_TOKEN": token, "BEARER_ORIGIN": origin}
    command += [CONFORMANCE, "server", "--url", url, "--requirements", revision, "--output-dir", results]
    suite = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, cwd=ACCEPTANCE, env=variables, timeout=300
    )
    return _read_checks(results, suite.stdout + suite.stderr)


def _read_checks(results: Path, printed: str) -> Checks:
    """Every check by name, with its worst status and the reason."""
    found: Checks = {}
    for file in results.glob("*/checks.json"):
        scenario = re.sub(r"^(authorization-)?(server-)?|-\d{4}-\d\d-\d\dT[\d-]+Z$", "", file.parent.name)
        for check in json.loads(file.read_text()):
            name, status = f"{scenario}: {check['id']}", check["status"]
            if name not in found or _SEVERITY[status] > _SEVERITY[found[name][0]]:
                found[name] = (status, check.get("errorMessage", ""))
    for scenario, reason in re.findall(r"^Failed to run scenario '?([\w/-]+)'?: (.*)$", printed, re.M):
        found[f"{scenario}: runs"] = ("FAILURE", reason)
    if not found:
        raise RuntimeError(f"no results of the suite: {printed[-600:]}")
    return found
