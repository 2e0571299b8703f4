"""Append: events with validation, hashes and checks against bare rows of the same bytes in the same columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

import polars as pl

from benchmarks.baselines import bare_sqlite
from benchmarks.facts import result_fields, results
from benchmarks.measure import Row, alternate, folder, seconds
from shnor_engine.events import ResultRecorded, catalogue
from shnor_engine.log import SqliteLog
from shnor_engine.tables.encode import encode

WORK = 50e-6  # seconds


def rows(*, quick: bool) -> Iterator[Row]:
    """Batches of 1,000 with and without building the events; one event a transaction."""
    many, few = (20_000, 500) if quick else (200_000, 4_000)
    with folder() as place:
        ready = _bare_rows(place, many)
        fields = list(result_fields(many))
        built = results(many)
        frame, fresh = pl.DataFrame(fields), _fresh(place)
        sides: dict[str, Callable[[], float]] = {
            "bare": lambda: _bare(fresh(), ready, 1_000),
            "whole": lambda: _append_fields(fresh(), fields, 1_000),
            "built": lambda: _append(fresh(), built, 1_000),
            "table": lambda: _append_table(fresh(), frame),
            "bare single": lambda: _bare(fresh(), ready[:few], 1),
            "bare late": lambda: _bare_late(fresh(), ready[:few]),
            "single": lambda: _append(fresh(), built[:few], 1),
        }
        took = alternate(sides)
    bare = many / took["bare"]
    yield Row("append, events built inside, batches of 1,000", many / took["whole"], bare, bar="≥ 0.25")
    yield Row("append, events ready, batches of 1,000", many / took["built"], bare, bar="≥ 0.35")
    yield Row("append of a frame, checked by columns", many / took["table"], bare, bar="≥ 0.50")
    single = few / took["bare single"]
    yield Row("append, one event a transaction", few / took["single"], single, bar="≥ 0.80")
    late = f"what any work of {WORK * 1e6:.0f} µs before a commit costs here, its flush included"
    yield Row("bare, one row a transaction after an idle turn", few / took["bare late"], single, note=late)


def _fresh(place: Path) -> Callable[[], Path]:
    numbers = count()
    return lambda: place / f"{next(numbers)}.db"


def _bare_rows(place: Path, many: int) -> list[tuple[Any, ...]]:
    """The very rows that our log writes for these events."""
    path = place / "written.db"
    with SqliteLog.open(path, synchronous="NORMAL") as log:
        _chunks(log, results(many), 1_000)
    return bare_sqlite.rows_of(path)


def _bare(path: Path, ready: Sequence[tuple[Any, ...]], size: int) -> float:
    db = bare_sqlite.open_bare(path)
    took = seconds(lambda: bare_sqlite.append(db, ready, size=size))
    db.close()
    path.unlink()
    return took


def _bare_late(path: Path, ready: Sequence[tuple[Any, ...]]) -> float:
    """Bare rows, one a transaction, each after a turn of nothing: what a check or a hash costs beside a flush."""

    def run() -> None:
        for row in ready:
            end = perf_counter() + WORK
            while perf_counter() < end:
                pass
            bare_sqlite.append(db, [row], size=1)

    db = bare_sqlite.open_bare(path)
    took = seconds(run)
    db.close()
    path.unlink()
    return took


def _append(path: Path, events: Sequence[ResultRecorded], size: int) -> float:
    with SqliteLog.open(path) as log:
        took = seconds(lambda: _chunks(log, events, size))
    path.unlink()
    return took


def _append_fields(path: Path, fields: Sequence[dict[str, Any]], size: int) -> float:
    def run() -> None:
        for start in range(0, len(fields), size):
            log.append([ResultRecorded(**one) for one in fields[start : start + size]], actor="import")

    with SqliteLog.open(path) as log:
        took = seconds(run)
    path.unlink()
    return took


def _append_table(path: Path, frame: pl.DataFrame) -> float:
    """The bulk import: a frame of 10,000 rows a batch, checked and written by columns, against the log itself."""

    def run() -> None:
        for start in range(0, frame.height, 10_000):
            told = encode(ResultRecorded, frame.slice(start, 10_000), registry)
            log.append_bodies(ResultRecorded, told.subjects, told.bodies, actor="import")

    registry = catalogue()
    with SqliteLog.open(path) as log:
        took = seconds(run)
    path.unlink()
    return took


def _chunks(log: SqliteLog, events: Sequence[ResultRecorded], size: int) -> None:
    for start in range(0, len(events), size):
        log.append(events[start : start + size], actor="import")
