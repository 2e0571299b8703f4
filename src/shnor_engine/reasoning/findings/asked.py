"""On which days a rule can ask for a value: a branch that a day opens or closes asks within it only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from shnor_engine.reasoning.reading import every_tree, parameter_refs
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.dates import PeriodDay
from shnor_engine.rules.over_time import Periods, Run, Within
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.status import Status
from shnor_engine.rules.tree import Expr

DAY = timedelta(days=1)
ELSEWHERE = (nodes.Previous, nodes.AtLeast, Periods, Run, Within, Status)
"""What looks at other periods than the one where it stands, so that a day of this one says nothing of them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A reference to a value and the instants, both ends inside, at which it can be read."""

    reference: nodes.ParamRef[Any]
    first: date = date.min
    last: date = date.max


def asked(tree: RuleTree) -> list[Asked]:
    """Every way in which a rule, and the rules that it reads, ask for a value; each once, in order."""
    found = [item for one in every_tree(tree) for clause in one.clauses.values() for item in _within(one, clause)]
    met = {id(item.reference) for item in found}
    found += [Asked(node) for node in parameter_refs(tree) if id(node) not in met]  # lists of keys
    apart: dict[tuple[Any, ...], Asked] = {}
    for item in found:
        node = item.reference
        apart.setdefault((node.param.key, node.day, node.instant, item.first, item.last), item)
    return [apart[key] for key in sorted(apart, key=str)]


def _within(tree: RuleTree, expr: Expr[Any]) -> Iterator[Asked]:
    if isinstance(expr, nodes.ParamRef):
        yield Asked(expr)
    elif isinstance(expr, nodes.Case):
        yield from _of_case(tree, expr)
    else:
        for child in nodes.children(expr):
            for item in _within(tree, child):
                yield Asked(item.reference) if isinstance(expr, ELSEWHERE) else item


def _of_case(tree: RuleTree, expr: nodes.Case[Any]) -> Iterator[Asked]:
    """A condition on the last day of the period leaves each branch its own stretch of time."""
    first, last = date.min, date.max
    for condition, value in expr.rows:
        yield from (_cut(item, first, last) for item in _within(tree, condition))
        turn = _turn(tree, condition)
        if turn is None:
            yield from (_cut(item, first, last) for item in _within(tree, value))
            continue
        day, earlier = turn
        mine = (first, min(last, day - DAY)) if earlier else (max(first, day), last)
        yield from (_cut(item, *mine) for item in _within(tree, value))
        first, last = (max(first, day), last) if earlier else (first, min(last, day - DAY))
    if expr.otherwise is not None:
        yield from (_cut(item, first, last) for item in _within(tree, expr.otherwise))


def _cut(item: Asked, first: date, last: date) -> Asked:
    if item.reference.instant == "decision":
        return item  # it is read on the day of the decision, whatever the period
    return replace(item, first=max(item.first, first), last=min(item.last, last))


def _turn(tree: RuleTree, condition: Expr[Any]) -> tuple[date, bool] | None:
    """The day at which `period.end` against a literal turns, and whether the condition holds before it."""
    match condition:
        case nodes.Compare(
            op="<" | "<=" | ">=" | ">" as op, left=PeriodDay(which="end"), right=nodes.Constant(value=date() as day)
        ) if all(key.instant == "last" for key in tree.period_keys.values()):
            return (day + DAY if op in ("<=", ">") and day < date.max else day), op in ("<", "<=")
    return None
