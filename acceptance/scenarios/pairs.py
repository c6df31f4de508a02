"""Real clients in front of real servers: each pair does together what it can (drivers/README.md)."""

import json
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from stage import story, upstreams
from stage.doorward import PASSWORD, USER, Fronting
from stage.report import Report
from stage.tools import ACCEPTANCE, NODE, PYTHON, RMCP
from stage.user import User

_DRIVERS = ACCEPTANCE / "drivers" / "pairs"
CLIENTS = {
    "Python SDK 2.3.0": [PYTHON, _DRIVERS / "python.py"],
    "TypeScript client 2.4.0": [NODE, _DRIVERS / "typescript.js", "--sdk", "2"],
    "TypeScript SDK 1.32.2": [NODE, _DRIVERS / "typescript.js", "--sdk", "1"],
    "rmcp 3.9.0": [RMCP / "rmcp-client"],
    "rmcp 3.9.0 with sessions": [RMCP / "rmcp-client", "--session"],
}
# Those that also speak HTTP+SSE of 2024-11-05, and the servers that they meet there.
SSE_CLIENTS = ("Python SDK 2.3.0", "TypeScript SDK 1.32.2")
SSE_SERVERS = ("everything-stdio", "everything-http", "rmcp-stdio", "rmcp-http", "fast-http")

ANSWERS = {"form": {"name": "Ada"}, "model": "said the model", "root": "file:///acceptance"}
_ECHO = {"name": "echo", "arguments": {"message": "hello"}, "says": "hello"}
_COUNT = {"name": "count", "says": "Counted to three"}
_NAME = ["form", {"name": "ask_name", "says": "Ada"}]
_MODEL = ["model", {"name": "ask_model", "says": "said the model"}]


@dataclass
class Server:
    """One server: how it is reached, and what there is to do."""

    name: str
    plan: dict
    command: Sequence[object] = ()  # over stdio; the folder of the run is put in for `{folder}`
    over_http: object = None  # started beside Doorward


_EVERYTHING = {
    "calls": [_ECHO, {"name": "get-sum", "arguments": {"a": 2, "b": 40}, "says": "42"}],
    "progress": {
        "name": "trigger-long-running-operation",
        "arguments": {"duration": 0.4, "steps": 4},
        "says": "completed",
    },
    "asks": [
        ["form", {"name": "trigger-elicitation-request", "says": "Ada"}],
        ["model", {"name": "trigger-sampling-request", "arguments": {"prompt": "Hello"}, "says": "said the model"}],
    ],
    "read": {"uri": "demo://resource/static/document/features.md", "says": "Features"},
    "prompt": {"name": "simple-prompt", "says": "simple prompt"},
}
_FILES = {
    "calls": [
        {"name": "write_file", "arguments": {"path": "{folder}/files/new.txt", "content": "written"}, "says": "wrote"},
        {"name": "read_text_file", "arguments": {"path": "{folder}/files/new.txt"}, "says": "written"},
        {"name": "list_directory", "arguments": {"path": "{folder}/files"}, "says": "new.txt"},
    ],
}
_ADA = {"name": "Ada", "entityType": "person", "observations": ["wrote the first program"]}
_MEMORY = {
    "calls": [
        {"name": "create_entities", "arguments": {"entities": [_ADA]}, "says": "["},
        {"name": "search_nodes", "arguments": {"query": "Ada"}, "says": "wrote the first program"},
        {"name": "read_graph", "says": "Ada"},
    ],
}
_RMCP = {
    "calls": [_ECHO],
    "progress": _COUNT,
    "asks": [_NAME, _MODEL],
    "read": {"uri": "memo://hello", "says": "A memo in Rust"},
}
_FAST = {
    "calls": [_ECHO],
    "progress": _COUNT,
    "asks": [_NAME],
    "read": {"uri": "memo://hello", "says": "A memo in Python"},
    "prompt": {"name": "greeting", "says": "Greet in Python"},
}
SERVERS = [
    Server("everything-stdio", _EVERYTHING, command=[NODE, upstreams.package("server-everything")]),
    Server("everything-http", _EVERYTHING, over_http=upstreams.everything_over_http),
    Server("filesystem", _FILES, command=[NODE, upstreams.package("server-filesystem"), "{folder}/files"]),
    Server("memory", _MEMORY, command=[NODE, upstreams.package("server-memory")]),
    Server("rmcp-stdio", _RMCP, command=[RMCP / "rmcp-server"]),
    Server("rmcp-http", _RMCP, over_http=upstreams.rmcp_over_http),
    Server("fast-stdio", _FAST, command=[PYTHON, ACCEPTANCE / "fixture" / "fast.py"]),
    Server("fast-http", _FAST, over_http=upstreams.fast_over_http),
]


def judge(report: Report) -> None:
    """Every client in front of every server, all behind one Doorward."""
    with tempfile.TemporaryDirectory() as scratch, report.guard("the servers are served"), ExitStack() as running:
        folder = Path(scratch)
        (folder / "files").mkdir()
        entries = {server.name: _entry(server, folder, running) for server in SERVERS}
        with Fronting(folder, entries) as doorward:
            doorward.add_user()
            for server in SERVERS:
                _judge_server(report, doorward, server)
            _judge_whole(report, doorward)
            report.scene("all servers and clients")
            log = (folder / "doorward.log").read_text()
            report.step("Doorward never panicked", "panicked" not in log)
            left = doorward.stop()
            report.step("Doorward ends together with its upstreams' processes", not left, left or None)


def _entry(server: Server, folder: Path, running: ExitStack) -> dict:
    """What the configuration says of a server that is running, or that Doorward will run."""
    if server.over_http:
        return {"url": running.enter_context(server.over_http(folder))}
    return {"command": [str(word).replace("{folder}", str(folder)) for word in server.command]}


def _judge_server(report: Report, doorward: Fronting, server: Server) -> None:
    for client in CLIENTS:
        report.scene(f"{client}, {server.name}")
        _hear(report, doorward, client, doorward.endpoint(server.name), server.plan)
    for client in SSE_CLIENTS if server.name in SSE_SERVERS else ():
        report.scene(f"{client} over HTTP+SSE, {server.name}")
        _hear(report, doorward, client, doorward.endpoint(server.name, "sse"), server.plan, "--sse")


def _judge_whole(report: Report, doorward: Fronting) -> None:
    """All servers as one: what each of some can do, under the names that it has there."""
    for client in CLIENTS:
        for name in ("everything-http", "rmcp-stdio"):
            report.scene(f"{client}, all servers as one, {name} among them")
            plan = next(server.plan for server in SERVERS if server.name == name)
            _hear(report, doorward, client, f"{doorward.origin}/mcp", _among_others(name, plan))


def _among_others(server: str, plan: dict) -> dict:
    """The same plan where names and URIs say whose they are: several servers here have the same."""

    def renamed(call: dict) -> dict:
        return call | {"name": f"{server}_{call['name']}"}

    found = {"calls": [renamed(call) for call in plan["calls"]], "asks": [[what, renamed(call)] for what, call in plan["asks"]]}
    for kind in ("progress", "prompt"):
        if kind in plan:
            found[kind] = renamed(plan[kind])
    return found | {"read": plan["read"] | {"uri": f"mcp+{server}+{plan['read']['uri']}"}}


def _hear(report: Report, doorward: Fronting, client: str, endpoint: str, plan: dict, *more: str) -> None:
    user, command = User(USER, PASSWORD), CLIENTS[client]
    words = json.dumps(plan | {"answers": ANSWERS}).replace("{folder}", str(doorward.folder))
    program = 1 if command[0].parent == RMCP else 2
    command = [*command[:program], endpoint, words, *command[program:], *more]
    with report.guard("the story is told"):
        answers = {"sign-in": lambda line: {"callback": user.authorize(line["url"])}}
        story.hear(report, command, answers, doorward.folder / "driver.log")
        report.step("every page on the way is sound", not user.findings, "; ".join(user.findings))
