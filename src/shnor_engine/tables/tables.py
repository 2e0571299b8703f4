"""`Tables`: every event type of a log as a lazy frame, followed from head to head; `Snapshot`: as known at one.

A table is a list of chunks that are never copied when the log grows: new events are a new chunk, small chunks are
merged two by two until they are worth keeping, and a correction rewrites the spans of the chunks it touches. A
type is read when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC
from threading import RLock

import polars as pl

from shnor_engine.events.base import Event, Registry
from shnor_engine.log.protocol import AsKnown, Batch, Log
from shnor_engine.tables.decode import rows_of
from shnor_engine.tables.shape import shape_of
from shnor_engine.tables.spans import Spans, any_between, stood_in

SEALED = 16_384  # a chunk of so many rows is not merged any more

EventType = type[Event] | str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Neighbouring facts of one type: as told (`rows`), and with the spans in which they stood (`frame`)."""

    rows: pl.DataFrame
    frame: pl.DataFrame
    first: int
    last: int
    touched: bool

    @classmethod
    def of(cls, rows: pl.DataFrame, spans: Spans) -> Chunk:
        """The chunk of these rows, with the spans known so far."""
        first, last = int(rows.item(0, "position")), int(rows.item(-1, "position"))
        found = spans.between(first, last)
        return cls(rows, stood_in(rows, found), first, last, found is not None)

    def at(self, position: int) -> pl.DataFrame | None:
        """What stood at a position; None where nothing was told yet."""
        if self.first > position:
            return None
        if self.last <= position and not self.touched:
            return self.frame
        until = pl.col("known_until")
        stood = (pl.col("known_from") <= position) & (until.is_null() | (until > position))
        # What was taken back only later had no end yet, as known then.
        return self.frame.filter(stood).with_columns(known_until=pl.lit(None, pl.Int64))


@dataclass(slots=True)
class _Table:
    """The chunks of one type, and up to which position it was read."""

    upto: int = 0
    chunks: list[Chunk] = field(default_factory=list)

    def add(self, rows: pl.DataFrame, spans: Spans) -> None:
        merged, start = rows, len(self.chunks)
        while start and self.chunks[start - 1].rows.height <= merged.height and merged.height < SEALED:
            start -= 1
            merged = pl.concat([self.chunks[start].rows, merged])
        if merged is not rows:
            merged = merged.rechunk()
        self.chunks = [*self.chunks[:start], Chunk.of(merged, spans)]

    def respan(self, changed: list[int], spans: Spans) -> None:
        self.chunks = [
            Chunk.of(chunk.rows, spans) if any_between(changed, chunk.first, chunk.last) else chunk
            for chunk in self.chunks
        ]


class Tables:
    """The typed tables of one log, shared by any number of readers.

    `tables[Measured]`, by class or type name, is a lazy frame of every fact of that type ever told, with the spans
    in which it stood; `tables.at(as_known)` gives the same as known at a moment. Answers follow the head.
    """

    def __init__(self, log: Log, registry: Registry) -> None:
        self.log = log
        self.registry = registry
        self._lock = RLock()
        self._start()

    def __getitem__(self, event_type: EventType) -> pl.LazyFrame:
        cls = self._class(event_type)
        frames = [chunk.frame for chunk in self._chunks(cls, self.log.head().position)]
        return _joined(frames, cls)

    def at(self, as_known: AsKnown | None = None) -> Snapshot:
        """What stood at a moment: None is now, else a position, a day or an instant; never changes afterwards."""
        return Snapshot(self, self.log.resolve(as_known))

    def load(self, event_types: Iterable[EventType] | None = None, *, until: int | None = None) -> None:
        """Read these types (None: all of the registry) up to a position, in one pass where they stand alike."""
        classes = self.registry if event_types is None else map(self._class, event_types)
        names = [cls.type for cls in classes]
        with self._lock:
            self._follow(names, self.log.head().position if until is None else until)

    def _class(self, event_type: EventType) -> type[Event]:
        return self.registry[event_type if isinstance(event_type, str) else event_type.type]

    def _chunks(self, cls: type[Event], until: int) -> list[Chunk]:
        with self._lock:
            self._follow([cls.type], until)
            return self._tables[cls.type].chunks

    # --- following the log ------------------------------------------------------------------------

    def _start(self) -> None:
        self._tables: dict[str, _Table] = {}
        self._spans = Spans()
        self._batches = pl.DataFrame(schema={"last": pl.Int64(), "recorded_at": pl.Datetime("us", "UTC")})
        self._last: tuple[Batch, str] | None = None

    def _follow(self, names: Collection[str], until: int) -> None:
        if self._taken_back():
            self._start()
        head = self.log.head().position
        until = min(until, head)
        # Batches and corrections are followed to the head, wherever the reader stops: seen from an earlier position
        # a log does not tell a fact that replaces another one from any other, and its first id would be lost.
        if self._spans.upto < until:
            self._follow_batches(head)
            changed = self._spans.follow(self.log, head)
            for table in self._tables.values():
                table.respan(changed, self._spans)
        stale: dict[int, list[str]] = {}
        for name in names:
            table = self._tables.setdefault(name, _Table())
            if table.upto < until:
                stale.setdefault(table.upto, []).append(name)
        for after, some in stale.items():
            self._extend(some, after, until)

    def _extend(self, names: list[str], after: int, until: int) -> None:
        whole = len(names) == len(list(self.registry))
        # Grown beside and put in place at the end: a body that cannot be read leaves the tables as they were.
        grown = {name: replace(self._tables[name], upto=until) for name in names}
        for columns in self.log.fetch_columns(None if whole else names, after=after, until=until):
            if columns.type in grown:
                rows = rows_of(columns, self.registry[columns.type], self.registry, self._batches)
                grown[columns.type].add(rows, self._spans)
        self._tables |= grown

    def _follow_batches(self, until: int) -> None:
        known = self._last[0].last if self._last else 0
        new = self.log.batches(after=known, until=until)
        if not new:
            return
        found = pl.DataFrame(
            {"last": [one.last for one in new], "recorded_at": [one.recorded_at.astimezone(UTC) for one in new]},
            schema=self._batches.schema,
        )
        self._batches = pl.concat([self._batches, found])
        self._last = new[-1], self._id_at(new[-1].last)

    def _taken_back(self) -> bool:
        """Whether the log we followed was rolled back since: a host may undo what it had not committed."""
        if self._last is None:
            return False
        batch, event_id = self._last
        if self.log.head().position < batch.last:
            return True
        return self.log.batches(after=batch.last - 1, until=batch.last) != [batch] or (
            self._id_at(batch.last) != event_id
        )

    def _id_at(self, position: int) -> str:
        return next(iter(self.log.read(after=position - 1, until=position, effective=False))).event_id


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The tables as known at `position`, the end of a batch: `snapshot[Measured]` is what stood there."""

    tables: Tables
    position: int

    @property
    def registry(self) -> Registry:
        """The registry of the tables, with its lists of codes."""
        return self.tables.registry

    def __getitem__(self, event_type: EventType) -> pl.LazyFrame:
        cls = self.tables._class(event_type)
        found = (chunk.at(self.position) for chunk in self.tables._chunks(cls, self.position))
        return _joined([frame for frame in found if frame is not None], cls)

    def load(self, event_types: Iterable[EventType]) -> None:
        """Read these types in one pass before they are asked for one by one."""
        self.tables.load(event_types, until=self.position)


def _joined(frames: list[pl.DataFrame], cls: type[Event]) -> pl.LazyFrame:
    if not frames:
        return pl.DataFrame(schema=shape_of(cls).schema).lazy()
    return pl.concat(frames, rechunk=False).lazy()
