"""docs/conformance.md, as it should be."""

from citations.clauses import Catalogue, Clause
from citations.project import Test
from citations.verdict import Shown

_HEAD = """# Conformance

Which test shows which clause. Written by `scripts/conformance` from
[clauses.toml](clauses.toml) and from the tests that cite a clause by its id; change
those, not this page. `scripts/test` fails when a clause of the families A, S, X, AZ, TK,
RG, MD or of the failures of real clients has neither a test nor a reason here.

Revisions of MCP: V1 2024-11-05, V2 2025-03-26, V3 2025-06-18, V4 2025-11-25,
V5 2026-07-28. Severity of attacks: C critical, H high, M medium, L low. *Pending*: the
feature is being built. *Later*: it belongs to a feature that does not exist yet.
"""
_TITLES = {
    "A": "A: authorization server",
    "R": "R: resource server",
    "S": "S: security and abuse",
    "X": "X: extensions",
    "AZ": "AZ: attacks on the authorization endpoint",
    "CO": "CO: attacks on consent",
    "LG": "LG: attacks on sign-in and federation",
    "TK": "TK: attacks on the token endpoint",
    "RG": "RG: attacks on registration",
    "MD": "MD: attacks on metadata and addressing",
    "GW": "GW: attacks on the gateway",
    "ST": "ST: attacks on servers over stdio",
    "VA": "VA: attacks on the vault",
    "PO": "PO: attacks on policy and tools",
    "AD": "AD: attacks on administration and audit",
    "CL": "CL: attacks on clients",
    "DS": "DS: denial of service",
    "CR": "CR: crashes and operations",
    "SC": "SC: supply chain",
    "interop": "What broke real clients at other servers",
}


def render(catalogue: Catalogue, shown: Shown) -> str:
    """The whole page."""
    families = catalogue.families
    parts = [_HEAD, _summary(catalogue, families, shown)]
    parts += [_family(name, clauses, shown) for name, clauses in families.items()]
    parts.append(_links(shown))
    return "\n".join(parts)


def _summary(catalogue: Catalogue, families: dict[str, list[Clause]], shown: Shown) -> str:
    rows = ["| family | lines | with a test | pending | later | declined | without |", "|---|--:|--:|--:|--:|--:|--:|"]
    for name, clauses in families.items():
        tested = sum(1 for clause in clauses if shown[clause.id])
        excused = [sum(1 for clause in clauses if clause.excuse == why) for why in ("pending", "later", "declined")]
        without = len(clauses) - tested - sum(excused)
        rows.append(f"| {_TITLES.get(name, name)} | " + " | ".join(map(str, [len(clauses), tested, *excused, without])) + " |")
    return "\n".join(rows) + "\n"


def _family(name: str, clauses: list[Clause], shown: Shown) -> str:
    rows = [f"## {_TITLES.get(name, name)}\n", "| id | level | revisions | what | shown by |", "|---|---|---|---|---|"]
    rows += [_row(clause, shown[clause.id]) for clause in clauses]
    return "\n".join(rows) + "\n"


def _row(clause: Clause, tests: list[Test]) -> str:
    says = clause.says.replace("|", "\\|")
    return f"| {clause.id} | {clause.level} | {clause.revisions} | {says} | {_state(clause, tests)} |"


def _state(clause: Clause, tests: list[Test]) -> str:
    if not tests:
        return f"*{clause.excuse.capitalize()}: {clause.reason}*" if clause.excuse else "no test"
    by_file: dict[str, list[str]] = {}
    for test in tests:
        by_file.setdefault(test.file, []).append(f"`{test.name}`")
    return "<br>".join(f"[{_label(file)}]: {', '.join(names)}" for file, names in by_file.items())


def _label(file: str) -> str:
    """The file without what all of them have in common."""
    return file.removeprefix("crates/").removesuffix(".rs").replace("/tests/it/", " ").replace("/src/", "::")


def _links(shown: Shown) -> str:
    files = sorted({test.file for tests in shown.values() for test in tests})
    return "\n".join(f"[{_label(file)}]: ../{file}" for file in files) + "\n"
