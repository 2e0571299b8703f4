"""Which tasks of the programme were worked at, in which year, for whom; and where nobody says so.

A year of which no activity is recorded at all is no year without work: its cells are null. Where a year is recorded
and a task has nothing, the cell is 0 and `evidence` is false: that is a gap.
"""

from __future__ import annotations

import polars as pl

from shnor_engine.events.lists import ListPublished
from shnor_engine.events.programme import ActivityHeld, FactorAssessed, MeasureApplied, ProgrammeAdopted
from shnor_engine.events.schools import SchoolRegistered
from shnor_engine.projections.activities import VISITS, activities
from shnor_engine.projections.columns import NO_TEXTS, event_list, gathered, single
from shnor_engine.projections.membership import READS, membership
from shnor_engine.projections.projection import ALL, Frames, Projection
from shnor_engine.projections.schools import registered


def task_coverage(frames: Frames) -> pl.LazyFrame:
    """One row per area, task and calendar year that a list, programme or activity of the area touches.

    `activities` counts what surely fell into the year, `maybe` what may have. Both are null, as is `evidence`, in a
    year of which no activity is recorded.
    """
    dated = _by_year(activities(frames), "area")
    cells = dated.explode("tasks", empty_as_null=False).group_by("area", pl.col("tasks").alias("task"), "year")
    recorded = dated.select("area", "year").unique().with_columns(pl.lit(True).alias("recorded"))
    number = (
        pl.when("recorded").then(pl.col(name).fill_null(0)).alias(name).cast(pl.Int64)
        for name in ("activities", "maybe")
    )
    sure = pl.col("activities").fill_null(0) > 0
    return (
        _years(frames, dated)
        .join(_tasks(frames), how="cross")
        .join(cells.agg(*_counts(), gathered()), on=["area", "task", "year"], how="left")
        .join(recorded, on=["area", "year"], how="left")
        .select(
            "area",
            "task",
            "year",
            *number,
            pl.when(sure)
            .then(True)
            .when(pl.col("recorded") & pl.col("maybe").is_null())
            .then(False)
            .alias("evidence"),
            pl.col("forms").fill_null(NO_TEXTS),
            pl.col("events").fill_null(NO_TEXTS),
        )
        .sort("area", "task", "year")
    )


def task_coverage_by_school(frames: Frames) -> pl.LazyFrame:
    """One row per school, task and year of its membership or activities; without a named activity all is null.

    A school is served as a participant, or as the one visited. That no source names it does not say that it was not.
    """
    held = activities(frames)
    visited = pl.col("form").is_in(list(VISITS)) & (pl.col("host_certainty") == "certain")
    served = (
        held.with_columns(
            pl.when(visited)
            .then(pl.col("participants").list.set_union("hosts"))
            .otherwise("participants")
            .list.unique()
            .alias("school_id")
        )
        .explode("school_id", empty_as_null=False)
        .drop_nulls("school_id")
    )
    dated = _by_year(served, "school_id")
    cells = dated.explode("tasks", empty_as_null=False).group_by("school_id", pl.col("tasks").alias("task"), "year")
    years = pl.concat([membership(frames).select("school_id", "year"), dated.select("school_id", "year")]).unique()
    return (
        years.join(_tasks(frames), how="cross")
        .join(cells.agg(*_counts(), gathered()), on=["school_id", "task", "year"], how="left")
        .select(
            "school_id",
            "task",
            "year",
            "activities",
            "maybe",
            pl.when(pl.col("activities") > 0).then(True).alias("evidence"),
            pl.col("forms").fill_null(NO_TEXTS),
            pl.col("events").fill_null(NO_TEXTS),
        )
        .sort("school_id", "task", "year")
    )


def _by_year(held: pl.LazyFrame, who: str) -> pl.LazyFrame:
    """Each activity once for every calendar year that it touches; `sure` where it surely has a day in that year."""
    last = (pl.col("when_end") - pl.duration(days=1)).dt.year().cast(pl.Int64)
    first = pl.col("when_start").dt.year().cast(pl.Int64)
    return (
        held.with_columns(
            pl.int_ranges(first, last + 1, dtype=pl.Int64).alias("year"),
            (pl.col("continuous") | (first == last)).alias("sure"),
        )
        .explode("year")
        .select(who, "year", "sure", "form", "tasks", "events")
    )


def _counts() -> list[pl.Expr]:
    sure = pl.col("sure")
    return [
        sure.sum().cast(pl.Int64).alias("activities"),
        (~sure).sum().cast(pl.Int64).alias("maybe"),
        pl.col("form").unique().sort().alias("forms"),
    ]


def _tasks(frames: Frames) -> pl.LazyFrame:
    return pl.LazyFrame({"task": list(frames.registry.codes("programme.task"))}, schema={"task": pl.String()})


def _years(frames: Frames, dated: pl.LazyFrame) -> pl.LazyFrame:
    """Every year of an area from the first to the last that anything speaks of."""
    period = frames[ProgrammeAdopted].select(
        "area",
        pl.concat_list(
            pl.col("period_start").dt.year(), (pl.col("period_end") - pl.duration(days=1)).dt.year()
        ).alias("year"),
    )
    told = [
        dated.select("area", "year"),
        frames[ListPublished].select("area", "year"),
        period.explode("year").select("area", pl.col("year").cast(pl.Int64)),
    ]
    years = pl.int_range(pl.col("year").min(), pl.col("year").max() + 1, dtype=pl.Int64)
    return pl.concat(told).group_by("area").agg(years.alias("year")).explode("year")


def prevention(frames: Frames) -> pl.LazyFrame:
    """One row per school or area and line of prevention: what is declared, and what anything shows.

    `evidence` counts the measures with evidence; null where nothing at all is told of the line.
    """
    lines = pl.LazyFrame({"line": list(frames.registry.codes("prevention.line"))}, schema={"line": pl.String()})
    told = frames[MeasureApplied]
    shown = pl.col("evidence").is_not_null() & ~pl.col("declared")
    cells = told.group_by("about", "line").agg(
        pl.lit(True).alias("declared"), shown.sum().cast(pl.Int64).alias("evidence"), event_list()
    )
    return (
        told.select("about")
        .unique()
        .join(lines, how="cross")
        .join(cells, on=["about", "line"], how="full", coalesce=True)
        .select(
            "about",
            "line",
            pl.col("declared").fill_null(False),
            "evidence",
            pl.col("events").fill_null(NO_TEXTS),
        )
        .sort("about", "line")
    )


def prevention_ledger(frames: Frames) -> pl.LazyFrame:
    """One row per municipality and each line of prevention: what is declared for all its schools, and what is shown.

    `recorded` counts the measures with evidence, of the area or of a school of it, `schools` the schools they were
    shown at. `reading` is `evidenced`, `declared_only` (declared, not evidenced) or `nothing_told`.
    """
    lines = pl.LazyFrame({"line": list(frames.registry.codes("prevention.line"))}, schema={"line": pl.String()})
    homes = registered(frames).select(pl.col("school_id").alias("about"), pl.col("municipality").alias("home"))
    told = (
        frames[MeasureApplied]
        .join(homes.drop_nulls("home"), on="about", how="left")
        .with_columns(pl.coalesce("home", "about").alias("area"))
    )
    areas = [told.select("area"), frames[ProgrammeAdopted].select("area"), frames[ListPublished].select("area")]
    shown = pl.col("evidence").is_not_null() & ~pl.col("declared")
    at_school = shown & (pl.col("scope") == "school")
    cells = told.group_by("area", "line").agg(
        shown.sum().cast(pl.Int64).alias("recorded"),
        pl.col("about").filter(at_school).n_unique().cast(pl.Int64).alias("schools"),
        event_list(),
    )
    recorded = pl.col("recorded")
    return (
        pl.concat(areas)
        .unique()
        .join(lines, how="cross")
        .join(cells, on=["area", "line"], how="left")
        .select(
            "area",
            "line",
            recorded.fill_null(0),
            pl.col("schools").fill_null(0),
            pl.when(recorded > 0)
            .then(pl.lit("evidenced"))
            .when(recorded.is_not_null())
            .then(pl.lit("declared_only"))
            .otherwise(pl.lit("nothing_told"))
            .alias("reading"),
            pl.col("events").fill_null(NO_TEXTS),
        )
        .sort("area", "line")
    )


def risk_factors(frames: Frames) -> pl.LazyFrame:
    """One row per assessed factor; `scope` district is said of the whole area and tells nothing of one school."""
    return (
        frames[FactorAssessed]
        .select("about", "scope", "factor", "year", "level", "score", single())
        .sort("about", "factor", "year", "events")
    )


TASK_COVERAGE = Projection(
    name="task_coverage",
    reads={ActivityHeld: ("area",), ListPublished: ("area",), ProgrammeAdopted: ("area",)},
    keys=("area", "task", "year"),
    by="area",
    build=task_coverage,
)
TASK_COVERAGE_BY_SCHOOL = Projection(
    name="task_coverage_by_school",
    reads={**READS, ActivityHeld: ("hosts", "participants")},
    keys=("school_id", "task", "year"),
    by="school_id",
    build=task_coverage_by_school,
)
PREVENTION = Projection(
    name="prevention",
    reads={MeasureApplied: ("about",)},
    keys=("about", "line"),
    by="about",
    build=prevention,
)
RISK_FACTORS = Projection(
    name="risk_factors",
    reads={FactorAssessed: ("about",)},
    keys=("about", "factor", "year", "events"),
    by="about",
    build=risk_factors,
)
PREVENTION_LEDGER = Projection(
    name="prevention_ledger",
    reads=dict.fromkeys((MeasureApplied, ProgrammeAdopted, ListPublished, SchoolRegistered), ALL),
    keys=("area", "line"),
    build=prevention_ledger,
)
