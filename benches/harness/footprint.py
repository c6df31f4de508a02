"""Rows about latency at rest, memory and start, each beside nginx."""

import http.client
import resource
import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from harness import messages
from harness.loads import LoadFailed, Tool, run_tool
from harness.run import Row
from harness.systems import LISTENERS, PASSWORD, System
from harness.window import sample

if TYPE_CHECKING:
    from harness.calls import Calls

GRANTS = 16
_RATE = 200
_PATIENCE = 20


def latency(bench: "Calls") -> None:
    """The added median at a fixed rate, the two systems taking turns."""
    options = {
        "tokens": bench.tokens, "headers": bench.call.headers, "body": bench.call.body,
        "rate": _RATE, "seconds": bench.run.pace.open_loop_seconds,
    }  # fmt: skip
    medians: dict[str, list[float]] = {"nginx": [], "doorward": []}
    for system in (bench.nginx, bench.doorward) * 2:
        load = Tool(bench.run.programs, bench.folder, "open-loop", options | {"url": system.endpoint})
        taken = sample(system, load, 1)
        bench.disturbed("latency", taken)
        medians[system.name].append(taken.said("p50"))
    ours, theirs = (statistics.mean(medians[name]) / 1_000 for name in ("doorward", "nginx"))
    cells = {"ours": ours, "nginx": theirs, "added": ours - theirs, "unit": "ms"}
    title = f"p50 at {_RATE} requests/s (marks: added to nginx)"
    bench.run.add(Row("footprint", "latency", title, cells, ours - theirs, 0.10, 0.03, more_is_better=False))


def memory(bench: "Calls") -> None:
    """What was seen at rest, and in the middle of the loads before."""
    seen = bench.memory
    rows = [
        ("at rest", "at rest", 25.0, 15.0),
        (f"{bench.connections} connections", "under load", None, None),
        ("1,000 connections", "1,000 connections", 60.0, 25.0),
    ]
    for title, key, floor, goal in rows:
        if ("doorward", key) in seen:
            ours, theirs = seen["doorward", key], seen.get(("nginx", key))
            cells = {"ours": ours, "nginx": theirs, "unit": "MB"}
            bench.run.add(Row("footprint", "memory", f"PSS, {title}", cells, ours, floor, goal, more_is_better=False))


def streams(bench: "Calls") -> None:
    """What each held event stream adds. They are of one user, who may have 8,192, or a quarter of what fits."""
    tokens = bench.mint("stream.tokens", GRANTS).read_text().split()  # one of each grant
    sessions = [(messages.open_session(bench.doorward, bench.folder, token), token) for token in tokens]
    count = min(bench.run.pace.streams, _share())
    requests = lambda system: [messages.stream_request(system, *each) for each in sessions]  # noqa: E731
    _add_held(bench, "streams", "held event stream", requests, count)


def listen(bench: "Calls") -> None:
    """What each idle stream of changes of 2026-07-28 adds; several users share them."""
    for user in LISTENERS:
        bench.doorward.add_user(user)
    tokens = [_token(bench, user) for user in LISTENERS]
    message = messages.listen(bench.folder)
    count = min(bench.run.pace.listens, len(LISTENERS) * _share(), _most() // 2 - 100)
    requests = lambda system: [messages.listen_request(system, message, token) for token in tokens]  # noqa: E731
    _add_held(bench, "listen", "idle listen stream", requests, count)


def _token(bench: "Calls", user: str) -> str:
    """A token of a grant of its own."""
    wallet, tokens = bench.folder / f"{user}-listen.json", bench.folder / f"{user}-listen.tokens"
    run_tool(
        bench.run.programs, "sign-in", issuer=bench.doorward.origin, resource=bench.doorward.endpoint,
        scope="mcp:read mcp:write", user=user, password=PASSWORD, chains=1, wallet=wallet,
    )  # fmt: skip
    run_tool(bench.run.programs, "mint", wallet=wallet, count=1, out=tokens)
    return tokens.read_text().strip()


def _share() -> int:
    """How many one user may hold under this limit of open files: two for each connection."""
    return min(8_192, max((_most() - 128) // 2 // 4 - 8, 8))


def _most() -> int:
    """How many files a process may open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1_000_000 if most == resource.RLIM_INFINITY else most


def _add_held(bench: "Calls", key: str, title: str, requests: Callable[[System], list[bytes]], count: int) -> None:
    """A row of kilobytes for each stream, ours and nginx's."""
    ours, theirs = (_held(bench, system, requests(system), count) for system in (bench.doorward, bench.nginx))
    cells = {"ours": ours, "nginx": theirs, "unit": "KB"}
    bench.run.add(Row("footprint", key, f"PSS per {title} ({count:,})", cells, ours, 40, 10, more_is_better=False))


def _held(bench: "Calls", system: System, requests: list[bytes], count: int) -> float:
    """Opens streams at a freshly started system; returns kilobytes for each."""
    system.halt()
    system.launch()
    messages.send(system, bench.call, bench.token)
    before = system.memory_megabytes()
    file = bench.folder / f"{system.name}-stream.requests"
    file.write_bytes(b"".join(request + b"\0" for request in requests))
    load = Tool(bench.run.programs, bench.folder, "hold", {"url": system.endpoint, "requests": file, "streams": count})
    load.prepare()
    opened = load.fire()["requests"]
    time.sleep(0.5)  # until nothing moves any more
    after = system.memory_megabytes()
    load.process.stdin.write("\n")
    load.finish()
    return (after - before) * 1024 / opened


def start(bench: "Calls") -> None:
    """From starting the process to the first answered call, the data folder being there."""
    times = range(bench.run.pace.starts)
    taken = {system.name: [_started(bench, system) for _ in times] for system in (bench.nginx, bench.doorward)}
    ours, theirs = (statistics.median(taken[name]) * 1_000 for name in ("doorward", "nginx"))
    cells = {"ours": ours, "nginx": theirs, "unit": "ms"}
    bench.run.add(Row("footprint", "start", "start to first answered call", cells, ours, 150, 50, more_is_better=False))


def _started(bench: "Calls", system: System) -> float:
    """Seconds from starting a system to an authorised call that is answered."""
    system.halt()
    begun = time.perf_counter()
    system.start_only()
    while time.perf_counter() - begun < _PATIENCE:
        try:
            status, _, _ = messages.send(system, bench.call, bench.token)
            if status == 200:
                return time.perf_counter() - begun
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.000_5)
    raise LoadFailed(f"{system.name} answers no call {_PATIENCE} s after its start")
