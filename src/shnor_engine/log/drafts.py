"""From events to rows, before any lock: what is said about them is filled in, bodies are made, leaves hashed.

This is the hot path: a bare event becomes its row in one turn of a loop; what is the same for all events of a
type in one call (type, version, actor, source, …) is put into its hashed form once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from shnor_engine.errors import CorrectionError, EventIdReused, FieldProblem, InvalidEvent
from shnor_engine.events.base import Clock, CorrectionKind, Envelope, Event, IdMaker, Registry, Source, is_unicode
from shnor_engine.log.chain import LEAF_FORMAT, batch_digest, leaf, prefixed

# event_id, type, version, subject, actor, source, causation, correlation, corrects, correction, reason, body, leaf
Row = tuple[
    str,
    str,
    int,
    str,
    str,
    str | None,
    str | None,
    str | None,
    str | None,
    CorrectionKind | None,
    str | None,
    str,
    bytes,
]
EVENT_ID: Final = 0
TYPE: Final = 1
VERSION: Final = 2
SUBJECT: Final = 3
CORRECTS: Final = 8
CORRECTION: Final = 9
LEAF: Final = 12
# What makes two rows under one id the same fact (5 source, 10 reason, 11 body): not who brought it or why.
CONTENT = (TYPE, VERSION, SUBJECT, 5, CORRECTS, CORRECTION, 10, 11)
RETRACTED_BODY = "{}"


class Target(NamedTuple):
    """What a correction names."""

    type: str
    version: int
    subject: str


Lookup = Callable[[list[str]], Mapping[str, Target]]
# Columns 4 to 10 of a row, from actor to reason, and the same as they are hashed.
Middle = tuple[tuple[str, str | None, str | None, str | None, str | None, CorrectionKind | None, str | None], bytes]
Kind = tuple[str, int, bytes]


class Call(NamedTuple):
    """What one append says about all its events."""

    actor: str
    source: Source | None = None
    causation: str | None = None
    correlation: str | None = None


class Told(NamedTuple):
    """Events of one type as their subjects and bodies, in order; `event_ids` None lets the log make them."""

    subjects: Sequence[str]
    bodies: Sequence[str]
    event_ids: Sequence[str] | None = None


class Drafts(NamedTuple):
    """Rows to append without their positions, and the digest of them all.

    `given` maps the ids that came with the call to their row; `order` names the row of each event of the call
    (None: one each, in order); `corrections` are the rows that correct. `alike`: they differ in id, subject and body
    only.
    """

    rows: list[Row]
    digest: bytes
    given: Mapping[str, int] = {}
    order: list[int] | None = None
    corrections: Sequence[int] = ()
    alike: bool = False


class Drafter:
    """Makes rows; keeps what it has worked out about event types and about the last call."""

    def __init__(self, *, clock: Clock, ids: IdMaker, registry: Registry | None) -> None:
        self._clock = clock
        self._ids = ids
        self._registry = registry
        self._kinds: dict[type, Kind] = {}
        self._last: tuple[Call, Middle] | None = None

    def make(self, entries: list[Event | Envelope], call: Call, lookup: Lookup) -> Drafts:
        """The rows of a call; raises `InvalidEvent`, `UnknownEventType`, `EventIdReused` or `CorrectionError`."""
        classes = set(map(type, entries))
        if Envelope in classes:
            return self._mixed(entries, call, lookup)
        for cls in classes:
            if cls not in self._kinds:
                self._kinds[cls] = self._kind(cls)
        middle, kinds = self._middle(call), self._kinds
        ids = self._ids(self._clock(), len(entries))
        events: list[Event] = entries  # type: ignore[assignment]
        rows = [_row(key, event, kinds[event.__class__], middle) for key, event in zip(ids, events, strict=True)]
        return Drafts(rows, batch_digest([row[LEAF] for row in rows]), alike=len(classes) == 1)

    def told(self, cls: type[Event], told: Told, call: Call) -> Drafts:
        """The rows of bodies that the caller has checked and written as `Event.body` does; one type, no corrections.

        Raises `InvalidEvent` for a subject, id or body that is not one line, `EventIdReused` for an id given twice.
        """
        kind, middle = self._kinds.setdefault(cls, self._kind(cls)), self._middle(call)
        count = len(told.bodies)
        ids = self._ids(self._clock(), count) if told.event_ids is None else told.event_ids
        # one check of all names at a time, the bad one is looked for only when there is one
        if not all(map(str.isprintable, told.subjects)) or "" in told.subjects:
            bad = next(name for name in told.subjects if not name or not name.isprintable())
            raise _bad_subject(cls.type, bad)
        if "\n" in "".join(told.bodies):
            raise InvalidEvent(cls.type, [FieldProblem("body", "a line feed inside; a body is JSON on one line")])
        rows = _told_rows(kind, middle, ids, told)
        digest = batch_digest([row[LEAF] for row in rows])
        if told.event_ids is None:
            return Drafts(rows, digest, alike=True)
        given = {_printable(cls.type, "event_id", key): index for index, key in enumerate(ids)}
        if len(given) != count:
            raise EventIdReused(next(key for key in ids if ids.count(key) > 1), 0)
        return Drafts(rows, digest, given, list(range(count)), alike=True)

    def _kind(self, cls: type) -> Kind:
        if not issubclass(cls, Event) or not cls.type:
            raise TypeError(f"an Event with a type or an Envelope is required, not {cls.__name__}")
        if self._registry is not None:
            self._registry[cls.type]
        return cls.type, cls.version, prefixed(cls.type) + prefixed(cls.version)

    def _middle(self, call: Call) -> Middle:
        if self._last is None or self._last[0] != call:
            source = None if call.source is None else call.source.text()
            actor = _printable("(append)", "actor", call.actor)
            causation, correlation = _unicode("causation", call.causation), _unicode("correlation", call.correlation)
            self._last = call, _hashed(actor, source, causation, correlation, None, None, None)
        return self._last[1]

    def _mixed(self, entries: list[Event | Envelope], call: Call, lookup: Lookup) -> Drafts:
        wrapped = [entry if isinstance(entry, Envelope) else Envelope(event=entry) for entry in entries]
        fresh = iter(self._ids(self._clock(), sum(entry.event_id is None for entry in wrapped)))
        named = sorted({entry.corrects for entry in wrapped if entry.corrects is not None})
        targets = dict(lookup(named)) if named else {}
        rows: list[Row] = []
        given: dict[str, int] = {}
        order: list[int] = []
        corrections: list[int] = []
        for entry in wrapped:
            key = entry.event_id
            row = self._entry(entry, call, next(fresh) if key is None else key, targets)
            seen = given.get(key) if key is not None else None
            if seen is not None:
                if not same_content(rows[seen], row):
                    raise EventIdReused(row[EVENT_ID], 0)
                order.append(seen)
                continue
            order.append(len(rows))
            if key is not None:
                given[key] = len(rows)
            if entry.corrects is not None:
                corrections.append(len(rows))
            if named:
                targets.setdefault(row[EVENT_ID], Target(row[TYPE], row[VERSION], row[SUBJECT]))
            rows.append(row)
        return Drafts(rows, batch_digest([row[LEAF] for row in rows]), given, order, corrections)

    def _entry(self, entry: Envelope, call: Call, key: str, targets: Mapping[str, Target]) -> Row:
        _printable("(event)", "event_id", key)
        event = entry.event
        if event is not None and event.__class__ not in self._kinds:
            self._kinds[event.__class__] = self._kind(event.__class__)
        middle = self._middle(_about(entry, call))
        plain = entry.corrects is None and entry.correction is None and entry.reason is None and entry.type is None
        if plain and event is not None:
            return _row(key, event, self._kinds[event.__class__], middle)
        event_type, version, subject, body = _content(entry, targets)
        said = middle[0][:4]
        reason = _unicode("reason", entry.reason)
        columns = (key, event_type, version, subject, *said, entry.corrects, entry.correction, reason, body)
        return (*columns, leaf(columns))


def _about(entry: Envelope, call: Call) -> Call:
    """What is said about one entry: its own words before those of the call."""
    own = entry.actor, entry.source, entry.causation, entry.correlation
    if own == (None, None, None, None):
        return call
    return Call(*(mine if mine is not None else theirs for mine, theirs in zip(own, call, strict=True)))  # type: ignore[arg-type]


def _hashed(
    *columns: *tuple[str, str | None, str | None, str | None, str | None, CorrectionKind | None, str | None],
) -> Middle:
    return columns, b"".join(map(prefixed, columns))


def _row(key: str, event: Event, kind: Kind, middle: Middle) -> Row:
    event_type, version, kind_hashed = kind
    columns, hashed = middle
    subject = event.subject
    # isprintable: one name a line is what bulk readers rely on
    if not subject or not subject.isprintable():
        raise _bad_subject(event_type, subject)
    body = event.__pydantic_serializer__.to_json(event)
    raw, about = key.encode(), subject.encode()
    said = b"%b%d:%b%b%d:%b%b%d:%b" % (
        *(LEAF_FORMAT, len(raw), raw, kind_hashed, len(about), about, hashed, len(body), body),
    )
    return (key, event_type, version, subject, *columns, body.decode(), sha256(said).digest())


def _told_rows(kind: Kind, middle: Middle, ids: Sequence[str], told: Told) -> list[Row]:
    event_type, version, kind_hashed = kind
    columns, hashed = middle
    rows: list[Row] = []
    start, between, before = LEAF_FORMAT.decode(), kind_hashed.decode(), hashed.decode()
    for key, subject, body in zip(ids, told.subjects, told.bodies, strict=True):
        if key.isascii() and subject.isascii() and body.isascii():  # as many bytes as signs: encoded once, not thrice
            text = f"{start}{len(key)}:{key}{between}{len(subject)}:{subject}{before}{len(body)}:{body}"
            said = text.encode()
        else:
            raw, about, whole = key.encode(), subject.encode(), body.encode()
            said = b"%b%d:%b%b%d:%b%b%d:%b" % (
                *(LEAF_FORMAT, len(raw), raw, kind_hashed, len(about), about, hashed, len(whole), whole),
            )
        rows.append((key, event_type, version, subject, *columns, body, sha256(said).digest()))
    return rows


def same_content(one: Sequence[object], other: Sequence[object]) -> bool:
    """Whether two rows under one id say the same."""
    return all(one[column] == other[column] for column in CONTENT)


def _content(entry: Envelope, targets: Mapping[str, Target]) -> tuple[str, int, str, str]:
    """Type, version, subject and body of an entry; those of a retraction are of what it takes back."""
    event, corrects = entry.event, entry.corrects
    if (corrects is None) != (entry.correction is None) or (event is None) != (entry.correction == "retract"):
        raise _bad_envelope(entry)
    if event is not None and entry.type not in (None, event.type):
        raise InvalidEvent(event.type, [FieldProblem("type", f"the entry says {entry.type}")])
    if corrects is None and event is not None:
        return (*_said(event), event.body())
    if not entry.reason or not entry.reason.strip():
        raise InvalidEvent(_name(entry), [FieldProblem("reason", "a correction needs a reason")])
    target = targets.get(corrects or "")
    if target is None:
        raise CorrectionError(corrects or "", "no such event is stored")
    if event is None:
        if entry.type not in (None, target.type):
            raise CorrectionError(
                corrects or "",
                f"it is {target.type}, the retraction says {entry.type}; name the event that is meant, or its type",
            )
        return target.type, target.version, target.subject, RETRACTED_BODY
    event_type, version, subject = _said(event)
    if (event_type, subject) != (target.type, target.subject):
        raise CorrectionError(
            corrects or "",
            f"it is {target.type} about {target.subject!r}, the new one {event_type} about {subject!r}; "
            "type and subject stay the same: retract it and append the new one in the same call",
        )
    return event_type, version, subject, event.body()


def _said(event: Event) -> tuple[str, int, str]:
    subject = event.subject
    if not subject or not subject.isprintable():
        raise _bad_subject(event.type, subject)
    return event.type, event.version, subject


def _printable(event_type: str, name: str, text: str) -> str:
    if not text or not text.isprintable():
        raise InvalidEvent(event_type, [FieldProblem(name, f"a printable text on one line is needed, not {text!r}")])
    return text


def _bad_subject(event_type: str, subject: str) -> InvalidEvent:
    return InvalidEvent(event_type, [FieldProblem("subject", f"a printable text on one line, not {subject!r}")])


def _unicode(name: str, text: str | None) -> str | None:
    if text is not None and not is_unicode(text):
        raise InvalidEvent("(append)", [FieldProblem(name, f"half of a surrogate pair, which is no text: {text!r}")])
    return text


def _bad_envelope(entry: Envelope) -> InvalidEvent:
    why = "correction, corrects and event must fit: supersede names an event and holds one, retract holds none"
    return InvalidEvent(_name(entry), [FieldProblem("correction", why)])


def _name(entry: Envelope) -> str:
    return entry.event.type if entry.event is not None else "(retraction)"
