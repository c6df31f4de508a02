"""What is wrong between the clauses and the tests."""

from citations.clauses import Catalogue, Clause
from citations.project import Test

Shown = dict[str, list[Test]]


def shown(catalogue: Catalogue, tests: dict[Test, set[str]]) -> Shown:
    """The tests of every clause."""
    found: Shown = {clause: [] for clause in catalogue.clauses}
    for test in sorted(tests):
        for citation in tests[test] & found.keys():
            found[citation].append(test)
    return found


def faults(catalogue: Catalogue, tests: dict[Test, set[str]]) -> list[str]:
    """One line a fault, none when all is well."""
    by_clause = shown(catalogue, tests)
    held = [_fault(clause, by_clause[clause.id], catalogue) for clause in catalogue.clauses.values()]
    return [fault for fault in held if fault] + _unknown(catalogue, tests)


def _fault(clause: Clause, cited_by: list[Test], catalogue: Catalogue) -> str | None:
    if cited_by and clause.excuse:
        first = cited_by[0]
        return f"{clause.id} is {clause.excuse}, but {first.name} in {first.file} cites it: take `{clause.excuse}` out"
    if not cited_by and not clause.excuse and clause.family in catalogue.held:
        return f"{clause.id} has no test: {clause.says}"
    return None


def _unknown(catalogue: Catalogue, tests: dict[Test, set[str]]) -> list[str]:
    """Citations of a family that is known, under a number that it has not."""
    families = catalogue.families
    return [
        f"{test.name} in {test.file} cites {citation}, which docs/clauses.toml does not have"
        for test in sorted(tests)
        for citation in sorted(tests[test] - catalogue.clauses.keys())
        if citation.split("-")[0].split(" ")[0] in families
    ]
