"""Walking a rule with its clauses followed: what an expression reads, directly or through other clauses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shnor_engine.rules import tree as nodes
from shnor_engine.rules.dates import Between, DecisionDay, PeriodDay
from shnor_engine.rules.marginals import Bracketed, Marginal
from shnor_engine.rules.opaque import Opaque
from shnor_engine.rules.others import Decision, read_rules
from shnor_engine.rules.over_time import Periods, Run, Within
from shnor_engine.rules.ranking import Cut, Rank
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.scales import Scaled
from shnor_engine.rules.status import Before, Status
from shnor_engine.rules.tables import Among, Anything, Band, Table, TableRow, WhenAbsent
from shnor_engine.rules.tree import Expr
from shnor_engine.rules.values import Absent, Round
from shnor_engine.rules.weights import Reweight, Send

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
        Send,
        Run,
        Within,
        Periods,
        Decision,
        Status,
        Before,
        Rank,
        Cut,
        Opaque,
    }
)


def follow(tree: RuleTree, expr: Expr[Any]) -> Iterator[Expr[Any]]:
    """The expression and everything under it, each clause that it names followed once, in other rules too."""
    seen: set[tuple[str, str]] = set()

    def visit(of: RuleTree, item: Expr[Any]) -> Iterator[Expr[Any]]:
        yield item
        for where, name in _named(of, item):
            if name in where.clauses and (where.digest, name) not in seen:
                seen.add((where.digest, name))
                yield from visit(where, where.clauses[name])
        for child in nodes.children(item):
            yield from visit(of, child)

    return visit(tree, expr)


def _named(tree: RuleTree, item: Expr[Any]) -> Iterator[tuple[RuleTree, str]]:
    """The clauses that an expression refers to, each with its rule."""
    match item:
        case nodes.ClauseRef():
            yield tree, item.name
        case Before():
            yield tree, item.status
        case Decision():
            yield from ((item.rule, name) for name in ("applies", item.clause))


def every_tree(tree: RuleTree) -> tuple[RuleTree, ...]:
    """The rule and every one that it reads, directly or through others, each once."""
    found = {tree.digest: tree}
    for other in read_rules(tree):
        found |= {item.digest: item for item in every_tree(other)}
    return tuple(found.values())


def every_node(tree: RuleTree) -> Iterator[Expr[Any]]:
    """Every node of a rule and of the rules that it reads."""
    for item in every_tree(tree):
        yield from item.nodes()


def parameter_refs(tree: RuleTree) -> list[nodes.ParamRef[Any]]:
    """Every reference to a parameter, here and in the rules that are read; a list of keys is one at each fact."""
    found = [node for node in every_node(tree) if isinstance(node, nodes.ParamRef)]
    for item in (key.listed for fact in tree.facts for key in fact.grain):
        if item is not None:
            reference: nodes.ParamRef[Any] = nodes.ParamRef(item.param, item.instant, item.day)
            found.append(nodes.moved(reference, tree.clauses["verdict"]))
    return found


def untaught(tree: RuleTree) -> tuple[str, ...]:
    """Names of the node types of a rule, and of those it reads, that are not taught, in order."""
    return tuple(sorted({type(node).__name__ for node in every_node(tree)} - {cls.__name__ for cls in TAUGHT}))
