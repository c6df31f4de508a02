"""What all rows of one run share: programs, pace, folder, and what they found."""

from dataclasses import dataclass, field
from pathlib import Path

from harness.install import Programs


@dataclass(frozen=True)
class Pace:
    """How long and how often things are measured; seconds unless it says otherwise."""

    warm_up: float
    seconds: float
    times: int
    brief_warm_up: float  # for rows beside the main one
    brief_seconds: float
    brief_times: int
    turns: int  # windows of each of two systems that are measured in turn
    open_loop_seconds: float
    cold_calls: int
    codes: int
    registrations: int  # Doorward keeps at most 10,000 that nobody signed in through
    streams: int
    starts: int
    listens: int
    peer_seconds: float  # windows of a system that may be slow
    peer_times: int
    peer_patience: int


FULL = Pace(10, 10, 3, 1, 3, 3, 5, 6, 30_000, 12_000, 9_000, 8_000, 7, 10_000, 5, 3, 45)
SHORT = Pace(2, 3, 3, 1, 1, 3, 5, 3, 10_000, 6_000, 4_000, 2_000, 5, 10_000, 3, 1, 12)


@dataclass
class Row:
    """One line of a table. `judged` is what floor and goal are about."""

    table: str
    key: str
    title: str
    cells: dict[str, float | str | None]
    judged: float | None = None
    floor: float | None = None
    goal: float | None = None
    more_is_better: bool = True
    void: str | None = None

    def reaches(self, mark: float | None) -> bool | None:
        """Whether `mark` is reached; nothing is said where nothing is asked or measured."""
        if mark is None or self.judged is None or self.void:
            return None
        return self.judged >= mark if self.more_is_better else self.judged <= mark


@dataclass
class Check:
    """One line of the correctness gate."""

    title: str
    passed: bool
    detail: str = ""


@dataclass
class Run:
    """One run and its findings."""

    programs: Programs
    pace: Pace
    folder: Path
    wanted: frozenset[str]  # keys of rows; empty for all
    rows: list[Row] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)

    def wants(self, *keys: str) -> bool:
        """Whether any of these rows is to be measured."""
        return not self.wanted or not self.wanted.isdisjoint(keys)

    def add(self, row: Row) -> None:
        """Records and prints a row."""
        self.rows.append(row)
        cells = ", ".join(f"{name} {_shown(cell)}" for name, cell in row.cells.items() if cell is not None)
        verdict = {True: "floor reached", False: "BELOW FLOOR", None: ""}[row.reaches(row.floor)]
        print(f"  {row.title:<44} {f'VOID: {row.void}' if row.void else cells}  {verdict}".rstrip(), flush=True)

    def check(self, title: str, passed: bool, detail: object = "") -> None:
        """Records and prints a line of the correctness gate."""
        self.checks.append(Check(title, passed, str(detail)))
        print(f"  {'pass' if passed else 'FAIL'}  {title}  {detail}".rstrip(), flush=True)


def _shown(cell: float | str) -> str:
    return f"{cell:,.2f}".rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)
