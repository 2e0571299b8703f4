"""Cases at the edge of a threshold that one number of a row, or a share of two, is compared with: examples with that
number moved to just below, to, and just above it. What is compared with more than that: `limits` and `reached`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Any

from shnor_engine.errors import LawError
from shnor_engine.law.dated import Dated
from shnor_engine.packs import Example, Pack
from shnor_engine.rules.fact import Fact, Key
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.tree import Compare, Expr, FieldRef, ParamRef, Ratio
from shnor_engine.testing.limits import SIGNS, written
from shnor_engine.testing.pack_facts import within

STEPS = (-1, 0, 1)


@dataclass(frozen=True, slots=True)
class Edge:
    """A comparison with a threshold: the parameter, the number compared (part of `whole` in a share), the sign.

    `param_right` is whether the parameter stands on the right, as in «participants >= minimum».
    """

    param: Dated[Any]
    fact: type[Fact]
    field: str
    whole: str
    sign: str
    param_right: bool

    @property
    def name(self) -> str:
        """«Small.min_participants at Sitting.participants»."""
        of = f" of {self.whole}" if self.whole else ""
        return f"{self.param.key} at {self.fact.__name__}.{self.field}{of}"


@dataclass(frozen=True, slots=True)
class AtEdge:
    """An example with a number moved to `threshold + step`; `holds` is what the sign makes of it."""

    edge: Edge
    example: Example
    step: int
    value: int
    holds: bool

    @property
    def param(self) -> str:
        """The key of the parameter."""
        return self.edge.param.key

    @property
    def name(self) -> str:
        """«Small.min_participants at Sitting.participants, t−1 (9): name of the example»."""
        at = {-1: "t−1", 0: "t", 1: "t+1"}[self.step]
        return f"{self.edge.name}, {at} ({self.value}): {self.example.name}"


def edges(tree: RuleTree) -> tuple[Edge, ...]:
    """Every comparison of a field, or of a share of two fields, with a parameter."""
    found = {}
    for node in tree.nodes():
        if (edge := edge_of(tree, node)) is not None:
            found[edge.name, edge.sign] = edge
    return tuple(found.values())


def cases_at(pack: Pack, example: Example) -> Iterator[AtEdge]:
    """The cases that an example gives: for each edge that one of its rows lies at, below, on and above it."""
    for edge in edges(pack.tree):
        rows = example.facts.get(edge.fact.__name__, ())
        place = next((n for n, row in enumerate(rows) if _usable(edge, row)), None)
        if place is None or (limit := _limit(pack, edge, example, rows[place])) is None:
            continue
        first = ceil(limit * rows[place][edge.whole]) if edge.whole else ceil(limit)
        for step in STEPS:
            value = first + step
            if _fits(edge, value, rows[place]):
                moved = (*rows[:place], {**rows[place], edge.field: value}, *rows[place + 1 :])
                told = replace(example, facts={**example.facts, edge.fact.__name__: moved})
                yield AtEdge(edge, told, step, value, _holds(edge, value, limit, rows[place]))


def edge_of(tree: RuleTree, node: Expr[Any]) -> Edge | None:
    """The edge that a node is: a comparison of one field, or a share of two, with a parameter; else None."""
    if not isinstance(node, Compare):
        return None
    for param_right, number, limit in ((True, node.left, node.right), (False, node.right, node.left)):
        if isinstance(limit, ParamRef):
            part, whole = written(tree, number), ""
            if isinstance(part, Ratio):
                divisor = written(tree, part.whole)
                if not isinstance(divisor, FieldRef):
                    return None
                part, whole = written(tree, part.part), divisor.field
            if isinstance(part, FieldRef) and part.fact.fields()[part.field].of is int:
                return Edge(limit.param, part.fact, part.field, whole, node.op, param_right)
    return None


def _usable(edge: Edge, row: Any) -> bool:
    known = [row.get(name) for name in (edge.field, edge.whole) if name]
    return all(isinstance(value, int) and not isinstance(value, bool) for value in known)


def _limit(pack: Pack, edge: Edge, example: Example, row: Any) -> Any:
    """The threshold where the row lies: by the last day of its period, in the region of the example."""
    key = next((key for key in edge.fact.grain if key.period), None)
    day = example.day if key is None else _day(key, row.get(key.name, example.keys.get(key.name)))
    try:
        return pack.law.value(edge.param, at=day, region=example.region).value
    except LawError:
        return None


def _day(key: Key, period: Any) -> Any:
    return key.day(period)


def _fits(edge: Edge, value: int, row: Any) -> bool:
    return within(edge.fact.fields()[edge.field], value) and (not edge.whole or value <= row[edge.whole])


def _holds(edge: Edge, value: int, limit: Any, row: Any) -> bool:
    """What the sign makes of the moved number, worked out here and not by the engine."""
    number = Fraction(value, row[edge.whole]) if edge.whole else Fraction(value)
    left, right = (number, limit) if edge.param_right else (limit, number)
    return bool(SIGNS[edge.sign](left, right))


def comparisons(tree: RuleTree, edge: Edge) -> list[str]:
    """The clauses that are this comparison and nothing else: whose truth can be compared with the edge's own."""
    found = []
    for name, clause in tree.clauses.items():
        if edge_of(tree, clause) == edge:
            found.append(name)
    return found
