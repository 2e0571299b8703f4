"""Truths in columns: comparison, codes, and/or/not, what is present and what is known."""

from __future__ import annotations

from collections.abc import Collection

from shnor_engine.reasoning.columns.bits import Truth, both, either, k_and, k_not, k_or, no
from shnor_engine.reasoning.columns.scope import Scope
from shnor_engine.reasoning.columns.values import Codes, Value, said
from shnor_engine.reasoning.columns.wholes import compare
from shnor_engine.rules import tree as nodes


def comparison(scope: Scope, expr: nodes.Compare) -> Value:
    """A comparison, undetermined where a number is not there."""
    left, right = scope.value(expr.left), scope.value(expr.right)
    there = both(left.present.yes, right.present.yes)
    return said(compare(expr.op, left.span, right.span).where(there), left.fail, right.fail)


def is_in(scope: Scope, expr: nodes.IsIn) -> Value:
    """Whether a code is one of some."""
    item = scope.value(expr.item)
    return said(among(item.codes, expr.codes).where(item.present.yes), item.fail)


def among(codes: Codes, names: Collection[str]) -> Truth:
    """Whether a code is one of these, undetermined where nothing can be said of it."""
    there = no(codes.none)
    if codes.text is not None:
        return Truth.of(codes.text.is_in(list(names))).where(there)
    inside = [bit for code, bit in codes.possible.items() if code in names]
    outside = [bit for code, bit in codes.possible.items() if code not in names]
    found = Truth.of(either(*inside)) if codes.crisp else Truth(no(either(*outside)), no(either(*inside)))
    return found.where(there)


def all_of(scope: Scope, expr: nodes.And) -> Value:
    """All of them."""
    kids = [scope.value(item) for item in expr.items]
    return said(k_and(kid.truth for kid in kids), *(kid.fail for kid in kids))


def any_of(scope: Scope, expr: nodes.Or) -> Value:
    """At least one of them."""
    kids = [scope.value(item) for item in expr.items]
    return said(k_or(kid.truth for kid in kids), *(kid.fail for kid in kids))


def contrary(scope: Scope, expr: nodes.Not) -> Value:
    """Not."""
    item = scope.value(expr.item)
    return said(k_not(item.truth), item.fail)


def is_present(scope: Scope, expr: nodes.IsPresent) -> Value:
    """Whether a value exists."""
    item = scope.value(expr.item)
    return said(item.present, item.fail)


def is_known(scope: Scope, expr: nodes.IsKnown) -> Value:
    """Whether a value is held."""
    item = scope.value(expr.item)
    return said(Truth.of(item.known), item.fail)
