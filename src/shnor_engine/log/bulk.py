"""Facts by columns, as text: what a table of a million rows is made of.

SQLite joins each column of a chunk into one text and hands it over as bytes, so no Python object is made per
row and nothing is decoded twice: about 2.5 times as fast as fetching the same columns as rows (measured on
1,000,000 rows). SQLite works without the interpreter's lock, so the next chunk of a file is fetched on a
connection of its own while the reader takes the present one apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shnor_engine.log.protocol import Columns
from shnor_engine.log.session import Session

# NOT INDEXED: the rows come by position, which is the order in which they are joined.
_FACTS = "FROM main.event NOT INDEXED WHERE position > ? AND position <= ? AND correction IS NOT 'retract'"
STEP = 3_000  # positions; their rows fit into the page cache of a connection (1.1 instead of 1.3 µs an event)
_NAMES = ("position", "event_id", "subject", "actor", "coalesce(source, '')", "body")
_COLUMNS = f"SELECT {', '.join(f'cast(group_concat({name}, char(10)) AS BLOB)' for name in _NAMES)} {_FACTS}"
_KINDS = f"SELECT type, version, count(*) {_FACTS}"


def columns_of(
    session: Session, types: Collection[str] | None, *, after: int, until: int, chunk: int
) -> Iterator[Columns]:
    """Chunks of at most `chunk` positions, each one type and version, in order of position inside."""
    for start in range(after, until, chunk):
        yield from _part(session, types, start, min(start + chunk, until))


def columns_ahead(
    make: Callable[[], Session], types: Collection[str] | None, *, after: int, until: int, chunk: int
) -> Iterator[Columns]:
    """The same, the next chunk being fetched in a thread while one is used."""
    session = make()
    ranges = [(start, min(start + chunk, until)) for start in range(after, until, chunk)]
    try:
        with ThreadPoolExecutor(1, "log-columns") as ahead:
            parts = [ahead.submit(_part, session, types, *ranges[0])]
            for following in [*ranges[1:], None]:
                found = parts.pop().result()
                if following is not None:
                    parts.append(ahead.submit(_part, session, types, *following))
                yield from found
    finally:
        session.conn.close()


def _part(session: Session, types: Collection[str] | None, start: int, end: int) -> list[Columns]:
    """One chunk, fetched in steps whose pages stay in SQLite's cache from the first question to the last."""
    found: dict[tuple[str, int], list[tuple[int, tuple[Any, ...]]]] = {}
    for after in range(start, end, STEP):
        upto = min(after + STEP, end)
        for name, version, count in _kinds(session, types, after, upto):
            rows = session.rows(f"{_COLUMNS} AND type = ? AND version = ?", (after, upto, name, version))
            found.setdefault((name, version), []).append((count, rows[0]))
    return [
        _named(
            (*kind, sum(count for count, _ in parts)),
            tuple(map(b"\n".join, zip(*(row for _, row in parts), strict=True))),
        )
        for kind, parts in found.items()
    ]


def _kinds(session: Session, types: Collection[str] | None, start: int, end: int) -> list[tuple[str, int, int]]:
    wanted = "" if types is None else " AND type IN (SELECT value FROM json_each(?))"
    values = [start, end] if types is None else [start, end, json.dumps(list(types))]
    return session.rows(f"{_KINDS}{wanted} GROUP BY type, version ORDER BY min(position)", values)


def _named(kind: tuple[str, int, int], found: tuple[Any, ...]) -> Columns:
    event_type, version, count = kind
    positions, event_ids, subjects, actors, sources, bodies = found
    return Columns(
        type=event_type,
        version=version,
        count=count,
        positions=positions,
        event_ids=event_ids,
        subjects=subjects,
        actors=actors,
        sources=sources,
        bodies=bodies,
    )
