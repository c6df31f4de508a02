"""A driver's side of the conversation with the orchestrator (see README.md)."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any


class Unmet(Exception):
    """Something that a step demands does not hold."""


def must(condition: object, what: str) -> None:
    """Fails the step unless `condition` holds."""
    if not condition:
        raise Unmet(what)


def say(line: dict[str, Any]) -> None:
    """Prints one line for the orchestrator."""
    print(json.dumps(line), flush=True)


async def ask(what: str, **details: Any) -> dict[str, Any]:
    """Asks the orchestrator to do something and waits until it is done."""
    say({"ask": what, **details})
    answer = json.loads(await asyncio.to_thread(sys.stdin.readline))
    if "error" in answer:
        raise Unmet(f"{what}: {answer['error']}")
    return answer


async def step(name: str, run: Callable[[], Awaitable[Any]]) -> None:
    """Runs one step; a failed step ends the story, because the next ones build on it."""
    try:
        detail = await run()
    except BaseException as error:  # the SDK's task groups wrap what went wrong
        say({"step": name, "ok": False, "detail": explain(error)})
        os._exit(1)
    say({"step": name, "ok": True, "detail": detail})


async def refused(run: Awaitable[Any]) -> str:
    """Fails unless `run` is refused; returns why it was."""
    try:
        accepted = await run
    except Exception as error:
        return explain(error)
    raise Unmet(f"was accepted: {str(accepted)[:200]}")


def done() -> None:
    """Ends the story well."""
    say({"done": True})
    os._exit(0)


def explain(error: BaseException) -> str:
    """The innermost reason."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"[:400]
