"""The plans of schools: drawn up, adopted, reviewed, carried out step by step."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.programme import PlanAdopted, PlanDrafted, PlanReviewed, PlanStepDone
from shnor_engine.projections.columns import agreed, event_list, one_list, when_columns
from shnor_engine.projections.projection import Frames, Projection

KEYS = ["plan_id", "school_id"]


def plans(frames: Frames) -> pl.LazyFrame:
    """One row per plan of a school; `when_*` is when it was adopted, `drafted_*` when it was drawn up.

    `accepted` is what the last review says, null where nobody reviewed it; `steps` how many it has, null where
    nobody said, `done` how many different ones are done.
    """
    drafted, adopted = _plan(frames[PlanDrafted], "drafted"), _plan(frames[PlanAdopted], "adopted")
    more = frames[PlanAdopted].group_by(KEYS).agg(agreed("steps"), agreed("approver"), *map(agreed, when_columns()))
    early = frames[PlanDrafted].group_by(KEYS).agg(agreed(name).alias(f"drafted_{name}") for name in when_columns())
    reviewed = (
        frames[PlanReviewed]
        .sort("when_start", "when_end", "event_id")
        .group_by(KEYS, maintain_order=True)
        .agg(pl.col("accepted").last(), event_list().alias("review_events"))
    )
    done = (
        frames[PlanStepDone]
        .group_by(KEYS)
        .agg(pl.col("step").n_unique().cast(pl.Int64).alias("done"), event_list().alias("step_events"))
    )
    return (
        drafted.join(adopted, on=KEYS, how="full", coalesce=True)
        .join(more, on=KEYS, how="left")
        .join(early, on=KEYS, how="left")
        .join(reviewed, on=KEYS, how="left")
        .join(done, on=KEYS, how="left")
        .select(
            *KEYS,
            pl.coalesce("adopted_kind", "drafted_kind").alias("kind"),
            pl.col("adopted_events").is_not_null().alias("adopted"),
            *when_columns(),
            *(f"drafted_{name}" for name in when_columns()),
            "accepted",
            "steps",
            pl.col("done").fill_null(0),
            "approver",
            one_list("drafted_events", "adopted_events", "review_events", "step_events"),
        )
        .sort(KEYS)
    )


def _plan(frame: pl.LazyFrame, name: str) -> pl.LazyFrame:
    return frame.group_by(KEYS).agg(agreed("kind").alias(f"{name}_kind"), event_list().alias(f"{name}_events"))


PLANS = Projection(
    name="plans",
    reads={
        PlanDrafted: ("school_id",),
        PlanAdopted: ("school_id",),
        PlanReviewed: ("school_id",),
        PlanStepDone: ("school_id",),
    },
    keys=("plan_id", "school_id"),
    by="school_id",
    build=plans,
)
