"""Hypothesis strategies for the facts of any pack: rows at the keys it decides on, and at every key below them.

A good part of the numbers lies where the law turns, and of the shares too: a mistake is rarely anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

from hypothesis import strategies as st

from shnor_engine.packs import Pack
from shnor_engine.reasoning import Facts
from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.rules.fact import Fact, Field, Key
from shnor_engine.rules.others import read_rules
from shnor_engine.rules.periods import around, period_at, shifted
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.tree import FieldRef, Ratio, walk
from shnor_engine.testing.turns import Turns, turns

Row = dict[str, Any]
Rows = Mapping[str, list[Row]]
SUBJECTS = ("s", "t")
SOME, FAR = 3, 60  # codes of one key, and how far above its least value a number goes


@dataclass(frozen=True, slots=True)
class Case:
    """Rows by the name of their fact, whether nothing is missing among them, and the keys to decide."""

    keys: Mapping[str, KeyValue]
    rows: Rows
    closed: bool

    def facts(self, pack: Pack) -> Facts:
        """These rows as the pack reads them."""
        return Facts.of({fact: self.rows[fact.__name__] for fact in pack.bindings}, closed=self.closed)


@st.composite
def cases(draw: st.DrawFn, pack: Pack, *, on: date, back: int = 3) -> Case:
    """Cases of a pack: every kind of value, unknown ones among them, in periods up to `back` before the last one."""
    keys = {key.name: draw(st.sampled_from(_values(pack, key, on, back=0))) for key in pack.tree.per}
    rows = {fact.__name__: draw(_rows(pack, fact, keys, on, back)) for fact in pack.bindings}
    return Case(keys, rows, draw(st.booleans()))


@st.composite
def _rows(
    draw: st.DrawFn, pack: Pack, fact: type[Fact], keys: Mapping[str, KeyValue], on: date, back: int
) -> list[Row]:
    names = fact.key_names()
    unique = st.lists(
        _place(pack, fact, keys, on, back), max_size=6, unique_by=lambda row: tuple(row[name] for name in names)
    )
    met = turns(pack, fact)
    fields = {name: _cells(field, on, met.near(name)) for name, field in fact.fields().items()}
    row = _at_share(st.fixed_dictionaries(fields), fact, met)
    shares = _shares(pack.tree, fact)
    return [
        {**place, **_possible(draw(row), shares), "events": [f"{fact.__name__}-{number}"]}
        for number, place in enumerate(draw(unique))
    ]


@st.composite
def _at_share(draw: st.DrawFn, rows: st.SearchStrategy[Row], fact: type[Fact], met: Turns) -> Row:
    """Rows of which half have a part that makes a share lie just below, at or just above a threshold."""
    row = draw(rows)
    turned: bool = bool(met.shares) and draw(st.booleans())
    if turned:
        part, whole, limit = draw(st.sampled_from(met.shares))
        if fact.fields()[part].of is int and isinstance(row[whole], int):
            moved = ceil(limit * row[whole]) + draw(st.sampled_from((-1, 0, 1)))
            if 0 <= moved <= row[whole] and within(fact.fields()[part], moved):
                return {**row, part: moved}
    return row


def _possible(row: Row, shares: Iterable[tuple[str, str]]) -> Row:
    """The row with no part larger than its whole: no source may say that, so no rule has to stand it."""
    for part, whole in shares:
        if row[part] is not None and row[whole] is not None and row[part] > row[whole]:
            row = {**row, part: row[whole], whole: row[part]}
    return row


def _shares(tree: RuleTree, fact: type[Fact]) -> list[tuple[str, str]]:
    """The fields of a fact of which a clause takes one as a share of the other."""
    pairs = []
    for node in (node for one in (*read_rules(tree), tree) for node in one.nodes()):
        if isinstance(node, Ratio) and node.part_of:
            inside = [
                {item.field for item in walk(side) if isinstance(item, FieldRef) and item.fact is fact}
                for side in (node.part, node.whole)
            ]
            if all(len(names) == 1 for names in inside) and inside[0] != inside[1]:
                pairs.append((min(inside[0]), min(inside[1])))
    return pairs


def _place(pack: Pack, fact: type[Fact], keys: Mapping[str, KeyValue], on: date, back: int) -> st.SearchStrategy[Row]:
    choices = {}
    for key in fact.grain:
        near = _values(pack, key, on, back=back)
        mine = [keys[key.name]] if key.name in keys else []
        # Rows of others are there too, so that a rule that looks past its own subject is seen; but most of
        # the rows are its own, or most cases would decide a subject of whom nothing is known.
        choices[key.name] = st.sampled_from([*mine * 3 * len(near), *near])
    return st.fixed_dictionaries(choices)


def _values(pack: Pack, key: Key, on: date, *, back: int) -> list[KeyValue]:
    if key.period:
        last = _last_period(pack, key, on)
        return [shifted(key.period, last, step) for step in range(back + 1)]
    return list(key.codes[:SOME] or SUBJECTS)


def _last_period(pack: Pack, key: Key, on: date) -> KeyValue:
    """The period in which the day of the decision lies, or the first one in which the rule is in force."""
    first = around(key.period, pack.tree.in_force) if pack.tree.in_force > date.min else period_at(key.period, 0)
    last = around(key.period, on)
    return max(first, last, key=str) if isinstance(last, str) else max(int(first), int(last))


def cells(field: Field[Any], on: date) -> st.SearchStrategy[Any]:
    """Values of one field within its bounds, unknown among them."""
    return _cells(field, on, ())


def _cells(field: Field[Any], on: date, near: Sequence[int]) -> st.SearchStrategy[Any]:
    """Values of one field, as often those near a threshold as any others."""
    known = list(_known(field, on))
    inside = [value for value in near if within(field, value)] if field.kind == "number" else []
    return st.one_of(st.none(), *known, *[st.sampled_from(inside)] * len(known) if inside else ())


def within(field: Field[Any], value: Any) -> bool:
    """Whether a number lies within the bounds of a field."""
    low, high = field.bounds
    return bool((low is None or value >= low) and (high is None or value <= high))


def _known(field: Field[Any], on: date) -> Iterator[st.SearchStrategy[Any]]:
    low, high = field.bounds
    match field.kind:
        case "truth":
            yield st.booleans()
        case "code":
            yield st.sampled_from(field.among or SUBJECTS)
        case "date":
            first, last = low or on - timedelta(days=1500), high or on
            yield st.dates(_as_day(first), _as_day(last))
        case _:
            yield from _numbers(field, low, high)


def _numbers(field: Field[Any], low: Any, high: Any) -> Iterator[st.SearchStrategy[Any]]:
    if field.whole_percent:
        yield st.integers(0, 100)
    elif field.of is int:
        least = int(low if low is not None else 0)
        most = int(high) if high is not None else least + 1000
        yield st.integers(least, min(most, least + FAR))
        yield st.integers(least, most)
    else:
        ends = Fraction(low if low is not None else 0), Fraction(high if high is not None else 1000)
        yield st.fractions(*ends, max_denominator=40)


def _as_day(value: Any) -> date:
    assert isinstance(value, date)
    return value
