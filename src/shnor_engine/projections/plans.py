"""The plans of schools: drawn up, adopted, reviewed, carried out step by step."""

from __future__ import annotations

import polars as pl

from shnor_engine.events.lists import ListPublished, SchoolListed
from shnor_engine.events.programme import PlanAdopted, PlanDrafted, PlanReviewed, PlanStepDone
from shnor_engine.projections.columns import agreed, event_list, one_list, when_columns
from shnor_engine.projections.membership import READS as MEMBERSHIP_READS
from shnor_engine.projections.membership import spells
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


def plan_due(frames: Frames) -> pl.LazyFrame:
    """One row per stay of a school on the list: by which day it owes a plan of transition, and whether it has one.

    The stay began on some day from `listed_from` to `listed_by` (the date of the list or order, else the list's whole
    year), so the plan is due on some day from `due_from` to `due_by`. A plan counts that was adopted since the year
    of the list began. `reading` is `in_time`, `late`, `unclear` where the dates cannot tell, or null without a plan:
    then only the day of the question says whether it is late, surely after `due_by`.
    """
    who, stay = "school_id", ["school_id", "first_seen"]
    dated = spells(frames).join(_listings(frames), left_on=stay, right_on=[who, "year"], how="left")
    year = pl.col("first_seen").cast(pl.Int32)
    owed = dated.select(
        *stay,
        "left_by",
        pl.coalesce("listed_from", pl.date(year, 1, 1)).alias("listed_from"),
        pl.coalesce("listed_by", pl.date(year, 12, 31)).alias("listed_by"),
        one_list("events", "listed_in"),
    ).with_columns(
        pl.col("listed_from").dt.offset_by(f"{DUE_DAYS}d").alias("due_from"),
        pl.col("listed_by").dt.offset_by(f"{DUE_DAYS}d").alias("due_by"),
    )
    last = pl.col("when_end").dt.offset_by("-1d")
    adopted = (
        plans(frames)
        .filter(pl.col("adopted") & (pl.col("kind") == DUE_KIND))
        .select(who, "plan_id", *when_columns(), pl.col("events").alias("plan_events"))
        .join(owed.select(*stay), on=who)
        .filter(last >= pl.date(year, 1, 1))
        .sort("when_start", "when_end", "plan_id")
        .group_by(stay, maintain_order=True)
        .first()
    )
    return (
        owed.join(adopted, on=stay, how="left")
        .select(
            *stay,
            "left_by",
            "listed_from",
            "listed_by",
            "due_from",
            "due_by",
            "plan_id",
            *when_columns(),
            pl.when(last <= pl.col("due_from"))
            .then(pl.lit("in_time"))
            .when(pl.col("when_start") > pl.col("due_by"))
            .then(pl.lit("late"))
            .when(pl.col("plan_id").is_not_null())
            .then(pl.lit("unclear"))
            .alias("reading"),
            one_list("events", "plan_events"),
        )
        .sort(stay)
    )


def _listings(frames: Frames) -> pl.LazyFrame:
    """The earliest dated source that put a school on the list of a year."""
    named = frames[ListPublished].explode("members", empty_as_null=False).rename({"members": "school_id"})
    columns = ("school_id", "year", "when_start", "when_end", "event_id")
    return (
        pl.concat([named.select(columns), frames[SchoolListed].select(columns)])
        .drop_nulls("when_start")
        .group_by("school_id", "year")
        .agg(
            pl.col("when_start").min().alias("listed_from"),
            pl.col("when_end").min().dt.offset_by("-1d").alias("listed_by"),
            pl.col("event_id").unique().sort().alias("listed_in"),
        )
    )


DUE_DAYS = 60  # from the listing to the adopted plan [default of this library]
DUE_KIND = "transition_programme"
PLAN_DUE = Projection(
    name="plan_due",
    reads={
        **MEMBERSHIP_READS,
        PlanDrafted: ("school_id",),
        PlanAdopted: ("school_id",),
        PlanReviewed: ("school_id",),
        PlanStepDone: ("school_id",),
    },
    keys=("school_id", "first_seen"),
    by="school_id",
    build=plan_due,
)
