"""Days in columns: the decision day, the ends of the period, shifts, full years and days from one to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import Bit, as_expr, both, either, k_and, no
from shnor_engine.reasoning.columns.calendar import FIRST, LAST, STEP, Keep, civil, first_of_month
from shnor_engine.reasoning.columns.division import ceil_div, floor_div
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.values import Value
from shnor_engine.reasoning.columns.wholes import (
    ONE,
    ZERO,
    End,
    Span,
    Whole,
    above,
    at_least,
    column,
    end_of,
    exactly,
    least,
    literal,
    minus,
    most,
    pick,
    plus,
    s_minus,
    s_plus,
    times,
)
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.dates import Between, DecisionDay, PeriodDay
from shnor_engine.rules.periods import around, first_day, ordinal, period_at

MONTHS = (12, 9999 * 12 + 11)  # of the calendar, counted from January of the year 0


def decision_day(scope: Scope, expr: DecisionDay) -> Value:
    """The day of the decision."""
    return Value(exactly(end_of(scope.run.on.toordinal())))


def period_day(scope: Scope, expr: PeriodDay) -> Value:
    """The first or the last day of the period here; it fails where the calendar ends before."""
    place = column(scope.moment, *scope.periods)
    length, origin = _months(scope.looked.kind)
    if expr.which == "end":
        place = plus(place, ONE)
    month = plus(times(place, literal(length)), literal(origin))
    fail = either(above(literal(MONTHS[0]), month), above(month, literal(MONTHS[1])))
    day = first_of_month(month)
    return Value(exactly(End(minus(day, ONE) if expr.which == "end" else day)), fail=fail)


def _months(kind: str) -> tuple[int, int]:
    """How many months a period of a kind has, and in which month that with the ordinal 0 begins."""
    place = ordinal(kind, around(kind, date(2000, 1, 1)))
    here, after = (first_day(kind, period_at(kind, at)) for at in (place, place + 1))
    first, second = (day.year * 12 + day.month - 1 for day in (here, after))
    return second - first, first - (second - first) * place


# --- shifts ---------------------------------------------------------------------------------------


def shift(scope: Scope, expr: nodes.DayShift) -> Value:
    """A day so many days later or earlier; it fails by parts of a day, and where it surely leaves the calendar.

    Where it is not surely there it does not fail, and may be any day.
    """
    day, days = scope.value(expr.day), scope.value(expr.days)
    present = k_and((day.present, days.present))
    broken = either(*(_is_broken(end) for end in (days.span.lo, days.span.hi)))
    moved = {"+": s_plus, "-": s_minus}[expr.op](day.span, _whole(days.span))
    gone = either(_beyond(moved.hi, below=True), _beyond(moved.lo, below=False))
    odd = either(broken, gone)
    fail = either(day.fail, days.fail, both(present.yes, odd))
    return Value(_in_calendar(moved, both(no(present.yes), odd)), present, fail, day.loose or days.loose)


def _is_broken(end: End) -> Bit:
    """Where an end is no whole number."""
    if end.den.one:
        return False
    return both(no(end.open), end.num.expr % end.den.of != 0)


def _whole(span: Span) -> Span:
    """The interval in whole numbers, where both ends are."""
    if span.lo.den.one and span.hi.den.one:
        return span
    lo = End(floor_div(span.lo.num, span.lo.den), open=span.lo.open)
    return Span(lo, lo if span.single else End(floor_div(span.hi.num, span.hi.den), open=span.hi.open))


def _beyond(end: End, *, below: bool) -> Bit:
    """Where a day lies before the calendar, or after it."""
    out = above(literal(FIRST), end.num) if below else above(end.num, literal(LAST))
    return both(no(end.open), out)


def _in_calendar(span: Span, nothing: Bit) -> Span:
    """The days of an interval that a calendar holds; an end beyond it is open, both where nothing is said."""
    if span.single and nothing is False:
        return exactly(End(_day(span.lo.num), open=span.lo.open))
    out = (False, False) if span.single else (_beyond(span.lo, below=True), _beyond(span.hi, below=False))
    ends = (
        End(_day(end.num), open=either(end.open, bit, nothing))
        for end, bit in zip((span.lo, span.hi), out, strict=True)
    )
    return Span(*ends)


def _day(number: Whole) -> Whole:
    if number.low < FIRST:
        number = most(number, literal(FIRST))
    return least(number, literal(LAST)) if number.high > LAST else number


# --- from one day to another ----------------------------------------------------------------------


def between(scope: Scope, expr: Between) -> Value:
    """Full years or days from one day to another; below zero where the second is earlier."""
    start, end = scope.value(expr.start), scope.value(expr.end)
    first, last = start.span, end.span
    found = s_minus(last, first) if expr.unit == "days" else _years(*_counted(scope, last, first))
    present = k_and((start.present, end.present))
    return Value(found, present, either(start.fail, end.fail), start.loose or end.loose)


def _counted(scope: Scope, *spans: Span) -> Iterator[Span]:
    """Days as numbers that grow by 372 from one anniversary to the next."""
    ends = {id(end): end for span in spans for end in (span.lo, span.hi)}
    numbers = civil([end.num for end in ends.values()], keeper(scope))
    made = {key: End(day.counted, open=ends[key].open) for key, day in zip(ends, numbers, strict=True)}
    yield from (Span(made[id(span.lo)], made[id(span.hi)]) for span in spans)


def _years(end: Span, start: Span) -> Span:
    """Full years between days so counted: it rises with the end and falls with the start."""
    apart = s_minus(end, start)
    lo = End(_full(apart.lo.num), open=apart.lo.open)
    return Span(lo, lo if apart.single else End(_full(apart.hi.num), open=apart.hi.open))


def _full(apart: Whole) -> Whole:
    """The years that are full, in both directions alike."""
    step = literal(STEP)
    if apart.low >= 0:
        return floor_div(apart, step)
    if apart.high <= 0:
        return ceil_div(apart, step)
    later = floor_div(most(apart, ZERO), step)
    return pick(at_least(apart, ZERO), later, ceil_div(least(apart, ZERO), step))


# --- in the answer --------------------------------------------------------------------------------


def keeper(scope: Scope) -> Keep:
    """What puts numbers into columns of their own here, all of them in one step."""

    def keep(numbers: list[Whole]) -> list[Whole]:
        names = [scope.ground.fresh("day") for _ in numbers]
        new = {name: item.expr for name, item in zip(names, numbers, strict=True) if not isinstance(item.of, int)}
        if new:
            scope.ground.frame = scope.ground.frame.with_columns(**new)
        return [
            column(nw.col(name), item.low, item.high) if name in new else item
            for name, item in zip(names, numbers, strict=True)
        ]

    return keep


def written(scope: Scope, clauses: Mapping[str, tuple[Span, Bit]]) -> dict[str, nw.Expr]:
    """The columns of clauses that are days, as dates; a clause comes with where it is surely there."""
    ends = {
        held: (end, both(there, no(end.open)))
        for name, (span, there) in clauses.items()
        for held, end in _named(name, span).items()
    }
    days = civil([end.num for end, _ in ends.values()], keeper(scope))
    found = {
        held: day.date if bit is True else nw.when(as_expr(bit)).then(day.date)
        for (held, (_, bit)), day in zip(ends.items(), days, strict=True)
    }
    both_open = {
        f"{name}__there": as_expr(there)
        for name, (span, there) in clauses.items()
        if not span.single and span.lo.open is not False and span.hi.open is not False
    }
    return found | both_open


def _named(name: str, span: Span) -> dict[str, End]:
    return {name: span.lo} if span.single else {f"{name}__lo": span.lo, f"{name}__hi": span.hi}
