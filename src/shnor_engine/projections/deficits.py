"""From a deficit that was found to one that is closed: diagnosed, on a route, trained on the topic, closed.

Persons are opaque tokens here; what leaves the house are the counts of `deficit_funnel`, small cells hidden.
"""

from __future__ import annotations

import polars as pl

from shnor_engine.events.people import DiagnosticsHeld, RouteCompleted, RouteIssued, TrainingCompleted
from shnor_engine.projections.columns import agreed, entries, event_list, gathered, one_list
from shnor_engine.projections.projection import ALL, Frames, Projection, Reads

STAGES = ("diagnosed", "routed", "trained", "closed")  # each counts those of the one before
KEYS = ["person", "school_id", "deficit"]


def deficits(frames: Frames) -> pl.LazyFrame:
    """One row per person, school and deficit that a diagnosis found: how far it came.

    `routed`: a route names it. `trained`: so does a training that was completed since the diagnosis, on a route.
    `closed`: a route that names it has ended with it closed, after the last diagnosis and after such a training.
    `claimed` is closed by the route's word alone; `off_topic` are the trainings of the person since the diagnosis
    that are about something else.
    """
    found = (
        entries(frames[DiagnosticsHeld], "deficits", key="deficit", value="level")
        .sort("when_start", "when_end", "event_id")
        .group_by(KEYS, maintain_order=True)
        .agg(
            agreed("role"),
            pl.col("level").last(),
            pl.col("when_start").min().alias("found_from"),
            pl.col("when_end").min().alias("found_by"),
            pl.col("when_start").max().alias("found_last"),
            event_list(),
        )
    )
    person = ["person", "deficit"]
    return (
        found.join(_routes(frames), on=person, how="left")
        .join(_ended(frames), on=person, how="left")
        .join(_trainings(frames, found), on=KEYS, how="left")
        .with_columns(pl.col("routes").is_not_null().alias("routed"))
        .with_columns((pl.col("routed") & (pl.col("on_topic").fill_null(0) > 0)).alias("trained"))
        .with_columns((pl.col("routed") & (pl.col("ended_by") > pl.col("found_last"))).fill_null(False).alias("said"))
        .with_columns(
            (pl.col("said") & pl.col("trained") & (pl.col("first_trained") < pl.col("ended_by")))
            .fill_null(False)
            .alias("closed")
        )
        .select(
            *KEYS,
            "role",
            "level",
            "found_from",
            "found_by",
            "routed",
            "trained",
            "closed",
            (pl.col("said") & ~pl.col("closed")).alias("claimed"),
            pl.col("on_topic").fill_null(0),
            pl.col("off_topic").fill_null(0),
            "hours",
            pl.when("closed").then("ended_from").alias("closed_from"),
            pl.when("closed").then("ended_by").alias("closed_by"),
            one_list("events", "route_events", "ended_events", "training_events"),
        )
        .sort(KEYS)
    )


def _routes(frames: Frames) -> pl.LazyFrame:
    named = frames[RouteIssued].explode("deficits", empty_as_null=False)
    return named.group_by("person", pl.col("deficits").alias("deficit")).agg(
        pl.col("route_id").unique().sort().alias("routes"),
        pl.col("event_id").unique().sort().alias("route_events"),
    )


def _ended(frames: Frames) -> pl.LazyFrame:
    """The last end of a route of the person that names the deficit and says that it is closed."""
    named = frames[RouteIssued].explode("deficits", empty_as_null=False)
    routes = named.select("route_id", "person", pl.col("deficits").alias("deficit")).unique()
    return (
        frames[RouteCompleted]
        .explode("closed", empty_as_null=False)
        .rename({"closed": "deficit"})
        .join(routes, on=["route_id", "person", "deficit"], how="semi")
        .group_by("person", "deficit")
        .agg(
            pl.col("when_start").max().alias("ended_from"),
            pl.col("when_end").max().alias("ended_by"),
            pl.col("event_id").unique().sort().alias("ended_events"),
        )
    )


def _trainings(frames: Frames, found: pl.LazyFrame) -> pl.LazyFrame:
    fits = pl.col("fits")
    return (
        frames[TrainingCompleted]
        .select("person", "topics", "hours", "issued_on", "event_id")
        .join(found.select(*KEYS, "found_from"), on="person")
        .filter(pl.col("issued_on") >= pl.col("found_from"))
        .with_columns(pl.col("topics").list.contains(pl.col("deficit")).alias("fits"))
        .group_by(KEYS)
        .agg(
            fits.sum().cast(pl.Int64).alias("on_topic"),
            (~fits).sum().cast(pl.Int64).alias("off_topic"),
            pl.col("hours").filter(fits).sum(),
            pl.col("issued_on").filter(fits).min().alias("first_trained"),
            pl.col("event_id").unique().sort().alias("training_events"),
        )
    )


def deficit_funnel(frames: Frames) -> pl.LazyFrame:
    """One row per school, deficit and role: how many persons were diagnosed, of them routed, trained, closed.

    The counts are raw: whatever leaves the house goes through `report.small_cells.hidden` first.
    """
    stages = [pl.col(stage).sum().cast(pl.Int64) for stage in STAGES[1:]]
    return (
        deficits(frames)
        .group_by("school_id", "deficit", "role")
        .agg(pl.len().cast(pl.Int64).alias("diagnosed"), *stages, gathered())
        .sort("school_id", "deficit", "role", nulls_last=True)
    )


CHAIN: Reads = {DiagnosticsHeld: ("person",), RouteIssued: ("person",), RouteCompleted: ("person",)}
DEFICITS = Projection(
    name="deficits",
    reads={**CHAIN, TrainingCompleted: ("person",)},
    keys=("person", "school_id", "deficit"),
    by="person",
    build=deficits,
)
DEFICIT_FUNNEL = Projection(
    name="deficit_funnel",
    # A person may be trained while at another school, so the rows of a school do not say all of its persons.
    reads={DiagnosticsHeld: ("school_id",), RouteIssued: ALL, RouteCompleted: ALL, TrainingCompleted: ALL},
    keys=("school_id", "deficit", "role"),
    by="school_id",
    build=deficit_funnel,
)
