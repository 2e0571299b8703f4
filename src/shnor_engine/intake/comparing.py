"""What a file tells beside what the log holds: new, the same, or told otherwise. Nothing is read from a log here."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError

from shnor_engine.errors import InvalidEvent
from shnor_engine.events.base import AtMost, Envelope, Event, NotBoth, Registry, Source, Stored, stable_id
from shnor_engine.events.checks import Known as Ids
from shnor_engine.events.checks import check, registering
from shnor_engine.events.when import When
from shnor_engine.intake.grid import At, Grid
from shnor_engine.intake.ledger import PROBLEM
from shnor_engine.intake.mapping import Table
from shnor_engine.intake.problems import Note
from shnor_engine.intake.proposal import Change, Correction
from shnor_engine.intake.targets import needs
from shnor_engine.intake.telling import Reading, Told

Standing = Callable[[str, Collection[str]], Iterable[Stored]]  # the effective rows of a type about these subjects
Key = tuple[Any, ...]
REPEATED = "строка повторена"
MOST = 1_000  # problems of registration that are listed one by one


@dataclass(slots=True)
class Draft:
    """An event that a file tells, and what tells it."""

    event: Event
    told: Told
    order: int

    @property
    def cell(self) -> str:
        """The cells that tell it."""
        return self.told.sheet.span(self.told.cells)


@dataclass(slots=True)
class Compared:
    """The outcome of a comparison."""

    events: list[Envelope] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def drafts(reading: Reading, table: Table, registry: Registry, ids: Ids) -> list[Draft]:
    """The events that the rows tell, one a key; what is impossible, unregistered or told in two ways is a problem."""
    cls = table.cls
    made = [draft for n, told in enumerate(reading.told) if (draft := _made(told, table, n)) is not None]
    return _registered(_one_a_key(made, cls), registry, ids)


def compare(
    found: Sequence[Draft],
    cls: type[Event],
    standing: Iterable[Stored],
    reading: Reading,
    registry: Registry,
    told_by: Teller,
) -> Compared:
    """Every draft beside the standing events with its key."""
    by_key: dict[Key, list[tuple[Stored, Event]]] = {}
    for row in standing:
        event = row.event(registry)
        by_key.setdefault(key_of(event), []).append((row, event))
    outcome = Compared()
    for draft in found:
        there = by_key.get(key_of(draft.event), [])
        if not there:
            outcome.events.append(told_by.envelope(draft, draft.event))
        else:
            _beside(draft, there, outcome, reading, told_by)
    return outcome


def key_of(event: Event) -> Key:
    """What tells an event of its type from others; of a type without a key, everything it says."""
    return tuple(getattr(event, name) for name in event.key) if event.key else (event.body(),)


# --- from rows to events --------------------------------------------------------------------------


def _made(told: Told, table: Table, order: int) -> Draft | None:
    try:
        event = table.cls.model_validate({name: value for name, value in told.said.items() if value is not None})
    except ValidationError as error:
        for at, ru, en in _reasons(error, told, table):
            told.ledger.problem(at, ru, en)
        told.ledger.mark(told.cells, PROBLEM)
        return None
    return Draft(event, told, order)


def _reasons(error: ValidationError, told: Told, table: Table) -> Iterator[tuple[At, str, str]]:
    """The cell, and the reason in both languages, of everything that pydantic found."""
    for item in error.errors(include_url=False):
        name = str(item["loc"][0]) if item["loc"] else ""
        at, said, bound = told.places.get(name, told.cells[0]), item["msg"], item.get("ctx", {})
        en = f"{name}: {said}" if name else said.removeprefix("Value error, ")
        match item["type"]:
            case "missing":
                yield at, f"нет обязательного значения {table.label(name)}", f"{name}: a value is needed"
            case "greater_than_equal":
                yield at, f"{item['input']}: не меньше {bound['ge']} ({table.label(name)})", en
            case "less_than_equal":
                yield at, f"{item['input']}: не больше {bound['le']} ({table.label(name)})", en
            case _:
                yield (
                    _limit_cell(told, table.cls) if not name else at,
                    _limit_said(told, table) or "так не бывает: " + en,
                    en,
                )


def _limit_cell(told: Told, cls: type[Event]) -> At:
    for limit in cls.limits:
        if _breaks(limit, told):
            name = (
                limit.low if isinstance(limit, AtMost) else limit.one if isinstance(limit, NotBoth) else limit.parts
            )
            return told.places.get(name, told.cells[0])
    return told.cells[0]


def _limit_said(told: Told, table: Table) -> str:
    for limit in table.cls.limits:
        if not _breaks(limit, told):
            continue
        match limit:
            case AtMost(low=low, high=high):
                return f"{told.said[low]} ({table.label(low)}) больше, чем {told.said[high]} ({table.label(high)})"
            case NotBoth(one=one, other=other):
                return f"заданы и {table.label(one)}, и {table.label(other)}; нужно что-то одно"
            case _:
                return f"сумма {table.label(limit.parts)} не равна {table.label(limit.whole)}"
    return ""


class _Loose:
    """Fields as attributes, None where nothing is said."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.said = said

    def __getattr__(self, name: str) -> Any:
        return self.said.get(name)


def _breaks(limit: Any, told: Told) -> bool:
    try:
        return limit.broken(_Loose(told.said)) is not None
    except TypeError:
        return False


def _one_a_key(made: list[Draft], cls: type[Event]) -> list[Draft]:
    """One draft a key: a repeated row counts once, one that says something else under its key is a problem."""
    by_key: dict[Key, Draft] = {}
    broken: set[Key] = set()
    for draft in made:
        key = key_of(draft.event)
        first = by_key.setdefault(key, draft)
        if first is draft:
            continue
        ledger, at = draft.told.ledger, draft.told.cells[0]
        if first.event == draft.event:
            ledger.skipped_again(
                REPEATED, draft.told.cells, first.told.cells if first.told.sheet is draft.told.sheet else ()
            )
            continue
        broken.add(key)
        names = ", ".join(cls.key)
        ledger.problem(
            at,
            f"то же самое уже сказано иначе: {first.cell} (совпадают {names})",
            f"told otherwise at {first.cell} (the same {names})",
        )
        for one in (first, draft):
            one.told.ledger.mark(one.told.cells, PROBLEM)
    return [draft for key, draft in by_key.items() if key not in broken]


def _registered(made: list[Draft], registry: Registry, ids: Ids) -> list[Draft]:
    """The drafts whose references are registered, in the log or in this file; the others are problems."""
    events = [draft.event for draft in made]
    if not events:
        return []
    try:
        check(events, registry, ids)
        return made
    except InvalidEvent:
        if events[0].type in registering(registry):
            ids.add(events)
    good, told = [], 0
    for draft in made:
        try:
            check([draft.event], registry, ids)
            good.append(draft)
        except InvalidEvent as error:
            told += 1
            _unregistered(draft, error, told)
    return good


def _unregistered(draft: Draft, error: InvalidEvent, number: int) -> None:
    ledger, cells = draft.told.ledger, draft.told.cells
    ledger.mark(cells, PROBLEM)
    if number > MOST:
        return
    for problem in error.problems:
        at = draft.told.places.get(problem.field, cells[0])
        value = getattr(draft.event, problem.field, "")
        ledger.problem(
            at, f"в журнале не зарегистрировано: {problem.field} = {value}", f"{problem.field}: {problem.reason}"
        )


# --- beside the log -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes envelopes: the source of each, and ids that are the same for the same file and content."""

    grid: Grid
    day: date | None
    reason: str

    def envelope(self, draft: Draft, event: Event, corrects: str | None = None) -> Envelope:
        """The entry that says `event`, new or in place of `corrects`."""
        cell = draft.cell
        source = Source(type="table", date=self.day, digest=self.grid.digest, file=self.grid.name, cell=cell)
        parts = ("intake", self.grid.digest, cell, event.type, event.body(), corrects or "")
        key = stable_id(self.day or day_of(event), draft.order, *parts)
        if corrects is None:
            return Envelope(event=event, event_id=key, source=source)
        return Envelope(
            event=event, event_id=key, source=source, corrects=corrects, correction="supersede", reason=self.reason
        )

    def move(self, draft: Draft, event: Event, corrects: str) -> tuple[Envelope, Envelope]:
        """The two entries that take an event back and tell it of another subject."""
        told = self.envelope(draft, event)
        back = stable_id(self.day or day_of(event), draft.order, "intake", "retract", self.grid.digest, corrects)
        retraction = Envelope(
            event=None, event_id=back, source=told.source, corrects=corrects, correction="retract", reason=self.reason
        )
        return retraction, told


def _beside(
    draft: Draft, there: list[tuple[Stored, Event]], outcome: Compared, reading: Reading, told_by: Teller
) -> None:
    (row, old), *others = there
    changed = changes(draft.event, draft.told.said, old)
    if others and any(changes(draft.event, draft.told.said, event) != changed or changed for _, event in others):
        places = ", ".join(str(one.position) for one, _ in there)
        draft.told.ledger.problem(
            draft.told.cells[0],
            f"в журнале об этом несколько событий (позиции {places}); сначала исправьте их",
            f"the log holds several events of this (positions {places}); correct them first",
        )
        draft.told.ledger.mark(draft.told.cells, PROBLEM)
        return
    for name, value in draft.told.said.items():
        if value is None and getattr(old, name) not in (None, ()):
            was = getattr(old, name)
            ru = f"{name}: в файле неизвестно, в журнале {was} (позиция {row.position}); оставлено"
            reading.notes.append(Note(draft.cell, ru, f"{name}: unknown in the file, {was} in the log; kept"))
    if not changed:
        outcome.unchanged.append(row.event_id)
        return
    try:
        kept = {name: getattr(old, name) for name in type(old).model_fields}
        new = type(old).model_validate({**kept, **{change.field: change.new for change in changed}})
    except ValidationError as error:
        said = re.sub(r"^Value error, ", "", error.errors(include_url=False)[0]["msg"])
        draft.told.ledger.problem(
            draft.told.cells[0],
            f"не сходится с тем, что в журнале (позиция {row.position}): {said}",
            f"does not go together with the log (position {row.position}): {said}",
        )
        draft.told.ledger.mark(draft.told.cells, PROBLEM)
        return
    same = new.subject == old.subject
    entries = (told_by.envelope(draft, new, row.event_id),) if same else told_by.move(draft, new, row.event_id)
    outcome.corrections.append(
        Correction(row.event_id, row.position, row.type, old.subject, draft.cell, tuple(changed), entries)
    )


def changes(event: Event, told: Mapping[str, Any], old: Event) -> list[Change]:
    """The fields that a file tells otherwise; what it does not tell (`told`), or calls unknown, is not changed."""
    found = []
    for name, said in told.items():
        new, was = getattr(event, name), getattr(old, name)
        if isinstance(new, dict) and isinstance(was, dict):
            new = {**was, **new}  # what a file does not tell of the pairs is kept
        if said is None or new == was:
            continue
        if _in_no_order(type(old), name) and sorted(map(str, new)) == sorted(map(str, was)):
            continue
        found.append(Change(name, was, new))
    return found


def _in_no_order(cls: type[Event], name: str) -> bool:
    need = needs(cls, name)
    return need is not None and need.many


def day_of(event: Event) -> date:
    """A day for the id of an event: its own, as far as it has one."""
    for name in ("when", "period", "effective"):
        if name in type(event).model_fields and isinstance(moment := getattr(event, name), When):
            return moment.start
    year = event.year if "year" in type(event).model_fields else None  # type: ignore[attr-defined]
    return date(year if isinstance(year, int) else 2000, 1, 1)
