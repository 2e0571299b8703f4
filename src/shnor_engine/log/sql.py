"""Talking to SQLite: rows as plain tuples whatever the host set, and its errors as those of the log."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from shnor_engine.errors import LogBusy, LogError, LogFull, LogIsReadOnly, NotALog

_BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 5, 6, 8, 10, 11, 13, 14, 26
UNWRITABLE = (_READONLY, _CANTOPEN)  # where SQLite wants to write and may not


def rows(conn: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> list[Any]:
    """All rows as tuples, also on a host's connection with a row factory of its own."""
    cursor = conn.cursor()
    cursor.row_factory = None
    return cursor.execute(sql, values).fetchall()


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code of an error, or 0 where the module raised it by itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def said(error: sqlite3.Error, where: str) -> LogError:
    """The log's error for what SQLite said; nothing has been committed."""
    code = primary_code(error)
    if code in (_BUSY, _LOCKED):
        return LogBusy(f"{where}: another writer holds the lock ({error}); try again, or raise busy_timeout")
    if code == _FULL:
        return LogFull(f"{where}: no room left ({error}); make room and append again, the log is intact")
    if code == _READONLY:
        return LogIsReadOnly(f"{where}: it cannot be written ({error}); open it without readonly, check the rights")
    if code in (_CORRUPT, _NOTADB):
        return NotALog(f"{where}: this is no readable SQLite file ({error}); run `shnor verify`")
    if code == _CANTOPEN:
        return NotALog(f"{where}: it cannot be opened ({error}); check the path and the rights of its folder")
    return LogError(f"{where}: SQLite refused: {error}")


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Inside, an error of SQLite becomes one of the log."""
    try:
        yield
    except sqlite3.Error as error:
        raise said(error, where) from error
