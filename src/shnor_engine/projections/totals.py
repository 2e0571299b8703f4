"""The results of a school in all procedures of a kind in a year, added up: what regions rank and compare."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.results import ResultRecorded, ResultsPublished
from shnor_engine.events.schools import SchoolRegistered
from shnor_engine.projections.columns import agreed, event_list, one_list, single
from shnor_engine.projections.projection import ALL, Frames, Projection
from shnor_engine.projections.schools import registered
from shnor_engine.projections.sittings import procedure

KEYS = ("school_id", "region", "kind", "year")


def year_totals(frames: Frames) -> pl.LazyFrame:
    """One row per school, kind and year: sums over the main period; null where a result lacks or disagrees."""
    one = (
        frames[ResultRecorded]
        .filter(pl.col("sitting") == "main")
        .with_columns(procedure(), pl.col("procedure_kind").alias("kind"))
        .with_columns((pl.col("marks").list.get(2) + pl.col("marks").list.get(3)).alias("high"))
        .group_by("school_id", "kind", "year", "procedure")
        .agg(agreed("participants"), agreed("below_min"), agreed("high"), event_list())
    )
    totals = one.group_by("school_id", "kind", "year").agg(
        *(_whole(name) for name in ("participants", "below_min", "high")),
        pl.col("events").list.explode(empty_as_null=False).unique().sort(),
    )
    return (
        totals.join(_regions(frames), on="school_id")
        .select(*KEYS, "participants", "below_min", "high", one_list("events", "registration"))
        .sort(KEYS)
    )


def _regions(frames: Frames) -> pl.LazyFrame:
    known = registered(frames).filter(pl.col("region").is_not_null())
    return known.select("school_id", "region", pl.col("events").alias("registration"))


def _whole(name: str) -> pl.Expr:
    """The sum, null where a summand is."""
    return pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(name)


def year_totals_closed(frames: Frames) -> pl.LazyFrame:
    """Kinds of procedures whose results are all out in a whole region."""
    whole = pl.all_horizontal(pl.col(name).is_null() for name in ("discipline", "grade", "level"))
    regions = _regions(frames).select("region").unique()
    return (
        frames[ResultsPublished]
        .filter(whole)
        .select(pl.col("area").alias("region"), pl.col("procedure_kind").alias("kind"), "year", single())
        .join(regions, on="region", how="semi")
        .sort("region", "kind", "year", "events")
    )


YEAR_TOTALS = Projection(
    name="year_totals",
    reads={ResultRecorded: ("school_id",), SchoolRegistered: ("school_id",)},
    keys=KEYS,
    by="school_id",
    build=year_totals,
)
YEAR_TOTALS_CLOSED = Projection(
    name="year_totals_closed",
    reads={ResultsPublished: ALL, SchoolRegistered: ALL},
    keys=("region", "kind", "year", "events"),
    build=year_totals_closed,
)
