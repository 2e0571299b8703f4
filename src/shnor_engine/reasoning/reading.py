"""Walking a rule with its clauses followed: what an expression reads, directly or through other clauses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shnor_engine.rules import tree as nodes
from shnor_engine.rules.dates import Between, DecisionDay, PeriodDay
from shnor_engine.rules.marginals import Bracketed, Marginal
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.scales import Scaled
from shnor_engine.rules.tables import Among, Anything, Band, Table, TableRow, WhenAbsent
from shnor_engine.rules.tree import Expr
from shnor_engine.rules.values import Absent, Round
from shnor_engine.rules.weights import Move, Reweight

# The nodes whose meaning the readers of this package know one by one. What is not among them (a newer word of the
# vocabulary, a plugin's) is walked into like any other node, and the reader says that it does so.
TAUGHT: frozenset[type[Expr[Any]]] = frozenset(
    {
        nodes.Constant,
        nodes.FieldRef,
        nodes.ParamRef,
        nodes.ClauseRef,
        nodes.Arithmetic,
        nodes.Ratio,
        nodes.Extreme,
        nodes.Compare,
        nodes.IsIn,
        nodes.And,
        nodes.Or,
        nodes.Not,
        nodes.IsPresent,
        nodes.IsKnown,
        nodes.Assume,
        nodes.Case,
        nodes.Rows,
        nodes.Previous,
        nodes.AtLeast,
        nodes.KeyRef,
        nodes.DayShift,
        nodes.OnScale,
        nodes.Has,
        Absent,
        Round,
        DecisionDay,
        PeriodDay,
        Between,
        Scaled,
        Table,
        TableRow,
        Band,
        Among,
        Anything,
        WhenAbsent,
        Marginal,
        Bracketed,
        Reweight,
        Move,
    }
)


def follow(tree: RuleTree, expr: Expr[Any]) -> Iterator[Expr[Any]]:
    """The expression and everything under it, each clause that it names followed once."""
    seen: set[str] = set()

    def visit(item: Expr[Any]) -> Iterator[Expr[Any]]:
        yield item
        if isinstance(item, nodes.ClauseRef) and item.name in tree.clauses and item.name not in seen:
            seen.add(item.name)
            yield from visit(tree.clauses[item.name])
        for child in nodes.children(item):
            yield from visit(child)

    return visit(expr)


def untaught(tree: RuleTree) -> tuple[str, ...]:
    """Names of the node types of a rule that are not taught, in order."""
    return tuple(sorted({type(node).__name__ for node in tree.nodes()} - {cls.__name__ for cls in TAUGHT}))
