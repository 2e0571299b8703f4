"""How a municipality is graded from outside, as far as the log allows it to be computed.

Two schemes: the incentive monitoring (the best municipality of a region is 100, the others are held against it) and
the assessment of management mechanisms, part 1.2 on schools with low results (a point for each component).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Row = Mapping[str, Any]
BEST = 100


def incentive(
    values: Mapping[str, Fraction | int | None], *, lower_is_better: bool = False
) -> dict[str, Fraction | None]:
    """Points of each municipality for one indicator: 100·x/x_best, inversely where lower is better.

    Unknown stays None. Where the best value is 0, who has it gets 100 and everybody else 0.
    """
    known = [Fraction(value) for value in values.values() if value is not None]
    if any(value < 0 for value in known):
        raise ValueError("an indicator below 0 cannot be held against the best one")
    if not known:
        return dict.fromkeys(values)
    best = min(known) if lower_is_better else max(known)
    return {
        who: None if value is None else _points(Fraction(value), best, lower_is_better)
        for who, value in values.items()
    }


def _points(value: Fraction, best: Fraction, lower_is_better: bool) -> Fraction:
    if value == best:
        return Fraction(BEST)
    if best == 0 or value == 0:
        return Fraction(0)
    return BEST * (best / value if lower_is_better else value / best)


def ranks(points: Mapping[str, Fraction | None]) -> dict[str, int | None]:
    """The place of each municipality, equals sharing the better one; None without points."""
    known = sorted((value for value in points.values() if value is not None), reverse=True)
    return {who: None if value is None else known.index(value) + 1 for who, value in points.items()}


@dataclass(frozen=True, slots=True)
class CycleScore:
    """Points for the management cycle of one year: a point a component, None where the year is not recorded."""

    area: str
    year: int
    points: int | None
    of: int
    missing: tuple[str, ...]


def cycle_scores(rows: Sequence[Row]) -> list[CycleScore]:
    """The scores of the rows of the projection `management_cycle`, by area and year."""
    cells: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        cells.setdefault((row["area"], row["year"]), []).append(row)
    return [_score(area, year, parts) for (area, year), parts in cells.items()]


def _score(area: str, year: int, parts: Sequence[Row]) -> CycleScore:
    met = [row for row in parts if row["evidence"]]
    missing = tuple(row["component"] for row in parts if row["evidence"] is False)
    spoken = any(row["evidence"] is not None for row in parts)
    return CycleScore(area, year, len(met) if spoken else None, len(parts), missing)
