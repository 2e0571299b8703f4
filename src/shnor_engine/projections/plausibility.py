"""Which activities may bear on which list, by time alone: what came after the procedures cannot have caused it.

The answer is about time and nothing else; that an activity came before a list does not say that it helped.
"""

from __future__ import annotations

import polars as pl

from shnor_engine.events.lists import ListPublished
from shnor_engine.events.programme import ActivityHeld
from shnor_engine.projections.columns import one_list, single
from shnor_engine.projections.projection import ALL, Frames, Projection

FIRST_MONTH_AFTER = 7  # the procedures behind a year's list are held from March to June of that year [default]


def plausibility(frames: Frames) -> pl.LazyFrame:
    """One row per activity and list of its area: `too_late` true, false, or null where the dates cannot tell.

    An activity throughout a span is too late only where the whole span is; a single one on an unknown day of its
    span is too late surely where it cannot have begun earlier, and surely not where it must have ended before.
    """
    lists = (
        frames[ListPublished].group_by("area", "year").agg(pl.col("event_id").unique().sort().alias("list_events"))
    )
    over = pl.date("list_year", FIRST_MONTH_AFTER, 1)
    late = pl.col("when_start") >= over
    in_time = (pl.col("when_kind") == "throughout") | (pl.col("when_end") <= over)
    return (
        frames[ActivityHeld]
        .with_columns(single().alias("own"))
        .join(lists.rename({"year": "list_year"}), on="area")
        .select(
            "activity_id",
            "area",
            "form",
            "list_year",
            pl.when(late).then(True).when(in_time).then(False).alias("too_late"),
            one_list("list_events", "own"),
        )
        .sort("activity_id", "list_year", "events")
    )


PLAUSIBILITY = Projection(
    name="plausibility",
    reads={ActivityHeld: ("activity_id",), ListPublished: ALL},
    keys=("activity_id", "list_year", "events"),
    by="activity_id",
    build=plausibility,
)
