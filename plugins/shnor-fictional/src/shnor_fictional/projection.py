"""From counts to facts: one row a school and year with its municipality; two counts that disagree are unknown."""

from __future__ import annotations

import polars as pl

from shnor_engine.events import SchoolRegistered
from shnor_engine.projections import ALL, Frames, Projection
from shnor_fictional.events import CountingEnded, ReadingCounted

KEYS = ("school_id", "municipality", "year")


def reading(frames: Frames) -> pl.LazyFrame:
    """One row per school and year that was counted."""
    homes = (
        frames[SchoolRegistered]
        .group_by("school_id")
        .agg(_agreed("municipality"), pl.col("event_id").alias("registration"))
        .drop_nulls("municipality")
    )
    counted = (
        frames[ReadingCounted]
        .group_by("school_id", "year")
        .agg(*(_agreed(name) for name in ("pupils", "readers", "hours", "place")), pl.col("event_id").alias("counts"))
    )
    return (
        counted.join(homes, on="school_id")
        .with_columns(pl.concat_list("counts", "registration").list.unique().list.sort().alias("events"))
        .select(*KEYS, "pupils", "readers", "hours", "place", "events")
        .sort(KEYS)
    )


def reading_closed(frames: Frames) -> pl.LazyFrame:
    """One row per municipality and year in which the counting has ended: of whom nothing is told was not counted."""
    return (
        frames[CountingEnded]
        .select(pl.col("area").alias("municipality"), "year", pl.concat_list("event_id").alias("events"))
        .sort("municipality", "year", "events")
    )


def _agreed(name: str) -> pl.Expr:
    """The one value that is told; null where none is or where tellers disagree."""
    told = pl.col(name).drop_nulls()
    return pl.when(told.n_unique() == 1).then(told.first()).alias(name)


READING = Projection(
    name="lakes_reading",
    reads={ReadingCounted: ("school_id",), SchoolRegistered: ("school_id",)},
    keys=KEYS,
    by="school_id",
    build=reading,
)
CLOSED = Projection(
    name="lakes_reading_closed",
    reads={CountingEnded: ALL},
    keys=("municipality", "year", "events"),
    build=reading_closed,
)
