"""The log as JSON lines: every raw row of a range, one object a line, as `append` of another log takes them.

The lines hold what was stored: `body` is the very text that was hashed. Columns that are NULL are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from shnor_engine.events.base import Stored
from shnor_engine.log.protocol import Log

_TEXTS = ("event_id", "type", "subject", "actor", "causation", "correlation", "corrects", "correction", "reason")


def jsonl(log: Log, *, after: int = 0, until: int | None = None) -> Iterator[str]:
    """Lines without their line feed, one for each position after `after` and up to `until`."""
    for row in log.read(after=after, until=until, effective=False):
        yield _line(row)


def _line(row: Stored) -> str:
    said: dict[str, object] = {
        "position": row.position,
        "batch": row.batch,
        "recorded_at": row.recorded_at.isoformat(),
    }
    said |= {name: value for name in _TEXTS if (value := getattr(row, name)) is not None}
    said["version"] = row.version
    head = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    source = "" if row.source is None else f',"source":{row.source}'
    return f'{head[:-1]}{source},"body":{row.body}}}'
