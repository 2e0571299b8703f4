"""Rounded numbers in columns, by every mode that a law can state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shnor_engine.reasoning.columns.bits import both
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
    column,
    exactly,
    literal,
    minus,
    pick,
    plus,
    times,
)
from shnor_engine.rules.values import Round


def round_(scope: Scope, expr: Round[Any]) -> Value:
    """The number rounded to places after the point, both ends of an interval alike."""
    item = scope.value(expr.item)
    lo = rounded(item.span.lo, expr.places, expr.mode)
    span = exactly(lo) if item.span.single else Span(lo, rounded(item.span.hi, expr.places, expr.mode))
    return Value(span, item.present, item.fail, item.loose)


def rounded(end: End, places: int, mode: str) -> End:
    """A fraction rounded to places after the point (negative: before it); an open end stays open."""
    unit = literal(10 ** abs(places))
    if places >= 0:
        return End(_MODES[mode](times(end.num, unit), end.den), unit, end.open)
    return End(times(_MODES[mode](end.num, times(end.den, unit)), unit), open=end.open)


def _half_up(num: Whole, den: Whole) -> Whole:
    """A half goes away from zero."""
    if num.low >= 0:
        return _nearest(num, den)
    if num.high <= 0:
        return minus(ZERO, _nearest(minus(ZERO, num), den))
    below = above(ZERO, num)
    size = pick(below, minus(ZERO, num), num)
    found = _nearest(column(size.expr, 0, max(-num.low, num.high)), den)
    return pick(below, minus(ZERO, found), found)


def _nearest(num: Whole, den: Whole) -> Whole:
    """The nearest whole number, a half upwards."""
    return floor_div(plus(times(num, literal(2)), den), times(den, literal(2)))


def _half_even(num: Whole, den: Whole) -> Whole:
    """A half goes to the even neighbour."""
    found = _nearest(num, den)
    tie = _same(minus(times(found, times(den, literal(2))), plus(times(num, literal(2)), den)))
    odd = _same(minus(minus(found, times(floor_div(found, literal(2)), literal(2))), ONE))
    return minus(found, pick(both(tie, odd), ONE, ZERO))


def _same(difference: Whole) -> Any:
    if difference.low == difference.high:
        return difference.low == 0
    return difference.expr == 0


_MODES: Mapping[str, Callable[[Whole, Whole], Whole]] = {
    "half_up": _half_up,
    "half_even": _half_even,
    "floor": floor_div,
    "ceil": ceil_div,
}
