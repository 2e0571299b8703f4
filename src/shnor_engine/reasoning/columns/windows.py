"""Aggregates over periods in columns: each period of each window a row, read once however many windows hold it.

`pairs` says which periods belong to which place, out of a small table of ordinals; `inner` is a ground of the periods
that occur in any of them, in which clauses stand as they do anywhere. Then it is the same group-by as over rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import TRUE, Bit, Truth, both, either, no
from shnor_engine.reasoning.columns.folds import FOLD, Finish, Sum, Tally, read_back
from shnor_engine.reasoning.columns.scope import Ground, Scope
from shnor_engine.reasoning.columns.tables import Frame, big_frame
from shnor_engine.reasoning.columns.time import window
from shnor_engine.reasoning.columns.values import Value
from shnor_engine.reasoning.columns.wholes import Uncompilable, above, literal
from shnor_engine.reasoning.evaluate_time import earlier_place
from shnor_engine.reasoning.reading import follow
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.others import Decision
from shnor_engine.rules.over_time import Periods
from shnor_engine.rules.periods import places_inside
from shnor_engine.rules.status import Before, Status

MANY = 250_000
FROM, TO, STEP, LENGTH = "_from", "_to", "_step", "_length"
Rows = list[tuple[int, int, int]]  # the period of the place, the number of the step, the period that it leads to


@dataclass(eq=False)
class Unrolled:
    """The periods of a window at every place of a scope, and what is reckoned over them."""

    inner: Scope
    pairs: Frame
    keys: tuple[str, ...]
    fails: tuple[Bit, ...]
    tally: Tally
    finish: dict[int, Finish]
    failing: dict[int, Sum]
    reasons: dict[int, Uncompilable]
    columns: Mapping[str, str]


def periods(scope: Scope, expr: Periods[Any]) -> Value:
    """An aggregate with one row a period."""
    return folded(scope, expr)


def folded(scope: Scope, expr: Periods[Any]) -> Value:
    """The aggregate, reckoned together with those over the same window."""
    if scope.ground.held is not None and scope.ground.sure:
        raise Uncompilable("periods are looked at of rows that nobody reported")
    if scope.run.outside.published and any(isinstance(node, OTHERS) for node in _under(scope, expr)):
        raise Uncompilable("states were published, which are read of other periods than the decided one")
    found = _unrolled(scope, expr)
    if id(expr) in found.reasons:
        raise found.reasons[id(expr)]
    get = read_back(found.columns)
    value = found.finish[id(expr)](get, None)
    return value.failing(*found.fails, above(get(found.failing[id(expr)]), literal(0)))


OTHERS = (Status, Before, Decision)


def _under(scope: Scope, expr: Periods[Any]) -> list[nodes.Expr[Any]]:
    inside = [item for item in (expr.item, expr.filter) if item is not None]
    return [node for item in inside for node in follow(scope.run.tree, item)]


def _unrolled(scope: Scope, expr: Periods[Any]) -> Unrolled:
    memo = scope.memo
    if ("window", id(expr), scope.look) not in memo:
        together = [node for node in scope.reached() if isinstance(node, Periods) and _same(node.window, expr.window)]
        every = list({id(node): node for node in [*together, expr]}.values())
        found = _of(scope, every)
        memo.update({("window", id(node), scope.look): found for node in every})
        memo["held", id(expr), scope.look] = every  # what an id names must not go away
    return memo["window", id(expr), scope.look]  # type: ignore[no-any-return]


def _same(one: nodes.Window, other: nodes.Window) -> bool:
    """Whether two windows surely hold the same periods."""
    plain = replace(one, length=None) == replace(other, length=None)
    return plain and (one.length is other.length or _literal(one) == _literal(other) is not None)


def _literal(of: nodes.Window) -> Any:
    return of.length.value if isinstance(of.length, nodes.Constant) else None


# --- the periods ------------------------------------------------------------------------------------


def _of(scope: Scope, every: list[Periods[Any]]) -> Unrolled:
    start, length, fails = window(scope, every[0].window)
    rows = _table(scope, start, every[0].window, length.high)
    pairs, name = _pairs(scope, start, every[0].window, length, rows)
    keys = tuple(name if key == scope.looked.name else key for key in scope.keys)
    places = [to for _, _, to in rows] or scope.places_in_time
    roots = [item for node in every for item in (node.filter, node.item) if item is not None]
    ground = Ground(scope.run, pairs.select(*keys).unique(), keys, (min(places), max(places)), roots)
    tally = Tally(max(length.high, 1))
    found = Unrolled(Scope(ground), pairs, keys, tuple(fails), tally, {}, {}, {}, {})
    for node in every:
        try:
            _ask(found, node)
        except Uncompilable as reason:
            found.reasons[id(node)] = reason
    found.columns = _joined(scope, found)
    return found


def _table(scope: Scope, start: Scope, of: nodes.Window, longest: int) -> Rows:
    """Which periods a window may hold from each of those that stand here."""
    if len(scope.places_in_time) * longest > MANY:
        raise Uncompilable(f"a window of up to {longest} periods from {len(scope.places_in_time)} of them")
    if of.inside:
        kind = scope.looked.kind
        return [
            (place, step, to)
            for place in scope.places_in_time
            for step, to in enumerate(places_inside(kind, place, of.inside))
        ]
    leads, key = dict(zip(scope.looked.at, start.looked.at, strict=True)), start.period
    return [
        (place, step, earlier_place(key, leads[place], of.back + step))
        for place in scope.places_in_time
        for step in range(longest)
    ]


def _pairs(scope: Scope, start: Scope, of: nodes.Window, length: Any, rows: Rows) -> tuple[Frame, str]:
    """A row for each period of the window of each place: the keys with that period, and the place's own under FROM."""
    inner = start.run.tree.period_keys[of.inside].name if of.inside else start.looked.name
    own = scope.looked.name
    fixed = of.inside or isinstance(length.of, int)
    scope.key(own)
    rest = [nw.col(key) for key in scope.keys if key != own]
    held = [] if fixed else [length.expr.alias(LENGTH)]
    here = scope.ground.frame.select(*rest, scope.moment.alias(FROM), *held).unique()
    columns = {
        "_at": [row[0] for row in rows],
        STEP: [row[1] for row in rows],
        TO: [row[2] for row in rows],
    }
    table = big_frame(scope.run.seed, columns)
    if not rows:  # a column of nothing has no type of its own
        table = table.select(*(nw.col(name).cast(nw.Int64) for name in columns))
    frame = here.join(table, how="inner", left_on=[FROM], right_on=["_at"])
    if not fixed:
        frame = frame.filter(nw.col(STEP) < nw.col(LENGTH))
    return frame.select(*rest, nw.col(FROM), nw.col(TO).alias(inner)), inner


# --- what is reckoned over them ---------------------------------------------------------------------


def _ask(found: Unrolled, node: Periods[Any]) -> None:
    inner, tally = found.inner, found.tally
    where = Value(TRUE) if node.filter is None else inner.value(node.filter)
    item = None if node.item is None else inner.value(node.item)
    fails = either(where.fail, False if item is None else both(where.truth.maybe, item.fail))
    counted = where.truth
    if item is not None and node.how not in ("any", "all"):  # what is known not to be in a period brings no row
        gone = item.present.not_
        counted = Truth(both(counted.yes, no(gone)), either(counted.not_, gone), counted.crisp)
    found.finish[id(node)] = FOLD[node.how](tally, counted, item)
    found.failing[id(node)] = tally.count(fails)


def _joined(scope: Scope, found: Unrolled) -> Mapping[str, str]:
    """The columns of the sums at the places here, zero where a window holds nothing."""
    tally, ground = found.tally, scope.ground
    if not tally.asked:
        return {}
    on = {key: f"_on_{key}" for key in found.keys}
    inputs = [expr.alias(name) for name, expr in tally.inputs.items()]
    read = found.inner.ground.frame.select(*(nw.col(key).alias(new) for key, new in on.items()), *inputs)
    rows = found.pairs.join(read, how="inner", left_on=list(on), right_on=list(on.values()))
    own = scope.looked.name
    outer = [FROM if key == own else key for key in scope.keys]
    summed = rows.group_by(*outer).agg(*(expr.alias(name) for name, expr in tally.asked.items()))
    columns = {name: ground.fresh(name) for name in tally.asked}
    ground.join(summed.select(*_named(outer, own), *tally.asked), scope.keys, scope.look, columns)
    filled = [nw.col(new).fill_null(0).cast(nw.Int64).alias(new) for new in columns.values()]
    ground.frame = ground.frame.with_columns(*filled)
    return columns


def _named(outer: list[str], own: str) -> list[nw.Expr]:
    return [nw.col(key).alias(own) if key == FROM else nw.col(key) for key in outer]
