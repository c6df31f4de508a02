"""The official conformance suite: `authorization` mode, and server mode behind and beside Doorward."""

import json
import re
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from stage.client import Client
from stage.doorward import PASSWORD, USER, Doorward, Fronting
from stage.processes import free_port, listening, wait_until
from stage.report import Report
from stage.tools import ACCEPTANCE, CONFORMANCE, NODE, environment
from stage.upstreams import fixture_over_http, fixture_over_stdio
from stage.user import User

# Upstreams hold themselves to one era, or speak both.
ERAS = ("session", "stateless", "both")
# The revisions that clients speak, and the era of each.
REVISIONS = {"2025-11-25": "session", "2026-07-28": "stateless"}
# Checks by name: status and reason.
Checks = dict[str, tuple[str, str]]
_SEVERITY = {"SUCCESS": 0, "INFO": 0, "SKIPPED": 1, "WARNING": 2, "FAILURE": 3}
# What a server does with event streams of its own making. One that stands behind a pipe, or speaks
# another era, has none to break and resume, and answers may be plain JSON.
_OWN_STREAMS = ("server-sse-polling: ", "server-sse-multiple-streams: server-sse-streams-functional")
# What an upstream of sessions cannot say to a client of 2026-07-28, whoever stands between them.
_UNSAYABLE = {
    "input-required-result-basic-elicitation: sep-2322-elicitation-incomplete": "a question of a session has no name, and the suite expects one",
    "input-required-result-basic-elicitation: sep-2322-elicitation-complete": "follows the check before",
    "input-required-result-ignore-extra-params: sep-2322-ignore-unexpected-params": "the suite answers by name before it was asked",
    "server-stateless: sep-2575-server-rejects-undeclared-capability": "the upstream refuses in a tool result, as sessions have no code for it",
    "server-stateless: sep-2575-missing-capability-http-400": "follows the check before",
}
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
    """The suite as a client of each era, through Doorward in front of upstreams of each era.

    No check may be lost against the upstream of the client's own era, asked directly over HTTP.
    """
    with tempfile.TemporaryDirectory() as scratch, report.guard("the suite runs"), ExitStack() as running:
        folder = Path(scratch)
        urls = {era: running.enter_context(fixture_over_http(folder, era)) for era in ERAS}
        entries = {f"{era}-http": {"url": url} for era, url in urls.items()}
        entries |= {f"{era}-stdio": {"command": [str(word) for word in fixture_over_stdio(era)]} for era in ERAS}
        doorward = running.enter_context(Fronting(folder, entries))
        doorward.add_user()
        for revision in REVISIONS:
            _judge_revision(report, doorward, revision, urls)


def _judge_revision(report: Report, doorward: Fronting, revision: str, urls: dict[str, str]) -> None:
    report.scene(f"conformance suite, server requirements of {revision}")
    folder, era = doorward.folder / revision, REVISIONS[revision]
    direct = _checks(urls[era], revision, folder / "direct", None)
    offered = {name: found for name, found in direct.items() if not name.startswith(_NOT_OFFERED)}
    failing = [name for name, (status, _) in offered.items() if status == "FAILURE"]
    report.step(f"the fixture passes {len(offered)} checks directly", bool(offered) and not failing, failing)
    for name in doorward.names:
        report.scene(f"a client of {revision} in front of {name}")
        with report.guard("the suite runs"):
            token = Client.register(doorward.endpoint(name)).token(User(USER, PASSWORD))
            gated = _checks(doorward.endpoint(name), revision, folder / name, token)
            _judge_gated(report, direct, gated, era, name)


def _judge_gated(report: Report, direct: Checks, gated: Checks, era: str, upstream: str) -> None:
    own = upstream in (f"{era}-http", "both-http")
    lost = lost_checks(direct, gated, () if own else _OWN_STREAMS)
    unsayable = _UNSAYABLE if era == "stateless" and upstream.startswith("session-") else {}
    for check, reason in unsayable.items():
        report.step(f"cannot be said: {check}", lost.pop(check, None) is not None, reason)
    for check, reason in lost.items():
        report.step(check, False, reason)
    report.step("through Doorward no check is lost", not lost, f"{len(gated)} checks")


def lost_checks(direct: Checks, gated: Checks, optional: tuple[str, ...] = ()) -> dict[str, str]:
    """What succeeds directly and not through Doorward, and what fails only through Doorward.

    Checks that begin with one of `optional` need not be made, but if they are they must not fail.
    """
    absent = ("ABSENT", "the check was not made")
    lost = {}
    for name in sorted(direct | gated):
        status, reason = gated.get(name, absent)
        if name.startswith(optional or ("\0",)) and status in ("ABSENT", "INFO", "SKIPPED"):
            continue
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
