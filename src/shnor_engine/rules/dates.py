"""Days: the day of the decision, the ends of the period, and the time between two days.

Years are full years: the number of anniversaries that have passed. Who began on 29 February completes a year on
1 March of a common year. Backwards both count below zero: `years_between(a, b)` is minus `years_between(b, a)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Literal

from shnor_engine.rules.tree import DateLike, Expr, Kind, day


@dataclass(frozen=True, eq=False)
class DecisionDay(Expr[date]):
    """The day of the decision."""

    kind: ClassVar[Kind | None] = "date"


@dataclass(frozen=True, eq=False)
class PeriodDay(Expr[date]):
    """The first or the last day of the period where the clause stands."""

    kind: ClassVar[Kind | None] = "date"
    which: Literal["start", "end"]


@dataclass(frozen=True, eq=False)
class Between(Expr[int]):
    """Full years or days from one day to another; below zero where the second is earlier."""

    kind: ClassVar[Kind | None] = "number"
    unit: Literal["years", "days"]
    start: Expr[date]
    end: Expr[date]


class _Period:
    """`period.start` and `period.end`."""

    @property
    def start(self) -> Expr[date]:
        """The first day of the period where the clause stands."""
        return PeriodDay("start")

    @property
    def end(self) -> Expr[date]:
        """The last day of the period where the clause stands; its instant."""
        return PeriodDay("end")


period: Final = _Period()
on: Final[Expr[date]] = DecisionDay()
"""The day of the decision."""


def years_between(start: DateLike, end: DateLike) -> Expr[int]:
    """Full years from one day to another, as one counts an age; see the head of this module for 29 February."""
    return Between("years", day(start), day(end))


def days_between(start: DateLike, end: DateLike) -> Expr[int]:
    """Days from one day to another: 1 from a day to the next."""
    return Between("days", day(start), day(end))
