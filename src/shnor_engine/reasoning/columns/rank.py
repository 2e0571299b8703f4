"""Places within a group and cuts of it, in columns: one pass over the members, one over their numbers in order.

A number becomes a whole key that sorts exactly as it does: over one literal denominator the numerator, else the
number times so large a scale that two different fractions never share a whole part. Per group and key it is added up
how many members begin and end there, and added on in the order of the keys; a place is then two look-ups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.as_decided import as_decided
from shnor_engine.reasoning.columns.bits import TRUE, Bit, Truth, as_count, as_expr, both, choose, either, no
from shnor_engine.reasoning.columns.division import floor_div
from shnor_engine.reasoning.columns.law import sets
from shnor_engine.reasoning.columns.rounding import rounded
from shnor_engine.reasoning.columns.scope import Ground, Scope
from shnor_engine.reasoning.columns.tables import Frame, Table
from shnor_engine.reasoning.columns.values import Value
from shnor_engine.reasoning.columns.wholes import (
    End,
    Span,
    TooWide,
    Uncompilable,
    Whole,
    column,
    literal,
    s_times,
    times,
)
from shnor_engine.reasoning.reading import follow
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.ranking import Cut, Rank
from shnor_engine.rules.tree import Expr

SPREAD = 2**62


# --- a place and a cut ----------------------------------------------------------------------------


def rank(scope: Scope, expr: Rank) -> Value:
    """The interval of places that the number can take in its group."""
    table = _table(scope, expr)
    own, fails = scope.value(expr.item).fail, _group(scope, expr, table)["fail"]
    placed = _placed(scope, expr, table)
    is_open = no(_closed(scope, expr))
    reported, takes, sure = (nw.col(placed[name]).fill_null(False) for name in ("_held", "_takes", "_sure"))
    low, high = (column(nw.col(placed[name]).fill_null(1), 1, table.rows + 1) for name in ("_low", "_high"))
    span = Span(End(low), End(high, open=is_open))
    gone = both(no(takes), either(reported, no(is_open)))
    return Value(span, Truth(sure, gone), either(own, _some(fails)), loose=True)


def cut(scope: Scope, expr: Cut) -> Value:
    """The rounded share of the group's size."""
    table = _table(scope, expr)
    share, group = scope.value(expr.share), _group(scope, expr, table)
    sure, may = (column(nw.col(group[name]).fill_null(0), 0, table.rows) for name in ("sure", "may"))
    exact = s_times(share.span, Span(End(sure), End(may, open=no(_closed(scope, expr)))))
    span = Span(*(rounded(end, 0, _CUT[expr.rounding]) for end in (exact.lo, exact.hi)))
    return Value(span, share.present, either(share.fail, _some(group["fail"])), share.loose)


_CUT: dict[str, Any] = {"ceil": "ceil", "floor": "floor", "half_up": "half_up", "half_even": "half_even"}


def _some(name: str) -> nw.Expr:
    return nw.col(name).fill_null(0) > 0


# --- the group ------------------------------------------------------------------------------------


def _table(scope: Scope, expr: Rank | Cut) -> Table:
    """The fact's rows, one for each member; raises `Uncompilable` where others may be members too."""
    fact, run = expr.fact, scope.run
    if not set(fact.key_names()) <= set(scope.keys):
        raise Uncompilable(f"the group of a place whose own row of {fact.__name__} is not named by its keys")
    free = [key for key in fact.grain if key.name not in expr.by]
    closed = any(frame is None for _, frame in run.closings[fact])
    if any(key.listed is not None for key in fact.grain) or (all(key.declared for key in free) and not closed):
        raise Uncompilable("a group whose members are declared")
    read = {
        node.param.key
        for item in _inside(expr)
        for node in follow(run.tree, item)
        if isinstance(node, nodes.ParamRef)
    }
    if any(sets(run.law, region, key) for region in run.zones.regions for key in read):
        raise Uncompilable("members are compared by a value that regions set")
    table = run.table(fact)
    table.settle()
    return table


def _inside(expr: Rank | Cut) -> list[Expr[Any]]:
    """What is read of each member."""
    own = expr.item if isinstance(expr, Rank) else None
    return [item for item in (expr.filter, own) if item is not None]


def _closed(scope: Scope, expr: Rank | Cut) -> Bit:
    """Where nobody else can be a member: something closes the keys of the group."""
    named = {*scope.run.by, *expr.by}
    every = scope.run.closings[expr.fact]
    told = [scope.marked(names, frame) for names, frame in every if set(names) <= named]
    return either(*told, scope.in_gap(expr.fact, expr.by))


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """The rows of a fact as members of their groups: whether each is one, and where reading it fails."""

    scope: Scope
    is_one: Truth
    item: Value | None
    fail: Bit


def _members(scope: Scope, expr: Rank | Cut, table: Table) -> Members:
    memo, met = scope.ground.memo, ("members", id(expr))
    if met not in memo:
        periods = table.periods or scope.spanned
        inner = Scope(Ground(scope.run, table.frame, table.keys, periods, _inside(expr), own=expr.fact))
        where = Value(TRUE) if expr.filter is None else inner.value(expr.filter)
        item = as_decided(inner, expr.item) if isinstance(expr, Rank) else None
        fails = both(where.truth.maybe, item.fail) if item is not None else False
        memo[met] = Members(inner, where.truth, item, either(where.fail, fails))
    return memo[met]  # type: ignore[no-any-return]


def _keys(expr: Rank | Cut, table: Table) -> tuple[str, ...]:
    return (*table.by, *expr.by)


def _group(scope: Scope, expr: Rank | Cut, table: Table) -> dict[str, str]:
    """The columns of the group at the places here: members for sure and at most, and those that fail."""
    memo, met = scope.ground.memo, ("group", id(expr), scope.look)
    if met not in memo:
        members, keys = _members(scope, expr, table), _keys(expr, table)
        counted = {"sure": members.is_one.yes, "may": members.is_one.maybe, "fail": members.fail}
        rows = members.scope.ground.frame.select(*keys, *(as_count(bit).alias(name) for name, bit in counted.items()))
        sums = rows.group_by(*keys).agg(*(nw.col(name).sum().cast(nw.Int64) for name in counted))
        names = {name: scope.ground.fresh(name) for name in counted}
        scope.ground.join(sums, keys, scope.look, names)
        memo[met] = names
    return memo[met]  # type: ignore[no-any-return]


# --- the places -----------------------------------------------------------------------------------


def _placed(scope: Scope, expr: Rank, table: Table) -> dict[str, str]:
    """The columns of the member that stands at the places here: whether it takes a place, and which."""
    memo, met = scope.ground.memo, ("placed", id(expr), scope.look)
    if met not in memo:
        frame = _places(expr, table, _members(scope, expr, table))
        names = {name: scope.ground.fresh(name) for name in ("_held", "_takes", "_sure", "_low", "_high")}
        scope.ground.join(frame, table.keys, scope.look, names)
        memo[met] = names
    return memo[met]  # type: ignore[no-any-return]


def _places(expr: Rank, table: Table, members: Members) -> Frame:
    """A row for each member with its least and its greatest place."""
    assert members.item is not None
    lo, hi = _ends(members.item.span, expr.descending)
    takes = both(members.is_one.maybe, no(members.item.present.not_))
    sure = both(members.is_one.yes, members.item.present.yes)
    bits = {"_held": True, "_takes": takes, "_sure": sure}
    columns = [as_expr(bit).alias(name) for name, bit in bits.items()]
    frame = members.scope.ground.frame.with_columns(*columns, lo.alias("_lo"), hi.alias("_hi"))
    frame = frame.select(*table.keys, *bits, "_lo", "_hi")
    steps, keys = _steps(frame, _keys(expr, table)), _keys(expr, table)
    frame = _looked_up(frame, steps, keys, "_lo", ("_sure_to", "_sure_before"))
    frame = _looked_up(frame, steps, keys, "_hi", ("_all_to", "_all_before"))
    exact = nw.col("_lo") == nw.col("_hi")
    first = nw.col("_sure_before"), nw.col("_all_before") - choose(exact, 0, 1)
    last = nw.col("_sure_to") - choose(exact & nw.col("_sure"), 1, 0), nw.col("_all_to") - 1
    low = last[0] if expr.ties == "max" else first[0]
    high = first[1] if expr.ties == "min" else last[1]
    return frame.select(
        *table.keys,
        *bits,
        *(
            choose(nw.col("_takes"), place + 1, nw.lit(1, dtype=nw.Int64)).cast(nw.Int64).alias(name)
            for name, place in (("_low", low), ("_high", high))
        ),
    )


def _steps(frame: Frame, keys: Sequence[str]) -> Frame:
    """By group and key: how many members surely end, and how many may begin, up to there and before."""
    placed = frame.filter(nw.col("_takes"))
    ends = placed.select(
        *keys, nw.col("_hi").alias("_key"), nw.col("_sure").cast(nw.Int64).alias("_ends"), _zero().alias("_begin")
    )
    begins = placed.select(*keys, nw.col("_lo").alias("_key"), _zero().alias("_ends"), (_zero() + 1).alias("_begin"))
    here = (
        nw.concat([ends, begins], how="vertical")
        .group_by(*keys, "_key")
        .agg(nw.col("_ends").sum().cast(nw.Int64), nw.col("_begin").sum().cast(nw.Int64))
    )
    upto = {
        new: nw.col(name).cum_sum().over(*keys, order_by="_key").cast(nw.Int64)
        for name, new in (("_ends", "_sure_to"), ("_begin", "_all_to"))
    }
    added = here.with_columns(**upto)
    return added.with_columns(
        (nw.col("_sure_to") - nw.col("_ends")).alias("_sure_before"),
        (nw.col("_all_to") - nw.col("_begin")).alias("_all_before"),
    )


def _zero() -> nw.Expr:
    return (nw.col("_takes").cast(nw.Int64) * 0).cast(nw.Int64)  # a column, since some engines type a bare literal


def _looked_up(frame: Frame, steps: Frame, keys: Sequence[str], key: str, names: tuple[str, str]) -> Frame:
    on = {name: f"_on_{name}" for name in (*keys, "_key")}
    right = steps.select(*(nw.col(name).alias(new) for name, new in on.items()), *names)
    found = frame.join(right, how="left", left_on=[*keys, key], right_on=list(on.values()))
    return found.with_columns(*(nw.col(name).fill_null(0) for name in names))


def _ends(span: Span, descending: bool) -> tuple[nw.Expr, nw.Expr]:
    """Both ends as keys, the one nearer to the first place first; an open end lies beyond all others."""
    ends = (span.lo,) if span.single else (span.lo, span.hi)
    widest = max(end.den.high for end in ends)
    plain = all(end.den.of == widest for end in ends if isinstance(end.den.of, int)) and all(
        isinstance(end.den.of, int) for end in ends
    )
    keys = [end.num if plain else floor_div(times(end.num, literal(widest**2)), end.den) for end in ends]
    low, high = min(key.low for key in keys), max(key.high for key in keys)
    if max(-low, high) > SPREAD:
        raise TooWide(f"places by numbers that may lie anywhere in {low}..{high}")
    lo = _beyond(span.lo, keys[0], low - 1)
    hi = _beyond(span.hi, keys[-1], high + 1)
    return (0 - hi, 0 - lo) if descending else (lo, hi)


def _beyond(end: End, key: Whole, outside: int) -> nw.Expr:
    return key.expr if end.open is False else choose(end.open, nw.lit(outside, dtype=nw.Int64), key.expr)
