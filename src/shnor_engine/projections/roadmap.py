"""Roadmaps as plan against fact, school year by school year, and who was inspected while the list was in force."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.audit import InspectionHeld, InspectionPlanned
from shnor_engine.events.programme import (
    ActivityCancelled,
    ActivityHeld,
    ActivityMoved,
    ActivityPlanned,
    RoadmapAdopted,
)
from shnor_engine.projections.activities import inspections, roadmap
from shnor_engine.projections.columns import (
    agreed,
    event_list,
    gathered,
    one_list,
    only_school_year,
    single,
    when_columns,
)
from shnor_engine.projections.membership import READS, membership
from shnor_engine.projections.projection import ALL, Frames, Projection
from shnor_engine.projections.schools import coverage


def plan_fact(frames: Frames) -> pl.LazyFrame:
    """One row per line of a roadmap, and per activity that follows no line; whether a line is overdue the day says.

    `state`: `held` in its time, `late`, `held_unclear` where the dates cannot tell, `cancelled`, `open` (neither held
    nor cancelled: overdue after `due`), `unplanned` for an activity without a line, or whose line nobody planned.
    `school_year` is that of the time planned (as last moved), else of the roadmap; of an unplanned one its own; null
    where it may be two.
    """
    held = (
        frames[ActivityHeld]
        .drop_nulls("line_id")
        .sort("when_start", "when_end", "activity_id")
        .group_by("line_id", maintain_order=True)
        .agg(pl.col("when_start").first().alias("held_start"), pl.col("when_end").first().alias("held_end"))
    )
    years = frames[RoadmapAdopted].group_by("roadmap_id").agg(agreed("school_year"), agreed("about"), event_list())
    began, over = pl.col("held_start"), pl.col("held_end")
    lines = (
        roadmap(frames)
        .join(held, on="line_id", how="left")
        .join(years.rename({"events": "roadmap_events"}), on="roadmap_id", how="left")
        .select(
            "line_id",
            pl.lit(None, pl.String).alias("activity_id"),
            "roadmap_id",
            "about",
            "form",
            pl.coalesce(only_school_year(), "school_year").alias("school_year"),
            *when_columns(),
            pl.col("when_end").dt.offset_by("-1d").alias("due"),
            "moves",
            pl.when("cancelled")
            .then(pl.lit("cancelled"))
            .when(began.is_null())
            .then(pl.lit("open"))
            .when(over <= pl.col("when_end"))
            .then(pl.lit("held"))
            .when(began >= pl.col("when_end"))
            .then(pl.lit("late"))
            .otherwise(pl.lit("held_unclear"))
            .alias("state"),
            "held",
            one_list("events", "roadmap_events"),
        )
    )
    return pl.concat([lines, _unplanned(frames, lines)]).sort("line_id", "activity_id", "events", nulls_last=True)


def _unplanned(frames: Frames, lines: pl.LazyFrame) -> pl.LazyFrame:
    """What took place and follows no line that is planned."""
    nobody, planned = pl.lit(None, pl.String), lines.select("line_id").unique()
    return (
        frames[ActivityHeld]
        .join(planned, on="line_id", how="anti")
        .select(
            nobody.alias("line_id"),
            "activity_id",
            nobody.alias("roadmap_id"),
            pl.col("area").alias("about"),
            "form",
            only_school_year().alias("school_year"),
            *when_columns(),
            pl.lit(None, pl.Date).alias("due"),
            pl.lit(0, pl.Int64).alias("moves"),
            pl.lit("unplanned").alias("state"),
            pl.concat_list("activity_id").alias("held"),
            single(),
        )
    )


def inspection_coverage(frames: Frames) -> pl.LazyFrame:
    """One row per school and list that names it: was its administration inspected while that list was in force?

    The list of a year is in force in the calendar year after it. `inspections` are those that name the school and
    surely fell into that year, `maybe` those whose date is too vague or that name no school of its area; `inspected`
    is true, false where inspections are told of and none can have been here, and null where nobody knows.
    """
    who, in_force = "school_id", ["school_id", "in_force"]
    listed = membership(frames).filter(pl.col("listed")).select(who, "year", "events")
    owed = listed.with_columns((pl.col("year") + 1).alias("in_force"))
    held = _held(frames)
    sure, year = pl.col("sure"), pl.col("in_force")
    found = (
        owed.join(held, on=who)
        .filter(pl.col("first").is_null() | ((pl.col("first") <= year) & (year <= pl.col("last"))))
        .with_columns((sure & (pl.col("first") == pl.col("last"))).fill_null(False).alias("surely"))
        .group_by(in_force)
        .agg(
            pl.col("inspection_id").filter("surely").n_unique().cast(pl.Int64).alias("inspections"),
            pl.col("inspection_id").filter(~pl.col("surely")).n_unique().cast(pl.Int64).alias("maybe"),
            gathered().alias("held_in"),
        )
    )
    planned = (
        frames[InspectionPlanned]
        .with_columns(pl.col("when_start").dt.year().cast(pl.Int64).alias("in_force"))
        .group_by(in_force)
        .agg(pl.len().cast(pl.Int64).alias("planned"), pl.col("event_id").unique().sort().alias("planned_in"))
    )
    told = held.select(who).unique().with_columns(pl.lit(True).alias("told"))
    return (
        owed.join(found, on=in_force, how="left")
        .join(planned, on=in_force, how="left")
        .join(told, on=who, how="left")
        .select(
            who,
            pl.col("year").alias("list_year"),
            "in_force",
            pl.col("planned").fill_null(0),
            pl.col("inspections").fill_null(0),
            pl.col("maybe").fill_null(0),
            pl.when(pl.col("inspections") > 0)
            .then(True)
            .when(pl.col("told") & (pl.col("maybe").fill_null(0) == 0))
            .then(False)
            .alias("inspected"),
            one_list("events", "held_in", "planned_in"),
        )
        .sort(who, "list_year")
    )


def _held(frames: Frames) -> pl.LazyFrame:
    """Each inspection once for every school that it names; one that names none once for each school of its area."""
    told = inspections(frames).filter("held")
    columns = (
        "school_id",
        "inspection_id",
        pl.col("when_start").dt.year().cast(pl.Int64).alias("first"),
        pl.col("when_end").dt.offset_by("-1d").dt.year().cast(pl.Int64).alias("last"),
        "sure",
        "events",
    )
    named = told.drop_nulls("school_id").with_columns(pl.lit(True).alias("sure"))
    unnamed = (
        told.filter(pl.col("school_id").is_null())
        .drop("school_id")
        .join(coverage(frames).rename({"events": "home"}), on="area")
        .with_columns(one_list("events", "home"), pl.lit(False).alias("sure"))
    )
    return pl.concat([named.select(columns), unnamed.select(columns)])


PLAN_FACT = Projection(
    name="plan_fact",
    reads=dict.fromkeys((RoadmapAdopted, ActivityPlanned, ActivityMoved, ActivityCancelled, ActivityHeld), ALL),
    keys=("line_id", "activity_id", "events"),
    build=plan_fact,
)
INSPECTION_COVERAGE = Projection(
    name="inspection_coverage",
    reads={**READS, InspectionPlanned: ("school_id",), InspectionHeld: ALL},
    keys=("school_id", "list_year"),
    by="school_id",
    build=inspection_coverage,
)
