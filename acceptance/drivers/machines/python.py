"""The official Python client without a browser: client credentials and enterprise-managed authorization.

python drivers/machines/python.py ENDPOINT FACTS
"""

import asyncio
import base64
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.client.auth.extensions.identity_assertion import IdentityAssertionOAuthProvider

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from connection import Store, connected, list_and_call  # noqa: E402
from story import done, must, refused, step  # noqa: E402

ENDPOINT = sys.argv[1]
FACTS = json.loads(sys.argv[2])
logging.disable(logging.CRITICAL)  # what goes wrong is reported by the steps


class Memory(Store):
    """A store that can be looked into."""

    def claims(self) -> dict:
        """What the access token says."""
        payload = self.tokens.access_token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(payload + "=="))


async def call(provider: httpx2.Auth) -> str:
    async with connected(ENDPOINT, provider) as client:
        return await list_and_call(client)


def machine(store: Memory, secret: str, method: str = "client_secret_basic") -> ClientCredentialsOAuthProvider:
    return ClientCredentialsOAuthProvider(
        ENDPOINT, store, FACTS["machine"]["id"], secret, token_endpoint_auth_method=method, issuer=FACTS["issuer"]
    )


def id_jag_for(client_id: str) -> Callable[[str, str], Awaitable[str]]:
    """Exchanges the person's ID token at the identity provider."""

    async def fetch(audience: str, resource: str) -> str:
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "requested_token_type": "urn:ietf:params:oauth:token-type:id-jag",
            "subject_token": "id-token-of-00u1",
            "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
            "audience": audience,
            "resource": resource,
            "client_id": f"at-{client_id}",
        }
        async with httpx2.AsyncClient() as connection:
            answer = await connection.post(f"{FACTS['provider']}/token", data=form)
        return answer.json()["access_token"]

    return fetch


def enterprise(store: Memory, named: str) -> IdentityAssertionOAuthProvider:
    own = FACTS["enterprise"]
    return IdentityAssertionOAuthProvider(
        ENDPOINT, store, own["id"], own["secret"], FACTS["issuer"], id_jag_for(named)
    )


async def as_itself(method: str) -> str:
    store = Memory()
    called = await call(machine(store, FACTS["machine"]["secret"], method))
    must(store.claims()["sub"] == f"client:{FACTS['machine']['id']}", str(store.claims()))
    must(store.tokens.refresh_token is None, "got a refresh token")
    return called


async def as_the_user() -> str:
    store = Memory()
    called = await call(enterprise(store, FACTS["enterprise"]["id"]))
    must(store.claims()["preferred_username"] == FACTS["user"], str(store.claims()))
    return called


async def tell() -> None:
    for method in ("client_secret_basic", "client_secret_post"):
        await step(f"client credentials: connects, lists and calls ({method})", lambda: as_itself(method))
    await step("client credentials: is refused with a wrong secret", lambda: refused(call(machine(Memory(), "wrong"))))
    await step("enterprise-managed authorization: connects, lists and calls as the user", as_the_user)
    other = FACTS["machine"]["id"]
    await step(
        "enterprise-managed authorization: an ID-JAG for another client is refused",
        lambda: refused(call(enterprise(Memory(), other))),
    )
    done()


asyncio.run(tell())
