"""Weights given away by what is missing, in columns: each row's weight with what the rows beside it send.

The rows beside a row are those that differ in one key. What they weigh and whether they are there is read once for
every place and every code of the table, and joined to the rows; then the table is applied as it is written, for each
code that it speaks of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import Bit, Truth, both, either, k_and, k_not, no
from shnor_engine.reasoning.columns.scope import Ground, Scope
from shnor_engine.reasoning.columns.tables import big_frame
from shnor_engine.reasoning.columns.values import Value, in_columns
from shnor_engine.reasoning.columns.wholes import (
    NIL,
    End,
    Span,
    Uncompilable,
    e_pick,
    hull,
    s_plus,
    s_times,
)
from shnor_engine.reasoning.evaluate_weights import that_matter
from shnor_engine.rules.weights import Reweight, Send


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """A row of the table of weights at each place: what it weighs, whether it is missing, where reading it fails."""

    weight: Value
    missing: Truth
    fail: Bit


def reweight(scope: Scope, expr: Reweight) -> Value:
    """The weight of a row after every row of the table was applied once, in its order."""
    if expr.fact in scope.blank or expr.key not in scope.ground.keys:
        raise Uncompilable(f"weights of rows whose {expr.key} nobody can name")
    held = nw.col(scope.key(expr.key))
    if scope.ground.frame.collect_schema()[expr.key] != nw.String:
        raise Uncompilable(f"weights of rows whose {expr.key} is a number")
    weight, present = scope.value(expr.weight), scope.value(expr.present)
    own = Beside(weight, k_not(present.truth), either(weight.fail, present.fail))
    named = list(
        dict.fromkeys(code for item in expr.moves for code in (item.source, *(to for to, _ in item.targets)))
    )
    beside = _rows_beside(scope, expr)
    found = _moved(scope, expr, "", {"": own})
    for code in named:
        rows = {one: own if one == code else beside[one] for one in that_matter(code, expr.moves)}
        found = _where(held == code, _moved(scope, expr, code, rows), found)
    return scope.ground.keep(found, "weight")


def _moved(scope: Scope, expr: Reweight, own: str, rows: Mapping[str, Beside]) -> Value:
    """What a row of this code weighs in the end; any number where one of the weights may not be there."""
    found = {code: row.weight.span for code, row in rows.items()}
    fails = [row.fail for row in rows.values()]
    for item in expr.moves:
        if item.source in rows:
            fails += _move(scope, item, rows[item.source].missing, found)
    there = both(*(row.weight.present.yes for row in rows.values()))
    span = found[own]
    if there is not True:
        span = Span(*(End(end.num, end.den, either(end.open, no(there))) for end in (span.lo, span.hi)))
    return Value(span, Truth(there, False, there is True), either(*fails))


def _move(scope: Scope, item: Send, missing: Truth, found: dict[str, Span]) -> list[Bit]:
    """One row of the table applied; where it fails."""
    amount, parts = found[item.source], {code: scope.value(part) for code, part in item.targets}
    found[item.source] = _either(missing, NIL, amount)
    for code, part in parts.items():
        if part.loose:
            raise Uncompilable("a part of a weight that is reckoned and may be absent")
        if code in found:
            found[code] = s_plus(found[code], _either(missing, s_times(amount, part.span), NIL))
    return [part.fail for part in parts.values()]


def _either(truth: Truth, this: Span, other: Span) -> Span:
    """One interval where a truth holds, the other where it does not, both where that is open."""
    if truth.crisp:
        return _picked(truth.yes, this, other)
    return _picked(truth.yes, this, _picked(truth.not_, other, hull(this, other)))


def _picked(bit: Bit, this: Span, other: Span) -> Span:
    lo = e_pick(bit, this.lo, other.lo)
    return Span(lo, lo if this.single and other.single else e_pick(bit, this.hi, other.hi))


def _where(bit: Bit, this: Value, other: Value) -> Value:
    yes = either(both(bit, this.present.yes), both(no(bit), other.present.yes))
    sure = this.present.yes is True and other.present.yes is True
    fail = either(both(bit, this.fail), both(no(bit), other.fail))
    return Value(_picked(bit, this.span, other.span), Truth(sure or yes, False, sure), fail)


# --- the rows beside ----------------------------------------------------------------------------------


def _rows_beside(scope: Scope, expr: Reweight) -> dict[str, Beside]:
    """The rows whose weight goes elsewhere when they are missing, by their codes, joined to the rows here."""
    ground, run = scope.ground, scope.run
    codes = [item.source for item in expr.moves]
    still = [name for name in ground.keys if name != expr.key]
    places = scope.places().select(*still).unique()
    every = places.join(big_frame(run.seed, {expr.key: codes}), how="cross").select(*ground.keys)
    inner = Scope(
        Ground(run, every, ground.keys, scope.periods if ground.periods else None, [expr.weight, expr.present]),
        beside=scope.beside,
    )
    read = _read(inner, expr)
    found = {}
    for code in codes:
        parts, new = [], {}
        for value in read:
            kept, columns = in_columns(value, lambda: ground.fresh("beside"))
            parts.append(kept)
            new |= columns
        if new:
            own = inner.ground.frame.filter(nw.col(expr.key) == code)
            chosen = own.select(*still, *(column.alias(name) for name, column in new.items()))
            ground.join(chosen, still, scope.back, {name: name for name in new})
        weight, missing = parts
        found[code] = Beside(weight, missing.truth, missing.fail)
    return found


def _read(inner: Scope, expr: Reweight) -> tuple[Value, Value]:
    """What such a row weighs, and whether it is missing: one that is surely not there is."""
    weight, present = inner.value(expr.weight), inner.value(expr.present)
    _, reported = inner.fields(inner.run.table(expr.fact))
    closed = inner.closed(expr.fact)
    exists = Truth.of(reported) if closed is True else Truth(reported, both(no(reported), closed))
    missing = k_not(k_and((exists, present.truth)))
    return weight, Value(missing, fail=either(weight.fail, present.fail))


def no_send(scope: Scope, expr: Send) -> Value:
    """A row of a table of weights by itself, which nobody reads."""
    raise Uncompilable("a row of a table of weights is read by its table only")
