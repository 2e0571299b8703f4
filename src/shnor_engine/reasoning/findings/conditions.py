"""What a condition leaves of the one number, code or truth that it speaks of, and what that can be by declaration.

Codes of a closed list are read as their places on it, a truth as 0 and 1, so that they are sets of numbers too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from shnor_engine.law.canon import canonical
from shnor_engine.reasoning.findings.bands import EVERYTHING, HIGH, LOW, Band, Bands
from shnor_engine.reasoning.values import Exact
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.form import dump
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.table_checks import closed_codes, is_whole, reach
from shnor_engine.rules.tables import Among, Table, is_listing
from shnor_engine.rules.tree import Expr, kind_of

Limit: TypeAlias = "Callable[[Expr[Any]], Exact | None]"
"""The number of a limit (a literal, a parameter), None for what is no limit."""
Listed: TypeAlias = "Callable[[Among], frozenset[str] | None]"
"""The codes of a cell, None where the law has no value."""
TRUTHS = ("no", "yes")


@dataclass(frozen=True)
class Solved:
    """A condition on one value: which (its JSON form), the value itself, what it may be, and its codes if it has."""

    subject: str
    expr: Expr[Any]
    bands: Bands
    among: tuple[str, ...] = ()

    def within(self, tree: RuleTree) -> Solved:
        """The same, of what the value can be at all."""
        bands = self.bands & self.universe(tree)
        return replace(self, bands=bands.whole() if self.among or is_whole(self.expr, tree.clauses) else bands)

    def universe(self, tree: RuleTree) -> Bands:
        """Everything that the value can be by its declaration."""
        return _places(range(len(self.among))) if self.among else universe(tree, self.expr)

    def text(self, bands: Bands) -> str:
        """Some of the values as an author reads them."""
        if not self.among:
            return str(bands)
        return ", ".join(code for place, code in enumerate(self.among) if _places([place]) & bands) or "∅"


def solve(tree: RuleTree, expr: Expr[Any], limit: Limit, listed: Listed) -> Solved | None:
    """What a condition leaves of the one value it speaks of; None where it speaks of more, or of something else."""
    match named(tree, expr):
        case nodes.Compare() as compared:
            return _comparison(tree, compared, limit)
        case nodes.IsIn(item=item, codes=codes):
            return _codes(tree, item, frozenset(codes))
        case nodes.OnScale() as compared:
            return _on_scale(tree, compared)
        case Table() as listing if is_listing(listing):
            (cell,) = listing.rows[0].cells
            named_there = listed(cell) if isinstance(cell, Among) else None
            return None if named_there is None else _codes(tree, listing.inputs[0], named_there)
        case nodes.Not(item=item):
            inner = solve(tree, item, limit, listed)
            return None if inner is None else replace(inner, bands=~inner.bands)
        case nodes.And(items=items) | nodes.Or(items=items) as joint:
            return _joined([solve(tree, item, limit, listed) for item in items], isinstance(joint, nodes.And))
    return None


def as_truth(tree: RuleTree, expr: Expr[Any]) -> Solved:
    """Any condition as one on its own truth, so that it is known again where it is asked twice or denied."""
    inner = named(tree, expr)
    if isinstance(inner, nodes.Not):
        denied = as_truth(tree, inner.item)
        return replace(denied, bands=~denied.bands)
    return Solved(canonical(dump(inner)), inner, _places([1]), TRUTHS)


def named(tree: RuleTree, expr: Expr[Any]) -> Expr[Any]:
    """What stands behind the name of a clause."""
    while isinstance(expr, nodes.ClauseRef):
        expr = tree.clauses[expr.name]
    return expr


def universe(tree: RuleTree, expr: Expr[Any]) -> Bands:
    """Every value that a number can have by its declaration."""
    if kind_of(expr) != "number":
        return EVERYTHING
    low, high = reach(expr, tree.clauses)
    found = Bands.of([((low, 0), (high, 0))])
    return found.whole() if is_whole(expr, tree.clauses) else found


def _joined(found: Sequence[Solved | None], both: bool) -> Solved | None:
    solved = [item for item in found if item is not None]
    if len(solved) < len(found) or len({item.subject for item in solved}) != 1:
        return None
    joined = solved[0].bands
    for other in solved[1:]:
        joined = joined & other.bands if both else joined | other.bands
    return replace(solved[0], bands=joined)


_OF: dict[str, Callable[[Exact], Band]] = {
    ">=": lambda limit: ((limit, 0), HIGH),
    ">": lambda limit: ((limit, 1), HIGH),
    "<=": lambda limit: (LOW, (limit, 0)),
    "<": lambda limit: (LOW, (limit, -1)),
    "=": lambda limit: ((limit, 0), (limit, 0)),
}
_TURNED = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "="}


def _comparison(tree: RuleTree, expr: nodes.Compare, limit: Limit) -> Solved | None:
    left, right = limit(expr.left), limit(expr.right)
    if left is None and right is not None:
        return _bounded(tree, expr.left, expr.op, right)
    if left is not None and right is None:
        return _bounded(tree, expr.right, _TURNED[expr.op], left)
    return None


def _bounded(tree: RuleTree, expr: Expr[Any], op: str, limit: Exact) -> Solved:
    asked = named(tree, expr)
    return Solved(canonical(dump(asked)), asked, Bands((_OF[op](limit),)))


def _codes(tree: RuleTree, expr: Expr[Any], codes: frozenset[str]) -> Solved | None:
    asked = named(tree, expr)
    among = closed_codes(asked, tree.clauses)
    if not among:
        return None
    bands = _places(place for place, code in enumerate(among) if code in codes)
    return Solved(canonical(dump(asked)), asked, bands, among)


def _on_scale(tree: RuleTree, expr: nodes.OnScale) -> Solved | None:
    left, right = named(tree, expr.left), named(tree, expr.right)
    op = expr.op
    if isinstance(left, nodes.Constant):
        left, right, op = right, left, _TURNED[op]  # type: ignore[assignment]
    if not isinstance(right, nodes.Constant) or isinstance(left, nodes.Constant):
        return None
    inside = Bands((_OF[op](expr.scale.index(right.value)),))
    return Solved(canonical(dump(left)), left, inside, expr.scale)


def _places(places: Any) -> Bands:
    return Bands.of(((place, 0), (place, 0)) for place in places)
