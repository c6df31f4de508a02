"""Finds the tests of a Rust file and what each of them cites.

A citation counts for a test when it stands in the test, in the comments right before
it, or in anything else of the same file that the test names: a helper, a table of
cases, and what those name in turn. Comments of a whole file (`//!`) count for nobody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from citations.citing import cited

_TOKEN = re.compile(
    r"""(?P<inner>//!.*)
    | (?P<comment>//.*|/\*(?s:.*?)\*/)
    | (?P<string>[bc]?r(?P<hashes>\#*)"(?s:.*?)"(?P=hashes)|[bc]?"(?s:\\.|[^"\\])*")
    | (?P<character>b?'(?:\\u\{[^}]*\}|\\x..|\\.|[^'\\\n])'|'\w+)
    | (?P<word>\w+)
    | (?P<open>[{(\[])
    | (?P<close>[})\]])
    | (?P<mark>[;!\#])""",
    re.VERBOSE,
)
_NAMED = {"fn", "mod", "const", "static", "struct", "enum", "trait", "type", "macro_rules"}
_HOLDERS = {"mod", "impl", "trait", "proptest"}


@dataclass
class _Token:
    kind: str
    text: str


@dataclass
class _Item:
    """A function, a table, a type: whatever a test can name."""

    name: str
    is_test: bool
    names: set[str] = field(default_factory=set)
    cites: set[str] = field(default_factory=set)


def tests(text: str, all_tests: bool, takes: str | None = None) -> dict[str, set[str]]:
    """Every test, with what it cites.

    `all_tests`: the file holds nothing but tests; otherwise only modules under
    `#[cfg(test)]` do. `takes`: functions that take this type are tests as well.
    """
    items = list(_items(_tokens(text), all_tests, takes))
    by_name: dict[str, list[_Item]] = {}
    for item in items:
        by_name.setdefault(item.name, []).append(item)
    return {item.name: _reached(item, by_name) for item in items if item.is_test}


def _reached(test: _Item, by_name: dict[str, list[_Item]]) -> set[str]:
    cites, seen, ahead = set(), set(), [test]
    while ahead:
        item = ahead.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        cites |= item.cites
        ahead += [other for name in item.names for other in by_name.get(name, []) if not other.is_test]
    return cites


def _tokens(text: str) -> list[_Token]:
    found = (_Token(found.lastgroup or "", found.group()) for found in _TOKEN.finditer(text))
    return [token for token in found if token.kind != "inner"]


def _items(tokens: list[_Token], in_tests: bool, takes: str | None) -> Iterator[_Item]:
    for chunk in _chunks(tokens):
        attributes, head, body = _parts(chunk)
        words = [token.text for token in head if token.kind == "word"]
        kind, name = _named(words)
        if kind in _HOLDERS:
            inside = in_tests or {"cfg", "test"} <= attributes
            yield from _items(body[1:-1], inside, takes)
        elif in_tests:
            is_test = kind == "fn" and ("test" in attributes or (takes is not None and takes in words))
            item = _Item(name, is_test)
            item.names = {token.text for token in chunk if token.kind == "word"} - {name}
            told = (token.text for token in chunk if token.kind in ("comment", "string"))
            item.cites = {citation for text in told for citation in cited(text)}
            yield item


def _chunks(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """One item each, with the comments and attributes before it."""
    depth, chunk = 0, []
    for token in tokens:
        chunk.append(token)
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if depth == 0 and token.text in ("}", ";"):
            yield chunk
            chunk = []


def _parts(chunk: list[_Token]) -> tuple[set[str], list[_Token], list[_Token]]:
    """The words of the attributes; what comes before the body; the body in its braces."""
    attributes: set[str] = set()
    head: list[_Token] = []
    depth, at = 0, 0
    while at < len(chunk):
        token = chunk[at]
        if token.text == "#":
            end = _attribute_end(chunk, at)
            attributes |= {inside.text for inside in chunk[at:end]}
            at = end
            continue
        if token.text == "{" and depth == 0:
            return attributes, head, chunk[at:]
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        head.append(token)
        at += 1
    return attributes, head, []


def _attribute_end(chunk: list[_Token], start: int) -> int:
    """Where the attribute that starts at `start` is over."""
    depth = 0
    for at in range(start, len(chunk)):
        depth += {"open": 1, "close": -1}.get(chunk[at].kind, 0)
        if depth == 0 and chunk[at].kind == "close":
            return at + 1
    return len(chunk)


def _named(words: list[str]) -> tuple[str, str]:
    for at, word in enumerate(words):
        if word == "const" and words[at + 1 : at + 2] == ["fn"]:
            continue
        if word in ("impl", "proptest"):
            return word, ""
        if word in _NAMED and at + 1 < len(words):
            return word, words[at + 1]
    return "", ""
