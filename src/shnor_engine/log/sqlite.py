"""`SqliteLog`: the log in a SQLite file, in memory, or in a host's own database."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from shnor_engine.errors import LogIsReadOnly
from shnor_engine.events.base import (
    Clock,
    Envelope,
    Event,
    IdMaker,
    Registry,
    Source,
    Stored,
    retract,
    supersede,
    system_clock,
    uuid7_ids,
)
from shnor_engine.log import bulk, reading, schema, writing
from shnor_engine.log.drafts import Call, Drafter, Drafts, Told
from shnor_engine.log.export import jsonl
from shnor_engine.log.files import Files
from shnor_engine.log.moments import DEFAULT_ZONE, to_text, zone_of
from shnor_engine.log.protocol import (
    LAST,
    Appended,
    AsKnown,
    Batch,
    Columns,
    Expect,
    Head,
    Interval,
    Verification,
    possible,
)
from shnor_engine.log.reading import Views
from shnor_engine.log.session import (
    Session,
    Sessions,
    Synchronous,
    check_host,
    ensure_schema,
    open_file,
    open_memory,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

POLL = 0.02  # seconds between two looks at the head


class SqliteLog:
    """An append-only log in SQLite; see `shnor_engine.log.protocol.Log` for what each method promises.

    A log in a file may be used from several threads, each gets a connection of its own, and from several
    processes. One in memory, or on a host's connection, serves one thread at a time.
    """

    def __init__(
        self,
        target: Path | sqlite3.Connection | None,
        *,
        clock: Clock,
        ids: IdMaker,
        registry: Registry | None,
        readonly: bool,
        synchronous: Synchronous,
        create: bool,
    ) -> None:
        self._target = target
        self._clock = clock
        self._drafter = Drafter(clock=clock, ids=ids, registry=registry)
        self._readonly = readonly
        self._synchronous = synchronous
        self._create = create
        self.registry = registry
        self._failed: list[str] = []
        self._sessions = Sessions(self._open_session, shared=not isinstance(target, Path))

    @classmethod
    def open(
        cls,
        target: str | Path | sqlite3.Connection,
        *,
        clock: Clock = system_clock,
        ids: IdMaker = uuid7_ids,
        registry: Registry | None = None,
        zone: str = DEFAULT_ZONE,
        readonly: bool = False,
        synchronous: Synchronous = "FULL",
        create: bool = True,
    ) -> Self:
        """The log at a path, at ":memory:", or on a connection of the host; a new one is made if there is none.

        `zone` counts only when the log is made: it then belongs to the log. `synchronous="NORMAL"` is for bulk
        imports: the last batches may be lost with the power, the log stays whole. Raises `NotALog`,
        `SchemaChanged`, `LogBusy`; `LogError` when a host's connection would weaken what an append promises.
        """
        zone_of(zone)
        place: Path | sqlite3.Connection | None
        place = (
            target if isinstance(target, sqlite3.Connection) else None if str(target) == ":memory:" else Path(target)
        )
        log = cls(
            place,
            clock=clock,
            ids=ids,
            registry=registry,
            readonly=readonly,
            synchronous=synchronous,
            create=create and not readonly,
        )
        try:
            if isinstance(place, sqlite3.Connection):
                check_host(place, synchronous)
            log._start(zone)
        except BaseException:
            log.close()
            raise
        return log

    def _start(self, zone: str) -> None:
        own = not isinstance(self._target, sqlite3.Connection)
        meta = schema.new_meta(zone, to_text(self._clock()))
        first = self._sessions.get()
        ensure_schema(first, meta, own=own, create=self._create)
        kept = dict(first.rows("SELECT key, value FROM main.log_meta"))
        self._log_id: str = kept["log_id"]
        self.zone_name: str = kept["zone"]
        self._zone = zone_of(self.zone_name)

    @property
    def log_id(self) -> str:
        """The identity of this log, made once."""
        return self._log_id

    @property
    def readonly(self) -> bool:
        """Whether this handle can only read."""
        return self._readonly

    @property
    def database(self) -> Database:
        """This thread's connection as sqlite-utils' `Database`, to query the log beside its own methods."""
        from sqlite_utils import Database

        return Database(self._sessions.get().conn, recursive_triggers=False, execute_plugins=False)

    # --- writing ---

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
        """Store the events in one transaction, all or nothing, and give their positions."""
        here = self._writable()
        entries = list(events)
        if not entries:
            return Appended(positions=(), repeated=0, batch=None)
        call = Call(actor, source, causation, correlation)
        drafts = self._drafter.make(entries, call, lambda named: writing.targets_of(here, named))
        conditions = (expected,) if isinstance(expected, Expect) else tuple(expected or ())
        for condition in conditions:
            possible(expected=condition.position)
        terms = writing.Terms(self._log_id, self._zone, self._clock, conditions, request_id, recorded_at)
        return self._write(here, drafts, terms)

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
        """Store many events of one type whose bodies the caller has checked and written as `Event.body` does."""
        here = self._writable()
        if not bodies:
            return Appended(positions=(), repeated=0, batch=None)
        drafts = self._drafter.told(cls, Told(subjects, bodies, event_ids), Call(actor, source))
        terms = writing.Terms(self._log_id, self._zone, self._clock, (), request_id, recorded_at)
        return self._write(here, drafts, terms)

    def _writable(self) -> Session:
        if self._readonly:
            raise LogIsReadOnly("this log was opened for reading; open it without readonly to append")
        return self._sessions.get()

    def _write(self, here: Session, drafts: Drafts, terms: writing.Terms) -> Appended:
        views = self._views(here)
        here.expects(len(drafts.rows))
        try:
            return here.write(lambda head: writing.write(here, views, drafts, terms, head))
        except BaseException:
            if drafts.corrections:
                self._sessions.mine.views = None  # it may hold corrections that were not committed
            raise

    def supersede(
        self, event_id: str, new: Event, *, reason: str, actor: str, source: Source | None = None
    ) -> Appended:
        """Replace what an effective event says; type and subject stay. Raises `CorrectionError`."""
        return self.append([supersede(event_id, new, reason=reason, source=source)], actor=actor)

    def retract(self, event_id: str, *, reason: str, actor: str, source: Source | None = None) -> Appended:
        """Take an effective event or correction back. Raises `CorrectionError`."""
        return self.append([retract(event_id, reason=reason, source=source)], actor=actor)

    # --- reading ---

    def head(self) -> Head:
        """Where the log stands now."""
        return reading.head_of(self._sessions.get())

    def resolve(self, as_known: AsKnown | None) -> int:
        """The position, the end of a batch, that `as_known` means; None is the head."""
        return reading.resolve(self._sessions.get(), as_known, now=self._clock(), zone=self._zone)

    def batches(self, *, after: int = 0, until: int | None = None) -> list[Batch]:
        """The batches that reach past `after` and begin not after `until`."""
        possible(after=after, until=until)
        return reading.batches_of(self._sessions.get(), after=after, until=until)

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
        """Rows after `after` and up to `until`, in order; what is known is fixed at the call."""
        possible(after=after, until=until)
        here = self._sessions.get()
        known = self.resolve(as_known)
        views = self._views(here)
        return reading.rows_of(
            here,
            views,
            types=types,
            subjects=subjects,
            after=after,
            until=known if until is None else min(until, known),
            head=self.head().position,
            hidden=views.stand(here, known).hidden(known) if effective else None,
        )

    def standing(self, *, until: int | None = None) -> Mapping[int, tuple[Interval, ...]]:
        """The intervals in which each fact that a correction touched stood, by its position."""
        possible(until=until)
        here = self._sessions.get()
        return self._views(here).intervals(here, self.head().position if until is None else until)

    def fetch_columns(
        self, types: Collection[str] | None = None, *, after: int = 0, until: int | None = None, chunk: int = 25_000
    ) -> Iterator[Columns]:
        """Raw facts in bulk, column by column: at most `chunk` positions at a time, in order of position."""
        possible(after=after, until=until)
        here = self._sessions.get()
        end = self.head().position if until is None else min(until, self.head().position)
        if isinstance(self._target, Path) and end - after > chunk and not here.nested:
            return bulk.columns_ahead(self._open_session, types, after=after, until=end, chunk=chunk)
        return bulk.columns_of(here, types, after=after, until=end, chunk=chunk)

    def wait(self, position: int, timeout: float) -> bool:
        """Whether the head reached `position` within `timeout` seconds."""
        possible(position=position)
        here, end = self._sessions.get(), time.monotonic() + timeout
        while True:
            if here.stand().position >= position:
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(POLL, left))

    def subscribe(
        self, after: int = 0, *, types: Collection[str] | None = None, timeout: float | None = None
    ) -> Iterator[Stored]:
        """Every raw row after `after`, then each new one as it is written; ends after `timeout` idle seconds."""
        possible(after=after)
        return self._follow(after, types, timeout)

    def _follow(self, after: int, types: Collection[str] | None, timeout: float | None) -> Iterator[Stored]:
        while True:
            head = self.head().position
            yield from self.read(types=types, after=after, until=head, effective=False)
            after = max(after, head)
            if not self.wait(min(after + 1, LAST), 3600.0 if timeout is None else timeout) and timeout is not None:
                return

    def verify(self, since: int = 0) -> Verification:
        """Recompute the chain after position `since` and give every finding."""
        from shnor_engine.log.verify import verify_connection, verify_file

        here = self._sessions.get()
        here.usable()
        if isinstance(self._target, Path):
            return verify_file(self._target, since=since)
        with here.lock:
            return verify_connection(here.conn, since=since)

    def export(self, kind: Literal["jsonl"] = "jsonl", *, after: int = 0, until: int | None = None) -> Iterator[str]:
        """The raw rows of a range as lines of text; `kind` is the form, JSON lines so far."""
        if kind != "jsonl":
            raise ValueError(f"a log is exported as jsonl, not {kind!r}")
        possible(after=after, until=until)
        return jsonl(self, after=after, until=until)

    # --- the handle ---

    def close(self) -> None:
        """Close every connection of our own; a host's stays open."""
        for one in self._sessions.close():
            if one.conn is not self._target:
                one.conn.close()

    def _open_session(self) -> Session:
        if isinstance(self._target, sqlite3.Connection):
            return Session(self._target, "the host's connection", self._failed, own=False)
        if self._target is None:
            return Session(open_memory(), ":memory:", self._failed, own=True)
        conn = open_file(self._target, readonly=self._readonly, synchronous=self._synchronous, create=self._create)
        files = None if self._readonly else Files(self._target)
        return Session(conn, str(self._target), self._failed, own=True, files=files)

    def _views(self, here: Session) -> Views:
        """What this thread has seen; nothing is kept of what an open transaction may still take back."""
        if here.nested:
            return Views()
        views: Views | None = getattr(self._sessions.mine, "views", None)
        if views is None:
            views = self._sessions.mine.views = Views()
        return views

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
