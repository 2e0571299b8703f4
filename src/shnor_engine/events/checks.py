"""What an event cannot say of itself: whether what it names is registered and its codes are in the lists.

An event model knows its own fields. That a listed school exists is seen only against the log and the rest of the
call; the marks `Ref`, `RefBy`, `Registers` and `CodeOf` on the fields say what to look up. Within one call the
order does not matter: a list and the registrations of its schools may come in any order.

A retraction of a registration that others refer to is *not* refused: a correction is a fact like any other, and
the right order of several corrections is nobody's business but their author's. The id is then unknown to later
calls, and `dangling` (the doctor's check) names every standing event that still refers to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from json import loads
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias, Union, get_args, get_origin

from pydantic import ValidationError

from shnor_engine.errors import FieldProblem, InvalidEvent, UnknownEventType, UpcastError
from shnor_engine.events.base import CodeOf, Envelope, Event, Ref, RefBy, Registers, Registry, Stored, field_problems

# A host is a school or a body; who registers one of these registers a place too. So with the other joint kind.
ALSO: Mapping[str, tuple[str, ...]] = {
    "school": ("place", "school_or_area"),
    "body": ("place",),
    "area": ("school_or_area",),
}
WHAT = {"place": "school or body", "school_or_area": "school or area", "line": "line of a roadmap"}
WHAT_RU = {  # of the kinds that tables and lines of JSON name most; others by their own name
    "school": "школа",
    "body": "организация",
    "area": "территория",
    "place": "школа или организация",
    "school_or_area": "школа или территория",
    "line": "строка дорожной карты",
    "recommendation": "рекомендация",
    "list": "перечень",
}
MOST_PROBLEMS = 100

Named: TypeAlias = tuple[str, str]  # a kind and an id
Shape = Literal["one", "many", "keys", "values"]


class Known:
    """The ids that registrations in force have made known, by kind; follows a log row by row.

    `position` is the last row it has seen. An id may be registered by several events (a plan is drafted, then
    adopted); it is known while one of them stands.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.position = 0
        self._ids: dict[str, dict[str, int]] = {}
        self._told: dict[str, tuple[Named, ...]] = {}
        self._target: dict[str, str] = {}
        self._corrections: dict[str, list[tuple[str, bool]]] = {}  # id -> who corrects it, and if by retraction
        self.add(events)

    def add(self, events: Iterable[Event]) -> None:
        """Take in what these events register; for events that no correction will reach (tests, simulations)."""
        for event in events:
            self._count(registrations(event), 1)

    def extend(self, rows: Iterable[Stored], registry: Registry, *, upto: int = 0) -> None:
        """Take in further raw rows of a log, corrections included, in order of position.

        Rows of types that register nothing are passed over, so it is enough to read `registering(registry)`;
        `upto` is then the position up to which the log was read.
        """
        wanted = registering(registry)
        for row in rows:
            if row.type in wanted:
                self._take(row, () if row.correction == "retract" else _registered_by(row, registry))
            self.position = row.position
        self.position = max(self.position, upto)

    def ids(self, kind: str) -> Collection[str]:
        """The ids of a kind that are known."""
        return self._ids.get(kind, {}).keys()

    def _take(self, row: Stored, told: tuple[Named, ...]) -> None:
        self._told[row.event_id] = told
        if row.corrects is None:
            self._count(told, 1)
            return
        touched = list(self._chain(row.corrects))
        before = {key: self._stands(key) for key in touched}
        self._target[row.event_id] = row.corrects
        self._corrections.setdefault(row.corrects, []).append((row.event_id, row.correction == "retract"))
        self._count(told, 1)
        for key in touched:
            self._count(self._told.get(key, ()), self._stands(key) - before[key])

    def _chain(self, key: str) -> Iterator[str]:
        """`key`, what it corrects, what that corrects, and so on."""
        yield key
        while key in self._target:
            key = self._target[key]
            yield key

    def _stands(self, key: str) -> bool:
        return not any(self._in_force(by) for by, _ in self._corrections.get(key, ()))

    def _in_force(self, correction: str) -> bool:
        """A correction is in force until it is retracted; superseding it hands its role on."""
        return not any(retracts and self._in_force(by) for by, retracts in self._corrections.get(correction, ()))

    def _count(self, told: Iterable[Named], by: int) -> None:
        if not by:
            return
        for kind, key in told:
            for name in (kind, *ALSO.get(kind, ())):
                ids = self._ids.setdefault(name, {})
                ids[key] = ids.get(key, 0) + by
                if not ids[key]:
                    del ids[key]


def known_from(rows: Iterable[Stored], registry: Registry) -> Known:
    """What the raw rows of a log have made known."""
    known = Known()
    known.extend(rows, registry)
    return known


def registering(registry: Registry) -> frozenset[str]:
    """The types whose events make something known."""
    return frozenset(cls.type for cls in registry if _plan(cls).registers)


def registrations(event: Event) -> tuple[Named, ...]:
    """The kinds and ids that an event makes known."""
    said = event.__dict__
    return tuple((kind, said[name]) for name, kind in _plan(event.__class__).registers)


def check(entries: Sequence[Event | Envelope], registry: Registry, known: Known) -> None:
    """Raises `InvalidEvent` when an entry names what neither `known` nor these entries register, or no code.

    Each problem says the event by its number in the call (from 1), the field, and which registration is missing.
    """
    events = [entry.event if isinstance(entry, Envelope) else entry for entry in entries]
    fresh: dict[str, set[str]] = {}
    for event in events:
        if event is not None and _plan(event.__class__).registers:
            for kind, key in registrations(event):
                for name in (kind, *ALSO.get(kind, ())):
                    fresh.setdefault(name, set()).add(key)
    found: list[FieldProblem] = []
    types: list[str] = []
    for number, event in enumerate(events, start=1):
        if event is None:
            continue
        missing = _missing(event, registry, known, fresh)
        if missing:
            types.append(event.type)
            found += [_problem(item, f"event {number} ({event.type})", registry, known, fresh) for item in missing]
        if len(found) >= MOST_PROBLEMS:
            found.append(FieldProblem("(call)", "and perhaps more: the check stopped here", f"event {number}"))
            break
    if found:
        raise InvalidEvent(types[0], found)


def check_names(
    event_type: str,
    refers: Mapping[tuple[str, str], Collection[str]],
    registers: Mapping[str, Collection[str]],
    registry: Registry,
    known: Known,
) -> None:
    """The same for events that came by columns: the names they refer to, by field and kind, and register, by kind.

    Raises `InvalidEvent` with one problem a missing name.
    """
    fresh: dict[str, set[str]] = {}
    for kind, keys in registers.items():
        for name in (kind, *ALSO.get(kind, ())):
            fresh.setdefault(name, set()).update(keys)
    absent = [
        _Missing(field, kind, value)
        for (field, kind), values in refers.items()
        for value in sorted(set(values) - set(known.ids(kind)) - fresh.get(kind, set()))
    ]
    if absent:
        found = [_problem(item, "", registry, known, fresh) for item in absent[:MOST_PROBLEMS]]
        raise InvalidEvent(event_type, found)


def dangling(rows: Iterable[Stored], registry: Registry) -> list[FieldProblem]:
    """Every reference of the effective rows of a log to something that no effective row registers.

    Empty for a log that was filled through `check` and in which no registration was taken back. Rows that the
    registry cannot read are passed over; `unreadable` names them.
    """
    standing = [(row, event) for row in rows if isinstance(event := _read(row, registry), Event)]
    known, found = Known(), []
    known.add(event for _, event in standing)
    for row, event in standing:
        for item in _missing(event, registry, known, {}):
            found.append(_problem(item, f"position {row.position} ({row.type})", registry, known, {}))
    return found


def unreadable(rows: Iterable[Stored], registry: Registry) -> list[FieldProblem]:
    """The rows that this registry cannot read, one problem for all of a type and version with the first position.

    So it is with a log whose plugin is gone, or that a later version wrote: no table holds these rows.
    """
    why: dict[tuple[str, int], tuple[int, str]] = {}
    count: Counter[tuple[str, int]] = Counter()
    for row in rows:
        if not isinstance(said := _read(row, registry), Event):
            kind = row.type, row.version
            count[kind] += 1
            why.setdefault(kind, (row.position, said))
    return [
        FieldProblem(
            f"{event_type} version {version}", f"{count[event_type, version]} not read: {said}", f"position {at}"
        )
        for (event_type, version), (at, said) in why.items()
    ]


def _read(row: Stored, registry: Registry) -> Event | str:
    """The event of a row, or why it cannot be read."""
    try:
        return row.event(registry)
    except UnknownEventType:
        return "no event of this type and version is known; is its plugin installed (`shnor plugins`)?"
    except ValidationError as error:
        return "; ".join(map(str, field_problems(error)))
    except UpcastError as error:
        return str(error)


# --- looking things up ----------------------------------------------------------------------------


class _Missing(NamedTuple):
    field: str
    kind: str  # the kind of thing, or the name of the list of codes
    value: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be looked up in an event of one class, worked out once."""

    registers: tuple[tuple[str, str], ...]
    one: tuple[tuple[str, str], ...]
    several: tuple[tuple[str, str, Shape], ...]
    by: tuple[tuple[str, str, Mapping[str, str]], ...]
    code: tuple[tuple[str, str], ...]
    codes: tuple[tuple[str, str, Shape], ...]


def _missing(event: Event, registry: Registry, known: Known, fresh: Mapping[str, Collection[str]]) -> list[_Missing]:
    """What an event names that is not there. This is on the way of every append, hence the plain loops."""
    plan, said, ids = _plan(event.__class__), event.__dict__, known._ids
    found: list[_Missing] = []
    for name, kind in plan.one:
        value = said[name]
        if value is not None and value not in ids.get(kind, ()) and value not in fresh.get(kind, ()):
            found.append(_Missing(name, kind, value))
    for name, kind, shape in plan.several:
        here, there = ids.get(kind, ()), fresh.get(kind, ())
        for value in _values(said[name], shape):
            if value not in here and value not in there:
                found.append(_Missing(name, kind, value))
    for name, chooser, kinds in plan.by:
        kind, value = kinds[said[chooser]], said[name]
        if value not in ids.get(kind, ()) and value not in fresh.get(kind, ()):
            found.append(_Missing(name, kind, value))
    for name, code_list in plan.code:
        value = said[name]
        # A list that nobody filled is not closed yet.
        if value is not None and value not in (codes := registry.codes(code_list)) and codes:
            found.append(_Missing(name, code_list, value, True))
    for name, code_list, shape in plan.codes:
        if codes := registry.codes(code_list):
            values = _values(said[name], shape)
            found += [_Missing(name, code_list, value, True) for value in values if value not in codes]
    return found


def _values(value: Any, shape: Shape) -> Collection[str]:
    if value is None:
        return ()
    return value.values() if shape == "values" else value  # type: ignore[no-any-return]


def _problem(
    item: _Missing, where: str, registry: Registry, known: Known, fresh: Mapping[str, Collection[str]]
) -> FieldProblem:
    if item.is_code:
        codes = registry.codes(item.kind)
        near = get_close_matches(item.value, codes, n=3) or sorted(codes)
        why = f"no code of the list {item.kind}: «{item.value}»; {_near(near)}"
        ru = f"в перечне кодов {item.kind} нет «{item.value}»{_near(near, '; ', 'похожие')}"
        return FieldProblem(item.field, why, where, ru)
    near = get_close_matches(item.value, {*known.ids(item.kind), *fresh.get(item.kind, ())}, n=3)
    kinds = {item.kind} | {kind for kind, also in ALSO.items() if item.kind in also}
    by = [cls.type for cls in registry if any(kind in kinds for _, kind in _plan(cls).registers)]
    why = f"unknown {WHAT.get(item.kind, item.kind)} «{item.value}»; missing: {' or '.join(by)} for it"
    ru = f"«{item.value}» ({WHAT_RU.get(item.kind, item.kind)}) в журнале нет; сначала внесите {' или '.join(by)}"
    ru += _near(near, "; ", "похожие")
    return FieldProblem(item.field, f"{why}, before or in this call{_near(near, '; ')}", where, ru)


def _near(names: Sequence[str], before: str = "", word: str = "near") -> str:
    return f"{before}{word}: {', '.join(names)}" if names else ""


def _registered_by(row: Stored, registry: Registry) -> tuple[Named, ...]:
    """What a row registers; a body of the newest version is read without making the event."""
    cls = registry[row.type]
    if row.version != cls.version:
        return registrations(row.event(registry))
    body = loads(row.body)
    return tuple((kind, body[name]) for name, kind in _plan(cls).registers)


# --- reading the marks ----------------------------------------------------------------------------


@cache
def _plan(cls: type[Event]) -> _Plan:
    if not issubclass(cls, Event):
        raise TypeError(f"an Event with a type or an Envelope is required, not {cls.__name__}")
    marks = [(name, *found) for name, field in cls.model_fields.items() for found in _field_marks(field)]
    refs = [(name, mark.kind, shape) for name, mark, shape in marks if isinstance(mark, Ref)]
    codes = [(name, mark.name, shape) for name, mark, shape in marks if isinstance(mark, CodeOf)]
    return _Plan(
        registers=tuple((name, mark.kind) for name, mark, _ in marks if isinstance(mark, Registers)),
        one=tuple((name, kind) for name, kind, shape in refs if shape == "one"),
        several=tuple(item for item in refs if item[2] != "one"),
        by=tuple((name, mark.field, dict(mark.kinds)) for name, mark, _ in marks if isinstance(mark, RefBy)),
        code=tuple((name, code_list) for name, code_list, shape in codes if shape == "one"),
        codes=tuple(item for item in codes if item[2] != "one"),
    )


def _field_marks(field: Any) -> Iterator[tuple[Any, Shape]]:
    """The marks of a field and whether they stand on its value, its items, or its keys or values."""
    yield from ((mark, "one") for mark in field.metadata)
    yield from _marks(field.annotation, "one")


def _marks(annotation: Any, shape: Shape) -> Iterator[tuple[Any, Shape]]:
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from ((mark, shape) for mark in inside[1:])
        yield from _marks(inside[0], shape)
    elif origin in (Union, UnionType):
        for item in inside:
            yield from _marks(item, shape)
    elif origin is dict:
        yield from _marks(inside[0], "keys")
        yield from _marks(inside[1], "values")
    elif origin in (tuple, list, set, frozenset):
        for item in inside:
            yield from _marks(item, "many")
