"""Identity providers beside a Doorward: a real OpenID Provider, and something that speaks as GitHub does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stage.processes import Program, free_port, listening
from stage.tools import ACCEPTANCE, NODE

_SECRET = "a secret of the acceptance tests"


class Provider:
    """One of them, which knows where `door` is; `section` is what the door's configuration says of it."""

    def __init__(self, name: str, door: str) -> None:
        self.name = name
        self.origin = f"http://127.0.0.1:{free_port()}"
        self._door = door

    @property
    def section(self) -> str:
        """An entry of `[[identity.providers]]`."""
        kind = _GITHUB if self.name == "github" else _OPENID
        return kind.format(name=self.name, origin=self.origin, secret=_SECRET)

    @contextmanager
    def running(self, folder: Path) -> Iterator[None]:
        """Serves until the end of the block."""
        program = "github.js" if self.name == "github" else "openid-provider.js"
        port = self.origin.rpartition(":")[2]
        words = [NODE, ACCEPTANCE / "identity" / program, "--port", port, "--door", self._door]
        if self.name != "github":
            words += ["--name", self.name]
        running = Program(words, folder / f"{self.name}.log")
        try:
            running.wait_until(lambda: listening(int(port)), f"{self.name} does not listen")
            yield
        finally:
            running.stop()


_OPENID = """
[[identity.providers]]
kind = "oidc"
name = "{name}"
title = "The corporation"
issuer = "{origin}"
client_id = "doorward"
client_secret = "{secret}"
scopes = ["openid", "profile", "email", "groups"]
userinfo = true
allow = {{ groups = ["staff"] }}
groups = {{ prefix = "corp-" }}
"""

_GITHUB = """
[[identity.providers]]
kind = "github"
title = "Code"
issuer = "{origin}"
client_id = "github-client"
client_secret = "{secret}"
allow = {{ organizations = ["acme"] }}
"""
