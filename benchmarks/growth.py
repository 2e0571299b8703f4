"""Growth: the last tenth of a large log is appended about as fast as the first."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.facts import results
from benchmarks.measure import Row, folder, seconds
from shnor_engine.log import SqliteLog


def rows(*, quick: bool) -> Iterator[Row]:
    """Ten tenths of events in random school order, batches of 1,000; ours is the last tenth, baseline the first."""
    tenth = 5_000 if quick else 300_000
    events = results(min(tenth, 100_000))
    rates = []
    with folder() as place, SqliteLog.open(place / "growing.db") as log:
        for _ in range(10):
            took = seconds(lambda: _append(log, events, tenth))
            rates.append(tenth / took)
    note = "tenths: " + ", ".join(f"{rate / 1000:.0f}k" for rate in rates)
    yield Row(f"append into {tenth * 10:,} events, last tenth", rates[-1], rates[0], bar="≥ 0.80", note=note)


def _append(log: SqliteLog, events: list, many: int) -> None:
    for done in range(0, many, 1_000):
        start = done % len(events)
        log.append(events[start : start + 1_000], actor="import")
