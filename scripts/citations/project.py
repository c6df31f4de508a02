"""The tests of this project: where they are, and what each of them cites."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from citations import rust
from citations.citing import cited

# Tests of the contract that every database keeps are run by name, and take the store.
_CONTRACT, _CONTRACT_TAKES = "contract", "Subject"


@dataclass(frozen=True, order=True)
class Test:
    """A test by name; the file is relative to the project."""

    file: str
    name: str


def tests(project: Path) -> dict[Test, set[str]]:
    """Every test that cites something, or may, and what it cites."""
    found = {}
    for file in _files(project):
        relative = file.relative_to(project).as_posix()
        for name, cites in _in_file(file, relative).items():
            found[Test(relative, name)] = cites
    return found


def _files(project: Path) -> Iterator[Path]:
    yield from sorted((project / "crates").glob("*/src/**/*.rs"))
    yield from sorted((project / "crates").glob("*/tests/**/*.rs"))
    for folder in ("drivers", "scenarios"):
        for pattern in ("**/*.py", "**/*.js"):
            yield from sorted((project / "acceptance" / folder).glob(pattern))


def _in_file(file: Path, relative: str) -> dict[str, set[str]]:
    text = file.read_text()
    if file.suffix == ".py":
        return python_tests(text)
    if file.suffix == ".js":
        return javascript_steps(text)
    parts = set(relative.split("/")[2:])
    if _CONTRACT in parts:
        return rust.tests(text, True, _CONTRACT_TAKES)
    all_tests = "tests" in parts or "tests.rs" in parts
    return rust.tests(text, all_tests) if all_tests or "cfg(test)" in text else {}


def python_tests(text: str) -> dict[str, set[str]]:
    """Every function of a scenario or driver that cites something."""
    lines = text.splitlines()
    found = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            cites = cited("\n".join(lines[node.lineno - 1 : node.end_lineno]))
            if cites:
                found[node.name] = cites
    return found


def javascript_steps(text: str) -> dict[str, set[str]]:
    """Every step of a driver, `step('name', ...)`, with what stands between it and the next."""
    starts = list(re.finditer(r"\bstep\(\s*(['\"`])(.+?)\1", text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return {start[2]: cited(text[start.start() : end]) for start, end in zip(starts, ends)}
