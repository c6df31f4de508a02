"""docs/comparison.md: every cell about Doorward must be shown by tests that exist.

A row of a table compares one feature; its second cell is Doorward's. That cell says
`yes` with at least one link to a test, whose title is the test's name,

    yes ([1](../crates/issuer/tests/it/codes.rs "a_code_is_redeemed_once"))

or it says `no` or `partly`, for which a link is welcome and not needed for `no`.
"""

import re
from pathlib import PurePosixPath

from citations.project import Test

_LINK = re.compile(r'\]\(([^)\s]+)(?: "([^"]*)")?\)')
_CLAIMS = ("yes", "partly", "no")


def faults(text: str, tests: dict[Test, set[str]]) -> list[str]:
    """One line a fault, none when every claim is shown."""
    claims = _claims(text)
    if not claims:
        return ["docs/comparison.md compares nothing"]
    return [f"comparison, {feature}: {fault}" for feature, cell in claims for fault in _faults(cell, tests)]


def _faults(cell: str, tests: dict[Test, set[str]]) -> list[str]:
    word = cell.split(" ")[0].strip(",;:")
    if word not in _CLAIMS:
        return [f"Doorward's cell begins with one of {', '.join(_CLAIMS)}"]
    links = _LINK.findall(cell)
    if not links:
        return [] if word == "no" else ["no test is linked"]
    files = [(_within(target), name) for target, name in links]
    return [f"{file} has no test {name!r}" for file, name in files if Test(file, name) not in tests]


def _claims(text: str) -> list[tuple[str, str]]:
    """Feature and Doorward's cell of every row below a head that names Doorward second."""
    claims, inside = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if len(cells) > 1 and cells[1] == "Doorward":
            inside = True
        elif not cells:
            inside = False
        elif inside and set(cells[0]) - set("-:"):
            claims.append((cells[0], cells[1]))
    return claims


def _within(target: str) -> str:
    """A link of a page in docs/, as a path in the project."""
    parts: list[str] = ["docs"]
    for part in PurePosixPath(target).parts:
        if part == "..":
            parts = parts[:-1]
        else:
            parts.append(part)
    return "/".join(parts)
