"""The tables of a log in SQLite, the triggers that keep them append-only, and whether they are still as made.

Rows are written in one order: the batch, then its events. So a trigger can refuse every event that is not the next
position of a batch that is being written, and `INSERT OR REPLACE`, which would pass by a delete trigger on a foreign
connection, finds no position it may take. The next batch is refused until the last one is whole.

The head is no row of its own but the last whole batch (`log_head` is a view): a row beside would be one more page in
every commit, a fifth of what a single event writes, and says nothing that the last batch does not.

`subject_index` is no truth but an index, written in segments so that it only grows at its end (see `subjects`).
`checkpoint` belongs to whoever derives tables from the log and may be changed at will.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator

from shnor_engine.errors import NotALog, SchemaChanged
from shnor_engine.log.chain import log_identity
from shnor_engine.log.protocol import Finding
from shnor_engine.log.sql import rows

FORMAT = 1
APPLICATION_ID = 0x4C4F4731  # "LOG1"

EVENT_COLUMNS = (
    "position, batch, event_id, type, version, subject, actor, source, causation, correlation, corrects, "
    "correction, reason, body, leaf"
)

_TABLES = {
    "log_meta": "CREATE TABLE log_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "log_batch": """CREATE TABLE log_batch (
  batch INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL CHECK (last >= first),
  recorded_at TEXT NOT NULL,
  written_at TEXT NOT NULL,
  request_id TEXT,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  chain BLOB NOT NULL CHECK (length(chain) = 32)
) STRICT""",
    "event": """CREATE TABLE event (
  position INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL,
  event_id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  version INTEGER NOT NULL,
  subject TEXT NOT NULL,
  actor TEXT NOT NULL,
  source TEXT,
  causation TEXT,
  correlation TEXT,
  corrects TEXT,
  correction TEXT,
  reason TEXT,
  body TEXT NOT NULL,
  leaf BLOB NOT NULL
) STRICT""",
    "checkpoint": """CREATE TABLE checkpoint (
  name TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  chain BLOB NOT NULL,
  note TEXT
) STRICT, WITHOUT ROWID""",
    "subject_index": """CREATE TABLE subject_index (
  segment INTEGER NOT NULL,
  subject TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (segment, subject, position)
) STRICT, WITHOUT ROWID""",
}

_VIEWS = {
    "log_head": """CREATE VIEW log_head AS
SELECT last AS position, batch, chain, recorded_at FROM log_batch
WHERE last <= (SELECT max(position) FROM event) ORDER BY batch DESC LIMIT 1""",
}

_INDEXES = {
    "event_corrections": "CREATE INDEX event_corrections ON event (position) WHERE corrects IS NOT NULL",
    "log_batch_requests": (
        "CREATE UNIQUE INDEX log_batch_requests ON log_batch (request_id) WHERE request_id IS NOT NULL"
    ),
}


def _refuse(name: str, moment: str, table: str, why: str, when: str = "") -> str:
    condition = f"\nWHEN {when}" if when else ""
    return (
        f"CREATE TRIGGER {name} BEFORE {moment} ON {table}{condition}\n"
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {why}'); END"
    )


_TRIGGERS = {
    f"{table}_refuses_{verb.lower()}": _refuse(
        f"{table}_refuses_{verb.lower()}", verb, table, f"no {verb}; append a correction"
    )
    for table, verbs in {
        "event": ("UPDATE", "DELETE"),
        "log_batch": ("UPDATE", "DELETE"),
        "log_meta": ("UPDATE", "DELETE"),
    }.items()
    for verb in verbs
} | {
    "event_takes_next": _refuse(
        "event_takes_next",
        "INSERT",
        "event",
        "not the next position of the batch being written",
        "NEW.position IS NOT coalesce((SELECT max(position) FROM event), 0) + 1\n"
        "  OR NOT EXISTS (SELECT 1 FROM log_batch WHERE batch = NEW.batch AND NEW.position BETWEEN first AND last)",
    ),
    "log_batch_takes_next": _refuse(
        "log_batch_takes_next",
        "INSERT",
        "log_batch",
        "not the next batch",
        "NEW.batch IS NOT coalesce((SELECT max(batch) FROM log_batch), 0) + 1\n"
        "  OR NEW.first IS NOT coalesce((SELECT max(position) FROM event), 0) + 1\n"
        "  OR EXISTS (SELECT 1 FROM log_batch WHERE batch = NEW.batch - 1"
        " AND (last IS NOT NEW.first - 1 OR recorded_at >= NEW.recorded_at))\n"
        "  OR (NEW.request_id IS NOT NULL AND EXISTS (SELECT 1 FROM log_batch WHERE request_id = NEW.request_id))",
    ),
    "log_meta_keeps_keys": _refuse(
        "log_meta_keeps_keys",
        "INSERT",
        "log_meta",
        "the key is set",
        "EXISTS (SELECT 1 FROM log_meta WHERE key = NEW.key)",
    ),
}

SCHEMA: dict[str, str] = {**_TABLES, **_VIEWS, **_INDEXES, **_TRIGGERS}


META = ("created_at", "format", "log_id", "zone")


def new_meta(zone: str, created_at: str) -> dict[str, str]:
    """What a new log keeps of itself; its id, which every link of the chain holds, is bound to the rest."""
    log_id = log_identity(os.urandom(6).hex(), zone=zone, created_at=created_at)
    return {"format": str(FORMAT), "log_id": log_id, "zone": zone, "created_at": created_at}


def create(conn: sqlite3.Connection, meta: dict[str, str]) -> None:
    """Make the tables of an empty log; the caller holds the write lock and commits."""
    from sqlite_utils import Database

    database = Database(conn, recursive_triggers=False, execute_plugins=False)
    with database.atomic():
        for sql in (*_TABLES.values(), *_VIEWS.values(), *_INDEXES.values()):
            database.execute(sql)
        database.table("log_meta").insert_all({"key": key, "value": value} for key, value in meta.items())
        for sql in _TRIGGERS.values():
            database.execute(sql)


def has_log(conn: sqlite3.Connection) -> bool:
    """Whether the database holds a log, changed or not."""
    return bool(rows(conn, "SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = 'log_meta'"))


def changes(conn: sqlite3.Connection) -> Iterator[Finding]:
    """Every difference between the tables as they are and as `create` makes them.

    Other tables and further plain indexes are the owner's business; a further trigger or unique index on a table
    of the log is not.
    """
    made = rows(conn, "SELECT name, type, tbl_name, sql FROM main.sqlite_master WHERE sql IS NOT NULL")
    there = {_text(name): _text(sql) for name, _, _, sql in made}
    for name, sql in SCHEMA.items():
        kind = sql.split(None, 2)[1].lower()
        kind = "index" if kind == "unique" else kind
        if name not in there:
            yield Finding(code=f"{kind}-missing", what=f"{kind} {name} is missing")
        elif there[name] != sql:
            yield Finding(code=f"{kind}-changed", what=f"{kind} {name} is not as it was made")
    for name, kind, table, sql in ([_text(cell) for cell in row] for row in made):
        strange = kind == "trigger" or (kind == "index" and "UNIQUE" in sql.upper().split("(")[0])
        if strange and table in _TABLES and name not in SCHEMA and table != "checkpoint":
            yield Finding(code=f"{kind}-unknown", what=f"{kind} {name} on {table} is not ours")


def meta_changes(conn: sqlite3.Connection) -> Iterator[Finding]:
    """What is wrong with what the log keeps of itself, and with the marks of a file of ours."""
    kept = {_text(key): _text(value) for key, value in rows(conn, "SELECT key, value FROM main.log_meta")}
    for key in META:
        if key not in kept:
            yield Finding(code="meta-missing", what=f"log_meta holds no {key}")
    for key in sorted(kept.keys() - set(META)):
        yield Finding(code="meta-unknown", what=f"log_meta holds {key!r}, which is not ours")
    if (number := _format(conn)) not in (None, str(FORMAT)):
        yield Finding(code="meta-changed", what=f"the format is {number}, not {FORMAT}")
    log_id = kept.get("log_id", "")
    # A log made before its id was bound to the rest has one of version 4.
    if log_id[14:15] == "8" and kept.keys() >= set(META):
        noise = log_id[:8] + log_id[9:13]
        if log_identity(noise, zone=kept["zone"], created_at=kept["created_at"]) != log_id:
            yield Finding(code="meta-changed", what="zone, created_at and log_id are not those the log was made with")


def _format(conn: sqlite3.Connection) -> str | None:
    """The format number as the log says it, or as its file does where the two differ."""
    known = rows(conn, "SELECT value FROM main.log_meta WHERE key = 'format'")
    number = _text(known[0][0]) if known else None
    mark, version = (rows(conn, f"PRAGMA main.{name}")[0][0] for name in ("application_id", "user_version"))
    return str(version) if mark == APPLICATION_ID and version != FORMAT else number


def check(conn: sqlite3.Connection, where: str) -> None:
    """Raise `NotALog` for a format that we do not know and `SchemaChanged` with every change."""
    found = [str(finding) for finding in changes(conn)]
    number = _format(conn)
    if number != str(FORMAT):
        raise NotALog(f"{where}: log format {number}, this version reads {FORMAT}; use the version that wrote it")
    kept = {_text(key) for (key,) in rows(conn, "SELECT key FROM main.log_meta")}
    found += [f"meta-missing: log_meta holds no {key}" for key in META if key not in kept]
    if found:
        raise SchemaChanged(where, found)


def _text(value: str | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
