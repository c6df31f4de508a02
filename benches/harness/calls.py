"""Rows about tool calls through the gateway, each beside nginx in front of the same upstream."""

import http.client
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness import messages
from harness.loads import LoadFailed, Message, Tool, Wrk, run_tool
from harness.run import Row, Run
from harness.systems import PASSWORD, USER, Doorward, Nginx, Stub, System
from harness.window import Sample, sample

CONNECTIONS = 64
HOT_TOKENS = 1_000
SCOPE = "mcp:read mcp:write"
KEYS = (
    "hot", "session", "one-connection", "thousand-connections", "event-stream", "body-8k", "body-64k",
    "cold", "denied", "no-token", "bad-token", "latency", "memory", "streams", "start",
)  # fmt: skip


def measure(run: Run) -> None:
    """Measures every wanted row, nginx at the start, in the middle and at the end."""
    print("tool calls", flush=True)
    with Stub(run.programs, run.folder) as stub, Nginx(run.programs, run.folder, stub) as nginx:
        with Doorward(run.programs, run.folder, stub) as doorward:
            bench = Calls(run, stub, nginx, doorward)
            bench.reference("start", warm_up=run.pace.warm_up)
            for key, rows in bench.rows().items():
                if run.wants(key):
                    bench.attempt(key, rows)
                if key == "body-64k":
                    bench.reference("middle")
            bench.reference("end")
            bench.judge_references()
            bench.gate()


@dataclass
class Calls:
    """The state of this part of a run."""

    run: Run
    stub: Stub
    nginx: Nginx
    doorward: Doorward

    def __post_init__(self) -> None:
        self.folder = self.run.folder
        self.idle = self.doorward.memory_megabytes()
        self.nginx_idle = self.nginx.memory_megabytes()
        self.at_load: dict[str, float] = {}
        self.references: dict[str, Sample] = {}
        self.wallet = self.folder / "wallet.json"
        run_tool(
            self.run.programs, "sign-in", issuer=self.doorward.origin, resource=self.doorward.endpoint,
            scope=SCOPE, user=USER, password=PASSWORD, chains=16, wallet=self.wallet,
        )  # fmt: skip
        self.tokens = self.mint("tokens", HOT_TOKENS)
        self.token = self.tokens.read_text().split("\n")[0]
        self.call = messages.stateless(self.folder)
        self.run.figures["token bytes"] = len(self.token)
        self.run.figures["call bytes"] = self.call.body.stat().st_size
        status, _, reply = messages.send(self.doorward, self.call, self.token)
        self.run.figures["reply bytes"] = len(reply)
        if status != 200:
            raise LoadFailed(f"the first call: {status} {reply[:300]!r}")

    def rows(self) -> dict[str, Callable[[], None]]:
        """How each row is measured, in the order of measuring."""
        big = {size: messages.stateless(self.folder, f"reply_{size}", size) for size in (8_192, 65_536)}
        stream = messages.stateless(self.folder, "stream", 209)
        return {
            "hot": self.hot,
            "session": self.session,
            "one-connection": lambda: self.beside_nginx("one-connection", "the same, 1 connection", connections=1),
            "thousand-connections": self.thousand,
            "event-stream": lambda: self.beside_nginx("event-stream", "reply as an event stream", stream),
            "body-8k": lambda: self.beside_nginx("body-8k", "8 KB there and back", big[8_192], few=True),
            "body-64k": lambda: self.beside_nginx("body-64k", "64 KB there and back", big[65_536], few=True),
            "cold": self.cold,
            "denied": lambda: self.refusals("denied", "a tool that the allow list hides"),
            "no-token": lambda: self.refusals("no-token", "401, no token"),
            "bad-token": lambda: self.refusals("bad-token", "401, wrong signature"),
            "latency": self.latency,
            "memory": self.memory,
            "streams": self.streams,
            "start": self.start,
        }

    def attempt(self, key: str, row: Callable[[], None]) -> None:
        """Measures a row; a load that fails makes it void and the run goes on."""
        try:
            row()
        except (LoadFailed, OSError) as failure:
            self.run.add(Row("calls", key, key, {}, void=str(failure)))

    # --- nginx

    def reference(self, when: str, warm_up: float | None = None) -> None:
        """Measures nginx with the main load."""
        pace = self.run.pace
        seconds = pace.seconds if warm_up else pace.brief_seconds
        self.wrk(self.nginx, seconds=warm_up or pace.brief_warm_up, times=1)
        during = self.remember("nginx", self.nginx)
        self.references[when] = self.wrk(self.nginx, seconds=seconds, times=pace.times, during=during)
        print(f"  nginx, {when}: {self.references[when].processor_us:.2f} us", flush=True)

    @property
    def nginx_us(self) -> float:
        return statistics.median(one.processor_us for one in self.references.values())

    def judge_references(self) -> None:
        """Rejects the run when nginx drifted."""
        each = {when: one.processor_us for when, one in self.references.items()}
        drift = max(each.values()) / min(each.values()) - 1
        self.run.figures["nginx us"] = each
        self.run.figures["nginx drift"] = drift
        if drift > 0.05:
            self.run.rejected.append(f"nginx differed by {drift:.1%} between start, middle and end")

    # --- rows with wrk

    def wrk(self, system: System, message: Message | None = None, **more: object) -> Sample:
        """Samples a closed loop."""
        times = more.pop("times", self.run.pace.brief_times)
        tokens = more.pop("tokens", self.tokens)
        more = {"connections": CONNECTIONS, "seconds": self.run.pace.brief_seconds} | more
        load = Wrk(self.run.programs, system.endpoint, message=message or self.call, tokens=tokens, **more)
        return sample(system, load, times)

    def hot(self) -> None:
        """The main row, and what it left in the audit log."""
        pace = self.run.pace
        before = self.doorward.audit_records(), self.doorward.sent, self.stub.calls()
        self.wrk(self.doorward, seconds=pace.warm_up, times=1)
        during = self.remember("doorward", self.doorward)
        ours = self.wrk(self.doorward, seconds=pace.seconds, times=pace.times, during=during)
        after = self.doorward.audit_records(), self.doorward.sent, self.stub.calls()
        records, sent, calls = (later - earlier for earlier, later in zip(before, after))
        cut_off = (pace.times + 1) * 4 * CONNECTIONS  # answers that wrk did not wait for at the end of each window
        detail = f"{records:,} records, {sent:,} answers counted by wrk, {calls:,} calls at the upstream"
        self.run.check("one audit record per call under load", 0 <= records - sent <= cut_off, detail)
        self.add("hot", f"tools/call, {CONNECTIONS} connections, hot tokens", ours, self.references["start"], 0.50, 0.80)

    def session(self) -> None:
        """The session era."""
        session = messages.open_session(self.doorward, self.folder, self.token)
        message = messages.in_session(self.folder, session)
        self.wrk(self.doorward, message, seconds=self.run.pace.brief_warm_up, times=1)
        ours = self.wrk(self.doorward, message)
        self.add("session", "the same in a session of 2025-11-25", ours, self.references["start"])

    def thousand(self) -> None:
        """A thousand connections, and what they hold."""
        for system in (self.nginx, self.doorward):
            self.wrk(system, connections=1_000, seconds=self.run.pace.brief_warm_up, times=1)
        theirs = self.wrk(self.nginx, connections=1_000, during=self.remember("nginx 1,000", self.nginx))
        ours = self.wrk(self.doorward, connections=1_000, during=self.remember("doorward 1,000", self.doorward))
        self.add("thousand-connections", "the same, 1,000 connections", ours, theirs)

    def beside_nginx(self, key: str, title: str, message: Message | None = None, *, few: bool = False, connections: int = CONNECTIONS) -> None:
        """A row that is measured with nginx right before it."""
        tokens = self.mint("few-tokens", 100) if few else self.tokens  # large requests fill wrk's memory
        samples = []
        for system in (self.nginx, self.doorward):
            options = {"connections": connections, "tokens": tokens}
            self.wrk(system, message, seconds=self.run.pace.brief_warm_up, times=1, **options)
            samples.append(self.wrk(system, message, **options))
        self.add(key, title, samples[1], samples[0])

    def refusals(self, key: str, title: str) -> None:
        """What it costs to say no."""
        message, tokens = self.call, self.tokens
        if key == "denied":
            message = messages.stateless(self.folder, "secret", 209)
        else:
            tokens = self.folder / f"{key}.tokens"
            bad = [_forged(line) for line in self.tokens.read_text().split()]
            tokens.write_text("\n".join(bad if key == "bad-token" else ["."]))
        before = self.stub.calls()
        status, _, _ = messages.send(self.doorward, message, tokens.read_text().split()[0])
        options = {"message": message, "tokens": tokens, "refused": status >= 400}
        self.wrk(self.doorward, seconds=self.run.pace.brief_warm_up, times=1, **options)
        ours = self.wrk(self.doorward, **options)
        self.run.check(f"nothing of «{title}» reached the upstream", self.stub.calls() == before)
        self.add(key, f"{title} ({status})", ours, None)

    def add(self, key: str, title: str, ours: Sample, theirs: Sample | None, floor: float | None = None, goal: float | None = None) -> None:
        """Adds a row judged by processor time."""
        ratio = theirs.processor_us / ours.processor_us if theirs else None
        self.disturbed(title, ours, *([theirs] if theirs else []))
        cells = {
            "us": ours.processor_us,
            "nginx us": theirs.processor_us if theirs else None,
            "x nginx": ratio,
            "rate": ours.rate,
            "nginx rate": theirs.rate if theirs else None,
        }
        self.run.add(Row("calls", key, title, cells, ratio, floor, goal))

    def disturbed(self, title: str, *samples: Sample) -> None:
        """Rejects the run when other processes took too much in any of its windows."""
        reject_disturbed(self.run, title, *samples)

    # --- rows with our own loads

    def cold(self) -> None:
        """Every token once, every reply compared, every record counted."""
        pace, times = self.run.pace, 3
        _, _, reply = messages.send(self.stub, self.call, None)
        expected, tokens = self.folder / "reply", self.folder / "cold.tokens"
        expected.write_bytes(reply)
        # Not minted between the windows: what the writer has left to do would be counted in them.
        piles = iter([self.mint(f"cold-{number}.tokens", pace.cold_calls) for number in range(2 * times)])
        options = {
            "url": self.doorward.endpoint, "tokens": tokens, "headers": self.call.headers, "body": self.call.body,
            "reply": expected, "connections": CONNECTIONS,
        }  # fmt: skip
        records, sent = self.doorward.audit_records(), self.doorward.sent
        before = lambda: tokens.write_bytes(next(piles).read_bytes())  # noqa: E731
        ours = sample(self.doorward, Tool(self.run.programs, self.folder, "once", options, before), times)
        records, sent = self.doorward.audit_records() - records, self.doorward.sent - sent
        self.run.check("exactly one audit record per call", records == sent, f"{records:,} of {sent:,}")
        self.run.check("every reply equals the upstream's, byte for byte", True, f"{sent:,} compared")
        self.add("cold", "tools/call, cold tokens (ES256)", ours, self.references["start"], 0.10, 0.13)

    def latency(self) -> None:
        """The added median at a fixed rate, the two systems taking turns."""
        options = {
            "tokens": self.tokens, "headers": self.call.headers, "body": self.call.body,
            "rate": 200, "seconds": self.run.pace.open_loop_seconds,
        }  # fmt: skip
        medians: dict[str, list[float]] = {"nginx": [], "doorward": []}
        for system in (self.nginx, self.doorward) * 2:
            load = Tool(self.run.programs, self.folder, "open-loop", options | {"url": system.endpoint})
            taken = sample(system, load, 1)
            self.disturbed("latency", taken)
            medians[system.name].append(taken.said("p50"))
        ours, theirs = (statistics.mean(medians[name]) / 1_000 for name in ("doorward", "nginx"))
        cells = {"ours": ours, "nginx": theirs, "unit": "ms"}
        title = "added p50 at 200 requests/s"
        self.run.add(Row("footprint", "latency", title, cells, ours - theirs, 0.10, 0.03, more_is_better=False))

    def remember(self, name: str, system: System) -> Callable[[], object]:
        """Reads a system's memory in the middle of a load."""
        return lambda: self.at_load.__setitem__(name, system.memory_megabytes())

    def memory(self) -> None:
        """What was seen at rest and under load."""
        rows = [
            ("at rest", self.idle, self.nginx_idle, 25.0, 15.0),
            (f"{CONNECTIONS} connections", self.at_load.get("doorward"), self.at_load.get("nginx"), None, None),
            ("1,000 connections", self.at_load.get("doorward 1,000"), self.at_load.get("nginx 1,000"), 60.0, 25.0),
        ]
        for title, ours, theirs, floor, goal in rows:
            cells = {"ours": ours, "nginx": theirs, "unit": "MB"}
            if ours is not None:
                self.run.add(Row("footprint", "memory", f"PSS, {title}", cells, ours, floor, goal, more_is_better=False))

    def streams(self) -> None:
        """What each held event stream adds."""
        session = messages.open_session(self.doorward, self.folder, self.token)
        ours, theirs = self.held(self.doorward, session), self.held(self.nginx, session)
        title = f"PSS per held event stream ({self.run.pace.streams:,})"
        cells = {"ours": ours, "nginx": theirs, "unit": "KB"}
        self.run.add(Row("footprint", "streams", title, cells, ours, 40, 10, more_is_better=False))

    def held(self, system: System, session: str) -> float:
        """Opens streams at a freshly started system; returns kilobytes for each."""
        system.halt()
        system.launch()
        messages.send(system, self.call, self.token)
        before = system.memory_megabytes()
        request = messages.stream_request(self.folder, system, session, self.token)
        options = {"url": system.endpoint, "request": request, "streams": self.run.pace.streams}
        load = Tool(self.run.programs, self.folder, "hold", options)
        load.prepare()
        opened = load.fire()["requests"]
        time.sleep(0.5)  # buffers of the handshakes are given back
        after = system.memory_megabytes()
        load.process.stdin.write("\n")
        load.finish()
        return (after - before) * 1024 / opened

    def start(self) -> None:
        """From starting the process to the first answered call, data folder in place."""
        taken = {system.name: [self.started(system) for _ in range(self.run.pace.starts)] for system in (self.nginx, self.doorward)}
        ours, theirs = (statistics.median(taken[name]) * 1_000 for name in ("doorward", "nginx"))
        cells = {"ours": ours, "nginx": theirs, "unit": "ms"}
        title = "start to first answered call"
        self.run.add(Row("footprint", "start", title, cells, ours, 150, 50, more_is_better=False))

    def started(self, system: System) -> float:
        """Seconds from starting a system to an authorised call that is answered."""
        system.halt()
        begun = time.perf_counter()
        system.start_only()
        while True:
            try:
                status, _, _ = messages.send(system, self.call, self.token)
                if status == 200:
                    return time.perf_counter() - begun
            except (OSError, http.client.HTTPException):
                pass
            if time.perf_counter() - begun > 20:
                raise LoadFailed(f"{system.name} answers no call 20 s after its start")
            time.sleep(0.000_5)

    # --- afterwards

    def gate(self) -> None:
        """What must be true for any figure to count."""
        hidden = messages.stateless(self.folder, "secret", 209)
        missing = messages.stateless(self.folder, "missin", 209)
        calls = self.stub.calls()
        status, headers, _ = messages.send(self.doorward, self.call, _forged(self.token))
        self.run.check("a token with a wrong signature is a 401", status == 401 and headers["WWW-Authenticate"], status)
        status, _, _ = messages.send(self.doorward, self.call, None)
        self.run.check("no token is a 401", status == 401, status)
        denied, absent = (messages.send(self.doorward, one, self.token) for one in (hidden, missing))
        alike = denied[0] == absent[0] and denied[2].replace(b"secret", b"missin") == absent[2]
        self.run.check("a hidden tool is refused like one that does not exist", alike and b'"error"' in denied[2], denied[2].decode())
        self.run.check("nothing that was refused reached the upstream", self.stub.calls() == calls)
        ours, theirs = (messages.send(system, self.call, self.token)[2] for system in (self.doorward, self.stub))
        self.run.check("a reply equals the upstream's", ours == theirs, f"{len(ours)} bytes")
        self.run.check("the audit chain holds", bool(self.doorward.administer("audit", "verify", "--json")), f"{self.doorward.audit_records():,} records")

    def mint(self, name: str, count: int) -> Path:
        """Refreshes until there are so many access tokens."""
        path = self.folder / name
        run_tool(self.run.programs, "mint", wallet=self.wallet, count=count, out=path)
        return path


def reject_disturbed(run: Run, title: str, *samples: Sample) -> None:
    """Rejects the run when other processes took more than a window may bear."""
    others = max(one.others for one in samples)
    if others > 0.08:
        run.rejected.append(f"other processes took {others:.0%} of a core during «{title}»")


def _forged(token: str) -> str:
    """The same token with another signature."""
    head, dot, signature = token.rpartition(".")
    return head + dot + ("B" if signature[0] == "A" else "A") + signature[1:]
