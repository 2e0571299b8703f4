"""One append under the write lock, in this order: repeats, conditions, corrections, the clock, the rows."""

from __future__ import annotations

import json
import sqlite3
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from shnor_engine.errors import ConditionFailed, EventIdReused, PartialRepeat, RequestIdReused
from shnor_engine.events.base import Clock, CorrectionKind
from shnor_engine.log import subjects
from shnor_engine.log.chain import batch_digest, link
from shnor_engine.log.corrections import Correction
from shnor_engine.log.drafts import (
    CORRECTION,
    CORRECTS,
    EVENT_ID,
    LEAF,
    TYPE,
    VERSION,
    Drafts,
    Row,
    Target,
    same_content,
)
from shnor_engine.log.moments import loaded, next_recorded, to_text
from shnor_engine.log.protocol import Appended, Expect
from shnor_engine.log.reading import Views
from shnor_engine.log.session import Session, Stand

_INSERT = "INSERT INTO main.event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# What most events leave out, causation to reason, is not handed over for each row, nor is what the rows of an import
# share: together 2.3 of 7.4 µs that SQLite takes for a row.
_INSERT_PLAIN = """INSERT INTO main.event
(position, batch, event_id, type, version, subject, actor, source, body, leaf)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_INSERT_ALIKE = """INSERT INTO main.event (position, batch, event_id, type, version, subject, actor, body, leaf)
VALUES (?, ?, ?, {type}, {version}, ?, {actor}, ?, ?)"""
_BY_ID = """SELECT position, event_id, type, version, subject, actor, source, causation, correlation, corrects,
  correction, reason, body, leaf FROM main.event WHERE event_id IN (SELECT value FROM json_each(?))"""
_BY_POSITION = _BY_ID.split("WHERE")[0] + "WHERE position BETWEEN ? AND ? ORDER BY position"
_PLACES = "SELECT event_id, position FROM main.event WHERE event_id IN (SELECT value FROM json_each(?))"
_UNCHANGED = "SELECT max(position) FROM main.event WHERE position > ?"


class Terms(NamedTuple):
    """What an append asks besides its rows."""

    log_id: str
    zone: tzinfo
    clock: Clock
    expected: tuple[Expect, ...]
    request_id: str | None
    recorded_at: date | datetime | None


def write(session: Session, views: Views, drafts: Drafts, terms: Terms, head: Stand) -> tuple[Appended, Stand]:
    """Append what is new among the drafts and say where the head is then; the caller holds the lock and commits."""
    if terms.request_id is not None:
        earlier = _earlier(session, drafts, terms.request_id)
        if earlier is not None:
            return earlier, head
    places = _stored_already(session, drafts) if drafts.given else {}
    if drafts.order is not None and len(places) == len(drafts.rows):
        return _answer(drafts, places, None, repeated=len(places)), head
    if places and terms.expected:
        raise PartialRepeat(len(places), len(drafts.rows) - len(places))
    for condition in terms.expected:
        _hold(session, views, condition, head.position)
    if drafts.order is not None:
        return _write_mixed(session, views, drafts, terms, head, places)
    after = _insert(session, drafts.rows, head, drafts.digest, terms, alike=drafts.alike)
    positions = tuple(range(head.position + 1, after.position + 1))
    return Appended(positions=positions, repeated=0, batch=after.batch), after


def _write_mixed(
    session: Session, views: Views, drafts: Drafts, terms: Terms, head: Stand, places: dict[int, int]
) -> tuple[Appended, Stand]:
    stored = len(places)
    new = [index for index in range(len(drafts.rows)) if index not in places]
    places |= {index: position for position, index in enumerate(new, start=head.position + 1)}
    if drafts.corrections:
        _correct(session, views, drafts, places, head.position)
    fresh = [drafts.rows[index] for index in new]
    digest = batch_digest([row[LEAF] for row in fresh]) if stored else drafts.digest
    after = _insert(session, fresh, head, digest, terms, alike=drafts.alike)
    return _answer(drafts, places, after.batch, repeated=stored), after


def _answer(drafts: Drafts, places: dict[int, int], batch: int | None, *, repeated: int) -> Appended:
    order = range(len(drafts.rows)) if drafts.order is None else drafts.order
    positions = tuple(places[index] for index in order)
    return Appended(positions=positions, repeated=repeated + len(positions) - len(drafts.rows), batch=batch)


# --- repeats --------------------------------------------------------------------------------------


def _stored_already(session: Session, drafts: Drafts) -> dict[int, int]:
    """Positions, by index of the row, of the rows whose ids are stored; raises `EventIdReused`."""
    newest = session.rows("SELECT max(event_id) FROM main.event")[0][0]
    older = [event_id for event_id in drafts.given if newest is not None and event_id <= newest]
    places = {}
    for position, *row in session.rows(_BY_ID, (json.dumps(older),)) if older else ():
        index = drafts.given[row[EVENT_ID]]
        if not same_content(row, drafts.rows[index]):
            raise EventIdReused(row[EVENT_ID], position)
        places[index] = position
    return places


def _earlier(session: Session, drafts: Drafts, request_id: str) -> Appended | None:
    """The answer that a call of this request id got before; raises `RequestIdReused` for another call.

    It is the same call that says all that the earlier one wrote, and else only what stood before it: the log keeps
    what a call wrote, not which events it repeated, and with or without those the log comes out the same.
    Ids that the log made itself differ in every call, so those rows are compared in order by what they say.
    """
    found = session.rows("SELECT batch, first, last FROM main.log_batch WHERE request_id = ?", (request_id,))
    if not found:
        return None
    batch, first, last = found[0]
    written = session.rows(_BY_POSITION, (first, last))
    by_id = {row[1]: row for row in written} | {
        row[1]: row for row in session.rows(_BY_ID, (json.dumps(list(drafts.given)),)) if row[0] < first
    }
    unnamed = iter([row for row in written if row[1] not in drafts.given])
    places = {}
    for index, draft in enumerate(drafts.rows):
        row = by_id.get(draft[EVENT_ID]) if draft[EVENT_ID] in drafts.given else next(unnamed, None)
        if row is None or not same_content(row[1:], draft):
            raise RequestIdReused(request_id, batch)
        places[index] = row[0]
    if next(unnamed, None) is not None or sum(at >= first for at in places.values()) != len(written):
        raise RequestIdReused(request_id, batch)
    return _answer(drafts, places, batch, repeated=sum(at < first for at in places.values()))


# --- conditions and corrections -------------------------------------------------------------------


def _hold(session: Session, views: Views, condition: Expect, head: int) -> None:
    if condition.kind == "head":
        stands = head
        held = stands == condition.position
    elif condition.kind == "subject":
        name = (condition.subjects or ("",))[0]
        stands = subjects.last_of(session, views.tail, name, head=head)
        held = stands == condition.position
    else:
        stands = _last_matching(session, condition)
        held = stands == 0
    if not held:
        raise ConditionFailed(str(condition), stands)


def _last_matching(session: Session, condition: Expect) -> int:
    """The last row after the condition's position that it forbids, 0 when there is none."""
    sql, values = _UNCHANGED, [condition.position]
    for column, names in (("type", condition.types), ("subject", condition.subjects)):
        if names is not None:
            sql += f" AND {column} IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(names, ensure_ascii=False))  # type: ignore[arg-type]
    return session.rows(sql, values)[0][0] or 0


def _correct(session: Session, views: Views, drafts: Drafts, places: dict[int, int], head: int) -> None:
    """Check each new correction against what stands, in order; raises `CorrectionError`."""
    new = [index for index in drafts.corrections if places[index] > head]
    named = [str(drafts.rows[index][CORRECTS]) for index in new]
    at = {row[EVENT_ID]: places[index] for index, row in enumerate(drafts.rows)}
    at |= dict(session.rows(_PLACES, (json.dumps(named),)))
    standing = views.stand(session, head)
    for index in new:
        row = drafts.rows[index]
        corrects = str(row[CORRECTS])
        kind: CorrectionKind = "supersede" if row[CORRECTION] == "supersede" else "retract"
        standing.apply(Correction(places[index], row[EVENT_ID], kind, corrects, at[corrects]))
    views.followed = places[new[-1]] if new else views.followed


def targets_of(session: Session, named: list[str]) -> dict[str, Target]:
    """Type, version and subject of the stored rows of these ids."""
    sql = "SELECT event_id, type, version, subject FROM main.event WHERE event_id IN (SELECT value FROM json_each(?))"
    found = session.rows(sql, (json.dumps(named),)) if named else []
    return {event_id: Target(*said) for event_id, *said in found}


# --- rows -----------------------------------------------------------------------------------------


def _insert(
    session: Session, fresh: list[Row], head: Stand, digest: bytes, terms: Terms, *, alike: bool = False
) -> Stand:
    conn, batch, first, last = session.conn, head.batch + 1, head.position + 1, head.position + len(fresh)
    now = terms.clock()
    written_at = to_text(now)
    recorded_at = written_at
    if terms.recorded_at is not None:
        recorded_at = to_text(loaded(terms.recorded_at, _moment(head), now=now, zone=terms.zone))
    elif head.recorded_at is not None and written_at <= head.recorded_at:
        recorded_at = to_text(next_recorded(now, _moment(head)))
    chain = link(
        head.chain,
        log_id=terms.log_id,
        batch=batch,
        first=first,
        last=last,
        recorded_at=recorded_at,
        written_at=written_at,
        request_id=terms.request_id,
        digest=digest,
    )
    conn.execute(
        "INSERT INTO main.log_batch VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (batch, first, last, recorded_at, written_at, terms.request_id, digest, chain),
    )
    try:
        _insert_rows(conn, fresh, first, batch, alike=alike)
    except sqlite3.IntegrityError as error:
        _refuse_known_id(session, fresh, first, error)
        raise
    if last // subjects.SEGMENT > head.position // subjects.SEGMENT:
        subjects.fill(conn, head.position, last)
    return Stand(last, batch, chain, recorded_at)


def _insert_rows(conn: sqlite3.Connection, fresh: list[Row], first: int, batch: int, *, alike: bool) -> None:
    if len(fresh) == 1:
        conn.execute(_INSERT, (first, batch, *fresh[0]))
    elif alike and fresh[0][5:11] == (None, None, None, None, None, None):
        conn.executemany(
            _alike(fresh[0]), [(at, batch, row[0], row[3], row[11], row[12]) for at, row in enumerate(fresh, first)]
        )
    elif all(row[6:11] == (None, None, None, None, None) for row in fresh):
        conn.executemany(
            _INSERT_PLAIN, [(at, batch, *row[:6], row[11], row[12]) for at, row in enumerate(fresh, first)]
        )
    else:
        conn.executemany(_INSERT, [(at, batch, *row) for at, row in enumerate(fresh, first)])


def _alike(row: Row) -> str:
    """The statement for rows of this one's type, version and actor: the same text for every call of an import."""
    quoted = {name: "'" + text.replace("'", "''") + "'" for name, text in (("type", row[TYPE]), ("actor", row[4]))}
    return _INSERT_ALIKE.format(version=row[VERSION], **quoted)


def _moment(head: Stand) -> datetime | None:
    return None if head.recorded_at is None else datetime.fromisoformat(head.recorded_at)


def _refuse_known_id(session: Session, fresh: list[Row], first: int, error: sqlite3.IntegrityError) -> None:
    """An id that the id maker made is stored: it was made before, which is no repeat of a call."""
    if "event.event_id" not in str(error):
        return
    for event_id, position in session.rows(_PLACES, (json.dumps([row[EVENT_ID] for row in fresh]),)):
        if position < first:
            raise EventIdReused(event_id, position) from error
