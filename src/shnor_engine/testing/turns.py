"""Where the law turns: the values of its thresholds, by the field that each is compared with, alone or as a share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from shnor_engine.packs import Pack
from shnor_engine.rules.fact import Fact
from shnor_engine.rules.tree import FieldRef, Ratio
from shnor_engine.testing.limits import limits, written


@dataclass(frozen=True, slots=True)
class Turns:
    """The thresholds of one fact: of its fields, and of shares as (part, whole, threshold)."""

    numbers: dict[str, tuple[Any, ...]]
    shares: tuple[tuple[str, str, Fraction], ...]

    def near(self, name: str) -> list[int]:
        """Whole numbers just below, at and just above every threshold of a field."""
        return sorted({end + step for t in self.numbers.get(name, ()) for end in _whole(t) for step in (-1, 0, 1)})

    def steps_up(self, name: str, row: dict[str, Any]) -> list[int]:
        """By how much a number has to be raised to reach each next turn, and to pass it."""
        value, ends = row[name], [end for t in self.numbers.get(name, ()) for end in _whole(t)]
        for part, whole, limit in self.shares:
            if name == part and isinstance(row[whole], int):
                ends += _whole(limit * row[whole])
            elif name == whole and isinstance(row[part], int) and limit > 0:
                ends += _whole(row[part] / limit)
        return sorted({turn + past - value for turn in ends for past in (0, 1) if turn + past > value})


_MET: dict[tuple[str, str], Turns] = {}


def turns(pack: Pack, fact: type[Fact]) -> Turns:
    """The thresholds that the fields of a fact meet in a pack, in its rule or one that it reads; looked for once."""
    asked = pack.digest, fact.__name__
    if asked not in _MET:
        _MET[asked] = _turns(pack, fact)
    return _MET[asked]


def _turns(pack: Pack, fact: type[Fact]) -> Turns:
    numbers: dict[str, set[Any]] = {}
    shares: set[tuple[str, str, Fraction]] = set()
    for limit in limits(pack.tree):
        number = None if limit.expr is None else written(limit.tree, limit.expr)
        for value in _values(pack, limit.param.key):
            match number:
                case FieldRef() if number.fact is fact:
                    numbers.setdefault(number.field, set()).add(value)
                case Ratio():
                    part, whole = (written(limit.tree, side) for side in (number.part, number.whole))
                    if isinstance(part, FieldRef) and isinstance(whole, FieldRef) and part.fact is whole.fact is fact:
                        shares.add((part.field, whole.field, Fraction(value)))
    return Turns({name: tuple(sorted(found)) for name, found in numbers.items()}, tuple(sorted(shares)))


def _values(pack: Pack, key: str) -> Iterator[Any]:
    """Every number that a parameter has, at any time and in any region."""
    param = pack.law.parameters[key]
    entries = [*param.entries, *(entry for one in pack.law.overrides if one.param == key for entry in one.entries)]
    for entry in entries:
        if isinstance(entry.value, int | Fraction) and not isinstance(entry.value, bool):
            yield entry.value


def _whole(number: Any) -> list[int]:
    return sorted({floor(number), ceil(number)})
