"""What every log can do, whatever stores it: the values it hands out and the Protocol a back end fills.

A log is a gapless sequence of positions from 1, written in batches, never changed. Its raw rows hold every
event and every correction; the effective view is what stands once the corrections are applied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol

from shnor_engine.errors import BadInput, FieldProblem
from shnor_engine.events.base import Envelope, Event, Source, Stored

AsKnown = int | date | datetime
Interval = tuple[int, int | None]
LAST = 2**63 - 1  # the last position that a back end can hold


def possible(**given: int | None) -> None:
    """Raise `BadInput` that names every position which no log can hold, before a back end says it in its own words.

    A number below 0 is before every row; only what 64 bits cannot hold is refused.

    >>> possible(after=-1, until=None)
    """
    bad = [name for name, at in given.items() if at is not None and not -LAST <= at <= LAST]
    if bad:
        raise BadInput(
            "positions",
            [
                FieldProblem(
                    name, f"{given[name]} is no position (0 to {LAST})", ru="такой позиции в журнале быть не может"
                )
                for name in bad
            ],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What an append did: one position per event in the order given.

    `repeated` counts the events that were stored before or stood earlier in the same call; `batch` is None
    when nothing was new.
    """

    positions: tuple[int, ...]
    repeated: int
    batch: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the log stands; an empty log has position 0, batch 0 and no `recorded_at`."""

    position: int
    batch: int
    chain: bytes
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One append as it stands in the log: positions `first` to `last`, both inclusive."""

    batch: int
    first: int
    last: int
    recorded_at: datetime
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Expect:
    """A condition on the log that must hold under the lock, else `ConditionFailed` and nothing is written.

    >>> Expect.subject("a", last=7)
    Expect(kind='subject', position=7, types=None, subjects=('a',))
    """

    kind: Literal["head", "subject", "unchanged"]
    position: int
    types: tuple[str, ...] | None = None
    subjects: tuple[str, ...] | None = None

    @classmethod
    def head(cls, position: int) -> Expect:
        """The head of the log stands at `position` (0: the log is empty)."""
        return cls("head", position)

    @classmethod
    def subject(cls, subject: str, *, last: int) -> Expect:
        """The last row about `subject`, corrections included, stands at `last` (0: there is none)."""
        return cls("subject", last, subjects=(subject,))

    @classmethod
    def unchanged(
        cls, *, after: int, types: Collection[str] | None = None, subjects: Collection[str] | None = None
    ) -> Expect:
        """No row of these types and these subjects (None: of any) stands after position `after`."""
        return cls("unchanged", after, *(None if names is None else tuple(names) for names in (types, subjects)))

    def __str__(self) -> str:
        if self.kind == "head":
            return f"head({self.position})"
        if self.kind == "subject":
            return f"subject({self.subjects[0] if self.subjects else ''!r}, last={self.position})"
        return f"unchanged(types={self.types}, subjects={self.subjects}, after={self.position})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Rows of one (type, version) in the order of their positions, each column as one UTF-8 text.

    Every column holds `count` lines joined by a line feed; no value holds a line feed itself. `bodies` is so an
    NDJSON document, `sources` has an empty line where there is none; `positions` may also be a range, where none
    is left out. Retractions are left out: they carry no fact. When each row was recorded follows from `Log.batches`,
    what of it stands from `Log.standing`.
    """

    type: str
    version: int
    count: int
    positions: bytes | range
    event_ids: bytes
    subjects: bytes
    actors: bytes
    sources: bytes
    bodies: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with a log: a stable `code`, what it is, and where."""

    code: str
    what: str
    position: int | None = None
    batch: int | None = None

    def __str__(self) -> str:
        where = [
            f"{name} {at}" for name, at in (("position", self.position), ("batch", self.batch)) if at is not None
        ]
        return ": ".join(["/".join(where), f"{self.code}: {self.what}"] if where else [f"{self.code}: {self.what}"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What `verify` looked at and every finding, in the order of the log; `chain` can be anchored outside."""

    findings: tuple[Finding, ...]
    events: int
    batches: int
    position: int
    chain: bytes

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def summary(self, language: str = "ru") -> str:
        """How much was checked and how much was found, in one line."""
        chain = f"{self.chain.hex()[:16]}…"
        if language == "ru":
            said = f"проверено: событий {self.events}, партий {self.batches}, до записи {self.position}, цепь {chain}"
            return f"{said}; " + ("нарушений нет" if self.ok else f"нарушений: {len(self.findings)}")
        said = f"checked: {self.events} events, {self.batches} batches, to position {self.position}, chain {chain}"
        return f"{said}; " + ("nothing found" if self.ok else f"findings: {len(self.findings)}")

    def to_json(self) -> dict[str, Any]:
        """`{"ok", "events", "batches", "position", "chain", "findings": [{"code", "what", "position", "batch"}]}`."""
        return {
            "ok": self.ok,
            "events": self.events,
            "batches": self.batches,
            "position": self.position,
            "chain": self.chain.hex(),
            "findings": [
                {"code": item.code, "what": item.what, "position": item.position, "batch": item.batch}
                for item in self.findings
            ],
        }


class Log(Protocol):
    """The append-only log. Errors are named in `shnor_engine.errors`; each says that nothing was written.

    The one exception is `OutcomeUnknown`: then reopen and send the same events with the same ids again.
    """

    @property
    def log_id(self) -> str:
        """The identity of this log, made once; it is hashed into every link of the chain."""

    def append(
        self,
        events: Iterable[Event | Envelope],
        *,
        actor: str,
        source: Source | None = None,
        causation: str | None = None,
        correlation: str | None = None,
        expected: Expect | Sequence[Expect] | None = None,
        request_id: str | None = None,
        recorded_at: date | datetime | None = None,
    ) -> Appended:
        """Store the events in one transaction, all or nothing, and give their positions.

        An event whose id is stored with the same content is not stored again. `recorded_at` loads history.
        """

    def append_bodies(
        self,
        cls: type[Event],
        subjects: Sequence[str],
        bodies: Sequence[str],
        *,
        actor: str,
        event_ids: Sequence[str] | None = None,
        source: Source | None = None,
        request_id: str | None = None,
        recorded_at: date | datetime | None = None,
    ) -> Appended:
        """Store many events of one type whose bodies the caller has checked and written as `Event.body` does.

        For bulk imports that check by columns; nothing of a body is looked at here. Otherwise as `append`.
        """

    def supersede(
        self, event_id: str, new: Event, *, reason: str, actor: str, source: Source | None = None
    ) -> Appended:
        """Replace what an effective event says; type and subject stay. Raises `CorrectionError`."""

    def retract(self, event_id: str, *, reason: str, actor: str, source: Source | None = None) -> Appended:
        """Take an effective event or correction back. Raises `CorrectionError`."""

    def read(
        self,
        *,
        types: Collection[str] | None = None,
        subjects: Collection[str] | None = None,
        after: int = 0,
        until: int | None = None,
        as_known: AsKnown | None = None,
        effective: bool = True,
    ) -> Iterator[Stored]:
        """Rows after `after` and up to `until`, both positions, in order.

        Effective: the facts that stand at `as_known`, with the body that stands. Raw: every row up to there.
        """

    def head(self) -> Head:
        """Where the log stands now."""

    def resolve(self, as_known: AsKnown | None) -> int:
        """The position, the end of a batch, that `as_known` means; None is the head."""

    def batches(self, *, after: int = 0, until: int | None = None) -> list[Batch]:
        """The batches whose last position lies after `after` and whose first is not after `until`."""

    def standing(self, *, until: int | None = None) -> Mapping[int, tuple[Interval, ...]]:
        """For each fact that a correction ever touched: the half-open position intervals in which it stood.

        Keyed by the fact's position; a fact that is not named stands from its own position on.
        """

    def fetch_columns(
        self, types: Collection[str] | None = None, *, after: int = 0, until: int | None = None, chunk: int = 25_000
    ) -> Iterator[Columns]:
        """Raw facts in bulk, column by column: at most `chunk` positions at a time, in order of position."""

    def wait(self, position: int, timeout: float) -> bool:
        """Whether the head reached `position` within `timeout` seconds."""

    def subscribe(
        self, after: int = 0, *, types: Collection[str] | None = None, timeout: float | None = None
    ) -> Iterator[Stored]:
        """Every raw row after `after`, then each new one as it is written; ends after `timeout` idle seconds."""

    def verify(self, since: int = 0) -> Verification:
        """Recompute the chain after position `since` and give every finding; never raises for a bad log."""

    def export(self, kind: Literal["jsonl"] = "jsonl", *, after: int = 0, until: int | None = None) -> Iterator[str]:
        """The raw rows after `after` and up to `until` as lines of text."""

    def close(self) -> None:
        """Release what the handle holds; it can't be used afterwards."""
