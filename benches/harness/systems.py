"""The systems under test, each alone on its core, and the MCP server behind them."""

import http.client
import json
import shutil
import subprocess
from pathlib import Path

from harness.install import Programs
from harness.places import BENCHES, EVERYTHING, LOAD_CORE, OIDC_PROVIDER, PEER, SYSTEM_CORE
from harness.processes import free_port, listening, memory_megabytes, processor_seconds, start, stop, wait_until

SERVER = "bench"
USER, PASSWORD = "benchmark", "correct horse battery staple"
LISTENERS = [f"listener-{number}" for number in range(5)]  # none may hold everything


class System:
    """Something that listens on a port; its command is for the kinds below to say."""

    name: str
    core = SYSTEM_CORE
    path = f"/mcp/{SERVER}"  # where tools are called
    sent = 0  # requests that were answered inside measured windows and warm-ups

    def __init__(self, programs: Programs, folder: Path) -> None:
        self.programs = programs
        self.folder = folder / self.name
        self.folder.mkdir(parents=True)
        self.log = self.folder / "output.log"
        self.port = free_port()
        self.process: subprocess.Popen | None = None

    def command(self) -> list[object]:
        """The words that start it."""
        raise NotImplementedError

    def __enter__(self) -> "System":
        self.launch()
        return self

    def __exit__(self, *_: object) -> None:
        self.halt()

    def launch(self) -> None:
        """Starts it and waits until it listens."""
        self.start_only()
        wait_until(lambda: listening(self.port), self.process, self.log)

    def start_only(self) -> None:
        """Starts it and does not wait."""
        self.process = start(self.command(), core=self.core, log=self.log, cwd=self.folder)

    def halt(self) -> None:
        """Ends it."""
        stop(self.process)

    def renew(self) -> None:
        """Starts it again with nothing remembered."""
        self.halt()
        self.forget()
        self.launch()

    def forget(self) -> None:
        """Removes what it left on the disk."""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        """Where tools are called."""
        return self.origin + self.path

    def processor_seconds(self) -> float:
        """What it has used so far, with all its processes."""
        return processor_seconds(self.process.pid)

    def memory_megabytes(self) -> float:
        """What it holds now, with all its processes."""
        return memory_megabytes(self.process.pid)


class Stub(System):
    """The upstream, on the load's core."""

    name = "stub"
    core = LOAD_CORE

    def __init__(self, programs: Programs, folder: Path, era: str = "both") -> None:
        super().__init__(programs, folder)
        self.era = era

    def command(self) -> list[object]:
        return [self.programs.bench, "stub", "--listen", f"127.0.0.1:{self.port}", "--era", self.era]

    def calls(self) -> int:
        """How many tool calls have arrived."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", "/calls")
        return int(connection.getresponse().read())


class Nginx(System):
    """The reference: `proxy_pass` to the stub."""

    name = "nginx"

    def __init__(self, programs: Programs, folder: Path, stub: Stub) -> None:
        super().__init__(programs, folder)
        template = (BENCHES / "nginx.conf").read_text()
        configuration = template.replace("@port@", str(self.port)).replace("@stub@", str(stub.port))
        (self.folder / "nginx.conf").write_text(configuration)

    def command(self) -> list[object]:
        return [self.programs.nginx, "-p", self.folder, "-c", "nginx.conf", "-e", "error.log"]


class Doorward(System):
    """The product, with its authorization server, allow list and audit log on."""

    name = "doorward"
    template = "doorward.toml"

    def __init__(self, programs: Programs, folder: Path, **fillings: object) -> None:
        super().__init__(programs, folder)
        template = (BENCHES / self.template).read_text()
        for name, value in ({"port": self.port, "ops": free_port()} | fillings).items():
            template = template.replace(f"@{name}@", str(value))
        (self.folder / "doorward.toml").write_text(template)
        self.forget()

    def forget(self) -> None:
        """Starts over with one user."""
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        self.add_user(USER)

    def add_user(self, name: str) -> None:
        """Lets one more user in."""
        self.administer("user", "add", name, "--password-stdin", text=f"{PASSWORD}\n")

    def command(self) -> list[object]:
        data = ["--data", self.folder / "data"]
        return [self.programs.doorward, "serve", "--config", self.folder / "doorward.toml", *data]

    def administer(self, *words: str, text: str = "") -> str:
        """Runs an administration command against this data folder."""
        command = [self.programs.doorward, *words, "--data", self.folder / "data"]
        done = subprocess.run(command, input=text, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"doorward {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def audit_records(self) -> int:
        """The number of the last audit record, which is how many there are."""
        last = self.administer("audit", "list", "--lines", "1", "--json").strip()
        return int(json.loads(last)["sequence"]) if last else 0


class Bridging(Doorward):
    """The same in front of servers of either era, over HTTP and over stdio."""

    template = "bridges.toml"

    def __init__(self, programs: Programs, folder: Path, stubs: dict[str, Stub]) -> None:
        ports = {era: stub.port for era, stub in stubs.items()}
        super().__init__(programs, folder, bench=programs.bench, node=programs.node, everything=EVERYTHING, **ports)

    def door(self, server: str) -> "Door":
        """One of its servers, as a system."""
        return Door(self, server)


class Door:
    """One of the servers behind a Doorward: reached for itself, measured as the whole."""

    name = "doorward"

    def __init__(self, doorward: Bridging, server: str) -> None:
        self.port = doorward.port
        self.path = f"/mcp/{server}"
        self.endpoint = doorward.origin + self.path
        self.processor_seconds = doorward.processor_seconds
        self.sent = 0


class Peer(System):
    """FastMCP's proxy to the stub, which takes Doorward's tokens."""

    name = "peer"

    def __init__(self, programs: Programs, folder: Path, stub: Stub, doorward: Doorward) -> None:
        super().__init__(programs, folder)
        self._words = [f"http://127.0.0.1:{stub.port}/mcp", doorward.origin, doorward.endpoint]

    def command(self) -> list[object]:
        return [self.programs.python, PEER, self.port, *self._words]

    def launch(self) -> None:
        self.start_only()
        wait_until(lambda: listening(self.port), self.process, self.log, 60)  # it reads much before it listens


class OidcProvider(System):
    """The authorization server to compare with, everything in RAM."""

    name = "oidc-provider"

    def command(self) -> list[object]:
        return [self.programs.node, OIDC_PROVIDER / "server.js", self.port]
