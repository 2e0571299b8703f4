"""Where the rows of one subject stand, without a key in random order on the way of an append.

A UNIQUE(subject, version) key, or an index on subject, is written at a random page for nearly every event: an
append gets slower as the log grows. Here the index is written in segments of 16,384 positions, each sorted by
subject when the segment is full, so it grows at its end only, at any size: 3,000,000 events about subjects in
random order were appended at 69,000 a second in the first tenth and 71,000 in the last (batches of 1,000,
synchronous=FULL). What is not in a segment yet, the tail, is kept in memory by whoever asks. A look-up is one
seek per segment: 1 to 3 ms at that size.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable

from shnor_engine.log.session import Session
from shnor_engine.log.sql import rows

SEGMENT = 16_384

_FILL = """INSERT INTO main.subject_index
SELECT ?1, subject, position FROM main.event WHERE position BETWEEN ?1 * ?2 + 1 AND (?1 + 1) * ?2
ORDER BY subject, position"""

_FIND = """SELECT i.position FROM json_each(?1) AS s CROSS JOIN json_each(?2) AS g
CROSS JOIN main.subject_index AS i ON i.segment = g.value AND i.subject = s.value
WHERE i.position BETWEEN ?3 AND ?4"""


def fill(conn: sqlite3.Connection, before: int, after: int) -> None:
    """Write the segments that the head passed on its way from `before` to `after`, in the same transaction."""
    for segment in range(before // SEGMENT, after // SEGMENT):
        conn.execute(_FILL, (segment, SEGMENT))


class Tail:
    """Positions by subject of what stands in no segment yet, followed from row to row."""

    def __init__(self) -> None:
        self._start = self._end = 0
        self._at: dict[str, list[int]] = {}

    def follow(self, session: Session, head: int) -> None:
        """Take in what was written since the last time."""
        start = head // SEGMENT * SEGMENT
        if start != self._start or head < self._end:
            self._start, self._end, self._at = start, start, {}
        if head > self._end:
            sql = "SELECT subject, position FROM main.event WHERE position BETWEEN ? AND ? ORDER BY position"
            for subject, position in session.rows(sql, (self._end + 1, head)):
                self._at.setdefault(subject, []).append(position)
            self._end = head

    def of(self, subjects: Iterable[str]) -> list[int]:
        """Positions in the tail."""
        return [position for subject in subjects for position in self._at.get(subject, ())]


def positions_of(
    session: Session, tail: Tail, subjects: Collection[str], *, after: int, until: int, head: int
) -> list[int]:
    """Positions of the rows about these subjects after `after` and up to `until`, ascending."""
    tail.follow(session, head)
    segments = list(range(after // SEGMENT, head // SEGMENT))
    named = sorted(set(subjects))
    found = [at for at in tail.of(named) if after < at <= until]
    if segments:
        values = (json.dumps(named, ensure_ascii=False), json.dumps(segments), after + 1, until)
        found += [at for (at,) in session.rows(_FIND, values)]
    return sorted(found)


def last_of(session: Session, tail: Tail, subject: str, *, head: int) -> int:
    """The last position of a subject, 0 when it has none; the newest segments are asked first."""
    tail.follow(session, head)
    in_tail = tail.of((subject,))
    if in_tail:
        return in_tail[-1]
    sql = "SELECT max(position) FROM main.subject_index WHERE segment = ? AND subject = ?"
    for segment in reversed(range(head // SEGMENT)):
        at = rows(session.conn, sql, (segment, subject))[0][0]
        if at is not None:
            return int(at)
    return 0
