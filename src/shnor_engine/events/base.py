"""What an event is, before any word of the field: the model, its envelope, ids and the registry.

An event says *what* happened; its envelope says who told it, from which source and which earlier event it
corrects. The log adds position and `recorded_at`. No word of any field of work stands here.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from hashlib import sha256
from json import loads
from typing import Any, ClassVar, Literal, Protocol, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.json_schema import models_json_schema

from shnor_engine.errors import FieldProblem, InvalidEvent, UnknownEventType, UpcastError
from shnor_engine.events.reasons import Impossible, reason_ru

Body = dict[str, Any]
Upcaster = Callable[[Body], Body]
CorrectionKind = Literal["supersede", "retract"]


# --- what is impossible between two fields: said once, read for one event and for a whole column -----------


@dataclass(frozen=True, slots=True)
class AtMost:
    """One number is at most another, where both are given."""

    low: str
    high: str

    def broken(self, values: Any) -> Impossible | None:
        """What is wrong with these values, None if nothing is."""
        low, high = getattr(values, self.low), getattr(values, self.high)
        if low is None or high is None or low <= high:
            return None
        return Impossible(
            f"{self.low} {low} is more than {self.high} {high}", f"{self.low} {low} больше, чем {self.high} {high}"
        )


@dataclass(frozen=True, slots=True)
class NotBoth:
    """Two fields are not given together; `why` says which to give."""

    one: str
    other: str
    why: str
    why_ru: str = "дайте одно из двух"

    def broken(self, values: Any) -> Impossible | None:
        """What is wrong with these values, None if nothing is."""
        if getattr(values, self.one) is None or getattr(values, self.other) is None:
            return None
        return Impossible(f"{self.one} and {self.other}: {self.why}", f"{self.one} и {self.other}: {self.why_ru}")


@dataclass(frozen=True, slots=True)
class SumIs:
    """The parts of a field add up to another, where both are given."""

    parts: str
    whole: str

    def broken(self, values: Any) -> Impossible | None:
        """What is wrong with these values, None if nothing is."""
        parts, whole = getattr(values, self.parts), getattr(values, self.whole)
        if parts is None or whole is None or sum(parts) == whole:
            return None
        return Impossible(
            f"{self.parts} add up to {sum(parts)}, {self.whole} are {whole}",
            f"{self.parts}: сумма {sum(parts)}, а {self.whole} {whole}",
        )


Limit = AtMost | NotBoth | SumIs


class Event(BaseModel):
    """Base of all events: frozen, unknown fields refused, with a stable logical type and a version.

    A concrete event names its type in the class statement; the type is never a module path, so files can move::

        class Measured(Event, type="depth.measured", subject="well_id", key=("well_id", "year")):
            well_id: WellId      # Annotated[str, Ref("well")]
            year: int

    `subject` is the field that holds the stable key of whom the event is about. `key` are the fields by which
    an importer finds the earlier event about the same thing (empty: it has none). Fields may say more by `Ref`,
    `RefBy`, `Registers` and `CodeOf`; who appends checks that against the log, the model cannot.
    """

    # A body is JSON, which has no word for infinity or «not a number».
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, allow_inf_nan=False)

    type: ClassVar[str] = ""
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = ""
    key: ClassVar[tuple[str, ...]] = ()
    limits: ClassVar[tuple[Limit, ...]] = ()

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__()  # `named` is read once pydantic has made the fields, below

    @classmethod
    def __pydantic_init_subclass__(
        cls, *, type: str = "", version: int = 1, subject: str = "", key: Sequence[str] = (), **rest: Any
    ) -> None:
        super().__pydantic_init_subclass__(**rest)
        if not type:
            return
        cls.type, cls.version = type, version
        cls.subject_field = subject or cls.subject_field
        cls.key = tuple(key) or cls.key
        for name in (cls.subject_field, *cls.key):
            if name not in cls.model_fields:
                raise TypeError(f"{cls.__name__}: subject or key names no field: {name!r}")

    @property
    def subject(self) -> str:
        """Stable key of whom this event is about."""
        return cast(str, getattr(self, self.subject_field))

    def body(self) -> str:
        """The JSON text that is stored and hashed: the fields in the order of the class, UTF-8, no spaces."""
        return self.__pydantic_serializer__.to_json(self).decode()


E = TypeVar("E", bound=Event)


def keep_limits(event: E) -> E:
    """The event, if it keeps the limits of its class; a model validator for classes that have some."""
    for limit in event.limits:
        if wrong := limit.broken(event):
            raise wrong
    return event


@dataclass(frozen=True, slots=True)
class Ref:
    """A mark on a field: it names a thing of this kind, which some event must have registered."""

    kind: str


@dataclass(frozen=True, slots=True)
class RefBy:
    """A mark on a field: it names a thing whose kind follows from another field; `kinds` maps that one's values."""

    field: str
    kinds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Registers:
    """A mark on a field: the event makes a thing of this kind known under the field's value."""

    kind: str


@dataclass(frozen=True, slots=True)
class CodeOf:
    """A mark on a field: its value is a code of this list of the registry; lists are closed and can be extended."""

    name: str


class Source(BaseModel):
    """Where a fact was read: a document, or a cell of a file. `type` is the kind of document (note, order, act)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str
    number: str | None = None
    date: dt.date | None = None
    digest: str | None = None
    file: str | None = None
    cell: str | None = None

    def text(self) -> str:
        """The JSON text that is stored and hashed; fields that are not given are left out."""
        return self.model_dump_json(exclude_none=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One entry to append: an event with what is said about it, or a correction of an earlier one.

    `event` is None only for a retraction, whose type and subject are those of the event it corrects; `type`, where
    it is given, is what the teller takes that to be, and another one is refused. What is left None is filled by
    `append`: `event_id` from the id maker, `actor` and `source` from the call.
    """

    event: Event | None
    event_id: str | None = None
    actor: str | None = None
    source: Source | None = None
    causation: str | None = None
    correlation: str | None = None
    corrects: str | None = None
    correction: CorrectionKind | None = None
    reason: str | None = None
    type: str | None = None


def supersede(event_id: str, new: Event, *, reason: str, source: Source | None = None) -> Envelope:
    """An entry that replaces the content of an earlier event; type and subject must stay the same."""
    return Envelope(event=new, source=source, corrects=event_id, correction="supersede", reason=reason)


def retract(event_id: str, *, reason: str, source: Source | None = None) -> Envelope:
    """An entry that takes an earlier event back; retracting a retraction restores what it took back."""
    return Envelope(event=None, source=source, corrects=event_id, correction="retract", reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One row of the log as it stands there; `body` is the very text that was hashed ('{}' for a retraction)."""

    position: int
    batch: int
    recorded_at: datetime
    event_id: str
    type: str
    version: int
    subject: str
    actor: str
    source: str | None
    causation: str | None
    correlation: str | None
    corrects: str | None
    correction: CorrectionKind | None
    reason: str | None
    body: str

    def event(self, registry: Registry) -> Event:
        """The typed event; old versions are upcast on the way."""
        return registry.decode(self.type, self.version, self.body)


# --- clocks and ids -------------------------------------------------------------------------------


class Clock(Protocol):
    """Gives the present moment, with a time zone. The core never reads a clock of its own."""

    def __call__(self) -> datetime:
        """The present moment, with a time zone."""
        ...


class IdMaker(Protocol):
    """Makes `count` new event ids, ascending, for the moment `now`."""

    def __call__(self, now: datetime, count: int) -> list[str]:
        """`count` ids that nobody has, ascending."""
        ...


def system_clock() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}  # of RFC 9562: bits 10


def uuid7_ids(now: datetime, count: int) -> list[str]:
    """`count` UUIDv7 texts (RFC 9562) for one moment, ascending among themselves.

    The 12 bits after the time count up inside the call, and every 4,096 ids the millisecond moves on by one.
    """
    stamp, noise = _milliseconds(now), os.urandom(8 * count).hex()
    if count == 1:  # one event a call: what follows, without its lists
        time = f"{stamp:012x}"
        return [f"{time[:8]}-{time[8:]}-7000-{_VARIANT[noise[0]]}{noise[1:4]}-{noise[4:]}"]
    ids: list[str] = []
    for first in range(0, count, 0x1000):
        time = f"{stamp + (first >> 12):012x}"
        head, last = f"{time[:8]}-{time[8:]}-7", min(count, first + 0x1000)
        tails = [noise[at : at + 16] for at in range(16 * first, 16 * last, 16)]
        ids += [f"{head}{n:03x}-{_VARIANT[x[0]]}{x[1:4]}-{x[4:]}" for n, x in enumerate(tails)]
    return ids


def stable_id(day: dt.date, ordinal: int, *parts: object) -> str:
    """A UUIDv8 (RFC 9562) that is equal in every run and ascends with `day` and `ordinal`.

    48 bits are the milliseconds of the start of `day` in UTC plus `ordinal`; the rest is SHA-256 of `parts`.
    For whatever is derived: imports, foreign ids, recommendations, recorded decisions, simulated events.
    """
    stamp = _milliseconds(datetime(day.year, day.month, day.day, tzinfo=UTC)) + ordinal
    text = "\x1f".join(str(part) for part in parts)
    h = sha256(text.encode()).hexdigest()
    time = f"{stamp:012x}"
    return f"{time[:8]}-{time[8:]}-8{h[:3]}-{'89ab'[int(h[3], 16) & 3]}{h[4:7]}-{h[7:19]}"


# --- the registry ---------------------------------------------------------------------------------


class Registry:
    """Event types by (type, version), with the steps that lift old bodies to the newest version.

    A registry is a value that is passed around, never a global: two engines in one process can differ.
    """

    def __init__(
        self, types: Iterable[type[Event]] = (), *, codes: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        self._types: dict[str, type[Event]] = {}
        self._steps: dict[tuple[str, int], Upcaster] = {}
        self._codes: dict[str, dict[str, Any]] = {}
        for cls in types:
            self.register(cls)
        for name, terms in (codes or {}).items():
            self.add_codes(name, terms)

    def register(self, cls: type[E]) -> type[E]:
        """Add an event type; raises `ValueError` when its type name is taken by another class."""
        if not cls.type:
            raise ValueError(f"{cls.__name__} names no type: class {cls.__name__}(Event, type=…, subject=…)")
        taken = self._types.get(cls.type)
        if taken is not None and taken is not cls:
            raise ValueError(f"event type {cls.type} is registered twice: {taken.__name__} and {cls.__name__}")
        self._types[cls.type] = cls
        return cls

    def upcaster(self, event_type: str, *, version: int) -> Callable[[Upcaster], Upcaster]:
        """Register the step that lifts a body of `version` to `version + 1`."""

        def add(step: Upcaster) -> Upcaster:
            self._steps[event_type, version] = step
            return step

        return add

    def add_codes(self, name: str, terms: Mapping[str, Any]) -> None:
        """Add codes with their terms to a list; raises `ValueError` when a code is there with another term."""
        known = self._codes.setdefault(name, {})
        for code, term in terms.items():
            if known.setdefault(code, term) != term:
                raise ValueError(f"code {code} of the list {name} is there with another term: {known[code]}")

    def codes(self, name: str) -> Mapping[str, Any]:
        """The terms of a list by their codes; empty for a list that nobody filled."""
        return self._codes.get(name, {})

    def __iter__(self) -> Iterator[type[Event]]:
        return iter(sorted(self._types.values(), key=lambda cls: cls.type))

    def __contains__(self, event_type: object) -> bool:
        return event_type in self._types

    def __getitem__(self, event_type: str) -> type[Event]:
        try:
            return self._types[event_type]
        except KeyError:
            near = get_close_matches(event_type, self._types, n=3)
            raise UnknownEventType(event_type, None, near) from None

    def upcast(self, event_type: str, version: int, body: Mapping[str, Any]) -> Body:
        """The body lifted step by step to the newest version; raises `UpcastError` where a step is missing."""
        newest = self[event_type].version
        if not 1 <= version <= newest:
            raise UnknownEventType(event_type, version)
        lifted = dict(body)
        for step in range(version, newest):
            if (event_type, step) not in self._steps:
                raise UpcastError(f"{event_type}: no upcaster from version {step} to {step + 1}")
            try:
                lifted = self._steps[event_type, step](lifted)
            except (LookupError, TypeError, ValueError) as error:
                what = f"{type(error).__name__}: {error}"
                raise UpcastError(
                    f"{event_type}: version {step} could not be lifted to {step + 1}: {what}"
                ) from error
        return lifted

    def decode(self, event_type: str, version: int, body: str) -> Event:
        """The typed event of a stored body."""
        cls = self[event_type]
        if version == cls.version:
            return cls.model_validate_json(body)
        return cls.model_validate(self.upcast(event_type, version, loads(body)))

    def parse(self, event_type: str, fields: Mapping[str, Any], *, where: str = "") -> Event:
        """The typed event of loose fields; raises `InvalidEvent` that names every bad field."""
        cls = self[event_type]
        try:
            return cls.model_validate(dict(fields))
        except ValidationError as error:
            raise InvalidEvent(event_type, field_problems(error, where=where)) from None

    def json_schema(self) -> dict[str, Any]:
        """One JSON Schema document with a definition for every event type, newest versions.

        Each definition carries `x-type` and `x-version`; the layout of `$defs` is ours, the rest pydantic's.
        """
        classes = list(self)
        refs, document = models_json_schema([(cls, "validation") for cls in classes], by_alias=True)
        for cls in classes:
            name = refs[cls, "validation"]["$ref"].rsplit("/", 1)[1]
            document["$defs"][name] |= {"x-type": cls.type, "x-version": cls.version}
        return document


def is_unicode(text: str) -> bool:
    """Whether a text can be written as UTF-8: half of a surrogate pair, which JSON lets through, cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def field_problems(error: ValidationError, *, where: str = "") -> list[FieldProblem]:
    """What pydantic found, one problem a field, in the order of the fields."""
    found = []
    for item in error.errors(include_url=False):
        path = ".".join(str(part) for part in item["loc"]) or "(event)"
        reason = reason_ru(item["type"], item.get("ctx", {}))
        found.append(FieldProblem(path, item["msg"].removeprefix("Value error, "), where, reason))
    return found
