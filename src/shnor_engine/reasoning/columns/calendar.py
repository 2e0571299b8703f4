"""The calendar in whole numbers: days as their ordinals, and back, by arithmetic that every engine knows.

A day is the number that `date.toordinal` gives it, 1 for 1 January of the year 1, so that days compare, span intervals
and are shifted as numbers are. Nothing here asks an engine about dates but year and day of the year of a cell.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.division import floor_div
from shnor_engine.reasoning.columns.wholes import ONE, Whole, column, least, literal, minus, most, plus, times

FIRST, LAST = date.min.toordinal(), date.max.toordinal()
YEARS = 6_000_000  # what engines hold as a date lies in fewer years to both sides
STEP = 372  # twelve months of 31 days: a year of `counted`
EPOCH = 305  # 1 March of the year 0 is so many days before the day 0
Keep = Callable[[Whole], Whole]  # puts a number into a column, so that what is reckoned from it is not reckoned twice


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


def counted(day: Whole, keep: Keep) -> Whole:
    """Year, month and day in one number, a year 372 long: a full year has passed where it has grown by so many.

    Years begin in March here, so that the odd day of February is the last.
    """
    days = keep(plus(_narrow(day), literal(EPOCH)))
    century = keep(floor_div(plus(times(days, literal(4)), literal(3)), literal(146_097)))
    left = keep(minus(days, floor_div(times(century, literal(146_097)), literal(4))))
    year = keep(floor_div(plus(times(left, literal(4)), literal(3)), literal(1461)))
    rest = keep(_between(minus(left, floor_div(times(year, literal(1461)), literal(4))), 0, 365))
    month = keep(floor_div(plus(times(rest, literal(5)), literal(2)), literal(153)))
    inside = _between(minus(rest, floor_div(plus(times(month, literal(153)), literal(2)), literal(5))), 0, 30)
    years = plus(times(century, literal(100)), year)
    return keep(plus(plus(times(years, literal(STEP)), times(plus(month, literal(2)), literal(31))), inside))


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
    days = floor_div(plus(times(inside, literal(153)), literal(2)), literal(5))
    return plus(plus(_days_of(years), days), literal(-EPOCH))


def dates(day: Whole, keep: Keep) -> nw.Expr:
    """A column of dates."""
    found = counted(day, keep)
    year = keep(floor_div(found, literal(STEP)))
    inside = keep(_between(minus(found, times(year, literal(STEP))), 0, STEP - 1))
    month = keep(floor_div(inside, literal(31)))
    rest = minus(inside, times(month, literal(31)))
    parts = [_digits(year, 4), _digits(plus(month, ONE), 2), _digits(plus(rest, ONE), 2)]
    text: nw.Expr = nw.concat_str(parts, separator="-")
    return text.str.to_date(format="%Y-%m-%d")


def _digits(number: Whole, many: int) -> nw.Expr:
    return (number.expr + 10**many).cast(nw.String).str.slice(1)
