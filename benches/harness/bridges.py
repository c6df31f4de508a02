"""Rows about stdio servers and about bridges between eras: what each costs over the way that needs none."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from harness import messages
from harness.calls import CONNECTIONS, SCOPE, reject_disturbed
from harness.loads import LoadFailed, Message, Pipes, Wrk, run_tool
from harness.places import EVERYTHING
from harness.run import Row, Run
from harness.systems import PASSWORD, USER, Bridging, Stub
from harness.window import Sample, sample

_TOKENS = 100
_IDS = 1_000
KEYS = ("pipes", "pooled", "pooled-node", "bridged-modern", "bridged-session")


def measure(run: Run) -> None:
    """Measures every wanted row with one Doorward in front of servers of either era."""
    print("stdio and bridges", flush=True)
    folder = run.folder / "bridges"
    stubs = {era: Stub(run.programs, folder / era, era) for era in ("stateless", "session")}
    with stubs["stateless"], stubs["session"], Bridging(run.programs, folder, stubs) as doorward:
        bench = Bridges(run, folder, doorward)
        for key, row in bench.rows().items():
            if run.wants(key):
                bench.attempt(key, row)
        run.check("the audit chain of bridged calls holds", True, doorward.administer("audit", "verify").strip())


@dataclass
class Bridges:
    """The state of this part of a run."""

    run: Run
    folder: Path
    doorward: Bridging

    def rows(self) -> dict[str, Callable[[], None]]:
        """How each row is measured."""
        bench = self.run.programs.bench
        everything = f"{self.run.programs.node} {EVERYTHING}"
        return {
            "pipes": self.pipes,
            "pooled": lambda: self.pooled("pooled", "session-pipes", f"{bench} stub --era session", "a small server"),
            "pooled-node": lambda: self.pooled("pooled-node", "everything", everything, "server-everything"),
            "bridged-modern": lambda: self.bridged("bridged-modern", "2026-07-28 to a server with sessions", ("modern", "session"), ("modern", "stateless")),
            "bridged-session": lambda: self.bridged("bridged-session", "2025-11-25 to a server of 2026-07-28", ("session", "stateless"), ("session", "session")),
        }

    def attempt(self, key: str, row: Callable[[], None]) -> None:
        """Measures a row; a load that fails or is answered wrongly makes it void."""
        try:
            row()
        except (LoadFailed, OSError) as failure:
            self.run.add(Row("bridges", key, key, {}, void=str(failure)))

    def pipes(self) -> None:
        """A call of 2026-07-28 to a server of that revision: over HTTP through Doorward, and over its pipes."""
        ours = self.calls("modern", "stateless-pipes")
        command = f"{self.run.programs.bench} stub --era both"
        raw = self.raw("pipes", command, {"at-once": CONNECTIONS})
        added = ours.processor_us - raw.processor_us
        self.add("pipes", "a call to a stdio server", ours, "raw pipes", raw, added, "us added", 100, 20)

    def pooled(self, key: str, server: str, command: str, title: str) -> None:
        """A client of 2026-07-28 in front of a stdio server with sessions."""
        ours = self.calls("modern", server)
        each = self.raw("each", command, {})
        ratio = each.processor_us / ours.processor_us
        self.add(key, f"2026-07-28 to {title} with sessions over stdio", ours, "a process for each call", each, ratio, "x")

    def bridged(self, key: str, title: str, way: tuple[str, str], plain: tuple[str, str]) -> None:
        """The same client in front of a server of the other era, and of its own."""
        ours, beside = self.calls(*way), self.calls(*plain)
        ratio = beside.processor_us / ours.processor_us
        self.add(key, title, ours, "the same, no bridge", beside, ratio, "x")

    def calls(self, client: str, server: str) -> Sample:
        """What calls of that client at that server cost; a wrong answer fails the row."""
        door, tokens = self.doorward.door(server), self.tokens(server)
        message = self.message(client, server, tokens)
        status, _, reply = messages.send(door, message, tokens.read_text().split()[0])
        if status != 200 or b'"content":[{"type":"text"' not in reply.replace(b" ", b""):
            raise LoadFailed(f"{client} client, {server}: {status} {reply[:300]!r}")
        pace, records, sent = self.run.pace, self.doorward.audit_records(), door.sent
        for seconds, times in ((pace.brief_warm_up, 1), (pace.brief_seconds, pace.brief_times)):
            ids = _IDS if client == "session" else 0  # in a session no two calls under way may have the same
            load = Wrk(self.run.programs, door.endpoint, CONNECTIONS, seconds, message, tokens, ids=ids)
            taken = sample(door, load, times)
        records, sent = self.doorward.audit_records() - records, door.sent - sent
        cut_off = (pace.brief_times + 1) * 4 * CONNECTIONS  # answers that wrk did not wait for
        if not 0 <= records - sent <= cut_off:
            raise LoadFailed(f"{client} client, {server}: {records:,} audit records of {sent:,} calls")
        return taken

    def message(self, client: str, server: str, tokens: Path) -> Message:
        """The call, in a session if that is how the client works."""
        folder = self.folder / f"{client}-{server}"
        folder.mkdir(exist_ok=True)
        if client == "modern":
            return messages.stateless(folder, argument="message")
        session = messages.open_session(self.doorward.door(server), folder, tokens.read_text().split()[0])
        return messages.in_session(folder, session)

    def tokens(self, server: str) -> Path:
        """Tokens for one server; a session needs the grant that began it, so there is one grant."""
        path = self.folder / f"{server}.tokens"
        if not path.exists():
            wallet, door = self.folder / f"{server}.json", self.doorward.door(server)
            run_tool(
                self.run.programs, "sign-in", issuer=self.doorward.origin, resource=door.endpoint,
                scope=SCOPE, user=USER, password=PASSWORD, chains=1, wallet=wallet,
            )  # fmt: skip
            run_tool(self.run.programs, "mint", wallet=wallet, count=_TOKENS, out=path)
        return path

    def raw(self, command: str, server: str, options: dict[str, object]) -> Sample:
        """The same call at a server of our own, without anything in between."""
        options = {"server": server, "body": self._raw_call.body, "seconds": self.run.pace.brief_seconds} | options
        load = Pipes(self.run.programs, self.folder, command, options)
        return sample(load, load, self.run.pace.brief_times)

    @cached_property
    def _raw_call(self) -> Message:
        return messages.stateless(self.folder, argument="message")

    def add(self, key: str, title: str, ours: Sample, name: str, beside: Sample, judged: float, unit: str, floor: float | None = None, goal: float | None = None) -> None:
        """Adds a row: ours, what stands beside it, and what is made of both."""
        reject_disturbed(self.run, title, ours, beside)
        cells = {"us": ours.processor_us, "beside": name, "beside us": beside.processor_us, "rate": ours.rate, "judged": judged, "unit": unit}
        self.run.add(Row("bridges", key, title, cells, judged, floor, goal, more_is_better=unit == "x"))
