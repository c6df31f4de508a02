"""The peer: FastMCP's proxy in front of the same upstream, checking the same tokens.

python proxy.py PORT UPSTREAM ISSUER AUDIENCE
"""

import sys

from fastmcp.server import create_proxy
from fastmcp.server.auth.providers.jwt import JWTVerifier

port, upstream, issuer, audience = sys.argv[1:]
verifier = JWTVerifier(jwks_uri=f"{issuer}/jwks", issuer=issuer, audience=audience, algorithm="ES256")
proxy = create_proxy(upstream, name="peer", auth=verifier)
proxy.run(
    "http", host="127.0.0.1", port=int(port), path="/mcp/bench", stateless_http=True,
    show_banner=False, log_level="ERROR", uvicorn_config={"access_log": False},
)  # fmt: skip
