"""The facts that bring a number just below, to, and just above its threshold: examples with rows altered, taken away
and added, found by looking where each change leads and following the one that leads nearest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from heapq import heappop, heappush
from itertools import count
from math import ceil, floor, inf
from typing import Any

from shnor_engine.errors import ShnorError
from shnor_engine.packs import Example, Pack
from shnor_engine.reasoning.evaluate import Evaluation
from shnor_engine.rules.fact import Fact, Key
from shnor_engine.rules.periods import shifted
from shnor_engine.rules.ranking import Rank
from shnor_engine.testing.limits import Limit, Point, whole, written
from shnor_engine.testing.pack_facts import within

THERE, FARTHEST = (0, False), (inf, True, inf)
ROW = 3  # a row more or less counts as so many changed cells
TRIES = 180  # how many sets of facts are looked at on one way to a threshold
AT = {-1: "t−1", 0: "t", 1: "t+1"}
NEAR = {-1: "just below t", 0: "t", 1: "just above t"}
Tables = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Reached:
    """An example whose number lies at a threshold: `at` says where, `changed` what was changed in it for that."""

    limit: Limit
    example: Example
    at: str
    point: Point
    changed: str

    @property
    def param(self) -> str:
        """The key of the parameter."""
        return self.limit.param.key

    @property
    def holds(self) -> bool | None:
        """What plain arithmetic makes of the number and the threshold."""
        return self.limit.said(self.point.low, self.point.high, self.point.limit)

    @property
    def name(self) -> str:
        """«Limits.least at low_year, t−1 (1): name of the example [Sitting(oge.russian).below_min 3 → 2]»."""
        low, high = _plain(self.point.low), _plain(self.point.high)
        number = low if low == high else f"{low}…{high}"
        changed = f" [{self.changed}]" if self.changed else ""
        return f"{self.limit.name}, {self.at} ({number}): {self.example.name}{changed}"

    def mistake(self, pack: Pack) -> str:
        """Where the engine takes the number and the threshold otherwise than plain arithmetic; empty if nowhere."""
        if self.point.holds is None or self.holds is None or self.point.holds == self.holds:
            return ""
        return f"{self.name}: the comparison is {self.point.holds}, not {self.holds}"


@dataclass(slots=True)
class _Search:
    """All that was looked at on the way to one threshold."""

    pack: Pack
    limit: Limit
    stock: Tables
    seen: dict[str, tuple[_Try, list[Point]]] = field(default_factory=dict)

    def points(self, tried: _Try) -> list[Point]:
        """Where the number lies with these facts: at the keys of the subject itself where it is known there."""
        if (told := tried.told) not in self.seen:
            found = _points(self.pack, self.limit, tried.example)
            own = [point for point in found if point.exact and point.keys == tried.origin.keys]
            self.seen[told] = tried, own or found
        return self.seen[told][1]

    def look(self, tried: _Try, goal: int = 0) -> Point | None:
        """The point that lies nearest to the goal; None where there is none."""
        return min(self.points(tried), key=lambda point: _far(point, goal), default=None)

    def toward(self, goal: int, starts: Sequence[_Try]) -> _Try | None:
        """The facts with which the number lies `goal` above its threshold, by the fewest changes that were met.

        First by facts with which it is known, then by those that leave it open as well: one period more may close it.
        """
        return self._toward(goal, starts, known=True) or self._toward(goal, starts, known=False)

    def _toward(self, goal: int, starts: Sequence[_Try], *, known: bool) -> _Try | None:
        """Best first: a change that leads nearer is followed at once, the others are kept for later."""
        most, number, met = len(self.seen) + TRIES, count(), set[str]()
        open_: list[tuple[Any, int, int, _Try, Iterator[_Try]]] = []

        def put(tried: _Try) -> tuple[Any, ...]:
            point = self.look(tried, goal)
            far = FARTHEST if point is None else _far(point, goal)
            if tried.told not in met and not (known and far[1]):
                heappush(open_, (far, tried.changes, next(number), tried, self.moves(tried, goal)))
            met.add(tried.told)
            return far

        for start in starts:
            if put(start)[:2] == THERE:
                return start
        while open_ and len(self.seen) < most:
            entry = heappop(open_)
            for tried in entry[-1]:
                far = put(tried)
                if far[:2] == THERE:
                    return tried
                if far < entry[0] or len(self.seen) >= most:
                    heappush(open_, entry)
                    break
        return None

    def beside(self, at: _Try, side: int) -> tuple[_Try, Point] | None:
        """Of what one change makes of `at` the least one that brings the number to a side of the threshold."""
        point, moved = self.look(at), list(self.moves(at, side))
        if point is not None and whole(self.limit, point):
            return self.on_side(side, [*self.all, *moved], point)
        steps = [step for fact in self.pack.bindings for step in self._steps(at, fact)]
        return self.on_side(side, steps, point) or self.on_side(side, [*moved, *self.all], point)

    @property
    def all(self) -> list[_Try]:
        """Everything that was looked at."""
        return [tried for tried, _ in self.seen.values()]

    def on_side(self, side: int, among: Iterable[_Try], at: Point | None) -> tuple[_Try, Point] | None:
        """What lies on one side of the threshold: one above or below it, the threshold unmoved, by little change."""
        there = []
        for place, tried in enumerate(among):
            point = self.look(tried, side)
            if point is not None and point.exact and point.off * side > 0:
                one = at is None or not whole(self.limit, at) or abs(point.off) == 1
                moved = at is not None and point.limit != at.limit
                order = (tried.changes, abs(point.off)) if at and whole(self.limit, at) else (abs(point.off), 0)
                there.append((not one, moved, *order, place, tried, point))
        return min(there)[-2:] if there else None

    # --- changes --------------------------------------------------------------------------------

    def moves(self, tried: _Try, goal: int) -> Iterator[_Try]:
        """Facts one change away: of numbers, of other cells, of rows more and less."""
        facts = [(fact, tried.tables[fact.__name__]) for fact in self.pack.bindings]
        for fact, rows in facts:
            for place in range(len(rows)):
                yield from self._numbers(tried, fact, place, goal)
        for fact, rows in facts:
            for place, row in enumerate(rows):
                yield from (tried.with_row(fact, place, {**row, **cells}) for cells in self._other_cells(fact, row))
        keys = tried.origin.keys
        for fact, rows in facts:
            # Rows of the subject itself first: a year more of its own closes a run, one of a stranger does not.
            for row in sorted(rows, key=lambda row: sum(keys.get(name) != row[name] for name in fact.key_names())):
                yield from (tried.with_rows(fact, [*rows, added]) for added in self._added(tried, fact, row))
        for fact, rows in facts:
            for place in range(len(rows)):
                yield tried.with_rows(fact, [*rows[:place], *rows[place + 1 :]])

    def _numbers(self, tried: _Try, fact: type[Fact], place: int, goal: int) -> Iterator[_Try]:
        """One number moved by one, and from there by as much as the threshold is away."""
        row, start = tried.tables[fact.__name__][place], self.look(tried)
        for name, item in fact.fields().items():
            value = row[name]
            if not _is_number(value):
                continue
            for step in (1, -1):
                if not within(item, value + step):
                    continue
                moved = tried.with_row(fact, place, {**row, name: value + step})
                yield moved
                point = self.look(moved)
                if start is None or point is None or not start.exact or not point.exact or point.off == start.off:
                    continue
                wanted = value + step * Fraction(goal - start.off) / Fraction(point.off - start.off)
                for found in sorted({floor(wanted), ceil(wanted)} if item.of is int else {wanted}):
                    if within(item, found):
                        yield tried.with_row(fact, place, {**row, name: found})

    def _steps(self, tried: _Try, fact: type[Fact]) -> Iterator[_Try]:
        """One number of a row moved by one."""
        for place, row in enumerate(tried.tables[fact.__name__]):
            for name, item in fact.fields().items():
                if _is_number(row[name]):
                    values = (row[name] + step for step in (1, -1))
                    yield from (tried.with_row(fact, place, {**row, name: to}) for to in values if within(item, to))

    def _other_cells(self, fact: type[Fact], row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """What other rows of the examples hold, other truths and codes, a number as large as another of the row."""
        for other in self.stock[fact.__name__]:
            yield {name: other[name] for name in fact.fields()}
        for name, item in fact.fields().items():
            given = (not row[name],) if isinstance(row[name], bool) else item.among if item.kind == "code" else ()
            yield from ({name: value} for value in given if value != row[name])
            if item.of is int:
                whole = {row[other] for other, beside in fact.fields().items() if beside.of is int} - {
                    None,
                    row[name],
                }
                yield from ({name: value} for value in sorted(whole) if within(item, value))

    def _added(self, tried: _Try, fact: type[Fact], row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """A row beside this one that differs from it in one key, with its own cells or those of another."""
        taken = {tuple(item[name] for name in fact.key_names()) for item in tried.tables[fact.__name__]}
        for key in fact.grain:
            for value in _free(key, row[key.name]):
                added = {**row, key.name: value}
                if tuple(added[name] for name in fact.key_names()) in taken:
                    continue
                yield added
                for other in self.stock[fact.__name__]:
                    yield {**added, **{name: other[name] for name in fact.fields()}}
                break


@dataclass(frozen=True)
class _Try:
    """An example with other rows than it had."""

    origin: Example
    before: Tables
    tables: Tables

    @cached_property
    def told(self) -> str:
        """The same for the same facts."""
        return repr((self.origin.name, sorted(self.tables.items())))

    @cached_property
    def changes(self) -> int:
        """How many cells differ from the example; a row more or less counts as `ROW`."""
        return sum(map(self._changed, self.tables))

    @property
    def example(self) -> Example:
        """The example with these rows."""
        return replace(self.origin, facts={name: tuple(rows) for name, rows in self.tables.items()})

    def with_rows(self, fact: type[Fact], rows: Sequence[Mapping[str, Any]]) -> _Try:
        """These rows of a fact."""
        return replace(self, tables={**self.tables, fact.__name__: rows})

    def with_row(self, fact: type[Fact], place: int, row: Mapping[str, Any]) -> _Try:
        """Another row at a place."""
        rows = self.tables[fact.__name__]
        return self.with_rows(fact, [*rows[:place], row, *rows[place + 1 :]])

    def _changed(self, name: str) -> int:
        before, now = self.before[name], self.tables[name]
        cells = sum(old[key] != new.get(key) for old, new in zip(before, now, strict=False) for key in old)
        return ROW * abs(len(before) - len(now)) + (cells if len(before) <= len(now) else 0)


def reached(pack: Pack, limit: Limit) -> list[Reached]:
    """The cases at a threshold, the lower first; for a rank also that of a tie. Empty where none turns it.

    The threshold counts as reached when a case lies on either side of its turn: with `>=` at t−1 and at t.
    """
    starts = list(_starts(pack))
    search = _Search(pack, limit, _stock(pack, starts))
    at = search.toward(0, starts)
    point = None if at is None else search.look(at)
    found = {side: _found(search, at, side) for side in (-1, 1)}
    found[0] = None if at is None or point is None else (at, point)
    cases = [_case(search, *there, point) for side in (-1, 0, 1) if (there := found[side]) is not None]
    if at is not None:
        cases += _ties(search, at)
    return cases if len({case.holds for case in cases}) > 1 else []


def nearest(pack: Pack, limit: Limit) -> str:
    """How near the examples as they are come to a threshold that no change of them reaches."""
    points = [point for start in _starts(pack) for point in _points(pack, limit, start.example) if point.exact]
    if not points:
        return f"{limit.number} is known in no example"
    near = min(points, key=lambda point: abs(point.off))
    return f"{limit.number} is {_plain(near.low)} beside {_plain(near.limit)}, and no change that was tried turns it"


def _found(search: _Search, at: _Try | None, side: int) -> tuple[_Try, Point] | None:
    """The case on one side: one below or above where the number is whole, else the nearest."""
    if at is None:
        return search.on_side(side, search.all, None)
    point, near = search.look(at), search.beside(at, side)
    if point is None or not whole(search.limit, point) or (near is not None and abs(near[1].off) == 1):
        return near
    further = search.toward(side, [at])
    found = None if further is None else search.look(further, side)
    return near if further is None or found is None else (further, found)


def _case(search: _Search, tried: _Try, point: Point, at: Point | None, *, word: str = "") -> Reached:
    side = (point.off > 0) - (point.off < 0)
    words = AT if at is not None and whole(search.limit, at) and abs(point.off) <= 1 else NEAR
    return Reached(search.limit, tried.example, word or words[side], point, _changes(search.pack, tried))


def _ties(search: _Search, at: _Try) -> Iterator[Reached]:
    """The member just outside made equal to the one that takes the last place inside."""
    rank, point = _rank(search.limit), search.look(at)
    own = None if rank is None else _own(at, rank.fact)
    if rank is None or own is None or point is None:
        return
    wanted = {"min": (point.low, point.low), "max": (point.low + 1,) * 2, "open": (point.low, point.low + 1)}
    rows = at.tables[rank.fact.__name__]
    for place, row in enumerate(rows):
        if row is own:
            continue
        tried = at.with_row(rank.fact, place, {**row, **{name: own[name] for name in rank.fact.fields()}})
        for tied in _points(search.pack, search.limit, tried.example)[:1]:
            if tied.limit == point.limit and (tied.low, tied.high) == wanted[rank.ties]:
                yield _case(search, tried, tied, point, word="t, a tie")
                return


def _rank(limit: Limit) -> Rank | None:
    expr = None if limit.expr is None else written(limit.tree, limit.expr)
    return expr if isinstance(expr, Rank) else None


def _own(tried: _Try, fact: type[Fact]) -> Mapping[str, Any] | None:
    keys = tried.origin.keys
    mine = [
        row
        for row in tried.tables[fact.__name__]
        if all(row[name] == keys[name] for name in fact.key_names() if name in keys)
    ]
    return mine[0] if len(mine) == 1 else None


def _far(point: Point, goal: int) -> tuple[Any, bool, Any]:
    """How far from the goal the number lies at least, whether it is more than one, and what is left to close."""
    below, above = point.low - point.limit - goal, point.high - point.limit - goal
    wide = 0 if point.high == inf or point.low == -inf else point.high - point.low
    return max(below, -above, 0), not point.exact, abs(below) + wide


def _points(pack: Pack, limit: Limit, example: Example) -> list[Point]:
    try:
        facts = example.rows(pack)
        evaluation = Evaluation(pack.tree, facts, pack.law, on=example.day, region=example.region)
        return limit.points(evaluation, dict(example.keys))
    except (ShnorError, ValueError, OverflowError):
        return []  # facts that cannot be are no way to a threshold


def _starts(pack: Pack) -> Iterator[_Try]:
    for example in pack.examples:
        rows = example.tables(pack)
        yield _Try(example, rows, rows)


def _stock(pack: Pack, starts: Sequence[_Try]) -> Tables:
    """What rows the examples hold of each fact, by their fields, each once."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for fact in pack.bindings:
        rows = {
            repr([row[name] for name in fact.fields()]): row
            for start in starts
            for row in start.tables[fact.__name__]
            if None not in (row[name] for name in fact.fields())
        }
        found[fact.__name__] = list(rows.values())[:6]
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def _free(key: Key, value: Any) -> Iterator[Any]:
    """Other values of a key, the nearest first."""
    if key.period:
        yield from (shifted(key.period, value, back) for back in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))
    elif key.codes:
        yield from key.codes
    else:
        yield from (f"{value}-{number}" for number in range(2, 40))


# --- words --------------------------------------------------------------------------------------------


def _changes(pack: Pack, tried: _Try) -> str:
    """What differs from the example: rows by their keys, numbers before and after."""
    before, parts = tried.origin.tables(pack), []
    for fact in pack.bindings:
        old, new = (_by_keys(fact, tables.get(fact.__name__, ())) for tables in (before, tried.tables))
        parts += [f"without {_place(fact, keys, tried)}" for keys in old if keys not in new]
        for keys, row in new.items():
            was, name = old.get(keys), _place(fact, keys, tried)
            cells = {item: row[item] for item in fact.fields() if was is None or row[item] != was[item]}
            told = ", ".join(
                f"{item} {_plain(value)}" if was is None else f"{item} {_plain(was[item])} → {_plain(value)}"
                for item, value in cells.items()
            )
            if was is None:
                parts.append(f"and {name}: {told}")
            elif told:
                parts.append(f"{name}: {told}")
    return "; ".join(parts)


def _by_keys(fact: type[Fact], rows: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    return {tuple(row[name] for name in fact.key_names()): row for row in rows}


def _place(fact: type[Fact], keys: tuple[Any, ...], tried: _Try) -> str:
    """«Sitting(oge.russian)»: the keys that the rule does not give itself."""
    own = tried.origin.keys
    told = [str(value) for name, value in zip(fact.key_names(), keys, strict=True) if own.get(name) != value]
    return f"{fact.__name__}({', '.join(told)})" if told else fact.__name__


def _plain(value: Any) -> str:
    return "unknown" if value is None else str(value)
