"""Marginal scales in columns: what each bracket takes of the part of a number that lies inside it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any

from shnor_engine.law.brackets import Brackets
from shnor_engine.reasoning.columns.bits import Bit, either
from shnor_engine.reasoning.columns.epochs import Epochs, epochs
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.values import Value
from shnor_engine.reasoning.columns.wholes import (
    ZERO,
    End,
    Span,
    Uncompilable,
    e_pick,
    least,
    literal,
    minus,
    most,
    pick,
    plus,
    times,
)
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.marginals import Bracketed, Marginal
from shnor_engine.rules.tree import Expr

Rows = Sequence[tuple[Fraction, Fraction]]


def marginal(scope: Scope, expr: Marginal) -> Value:
    """What the scale takes of the number, by the brackets in force at each place."""
    item = scope.value(expr.item)
    law, scales = _scales(scope, expr.scale)
    found: Span | None = None
    fails: list[Bit] = [item.fail, law.fail]
    for epoch, rows in zip(law.every, scales, strict=True):
        if len({start for start, _ in rows}) < len(rows):
            fails.append(epoch.where)
        taken = _taken(item.span, rows)
        found = taken if found is None else _where(epoch.where, taken, found)
    return Value(found or Span(End(ZERO), End(ZERO)), item.present, either(*fails), item.loose)


def brackets(scope: Scope, expr: Bracketed) -> Value:
    """A scale by itself: no column holds one, only what it takes."""
    raise Uncompilable("the brackets of a scale stand in no column")


def _where(bit: Bit, this: Span, other: Span) -> Span:
    lo = e_pick(bit, this.lo, other.lo)
    return Span(lo, lo if this.single and other.single else e_pick(bit, this.hi, other.hi))


def _scales(scope: Scope, expr: Expr[Any]) -> tuple[Epochs, list[Rows]]:
    """The brackets of each epoch, ascending."""
    while isinstance(expr, nodes.ClauseRef):
        expr = scope.run.tree.clauses[expr.name]
    if isinstance(expr, Bracketed):
        law = epochs(scope, [part for row in expr.rows for part in row])
        pairs = [list(zip(epoch.values[::2], epoch.values[1::2], strict=True)) for epoch in law.every]
    else:
        law = epochs(scope, [expr])
        pairs = [_rows(epoch.values[0]) for epoch in law.every]
    return law, [sorted((Fraction(start), Fraction(rate)) for start, rate in rows) for rows in pairs]


def _rows(scale: Any) -> list[Any]:
    assert isinstance(scale, Brackets)
    return list(scale.rows)


def _taken(span: Span, rows: Rows) -> Span:
    """What is taken of both ends: it rises with the number where no rate is below zero."""
    if any(rate < 0 for _, rate in rows):
        raise Uncompilable("a marginal scale with a rate below zero")
    lo = _of(span.lo, rows)
    low = End(pick(span.lo.open, ZERO, lo.num), lo.den)  # below the first bracket nothing is taken
    if span.single and span.lo.open is False:
        return Span(lo, lo)
    hi = _of(span.hi, rows)
    if rows[-1][1] > 0:
        return Span(low, End(hi.num, hi.den, span.hi.open))
    top = sum((upper - start) * rate for (start, rate), (upper, _) in pairwise(rows))
    scale = hi.den.of
    if span.hi.open is not False and not isinstance(scale, int):
        raise Uncompilable("a marginal scale that ends, of a fraction without bound")
    return Span(low, End(pick(span.hi.open, _times_whole(top, scale), hi.num), hi.den))


def _times_whole(top: Fraction | int, scale: Any) -> Any:
    return literal(int(top * scale)) if isinstance(scale, int) else ZERO


def _of(end: End, rows: Rows) -> End:
    """The sum over the brackets of rate times the part inside, over one denominator."""
    starts = lcm(*(start.denominator for start, _ in rows))
    rates = lcm(*(rate.denominator for _, rate in rows))
    number, total = times(end.num, literal(starts)), ZERO
    uppers = [*(start for start, _ in rows[1:]), None]
    for (start, rate), upper in zip(rows, uppers, strict=True):
        if rate:
            capped = number if upper is None else least(number, _edge(end, upper, starts))
            part = most(minus(capped, _edge(end, start, starts)), ZERO)
            total = plus(total, times(part, literal(int(rate * rates))))
    return End(total, times(end.den, literal(starts * rates)))


def _edge(end: End, number: Fraction, starts: int) -> Any:
    return times(end.den, literal(int(number * starts)))
