"""The codes that a clause can give, read off its tree."""

from __future__ import annotations

from typing import Any

from shnor_engine.rules import tree as nodes
from shnor_engine.rules.opaque import Opaque
from shnor_engine.rules.others import Decision
from shnor_engine.rules.over_time import Within
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.scales import Scaled
from shnor_engine.rules.status import Before, Status
from shnor_engine.rules.tables import Table


def codes_of(tree: RuleTree, clause: str) -> frozenset[str]:
    """Every code that the clause can name itself; what a field brings is the field's own closed list."""
    return codes_in(tree, tree.clauses[clause])


def codes_in(tree: RuleTree, expr: nodes.Expr[Any]) -> frozenset[str]:
    """Every code that an expression can name itself."""
    match expr:
        case nodes.Constant(value=str(code)):
            return frozenset((code,))
        case nodes.FieldRef():
            return frozenset(expr.fact.fields()[expr.field].among)
        case nodes.ClauseRef():
            return codes_of(tree, expr.name)
        case nodes.Assume():
            return codes_in(tree, expr.item) | codes_in(tree, expr.value)
        case nodes.Previous() | Within() | Scaled():
            return codes_in(tree, expr.item)
        case Status():
            return frozenset(expr.states)
        case Before():
            return frozenset(tree.statuses[expr.status].states)
        case Decision():
            return codes_of(expr.rule, expr.clause)
        case Opaque():
            return frozenset(expr.among)
        case Table():
            gives = [row.gives for row in expr.rows] + ([expr.otherwise] if expr.otherwise is not None else [])
            return frozenset(code for value in gives for code in codes_in(tree, value))
        case nodes.Case():
            values = [value for _, value in expr.rows] + ([expr.otherwise] if expr.otherwise is not None else [])
            return frozenset(code for value in values for code in codes_in(tree, value))
    return frozenset()
