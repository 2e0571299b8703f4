"""Numbers with the interval that `decide` takes also where they are not surely there.

Most readers never look at such a number, so columns leave it meaningless. Who compares members of a group does look:
a member whose number is perhaps there may stand anywhere in that interval.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shnor_engine.reasoning.columns.bits import Bit, both, no
from shnor_engine.reasoning.columns.others import applied, versions
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.values import Value
from shnor_engine.reasoning.columns.wholes import ANY, ZERO, Span, Uncompilable, at_least, e_pick, end_of
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.others import Decision
from shnor_engine.rules.tree import Expr


def as_decided(scope: Scope, expr: Expr[Any]) -> Value:
    """The value with the number that `decide` takes at every place."""
    value = scope.value(expr)
    if not value.loose or value.present.yes is True:
        return value
    match _resolved(scope, expr):
        case nodes.Ratio() as ratio:
            return replace(value, content=_ratio(scope, ratio, value.span), loose=False)
        case Decision() as decision:
            return replace(value, content=_decision(scope, decision), loose=False)
    raise Uncompilable("a number is compared that need not be there")


def _ratio(scope: Scope, expr: nodes.Ratio, span: Span) -> Span:
    """Any ratio where the whole may be zero, or where nothing can be said of a part."""
    told: Bit = True
    for item in (expr.part, expr.whole):
        inner = scope.value(item)
        if inner.loose and inner.present.yes is not True:
            if not isinstance(_resolved(scope, item), nodes.Rows):
                raise Uncompilable("a ratio is compared whose parts need not be there")
            told = both(told, inner.present.yes)
    whole = scope.value(expr.whole).span
    sure = both(told, no(whole.lo.open), no(at_least(ZERO, whole.lo.num)))
    return _where(sure, span, Span(end_of(0), end_of(1)) if expr.part_of else ANY)


def _decision(scope: Scope, expr: Decision[Any]) -> Span:
    """Any number where the other rule does not surely apply."""
    found = ANY
    for tree, bit in versions(scope, expr):
        if tree is not None:
            other = applied(scope, expr, tree)
            inner = as_decided(other.scope, nodes.ClauseRef(expr.clause, expr.of_kind))
            found = _where(both(bit, no(other.failed), other.applies.yes), inner.span, found)
    return found


def _where(bit: Bit, this: Span, other: Span) -> Span:
    return Span(e_pick(bit, this.lo, other.lo), e_pick(bit, this.hi, other.hi))


def _resolved(scope: Scope, expr: Expr[Any]) -> Expr[Any]:
    while isinstance(expr, nodes.ClauseRef):
        expr = scope.run.tree.clauses[expr.name]
    return expr
