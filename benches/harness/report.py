"""What a run found: as JSON for machines, as `docs/benchmarks.md` for people."""

import dataclasses
import json
from datetime import datetime, timezone
from pathlib import Path

from harness.machine import describe, versions
from harness.places import DOCUMENT, RESULTS
from harness.run import Row, Run

_YES = {True: "yes", False: "**no**", None: "–"}


def write_json(run: Run, options: dict[str, object]) -> Path:
    """Writes everything that was found, rejected or not."""
    now = datetime.now(timezone.utc)
    found = {
        "date": now.isoformat(timespec="seconds"),
        "options": options,
        "machine": describe(),
        "versions": versions(run.programs),
        "rejected": run.rejected,
        "figures": run.figures,
        "checks": [dataclasses.asdict(check) for check in run.checks],
        "rows": [_plain(row) for row in run.rows],
    }
    path = RESULTS / f"{now:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(found, indent=1) + "\n")
    return path


def write_document(path: Path) -> None:
    """Makes the page from a run's JSON."""
    found = json.loads(path.read_text())
    rows = [Row(**{name: value for name, value in row.items() if name not in ("floor_reached", "goal_reached")}) for row in found["rows"]]
    by_table = {name: [row for row in rows if row.table == name] for name in ("calls", "peer", "bridges", "footprint", "tokens", "people", "flood")}
    parts = [_head(found), _calls(by_table["calls"]), _peer(by_table["peer"], found), _bridges(by_table["bridges"])]
    parts += [_footprint(by_table["footprint"]), _tokens(by_table["tokens"])]
    parts += [_people(by_table["people"]), _crowd(found["figures"]), _flood(by_table["flood"]), _gate(found), _TAIL]
    DOCUMENT.write_text("\n".join(parts))


def _plain(row: Row) -> dict:
    marks = {"floor_reached": row.reaches(row.floor), "goal_reached": row.reaches(row.goal)}
    return dataclasses.asdict(row) | marks


def _head(found: dict) -> str:
    machine, version, figures = found["machine"], found["versions"], found["figures"]
    drift = f"{figures['nginx drift']:.1%}".replace("%", " %") if "nginx drift" in figures else "not measured"
    return f"""# Benchmarks

Made by `benches/run` on {found["date"][:10]}{" with `--short`" if found["options"]["short"] else ""}. \
Every figure is from one run; nothing is carried over from another one.

| | |
|---|---|
| machine | {machine["processor"]}, {machine["cores"]} cores, {machine["memory"]}, {machine["system"]}, Linux {machine["kernel"]} |
| Doorward | {version["doorward"]}, profile `{found["options"]["profile"]}`, rustc {version["rustc"]} |
| beside it | nginx {version["nginx"]}, FastMCP {version["fastmcp"]}, oidc-provider {version["oidc-provider"]} on Node.js {version["node"]}, wrk {version["wrk"]} |
| drift of nginx over the run | {drift} (5 % would reject the run) |

Absolute rates mean little on a shared machine. What counts is **processor microseconds per request** (user and system, all \
processes of the system under test) and the **ratio to a reference of the same run**: nginx `proxy_pass` to the same upstream, \
another MCP proxy, and oidc-provider with everything in RAM. "Floor" is what Doorward must reach, "goal" what it wants.
"""


def _calls(rows: list[Row]) -> str:
    lines = [
        "## Tool calls through the gateway\n",
        "Token check, allow list, limits and the audit log on disk are on. "
        "x nginx = nginx's microseconds / Doorward's: more is better, 1.00 would be a plain reverse proxy.\n",
        "| | Doorward us | nginx us | x nginx | Doorward /s | nginx /s | floor | goal | floor reached | goal reached |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [_number(row.cells.get("us"), 1), _number(row.cells.get("nginx us"), 1), _number(row.cells.get("x nginx"), 2)]
        cells += [_number(row.cells.get("rate"), 0), _number(row.cells.get("nginx rate"), 0)]
        lines.append(_line(row, cells))
    return "\n".join(lines) + "\n"


def _peer(rows: list[Row], found: dict) -> str:
    lines = [
        "## Beside another MCP proxy\n",
        f"FastMCP {found['versions']['fastmcp']} as a proxy to the same upstream, checking the same tokens against the same key set; it has no "
        "allow list and no audit log here. At 1,000 connections each makes one call, all at once.\n",
        "| | Doorward us | FastMCP us | x FastMCP | Doorward /s | FastMCP /s |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [_number(row.cells.get("us"), 1), _number(row.cells.get("peer us"), 0), _number(row.cells.get("x peer"), 0)]
        cells += [_number(row.cells.get("rate"), 0), _number(row.cells.get("peer rate"), 0)]
        lines.append(f"| {row.title} | {' | '.join(cells if not row.void else ['void', *('–' for _ in cells[1:])])} |")
    return "\n".join(lines) + "\n"


def _bridges(rows: list[Row]) -> str:
    lines = [
        "## Stdio servers, and bridges between eras\n",
        "As above: 64 connections, everything on. The processes of stdio servers are counted with Doorward. What stands beside is the same "
        "call without Doorward or without a bridge: 64 calls under way over the server's own pipes; a server that is started, initialized, "
        "called once and ended for every call, as proxies without sessions do it, in the cheapest way that there is.\n",
        "| | Doorward us | beside it | us | compared | Doorward /s | floor | goal | floor reached | goal reached |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        unit = row.cells.get("unit", "")
        judged = f"{_number(row.judged, 1)} {unit}" if row.judged is not None else "–"
        cells = [_number(row.cells.get("us"), 1), str(row.cells.get("beside", "–")), _number(row.cells.get("beside us"), 1), judged]
        lines.append(_line(row, [*cells, _number(row.cells.get("rate"), 0)]))
    return "\n".join(lines) + "\n"


def _footprint(rows: list[Row]) -> str:
    lines = [
        "## Latency, memory, start\n",
        "Less is better. Held event streams are those of sessions (`GET`), listen streams those of 2026-07-28 (`subscriptions/listen`).\n",
        "| | Doorward | nginx | floor | goal | floor reached | goal reached |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        unit = row.cells.get("unit", "")
        cells = [f"{_number(row.cells.get(name), 3 if unit == 'ms' and row.key == 'latency' else 1)} {unit}" for name in ("ours", "nginx")]
        lines.append(_line(row, cells, unit))
    return "\n".join(lines) + "\n"


def _tokens(rows: list[Row]) -> str:
    lines = [
        "## Authorization server\n",
        "Requests per second on one core, 64 connections. Doorward's are committed to disk with their audit records before they "
        "are answered; oidc-provider keeps everything in RAM and records nothing. Disks differ, so the number of requests that "
        "shared one flush of the disk stands beside the rate.\n",
        "| | Doorward /s | oidc-provider /s | ratio | Doorward us | oidc-provider us | requests per flush | floor | goal | floor reached | goal reached |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [_number(row.cells.get("rate"), 0), _number(row.cells.get("oidc-provider rate"), 0)]
        cells += [_number(row.cells.get("x oidc-provider"), 1)]
        cells += [_number(row.cells.get(name), 1) for name in ("us", "oidc-provider us", "per flush")]
        lines.append(_line(row, cells))
    return "\n".join(lines) + "\n"


def _people(rows: list[Row]) -> str:
    lines = [
        "## People\n",
        "Milliseconds on one core; less is better. The first page after a start is the slowest of several starts. The calls are "
        "those of the latency above, open loop, first alone and then while 500 people, each from a network of their own, keep "
        "trying to sign in, half of them with the right password; who is told to come later does.\n",
        "| | p50 | p99 | marked | at most | held |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [_number(row.cells.get(name), 2) for name in ("p50", "p99")]
        unit = row.cells.get("unit", "")
        judged = f"{_number(row.judged, 2)} {unit}" if not row.void else f"void: {row.void}"
        mark = f"{row.floor:g} {unit}" if row.floor is not None else "–"
        lines.append(f"| {row.title} | {' | '.join(cells)} | {judged} | {mark} | {_YES[row.reaches(row.floor)]} |")
    return "\n".join(lines) + "\n"


def _crowd(figures: dict) -> str:
    """Who came, and what the percentiles leave out."""
    if "calls" not in figures:
        return ""
    outcomes = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in figures["crowd"].items())
    (alone, beside), (all_alone, all_beside) = figures["calls"]["left_out"], figures["calls"]["p99_of_all"]
    return (
        f"Of the crowd: {outcomes}. Left out because the machine stood still: {alone:.0f} calls of a window alone, {beside:.0f} beside "
        f"the crowd; with them p99 is {all_alone:.2f} and {all_beside:.2f} ms.\n"
    )


def _flood(rows: list[Row]) -> str:
    lines = [
        "## Registrations in a flood\n",
        "Inside one process with both cores, the database in memory: the median time of one new client after another, each from a "
        "network of its own, alone and while another network registers a thousand clients a second.\n",
        "| | alone us | beside them us | of them refused | slower by | at most | held |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [_number(row.cells["alone"], 0), _number(row.cells["beside"], 0), row.cells["refused"]]
        cells += [f"{_number(row.cells['slower %'], 1)} %", f"{row.floor:g} %", _YES[row.reaches(row.floor)]]
        lines.append(f"| {row.title} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _line(row: Row, cells: list[str], unit: str = "") -> str:
    if row.void:
        cells = ["void", *("–" for _ in cells[1:])]
    marks = [f"{mark:g} {unit}".strip() if mark is not None else "–" for mark in (row.floor, row.goal)]
    return f"| {row.title} | {' | '.join(cells)} | {' | '.join(marks)} | {_YES[row.reaches(row.floor)]} | {_YES[row.reaches(row.goal)]} |"


def _gate(found: dict) -> str:
    lines = [
        "## Correctness\n",
        "Checked in the same run; a figure of a gateway that does not do its work would mean nothing.\n",
        "| | passed | |",
        "|---|---|---|",
    ]
    for check in found["checks"]:
        lines.append(f"| {check['title']} | {_YES[bool(check['passed'])]} | {check['detail'].replace('|', '&#124;')[:160]} |")
    return "\n".join(lines) + "\n"


def _number(value: float | None, places: int) -> str:
    return "–" if value is None else f"{value:,.{places}f}"


_TAIL = """## Running it again

```
benches/run            # everything, about half an hour; writes this page and artifacts/benchmarks/*.json
benches/run --short    # the same in about twelve minutes, less steady
benches/run hot cold   # some rows only; this page stays as it is
```

It needs two cores, Linux, Python 3.11 and the Rust toolchain. As root on Debian it installs nginx and wrk when they are missing; \
Node.js and FastMCP are those that the acceptance tests install. Doorward runs with [`benches/doorward.toml`](../benches/doorward.toml) and [`benches/bridges.toml`](../benches/bridges.toml), nginx \
with [`benches/nginx.conf`](../benches/nginx.conf), FastMCP with [`benches/peer/proxy.py`](../benches/peer/proxy.py), oidc-provider with [`benches/oidc-provider`](../benches/oidc-provider/server.js).

How it is measured:
- The system under test has core 0 for itself; the upstream and the load have core 1. All is loopback, without TLS. \
Doorward and oidc-provider are measured window by window in turn, and whichever is not measured rests. \
oidc-provider offers the same endpoints and grants where it has them and calls them stable.
- Tokens come from Doorward itself: a client registers, a user signs in and consents, and each token is one refresh. \
"Hot" calls rotate through 1,000 tokens; "cold" ones use every token once.
- Each figure is the median of several windows. A window in which other processes took more than 8 % of a core is measured again; \
when that does not help, or when nginx at the start, in the middle and at the end differs by more than 5 %, the run is rejected and this page is not written. \
Threads of the kernel and interrupts are not counted among the others: they write and flush for whoever runs. Where nginx differs from the start, more windows \
follow after a pause, up to fifteen, and the median of all of them counts.
- The added latency is at a fixed 200 requests a second, each counted from the instant at which it was due.
- Where percentiles of pages are told, one visitor asks for one after another; a page counts from the first byte sent to the last one read.
- The program that plays the crowd of people runs only when the calls and the upstream leave it core 1: those people have machines of their own.
- Calls beside the crowd, and those without it, are told without those during which the machine itself stood still: a thread that \
only the kernel can keep waiting wakes on either core every half millisecond, and is then late by as much again. A run in which that is \
more often beside the crowd is rejected.
- Memory is the proportional set size (PSS) of the whole process tree. Idle listen streams are 10,000, or as many as the \
limit of open files allows where that is lower: each takes one file for its client and one for its server, and 20,128 are needed for all.

## What is not measured

TLS, real networks and real disks (a flush of this machine's disk may take a fraction of a millisecond); access tokens signed with \
EdDSA or RS256; policies beyond an allow list; several replicas; the 99th percentile under full load, which means little on two cores; \
anything that lasts longer than the run.
"""
