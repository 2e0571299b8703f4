"""A file read by the importer of a plugin → a `Proposal`, as from a mapping: compared with the log, nothing appended.

The importer gives events and problems. What the log holds already is unchanged, what it holds otherwise is a proposed
correction, what is impossible or unregistered is a problem; the same file twice changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shnor_engine.errors import BadInput, EventError, FieldProblem, InvalidEvent, PluginError
from shnor_engine.events.base import Envelope, Event, Source, Stored, stable_id
from shnor_engine.events.checks import check
from shnor_engine.intake.comparing import MOST, REPEATED, Key, changes, day_of, key_of
from shnor_engine.intake.grid import Limits
from shnor_engine.intake.problems import Problem, Skipped
from shnor_engine.intake.proposal import Change, Correction, Proposal
from shnor_engine.intake.spreadsheet import World
from shnor_engine.plugin.parts import Importer

PIECE = 1 << 20


def propose_by(
    importer: Importer, whose: str, path: Path, world: World, *, day: date | None = None, limits: Limits | None = None
) -> Proposal:
    """What a file proposes as the importer of a plugin reads it; `whose` is how errors call the plugin.

    Raises `BadInput` for a file of another ending or size, `PluginError` where the importer breaks or gives what it
    may not.
    """
    digest = _checked(importer, path, limits or Limits())
    told, problems = _read(importer, whose, path)
    made = _Proposed(path.name, digest, importer.name, world, day)
    made.problems += [_problem(item, path.name) for item in problems]
    made.take([event for item in told if (event := _event(item, importer, whose)) is not None])
    return made.proposal()


def _checked(importer: Importer, path: Path, limits: Limits) -> str:
    """The digest of a file that the importer may read."""
    if importer.endings and path.suffix.lower() not in importer.endings:
        said = f"{importer.name} читает файлы {', '.join(importer.endings)} (reads {', '.join(importer.endings)})"
        raise BadInput(path.name, [FieldProblem("(file)", said, path.name)])
    if path.stat().st_size > limits.file_bytes:
        most = limits.file_bytes >> 20
        raise BadInput(path.name, [FieldProblem("(file)", f"файл больше {most} МБ (over {most} MB)", path.name)])
    made = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            made.update(piece)
    return made.hexdigest()


def _read(importer: Importer, whose: str, path: Path) -> tuple[Sequence[Any], Sequence[Any]]:
    try:
        returned: Any = importer.read(path)
        told, problems = returned
        return list(told), list(problems)
    except (Exception, SystemExit) as error:
        said = f"plugin {whose}: its importer {importer.name} broke on {path.name}: {type(error).__name__}: {error}"
        raise PluginError(said, whose) from error


def _event(item: object, importer: Importer, whose: str) -> Event | None:
    """The event that an importer proposes; corrections it may not, those are found by comparison."""
    event = item.event if isinstance(item, Envelope) and item.corrects is None else item
    if not isinstance(event, Event):
        said = "a correction" if isinstance(item, Envelope) else f"{type(item).__name__} {item!r:.60}"
        raise PluginError(f"plugin {whose}: its importer {importer.name} gave {said}; events are needed", whose)
    return event


def _problem(item: object, name: str) -> Problem:
    if isinstance(item, Problem):
        return item
    if isinstance(item, FieldProblem):
        return Problem(name, "", item.where, item.field, item.reason, item.reason)
    return Problem(name, "", "", "", str(item), str(item))


@dataclass
class _Proposed:
    """The events of one file, put beside the log one by one."""

    name: str
    digest: str
    mapping: str
    world: World
    day: date | None
    events: list[Envelope] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    repeated: int = 0

    def take(self, told: Sequence[Event]) -> None:
        """Put every event beside what the log holds under its key."""
        found = list(self._registered(list(self._one_a_key(told))))
        standing = dict(self._standing(event for _, event in found))
        for order, event in found:
            self._beside(order, event, standing.get((event.type, key_of(event)), []))

    def proposal(self) -> Proposal:
        """All of it as the proposal of the file."""
        skipped = [Skipped(REPEATED, "", self.repeated, "")] if self.repeated else []
        return Proposal(
            file=self.name,
            digest=self.digest,
            mapping=self.mapping,
            position=self.world.position,
            events=tuple(self.events),
            corrections=tuple(self.corrections),
            unchanged=tuple(self.unchanged),
            problems=tuple(self.problems),
            skipped=tuple(skipped),
            notes=(),
        )

    def _one_a_key(self, told: Sequence[Event]) -> Iterator[tuple[int, Event]]:
        """One event a key with its place; one told again counts once, one told otherwise is a problem."""
        by_key: dict[tuple[str, Key], tuple[int, Event]] = {}
        torn: set[tuple[str, Key]] = set()
        for order, event in enumerate(told):
            at = (event.type, key_of(event))
            _, first = by_key.setdefault(at, (order, event))
            if first is event:
                continue
            if first == event:
                self.repeated += 1
            elif at not in torn:
                torn.add(at)
                named = ", ".join(f"{name} = {getattr(event, name)}" for name in event.key)
                self._trouble(event, f"одно и то же сказано по-разному: {named}", f"told in two ways: {named}")
        return (found for at, found in by_key.items() if at not in torn)

    def _registered(self, found: list[tuple[int, Event]]) -> Iterator[tuple[int, Event]]:
        """Those whose references are registered in the log or in this file; the others are problems."""
        events = [event for _, event in found]
        try:
            check(events, self.world.registry, self.world.ids)
            yield from found
            return
        except InvalidEvent:
            self.world.ids.add(events)
        for order, event in found:
            try:
                check([event], self.world.registry, self.world.ids)
                yield order, event
            except EventError as error:
                self._unregistered(event, error)

    def _unregistered(self, event: Event, error: EventError) -> None:
        for item in getattr(error, "problems", ()):
            value = getattr(event, item.field, "")
            ru = f"в журнале не зарегистрировано: {item.field} = {value}"
            self._trouble(event, ru, f"{item.field}: {item.reason}")

    def _standing(self, events: Iterable[Event]) -> Mapping[tuple[str, Key], list[tuple[Stored, Event]]]:
        subjects: dict[str, set[str]] = {}
        for event in events:
            subjects.setdefault(event.type, set()).add(event.subject)
        found: dict[tuple[str, Key], list[tuple[Stored, Event]]] = {}
        for kind, about in sorted(subjects.items()):
            for row in self.world.standing(kind, about):
                event = row.event(self.world.registry)
                found.setdefault((kind, key_of(event)), []).append((row, event))
        return found

    def _beside(self, order: int, event: Event, there: list[tuple[Stored, Event]]) -> None:
        if not there:
            self.events.append(self._entry(order, event))
            return
        if len(there) > 1:
            places = ", ".join(str(row.position) for row, _ in there)
            self._trouble(
                event,
                f"в журнале об этом несколько событий (позиции {places}); сначала исправьте их",
                f"the log holds several events of this (positions {places}); correct them first",
            )
            return
        ((row, old),) = there
        said = {name: getattr(event, name) for name in event.model_fields_set}
        changed = changes(event, said, old)
        if not changed:
            self.unchanged.append(row.event_id)
        else:
            self._correct(order, event, row, old, changed)

    def _correct(self, order: int, event: Event, row: Stored, old: Event, changed: list[Change]) -> None:
        kept = {name: getattr(old, name) for name in type(old).model_fields}
        try:
            new = type(old).model_validate({**kept, **{one.field: one.new for one in changed}})
        except ValidationError as error:
            said = error.errors(include_url=False)[0]["msg"]
            ru = f"не сходится с тем, что в журнале (позиция {row.position}): {said}"
            self._trouble(event, ru, f"does not go together with the log (position {row.position}): {said}")
            return
        entries = self._corrected(order, new, row, moved=new.subject != old.subject)
        self.corrections.append(
            Correction(row.event_id, row.position, row.type, old.subject, "", tuple(changed), entries)
        )

    def _corrected(self, order: int, new: Event, row: Stored, *, moved: bool) -> tuple[Envelope, ...]:
        reason = f"исправлено по файлу {self.name}"
        if not moved:
            return (self._entry(order, new, corrects=row.event_id, reason=reason),)
        told = self._entry(order, new)
        back = stable_id(self.day or day_of(new), order, "intake", "retract", self.digest, row.event_id)
        retraction = Envelope(
            event=None,
            event_id=back,
            source=told.source,
            corrects=row.event_id,
            correction="retract",
            reason=reason,
        )
        return retraction, told

    def _entry(self, order: int, event: Event, *, corrects: str | None = None, reason: str | None = None) -> Envelope:
        parts = ("intake", self.mapping, self.digest, event.type, event.body(), corrects or "")
        return Envelope(
            event=event,
            event_id=stable_id(self.day or day_of(event), order, *parts),
            source=Source(type="table", date=self.day, digest=self.digest, file=self.name),
            corrects=corrects,
            correction=None if corrects is None else "supersede",
            reason=reason,
        )

    def _trouble(self, event: Event, ru: str, en: str) -> None:
        if len(self.problems) < MOST:
            self.problems.append(Problem(self.name, "", "", f"{event.type} {event.subject}", ru, en))
