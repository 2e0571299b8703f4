"""The calendar in whole numbers: days as their ordinals, and back, by arithmetic that every engine knows.

A day is the number that `date.toordinal` gives it, 1 for 1 January of the year 1, so that days compare, span
intervals and are shifted as numbers are. An engine is asked for the year and the day of the year of a cell, no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.division import floor_div
from shnor_engine.reasoning.columns.wholes import (
    ONE,
    ZERO,
    Whole,
    above,
    column,
    least,
    literal,
    minus,
    most,
    pick,
    plus,
    times,
)

FIRST, LAST = date.min.toordinal(), date.max.toordinal()
YEARS = 6_000_000  # what engines hold as a date lies in fewer years to both sides
STEP = 372  # twelve months of 31 days
EPOCH = 305  # 1 March of the year 0 is so many days before the day 0
Keep = Callable[[list[Whole]], list[Whole]]  # puts numbers into columns, so that none is reckoned twice


def ordinal_of(cell: nw.Expr) -> nw.Expr:
    """The ordinals of a column of dates, null where it is."""
    before = minus(column(cell.dt.year().cast(nw.Int64), -YEARS, YEARS), ONE)
    return plus(_days_of(before), column(cell.dt.ordinal_day().cast(nw.Int64), 1, 366)).expr


def _days_of(years: Whole) -> Whole:
    """How many days so many years have that end in their leap day, or begin with the year 1."""
    leaps = [(sign, floor_div(years, literal(each))) for sign, each in ((1, 4), (-1, 100), (1, 400))]
    found = times(years, literal(365))
    for sign, number in leaps:
        found = plus(found, number) if sign > 0 else minus(found, number)
    return found


@dataclass(frozen=True, slots=True)
class Civil:
    """A day as year, month (0 is March) and day of the month (0 is the first); years begin in March here.

    So the odd day of February is the last of its year.
    """

    year: Whole
    month: Whole
    day: Whole

    @property
    def counted(self) -> Whole:
        """All in one number, a year 372 long: a full year has passed where it has grown by so many."""
        months = plus(times(self.year, literal(STEP)), times(plus(self.month, literal(2)), literal(31)))
        return plus(months, self.day)

    @property
    def date(self) -> nw.Expr:
        """A column of dates."""
        late = above(self.month, literal(9))  # January and February are of the next year
        year = plus(self.year, pick(late, ONE, ZERO))
        month = minus(plus(self.month, literal(3)), pick(late, literal(12), ZERO))
        text: nw.Expr = nw.concat_str(
            [_digits(year, 4), _digits(month, 2), _digits(plus(self.day, ONE), 2)], separator="-"
        )
        return text.str.to_date(format="%Y-%m-%d")


def civil(days: Sequence[Whole], keep: Keep) -> list[Civil]:
    """Days by their ordinals, all of them at once."""
    from_march = [plus(_narrow(day), literal(EPOCH)) for day in days]
    centuries = keep([floor_div(plus(times(day, literal(4)), literal(3)), literal(146_097)) for day in from_march])
    left = keep([_after(*pair, 146_097) for pair in zip(from_march, centuries, strict=True)])
    years = keep([floor_div(plus(times(day, literal(4)), literal(3)), literal(1461)) for day in left])
    rest = keep([_between(_after(*pair, 1461), 0, 365) for pair in zip(left, years, strict=True)])
    months = keep([floor_div(plus(times(day, literal(5)), literal(2)), literal(153)) for day in rest])
    return [
        Civil(plus(times(century, literal(100)), year), month, _between(minus(day, _before(month)), 0, 30))
        for century, year, month, day in zip(centuries, years, months, rest, strict=True)
    ]


def _after(day: Whole, number: Whole, quarter: int) -> Whole:
    """The days after so many spans of time that are a quarter of so many days long."""
    return minus(day, floor_div(times(number, literal(quarter)), literal(4)))


def _before(month: Whole) -> Whole:
    """The days of the months of a year before this one."""
    return floor_div(plus(times(month, literal(153)), literal(2)), literal(5))


def _between(number: Whole, low: int, high: int) -> Whole:
    """A number known to lie in a range, whatever the parts it is made of could be by themselves."""
    return number if isinstance(number.of, int) else column(number.expr, low, high)


def _narrow(day: Whole) -> Whole:
    """A day within the calendar; what lies outside means nothing here and is brought to its edge."""
    if day.low < FIRST:
        day = most(day, literal(FIRST))
    return least(day, literal(LAST)) if day.high > LAST else day


def first_of_month(month: Whole) -> Whole:
    """The day on which a month begins, months counted from January of the year 0."""
    shifted = minus(month, literal(2))  # from March of the year 0
    years = floor_div(shifted, literal(12))
    inside = _between(minus(shifted, times(years, literal(12))), 0, 11)
    return plus(plus(_days_of(years), _before(inside)), literal(-EPOCH))


def _digits(number: Whole, many: int) -> nw.Expr:
    text: nw.Expr = (number.expr + 10**many).cast(nw.String).str.slice(1)
    return text
