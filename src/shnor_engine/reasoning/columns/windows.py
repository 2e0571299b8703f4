"""Aggregates over periods in columns: each period of each window a row, then the same group-by as over rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.bits import TRUE, Bit, Truth, both, either, no
from shnor_engine.reasoning.columns.folds import FOLD, Finish, Sum, Tally, read_back
from shnor_engine.reasoning.columns.law import asked, days_of, sets
from shnor_engine.reasoning.columns.periods import gaps_of, stepped
from shnor_engine.reasoning.columns.scope import Ground, Scope
from shnor_engine.reasoning.columns.tables import Frame
from shnor_engine.reasoning.columns.time import since, window
from shnor_engine.reasoning.columns.unrolled import (
    FIRST,
    FROM,
    MANY,
    STEP,
    Steps,
    outer_keys,
    paired,
    places_from,
    put_back,
    read_at,
    refuse_unread,
    with_first,
)
from shnor_engine.reasoning.columns.values import Value
from shnor_engine.reasoning.columns.wholes import Uncompilable, Whole, above, literal
from shnor_engine.reasoning.evaluate_time import earlier_place, measured
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.over_time import Periods
from shnor_engine.rules.periods import places_inside

LENGTH = "_length"


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
    """An aggregate with one row a period, reckoned together with those over the same window."""
    refuse_unread(scope, expr, [item for item in (expr.item, expr.filter) if item is not None])
    found = _unrolled(scope, expr)
    if id(expr) in found.reasons:
        raise found.reasons[id(expr)]
    get = read_back(found.columns)
    value = found.finish[id(expr)](get, None)
    return value.failing(*found.fails, above(get(found.failing[id(expr)]), literal(0)))


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
    of = every[0].window
    start, length, fails = window(scope, of)
    steps = _steps(scope, start, of, length.high)
    name = start.run.tree.period_keys[of.inside].name if of.inside else start.looked.name
    pairs = paired(scope, _here(scope, start, of, length), steps, name)
    if LENGTH in pairs.collect_schema():
        pairs = pairs.filter(nw.col(STEP) < nw.col(LENGTH))
    keys = tuple(name if key == scope.looked.name else key for key in scope.keys)
    places = [to for _, _, to in steps] or scope.places_in_time
    roots = [item for node in every for item in (node.filter, node.item) if item is not None]
    ground = Ground(scope.run, pairs.select(*keys).unique(), keys, (min(places), max(places)), roots)
    found = Unrolled(Scope(ground), pairs, keys, tuple(fails), Tally(max(length.high, 1)), {}, {}, {}, {})
    for node in every:
        try:
            _ask(found, node)
        except Uncompilable as reason:
            found.reasons[id(node)] = reason
    found.columns = _joined(scope, found)
    return found


def _steps(scope: Scope, start: Scope, of: nodes.Window, longest: int) -> Steps:
    """Which periods a window holds from each of those that stand here, at most."""
    places = scope.places_in_time
    if len(places) * longest > MANY:
        raise Uncompilable(f"a window of up to {longest} periods from {len(places)} of them")
    if of.inside:
        held = {place: places_inside(scope.looked.kind, place, of.inside) for place in places}
        return [(place, step, to) for place in places for step, to in enumerate(held[place])]
    leads, key, lengths = _leads(scope, start), start.period, _lengths(start, of)
    return [
        (place, step, earlier_place(key, leads[place], of.back + step))
        for place in places
        for step in range(longest if lengths is None else lengths[leads[place]])
    ]


def _leads(scope: Scope, start: Scope) -> dict[int, int]:
    """From where a window is counted back, by the period that stands here."""
    return dict(zip(scope.looked.at, start.looked.at, strict=True))


def _lengths(start: Scope, of: nodes.Window) -> Mapping[int, int] | None:
    """How many periods a window holds from each one, where nothing but the period says so; else None."""
    run, places = start.run, start.places_in_time
    if of.length is None:
        first = run.first_of(start.looked.name)
        held = {place: [] if first is None else measured(start.period, first, place) for place in places}
        return None if run.by else {place: max(len(every) - of.back, 0) for place, every in held.items()}
    if isinstance(of.length, nodes.Constant):
        return dict.fromkeys(places, max(of.length.value, 0))
    if not isinstance(of.length, nodes.ParamRef):
        return None
    if any(sets(run.law, region, of.length.param.key) for region in run.zones.regions):
        return None
    said = {place: asked(start, of.length, day, None) or 0 for place, day in days_of(start, of.length).items()}
    return {place: max(said.get(place, next(iter(said.values()))), 0) for place in places}


def _here(scope: Scope, start: Scope, of: nodes.Window, length: Whole) -> Frame:
    """The places once; with the length of the window where the table of its steps does not say it."""
    if of.inside or _lengths(start, of) is not None:
        return places_from(scope)
    if of.length is None:  # each draw has a first period of its own
        leads = _leads(scope, start)
        here = with_first(scope, places_from(scope), start.looked.name)
        moment = stepped(nw.col(FROM), list(leads), list(leads.values()))
        count = since(moment, nw.col(FIRST), gaps_of(start.period)) - of.back
        return here.with_columns(count.fill_null(0).alias(LENGTH))
    moment = scope.moment
    rest = [nw.col(key) for key in scope.keys if key != scope.looked.name]
    return scope.ground.frame.select(*rest, moment.alias(FROM), length.expr.alias(LENGTH)).unique()


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
    rows = read_at(found.pairs, found.keys, found.inner, tally.inputs)
    summed = rows.group_by(*outer_keys(scope)).agg(*(expr.alias(name) for name, expr in tally.asked.items()))
    columns = put_back(scope, summed, tuple(tally.asked))
    filled = [nw.col(new).fill_null(0).cast(nw.Int64).alias(new) for new in columns.values()]
    ground.frame = ground.frame.with_columns(*filled)
    return columns
