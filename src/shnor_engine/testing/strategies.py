"""Hypothesis strategies for events of any class, and for histories of a log with corrections.

    from shnor_engine.testing.strategies import events_of, histories, play

    @given(events_of(MyEvent))
    def test_…(event): …

Ids that name a registered thing come from a small pool per kind, so that events meet; `named` gives a strategy for
every field of a name where chance would seldom hit the same value (a year, an area).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import annotated_types as at
from hypothesis import assume
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic.types import StringConstraints

from shnor_engine.errors import CorrectionError
from shnor_engine.events.base import AtMost, CodeOf, Event, NotBoth, Ref, Registers, Registry, SumIs
from shnor_engine.events.when import When
from shnor_engine.log.protocol import Log

E = TypeVar("E", bound=Event)
Named = Mapping[str, st.SearchStrategy[Any]]
Strategy = st.SearchStrategy[Any]

_LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
_INT64 = 2**63
_JSON = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5)


def whens(*, first: int = 2019, last: int = 2025) -> st.SearchStrategy[When]:
    """Moments and spans of every precision and kind, in calendar years from `first` to `last`."""
    years, kinds = st.integers(first, last), st.sampled_from(["once", "throughout"])
    days = st.dates(dt.date(first, 1, 1), dt.date(last, 12, 31))
    return st.one_of(
        st.builds(When.day, days, kind=kinds),
        st.builds(When.month, years, st.integers(1, 12), months=st.integers(1, 14), kind=kinds),
        st.builds(When.quarter, years, st.integers(1, 4), kind=kinds),
        st.builds(When.year, years, years=st.integers(1, 3), kind=kinds),
        st.builds(When.school_year, years, kind=kinds),
    )


def events_of(
    cls: type[E], *, registry: Registry | None = None, pool: int = 4, named: Named | None = None
) -> st.SearchStrategy[E]:
    """Valid events of a class; `registry` gives the codes, `pool` how many things there are of each kind."""
    maker = _Maker(registry, pool)
    hints = get_type_hints(cls, include_extras=True)
    given = {} if named is None else named
    fields = {name: given[name] if name in given else maker.of(hints[name], ()) for name in cls.model_fields}
    fields[cls.subject_field] = fields[cls.subject_field].filter(_names_somebody)
    return st.fixed_dictionaries(fields).map(lambda values: _built(cls, values))


def _names_somebody(subject: str) -> bool:
    """Whether a log takes the text as a subject."""
    return bool(subject) and subject.isprintable()


def _built(cls: type[E], values: dict[str, Any]) -> E:
    try:
        return cls(**_within(cls, values))
    except ValidationError:
        assume(False)
        raise


def _within(cls: type[Event], values: dict[str, Any]) -> dict[str, Any]:
    """The values bent so that they keep the limits between fields that the class states."""
    for limit in cls.limits:
        if isinstance(limit, SumIs) and values[limit.parts] is not None and values[limit.whole] is not None:
            values[limit.whole] = sum(values[limit.parts])
        elif isinstance(limit, NotBoth) and values[limit.one] is not None:
            values[limit.other] = None
    for limit in cls.limits:
        if isinstance(limit, AtMost) and values[limit.low] is not None and values[limit.high] is not None:
            values[limit.low] = min(values[limit.low], values[limit.high])
    return values


class _Maker:
    """From the annotation of a field to its values."""

    def __init__(self, registry: Registry | None, pool: int) -> None:
        self._registry = registry
        self._pool = pool

    def of(self, annotation: Any, marks: Sequence[Any]) -> Strategy:
        """Values of an annotation under the marks (bounds, patterns, references) that stand around it."""
        origin, args = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self.of(args[0], [*marks, *_flat(args[1:])])
        if origin in (Union, UnionType):
            return st.one_of([st.none() if arg is NoneType else self.of(arg, marks) for arg in args])
        if origin is Literal:
            return st.sampled_from(args)
        if origin is tuple and args[-1] is Ellipsis:
            return st.lists(self.of(args[0], ()), max_size=4, unique=True).map(tuple)
        if origin is tuple:
            return st.tuples(*(self.of(arg, ()) for arg in args))
        if origin is dict:
            return st.dictionaries(self.of(args[0], ()), self.of(args[1], ()), max_size=3)
        return self._plain(annotation, marks)

    def _plain(self, kind: Any, marks: Sequence[Any]) -> Strategy:
        if kind is str:
            return self._text(marks)
        if kind is int:
            return st.integers(*_bounds(marks, -_INT64, _INT64 - 1))
        if kind is float:
            low, high = _bounds(marks, None, None)
            exclusive = any(isinstance(mark, at.Gt) for mark in marks)
            return st.floats(low, high, exclude_min=exclusive, allow_nan=False, allow_infinity=False)
        if kind is When:
            return whens()
        simple = {bool: st.booleans(), dt.date: st.dates(), Any: _JSON}
        if kind in simple:
            return simple[kind]
        raise TypeError(f"no strategy for {kind}: give one for the field, named={{field: strategy}}")

    def _text(self, marks: Sequence[Any]) -> Strategy:
        for mark in marks:
            if isinstance(mark, Ref | Registers):
                return self._names(mark.kind)
            if isinstance(mark, CodeOf) and self._registry is not None:
                return st.sampled_from(sorted(self._registry.codes(mark.name)))
        rules = [mark for mark in marks if isinstance(mark, StringConstraints)]
        patterns = [str(rule.pattern) for rule in rules if rule.pattern]
        if patterns:
            return st.from_regex(re.compile(patterns[-1]), fullmatch=True, alphabet=_LETTERS)
        return st.text(min_size=max([rule.min_length or 0 for rule in rules], default=0), max_size=12)

    def _names(self, kind: str) -> Strategy:
        kinds = ("school", "body") if kind == "place" else (kind,)
        return st.sampled_from([f"{one}/{n}" for one in kinds for n in range(1, self._pool + 1)])


def _flat(marks: Sequence[Any]) -> Iterator[Any]:
    for mark in marks:
        yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)


def _bounds(marks: Sequence[Any], low: Any, high: Any) -> tuple[Any, Any]:
    for mark in marks:
        low = mark.ge if isinstance(mark, at.Ge) else mark.gt if isinstance(mark, at.Gt) else low
        high = mark.le if isinstance(mark, at.Le) else high
    return low, high


# --- histories ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One call to a log: events to append, or a correction of the row that `target` picks.

    `kind` says what the correction does: `supersede` puts the event of the same type among `events` in its place;
    `retract` takes back a fact, or a correction, the retraction of a retraction included.
    """

    kind: Literal["append", "supersede", "retract"]
    events: tuple[Event, ...] = ()
    target: int = 0


def histories(
    classes: Sequence[type[Event]],
    *,
    registry: Registry | None = None,
    pool: int = 4,
    named: Named | None = None,
    max_size: int = 8,
) -> st.SearchStrategy[list[Step]]:
    """Lists of steps over events of these classes; `play` does one of them to a log."""
    by_class = {cls: events_of(cls, registry=registry, pool=pool, named=named) for cls in classes}
    batch = st.lists(st.sampled_from(list(classes)).flatmap(by_class.__getitem__), min_size=1, max_size=4)
    one_of_each = st.tuples(*by_class.values())
    targets = st.integers(0, 10**6)
    append = st.builds(Step, st.just("append"), batch.map(tuple))
    # A new body is needed for the type of whatever row the target turns out to be.
    supersede = st.builds(Step, st.just("supersede"), one_of_each, targets)
    retract = st.builds(Step, st.just("retract"), target=targets)
    return st.lists(st.one_of(append, append, supersede, retract), min_size=1, max_size=max_size)


def play(log: Log, step: Step) -> bool:
    """Do one step; False where the log refuses it, or where there is nothing yet to correct."""
    if step.kind == "append":
        log.append(step.events, actor="tester")
        return True
    head = log.head().position
    if not head:
        return False
    at_ = step.target % head
    row = next(iter(log.read(after=at_, until=at_ + 1, effective=False)))
    try:
        if step.kind == "retract":
            log.retract(row.event_id, reason="test", actor="tester")
            return True
        new = next(event for event in step.events if event.type == row.type)
        fields = {**dict(new), new.subject_field: row.subject}
        log.supersede(row.event_id, type(new)(**fields), reason="test", actor="tester")
    except (CorrectionError, ValidationError, StopIteration):
        return False
    return True
