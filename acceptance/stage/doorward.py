"""A Doorward to judge: `doorward up` on free ports with a data folder of its own."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from stage import http
from stage.processes import Program, descendants, free_port, run, wait_until
from stage.tools import doorward_binary

USER = "alice"
PASSWORD = "correct horse battery staple"


class Doorward:
    """Reached only as a user reaches it: the command line, HTTP, and what it prints."""

    def __init__(self, folder: Path, upstream: Sequence[object]) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.origin = f"http://127.0.0.1:{free_port()}"
        self._ops = f"127.0.0.1:{free_port()}"
        self._upstream = list(upstream)
        self._program: Program | None = None

    def __enter__(self) -> "Doorward":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Starts it and waits until it serves its metadata."""
        command = [doorward_binary(), "--data", self.data, *self._words()]
        self._program = Program(command, self.folder / "doorward.log")
        self._program.wait_until(self._serves_metadata, "Doorward does not serve its metadata")

    def _words(self) -> list[object]:
        listen = ["--listen", self.origin.removeprefix("http://"), "--ops-listen", self._ops]
        return ["up", *listen, *self._upstream]

    def stop(self) -> set[int]:
        """Asks it to end, which it must do even while clients are connected.

        Returns the processes that it had started and that still live, which should be none.
        """
        if self._program is None:
            return set()
        program, self._program = self._program, None
        own = descendants(program.process.pid)
        status = program.stop()
        if status != 0:
            raise RuntimeError(f"Doorward did not end well when asked to, but with status {status}")
        try:
            wait_until(lambda: not own & descendants(), "upstream processes end", 5)
        except TimeoutError:
            pass
        return own & descendants()

    def restart(self) -> None:
        """Ends it as an administrator would, and starts it again on the same ports and data."""
        self.stop()
        self.start()

    @property
    def resource(self) -> str:
        """The MCP endpoint, as the protected resource metadata names it."""
        return http.request(f"{self.origin}/.well-known/oauth-protected-resource").json()["resource"]

    @property
    def set_up_link(self) -> str | None:
        """The one-time link for the first account, as printed on the terminal."""
        printed = re.search(rf"{re.escape(self.origin)}/setup\S*", (self.folder / "doorward.log").read_text())
        return printed and printed.group()

    def add_client(self, name: str, *words: str) -> dict:
        """`doorward client add --json`."""
        return json.loads(self.command("client", "add", name, *words, "--json"))

    def add_user(self) -> None:
        """`doorward user add` without a terminal."""
        self.command("user", "add", USER, "--password-stdin", text=PASSWORD + "\n")

    def live_grants(self) -> list[dict]:
        """`doorward grant list --json`, without those that were revoked before."""
        return [grant for grant in json.loads(self.command("grant", "list", "--json")) if not grant["revoked_at"]]

    def revoke(self, grant: str) -> None:
        """`doorward grant revoke`."""
        self.command("grant", "revoke", grant)

    def command(self, *words: str, text: str = "") -> str:
        """Runs an administration command against this data folder; raises when it fails."""
        done = run([doorward_binary(), *words, "--data", self.data], text=text)
        if done.returncode != 0:
            raise RuntimeError(f"doorward {' '.join(words)}: status {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def _serves_metadata(self) -> bool:
        try:
            return http.request(f"{self.origin}/.well-known/oauth-authorization-server").status == 200
        except OSError:
            return False


class Configured(Doorward):
    """`doorward serve` with a configuration file: the same URL under several names."""

    def __init__(self, folder: Path, url: str, names: Sequence[str], more: str = "", host: str = "127.0.0.1") -> None:
        super().__init__(folder, [url])
        self.names = names
        self.more = more
        self._listen = self.origin.removeprefix("http://")
        self.origin = self.origin.replace("127.0.0.1", host)

    @property
    def resource(self) -> str:
        """The first server's endpoint."""
        return f"{self.origin}/mcp/{self.names[0]}"

    def _words(self) -> list[object]:
        file = self.folder / "doorward.toml"
        head = {"public_url": self.origin, "listen": self._listen, "ops_listen": self._ops}
        lines = [f"{key} = {json.dumps(value)}" for key, value in head.items()]
        servers = [_server({"name": name} | entry) for name, entry in self._servers().items()]
        file.write_text("\n".join([*lines, *servers, self.more]) + "\n")
        return ["serve", "--config", file]

    def _servers(self) -> dict[str, dict]:
        return {name: {"url": self._upstream[0]} for name in self.names}


class Fronting(Configured):
    """`doorward serve` in front of several servers: by name, what the configuration says of each."""

    def __init__(self, folder: Path, entries: dict[str, dict], more: str = "") -> None:
        super().__init__(folder, "", list(entries), more)
        self._entries = entries

    def endpoint(self, name: str, front: str = "mcp") -> str:
        """Where one of the servers is reached."""
        return f"{self.origin}/{front}/{name}"

    def _servers(self) -> dict[str, dict]:
        return self._entries


def _server(entry: dict) -> str:
    return "\n".join(["[[servers]]", *(f"{key} = {json.dumps(value)}" for key, value in entry.items())])
