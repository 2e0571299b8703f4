"""What action may change: fields declared actionable, and the numbers of one subject that they make movable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from shnor_engine.errors import RuleError
from shnor_engine.reasoning.facts import Facts, KeyValue, Row, unknown_cell
from shnor_engine.reasoning.values import Exact, Span, size
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.fact import Fact, Way
from shnor_engine.rules.periods import first_day, last_day
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.tree import Expr

Place: TypeAlias = tuple[type[Fact], tuple[KeyValue, ...], str]


@dataclass(frozen=True, slots=True)
class Lever:
    """A field that action may change: which way it may go, and what one unit costs."""

    fact: type[Fact]
    field: str
    way: Way
    cost: int = 1

    @classmethod
    def of(cls, field: Expr[Any], way: Way, *, cost: int = 1) -> Lever:
        """`Lever.of(Sitting.below_min, "down")`; raises `RuleError` for what is no whole number and no truth."""
        if not isinstance(field, nodes.FieldRef) or field.fact.fields()[field.field].of not in (int, bool):
            raise RuleError("only a Field[int] or a Field[bool] can be changed in whole units", field.where)
        return cls(field.fact, field.field, way, cost)


@dataclass(frozen=True, slots=True)
class Movable:
    """One number of one row that may change, from `low` to `high`, at `cost` a unit; a truth moves from 0 to 1."""

    row: Row
    lever: Lever
    value: int
    low: Exact
    high: Exact

    @property
    def place(self) -> Place:
        """Where it stands: fact, keys, field."""
        return self.lever.fact, self.row.keys, self.lever.field

    @property
    def keys(self) -> dict[str, KeyValue]:
        """The keys of its row by name."""
        return dict(zip(self.lever.fact.key_names(), self.row.keys, strict=True))

    def cell(self, low: Exact, high: Exact) -> Any:
        """The cell that holds any value of a range."""
        if self.lever.fact.fields()[self.lever.field].of is bool:
            return bool(low) if low == high else None
        return Span(low, high)

    def price(self, to: Exact) -> Exact:
        """What it costs to move there."""
        return size(to - self.value) * self.lever.cost


def declared(tree: RuleTree) -> tuple[Lever, ...]:
    """The levers that the facts of a rule declare."""
    return tuple(
        Lever(fact, name, field.actionable, field.cost)
        for fact in tree.facts
        for name, field in fact.fields().items()
        if field.actionable is not None
    )


def movables(
    tree: RuleTree, levers: Iterable[Lever], keys: Mapping[str, KeyValue], facts: Facts, since: KeyValue | None
) -> tuple[list[Movable], list[Place]]:
    """The numbers of a subject that may move in the periods from `since` on, and those that nobody knows yet."""
    found: list[Movable] = []
    unknown: list[Place] = []
    for lever in levers:
        for row in _rows(tree, lever, keys, facts, since):
            cell = row.cells[lever.field]
            if isinstance(cell, bool) or (isinstance(cell, Span) and cell.exact):
                found.append(_movable(row, lever, int(cell if isinstance(cell, bool) else cell.lo)))
            else:
                unknown.append((lever.fact, row.keys, lever.field))
    return [item for item in found if item.low < item.high], unknown


def _rows(
    tree: RuleTree, lever: Lever, keys: Mapping[str, KeyValue], facts: Facts, since: KeyValue | None
) -> Iterator[Row]:
    """Rows of the subject from `since` up to the period decided on."""
    own, timed = tree.period, lever.fact.period_key()
    subject = {name: value for name, value in keys.items() if own is None or name != own.name}
    for row in facts.matching(lever.fact, subject):
        if own is None or timed is None:
            yield row
        elif since is not None:
            ends = last_day(timed.period, row.keys[lever.fact.key_names().index(timed.name)])
            if first_day(own.period, since) <= ends <= last_day(own.period, keys[own.name]):
                yield row


def _movable(row: Row, lever: Lever, value: int) -> Movable:
    field = lever.fact.fields()[lever.field]
    low, high = Span(0, 1) if field.of is bool else unknown_cell(field)
    return Movable(
        row,
        lever,
        value,
        value if lever.way == "up" else low,
        value if lever.way == "down" else high,
    )


def moved(facts: Facts, items: Sequence[Movable], ranges: Sequence[tuple[Exact, Exact]]) -> Facts:
    """The facts with each number anywhere in its range."""
    rows: dict[type[Fact], dict[tuple[KeyValue, ...], Row]] = {}
    for item, (low, high) in zip(items, ranges, strict=True):
        if (low, high) != (item.value, item.value):
            of = rows.setdefault(item.lever.fact, {})
            row = of.get(item.row.keys, item.row)
            of[row.keys] = replace(row, cells={**row.cells, item.lever.field: item.cell(low, high)})
    return facts.changed(rows) if rows else facts
