"""Rows about tool calls through the gateway, each beside nginx in front of the same upstream."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness import footprint, gate, messages, peer
from harness.loads import LoadFailed, Message, Tool, Wrk, run_tool
from harness.run import Row, Run
from harness.systems import PASSWORD, USER, Doorward, Nginx, Stub, System
from harness.window import MAXIMUM_DISTURBANCE, Sample, sample

CONNECTIONS = 64
HOT_TOKENS = 1_000
SCOPE = "mcp:read mcp:write"
_MAXIMUM_DRIFT = 0.05
_MAXIMUM_WINDOWS = 15  # of nginx, where the first ones differ from those of the start
_PAUSE = 10.0  # seconds
KEYS = (
    "hot", "session", "one-connection", "thousand-connections", "event-stream",
    "event-stream-one", "event-stream-thousand", "body-8k", "body-64k", "cold", "denied", "no-token", "bad-token",
    "peer", "latency", "memory", "streams", "listen", "start",
)  # fmt: skip


def measure(run: Run) -> None:
    """Measures every wanted row, nginx at the start, in the middle and at the end."""
    print("tool calls", flush=True)
    with Stub(run.programs, run.folder) as stub, Nginx(run.programs, run.folder, stub) as nginx:
        with Doorward(run.programs, run.folder, stub=stub.port) as doorward:
            bench = Calls(run, stub, nginx, doorward)
            bench.reference("start", warm_up=run.pace.warm_up)
            for key, rows in bench.rows().items():
                if run.wants(key):
                    bench.attempt(key, rows)
                if key == "body-64k":
                    bench.reference("middle")
            bench.reference("end")
            bench.judge_references()
            gate.pass_through(bench)


@dataclass
class Calls:
    """The state of this part of a run."""

    run: Run
    stub: Stub
    nginx: Nginx
    doorward: Doorward

    def __post_init__(self) -> None:
        self.folder = self.run.folder
        self.connections = CONNECTIONS
        self.memory: dict[tuple[str, str], float] = {}  # by system and situation
        for system in (self.nginx, self.doorward):
            self.remember("at rest", system)()
        self.references: dict[str, Sample] = {}
        self.wallet = self.folder / "wallet.json"
        run_tool(
            self.run.programs, "sign-in", issuer=self.doorward.origin, resource=self.doorward.endpoint,
            scope=SCOPE, user=USER, password=PASSWORD, chains=footprint.GRANTS, wallet=self.wallet,
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
            "event-stream-one": lambda: self.beside_nginx("event-stream-one", "the same, 1 connection", stream, connections=1),
            "event-stream-thousand": lambda: self.beside_nginx("event-stream-thousand", "the same, 1,000 connections", stream, connections=1_000),
            "body-8k": lambda: self.beside_nginx("body-8k", "8 KB there and back", big[8_192], few=True),
            "body-64k": lambda: self.beside_nginx("body-64k", "64 KB there and back", big[65_536], few=True),
            "cold": self.cold,
            "denied": lambda: self.refusals("denied", "a tool that the allow list hides"),
            "no-token": lambda: self.refusals("no-token", "401, no token"),
            "bad-token": lambda: self.refusals("bad-token", "401, wrong signature"),
            "peer": lambda: peer.measure(self, stream),
            "latency": lambda: footprint.latency(self),
            "memory": lambda: footprint.memory(self),
            "streams": lambda: footprint.streams(self),
            "listen": lambda: footprint.listen(self),
            "start": lambda: footprint.start(self),
        }

    def attempt(self, key: str, row: Callable[[], None]) -> None:
        """Measures a row; a load that fails, or a system that does not start, makes it void and the run goes on."""
        try:
            row()
        except (RuntimeError, OSError) as failure:
            self.run.add(Row("calls", key, key, {}, void=str(failure)))

    # --- nginx

    def reference(self, when: str, warm_up: float | None = None) -> None:
        """Measures nginx with the main load."""
        pace = self.run.pace
        seconds = pace.seconds if warm_up else pace.brief_seconds
        self.wrk(self.nginx, seconds=warm_up or pace.brief_warm_up, times=1)
        during = self.remember("under load", self.nginx)
        found = self.wrk(self.nginx, seconds=seconds, times=pace.times, during=during)
        while self._drifts(found) and len(found.windows) < _MAXIMUM_WINDOWS:
            time.sleep(_PAUSE)  # nothing is taken back: what is judged is the median of all windows
            found = Sample(found.windows + self.wrk(self.nginx, seconds=seconds, times=pace.times).windows)
        self.references[when] = found
        print(f"  nginx, {when}: {self.references[when].processor_us:.2f} us", flush=True)

    def _drifts(self, found: Sample) -> bool:
        """Whether nginx is not what it was before."""
        each = [one.processor_us for one in (*self.references.values(), found)]
        return max(each) / min(each) - 1 > _MAXIMUM_DRIFT

    def judge_references(self) -> None:
        """Sets rows without an nginx of their own beside the median of all references, and rejects
        the run when nginx drifted."""
        median = statistics.median(one.processor_us for one in self.references.values())
        for row in self.run.rows:
            if row.key in ("hot", "session", "cold") and not row.void:
                row.judged = median / row.cells["us"]
                row.cells |= {"nginx us": median, "x nginx": row.judged}
        each = {when: one.processor_us for when, one in self.references.items()}
        drift = max(each.values()) / min(each.values()) - 1
        self.run.figures |= {"nginx us": each, "nginx drift": drift}
        if drift > _MAXIMUM_DRIFT:
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
        during = self.remember("under load", self.doorward)
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
        theirs = self.wrk(self.nginx, connections=1_000, during=self.remember("1,000 connections", self.nginx))
        ours = self.wrk(self.doorward, connections=1_000, during=self.remember("1,000 connections", self.doorward))
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
            bad = [messages.forged(line) for line in self.tokens.read_text().split()]
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

    def remember(self, situation: str, system: System) -> Callable[[], object]:
        """What reads a system's memory, to be called in that situation."""
        return lambda: self.memory.__setitem__((system.name, situation), system.memory_megabytes())

    def mint(self, name: str, count: int) -> Path:
        """Refreshes until there are so many access tokens."""
        path = self.folder / name
        run_tool(self.run.programs, "mint", wallet=self.wallet, count=count, out=path)
        return path


def reject_disturbed(run: Run, title: str, *samples: Sample) -> None:
    """Rejects the run when other processes took more than a window may bear."""
    others = max(one.others for one in samples)
    if others > MAXIMUM_DISTURBANCE:
        run.rejected.append(f"other processes took {others:.0%} of a core during «{title}»")
