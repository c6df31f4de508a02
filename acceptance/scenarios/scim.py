"""SCIM 2.0, judged from outside: scim2-tester, and what Okta and Entra ID send.

scim2-tester reads what the server publishes of itself, fills every attribute with values of
its own, and checks each operation on it against RFC 7643 and RFC 7644.
"""

import json
import tempfile
from pathlib import Path

from stage import http
from stage.doorward import Configured
from stage.processes import free_port, run
from stage.report import Report
from stage.tools import ACCEPTANCE, PYTHON

_DRIVER = ACCEPTANCE / "drivers" / "scim.py"
_MORE = """
[identity.scim]
enabled = true
"""
_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def judge(report: Report) -> None:
    """The tester, then the life of a user as two providers tell it."""
    with tempfile.TemporaryDirectory() as scratch, report.guard("the stage is set"):
        folder = Path(scratch)
        nobody = f"http://127.0.0.1:{free_port()}/mcp"  # no tool is called
        doorward = Configured(folder, nobody, ["files"], _MORE)
        doorward.add_user()
        made = json.loads(doorward.command("scim", "token", "add", "tester", "--json"))
        with doorward:
            _hear_tester(report, doorward, made["scim_token"])
            _live(report, doorward, made["scim_token"])


def _hear_tester(report: Report, doorward: Configured, token: str) -> None:
    report.scene("scim2-tester")
    with report.guard("the tester finishes"):
        done = run([PYTHON, _DRIVER, f"{doorward.origin}/scim/v2", token])
        checks = [json.loads(line) for line in done.stdout.splitlines()]
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip()[-500:])
        skipped = [check["title"] for check in checks if check["status"] == "SKIPPED"]
        failing = [check for check in checks if check["status"] not in ("SUCCESS", "SKIPPED")]
        for check in failing:
            report.step(f"{check['title']} of {check['resource']}", False, check["reason"])
        passed = len(checks) - len(failing) - len(skipped)
        report.step("every check passes", not failing and passed > 50, f"{passed} checks")
        report.step("no check is passed over", not skipped, ", ".join(skipped))


def _live(report: Report, doorward: Configured, token: str) -> None:
    base = f"{doorward.origin}/scim/v2"

    def ask(method: str, path: str, body: object = None, shown: str = token) -> tuple[int, dict]:
        sent = None if body is None else json.dumps(body)
        headers = {"Authorization": f"Bearer {shown}", "Content-Type": "application/scim+json"}
        answer = http.request(base + path, method=method, headers=headers, body=sent)
        return answer.status, answer.json()

    def change(path: str, *operations: dict) -> int:
        return ask("PATCH", path, {"schemas": [_PATCH], "Operations": list(operations)})[0]

    report.scene("a user of an identity provider")
    with report.guard("the life is told"):
        status, user = ask("POST", "/Users", {"userName": "ada@example.com", "externalId": "00u1", "active": True})
        report.step("is made", status == 201, status)
        path = f"/Users/{user['id']}"
        found = ask("GET", "/Users?filter=userName%20eq%20%22ADA@example.com%22")[1]
        report.step("is found by name in any case", found["totalResults"] == 1)
        status, group = ask("POST", "/Groups", {"displayName": "staff"})
        report.step("has a group to be in", status == 201, status)
        members = [{"$ref": None, "value": user["id"]}]
        status = change(f"/Groups/{group['id']}", {"op": "Add", "path": "members", "value": members})
        report.step("is put into it as Entra ID does", status == 204, status)
        in_groups = [it["display"] for it in ask("GET", path)[1].get("groups", [])]
        report.step("says that it is in it", in_groups == ["staff"], in_groups)
        status = change(f"/Groups/{group['id']}", {"op": "Remove", "path": "members", "value": members})
        report.step("is taken out again", status == 204 and "groups" not in ask("GET", path)[1], status)
        status = change(path, {"op": "Replace", "path": "active", "value": "False"})
        users = {row["name"]: row for row in json.loads(doorward.command("user", "list", "--json"))}
        disabled = users["ada@example.com"]["disabled_at"]
        report.step("is deactivated at once", status == 200 and disabled is not None, status)
        report.step("is removed", ask("DELETE", path)[0] == 204 and ask("GET", path)[0] == 404)

    report.scene("an identity provider that was taken over")
    with report.guard("the attack is told"):
        status, refused = ask("POST", "/Users", {"userName": "alice", "active": False})
        report.step("does not get a local account", status == 409 and refused["scimType"] == "uniqueness", status)
        local = {row["name"]: row for row in json.loads(doorward.command("user", "list", "--json"))}["alice"]
        statuses = {ask(method, f"/Users/{local['id']}")[0] for method in ("GET", "DELETE")}
        report.step("does not see it either", statuses == {404}, statuses)
        report.step("is nobody with another token", ask("GET", "/Users", shown="wrong")[0] == 401)
        listed = json.loads(doorward.command("scim", "token", "list", "--json"))
        doorward.command("scim", "token", "revoke", listed[0]["id"])
        report.step("is nobody once its token is revoked", ask("GET", "/Users")[0] == 401)
        audit = doorward.command("audit", "list", "--json")
        report.step("leaves records with its name", "by scim:tester" in audit and token not in audit)
