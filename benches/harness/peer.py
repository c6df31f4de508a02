"""Rows beside another MCP proxy of the same run: FastMCP's, which checks the same tokens."""

from typing import TYPE_CHECKING

from harness import messages
from harness.loads import LoadFailed, Message, Tool, Wrk
from harness.run import Row
from harness.systems import Peer, System
from harness.window import Sample, sample

if TYPE_CHECKING:
    from harness.calls import Calls

_PATIENCE = 60
_THOUSAND = 1_000
_TEXT = b'"type":"text"'


def measure(bench: "Calls", stream: Message) -> None:
    """Calls at 1, 64 and 1,000 connections, answered as JSON and as an event stream."""
    with Peer(bench.run.programs, bench.folder, bench.stub, bench.doorward) as peer:
        status, _, reply = messages.send(peer, bench.call, bench.token)
        if status != 200 or _TEXT not in reply:
            raise LoadFailed(f"peer: {status} {reply[:300]!r}")
        status, _, _ = messages.send(peer, bench.call, messages.forged(bench.token))
        bench.run.check("the peer refuses a token with a wrong signature", status == 401, status)
        _measure_kind(bench, peer, "", bench.call)
        peer.halt()  # and with it what it may still be busy with
        peer.launch()
        _measure_kind(bench, peer, ", the upstream streams", stream)


def _measure_kind(bench: "Calls", peer: Peer, kind: str, message: Message) -> None:
    for connections in (1, bench.connections):
        title = f"tools/call, {connections} connection{'s' * (connections > 1)}{kind}"
        samples = [_closed_loop(bench, system, message, connections) for system in (bench.doorward, peer)]
        _add(bench, title, *samples)
    ours, theirs = (_a_thousand(bench, system, message) for system in (bench.doorward, peer))
    title = f"tools/call, 1,000 connections{kind}"
    if theirs.requests < _THOUSAND:
        title += f" (FastMCP answered {theirs.requests} in {bench.run.pace.peer_patience} s)"
    _add(bench, title, ours, theirs)


def _closed_loop(bench: "Calls", system: System, message: Message, connections: int) -> Sample:
    """Windows that are long enough for some answers of a slow system."""
    load = Wrk(bench.run.programs, system.endpoint, connections, bench.run.pace.peer_seconds, message, bench.tokens, patience=_PATIENCE)
    return sample(system, load, bench.run.pace.peer_times)


def _a_thousand(bench: "Calls", system: System, message: Message) -> Sample:
    """A thousand calls at once: a closed loop would see no answer for half a minute."""
    reply, tokens = bench.folder / f"{system.name}-reply", bench.folder / "thousand.tokens"
    reply.write_bytes(messages.send(system, message, bench.token)[2])
    tokens.write_text("".join(f"{line}\n" for line in bench.tokens.read_text().split()[:_THOUSAND]))
    options = {
        "url": system.endpoint, "tokens": tokens, "headers": message.headers, "body": message.body,
        "reply": reply, "connections": _THOUSAND,
    }  # fmt: skip
    if system is not bench.doorward:
        options["within"] = bench.run.pace.peer_patience
    return sample(system, Tool(bench.run.programs, bench.folder, "once", options), 1)


def _add(bench: "Calls", title: str, ours: Sample, theirs: Sample) -> None:
    bench.disturbed(title, ours, theirs)
    cells = {"us": ours.processor_us, "rate": ours.rate}
    if theirs.rate > 0:
        cells |= {"peer us": theirs.processor_us, "peer rate": theirs.rate, "x peer": theirs.processor_us / ours.processor_us}
    bench.run.add(Row("peer", "peer", title, cells, cells.get("x peer")))
