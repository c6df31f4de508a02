"""Real clients that introduce themselves by a metadata document instead of registering."""

import json
import tempfile
from pathlib import Path

from scenarios.clients import Telling
from stage.documents import ALLOWED, Documents, certificate, trusting
from stage.doorward import Configured
from stage.report import Report
from stage.tools import ACCEPTANCE, NODE, PYTHON
from stage.upstreams import fixture_over_http

_DRIVERS = ACCEPTANCE / "drivers"
_TYPESCRIPT = "http://127.0.0.1:9/callback"
# Name, command, and where its document says that answers go.
_CLIENTS = [
    ("Python SDK 2.3.0", [PYTHON, _DRIVERS / "python.py"], "http://localhost:9/callback"),
    ("TypeScript client 2.4.0", [NODE, _DRIVERS / "typescript.js", "--sdk", "2"], _TYPESCRIPT),
    ("TypeScript SDK 1.32.2", [NODE, _DRIVERS / "typescript.js", "--sdk", "1"], _TYPESCRIPT),
]


def judge(report: Report) -> None:
    """Every client, in front of one Doorward that reads documents of this machine."""
    with tempfile.TemporaryDirectory() as scratch, report.guard("documents are served"):
        folder = Path(scratch)
        host = certificate(folder)
        with trusting(host["certificate"]), Documents(host) as documents, fixture_over_http(folder) as url:
            with Configured(folder, url, ["files"], ALLOWED) as doorward:
                doorward.add_user()
                for number, client in enumerate(_CLIENTS):
                    report.scene(f"{client[0]}, by its document")
                    with report.guard("the story is told"):
                        _judge_client(report, doorward, documents, f"/{number}/client.json", client)


def _judge_client(report: Report, doorward: Configured, documents: Documents, path: str, client: tuple) -> None:
    name, command, redirect = client
    members = {"client_name": f"Acceptance ({name})", "redirect_uris": [redirect]}
    identifier = documents.describe(path, **members, token_endpoint_auth_method="none")
    Telling(report, doorward).hear([*command, doorward.resource, "--cimd", identifier])
    report.step("Doorward read its document, and not for every request", documents.asked.count(path) == 1)
    known = json.loads(doorward.command("client", "list", "--json"))
    mine = [client["origin"] for client in known if client["id"] == identifier]
    report.step("Doorward knows it by its document", mine == ["metadata_document"], mine)
    registered = [client["name"] for client in known if client["origin"] == "dynamic"]
    report.step("nobody registered", not registered, registered)
