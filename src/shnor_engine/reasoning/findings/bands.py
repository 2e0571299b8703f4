"""Sets of numbers, exactly.

A bound is a pair (number, side): side 0 stands on the number, −1 just below it, +1 just above, so that open and
closed ends compare like any other pair.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, inf
from typing import TypeAlias

from shnor_engine.reasoning.values import Exact

Bound: TypeAlias = tuple[Exact, int]
Band: TypeAlias = tuple[Bound, Bound]
LOW: Bound = (-inf, 0)
HIGH: Bound = (inf, 0)


@dataclass(frozen=True, slots=True)
class Bands:
    """Disjoint bands, ascending."""

    items: tuple[Band, ...]

    @classmethod
    def of(cls, bands: Iterable[Band]) -> Bands:
        """Any bands, put together where they touch."""
        found: list[Band] = []
        for low, high in sorted(band for band in bands if band[0] <= band[1]):
            if found and low <= _after(found[-1][1]):
                found[-1] = (found[-1][0], max(found[-1][1], high))
            else:
                found.append((low, high))
        return cls(tuple(found))

    def __or__(self, other: Bands) -> Bands:
        return Bands.of((*self.items, *other.items))

    def __and__(self, other: Bands) -> Bands:
        return Bands.of((max(a[0], b[0]), min(a[1], b[1])) for a in self.items for b in other.items)

    def __invert__(self) -> Bands:
        low = LOW
        found: list[Band] = []
        for start, end in self.items:
            found.append((low, _before(start)))
            low = _after(end)
        return Bands.of([*found, (low, HIGH)] if low <= HIGH else found)

    def whole(self) -> Bands:
        """The same whole numbers, each end moved onto one; empty where there is none."""
        return Bands.of((_up(low), _down(high)) for low, high in self.items)

    def __bool__(self) -> bool:
        return bool(self.items)

    def __str__(self) -> str:
        return ", ".join(_band_text(band) for band in self.items) or "∅"


def _after(bound: Bound) -> Bound:
    return (bound[0], bound[1] + 1)


def _before(bound: Bound) -> Bound:
    return (bound[0], bound[1] - 1)


def _up(bound: Bound) -> Bound:
    number, side = bound
    return bound if number == -inf else (floor(number) + 1 if side > 0 else ceil(number), 0)


def _down(bound: Bound) -> Bound:
    number, side = bound
    return bound if number == inf else (ceil(number) - 1 if side < 0 else floor(number), 0)


def _band_text(band: Band) -> str:
    (low, side), (high, other) = band
    if low == high:
        return str(low)
    left = "(−∞" if low == -inf else f"{'(' if side > 0 else '['}{low}"
    right = "+∞)" if high == inf else f"{high}{')' if other < 0 else ']'}"
    return f"{left}; {right}"


EVERYTHING = Bands(((LOW, HIGH),))
