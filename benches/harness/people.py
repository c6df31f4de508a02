"""Rows about people: how fast their pages come, and what a crowd of them costs everybody else."""

import http.client
import json
import statistics
from urllib.parse import urlencode

from harness import messages
from harness.calls import HOT_TOKENS, SCOPE, reject_disturbed
from harness.loads import LoadFailed, Tool, run_tool
from harness.run import Row, Run
from harness.still import StillLeftOut
from harness.systems import PASSWORD, USER, Doorward, Stub
from harness.visitor import Visitor
from harness.window import sample

KEYS = ("people",)
_REDIRECT = "http://127.0.0.1:9/callback"
_COLD_MS = 50
_STEADY_PAGES = 500
_PEOPLE = 500
_RATE = 200
_RATIO = 2
_FEW = 0.002  # of all calls
_ELSEWHERE = ["chrt", "--idle", "0"]  # runs only when calls leave it the core: people have machines of their own
_SECONDS = 10  # of fewer calls the hundredth part says little


def measure(run: Run) -> None:
    """Measures pages on a Doorward of their own, then calls beside a crowd."""
    print("people", flush=True)
    folder = run.folder / "people"
    with Stub(run.programs, folder) as stub, Doorward(run.programs, folder, stub=stub.port) as doorward:
        for row in (_pages, _crowd):
            try:
                row(run, doorward)
            except (LoadFailed, OSError) as failure:
                run.add(Row("people", "people", row.__name__.strip("_"), {}, void=str(failure)))


def _pages(run: Run, doorward: Doorward) -> None:
    """The first page after a start, and the same page again and again."""
    visitor = Visitor(doorward)
    sign_in = visitor.follow(_authorization(doorward))
    consent = visitor.sign_in(sign_in)
    for name, path in (("/login", sign_in), ("/consent", consent)):
        first = []
        for _ in range(run.pace.starts):
            doorward.halt()
            doorward.launch()
            visitor.arrive()
            first.append(visitor.page(path))
        cells = {"p50": statistics.median(first), "p99": None, "unit": "ms"}
        run.add(Row("people", "people", f"first {name} after a start", cells, max(first), floor=_COLD_MS, more_is_better=False))
        again = sorted(visitor.page(path) for _ in range(_STEADY_PAGES))
        cells = {"p50": statistics.median(again), "p99": again[int(len(again) * 0.99)], "unit": "ms"}
        run.add(Row("people", "people", f"{name} again", cells, cells["p99"], more_is_better=False))


def _crowd(run: Run, doorward: Doorward) -> None:
    """Calls at a fixed rate, alone and while the crowd signs in."""
    wallet, tokens = doorward.folder / "wallet.json", doorward.folder / "tokens"
    programs = run.programs
    run_tool(
        programs, "sign-in", issuer=doorward.origin, resource=doorward.endpoint, scope=SCOPE,
        user=USER, password=PASSWORD, chains=8, wallet=wallet,
    )  # fmt: skip
    run_tool(programs, "mint", wallet=wallet, count=HOT_TOKENS, out=tokens)
    message = messages.stateless(doorward.folder)
    seconds = max(run.pace.open_loop_seconds, _SECONDS)
    options = {
        "url": doorward.endpoint, "tokens": tokens, "headers": message.headers, "body": message.body,
        "rate": _RATE, "seconds": seconds, "calls": doorward.folder / "calls",
    }  # fmt: skip
    calls = Tool(programs, doorward.folder, "open-loop", options)

    def counted(load: Tool | Beside) -> StillLeftOut:
        return StillLeftOut(load, calls, options["calls"], seconds)

    sample(doorward, calls, 1)  # warm
    alone = sample(doorward, counted(calls), run.pace.brief_times)
    crowd = {"issuer": doorward.origin, "user": USER, "password": PASSWORD, "people": _PEOPLE, "seconds": seconds + 1}
    people = Tool(programs, doorward.folder, "attempts", crowd, through=_ELSEWHERE)
    beside = sample(doorward, counted(Beside(people, calls)), run.pace.brief_times)
    reject_disturbed(run, "calls beside a crowd", alone, beside)
    for title, taken in (("calls, nobody signing in", alone), (f"calls, {_PEOPLE} people signing in", beside)):
        cells = {"p50": taken.said("p50") / 1_000, "p99": taken.said("p99") / 1_000, "unit": "ms"}
        run.add(Row("people", "people", title, cells, cells["p99"], more_is_better=False))
    still = [taken.said("left_out") for taken in (alone, beside)]
    run.figures["calls"] = {"left_out": still, "p99_of_all": [taken.said("p99_of_all") / 1_000 for taken in (alone, beside)]}
    print(f"  calls left out because the machine stood still, and p99 of all: {run.figures['calls']}", flush=True)
    if still[1] > 1.5 * still[0] + _FEW * _RATE * seconds:
        run.rejected.append(f"the machine stood still more often beside the crowd: {still}")
    ratio = beside.said("p99") / alone.said("p99")
    run.add(Row("people", "people", "p99 of calls, beside the crowd / alone", {"unit": "x"}, ratio, floor=_RATIO, more_is_better=False))
    outcomes = {name: int(beside.said(name)) for name in ("signed_in", "refused", "put_off")}
    run.figures["crowd"] = outcomes
    told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in outcomes.items())
    served = min(outcomes.values()) > 0 and outcomes["signed_in"] + outcomes["refused"] >= _PEOPLE <= outcomes["put_off"]
    run.check(f"the crowd came: at least {_PEOPLE} passwords were judged, and as many people put off", served, told)


class Beside:
    """Calls while a crowd is at the door; the calls are what is reported."""

    def __init__(self, crowd: Tool, calls: Tool) -> None:
        self._crowd, self._calls = crowd, calls

    def prepare(self) -> None:
        """Both get ready."""
        self._calls.prepare()
        self._crowd.prepare()

    def fire(self) -> dict:
        """The crowd goes first, so that no call is without it."""
        self._crowd.process.stdin.write("\n")
        self._crowd.process.stdin.flush()
        said = self._calls.fire()
        answer = self._crowd.process.stdout.readline()
        if not answer:
            raise LoadFailed(f"attempts: {self._crowd._last_words()}")
        return json.loads(answer) | said

    def finish(self) -> None:
        """Both have ended or will at once."""
        self._crowd.finish()
        self._calls.finish()


def _authorization(doorward: Doorward) -> str:
    """Registers a client; returns the path at which it sends people to us."""
    connection = http.client.HTTPConnection("127.0.0.1", doorward.port, timeout=10)
    wanted = {"client_name": "Benchmark", "redirect_uris": [_REDIRECT], "token_endpoint_auth_method": "none"}
    connection.request("POST", "/register", json.dumps(wanted), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 201:
        raise LoadFailed(f"registration: {answer.status} {body[:200]!r}")
    parameters = {
        "response_type": "code", "client_id": json.loads(body)["client_id"], "redirect_uri": _REDIRECT, "scope": SCOPE,
        "resource": doorward.endpoint, "state": "pages", "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }  # fmt: skip
    return f"/authorize?{urlencode(parameters)}"
