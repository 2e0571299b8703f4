"""Facts as rules read them: rows by key, what closes a set, and two rows that disagree.

`Facts.of` takes row dicts or any frame (Polars, or whatever narwhals carries). A null is unknown; a row that is not
there is unknown too, until something closes its keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from itertools import product
from math import inf
from typing import Any, TypeAlias

from shnor_engine.errors import FactError
from shnor_engine.reasoning.frames import rows_in
from shnor_engine.reasoning.values import ANY, Span
from shnor_engine.rules.fact import Fact, Field, Key
from shnor_engine.rules.periods import KEY_SAMPLE, is_period
from shnor_engine.rules.periods import KeyValue as KeyValue
from shnor_engine.rules.table_checks import as_number

Cell: TypeAlias = Any
Lists: TypeAlias = Mapping[str, tuple[str, ...]]
NO_LISTS: Lists = {}
HALF_PERCENT = Fraction(1, 200)
EVENTS = "events"
DISAGREEING = "disagreeing"


@dataclass(frozen=True, slots=True)
class Row:
    """One fact at its keys: a cell per field, the events behind it, and the events that disagree about a field."""

    keys: tuple[KeyValue, ...]
    cells: Mapping[str, Cell]
    events: tuple[str, ...]
    conflicts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Closing:
    """These keys (some of a grain) are complete: what was not reported there does not exist. `events` say so."""

    keys: Mapping[str, KeyValue]
    events: tuple[str, ...] = ()


Closed: TypeAlias = bool | Iterable[Closing | Mapping[str, Any]] | Any


class Facts:
    """Every row of every fact, frozen; equal content in any order gives equal answers."""

    def __init__(self, rows: Mapping[type[Fact], Mapping[tuple[KeyValue, ...], Row]], closed: _Closings) -> None:
        self._rows = rows
        self._closed = closed
        self._changed: Mapping[type[Fact], Mapping[tuple[KeyValue, ...], Row]] = {}
        self._firsts: dict[tuple[type[Fact], str], KeyValue | None] = {}
        self._indexes: dict[tuple[type[Fact], tuple[str, ...]], dict[tuple[KeyValue, ...], list[Row]]] = {}

    @classmethod
    def of(
        cls,
        tables: Mapping[type[Fact], Any],
        *,
        closed: bool | Mapping[type[Fact], Closed] = False,
        columns: Mapping[type[Fact], Mapping[str, str]] | None = None,
    ) -> Facts:
        """Facts from row dicts or frames, one table a fact.

        `columns` gives, for a fact, the column that holds a key or field where the names differ. `closed` is True
        (nothing is missing), or per fact True or rows of closed keys with an optional `events`. Raises `FactError`
        that names fact, column and row for a missing column, a wrong type, or a value out of bounds.
        """
        renamed = columns or {}
        if not _by_fact(tables):
            raise FactError("facts are given by their class: Facts.of({Fact: rows})")
        rows = {fact: _read(fact, table, renamed.get(fact, {})) for fact, table in tables.items()}
        spoken = closed if isinstance(closed, Mapping) else dict.fromkeys(tables, closed)
        return cls(rows, {fact: _closings(fact, spoken.get(fact, False), renamed.get(fact, {})) for fact in tables})

    def changed(self, rows: Mapping[type[Fact], Mapping[tuple[KeyValue, ...], Row]]) -> Facts:
        """These facts with some reported rows replaced; everything else is shared, not copied."""
        other = copy(self)
        other._changed = {**self._changed, **{fact: {**self._changed.get(fact, {}), **rows[fact]} for fact in rows}}
        return other

    def holds(self, fact: type[Fact]) -> bool:
        """Whether a table of this fact was given, be it empty."""
        return fact in self._rows

    def row(self, fact: type[Fact], keys: tuple[KeyValue, ...]) -> Row | None:
        """The row at these keys, if it was reported."""
        changed = self._changed.get(fact, {}).get(keys) if self._changed else None
        return self._rows.get(fact, {}).get(keys) if changed is None else changed

    def rows(self, fact: type[Fact]) -> Iterator[Row]:
        """Every reported row of a fact."""
        changed = self._changed.get(fact, {})
        return (changed.get(keys, row) for keys, row in self._rows.get(fact, {}).items())

    def matching(self, fact: type[Fact], context: Mapping[str, KeyValue]) -> list[Row]:
        """The reported rows that share the context's keys, in the order of their keys."""
        shared = tuple(key for key in fact.key_names() if key in context)
        if (fact, shared) not in self._indexes:
            self._indexes[fact, shared] = self._index(fact, shared)
        found = self._indexes[fact, shared].get(tuple(context[key] for key in shared), [])
        changed = self._changed.get(fact)
        return [changed.get(row.keys, row) for row in found] if changed else found

    def unreported(
        self, fact: type[Fact], context: Mapping[str, KeyValue], lists: Lists = NO_LISTS
    ) -> Iterator[tuple[KeyValue, ...]]:
        """Keys of the declared universe that nobody reported and nothing closed; none without a universe.

        `lists` gives the codes of keys whose list is a parameter, as they stand at the instant of the clause.
        """
        for keys in _universe(fact, context, lists):
            if self.row(fact, keys) is None and self._closing_at(fact, keys) is None:
                yield keys

    def closing_all(
        self, fact: type[Fact], context: Mapping[str, KeyValue], lists: Lists = NO_LISTS
    ) -> tuple[str, ...]:
        """Every event by which rows that nobody reported do not exist here."""
        found = set(self.closing(fact, context) or ())
        for keys in _universe(fact, context, lists):
            if self.row(fact, keys) is None:
                found.update(self._closing_at(fact, keys) or ())
        return tuple(sorted(found))

    def _closing_at(self, fact: type[Fact], keys: tuple[KeyValue, ...]) -> tuple[str, ...] | None:
        return self.closing(fact, dict(zip(fact.key_names(), keys, strict=True)))

    def open(self, fact: type[Fact], context: Mapping[str, KeyValue], lists: Lists = NO_LISTS) -> bool:
        """Whether rows may exist here that nobody can name: no declared universe and nothing closes the set."""
        free = [key for key in fact.grain if key.name not in context]
        declared = all(lists.get(key.name) or key.codes for key in free)
        return not declared and self.closing(fact, context) is None

    def closing(self, fact: type[Fact], context: Mapping[str, KeyValue]) -> tuple[str, ...] | None:
        """The events that close these keys (empty for `closed=True` and a declared gap), None while they are open."""
        if (period := fact.period_key()) is not None and context.get(period.name) in period.gaps:
            return ()
        for names, entries in self._closed.get(fact, {}).items():
            if all(name in context for name in names):
                events = entries.get(tuple(context[name] for name in names))
                if events is not None:
                    return events
        return None

    def first_period(self, fact: type[Fact], key: str) -> KeyValue | None:
        """The first period that the fact speaks of."""
        if (fact, key) not in self._firsts:
            place = fact.key_names().index(key) if key in fact.key_names() else None
            every: Any = () if place is None else (row.keys[place] for row in self.rows(fact))
            self._firsts[fact, key] = min(every, default=None)
        return self._firsts[fact, key]

    def subjects(self, fact: type[Fact], key: str) -> tuple[KeyValue, ...]:
        """Every value of a key that the fact speaks of, ascending."""
        place = fact.key_names().index(key)
        return tuple(
            sorted({row.keys[place] for row in self.rows(fact)}, key=lambda value: (str(type(value)), value))
        )

    def _index(self, fact: type[Fact], shared: tuple[str, ...]) -> dict[tuple[KeyValue, ...], list[Row]]:
        places = [fact.key_names().index(key) for key in shared]
        index: dict[tuple[KeyValue, ...], list[Row]] = {}
        for row in sorted(self._rows.get(fact, {}).values(), key=lambda row: tuple(map(str, row.keys))):
            index.setdefault(tuple(row.keys[place] for place in places), []).append(row)
        return index


_Closings: TypeAlias = Mapping[type[Fact], Mapping[tuple[str, ...], Mapping[tuple[KeyValue, ...], tuple[str, ...]]]]


def _universe(fact: type[Fact], context: Mapping[str, KeyValue], lists: Lists) -> Iterator[tuple[KeyValue, ...]]:
    """Every row that the declared lists of keys allow here; none where a key has no list."""
    choices = [(context[key.name],) if key.name in context else lists.get(key.name, key.codes) for key in fact.grain]
    return product(*choices)


# --- reading tables -------------------------------------------------------------------------------


def _by_fact(tables: object) -> bool:
    classes = tables if isinstance(tables, Mapping) else (None,)
    return all(isinstance(key, type) and issubclass(key, Fact) for key in classes)


def _read(fact: type[Fact], table: Any, columns: Mapping[str, str]) -> dict[tuple[KeyValue, ...], Row]:
    fields = fact.fields()
    found: dict[tuple[KeyValue, ...], list[dict[str, Any]]] = {}
    kinds: list[type] = []
    for number, record in enumerate(rows_in(table, fact.__name__)):
        where = f"{fact.__name__}, row {number}"
        keys = tuple(_key(fact, key, record, columns, where) for key in fact.key_names())
        kinds = kinds or list(map(type, keys))
        if kinds != list(map(type, keys)):
            raise FactError(
                f"keys {keys!r} are of another type than in the rows before: text or whole numbers", where
            )
        cells = {name: _cell(field, record, columns.get(name, name), where) for name, field in fields.items()}
        read = {name: cell_of(field, cells[name], f"{where}, column {name}") for name, field in fields.items()}
        named = {name: _ids(record.get(name), f"{where}, column {name}") for name in (EVENTS, DISAGREEING)}
        found.setdefault(keys, []).append(read | named)
    return {keys: _merged(fields, keys, records) for keys, records in found.items()}


def _ids(value: Any, where: str) -> tuple[str, ...]:
    """The ids of events in a cell; a text is one of them, no list of its letters."""
    if value is None or isinstance(value, str):
        return () if value is None else (value,)
    if isinstance(value, Iterable) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise FactError(f"{value!r} is no list of event ids", where)


def _cell(field: Field[Any], record: Mapping[str, Any], column: str, where: str) -> Any:
    return record.get(column) if field.optional else _take(record, column, where)


def _take(record: Mapping[str, Any], column: str, where: str) -> Any:
    if column in record:
        return record[column]
    near = get_close_matches(column, list(record), n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"it has {', '.join(record)}"
    raise FactError(f"column {column} is missing; {hint}", where)


def _key(fact: type[Fact], name: str, record: Mapping[str, Any], columns: Mapping[str, str], where: str) -> KeyValue:
    value = _take(record, columns.get(name, name), where)
    key = fact.key(name)
    checked = check_key(key, value, where)
    if value in key.gaps:
        raise FactError(f"key {name} is {value!r}, a period declared as a gap: nothing is measured in it", where)
    if key.codes and value not in key.codes:
        raise FactError(f"key {name} is {value!r}, not one of {', '.join(key.codes)}", where)
    return checked


def check_key(key: Key, value: Any, where: str) -> KeyValue:
    """The value of a key; raises `FactError` for one that it cannot have, whatever its list is."""
    if key.period and not is_period(key.period, value):
        raise FactError(f"key {key.name} is {value!r}, not a {key.period} like {KEY_SAMPLE[key.period]}", where)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise FactError(f"key {key.name} is {value!r}, not text or a whole number", where)
    return value


def _merged(fields: Mapping[str, Field[Any]], keys: tuple[KeyValue, ...], records: list[dict[str, Any]]) -> Row:
    """One row from all that was said at these keys: equal values are one fact, different ones are unknown.

    What a table leaves unknown because its own sources disagree, it says in the column `disagreeing`.
    """
    events = tuple(sorted({event for record in records for event in record[EVENTS]}))
    if len(records) == 1:
        (record,) = records
        disagree = record[DISAGREEING]
        unclear = [name for name, field in fields.items() if disagree and record[name] == unknown_cell(field)]
        return Row(keys, {name: record[name] for name in fields}, events, dict.fromkeys(unclear, disagree))
    cells, conflicts = {}, {}
    for name, field in fields.items():
        unknown = unknown_cell(field)
        said = {record[name]: record[EVENTS] for record in records if record[name] != unknown}
        cells[name] = next(iter(said)) if len(said) == 1 else unknown
        if len(said) > 1:
            conflicts[name] = events
    return Row(keys, cells, events, conflicts)


def unknown_cell(field: Field[Any]) -> Cell:
    """A field that nobody knows: its bounds, its codes, or an undetermined truth."""
    if field.kind in ("number", "date"):
        low, high = field.bounds
        return Span(-inf if low is None else as_number(low), inf if high is None else as_number(high))
    return frozenset(field.among) if field.kind == "code" and field.among else None


def cell_of(field: Field[Any], value: Any, where: str) -> Cell:
    """A value as reasoning holds it; raises `FactError` for another type or a value out of bounds."""
    if value is None:
        return unknown_cell(field)
    match field.kind:
        case "truth":
            return _typed(value, bool, "true or false", where)
        case "code":
            text = _typed(value, str, "text", where)
            if field.among and text not in field.among:
                raise FactError(f"{text!r} is none of {', '.join(field.among)}", where)
            return frozenset((text,))
        case "date":
            return _day(field, value, where)
    return _number(field, value, where)


def _day(field: Field[Any], value: Any, where: str) -> Span:
    """A day, or a pair of days between which it lies, both included."""
    pair = tuple(value) if isinstance(value, tuple | list) else (value, value)
    for item in pair:
        if not isinstance(item, date) or isinstance(item, datetime):
            raise FactError(f"{item!r} is a {type(item).__name__}, not a day or a pair of days", where)
    if len(pair) != 2 or pair[0] > pair[1]:
        raise FactError(f"{value!r} is no pair of days, the earlier first", where)
    span = Span(pair[0].toordinal(), pair[1].toordinal())
    low, high = unknown_cell(field)
    if not low <= span.lo <= span.hi <= high:
        raise FactError(f"{value} lies outside {field.bounds[0] or ''}..{field.bounds[1] or ''}", where)
    return span


def _typed(value: Any, expected: type, name: str, where: str) -> Any:
    if not isinstance(value, expected):
        raise FactError(f"{value!r} is a {type(value).__name__}, not {name}", where)
    return value


def _number(field: Field[Any], value: Any, where: str) -> Span:
    if isinstance(value, bool) or not isinstance(value, int | Fraction | Decimal):
        hint = "; a float is not exact: give part and whole, or text of a Decimal" if isinstance(value, float) else ""
        raise FactError(f"{value!r} is a {type(value).__name__}, not a whole or exact number{hint}", where)
    if isinstance(value, Decimal) and not value.is_finite():
        raise FactError(f"{value} is no number", where)
    if field.of is int and value != int(value):
        raise FactError(f"{value} is no whole number", where)
    exact = int(value) if field.of is int else Fraction(value)
    low, high = unknown_cell(field)
    if field.whole_percent:
        share = Fraction(exact) / 100
        span = Span(max(low, share - HALF_PERCENT), min(high, share + HALF_PERCENT))
    else:
        span = Span(exact, exact)
    if not low <= span.lo <= span.hi <= high:
        raise FactError(f"{value} lies outside {_bound(low)}..{_bound(high)}", where)
    return span


def _bound(value: Any) -> str:
    return "" if value in ANY else str(value)


def _closings(
    fact: type[Fact], closed: Closed, columns: Mapping[str, str]
) -> dict[tuple[str, ...], dict[tuple[KeyValue, ...], tuple[str, ...]]]:
    if closed is False:
        return {}
    if closed is True:
        return {(): {(): ()}}
    found: dict[tuple[str, ...], dict[tuple[KeyValue, ...], tuple[str, ...]]] = {}
    for number, item in enumerate(closed if isinstance(closed, list | tuple) else rows_in(closed, "closed")):
        if not isinstance(item, Closing | Mapping):
            raise FactError(f"{item!r} is neither a mapping of keys nor a Closing", f"closed, row {number}")
        keys, events = (item.keys, item.events) if isinstance(item, Closing) else _closed_keys(fact, item, columns)
        if strange := [name for name in keys if name not in fact.key_names()]:
            raise FactError(
                f"closed keys {', '.join(strange)} are no keys of {fact.__name__}", f"closed, row {number}"
            )
        for name, value in keys.items():
            check_key(fact.key(name), value, f"closed, row {number}")
        names = tuple(key for key in fact.key_names() if key in keys)
        entry = found.setdefault(names, {})
        values = tuple(keys[name] for name in names)
        entry[values] = tuple(sorted({*entry.get(values, ()), *events}))
    return found


def _closed_keys(
    fact: type[Fact], item: Mapping[str, Any], columns: Mapping[str, str]
) -> tuple[dict[str, KeyValue], tuple[str, ...]]:
    back = {column: name for name, column in columns.items()}
    keys = {back.get(name, name): value for name, value in item.items() if name != EVENTS}
    return keys, _ids(item.get(EVENTS), "closed, column events")


def on_lists(names: tuple[str, ...], row: tuple[KeyValue, ...], lists: Lists) -> bool:
    """Whether a row's codes are on the lists that are in force; one that is not takes no part."""
    return all(value in lists[name] for name, value in zip(names, row, strict=True) if name in lists)
