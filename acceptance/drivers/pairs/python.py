"""The official Python client, through the story of a pair in README.md.

python drivers/pairs/python.py ENDPOINT PLAN [--sse]
"""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from connection import Person, Store, authorizing  # noqa: E402
from story import done, must, refused, step  # noqa: E402

ENDPOINT, PLAN = sys.argv[1], json.loads(sys.argv[2])
SSE = "--sse" in sys.argv
logging.disable(logging.CRITICAL)  # what goes wrong is reported by the steps


class Host:
    """The host around the client: what it answers, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.progress = 0

    async def form(self, _: object, __: types.ElicitRequestParams) -> types.ElicitResult:
        self.asked.append("form")
        return types.ElicitResult(action="accept", content=PLAN["answers"]["form"])

    async def model(self, _: object, __: types.CreateMessageRequestParams) -> types.CreateMessageResult:
        self.asked.append("model")
        words = types.TextContent(type="text", text=PLAN["answers"]["model"])
        return types.CreateMessageResult(role="assistant", content=words, model="acceptance", stop_reason="endTurn")

    async def root(self, _: object) -> types.ListRootsResult:
        self.asked.append("root")
        return types.ListRootsResult(roots=[types.Root(uri=PLAN["answers"]["root"], name="acceptance")])

    async def heard(self, *_: object) -> None:
        self.progress += 1


@asynccontextmanager
async def connected(host: Host, auth: httpx2.Auth | None) -> AsyncIterator[Client]:
    """A connection; over Streamable HTTP it tries the stateless era first, HTTP+SSE has sessions only."""
    callbacks: dict[str, Any] = {
        "elicitation_callback": host.form,
        "sampling_callback": host.model,
        "list_roots_callback": host.root,
    }
    if SSE:
        async with Client(sse_client(ENDPOINT, auth=auth), mode="legacy", **callbacks) as client:
            yield client
        return
    async with (
        httpx2.AsyncClient(auth=auth, timeout=30) as connection,
        Client(streamable_http_client(ENDPOINT, http_client=connection), **callbacks) as client,
    ):
        yield client


class Visit:
    """One client at one server."""

    def __init__(self, client: Client, host: Host) -> None:
        self.client = client
        self.host = host

    async def tell(self) -> None:
        """Everything between signing in and the end."""
        await step("lists its tools", self.list)
        for call in PLAN.get("calls", []):
            await step(f"calls {call['name']}", lambda call=call: self.call(call))
        await step("is told what does not exist", self.absent)
        if call := PLAN.get("progress"):
            await step("hears of progress", lambda: self.hear(call))
        for what, call in PLAN.get("asks", []):
            await step(f"is asked for a {what}", lambda what=what, call=call: self.be_asked(what, call))
        if read := PLAN.get("read"):
            await step("reads a resource", lambda: self.read(read))
        if prompt := PLAN.get("prompt"):
            await step("gets a prompt", lambda: self.prompt(prompt))

    async def list(self) -> str:
        names = [tool.name for tool in (await self.client.list_tools()).tools]
        missing = {call["name"] for call in [*PLAN.get("calls", []), *(call for _, call in PLAN.get("asks", []))]}.difference(names)
        must(not missing, f"no {missing} among {names}")
        return f"{len(names)} tools, revision {self.client.protocol_version}"

    async def call(self, call: dict, **more: Callable) -> None:
        result = await self.client.call_tool(call["name"], call.get("arguments", {}), **more)
        must(not result.is_error, str(result.content))
        says(result, call["says"])

    async def absent(self) -> str:
        try:
            result = await self.client.call_tool("no-such-tool", {})
        except MCPError as error:
            return str(error)
        must(result.is_error, f"was called: {result}")
        return "as an error of the tool"

    async def hear(self, call: dict) -> str:
        await self.call(call, progress_callback=self.host.heard)
        must(self.host.progress >= 2, f"heard of it {self.host.progress} times")
        return f"{self.host.progress} times"

    async def be_asked(self, what: str, call: dict) -> None:
        self.host.asked.clear()
        await self.call(call)
        must(what in self.host.asked, f"was asked {self.host.asked}")

    async def read(self, read: dict) -> None:
        listed = [str(one.uri) for one in (await self.client.list_resources()).resources]
        must(read["uri"] in listed, f"not among {listed}")
        says(await self.client.read_resource(read["uri"]), read["says"])

    async def prompt(self, prompt: dict) -> None:
        listed = [one.name for one in (await self.client.list_prompts()).prompts]
        must(prompt["name"] in listed, f"not among {listed}")
        says(await self.client.get_prompt(prompt["name"], prompt.get("arguments")), prompt["says"])


def says(result: types.Result, words: str) -> None:
    """Looks for words in a result, wherever they are."""
    text = result.model_dump_json()
    must(words in text, f"does not say {words!r}: {text[:400]}")


async def come_in(auth: httpx2.Auth | None) -> str:
    async with connected(Host(), auth) as client:
        return f"revision {client.protocol_version}"


async def tell() -> None:
    async def refused_first() -> str:
        refusal = await refused(come_in(None))
        must("401" in refusal or "Sign in" in refusal, f"not for a token: {refusal}")
        return refusal

    await step("is refused without a token", refused_first)
    person = Person()
    auth = authorizing(ENDPOINT, Store(), person)

    async def sign_in() -> str:
        came = await come_in(auth)
        must(person.asked == 1, f"a person was asked {person.asked} times")
        return came

    await step("signs in", sign_in)
    person.present = False

    async def visit() -> None:
        host = Host()
        async with connected(host, auth) as client:
            await Visit(client, host).tell()

    await visit_and_leave(visit)
    done()


async def visit_and_leave(visit: Callable[[], Any]) -> None:
    """The steps inside report themselves; what is left is how the connection ends."""
    ended: list[BaseException] = []
    try:
        await visit()
    except BaseException as error:
        ended.append(error)

    async def end() -> None:
        if ended:
            raise ended[0]

    await step("ends well", end)


asyncio.run(tell())
