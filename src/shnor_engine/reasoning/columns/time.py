"""Time in columns: `previous`, `within`, `in_each`, `at_least`. Each period of a short window is one look at it."""

from __future__ import annotations

from functools import reduce
from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import Bit, Truth, as_count, both, choose, either, k_and, no
from shnor_engine.reasoning.columns.periods import Look, among, gaps_of
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
from shnor_engine.reasoning.evaluate_time import measured
from shnor_engine.rules import over_time
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.periods import places_inside

LONGEST = 60  # periods that are looked at one by one; of more a window is unrolled into rows


def previous(scope: Scope, expr: nodes.Previous[Any]) -> Value:
    """The same expression so many periods earlier."""
    return scope.earlier(expr.steps).value(expr.item)


def within(scope: Scope, expr: over_time.Within[Any]) -> Value:
    """The same expression in the coarser period around."""
    return scope.around(expr.period).value(expr.item)


# --- windows ----------------------------------------------------------------------------------------


def at_least(scope: Scope, expr: nodes.AtLeast) -> Value:
    """Whether a truth holds in so many periods of a window (or in each)."""
    start, length, fails = window(scope, expr.window)
    if length.high > LONGEST:
        return _unrolled(scope, expr)
    kids = []
    for inside, look in looks(start, expr.window, length):
        kid = look.value(expr.item)
        kids.append((inside, kid.truth))
        fails.append(both(inside, kid.fail))
    if expr.least is None:
        return said(k_and(_within(inside, truth) for inside, truth in kids), *fails)
    held = _sum([both(inside, truth.yes) for inside, truth in kids])
    if all(truth.crisp for _, truth in kids):
        found = Span(end := End(held), end)
    else:
        found = Span(End(held), End(_sum([both(inside, truth.maybe) for inside, truth in kids])))
    return _enough(scope, expr.least, found, *fails)


def _unrolled(scope: Scope, expr: nodes.AtLeast) -> Value:
    """The same of a long window, each of its periods a row."""
    from shnor_engine.reasoning.columns.windows import periods

    if expr.least is None:
        return periods(scope, over_time.Periods("all", expr.window, expr.item, None))
    counted = periods(scope, over_time.Periods("count", expr.window, None, expr.item))
    return _enough(scope, expr.least, counted.span, counted.fail)


def _enough(scope: Scope, least: Any, found: Span, *fails: Bit) -> Value:
    needed = scope.value(least)
    if needed.present.yes is not True or needed.loose:
        raise Uncompilable("a number of periods that may be absent")
    return said(compare(">=", found, needed.span), needed.fail, *fails)


def _within(inside: Bit, truth: Truth) -> Truth:
    """The truth inside the window, true outside of it."""
    if truth.crisp:
        return Truth.of(either(no(inside), truth.yes))
    return Truth(either(no(inside), truth.yes), both(inside, truth.not_))


def _sum(bits: list[Bit]) -> Whole:
    return reduce(plus, (pick(bit, ONE, ZERO) for bit in bits), ZERO)


def start_of(scope: Scope, of: nodes.Window) -> Scope:
    """The place from which a window is counted back: in its own kind of periods."""
    return scope.around(of.kind) if of.kind and of.kind != scope.looked.kind else scope


def window(scope: Scope, of: nodes.Window) -> tuple[Scope, Whole, list[Bit]]:
    """Where a window begins, how many periods it holds, and where its length is none."""
    if of.inside:
        many = {place: len(places_inside(scope.looked.kind, place, of.inside)) for place in scope.places_in_time}
        return scope, literal(max(many.values())), []
    start = start_of(scope, of)
    if of.length is None:
        return start, _so_far(start, of.back), []
    length, fails = _length(start, of.length)
    return start, length, fails if start is scope else [*fails, scope.value(of.length).fail]


def looks(start: Scope, of: nodes.Window, length: Whole) -> list[tuple[Bit, Scope]]:
    """Each period of a window, and where the window holds it."""
    if not of.inside:
        steps = range(of.back, of.back + length.high)
        return [(above(length, literal(step - of.back)), start.earlier(step)) for step in steps]
    looked = start.looked
    every = {place: places_inside(looked.kind, place, of.inside) for place in looked.places}
    name = start.run.tree.period_keys[of.inside].name
    found = []
    for number in range(length.high):
        having = [place for place in looked.places if len(every[place]) > number]
        some = every[having[0]][number]
        at = tuple(every[place][number] if place in having else some for place in looked.at)
        bit = among(start.moment, looked.places, having)
        found.append((bit, start.at(Look(name, of.inside, at))))
    return found


def _length(scope: Scope, length: nodes.Expr[int]) -> tuple[Whole, list[Bit]]:
    value = scope.value(length)
    if not value.span.single or value.present.yes is not True or not value.span.lo.den.one:
        raise Uncompilable("a window whose length is not known everywhere")
    found = value.span.lo.num
    return found, [value.fail, no(above(found, ZERO))]


def _so_far(scope: Scope, back: int) -> Whole:
    """The periods from the first one that the facts speak of, without the `back` latest and declared gaps."""
    name = scope.looked.name
    first = scope.run.first_of(name)
    if first is None:
        return ZERO
    gaps = gaps_of(scope.period)
    most = max(len(measured(scope.period, first, scope.periods[1])) - back, 0)
    if not most:
        return ZERO
    if scope.run.by:
        begins, none = first_by(scope)
        count = choose(none, nw.lit(0, dtype=nw.Int64), since(scope.moment, begins, gaps) - back)
    else:
        before = first - 1 - sum(gap < first for gap in gaps)
        count = _up_to(scope.moment, gaps) - (before + back)
    return column(choose(count > 0, count, nw.lit(0, dtype=nw.Int64)), 0, most)


def since(place: nw.Expr, first: nw.Expr, gaps: list[int]) -> nw.Expr:
    """How many periods are measured from one to another; not above zero where that comes later."""
    return _up_to(place, gaps) - _up_to(first - 1, gaps)


def _up_to(place: nw.Expr, gaps: list[int]) -> nw.Expr:
    """How many periods are measured from the ordinal 1 to this one."""
    return reduce(lambda found, gap: found - as_count(place >= gap), gaps, place)


def first_by(scope: Scope) -> tuple[nw.Expr, Bit]:
    """The ordinal of the first period of which the facts of one draw speak, and where they speak of none."""
    ground, memo, period = scope.ground, scope.memo, scope.looked.name
    firsts, shared = scope.run.firsts(period)
    if firsts is None:
        return nw.lit(shared or 0, dtype=nw.Int64), shared is None
    if ("first", period) not in memo:
        name = ground.fresh("first")
        ground.join(firsts, scope.run.by, None, {"_first": name})
        memo["first", period] = name
    return earliest(nw.col(memo["first", period]), shared)


def earliest(own: nw.Expr, shared: int | None) -> tuple[nw.Expr, Bit]:
    """The first period of a draw beside that of facts which are the same in all, and where there is neither."""
    if shared is None:
        return own.fill_null(0), own.is_null()
    held = own.fill_null(shared)
    return choose(held < shared, held, nw.lit(shared, dtype=nw.Int64)), False
