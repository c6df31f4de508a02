"""What every driver of the official Python client needs: a memory, a person, a connection, a call."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from story import Unmet, ask, must

REDIRECT = "http://localhost:9/callback"  # nobody listens there: the user stops before it
Noting = Callable[[httpx2.Response], Awaitable[None]]


class Store:
    """Tokens and registration: what outlives the process."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Person:
    """Opens the authorization URL, as long as a person may be asked."""

    present = True
    asked = 0
    callback = ""

    async def open(self, url: str) -> None:
        self.asked += 1
        if not self.present:
            raise Unmet("a person is needed")
        self.callback = (await ask("sign-in", url=url))["callback"]

    async def answer(self) -> AuthorizationCodeResult:
        given = {name: values[0] for name, values in parse_qs(urlsplit(self.callback).query).items()}
        return AuthorizationCodeResult(code=given["code"], state=given.get("state"), iss=given.get("iss"))


def authorizing(endpoint: str, store: Store, person: Person, document: str | None = None) -> OAuthClientProvider:
    """A provider as a program that was started again would make it."""
    metadata = OAuthClientMetadata.model_validate(
        {
            "client_name": "Acceptance (Python)",
            "redirect_uris": [REDIRECT],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        }
    )
    return OAuthClientProvider(endpoint, metadata, store, person.open, person.answer, client_metadata_url=document)


@asynccontextmanager
async def connected(endpoint: str, provider: httpx2.Auth, *notes: Noting) -> AsyncIterator[Client]:
    """A connection whose answers are noted; clients of 2026-07-28 try the stateless era first."""
    hooks = {"response": list(notes)}
    async with (
        httpx2.AsyncClient(auth=provider, timeout=30, event_hooks=hooks) as connection,
        Client(streamable_http_client(endpoint, http_client=connection)) as client,
    ):
        yield client


async def list_and_call(client: Client) -> str:
    """Lists the tools and calls one that every upstream here has."""
    tools = [tool.name for tool in (await client.list_tools(cache_mode="bypass")).tools]
    name, given = ("echo", {"message": "hello"}) if "echo" in tools else ("test_simple_text", {})
    result = await client.call_tool(name, given)
    must(not result.is_error, str(result.content))
    return f"{len(tools)} tools, {name}, revision {client.protocol_version}"
