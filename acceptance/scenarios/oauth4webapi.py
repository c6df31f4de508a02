"""oauth4webapi, a strict client library, on every endpoint: it validates whatever it is answered.

One chapter a feature, each told by a process of its own, so that a chapter that fails
leaves the others to be told.
"""

import json
import tempfile
from pathlib import Path

from stage import story
from stage.documents import ALLOWED, certificate, trusting
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


def judge(report: Report) -> None:
    """Every chapter, on one Doorward."""
    with tempfile.TemporaryDirectory() as scratch, report.guard("the chapters are told"):
        folder = Path(scratch)
        with fixture_over_http(folder) as url:
            doorward = Configured(folder, url, _SERVERS)
            doorward.add_user()
            host = certificate(folder)
            clients = _clients(doorward) | {"host": host}
            doorward.more += ALLOWED
            with trusting(host["certificate"]), doorward:
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
