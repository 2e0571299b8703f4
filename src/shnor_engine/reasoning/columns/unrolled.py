"""Windows as rows: which periods belong to which place, and the way back from sums over them to the places.

A small table of ordinals says it; what is read in those periods is read in a ground of its own, each period once
however many windows hold it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.tables import Frame, big_frame
from shnor_engine.reasoning.columns.time import earliest
from shnor_engine.reasoning.columns.wholes import Uncompilable
from shnor_engine.reasoning.reading import follow
from shnor_engine.rules.others import Decision
from shnor_engine.rules.status import Before, Status
from shnor_engine.rules.tree import Expr

MANY = 250_000
FROM, STEP, FIRST = "_from", "_step", "_first"
OTHERS = (Status, Before, Decision)
Steps: TypeAlias = "list[tuple[int, int, int]]"  # the period of the place, the number of the step, where it leads


def refuse_unread(scope: Scope, expr: Expr[Any], inside: Sequence[Expr[Any]]) -> None:
    """Raise where what is read in the periods also depends on the place from which it is read."""
    if scope.ground.held is not None and scope.ground.sure:
        raise Uncompilable("periods are looked at of rows that nobody reported")
    nodes = (node for item in inside for node in follow(scope.run.tree, item))
    if scope.run.outside.published and any(isinstance(node, OTHERS) for node in nodes):
        raise Uncompilable("states were published, which are read of other periods than the decided one")


def places_from(scope: Scope) -> Frame:
    """The places once, their period under FROM."""
    own = scope.looked.name
    rest = [nw.col(key) for key in scope.keys if key != own]
    return scope.places().select(*rest, nw.col(own).alias(FROM)).unique()


def with_first(scope: Scope, here: Frame, period: str) -> Frame:
    """The same with the first period that the facts of each draw speak of under FIRST, null where of none."""
    by = scope.run.by
    firsts, shared = scope.run.firsts(period)
    if firsts is None:
        return here.with_columns(nw.lit(shared, dtype=nw.Int64).alias(FIRST))
    told = firsts.select(FIRST, *(nw.col(name).alias(f"_by_{name}") for name in by))
    here = here.join(told, how="left", left_on=list(by), right_on=[f"_by_{name}" for name in by])
    return here if shared is None else here.with_columns(earliest(nw.col(FIRST), shared)[0].alias(FIRST))


def paired(scope: Scope, here: Frame, steps: Steps, name: str) -> Frame:
    """A row for each step from each place: what is said of the place, the number of the step, and where it leads."""
    if len(steps) > MANY:
        raise Uncompilable(f"windows that hold {len(steps)} periods in all")
    columns = {"_at": [row[0] for row in steps], STEP: [row[1] for row in steps], name: [row[2] for row in steps]}
    table = big_frame(scope.run.seed, columns)
    if not steps:  # a column of nothing has no type of its own
        table = table.select(*(nw.col(column).cast(nw.Int64) for column in columns))
    return here.join(table, how="inner", left_on=[FROM], right_on=["_at"])


def read_at(pairs: Frame, keys: Sequence[str], inner: Scope, inputs: Mapping[str, nw.Expr]) -> Frame:
    """The rows with what was read in each period."""
    on = {key: f"_on_{key}" for key in keys}
    named = [nw.col(key).alias(new) for key, new in on.items()]
    read = inner.ground.frame.select(*named, *(expr.alias(name) for name, expr in inputs.items()))
    return pairs.join(read, how="inner", left_on=list(on), right_on=list(on.values()))


def outer_keys(scope: Scope) -> list[str]:
    """The keys of the places among the rows."""
    return [FROM if key == scope.looked.name else key for key in scope.keys]


def put_back(scope: Scope, summed: Frame, names: Sequence[str]) -> dict[str, str]:
    """The columns of sums at the places here, null where a window holds nothing."""
    own, ground = scope.looked.name, scope.ground
    keys = [nw.col(key).alias(own) if key == FROM else nw.col(key) for key in outer_keys(scope)]
    columns = {name: ground.fresh(name) for name in names}
    ground.join(summed.select(*keys, *names), scope.keys, scope.look, columns)
    return columns
