"""What a programme aims at, and what was measured of it: met, missed, or unmeasurable."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.audit import MonitoringRecorded
from shnor_engine.events.programme import ProgrammeAdopted, ProgrammeDrafted, TargetSet
from shnor_engine.projections.columns import event_list, one_list, single
from shnor_engine.projections.projection import ALL, Frames, Projection


def targets(frames: Frames) -> pl.LazyFrame:
    """One row per target: `reading` is `met`, `missed` or `unmeasurable`, never `met` without a measurement.

    Measured is what a monitoring of the programme's area gives for the indicator of that name within the target's
    year; several that differ leave it open, and an aim without a number cannot be measured at all.
    """
    wanted, got = pl.col("target"), pl.col("measured")
    reached = pl.when(pl.col("direction") == "up").then(got >= wanted).otherwise(got <= wanted)
    return (
        _aims(frames)
        .join(_measured(frames), on=["area", "indicator", "year"], how="left")
        .select(
            "programme_id",
            "indicator",
            "year",
            "direction",
            "baseline",
            "target",
            "measured",
            pl.when(reached.is_null())
            .then(pl.lit("unmeasurable"))
            .when(reached)
            .then(pl.lit("met"))
            .otherwise(pl.lit("missed"))
            .alias("reading"),
            one_list("own", "adopted", "events"),
        )
        .sort("programme_id", "indicator", "year", "events")
    )


def _aims(frames: Frames) -> pl.LazyFrame:
    """The targets with the areas of their programmes."""
    programmes = pl.concat(
        [frames[cls].select("programme_id", "area", "event_id") for cls in (ProgrammeAdopted, ProgrammeDrafted)]
    )
    areas = programmes.group_by("programme_id", "area").agg(event_list().alias("adopted"))
    return frames[TargetSet].with_columns(single().alias("own")).join(areas, on="programme_id", how="left")


def _measured(frames: Frames) -> pl.LazyFrame:
    """What was measured, by area, indicator and year; null where two monitorings of a year differ."""
    same_year = pl.col("when_start").dt.year() == pl.col("when_end").dt.offset_by("-1d").dt.year()
    value = pl.col("measured")
    return (
        frames[MonitoringRecorded]
        .filter(same_year)
        .select(
            "event_id",
            "area",
            pl.col("when_start").dt.year().cast(pl.Int64).alias("year"),
            pl.col("indicators").str.extract_all(PAIR).alias("pair"),
        )
        .explode("pair", empty_as_null=False)
        .with_columns(
            pl.col("pair").str.extract(PAIR, 1).str.json_decode(pl.String()).alias("indicator"),
            pl.col("pair").str.extract(PAIR, 2).cast(pl.Float64).alias("measured"),
        )
        .group_by("area", "indicator", "year")
        .agg(pl.when(value.n_unique() == 1).then(value.first()).alias("measured"), event_list())
    )


PAIR = r'("(?:[^"\\]|\\.)*"): ?(-?[0-9.eE+-]+)'  # one entry of a flat JSON object of numbers
TARGETS = Projection(
    name="targets",
    reads={TargetSet: ALL, ProgrammeAdopted: ALL, ProgrammeDrafted: ALL, MonitoringRecorded: ALL},
    keys=("programme_id", "indicator", "year", "events"),
    build=targets,
)
