"""How the list changed from one known list to the next: who stayed, came, left and came back."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.lists import ListPublished
from shnor_engine.projections.columns import event_list, gathered, one_list
from shnor_engine.projections.membership import READS, membership
from shnor_engine.projections.projection import ALL, Frames, Projection
from shnor_engine.projections.schools import coverage, registered


def flow(frames: Frames) -> pl.LazyFrame:
    """One row per pair of neighbouring list years of an area; the years between have no list (`unknown_years`).

    `stayed` were on at both ends, whatever was between. `unclear` were on at one end and are unknown at the other:
    that list is not complete, or sources disagree. `re_entered` are those of `entered` that were on some list before
    the pair.
    """
    on = membership(frames)
    pairs = _pairs(frames)
    ever = on.filter(pl.col("listed")).group_by("school_id").agg(pl.col("year").min().alias("first_on"))
    rows = on.join(_homes(frames), on="school_id").select("area", "school_id", "year", "listed", "events")
    ends = (
        pairs.join(rows, left_on=["area", "from_year"], right_on=["area", "year"])
        .join(
            rows,
            left_on=["area", "to_year", "school_id"],
            right_on=["area", "year", "school_id"],
            how="full",
            coalesce=True,
            suffix="_then",
        )
        .drop_nulls("from_year")
        .filter(pl.col("listed") | pl.col("listed_then"))
        .join(ever, on="school_id", how="left")
        .with_columns(one_list("events", "events_then"))
        .group_by("area", "from_year", "to_year")
        .agg(*_moves(), gathered().alias("moved_by"))
    )
    moves = ("stayed", "entered", "left", "re_entered", "unclear")
    nobody = pl.lit(pl.Series([[]], dtype=pl.List(pl.String)))
    return (
        pairs.join(ends, on=["area", "from_year", "to_year"], how="left")
        .select(
            "area",
            "from_year",
            "to_year",
            pl.int_ranges(pl.col("from_year") + 1, "to_year", dtype=pl.Int64).alias("unknown_years"),
            *(pl.col(name).fill_null(nobody) for name in moves),
            one_list("from_events", "to_events", "moved_by"),
        )
        .sort("area", "from_year")
    )


def _moves() -> list[pl.Expr]:
    was, now = pl.col("listed"), pl.col("listed_then")
    moves = {
        "stayed": was & now,
        "entered": ~was & now,
        "left": was & ~now,
        "re_entered": ~was & now & (pl.col("first_on") < pl.col("from_year")),
        "unclear": (was & now.is_null()) | (was.is_null() & now),
    }
    return [pl.col("school_id").filter(which.fill_null(False)).sort().alias(name) for name, which in moves.items()]


def _pairs(frames: Frames) -> pl.LazyFrame:
    """Neighbouring list years of each area that a list names; a region's list is one of its municipalities too."""
    published = frames[ListPublished].select("area", "year", "event_id")
    parents = registered(frames).select("municipality", "region").drop_nulls().unique()
    inherited = (
        published.join(parents, left_on="area", right_on="region")
        .join(published.select(pl.col("area").alias("municipality")).unique(), on="municipality", how="semi")
        .select(pl.col("municipality").alias("area"), "year", "event_id")
    )
    return (
        pl.concat([published, inherited])
        .group_by("area", "year")
        .agg(event_list())
        .sort("area", "year")
        .select(
            "area",
            pl.col("year").shift(1).over("area").alias("from_year"),
            pl.col("year").alias("to_year"),
            pl.col("events").shift(1).over("area").alias("from_events"),
            pl.col("events").alias("to_events"),
        )
        .drop_nulls("from_year")
    )


def _homes(frames: Frames) -> pl.LazyFrame:
    """The areas that a school belongs to: where it is registered, or whose list names it."""
    named = frames[ListPublished].explode("members", empty_as_null=False)
    return pl.concat(
        [
            coverage(frames).select("school_id", "area"),
            named.select(pl.col("members").alias("school_id"), "area"),
        ]
    ).unique()


FLOW = Projection(name="flow", reads={**READS, ListPublished: ALL}, keys=("area", "from_year"), build=flow)
