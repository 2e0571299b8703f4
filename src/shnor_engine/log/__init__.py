"""The append-only log: what it promises (`protocol`), and the one that keeps it in SQLite (`sqlite`)."""

from shnor_engine.log.protocol import (
    Appended,
    AsKnown,
    Batch,
    Columns,
    Expect,
    Finding,
    Head,
    Interval,
    Log,
    Verification,
)
from shnor_engine.log.sqlite import SqliteLog

__all__ = [
    "Appended",
    "AsKnown",
    "Batch",
    "Columns",
    "Expect",
    "Finding",
    "Head",
    "Interval",
    "Log",
    "SqliteLog",
    "Verification",
]
