"""Reading the log of one session: heads, batches, rows, what stands.

Rows never change, so a read holds no cursor and no transaction open between its chunks: the end and what is
hidden are fixed when it starts.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any

from shnor_engine.errors import BadInput, FieldProblem
from shnor_engine.events.base import Stored
from shnor_engine.log.corrections import Correction, Intervals, Standing
from shnor_engine.log.moments import end_of_day, in_utc, to_text
from shnor_engine.log.protocol import AsKnown, Batch, Head
from shnor_engine.log.session import Session
from shnor_engine.log.subjects import Tail, positions_of

CHUNK = 2_000
FEW_SUBJECTS = 200

_ROWS = """SELECT e.position, e.batch, b.recorded_at, e.event_id, e.type, e.version, e.subject, e.actor, e.source,
  e.causation, e.correlation, e.corrects, e.correction, e.reason, e.body
FROM main.event AS e CROSS JOIN main.log_batch AS b ON b.batch = e.batch"""

_CORRECTIONS = """SELECT e.position, e.event_id, e.correction, e.corrects, t.position
FROM main.event AS e INDEXED BY event_corrections CROSS JOIN main.event AS t ON t.event_id = e.corrects
WHERE e.corrects IS NOT NULL AND e.position > ? AND e.position <= ? ORDER BY e.position"""


class Views:
    """What a session keeps of the rows it has seen; made anew for a reader inside somebody's transaction."""

    def __init__(self) -> None:
        self.tail = Tail()
        self.standing = Standing()
        self.followed = 0

    def intervals(self, session: Session, until: int) -> dict[int, Intervals]:
        """The intervals of every fact touched up to `until`, as they are seen from there."""
        return {
            at: tuple((a, b if b is not None and b <= until else None) for a, b in found if a <= until)
            for at, found in self.stand(session, until).intervals().items()
            if at <= until and not (len(found) == 1 and found[0][1] is not None and found[0][1] > until)
        }

    def stand(self, session: Session, head: int) -> Standing:
        """The fold of every correction up to `head`."""
        for at, event_id, kind, corrects, target in session.rows(_CORRECTIONS, (self.followed, head)):
            self.standing.apply(Correction(at, event_id, kind, corrects, target))
        self.followed = max(self.followed, head)
        return self.standing


def head_of(session: Session) -> Head:
    """Where the log stands."""
    position, batch, chain, recorded_at = session.stand()
    moment = None if recorded_at is None else datetime.fromisoformat(recorded_at)
    return Head(position=position, batch=batch, chain=chain, recorded_at=moment)


def batches_of(session: Session, *, after: int, until: int | None) -> list[Batch]:
    """The batches that reach past `after` and begin not after `until`."""
    first = _last_batch(session, "last", after, head_of(session).batch) + 1
    sql = "SELECT batch, first, last, recorded_at, written_at FROM main.log_batch WHERE batch >= ?"
    limit = "" if until is None else " AND first <= ?"
    found = session.rows(f"{sql}{limit} ORDER BY batch", (first,) if until is None else (first, until))
    return [
        Batch(
            batch=batch,
            first=start,
            last=end,
            recorded_at=datetime.fromisoformat(recorded_at),
            written_at=datetime.fromisoformat(written_at),
        )
        for batch, start, end, recorded_at, written_at in found
    ]


def _last_batch(session: Session, column: str, value: int | str, newest: int) -> int:
    """The last batch whose `column` (`last` or `recorded_at`, both ascending) is not after `value`; 0 if none."""
    sql = f"SELECT {column} FROM main.log_batch WHERE batch = ?"

    def stored(batch: int) -> Any:
        return session.rows(sql, (batch,))[0][0]

    return bisect_right(range(1, newest + 1), value, key=stored)


def resolve(session: Session, as_known: AsKnown | None, *, now: datetime, zone: tzinfo) -> int:
    """The end of the batch that `as_known` means; what is not yet past means the head.

    Raises `BadInput` for a position below 0, `ValueError` for an instant without a time zone.
    """
    head = head_of(session)
    if as_known is None:
        return head.position
    if isinstance(as_known, int):
        if as_known < 0:
            reason = f"a position from 0, a day or an instant is needed, not {as_known}"
            raise BadInput("positions", [FieldProblem("as_known", reason)])
        if as_known >= head.position:
            return head.position
        return _end_of(session, _last_batch(session, "last", as_known, head.batch))
    if isinstance(as_known, datetime):
        moment = in_utc(as_known)
        before = to_text(moment)
    else:
        moment = end_of_day(as_known, zone)
        before = to_text(moment)[:-6]  # sorts before the first instant of the next day itself
    if moment > in_utc(now):
        return head.position
    return _end_of(session, _last_batch(session, "recorded_at", before, head.batch))


def _end_of(session: Session, batch: int) -> int:
    if batch == 0:
        return 0
    return int(session.rows("SELECT last FROM main.log_batch WHERE batch = ?", (batch,))[0][0])


def rows_of(
    session: Session,
    views: Views,
    *,
    types: Collection[str] | None,
    subjects: Collection[str] | None,
    after: int,
    until: int,
    head: int,
    hidden: Collection[int] | None,
) -> Iterator[Stored]:
    """Rows in order; without `hidden` every row, with it the facts whose positions are not in it."""
    where, values = _filters(types, effective=hidden is not None)
    if subjects is not None and len(subjects) <= FEW_SUBJECTS:
        found = positions_of(session, views.tail, subjects, after=after, until=until, head=head)
        chunks = _at(session, found, where, values)
    else:
        if subjects is not None:
            where += " AND e.subject IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(list(subjects), ensure_ascii=False))
        chunks = _scan(session, after, until, where, values)
    for chunk in chunks:
        for row in chunk:
            if not hidden or row[0] not in hidden:
                yield _stored(row)


def _filters(types: Collection[str] | None, *, effective: bool) -> tuple[str, list[Any]]:
    where = ""
    values: list[Any] = []
    if types is not None:
        where += " AND e.type IN (SELECT value FROM json_each(?))"
        values.append(json.dumps(list(types)))
    if effective:
        where += " AND e.correction IS NOT 'retract'"
    return where, values


def _scan(session: Session, after: int, until: int, where: str, values: list[Any]) -> Iterator[list[Any]]:
    sql = f"{_ROWS} WHERE e.position > ? AND e.position <= ?{where} ORDER BY e.position LIMIT {CHUNK}"
    while after < until:
        chunk = session.rows(sql, (after, until, *values))
        yield chunk
        after = chunk[-1][0] if len(chunk) == CHUNK else until


def _at(session: Session, positions: list[int], where: str, values: list[Any]) -> Iterator[list[Any]]:
    sql = f"{_ROWS} WHERE e.position IN (SELECT value FROM json_each(?)){where} ORDER BY e.position"
    for start in range(0, len(positions), CHUNK):
        yield session.rows(sql, (json.dumps(positions[start : start + CHUNK]), *values))


def _stored(row: Any) -> Stored:
    return Stored(
        position=row[0],
        batch=row[1],
        recorded_at=datetime.fromisoformat(row[2]).astimezone(UTC),
        event_id=row[3],
        type=row[4],
        version=row[5],
        subject=row[6],
        actor=row[7],
        source=row[8],
        causation=row[9],
        correlation=row[10],
        corrects=row[11],
        correction=row[12],
        reason=row[13],
        body=row[14],
    )
