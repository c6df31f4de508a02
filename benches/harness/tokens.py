"""Rows about the authorization server, each beside oidc-provider on the same core, window by window in turn."""

from dataclasses import dataclass

from harness.calls import CONNECTIONS, SCOPE, reject_disturbed
from harness.loads import LoadFailed, Tool, Wrk, run_tool
from harness.run import Row, Run
from harness.systems import PASSWORD, USER, Doorward, OidcProvider, Stub, System
from harness.window import Load, Sample, in_turn, sample

_DISCOVERY = {"doorward": "oauth-authorization-server", "oidc-provider": "openid-configuration"}
# key: title, floor and goal as multiples of oidc-provider's rate
_ROWS = {
    "refresh": ("refresh rotation", 2.5, 4),
    "codes": ("code + PKCE redemption", 3, 5),
    "registration": ("dynamic registration", 4, 8),
    "discovery": ("discovery", 8, 12),
}
KEYS = tuple(_ROWS)
_ORDER = ("refresh", "codes", "discovery", "registration")  # the last starts a server anew for every window


def measure(run: Run) -> None:
    """Measures both servers window by window in turn; they share a core, and one of them rests."""
    print("authorization server", flush=True)
    folder = run.folder / "authorization-server"
    with Stub(run.programs, folder) as stub:
        ours, theirs = Doorward(run.programs, folder, stub=stub.port), OidcProvider(run.programs, folder)
        with theirs, ours:
            servers = [Server(run, ours), Server(run, theirs)]
            found = {key: _in_turn(run, key, servers) for key in _ORDER if run.wants(key)}
    for key, (title, floor, goal) in _ROWS.items():
        if key in found:
            run.add(_row(run, key, title, found[key], floor, goal))


def _in_turn(run: Run, key: str, servers: list["Server"]) -> list[Sample] | str:
    """A sample of each server, or why there is none."""
    try:
        loads = [(server.system, getattr(server, key)()) for server in servers]
        return in_turn(loads, run.pace.turns)
    except LoadFailed as failure:
        return str(failure)


def _row(run: Run, key: str, title: str, found: list[Sample] | str, floor: float, goal: float) -> Row:
    if isinstance(found, str):
        return Row("tokens", key, title, {}, floor=floor, goal=goal, void=found)
    ours, theirs = found
    reject_disturbed(run, title, ours, theirs)
    ratio = ours.rate / theirs.rate
    cells = {
        "rate": ours.rate,
        "oidc-provider rate": theirs.rate,
        "x oidc-provider": ratio,
        "us": ours.processor_us,
        "oidc-provider us": theirs.processor_us,
        "per flush": ours.requests_per_flush if key in ("refresh", "codes", "registration") else None,
    }
    return Row("tokens", key, title, cells, ratio, floor, goal)


@dataclass
class Server:
    """One authorization server while it is measured: each load comes warmed up where that matters."""

    run: Run
    system: System

    def refresh(self) -> Load:
        wallet = self.system.folder / "wallet.json"
        run_tool(self.run.programs, "sign-in", **self._user, chains=CONNECTIONS, wallet=wallet)
        pace = self.run.pace
        warm_up, load = (self._tool("rotate", {"wallet": wallet, "seconds": seconds}) for seconds in (pace.brief_warm_up, pace.brief_seconds))
        sample(self.system, warm_up, 1)
        return load

    def codes(self) -> Load:
        return self._tool("redeem", self._user | {"count": self.run.pace.codes, "connections": CONNECTIONS})

    def registration(self) -> Load:
        options = {"issuer": self.system.origin, "count": self.run.pace.registrations, "connections": CONNECTIONS}
        return self._tool("register", options, before=self.system.renew)

    def discovery(self) -> Load:
        url = f"{self.system.origin}/.well-known/{_DISCOVERY[self.system.name]}"
        pace = self.run.pace
        sample(self.system, Wrk(self.run.programs, url, CONNECTIONS, pace.brief_warm_up), 1)
        return Wrk(self.run.programs, url, CONNECTIONS, pace.brief_seconds)

    def _tool(self, command: str, options: dict[str, object], **more: object) -> Tool:
        return Tool(self.run.programs, self.system.folder, command, options, **more)

    @property
    def _user(self) -> dict[str, object]:
        """Who signs in where, and for what."""
        return {
            "issuer": self.system.origin, "resource": self.system.endpoint, "scope": SCOPE,
            "user": USER, "password": PASSWORD,
        }  # fmt: skip
