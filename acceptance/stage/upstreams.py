"""The MCP servers that Doorward is put in front of."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from stage.processes import Program, free_port, listening
from stage.tools import ACCEPTANCE, NODE, PYTHON, RMCP

EVERYTHING = ["npx", "-y", "@modelcontextprotocol/server-everything"]
FIXTURE = [NODE, ACCEPTANCE / "fixture" / "server.js"]

# Names of upstreams, as `doorward up` is given them and as steps are reported.
STDIO = {"server-everything over stdio": EVERYTHING, "fixture over stdio": [*FIXTURE, "--stdio"]}
HTTP = ["server-everything over HTTP", "fixture over HTTP"]


@contextmanager
def upstream(name: str, folder: Path) -> Iterator[Sequence[object]]:
    """The words that follow `doorward up`, with what must run beside it running."""
    if command := STDIO.get(name):
        yield ["--", *command]
        return
    serve = everything_over_http if name.startswith("server-everything") else fixture_over_http
    with serve(folder) as url:
        yield [url]


@contextmanager
def fixture_over_http(folder: Path, era: str = "both") -> Iterator[str]:
    """Our fixture, both eras on one port, or one of them."""
    port = free_port()
    with _running([*FIXTURE, "--port", port, "--era", era], folder / f"fixture-{era}.log", port):
        yield f"http://127.0.0.1:{port}/mcp"


def fixture_over_stdio(era: str) -> Sequence[object]:
    """The command of the same over standard input and output."""
    return [*FIXTURE, "--stdio", "--era", era]


@contextmanager
def everything_over_http(folder: Path) -> Iterator[str]:
    """The reference server, session era only."""
    port = free_port()
    with _running(["env", f"PORT={port}", *EVERYTHING, "streamableHttp"], folder / "everything.log", port):
        yield f"http://127.0.0.1:{port}/mcp"


@contextmanager
def rmcp_over_http(folder: Path) -> Iterator[str]:
    """The server of the Rust SDK, both eras."""
    port = free_port()
    with _running([RMCP / "rmcp-server", port], folder / "rmcp.log", port):
        yield f"http://127.0.0.1:{port}/mcp"


@contextmanager
def fast_over_http(folder: Path) -> Iterator[str]:
    """The FastMCP server, both eras."""
    port = free_port()
    with _running([PYTHON, ACCEPTANCE / "fixture" / "fast.py", port], folder / "fast.log", port):
        yield f"http://127.0.0.1:{port}/mcp"


def package(name: str) -> Path:
    """The program of a reference server that is installed here."""
    return ACCEPTANCE / "node_modules" / "@modelcontextprotocol" / name / "dist" / "index.js"


@contextmanager
def _running(command: Sequence[object], log: Path, port: int) -> Iterator[None]:
    program = Program(command, log)
    try:
        program.wait_until(lambda: listening(port), f"nothing listens on port {port}")
        yield
    finally:
        program.stop()
