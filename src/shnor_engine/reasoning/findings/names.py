"""Findings about names, types and units: what a rule read from JSON or put together by inheritance may get wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shnor_engine.reasoning.findings.finding import Finding
from shnor_engine.reasoning.findings.looked import Looked
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.dates import Between
from shnor_engine.rules.marginals import Marginal
from shnor_engine.rules.others import Decision
from shnor_engine.rules.over_time import Periods, Run, Within
from shnor_engine.rules.ranking import Cut, Rank
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.scales import Scaled
from shnor_engine.rules.status import Status
from shnor_engine.rules.tables import Table
from shnor_engine.rules.tree import Expr, Kind, kind_of
from shnor_engine.rules.values import Round
from shnor_engine.rules.weights import Reweight

KIND_RU: Mapping[Kind, str] = {
    "truth": "да/нет",
    "number": "число",
    "code": "код",
    "date": "день",
    "codes": "набор кодов",
    "brackets": "шкала",
}


def unknown_field(looked: Looked) -> Iterator[Finding]:
    """A field that its fact does not have."""
    tree = looked.tree
    for node in tree.nodes():
        if isinstance(node, nodes.FieldRef) and node.field not in node.fact.fields():
            has = ", ".join(node.fact.fields()) or "none"
            yield Finding(
                "unknown-field",
                f"{node.fact.__name__} has no field «{node.field}»; it has {has}",
                node.where,
                f"у факта {node.fact.__name__} нет поля «{node.field}»; есть: {has}",
            )


def unknown_clause(looked: Looked) -> Iterator[Finding]:
    """A reference to a clause that the rule does not have."""
    tree = looked.tree
    for node in tree.nodes():
        if isinstance(node, nodes.ClauseRef) and node.name not in tree.clauses:
            has = ", ".join(tree.clauses)
            yield Finding(
                "unknown-clause",
                f"rule {tree.id} has no clause «{node.name}»; it has {has}",
                node.where,
                f"в правиле {tree.id} нет условия «{node.name}»; есть: {has}",
            )


def clauses_in_circle(looked: Looked) -> Iterator[Finding]:
    """Clauses that refer to each other in a circle."""
    tree = looked.tree
    told: set[frozenset[str]] = set()
    for name in tree.clauses:
        circle = _circle(tree, name, (name,))
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            way = " → ".join(circle)
            yield Finding(
                "clauses-in-circle",
                f"clauses turn in a circle: {way}",
                tree.clauses[name].where,
                f"условия ссылаются друг на друга по кругу: {way}",
            )


def _circle(tree: RuleTree, name: str, path: tuple[str, ...]) -> tuple[str, ...]:
    for node in nodes.walk(tree.clauses[name]):
        if isinstance(node, nodes.ClauseRef) and node.name in tree.clauses:
            if node.name == path[0]:
                return (*path, node.name)
            if node.name not in path and (found := _circle(tree, node.name, (*path, node.name))):
                return found
    return ()


def type_clash(looked: Looked) -> Iterator[Finding]:
    """A truth where a number belongs, and the like; a clause said anew as something else than its readers take it."""
    tree = looked.tree
    for node in tree.nodes():
        for part, wanted in _wanted(node):
            found = _kind(part)
            if found is not None and found != wanted:
                yield _clash(node, found, wanted)
        if isinstance(node, nodes.ClauseRef) and node.name in tree.clauses:
            found = _kind(tree.clauses[node.name])
            if found is not None and found != node.of_kind:
                yield _clash(node, found, node.of_kind, f"clause «{node.name}»", f"условие «{node.name}»")


def _clash(node: Expr[Any], found: Kind, wanted: Kind, en: str = "this", ru: str = "это") -> Finding:
    return Finding(
        "type-clash",
        f"a {wanted} is needed here, {en} is a {found}",
        node.where,
        f"здесь нужно значение вида «{KIND_RU[wanted]}», а {ru} – «{KIND_RU[found]}»",
    )


def _wanted(node: Expr[Any]) -> Iterator[tuple[Expr[Any], Kind]]:
    match node:
        case nodes.And(items=items) | nodes.Or(items=items):
            yield from ((item, "truth") for item in items)
        case nodes.Not(item=item) | nodes.AtLeast(item=item) | Run(item=item):
            yield item, "truth"
        case nodes.Compare(left=left, right=right):
            yield from _ordered(left, right)
        case nodes.Arithmetic(left=left, right=right):
            yield from ((side, "number") for side in (left, right))
        case nodes.Ratio(part=part, whole=whole):
            yield from ((side, "number") for side in (part, whole))
        case nodes.Extreme(items=items):
            yield from _ordered(*items)
        case nodes.IsIn(item=item) | Scaled(item=item):
            yield item, "code"
        case nodes.OnScale(left=left, right=right):
            yield from ((side, "code") for side in (left, right))
        case nodes.Has(item=item):
            yield item, "codes"
        case nodes.DayShift(day=day, days=days):
            yield from ((day, "date"), (days, "number"))
        case Between(start=start, end=end):
            yield from ((start, "date"), (end, "date"))
        case Round(item=item):
            yield item, "number"
        case nodes.Case(rows=rows):
            yield from ((condition, "truth") for condition, _ in rows)
        case Table(rows=rows, hit="unique"):
            yield from ((row.gives, kind_of(rows[0])) for row in rows[1:])
        case Table(rows=rows):
            yield from ((row.gives, "code") for row in rows)
        case Marginal(item=item, scale=scale):
            yield from ((item, "number"), (scale, "brackets"))
        case Reweight(weight=weight, present=present):
            yield from ((weight, "number"), (present, "truth"))
        case Rank(item=item):
            yield item, "number"
        case Cut(share=share):
            yield share, "number"
        case Status(moves=moves):
            yield from ((condition, "truth") for _, condition, _ in moves)
        case nodes.Rows() | Periods():
            yield from _of_rows(node)


def _ordered(*items: Expr[Any]) -> Iterator[tuple[Expr[Any], Kind]]:
    """Numbers, or days where the first is one."""
    wanted: Kind = "date" if _kind(items[0]) == "date" else "number"
    yield from ((item, wanted) for item in items)


def _of_rows(node: nodes.Rows[Any] | Periods[Any]) -> Iterator[tuple[Expr[Any], Kind]]:
    if node.filter is not None:
        yield node.filter, "truth"
    if isinstance(node, nodes.Rows) and node.weight is not None:
        yield node.weight, "number"
    if node.item is not None and node.how in ("any", "all"):
        yield node.item, "truth"
    elif node.item is not None and node.how in ("sum", "mean", "weighted"):
        yield node.item, "number"
    elif node.item is not None:
        yield from _ordered(node.item)


def _kind(expr: Expr[Any]) -> Kind | None:
    try:
        return kind_of(expr)
    except (KeyError, TypeError):  # an unknown field is a finding of its own, a newer node has its own kind
        return None


def unit_clash(looked: Looked) -> Iterator[Finding]:
    """Two numbers of different units compared, added, or put in a share."""
    tree = looked.tree
    for node in tree.nodes():
        match node:
            case nodes.Compare(left=one, right=other):
                sides = (one, other)
            case nodes.Arithmetic(left=one, right=other, op="+" | "-"):
                sides = (one, other)
            case nodes.Ratio(part=one, whole=other, part_of=True):
                sides = (one, other)
            case _:
                continue
        units = [_unit(tree, side) for side in sides]
        if all(units) and units[0] != units[1]:
            yield Finding(
                "unit-clash",
                f"«{units[0]}» meets «{units[1]}»; bring both to one unit",
                node.where,
                f"«{units[0]}» сопоставляется с «{units[1]}»; приведите к одной единице",
            )


def _unit(tree: RuleTree, expr: Expr[Any]) -> str:
    """The unit of a number, empty where none is declared."""
    match expr:
        case nodes.FieldRef() if expr.field in expr.fact.fields():
            return expr.fact.fields()[expr.field].unit
        case nodes.ParamRef():
            return expr.param.unit
        case nodes.ClauseRef() if expr.name in tree.clauses:
            return _unit(tree, tree.clauses[expr.name])
        case nodes.Assume(item=item) | nodes.Previous(item=item) | Within(item=item):
            return _unit(tree, item)
        case Decision():
            return _unit(expr.rule, expr.rule.clauses[expr.clause])
        case Round(item=item):
            return _unit(tree, item)
        case nodes.Arithmetic(op="+" | "-", left=left, right=right):
            return _unit(tree, left) or _unit(tree, right)
        case nodes.Rows(how="sum" | "mean" | "weighted" | "min" | "max" | "only", item=item) if item is not None:
            return _unit(tree, item)
    return ""
