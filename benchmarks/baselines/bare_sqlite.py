"""Bare sqlite3: the same bytes into the same columns, batch by batch; no key but the position, no check, no chain."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

COLUMNS = (
    "position, batch, event_id, type, version, subject, actor, source, causation, correlation, "
    "corrects, correction, reason, body, leaf"
)
INSERT = f"INSERT INTO event ({COLUMNS}) VALUES ({', '.join('?' * 15)})"


def rows_of(log: Path) -> list[tuple[Any, ...]]:
    """Every row of the event table of a log, ready to insert."""
    with sqlite3.connect(log) as db:
        return db.execute(f"SELECT {COLUMNS} FROM event ORDER BY position").fetchall()


def open_bare(path: Path, *, synchronous: str = "FULL") -> sqlite3.Connection:
    """A fresh file with the same columns and types."""
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript(
        f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous};"
        "CREATE TABLE event (position INTEGER PRIMARY KEY, batch INTEGER, event_id TEXT, type TEXT, version INTEGER,"
        " subject TEXT, actor TEXT, source TEXT, causation TEXT, correlation TEXT, corrects TEXT, correction TEXT,"
        " reason TEXT, body TEXT, leaf BLOB) STRICT;"
    )
    return db


def append(db: sqlite3.Connection, rows: Sequence[tuple[Any, ...]], *, size: int) -> None:
    """Insert the rows, `size` a transaction."""
    for start in range(0, len(rows), size):
        db.execute("BEGIN IMMEDIATE")
        db.executemany(INSERT, rows[start : start + size])
        db.execute("COMMIT")
