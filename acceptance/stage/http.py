"""Plain HTTP on the loopback interface: one request, one answer, no redirects, no proxy, no cookies."""

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit


@dataclass
class Answer:
    """A response, read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: str

    def json(self) -> dict:
        """The body as a JSON object; empty when it is something else."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


def request(url: str, method: str = "GET", body: str | None = None, headers: dict[str, str] | None = None) -> Answer:
    """Sends one request to a loopback address."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=None if body is None else body.encode(), headers=headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode("utf-8", "replace"))
    finally:
        connection.close()


def post_json(url: str, value: object, headers: dict[str, str] | None = None) -> Answer:
    """Posts a JSON document."""
    accept = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    return request(url, "POST", json.dumps(value), accept | (headers or {}))


def post_form(url: str, fields: dict[str, str]) -> Answer:
    """Posts a form, as OAuth's endpoints want it."""
    return request(url, "POST", urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})
