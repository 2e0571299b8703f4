"""Cells of a table as sets of values: which values they hold, where two rows meet, and what no row covers.

Everything is exact. Between two neighbouring edges all values fare alike, so one of them, the point, speaks for all;
a table is searched by its points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, inf
from typing import Any, Literal, TypeAlias

ABSENT = "\0absent"
OTHER = "\0other"


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers (days as their ordinals) from `low` to `high`; an end is inside where its flag says so."""

    low: int | Fraction | float
    low_in: bool
    high: int | Fraction | float
    high_in: bool


@dataclass(frozen=True, slots=True)
class OneOf:
    """Some numbers, codes or truths."""

    values: frozenset[Any]


@dataclass(frozen=True, slots=True)
class Whatever:
    """Every value, and none."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No value: what is absent."""


Cell: TypeAlias = Interval | OneOf | Whatever | Nothing
Cells: TypeAlias = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """What an input can be: numbers from `low` to `high` (`whole` ones only), codes or truths; and `absent`.

    `codes` are those it can be, `others` says that it can also be a code nobody named.
    """

    kind: Literal["number", "set"]
    low: int | Fraction | float = -inf
    high: int | Fraction | float = inf
    whole: bool = False
    codes: tuple[Any, ...] = ()
    others: bool = False
    absent: bool = False


def holds(cell: Cell, value: Any) -> bool:
    """Whether a cell holds a value."""
    match cell:
        case Whatever():
            return True
        case Nothing():
            return bool(value == ABSENT)
        case OneOf(values):
            return value in values
    if value == ABSENT:
        return False
    above = cell.low < value or (cell.low_in and cell.low == value)
    return bool(above and (value < cell.high or (cell.high_in and cell.high == value)))


def points(axis: Axis, cells: Sequence[Cell]) -> list[Any]:
    """One value of the axis for every way in which the cells can hold it or not."""
    ends = [ABSENT] if axis.absent else []
    if axis.kind == "number":
        return [*_numbers(axis, cells), *ends]
    named = {value: None for cell in cells if isinstance(cell, OneOf) for value in sorted(cell.values, key=str)}
    codes = [*axis.codes, *(named if axis.others else ()), *([OTHER] if axis.others else [])]
    return [*dict.fromkeys(codes), *ends]


def _numbers(axis: Axis, cells: Sequence[Cell]) -> list[Any]:
    given: set[Any] = {axis.low, axis.high}
    for cell in cells:
        if isinstance(cell, Interval):
            given |= {cell.low, cell.high}
        elif isinstance(cell, OneOf):
            given |= cell.values
    edges = sorted(edge for edge in given if abs(edge) != inf and axis.low <= edge <= axis.high)
    if not edges:
        return [0]
    found = [_beyond(edges[0], -1, axis.whole)] if axis.low == -inf else []
    for edge, after in zip(edges, [*edges[1:], None], strict=True):
        if not axis.whole or edge == floor(edge):
            found.append(edge)
        if after is not None and (inside := _inside(edge, after, axis.whole)) is not None:
            found.append(inside)
    return [*found, _beyond(edges[-1], 1, axis.whole)] if axis.high == inf else found


def _beyond(edge: Any, step: int, whole: bool) -> Any:
    if not whole:
        return edge + step
    return floor(edge) + 1 if step > 0 else ceil(edge) - 1


def _inside(low: Any, high: Any, whole: bool) -> Any:
    """A value strictly between two edges; None where no whole number lies there."""
    if not whole:
        return (Fraction(low) + Fraction(high)) / 2
    return floor(low) + 1 if floor(low) + 1 < high else None


def gap(axes: Sequence[Axis], rows: Sequence[Cells], within: Cells | None = None) -> tuple[Any, ...] | None:
    """Values of the inputs (among those that `within` holds) that no row holds; None where the rows cover them."""
    if not axes:
        return None if rows else ()
    if any(all(isinstance(cell, Whatever) for cell in row) for row in rows):
        return None
    frame = within or (Whatever(),) * len(axes)
    looked: set[tuple[Cells, ...]] = set()
    for point in points(axes[0], [frame[0], *(row[0] for row in rows)]):
        left = tuple(row[1:] for row in rows if holds(row[0], point))
        if left not in looked and holds(frame[0], point):
            looked.add(left)
            if (rest := gap(axes[1:], left, frame[1:])) is not None:
                return (point, *rest)
    return None


def meet(axes: Sequence[Axis], one: Cells, other: Cells) -> tuple[Any, ...] | None:
    """Values of the inputs that both rows hold; None where they have none in common."""
    found = []
    for axis, a, b in zip(axes, one, other, strict=True):
        common = next((point for point in points(axis, [a, b]) if holds(a, point) and holds(b, point)), None)
        if common is None:
            return None
        found.append(common)
    return tuple(found)


def ever(axes: Sequence[Axis], row: Cells) -> bool:
    """Whether a row can be hit at all."""
    return meet(axes, row, row) is not None
