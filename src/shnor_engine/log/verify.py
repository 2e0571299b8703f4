"""Recompute everything that was hashed and name every place that is wrong.

It opens a file read-only, asks nothing of the tables' form, decodes no body and goes on after each finding. A
change of one batch is named at that batch alone: the next link is checked against the chain as it stands there.
Whoever rewrote the whole chain from some batch on is found by comparing `Verification.chain` with one that was
kept outside.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import chain as joined
from itertools import pairwise
from pathlib import Path
from typing import Any

from shnor_engine.errors import NotALog
from shnor_engine.log import schema, subjects
from shnor_engine.log.chain import EMPTY_CHAIN, LEAF_COLUMNS, batch_digest, leaf, link
from shnor_engine.log.protocol import LAST, Finding, Verification
from shnor_engine.log.session import open_file

CHUNK = 1_000
_EVENT = f"SELECT position, batch, leaf, {', '.join(LEAF_COLUMNS)} FROM main.event"
_BATCH = "SELECT batch, first, last, recorded_at, written_at, request_id, digest, chain FROM main.log_batch"
_BATCH_OF = "SELECT position, batch FROM main.event WHERE position IN (?, ?)"
_OTHER_BATCH = "SELECT position FROM main.event WHERE position >= ? AND batch <> ? ORDER BY position LIMIT 1"
_NUMBERS = ("position", "batch", "version")
_OPTIONAL = ("source", "causation", "correlation", "corrects", "correction", "reason")


def verify_file(path: Path, *, since: int = 0) -> Verification:
    """Every finding in the part of a log after position `since`; raises `NotALog` only when there is no file."""
    path = Path(path)
    try:
        conn = open_file(path, readonly=True, synchronous="FULL", create=False)
    except NotALog as error:
        if not path.exists():
            raise
        return _unreadable(error)
    with closing(conn):
        return _verify(conn, since)


def verify_connection(conn: sqlite3.Connection, *, since: int = 0) -> Verification:
    """The same through an open connection, whose settings are put back at the end."""
    kept = conn.text_factory, conn.row_factory
    conn.row_factory = None
    try:
        return _verify(conn, since)
    finally:
        conn.text_factory, conn.row_factory = kept


def _unreadable(error: Exception) -> Verification:
    found = Finding(code="unreadable", what=f"the file cannot be read: {error}")
    return Verification(findings=(found,), events=0, batches=0, position=0, chain=EMPTY_CHAIN)


def _verify(conn: sqlite3.Connection, since: int) -> Verification:
    conn.text_factory = bytes
    walk = _Walk(conn, max(0, min(since, LAST)))
    snapshot = not conn.in_transaction
    try:
        if snapshot:
            conn.execute("BEGIN")
        findings = list(_findings(conn, walk))
    finally:
        if snapshot and conn.in_transaction:
            with suppress(sqlite3.Error):
                conn.execute("ROLLBACK")
    return Verification(
        findings=tuple(findings), events=walk.events, batches=walk.batches, position=walk.last, chain=walk.chain
    )


def _findings(conn: sqlite3.Connection, walk: _Walk) -> Iterator[Finding]:
    try:
        if not schema.has_log(conn):
            yield Finding(code="not-a-log", what="there are no tables of a log in it")
            return
        yield from schema.changes(conn)
    except sqlite3.Error as error:
        yield Finding(code="unreadable", what=f"the file cannot be read: {error}")
        return
    checks = (
        schema.meta_changes(conn),
        walk.findings(),
        _doubles(conn, walk.since),
        _wrong_kinds(conn, walk.since),
        _index(conn, walk),
        _pages(conn),
    )
    seen: set[tuple[str, int | None, int | None]] = set()
    for found in joined.from_iterable(map(_guarded, checks)):
        place = (found.code, found.position, found.batch)
        # A damaged row may be met by two checks: one says it.
        if place not in seen or found.position is None:
            yield found
        seen.add(place)


def _guarded(check: Iterator[Finding]) -> Iterator[Finding]:
    try:
        yield from check
    except sqlite3.Error as error:
        yield Finding(code="unreadable", what=f"a check could not be finished: {error}")


# --- the chain ------------------------------------------------------------------------------------


class _Walk:
    """The batches in order, each with its rows."""

    def __init__(self, conn: sqlite3.Connection, since: int) -> None:
        self._conn = conn
        self.since = since
        self.events = self.batches = 0
        self.number = self.last = 0
        self.chain = EMPTY_CHAIN
        self._moment = b""
        self._before: tuple[bytes, ...] = (EMPTY_CHAIN,)
        self._log_id = b""
        self._most = 0

    def findings(self) -> Iterator[Finding]:
        """Every batch in order, then what stands outside the batches."""
        found = self._conn.execute("SELECT value FROM main.log_meta WHERE key = 'log_id'").fetchone()
        if found is None:  # said by `schema.meta_changes`; no link can be recomputed without it
            return
        self._log_id = found[0]
        self._start()
        rows = _each(self._conn, _BATCH, "batch", self.number + 1, self._newest())
        for (number, row), (_, following) in pairwise(joined(rows, [(0, "the log ends")])):
            self.number = number
            first, last = self._bounds(row, following)
            leaves: list[bytes] = []
            bad = list(self._rows(number, first, last, leaves))
            yield from bad
            wrong = row if isinstance(row, str) else self._link(row, first, None if bad else batch_digest(leaves))
            if wrong:
                yield Finding(code="batch-changed", what=wrong, batch=number, position=first)
            self.batches += 1
            self.last = last
            if isinstance(row, str):
                self._before = ()
        yield from self._end()

    def _start(self) -> None:
        """Stand before the batch that holds position `since` + 1."""
        sql = f"{_BATCH} WHERE last <= ? AND last > 0 ORDER BY batch DESC LIMIT 1"
        row = self._conn.execute(sql, (self.since,)).fetchone()
        if row is not None:
            self.number, _, self.last, self._moment, *_, self.chain = row
            self._before = (self.chain,)

    def _newest(self) -> int:
        """The number of the last batch; a damaged number may be anything, so the count bounds it."""
        count, newest = self._conn.execute("SELECT count(*), max(batch) FROM main.log_batch").fetchone()
        self._most = 2 * self._conn.execute("SELECT count(*) FROM main.event").fetchone()[0] + CHUNK
        return newest if isinstance(newest, int) and 0 < newest <= 2 * count + CHUNK else count

    def _bounds(self, row: tuple[Any, ...] | str, following: tuple[Any, ...] | str) -> tuple[int, int]:
        """First and last position that belong to a batch, also where its own numbers were damaged."""
        first = self.last + 1
        ends = [] if isinstance(row, str) else [row[2]]
        if not isinstance(following, str) and isinstance(following[1], int):
            ends.append(following[1] - 1)
        ends = [end for end in ends if isinstance(end, int) and first <= end <= self._most]
        number = self.number
        for end in ends:
            with suppress(sqlite3.Error):
                named = dict(self._conn.execute(_BATCH_OF, (end, end + 1)).fetchall())
                if named.get(end) == number and named.get(end + 1) != number:
                    return first, end
        return first, ends[0] if ends else self._end_by_rows(first)

    def _end_by_rows(self, first: int) -> int:
        """The last position in a row, from `first`, whose row names the present batch."""
        with suppress(sqlite3.Error):
            other = self._conn.execute(_OTHER_BATCH, (first, self.number)).fetchone()
            if other is not None:
                return int(other[0]) - 1
            newest = self._conn.execute("SELECT max(position) FROM main.event").fetchone()[0]
            return max(self.last, min(newest or 0, self._most))
        return self.last

    def _link(self, row: tuple[Any, ...], first: int, computed: bytes | None) -> str:
        """What is wrong with the row of a batch, or nothing; `computed` is the digest of its rows if sound."""
        number, begins, ends, recorded_at, written_at, request_id, digest, chain = row
        links = [
            link(
                before,
                log_id=self._log_id,
                batch=number,
                first=begins,
                last=ends,
                recorded_at=recorded_at,
                written_at=written_at,
                request_id=request_id,
                digest=digest if isinstance(digest, bytes) else b"",
            )
            for before in self._before
        ]
        wrong = ""
        if computed is not None and computed != digest:
            wrong = "its rows, or its digest, are not those that were written"
        elif links and chain not in links:
            wrong = "the row of the batch, or the chain before it, is not what was written"
        elif begins != first:
            wrong = f"it begins at {begins}, but the batch before ends at {first - 1}"
        elif not isinstance(recorded_at, bytes) or recorded_at <= self._moment:
            wrong = "recorded_at is not after that of the batch before"
        self._before = tuple({*links, chain} if isinstance(chain, bytes) else links)
        self._moment = recorded_at if isinstance(recorded_at, bytes) and not wrong else self._moment
        self.chain = chain
        return wrong

    def _rows(self, number: int, first: int, last: int, leaves: list[bytes]) -> Iterator[Finding]:
        for position, row in _each(self._conn, _EVENT, "position", first, last):
            self.events += 1
            if isinstance(row, str):
                yield Finding(code="event-missing", what=row, position=position)
                continue
            _, batch, stored, *columns = row
            computed = leaf(columns)
            leaves.append(computed)
            if computed != stored:
                yield Finding(code="event-changed", what="the row is not what was hashed", position=position)
            elif batch != number:
                yield Finding(code="event-moved", what=f"it names batch {batch}, not {number}", position=position)

    def _end(self) -> Iterator[Finding]:
        sql = "SELECT position FROM main.event WHERE position > ? OR position < 1"
        for (position,) in self._conn.execute(sql, (self.last,)):
            yield Finding(code="event-stray", what="the row is in no batch", position=position)
        sql = "SELECT batch, first FROM main.log_batch WHERE batch > ? OR batch < 1"
        for batch, first in self._conn.execute(sql, (self.number,)):
            yield Finding(code="batch-stray", what="the number is not one of the log", batch=batch, position=first)


def _each(
    conn: sqlite3.Connection, select: str, key: str, first: int, last: int
) -> Iterator[tuple[int, tuple[Any, ...] | str]]:
    """Each number from `first` to `last` with its row, or with a text that says why there is none."""
    sql = f"{select} WHERE {key} BETWEEN ? AND ? ORDER BY {key}"
    for start in range(first, last + 1, CHUNK):
        end = min(start + CHUNK - 1, last)
        try:
            there = {row[0]: row for row in conn.execute(sql, (start, end))}
        except sqlite3.Error:
            there = dict(_one_by_one(conn, sql, start, end))
        for number in range(start, end + 1):
            yield number, there.get(number, "the row is missing")


def _one_by_one(conn: sqlite3.Connection, sql: str, first: int, last: int) -> Iterator[tuple[int, Any]]:
    for number in range(first, last + 1):
        try:
            row = conn.execute(sql, (number, number)).fetchone()
        except sqlite3.Error as error:
            row = f"the row cannot be read: {error}"
        if row is not None:
            yield number, row


# --- what the chain does not see ------------------------------------------------------------------


def _doubles(conn: sqlite3.Connection, since: int) -> Iterator[Finding]:
    sql = """SELECT e.position, d.first FROM main.event AS e JOIN
(SELECT event_id, min(position) AS first FROM main.event GROUP BY event_id HAVING count(*) > 1) AS d
ON d.event_id = e.event_id AND e.position > d.first WHERE e.position > ? ORDER BY e.position"""
    for position, first in conn.execute(sql, (since,)):
        yield Finding(code="event-double", what=f"its event_id stands at position {first} too", position=position)


def _wrong_kinds(conn: sqlite3.Connection, since: int) -> Iterator[Finding]:
    """A damaged byte can make a BLOB of a text without changing its bytes."""
    named = [name for name in LEAF_COLUMNS if name not in (*_NUMBERS, *_OPTIONAL)]
    wrong = [f"typeof({name}) <> 'text'" for name in named]
    wrong += [f"typeof({name}) NOT IN ('text', 'null')" for name in _OPTIONAL]
    wrong += ["typeof(version) <> 'integer'", "typeof(leaf) <> 'blob'"]
    sql = f"SELECT position FROM main.event WHERE position > ? AND ({' OR '.join(wrong)})"
    for (position,) in conn.execute(sql, (since,)):
        yield Finding(code="event-changed", what="a column is of another kind", position=position)
    sql = """SELECT batch, first FROM main.log_batch WHERE typeof(recorded_at) <> 'text'
OR typeof(written_at) <> 'text' OR typeof(request_id) NOT IN ('text', 'null')
OR typeof(digest) <> 'blob' OR typeof(chain) <> 'blob'"""
    for batch, first in conn.execute(sql):
        yield Finding(code="batch-changed", what="a column is of another kind", batch=batch, position=first)


def _index(conn: sqlite3.Connection, walk: _Walk) -> Iterator[Finding]:
    written = "SELECT (position - 1) / ?1, subject, position FROM main.event WHERE position <= ?2"
    kept = "SELECT segment, subject, position FROM main.subject_index"
    sql = f"""SELECT DISTINCT position FROM (
SELECT * FROM ({written} EXCEPT {kept}) UNION ALL SELECT * FROM ({kept} EXCEPT {written})) ORDER BY position"""
    full = walk.last // subjects.SEGMENT * subjects.SEGMENT
    for (position,) in conn.execute(sql, (subjects.SEGMENT, full)):
        yield Finding(code="index-changed", what="subject_index does not fit the row", position=position)


def _pages(conn: sqlite3.Connection) -> Iterator[Finding]:
    for (said,) in conn.execute("PRAGMA main.integrity_check(1000)"):
        if said != b"ok":
            yield Finding(code="file-damaged", what=said.decode(errors="replace"))
