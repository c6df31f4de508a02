"""What must be true for any figure of the gateway to count."""

from typing import TYPE_CHECKING

from harness import messages

if TYPE_CHECKING:
    from harness.calls import Calls


def pass_through(bench: "Calls") -> None:
    """Checks refusals, unchanged replies and the audit log on the system that was just measured."""
    check, doorward, stub = bench.run.check, bench.doorward, bench.stub
    token = bench.mint("gate.tokens", 1).read_text().strip()
    calls = stub.calls()

    status, headers, _ = messages.send(doorward, bench.call, messages.forged(token))
    check("a token with a wrong signature is a 401 with a challenge", status == 401 and bool(headers["WWW-Authenticate"]), status)
    status, headers, _ = messages.send(doorward, bench.call, None)
    check("no token is a 401 with a challenge", status == 401 and bool(headers["WWW-Authenticate"]), status)

    hidden, missing = (messages.stateless(bench.folder, tool, 209) for tool in ("secret", "absent"))
    denied, absent = (messages.send(doorward, message, token) for message in (hidden, missing))
    alike = denied[0] == absent[0] and denied[2].replace(b"secret", b"absent") == absent[2]
    check("a hidden tool is refused like one that does not exist", alike and b'"error"' in denied[2], denied[2].decode())
    check("nothing that was refused reached the upstream", stub.calls() == calls)

    ours, theirs = (messages.send(system, bench.call, token)[2] for system in (doorward, stub))
    check("a reply equals the upstream's", ours == theirs, f"{len(ours)} bytes")
    verified = doorward.administer("audit", "verify")
    check("the audit chain holds", True, verified.strip())  # or the command would have failed
