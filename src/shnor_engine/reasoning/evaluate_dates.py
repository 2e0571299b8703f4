"""Days as intervals of ordinals: the decision day, the ends of a period, shifts, and the time between two days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import inf
from typing import TYPE_CHECKING

from shnor_engine.errors import RuleError
from shnor_engine.reasoning.evaluate_time import period_of
from shnor_engine.reasoning.evaluate_values import Reader
from shnor_engine.reasoning.trace import Context, Step
from shnor_engine.reasoning.values import ANY, Exact, Span, add, held, k_and, subtract
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.dates import Between, DecisionDay, PeriodDay
from shnor_engine.rules.periods import first_day, last_day

if TYPE_CHECKING:
    from shnor_engine.reasoning.evaluate import Evaluation

FIRST, LAST = date.min.toordinal(), date.max.toordinal()


def _decision_day(of: Evaluation, expr: DecisionDay, keys: Context) -> Step:
    return Step(expr, keys, held(of.on))


def _period_day(of: Evaluation, expr: PeriodDay, keys: Context) -> Step:
    key = period_of(of, keys)
    day = first_day if expr.which == "start" else last_day
    return Step(expr, keys, held(day(key.period, keys[key.name])))


def _shift(of: Evaluation, expr: nodes.DayShift, keys: Context) -> Step:
    kids = day, days = of.step(expr.day, keys), of.step(expr.days, keys)
    present = k_and(kid.present for kid in kids)
    try:
        _refuse_parts(days.value, expr)
        moved = add(day.value, days.value) if expr.op == "+" else subtract(day.value, days.value)
        return Step(expr, keys, _in_calendar(moved, expr), present, kids)
    except RuleError:
        if present is True:
            raise
        return Step(expr, keys, ANY, present, kids)  # as with a share: what may not be there breaks nothing


def _refuse_parts(days: Span, expr: nodes.DayShift) -> None:
    for end in days:
        if not isinstance(end, float) and end != int(end):
            raise RuleError(f"a day can be shifted by whole days, not by {end}; round the number", expr.where)


def _in_calendar(span: Span, expr: nodes.DayShift) -> Span:
    """The days that a calendar holds; an end beyond it is open. A day surely beyond is an error."""
    if span.hi < FIRST or span.lo > LAST:
        raise RuleError("this day lies outside the calendar (years 1 to 9999)", expr.where)
    return Span(-inf if span.lo < FIRST else span.lo, inf if span.hi > LAST else span.hi)


def _between(of: Evaluation, expr: Between, keys: Context) -> Step:
    kids = start, end = of.step(expr.start, keys), of.step(expr.end, keys)
    present = k_and(kid.present for kid in kids)
    if expr.unit == "days":
        return Step(expr, keys, subtract(end.value, start.value), present, kids)
    ends = (full_years(start.value.hi, end.value.lo), full_years(start.value.lo, end.value.hi))
    return Step(expr, keys, Span(*ends), present, kids)


def full_years(start: Exact, end: Exact) -> Exact:
    """Full years between two days given as ordinals: it rises with the end and falls with the start."""
    if isinstance(start, float) or isinstance(end, float):
        return -inf if start == inf or end == -inf else inf
    if end < start:
        return -full_years(end, start)
    first, last = date.fromordinal(int(start)), date.fromordinal(int(end))
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))


DATES: Mapping[type, Reader] = {
    DecisionDay: _decision_day,
    PeriodDay: _period_day,
    nodes.DayShift: _shift,
    Between: _between,
}
