"""Rows about the authorization server, each beside oidc-provider on the same core in its turn."""

from dataclasses import dataclass

from harness.calls import CONNECTIONS, SCOPE, reject_disturbed
from harness.loads import LoadFailed, Tool, Wrk, run_tool
from harness.run import Row, Run
from harness.systems import PASSWORD, USER, Doorward, OidcProvider, Stub, System
from harness.window import Sample, sample

_DISCOVERY = {"doorward": "oauth-authorization-server", "oidc-provider": "openid-configuration"}
# key: title, floor and goal as multiples of oidc-provider's rate
_ROWS = {
    "refresh": ("refresh rotation", 2.5, 4),
    "codes": ("code + PKCE redemption", 3, 5),
    "registration": ("dynamic registration", 4, 8),
    "discovery": ("discovery", 8, 12),
}
KEYS = tuple(_ROWS)


def measure(run: Run) -> None:
    """Measures one server after the other, then sets them side by side."""
    print("authorization server", flush=True)
    folder = run.folder / "authorization-server"
    samples: dict[str, dict[str, Sample | str]] = {}
    with Stub(run.programs, folder) as stub:
        for system in (OidcProvider(run.programs, folder), Doorward(run.programs, folder, stub=stub.port)):
            with system:
                samples[system.name] = Server(run, system).measure()
    for key, (title, floor, goal) in _ROWS.items():
        if run.wants(key):
            ours, theirs = samples["doorward"][key], samples["oidc-provider"][key]
            run.add(_row(run, key, title, ours, theirs, floor, goal))


def _row(run: Run, key: str, title: str, ours: Sample | str, theirs: Sample | str, floor: float, goal: float) -> Row:
    for one in (ours, theirs):
        if isinstance(one, str):
            return Row("tokens", key, title, {}, floor=floor, goal=goal, void=one)
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
    """One authorization server while it is measured."""

    run: Run
    system: System

    def measure(self) -> dict[str, Sample | str]:
        """A sample of each wanted load, or why there is none."""
        found: dict[str, Sample | str] = {}
        # Registration comes last: it starts the server anew for every window.
        loads = {"refresh": self.refresh, "codes": self.codes, "discovery": self.discovery, "registration": self.registration}
        for key, load in loads.items():
            if self.run.wants(key):
                try:
                    found[key] = load()
                except LoadFailed as failure:
                    found[key] = f"{self.system.name}: {failure}"
        return found

    def refresh(self) -> Sample:
        wallet = self.system.folder / "wallet.json"
        run_tool(self.run.programs, "sign-in", **self._user, chains=CONNECTIONS, wallet=wallet)
        return self._closed_loop("rotate", {"wallet": wallet})

    def codes(self) -> Sample:
        options = self._user | {"count": self.run.pace.codes, "connections": CONNECTIONS}
        load = Tool(self.run.programs, self.system.folder, "redeem", options)
        return sample(self.system, load, self.run.pace.brief_times)

    def registration(self) -> Sample:
        options = {"issuer": self.system.origin, "count": self.run.pace.registrations, "connections": CONNECTIONS}
        load = Tool(self.run.programs, self.system.folder, "register", options, before=self.system.renew)
        return sample(self.system, load, self.run.pace.brief_times)

    def discovery(self) -> Sample:
        url = f"{self.system.origin}/.well-known/{_DISCOVERY[self.system.name]}"
        sample(self.system, Wrk(self.run.programs, url, CONNECTIONS, self.run.pace.brief_warm_up), 1)
        return sample(self.system, Wrk(self.run.programs, url, CONNECTIONS, self.run.pace.brief_seconds), self.run.pace.brief_times)

    def _closed_loop(self, command: str, options: dict[str, object]) -> Sample:
        pace = self.run.pace
        loads = [
            Tool(self.run.programs, self.system.folder, command, options | {"seconds": seconds})
            for seconds in (pace.brief_warm_up, pace.brief_seconds)
        ]
        sample(self.system, loads[0], 1)
        return sample(self.system, loads[1], pace.brief_times)

    @property
    def _user(self) -> dict[str, object]:
        """Who signs in where, and for what."""
        return {
            "issuer": self.system.origin, "resource": self.system.endpoint, "scope": SCOPE,
            "user": USER, "password": PASSWORD,
        }  # fmt: skip
