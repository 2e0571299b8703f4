"""Time in columns: `previous`, `in_each`, `at_least`. Each period of a window is one look further back."""

from __future__ import annotations

from functools import reduce
from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import Bit, Truth, both, choose, either, k_and, no
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.values import Value, said
from shnor_engine.reasoning.columns.wholes import (
    ONE,
    ZERO,
    End,
    Span,
    Uncompilable,
    Whole,
    above,
    column,
    compare,
    literal,
    pick,
    plus,
)
from shnor_engine.rules import tree as nodes

LONGEST = 60


def previous(scope: Scope, expr: nodes.Previous[Any]) -> Value:
    """The same expression so many periods earlier."""
    return scope.earlier(expr.steps).value(expr.item)


def at_least(scope: Scope, expr: nodes.AtLeast) -> Value:
    """Whether a truth holds in so many periods of a window (or in each)."""
    length, fails = _length(scope, expr.window)
    back = expr.window.back
    if length.high > LONGEST:
        raise Uncompilable(f"a window of up to {length.high} periods")
    kids = []
    for step in range(back, back + length.high):
        inside = above(length, literal(step - back))
        kid = scope.earlier(step).value(expr.item)
        kids.append((inside, kid.truth))
        fails.append(both(inside, kid.fail))
    if expr.least is None:
        return said(k_and(_within(inside, truth) for inside, truth in kids), *fails)
    return _counted(scope, expr.least, kids, fails)


def _within(inside: Bit, truth: Truth) -> Truth:
    """The truth inside the window, true outside of it."""
    if truth.crisp:
        return Truth.of(either(no(inside), truth.yes))
    return Truth(either(no(inside), truth.yes), both(inside, truth.not_))


def _counted(scope: Scope, least: Any, kids: list[tuple[Bit, Truth]], fails: list[Bit]) -> Value:
    needed = scope.value(least)
    if needed.present.yes is not True or needed.loose:
        raise Uncompilable("a number of periods that may be absent")
    held = _sum([both(inside, truth.yes) for inside, truth in kids])
    if all(truth.crisp for _, truth in kids):
        found = Span(end := End(held), end)
    else:
        found = Span(End(held), End(_sum([both(inside, truth.maybe) for inside, truth in kids])))
    return said(compare(">=", found, needed.span), needed.fail, *fails)


def _sum(bits: list[Bit]) -> Whole:
    return reduce(plus, (pick(bit, ONE, ZERO) for bit in bits), ZERO)


def _length(scope: Scope, window: nodes.Window) -> tuple[Whole, list[Bit]]:
    """How many periods the window holds, and where its length is none."""
    if window.length is None:
        return _so_far(scope, window.back), []
    value = scope.value(window.length)
    if not value.span.single or value.present.yes is not True or not value.span.lo.den.one:
        raise Uncompilable("a window whose length is not known everywhere")
    length = value.span.lo.num
    return length, [value.fail, no(above(length, ZERO))]


def _so_far(scope: Scope, back: int) -> Whole:
    """The periods from the first one that the facts speak of, without the `back` latest."""
    _, high = scope.periods
    period = nw.col(scope.key(scope.run.period))
    first = scope.run.first
    if first is None:
        return ZERO
    if scope.run.by:
        expr, none = first_by(scope)
        count = choose(none, nw.lit(0, dtype=nw.Int64), period - expr + (1 - back))
    else:
        count = period - first + (1 - back)
    most = max(high - first + 1 - back, 0)
    if high - first + 1 - back <= 0:
        return ZERO
    return column(choose(count > 0, count, nw.lit(0, dtype=nw.Int64)), 0, most) if most else ZERO


def first_by(scope: Scope) -> tuple[nw.Expr, Bit]:
    """The first period of which the facts of one draw speak, and where they speak of none."""
    ground, memo = scope.ground, scope.memo
    if "first" not in memo:
        frame = scope.run.firsts()
        name = ground.fresh("first")
        ground.join(frame, scope.run.by, 0, {"_first": name})
        memo["first"] = name
    expr = nw.col(memo["first"])
    return expr.fill_null(0), expr.is_null()
