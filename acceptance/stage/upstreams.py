"""The MCP servers that Doorward is put in front of."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from stage.processes import Program, free_port, listening
from stage.tools import ACCEPTANCE, NODE

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
def fixture_over_http(folder: Path) -> Iterator[str]:
    """Our fixture, both eras on one port."""
    port = free_port()
    with _running([*FIXTURE, "--port", port], folder / "fixture.log", port):
        yield f"http://127.0.0.1:{port}/mcp"


@contextmanager
def everything_over_http(folder: Path) -> Iterator[str]:
    """The reference server, session era only."""
    port = free_port()
    with _running(["env", f"PORT={port}", *EVERYTHING, "streamableHttp"], folder / "everything.log", port):
        yield f"http://127.0.0.1:{port}/mcp"


@contextmanager
def _running(command: Sequence[object], log: Path, port: int) -> Iterator[None]:
    program = Program(command, log)
    try:
        program.wait_until(lambda: listening(port), f"nothing listens on port {port}")
        yield
    finally:
        program.stop()
