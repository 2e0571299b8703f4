"""A file as sheets of cells with addresses, whatever its format was.

Only rows that hold something are kept. A cell that a merged one covers has the value of its origin, and the origin
is remembered. An error cell (#DIV/0!) is no value: it stands in `errors`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool | date | datetime | time | timedelta
At: TypeAlias = tuple[int, int]  # row and column, both from 0


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read before it is refused; memory is bounded by these."""

    file_bytes: int = 64 * 2**20
    unpacked_bytes: int = 512 * 2**20
    cells: int = 5_000_000


@dataclass(slots=True)
class Sheet:
    """One sheet: the values by row (None: empty), what covers what, and the error cells."""

    name: str
    rows: dict[int, list[Value | None]] = field(default_factory=dict)
    origins: dict[At, At] = field(default_factory=dict)
    errors: dict[At, str] = field(default_factory=dict)

    def value(self, row: int, column: int) -> Value | None:
        """What a cell shows; of a covered cell, what its origin shows."""
        row, column = self.origins.get((row, column), (row, column)) if self.origins else (row, column)
        values = self.rows.get(row)
        return values[column] if values is not None and column < len(values) else None

    def origin(self, row: int, column: int) -> At:
        """Where the value of a cell really stands."""
        return self.origins.get((row, column), (row, column))

    def width(self) -> int:
        """How many columns are used."""
        errors = max((column for _, column in self.errors), default=-1)
        return max(max((len(values) for values in self.rows.values()), default=0), errors + 1)

    def filled(self) -> Iterator[At]:
        """Every cell that holds something of its own, errors included, row by row."""
        bad: dict[int, list[int]] = {}
        for row, column in self.errors:
            bad.setdefault(row, []).append(column)
        for row in sorted(self.rows.keys() | bad.keys()):
            columns = [column for column, value in enumerate(self.rows.get(row, ())) if value is not None]
            for column in sorted([*columns, *bad[row]]) if row in bad else columns:
                yield row, column

    def address(self, row: int, column: int) -> str:
        """«Лист1!B7»."""
        return f"{self.name}!{a1(row, column)}"

    def span(self, cells: list[At]) -> str:
        """The smallest rectangle around cells: «Лист1!B7:D7»."""
        rows, columns = [row for row, _ in cells], [column for _, column in cells]
        first, last = a1(min(rows), min(columns)), a1(max(rows), max(columns))
        return f"{self.name}!{first}" if first == last else f"{self.name}!{first}:{last}"

    def cover(self, first: At, last: At) -> None:
        """Merge a rectangle: every other cell of it shows what its first one holds."""
        for row in range(first[0], last[0] + 1):
            for column in range(first[1], last[1] + 1):
                if (row, column) != first:
                    self.origins[row, column] = first


@dataclass(frozen=True, slots=True)
class Grid:
    """A file: its name, the SHA-256 of its bytes, and its sheets in their order."""

    name: str
    digest: str
    sheets: tuple[Sheet, ...]


def letters(column: int) -> str:
    """The letters of a column counted from 0: A, B, …, Z, AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def a1(row: int, column: int) -> str:
    """The address of a cell counted from 0: «B7»."""
    return f"{letters(column)}{row + 1}"


def column_of(text: str) -> int:
    """The column, from 0, that letters name."""
    number = 0
    for sign in text:
        number = number * 26 + ord(sign) - ord("A") + 1
    return number - 1
