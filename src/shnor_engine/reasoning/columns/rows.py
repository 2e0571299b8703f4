"""Aggregates over rows in columns: one group-by per fact and grain, shared by all clauses that stand there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import product
from typing import Any

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns import lists
from shnor_engine.reasoning.columns.bits import TRUE, UNKNOWN, Bit, Truth, as_expr, both, choose, either, k_and, no
from shnor_engine.reasoning.columns.folds import FOLD, Blank, Finish, Sum, Tally, read_back
from shnor_engine.reasoning.columns.scope import Ground, Scope, filtered
from shnor_engine.reasoning.columns.tables import POLARS, Table, big_frame, codes_of_key, collect
from shnor_engine.reasoning.columns.values import Value
from shnor_engine.reasoning.columns.wholes import ANY, Uncompilable, Whole, above, literal, minus
from shnor_engine.reasoning.evaluate import _self_contained
from shnor_engine.reasoning.evaluate_time import TIME
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.tree import Expr, kind_of


@dataclass
class Group:
    """All aggregates over one fact at one grain: the grouped frame and how each node is finished."""

    frame: Any
    names: tuple[str, ...]
    tally: Tally
    finish: dict[int, Finish] = field(default_factory=dict)
    fails: dict[int, Sum] = field(default_factory=dict)
    reasons: dict[int, Uncompilable] = field(default_factory=dict)
    reported: Sum | None = None
    every_place: bool = False  # whether the places to decide about are these groups, all of them


def rows(scope: Scope, expr: nodes.Rows[Any]) -> Value:
    """An aggregate over the rows that share the keys where the clause stands."""
    table = scope.run.table(expr.fact)
    if expr.fact in scope.blank:
        raise Uncompilable("rows inside rows that nobody reported")
    laid_out = _laid_out(scope, table)
    group = _group(scope, table, laid_out)
    if id(expr) in group.reasons:
        raise group.reasons[id(expr)]
    get = read_back(_joined(scope, table, group, laid_out))
    blank = None if laid_out else _blank(scope, expr, table, group)
    value = group.finish[id(expr)](get, blank)
    fail = above(get(group.fails[id(expr)]), literal(0))
    return value.failing(fail, lists.fails(scope, expr.fact), blank.fails if blank is not None else False)


# --- the group ------------------------------------------------------------------------------------


def _free(scope: Scope, fact: type[Fact]) -> tuple[str, ...]:
    return tuple(name for name in fact.key_names() if name not in scope.keys)


def _declared(scope: Scope, fact: type[Fact]) -> bool:
    """Whether every row that can exist here can be named."""
    return all(key.declared for key in fact.grain if key.name not in scope.keys)


def _laid_out(scope: Scope, table: Table) -> bool:
    """Whether rows that nobody reported must be looked at one by one: a closing or a clause tells them apart."""
    fact, here = table.fact, set(scope.keys)
    if not _declared(scope, fact) or not _free(scope, fact) or _closed_everywhere(scope, fact):
        return False
    apart = any(not set(names) <= here for names, _ in scope.run.closings[fact])
    return apart or not all(_alike(scope, node) for node in _nodes(scope, fact))


def _closed_everywhere(scope: Scope, fact: type[Fact]) -> bool:
    return any(frame is None for _, frame in scope.run.closings[fact])


def _alone(scope: Scope, expr: nodes.Rows[Any]) -> bool:
    """Whether what a row brings depends only on its own fields and on what stands above it."""
    inside = [item for item in (expr.item, expr.filter) if item is not None]
    here = frozenset(scope.keys)
    return all(_self_contained(item, expr.fact, here, scope.run.tree) for item in inside)


def _alike(scope: Scope, expr: nodes.Rows[Any]) -> bool:
    """Whether it does not matter either which of the rows that can be named it is."""
    return _alone(scope, expr) and all(
        not isinstance(inner, nodes.KeyRef) or inner.key in scope.keys for inner in _inside(scope, expr)
    )


def _nodes(scope: Scope, fact: type[Fact]) -> list[nodes.Rows[Any]]:
    met = ("rows", fact)
    memo = scope.memo
    if met not in memo:
        found = {id(node): node for node in scope.reached() if isinstance(node, nodes.Rows) and node.fact is fact}
        memo[met] = list(found.values())
    return memo[met]  # type: ignore[no-any-return]


def _group(scope: Scope, table: Table, laid_out: bool) -> Group:
    """The grouped rows; the same for every look back, unless the rows depend on where one looks from."""
    direct = set(scope.keys) <= set(table.keys) and not laid_out
    met = ("group", table.fact, scope.keys if direct else scope.look)
    memo = scope.memo
    if met not in memo:
        memo[met] = _grouped(scope, table, direct, laid_out)
    return memo[met]  # type: ignore[no-any-return]


def _grouped(scope: Scope, table: Table, direct: bool, laid_out: bool) -> Group:
    asked = _nodes(scope, table.fact)
    dated = lists.is_dated(table.fact, scope.keys)
    on_the_way = direct and not dated and _may_be_settled(scope, table)
    if not on_the_way:
        table.settle()
    roots: list[Expr[Any]] = [item for node in asked for item in (node.filter, node.item) if item is not None]
    ground = _inner(scope, table, roots, direct, laid_out)
    if dated:
        ground.frame = filtered(ground.frame, lists.stands(Scope(ground), table.fact, scope.keys))
    most = max(table.rows, 1) + (_universe_size(scope, table.fact).high if laid_out else 0)
    group = Group(None, scope.keys, Tally(most))
    for node in asked:
        try:
            _ask(Scope(ground), node, group)
        except Uncompilable as reason:
            group.reasons[id(node)] = reason
    if _declared(scope, table.fact) and not laid_out:
        group.reported = group.tally.count(True)
    if on_the_way and not _settled(scope, table, group, ground):
        return _grouped(scope, table, direct, laid_out)
    if group.frame is None and group.tally.asked:
        group.frame = _summed(scope, table, group, ground, direct)
    return group


def _summed(scope: Scope, table: Table, group: Group, ground: Ground, direct: bool) -> Any:
    """The group-by: what is added up becomes a column first, so that engines share what columns have in common.

    A period that all rows share is no key to group by: it is written down afterwards.
    """
    inputs = [expr.alias(name) for name, expr in group.tally.inputs.items()]
    keys = scope.keys
    apart = [name for name in keys if name != table.one_period] if direct else []
    frame = ground.frame.select(*(nw.col(key) for key in apart or keys), *inputs)
    summed = frame.group_by(*(apart or keys)).agg(*(expr.alias(name) for name, expr in group.tally.asked.items()))
    if len(apart) in (0, len(keys)):
        return summed
    assert table.periods is not None
    return summed.with_columns(nw.lit(table.periods[0], dtype=nw.Int64).alias(table.one_period))


# --- two rows of one grain, found out while adding up -----------------------------------------------

MANY = 16
FIRST = 10_000


def _may_be_settled(scope: Scope, table: Table) -> bool:
    """Whether the group-by itself can tell that no key repeats, which spares a pass over all rows.

    It runs at once, so only where the engine is this process; and only where rows differ in one key of few values.
    """
    if table.settled or not table.frame.implementation.is_polars() or len(_free(scope, table.fact)) != 1:
        return False
    later = (*TIME, nodes.Rows)
    return not any(isinstance(inner, later) for node in _nodes(scope, table.fact) for inner in _inside(scope, node))


def _inside(scope: Scope, node: nodes.Rows[Any]) -> Iterator[Expr[Any]]:
    """Every node that a row of an aggregate reads."""
    for item in (node.filter, node.item):
        if item is not None:
            yield from Ground(scope.run, scope.run.seed, (), None, (item,)).reached()


def _settled(scope: Scope, table: Table, group: Group, ground: Ground) -> bool:
    """Adds up, and says whether no key repeated; if one may have, the table is settled and all is to do again.

    Each value of the free key is a power of two: a sum of as many of them as there are rows has that many bits set
    exactly where they all differ. A value that the first rows do not show adds nothing, and is found out so too.
    """
    (free,) = _free(scope, table.fact)
    among = next(codes_of_key(key) for key in table.fact.grain if key.name == free)
    found = among or [row[free] for row in collect(table.frame.select(free).head(FIRST).unique())]
    if not 0 < len(found) <= MANY or not group.tally.asked:
        table.settle()
        return False
    group.tally.inputs["power"] = reduce(
        lambda rest, place: choose(nw.col(free) == found[place], nw.lit(2**place, dtype=nw.Int64), rest),
        range(len(found)),
        nw.lit(0, dtype=nw.Int64),
    )
    group.tally.asked |= {"power": nw.col("power").sum(), "rows": nw.len()}
    done = _summed(scope, table, group, ground, True).collect(**POLARS)
    summed = done.lazy()
    bits = [nw.col("power") // 2**place % 2 for place in range(len(found))]
    strange = (nw.col("rows") > len(found)) | (sum(bits[1:], bits[0]) != nw.col("rows"))
    for key in scope.keys:
        strange = strange | nw.col(key).is_null()
    if collect(summed.select(strange.cast(nw.Int64).sum().alias("count")))[0]["count"]:
        table.settle()
        return False
    del group.tally.asked["power"]
    table.settled, table.grouped, group.frame = True, summed, summed
    group.every_place = scope.ground.all_of(table, done.shape[0])
    return True


def _ask(inner: Scope, node: nodes.Rows[Any], group: Group) -> None:
    if node.how not in FOLD:
        raise Uncompilable(f"rows folded by {node.how} are read row by row")
    where = Value(TRUE) if node.filter is None else inner.value(node.filter)
    held = inner.ground.held
    exists = TRUE if held is None else Truth(nw.col(held), False)
    counted = k_and((exists, where.truth))
    item = None if node.item is None else inner.value(node.item)
    if item is not None and not isinstance(item.content, Truth) and node.how in ("any", "all"):
        raise Uncompilable("a truth over rows of no truth")
    group.finish[id(node)] = FOLD[node.how](group.tally, counted, item)
    inside = False if item is None else both(counted.maybe, item.fail)
    group.fails[id(node)] = group.tally.count(either(where.fail, inside))


def _inner(scope: Scope, table: Table, roots: list[Expr[Any]], direct: bool, laid_out: bool) -> Ground:
    """The rows as a ground of their own."""
    run, fact = scope.run, table.fact
    if direct:
        return Ground(run, table.frame, table.keys, table.periods or scope.spanned, roots, own=fact)
    keys = (*scope.keys, *_free(scope, fact))
    shared = [name for name in table.keys if name in scope.keys]
    periods = scope.spanned or table.periods
    places = scope.places()
    if laid_out:
        return _every_row(scope, table, roots, keys, periods)
    if shared:
        frame = places.join(table.frame, how="inner", left_on=shared, right_on=shared)
    else:
        frame = places.join(table.frame, how="cross")
    return Ground(run, frame, keys, periods, roots, own=fact)


def _every_row(
    scope: Scope, table: Table, roots: list[Expr[Any]], keys: tuple[str, ...], periods: tuple[int, int] | None
) -> Ground:
    """Every row of the declared universe that was reported, or that nobody reported and nothing closed."""
    fact = table.fact
    universe = big_frame(scope.run.seed, _universe(scope, fact))
    ground = Ground(scope.run, scope.places().join(universe, how="cross"), keys, periods, roots)
    inner = Scope(ground)
    closed = inner.closed(fact)
    columns, reported = inner.fields(table)
    held = ground.fresh("reported")
    named = [nw.col(new).alias(old) for old, new in columns.items()]
    frame = ground.frame.with_columns(as_expr(reported).alias(held), *named)
    frame = filtered(frame, either(nw.col(held), no(closed)))
    return Ground(scope.run, frame, keys, periods, roots, own=fact, held=held)


def _universe(scope: Scope, fact: type[Fact]) -> dict[str, list[str]]:
    """A column for each free key: every row that can be named at any of the places."""
    free = [key for key in fact.grain if key.name in _free(scope, fact)]
    every = list(product(*(lists.codes_here(scope, key) for key in free)))
    return {key.name: [row[place] for row in every] for place, key in enumerate(free)}


def _universe_size(scope: Scope, fact: type[Fact]) -> Whole:
    return lists.size(scope, [key for key in fact.grain if key.name in _free(scope, fact)])


def _joined(scope: Scope, table: Table, group: Group, laid_out: bool) -> dict[str, str]:
    """The columns of the grouped sums at the places here, zero where there is no row."""
    met = ("joined", table.fact, scope.look)
    memo, ground = scope.memo, scope.ground
    if met not in memo:
        columns = {name: ground.fresh(name) for name in group.tally.asked}
        if columns and group.every_place and scope.here and ground.unseen:
            whole = [nw.col(name).cast(nw.Int64).alias(new) for name, new in columns.items()]
            ground.frame = group.frame.select(*ground.keys, *whole)
        elif columns:
            ground.join(group.frame, scope.keys, scope.look, columns)
            filled = [nw.col(name).fill_null(0).cast(nw.Int64).alias(name) for name in columns.values()]
            ground.frame = ground.frame.with_columns(*filled)
        memo[met] = columns
    return memo[met]  # type: ignore[no-any-return]


# --- rows that nobody reported --------------------------------------------------------------------


def _blank(scope: Scope, expr: nodes.Rows[Any], table: Table, group: Group) -> Blank | None:
    """What unreported rows may bring here; None where there can be none."""
    fact = expr.fact
    closed = scope.closed(fact)
    if closed is True:
        return None
    if not _declared(scope, fact):
        if not _alone(scope, expr):
            item = None if expr.item is None else Value(UNKNOWN if kind_of(expr.item) == "truth" else ANY)
            return Blank(no(closed), None, UNKNOWN, item or Value(UNKNOWN))
        return _read_blank(scope, expr, no(closed), None)
    get = read_back(_joined(scope, table, group, False))
    assert group.reported is not None
    size = _universe_size(scope, fact)
    reported = get(replace(group.reported, high=max(size.high, 1)))
    missing = minus(size, reported)
    return _read_blank(scope, expr, both(no(closed), above(missing, literal(0))), missing)


def _read_blank(scope: Scope, expr: nodes.Rows[Any], here: Bit, number: Any) -> Blank:
    """One unreported row, read where the clause stands: its fields span their bounds."""
    free = _free(scope, expr.fact)
    inside = replace(scope, blank=scope.blank | {expr.fact}) if free else scope
    where = Value(TRUE) if expr.filter is None else inside.value(expr.filter)
    item = None if expr.item is None else inside.value(expr.item)
    counted = Truth(False, where.truth.not_)
    return Blank(here, number, counted, item, where.fail)
