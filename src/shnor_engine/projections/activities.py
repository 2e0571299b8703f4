"""What took place, where and for whom: activities, visits to schools, inspections, roadmaps as planned and done."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.audit import AuditPerformed, InspectionHeld, InspectionPlanned
from shnor_engine.events.programme import ActivityCancelled, ActivityHeld, ActivityMoved, ActivityPlanned
from shnor_engine.projections.columns import NO_TEXTS, empty, event_list, one_list, single, when_columns
from shnor_engine.projections.projection import ALL, Frames, Projection, Reads

VISITS = ("methodical_landing",)  # forms in which somebody comes to the school: its hosts are those visited


def activities(frames: Frames) -> pl.LazyFrame:
    """One row per activity that took place; nothing is paired or counted that the source does not say.

    With `host_certainty` ambiguous it took place at one of `hosts`. `tasks` are those that the source gives, else
    those that the form serves (`tasks_from` says which). `continuous` marks what went on throughout a span.
    """
    return (
        frames[ActivityHeld]
        .join(_tasks_of_forms(frames), on="form", how="left")
        .with_columns(given=pl.col("tasks").list.len() > 0)
        .select(
            "activity_id",
            "area",
            "form",
            "direction",
            "hosts",
            "host_certainty",
            "participants",
            *when_columns(),
            (pl.col("when_kind") == "throughout").alias("continuous"),
            pl.when("given").then("tasks").otherwise(empty("form_tasks")).alias("tasks"),
            pl.when("given").then(pl.lit("source")).otherwise(pl.lit("form")).alias("tasks_from"),
            "factors",
            "line_id",
            "topic",
            "attendees",
            "hours",
            single(),
        )
        .sort("when_start", "when_end", "activity_id", "events")
    )


def _tasks_of_forms(frames: Frames) -> pl.LazyFrame:
    codes = frames.registry.codes("activity.form")
    tasks = [list(getattr(term, "of", ())) for term in codes.values()]
    schema = {"form": pl.String(), "form_tasks": pl.List(pl.String())}
    return pl.LazyFrame({"form": list(codes), "form_tasks": tasks}, schema=schema)


def visits(frames: Frames) -> pl.LazyFrame:
    """One row per visit that a source says was paid to a school: a landing, an inspection, an audit naming it.

    `visit_id` is the id of the activity, inspection or audit. What may have been at another school is none.
    """
    held = frames[ActivityHeld]
    landed = held.filter(pl.col("form").is_in(list(VISITS)))
    certain = landed.filter(pl.col("host_certainty") == "certain")
    return (
        pl.concat(
            [
                _visited(certain, "hosts", "activity_id", pl.col("form")),
                _visited(landed, "participants", "activity_id", pl.col("form")),
                _visited(frames[InspectionHeld], "schools", "inspection_id", pl.lit("inspection")),
                _visited(frames[AuditPerformed], "schools", "audit_id", pl.lit("audit")),
            ]
        )
        .group_by("school_id", "visit_id", "what", *when_columns())
        .agg(event_list())
        .sort("school_id", "when_start", "what", "visit_id", "when_end", "events", nulls_last=True)
    )


def _visited(frame: pl.LazyFrame, schools: str, key: str, what: pl.Expr) -> pl.LazyFrame:
    return frame.explode(schools, empty_as_null=False).select(
        pl.col(schools).alias("school_id"),
        pl.col(key).alias("visit_id"),
        what.alias("what"),
        *when_columns(),
        "event_id",
    )


def inspections(frames: Frames) -> pl.LazyFrame:
    """One row per inspection and school, planned or held; `school_id` null where the source does not say which."""
    keys = ["inspection_id", "school_id"]
    planned = frames[InspectionPlanned].select(
        *keys, *(pl.col(name).alias(f"planned_{name}") for name in when_columns()), single().alias("planned_by")
    )
    held = (
        frames[InspectionHeld]
        .explode("schools", empty_as_null=True)
        .select(
            "inspection_id",
            pl.col("schools").alias("school_id"),
            "area",
            pl.lit(True).alias("held"),
            *when_columns(),
            single(),
        )
    )
    return (
        held.join(planned, on=keys, how="full", coalesce=True, nulls_equal=True)
        .select(
            *keys,
            "area",
            pl.col("planned_by").is_not_null().alias("planned"),
            pl.col("held").fill_null(False),
            *(f"planned_{name}" for name in when_columns()),
            *when_columns(),
            one_list("events", "planned_by"),
        )
        .sort(*keys, "events")
    )


def roadmap(frames: Frames) -> pl.LazyFrame:
    """One row per line of a roadmap: planned for when (as last moved), cancelled or not, held as which activities.

    Of several moves the one told last counts. Whether a line is overdue depends on the day and is not said here.
    """
    held = (
        frames[ActivityHeld]
        .drop_nulls("line_id")
        .group_by("line_id")
        .agg(pl.col("activity_id").unique().sort().alias("held"), event_list().alias("held_by"))
    )
    moved = (
        frames[ActivityMoved]
        .sort("position")
        .group_by("line_id")
        .agg(
            *(pl.col(name).last().alias(f"moved_{name}") for name in when_columns()),
            pl.len().alias("moves"),
            event_list().alias("moved_by"),
        )
    )
    cancelled = frames[ActivityCancelled].group_by("line_id").agg(event_list().alias("cancelled_by"))
    was_moved = pl.col("moves").is_not_null()
    return (
        frames[ActivityPlanned]
        .join(moved, on="line_id", how="left")
        .join(cancelled, on="line_id", how="left")
        .join(held, on="line_id", how="left")
        .with_columns(single())
        .select(
            "line_id",
            "roadmap_id",
            "form",
            "direction",
            "hosts",
            "participants",
            *(pl.when(was_moved).then(f"moved_{name}").otherwise(name).alias(name) for name in when_columns()),
            pl.col("moves").fill_null(0).cast(pl.Int64),
            pl.col("cancelled_by").is_not_null().alias("cancelled"),
            pl.col("held").fill_null(NO_TEXTS),
            one_list("events", "moved_by", "cancelled_by", "held_by"),
        )
        .sort("line_id", "events")
    )


VISIT_READS: Reads = {
    ActivityHeld: ("hosts", "participants"),
    InspectionHeld: ("schools",),
    AuditPerformed: ("schools",),
}
ACTIVITIES = Projection(
    name="activities",
    reads={ActivityHeld: ("activity_id",)},
    keys=("activity_id", "events"),
    by="activity_id",
    build=activities,
)
VISITED = Projection(
    name="visits",
    reads=VISIT_READS,
    keys=("school_id", "visit_id", "what", "events"),
    by="school_id",
    build=visits,
)
INSPECTIONS = Projection(
    name="inspections",
    reads={InspectionPlanned: ("school_id",), InspectionHeld: ALL},
    keys=("inspection_id", "school_id", "events"),
    build=inspections,
)
ROADMAP = Projection(
    name="roadmap",
    reads={
        ActivityPlanned: ("line_id",),
        ActivityMoved: ("line_id",),
        ActivityCancelled: ("line_id",),
        ActivityHeld: ("line_id",),
    },
    keys=("line_id", "events"),
    by="line_id",
    build=roadmap,
)
