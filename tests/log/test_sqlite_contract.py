"""The contract of a log, on every way in which SQLite can hold one."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from shnor_engine.log import Log, SqliteLog
from shnor_engine.testing.log_contract import LogContract


class TestFile(LogContract):
    def open_log(self, place: Path, **options: Any) -> Log:
        return SqliteLog.open(place / "log.db", **options)


class TestMemory(LogContract):
    def open_log(self, place: Path, **options: Any) -> Log:
        return SqliteLog.open(":memory:", **options)

    test_a_log_opened_again_is_the_same = None  # it lives as long as its handle


class TestHostConnection(LogContract):
    """A host's connection with the standard library's own transaction handling and a row factory."""

    def open_log(self, place: Path, **options: Any) -> Log:
        conn = sqlite3.connect(place / "host.db")
        conn.row_factory = sqlite3.Row
        conn.execute("CREATE TABLE IF NOT EXISTS mine (x)")
        conn.commit()
        return SqliteLog.open(conn, **options)
