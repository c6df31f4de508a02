"""One person at the pages: keeps cookies, signs in, and takes the time of each page."""

import http.client
import re
import time
from urllib.parse import urlencode, urlsplit

from harness.loads import LoadFailed
from harness.systems import PASSWORD, USER, Doorward

_NAVIGATION = {"Accept": "text/html", "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


class Visitor:
    """Asks for pages one after another."""

    def __init__(self, system: Doorward) -> None:
        self._system = system
        self._cookies: dict[str, str] = {}
        self._connection: http.client.HTTPConnection | None = None

    def arrive(self) -> None:
        """A new connection, as after a restart."""
        self._connection = http.client.HTTPConnection("127.0.0.1", self._system.port, timeout=10)

    def page(self, path: str) -> float:
        """Opens a page; returns how many milliseconds it took until its last byte."""
        begun = time.perf_counter()
        answer, body = self._send("GET", path, None, _NAVIGATION)
        taken = (time.perf_counter() - begun) * 1_000
        if answer.status != 200 or b"</html>" not in body:
            raise LoadFailed(f"{path[:40]}: {answer.status} {body[:200]!r}")
        return taken

    def follow(self, path: str) -> str:
        """Opens a page that redirects, until one does not; returns where that is."""
        for _ in range(5):
            answer, _ = self._send("GET", path, None, _NAVIGATION)
            if answer.status != 303 and answer.status != 302:
                return path
            path = self._own(answer.headers["Location"])
        raise LoadFailed(f"{path[:40]}: redirects for ever")

    def sign_in(self, path: str) -> str:
        """Fills the sign-in form that is at `path`; returns where it leads."""
        _, page = self._send("GET", path, None, _NAVIGATION)
        flow = re.search(rb'name="flow" value="([^"]*)"', page)
        fields = {"flow": flow[1].decode() if flow else "", "username": USER, "password": PASSWORD}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self._system.origin,
            "Sec-Fetch-Site": "same-origin",
        }
        answer, body = self._send("POST", "/login", urlencode(fields), headers)
        if answer.status != 303:
            raise LoadFailed(f"sign-in: {answer.status} {body[:200]!r}")
        return self._own(answer.headers["Location"])

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[http.client.HTTPResponse, bytes]:
        if self._connection is None:
            self.arrive()
        if self._cookies:
            headers = headers | {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self._cookies[name] = value
        return answer, answer.read()

    def _own(self, location: str) -> str:
        parts = urlsplit(location)
        return parts.path + (f"?{parts.query}" if parts.query else "")
