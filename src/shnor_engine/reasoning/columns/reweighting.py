"""Weights given away by what is missing, in columns: each row's weight with what the rows beside it send.

The rows beside a row are those that differ in one key. What they weigh and whether they are there is read once for
every place and every code of the table, and joined to the rows; then the table is applied as it is written, for each
code that it speaks of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import Bit, Truth, both, either, k_and, k_not, no
from shnor_engine.reasoning.columns.scope import Ground, Scope
from shnor_engine.reasoning.columns.tables import Frame, big_frame, staged
from shnor_engine.reasoning.columns.values import Value, in_columns
from shnor_engine.reasoning.columns.wholes import (
    NIL,
    ZERO,
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
    memo, met = scope.memo, ("reweight", id(expr), scope.look, scope.blank)
    if met not in memo:
        memo[met] = _reweighted(scope, expr)
    return memo[met]  # type: ignore[no-any-return]


def _reweighted(scope: Scope, expr: Reweight) -> Value:
    if expr.fact in scope.blank or expr.key not in scope.keys:
        raise Uncompilable(f"weights of rows whose {expr.key} nobody can name")
    held = nw.col(scope.key(expr.key))
    if scope.ground.frame.collect_schema()[expr.key] != nw.String:
        raise Uncompilable(f"weights of rows whose {expr.key} is a number")
    weight, present = scope.value(expr.weight), scope.value(expr.present)
    own = _kept(scope, weight, present)
    named = list(
        dict.fromkeys(code for item in expr.moves for code in (item.source, *(to for to, _ in item.targets)))
    )
    beside = _rows_beside(scope, expr)
    found = _moved(scope, expr, "", {"": own})
    for code in named:
        rows = {one: own if one == code else beside[one] for one in that_matter(code, expr.moves)}
        found = _where(held == code, _moved(scope, expr, code, rows), found)
    kept, new = in_columns(found, lambda: scope.ground.fresh("weight"))
    scope.ground.frame = staged(scope.run.seed, scope.ground.frame.with_columns(**new))
    return kept


def _kept(scope: Scope, weight: Value, present: Value) -> Beside:
    """The row itself, held in columns, since every code of the table reads it."""
    fail = either(weight.fail, present.fail)
    missing = scope.ground.keep(Value(k_not(present.truth), fail=fail), "missing")
    return Beside(scope.ground.keep(weight, "weight"), missing.truth, missing.fail)


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
    # what is given away is read by every target: it gets columns of its own
    amount = scope.ground.keep(Value(found[item.source]), "given").span
    parts = {code: scope.value(part) for code, part in item.targets}
    found[item.source] = _either(k_not(missing), amount)
    for code, part in parts.items():
        if part.loose:
            raise Uncompilable("a part of a weight that is reckoned and may be absent")
        if code in found:
            found[code] = s_plus(found[code], _either(missing, s_times(amount, part.span)))
    return [part.fail for part in parts.values()]


def _either(truth: Truth, span: Span) -> Span:
    """An interval where a truth holds, nothing where it does not, both where that is open."""
    if truth.crisp:
        return _picked(truth.yes, span, NIL)
    if span.lo.num.low >= 0 and span.hi.num.low >= 0:  # what may be nothing is so at least, and at most what it is
        least = e_pick(truth.yes, span.lo, End(ZERO, open=both(no(truth.not_), span.lo.open)))
        return Span(least, e_pick(truth.not_, NIL.lo, span.hi))
    return _picked(truth.yes, span, _picked(truth.not_, NIL, hull(span, NIL)))


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
    still = [name for name in scope.keys if name != expr.key]
    places = scope.places().select(*still).unique()
    every = places.join(big_frame(run.seed, {expr.key: codes}), how="cross").select(*scope.keys)
    inner = Scope(Ground(run, every, scope.keys, scope.spanned, [expr.weight, expr.present]), beside=scope.beside)
    read = _read(inner, expr)
    found, new = {}, dict[str, tuple[str, nw.Expr]]()
    for code in codes:
        weight, missing = (_noted(value, code, ground, new) for value in read)
        found[code] = Beside(weight, missing.truth, missing.fail)
    if new:
        ground.join(
            _spread(inner.ground.frame, expr.key, still, new), still, scope.look, {name: name for name in new}
        )
    return found


def _noted(value: Value, code: str, ground: Ground, new: dict[str, tuple[str, nw.Expr]]) -> Value:
    """A value read from columns of its own at the rows here, those of one code; notes what is to stand in them."""
    kept, columns = in_columns(value, lambda: ground.fresh("beside"))
    new.update({name: (code, expr) for name, expr in columns.items()})
    return kept


def _spread(frame: Frame, key: str, still: Sequence[str], new: Mapping[str, tuple[str, nw.Expr]]) -> Frame:
    """One row for each place out of one for each code: a column for what is wanted of each of them."""
    wide = frame.with_columns(**{name: expr for name, (_, expr) in new.items()})
    truths = [name for name, dtype in wide.collect_schema().items() if name in new and dtype == nw.Boolean]
    numbers = {
        name: nw.when(nw.col(key) == code).then(nw.col(name).cast(nw.Int64)) for name, (code, _) in new.items()
    }
    grouped = wide.select(*still, **numbers).group_by(*still).agg(*(nw.col(name).max() for name in new))
    return grouped.with_columns(*((nw.col(name) == 1).alias(name) for name in truths))


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
