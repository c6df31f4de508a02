"""A host of client metadata documents: HTTPS on the loopback interface, of an authority of its own."""

import contextlib
import json
import os
import ssl
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

# What lets a Doorward of a developer read documents on this very machine.
ALLOWED = """
[registration]
client_id_metadata = { loopback = true }
"""


def certificate(folder: Path) -> dict:
    """A certificate for `localhost`, and its key."""
    host = {"certificate": str(folder / "host.pem"), "key": str(folder / "host.key")}
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    words += ["-addext", "subjectAltName=DNS:localhost", "-out", host["certificate"], "-keyout", host["key"]]
    subprocess.run(words, check=True, capture_output=True)
    return host


@contextlib.contextmanager
def trusting(certificate: str) -> Iterator[None]:
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


class Documents:
    """The host. It counts who asks for what."""

    def __init__(self, host: dict) -> None:
        self.asked: list[str] = []
        self._pages: dict[str, dict] = {}
        documents = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                documents.asked.append(self.path)
                page = documents._pages.get(self.path)
                body = json.dumps(page or {}).encode()
                self.send_response(200 if page else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing: what matters is counted."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(host["certificate"], host["key"])
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def __enter__(self) -> "Documents":
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def describe(self, path: str, **members: object) -> str:
        """Publishes a client at `path`; returns its identifier."""
        identifier = f"https://localhost:{self._server.server_port}{path}"
        self._pages[path] = {"client_id": identifier, **members}
        return identifier
