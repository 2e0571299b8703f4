"""A peer: `eventsourcing` on SQLite, the same facts of the same schools, in the same run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.baselines import peer_eventsourcing as peer
from benchmarks.facts import result_fields
from benchmarks.measure import Row, alternate, folder, seconds
from shnor_engine.events import ResultRecorded, catalogue
from shnor_engine.log import SqliteLog
from shnor_engine.tables.encode import encode

Facts = list[tuple[str, list[dict[str, Any]]]]


def rows(*, quick: bool) -> Iterator[Row]:
    """Append at batch 1, 100 and in bulk; replay of all facts into what can be asked."""
    many, few = (4_000, 200) if quick else (200_000, 2_000)
    whole, part = _facts(many), _facts(few)
    with folder() as place:
        numbers = count()
        fresh = lambda: place / f"{next(numbers)}.db"  # noqa: E731
        sides: dict[str, Callable[[], float]] = {}
        for name, facts, size in (("1", part, 1), ("100", whole, 100)):
            sides[f"ours {name}"] = lambda facts=facts, size=size: _ours(fresh(), facts, size)
            sides[f"peer {name}"] = lambda facts=facts, size=size: _theirs(fresh(), facts, size)
        frame = _frame(whole)
        sides["ours bulk"] = lambda: _ours_bulk(fresh(), frame)
        took = alternate(sides)
        replay = _replay(place, whole)
    for name, number, bar in (("1", few, "≥ 1.3"), ("100", many, "≥ 1.6")):
        ours, theirs = number / took[f"ours {name}"], number / took[f"peer {name}"]
        yield Row(f"append against eventsourcing, batch {name}", ours, theirs, bar=bar)
    best = many / took["peer 100"]
    yield Row("append in bulk against eventsourcing's best", many / took["ours bulk"], best, bar="≥ 3")
    ours, theirs = many / replay["ours"], many / replay["peer"]
    yield Row("replay into tables against replay of aggregates", ours, theirs, bar="≥ 15")


def _facts(many: int) -> Facts:
    """Facts by school, 100 a school, so that the peer's aggregates are of a size that it is made for."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for n, fields in enumerate(result_fields(many)):
        found[f"school/{n % max(many // 100, 1)}"].append(
            {k: v for k, v in fields.items() if k not in ("school_id", "grade")}
        )
    return list(found.items())


def _ours(path: Path, facts: Facts, size: int) -> float:
    def run() -> None:
        batch: list[ResultRecorded] = []
        for school, entries in facts:
            batch += [ResultRecorded(**(fields | {"school_id": school})) for fields in entries]
            while len(batch) >= size:
                log.append(batch[:size], actor="import")
                batch = batch[size:]
        if batch:
            log.append(batch, actor="import")

    with SqliteLog.open(path) as log:
        return seconds(run)


def _frame(facts: Facts) -> pl.DataFrame:
    return pl.DataFrame([fields | {"school_id": school} for school, entries in facts for fields in entries])


def _ours_bulk(path: Path, frame: pl.DataFrame) -> float:
    """The import of a frame: checked and written by columns, 10,000 rows a batch."""
    registry = catalogue()

    def run() -> None:
        for start in range(0, frame.height, 10_000):
            told = encode(ResultRecorded, frame.slice(start, 10_000), registry)
            log.append_bodies(ResultRecorded, told.subjects, told.bodies, actor="import")

    with SqliteLog.open(path) as log:
        return seconds(run)


def _theirs(path: Path, facts: Facts, size: int) -> float:
    app = peer.application(path)
    took = seconds(lambda: peer.append(app, facts, size=size))
    app.close()
    return took


def _replay(place: Path, facts: Facts) -> dict[str, float]:
    from shnor_engine.tables import Tables

    ours, theirs = place / "replay.db", place / "replay-peer.db"
    _ours(ours, facts, 1_000)
    _theirs(theirs, facts, 100)
    ids = [peer.School.create_id(school) for school, _ in facts]
    log, app = SqliteLog.open(ours, readonly=True), peer.application(theirs)

    def tables() -> float:
        return seconds(lambda: Tables(log, catalogue()).at()[ResultRecorded].collect())

    def aggregates() -> float:
        return seconds(lambda: [app.repository.get(one) for one in ids])

    took = alternate({"ours": tables, "peer": aggregates})
    log.close()
    app.close()
    return took
