"""A national log decided: everybody through columns, beside the same schools decided one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from benchmarks.measure import Row, folder
from shnor_engine import Engine
from shnor_engine.assessment import Assessment, Decision
from shnor_engine.deciding import decide_log
from shnor_engine.events import ResultRecorded, ResultsPublished, SchoolRegistered

T = TypeVar("T")
ON = date(2024, 12, 20)
KINDS = ("mathematics", "russian", "physics", "history", "biology", "chemistry")
REGIONS = 89
PACKS = ("ru.shnor.a", "ru.shnor.a-or-b.min")
SAMPLE = 400  # schools decided one at a time; all of them would take minutes


def rows(*, quick: bool) -> Iterator[Row]:
    """CPU seconds of deciding everybody by each methodology; the answer as a frame; one school asked about after."""
    schools, years = (400, 2) if quick else (40_000, 10)
    with folder() as place:
        build(place / "nation.db", schools, range(2025 - years, 2025))
        with Engine.open(place / "nation.db") as engine:
            engine.tables.load([SchoolRegistered, ResultRecorded, ResultsPublished])
            for pack in PACKS:
                yield from _assessed(engine, pack, schools, f"{schools * years * len(KINDS):,} results")


def build(path: Path, schools: int, years: range) -> None:
    """A log of schools in regions, their results in six procedures a year, and nothing more to come in any."""
    with Engine.open(path, synchronous="NORMAL") as engine:
        told = registered(schools).iter_rows(named=True)
        engine.append([SchoolRegistered(**row) for row in told], actor="import")
        for year in years:
            engine.append_table(ResultRecorded, results(schools, year), actor="import")
        published = [
            ResultsPublished(area=f"r{region}", year=year, procedure_kind=kind)
            for region in range(REGIONS)
            for year in years
            for kind in ("oge", "ege", "vpr")
        ]
        engine.append(published, actor="import")


def registered(schools: int) -> pl.DataFrame:
    """Schools of 89 regions."""
    number = pl.int_range(schools, eager=True).alias("number")
    return pl.DataFrame(number).select(
        school_id=pl.format("r{}/{}", pl.col("number") % REGIONS, pl.col("number")),
        municipality=pl.format("r{}-m", pl.col("number") % REGIONS),
        region=pl.format("r{}", pl.col("number") % REGIONS),
        kind=pl.lit("secondary"),
        name=pl.format("СОШ № {}", pl.col("number")),
    )


def results(schools: int, year: int) -> pl.DataFrame:
    """The results of a year in no order, the same in every run; one in twenty has a gap."""
    every = registered(schools).select("school_id").join(pl.DataFrame({"discipline": KINDS}), how="cross")
    mixed = every.sample(fraction=1, shuffle=True, seed=year)
    at = pl.int_range(pl.len())
    sat = (at.hash(seed=2) % 60).cast(pl.Int64)
    return mixed.select(
        "school_id",
        pl.lit(year).alias("year"),
        pl.lit("oge").alias("procedure_kind"),
        "discipline",
        sat.alias("participants"),
        pl.when(at.hash(seed=4) % 20 != 0)
        .then((at.hash(seed=3) % 61).cast(pl.Int64) * sat // 100)
        .alias("below_min"),
    )


def _assessed(engine: Engine, pack: str, schools: int, what: str) -> Iterator[Row]:
    methodology, snapshot = engine.packs[pack], engine.at(on=ON).snapshot

    def decide(subjects: list[str] | None, *, few: int) -> Assessment:
        return decide_log(methodology, snapshot, year=2024, on=ON, subjects=subjects, few=few)

    taken, all_ = _cpu(lambda: decide(None, few=0))
    assert len(all_) == schools
    framed, _ = _cpu(lambda: all_.frame)
    some = [f"r{number % REGIONS}/{number}" for number in range(0, schools, max(1, schools // SAMPLE))]
    alone, one_by_one = _cpu(lambda: decide(some, few=len(some)))
    assert _said(one_by_one) == _said([all_[one.subject] for one in one_by_one]), "the two ways differ"
    yield Row(
        f"{pack}: {schools:,} schools of {what}",
        taken,
        alone / len(some) * schools,
        unit="s CPU",
        note=f"baseline: one at a time, {len(some)} of them scaled up",
    )
    walked, _ = _cpu(lambda: _said(all_))
    yield Row(f"{pack}: as a frame", framed * 1000, walked * 1000, unit="ms CPU", note="baseline: as objects")
    why, _ = _cpu(lambda: all_[some[-1]].explanation.text("ru"))
    yield Row(f"{pack}: one of them explained", why * 1000, unit="ms CPU", note="its rows read, decided, explained")


def _said(decisions: Iterable[Decision]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(one.subject, one.outcome, one.values) for one in decisions]


def _cpu(run: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds of a call in all threads, and what it gave."""
    start = time.process_time()
    found = run()
    return time.process_time() - start, found
