"""Who is registered, under which names: schools, bodies and every spelling that resolves."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.schools import (
    BodyEstablished,
    SchoolClosed,
    SchoolRegistered,
    SchoolRenamed,
    SchoolReorganised,
    SchoolSpelled,
)
from shnor_engine.projections.columns import agreed, event_list, gathered, one_list, single
from shnor_engine.projections.projection import Frames, Projection


def schools(frames: Frames) -> pl.LazyFrame:
    """One row per registered school: its last known name, where and what it is, from when to when it works."""
    return (
        registered(frames)
        .join(_last_names(frames), on="school_id", how="left")
        .join(_ends(frames), on="school_id", how="left")
        .select(
            "school_id",
            "municipality",
            "region",
            "kind",
            pl.coalesce("last_number", "number").alias("number"),
            pl.coalesce("last_name", "name").alias("name"),
            "locality",
            "rural",
            "branch_of",
            "open_from",
            "closed_from",
            "closed_by",
            "successor",
            one_list("events", "name_events", "end_events"),
        )
        .sort("school_id")
    )


def registered(frames: Frames) -> pl.LazyFrame:
    """One row per school with what its registrations agree on, null where they do not."""
    fields = ("municipality", "region", "kind", "number", "name", "locality", "rural", "branch_of", "open_from")
    told = frames[SchoolRegistered]
    return told.group_by("school_id").agg(*(agreed(name) for name in fields), event_list())


def coverage(frames: Frames) -> pl.LazyFrame:
    """The areas that each registered school lies in: its municipality and its region, with the registration."""
    known = registered(frames)
    return (
        pl.concat(
            [known.select("school_id", pl.col(level).alias("area"), "events") for level in ("municipality", "region")]
        )
        .drop_nulls("area")
        .unique(["school_id", "area"])
    )


def _last_names(frames: Frames) -> pl.LazyFrame:
    return (
        frames[SchoolRenamed]
        .sort("effective_start", "effective_end", "name", "number", nulls_last=False)
        .group_by("school_id")
        .agg(
            pl.col("name").last().alias("last_name"),
            pl.col("number").last().alias("last_number"),
            event_list().alias("name_events"),
        )
    )


def _ends(frames: Frames) -> pl.LazyFrame:
    """The earliest and the latest day on which a school may have ended: closed, or merged into another one."""
    span = {"closed_from": "effective_start", "closed_by": "effective_end"}
    closed = frames[SchoolClosed].select(
        "school_id", pl.lit(None, pl.String).alias("successor"), "event_id", **{k: pl.col(v) for k, v in span.items()}
    )
    merged = (
        frames[SchoolReorganised]
        .filter(pl.col("kind") == "merge")
        .explode("predecessors", empty_as_null=False)
        .filter(pl.col("predecessors") != pl.col("successor"))
        .select(
            pl.col("predecessors").alias("school_id"),
            "successor",
            "event_id",
            **{k: pl.col(v) for k, v in span.items()},
        )
    )
    return (
        pl.concat([closed, merged])
        .group_by("school_id")
        .agg(
            pl.col("closed_from").min(),
            pl.col("closed_by").max(),
            agreed("successor"),
            event_list().alias("end_events"),
        )
    )


def spellings(frames: Frames) -> pl.LazyFrame:
    """One row per spelling of a school or body: what it names (`what`, `id`), where, and from when (null: always)."""
    places = registered(frames).select("school_id", "municipality")
    ours = pl.concat([*_school_spellings(frames)]).join(places, on="school_id", how="left")
    return (
        pl.concat(
            [
                ours.select("spelling", pl.lit("school").alias("what"), pl.col("school_id").alias("id"), *_REST),
                *_body_spellings(frames),
            ]
        )
        .group_by("spelling", "what", "id", "from")
        .agg(agreed("municipality"), gathered())
        .select("spelling", "what", "id", "municipality", "from", "events")
        .sort("what", "id", "from", "spelling", nulls_last=False)
    )


_REST = ("municipality", "from", "events")


def _school_spellings(frames: Frames) -> list[pl.LazyFrame]:
    told = frames[SchoolRegistered].with_columns(pl.col("open_from").alias("from"))
    renamed = frames[SchoolRenamed].with_columns(pl.col("effective_start").alias("from"))
    spelled = frames[SchoolSpelled].with_columns(pl.lit(None, pl.Date).alias("from"))
    return [
        *(
            frame.select(spelling.alias("spelling"), "school_id", "from", single())
            for frame in (told, renamed)
            for spelling in (pl.col("name"),)
        ),
        *(
            frame.explode("aliases", empty_as_null=False).select(
                pl.col("aliases").alias("spelling"), "school_id", "from", single()
            )
            for frame in (told, renamed)
        ),
        spelled.select("spelling", "school_id", "from", single()),
    ]


def _body_spellings(frames: Frames) -> list[pl.LazyFrame]:
    told = frames[BodyEstablished].with_columns(pl.col("when_start").alias("from"))
    rows = (pl.lit("body").alias("what"), pl.col("body_id").alias("id"), "municipality", "from", single())
    return [
        told.select(pl.col("name").alias("spelling"), *rows),
        told.explode("aliases", empty_as_null=False).select(pl.col("aliases").alias("spelling"), *rows),
    ]


def bodies(frames: Frames) -> pl.LazyFrame:
    """One row per body of the programme: what it is, where, and how many it can serve at a time."""
    fields = ("kind", "municipality", "name", "discipline", "capacity")
    told = frames[BodyEstablished].group_by("body_id").agg(*(agreed(name) for name in fields), event_list())
    return told.sort("body_id")


SCHOOLS = Projection(
    name="schools",
    reads={
        SchoolRegistered: ("school_id",),
        SchoolRenamed: ("school_id",),
        SchoolClosed: ("school_id",),
        SchoolReorganised: ("predecessors",),
    },
    keys=("school_id",),
    by="school_id",
    build=schools,
)
SPELLINGS = Projection(
    name="spellings",
    reads={
        SchoolRegistered: ("school_id",),
        SchoolRenamed: ("school_id",),
        SchoolSpelled: ("school_id",),
        BodyEstablished: ("body_id",),
    },
    keys=("spelling", "what", "id", "from"),
    by="id",
    build=spellings,
)
BODIES = Projection(
    name="bodies", reads={BodyEstablished: ("body_id",)}, keys=("body_id",), by="body_id", build=bodies
)
