"""The tool calls that are sent, as files for the load generators."""

import http.client
import json
from pathlib import Path

from harness.loads import LoadFailed, Message
from harness.systems import System

CALL_BYTES = 207
REPLY_BYTES = 280
_COMMON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
_META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}


def stateless(folder: Path, tool: str = "echo", size: int = CALL_BYTES, argument: str = "n") -> Message:
    """A call of 2026-07-28, whose argument fills it up to `size` bytes."""
    headers = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": tool}
    parameters = {"name": tool, "arguments": {argument: ""}, "_meta": _META}
    return _write(folder, f"stateless-{tool}-{size}", headers, parameters, size)


def listen(folder: Path) -> Message:
    """A request of 2026-07-28 for a stream of changes."""
    headers = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "subscriptions/listen"}
    parameters = {"notifications": {"toolsListChanged": True}, "_meta": _META}
    body = {"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": parameters}
    return _save(folder, "listen", headers, json.dumps(body, separators=(",", ":")))


def in_session(folder: Path, session: str) -> Message:
    """A call of 2025-11-25 in a session."""
    headers = {"MCP-Protocol-Version": "2025-11-25", "Mcp-Session-Id": session}
    return _write(folder, "session", headers, {"name": "echo", "arguments": {"n": ""}}, CALL_BYTES)


def _write(folder: Path, name: str, headers: dict, parameters: dict, size: int) -> Message:
    (argument,) = parameters["arguments"]
    body = _call(parameters)
    if len(body) > size:
        # The server of ours wants no argument; others fail without theirs.
        parameters["arguments"] = {} if argument == "n" else parameters["arguments"]
        body = _call(parameters)
    else:
        parameters["arguments"] = {argument: "x" * (size - len(body))}
        body = _call(parameters)
    return _save(folder, name, headers, body)


def _save(folder: Path, name: str, headers: dict, body: str) -> Message:
    message = Message(folder / f"{name}.headers", folder / f"{name}.body")
    message.headers.write_text("".join(f"{name}: {value}\n" for name, value in (_COMMON | headers).items()))
    message.body.write_text(body)
    return message


def _call(parameters: dict) -> str:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": parameters}
    return json.dumps(message, separators=(",", ":"))


def send(system: System, message: Message, token: str | None) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Sends one message; returns status, headers and body."""
    headers = dict(line.split(": ", 1) for line in message.headers.read_text().splitlines())
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection("127.0.0.1", system.port, timeout=30)
    connection.request("POST", system.path, message.body.read_bytes(), headers)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def open_session(system: System, folder: Path, token: str) -> str:
    """Initializes a session of 2025-11-25; returns its id."""
    client = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
    request = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": client}
    status, headers, body = send(system, _save(folder, "initialize", {}, json.dumps(request)), token)
    session = headers["Mcp-Session-Id"]
    if status != 200 or not session:
        raise LoadFailed(f"{system.name}: initialize: {status} {body[:300]!r}")
    inside = {"MCP-Protocol-Version": "2025-11-25", "Mcp-Session-Id": session}
    notice = json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"})
    status, _, body = send(system, _save(folder, "initialized", inside, notice), token)
    if status != 202:
        raise LoadFailed(f"{system.name}: initialized: {status} {body[:300]!r}")
    return session


def stream_request(system: System, session: str, token: str) -> bytes:
    """A whole `GET` that opens an event stream."""
    headers = {
        "Accept": "text/event-stream",
        "Authorization": f"Bearer {token}",
        "MCP-Protocol-Version": "2025-11-25",
        "Mcp-Session-Id": session,
    }
    return _request(system, "GET", headers)


def listen_request(system: System, message: Message, token: str) -> bytes:
    """A whole `POST` that opens a stream of changes."""
    headers = dict(line.split(": ", 1) for line in message.headers.read_text().splitlines())
    body = message.body.read_bytes()
    return _request(system, "POST", headers | {"Authorization": f"Bearer {token}", "Content-Length": str(len(body))}) + body


def _request(system: System, method: str, headers: dict) -> bytes:
    headers = {"Host": f"127.0.0.1:{system.port}"} | headers
    lines = [f"{method} {system.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def forged(token: str) -> str:
    """The same token with another signature."""
    head, dot, signature = token.rpartition(".")
    return head + dot + ("B" if signature[0] == "A" else "A") + signature[1:]
