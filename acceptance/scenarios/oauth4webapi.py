"""oauth4webapi, a strict client library, on every endpoint: it validates whatever it is answered.

One chapter a feature, each told by a process of its own, so that a chapter that fails
leaves the others to be told.
"""

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stage import story
from stage.doorward import PASSWORD, USER, Configured
from stage.report import Report
from stage.tools import ACCEPTANCE, NODE
from stage.upstreams import fixture_over_http
from stage.user import User

_DRIVER = ACCEPTANCE / "drivers" / "oauth4webapi" / "main.js"
_SERVERS = ["files", "tickets"]
CHAPTERS = [
    "authorization code",
    "client authentication",
    "client documents",
    "pushed requests",
    "signed requests",
    "bound tokens",
    "client credentials",
    "device authorization",
    "token exchange",
    "introspection",
    "signing in",
]
_MORE = """
[tokens]
dpop_nonces = true

[[exchange]]
client = "{client}"
from = ["files"]
to = ["tickets"]
scopes = ["mcp:read"]
"""


_DOCUMENTS = """
[registration]
client_id_metadata = { loopback = true }
"""


def judge(report: Report) -> None:
    """Every chapter, on one Doorward."""
    with tempfile.TemporaryDirectory() as scratch, report.guard("the chapters are told"):
        folder = Path(scratch)
        with fixture_over_http(folder) as url:
            doorward = Configured(folder, url, _SERVERS)
            doorward.add_user()
            host = _host(folder)
            clients = _clients(doorward) | {"host": host}
            doorward.more += _DOCUMENTS
            with _trusting(host["certificate"]), doorward:
                for chapter in CHAPTERS:
                    report.scene(f"oauth4webapi: {chapter}")
                    with report.guard("the story is told"):
                        _hear(report, doorward, chapter, clients)


def _clients(doorward: Configured) -> dict:
    """What an administrator set up before: a client that may exchange tokens."""
    added = doorward.add_client("Backend", "--grant", "token-exchange")
    backend = {"client_id": added["client"]["id"], "client_secret": added["client_secret"]}
    doorward.more = _MORE.format(client=backend["client_id"])
    return {"neighbours": _SERVERS[1:], "backend": backend}


def _host(folder: Path) -> dict:
    """The certificate of a host of client metadata documents: its own authority."""
    host = {"certificate": str(folder / "host.pem"), "key": str(folder / "host.key")}
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    words += ["-addext", "subjectAltName=DNS:localhost", "-out", host["certificate"], "-keyout", host["key"]]
    subprocess.run(words, check=True, capture_output=True)
    return host


@contextlib.contextmanager
def _trusting(certificate: str) -> Iterator[None]:
    """Programs that start meanwhile trust this certificate besides nobody."""
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = certificate
    try:
        yield
    finally:
        if before is None:
            del os.environ["SSL_CERT_FILE"]
        else:
            os.environ["SSL_CERT_FILE"] = before


def _hear(report: Report, doorward: Configured, chapter: str, clients: dict) -> None:
    user = User(USER, PASSWORD)

    def sign_in(line: dict) -> dict:
        return {"callback": user.authorize(line["url"], allow=line["allow"], redirect=line["redirect"])}

    def device(line: dict) -> dict:
        return {"said": user.connect_device(line["url"], line["code"], allow=line["allow"])}

    def client(line: dict) -> dict:
        words = line["words"]
        if jwks := line.get("jwks"):
            file = doorward.folder / "jwks.json"
            file.write_text(json.dumps(jwks))
            words = [*words, "--jwks", str(file)]
        return doorward.add_client(line["name"], *words)

    command = [NODE, _DRIVER, doorward.resource, chapter, json.dumps(clients)]
    answers = {"sign-in": sign_in, "device": device, "client": client}
    story.hear(report, command, answers, doorward.folder / "driver.log")
    report.step("every page on the way is sound", not user.findings, "; ".join(user.findings))
