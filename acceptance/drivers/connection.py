"""What every driver of the official Python client needs: a memory, a connection, a call."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from story import must

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
