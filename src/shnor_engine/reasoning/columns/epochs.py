"""Plain values of the law by epoch: which of them hold together in which periods and regions.

Where the law is part of the shape of a node (the edges of a table, a list of rows, a marginal scale), the node is
compiled once for each set of values that differs and chosen among by period and region.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from shnor_engine.errors import LawError
from shnor_engine.reasoning.columns.bits import Bit
from shnor_engine.reasoning.columns.law import COUNTRY, by_zone, sets
from shnor_engine.reasoning.columns.wholes import Uncompilable
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.tree import Expr

if TYPE_CHECKING:
    from shnor_engine.reasoning.columns.scope import Scope

MANY = 24
Line: TypeAlias = "tuple[tuple[Any, ...] | None, ...]"


@dataclass(frozen=True, slots=True, eq=False)
class Epoch:
    """Some values that hold together, and where they do."""

    where: Bit
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Epochs:
    """Every set of values that occurs, each place in one of them; `fail` where the law has no value."""

    every: tuple[Epoch, ...]
    fail: Bit


def epochs(scope: Scope, wanted: Sequence[Expr[Any]]) -> Epochs:
    """The values of literals and parameters, by period and region."""
    read = [_resolved(scope, expr) for expr in wanted]
    met = ("epochs", tuple(map(_named, read)), scope.look)
    memo = scope.ground.memo
    if met not in memo:
        memo[met] = _epochs(scope, read)
    return memo[met]  # type: ignore[no-any-return]


def _epochs(scope: Scope, read: Sequence[nodes.Constant[Any] | nodes.ParamRef[Any]]) -> Epochs:
    periods = _periods(scope, read)
    keys = [expr.param.key for expr in read if isinstance(expr, nodes.ParamRef)]
    apart = {
        place + 1: region
        for place, region in enumerate(scope.run.zones.regions)
        if any(sets(scope.run.law, region, key) for key in keys)
    }
    rest = _line(scope, read, periods, None)
    alike: dict[Line, list[int]] = {}
    for zone, region in apart.items():
        if (line := _line(scope, read, periods, region)) != rest:
            alike.setdefault(line, []).append(zone)
    lines = [*((tuple(zones), line) for line, zones in alike.items()), (None, rest)]
    found = list(dict.fromkeys(values for _, line in lines for values in line))
    if len(found) > MANY:
        raise Uncompilable(f"the law has {len(found)} different values here, by period and region")
    where = {
        values: by_zone(scope, periods, [(zones, tuple(one == values for one in line)) for zones, line in lines])
        for values in found
    }
    every = tuple(Epoch(where[values], values) for values in found if values is not None)
    return Epochs(every, where.get(None, False))


def _line(
    scope: Scope, read: Sequence[nodes.Constant[Any] | nodes.ParamRef[Any]], periods: list[int], region: str | None
) -> Line:
    """The values in each of the periods for a region; None where the law has none."""
    return tuple(_values(scope, read, period, region) for period in periods)


def _values(
    scope: Scope, read: Sequence[nodes.Constant[Any] | nodes.ParamRef[Any]], period: int, region: str | None
) -> tuple[Any, ...] | None:
    run = scope.run
    try:
        return tuple(
            expr.value
            if isinstance(expr, nodes.Constant)
            else run.law.value(expr.param, at=_day(scope, expr, period), as_known=run.as_known, region=region).value
            for expr in read
        )
    except LawError:
        return None


def _day(scope: Scope, expr: nodes.ParamRef[Any], period: int) -> date:
    if expr.day or expr.instant == "decision" or not scope.run.period:
        return expr.day or scope.run.on
    return scope.day(period)


def _periods(scope: Scope, read: Sequence[Expr[Any]]) -> list[int]:
    """The periods that can stand here, a single 0 where none of the values depends on the period."""
    timed = [expr for expr in read if isinstance(expr, nodes.ParamRef) and not expr.day and expr.instant == "period"]
    if not timed or not scope.run.period:
        return [COUNTRY]
    return scope.places_in_time


def _resolved(scope: Scope, expr: Expr[Any]) -> nodes.Constant[Any] | nodes.ParamRef[Any]:
    while isinstance(expr, nodes.ClauseRef):
        expr = scope.run.tree.clauses[expr.name]
    if not isinstance(expr, nodes.Constant | nodes.ParamRef):
        raise Uncompilable(f"a {type(expr).__name__} where the law is part of the shape")
    return expr


def _named(expr: nodes.Constant[Any] | nodes.ParamRef[Any]) -> tuple[Any, ...]:
    if isinstance(expr, nodes.Constant):
        return ("constant", type(expr.value).__name__, expr.value)
    return ("parameter", expr.param.key, expr.instant, expr.day)
