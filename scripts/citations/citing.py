"""How a clause is cited: `A-046`, `TK-11`, `interop 31`, `interop 4, 37`."""

import re

# P-256, P-384 and P-521 are curves.
_CITATION = re.compile(r"\b(?!P-(?:256|384|521)\b)([A-Z]{1,2}-\d{2,3})\b|\binterop (\d+(?:(?:, | and )\d+)*)")


def cited(text: str) -> set[str]:
    """The ids that a text cites, whether they exist or not."""
    ids = set()
    for found in _CITATION.finditer(text):
        if found[1]:
            ids.add(found[1])
        else:
            ids |= {f"interop {number}" for number in re.findall(r"\d+", found[2])}
    return ids
