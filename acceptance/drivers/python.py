"""The official Python client, through the story in README.md: `python drivers/python.py ENDPOINT [--cimd URL]`.

With `--cimd` it is known by the metadata document at that URL, and registers nowhere.
"""

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from connection import Person, Store, authorizing, connected, list_and_call
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from story import ask, done, must, refused, step

ENDPOINT = sys.argv[1]
DOCUMENT = sys.argv[3] if sys.argv[2:3] == ["--cimd"] else None
logging.disable(logging.CRITICAL)  # what goes wrong is reported by the steps


class Story:
    """One client and its memory, from the first contact to the revocation."""

    def __init__(self) -> None:
        self.store = Store()
        self.person = Person()
        self.answers: list[str] = []

    def provider(self) -> OAuthClientProvider:
        """A provider as a program that was started again would make it."""
        return authorizing(ENDPOINT, self.store, self.person, DOCUMENT)

    @asynccontextmanager
    async def connected(self, provider: OAuthClientProvider | None = None) -> AsyncIterator[Client]:
        """A connection whose answers are remembered."""

        async def note(response: httpx2.Response) -> None:
            self.answers.append(f"{response.request.url.path} {response.status_code}")

        async with connected(ENDPOINT, provider or self.provider(), note) as client:
            yield client

    async def come_back(self, provider: OAuthClientProvider | None = None) -> str:
        async with self.connected(provider) as client:
            return await list_and_call(client)

    async def refresh(self, provider: OAuthClientProvider) -> str:
        """Lets the access token expire, from the client's point of view."""
        before = self.store.tokens
        provider.context.token_expiry_time = time.time() - 5
        called = await self.come_back(provider)
        must(self.store.tokens.access_token != before.access_token, "the old access token is still in use")
        must(self.store.tokens.refresh_token != before.refresh_token, "the refresh token was not rotated")
        return called

    async def restarted(self) -> OAuthClientProvider:
        """A provider that has read its store, as at the start of a program."""
        provider = self.provider()
        await provider._initialize()
        return provider

    async def tell(self) -> None:
        provider = self.provider()

        async def sign_in() -> str:
            return await self.come_back(provider)

        async def refused_before() -> str:
            must(self.answers[0].endswith(" 401"), self.answers[0])
            return self.answers[0]

        async def documented() -> str:
            must(self.store.client.client_id == DOCUMENT, self.store.client.client_id)
            return DOCUMENT

        async def holds() -> str:
            tokens = self.store.tokens
            must(tokens.refresh_token, "none")
            return f"expires in {tokens.expires_in} s, scope {tokens.scope}"

        await step("signs in, lists and calls", sign_in)
        await step("was refused without a token", refused_before)
        if DOCUMENT:
            await step("is known by its document", documented)
        await step("holds a refresh token", holds)
        self.person.present = False
        await step("refreshes when its access token has expired", lambda: self.refresh(provider))

        async def refresh_without_discovery() -> str:
            return await self.refresh(await self.restarted())

        await step("refreshes at the origin's /token, without discovery", refresh_without_discovery)
        await step("comes back with stored tokens", self.come_back)

        await self.tell_of_restart()
        await self.tell_of_revocation()

    async def tell_of_restart(self) -> None:
        async def restart() -> str:
            # Leaving the connection ends its session, which the restarted Doorward may not know.
            try:
                async with self.connected() as client:
                    await list_and_call(client)
                    await ask("restart")
                    return await list_and_call(client)
            except Exception as error:
                text = str(error.exceptions if isinstance(error, BaseExceptionGroup) else error)
                must("ession" in text or "404" in text, text)
                return f"session ended: {text}"[:120]

        async def come_back_after() -> str:
            access_token = self.store.tokens.access_token
            called = await self.come_back()
            must(self.store.tokens.access_token == access_token, "its access token died with the restart")
            return called

        async def refresh_after() -> str:
            return await self.refresh(await self.restarted())

        await step("keeps its connection over a restart, or is told that its session ended", restart)
        await step("comes back after a restart", come_back_after)
        await step("refreshes after a restart", refresh_after)

    async def tell_of_revocation(self) -> None:
        async def revoke_and_call() -> str:
            async with self.connected() as client:
                await list_and_call(client)
                await ask(
                    "revoke",
                    tokens=self.store.tokens.model_dump(),
                    client_id=self.store.client.client_id,
                    client_secret=self.store.client.client_secret,
                )
                return await list_and_call(client)

        async def open_connection() -> str:
            # Asked for a person who is not there, the SDK drops the connection: only then was it refused.
            refusal = await refused(revoke_and_call())
            must(self.person.asked > 1, f"it did not come to asking for a new sign-in: {refusal}")
            return refusal

        async def new_connection() -> str:
            asked = self.person.asked
            refusal = await refused(self.come_back())
            must(self.person.asked > asked, f"it did not come to asking for a new sign-in: {refusal}")
            return refusal

        await step("is refused after revocation, on the open connection", open_connection)
        await step("is refused after revocation, on a new connection", new_connection)
        done()


asyncio.run(Story().tell())
