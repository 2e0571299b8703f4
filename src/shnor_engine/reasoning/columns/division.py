"""Whole quotients in columns: exact on every engine, also on those that divide in floating point.

What is left over is taken away first, so that the division comes out even; an even quotient below 2^50 is exact in
floating point too, and is brought back to the whole number that it is.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.wholes import TooWide, Uncompilable, Whole, column, literal, minus, plus, times

EXACT = 2**50


def floor_div(a: Whole, b: Whole) -> Whole:
    """The largest whole number not above a / b, for a divisor above zero."""
    if b.low <= 0:
        raise Uncompilable("a divisor that may not be above zero")
    if isinstance(a.of, int) and isinstance(b.of, int):
        return literal(a.of // b.of)
    if b.one:
        return a
    lift = max(0, -(a.low // b.low))  # engines differ in what is left over below zero, so nothing is below zero
    raised = plus(a, times(b, literal(lift))) if lift else a
    found = _even(raised, b)
    return minus(found, literal(lift)) if lift else found


def _even(a: Whole, b: Whole) -> Whole:
    low, high = max(a.low, 0) // b.high, a.high // b.low
    if high > EXACT:
        raise TooWide(f"a quotient may be as large as {high}")
    quotient = (a.expr - a.expr % b.of) / b.expr
    return column(quotient.round(0).cast(nw.Int64), low, high)


def ceil_div(a: Whole, b: Whole) -> Whole:
    """The smallest whole number not below a / b, for a divisor above zero."""
    return minus(literal(0), floor_div(minus(literal(0), a), b))
