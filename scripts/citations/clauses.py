"""The lines of docs/clauses.toml, and what may be said about each."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

LEVELS = {"MUST", "MUST-if", "SHOULD", "MAY"}
SEVERITIES = {"C", "H", "M", "L"}
# Why no test cites a line, at most one of them.
EXCUSES = ("pending", "later", "declined")
_TABLES = {"clauses": {"level", "revisions", "says"}, "attacks": {"severity", "title"}, "interop": {"title"}}


class Malformed(Exception):
    """The file of clauses says something that it cannot mean."""


@dataclass(frozen=True)
class Clause:
    """One line: a clause, an attack, or a failure of real clients."""

    id: str
    level: str
    revisions: str
    says: str
    excuse: str
    reason: str

    @property
    def family(self) -> str:
        return self.id.split("-")[0].split(" ")[0]


@dataclass(frozen=True)
class Catalogue:
    """Every line in the order of the file, and the families that must be shown as a whole."""

    clauses: dict[str, Clause]
    held: tuple[str, ...]

    @property
    def families(self) -> dict[str, list[Clause]]:
        families: dict[str, list[Clause]] = {}
        for clause in self.clauses.values():
            families.setdefault(clause.family, []).append(clause)
        return families


def read(file: Path) -> Catalogue:
    """Reads the file; `Malformed` when a line cannot be meant."""
    return parse(file.read_text())


def parse(text: str) -> Catalogue:
    """Reads the text of the file."""
    given = tomllib.loads(text)
    held = tuple(given.pop("held"))
    clauses = {}
    for table, lines in given.items():
        if table not in _TABLES:
            raise Malformed(f"[{table}]: there are {', '.join(_TABLES)}")
        for key, line in lines.items():
            clause = _clause(table, key, line)
            clauses[clause.id] = clause
    catalogue = Catalogue(clauses, held)
    if unknown := set(held) - set(catalogue.families):
        raise Malformed(f"held names families without a line: {', '.join(sorted(unknown))}")
    return catalogue


def _clause(table: str, key: str, line: dict[str, str]) -> Clause:
    name = f"interop {key}" if table == "interop" else key
    excuses = [excuse for excuse in EXCUSES if excuse in line]
    wanted = _TABLES[table]
    if set(line) - set(excuses) != wanted or not all(line.values()):
        raise Malformed(f"{name}: wants {', '.join(sorted(wanted))} and at most one of {', '.join(EXCUSES)}")
    level = line.get("level", line.get("severity", ""))
    if level not in {"clauses": LEVELS, "attacks": SEVERITIES, "interop": {""}}[table]:
        raise Malformed(f"{name}: there is no level {level!r}")
    if len(excuses) > 1:
        raise Malformed(f"{name}: is either {' or '.join(excuses)}")
    if "declined" in excuses and re.match("MUST|[CH]$", level):
        raise Malformed(f"{name}: a {level} cannot be declined")
    excuse = excuses[0] if excuses else ""
    says = line.get("says", line.get("title", ""))
    return Clause(name, level, line.get("revisions", ""), says, excuse, line.get(excuse, ""))
