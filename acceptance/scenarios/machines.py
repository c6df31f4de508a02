"""Clients without a browser: the conformance suite's own mock flows, with real clients of each SDK.

Client credentials, and enterprise-managed authorization with an identity provider that
exchanges an ID token for an ID-JAG, as the suite's client scenarios do with mock servers.
"""

import json
import tempfile
from pathlib import Path

from stage import story
from stage.doorward import USER, Configured
from stage.processes import Program, free_port, listening
from stage.report import Report
from stage.tools import ACCEPTANCE, NODE, PYTHON
from stage.upstreams import fixture_over_http

_DRIVERS = ACCEPTANCE / "drivers" / "machines"
DRIVERS = {
    "Python SDK 2.3.0": [PYTHON, _DRIVERS / "python.py"],
    "TypeScript client 2.4.0": [NODE, _DRIVERS / "typescript.js", "--sdk", "2"],
    "TypeScript SDK 1.32.2": [NODE, _DRIVERS / "typescript.js", "--sdk", "1"],
}


def judge(report: Report) -> None:
    """Every driver, on one Doorward that trusts one identity provider."""
    with tempfile.TemporaryDirectory() as scratch, report.guard("the stage is set"):
        folder = Path(scratch)
        port = free_port()
        keys = folder / "provider-keys.json"
        command = [NODE, _DRIVERS / "identity-provider.js", port, keys]
        provider = Program(command, folder / "provider.log")
        try:
            provider.wait_until(lambda: listening(port) and keys.exists(), "no identity provider")
            with fixture_over_http(folder) as url:
                _judge_all(report, folder, url, f"http://127.0.0.1:{port}")
        finally:
            provider.stop()


def _judge_all(report: Report, folder: Path, url: str, provider: str) -> None:
    trust = {"issuer": provider, "class": "id-jag", "jwks": "provider-keys.json"}
    lines = [f"{key} = {json.dumps(value)}" for key, value in trust.items()]
    more = "\n".join(["[[trusted_issuers]]", *lines, f'users = {{ "00u1" = {json.dumps(USER)} }}'])
    doorward = Configured(folder, url, ["files"], more)
    doorward.add_user()
    facts = {
        "issuer": doorward.origin,
        "provider": provider,
        "user": USER,
        "machine": _client(doorward, "Robot", "--grant", "client_credentials", *_OWN),
        "enterprise": _client(doorward, "Editor", "--grant", "jwt-bearer", "--confidential"),
    }
    with doorward:
        for driver, command in DRIVERS.items():
            report.scene(f"{driver} without a browser")
            with report.guard("the story is told"):
                words = [*command[:2], doorward.resource, json.dumps(facts), *command[2:]]
                story.hear(report, words, {}, folder / "driver.log")


_OWN = ["--scope", "mcp:read", "--scope", "mcp:write", "--server", "files"]


def _client(doorward: Configured, name: str, *words: str) -> dict:
    added = doorward.add_client(name, *words)
    return {"id": added["client"]["id"], "secret": added["client_secret"]}
