"""Tables: a whole log into typed columns, and one new event in a large log up to one school's decision."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.facts import results
from benchmarks.measure import Row, alternate, folder, in_child, peak_memory_mb, seconds
from shnor_engine.events import ListPublished, ResultRecorded, SchoolRegistered, catalogue
from shnor_engine.log import SqliteLog


def rows(*, quick: bool) -> Iterator[Row]:
    """Rate and peak memory of a fresh read, measured in a process of its own; then the price of one more event."""
    many = 50_000 if quick else 1_000_000
    with folder() as place:
        path = place / "large.db"
        _fill(path, many)
        read = [float(value) for value in in_child("benchmarks.tables", str(path))[0].split()]
        rate, memory = many / read[0], read[1]
        yield Row(
            f"log → typed tables, {many:,} events", rate, bar="≥ 600,000", note=f"peak {memory:,.0f} MB (≤ 1,500)"
        )
        yield Row("one new event: append, tables, one decision", _one_more(path) * 1000, unit="ms", bar="≤ 50")


def _fill(path: Path, many: int) -> None:
    from shnor_engine.engine import Engine

    with Engine.open(path, synchronous="NORMAL") as engine:
        schools = [
            SchoolRegistered(school_id=f"d/{n}", municipality="d", region="ru.d", kind="secondary", name=f"СОШ № {n}")
            for n in range(32)
        ]
        lists = [
            ListPublished(
                list_id=f"d/{year}", area="d", year=year, issuer="municipal", complete="yes", members=("d/1", "d/2")
            )
            for year in range(2020, 2025)
        ]
        engine.append([*schools, *lists], actor="import")
    events = results(min(many, 100_000))
    with SqliteLog.open(path, synchronous="NORMAL") as log:
        for done in range(0, many, 10_000):
            start = done % len(events)
            log.append(events[start : start + 10_000], actor="import")


def _one_more(path: Path) -> float:
    """Median seconds from an event in hand to the decision of one school that it touches."""
    from shnor_engine.engine import Engine

    with Engine.open(path) as engine:
        engine.explain("d/1", year=2024)
        engine.tables.at()[ResultRecorded].collect()
        years = iter(range(2025, 2090))

        def once() -> float:
            year = next(years)
            event = ListPublished(
                list_id=f"d/{year}", area="d", year=year, issuer="municipal", complete="yes", members=("d/1",)
            )

            def run() -> None:
                engine.append([event], actor="import")
                engine.explain("d/1", year=year)

            return seconds(run)

        return alternate({"one": once}, rounds=11)["one"]


def _read(path: str) -> None:
    """In a child: seconds of a fresh read of every result, and the peak memory of this process in MB."""
    from shnor_engine.tables import Tables

    log = SqliteLog.open(path, readonly=True)
    took = seconds(lambda: Tables(log, catalogue()).at()[ResultRecorded].collect())
    print(took, peak_memory_mb())


if __name__ == "__main__":
    _read(sys.argv[1])
